//! The Bevy face: the shown toy is heard.
//!
//! Each frame the toy's edges and the tick it has reached go through a lock-free queue to a sound
//! that never ends; that sound plays the toy's time about 35 ms late, each edge exactly in its place.
//! A toy that is paused falls silent within that time; one that catches up or runs faster than twice
//! real time is silent until it is back. Buttons click, more softly.
//!
//! While something sounds the face asks for a redraw each frame, so that a game that sleeps between
//! pictures stays awake; what happened during a sleep is heard on waking, whole.
//!
//! Without a sound device everything runs the same, in silence; [`Speaker`] says so.

mod click;
mod device;
mod feed;
mod follower;
mod stream;
#[cfg(test)]
mod tests;

use bevy::app::{App, Plugin, PostUpdate};
use bevy::ecs::prelude::*;
use bevy::log::{debug, info, warn};
use bevy::time::{Real, Time};
use bevy::window::RequestRedraw;
use device::{Change, Device, Player};
use eggtooth_toy::Edge;
use eggtooth_toy::face::{BuzzerTone, Clock, Pace, Press, Shown, ToyEdge};
use feed::Heard;
use kira::DefaultBackend;
use kira::backend::Backend;
use std::sync::Arc;
use std::time::Duration;
use stream::VOICES;

/// How long the start of the game waits for the sound device. Most answer within 50 ms; after this the
/// buzzer joins when it is ready, and the buttons do not click.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the game keeps drawing after the buzzer changed: longer than the pauses in a tune, which
/// must not become so many sleeps. A frame then comes before the sound runs dry.
const LINGER: Duration = Duration::from_millis(500);

/// How loud it is. Changes are heard within 20 ms.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub struct BuzzerSettings {
    /// 0 silent to 1 full; half is heard as half as loud. Values outside are taken as the nearest.
    pub volume: f32,
    /// Nothing is heard at all.
    pub muted: bool,
}

impl Default for BuzzerSettings {
    fn default() -> Self {
        Self { volume: 0.7, muted: false }
    }
}

impl BuzzerSettings {
    /// The amplitude, 0 to 1. By Stevens' power law loudness goes with the 0.6th power of it.
    #[must_use]
    pub fn gain(&self) -> f32 {
        if self.muted || self.volume.is_nan() { 0.0 } else { self.volume.clamp(0.0, 1.0).powf(1.0 / 0.6) }
    }
}

/// On a toy at the table: it is heard together with the shown one, from its place, -1 left to 1 right. Three toys beside
/// the shown one are heard at most.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Pan(pub f32);

/// The toys that are heard.
type Audible = Or<(With<Shown>, With<Pan>)>;

/// Whether there is something to hear through. Read it, to tell the player.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speaker {
    /// The device is being opened.
    #[default]
    Opening,
    /// It plays.
    Playing,
    /// There is none, or it was lost; it is tried again from time to time.
    Absent,
}

/// When the face works.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuzzerSystems {
    /// The frame's edges go to the audio thread (in `PostUpdate`).
    Play,
}

/// Plays the shown toy. Add it after Bevy's own plugins and the toy's.
#[derive(Debug, Default)]
pub struct BuzzerPlugin;

impl Plugin for BuzzerPlugin {
    fn build(&self, app: &mut App) {
        let mut device = Device::<DefaultBackend>::new(Arc::new(Player::open));
        // Once, before the first frame: bevy_kira_audio's plugin must not be added without a device,
        // because it would log a second complaint and collect commands that nobody plays.
        let change = device.settle(PATIENCE);
        let clicks = change == Some(Change::Opened);
        add(app, device, change);
        if clicks {
            app.add_plugins(click::plugin);
        }
    }
}

/// Adds everything but the clicks, for any backend.
fn add<B: Backend + Send + 'static>(app: &mut App, device: Device<B>, change: Option<Change>) {
    let mut speaker = Speaker::default();
    if let Some(change) = change {
        speaker = report(speaker, &change);
    }
    app.init_resource::<BuzzerSettings>()
        .insert_resource(speaker)
        .insert_non_send(device)
        .add_message::<Press>()
        .add_message::<ToyEdge>()
        .add_message::<RequestRedraw>()
        .add_systems(PostUpdate, (tend::<B>, play::<B>, stay_awake).chain().in_set(BuzzerSystems::Play));
}

