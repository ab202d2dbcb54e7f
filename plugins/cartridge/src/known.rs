//! Toys whose programs are known by their checksums. Facts about dumps, no content of them.

use crc::{CRC_32_ISO_HDLC, Crc};

use crate::cartridge::ChipKind::{self, S46, S48};
use crate::cartridge::big_endian;

use Source::{Mame, Single};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Words 178h–1FFh: inside page 1, code and no pictures (fact sheet §13.3).
const REGION: std::ops::Range<usize> = 0x178..0x200;

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// MAME's listings: dumped and checked by several people.
    Mame,
    /// One project only: not confirmed.
    Single,
}

/// A program that toys were sold with.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownToy {
    /// Short stable name.
    pub id: &'static str,
    /// What it is compatible with, for people.
    pub name: &'static str,
    /// Its chip.
    pub chip: ChipKind,
    /// CRC-32 (as in zip) of the whole image as big-endian word pairs.
    pub crc32: u32,
    /// CRC-32 of words 178h–1FFh as little-endian word pairs, where known: the same for copies
    /// with changed pictures.
    pub region: Option<u32>,
    /// The wiring model it needs, where this program has it.
    pub model: Option<&'static str>,
    /// A factory test program, not a pet.
    pub test: bool,
    /// Where this is from.
    pub source: Source,
}

const fn toy(id: &'static str, name: &'static str, chip: ChipKind, crc32: u32, source: Source) -> KnownToy {
    KnownToy { id, name, chip, crc32, region: None, model: None, test: false, source }
}

/// All known programs (fact sheet §13.1–13.3).
pub static KNOWN_TOYS: [KnownToy; 16] = [
    KnownToy {
        region: Some(0xc787_5f27),
        model: Some("p1"),
        ..toy("p1", "first-generation toy (P1), world version of 1997", S46, 0x5c86_4cb1, Mame)
    },
    KnownToy { model: Some("p1"), ..toy("p1-japan", "first-generation toy (P1), Japan", S46, 0x1564_7a14, Single) },
    KnownToy {
        model: Some("p1"),
        test: true,
        ..toy("p1-test", "factory test program of the first-generation toy", S46, 0x4372_220e, Mame)
    },
    KnownToy {
        region: Some(0xbb79_b1b2),
        model: Some("p1"),
        ..toy("p2", "second-generation toy (P2), Japan", S46, 0x9f97_539e, Mame)
    },
    KnownToy { region: Some(0x3ca0_06e6), ..toy("angel", "Angel toy", S48, 0x87bc_b59f, Mame) },
    toy("mothra", "Mothra toy", S48, 0x85e4_bee9, Mame),
    toy("digimon-1", "Digimon toy, version 1", S48, 0x08ff_ac1b, Mame),
    toy("digimon-2", "Digimon toy, version 2", S48, 0x19a9_e54e, Mame),
    toy("digimon-3", "Digimon toy, version 3", S48, 0x3000_cf30, Mame),
    toy("morino", "Morino (forest) toy", S48, 0x647e_a772, Single),
    toy("umino", "Umino (ocean) toy", S48, 0xbaae_4199, Single),
    toy("genjintch", "Genjintch toy", S48, 0xbbf6_b4fe, Single),
    toy("tamaotch", "Tamaotch toy", S48, 0xa491_fb55, Single),
    toy("alien-fever", "Chibi Pachi: Alien Fever, not a pet", S46, 0xe561_599c, Mame),
    toy("venus-diet", "Beans Collection: Venus Diet Monogatari, not a pet", S46, 0x2228_b081, Mame),
    toy("stack-challenge", "Stack Challenge, not a pet", S46, 0x28b9_310a, Mame),
];

/// A match in [`KNOWN_TOYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The entry.
    pub toy: &'static KnownToy,
    /// True if the whole image matches; false if only the code does: a patched copy.
    pub exact: bool,
}

/// Looks a program up by its checksum, then by that of its code.
pub(crate) fn find(words: &[u16]) -> Option<Known> {
    let chip = ChipKind::of_words(words.len())?;
    let whole = CRC.checksum(&big_endian(words));
    let mut all = KNOWN_TOYS.iter().filter(|toy| toy.chip == chip);
    if let Some(toy) = all.clone().find(|toy| toy.crc32 == whole) {
        return Some(Known { toy, exact: true });
    }
    let code: Vec<u8> = words.get(REGION)?.iter().flat_map(|word| word.to_le_bytes()).collect();
    let code = CRC.checksum(&code);
    let toy = all.find(|toy| toy.region == Some(code))?;
    Some(Known { toy, exact: false })
}
