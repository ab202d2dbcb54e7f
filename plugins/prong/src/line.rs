//! Lines: the short words between chunks (§1.2, rules L-1 to L-7).

use std::fmt;

/// Characters of a line that count, its ending not among them (L-2).
pub const LINE_MAX: usize = 16;

/// One received line, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Line {
    /// `ACK`: go on.
    Ack,
    /// `NAK`: send the chunk again.
    Nak,
    /// `CAN`: the transfer is over.
    Can,
    /// `ECHO REQ`: is anybody there?
    EchoReq,
    /// `ECHO REP`: yes.
    EchoRep,
    /// `PKT n`: a packet of so many bytes is offered, 1 to [`crate::MAX_PACKET`].
    Pkt(u32),
    /// `PKT` with a number that no packet has.
    PktOutOfRange,
    /// `ENQ n`: send chunk n.
    Enq(u8),
    /// `ENQ` with a number that no chunk has.
    EnqOutOfRange,
    /// Any other words: they belong to the application.
    Custom(Custom),
    /// A byte was not printable: discarded whole (L-3).
    Noise,
}

/// Words that the protocol does not know, as they came (at most 16 characters).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Custom {
    text: [u8; LINE_MAX],
    len: u8,
}

/// Why words cannot be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustomError {
    /// L-2.
    #[error("a line has at most 16 characters: say it shorter")]
    TooLong,
    /// L-3, L-4.
    #[error("a line is made of printable ASCII characters, at least one of them no space")]
    NotPrintable,
    /// It would be taken for the protocol's own.
    #[error("ACK, NAK, CAN, ECHO, PKT and ENQ lines are the protocol's own: say other words")]
    Reserved,
}

impl Custom {
    /// The words as one line without its ending.
    ///
    /// # Errors
    /// More than 16 characters, none, unprintable ones, or words that mean something to the protocol.
    pub fn new(words: &str) -> Result<Self, CustomError> {
        let words = words.trim_matches([' ', '\t']);
        let bytes = words.as_bytes();
        if bytes.is_empty() || !bytes.iter().all(|&byte| byte == b'\t' || (0x20..=0x7E).contains(&byte)) {
            return Err(CustomError::NotPrintable);
        }
        if bytes.len() > LINE_MAX {
            return Err(CustomError::TooLong);
        }
        match parse(bytes) {
            Some(Line::Custom(custom)) => Ok(custom),
            _ => Err(CustomError::Reserved),
        }
    }

    /// The line's text, spaces as they came.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.len)]).unwrap_or_default()
    }

    /// The word and its parameters, at most eight in all.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text().split_ascii_whitespace()
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Custom({:?})", self.text())
    }
}

/// Bytes on their way to a line. Holds 16 characters, whatever comes.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineBuffer {
    ring: [u8; LINE_MAX],
    /// Characters since the last line ending.
    seen: usize,
    /// A CR that is a character only if the next byte is not LF.
    carriage_return: bool,
    noise: bool,
}

/// What a line ending completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complete {
    /// The line; `None` when it was empty.
    pub line: Option<Line>,
    /// It was longer than 16 characters and lost its first ones (L-2).
    pub overflowed: bool,
}

impl LineBuffer {
    /// Takes one byte. A line ends at LF (L-1).
    pub fn push(&mut self, byte: u8) -> Option<Complete> {
        if byte == b'\n' {
            let complete = self.complete();
            *self = Self::default();
            return Some(complete);
        }
        if self.carriage_return {
            self.keep(b'\r');
        }
        self.carriage_return = byte == b'\r';
        if !self.carriage_return {
            self.keep(byte);
        }
        None
    }

    /// Whether no byte has come since the last line ending.
    pub fn is_empty(&self) -> bool {
        self.seen == 0 && !self.carriage_return
    }

    /// Forgets what has come (L-7, L-8).
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn keep(&mut self, byte: u8) {
        self.noise |= !matches!(byte, b'\t' | b'\r' | 0x20..=0x7E);
        self.ring[self.seen % LINE_MAX] = byte;
        // Far beyond the ring only the position in it matters.
        self.seen = if self.seen > 4 * LINE_MAX { self.seen - 2 * LINE_MAX + 1 } else { self.seen + 1 };
    }

    fn complete(&self) -> Complete {
        let overflowed = self.seen > LINE_MAX;
        if self.noise {
            return Complete { line: Some(Line::Noise), overflowed };
        }
        let mut text = self.ring;
        let len = self.seen.min(LINE_MAX);
        if overflowed {
            text.rotate_left(self.seen % LINE_MAX);
        }
        Complete { line: parse(&text[..len]), overflowed }
    }
}

