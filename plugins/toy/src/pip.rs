//! The embedded pet: what plays when nobody brought a ROM.

use eggtooth_cartridge::symbols::Symbols;
use eggtooth_cartridge::{Cartridge, RomError};

const ROM: &[u8] = include_bytes!("../../../assets/firmware/pip/pip.rom");
const SYMBOLS: &[u8] = include_bytes!("../../../assets/firmware/pip/pip.sym");

/// Pip's firmware.
///
/// # Errors
/// None unless the build was given a damaged `pip.rom`, which a test rules out.
pub fn pip() -> Result<Cartridge, RomError> {
    Cartridge::from_bytes(Some("pip.rom"), ROM)
}

/// Whether a ROM is the Pip of this build.
#[must_use]
pub fn is_pip(identity: &[u8; 32]) -> bool {
    pip().is_ok_and(|pip| pip.identity == *identity)
}

/// The names in Pip's memory.
#[must_use]
pub fn pip_symbols() -> Symbols {
    Symbols::parse(SYMBOLS).0
}
