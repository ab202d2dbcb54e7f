//! The whole way from messages to the device, with a device that keeps what it is given.

mod speaker;

use super::*;
use crate::synth::measure::{frequency, peak, steepest};
use bevy::MinimalPlugins;
use bevy::time::TimeUpdateStrategy;
use eggtooth_toy::Tone;
use kira::backend::Renderer;
use std::sync::Mutex;

const RATE: usize = 48_000;
const FRAME: usize = RATE / 60;
const BEEP: Option<Tone> = Some(Tone { divisor: 16, high_half_ticks: 16 });
const HIGH: Option<Tone> = Some(Tone { divisor: 8, high_half_ticks: 8 });

/// A sound device whose samples can be read. (kira's own mock keeps its samples to itself.)
struct Tape(Option<Mutex<Renderer>>);

impl Backend for Tape {
    type Settings = ();
    type Error = String;

    fn setup(_: (), _: usize) -> Result<(Self, u32), String> {
        Ok((Self(None), RATE as u32))
    }

    fn start(&mut self, renderer: Renderer) -> Result<(), String> {
        self.0 = Some(Mutex::new(renderer));
        Ok(())
    }
}

impl Tape {
    /// The device asks for `count` samples at once: what is heard left.
    fn take(&mut self, count: usize) -> Vec<f32> {
        self.take_both(count).chunks(2).map(|pair| pair[0]).collect()
    }

    /// The same, left and right by turns.
    fn take_both(&mut self, count: usize) -> Vec<f32> {
        let renderer = self.0.as_mut().unwrap().get_mut().unwrap();
        let mut out = vec![0.0; 2 * count];
        renderer.on_start_processing();
        renderer.process(&mut out, 2);
        out
    }

    fn change_rate(&mut self, rate: u32) {
        self.0.as_mut().unwrap().get_mut().unwrap().on_change_sample_rate(rate);
    }
}

/// A game with one shown toy, whose time is moved by hand.
struct Game {
    app: App,
    toy: Entity,
    heard: Vec<f32>,
}

impl Game {
    fn new() -> Self {
        let mut game = Self::with(Arc::new(Player::open));
        assert_eq!(game.device().settle(Duration::from_secs(10)), Some(Change::Opened));
        game.app.insert_resource(Speaker::Playing);
        game.app.world_mut().resource_mut::<BuzzerSettings>().volume = 1.0;
        game
    }

    fn with(opener: device::Opener<Tape>) -> Self {
        let mut app = App::new();
        app.add_plugins(MinimalPlugins);
        app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs(1) / 60));
        add(&mut app, Device::new(opener), None);
        let toy = app.world_mut().spawn((Clock(1000), Pace::default(), BuzzerTone(None), Shown)).id();
        app.finish();
        app.cleanup();
        Self { app, toy, heard: Vec::new() }
    }

    fn device(&mut self) -> &mut Device<Tape> {
        self.app.world_mut().non_send_mut::<Device<Tape>>().into_inner()
    }

    fn tick(&self) -> u64 {
        self.app.world().get::<Clock>(self.toy).unwrap().0
    }

    fn tone(&mut self, toy: Entity, tick: u64, tone: Option<Tone>) {
        self.app.world_mut().get_mut::<BuzzerTone>(toy).unwrap().0 = tone;
        self.app.world_mut().write_message(ToyEdge { toy, tick, edge: Edge::Tone(tone) });
    }

    /// One frame in which the toy's time passes by `ticks`, and the sound of it.
    fn frame(&mut self, ticks: u64) {
        self.app.world_mut().get_mut::<Clock>(self.toy).unwrap().0 += ticks;
        self.app.update();
        if let Some(player) = self.device().player() {
            let block = player.manager.backend_mut().take(FRAME);
            self.heard.extend(block);
        }
    }

    /// Frames of real time, in which the toy's time passes in whole steps `speed` times as fast. Before
    /// each frame `edges` may happen.
    fn run(&mut self, frames: usize, speed: u64, mut edges: impl FnMut(&mut Self, std::ops::Range<u64>)) {
        for frame in 0..frames as u64 {
            let steps = |frame: u64| frame * 64 / 60;
            let ticks = (steps(frame + 1) - steps(frame)) * 512 * speed;
            let now = self.tick();
            edges(self, now..now + ticks);
            self.frame(ticks);
        }
    }

    /// One frame of a game that slept for `seconds`, or hung; then frames as usual.
    fn sleep(&mut self, seconds: u64) {
        let take = |game: &mut Self, count| {
            let block = game.device().player().unwrap().manager.backend_mut().take(count);
            game.heard.extend(block);
        };
        take(self, seconds as usize * RATE);
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs(seconds)));
        self.app.world_mut().get_mut::<Clock>(self.toy).unwrap().0 += seconds * 32_768;
        self.app.update();
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs(1) / 60));
        take(self, FRAME);
    }

    fn redraws(&mut self) -> bool {
        let mut requests = self.app.world_mut().resource_mut::<Messages<RequestRedraw>>();
        requests.drain().count() > 0
    }

    fn quiet(&mut self, frames: usize) {
        self.run(frames, 1, |_, _| ());
    }
}

