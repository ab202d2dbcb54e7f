//! A toy that lives elsewhere: the same components as a [`Toy`](super::Toy)'s, without a chip behind them.
//!
//! Whoever has the wire calls [`Remote::feed`] with what comes over it, and [`play`] gives it out at its time.

use super::{BuzzerTone, Clock, LcdFrame, Pace, PetCalled, ToyEdge};
use crate::Id;
use bevy_ecs::prelude::*;
use eggtooth_chip::{Edge, Frame, TICKS_PER_SECOND, Tone};
use eggtooth_vault::Slug;
use std::collections::VecDeque;
use std::time::Duration;

/// Sounds that wait for their time; where more come, the oldest is lost.
const MOST_SOUNDS: usize = 256;
/// The attention icon (fact sheet §11.3).
const ATTENTION: u8 = 1 << 7;

/// How the wire to a remote toy is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wire {
    /// There is none yet: what goes on meanwhile, a sentence; may be empty.
    #[default]
    Off,
    /// Somebody works on it, or waits for the next attempt; a sentence.
    Waiting(String),
    /// The toy is here, so to speak.
    Live,
    /// It is broken until the player does something; a sentence.
    Ended(String),
}

/// What is known of a remote toy's condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Its time passes.
    pub running: bool,
    /// It lives what it has missed.
    pub catching_up: bool,
    /// It cannot be run.
    pub broken: bool,
    /// It is being carried away.
    pub leaving: bool,
    /// How many look at it, this one included.
    pub watchers: u16,
}

/// A toy on the desk that lives in a daycare. It has no [`Toy`](super::Toy): nothing of it advances, is saved or is
/// recorded here.
#[derive(Component, Clone, Debug, Default)]
#[require(LcdFrame, BuzzerTone, Pace, Clock)]
pub struct Remote {
    /// What it is called.
    pub name: String,
    /// The daycare's address.
    pub daycare: String,
    /// What the daycare calls it; `None` until that is known, and while the pet is on its way.
    pub toy: Option<Id>,
    /// Its handle on the shelf, if there is one.
    pub handle: Option<Slug>,
    /// It may be pressed.
    pub may_press: bool,
    /// It is the player's own.
    pub own: bool,
    /// The wire.
    pub wire: Wire,
    /// How the toy is, as last heard.
    pub condition: Option<Condition>,
    /// How long a message takes there and back, as last measured.
    pub round_trip: Option<Duration>,
    /// What came over the wire.
    pub came: Came,
}

/// What came over the wire of a remote toy and is shown, or waits for its time.
#[derive(Clone, Debug, Default)]
pub struct Came {
    /// The last picture.
    picture: Frame,
    /// What sounds there now, if no sound of an earlier time is waiting.
    tone: Option<Tone>,
    sounds: VecDeque<(Duration, Option<Tone>)>,
}

/// What comes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// The LCD, and what the buzzer sounds.
    Picture(Frame, Option<Tone>),
    /// The buzzer changes at this time of the wire's clock; times do not fall.
    Sound(Duration, Option<Tone>),
}

impl Remote {
    /// Takes in what came. At most 256 sounds wait; of more the oldest is lost.
    pub fn feed(&mut self, fed: Fed) {
        match fed {
            Fed::Picture(frame, tone) => {
                self.came.picture = frame;
                if self.came.sounds.is_empty() {
                    self.came.tone = tone;
                }
            }
            Fed::Sound(at, tone) => {
                if self.came.sounds.len() == MOST_SOUNDS {
                    self.came.sounds.pop_front();
                }
                self.came.sounds.push_back((at, tone));
            }
        }
    }

    /// The same with a picture to begin with.
    #[must_use]
    pub fn looking_like(&self, picture: Frame) -> Remote {
        Remote { came: Came { picture, ..Came::default() }, ..self.clone() }
    }

