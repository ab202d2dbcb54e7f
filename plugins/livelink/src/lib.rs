//! The wire between a daycare and its viewers: messages as bytes, byte for byte as `LIVELINK.md` says.
//!
//! [`ServerMessage`] and [`ClientMessage`] are the messages, without I/O, the same for server, desktop and browser. The
//! crate has types of its own ([`Lcd`], [`Tone`]) and knows no chip, toy or store: its users convert.

#[cfg(feature = "client")]
pub mod client;
pub mod close;
mod lcd;
pub mod link;
pub mod message;

pub use close::Close;
pub use lcd::Lcd;
pub use message::{ClientMessage, MessageError, ServerMessage, Tone};
