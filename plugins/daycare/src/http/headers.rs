//! What every response says to the browser (service §1.3).

use super::play;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Nothing from elsewhere, no script but our own files, no frame around us.
const CSP: &str = "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; \
                   base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The same for the game: it is compiled where it runs, and its workers may be made on the spot.
const PLAY_CSP: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; \
                        img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; object-src 'none'; \
                        base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const FEATURES: &str = "camera=(), geolocation=(), microphone=()";
/// The game speaks with real toys.
const PLAY_FEATURES: &str = "camera=(), geolocation=(), microphone=(), serial=(self)";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Middleware: sets them all. What says nothing else about caches is kept by none.
pub async fn set(request: Request, next: Next) -> Response {
    let play = request.uri().path().starts_with(play::PLACE);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let (csp, features) = if play { (PLAY_CSP, PLAY_FEATURES) } else { (CSP, FEATURES) };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(csp));
    headers.insert(PERMISSIONS, HeaderValue::from_static(features));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
