//! What passed on a line, kept as pcapng: written, read back, and tapped from any transport.
//!
//! A capture is one section with one interface of link type 147 (LINKTYPE_USER0) and one record for each piece of the
//! byte stream, as it was sent or received: pieces are no lines or chunks, [`decode`](crate::decode) finds those. Time
//! stamps are nanoseconds, the direction is in the record's flags, and there is no header before the bytes. CAPTURE.md
//! beside this crate has the bytes of an example. The shared secret is never part of a capture; whoever has it can read
//! the chunks, so a capture is as private as what was said.
//!
//! The four kinds of block are written and read here: of the libraries for it, the one that writes has had no release
//! but candidates since 2023, and neither says where in a damaged file the damage is.

mod block;
mod read;
mod tap;
mod write;

pub use read::{CaptureError, Reader, Record};
pub use tap::Captured;
pub use write::Writer;

/// LINKTYPE_USER0: "for private use", what the dissector beside this crate is registered for.
pub const LINK_TYPE: u16 = 147;

/// Which way bytes went, seen from the side that captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From here to the far side: outbound.
    Sent,
    /// From the far side to here: inbound.
    Received,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Sent => Self::Received,
            Self::Received => Self::Sent,
        }
    }
}
