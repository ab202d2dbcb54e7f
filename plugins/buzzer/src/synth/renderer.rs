//! The renderer: a timeline of edges in, samples out.

use super::colour::{Colour, Filter};
use super::step::{Step, TAPS};
use super::wave::{NEVER, Wave};
use eggtooth_toy::{TICKS_PER_SECOND, Tone};
use std::collections::VecDeque;
use std::ops::RangeInclusive;

/// Half ticks in a second, the grid that every edge of the buzzer lies on.
const HALVES_PER_SECOND: u64 = 2 * TICKS_PER_SECOND;

/// Time is counted in half ticks and `sample_rate << FINE` parts of one, so that a sample is a whole
/// number of parts at any sample rate: no tone ever drifts. The extra bits let [`Renderer::set_pace`]
/// change the pace in steps of a billionth.
const FINE: u32 = 14;

/// Parts between two samples at the toy's own pace.
const SAMPLE_PARTS: u64 = HALVES_PER_SECOND << FINE;

/// The last half tick that is told apart from [`NEVER`]: after 2 million years. Later ticks mean this one.
const LAST: u64 = 1 << 62;

/// How long a tone takes to swell and to die: long enough that switching makes no click, short against
/// the shortest note a toy plays (the 31.25 ms one-shot).
const RAMP_SECONDS: f32 = 0.001;

/// The amplitude of the pin's 0–1 swing. Leaves room for the narrowest pulse (peak 0.95), Gibbs'
/// overshoot and the peak of [`Colour::Piezo`] below full scale.
const AMPLITUDE: f32 = 0.55;

/// Why a renderer cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SynthError {
    /// The sample rate is outside [`Renderer::SAMPLE_RATES`].
    #[error("a sample rate of {0} Hz is not supported; use 8000 to 384000")]
    SampleRate(u32),
}

/// Renders one buzzer's tone edges as mono samples between −1 and 1.
///
/// Sample `n` is the wave at `n / sample_rate` seconds after the start tick, 16 samples late (the
/// band-limited step looks both ways).
pub struct Renderer {
    step: Step,
    filter: Filter,
    colour: Colour,
    /// Parts in a half tick, and parts from one sample to the next at the present pace.
    half_parts: u64,
    pace: u64,
    /// The time of the next sample: whole half ticks, and parts below `half_parts`.
    half: u64,
    part: u64,
    /// Edges not reached yet, in half ticks, oldest first.
    edges: VecDeque<(u64, Option<Wave>)>,
    wave: Option<Wave>,
    /// Whether the pin sounds; the wave runs on for a millisecond after.
    on: bool,
    next_edge: u64,
    level: f32,
    /// What is missing to a band-limited wave in the samples to come; a ring that starts at `head`.
    rests: [f32; TAPS],
    head: usize,
    /// The ramp, 0 silent to 1 full, and its change a sample.
    ramp: f32,
    ramp_step: f32,
    silent: bool,
}

impl Renderer {
    /// The sample rates that are supported, in hertz.
    pub const SAMPLE_RATES: RangeInclusive<u32> = 8_000..=384_000;

    /// A silent renderer at tick 0 with [`Colour::Piezo`].
    ///
    /// # Errors
    /// If `sample_rate` (in hertz) is outside [`Self::SAMPLE_RATES`].
    pub fn new(sample_rate: u32) -> Result<Self, SynthError> {
        Self::with(sample_rate, Colour::default(), 0)
    }

