//! The simulated toy at the other end of a line in memory.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use crate::engine::{Config, Engine, Glare};
use crate::pump::{Link, OsEntropy};
use crate::secret::Secret;
use crate::talk::{Session, Step, Talk};
use crate::transport::pace::Paced;
use crate::transport::{Clock, Transport, memory};
use crate::unit::{Screen, Unit, UnitConfig};

/// Bits a second, so that it takes as long as with a real toy.
const BAUD: u32 = 460_800;
/// The longest pause between two looks at what its player wants.
const GLANCE: Duration = Duration::from_millis(20);

/// What the toy's player is asked to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Gifts,
    Playdate,
}

/// Starts a toy in a thread that ends when the line is dropped; gives our end of the line, and the toy's ear. It holds
/// two wishes; more are refused.
pub(super) fn start(clock: Clock, secret: Arc<Secret>) -> Result<(Box<dyn Transport>, SyncSender<Wish>), String> {
    let (near, far) = memory::pair(clock);
    let entropy = OsEntropy::new().map_err(|_| "the system gives no random numbers".to_owned())?;
    let config = Config { glare: Glare::Hold, line_rate: Some(BAUD), ..Config::default() };
    let engine = Engine::new(config, Some(secret), Box::new(entropy));
    let link = Link::new(engine, Paced::new(far, BAUD, clock), clock);
    let (ear, wishes) = sync_channel(2);
    let thread = std::thread::Builder::new().name("prong toy".into());
    thread.spawn(move || live(link, clock, &wishes)).map_err(|error| format!("there is no thread for it ({error})"))?;
    Ok((Box::new(Paced::new(near, BAUD, clock)), ear))
}

fn live<T: Transport>(mut link: Link<T>, clock: Clock, wishes: &Receiver<Wish>) {
    let Some(mut unit) = unit(None) else { return };
    let mut wished = false;
    while !link.is_lost() {
        if !unit.is_talking()
            && let Ok(wish) = wishes.try_recv()
        {
            let Some(next) = self::unit(Some(wish)) else { return };
            (unit, wished) = (next, true);
            quiet(&mut link);
        }
        let until = match link.perform(&mut unit) {
            Step::Wait(until) => until,
            Step::Done(_) if wished => {
                let Some(next) = self::unit(None) else { return };
                (unit, wished) = (next, false);
                quiet(&mut link);
                continue;
            }
            _ => continue,
        };
        let wait = until.map_or(GLANCE, |until| until.saturating_sub(clock.now()).min(GLANCE));
        // A line that is clogged for a moment is the engine's affair.
        if let Ok(Some(event)) = link.poll(wait) {
            unit.hear(&event, link.received(), clock.now());
        }
    }
}

/// What the toy listened for before is not what it wants now.
fn quiet<T: Transport>(link: &mut Link<T>) {
    let _ = link.cancel();
    while let Ok(Some(_)) = link.poll(Duration::ZERO) {}
}

fn unit(wish: Option<Wish>) -> Option<Unit> {
    let entropy = OsEntropy::new().ok()?;
    let screen = match wish {
        None => Screen::Any,
        Some(Wish::Gifts) => Screen::Gifts,
        Some(Wish::Playdate) => Screen::Playdate,
    };
    // One engine may set its session once only: gifts do without.
    let session = (wish == Some(Wish::Playdate)).then(session).flatten();
    let gift = u16::try_from(getrandom::u32().ok()? % 40 + 1).ok()?;
    let config = UnitConfig { screen, starts: wish.is_some(), gift, session, ..UnitConfig::default() };
    Some(Unit::new(config, Box::new(entropy)))
}

/// A session of one's own.
pub(super) fn session() -> Option<Session> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).ok()?;
    let [a, b, c, d, e, f] = bytes;
    Some(Session { id: u32::from_le_bytes([a, b, c, d]), random: [e, f] })
}
