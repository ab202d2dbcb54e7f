//! What needs sockets, files and threads: everything that is not for a browser.

mod addresses;
mod budget;
mod core;
mod dial;
mod endpoint;
mod error;
mod friends;
mod goodbye;
mod guests;
mod hello;
mod identity;
mod inviting;
mod join;
mod knock;
mod limits;
mod line;
mod link;
mod listen;
mod meeting;
mod nearby;
#[cfg(test)]
mod page;
mod proof;
mod quic;
mod socket;
mod stream;
mod tls;

pub use addresses::addresses_of;
pub use endpoint::Endpoint;
pub use error::PeerError;
pub use friends::{Friends, FriendsError, Shelf};
pub use guests::{Admitted, Guests};
pub use hello::HELLO;
pub use identity::{Identity, IdentityError};
pub use knock::{HelloError, Knock, MAGIC, Welcome};
pub use limits::Limits;
pub use line::{Ended, Line};
pub use link::Closer;
pub use listen::Refusal;
pub use meeting::{Meeting, Whom};
pub use nearby::{Nearby, NearbyError};
pub use stream::{Reader, Stream, Writer};
pub use tls::{ALPN, Allow, MEETING_ALPN};
