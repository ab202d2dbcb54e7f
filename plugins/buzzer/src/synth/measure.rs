//! Measuring instruments for the tests.

use std::f64::consts::TAU;

/// Hertz, from the time between the first and the last rising zero crossing, each interpolated.
pub(crate) fn frequency(samples: &[f32], sample_rate: f64) -> f64 {
    let rising: Vec<f64> = samples
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0] < 0.0 && pair[1] >= 0.0)
        .map(|(n, pair)| n as f64 + f64::from(pair[0] / (pair[0] - pair[1])))
        .collect();
    let span = rising.last().unwrap() - rising.first().unwrap();
    (rising.len() - 1) as f64 * sample_rate / span
}

/// The amplitude at one frequency, by Goertzel's sum under a Hann window.
pub(crate) fn amplitude(samples: &[f32], hertz: f64, sample_rate: f64) -> f64 {
    let length = samples.len() as f64;
    let (mut re, mut im, mut weight) = (0.0, 0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let n = n as f64;
        let window = 0.5 - 0.5 * (TAU * n / length).cos();
        let angle = TAU * hertz * n / sample_rate;
        re += window * f64::from(*sample) * angle.cos();
        im += window * f64::from(*sample) * angle.sin();
        weight += window;
    }
    2.0 * (re * re + im * im).sqrt() / weight
}

/// The largest absolute value.
pub(crate) fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |most, s| most.max(s.abs()))
}

/// The largest difference between neighbours.
pub(crate) fn steepest(samples: &[f32]) -> f32 {
    samples.windows(2).fold(0.0, |most, pair| most.max((pair[1] - pair[0]).abs()))
}
