//! What goes to a daycare and comes back, as JSON has it.

use std::fmt;
use std::str::FromStr;

use crate::message::Standing;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a toy, a ROM, an account or a move is called by: 128 bits, written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub [u8; 16]);

impl Id {
    /// A new one from the operating system's randomness.
    ///
    /// # Errors
    /// When the operating system has none.
    pub fn random() -> Result<Id, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Id(bytes))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 32 hexadecimal digits; copy it whole")]
pub struct BadId;

impl FromStr for Id {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Id, BadId> {
        if text.len() != 32 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(BadId);
        }
        u128::from_str_radix(text, 16).map(|number| Id(number.to_be_bytes())).map_err(|_| BadId)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a daycare says to anybody.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Hello {
    /// The program's version.
    pub version: String,
    /// What the daycare is called.
    pub name: String,
    /// It has an administrator; without one, it is set up in a browser first.
    pub set_up: bool,
    /// It speaks TLS.
    pub secure: bool,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// The account.
    pub account: Id,
    /// Its name.
    pub name: String,
    /// `admin` or `member`.
    pub role: String,
    /// The password was given less than five minutes ago.
    pub strong: bool,
    /// Since when, in milliseconds since 1970 UTC.
    pub since: u64,
}

fn standing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Standing, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "owner" => Ok(Standing::Owner),
        "caretaker" => Ok(Standing::Caretaker),
        "viewer" => Ok(Standing::Viewer),
        _ => Err(serde::de::Error::custom("no standing")),
    }
}

/// The program of a toy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RomOfToy {
    /// In the owner's vault.
    pub key: Id,
    /// What its owner calls it.
    pub name: String,
}

/// How a toy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Condition {
    /// Its time passes.
    pub running: bool,
    /// It lives what it missed.
    pub catching_up: bool,
    /// It calls for somebody.
    pub calling: bool,
    /// It sleeps.
    pub asleep: bool,
    /// It could not be restored.
    pub broken: bool,
    /// It is being carried away.
    pub leaving: bool,
    /// How many watch.
    pub watchers: u32,
}

/// A toy at a daycare.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Toy {
    /// What it is called by.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// How the one who is signed in stands towards it.
    #[serde(deserialize_with = "standing")]
    pub standing: Standing,
    /// Its program; `None` for all but its owner.
    pub rom: Option<RomOfToy>,
    /// The wiring.
    pub model: String,
    /// Its theme's identifier.
    pub theme: String,
    /// Its sound is on.
    pub sound: bool,
    /// Hours of an outage that it lives through; `None` for all but its owner.
    #[serde(default)]
    pub mercy_hours: Option<u16>,
    /// When it came, in milliseconds since 1970 UTC.
    pub created: u64,
    /// Its tick.
    pub tick: u64,
    /// How it is.
    pub condition: Condition,
}

/// A toy to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewToy {
    /// What it is called.
    pub name: String,
    /// Its program; `None` for the Pip that comes with the daycare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rom: Option<Id>,
    /// Its theme; `None` for the daycare's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
}

/// What is changed of a toy; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its theme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// Whether it sounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<bool>,
    /// Hours of an outage that it lives through, 0 to 8760.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mercy_hours: Option<u16>,
}

/// A ROM in the vault of who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Rom {
    /// What it is called by.
    pub key: Id,
    /// What its owner calls it.
    pub name: String,
    /// When it came, in milliseconds since 1970 UTC.
    pub created: u64,
    /// Which toy it is known as.
    #[serde(default)]
    pub known: Option<String>,
    /// It comes with the daycare.
    #[serde(default)]
    pub builtin: bool,
}

/// A pet that is carried to the daycare.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The move's number, from [`Id::random`] and kept until the move is over.
    pub id: Id,
    /// What the pet is called.
    pub name: String,
    /// Its theme.
    pub theme: Option<String>,
    /// Its save as the vault writes it, at most 64 KiB.
    pub envelope: Vec<u8>,
    /// Its program's file, at most 64 KiB; `None` for a Pip.
    pub rom: Option<Vec<u8>>,
}

impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A pet that is carried away from the daycare, where it stands still from now on.
#[derive(Clone, PartialEq, Eq)]
pub struct Left {
    /// The tick at which it stands.
    pub tick: u64,
    /// Its save as the vault reads it.
    pub envelope: Vec<u8>,
    /// Its program's words, as the cartridge's formats have them, where the daycare gives them.
    pub rom: Option<Vec<u8>>,
}

impl fmt::Debug for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Left").field("tick", &self.tick).finish_non_exhaustive()
    }
}

/// How far a move is, for the daycare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MoveWord {
    /// The pet lives at the daycare.
    Arrived,
    /// The pet stands still there, to be carried away.
    Leaving,
    /// The pet was carried away.
    Done,
    /// The move will not happen.
    Cancelled,
}

/// What a daycare knows of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct MoveState {
    /// The move's number.
    pub id: Id,
    /// How far it is.
    pub state: MoveWord,
    /// The toy at the daycare.
    #[serde(default)]
    pub toy: Option<Id>,
}
