//! Keeping the speaker's clock a little behind the toy's: when to play, when to hold, how fast.
//!
//! The toy's time comes in steps, once a frame; the sound card asks for samples in bursts, by its own
//! crystal. The follower plays a toy's time some 35 ms late, so that every edge is known before it is
//! due, and trims the pace so that the lead neither runs out nor grows. A game that sleeps while
//! nothing happens brings up to a second at once; its silence is passed over. The follower knows no
//! clock: all it sees is what it is told with each block of samples.

use eggtooth_toy::TICKS_PER_SECOND;

/// The lead that must be there before playing starts: two fixed steps of 15.6 ms and a little.
const START: i64 = milliseconds(40);

/// What the lead should be at its lowest, right before the next frame: covers a frame that is late by
/// its whole length at 60 Hz. With such frames the lead is 20 to 50 ms, 35 on average.
const LOWEST: i64 = milliseconds(20);

/// An error that is left alone: the beat of 60 frames against 64 steps a second makes as much.
const SLACK: i64 = milliseconds(5);

/// A lead whose lowest point is this much too high is cut in the next silence rather than played off,
/// which would take minutes at [`MOST_TRIM`]; a stalled window leaves it behind.
const TOO_MUCH: i64 = milliseconds(60);

/// What a cut leaves of the silence before a tone, so that two notes of a tune do not become one.
const REST: u64 = milliseconds(50).cast_unsigned();

/// A lead that is cut even within a tone: more than a game that sleeps between pictures (a second at
/// most) can have to make up.
const FAR_TOO_MUCH: i64 = milliseconds(1500);

/// The pace changes by 0.3 % at most: 5 cents, less than one hears in a beep, and six times what two
/// crystals may differ by.
const MOST_TRIM: f64 = 0.003;

/// Time over which an error is corrected: 10 ms cost two cents.
const CORRECTION: f64 = 8.0 * TICKS_PER_SECOND as f64;

/// Seconds over which the lowest lead is looked for: longer than the longest frame (250 ms).
const WINDOW: f64 = 0.5;

const fn milliseconds(n: i64) -> i64 {
    n * TICKS_PER_SECOND as i64 / 1000
}

/// What to do with the next block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Next {
    /// Time stands still.
    Hold,
    /// Play at this pace, times the toy's own, up to the tick it has reached.
    Play(f64),
    /// Go to this tick, then play at the toy's own pace times the speed.
    Skip(u64),
}

/// Where the sound is when a block begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    /// Everything before this tick was played.
    pub(super) position: u64,
    /// A tone is on.
    pub(super) sounding: bool,
    /// The tick of the next edge that is known.
    pub(super) edge: Option<u64>,
}

/// Follows one toy.
#[derive(Debug)]
pub(super) struct Follower {
    /// How fast the toy's time passes; 0 for no toy.
    speed: u32,
    reached: u64,
    playing: bool,
    trim: f64,
    /// The lead is to be cut when nothing sounds.
    late: bool,
    /// The lowest lead in this window, and the seconds it has lasted.
    low: i64,
    seconds: f64,
}

impl Follower {
    /// Follows nothing.
    pub(super) fn new() -> Self {
        Self { speed: 0, reached: 0, playing: false, trim: 0.0, late: false, low: i64::MAX, seconds: 0.0 }
    }

    /// Begins with a toy whose time is at `tick` and passes `speed` times as fast as real time; with
    /// speed 0 there is nothing to hear.
    pub(super) fn restart(&mut self, tick: u64, speed: u32) {
        *self = Self { speed, reached: tick, ..Self::new() };
    }

    /// The toy's time has got to `tick`.
    pub(super) fn reach(&mut self, tick: u64) {
        self.reached = tick;
    }

    /// The tick that may be played up to.
    pub(super) fn reached(&self) -> u64 {
        self.reached
    }

    /// The pace without trim.
    pub(super) fn speed(&self) -> f64 {
        f64::from(self.speed)
    }

