//! The embedded pet: what plays when nobody brought a ROM, and what it was in earlier versions of this program.

use eggtooth_cartridge::symbols::Symbols;
use eggtooth_cartridge::{Cartridge, RomError};
use std::sync::OnceLock;

/// A Pip: its program and the names of its places.
struct Version {
    name: &'static str,
    rom: &'static [u8],
    symbols: &'static [u8],
}

/// What hatches today.
const TODAY: Version = Version {
    name: "pip.rom",
    rom: include_bytes!("../../../assets/firmware/pip/pip.rom"),
    symbols: include_bytes!("../../../assets/firmware/pip/pip.sym"),
};

/// Every Pip that a pet may live on: it keeps the program that it hatched with. The newest first.
const VERSIONS: [Version; 2] = [
    TODAY,
    // Before friends could visit.
    Version {
        name: "pip-1.rom",
        rom: include_bytes!("../../../assets/firmware/pip/earlier/pip-1.rom"),
        symbols: include_bytes!("../../../assets/firmware/pip/earlier/pip-1.sym"),
    },
];

/// The identities of [`VERSIONS`].
fn identities() -> &'static [Option<[u8; 32]>; VERSIONS.len()] {
    static IDENTITIES: OnceLock<[Option<[u8; 32]>; VERSIONS.len()]> = OnceLock::new();
    let identity =
        |version: Version| Cartridge::from_bytes(Some(version.name), version.rom).ok().map(|rom| rom.identity);
    IDENTITIES.get_or_init(|| VERSIONS.map(identity))
}

/// The version with this identity.
fn version(identity: &[u8; 32]) -> Option<Version> {
    let mut all = VERSIONS.into_iter().zip(identities());
    all.find(|(_, other)| other.as_ref() == Some(identity)).map(|(version, _)| version)
}

/// Pip's firmware, for a new egg.
///
/// # Errors
/// None unless the build was given a damaged `pip.rom`, which a test rules out.
pub fn pip() -> Result<Cartridge, RomError> {
    Cartridge::from_bytes(Some(TODAY.name), TODAY.rom)
}

/// The Pip with this identity, today's or an earlier one; `None` for every other ROM.
#[must_use]
pub fn pip_of(identity: &[u8; 32]) -> Option<Cartridge> {
    let version = version(identity)?;
    Cartridge::from_bytes(Some(version.name), version.rom).ok()
}

/// Whether a ROM is a Pip, today's or an earlier one. All keep the pet's RAM in the same places.
#[must_use]
pub fn is_pip(identity: &[u8; 32]) -> bool {
    identities().iter().flatten().any(|pip| pip == identity)
}

/// The names in the memory of today's Pip.
#[must_use]
pub fn pip_symbols() -> Symbols {
    Symbols::parse(TODAY.symbols).0
}

/// The names in the memory of the Pip with this identity; `None` for every other ROM.
#[must_use]
pub fn pip_symbols_of(identity: &[u8; 32]) -> Option<Symbols> {
    Some(Symbols::parse(version(identity)?.symbols).0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::pip_clock::Places;

    #[test]
    fn every_version_is_found_by_its_identity_and_no_two_are_one() {
        for (n, identity) in identities().iter().enumerate() {
            let identity = identity.unwrap();
            assert!(is_pip(&identity) && pip_of(&identity).unwrap().identity == identity);
            assert!(!identities()[..n].contains(&Some(identity)));
        }
        assert_eq!(Some(pip().unwrap().identity), identities()[0]);
        assert!(!is_pip(&[0; 32]) && pip_of(&[0; 32]).is_none() && pip_symbols_of(&[0; 32]).is_none());
    }

    #[test]
    fn no_version_moves_a_name_that_an_earlier_one_had() {
        let today = pip_symbols().ram;
        for version in VERSIONS {
            let (symbols, faults) = Symbols::parse(version.symbols);
            assert!(faults.is_empty() && !symbols.ram.is_empty());
            for (name, place) in symbols.ram {
                assert_eq!(today.get(&name), Some(&place), "{name} in {}", version.name);
            }
        }
        assert!(Places::of_pip().is_some());
    }
}
