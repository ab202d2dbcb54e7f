//! The divider's square wave, in half ticks: levels and the times of its edges.

use eggtooth_toy::Tone;

/// A time that never comes.
pub(super) const NEVER: u64 = u64::MAX;

/// A tone as the divider makes it. All times are in half ticks (1/65536 s), because the duty of the
/// four high tones is set in half ticks (TM, table 10.4.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wave {
    period: u64,
    high: u64,
    /// The levels, high and low, with the mean taken out: a tone begins and ends without a thump.
    levels: [f32; 2],
}

impl Wave {
    /// The wave of a tone; `None` where the pin would not move at all, which is silence.
    pub(super) fn new(tone: Tone) -> Option<Self> {
        let period = 2 * u64::from(tone.divisor);
        let high = u64::from(tone.high_half_ticks);
        if high == 0 || high >= period {
            return None;
        }
        let mean = high as f32 / period as f32;
        Some(Self { period, high, levels: [1.0 - mean, -mean] })
    }

    /// The level at half tick `time`, the high part first in each period.
    pub(super) fn level(&self, time: u64) -> f32 {
        self.levels[usize::from(time % self.period >= self.high)]
    }

    /// The time of the first edge after half tick `time`.
    pub(super) fn next_edge(&self, time: u64) -> u64 {
        let phase = time % self.period;
        let to = if phase < self.high { self.high } else { self.period };
        time.saturating_add(to - phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(divisor: u8, high_half_ticks: u8) -> Option<Wave> {
        Wave::new(Tone { divisor, high_half_ticks })
    }

    #[test]
    fn follows_the_free_running_divider() {
        // 3276.8 Hz at envelope level 1: 20 half ticks a period, 8 of them high.
        let wave = wave(10, 8).unwrap();
        assert_eq!(wave.level(40), 0.6);
        assert_eq!(wave.level(47), 0.6);
        assert_eq!(wave.level(48), -0.4);
        assert_eq!(wave.level(59), -0.4);
        assert_eq!([wave.next_edge(40), wave.next_edge(47), wave.next_edge(48)], [48, 48, 60]);
    }

    #[test]
    fn is_silent_where_the_pin_stands_still() {
        assert_eq!(wave(0, 0), None);
        assert_eq!(wave(8, 0), None);
        assert_eq!(wave(8, 16), None);
        assert_eq!(wave(0, 5), None);
    }

    #[test]
    fn has_no_mean() {
        for (divisor, high) in [(8, 1), (10, 8), (28, 24), (28, 10)] {
            let wave = wave(divisor, high).unwrap();
            let sum: f32 = (0..2 * u64::from(divisor)).map(|t| wave.level(t)).sum();
            assert!(sum.abs() < 1e-5, "{divisor} {high}: {sum}");
        }
    }
}
