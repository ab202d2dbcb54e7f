//! Friends, where this build has no network.

use std::path::Path;

use super::super::advice::Trouble;
use super::Opened;
use crate::transport::Clock;

/// Fails.
pub(super) fn call(_: &str, _: &str, _: Option<&Path>, _: Clock) -> Result<Opened, Trouble> {
    Err(Trouble::plain("this build has no network: use a build with it"))
}

/// Fails.
pub(super) fn listen(
    _: &str,
    _: Option<&Path>,
    _: Clock,
    _: &mut dyn FnMut() -> bool,
    _: &mut dyn FnMut(String, String),
) -> Result<Option<Opened>, Trouble> {
    Err(Trouble::plain("this build has no network: use a build with it"))
}
