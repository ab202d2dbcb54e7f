//! How much the picture may cost, chosen by the player or by measuring.

use core::time::Duration;

use bevy::app::{App, PreStartup, PreUpdate};
use bevy::ecs::prelude::*;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::render::view::Msaa;
use bevy::time::{Real, Time};
use wgpu::DeviceType;

use crate::redraw::Redraw;

/// The player's choice.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quality {
    /// By measured frame time.
    #[default]
    Auto,
    /// As [`Step::Low`].
    Low,
    /// As [`Step::Medium`].
    Medium,
    /// As [`Step::High`].
    High,
}

/// The step in force. The screen is drawn at full sharpness in all of them.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// No multisampling, plain screen glass, coarse shadows.
    Low,
    /// Four samples a pixel, every effect.
    Medium,
    /// Also twice the photograph's pixels each way, and finer shadows.
    High,
}

impl Step {
    /// The photograph's pixels for each of the window's, each way.
    #[must_use]
    pub fn scale(self) -> f32 {
        match self {
            Step::Low | Step::Medium => 1.0,
            Step::High => 2.0,
        }
    }

    /// Samples in the photograph.
    #[must_use]
    pub fn msaa(self) -> Msaa {
        if self == Step::Low { Msaa::Off } else { Msaa::Sample4 }
    }

    /// Texels of the baked shadow a millimetre.
    #[must_use]
    pub fn shadow_texels(self) -> f32 {
        match self {
            Step::Low => 1.5,
            Step::Medium => 3.0,
            Step::High => 4.0,
        }
    }

    /// Shortest time between two steps of a fading dot: less than two pictures of a display take, lest the second of them
    /// comes a little early and is not drawn either.
    #[must_use]
    pub fn fade(self) -> Duration {
        if self == Step::High { Duration::ZERO } else { Duration::from_millis(24) }
    }

    /// Whether the screen's costly effects are drawn.
    #[must_use]
    pub fn rich(self) -> bool {
        self != Step::Low
    }
}

/// Judges frame times: a step down when they are long, up when they have been short for a good while, and never up
/// again to a step that was left for being slow.
#[derive(Clone, Debug)]
pub struct Judge {
    slow: u32,
    fast: u32,
    ceiling: Step,
}

impl Judge {
    /// Longer frames are slow: 30 a second are the aim.
    const SLOW: Duration = Duration::from_millis(34);
    /// Shorter ones are fast.
    const FAST: Duration = Duration::from_millis(20);
    /// A photograph that takes longer is too much, alone.
    const PHOTO: Duration = Duration::from_millis(2500);

    /// A judge who allows steps up to `ceiling`.
    #[must_use]
    pub fn new(ceiling: Step) -> Self {
        Self { slow: 0, fast: 0, ceiling }
    }

    /// Takes the time of one drawn frame; the step to go to.
    pub fn frame(&mut self, step: Step, took: Duration) -> Step {
        self.slow = if took > Self::SLOW { self.slow + 1 } else { self.slow.saturating_sub(2) };
        self.fast = if took < Self::FAST { self.fast + 1 } else { 0 };
        if self.slow >= 16 {
            return self.down(step);
        }
        let up = match step {
            Step::Low => Step::Medium,
            Step::Medium | Step::High => Step::High,
        };
        if self.fast >= 400 && up > step && up <= self.ceiling {
            *self = Self::new(self.ceiling);
            return up;
        }
        step
    }

    /// Takes the time of a frame in which the photograph was taken as well.
    pub fn photo(&mut self, step: Step, took: Duration) -> Step {
        if took > Self::PHOTO { self.down(step) } else { step }
    }

    fn down(&mut self, step: Step) -> Step {
        let down = if step == Step::High { Step::Medium } else { Step::Low };
        *self = Self::new(down);
        down
    }
}

/// How long the first picture of a software renderer is left alone: its better one keeps everything else waiting.
const SETTLED: Duration = Duration::from_millis(1500);

/// The judge at work, and what it needs to know about the last update.
#[derive(Resource)]
pub(crate) struct Measure {
    judge: Judge,
    drawn: u64,
    photo: bool,
    /// The step to go to once the first picture has been seen for a while, and since when it is.
    better: Option<(Step, Option<Duration>)>,
}

