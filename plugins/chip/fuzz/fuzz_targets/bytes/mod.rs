//! What the bytes of an input stand for.

pub mod models;
pub mod pins;
pub mod words;

/// The bytes, from the front; 0 when there are no more.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let [first, rest @ ..] = self.0 else { return 0 };
        self.0 = rest;
        *first
    }

    /// The next bytes, at most so many.
    pub fn take(&mut self, count: usize) -> Bytes<'a> {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        Bytes(taken)
    }

    /// Low byte first.
    pub fn short(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }
}
