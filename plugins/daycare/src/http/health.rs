//! Whether the process lives, and whether it can serve.

use super::Problem;
use crate::house::House;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long the engine room and the store may take to answer [`ready`].
const PATIENCE: Duration = Duration::from_secs(5);
/// How long what [`ready`] found is kept.
const KEPT: Duration = Duration::from_secs(1);

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// What was found last, and when: looking costs the disk two syncs, and anybody may ask.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<Option<(Instant, Found)>>>);

type Found = Result<(), &'static str>;

/// `GET /readyz`: the store can be written and the engine room answers; 503 otherwise, also while draining.
///
/// # Errors
/// A 503 that says which of them does not.
pub async fn ready(
    State(house): State<Arc<House>>,
    Extension(readiness): Extension<Readiness>,
) -> Result<&'static str, Problem> {
    let found = if *house.drain.borrow() {
        Err("the daycare is closing; try again when it is back")
    } else {
        // Who asks meanwhile waits for the same answer.
        let mut last = readiness.0.lock().await;
        match *last {
            Some((when, found)) if when.elapsed() < KEPT => found,
            _ => {
                let found = look(&house).await;
                *last = Some((Instant::now(), found));
                found
            }
        }
    };
    let not = |what| Problem::new(StatusCode::SERVICE_UNAVAILABLE, what).retry_after(5);
    found.map(|()| "ready\n").map_err(not)
}

async fn look(house: &House) -> Found {
    let both = async { (house.blocking(|store| store.check()).await, house.host.fares().await) };
    match tokio::time::timeout(PATIENCE, both).await {
        Ok((Ok(()), Ok(_))) => Ok(()),
        Ok((Err(_), _)) => Err("the store cannot be written; make room or look at the disk"),
        Ok((_, Err(_))) => Err("the engine room does not answer; start the daycare again"),
        Err(_) => Err("the daycare is too busy to answer; try again in a moment"),
    }
}
