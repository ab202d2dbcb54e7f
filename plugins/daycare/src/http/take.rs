//! Extractors that answer with a [`Problem`]: JSON and octet bodies of bounded size and time, path and query.

use super::Problem;
use crate::door::{Caller, DoorError};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

/// Largest JSON body in bytes. Only arrivals ([`Large`]) may be larger.
pub const JSON: usize = 16 * 1024;
/// Largest JSON body of an arrival: an envelope and a ROM of [`UPLOAD`] bytes each, in base64.
pub const LARGE: usize = 192 * 1024;
/// Largest upload (ROM, save) in bytes (service §1.3).
pub const UPLOAD: usize = 64 * 1024;
/// A body must be there whole within this time (service §1.3).
pub const BODY: Duration = Duration::from_secs(10);

/// Who is not signed in may not make the daycare keep large bodies in its memory.
fn somebody(request: &Request) -> Result<(), Problem> {
    let caller = request.extensions().get::<Caller>();
    caller.map_or(Err(DoorError::SignIn), |caller| caller.signed_in().map(drop)).map_err(Problem::from)
}

/// The media type of a request without its parameters, in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// The whole body, if it has the media type, is at most `limit` bytes long and arrives in time.
async fn body(request: Request, media: &str, limit: usize) -> Result<Bytes, Problem> {
    if media_type(request.headers()).as_deref() != Some(media) {
        let detail = format!("the body must be {media}; set the header Content-Type and send it so");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let too_large = || {
        let detail = format!("this is larger than the {limit} bytes that fit here; send less");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    };
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if told.is_some_and(|length: u64| length > limit as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY, collect(request.into_body(), limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(Broken::TooLarge)) => Err(too_large()),
        Ok(Err(Broken::Cut)) => Err(Problem::bad("the body ended before it was whole; send it again")),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body came too slowly; send it again")),
    }
}

enum Broken {
    TooLarge,
    Cut,
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Broken> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| Broken::Cut)?.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Broken::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            let detail = format!("the request cannot be understood: {error}; see /api");
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
        }
        Problem::bad(format!("the body is not JSON: {error}; see /api"))
    })
}

/// A JSON body of at most [`JSON`] bytes. 415, 413, 408, 400 or 422 otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Read<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Read<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        json(&body(request, "application/json", JSON).await?).map(Read)
    }
}

/// A JSON body of at most [`LARGE`] bytes, of somebody who is signed in: 401 before anything of it is read.
#[derive(Clone, Copy, Debug)]
pub struct Large<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Large<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        somebody(&request)?;
        json(&body(request, "application/json", LARGE).await?).map(Large)
    }
}

/// A file of at most [`UPLOAD`] bytes, as `application/octet-stream`, of somebody who is signed in, as with [`Large`].
#[derive(Clone, Debug)]
pub struct Upload(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;
    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        somebody(&request)?;
        body(request, "application/octet-stream", UPLOAD).await.map(Upload)
    }
}

/// Identifiers from the path. What is no identifier names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(At(value)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => {
                Err(Problem::missing("there is nothing of that name; an identifier is 32 hexadecimal digits"))
            }
            Err(error) => Err(Problem::inside(&error)),
        }
    }
}

/// The query of the address. 400 where it cannot be understood.
#[derive(Clone, Copy, Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Asked(value)),
            Err(error) => {
                Err(Problem::bad(format!("the address cannot be understood: {}; see /api", error.body_text())))
            }
        }
    }
}

/// Where a list goes on: what was asked for, or its newest end.
///
/// # Errors
/// 400 above what the description allows, which is what the store can count to.
pub fn before(asked: Option<u64>) -> Result<u64, Problem> {
    let most = i64::MAX.unsigned_abs();
    match asked {
        Some(before) if before > most => Err(Problem::bad("`before` is too large; leave it out for the newest")),
        _ => Ok(asked.unwrap_or(most)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn status(media: &str, bytes: &[u8]) -> u16 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let request = Request::builder().header("content-type", media).body(Body::from(bytes.to_vec())).unwrap();
        let read = runtime.block_on(Read::<Vec<u8>>::from_request(request, &()));
        read.map_or_else(|problem| problem.status, |_| 200)
    }

    #[test]
    fn a_body_is_what_it_says_and_of_bounded_size() {
        assert_eq!(status("application/json; charset=utf-8", b"[1]"), 200);
        assert_eq!(status("text/plain", b"[1]"), 415);
        assert_eq!(status("application/json", b"[1"), 400);
        assert_eq!(status("application/json", b"[-1]"), 422);
        assert_eq!(status("application/json", &[b' '; JSON + 1]), 413);
    }
}
