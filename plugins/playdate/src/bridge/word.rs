//! What is said on a bridge.

use super::{Guard, Off, PIECE, Stop};

/// Something that is said, or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word<'a> {
    /// 1: the real toy is there.
    On {
        /// Counts how often the speaker began anew, from 1.
        mine: u16,
        /// The latest count that was heard of the listener; 0: none.
        yours: u16,
        /// What stands in front of it.
        guard: Guard,
    },
    /// 2: it is not there.
    Off(Off),
    /// 3: bytes of it; those of one piece may come in several.
    Bytes(&'a [u8]),
    /// 4: so many bytes were taken since this was last said.
    Taken(u16),
    /// 5: the guard stopped something.
    Stopped {
        /// It was on its way to the speaker's toy, and not to the listener's.
        mine: bool,
        /// What.
        why: Stop,
    },
}

/// What came is no word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what came is nothing that is said on a bridge: is it the same version of the program?")]
pub struct Nonsense;

impl Word<'_> {
    /// The bytes as they go into the stream. Of [`Word::Bytes`] at most [`PIECE`] are taken.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        match self {
            Word::On { mine, yours, guard } => {
                let ([a, b], [c, d]) = (mine.to_le_bytes(), yours.to_le_bytes());
                vec![1, a, b, c, d, guard as u8]
            }
            Word::Off(why) => vec![2, why as u8],
            Word::Bytes(bytes) => {
                let bytes = bytes.get(..PIECE).unwrap_or(bytes);
                let [a, b] = (bytes.len() as u16).to_le_bytes();
                [&[3, a, b], bytes].concat()
            }
            Word::Taken(count) => {
                let [a, b] = count.to_le_bytes();
                vec![4, a, b]
            }
            Word::Stopped { mine, why } => vec![5, u8::from(!mine), why as u8],
        }
    }
}

/// Cuts a stream into words. Holds six bytes at most; after an error the stream is of no more use.
#[derive(Clone, Debug, Default)]
pub struct Words {
    head: [u8; 6],
    have: usize,
    /// Bytes of a piece that are to come.
    left: usize,
}

impl Words {
    /// Takes the next word from the start of `bytes`; `None`: they are used up.
    ///
    /// # Errors
    /// They are no word.
    pub fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<Word<'a>>, Nonsense> {
        loop {
            if self.left > 0 {
                let (piece, rest) = bytes.split_at(self.left.min(bytes.len()));
                (self.left, *bytes) = (self.left - piece.len(), rest);
                return Ok((!piece.is_empty()).then_some(Word::Bytes(piece)));
            }
            let Some((&byte, rest)) = bytes.split_first() else { return Ok(None) };
            *bytes = rest;
            *self.head.get_mut(self.have).ok_or(Nonsense)? = byte;
            self.have += 1;
            let word = match (self.head, self.have) {
                ([1, a, b, c, d, guard], 6) => {
                    let (mine, yours) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
                    let guard = Guard::new(guard).filter(|_| mine != 0).ok_or(Nonsense)?;
                    Word::On { mine, yours, guard }
                }
                ([2, why, ..], 2) => Word::Off(Off::new(why).ok_or(Nonsense)?),
                ([3, a, b, ..], 3) => {
                    let length = usize::from(u16::from_le_bytes([a, b]));
                    (self.have, self.left) = (0, length);
                    match length {
                        1..=PIECE => continue,
                        _ => return Err(Nonsense),
                    }
                }
                ([4, a, b, ..], 3) => {
                    let count = u16::from_le_bytes([a, b]);
                    if count == 0 {
                        return Err(Nonsense);
                    }
                    Word::Taken(count)
                }
                ([5, whose @ (0 | 1), why, ..], 3) => {
                    Word::Stopped { mine: whose == 0, why: Stop::new(why).ok_or(Nonsense)? }
                }
                ([1, ..], ..6) | ([2, ..], ..2) | ([3..=5, ..], ..3) => continue,
                _ => return Err(Nonsense),
            };
            self.have = 0;
            return Ok(Some(word));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8], piece: usize) -> (Vec<u8>, bool) {
        let (mut words, mut out) = (Words::default(), Vec::new());
        for mut bytes in bytes.chunks(piece) {
            loop {
                match words.next(&mut bytes) {
                    // Pieces may come apart: joined they are the same.
                    Ok(Some(Word::Bytes(bytes))) => out.extend(bytes.iter().flat_map(|byte| [3, *byte])),
                    Ok(Some(word)) => out.extend(word.to_bytes()),
                    Ok(None) => break,
                    Err(Nonsense) => return (out, true),
                }
            }
        }
        (out, false)
    }

    #[test]
    fn words_come_out_as_they_went_in() {
        let said = [
            Word::On { mine: 1, yours: 0xFFFF, guard: Guard::Raw },
            Word::Off(Off::Elsewhere),
            Word::Bytes(&[7; 300]),
            Word::Taken(4096),
            Word::Stopped { mine: false, why: Stop::Flash },
        ];
        let bytes = said.map(Word::to_bytes).concat();
        let (mut words, mut rest) = (Words::default(), &bytes[..]);
        for word in said {
            assert_eq!(words.next(&mut rest), Ok(Some(word)));
        }
        assert_eq!(words.next(&mut rest), Ok(None));
        for piece in 1..20 {
            assert_eq!(all(&bytes, piece), all(&bytes, usize::MAX));
        }
    }

    #[test]
    fn what_is_no_word_is_none() {
        for bytes in [
            &[0][..],
            &[6],
            &[255],
            &[1, 0, 0, 1, 0, 0],
            &[1, 1, 0, 1, 0, 3],
            &[2, 3],
            &[3, 0, 0],
            &[3, 1, 16],
            &[4, 0, 0],
            &[5, 2, 0],
            &[5, 1, 6],
        ] {
            assert!(all(bytes, usize::MAX).1, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn however_a_stream_is_cut_the_same_comes_out(bytes in proptest::collection::vec(0_u8..8, 0..200), piece in 1_usize..20) {
            prop_assert_eq!(all(&bytes, piece), all(&bytes, usize::MAX));
        }
    }
}
