//! The buttons' clicks: a soft snap going down, a lighter one coming up, made here in code.

use super::{BuzzerSettings, Speaker};
use bevy::prelude::*;
use bevy_kira_audio::prelude::*;
use eggtooth_toy::face::{Press, Shown};
use std::f32::consts::TAU;

/// Samples a second of the clicks.
const RATE: u32 = 44_100;

/// The length, in seconds: a rubber dome snaps in some 15 ms.
const LENGTH: f32 = 0.018;

/// The peak of the press; a fifth of the buzzer's.
const PEAK: f32 = 0.11;

/// Clicks that may sound at once. More presses than that make no more noise.
const MOST: usize = 8;

/// The clicks, their channel, and those that sound now.
#[derive(Resource)]
pub(super) struct Clicks {
    down: Handle<AudioSource>,
    up: Handle<AudioSource>,
    sounding: Vec<Handle<AudioInstance>>,
}

/// Adds the channel, its two sounds and the systems.
pub(super) fn plugin(app: &mut App) {
    app.add_plugins(AudioPlugin).add_audio_channel::<Clicks>();
    let mut sources = app.world_mut().resource_mut::<Assets<AudioSource>>();
    let clicks = Clicks { down: sources.add(source(true)), up: sources.add(source(false)), sounding: Vec::new() };
    app.insert_resource(clicks).add_systems(Update, (sweep, click).chain());
}

/// Forgets the clicks that have ended: bevy_kira_audio never frees an instance by itself.
fn sweep(mut clicks: ResMut<Clicks>, mut instances: ResMut<Assets<AudioInstance>>) {
    clicks.sounding.retain(|handle| {
        let ended = instances.get(handle).is_none_or(|i| i.state() == PlaybackState::Stopped);
        if ended {
            instances.remove(handle);
        }
        !ended
    });
}

/// Plays a click for every press and release of the toy on the desk.
fn click(
    mut presses: MessageReader<Press>,
    shown: Query<(), With<Shown>>,
    settings: Res<BuzzerSettings>,
    speaker: Res<Speaker>,
    mut clicks: ResMut<Clicks>,
    channel: Res<AudioChannel<Clicks>>,
) {
    let gain = settings.gain();
    for press in presses.read() {
        // Without a device commands would pile up unheard.
        let heard = gain > 0.0 && *speaker == Speaker::Playing && shown.contains(press.toy);
        if heard && clicks.sounding.len() < MOST {
            let source = if press.down { &clicks.down } else { &clicks.up };
            let volume = Decibels(20.0 * gain.log10());
            let instance = channel.play(source.clone()).with_volume(volume).handle();
            clicks.sounding.push(instance);
        }
    }
}

fn source(down: bool) -> AudioSource {
    AudioSource {
        sound: StaticSoundData {
            sample_rate: RATE,
            frames: samples(down).into_iter().map(Frame::from_mono).collect(),
            settings: StaticSoundSettings::new(),
            slice: None,
        },
    }
}

/// One click: two damped modes of a small shell and a breath of noise, all swelling within half a
/// millisecond so that it is a snap and not a crack. The release is lighter and higher.
fn samples(down: bool) -> Vec<f32> {
    let (pitch, weight) = if down { (1.0, 1.0) } else { (1.35, 0.55) };
    let count = (LENGTH * RATE as f32) as usize;
    let mut noise = 0x9e37_79b9u32;
    let raw: Vec<f32> = (0..count)
        .map(|n| {
            let t = n as f32 / RATE as f32;
            let mode = |hertz: f32, decay: f32| (TAU * hertz * pitch * t).sin() * (-t / decay).exp();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = ((noise >> 16) as f32 / 32_768.0 - 1.0) * (-t / 0.0012).exp();
            let swell = (t / 0.0005).min(1.0);
            // Nothing is left at the end, so that the cut is not heard.
            let end = (1.0 - t / LENGTH).clamp(0.0, 1.0);
            (mode(760.0, 0.004) + 0.6 * mode(2150.0, 0.0022) + 0.25 * hiss) * swell * swell * end
        })
        .collect();
    let most = raw.iter().fold(f32::MIN_POSITIVE, |most, s| most.max(s.abs()));
    raw.into_iter().map(|s| s / most * PEAK * weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::measure::peak;

    #[test]
    fn are_short_soft_and_end_in_silence() {
        let (down, up) = (samples(true), samples(false));
        assert!((peak(&down) - PEAK).abs() < 1e-6);
        assert!(peak(&up) < 0.6 * peak(&down));
        for click in [&down, &up] {
            assert!(click.len() < RATE as usize / 50);
            // Begins at nothing, is loudest early, ends at nothing.
            assert_eq!(click[0], 0.0);
            assert!(peak(&click[..200]) > 0.9 * peak(click));
            assert!(peak(&click[click.len() - 50..]) < 0.02 * peak(click));
            assert!((click.iter().sum::<f32>() / click.len() as f32).abs() < 0.01);
        }
        assert_ne!(down, up);
    }
}
