//! What things are called by: 128 random bits each, written as 32 lower-case hexadecimal digits.

use eggtooth_vault::hex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970-01-01 UTC.
pub type Millis = u64;

/// Now, by this computer's clock; 0 before 1970.
#[must_use]
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A text that is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 32 hexadecimal digits; copy it whole")]
pub struct BadId;

fn parse(text: &str) -> Result<[u8; 16], BadId> {
    if text.len() != 32 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(BadId);
    }
    u128::from_str_radix(text, 16).map(u128::to_be_bytes).map_err(|_| BadId)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// A new one from the operating system's randomness.
            ///
            /// # Errors
            /// When the operating system has none.
            pub fn random() -> Result<$name, getrandom::Error> {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes)?;
                Ok($name(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<$name, BadId> {
                parse(text).map($name)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A toy in the daycare.
    ToyId;
    /// A person with a password.
    AccountId;
    /// A ROM in somebody's vault. It says nothing about what is in it.
    RomKey;
    /// A permission that one account has for one toy.
    GrantId;
    /// One attempt to carry a pet from one home to another; the one who carries makes it up.
    MoveId;
    /// A player's program. It makes the number up, and keeps it when it connects again.
    ClientId;
    /// What a list of sessions calls a session: the first half of the hash of its cookie.
    SessionId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_as_it_is_written() {
        let id = ToyId::random().unwrap();
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "00", "g0000000000000000000000000000000", "+0000000000000000000000000000000"] {
            assert_eq!(bad.parse::<ToyId>(), Err(BadId), "{bad}");
        }
        assert!("0123456789ABCDEF0123456789ABCDEF".parse::<ToyId>().is_err());
    }
}
