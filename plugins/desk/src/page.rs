//! What the page around a game in a browser tells it, and is asked for. The root carries both to and from JavaScript.

use bevy::ecs::message::Message;
use eggtooth_toy::Button;
use std::fmt;
use zeroize::Zeroizing;

/// What a file is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A ROM, a pet, a recording: whatever may lie on the desk.
    Open,
    /// A recording.
    Recording,
    /// The toys' secret.
    Secret,
    /// An item for a toy.
    Item,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Purpose; 4] = [Purpose::Open, Purpose::Recording, Purpose::Secret, Purpose::Item];

    /// Its name on the page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Open => "open",
            Purpose::Recording => "recording",
            Purpose::Secret => "secret",
            Purpose::Item => "item",
        }
    }

    /// The endings of its files, as an HTML input's `accept`; empty: any.
    #[must_use]
    pub fn accept(self) -> &'static str {
        match self {
            Purpose::Open => ".b,.bin,.rom,.zip,.gz,.h,.c,.hex,.txt,.egg,.eggplay",
            Purpose::Recording => ".eggplay",
            Purpose::Secret => "",
            Purpose::Item => ".arc2,.bin",
        }
    }
}

/// A file's bytes. They may be a secret: they show nowhere, and are wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Zeroizing<Vec<u8>>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What the page tells.
#[derive(Message, Clone, Debug, PartialEq, Eq)]
pub enum FromPage {
    /// A button under the picture went down (`true`) or up.
    Press(Button, bool),
    /// A file was dropped or chosen: its name without folders, and its bytes.
    File(Purpose, String, Bytes),
    /// A sentence for the player.
    Tell(String),
    /// The player wants a copy of the pet on the desk.
    Copy,
    /// The answer to the question about an absence: it is lived, or held.
    Decide(bool),
    /// The page is hidden (`true`) or seen again.
    Hidden(bool),
}

/// What the page is asked for.
#[derive(Message, Clone, Debug, PartialEq, Eq)]
pub enum ToPage {
    /// Let the player choose a file.
    Pick(Purpose),
    /// Give the player a file: its name, and its bytes.
    Download(String, Vec<u8>),
    /// The menu is open, and has the key that moves the focus; or is closed.
    Menu(bool),
    /// What the focus of the menu has come to, in words, for whoever does not see it.
    Focus(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_may_be_a_secret_are_not_printed() {
        let file = FromPage::File(Purpose::Secret, "key".into(), Bytes(vec![0xAB; 3].into()));
        assert_eq!(format!("{file:?}"), r#"File(Secret, "key", 3 bytes)"#);
    }
}
