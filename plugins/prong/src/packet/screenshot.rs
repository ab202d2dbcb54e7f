//! The screenshot: a friend's planet and pet as the list of friends shows them (§3.1).

use std::fmt;

use super::bytes::{put, u32_at, word_sum};
use super::name::Name;
use super::picture;

const HEADER: usize = 0x200;
const NAME: usize = 16;
const MAGIC: u32 = 0x5448_5353;

/// A screenshot, always 0x5000 bytes, its sum and size right.
///
/// Summed up is the image alone: from 0x200 on, as many bytes as the size says. Not looked at: the name, the rest of
/// the header, what lies behind the image; and the sum cannot see a size that has grown over zeros.
#[derive(Clone, PartialEq, Eq)]
pub struct Screenshot(Box<[u8]>);

/// Why bytes are no screenshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScreenshotError {
    /// Always the same.
    #[error("a screenshot has 20,480 bytes, not {0}: it is cut off, or no screenshot")]
    Size(usize),
    /// The third word.
    #[error("the screenshot does not begin like one: it is damaged, or something else")]
    Magic,
    /// The size field.
    #[error("the screenshot says that it has {0} bytes, which cannot be: it is damaged")]
    Length(u32),
    /// The sum and its complement disagree.
    #[error("the screenshot's two sums do not belong together: it is damaged")]
    Complement,
    /// The sum is wrong.
    #[error("the screenshot's sum is wrong: it is damaged")]
    Sum,
    /// Only when one is made.
    #[error("the image of this screenshot has {0} bytes, at most 19,968 fit: make it smaller")]
    TooLarge(usize),
}

impl Screenshot {
    /// Bytes of a screenshot.
    pub const SIZE: usize = 0x5000;

    /// Takes a screenshot that [`check`](Self::check) lets through, byte for byte.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn parse(bytes: &[u8]) -> Result<Self, ScreenshotError> {
        Self::check(bytes)?;
        Ok(Self(bytes.into()))
    }

    /// Judges a screenshot: sizes, magic, sum.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(bytes: &[u8]) -> Result<(), ScreenshotError> {
        if bytes.len() != Self::SIZE {
            return Err(ScreenshotError::Size(bytes.len()));
        }
        if u32_at(bytes, 8) != MAGIC {
            return Err(ScreenshotError::Magic);
        }
        let size = u32_at(bytes, 12);
        let image = usize::try_from(size).ok().and_then(|end| bytes.get(HEADER..end));
        let image = image.ok_or(ScreenshotError::Length(size))?;
        let sum = u32_at(bytes, 0);
        if sum != !u32_at(bytes, 4) {
            return Err(ScreenshotError::Complement);
        }
        if sum == word_sum(image) { Ok(()) } else { Err(ScreenshotError::Sum) }
    }

    /// Makes a screenshot of an image (see [`picture::many_colours`]) and a name.
    ///
    /// # Errors
    /// The image does not fit.
    pub fn build(name: &Name, image: &[u8]) -> Result<Self, ScreenshotError> {
        if image.len() > Self::SIZE - HEADER {
            return Err(ScreenshotError::TooLarge(image.len()));
        }
        let sum = word_sum(image);
        let mut bytes = vec![0; Self::SIZE];
        put(&mut bytes, 0, &sum.to_le_bytes());
        put(&mut bytes, 4, &(!sum).to_le_bytes());
        put(&mut bytes, 8, &MAGIC.to_le_bytes());
        put(&mut bytes, 12, &((HEADER + image.len()) as u32).to_le_bytes());
        name.write(&mut bytes, NAME);
        put(&mut bytes, HEADER, image);
        Self::parse(&bytes)
    }

    /// A planet of our own making, always the same for the same number.
    pub fn example(number: u16) -> Self {
        let mut palette = [0; 256];
        palette[1] = 0x07E0 | (number % 32);
        palette[2] = 0x001F;
        let pixels: Vec<u8> = (0_i32..32 * 32)
            .map(|i| ((i % 32 * 2 - 31).pow(2) + (i / 32 * 2 - 31).pow(2), 1 + u8::from(i / 32 > 16)))
            .map(|(distance, colour)| if distance < 900 { colour } else { 0 })
            .collect();
        let image = picture::many_colours(32, 32, &palette, &pixels).unwrap_or_default();
        let name = Name::new(&format!("Egg {number}")).unwrap_or_default();
        // The image is far smaller than the room for it.
        Self::build(&name, &image).unwrap_or_else(|_| Self(vec![0; Self::SIZE].into()))
    }

    /// The screenshot, [`Screenshot::SIZE`] bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Name to show with it.
    pub fn name(&self) -> Name {
        Name::read(&self.0, NAME)
    }

    /// The image in the toys' sprite format. Its contents are not checked.
    pub fn image(&self) -> &[u8] {
        let end = usize::try_from(u32_at(&self.0, 12)).unwrap_or_default();
        self.0.get(HEADER..end).unwrap_or_default()
    }
}

impl fmt::Debug for Screenshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screenshot").field("name", &self.name()).field("image", &self.image().len()).finish()
    }
}
