//! Files that are part of the program: the daycare's page.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use eggtooth_vault::hex;
use sha2::{Digest, Sha256};

/// A file with its media type.
#[derive(Clone, Copy, Debug)]
pub struct File {
    media: &'static str,
    bytes: &'static [u8],
}

impl File {
    /// These bytes.
    pub const fn new(media: &'static str, bytes: &'static [u8]) -> File {
        File { media, bytes }
    }

    /// What is in it.
    #[cfg(test)]
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// The file, or 304 where the browser has it. It may be kept, and must be asked for again each time.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", hex(&Sha256::digest(self.bytes)[..16]));
        let always: [(HeaderName, &str); 2] = [(header::CACHE_CONTROL, "no-cache"), (header::ETAG, &tag)];
        if is_known(headers, &tag) {
            return (StatusCode::NOT_MODIFIED, always).into_response();
        }
        (always, [(header::CONTENT_TYPE, self.media)], self.bytes).into_response()
    }
}

/// Whether the browser has what this tag is of (RFC 9110 §13.1.2).
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_file_that_is_known_is_not_sent_again() {
        let file = File::new("text/css", b"a{}");
        let first = file.answer(&HeaderMap::new());
        assert_eq!((first.status(), &first.headers()["content-type"]), (StatusCode::OK, &"text/css".parse().unwrap()));
        let tag = first.headers()["etag"].clone();
        let with = |value: String| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            file.answer(&headers).status().as_u16()
        };
        let tag = tag.to_str().unwrap();
        assert_eq!([with(tag.into()), with(format!("\"x\", W/{tag}")), with("\"x\"".into())], [304, 304, 200]);
    }
}
