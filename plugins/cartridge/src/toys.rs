//! Toys whose programs are known: facts about dumps, no content of them (`toys.md` §1, §2; `e0c6s46.md`
//! §13). Late models whose chip nobody has established are not here.

use crate::cartridge::ChipKind::{self, S46, S48};
use crate::source::Source::{
    Another, BrickEmuPy as BE, CareBot as CB, Collectors, Mame as MA, PebbleApi as SB, Pygotchi as PY, TamaTool as TT,
};
use crate::source::{Proof, said};
use crate::wiring::{self, Wiring};

/// A program that toys were sold with.
#[derive(Debug)]
pub struct Toy {
    /// Short stable name.
    pub id: &'static str,
    /// What it is compatible with, for people.
    pub name: &'static str,
    /// When it was sold, where known.
    pub year: Option<u16>,
    /// Its chip.
    pub chip: ChipKind,
    /// What the program does.
    pub kind: Kind,
    /// Checksums of the whole image as big-endian word pairs.
    pub image: Image,
    /// Published copies with changed pictures or characters, by the SHA-256 of the whole image.
    pub patched: &'static [(&'static str, &'static str)],
    /// CRC-32 of words 178h–1FFh as little-endian word pairs: the same for copies with changed pictures.
    pub region: Option<u32>,
    /// Word 0000: weak, but the same in every copy with changed pictures.
    pub first_word: Option<u16>,
    /// How the toy is wired.
    pub wiring: &'static Wiring,
    /// Who states what is in this entry; the wiring has proofs of its own.
    pub proofs: &'static [Proof],
}

/// Checksums, as far as they were published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    /// As in zip.
    pub crc32: Option<u32>,
    /// Forty lower-case hexadecimal digits.
    pub sha1: Option<&'static str>,
    /// Sixty-four lower-case hexadecimal digits.
    pub sha256: Option<&'static str>,
}

/// What a known program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A pet lives in it.
    Pet,
    /// It tests a new toy in the factory.
    Test,
    /// Another game for the same chip.
    Game,
}

impl Toy {
    /// Every group of facts about it and its wiring with those who state them.
    pub fn proofs(&self) -> impl Iterator<Item = &'static Proof> + use<> {
        self.proofs.iter().chain(self.wiring.proofs)
    }

    /// The proof of a group of facts.
    #[must_use]
    pub fn proof(&self, group: &str) -> Option<&'static Proof> {
        self.proofs().find(|proof| proof.group == group)
    }
}

/// The toy with this short name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Toy> {
    TOYS.iter().find(|toy| toy.id == id)
}

const fn image(crc32: u32, sha1: &'static str) -> Image {
    Image { crc32: Some(crc32), sha1: Some(sha1), sha256: None }
}

const UNPUBLISHED: Image = Image { crc32: None, sha1: None, sha256: None };

const fn s46(id: &'static str, name: &'static str, image: Image, wiring: &'static Wiring) -> Toy {
    let (year, region, first_word) = (None, None, None);
    Toy { id, name, year, chip: S46, kind: Kind::Pet, image, patched: &[], region, first_word, wiring, proofs: &[] }
}

const fn s48(id: &'static str, name: &'static str, image: Image, wiring: &'static Wiring) -> Toy {
    Toy { chip: S48, ..s46(id, name, image, wiring) }
}

const CHIP: Proof = said("chip", &[MA, BE, CB]);
const FIRST_WORD: Proof = said("first word", &[SB]);
const REGION: Proof = said("code checksum", &[TT]);
const MA_CB: Proof = said("image checksums", &[MA, CB]);
const ONLY_CB: Proof = said("image checksums", &[CB]);
const ONLY_MA: Proof = said("image checksums", &[MA]);
const YEAR: Proof = said("year", &[Collectors]);
const MA_YEAR: Proof = said("year", &[MA]);

/// Digimon toys of the first year share everything but the program.
const DIGIMON: Toy = Toy {
    proofs: &[said("chip", &[MA, BE]), ONLY_MA, YEAR],
    year: Some(1998),
    ..s48("", "", UNPUBLISHED, &wiring::DIGIMON)
};

