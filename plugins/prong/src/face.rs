//! The Bevy face: a link is an entity with a [`Line`]; what it is asked for are [`LinkRequest`]s, what comes of it are
//! components and [`LinkNews`].
//!
//! Engine, conversation and line live in a thread of their own, in a page in a task of their own, that never touches the
//! `World`. Requests are handed to it in `PostUpdate`, what it tells is taken in in `PreUpdate`, both through bounded
//! channels. Nothing is opened before [`Order::Open`]; despawning the entity or dropping the app cancels what goes on by
//! the protocol's rules and closes.
//!
//! The far side always counts as hardware, and nothing here asks for a permit: a packet that a toy would write to its
//! flash cannot be sent from here.

mod advice;
#[cfg(not(target_family = "wasm"))]
mod disk;
mod messages;
#[cfg(target_family = "wasm")]
mod no_disk;
mod open;
mod parts;
mod session;
mod systems;
mod tap;
#[cfg(target_family = "wasm")]
mod task;
#[cfg(not(target_family = "wasm"))]
mod thread;
mod toy;
mod work;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bevy_app::{App, Plugin, PostUpdate, PreUpdate};
use bevy_ecs::prelude::*;
#[cfg(target_family = "wasm")]
use no_disk as disk;
#[cfg(target_family = "wasm")]
use task as crew;
#[cfg(not(target_family = "wasm"))]
use thread as crew;

pub use advice::Trouble;
pub use messages::{LinkNews, LinkRequest, Load, News, Order, SecretFrom};
pub use open::given as secret_given;
pub use parts::{Asked, Job, Line, LinkState, Offer, Progress, Row, TRAFFIC, Task, Traffic, Transfer};

/// Adds links. What they may use is in [`ProngSettings`].
#[derive(Debug, Default)]
pub struct ProngPlugin;

/// When links work.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProngSystems {
    /// What the links tell becomes components and messages (in `PreUpdate`).
    Take,
    /// Requests go to the links (in `PostUpdate`).
    Give,
}

/// What links may use.
#[derive(Resource, Clone, Debug, Default)]
pub struct ProngSettings {
    /// The file with this player's key, made when it is first needed; `None`: a new key for every line.
    pub identity: Option<PathBuf>,
    /// Called by the links, from whatever thread, when there is something to take in: for a program that sleeps between frames.
    pub wake: Wake,
}

/// Wakes the program from any thread, at most some thirty times a second for each link; by default it does nothing.
#[derive(Clone, Default)]
pub struct Wake(Option<Arc<dyn Fn() + Send + Sync>>);

impl Wake {
    /// Calls `wake`, which must return at once.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(wake)))
    }

    /// Wakes the program.
    pub fn call(&self) {
        if let Some(wake) = &self.0 {
            wake();
        }
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wake").field(&self.0.is_some()).finish()
    }
}

impl Plugin for ProngPlugin {
    fn build(&self, app: &mut App) {
        app.add_message::<LinkRequest>()
            .add_message::<LinkNews>()
            .init_resource::<ProngSettings>()
            .init_resource::<crew::Crew>()
            .add_systems(PreUpdate, systems::take.in_set(ProngSystems::Take))
            .add_systems(PostUpdate, systems::give.in_set(ProngSystems::Give));
    }
}
