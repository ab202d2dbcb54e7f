use super::measure::{amplitude, frequency, peak, steepest};
use super::*;
use eggtooth_toy::Tone;
use std::f64::consts::PI;

/// The fact sheet's table: hertz, divisor, high half ticks at envelope levels 1 and 8.
const TONES: [(f64, u8, u8, u8); 8] = [
    (4096.0, 8, 8, 1),
    (3276.8, 10, 8, 1),
    (2730.7, 12, 12, 5),
    (2340.6, 14, 12, 5),
    (2048.0, 16, 16, 2),
    (1638.4, 20, 16, 2),
    (1365.3, 24, 24, 10),
    (1170.3, 28, 24, 10),
];

fn tone(divisor: u8, high_half_ticks: u8) -> Option<Tone> {
    Some(Tone { divisor, high_half_ticks })
}

/// Two seconds of one tone, without the swell at its start.
fn steady(rate: u32, colour: Colour, tone: Option<Tone>) -> Vec<f32> {
    let mut renderer = Renderer::with(rate, colour, 1).unwrap();
    renderer.push(0, tone);
    let mut out = Vec::new();
    renderer.render(2 * 32_768 + 3277, &mut out);
    out.split_off(rate as usize / 10)
}

#[test]
fn all_tones_are_in_tune_at_every_rate() {
    for rate in [22_050, 44_100, 48_000, 96_000] {
        for (hertz, divisor, high, _) in TONES {
            for colour in [Colour::Flat, Colour::Piezo] {
                let out = steady(rate, colour, tone(divisor, high));
                let measured = frequency(&out, f64::from(rate));
                assert!((measured / hertz - 1.0).abs() < 0.001, "{rate}: {measured} for {hertz}");
                // Not only within the rounding of the table: what is left is the instrument.
                let exact = 32_768.0 / f64::from(divisor);
                assert!((measured / exact - 1.0).abs() < 5e-6, "{rate}: {measured} for {exact}");
            }
        }
    }
}

#[test]
fn does_not_drift_in_a_day() {
    let mut renderer = Renderer::with(44_100, Colour::Flat, 1).unwrap();
    let day = 86_400 * 32_768;
    renderer.push(0, tone(8, 8));
    // The same phase at the same tick, whether played to or gone to.
    let mut out = Vec::new();
    renderer.render(32_768, &mut out);
    assert_eq!(out.len(), 44_100);
    renderer.seek(day);
    let (mut first, mut later) = (Vec::new(), Vec::new());
    renderer.render(day + 32_768, &mut first);
    renderer.render(day + 10 * 32_768, &mut later);
    assert_eq!(later.len(), 9 * 44_100);
    assert!(first[100..44_000].iter().zip(&later[8 * 44_100 + 100..]).all(|(a, b)| a == b));
}

#[test]
fn duty_gives_the_harmonics_of_a_pulse() {
    for (_, divisor, loud, soft) in TONES {
        for high in [loud, soft] {
            let out = steady(48_000, Colour::Flat, tone(divisor, high));
            let duty = f64::from(high) / (2.0 * f64::from(divisor));
            let base = 32_768.0 / f64::from(divisor);
            for harmonic in 1..=3u32 {
                let n = f64::from(harmonic);
                let expected = 0.55 * 2.0 / (PI * n) * (PI * n * duty).sin().abs();
                let measured = amplitude(&out, n * base, 48_000.0);
                assert!((measured - expected).abs() < 0.002, "{divisor} {high} ×{n}: {measured}");
            }
        }
    }
}

#[test]
fn fewer_high_units_are_quieter() {
    for (_, divisor, loud, soft) in TONES {
        let heard = |high| {
            let out = steady(48_000, Colour::Piezo, tone(divisor, high));
            out.iter().map(|s| s * s).sum::<f32>()
        };
        assert!(heard(soft) < 0.85 * heard(loud), "{divisor}");
    }
}

#[test]
fn aliases_are_far_below_hearing() {
    // Odd harmonics of 4096 Hz from 28,672 Hz up would fold to these.
    let out = steady(48_000, Colour::Flat, tone(8, 8));
    for harmonic in [7, 9, 11, 13, 15, 17, 19, 21] {
        let folded = (4096.0 * f64::from(harmonic)) % 48_000.0;
        let alias = amplitude(&out, folded.min(48_000.0 - folded), 48_000.0);
        assert!(alias < 0.35 * 1e-4, "harmonic {harmonic}: {alias}");
    }
}

#[test]
fn carries_no_direct_current() {
    for (_, divisor, _, soft) in TONES {
        let out = steady(48_000, Colour::Flat, tone(divisor, soft));
        let mean = out.iter().sum::<f32>() / out.len() as f32;
        assert!(mean.abs() < 1e-3, "{divisor}: {mean}");
        assert!(amplitude(&out, 25.0, 48_000.0) < 1e-3);
    }
}