/// All of them.
pub static TOYS: [Toy; 19] = [
    Toy {
        year: Some(1997),
        image: Image {
            sha256: Some("67b6388f26e2e3f15674932baf2fc2fb1c6f388cc0f16ea1aa0f441db1a4f43c"),
            ..image(0x5c86_4cb1, "4b4979cf92dc9d2fb6d7295a38f209f3da144f72")
        },
        patched: &[
            (
                "eaa515606427eae26d0bf5c14ac437c12b96935238280d944b0b4b1d98ce701b",
                "a published copy with another secret character",
            ),
            (
                "6c7af647b3f10e4da83c46a75ea6a62da29d26315677fbfd270d15c278a24b39",
                "a published copy with the pictures of the second generation; the game is that of the first",
            ),
        ],
        region: Some(0xc787_5f27),
        first_word: Some(0xfa2),
        proofs: &[
            CHIP,
            said("image checksums", &[MA, CB, PY, Another]),
            said("patched copies", &[PY]),
            REGION,
            FIRST_WORD,
            MA_YEAR,
        ],
        ..s46("p1", "first-generation toy (P1), world version of 1997", UNPUBLISHED, &wiring::P1)
    },
    Toy {
        year: Some(1996),
        proofs: &[said("chip", &[BE, CB]), ONLY_CB, YEAR],
        ..s46(
            "p1-japan",
            "first-generation toy (P1), Japan",
            image(0x1564_7a14, "15763f806c9c792f6a6458538dbd932a3c6668a3"),
            &wiring::P1,
        )
    },
    Toy {
        kind: Kind::Test,
        proofs: &[said("chip", &[MA]), ONLY_MA],
        ..s46(
            "p1-test",
            "factory test program of the first-generation toy",
            image(0x4372_220e, "6e13d015113e16198c0059b9d0c38d7027ae7324"),
            &wiring::P1,
        )
    },
    Toy {
        year: Some(1997),
        region: Some(0xbb79_b1b2),
        first_word: Some(0xfa2),
        proofs: &[CHIP, MA_CB, REGION, FIRST_WORD, MA_YEAR],
        ..s46(
            "p2",
            "second-generation toy (P2), Japan",
            image(0x9f97_539e, "09e5101b37636a314fc599d5d69b4846721b3c88"),
            &wiring::P1,
        )
    },
    Toy {
        year: Some(1997),
        region: Some(0x3ca0_06e6),
        first_word: Some(0xfc4),
        proofs: &[CHIP, MA_CB, REGION, FIRST_WORD, MA_YEAR],
        ..s48("angel", "Angel toy", image(0x87bc_b59f, "f5899bb7717756ac581451cf16cf97d909961c5c"), &wiring::ANGEL)
    },
    Toy {
        year: Some(1997),
        first_word: Some(0x581),
        proofs: &[CHIP, MA_CB, FIRST_WORD, MA_YEAR],
        ..s48("mothra", "Mothra toy", image(0x85e4_bee9, "74c1f6761724b7cbda8bca3113db78586b786d2d"), &wiring::MOTHRA)
    },
    Toy {
        year: Some(1998),
        proofs: &[said("chip", &[BE, CB]), ONLY_CB, YEAR],
        ..s48(
            "morino",
            "Morino (forest) toy",
            image(0x647e_a772, "4b578ea5dd328fd49fc7a664abeca79e35d573b2"),
            &wiring::MORINO,
        )
    },
    Toy {
        year: Some(1998),
        proofs: &[said("chip", &[BE, CB]), ONLY_CB, YEAR],
        ..s48(
            "umino",
            "Umino (ocean) toy",
            image(0xbaae_4199, "69d916819f8f4aa4be9194e6c78f099bf8199f37"),
            &wiring::UMINO,
        )
    },
    Toy {
        year: Some(1997),
        proofs: &[said("chip", &[BE, CB]), ONLY_CB, YEAR],
        ..s48(
            "genjintch",
            "Genjintch (caveman) toy",
            image(0xbbf6_b4fe, "e317eac80c3360b766b92a2da253bda32fd50273"),
            &wiring::GENJINTCH,
        )
    },
    Toy {
        year: Some(1998),
        proofs: &[said("chip", &[CB]), ONLY_CB, YEAR],
        ..s48(
            "tamaotch",
            "Tamaotch toy",
            image(0xa491_fb55, "d4ea15fa2abb16bd844c79e3b095a6f6cf21a98f"),
            &wiring::TAMAOTCH,
        )
    },
    Toy {
        year: Some(1998),
        proofs: &[said("chip", &[BE]), YEAR],
        ..s48("yasashii", "Yasashii toy", UNPUBLISHED, &wiring::YASASHII)
    },
    // Two Japanese images are known; the sources do not say whose checksum this is.
    Toy {
        id: "digimon-1",
        name: "Digimon toy, version 1",
        year: None,
        image: image(0x08ff_ac1b, "1dde9b0aa81c8f4a1e22d3a79d4743833fc6cba7"),
        first_word: Some(0x587),
        proofs: &[CHIP, MA_CB, FIRST_WORD],
        ..DIGIMON
    },
    Toy {
        id: "digimon-2",
        name: "Digimon toy, version 2",
        image: image(0x19a9_e54e, "ab860ca9f31f478532122cb9d20f59964a080a27"),
        ..DIGIMON
    },
    Toy {
        id: "digimon-3",
        name: "Digimon toy, version 3",
        image: image(0x3000_cf30, "0acd50e623e20d857e13bae150ac03405896cf2b"),
        ..DIGIMON
    },
    Toy { id: "digimon-4", name: "Digimon toy, version 4", proofs: &[said("chip", &[BE]), YEAR], ..DIGIMON },
    // The Spanish and English edition of version 1; no checksum was published.
    Toy {
        id: "digimon-1-world",
        name: "Digimon toy, version 1, Spanish and English edition",
        year: None,
        proofs: &[said("chip", &[BE])],
        ..DIGIMON
    },
    Toy {
        kind: Kind::Game,
        proofs: &[said("chip", &[MA, BE]), ONLY_MA],
        ..s46(
            "alien-fever",
            "Chibi Pachi: Alien Fever, not a pet",
            image(0xe561_599c, "7927e198f8989861ba057150e59d1f4ad403c1d2"),
            &wiring::ALIEN_FEVER,
        )
    },
    Toy {
        kind: Kind::Game,
        proofs: &[said("chip", &[MA, BE]), ONLY_MA],
        ..s46(
            "venus-diet",
            "Beans Collection: Venus Diet Monogatari, not a pet",
            image(0x2228_b081, "22f6a2ede6259e76f1c8b9b50171c54d8a7de502"),
            &wiring::VENUS_DIET,
        )
    },
    Toy {
        kind: Kind::Game,
        proofs: &[said("chip", &[MA, BE]), ONLY_MA],
        ..s46(
            "stack-challenge",
            "Stack Challenge, not a pet",
            image(0x28b9_310a, "52b80d70aa7fc3b6323799403b3aba0e3d957f3b"),
            &wiring::STACK_CHALLENGE,
        )
    },
];
