//! The never-ending sound that runs on the audio thread.

use super::feed::Event;
use super::follower::{At, Follower, Next};
use crate::synth::{Colour, Renderer, SynthError};
use kira::Frame;
use kira::info::Info;
use kira::sound::{Sound, SoundData};
use rtrb::Consumer;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Edges that may wait for their time. A tune needs a few; more are a ROM that misuses the pin.
const MOST_EDGES: usize = 4096;

/// The rate to start with; the first block tells the real one.
const FIRST_RATE: u32 = 48_000;

/// How fast the volume follows its slider, per second: a sweep takes 20 ms, so that nothing crackles.
const GAIN_PER_SECOND: f64 = 50.0;

/// Toys that can be heard at once.
pub(super) const VOICES: usize = 4;

/// Amplitude of a voice among others, so that two that beep together do not clip.
const AMONG_OTHERS: f32 = 0.7;

/// What both threads see.
#[derive(Debug, Default)]
pub(super) struct Shared {
    gain: AtomicU32,
    frames: AtomicU64,
    /// Amplitudes left and right of each voice.
    sides: [[AtomicU32; 2]; VOICES],
}

impl Shared {
    /// Sets the amplitude, 0 to 1.
    pub(super) fn set_gain(&self, gain: f32) {
        self.gain.store(gain.to_bits(), Ordering::Relaxed);
    }

    /// Sets where a voice is heard, -1 left to 1 right, among others; `None`: in the middle, alone.
    pub(super) fn set_pan(&self, voice: usize, pan: Option<f32>) {
        let sides = pan.map_or([1.0, 1.0], |pan| {
            let pan = if pan.is_nan() { 0.0 } else { pan.clamp(-1.0, 1.0) };
            [(1.0 - pan).min(1.0) * AMONG_OTHERS, (1.0 + pan).min(1.0) * AMONG_OTHERS]
        });
        for (side, wanted) in self.sides.iter().flatten().skip(2 * voice).zip(sides) {
            side.store(wanted.to_bits(), Ordering::Relaxed);
        }
    }

    /// The amplitudes left and right of a voice.
    fn sides(&self, voice: usize) -> [f32; 2] {
        let side = |n: usize| self.sides.iter().flatten().nth(2 * voice + n);
        [0, 1].map(|n| side(n).map_or(0.0, |side| f32::from_bits(side.load(Ordering::Relaxed))))
    }

    /// Samples the device has taken so far; stands still when it is gone.
    pub(super) fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }
}

/// The sound before it is played. It ends when the game's end of the queue is dropped.
pub(super) struct Stream {
    events: Consumer<Event>,
    renderer: Renderer,
    shared: Arc<Shared>,
    voice: usize,
}

impl Stream {
    /// Makes everything that needs memory, so that playing needs none.
    ///
    /// # Errors
    /// None in practice; the renderer checks its rate.
    pub(super) fn new(events: Consumer<Event>, shared: Arc<Shared>, voice: usize) -> Result<Self, SynthError> {
        let renderer = Renderer::with(FIRST_RATE, Colour::default(), MOST_EDGES)?;
        Ok(Self { events, renderer, shared, voice })
    }

    /// The sound itself.
    pub(super) fn start(self) -> Playing {
        Playing {
            events: self.events,
            renderer: self.renderer,
            follower: Follower::new(),
            shared: self.shared,
            rate: FIRST_RATE,
            usable: true,
            voice: self.voice,
            gain: [0.0; 2],
        }
    }
}

impl SoundData for Stream {
    type Error = Infallible;
    type Handle = ();

    fn into_sound(self) -> Result<(Box<dyn Sound>, ()), Infallible> {
        Ok((Box::new(self.start()), ()))
    }
}

/// The sound on the audio thread. Allocates nothing, waits for nothing.
pub(super) struct Playing {
    events: Consumer<Event>,
    renderer: Renderer,
    follower: Follower,
    shared: Arc<Shared>,
    rate: u32,
    /// Whether the renderer can do this rate.
    usable: bool,
    gain: [f32; 2],
    voice: usize,
}

impl Playing {
    /// Takes in what the game has told since the last block.
    fn listen(&mut self) {
        while let Ok(event) = self.events.pop() {
            match event {
                Event::Restart { tick, tone, speed } => {
                    self.renderer.clear();
                    self.renderer.seek(tick);
                    self.renderer.push(tick, tone);
                    self.follower.restart(tick, speed);
                }
                Event::Edge { tick, tone } => self.renderer.push_bounded(tick, tone, MOST_EDGES),
                Event::Reached(tick) => self.follower.reach(tick),
            }
        }
    }

    /// Goes with the device to another sample rate.
    fn adapt(&mut self, dt: f64) {
        let rate = (1.0 / dt).round() as u32;
        if rate != self.rate {
            self.rate = rate;
            self.usable = self.renderer.set_sample_rate(rate).is_ok();
        }
    }
}

impl Sound for Playing {
    fn process(&mut self, out: &mut [Frame], dt: f64, _: &Info) {
        if self.voice == 0 {
            self.shared.frames.fetch_add(out.len() as u64, Ordering::Relaxed);
        }
        self.listen();
        self.adapt(dt);
        if !self.usable {
            out.fill(Frame::ZERO);
            return;
        }
        let at = At {
            position: self.renderer.tick(),
            sounding: self.renderer.is_sounding(),
            edge: self.renderer.next_edge_tick(),
        };
        let plays = match self.follower.next(at, dt * out.len() as f64) {
            Next::Hold => false,
            Next::Play(pace) => {
                self.renderer.set_pace(pace);
                true
            }
            Next::Skip(tick) => {
                self.renderer.seek(tick);
                self.renderer.set_pace(self.follower.speed());
                true
            }
        };
        let gain = f32::from_bits(self.shared.gain.load(Ordering::Relaxed));
        let wanted = self.shared.sides(self.voice).map(|side| side * gain);
        let most = (GAIN_PER_SECOND * dt) as f32;
        for frame in out {
            let known = self.renderer.tick() < self.follower.reached();
            let sample = if plays && known { self.renderer.sample() } else { self.renderer.hold() };
            for (gain, wanted) in self.gain.iter_mut().zip(wanted) {
                *gain += (wanted - *gain).clamp(-most, most);
            }
            *frame = Frame::new(sample * self.gain[0], sample * self.gain[1]);
        }
    }

    fn finished(&self) -> bool {
        self.events.is_abandoned()
    }
}
