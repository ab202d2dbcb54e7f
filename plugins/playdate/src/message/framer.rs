//! Messages out of a stream of bytes.

use super::{LONGEST, Message, MessageError};

/// Cuts a stream into messages. Holds less than two messages' bytes if all of them are fetched after each
/// [`push`](Framer::push) of at most as many.
#[derive(Debug, Default)]
pub struct Framer {
    bytes: Vec<u8>,
    taken: usize,
}

impl Framer {
    /// Takes what came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message; `None`: not yet. After an error the stream is of no more use.
    ///
    /// # Errors
    /// It is none.
    pub fn message(&mut self) -> Result<Option<Message>, MessageError> {
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
        let length = usize::from(u16::from_le_bytes(*length));
        if length > LONGEST {
            return Err(MessageError::TooLong(length));
        }
        let Some(message) = rest.get(..length) else { return Ok(None) };
        let message = Message::decode(message)?;
        self.taken += 2 + length;
        Ok(Some(message))
    }
}
