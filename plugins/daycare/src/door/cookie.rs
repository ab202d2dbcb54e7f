//! The cookie of a session: 256 random bits as 64 hexadecimal digits.

use super::DoorError;
use super::secret::{digest, random};
use axum::http::{HeaderMap, HeaderValue, header};
use eggtooth_vault::hex;
use std::fmt;
use zeroize::Zeroizing;

/// How long a browser keeps it, in seconds: as long as a session can last, 30 days.
const MAX_AGE: u64 = super::session::ABSOLUTE / 1000;

/// What a browser shows to be known again. It is made here and nowhere else: what was sent before signing in is never
/// taken over. Wiped when dropped; only its hash is kept.
#[derive(Clone)]
pub struct Cookie(Zeroizing<[u8; 32]>);

impl Cookie {
    /// A new one.
    pub(crate) fn random() -> Result<Cookie, DoorError> {
        Ok(Cookie(Zeroizing::new(random()?)))
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest(&*self.0)
    }

    /// The hash of the cookie that a request brings, if it brings exactly one in the right form. Two of the same name
    /// come from somebody who has set one for another port or path of this host: neither counts.
    #[must_use]
    pub(crate) fn digest_in(headers: &HeaderMap, secure: bool) -> Option<[u8; 32]> {
        let mut found = None;
        for value in headers.get_all(header::COOKIE) {
            for pair in value.as_bytes().split(|byte| *byte == b';') {
                let name = [cookie_name(secure).as_bytes(), b"="].concat();
                let Some(value) = pair.trim_ascii().strip_prefix(name.as_slice()) else { continue };
                if found.is_some() {
                    return None;
                }
                found = Some(unhex(value)?);
            }
        }
        found.map(|bytes| digest(&*bytes))
    }

    /// The header that gives it to a browser.
    #[must_use]
    pub fn set(&self, secure: bool) -> HeaderValue {
        let digits = Zeroizing::new(hex(&*self.0));
        header(&digits, MAX_AGE, secure)
    }

    /// The header that takes it away.
    #[must_use]
    pub fn clear(secure: bool) -> HeaderValue {
        header("", 0, secure)
    }
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cookie(…)")
    }
}

/// The prefix `__Host-` makes browsers refuse a cookie without `Secure`, with another path or for a whole domain; it
/// needs TLS.
#[must_use]
pub fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-egg" } else { "egg" }
}

fn header(value: &str, seconds: u64, secure: bool) -> HeaderValue {
    let name = cookie_name(secure);
    let only_tls = if secure { "; Secure" } else { "" };
    let text = Zeroizing::new(format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{only_tls}"));
    let mut header = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

fn unhex(digits: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = Zeroizing::new([0; 32]);
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn request(cookies: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        headers
    }

    #[test]
    fn with_tls_it_is_secure_and_bound_to_the_host() {
        let cookie = Cookie::random().unwrap();
        let set = cookie.set(true);
        let digits = hex(&*cookie.0);
        assert_eq!(
            set.to_str().unwrap(),
            format!("__Host-egg={digits}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure")
        );
        assert!(set.is_sensitive(), "not for logs");
        assert_eq!(
            Cookie::clear(true).to_str().unwrap(),
            "__Host-egg=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn without_tls_it_has_another_name() {
        let cookie = Cookie::random().unwrap();
        let digits = hex(&*cookie.0);
        let set = cookie.set(false);
        assert_eq!(set.to_str().unwrap(), format!("egg={digits}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"));
        let brought = request(&[&format!("a=b; egg={digits}")]);
        assert_eq!(Cookie::digest_in(&brought, false), Some(cookie.digest()));
        assert_eq!(Cookie::digest_in(&brought, true), None, "a cookie without the prefix does not count under TLS");
    }

    #[test]
    fn what_is_no_single_cookie_is_none() {
        let digits = hex(&[7; 32]);
        let good = format!("__Host-egg={digits}");
        assert_eq!(Cookie::digest_in(&request(&[&good]), true), Some(digest(&[7; 32])));
        assert_eq!(Cookie::digest_in(&request(&["x=y", &good]), true), Some(digest(&[7; 32])));
        for bad in [
            vec![good.as_str(), good.as_str()],
            vec![],
            vec!["__Host-egg="],
            vec!["__Host-egg=00"],
            vec![&good[..good.len() - 1]],
            vec!["__Host-egg=+7070707070707070707070707070707070707070707070707070707070707070"],
        ] {
            assert_eq!(Cookie::digest_in(&request(&bad), true), None, "{bad:?}");
        }
        let both = format!("{good}; {good}");
        assert_eq!(Cookie::digest_in(&request(&[&both]), true), None);
    }

    #[test]
    fn others_cookies_do_not_matter_whatever_is_in_them() {
        let digits = hex(&[7; 32]);
        let mut headers = request(&[&format!("__Host-egg={digits}")]);
        headers.append(header::COOKIE, HeaderValue::from_bytes(b"caf\xe9=1; \xff; =; __Host-eggs=1").unwrap());
        assert_eq!(Cookie::digest_in(&headers, true), Some(digest(&[7; 32])));
    }

    #[test]
    fn it_does_not_show_itself() {
        assert_eq!(format!("{:?}", Cookie::random().unwrap()), "Cookie(…)");
    }
}