impl Measure {
    /// The better step, when its time has come.
    fn rise(&mut self, whole: bool, now: Duration) -> Option<Step> {
        let (step, since) = self.better.as_mut()?;
        if whole && now.saturating_sub(*since.get_or_insert(now)) >= SETTLED {
            let step = (*step).min(self.judge.ceiling);
            self.better = None;
            return Some(step);
        }
        None
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Quality>().insert_resource(Step::Medium);
    // First before anything is made in a step's fineness.
    app.add_systems(PreStartup, choose).add_systems(PreUpdate, choose);
}

pub(crate) fn choose(
    mut commands: Commands,
    quality: Res<Quality>,
    mut step: ResMut<Step>,
    measure: Option<ResMut<Measure>>,
    adapter: Option<Res<RenderAdapterInfo>>,
    redraw: Res<Redraw>,
    time: Res<Time<Real>>,
) {
    let Some(mut measure) = measure else {
        // A renderer without a graphics card shows soon what it can, and then stays below the top.
        let software = adapter.is_some_and(|info| info.device_type == DeviceType::Cpu);
        let (first, ceiling) = if software { (Step::Low, Step::Medium) } else { (Step::High, Step::High) };
        let better = (first < ceiling).then_some((ceiling, None));
        commands.insert_resource(Measure { judge: Judge::new(ceiling), drawn: 0, photo: true, better });
        step.set_if_neq(fixed(*quality).unwrap_or(first));
        return;
    };
    let drawn = redraw.counts().0;
    // Only an update that drew, right after another one, tells how long drawing takes; others have waited.
    let busy = drawn == measure.drawn + 1 && redraw.pending();
    let took = time.delta();
    let next = match (fixed(*quality), busy, measure.photo) {
        (Some(fixed), ..) => fixed,
        (None, true, false) => measure.judge.frame(*step, took),
        (None, true, true) => measure.judge.photo(*step, took),
        (None, false, _) => *step,
    };
    let next = measure.rise(redraw.is_whole(), time.elapsed()).filter(|_| fixed(*quality).is_none()).unwrap_or(next);
    measure.drawn = drawn;
    measure.photo = redraw.wants_photo();
    step.set_if_neq(next);
}

fn fixed(quality: Quality) -> Option<Step> {
    match quality {
        Quality::Auto => None,
        Quality::Low => Some(Step::Low),
        Quality::Medium => Some(Step::Medium),
        Quality::High => Some(Step::High),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(judge: &mut Judge, mut step: Step, millis: u64, frames: u32) -> Step {
        for _ in 0..frames {
            step = judge.frame(step, Duration::from_millis(millis));
        }
        step
    }

    #[test]
    fn slow_frames_lower_it_and_it_does_not_swing_back() {
        let mut judge = Judge::new(Step::High);
        assert_eq!(run(&mut judge, Step::High, 50, 15), Step::High, "a hiccup is no reason");
        assert_eq!(run(&mut judge, Step::High, 50, 1), Step::Medium);
        assert_eq!(run(&mut judge, Step::Medium, 10, 5000), Step::Medium, "it was left for being slow");
        assert_eq!(run(&mut judge, Step::Medium, 50, 40), Step::Low);
        assert_eq!(run(&mut judge, Step::Low, 10, 5000), Step::Low);
        assert_eq!(run(&mut judge, Step::Low, 90, 100), Step::Low);
    }

    #[test]
    fn fast_frames_raise_it_after_a_while() {
        let mut judge = Judge::new(Step::High);
        assert_eq!(run(&mut judge, Step::Medium, 10, 399), Step::Medium);
        assert_eq!(run(&mut judge, Step::Medium, 10, 1), Step::High);
        assert_eq!(run(&mut judge, Step::Medium, 25, 5000), Step::Medium, "good enough is left alone");
    }

    #[test]
    fn a_photograph_may_take_its_time_but_not_any() {
        let mut judge = Judge::new(Step::High);
        assert_eq!(judge.photo(Step::High, Duration::from_millis(800)), Step::High);
        assert_eq!(judge.photo(Step::High, Duration::from_secs(4)), Step::Medium);
    }

    #[test]
    fn a_software_renderer_gets_its_better_picture_when_the_first_has_been_seen() {
        let at = Duration::from_millis;
        let start = |better| Measure { judge: Judge::new(Step::Medium), drawn: 0, photo: true, better };
        let mut measure = start(Some((Step::Medium, None)));
        assert_eq!(measure.rise(false, at(60_000)), None, "it is not there yet");
        assert_eq!(measure.rise(true, at(60_000)), None);
        assert_eq!(measure.rise(true, at(61_000)), None);
        assert_eq!(measure.rise(true, at(62_000)), Some(Step::Medium));
        assert_eq!(measure.rise(true, at(70_000)), None, "once");
        assert_eq!(start(None).rise(true, at(60_000)), None, "a card begins with the best");
        let mut slow = start(Some((Step::Medium, None)));
        assert_eq!(slow.rise(true, at(0)), None);
        assert_eq!(run(&mut slow.judge, Step::Low, 50, 16), Step::Low);
        assert_eq!(slow.rise(true, at(5000)), Some(Step::Low), "what is slow stays as it is");
    }
}
