//! The link layer, whole: both roles, every state and timer (§1.4 to §1.8).

mod command;
mod config;
mod event;

pub use command::{Command, CommandError, Hold, Listen, Outgoing};
pub use config::{Config, FarSide, Glare, Timers};
pub use event::{Counters, Event, Input, Output, Packet, Stop};

/// Where nonces and jitter come from: the operating system in a program, a list in a test.
pub trait Entropy: Send + Sync {
    /// Four bytes for one transmission of a chunk, in wire order.
    fn nonce(&mut self) -> [u8; 4];
    /// A number below `limit` (0 when it is 0), for retries that should not meet again.
    fn below(&mut self, limit: u32) -> u32;
}
