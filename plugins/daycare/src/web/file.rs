//! One file of the game, in all its forms.

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use eggtooth_vault::hex;
use sha2::{Digest, Sha256};

/// How a form is packed (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coding {
    /// Brotli, the smaller one.
    Brotli,
    /// Gzip.
    Gzip,
}

impl Coding {
    /// The coding that a name's ending says, and the name without it.
    #[must_use]
    pub fn of(name: &str) -> Option<(Coding, &str)> {
        let brotli = name.strip_suffix(".br").map(|plain| (Coding::Brotli, plain));
        brotli.or_else(|| name.strip_suffix(".gz").map(|plain| (Coding::Gzip, plain)))
    }

    /// As in `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Coding::Brotli => "br",
            Coding::Gzip => "gzip",
        }
    }
}

/// The bytes of a file as they are sent.
#[derive(Clone, Debug)]
pub struct Form {
    /// How they are packed; `None` as they are.
    pub coding: Option<Coding>,
    /// They.
    pub bytes: Bytes,
    /// What `ETag` says: a quoted hash of them.
    pub tag: String,
}

/// A file.
#[derive(Clone, Debug)]
pub struct WebFile {
    /// What `Content-Type` says.
    pub media: &'static str,
    /// Whether another file will never have its name: it has a hash in it.
    pub immutable: bool,
    /// As it is, first, then the packed ones, brotli before gzip. Never empty.
    forms: Vec<Form>,
}

impl WebFile {
    /// A file of that name, and its packed forms.
    #[must_use]
    pub fn new(name: &str, plain: Bytes, mut packed: Vec<(Coding, Bytes)>) -> WebFile {
        packed.sort_by_key(|(coding, _)| *coding);
        let form = |coding, bytes: Bytes| {
            let tag = format!("\"{}\"", hex(&Sha256::digest(&bytes)[..16]));
            Form { coding, bytes, tag }
        };
        let mut forms = vec![form(None, plain)];
        forms.extend(packed.into_iter().map(|(coding, bytes)| form(Some(coding), bytes)));
        WebFile { media: media(name), immutable: is_immutable(name), forms }
    }

    /// Whether there is more than one form: what is sent then depends on `Accept-Encoding`.
    #[must_use]
    pub fn varies(&self) -> bool {
        self.forms.len() > 1
    }

    /// The form for a browser that takes the codings of these headers: brotli before gzip before none.
    #[must_use]
    pub fn form(&self, headers: &HeaderMap) -> Option<&Form> {
        let taken = |form: &&Form| form.coding.is_some_and(|coding| accepts(headers, coding));
        self.forms.iter().find(taken).or_else(|| self.forms.first())
    }
}

/// The media type, by the name's ending; what is unknown is only bytes.
fn media(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    }
}

/// Whether a name has a hash in it, between `.`, `-` or `_`: 8 to 64 small hexadecimal digits, a number among them.
/// What a browser asks for by a fixed name is never so.
fn is_immutable(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or_default();
    let is_hash = |part: &str| {
        (8..=64).contains(&part.len())
            && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    !name.ends_with(".html") && !name.ends_with(".webmanifest") && name.split(['.', '-', '_']).any(is_hash)
}

/// Whether `Accept-Encoding` takes a coding (RFC 9110 §12.5.3); a weight of 0 is no. Without the header nothing is.
fn accepts(headers: &HeaderMap, coding: Coding) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut named, mut any) = (None, false);
    for word in values.flat_map(|value| value.split(',')) {
        let (name, weight) = word.split_once(';').unwrap_or((word, ""));
        let weight = weight.trim();
        let weight = weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q=")).unwrap_or("1");
        let wanted = weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0);
        match name.trim() {
            "*" => any = wanted,
            name if name.eq_ignore_ascii_case(coding.name()) => named = Some(wanted),
            _ => {}
        }
    }
    named.unwrap_or(any)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_best_form_that_is_taken() {
        let packed = vec![(Coding::Gzip, "gzip".into()), (Coding::Brotli, "brotli".into())];
        let file = WebFile::new("a.wasm", "plain".into(), packed);
        let form = |accepted: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
            String::from_utf8(file.form(&headers).unwrap().bytes.to_vec()).unwrap()
        };
        assert_eq!(form("gzip, deflate, br, zstd"), "brotli");
        assert_eq!(form("gzip;q=1.0, br;q=0"), "gzip");
        assert_eq!(form("BR; q=0.001"), "brotli");
        assert_eq!(form("*"), "brotli");
        assert_eq!(form("*, br;q=0"), "gzip");
        assert_eq!(form("deflate"), "plain");
        assert_eq!(form("br;q=nonsense, , ;;"), "plain");
        assert_eq!(&*file.form(&HeaderMap::new()).unwrap().bytes, b"plain");
        let tags: std::collections::HashSet<&str> = file.forms.iter().map(|form| form.tag.as_str()).collect();
        assert_eq!(tags.len(), 3);
    }

    #[test]
    fn only_a_name_with_a_hash_stays_for_good() {
        for name in ["eggtooth_bg-0123abcd.wasm", "icons/a.00c0ffee00.png", "x_0a1b2c3d4e5f.js"] {
            assert!(is_immutable(name), "{name}");
        }
        for name in ["sw.js", "eggtooth_bg.wasm", "index-0123abcd.html", "deadbeef.js", "a-0123abc.js", "0123abcd/a.js"]
        {
            assert!(!is_immutable(name), "{name}");
        }
    }
}
