//! Where a pet lives: on this shelf, in a daycare, or for a moment on the way. Never in two places.

use eggtooth_vault::{Entry, Envelope, Tag, VaultError, codec};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The block of a pet that does not simply live here.
pub const HOME: Tag = Tag::HOME;
/// The longest address of a daycare, in bytes.
pub const LONGEST_ADDRESS: usize = 255;

/// What daycares call toys, accounts and carriages: 128 random bits.
pub type Id = [u8; 16];

/// One attempt to carry a pet, as far as it must be remembered to be finished later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carriage {
    /// The daycare's address, such as `https://192.168.1.5:7433`; at most [`LONGEST_ADDRESS`] bytes.
    pub daycare: String,
    /// Who carries; nobody else can finish it, since daycares answer about a carriage only to its account.
    pub account: Id,
    /// What both sides call this attempt.
    pub id: Id,
}

/// The value of the block `HOME`. Without the block a pet lives here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lease {
    /// It stands still here until the daycare has it, or until it is certain that it never will.
    Leaving(Carriage),
    /// It lives there; what is here is a name with an address.
    Handle {
        /// The daycare's address.
        daycare: String,
        /// What the daycare calls it.
        toy: Id,
    },
    /// It stands still there until it is whole here; what is here already is no pet yet.
    Arriving {
        /// The attempt.
        carriage: Carriage,
        /// What the daycare calls it.
        toy: Id,
    },
    /// It lives elsewhere, in words that this version does not know.
    #[serde(skip)]
    Unknown,
}

impl Lease {
    /// Reads the block's content.
    #[must_use]
    pub fn read(block: &[u8]) -> Lease {
        codec::decode(block).ok().filter(Lease::is_sound).unwrap_or(Lease::Unknown)
    }

    /// Of a save; `None` for a pet that lives here.
    #[must_use]
    pub fn of(envelope: &Envelope) -> Option<Lease> {
        envelope.block(HOME).map(Lease::read)
    }

    /// Of a pet on the shelf; `None` for one that lives here.
    #[must_use]
    pub fn of_entry(entry: &Entry) -> Option<Lease> {
        entry.home.as_deref().map(Lease::read)
    }

    /// Puts it into a save.
    ///
    /// # Errors
    /// For [`Lease::Unknown`] and an address that is too long or not printable.
    pub fn put(&self, envelope: &mut Envelope) -> Result<(), VaultError> {
        if !self.is_sound() {
            return Err(VaultError::TooLarge("the daycare's address is too long or not printable".into()));
        }
        envelope.set_value(HOME, self)
    }

    /// The daycare's address.
    #[must_use]
    pub fn daycare(&self) -> Option<&str> {
        match self {
            Lease::Leaving(carriage) | Lease::Arriving { carriage, .. } => Some(&carriage.daycare),
            Lease::Handle { daycare, .. } => Some(daycare),
            Lease::Unknown => None,
        }
    }

    /// What the daycare calls it, where that is known.
    #[must_use]
    pub fn toy(&self) -> Option<Id> {
        match self {
            Lease::Handle { toy, .. } | Lease::Arriving { toy, .. } => Some(*toy),
            Lease::Leaving(_) | Lease::Unknown => None,
        }
    }

    /// The attempt that is not finished, if there is one.
    #[must_use]
    pub fn carriage(&self) -> Option<&Carriage> {
        match self {
            Lease::Leaving(carriage) | Lease::Arriving { carriage, .. } => Some(carriage),
            Lease::Handle { .. } | Lease::Unknown => None,
        }
    }

    fn is_sound(&self) -> bool {
        let printable = |text: &str| text.len() <= LONGEST_ADDRESS && !text.chars().any(char::is_control);
        self.daycare().is_some_and(|address| !address.is_empty() && printable(address))
    }
}

/// What follows a pet's name in a sentence: "lives at …".
impl fmt::Display for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lease::Leaving(carriage) => write!(f, "is being carried to {}", carriage.daycare),
            Lease::Handle { daycare, .. } => write!(f, "lives at {daycare}"),
            Lease::Arriving { carriage, .. } => write!(f, "is being carried home from {}", carriage.daycare),
            Lease::Unknown => f.write_str("lives elsewhere, as a newer Eggtooth has noted"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use eggtooth_vault::Meta;

    fn envelope() -> Envelope {
        Envelope::new(Meta { name: "Pip".into(), rom: [0; 32], model: "p1".into(), saved_at: 1, tick: 1 })
    }

    #[test]
    fn a_lease_is_kept_and_an_unknown_one_is_no_pet_of_ours() {
        let carriage = Carriage { daycare: "https://egg:7433".into(), account: [1; 16], id: [2; 16] };
        let mut save = envelope();
        assert_eq!(Lease::of(&save), None);
        for (lease, text) in [
            (Lease::Leaving(carriage.clone()), "is being carried to https://egg:7433"),
            (Lease::Handle { daycare: "https://egg:7433".into(), toy: [3; 16] }, "lives at https://egg:7433"),
            (Lease::Arriving { carriage, toy: [3; 16] }, "is being carried home from https://egg:7433"),
        ] {
            lease.put(&mut save).unwrap();
            assert_eq!((Lease::of(&save), lease.to_string().as_str()), (Some(lease), text));
        }
        for bytes in [&b""[..], &[9, 0, 0, 0], &[3, 0, 0, 0], &[255; 40]] {
            save.set_block(HOME, bytes.to_vec()).unwrap();
            assert_eq!(Lease::of(&save), Some(Lease::Unknown));
        }
    }

    #[test]
    fn an_address_that_cannot_be_shown_is_neither_written_nor_read() {
        for daycare in ["", "https://e\u{1b}[2J", &"x".repeat(256)] {
            let lease = Lease::Handle { daycare: daycare.into(), toy: [0; 16] };
            assert!(lease.put(&mut envelope()).is_err());
            assert_eq!(Lease::read(&codec::encode(&lease).unwrap()), Lease::Unknown);
        }
        assert!(Lease::Unknown.put(&mut envelope()).is_err());
    }
}
