//! Devices that change, fail, come late and go.

use super::*;
use kira::backend::mock::{MockBackend, MockBackendSettings};
use kira::{AudioManager, AudioManagerSettings};
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn follows_the_device_to_another_sample_rate() {
    let mut game = Game::new();
    game.quiet(30);
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    game.quiet(30);
    game.device().player().unwrap().manager.backend_mut().change_rate(96_000);
    let mut heard = Vec::new();
    for frame in 0..90 {
        let ticks = if frame % 15 == 0 { 1024 } else { 512 };
        game.app.world_mut().get_mut::<Clock>(game.toy).unwrap().0 += ticks;
        game.app.update();
        heard.extend(game.device().player().unwrap().manager.backend_mut().take(1600));
    }
    let measured = frequency(&heard[48_000..], 96_000.0);
    assert!((measured / 2048.0 - 1.0).abs() < 0.004, "{measured}");
    // A rate that nobody renders is silent, and no harm.
    game.device().player().unwrap().manager.backend_mut().change_rate(1);
    game.quiet(2);
    assert_eq!(peak(&game.heard[game.heard.len() - FRAME..]), 0.0);
}

#[test]
fn a_game_without_a_device_goes_on_and_finds_it_later() {
    let there = Arc::new(AtomicBool::new(false));
    let seen = there.clone();
    let mut game =
        Game::with(Arc::new(move || if seen.load(Ordering::Relaxed) { Player::open() } else { Err("none".into()) }));
    let speaker = |game: &Game| *game.app.world().resource::<Speaker>();
    let until = |game: &mut Game, wanted| {
        for _ in 0..60_000 {
            game.quiet(1);
            if speaker(game) == wanted {
                return;
            }
            std::thread::yield_now();
        }
        panic!("{:?} instead of {wanted:?}", speaker(game));
    };
    assert_eq!(speaker(&game), Speaker::Opening);
    until(&mut game, Speaker::Absent);
    let now = game.tick();
    game.tone(game.toy, now, BEEP);
    game.quiet(600);
    there.store(true, Ordering::Relaxed);
    until(&mut game, Speaker::Playing);
    game.quiet(60);
    assert!(peak(&game.heard) > 0.1, "it joins in the middle of the tone");

    // Then the device takes no more samples.
    for _ in 0..240 {
        game.app.update();
    }
    assert_eq!(speaker(&game), Speaker::Absent);
    until(&mut game, Speaker::Playing);
}

#[test]
fn a_computer_that_slept_has_not_lost_its_device() {
    let mut device = Device::<Tape>::new(Arc::new(Player::open));
    assert_eq!(device.settle(Duration::from_secs(10)), Some(Change::Opened));
    assert_eq!(device.poll(Duration::from_secs(1)), None);
    assert_eq!(device.poll(Duration::from_secs(30_000)), None);
    let seconds = 30_000.0;
    let lost = (0..100).find(|n| device.poll(Duration::from_secs_f64(seconds + 0.1 * f64::from(*n))).is_some());
    assert!((20..=30).contains(&lost.unwrap()), "{lost:?}");
    assert!(device.player().is_none());
}

#[test]
fn a_library_that_panics_is_no_device() {
    let mut device = Device::<Tape>::new(Arc::new(|| panic!("as kira's unwraps do")));
    let change = device.settle(Duration::from_secs(10));
    assert_eq!(change, Some(Change::Failed("the sound library gave up".into())));
}

#[test]
fn runs_on_kiras_mock_and_ends_with_the_game() {
    let (feed, events) = feed::Feed::new();
    let stream = stream::Stream::new(events, Arc::new(stream::Shared::default()), 0).unwrap();
    let mut manager = AudioManager::<MockBackend>::new(AudioManagerSettings {
        backend_settings: MockBackendSettings { sample_rate: 44_100 },
        ..AudioManagerSettings::default()
    })
    .unwrap();
    manager.play(stream).unwrap();
    manager.backend_mut().on_start_processing();
    manager.backend_mut().process();
    assert_eq!(manager.main_track().num_sounds(), 1);
    drop(feed);
    manager.backend_mut().on_start_processing();
    assert_eq!(manager.main_track().num_sounds(), 0);
}
