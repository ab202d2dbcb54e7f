//! Takes fields from the start of bytes.

use super::MessageError;

/// What is left of a message.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    whole: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], most: usize) -> Result<Reader<'a>, MessageError> {
        if bytes.len() > most {
            return Err(MessageError::TooLong(bytes.len(), most));
        }
        Ok(Reader { rest: bytes, whole: bytes.len() })
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], MessageError> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(MessageError::Short(self.whole))?;
        self.rest = rest;
        Ok(*array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, MessageError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, MessageError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, MessageError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, MessageError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A byte of which only the bits in `known` have a meaning.
    pub(super) fn bits(&mut self, field: &'static str, known: u8) -> Result<u8, MessageError> {
        let bits = self.byte()?;
        if bits & !known != 0 {
            return Err(MessageError::Value { field, value: bits.into() });
        }
        Ok(bits)
    }

    /// A byte of length, at most `most`, and so many bytes.
    pub(super) fn text<T>(
        &mut self,
        field: &'static str,
        most: usize,
        check: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, MessageError> {
        let length = usize::from(self.byte()?);
        if length > most {
            return Err(MessageError::LongText { field, length, most });
        }
        let (text, rest) = self.rest.split_at_checked(length).ok_or(MessageError::Short(self.whole))?;
        self.rest = rest;
        check(text).ok_or(MessageError::Text(field))
    }

    pub(super) fn end(self) -> Result<(), MessageError> {
        if self.rest.is_empty() { Ok(()) } else { Err(MessageError::Trailing(self.rest.len())) }
    }
}
