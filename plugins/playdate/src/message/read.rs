//! Takes fields from the start of bytes, and puts them behind others.

use super::MessageError;
use crate::text::{Look, NAME, Name};

/// What is left of a message.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], MessageError> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(MessageError::Short)?;
        self.rest = rest;
        Ok(*array)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, MessageError> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, MessageError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, MessageError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A byte with a meaning.
    pub(crate) fn value<T>(
        &mut self,
        field: &'static str,
        of: impl FnOnce(u8) -> Option<T>,
    ) -> Result<T, MessageError> {
        let value = self.byte()?;
        of(value).ok_or(MessageError::Value { field, value })
    }

    /// A byte of how many there are, at most `most`, and each of them.
    pub(crate) fn list<T>(
        &mut self,
        field: &'static str,
        most: usize,
        mut each: impl FnMut(&mut Self) -> Result<T, MessageError>,
    ) -> Result<Vec<T>, MessageError> {
        let count = self.value(field, |count| (usize::from(count) <= most).then_some(count))?;
        (0..count).map(|_| each(self)).collect()
    }

    fn text(&mut self, field: &'static str, most: usize) -> Result<&'a str, MessageError> {
        let length = usize::from(self.value(field, |length| (usize::from(length) <= most).then_some(length))?);
        let (text, rest) = self.rest.split_at_checked(length).ok_or(MessageError::Short)?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| MessageError::Text(field))
    }

    /// Two bytes of length, at most `most`, and a sentence of so many bytes without control characters.
    pub(crate) fn words(&mut self, most: usize) -> Result<String, MessageError> {
        let length = usize::from(u16::from_le_bytes(self.array()?));
        let (text, rest) = self.rest.split_at_checked(length).ok_or(MessageError::Short)?;
        self.rest = rest;
        let text = std::str::from_utf8(text).ok().filter(|text| length <= most && !text.contains(char::is_control));
        text.map(str::to_owned).ok_or(MessageError::Text("sentence"))
    }

    /// Two bytes of how many there are, at most `most`, and each of them.
    pub(crate) fn long_list<T>(
        &mut self,
        most: usize,
        mut each: impl FnMut(&mut Self) -> Result<T, MessageError>,
    ) -> Result<Vec<T>, MessageError> {
        let count = usize::from(u16::from_le_bytes(self.array()?));
        if count > most {
            return Err(MessageError::TooLong(count));
        }
        (0..count).map(|_| each(self)).collect()
    }

    /// What is left.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn name(&mut self) -> Result<Name, MessageError> {
        Name::new(self.text("name", 4 * NAME)?).ok_or(MessageError::Text("name"))
    }

    pub(crate) fn look(&mut self) -> Result<Look, MessageError> {
        Look::new(self.text("look", crate::text::LOOK)?).ok_or(MessageError::Text("look"))
    }

    pub(crate) fn end(self) -> Result<(), MessageError> {
        if self.rest.is_empty() { Ok(()) } else { Err(MessageError::Trailing(self.rest.len())) }
    }
}

/// Two bytes of length and a sentence: what is no character of one is left out, and what is too long cut off.
pub(crate) fn put_words(out: &mut Vec<u8>, text: &str, most: usize) {
    let mut words = String::new();
    for character in text.chars().filter(|character| !character.is_control()) {
        if words.len() + character.len_utf8() > most.min(usize::from(u16::MAX)) {
            break;
        }
        words.push(character);
    }
    out.extend((words.len() as u16).to_le_bytes());
    out.extend_from_slice(words.as_bytes());
}

/// A byte of length and the text; its length was checked when it was made.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    out.push(text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}