    /// Whether the toy can be seen as it is now.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.wire == Wire::Live
    }

    /// The picture to show: paler while nobody knows whether it is still true.
    fn shown(&self) -> Frame {
        match self.is_live() {
            true => self.came.picture,
            false => Frame { contrast: self.came.picture.contrast.saturating_sub(4).max(1), ..self.came.picture },
        }
    }

    /// Gives out what is due at `now` of the wire's clock.
    fn due(&mut self, now: Duration) -> Vec<(u64, Option<Tone>)> {
        let mut due = Vec::new();
        while let Some((at, tone)) = self.came.sounds.pop_front_if(|(at, _)| *at <= now) {
            self.came.tone = tone;
            due.push((tick(at), tone));
        }
        if !self.is_live() && self.came.tone.take().is_some() {
            // What sounded when the wire broke must not sound on.
            self.came.sounds.clear();
            due.push((tick(now), None));
        }
        due
    }
}

/// The tick that a toy of the wire's clock would have reached; never 0, which means that no time has begun.
fn tick(at: Duration) -> u64 {
    let ticks = at.as_nanos() * u128::from(TICKS_PER_SECOND) / 1_000_000_000;
    u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(1)
}

/// Puts what came into the components that screen and buzzer read; `now` of the wire's clock.
pub fn play(
    (entity, remote): (Entity, &mut Remote),
    (frame, tone, clock): (Mut<LcdFrame>, Mut<BuzzerTone>, Mut<Clock>),
    now: Duration,
    edges: &mut MessageWriter<ToyEdge>,
    calls: &mut MessageWriter<PetCalled>,
) {
    let due = remote.due(now);
    edges.write_batch(due.into_iter().map(|(tick, tone)| ToyEdge { toy: entity, tick, edge: Edge::Tone(tone) }));
    let called = frame.0.icons & ATTENTION != 0;
    let shown = remote.shown();
    if shown.icons & ATTENTION != 0 && !called && remote.is_live() {
        calls.write(PetCalled { toy: entity });
    }
    frame.map_unchanged(|frame| frame).set_if_neq(LcdFrame(shown));
    tone.map_unchanged(|tone| tone).set_if_neq(BuzzerTone(remote.came.tone));
    clock.map_unchanged(|clock| clock).set_if_neq(Clock(tick(now)));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const TONE: Option<Tone> = Some(Tone { divisor: 8, high_half_ticks: 8 });

    fn live() -> Remote {
        Remote { wire: Wire::Live, ..Remote::default() }
    }

    #[test]
    fn sounds_come_at_their_time_to_the_tick() {
        let mut remote = live();
        let ms = Duration::from_millis;
        remote.feed(Fed::Sound(ms(1000), TONE));
        remote.feed(Fed::Sound(ms(1500), None));
        // What the picture says of the buzzer is of an earlier time than what waits.
        remote.feed(Fed::Picture(Frame::default(), None));
        assert_eq!(remote.due(ms(999)), []);
        assert_eq!((remote.due(ms(1010)), remote.came.tone), (vec![(32_769, TONE)], TONE));
        assert_eq!((remote.due(ms(2000)), remote.came.tone), (vec![(49_153, None)], None));
        remote.feed(Fed::Picture(Frame::default(), TONE));
        assert_eq!(remote.came.tone, TONE);
    }

    #[test]
    fn nothing_sounds_on_and_the_picture_pales_when_the_wire_breaks() {
        let mut remote = live();
        remote.feed(Fed::Picture(Frame { contrast: 8, icons: 3, ..Frame::default() }, TONE));
        assert_eq!(remote.shown().contrast, 8);
        remote.feed(Fed::Sound(Duration::from_secs(9), TONE));
        remote.wire = Wire::Waiting("It comes back.".into());
        assert_eq!(remote.due(Duration::from_secs(1)), [(32_769, None)]);
        assert_eq!((remote.due(Duration::from_secs(10)), remote.came.tone), (vec![], None));
        assert_eq!((remote.shown().contrast, remote.shown().icons), (4, 3));
    }

    #[test]
    fn a_flood_of_sounds_is_bounded() {
        let mut remote = live();
        for n in 0..10_000 {
            remote.feed(Fed::Sound(Duration::from_millis(n), TONE));
        }
        assert_eq!(remote.came.sounds.len(), MOST_SOUNDS);
        assert_eq!(remote.came.sounds.back().unwrap().0, Duration::from_millis(9999));
    }
}
