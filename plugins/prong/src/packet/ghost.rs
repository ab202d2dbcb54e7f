//! The ghost: a pet as it visits others (§3.1). What is summed up and what is not stands at [`Ghost`].

use std::fmt;

use super::bytes::{put, u16_at, u32_at, word_sum};
use super::name::Name;
use super::picture;

/// Bytes of the head that are used and summed.
const USED: usize = 0x180;
/// Where the composites begin: behind the head's unused rest.
const COMPOSITES: usize = 0x600;
/// Where sprites may begin: behind 270 composites of 22 bytes.
const SPRITES: usize = COMPOSITES + 270 * 0x16;
/// Offset and length of each sprite.
const TABLE: usize = 0x110;
const BODY_PALETTE: usize = 0x140;
const MOUTH_PALETTE: usize = 0x160;
const NAME: usize = 18;
const TOTAL: usize = 268;

/// A full ghost package (type 0), always 0x1B000 bytes, its sums and offsets right.
///
/// Summed up are the first 0x180 bytes, the composites (0x600 to 0x1D34) and each sprite in the table. Not looked at:
/// 0x180 to 0x600, gaps between the sprites, and what lies behind them. Nor are the values judged: a stage of 900 is
/// the game's to deal with. A sprite whose length is no multiple of four counts as if zeros followed.
#[derive(Clone, PartialEq, Eq)]
pub struct Ghost(Box<[u8]>);

/// Why bytes are no ghost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GhostError {
    /// Always the same.
    #[error("a ghost has 110,592 bytes, not {0}: it is cut off, or no ghost")]
    Size(usize),
    /// Type 1 is for genes alone.
    #[error("this ghost is of type {0}, which lacks most pictures: a playdate needs type 0")]
    Kind(u8),
    /// The length field.
    #[error("the ghost says that it has {0} bytes, which cannot be: it is damaged")]
    Total(u32),
    /// A sprite lies outside.
    #[error("picture {0} of the ghost lies outside of it: it is damaged")]
    Sprite(u8),
    /// The sum and its negative disagree.
    #[error("the ghost's two sums do not belong together: it is damaged")]
    Complement,
    /// The sum is wrong.
    #[error("the ghost's sum is wrong: it is damaged")]
    Sum,
    /// Only when one is made.
    #[error("the pictures of this ghost have {0} bytes too many: make them smaller")]
    TooLarge(usize),
}

/// What a ghost is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GhostPlan {
    /// Number of the character's definition.
    pub character: u16,
    /// Number of the character whose eyes it has.
    pub eyes: u16,
    /// 0 to 15, or -1 for the sprites' own colours.
    pub colour: i8,
    /// Its name.
    pub name: Name,
    /// 1 to 5.
    pub stage: u16,
    /// Care it took to get the character: 0 (young) to 5 (secret).
    pub rank: u16,
    /// Where it is at home: 1 Land, 2 Water, 3 Sky, 4 Jade, 5 Tropics, 6 Glacier.
    pub field: u16,
    /// Bits [`Ghost::EATER`], [`Ghost::FOOD`], [`Ghost::CHILDLESS`].
    pub flags: u16,
    /// RGB565.
    pub body_palette: [u16; 16],
    /// RGB565.
    pub mouth_palette: [u16; 16],
    /// Near and far; of each body, eyes, mouth. See [`picture::sixteen_colours`].
    pub sprites: [[Option<Vec<u8>>; 3]; 2],
}

impl Ghost {
    /// Bytes of a ghost package.
    pub const SIZE: usize = 0x1B000;
    /// Flag: may eat others.
    pub const EATER: u16 = 1;
    /// Flag: may be eaten.
    pub const FOOD: u16 = 2;
    /// Flag: never breeds.
    pub const CHILDLESS: u16 = 4;

