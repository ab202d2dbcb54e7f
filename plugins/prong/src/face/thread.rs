//! Who serves links where there are threads: one for each, which opens it, serves it and closes it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;
use std::time::{Duration, Instant};

use bevy_ecs::prelude::*;

use super::ProngSettings;
use super::messages::{News, SecretFrom};
use super::open;
use super::parts::{Line, LinkState};
use super::session::{Serving, Session};
use super::work::{Inlet, Post, Tiding, Work, channels};
use crate::pump::{Chore, Next};
use crate::transport::Clock;

/// How long the app waits for its links to end in order.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long the last words wait for room before the next attempt.
const LAST: Duration = Duration::from_millis(20);

/// Tells all threads to end when the app is dropped, and waits for them a moment.
#[derive(Resource, Default)]
pub(super) struct Crew {
    alive: Arc<()>,
    stop: Arc<AtomicBool>,
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let end = Instant::now() + PATIENCE;
        while Arc::strong_count(&self.alive) > 1 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Starts a thread that opens the line.
pub(super) fn start(line: Line, secret: SecretFrom, settings: &ProngSettings, crew: &Crew) -> io::Result<Work> {
    let (work, mut inlet, mut post) = channels(settings.wake.clone(), crew.stop.clone());
    let (identity, alive) = (settings.identity.clone(), crew.alive.clone());
    Builder::new().name("prong link".into()).spawn(move || {
        let _alive = alive;
        serve(&line, &secret, identity.as_deref(), &mut inlet, &mut post);
        post.close();
        post.wake();
        while !inlet.is_stopped() && !post.is_told() {
            std::thread::sleep(LAST);
            post.wake();
        }
    })?;
    Ok(work)
}

/// Does a chore to its end, in a thread of its own.
pub(super) fn spawn(name: &str, mut chore: impl Chore + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.into()).spawn(move || while chore.turn() != Next::Over {}).map(drop)
}

fn serve(line: &Line, secret: &SecretFrom, identity: Option<&Path>, inlet: &mut Inlet, post: &mut Post) {
    let clock = Clock::start();
    let opened = {
        let mut stopped = || {
            // Nothing but closing can be asked for before the link is open.
            while inlet.next().is_some_and(|order| !matches!(order, super::Order::Cancel)) {}
            inlet.is_closed()
        };
        let mut waits = |addr, key| {
            post.tell(Tiding::State(LinkState::Waiting { addr, key }));
            post.wake();
        };
        open::open(line, secret, identity, clock, &mut stopped, &mut waits)
    };
    match opened {
        Ok(None) => {}
        Err(trouble) => post.news(News::Failed(trouble)),
        Ok(Some(opened)) => match Session::new(line.clone(), opened, clock) {
            Ok(session) => {
                let mut serving = Serving { session, inlet, post };
                while serving.turn() != Next::Over {}
            }
            Err(trouble) => post.news(News::Failed(trouble)),
        },
    }
}