/// Reads one line of at most 16 printable characters, without its ending (L-4 to L-6). `None`: nothing but spaces.
fn parse(text: &[u8]) -> Option<Line> {
    let mut words = text.split(|byte| matches!(byte, b' ' | b'\t' | b'\r')).filter(|word| !word.is_empty());
    let word = words.next()?;
    let parameter = words.next();
    let known = match (word, parameter) {
        (b"ACK", _) => Some(Line::Ack),
        (b"NAK", _) => Some(Line::Nak),
        (b"CAN", _) => Some(Line::Can),
        (b"ECHO", Some(b"REQ")) => Some(Line::EchoReq),
        (b"ECHO", Some(b"REP")) => Some(Line::EchoRep),
        (b"PKT", Some(digits)) => number(digits).map(|size| match size {
            1..=0x10_0000 => Line::Pkt(size),
            _ => Line::PktOutOfRange,
        }),
        (b"ENQ", Some(digits)) => {
            number(digits).map(|index| u8::try_from(index).map_or(Line::EnqOutOfRange, Line::Enq))
        }
        _ => None,
    };
    Some(known.unwrap_or_else(|| {
        let mut custom = Custom { text: [0; LINE_MAX], len: 0 };
        for (slot, &byte) in custom.text.iter_mut().zip(text) {
            *slot = byte;
            custom.len += 1;
        }
        Line::Custom(custom)
    }))
}

/// A number of ASCII digits and nothing else (L-6). Those too large for 32 bits are the largest.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, digit| {
        digit.is_ascii_digit().then(|| value.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<Complete> {
        let mut buffer = LineBuffer::default();
        bytes.iter().filter_map(|&byte| buffer.push(byte)).collect()
    }

    fn one(bytes: &[u8]) -> Option<Line> {
        let lines = lines(bytes);
        assert_eq!(lines.len(), 1);
        lines[0].line
    }

    #[test]
    fn a_carriage_return_is_a_space_except_before_the_ending() {
        assert_eq!(one(b"ECHO\rREQ\r\n"), Some(Line::EchoReq));
        assert_eq!(one(b"\r\r\r\n"), None);
        assert!(!lines(b"ABCDEFGHIJKLMNOP\r\n")[0].overflowed);
        assert!(lines(b"ABCDEFGHIJKLMNOP\r\r\n")[0].overflowed);
    }

    #[test]
    fn of_a_long_line_the_last_sixteen_characters_count() {
        for extra in 0..200 {
            let line = [vec![b'x'; extra], b"ABCDEFGHIJKL PKT\n".to_vec()].concat();
            let complete = lines(&line)[0];
            let Some(Line::Custom(custom)) = complete.line else { panic!("{complete:?}") };
            assert_eq!(custom.text(), "ABCDEFGHIJKL PKT");
            assert_eq!(complete.overflowed, extra > 0);
        }
    }

    #[test]
    fn a_damaged_byte_spoils_the_line_wherever_it_was() {
        assert_eq!(one(b"\x80                  ACK\n"), Some(Line::Noise));
        assert_eq!(one(b"AC\0K\n"), Some(Line::Noise));
        assert_eq!(one(b"A\x7F\n"), Some(Line::Noise));
    }

    #[test]
    fn numbers_have_digits_only_and_never_overflow() {
        assert_eq!(one(b"PKT 99999999999\n"), Some(Line::PktOutOfRange));
        assert_eq!(one(b"ENQ 00000000007\n"), Some(Line::Enq(7)));
        assert_eq!(one(b"ENQ 4294967296\n"), Some(Line::EnqOutOfRange));
        assert!(matches!(one(b"ENQ 1a\n"), Some(Line::Custom(_))));
        assert_eq!(one(b"NAK 1 2\n"), Some(Line::Nak));
    }

    #[test]
    fn words_of_ones_own_are_refused_when_they_cannot_be_a_line() {
        assert_eq!(Custom::new("SYNC 1").map(|custom| custom.words().count()), Ok(2));
        assert_eq!(Custom::new("ABCDEFGHIJKLMNOPQ"), Err(CustomError::TooLong));
        assert_eq!(Custom::new(" \t "), Err(CustomError::NotPrintable));
        assert_eq!(Custom::new("A\nB"), Err(CustomError::NotPrintable));
        assert_eq!(Custom::new("käse"), Err(CustomError::NotPrintable));
        assert_eq!(Custom::new("ACK 1"), Err(CustomError::Reserved));
        assert_eq!(Custom::new("PKT 5"), Err(CustomError::Reserved));
        assert!(Custom::new("ack").is_ok());
    }
}
