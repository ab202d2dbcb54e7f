//! The hellos at a table: what a guest says first, and what the host answers to somebody who is let in (`MEETING.md`).

use crate::{Name, NameError};

/// Three letters and the version of this dialect, 1.
pub const MAGIC: [u8; 4] = *b"EGT\x01";
/// Bytes before the body: [`MAGIC`] and the length of the body.
pub(crate) const HEAD: usize = MAGIC.len() + 1;

/// No proof follows.
const FRIEND: u8 = 0;
/// The proof of an invite follows.
const INVITED: u8 = 1;

/// What a guest says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knock {
    /// Proves that the guest has the invite; `None` from friends.
    pub proof: Option<[u8; 32]>,
    /// What the guest is called.
    pub name: Name,
}

/// What the host says to a guest who is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// What the host is called.
    pub name: Name,
}

/// Why bytes are no hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HelloError {
    /// Other first bytes.
    #[error("its hello was another program's or version's: use the same version on both sides")]
    Magic,
    /// Cut off, or more than it says.
    #[error("its hello has another length than it says: use the same version on both sides")]
    Length,
    /// Neither a friend's nor an invited guest's.
    #[error("its hello is of an unknown kind ({0}): use the same version on both sides")]
    Kind(u8),
    /// The name is no text, or no [`Name`].
    #[error("its name is none that can be shown: choose another one there")]
    Name,
}

impl From<NameError> for HelloError {
    fn from(_: NameError) -> Self {
        Self::Name
    }
}

impl Knock {
    /// The bytes on the wire: 7 to 166.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.proof {
            None => framed(&[&[FRIEND], self.name.as_str().as_bytes()]),
            Some(proof) => framed(&[&[INVITED], proof, self.name.as_str().as_bytes()]),
        }
    }

    /// The whole hello; nothing may follow.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, HelloError> {
        let (kind, rest) = body(bytes)?.split_first().ok_or(HelloError::Length)?;
        let (proof, name) = match *kind {
            FRIEND => (None, rest),
            INVITED => {
                let (proof, name) = rest.split_first_chunk::<32>().ok_or(HelloError::Length)?;
                (Some(*proof), name)
            }
            other => return Err(HelloError::Kind(other)),
        };
        Ok(Self { proof, name: named(name)? })
    }
}

impl Welcome {
    /// The bytes on the wire: 6 to 133.
    pub fn to_bytes(&self) -> Vec<u8> {
        framed(&[self.name.as_str().as_bytes()])
    }

    /// The whole hello; nothing may follow.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, HelloError> {
        Ok(Self { name: named(body(bytes)?)? })
    }
}

/// How many bytes follow this head; at most 255.
pub(crate) fn follows(head: &[u8; HEAD]) -> Result<usize, HelloError> {
    let [magic @ .., len] = head;
    if *magic == MAGIC { Ok(usize::from(*len)) } else { Err(HelloError::Magic) }
}

fn body(bytes: &[u8]) -> Result<&[u8], HelloError> {
    let (head, body) = bytes.split_first_chunk::<HEAD>().ok_or(HelloError::Length)?;
    if body.len() == follows(head)? { Ok(body) } else { Err(HelloError::Length) }
}

fn named(bytes: &[u8]) -> Result<Name, HelloError> {
    Ok(Name::new(str::from_utf8(bytes).map_err(|_| HelloError::Name)?)?)
}

/// A name has 128 bytes at most, so that every body fits.
fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = MAGIC.to_vec();
    bytes.push(u8::try_from(len).unwrap_or(u8::MAX));
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_whole_is_refused() {
        let name = Name::new("Anna").unwrap();
        let knocks = [Knock { proof: None, name: name.clone() }, Knock { proof: Some([9; 32]), name: name.clone() }];
        for knock in knocks {
            let bytes = knock.to_bytes();
            assert_eq!(Knock::parse(&bytes), Ok(knock));
            assert!((0..bytes.len()).all(|len| Knock::parse(&bytes[..len]).is_err()));
            assert_eq!(Knock::parse(&[&bytes[..], b"x"].concat()), Err(HelloError::Length));
        }
        assert_eq!(Knock::parse(b"EGT\x02\x02\x00a"), Err(HelloError::Magic));
        assert_eq!(Knock::parse(b"EGT\x01\x02\x02a"), Err(HelloError::Kind(2)));
        assert_eq!(Knock::parse(b"EGT\x01\x02\x00\x1b"), Err(HelloError::Name));
        assert_eq!(Knock::parse(b"EGT\x01\x02\x00\xff"), Err(HelloError::Name));
        assert_eq!(Knock::parse(b"EGT\x01\x01\x00"), Err(HelloError::Name));
        assert_eq!(Welcome::parse(b"EGT\x01\x00"), Err(HelloError::Name));
        let long = Name::new(&"𝄞".repeat(32)).unwrap();
        let knock = Knock { proof: Some([0; 32]), name: long };
        assert_eq!((knock.to_bytes().len(), Knock::parse(&knock.to_bytes())), (166, Ok(knock)));
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..60), framed: bool) {
            let len = bytes.len() as u8;
            let bytes = if framed { [&MAGIC[..], &[len], &bytes].concat() } else { bytes };
            if let Ok(knock) = Knock::parse(&bytes) {
                prop_assert_eq!(knock.to_bytes(), &bytes[..]);
            }
            if let Ok(welcome) = Welcome::parse(&bytes) {
                prop_assert_eq!(welcome.to_bytes(), &bytes[..]);
            }
        }
    }
}
