//! The layer that every request passes: known address, own page, not too often, and who it is (service §1.3).

use super::limit::{Key, network};
use super::{Caller, Cookie, DoorError};
use crate::House;
use crate::http::Problem;
use axum::body::HttpBody;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Under this everything is private.
const API: &str = "/api";
/// What is answered before somebody has set the daycare up.
const OPEN: [&str; 2] = ["/api/v1/hello", "/api/v1/setup"];
/// The live sockets: a page of another origin may not open them, and they need a ticket.
const LIVE: [&str; 2] = ["/api/v1/live", "/api/v1/table"];
/// A header that no form and no link can send.
const OURS: HeaderName = HeaderName::from_static("x-eggtooth");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request through to its handler with a [`Caller`], or answers with a [`Problem`].
///
/// In this order: `Host` and `Origin` must be known; what is no GET must come from the daycare's own page or from no
/// page at all, with the header `X-Eggtooth: 1` and a JSON or octet body; a live socket must name its `Origin`; the address must be within its limits; the
/// daycare must be set up; the account must be within its limits.
pub async fn guard(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    house.door.keep_sweeping();
    let (mut parts, body) = request.into_parts();
    let ip = match ConnectInfo::<SocketAddr>::from_request_parts(&mut parts, &()).await {
        Ok(ConnectInfo(address)) => address.ip(),
        // Only without a listener: in tests.
        Err(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    match admit(&house, &parts, body.is_end_stream(), ip).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

async fn admit(house: &House, request: &Parts, empty: bool, ip: IpAddr) -> Result<Caller, DoorError> {
    let door = &house.door;
    from_here(house, request, empty)?;
    door.inner.limiters.api.take(&Key::Ip(network(ip)))?;
    let path = request.uri.path();
    if !path.starts_with(API) {
        return Ok(Caller::at(ip, None));
    }
    if !door.is_set_up() {
        return if OPEN.contains(&path) { Ok(Caller::at(ip, None)) } else { Err(DoorError::NotSetUp) };
    }
    if LIVE.contains(&path) && !request.headers.contains_key(header::ORIGIN) {
        return Err(DoorError::Foreign("a live link names its Origin"));
    }
    let Some(hash) = Cookie::digest_in(&request.headers, house.secure) else { return Ok(Caller::at(ip, None)) };
    let who = door.session_of(hash).await?.map(|(who, _)| who);
    if let Some(who) = &who {
        door.inner.limiters.api.take(&Key::Account(who.account))?;
        door.inner.slow.remember(who.account, network(ip));
    }
    Ok(Caller::at(ip, who))
}

/// Whether a request comes from the daycare's own page, or from a program that is no browser.
fn from_here(house: &House, request: &Parts, empty: bool) -> Result<(), DoorError> {
    let headers = &request.headers;
    let path = request.uri.path();
    let host = only(headers, &header::HOST, "Host")?;
    let in_uri = request.uri.authority().map(|authority| authority.as_str());
    let named = [host, in_uri].into_iter().flatten();
    // A name that resolves to this address without being ours is how a page elsewhere rebinds itself to us.
    if named.clone().count() == 0 || !named.clone().all(|name| house.origins.iter().any(|origin| is_host(origin, name)))
    {
        return Err(DoorError::UnknownHost);
    }
    let origin = only(headers, &header::ORIGIN, "Origin")?;
    if origin.is_some_and(|origin| !house.origins.iter().any(|known| is_origin(known, origin))) {
        return Err(DoorError::Foreign("the header Origin names another site"));
    }
    let site = only(headers, &SEC_FETCH_SITE, "Sec-Fetch-Site")?;
    let foreign = || Err(DoorError::Foreign("the header Sec-Fetch-Site says so"));
    if matches!(request.method, Method::GET | Method::HEAD) {
        // Nothing changes, but nobody else's page needs to load from here either; links to the page itself are fine.
        let private = path.starts_with(API) && !LIVE.contains(&path);
        return if private && !matches!(site, None | Some("same-origin" | "none")) { foreign() } else { Ok(()) };
    }
    if !matches!(site, None | Some("same-origin")) {
        return foreign();
    }
    if only(headers, &OURS, "X-Eggtooth")? != Some("1") {
        return Err(DoorError::Foreign("the header X-Eggtooth: 1 is missing"));
    }
    let media = only(headers, &header::CONTENT_TYPE, "Content-Type")?;
    let media = media.map(|media| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    match media.as_deref() {
        Some("application/json" | "application/octet-stream") => Ok(()),
        None if empty => Ok(()),
        _ => Err(DoorError::MediaType),
    }
}

/// A header that may be there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName, word: &'static str) -> Result<Option<&'a str>, DoorError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (values.next(), value.to_str()) {
        (None, Ok(text)) => Ok(Some(text)),
        _ => Err(DoorError::Foreign(word)),
    }
}

/// Whether `origin` is the known one.
fn is_origin(known: &str, origin: &str) -> bool {
    let (Some((scheme, host)), Some((other_scheme, other_host))) = (split(known), split(origin)) else { return false };
    scheme.eq_ignore_ascii_case(other_scheme) && same_host(scheme, host, other_host)
}

/// Whether `host` is that of the known origin.
fn is_host(known: &str, host: &str) -> bool {
    split(known).is_some_and(|(scheme, name)| same_host(scheme, name, host))
}

fn split(origin: &str) -> Option<(&str, &str)> {
    origin.split_once("://")
}

/// Compares `name:port`, where the scheme's own port may be left out.
fn same_host(scheme: &str, one: &str, other: &str) -> bool {
    let port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let bare = |host: &str| host.strip_suffix(port).unwrap_or(host).to_ascii_lowercase();
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_origins_are_compared_whole() {
        let known = "https://egg.example:8443";
        assert!(is_origin(known, "https://EGG.example:8443") && is_host(known, "egg.EXAMPLE:8443"));
        for other in ["http://egg.example:8443", "https://egg.example", "https://egg.example:84431", "null", ""] {
            assert!(!is_origin(known, other), "{other}");
        }
        for other in ["egg.example", "egg.example:443", "a.egg.example:8443", "egg.example:8443.evil", ""] {
            assert!(!is_host(known, other), "{other}");
        }
        assert!(is_host("https://egg.example", "egg.example:443") && is_host("https://egg.example:443", "egg.example"));
        assert!(!is_host("https://egg.example", "egg.example:80"));
        assert!(is_host("http://[::1]:8080", "[::1]:8080") && !is_host("http://[::1]", "[::2]"));
    }
}
