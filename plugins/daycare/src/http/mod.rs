//! The daycare over HTTP: `/api/v1`, the page, the live socket.
//!
//! [`router`] is everything but TLS and the listener. Every answer that is no success is a [`Problem`]; bodies are
//! bounded in size and time by the extractors in [`take`]; a GET changes nothing.

mod describe;
mod headers;
mod health;
mod people;
mod problem;
pub mod take;

pub use problem::Problem;

use crate::door;
use crate::house::House;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

/// The longest that a request may take; setting a pet's clock takes the longest. Live sockets are not meant.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything under `/api/v1`, with its description.
fn api() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().merge(people::routes())
}

/// Everything that the daycare serves. Serve it with `into_make_service_with_connect_info::<SocketAddr>`: limits are
/// kept by address.
pub fn router(house: Arc<House>) -> Router {
    let (api, _) = OpenApiRouter::default().nest("/api/v1", api()).split_for_parts();
    api.route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&house), door::guard))
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(caught))
        .layer(middleware::from_fn(headers::set))
        .with_state(house)
}

async fn nothing() -> Problem {
    Problem::missing("there is nothing at this address; see /api")
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address is not used like that; see /api")
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "this took too long; look whether it has happened, then try again",
        )
        .into_response(),
    }
}

/// A handler's panic is our fault; what it says goes to the log by the panic hook, and to nobody else.
fn caught(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::inside(&"a handler panicked").into_response()
}
