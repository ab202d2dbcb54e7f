//! A real toy at the table: its switch, and the thread that bridges it.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use eggtooth_prong::bridge::{Behind, Bridge, Guarding, Note};
use eggtooth_prong::gate::Refused;
use eggtooth_prong::guard::Forbidden;
use eggtooth_prong::transport::{Clock, Transport, TransportError};

use super::pipe::{News, Pipe};
use crate::bridge::{Guard, Stop};

/// How long the last bytes may take to leave towards the toy.
const LEAVE: Duration = Duration::from_secs(1);

/// Opens the line of a real toy, on a thread of its own, so that it may wait for a moment. With `eggtooth_prong`'s
/// feature `uart`: `Box::new(move |clock| Ok(Box::new(uart::open(&port, uart::Options::default(), clock)?)))`.
pub type OpenToy = Box<dyn FnOnce(Clock) -> Result<Box<dyn Transport>, TransportError> + Send>;

/// A real toy that is to be joined with a friend's.
pub struct RealToy {
    /// What its owner calls its line, such as the port; only shown.
    pub name: String,
    /// What stands in front of it, and of the friend's.
    pub guarding: Arc<Guarding>,
    /// How its line is opened. One that is lost should come back by itself, as ports do.
    pub open: OpenToy,
}

pub(super) fn guard_of(guarding: &Guarding) -> Guard {
    match guarding {
        Guarding::Secret(_) => Guard::Secret,
        Guarding::Blind => Guard::Blind,
        Guarding::Raw(_) => Guard::Raw,
    }
}

fn stop_of(refused: Refused) -> Stop {
    match refused {
        Refused::Forbidden(Forbidden::Flash { .. }) => Stop::Flash,
        Refused::Forbidden(Forbidden::Factory) => Stop::Factory,
        Refused::NoSecret(_) => Stop::NoSecret,
        Refused::Unreadable => Stop::Unreadable,
        Refused::Overlapping => Stop::Overlapping,
        _ => Stop::Other,
    }
}

/// Starts the toy's thread; `before` has had the same line perhaps, and comes to its end first.
pub(super) fn start(toy: RealToy, pipe: Pipe, before: Option<JoinHandle<()>>) -> std::io::Result<JoinHandle<()>> {
    Builder::new().name("real-toy".into()).spawn(move || {
        if let Some(before) = before {
            // A panic there has been told on standard error.
            let _ = before.join();
        }
        run(toy, pipe);
    })
}

fn run(toy: RealToy, pipe: Pipe) {
    let (clock, post) = (Clock::start(), pipe.post());
    let line = match (toy.open)(clock) {
        Ok(line) => line,
        Err(error) => return post.tell(News::Failed(error.to_string())),
    };
    post.tell(News::Open);
    let mut bridge = Bridge::new([(line, Behind::Toy), (Box::new(pipe), Behind::Friend)], &toy.guarding, clock);
    let mut tell = |note: Note<'_>| match note {
        Note::Passed { to, bytes, .. } => post.passed(to == 0, bytes.len()),
        Note::Refused { to, why, untold } => {
            let more = if untold > 0 { format!(" (and {untold} more like it)") } else { String::new() };
            post.tell(News::Stopped { own: to == 0, why: stop_of(why), words: format!("{why}{more}") });
        }
        Note::Lost { end: 0, reason } => post.tell(News::Unplugged(reason)),
        Note::Back { end: 0 } => post.tell(News::Back),
        // Of the friend the table's thread knows more.
        _ => {}
    };
    let ended = loop {
        if let Err(error) = bridge.turn(&mut tell) {
            break error;
        }
    };
    if !post.is_closed() {
        post.tell(News::Failed(ended.to_string()));
    }
    // What has not left by then never will.
    let _ = bridge.finish(LEAVE, &mut tell);
}
