//! A real toy at the table: its switch, as whoever draws the table has it, and the thread that bridges it.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use eggtooth_prong::bridge::{Behind, Bridge, Guarding, Note};
use eggtooth_prong::gate::Refused;
use eggtooth_prong::guard::Forbidden;
use eggtooth_prong::transport::{Clock, Transport, TransportError};

use super::pipe::{News, Pipe};
use crate::bridge::{Friend, Guard, Stop};

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

/// How the own real toy stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RealToyState {
    /// It is switched off.
    #[default]
    Off,
    /// Its line is being opened.
    Opening,
    /// Its line cannot be opened or used: switched off again.
    Failed,
    /// Its line is lost, and waited for.
    Lost,
    /// Nobody's toy is touched, or that of another than the friend for whom it was switched on.
    Apart,
    /// The friend's real toy is waited for.
    Waiting,
    /// It cannot be joined, but perhaps later.
    Refused,
    /// The two are joined.
    Joined,
}

impl RealToyState {
    /// In lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            RealToyState::Off => "off",
            RealToyState::Opening => "opening",
            RealToyState::Failed => "failed",
            RealToyState::Lost => "lost",
            RealToyState::Apart => "apart",
            RealToyState::Waiting => "waiting",
            RealToyState::Refused => "refused",
            RealToyState::Joined => "joined",
        }
    }
}

/// The own real toy, and the friend's, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RealToyView {
    /// How it stands.
    pub state: RealToyState,
    /// The same in words, with why: a clause to be shown; empty while nobody has switched anything on.
    pub words: String,
    /// The friend's switch, also while the own one is off; `None` while nothing is heard of one.
    pub friend: Option<Friend>,
    /// Bytes that the toy here was given since it was switched on.
    pub given: u64,
    /// Bytes that it sent towards the friend.
    pub sent: u64,
}

impl RealToyView {
    /// The same but for the counts.
    #[must_use]
    pub fn is_like(&self, other: &RealToyView) -> bool {
        (self.state, &self.words, self.friend) == (other.state, &other.words, other.friend)
    }
}

/// Something about real toys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RealToyEvent {
    /// It stands otherwise, or the friend's does.
    Changed(RealToyView),
    /// The flash guard let something not through, and both toys were told CAN.
    Stopped {
        /// By the guard at the friend's, and not by the one here.
        by_friend: bool,
        /// It was on its way to the toy here, and not to the friend's.
        to_here: bool,
        /// What, in a clause.
        words: String,
    },
}

impl RealToyEvent {
    /// What happened, a clause to be shown; `None` where there is nothing to say.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match self {
            RealToyEvent::Changed(view) => Some(view.words.clone()).filter(|words| !words.is_empty()),
            RealToyEvent::Stopped { by_friend, to_here, words } => {
                let guard = if *by_friend { "the friend's flash guard" } else { "the flash guard" };
                let toy = if *to_here { "the toy here" } else { "the friend's toy" };
                Some(format!("{guard} has stopped something on its way to {toy}: {words}"))
            }
        }
    }
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
    let _ = bridge.flush(LEAVE);
}
