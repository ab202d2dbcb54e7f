//! Who serves links in a page, where there are no threads: a task for each. It is woken by what arrives, whether frames
//! are drawn or not, and by timers.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use bevy_ecs::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::ProngSettings;
use super::messages::{News, SecretFrom};
use super::open;
use super::parts::Line;
use super::session::{Serving, Session};
use super::work::{Inlet, Post, Work, channels};
use crate::pump::{Chore, Next};
use crate::transport::{Clock, page};

/// How long the last words wait for room before the next attempt.
const LAST: Duration = Duration::from_millis(20);

/// Tells all tasks to end when the app is dropped.
#[derive(Resource, Default)]
pub(super) struct Crew {
    stop: Arc<AtomicBool>,
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Starts a task that opens the line.
///
/// # Errors
/// None here; where there are threads there may be none to be had.
pub(super) fn start(line: Line, secret: SecretFrom, settings: &ProngSettings, crew: &Crew) -> io::Result<Work> {
    let (work, mut inlet, mut post) = channels(settings.wake.clone(), crew.stop.clone());
    spawn_local(async move {
        serve(&line, &secret, &mut inlet, &mut post).await;
        post.close();
        post.wake();
        while !inlet.is_stopped() && !post.is_told() {
            page::pause(LAST).await;
            post.wake();
        }
    });
    Ok(work)
}

/// Does a chore to its end, in a task of its own.
///
/// # Errors
/// As [`start`].
pub(super) fn spawn(_name: &str, mut chore: impl Chore + 'static) -> io::Result<()> {
    spawn_local(async move { run(&mut chore).await });
    Ok(())
}

async fn serve(line: &Line, secret: &SecretFrom, inlet: &mut Inlet, post: &mut Post) {
    let clock = Clock::start();
    let session = match open::open(line, secret, clock).await {
        Ok(opened) => Session::new(line.clone(), opened, clock),
        Err(trouble) => Err(trouble),
    };
    match session {
        Ok(session) => run(&mut Serving { session, inlet, post }).await,
        Err(trouble) => post.news(News::Failed(trouble)),
    }
}

/// What is done in one turn is bounded by what has arrived, so that a page is never kept from its frames for long.
async fn run(chore: &mut impl Chore) {
    loop {
        match chore.turn() {
            Next::Now => {}
            Next::Later(time) => rest(chore, time).await,
            Next::Over => return,
        }
    }
}

/// Until something arrives for the chore, at most so long.
async fn rest(chore: &mut impl Chore, time: Duration) {
    let mut timer = page::Timer::start(time);
    let mut rested = false;
    poll_fn(|context| {
        if std::mem::replace(&mut rested, true) {
            return Poll::Ready(());
        }
        chore.watch(context.waker());
        Pin::new(&mut timer).poll(context)
    })
    .await;
}