/// The samples at which something starts to sound after silence.
fn onsets(samples: &[f32]) -> Vec<usize> {
    let loud = |n: usize| samples[n].abs() > 0.02;
    (100..samples.len()).filter(|&n| loud(n) && !(n - 100..n).any(loud)).collect()
}

#[test]
fn a_tone_is_heard_in_tune_a_little_late_and_ends() {
    let mut game = Game::new();
    game.quiet(30);
    assert_eq!(peak(&game.heard), 0.0);
    let from = game.heard.len();
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    game.quiet(120);
    let delay = onsets(&game.heard[from - 200..])[0] as f64 / RATE as f64 - 200.0 / RATE as f64;
    assert!((0.010..0.070).contains(&delay), "{delay} s");
    let middle = &game.heard[from + RATE / 2..from + RATE * 3 / 2];
    let measured = frequency(middle, RATE as f64);
    // The clock may be trimmed by 0.3 %; a game in step needs far less.
    assert!((measured / 2048.0 - 1.0).abs() < 0.001, "{measured}");
    let now = game.tick();
    game.tone(game.toy, now, None);
    game.quiet(30);
    assert_eq!(peak(&game.heard[game.heard.len() - RATE / 10..]), 0.0);
}

#[test]
fn edges_keep_their_distance_to_the_sample() {
    let mut game = Game::new();
    game.quiet(60);
    // Blips of 300 ticks every 1000, several in a frame or none, unlike any frame or block.
    let first = game.tick() + 77;
    game.run(120, 1, |game, frame| {
        for tick in frame.filter(|t| *t >= first) {
            match (tick - first) % 1000 {
                0 => game.tone(game.toy, tick, HIGH),
                300 => game.tone(game.toy, tick, None),
                _ => (),
            }
        }
    });
    let onsets = onsets(&game.heard);
    assert!(onsets.len() > 55, "{}", onsets.len());
    let exact = 1000.0 * RATE as f64 / 32_768.0;
    for pair in onsets.windows(2) {
        let distance = (pair[1] - pair[0]) as f64;
        // The wave's phase moves the moment of the threshold by less than a period (12 samples).
        assert!((distance - exact).abs() < 0.003 * exact + 12.0, "{distance} for {exact}");
    }
    let all = (onsets[50] - onsets[0]) as f64;
    assert!((all / (50.0 * exact) - 1.0).abs() < 0.003, "{all}");
}

#[test]
fn a_pause_is_silent_and_the_tone_comes_back() {
    let mut game = Game::new();
    game.quiet(30);
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    game.quiet(30);
    assert!(peak(&game.heard[game.heard.len() - FRAME..]) > 0.2);
    for _ in 0..30 {
        game.frame(0);
    }
    let tail = &game.heard[game.heard.len() - 24 * FRAME..];
    assert_eq!(peak(tail), 0.0, "silent 100 ms after the pause");
    game.quiet(30);
    assert!(peak(&game.heard[game.heard.len() - FRAME..]) > 0.2);
    // The ramp, not a jump: no step is larger than the wave's own.
    let wave = steepest(&game.heard[game.heard.len() - 10 * FRAME..]);
    assert!(steepest(&game.heard) <= wave * 1.01);
}

#[test]
fn fast_and_catching_up_are_silent_twice_is_an_octave() {
    let mut game = Game::new();
    game.quiet(10);
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    game.app.world_mut().get_mut::<Pace>(game.toy).unwrap().speed = 16;
    game.run(20, 16, |_, _| ());
    assert_eq!(peak(&game.heard[game.heard.len() - 15 * FRAME..]), 0.0);
    game.app.world_mut().get_mut::<Pace>(game.toy).unwrap().fast_forward = true;
    game.run(20, 1024, |_, _| ());
    assert_eq!(peak(&game.heard[game.heard.len() - 15 * FRAME..]), 0.0);
    *game.app.world_mut().get_mut::<Pace>(game.toy).unwrap() = Pace { speed: 2, ..Pace::default() };
    game.run(90, 2, |_, _| ());
    let measured = frequency(&game.heard[game.heard.len() - RATE..], RATE as f64);
    assert!((measured / 4096.0 - 1.0).abs() < 0.003, "{measured}");
    // Paying back a stall: a second a frame, at the usual pace.
    game.app.world_mut().get_mut::<Pace>(game.toy).unwrap().speed = 1;
    game.run(20, 64, |_, _| ());
    assert_eq!(peak(&game.heard[game.heard.len() - 15 * FRAME..]), 0.0);
    game.quiet(30);
    assert!(peak(&game.heard[game.heard.len() - FRAME..]) > 0.2);
}

