//! A table on real lines: what is done there and told, the same for whoever draws it and plays; and, where there are
//! lines, one thread that drives a [`Party`](crate::party::Party) over `peer`, and its handle.

mod command;
mod event;
mod realtoy;
#[cfg(all(feature = "net", not(target_family = "wasm")))]
mod thread;
#[cfg(feature = "net")]
mod way;

pub use command::Command;
pub use event::Event;
pub use realtoy::{RealToyEvent, RealToyState, RealToyView};
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub use thread::{OpenToy, PlaydateHandle, RealToy, Setup};
#[cfg(feature = "net")]
pub use way::Way;