/// Looks after the device and its volume.
fn tend<B: Backend + Send + 'static>(
    mut device: NonSendMut<Device<B>>,
    mut speaker: ResMut<Speaker>,
    time: Res<Time<Real>>,
    settings: Res<BuzzerSettings>,
) {
    if let Some(change) = device.poll(time.elapsed()) {
        *speaker = report(*speaker, &change);
    }
    device.set_gain(settings.gain());
}

/// Hands every voice its toy's edges of this frame and its time. A toy keeps its voice while it is heard.
fn play<B: Backend + Send + 'static>(
    mut device: NonSendMut<Device<B>>,
    time: Res<Time<Real>>,
    toys: Query<(Entity, &Clock, &Pace, &BuzzerTone, Has<Shown>, Option<&Pan>), Audible>,
    mut edges: MessageReader<ToyEdge>,
    mut voices: Local<[Option<Entity>; VOICES]>,
) {
    if device.player().is_none() {
        edges.clear();
        return;
    }
    assign(&mut voices, toys.iter().map(|(toy, .., shown, _)| (toy, shown)));
    let edges: Vec<ToyEdge> = edges.read().copied().collect();
    for (voice, toy) in voices.iter().enumerate() {
        let heard = toy.and_then(|toy| toys.get(toy).ok());
        device.set_pan(voice, heard.and_then(|(.., pan)| pan.map(|pan| pan.0)));
        let now = heard.filter(|(_, clock, ..)| clock.0 > 0).map(|(toy, clock, pace, tone, ..)| Heard {
            toy: toy.to_bits(),
            tick: clock.0,
            speed: if pace.fast_forward { u32::MAX } else { pace.speed },
            tone: tone.0,
        });
        let tones = edges.iter().filter(|edge| Some(edge.toy) == *toy).filter_map(|edge| match edge.edge {
            Edge::Tone(tone) => Some((edge.tick, tone)),
            _ => None,
        });
        if let Some(feed) = device.player().and_then(|player| player.feeds.get_mut(voice)) {
            feed.frame(now, time.delta(), tones);
        }
    }
}

/// Gives voices to toys: the shown one has the first, a toy at the table keeps the one it has; who finds none is not
/// heard.
fn assign(voices: &mut [Option<Entity>; VOICES], toys: impl Iterator<Item = (Entity, bool)>) {
    let toys: Vec<(Entity, bool)> = toys.collect();
    let shown = toys.iter().find(|(_, shown)| *shown).map(|(toy, _)| *toy);
    let Some((first, others)) = voices.split_first_mut() else { return };
    *first = shown;
    let mut waiting: Vec<Entity> = toys.iter().map(|(toy, _)| *toy).filter(|toy| Some(*toy) != shown).collect();
    waiting.sort_unstable();
    for voice in others.iter_mut() {
        match voice.and_then(|toy| waiting.iter().position(|other| *other == toy)) {
            Some(there) => drop(waiting.remove(there)),
            None => *voice = None,
        }
    }
    for voice in others.iter_mut().filter(|voice| voice.is_none()) {
        *voice = (!waiting.is_empty()).then(|| waiting.remove(0));
    }
}

/// Asks for the next frame while there is something to hear.
fn stay_awake(
    speaker: Res<Speaker>,
    settings: Res<BuzzerSettings>,
    time: Res<Time<Real>>,
    heard: Query<(Entity, &Pace, &BuzzerTone), Audible>,
    mut edges: MessageReader<ToyEdge>,
    mut redraw: MessageWriter<RequestRedraw>,
    mut until: Local<Duration>,
) {
    let sounds = heard.iter().any(|(_, pace, tone)| !pace.paused && tone.0.is_some());
    let changed = edges.read().any(|edge| matches!(edge.edge, Edge::Tone(_)) && heard.contains(edge.toy));
    edges.clear();
    if sounds || changed {
        *until = time.elapsed() + LINGER;
    }
    if time.elapsed() < *until && *speaker == Speaker::Playing && settings.gain() > 0.0 {
        redraw.write(RequestRedraw);
    }
}

/// One line for each change that a player would notice; what the speaker is now.
fn report(before: Speaker, change: &Change) -> Speaker {
    match change {
        Change::Opened => {
            if before == Speaker::Absent {
                info!("The sound is back.");
            }
            Speaker::Playing
        }
        Change::Failed(reason) => {
            if before == Speaker::Absent {
                debug!("Still no sound device: {reason}");
            } else {
                let reason = reason.trim_end_matches('.');
                warn!("No sound device ({reason}): the game goes on in silence.");
            }
            Speaker::Absent
        }
        Change::Lost => {
            warn!("The sound device was lost: the game goes on in silence and tries it again.");
            Speaker::Absent
        }
    }
}
