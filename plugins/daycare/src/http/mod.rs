//! The daycare over HTTP: `/api/v1`, the page, the live socket.
//!
//! [`router`] is everything but TLS and the listener. Every answer that is no success is a [`Problem`]; bodies are
//! bounded in size and time by the extractors in [`take`]; a GET changes nothing.

pub mod describe;
mod files;
mod headers;
mod health;
mod live;
mod moves;
mod openapi;
mod operator;
mod page;
mod people;
mod play;
mod problem;
mod roms;
pub mod take;
mod toys;

pub use problem::Problem;

use crate::door;
use crate::house::House;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router, routing::get};
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

/// The longest that a request may take; setting a pet's clock takes the longest. Live sockets are not meant.
const PATIENCE: Duration = Duration::from_secs(60);

/// When the daycare was opened.
#[derive(Clone, Copy, Debug)]
struct Opened(Instant);

/// Everything under `/api/v1`, with its description.
fn api() -> OpenApiRouter<Arc<House>> {
    let api = OpenApiRouter::default()
        .merge(people::routes())
        .merge(toys::routes())
        .merge(roms::routes())
        .merge(moves::routes())
        .merge(live::routes())
        .merge(operator::routes());
    OpenApiRouter::default().nest("/api/v1", api)
}

/// Everything that the daycare serves. Serve it with `into_make_service_with_connect_info::<SocketAddr>`: limits are
/// kept by address.
///
/// # Panics
/// Never: two routes at one address would, whoever asks; the tests build it.
pub fn router(house: Arc<House>) -> Router {
    let (api, document) = api().split_for_parts();
    let mut router = api
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api/v1/api", get(openapi::there))
        .route("/api", get(openapi::page))
        .route("/api/try.js", get(openapi::script))
        .route("/api/try.css", get(openapi::style))
        .merge(page::routes())
        .merge(play::routes())
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method);
    match openapi::Document::new(document) {
        Ok(document) => router = router.layer(Extension(document)),
        Err(error) => tracing::error!(%error, "the description of the API cannot be shown"),
    }
    router
        .layer(Extension(Opened(Instant::now())))
        .layer(Extension(health::Readiness::default()))
        .layer(Extension(toys::Cradle::default()))
        .layer(Extension(live::Clients::default()))
        .layer(Extension(live::Changed::default()))
        .layer(middleware::from_fn_with_state(Arc::clone(&house), door::guard))
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(caught))
        .layer(middleware::from_fn(headers::set))
        .with_state(house)
}

/// A name that somebody chose, if it can be one.
fn checked_name(name: &str) -> Result<String, Problem> {
    eggtooth_vault::check_name(name).map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
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
