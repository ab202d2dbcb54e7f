//! Whether the process lives, and whether it can serve.

use super::Problem;
use crate::house::House;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use std::time::Duration;

/// How long the engine room and the store may take to answer [`ready`].
const PATIENCE: Duration = Duration::from_secs(5);

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: the store can be written and the engine room answers; 503 otherwise, also while draining.
///
/// # Errors
/// A 503 that says which of them does not.
pub async fn ready(State(house): State<Arc<House>>) -> Result<&'static str, Problem> {
    let not = |what| Problem::new(StatusCode::SERVICE_UNAVAILABLE, what).retry_after(5);
    if *house.drain.borrow() {
        return Err(not("the daycare is closing; try again when it is back"));
    }
    let both = async { (house.blocking(|store| store.check()).await, house.host.fares().await) };
    match tokio::time::timeout(PATIENCE, both).await {
        Ok((Ok(()), Ok(_))) => Ok("ready\n"),
        Ok((Err(_), _)) => Err(not("the store cannot be written; make room or look at the disk")),
        Ok((_, Err(_))) => Err(not("the engine room does not answer; start the daycare again")),
        Err(_) => Err(not("the daycare is too busy to answer; try again in a moment")),
    }
}
