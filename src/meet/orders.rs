//! Commands from standard input.

use super::tell::Voice;
use anyhow::Result;
use eggtooth_playdate::message::Emote;
use eggtooth_playdate::net::Command;
use eggtooth_playdate::view::TableView;
use eggtooth_playdate::{Decoration, Seat};
use std::io::BufRead;
use std::sync::mpsc::{Receiver, sync_channel};

/// Lines that wait; who writes more waits, too.
const WAITING: usize = 64;

/// What is typed, line by line.
pub struct Orders(Receiver<String>);

impl Orders {
    /// Begins to read. The end of the input is none of the table.
    pub fn start() -> Result<Orders> {
        let (lines, queue) = sync_channel(WAITING);
        std::thread::Builder::new().name("orders".into()).spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    return;
                }
            }
        })?;
        Ok(Orders(queue))
    }

    /// The commands that were typed since the last time. What is none is told.
    pub fn next(&self, view: &TableView, voice: &Voice) -> Vec<Command> {
        let read = |line: String| match read(line.trim(), view) {
            Some(command) => Some(command),
            None => {
                if !line.trim().is_empty() {
                    voice.notice(&format!("\"{}\" is no command that can be done now", line.trim().escape_debug()));
                }
                None
            }
        };
        self.0.try_iter().take(WAITING).filter_map(read).collect()
    }
}

fn read(line: &str, view: &TableView) -> Option<Command> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let seat = || {
        let named = |seat: &Seat| {
            view.seats.get(seat.index()).and_then(Option::as_ref).is_some_and(|view| view.name.as_str() == rest)
        };
        Seat::all().find(named)
    };
    Some(match word {
        "touch" => Command::Touch(seat()?),
        "kick" => Command::Kick(seat()?),
        "part" => Command::Part,
        "leave" => Command::Leave,
        "gift" => Command::Gift(Decoration::new(rest.parse().ok()?)?),
        "emote" => Command::Emote(*Emote::ALL.iter().find(|emote| emote.name() == rest)?),
        "rebind" => Command::Rebind(rest.parse().ok()?),
        _ => return None,
    })
}
