//! How the disc in the shell sounds: three filters in a row.

use super::maths::{cosine, sine};

/// What the samples pass through last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Nothing: the pin's wave as it is.
    Flat,
    /// A small piezo disc behind plastic: little below 1 kHz, a soft peak near 3 kHz where such
    /// discs resonate, a gentle roll-off above 9 kHz. By ear, not measured from a toy.
    #[default]
    Piezo,
}

/// Below this a filter's memory is cleared: it is under −140 dB, and decaying numbers that
/// small make processors slow.
const QUIET: f32 = 1e-7;

/// A second-order filter, transposed direct form II.
#[derive(Clone, Copy, Default)]
struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
    memory: [f32; 2],
}

/// The shapes, by R. Bristow-Johnson's "Audio EQ cookbook".
#[derive(Clone, Copy)]
enum Shape {
    HighPass,
    LowPass,
    /// A peak of this many times the amplitude.
    Peak(f64),
}

impl Biquad {
    fn new(shape: Shape, hertz: f64, q: f64, sample_rate: f64) -> Self {
        // At low sample rates the corner must stay below half of the rate.
        let angle = core::f64::consts::TAU * (hertz / sample_rate).min(0.45);
        let (cos, alpha) = (cosine(angle), sine(angle) / (2.0 * q));
        let (b, a) = match shape {
            Shape::HighPass => {
                let edge = (1.0 + cos) / 2.0;
                ([edge, -2.0 * edge, edge], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
            }
            Shape::LowPass => {
                let edge = (1.0 - cos) / 2.0;
                ([edge, 2.0 * edge, edge], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
            }
            Shape::Peak(gain) => {
                let root = gain.sqrt();
                let (up, down) = (alpha * root, alpha / root);
                ([1.0 + up, -2.0 * cos, 1.0 - up], [1.0 + down, -2.0 * cos, 1.0 - down])
            }
        };
        Self { b: b.map(|x| (x / a[0]) as f32), a: [(a[1] / a[0]) as f32, (a[2] / a[0]) as f32], memory: [0.0; 2] }
    }

    fn process(&mut self, x: f32) -> f32 {
        let y = self.b[0] * x + self.memory[0];
        self.memory[0] = self.b[1] * x - self.a[0] * y + self.memory[1];
        self.memory[1] = self.b[2] * x - self.a[1] * y;
        y
    }

    /// Clears the memory once it is inaudible; true if it is clear.
    fn settle(&mut self) -> bool {
        if self.memory.iter().all(|m| m.abs() < QUIET) {
            self.memory = [0.0; 2];
        }
        self.memory == [0.0; 2]
    }
}

/// A [`Colour`] at work.
#[derive(Clone)]
pub(super) struct Filter {
    chain: [Biquad; 3],
    flat: bool,
}

impl Filter {
    pub(super) fn new(colour: Colour, sample_rate: u32) -> Self {
        let rate = f64::from(sample_rate);
        Self {
            chain: [
                Biquad::new(Shape::HighPass, 900.0, core::f64::consts::FRAC_1_SQRT_2, rate),
                Biquad::new(Shape::Peak(1.5), 3200.0, 0.9, rate),
                Biquad::new(Shape::LowPass, 9000.0, 0.6, rate),
            ],
            flat: colour == Colour::Flat,
        }
    }

    pub(super) fn process(&mut self, x: f32) -> f32 {
        if self.flat {
            return x;
        }
        self.chain.iter_mut().fold(x, |x, filter| filter.process(x))
    }

    /// Whether silence in gives exact silence out from here on.
    pub(super) fn settle(&mut self) -> bool {
        self.flat || self.chain.each_mut().map(Biquad::settle) == [true; 3]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain_at(hertz: f64) -> f64 {
        let mut filter = Filter::new(Colour::Piezo, 48_000);
        let wave = |n: u32| (f64::from(n) * hertz / 48_000.0 * core::f64::consts::TAU).sin() as f32;
        let out: Vec<f32> = (0..9600).map(|n| filter.process(wave(n))).collect();
        f64::from(out[4800..].iter().fold(0.0f32, |m, x| m.max(x.abs())))
    }

    #[test]
    fn is_gentle() {
        assert!(gain_at(100.0) < 0.03);
        assert!((0.6..1.1).contains(&gain_at(1170.3)));
        assert!((1.3..1.6).contains(&gain_at(3200.0)));
        assert!((0.1..0.6).contains(&gain_at(15_000.0)));
    }

    #[test]
    fn settles_to_exact_silence() {
        let mut filter = Filter::new(Colour::Piezo, 48_000);
        filter.process(1.0);
        assert!(!filter.settle());
        assert!((0..4800).any(|_| {
            filter.process(0.0);
            filter.settle()
        }));
        assert_eq!(filter.process(0.0), 0.0);
    }
}
