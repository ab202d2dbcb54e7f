//! From the game to the audio thread: one bounded, lock-free queue of what happened, in order.

use eggtooth_toy::{TICKS_PER_SECOND, Tone};
use rtrb::{Consumer, Producer, RingBuffer};
use std::time::Duration;

/// Events the queue holds. A tune makes a few dozen edges a second and a frame one event more; when
/// a stalled audio thread has let it fill, what does not fit is dropped and the line starts anew.
const CAPACITY: usize = 4096;

/// The fastest toy that is followed; pitch rises with it, as on a tape. Above, tones would leave
/// hearing, and a faster toy is silent.
const MOST_SPEED: u32 = 2;

/// Ticks that a frame may bring beyond the time it took and still be played: what a stalled window pays
/// back. More is a toy that catches up or was exchanged, and the sound starts anew at its end.
const MOST_BEYOND: u64 = TICKS_PER_SECOND / 2;

/// What the audio thread is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Event {
    /// Follow a toy from this tick on; forget everything before.
    Restart {
        /// Where its time is.
        tick: u64,
        /// What sounds there.
        tone: Option<Tone>,
        /// Times real time; 0 for silence until the next restart.
        speed: u32,
    },
    /// The buzzer changed.
    Edge {
        /// When.
        tick: u64,
        /// To what.
        tone: Option<Tone>,
    },
    /// Everything before this tick has been told.
    Reached(u64),
}

/// The toy that is heard, after a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heard {
    /// Which toy; any number that tells toys apart.
    pub(super) toy: u64,
    /// The tick its time has reached.
    pub(super) tick: u64,
    /// Times real time.
    pub(super) speed: u32,
    /// What sounds now.
    pub(super) tone: Option<Tone>,
}

/// The game's end of the queue.
pub(super) struct Feed {
    queue: Producer<Event>,
    /// The toy as of the last frame that was told.
    line: Option<Heard>,
    /// Something did not fit.
    lost: bool,
}

impl Feed {
    /// Both ends of a new queue.
    pub(super) fn new() -> (Self, Consumer<Event>) {
        let (queue, events) = RingBuffer::new(CAPACITY);
        (Self { queue, line: None, lost: false }, events)
    }

