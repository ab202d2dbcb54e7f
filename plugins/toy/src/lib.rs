//! A pet's machine in time: the only crate that touches a chip.
//!
//! [`Machine`] is a chip with its buttons; [`Home`] is the shelf of pets in a data folder and
//! [`Session`] one pet taken from it, saved as it lives. With the feature `bevy`, [`face`] drives a
//! session as a fixed-timestep system. An [`Absence`] is held or lived ([`CatchUp`]) and told
//! ([`Account`]); a [`Recording`] can be lived again, and so can a [`script`]'s presses; [`pip_clock`] sets a clock by
//! presses, [`pip_link`] has Pip look for a friend; a [`cable`] lets two meet. A pet lives in one place: its [`Lease`]
//! says where, and a [`Carrier`] takes it from one to the other.
//! `BLOCKS.md` has the bytes that this crate puts into saves. Nothing here draws or sounds.

mod absence;
mod account;
pub mod cable;
mod carrier;
mod carry;
mod catch_up;
mod clocks;

#[cfg(feature = "bevy")]
pub mod face;
mod first_layout;
pub mod foreign;
mod home;
mod lease;
mod machine;
mod pip;
pub mod pip_clock;
pub mod pip_link;
mod presses;
mod recording;
pub mod script;
mod session;
mod watch;
#[cfg(feature = "client")]
mod wire;
mod words;

pub use absence::{
    Absence, CHOICE, Choice, LEFT, LONGEST, LONGEST_STALL, Left, Oddity, SHORTEST, left, span, ticks, time,
};
pub use account::{Account, Calls, Watcher};
pub use carrier::{Carrier, CarryError, Daycare, Luggage, Parcel, Trouble};
pub use carry::{Carry, End, Known, Mark, Reply, Request as CarryRequest, Want};
pub use catch_up::{CHUNK, CatchUp, Progress};
pub use clocks::{Passed, Reading, SystemClocks, Timekeeper};
pub use eggtooth_chip::{Button, Edge, Frame, Sink, TICKS_PER_SECOND, Tone};
pub use home::{Home, Request, Started, ToyError, name_of_file};
pub use lease::{Carriage, HOME, Id, LONGEST_ADDRESS, Lease};
pub use machine::{Machine, STATE};
pub use pip::{is_pip, pip, pip_of, pip_symbols, pip_symbols_of};
pub use presses::Presses;
pub use recording::{Event, Input, MAX_EVENTS, PLAY, Recorder, Recording, RecordingError};
pub use session::{Session, now, now_millis};
pub use watch::Watch;
#[cfg(feature = "client")]
pub use wire::Wire;
pub use words::words;