    /// Decides about the next block of `seconds`.
    pub(super) fn next(&mut self, heard: At, seconds: f64) -> Next {
        let speed = i64::from(self.speed);
        if speed == 0 {
            return Next::Hold;
        }
        let lead = self.reached.cast_signed().wrapping_sub(heard.position.cast_signed());
        if !self.playing {
            if lead < START * speed {
                return Next::Hold;
            }
            self.playing = true;
            self.restart_window();
            // The game may have slept: nothing is lost by going to where things happen.
            let to = self.newest(heard.edge, 0);
            if !heard.sounding && to > heard.position {
                return Next::Skip(to);
            }
        } else if lead <= 0 {
            self.playing = false;
            self.trim = 0.0;
            return Next::Hold;
        }
        if self.late && !heard.sounding {
            self.late = false;
            self.restart_window();
            let to = self.newest(heard.edge, REST * u64::from(self.speed));
            if to > heard.position {
                self.trim = 0.0;
                return Next::Skip(to);
            }
        }
        self.low = self.low.min(lead);
        self.seconds += seconds;
        if self.seconds >= WINDOW {
            let error = self.low - LOWEST * speed;
            self.restart_window();
            if error > FAR_TOO_MUCH * speed {
                self.trim = 0.0;
                return Next::Skip(heard.position.saturating_add_signed(error));
            }
            self.late = error > TOO_MUCH * speed;
            let slack = SLACK * speed;
            let wanted = (error - error.clamp(-slack, slack)) as f64 / (CORRECTION * self.speed());
            self.trim = wanted.clamp(-MOST_TRIM, MOST_TRIM);
        }
        Next::Play(self.speed() * (1.0 + self.trim))
    }

    /// The tick that is [`START`] behind the toy, but at least `rest` before the next edge: a beep is late
    /// rather than lost.
    fn newest(&self, edge: Option<u64>, rest: u64) -> u64 {
        let newest = self.reached.saturating_sub((START * i64::from(self.speed)).cast_unsigned());
        edge.map_or(newest, |edge| newest.min(edge.saturating_sub(rest)))
    }

