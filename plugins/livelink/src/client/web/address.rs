//! The one address that a page reaches.

use std::fmt;
use std::str::FromStr;

use crate::client::{BadAddress, Fingerprint};

/// The address of the daycare that the page came from: its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    origin: String,
}

impl Address {
    /// The page's own.
    ///
    /// # Errors
    /// [`BadAddress::Shape`] where it was not fetched by `http` or `https`.
    pub fn here() -> Result<Address, BadAddress> {
        let origin = web_sys::window().and_then(|window| window.location().origin().ok());
        let origin = origin.filter(|origin| origin.starts_with("https://") || origin.starts_with("http://"));
        Ok(Address { origin: origin.ok_or(BadAddress::Shape)? })
    }

    /// As it is written and kept: scheme, host and port, where that is not the scheme's own. Also the origin.
    #[must_use]
    pub fn url(&self) -> String {
        self.origin.clone()
    }

    /// By TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    /// What follows a `#` must be a fingerprint, which the page has no use for: the browser looks at certificates.
    fn from_str(text: &str) -> Result<Address, BadAddress> {
        let text = text.trim();
        let text = match text.split_once('#') {
            Some((text, fingerprint)) => {
                fingerprint.parse::<Fingerprint>().map_err(|_| BadAddress::Fingerprint)?;
                text
            }
            None => text,
        };
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = web_sys::Url::new(&whole).map_err(|_| BadAddress::Shape)?;
        let typed = url.origin();
        let plain = url.pathname() == "/" && url.search().is_empty() && url.username().is_empty();
        if !plain || !(typed.starts_with("https://") || typed.starts_with("http://")) {
            return Err(BadAddress::Shape);
        }
        let here = Address::here()?;
        if here.origin == typed { Ok(here) } else { Err(BadAddress::Elsewhere { url: typed }) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}
