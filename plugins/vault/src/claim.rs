//! Who may write in a data folder: one program, in a browser one tab.

#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(target_family = "wasm")]
mod page;

#[cfg(not(target_family = "wasm"))]
pub(crate) use native::{Lock, claim, default_location};
#[cfg(target_family = "wasm")]
pub(crate) use page::{Lock, claim, default_location};
