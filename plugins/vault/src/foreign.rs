//! Save states of other programs: what they are, and their translation to the state of the real
//! chip and back.
//!
//! [`import`] gives a [`Hardware`], which knows nothing of any program; [`export`] takes one. The
//! layouts and the rules of translation are those of the project's page on foreign saves; section
//! numbers in this module refer to it. The vault cannot say whether a state belongs to a ROM unless
//! it is given the ROM: [`Imported::check_rom`].
//!
//! ```
//! use eggtooth_vault::foreign;
//!
//! let refusal = foreign::import(b"TLST\x09", Some("p1_save0.bin")).unwrap_err();
//! assert!(refusal.to_string().contains("version 9"));
//! ```

mod dump;
mod error;
mod export;
mod fields;
mod format;
mod fpga;
mod hardware;
mod intake;
mod json;
mod layout;
mod recognise;
mod retroarch;
mod rom;
mod text;
mod vpet;

pub use error::ForeignError;
pub use export::{Details, export, export_with};
pub use format::Format;
pub use hardware::{
    ClockTimer, Cpu, DISPLAY_S46, DISPLAY_S48, Display, Hardware, IO_REGISTERS, ProgTimer, RAM_S46, RAM_S48, Stopwatch,
    default_io,
};
pub use intake::{Imported, import, recognise};
pub use recognise::MAX_FILE;

#[cfg(test)]
pub(crate) use {dump::Slot, intake::dump, rom::is_opcode, text::pad, text::parse, text::unpad};
