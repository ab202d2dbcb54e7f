//! Where a daycare is, as the player types it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ureq::http::Uri;

use crate::client::{BadAddress, Fingerprint};

/// A daycare's address: `https://host:port`, `http://` for this machine only, and where the player was given it,
/// `#` and the fingerprint of its certificate authority. Without a scheme, `https` is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    secure: bool,
    host: String,
    port: u16,
    fingerprint: Option<Fingerprint>,
}

impl Address {
    /// As it is written and kept: scheme, host and port, where that is not the scheme's own. Also the origin.
    #[must_use]
    pub fn url(&self) -> String {
        let (scheme, default) = if self.secure { ("https", 443) } else { ("http", 80) };
        match self.port == default {
            true => format!("{scheme}://{}", self.host),
            false => format!("{scheme}://{}:{}", self.host, self.port),
        }
    }

    /// By TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The name or the number of the machine; an IPv6 number without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The fingerprint behind the `#`.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Address, BadAddress> {
        let text = text.trim();
        let (text, fingerprint) = match text.split_once('#') {
            Some((text, fingerprint)) => (text, Some(fingerprint.parse().map_err(|_| BadAddress::Fingerprint)?)),
            None => (text, None),
        };
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let uri: Uri = whole.parse().map_err(|_| BadAddress::Shape)?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(BadAddress::Shape),
        };
        let authority = uri.authority().ok_or(BadAddress::Shape)?;
        let plain = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@');
        // A port that is no number is none to `http`.
        let number = authority.as_str().len() > authority.host().len();
        let port = authority.port_u16().or((!number).then_some(if secure { 443 } else { 80 }));
        let (Some(port @ 1..), true) = (port, plain) else { return Err(BadAddress::Shape) };
        let host = authority.host().to_ascii_lowercase();
        let address = Address { secure, host, port, fingerprint };
        let name = address.host();
        let number: Option<IpAddr> = name.parse().ok();
        if number.is_none() && (name.contains(':') || rustls::pki_types::DnsName::try_from(name).is_err()) {
            return Err(BadAddress::Shape);
        }
        if !secure && name != "localhost" && !number.is_some_and(|ip| ip.is_loopback()) {
            return Err(BadAddress::Clear);
        }
        Ok(address)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (typed, url, host, port) in [
            ("https://Egg.Example:8443", "https://egg.example:8443", "egg.example", 8443),
            (" egg.example:8443/ ", "https://egg.example:8443", "egg.example", 8443),
            ("egg.example", "https://egg.example", "egg.example", 443),
            ("https://egg.example:443", "https://egg.example", "egg.example", 443),
            ("192.168.1.7:8443", "https://192.168.1.7:8443", "192.168.1.7", 8443),
            ("[fe80::1]:8443", "https://[fe80::1]:8443", "fe80::1", 8443),
            ("http://localhost:80", "http://localhost", "localhost", 80),
            ("http://127.1.2.3:8000", "http://127.1.2.3:8000", "127.1.2.3", 8000),
            ("http://[::1]:8000", "http://[::1]:8000", "::1", 8000),
        ] {
            let address: Address = typed.parse().unwrap();
            assert_eq!((address.url().as_str(), address.host(), address.port()), (url, host, port), "{typed}");
            assert_eq!(address.to_string().parse(), Ok(address));
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "https://",
            "ftp://egg",
            "https://egg/page",
            "https://egg/?a",
            "https://user:word@egg",
            "egg:0",
            "egg:99999",
            "egg:x",
            "https:// egg",
            "e gg",
            "https://egg:8443:1",
            "::1",
            "-",
            "https://[::1",
        ] {
            assert_eq!(bad.parse::<Address>(), Err(BadAddress::Shape), "{bad}");
        }
        for clear in ["http://egg.example", "http://192.168.1.7", "http://localhost.example", "http://[::2]"] {
            assert_eq!(clear.parse::<Address>(), Err(BadAddress::Clear), "{clear}");
        }
    }

    #[test]
    fn a_fingerprint_may_follow() {
        let digits = "0F".repeat(32);
        let address: Address = format!("egg:8443/#{digits}").parse().unwrap();
        assert_eq!(address.fingerprint(), Some(Fingerprint([0x0F; 32])));
        assert_eq!(address.url(), "https://egg:8443");
        assert_eq!("egg#12".parse::<Address>(), Err(BadAddress::Fingerprint));
    }
}
