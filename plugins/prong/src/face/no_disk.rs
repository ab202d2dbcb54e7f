//! A page has no files but those that the player chooses, whose bytes are given.

use std::path::Path;

use super::advice::Trouble;
use crate::secret::Secret;

const NONE: &str = "a page cannot read files by their names: choose the file with the button";

/// Fails.
pub(super) fn secret(_: &Path) -> Result<Secret, Trouble> {
    Err(Trouble::plain(NONE))
}

/// Fails.
pub(super) fn item(_: &Path) -> Result<Vec<u8>, Trouble> {
    Err(Trouble::plain(NONE))
}
