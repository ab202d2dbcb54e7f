//! The client of a page in a browser: `fetch` and the browser's own sockets, to the daycare that the page came from.
//!
//! The browser has looked at the daycare's certificate, sends the session's cookie along and lets no program read it.

mod address;
mod request;
mod run;
mod socket;

use std::sync::Arc;

use super::{BadAddress, Daycare};

pub use address::Address;
pub(super) use request::Web;
pub use run::pause;
pub(super) use run::{Bell, Ear, start};
pub(super) use socket::Socket;

impl Daycare {
    /// The daycare that the page came from, with the session that the browser has there. Asks nothing yet: whether it is
    /// a daycare, [`Daycare::hello`] shows.
    ///
    /// # Errors
    /// [`BadAddress::Shape`] where the page was not fetched by `http` or `https`.
    pub fn here() -> Result<Daycare, BadAddress> {
        Ok(Daycare { web: Arc::new(Web::open(Address::here()?)) })
    }
}
