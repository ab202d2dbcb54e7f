//! `/play/`: the game for browsers, as far as the daycare has it ([`crate::web`]).

use super::files::is_known;
use crate::house::House;
use crate::web::WebFile;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use std::sync::Arc;

/// Where the game is; everything of it is below.
pub const PLACE: &str = "/play/";

/// What somebody sees who asks for it where it is not.
const NONE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>No game here</title>
<link rel=\"icon\" href=\"/icon.svg\">
<link rel=\"stylesheet\" href=\"/style.css\">
<main><section><h1>No game here</h1>
<p>This daycare does not serve the game for browsers. Whoever runs it can build the game with <code>cargo xtask web</code>,
then start <code>eggtooth serve --web-dir web/dist</code>.</p>
<p><a href=\"/\">To the daycare</a></p></section></main>
";

/// The routes. The game is there before anybody has set the daycare up: it plays without it.
pub fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/play", get(|| async { Redirect::permanent(PLACE) }))
        .route(
            PLACE,
            get(|State(house): State<Arc<House>>, headers: HeaderMap| async move { find(&house, "", &headers) }),
        )
        .route("/play/{*name}", get(file))
}

async fn file(State(house): State<Arc<House>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    find(&house, &name, &headers)
}

fn find(house: &House, name: &str, headers: &HeaderMap) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    match &house.web {
        None => (StatusCode::NOT_FOUND, html, NONE).into_response(),
        Some(web) => match web.file(name) {
            Some(file) => answer(file, headers),
            None => super::Problem::missing("the game has no such file; open /play/").into_response(),
        },
    }
}

/// The file in the form that the browser takes, or 304 where it has that.
fn answer(file: &WebFile, headers: &HeaderMap) -> Response {
    let Some(form) = file.form(headers) else { return StatusCode::NOT_FOUND.into_response() };
    // Asked for again each time, unless the name says what is in it.
    let kept = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if is_known(headers, &form.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = form.bytes.clone().into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media));
        if let Some(coding) = form.coding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        response
    };
    let all = response.headers_mut();
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    // A hash in quotes is a header's value.
    if let Ok(tag) = HeaderValue::from_str(&form.tag) {
        all.insert(header::ETAG, tag);
    }
    if file.varies() {
        all.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    response
}