#[test]
fn a_stalled_window_resynchronises() {
    let mut game = Game::new();
    game.quiet(30);
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    game.quiet(30);
    // The device goes on while the game hangs for a second, then the game pays back a quarter.
    let block = game.device().player().unwrap().manager.backend_mut().take(RATE);
    assert_eq!(peak(&block[RATE / 5..]), 0.0);
    game.frame(8192);
    game.quiet(90);
    // What the tone is late by is made up in the next silence.
    let now = game.tick();
    game.tone(game.toy, now, None);
    game.quiet(30);
    let now = game.tick();
    let from = game.heard.len();
    game.tone(game.toy, now, BEEP);
    game.quiet(30);
    let (delay, _) = beep(&game.heard[from..]);
    assert!((10..70).contains(&delay), "{delay} ms");
}

/// The milliseconds before and during the first sound.
fn beep(samples: &[f32]) -> (usize, usize) {
    let first = samples.iter().position(|s| s.abs() > 0.05).unwrap();
    let last = samples.iter().rposition(|s| s.abs() > 0.05).unwrap();
    (first * 1000 / RATE, (last - first) * 1000 / RATE)
}

#[test]
fn a_beep_that_ends_a_sleep_is_heard_whole() {
    let mut game = Game::new();
    game.quiet(10);
    game.sleep(1);
    game.sleep(1);
    // The shortest sound of a chip, a one-shot of 31.25 ms, begins 9 ms before the frame that woke.
    let begin = game.tick() + 32_768 - 300;
    game.tone(game.toy, begin, HIGH);
    let from = game.heard.len() + RATE;
    game.sleep(1);
    game.tone(game.toy, begin + 1024, None);
    game.quiet(30);
    let (delay, length) = beep(&game.heard[from..]);
    assert!(delay < 60, "{delay} ms");
    assert!((29..=33).contains(&length), "{length} ms");
}

#[test]
fn an_answer_to_a_press_in_a_sleep_is_heard_whole() {
    let mut game = Game::new();
    game.quiet(10);
    game.sleep(1);
    // The press woke the game, and the toy met it at the beginning of what it had slept.
    let begin = game.tick() + 5000;
    game.tone(game.toy, begin, HIGH);
    game.tone(game.toy, begin + 3277, None);
    let from = game.heard.len() + RATE;
    game.sleep(1);
    game.quiet(60);
    let (delay, length) = beep(&game.heard[from..]);
    assert!(delay < 30, "{delay} ms");
    assert!((98..=102).contains(&length), "{length} ms");
    // The lead of most of a second is gone for the next one.
    let now = game.tick();
    let from = game.heard.len();
    game.tone(game.toy, now, HIGH);
    game.quiet(30);
    let (delay, _) = beep(&game.heard[from..]);
    assert!(delay < 70, "{delay} ms");
}

#[test]
fn the_game_stays_awake_while_something_sounds() {
    let mut game = Game::new();
    game.quiet(40);
    game.redraws();
    game.quiet(1);
    assert!(!game.redraws());
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    for _ in 0..100 {
        game.quiet(1);
        assert!(game.redraws());
    }
    // Paused, muted or over, it may sleep.
    game.app.world_mut().resource_mut::<BuzzerSettings>().muted = true;
    game.quiet(1);
    assert!(!game.redraws());
    game.app.world_mut().resource_mut::<BuzzerSettings>().muted = false;
    game.quiet(1);
    assert!(game.redraws());
    game.app.world_mut().get_mut::<Pace>(game.toy).unwrap().paused = true;
    (0..40).for_each(|_| game.frame(0));
    game.redraws();
    game.frame(0);
    assert!(!game.redraws());
    game.app.world_mut().get_mut::<Pace>(game.toy).unwrap().paused = false;
    let now = game.tick();
    game.tone(game.toy, now, None);
    game.quiet(20);
    assert!(game.redraws(), "a tune may go on");
    game.quiet(20);
    game.redraws();
    game.quiet(1);
    assert!(!game.redraws());
}

