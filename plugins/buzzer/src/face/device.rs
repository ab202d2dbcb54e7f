//! The speaker: opened aside, watched, and opened again when it was lost.

use super::feed::Feed;
use super::stream::{Shared, Stream, VOICES};
use kira::backend::Backend;
use kira::track::MainTrackBuilder;
use kira::{AudioManager, AudioManagerSettings, Capacities};
use std::fmt::Display;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::time::Duration;

/// A device that has taken no sample for this long is gone: cpal reports losses to kira's thread alone,
/// and kira gives up where there is no other device at that moment.
const LOST_AFTER: Duration = Duration::from_secs(3);

/// More of a frame does not count towards [`LOST_AFTER`].
const LONGEST_FRAME: Duration = Duration::from_millis(250);

/// Time until the first new attempt; doubled up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A device at work. It stops when this is dropped.
pub(super) struct Player<B: Backend> {
    #[cfg_attr(not(test), expect(dead_code, reason = "kept because its drop stops the device"))]
    pub(super) manager: AudioManager<B>,
    pub(super) feeds: [Feed; VOICES],
    shared: Arc<Shared>,
}

impl<B: Backend> Player<B> {
    /// Opens the default device and starts the buzzers' sounds on it. May take a while.
    ///
    /// # Errors
    /// What the device said.
    pub(super) fn open() -> Result<Self, String>
    where
        B::Settings: Default,
        B::Error: Display,
    {
        let mut manager = AudioManager::<B>::new(AudioManagerSettings {
            capacities: Capacities {
                sub_track_capacity: 0,
                send_track_capacity: 0,
                clock_capacity: 0,
                modulator_capacity: 0,
                listener_capacity: 0,
            },
            main_track_builder: MainTrackBuilder::new().sound_capacity(VOICES),
            ..AudioManagerSettings::default()
        })
        .map_err(|error| error.to_string())?;
        let shared = Arc::new(Shared::default());
        let (feeds, events): (Vec<_>, Vec<_>) = (0..VOICES).map(|_| Feed::new()).unzip();
        for (voice, events) in events.into_iter().enumerate() {
            let stream = Stream::new(events, shared.clone(), voice).map_err(|error| error.to_string())?;
            manager.play(stream).map_err(|error| error.to_string())?;
        }
        let feeds = feeds.try_into().map_err(|_| "a voice is missing".to_owned())?;
        Ok(Self { manager, feeds, shared })
    }
}

/// What became of the device; each is worth one line in the log at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It plays.
    Opened,
    /// It cannot be opened, because of this.
    Failed(String),
    /// It played, and stopped taking samples.
    Lost,
}

enum State<B: Backend> {
    Opening(Receiver<Result<Player<B>, String>>),
    Playing {
        player: Box<Player<B>>,
        /// The count of samples, and how long it has stood still.
        frames: u64,
        still: Duration,
    },
    Absent {
        retry: Duration,
    },
}

/// Opens a device; runs on a thread of its own.
pub(super) type Opener<B> = Arc<dyn Fn() -> Result<Player<B>, String> + Send + Sync>;

/// The speaker, whether it is there or not. Times are the game's real time.
pub(super) struct Device<B: Backend> {
    state: State<B>,
    opener: Opener<B>,
    wait: Duration,
    /// The time of the last look.
    looked: Duration,
}

impl<B: Backend + Send + 'static> Device<B> {
    /// Starts to open the device.
    pub(super) fn new(opener: Opener<B>) -> Self {
        Self { state: State::Opening(aside(&opener)), opener, wait: FIRST_WAIT, looked: Duration::ZERO }
    }

    /// Waits up to `limit` for the device; `None` if it is still being opened then.
    pub(super) fn settle(&mut self, limit: Duration) -> Option<Change> {
        let State::Opening(answer) = &self.state else { return None };
        // A browser's answer is there already, and its threads cannot wait.
        let answer = if cfg!(target_family = "wasm") {
            answer.try_recv().map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            })
        } else {
            answer.recv_timeout(limit)
        };
        match answer {
            Ok(answer) => Some(self.answered(answer, Duration::ZERO)),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(self.answered(Err(CRASHED.into()), Duration::ZERO)),
        }
    }

    /// Looks after the device, once a frame; never waits.
    pub(super) fn poll(&mut self, now: Duration) -> Option<Change> {
        let passed = now.saturating_sub(std::mem::replace(&mut self.looked, now));
        match &mut self.state {
            State::Opening(answer) => match answer.try_recv() {
                Ok(answer) => Some(self.answered(answer, now)),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => Some(self.answered(Err(CRASHED.into()), now)),
            },
            State::Playing { player, frames, still } => {
                let count = player.shared.frames();
                if count != *frames {
                    (*frames, *still) = (count, Duration::ZERO);
                    self.wait = FIRST_WAIT;
                    return None;
                }
                // A computer that slept makes one long frame, in which the device slept as well.
                *still += passed.min(LONGEST_FRAME);
                // A browser suspends the sound until the first gesture, which is no loss.
                if cfg!(target_family = "wasm") || *still < LOST_AFTER {
                    return None;
                }
                self.state = State::Absent { retry: now + self.wait };
                Some(Change::Lost)
            }
            State::Absent { retry } if now >= *retry => {
                self.state = State::Opening(aside(&self.opener));
                None
            }
            State::Absent { .. } => None,
        }
    }

    /// The device, if it plays.
    pub(super) fn player(&mut self) -> Option<&mut Player<B>> {
        match &mut self.state {
            State::Playing { player, .. } => Some(player),
            _ => None,
        }
    }

    /// Sets where a voice is heard, -1 left to 1 right; `None`: in the middle, alone.
    pub(super) fn set_pan(&mut self, voice: usize, pan: Option<f32>) {
        if let Some(player) = self.player() {
            player.shared.set_pan(voice, pan);
        }
    }

    /// Sets the amplitude, 0 to 1.
    pub(super) fn set_gain(&mut self, gain: f32) {
        if let Some(player) = self.player() {
            player.shared.set_gain(gain);
        }
    }

    fn answered(&mut self, answer: Result<Player<B>, String>, now: Duration) -> Change {
        match answer {
            Ok(player) => {
                let frames = player.shared.frames();
                self.state = State::Playing { player: Box::new(player), frames, still: Duration::ZERO };
                Change::Opened
            }
            Err(reason) => {
                self.state = State::Absent { retry: now + self.wait };
                self.wait = (self.wait * 2).min(LONGEST_WAIT);
                Change::Failed(reason)
            }
        }
    }
}

/// Said where the sound library panicked instead of answering.
const CRASHED: &str = "the sound library gave up";

/// Runs the opener on a thread of its own: a sound server can take seconds to answer.
fn aside<B: Backend + Send + 'static>(opener: &Opener<B>) -> Receiver<Result<Player<B>, String>> {
    let (send, answer) = sync_channel(1);
    let opener = opener.clone();
    // Nobody waits for the answer of a game that has ended.
    let work = move || {
        let _quiet = hush();
        drop(send.send(opener()));
    };
    if cfg!(target_family = "wasm") {
        work();
    } else {
        // Where no thread can be had the channel closes, which reads as a failure.
        drop(std::thread::Builder::new().name("speaker".into()).spawn(work));
    }
    answer
}

/// Keeps ALSA from writing a page about missing cards to the terminal, on this thread, as long as the
/// result lives; what is worth saying comes back as an error.
#[cfg(target_os = "linux")]
fn hush() -> Option<impl Sized> {
    alsa::Output::local_error_handler().ok()
}

#[cfg(not(target_os = "linux"))]
fn hush() -> Option<()> {
    None
}
