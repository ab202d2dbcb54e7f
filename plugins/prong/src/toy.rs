//! A whole simulated toy at the end of a line: an engine, and a unit that plays it.
//!
//! It takes what comes, and what its player [`wish`](Toy::wish)es it begins itself.

use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use crate::engine::{Config, Engine, Glare};
use crate::pump::{Chore, Link, Next, OsEntropy};
use crate::secret::Secret;
use crate::talk::{Outcome, Session, Step, Talk, TalkError};
use crate::transport::{Clock, Transport};
use crate::unit::{Screen, Unit, UnitConfig};

/// The longest pause between two looks at what its player wants.
const GLANCE: Duration = Duration::from_millis(20);

/// What the toy's player is asked to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Gifts, with an item by chance.
    Gifts,
    /// A playdate.
    Playdate,
}

/// A simulated toy. Nothing happens but in its [`turn`](Chore::turn)s.
pub struct Toy<T> {
    link: Link<T>,
    unit: Unit,
    /// What goes on was wished for.
    wished: bool,
    /// How the last conversation ended.
    last: Option<Result<Outcome, TalkError>>,
}

impl<T: Transport> Toy<T> {
    /// A toy that waits for anything. The clock is the line's.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new(line: T, secret: Arc<Secret>, clock: Clock) -> Result<Self, getrandom::Error> {
        let config = Config { glare: Glare::Hold, line_rate: line.line_rate(), ..Config::default() };
        let engine = Engine::new(config, Some(secret), Box::new(OsEntropy::new()?));
        Ok(Self { link: Link::new(engine, line, clock), unit: unit(None)?, wished: false, last: None })
    }

    /// Whether a conversation goes on.
    pub fn is_talking(&self) -> bool {
        self.unit.is_talking()
    }

    /// Begins something; a conversation that goes on is forgotten. Without random numbers nothing is begun.
    pub fn wish(&mut self, wish: Wish) {
        self.become_unit(Some(wish));
    }

    /// How its last conversation ended, with what came in it.
    pub fn last(&self) -> Option<&Result<Outcome, TalkError>> {
        self.last.as_ref()
    }

    fn become_unit(&mut self, wish: Option<Wish>) {
        let Ok(next) = unit(wish) else { return };
        (self.unit, self.wished) = (next, wish.is_some());
        // What it listened for before is not what it wants now.
        let _ = self.link.cancel();
        while let Ok(Some(_)) = self.link.poll(Duration::ZERO) {}
    }
}

impl<T: Transport> Chore for Toy<T> {
    fn turn(&mut self) -> Next {
        if self.link.is_lost() {
            return Next::Over;
        }
        let now = |link: &Link<T>| link.clock().now();
        let until = match self.link.perform(&mut self.unit) {
            Step::Wait(until) => until,
            Step::Done(result) => {
                self.last = Some(result);
                if self.wished {
                    self.become_unit(None);
                }
                return Next::Now;
            }
            Step::Do(_) | Step::Ask(_) => return Next::Now,
        };
        let wait = until.map_or(GLANCE, |until| until.saturating_sub(now(&self.link)).min(GLANCE));
        match self.link.poll(wait) {
            Ok(Some(event)) => {
                self.unit.hear(&event, self.link.received(), now(&self.link));
                Next::Now
            }
            Ok(None) => Next::Later(self.link.rest(wait)),
            // A line that is clogged for a moment is the engine's affair.
            Err(_) => Next::Later(GLANCE),
        }
    }

    fn watch(&mut self, waker: &Waker) {
        self.link.watch(waker);
    }
}

impl<T> std::fmt::Debug for Toy<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Toy").field("wished", &self.wished).finish_non_exhaustive()
    }
}

fn unit(wish: Option<Wish>) -> Result<Unit, getrandom::Error> {
    let screen = match wish {
        None => Screen::Any,
        Some(Wish::Gifts) => Screen::Gifts,
        Some(Wish::Playdate) => Screen::Playdate,
    };
    // One engine may set its session once only: gifts do without.
    let session = if wish == Some(Wish::Playdate) { Some(session()?) } else { None };
    // Between 1 and 40.
    let gift = (getrandom::u32()? % 40) as u16 + 1;
    let config = UnitConfig { screen, starts: wish.is_some(), gift, session, ..UnitConfig::default() };
    Ok(Unit::new(config, Box::new(OsEntropy::new()?)))
}

/// A session of one's own.
pub(crate) fn session() -> Result<Session, getrandom::Error> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes)?;
    let [a, b, c, d, e, f] = bytes;
    Ok(Session { id: u32::from_le_bytes([a, b, c, d]), random: [e, f] })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::packet::Item;
    use crate::talk::Download;
    use crate::transport::memory;

    #[test]
    fn takes_an_item_in_turns_and_ends_with_its_line() {
        let clock = Clock::start();
        let (near, far) = memory::pair(clock);
        let mut toy = Toy::new(far, Arc::new(Secret::own()), clock).unwrap();
        let entropy = OsEntropy::new().unwrap();
        let secret = Some(Arc::new(Secret::own()));
        let mut link = Link::new(Engine::new(Config::default(), secret, Box::new(entropy)), near, clock);
        let item = Item::build(&[7; 9000], b"sprites", b"strings").unwrap();
        let mut talk = Download::item(item.clone()).unwrap();
        loop {
            match link.perform(&mut talk) {
                Step::Done(result) => break assert_eq!(result, Ok(Outcome::Sent)),
                Step::Wait(_) => {}
                Step::Do(_) | Step::Ask(_) => continue,
            }
            while let Some(event) = link.poll(Duration::ZERO).unwrap() {
                talk.hear(&event, link.received(), clock.now());
            }
            toy.turn();
        }
        while toy.last().is_none() {
            assert_ne!(toy.turn(), Next::Over);
        }
        assert_eq!(toy.last(), Some(&Ok(Outcome::Item(item))));
        drop(link);
        while toy.turn() != Next::Over {}
    }
}
