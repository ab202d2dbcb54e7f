//! A real toy at the table, as whoever draws the table has it.

use crate::bridge::Friend;

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
