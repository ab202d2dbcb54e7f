//! The daycare panel's data: what it shows, what is typed in it, what can be asked for.

use eggtooth_toy::Id;
use eggtooth_vault::Slug;
use std::fmt;

/// A password on its way from the field to the daycare. Shows nowhere and is wiped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Password(pub zeroize::Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// How far the player is with a daycare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Door {
    /// At none.
    #[default]
    Outside,
    /// At one that is new to this computer.
    New {
        /// Its address.
        url: String,
        /// What it says it is called.
        name: String,
        /// Of its certificate authority, for the player to compare.
        fingerprint: String,
    },
    /// At one that wants a name and a password.
    SignedOut {
        /// Its address.
        url: String,
        /// What it is called.
        name: String,
        /// Who was signed in last; may be empty.
        account: String,
    },
    /// In.
    In {
        /// Its address.
        url: String,
        /// What it is called.
        name: String,
        /// Who is signed in.
        account: String,
    },
}

impl Door {
    /// The daycare's address.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match self {
            Door::Outside => None,
            Door::New { url, .. } | Door::SignedOut { url, .. } | Door::In { url, .. } => Some(url),
        }
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn is_in(&self) -> bool {
        matches!(self, Door::In { .. })
    }
}

/// A toy at the daycare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThereRow {
    /// What the daycare calls it.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// A few words more: how it is, and whose, if it is not the player's own.
    pub detail: String,
    /// It is the player's own: it can be taken home.
    pub own: bool,
}

/// A pet on its way, as it is being carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrying {
    /// What it is called.
    pub name: String,
    /// To the daycare, or else home.
    pub away: bool,
    /// How much of the way is behind it, 0 to 100.
    pub per_cent: u8,
    /// The player has asked to turn back.
    pub stopping: bool,
}

/// What became of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DaycareTold {
    /// It went well, in a sentence.
    Well(String),
    /// It failed: why, and what to do.
    Ill(String),
}

/// Everything that the daycare panel shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaycareModel {
    /// How far the player is.
    pub door: Door,
    /// What is being asked of the daycare; empty for nothing.
    pub busy: String,
    /// The daycares that this computer knows, and who was signed in there last.
    pub known: Vec<(String, Option<String>)>,
    /// The toys there.
    pub toys: Vec<ThereRow>,
    /// The pet that is being carried.
    pub carrying: Option<Carrying>,
    /// What became of what was asked for last.
    pub told: Option<DaycareTold>,
    /// A toy that is taken home only after the password was given once more, and its name.
    pub again: Option<(Id, String)>,
    /// The toy of this daycare that lies on the desk.
    pub shown: Option<Id>,
}

/// The toy on the desk, if it lives elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElsewhereModel {
    /// Where: the daycare's address.
    pub daycare: String,
    /// What keeps it from being there; `None` while it is.
    pub waiting: Option<String>,
    /// The player must do something before it can be there.
    pub ended: bool,
    /// Milliseconds that a message takes there and back.
    pub round_trip: Option<u32>,
    /// Its time passes.
    pub running: bool,
    /// It may be pressed.
    pub may_press: bool,
    /// It is the player's own.
    pub own: bool,
    /// How many watch it.
    pub watchers: u16,
}

/// Where a pet of the shelf is, if not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// "lives at …", "is being carried to …".
    pub words: String,
    /// It is on its way, and somebody must see to it.
    pub unfinished: bool,
}

/// What is typed in the panel; nothing of it is kept.
#[derive(Clone, Debug, Default)]
pub struct DaycareForm {
    /// The panel is shown in the place of the menu.
    pub open: bool,
    /// A daycare's address.
    pub url: String,
    /// Who signs in.
    pub name: String,
    /// Their password.
    pub password: Password,
    /// What a new toy there is called.
    pub new_name: String,
}

/// What a player asks for in the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DaycareAction {
    /// Shows the panel.
    Show,
    /// Goes to the daycare at this address.
    Meet(String),
    /// The fingerprint is the one that the daycare printed.
    Confirm,
    /// Goes away from the daycare; nothing is forgotten.
    Leave,
    /// Signs in.
    SignIn(String, Password),
    /// Signs out.
    SignOut,
    /// Looks which toys there are.
    Look,
    /// Puts a toy there on the desk.
    Open(Id, String),
    /// Goes to where a pet of the shelf lives.
    Visit(Slug),
    /// Makes a toy there.
    Create(String),
    /// Carries a pet of the shelf there.
    Carry(Slug),
    /// Takes a toy home.
    TakeHome(Id, String),
    /// The password once more, to take home the toy that wants it; `None`: it stays there.
    Again(Option<Password>),
    /// Turns back with the pet that is being carried.
    TurnBack,
    /// Goes on with a pet that is on its way.
    GoOn(Slug),
    /// Gives up carrying a pet that is on its way: it stays where it was, if it still can.
    GiveUp(Slug),
    /// Starts or stops the time of the toy on the desk.
    Run(bool),
    /// Sets the clock of the toy on the desk by the daycare's.
    SetClock,
    /// Tries now to reach the toy on the desk.
    Retry,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_shows_nowhere() {
        let password = Password(zeroize::Zeroizing::new("correct horse".to_owned()));
        let form = DaycareForm { password: password.clone(), ..DaycareForm::default() };
        let action = DaycareAction::SignIn("ann".into(), password);
        assert!(!format!("{form:?} {action:?}").contains("horse"));
    }
}