    /// Takes a package that [`check`](Self::check) lets through, byte for byte.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn parse(bytes: &[u8]) -> Result<Self, GhostError> {
        Self::check(bytes)?;
        Ok(Self(bytes.into()))
    }

    /// Judges a package: size, type, length, offsets, sums.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(bytes: &[u8]) -> Result<(), GhostError> {
        if bytes.len() != Self::SIZE {
            return Err(GhostError::Size(bytes.len()));
        }
        let kind = u32_at(bytes, 8) & 3;
        if kind != 0 {
            return Err(GhostError::Kind(kind as u8));
        }
        let total = u32_at(bytes, TOTAL);
        let length = usize::try_from(total).map_err(|_| GhostError::Total(total))?;
        if !(SPRITES..=Self::SIZE).contains(&length) {
            return Err(GhostError::Total(total));
        }
        let (sum, negative) = (u32_at(bytes, 0), u32_at(bytes, 4));
        if sum.wrapping_add(negative) != 0 {
            return Err(GhostError::Complement);
        }
        let mut right = word_sum(bytes.get(8..USED).unwrap_or_default())
            .wrapping_add(word_sum(bytes.get(COMPOSITES..SPRITES).unwrap_or_default()));
        for index in 0..6 {
            right = right.wrapping_add(match sprite_range(bytes, index) {
                Some((start, end)) if start < SPRITES || end > length => return Err(GhostError::Sprite(index)),
                Some((start, end)) => word_sum(bytes.get(start..end).ok_or(GhostError::Sprite(index))?),
                None => 0,
            });
        }
        if sum == right { Ok(()) } else { Err(GhostError::Sum) }
    }

    /// Makes a package with right sums; its composites are empty.
    ///
    /// # Errors
    /// The sprites do not fit.
    pub fn build(plan: &GhostPlan) -> Result<Self, GhostError> {
        let mut bytes = vec![0; Self::SIZE];
        for (at, value) in [
            (12, plan.character),
            (14, plan.eyes),
            (252, plan.stage),
            (254, plan.rank),
            (256, plan.field),
            (258, plan.flags),
            (266, plan.character),
        ] {
            put(&mut bytes, at, &value.to_le_bytes());
        }
        put(&mut bytes, 16, &plan.colour.to_le_bytes());
        plan.name.write(&mut bytes, NAME);
        for (at, palette) in [(BODY_PALETTE, &plan.body_palette), (MOUTH_PALETTE, &plan.mouth_palette)] {
            for (i, colour) in palette.iter().enumerate() {
                put(&mut bytes, at + 2 * i, &colour.to_le_bytes());
            }
        }
        let mut end = SPRITES;
        for (i, sprite) in plan.sprites.iter().flatten().enumerate() {
            let Some(sprite) = sprite.as_ref().filter(|sprite| !sprite.is_empty()) else { continue };
            let start = end;
            end = (start + sprite.len()).next_multiple_of(4);
            if end > Self::SIZE {
                return Err(GhostError::TooLarge(end - Self::SIZE));
            }
            put(&mut bytes, start, sprite);
            put(&mut bytes, TABLE + 8 * i, &(start as u32).to_le_bytes());
            put(&mut bytes, TABLE + 8 * i + 4, &(sprite.len() as u32).to_le_bytes());
        }
        put(&mut bytes, TOTAL, &(end as u32).to_le_bytes());
        // Nothing is in the gaps and nothing behind the end, so that the sum of all is the sum of what counts.
        let sum = word_sum(bytes.get(8..end).unwrap_or_default());
        put(&mut bytes, 0, &sum.to_le_bytes());
        put(&mut bytes, 4, &sum.wrapping_neg().to_le_bytes());
        Self::parse(&bytes)
    }

    /// A grown-up of our own making, for playdates without a file; always the same for the same number.
    pub fn example(number: u16) -> Self {
        let mut palette = [0; 16];
        for (i, colour) in (0_u16..).zip(&mut palette) {
            *colour = (i * 2) << 11 | (63 - i * 3) << 5 | (number % 32);
        }
        // A round body, two eyes, a mouth: 16 by 16 pixels.
        let draw = |inside: &dyn Fn(i32, i32) -> Option<u8>| {
            let pixels: Vec<u8> = (0..256).map(|i| inside(i % 16, i / 16).unwrap_or_default()).collect();
            picture::sixteen_colours(16, 16, &palette, &pixels).ok()
        };
        let body = draw(&|x, y| ((x * 2 - 15).pow(2) + (y * 2 - 15).pow(2) < 210).then_some((1 + y / 2) as u8));
        let eyes = draw(&|x, y| (matches!(x, 5 | 10) && matches!(y, 6 | 7)).then_some(15));
        let mouth = draw(&|x, y| ((6..10).contains(&x) && y == 11).then_some(14));
        let plan = GhostPlan {
            character: number,
            eyes: number,
            colour: -1,
            name: Name::new(&format!("Egg {number}")).unwrap_or_default(),
            stage: 5,
            rank: 4,
            field: 1,
            flags: 0,
            body_palette: palette,
            mouth_palette: palette,
            sprites: [[body, eyes, mouth], [None, None, None]],
        };
        // Its sprites are far smaller than the room for them.
        Self::build(&plan).unwrap_or_else(|_| Self(vec![0; Self::SIZE].into()))
    }

    /// The package, [`Ghost::SIZE`] bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Number of the character's definition.
    pub fn character(&self) -> u16 {
        u16_at(&self.0, 12)
    }

    /// Number of the character whose eyes it has.
    pub fn eyes(&self) -> u16 {
        u16_at(&self.0, 14)
    }

    /// 0 to 15, or -1 for the sprites' own colours; strangers may say anything.
    pub fn colour(&self) -> i8 {
        self.0.get(16).map_or(-1, |byte| i8::from_le_bytes([*byte]))
    }

    /// Its name.
    pub fn name(&self) -> Name {
        Name::read(&self.0, NAME)
    }

    /// 1 to 5 in a toy; strangers may say anything.
    pub fn stage(&self) -> u16 {
        u16_at(&self.0, 252)
    }

    /// 0 to 5 in a toy; strangers may say anything.
    pub fn rank(&self) -> u16 {
        u16_at(&self.0, 254)
    }

    /// Where it is at home, see [`GhostPlan::field`].
    pub fn field(&self) -> u16 {
        u16_at(&self.0, 256)
    }

    /// Bits [`Ghost::EATER`], [`Ghost::FOOD`], [`Ghost::CHILDLESS`], and others nobody knows.
    pub fn flags(&self) -> u16 {
        u16_at(&self.0, 258)
    }

    /// Bytes of the package that are used.
    pub fn used(&self) -> u32 {
        u32_at(&self.0, TOTAL)
    }

    /// A sprite as it is stored: 0 to 2 near (body, eyes, mouth), 3 to 5 far. Its contents are not checked.
    pub fn sprite(&self, index: u8) -> Option<&[u8]> {
        let (start, end) = sprite_range(&self.0, index)?;
        self.0.get(start..end)
    }
}

/// Start and end of a sprite in the table, if it is there; not checked.
fn sprite_range(bytes: &[u8], index: u8) -> Option<(usize, usize)> {
    if index >= 6 {
        return None;
    }
    let at = TABLE + 8 * usize::from(index);
    let start = usize::try_from(u32_at(bytes, at)).unwrap_or(usize::MAX);
    let length = usize::try_from(u32_at(bytes, at + 4)).unwrap_or(usize::MAX);
    (start != 0).then_some((start, start.saturating_add(length)))
}

impl fmt::Debug for Ghost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ghost")
            .field("character", &self.character())
            .field("name", &self.name())
            .field("stage", &self.stage())
            .field("used", &self.used())
            .finish_non_exhaustive()
    }
}