    /// A silent renderer at tick 0 that can hold `edges` edges ahead without allocating.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with(sample_rate: u32, colour: Colour, edges: usize) -> Result<Self, SynthError> {
        let mut renderer = Self {
            step: Step::new(),
            filter: Filter::new(colour, sample_rate),
            colour,
            half_parts: 1,
            pace: SAMPLE_PARTS,
            half: 0,
            part: 0,
            edges: VecDeque::with_capacity(edges),
            wave: None,
            on: false,
            next_edge: NEVER,
            level: 0.0,
            rests: [0.0; TAPS],
            head: 0,
            ramp: 0.0,
            ramp_step: 1.0,
            silent: true,
        };
        renderer.set_sample_rate(sample_rate)?;
        Ok(renderer)
    }

    /// Goes on at another sample rate. Allocates nothing.
    ///
    /// # Errors
    /// As [`Self::new`]; the rate stays as it was.
    pub fn set_sample_rate(&mut self, sample_rate: u32) -> Result<(), SynthError> {
        if !Self::SAMPLE_RATES.contains(&sample_rate) {
            return Err(SynthError::SampleRate(sample_rate));
        }
        self.filter = Filter::new(self.colour, sample_rate);
        self.half_parts = u64::from(sample_rate) << FINE;
        self.part = 0;
        self.ramp_step = 1.0 / (RAMP_SECONDS * sample_rate as f32);
        Ok(())
    }

    /// The tick that has been rendered up to.
    #[must_use]
    pub fn tick(&self) -> u64 {
        self.half / 2
    }

    /// Edges that were pushed and not reached yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.edges.len()
    }

    /// The tick of the first edge that was not reached yet.
    #[must_use]
    pub fn next_edge_tick(&self) -> Option<u64> {
        self.edges.front().map(|edge| edge.0 / 2)
    }

    /// Whether a tone is on, or still dying away.
    #[must_use]
    pub fn is_sounding(&self) -> bool {
        self.on || self.ramp > 0.0
    }

    /// Whether there is nothing to hear now and until the next push.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.silent && self.edges.is_empty()
    }

    /// From `tick` on the buzzer sounds `tone`. Ticks must not fall; an edge in the past acts at once.
    pub fn push(&mut self, tick: u64, tone: Option<Tone>) {
        let last = self.edges.back().map_or(0, |edge| edge.0);
        let at = halves(tick).max(last);
        self.edges.push_back((at, tone.and_then(Wave::new)));
    }

    /// Like [`Self::push`], but where `most` edges wait already the last of them is changed instead, so
    /// that the queue is bounded and still ends with what the buzzer does.
    pub fn push_bounded(&mut self, tick: u64, tone: Option<Tone>, most: usize) {
        let full = self.edges.len() >= most;
        match self.edges.back_mut() {
            Some(last) if full => last.1 = tone.and_then(Wave::new),
            _ => self.push(tick, tone),
        }
    }

    /// Continues at `tick`, forwards or back. Edges up to it take effect, later ones stay; what sounds
    /// goes over without a click.
    pub fn seek(&mut self, tick: u64) {
        (self.half, self.part) = (halves(tick), 0);
        while let Some(&(at, wave)) = self.edges.front()
            && at <= self.half
        {
            self.edges.pop_front();
            self.take(wave);
        }
        self.turn(self.half, 0.0);
    }

    /// Drops every edge that was not reached, and goes quiet.
    pub fn clear(&mut self) {
        self.edges.clear();
        self.on = false;
    }

    /// Lets the toy's time pass at `pace` (0.25 to 4, clamped) times its own speed against the samples;
    /// pitch follows, as on a tape.
    pub fn set_pace(&mut self, pace: f64) {
        let pace = if pace.is_finite() { pace.clamp(0.25, 4.0) } else { 1.0 };
        self.pace = (SAMPLE_PARTS as f64 * pace) as u64;
    }

    /// Appends all samples before `until_tick`.
    pub fn render(&mut self, until_tick: u64, out: &mut Vec<f32>) {
        let until = halves(until_tick);
        while self.half < until {
            out.push(self.sample());
        }
    }

    /// The next sample. Allocates nothing.
    pub fn sample(&mut self) -> f32 {
        self.run_edges();
        self.silent &= !self.on;
        let out = if self.silent { 0.0 } else { self.mix(self.on) };
        self.pass();
        out
    }

    /// A sample for a toy that stands still: what sounds fades out while time runs on for a millisecond
    /// at most, then time holds. [`Self::sample`] takes it up again.
    pub fn hold(&mut self) -> f32 {
        if self.ramp > 0.0 {
            self.run_edges();
            let out = self.mix(false);
            self.pass();
            return out;
        }
        if self.silent { 0.0 } else { self.mix(false) }
    }

    /// Time goes on by one sample.
    fn pass(&mut self) {
        self.part += self.pace;
        self.half += self.part / self.half_parts;
        self.part %= self.half_parts;
    }

    /// Acts on every edge up to the time of this sample: the timeline's and the wave's own.
    fn run_edges(&mut self) {
        loop {
            let pushed = self.edges.front().map_or(NEVER, |edge| edge.0);
            let at = pushed.min(self.next_edge);
            if at > self.half {
                return;
            }
            if at == pushed
                && let Some((_, wave)) = self.edges.pop_front()
            {
                self.take(wave);
            }
            // An edge that came too late acts as if it lay right behind the sample before.
            let parts = (self.half - at).saturating_mul(self.half_parts).saturating_add(self.part);
            let since = parts.min(self.pace - 1) as f32 / self.pace as f32;
            self.turn(at, since);
        }
    }

    /// Switches to another wave; the one before goes on under the ramp if there is none.
    fn take(&mut self, wave: Option<Wave>) {
        self.on = wave.is_some();
        if self.on {
            self.wave = wave;
            self.silent = false;
        }
    }

    /// Brings the level to what the wave is at half tick `at`, `since` samples before this one.
    fn turn(&mut self, at: u64, since: f32) {
        let Some(wave) = self.wave else {
            self.next_edge = NEVER;
            return;
        };
        let jump = wave.level(at) - self.level;
        self.level += jump;
        self.next_edge = wave.next_edge(at);
        if jump != 0.0 {
            for tap in 0..TAPS {
                self.rests[(self.head + tap) % TAPS] += jump * self.step.rest(tap, since);
            }
        }
    }

    /// One sample from the wave, the ramp, which rises if `sounding`, and the filter.
    fn mix(&mut self, sounding: bool) -> f32 {
        let wave = self.level + self.rests[self.head];
        self.rests[self.head] = 0.0;
        self.head = (self.head + 1) % TAPS;
        let change = if sounding { self.ramp_step } else { -self.ramp_step };
        self.ramp = (self.ramp + change).clamp(0.0, 1.0);
        // Smoothstep: no corner at either end of the ramp.
        let swell = self.ramp * self.ramp * (3.0 - 2.0 * self.ramp);
        let out = self.filter.process(wave * swell * AMPLITUDE);
        if self.ramp == 0.0 {
            self.silent = self.filter.settle();
            if !self.on && self.wave.take().is_some() {
                (self.level, self.next_edge, self.rests) = (0.0, NEVER, [0.0; TAPS]);
            }
        }
        out
    }
}

/// A tick in half ticks.
fn halves(tick: u64) -> u64 {
    tick.saturating_mul(2).min(LAST)
}
