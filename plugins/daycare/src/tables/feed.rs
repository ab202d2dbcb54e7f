//! Shows a toy to its table, and tells pages what happens there.

use super::sit::{Sitter, looks};
use super::{Table, Tables, blocking, lock};
use crate::host::{Picture, Watching};
use eggtooth_livelink::{Lcd, Tone};
use eggtooth_playdate::net::{Command, Event};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// How often events are fetched.
const LOOK: Duration = Duration::from_millis(50);
/// How often is asked what the toy is called now, and what is in its memory.
const ASK: Duration = Duration::from_secs(20);
/// How long a table that is over is kept, so that pages see why.
const KEPT: Duration = Duration::from_secs(60);

/// Lives as long as the table does, and a little longer.
pub(super) async fn feed(tables: Tables, table: Arc<Table>, mut sitter: Sitter, mut watching: Watching) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut seen, mut asked) = (Instant::now(), Instant::now());
    watching.pictures.mark_changed();
    let mut there = true;
    while !table.handle.is_over() {
        tokio::select! {
            picture = watching.pictures.changed(), if there => {
                if picture.is_ok() {
                    let picture = *watching.pictures.borrow_and_update();
                    show(&table, &mut sitter, &picture);
                } else {
                    there = false;
                }
            }
            _ = looks.tick() => {
                tell(&table);
                let now = Instant::now();
                if table.pages.load(Ordering::Relaxed) > 0 {
                    seen = now;
                }
                // A toy that has gone from here, and one that nobody looks after, does not stay.
                if !there || watching.condition.borrow().leaving || now >= seen + tables.0.options.idle {
                    table.handle.command(Command::Leave);
                }
                if now >= asked + ASK {
                    asked = now;
                    ask(&tables, &table, &mut sitter).await;
                }
            }
        }
    }
    tell(&table);
    drop(watching);
    sleep(KEPT).await;
    tables.forget(&table);
    // Its thread is at its end; waiting for it may still take a moment.
    let _ = tokio::task::spawn_blocking(move || drop(table)).await;
}

fn show(table: &Table, sitter: &mut Sitter, picture: &Picture) {
    let lcd = Lcd::from_rows(picture.frame.rows, picture.frame.icons);
    let tone = picture.tone;
    let tone = tone.map_or(Tone::SILENT, |tone| Tone { divisor: tone.divisor, high_half_ticks: tone.high_half_ticks });
    table.handle.show(picture.tick, lcd, picture.frame.contrast.min(15), tone);
    if sitter.see(lcd) {
        table.handle.set_portrait(sitter.portrait());
    }
}

fn tell(table: &Table) {
    for event in table.handle.events() {
        match event {
            // No cable leads to a chip here, and no real toy.
            Event::Cable(_) | Event::RealToy(_) => continue,
            Event::Over(_) | Event::Failed(_) => *lock(&table.last) = Some(event.clone()),
            _ => {}
        }
        // Without pages nobody listens.
        let _ = table.news.send(event);
    }
}

async fn ask(tables: &Tables, table: &Table, sitter: &mut Sitter) {
    if let Ok(saved) = tables.0.host.save(table.toy).await {
        sitter.remember(&saved.envelope);
    }
    let (store, toy) = (Arc::clone(&tables.0.store), table.toy);
    let Ok(Ok(row)) = blocking(move || store.toy(toy)).await else { return };
    let (name, look) = looks(&row);
    if (&sitter.name, &sitter.look) != (&name, &look)
        && table.handle.command(Command::Profile(name.clone(), look.clone()))
    {
        (sitter.name, sitter.look) = (name, look);
    }
}