    /// Tells a frame that took `real` time: the toy that is heard, if any, and its edges since the last
    /// frame, in order. Never waits.
    pub(super) fn frame(
        &mut self,
        heard: Option<Heard>,
        real: Duration,
        edges: impl Iterator<Item = (u64, Option<Tone>)>,
    ) {
        let Some(now) = heard.filter(|heard| (1..=MOST_SPEED).contains(&heard.speed)) else {
            if self.line.is_some() && self.queue.push(Event::Restart { tick: 0, tone: None, speed: 0 }).is_ok() {
                self.line = None;
            }
            return;
        };
        let follows = self.line.is_some_and(|line| {
            let real = (real.as_secs_f64() * TICKS_PER_SECOND as f64) as u64;
            let most = real.saturating_add(MOST_BEYOND).saturating_mul(u64::from(now.speed));
            let passed = now.tick.checked_sub(line.tick);
            line.toy == now.toy && line.speed == now.speed && passed.is_some_and(|ticks| ticks <= most)
        });
        if !follows || self.lost {
            let restart = Event::Restart { tick: now.tick, tone: now.tone, speed: now.speed };
            self.lost = self.queue.push(restart).is_err();
        } else {
            for (tick, tone) in edges {
                self.lost |= self.queue.push(Event::Edge { tick, tone }).is_err();
            }
            if self.line.is_some_and(|line| line.tick != now.tick) {
                self.lost |= self.queue.push(Event::Reached(now.tick)).is_err();
            }
        }
        self.line = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_micros(16_667);
    const BEEP: Option<Tone> = Some(Tone { divisor: 8, high_half_ticks: 8 });

    fn heard(toy: u64, tick: u64, speed: u32) -> Option<Heard> {
        Some(Heard { toy, tick, speed, tone: BEEP })
    }

    fn told(events: &mut Consumer<Event>) -> Vec<Event> {
        std::iter::from_fn(|| events.pop().ok()).collect()
    }

    fn restart(tick: u64, speed: u32) -> Event {
        Event::Restart { tick, tone: if speed == 0 { None } else { BEEP }, speed }
    }

    #[test]
    fn tells_edges_before_the_tick_that_covers_them() {
        let (mut feed, mut events) = Feed::new();
        feed.frame(heard(1, 512, 1), FRAME, [(100, None)].into_iter());
        assert_eq!(told(&mut events), [restart(512, 1)]);
        feed.frame(heard(1, 1024, 1), FRAME, [(600, None), (700, BEEP)].into_iter());
        let edges = [Event::Edge { tick: 600, tone: None }, Event::Edge { tick: 700, tone: BEEP }];
        assert_eq!(told(&mut events), [edges[0], edges[1], Event::Reached(1024)]);
        // A paused toy has nothing to tell.
        feed.frame(heard(1, 1024, 1), FRAME, std::iter::empty());
        assert!(told(&mut events).is_empty());
    }

    #[test]
    fn starts_anew_for_another_toy_speed_or_time() {
        let (mut feed, mut events) = Feed::new();
        let mut frame = |toy, tick, speed| {
            feed.frame(heard(toy, tick, speed), FRAME, [(tick, None)].into_iter());
            told(&mut events)
        };
        assert_eq!(frame(1, 1000, 1), [restart(1000, 1)]);
        assert_eq!(frame(2, 1100, 1), [restart(1100, 1)]);
        assert_eq!(frame(2, 1200, 2), [restart(1200, 2)]);
        assert_eq!(frame(2, 1100, 2), [restart(1100, 2)], "time fell");
        assert_eq!(frame(2, 1100 + 32_768, 2).last(), Some(&Event::Reached(33_868)), "half a second");
        assert_eq!(frame(2, 99_999, 2), [restart(99_999, 2)], "catching up");
        assert_eq!(frame(2, 100_000, 4), [restart(0, 0)], "too fast to be heard");
        assert!(frame(2, 100_100, 4).is_empty());
        assert_eq!(frame(2, 100_200, 1), [restart(100_200, 1)]);
    }

    #[test]
    fn a_sleeping_game_brings_what_it_slept() {
        let (mut feed, mut events) = Feed::new();
        feed.frame(heard(1, 1000, 1), FRAME, std::iter::empty());
        feed.frame(heard(1, 33_768, 1), Duration::from_secs(1), [(30_000, BEEP)].into_iter());
        assert_eq!(told(&mut events)[1..], [Event::Edge { tick: 30_000, tone: BEEP }, Event::Reached(33_768)]);
        feed.frame(heard(1, 66_536, 1), FRAME, [(60_000, BEEP)].into_iter());
        assert_eq!(told(&mut events), [restart(66_536, 1)], "a second in a frame of 17 ms");
    }

    #[test]
    fn no_toy_is_told_once() {
        let (mut feed, mut events) = Feed::new();
        feed.frame(None, FRAME, std::iter::empty());
        assert!(told(&mut events).is_empty());
        feed.frame(heard(1, 5, 1), FRAME, std::iter::empty());
        feed.frame(None, FRAME, std::iter::empty());
        feed.frame(None, FRAME, std::iter::empty());
        assert_eq!(told(&mut events), [restart(5, 1), restart(0, 0)]);
    }

    #[test]
    fn a_full_queue_never_waits_and_recovers() {
        let (mut feed, mut events) = Feed::new();
        for frame in 0..10_000u64 {
            feed.frame(heard(1, frame * 512, 1), FRAME, [(frame * 512, BEEP)].into_iter());
        }
        assert_eq!(told(&mut events).len(), CAPACITY);
        feed.frame(heard(1, 5_120_000, 1), FRAME, [(5_119_999, None)].into_iter());
        assert_eq!(told(&mut events), [restart(5_120_000, 1)]);
        feed.frame(heard(1, 5_120_512, 1), FRAME, std::iter::empty());
        assert_eq!(told(&mut events), [Event::Reached(5_120_512)]);
    }
}