    fn restart_window(&mut self) {
        self.low = i64::MAX;
        self.seconds = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happened in a simulated minute.
    #[derive(Debug, Default)]
    struct Minute {
        holds: u32,
        skips: u32,
        lowest: i64,
        highest: i64,
    }

    /// A game at `fps` whose frames are up to `jitter` of their length late, and a sound card that takes
    /// `burst` seconds at a time by a crystal that is `drift` off. The first ten seconds settle.
    fn minute(fps: f64, jitter: f64, burst: f64, drift: f64, speed: u32) -> Minute {
        let mut follower = Follower::new();
        follower.restart(0, speed);
        let mut minute = Minute { lowest: i64::MAX, highest: i64::MIN, ..Minute::default() };
        let (mut position, mut steps, mut seed) = (0.0f64, 0u64, 7u32);
        let (mut frame, mut late, mut card) = (0u32, 0.0, 0.0);
        while card < 70.0 {
            card += burst;
            while f64::from(frame) / fps + late < card {
                // Bevy runs as many fixed steps as fit into the time of the frame.
                let now = f64::from(frame) / fps + late;
                steps = (now * 64.0) as u64;
                follower.reach(steps * 512 * u64::from(speed));
                frame += 1;
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                late = f64::from(seed >> 8) / f64::from(1u32 << 24) * jitter / fps;
            }
            let blocks = (burst * 48_000.0 / 128.0).round() as u32;
            for _ in 0..blocks {
                let seconds = burst / f64::from(blocks) * (1.0 + drift);
                let settled = card > 10.0;
                // A tone without end: the worst case, as nothing may be skipped.
                match follower.next(At { position: position as u64, sounding: true, edge: None }, seconds) {
                    Next::Hold => minute.holds += u32::from(settled),
                    Next::Skip(to) => {
                        position = to as f64;
                        minute.skips += u32::from(settled);
                    }
                    Next::Play(pace) => {
                        assert!((pace / f64::from(speed) - 1.0).abs() <= MOST_TRIM + 1e-9);
                        position += pace * seconds * 32_768.0;
                    }
                }
                if settled {
                    let lead = (follower.reached() as f64 - position) as i64;
                    minute.lowest = minute.lowest.min(lead);
                    minute.highest = minute.highest.max(lead);
                }
            }
        }
        assert!(steps > 4000);
        minute
    }

    #[test]
    fn a_steady_game_is_heard_without_a_break_and_soon() {
        for drift in [-0.0005, 0.0, 0.0005] {
            for speed in [1, 2] {
                let run = minute(60.0, 0.2, 0.0107, drift, speed);
                assert_eq!((run.holds, run.skips), (0, 0), "{run:?}");
                assert!(run.lowest > 0 && run.highest < milliseconds(70) * i64::from(speed), "{run:?}");
            }
        }
    }

    #[test]
    fn slow_frames_and_large_buffers_only_add_delay() {
        for (fps, jitter, burst) in [(30.0, 0.3, 0.021), (15.0, 0.1, 0.0213), (60.0, 0.1, 0.085)] {
            let run = minute(fps, jitter, burst, 0.0, 1);
            assert_eq!((run.holds, run.skips), (0, 0), "{fps} {burst}: {run:?}");
            let most = 1000.0 / fps + burst * 1000.0 + 60.0;
            assert!(run.highest < milliseconds(most as i64), "{fps} {burst}: {run:?}");
        }
    }

    fn sounding(position: u64) -> At {
        At { position, sounding: true, edge: None }
    }

    #[test]
    fn a_pause_runs_dry_and_waits_for_the_lead() {
        let start = START.cast_unsigned();
        let mut follower = Follower::new();
        follower.restart(1000, 1);
        assert_eq!(follower.next(sounding(1000), 0.003), Next::Hold);
        follower.reach(1000 + start);
        assert_eq!(follower.next(sounding(1000), 0.003), Next::Play(1.0));
        assert_eq!(follower.next(sounding(1000 + start), 0.003), Next::Hold);
        // One step is not enough to go on, three are.
        follower.reach(1000 + start + 512);
        assert_eq!(follower.next(sounding(1000 + start), 0.003), Next::Hold);
        follower.reach(1000 + start + 1536);
        assert_eq!(follower.next(sounding(1000 + start), 0.003), Next::Play(1.0));
    }

    #[test]
    fn slept_silence_is_passed_over_but_no_tone() {
        let wake = |edge| {
            let mut follower = Follower::new();
            follower.restart(0, 1);
            follower.reach(32_768);
            follower.next(At { position: 0, sounding: false, edge }, 0.003)
        };
        let newest = 32_768 - START.cast_unsigned();
        assert_eq!(wake(None), Next::Skip(newest));
        assert_eq!(wake(Some(32_700)), Next::Skip(newest));
        assert_eq!(wake(Some(9000)), Next::Skip(9000), "a press while the game slept");
    }

    /// Plays with a lead of `lead` ticks until something else than playing happens.
    fn until_not_playing(lead: u64, mut sounds: impl FnMut(u32) -> bool) -> (u32, Next) {
        let mut follower = Follower::new();
        follower.restart(0, 1);
        let mut position = 0;
        for block in 0..1000 {
            follower.reach(position + lead);
            let at = At { position, sounding: sounds(block), edge: None };
            match follower.next(at, 0.003) {
                Next::Play(_) => position += 98,
                other => return (block, other),
            }
        }
        (1000, Next::Play(0.0))
    }

    #[test]
    fn a_backlog_is_cut_in_the_next_silence_or_when_it_is_absurd() {
        let (block, next) = until_not_playing(16_384, |block| block < 700);
        assert_eq!(block, 700);
        assert_eq!(next, Next::Skip(700 * 98 + 16_384 - START.cast_unsigned()));
        let (block, next) = until_not_playing(100_000, |_| true);
        assert!((150..180).contains(&block), "{block}");
        assert_eq!(next, Next::Skip(u64::from(block) * 98 + 100_000 - LOWEST.cast_unsigned()));
        assert_eq!(until_not_playing(1500, |_| true).0, 1000);
    }

    #[test]
    fn a_cut_leaves_a_rest_between_two_notes() {
        let mut follower = Follower::new();
        follower.restart(0, 1);
        follower.reach(20_000);
        assert!(matches!(follower.next(sounding(0), 0.6), Next::Play(_)));
        assert!(matches!(follower.next(sounding(0), 0.6), Next::Play(_)));
        let at = |edge| At { position: 5000, sounding: false, edge: Some(edge) };
        assert_eq!(follower.next(at(9000), 0.003), Next::Skip(9000 - REST));
    }

    #[test]
    fn without_a_toy_nothing_plays() {
        let mut follower = Follower::new();
        follower.reach(u64::MAX);
        assert_eq!(follower.next(sounding(0), 0.003), Next::Hold);
    }
}
