//! The client of a desktop: TLS from the daycare's own certificate authority, whose fingerprint the player has confirmed
//! once.

mod address;
mod pins;
mod request;
mod run;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use super::ask::PATIENCE;
use super::{ClientError, Daycare};

pub use address::Address;
pub use pins::{Authority, Pins};
pub(super) use request::Web;
#[cfg(test)]
pub(super) use request::provider;
pub use request::{FirstContact, first_contact};
pub use run::pause;
pub(super) use run::{Bell, Ear, start};
pub(super) use socket::Socket;

impl Daycare {
    /// The daycare at an address, with the session that this computer has there. Asks nothing yet.
    ///
    /// # Errors
    /// [`ClientError::Unconfirmed`] where [`first_contact`] comes first; [`ClientError::File`].
    pub fn open(address: &Address, pins: Arc<Pins>) -> Result<Daycare, ClientError> {
        Daycare::open_with(address, pins, PATIENCE)
    }

    /// As [`Daycare::open`], with another time that a request may take.
    ///
    /// # Errors
    /// As [`Daycare::open`].
    pub fn open_with(address: &Address, pins: Arc<Pins>, patience: Duration) -> Result<Daycare, ClientError> {
        Ok(Daycare { web: Arc::new(Web::open(address, pins, patience)?) })
    }
}