#[test]
fn only_the_shown_toy_is_heard() {
    let mut game = Game::new();
    let other = game.app.world_mut().spawn((Clock(1000), Pace::default(), BuzzerTone(None))).id();
    game.quiet(30);
    let now = game.tick();
    game.tone(other, now, BEEP);
    game.quiet(30);
    assert_eq!(peak(&game.heard), 0.0);
    // It is put on the desk while it sounds; the one before leaves.
    let first = game.toy;
    game.app.world_mut().entity_mut(first).remove::<Shown>();
    game.app.world_mut().entity_mut(other).insert(Shown);
    game.toy = other;
    game.quiet(30);
    assert!(peak(&game.heard) > 0.2);
    // The desk is empty.
    game.app.world_mut().despawn(other);
    game.heard.clear();
    game.app.update();
    let block = game.device().player().unwrap().manager.backend_mut().take(RATE);
    assert_eq!(peak(&block[RATE / 10..]), 0.0);
}

#[test]
fn another_pet_in_the_place_does_not_inherit_the_tone() {
    let mut game = Game::new();
    game.quiet(30);
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    game.quiet(30);
    // As the shelf does it: time is reset, the tone is known after the next step.
    game.app.world_mut().get_mut::<Clock>(game.toy).unwrap().0 = 0;
    game.frame(0);
    game.app.world_mut().get_mut::<BuzzerTone>(game.toy).unwrap().0 = None;
    game.frame(77_000_512);
    game.heard.clear();
    game.quiet(60);
    assert_eq!(peak(&game.heard[FRAME..]), 0.0);
}

#[test]
fn volume_and_mute_act_at_once_and_softly() {
    let mut game = Game::new();
    game.quiet(30);
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    game.quiet(60);
    let full = peak(&game.heard[game.heard.len() - FRAME..]);
    let wave = steepest(&game.heard[game.heard.len() - FRAME..]);
    let mut set = |volume, muted| {
        *game.app.world_mut().resource_mut::<BuzzerSettings>() = BuzzerSettings { volume, muted };
        game.quiet(4);
        peak(&game.heard[game.heard.len() - FRAME..]) / full
    };
    assert!((set(0.5, false) - 0.315).abs() < 0.01, "half as loud is 10 dB less");
    assert_eq!(set(0.5, true), 0.0);
    assert_eq!(set(0.0, false), 0.0);
    assert_eq!(set(f32::NAN, false), 0.0);
    assert!((set(7.0, false) - 1.0).abs() < 0.02);
    assert!(steepest(&game.heard) <= wave * 1.02);
}

#[test]
fn settings_start_audible() {
    let settings = BuzzerSettings::default();
    assert!(settings.gain() > 0.4 && settings.gain() < 1.0);
}

#[test]
fn toys_at_the_table_are_heard_from_their_places() {
    let mut game = Game::new();
    let friend = game.app.world_mut().spawn((Clock(5000), Pace::default(), BuzzerTone(None), Pan(1.0))).id();
    game.app.world_mut().entity_mut(game.toy).insert(Pan(-1.0));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for frame in 0..120u64 {
        if frame == 30 {
            let tick = game.app.world().get::<Clock>(friend).unwrap().0;
            game.tone(friend, tick, HIGH);
        }
        for toy in [game.toy, friend] {
            game.app.world_mut().get_mut::<Clock>(toy).unwrap().0 += 32_768 / 60;
        }
        game.app.update();
        let both = game.device().player().unwrap().manager.backend_mut().take_both(FRAME);
        left.extend(both.chunks(2).map(|pair| pair[0]));
        right.extend(both.chunks(2).map(|pair| pair[1]));
    }
    assert!(peak(&right[RATE..]) > 0.1, "the friend's toy is heard on its side");
    assert!(peak(&left) < 1e-3, "and not on the other: {}", peak(&left));
    assert!((frequency(&right[RATE..], RATE as f64) - 4096.0).abs() < 40.0);
}

#[test]
fn voices_are_kept_and_given_back() {
    let mut world = World::new();
    let toys: Vec<Entity> = (0..6).map(|_| world.spawn_empty().id()).collect();
    let mut voices = [None; VOICES];
    let mut give = |there: &[(usize, bool)]| {
        assign(&mut voices, there.iter().map(|&(n, shown)| (toys[n], shown)));
        voices.map(|toy| toy.and_then(|toy| toys.iter().position(|other| *other == toy)))
    };
    assert_eq!(give(&[(0, true)]), [Some(0), None, None, None]);
    let four = give(&[(0, true), (1, false), (2, false), (3, false), (4, false)]);
    assert_eq!((four[0], four.iter().flatten().count()), (Some(0), 4));
    let first = four[1].unwrap();
    let rest: Vec<(usize, bool)> = (1..5).filter(|n| *n != first).map(|n| (n, false)).collect();
    let after = give(&[&[(5, true)], rest.as_slice()].concat());
    assert_eq!(after[0], Some(5));
    assert_eq!((after[2], after[3]), (four[2], four[3]), "who stays keeps the voice");
    assert!(after[1].is_some() && after[1] != Some(first), "a voice that is free is given on");
    assert_eq!(give(&[]), [None; VOICES]);
}