#[test]
fn starts_and_stops_without_a_click() {
    for colour in [Colour::Flat, Colour::Piezo] {
        for (_, divisor, high, _) in TONES {
            let limit = steepest(&steady(48_000, colour, tone(divisor, high)));
            // Stops at every phase of the wave.
            for stop in 5000..5000 + u64::from(divisor) {
                let mut renderer = Renderer::with(48_000, colour, 2).unwrap();
                renderer.push(1001, tone(divisor, high));
                renderer.push(stop, None);
                let mut out = Vec::new();
                renderer.render(8000, &mut out);
                assert!(steepest(&out) <= limit * 1.001, "{divisor} stopped at {stop}");
                // Nothing sounds before, and the start is gradual.
                assert_eq!(peak(&out[..1450]), 0.0);
                assert!(peak(&out[..1475]) < 0.1 * peak(&out));
                let end = usize::try_from(stop * 48_000 / 32_768).unwrap();
                assert!(peak(&out[end - 100..end]) > 0.1);
                assert!(peak(&out[end + 200..]) < 0.01);
                assert_eq!(out.last(), Some(&0.0));
            }
        }
    }
}

#[test]
fn stays_within_full_scale_whatever_is_pushed() {
    let mut renderer = Renderer::new(48_000).unwrap();
    let mut seed = 1u64;
    for tick in 0..30_000u64 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let [a, b, c, ..] = seed.to_be_bytes();
        renderer.push(tick * 5, (c & 3 != 0).then_some(Tone { divisor: a, high_half_ticks: b }));
    }
    let mut out = Vec::new();
    renderer.render(160_000, &mut out);
    assert!(out.iter().all(|s| s.abs() <= 1.0));
    for (_, divisor, loud, soft) in TONES {
        for high in [loud, soft] {
            assert!(peak(&steady(48_000, Colour::Piezo, tone(divisor, high))) < 0.95);
        }
    }
}

#[test]
fn cutting_the_calls_changes_nothing() {
    let score = [(3, tone(8, 8)), (900, tone(28, 10)), (901, None), (2000, tone(10, 1)), (5555, None)];
    let mut whole = Renderer::new(44_100).unwrap();
    for (tick, tone) in score {
        whole.push(tick, tone);
    }
    let mut expected = Vec::new();
    whole.render(9000, &mut expected);

    for step in [1, 7, 512, 4001] {
        let mut renderer = Renderer::new(44_100).unwrap();
        let mut out = Vec::new();
        let mut rest = &score[..];
        let mut now = 0;
        while now < 9000 {
            now = (now + step).min(9000);
            while let [(tick, tone), more @ ..] = rest
                && *tick < now
            {
                renderer.push(*tick, *tone);
                rest = more;
            }
            renderer.render(now, &mut out);
        }
        assert_eq!(out, expected, "in steps of {step}");
    }
}

#[test]
fn pace_moves_pitch_and_time() {
    let mut renderer = Renderer::with(48_000, Colour::Flat, 1).unwrap();
    renderer.set_pace(1.005);
    renderer.push(0, tone(16, 16));
    let mut out = Vec::new();
    renderer.render(2 * 32_768, &mut out);
    assert!((out.len() as f64 - 96_000.0 / 1.005).abs() <= 1.0);
    let measured = frequency(&out[100..], 48_000.0);
    assert!((measured / (2048.0 * 1.005) - 1.0).abs() < 1e-6, "{measured}");
    for wild in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
        renderer.set_pace(wild);
        assert!(renderer.sample().is_finite());
    }
}

#[test]
fn seeking_applies_what_was_passed_and_keeps_what_was_not() {
    let mut renderer = Renderer::with(48_000, Colour::Flat, 4).unwrap();
    renderer.push(100, tone(8, 8));
    renderer.push(200, tone(16, 16));
    renderer.push(90_000, None);
    renderer.seek(1000);
    let mut out = Vec::new();
    renderer.render(90_000, &mut out);
    assert_eq!(renderer.pending(), 1);
    assert!((frequency(&out[100..], 48_000.0) / 2048.0 - 1.0).abs() < 1e-5);
    renderer.render(91_000, &mut out);
    assert!(renderer.is_silent());
    // Backwards too: another toy with a younger clock.
    renderer.seek(10);
    assert_eq!(renderer.tick(), 10);
}

#[test]
fn holding_goes_quiet_and_comes_back() {
    let mut renderer = Renderer::new(48_000).unwrap();
    renderer.push(0, tone(8, 8));
    let mut out = Vec::new();
    renderer.render(3000, &mut out);
    let at = renderer.tick();
    let held: Vec<f32> = (0..4800).map(|_| renderer.hold()).collect();
    assert!((at..at + 34).contains(&renderer.tick()));
    assert!(peak(&held[480..]) < 1e-3);
    assert!(steepest(&held) <= steepest(&out));
    out.clear();
    renderer.render(6000, &mut out);
    assert!(peak(&out[480..]) > 0.2);
    assert!(frequency(&out[480..], 48_000.0) > 4000.0);
}

#[test]
fn late_edges_act_at_once_and_wild_ticks_do_no_harm() {
    let mut renderer = Renderer::new(48_000).unwrap();
    let mut out = Vec::new();
    renderer.render(5000, &mut out);
    renderer.push(10, tone(8, 8));
    out.clear();
    renderer.render(6000, &mut out);
    assert!(peak(&out) > 0.2);
    renderer.push(u64::MAX, None);
    renderer.seek(u64::MAX - 1);
    assert!(renderer.sample().is_finite());
}

#[test]
fn refuses_absurd_sample_rates() {
    for rate in [0, 1, 7999, 384_001, u32::MAX] {
        let error = Renderer::new(rate).err();
        assert_eq!(error, Some(SynthError::SampleRate(rate)));
    }
}
