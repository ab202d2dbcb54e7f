//! A band-limited step: what a 0 → 1 edge looks like after an ideal converter.
//!
//! A square wave written sample by sample folds its harmonics back below half the sample rate:
//! 4096 Hz at 48 kHz, with eleven samples a period, would whistle. Each edge is therefore drawn
//! as the integral of a windowed sinc, placed to a fraction of a sample.

use super::maths::{bessel_i0, sine};
use std::sync::LazyLock;

/// Samples that an edge is spread over. With [`BETA`] the transition band is 0.18 of the sample
/// rate: at 48 kHz flat to 15 kHz, gone at 24 kHz. Half of it, a third of a millisecond, is the delay.
pub(super) const TAPS: usize = 32;

/// Table points a sample. Linear interpolation between them errs by less than −90 dB.
const PHASES: usize = 256;

/// Kaiser's shape: 9 keeps aliases some 90 dB down, under a 16-bit file's last bit.
const BETA: f64 = 9.0;

/// The middle of the transition band as a part of the sample rate: 0.5 less half the band's width.
const CUTOFF: f64 = 0.41;

/// The step response, [`PHASES`] points a sample, from 0 to exactly 1.
static TABLE: LazyLock<Vec<f32>> = LazyLock::new(table);

/// The step as a table shared by all renderers; made on first use, never on the audio thread.
#[derive(Clone, Copy)]
pub(super) struct Step(&'static [f32]);

impl Step {
    pub(super) fn new() -> Self {
        Self(&TABLE)
    }

    /// How far the step still is from its end, `tap + since` samples after it began: −1 … about 0.
    /// Adding it to a level that has already jumped gives the band-limited edge.
    pub(super) fn rest(self, tap: usize, since: f32) -> f32 {
        let place = since * PHASES as f32;
        // `since` is below 1, but may round up to it.
        let point = (place as usize).min(PHASES - 1);
        let index = tap * PHASES + point;
        match self.0.get(index..index + 2) {
            Some(&[here, next]) => here + (place - point as f32) * (next - here) - 1.0,
            _ => 0.0,
        }
    }
}

fn table() -> Vec<f32> {
    let points = TAPS * PHASES;
    let middle = TAPS as f64 / 2.0;
    let kernel = |point: usize| {
        let x = point as f64 / PHASES as f64 - middle;
        let edge = x / middle;
        let window = bessel_i0(BETA * (1.0 - edge * edge).max(0.0).sqrt());
        let angle = core::f64::consts::TAU * CUTOFF * x;
        window * if x == 0.0 { 1.0 } else { sine(angle) / angle }
    };
    let mut sum = 0.0;
    let mut sums = Vec::with_capacity(points + 1);
    sums.push(0.0);
    for point in 0..points {
        sum += (kernel(point) + kernel(point + 1)) / 2.0;
        sums.push(sum);
    }
    sums.iter().map(|s| (s / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_from_nothing_to_one_through_a_half() {
        let step = Step::new();
        assert_eq!(step.rest(0, 0.0), -1.0);
        assert!((step.rest(TAPS / 2, 0.0) + 0.5).abs() < 1e-6);
        assert_eq!(step.rest(TAPS - 1, 1.0), 0.0);
        // Gibbs' overshoot of a windowed sinc stays under a tenth.
        let most = (0..TAPS * 8).map(|i| step.rest(i / 8, (i % 8) as f32 / 8.0));
        assert!(most.fold(0.0f32, f32::max) < 0.1);
    }
}
