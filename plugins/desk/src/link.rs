//! The link panel's data: what it shows, what is typed in it, what can be asked for; and the words for outcomes.

use eggtooth_prong::face::{Job, Line, LinkState, Load, Order, Row, SecretFrom, Transfer, Trouble};
use eggtooth_prong::packet::Ending;
use eggtooth_prong::secret::Secret;
use eggtooth_prong::talk::{Outcome, Played, Question};
use eggtooth_prong::transport::adapters::PortInfo;
use std::sync::Arc;

/// What became of something.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkTold {
    /// It went well, in a sentence.
    Well(String),
    /// It failed: why, and what to check.
    Ill(Trouble),
}

/// Where the game runs, as far as links go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// On a computer, where ports and files have names.
    #[default]
    Computer,
    /// On a page, where the browser lets the player choose both.
    Page {
        /// Why no real toy can be reached from this page, a clause; `None`: one can.
        missing: Option<&'static str>,
    },
}

/// Everything that the link panel shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkModel {
    /// How far the link is.
    pub state: LinkState,
    /// To whom it leads, in words; empty if it never led anywhere.
    pub with: String,
    /// The serial ports of this computer.
    pub ports: Vec<PortInfo>,
    /// Whether they are being looked for.
    pub looking: bool,
    /// What passed, oldest first.
    pub traffic: Vec<Row>,
    /// The packet on its way.
    pub transfer: Option<Transfer>,
    /// What goes on.
    pub job: Option<Job>,
    /// What the player is asked.
    pub asked: Option<Question>,
    /// Bytes that the other side offers unasked.
    pub offer: Option<u32>,
    /// What became of what was asked for last.
    pub told: Option<LinkTold>,
    /// There is a secret in the environment.
    pub environment: bool,
    /// Where the game runs.
    pub ground: Ground,
}

/// Which kind of line is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// The simulated toy.
    #[default]
    Simulated,
    /// A toy at a serial port.
    Toy,
    /// A friend who waits.
    Call,
    /// To wait for a friend.
    Wait,
}

/// What is typed and chosen in the panel; nothing of it is kept.
#[derive(Clone, Debug)]
pub struct LinkForm {
    /// The panel is shown in the place of the menu.
    pub open: bool,
    /// The kind of line.
    pub way: Way,
    /// The port's name; on a page empty for one that the player is still to choose.
    pub port: String,
    /// The path of the secret's file, on a page its name.
    pub secret: String,
    /// The secret itself, as a page has read it. It is wiped when another one is chosen or the game ends.
    pub given: Option<Arc<Secret>>,
    /// A friend's address.
    pub addr: String,
    /// Their key.
    pub key: String,
    /// The UDP port on which a friend is waited for; empty for any.
    pub here: String,
    /// The path of the item to send, on a page its name.
    pub item: String,
    /// The item itself, as a page has read it.
    pub bytes: Option<Vec<u8>>,
    /// The number of the gift.
    pub gift: u16,
}

impl Default for LinkForm {
    fn default() -> Self {
        let text = String::new;
        let (port, secret, addr, key, here, item) = (text(), text(), text(), text(), text(), text());
        let (given, bytes) = (None, None);
        LinkForm { open: false, way: Way::default(), port, secret, given, addr, key, here, item, bytes, gift: 1 }
    }
}

impl LinkForm {
    /// The line that is described, or the sentence that says what is missing.
    ///
    /// # Errors
    /// A sentence for the player.
    pub fn line(&self, ground: Ground) -> Result<Line, &'static str> {
        let filled = |text: &str, missing| match text.trim() {
            "" => Err(missing),
            text => Ok(text.to_owned()),
        };
        match self.way {
            Way::Simulated => Ok(Line::Simulated),
            Way::Toy if matches!(ground, Ground::Page { missing: Some(_) }) => {
                Err("From here only the simulated toy can be reached.")
            }
            Way::Toy if ground != Ground::Computer && self.port.is_empty() => Ok(Line::Chooser),
            Way::Toy => Ok(Line::Port(filled(&self.port, "Choose a port, or type its name.")?)),
            Way::Call => {
                let addr = filled(&self.addr, "Your friend's address is missing.")?;
                Ok(Line::Call { addr, key: filled(&self.key, "Your friend's key is missing.")? })
            }
            Way::Wait => {
                let here = self.here.trim();
                let port = if here.is_empty() { Ok(0) } else { here.parse::<u16>() };
                let port = port.map_err(|_| "A UDP port is a number from 0 to 65535.")?;
                Ok(Line::Listen { addr: format!("0.0.0.0:{port}") })
            }
        }
    }

    /// Where the secret is.
    #[must_use]
    pub fn secret_from(&self) -> SecretFrom {
        match (&self.given, self.secret.trim()) {
            (Some(secret), _) => SecretFrom::Given(secret.clone()),
            (None, "") => SecretFrom::Environment,
            (None, path) => SecretFrom::File(path.into()),
        }
    }

    /// The item that is chosen, if one is.
    #[must_use]
    pub fn load(&self) -> Option<Load> {
        match (&self.bytes, self.item.trim()) {
            (Some(bytes), _) => Some(Load::Bytes(bytes.clone())),
            (None, "") => None,
            (None, path) => Some(Load::File(path.into())),
        }
    }
}

/// What a player asks for in the panel.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkAction {
    /// Shows the panel.
    Show,
    /// Looks which ports there are.
    Look,
    /// Opens a line.
    Connect(Line, SecretFrom),
    /// Closes it.
    Disconnect,
    /// Lets the player choose the secret's file.
    ChooseSecret,
    /// Lets the player choose an item's file.
    ChooseItem,
    /// Has something done on the open line.
    Do(Order),
}

/// To whom a line leads.
#[must_use]
pub fn with(line: &Line) -> String {
    match line {
        Line::Port(name) => name.clone(),
        Line::Chooser => "a toy".into(),
        Line::Call { addr, .. } => format!("a friend at {addr}"),
        Line::Listen { .. } => "a friend".into(),
        Line::Simulated => "the simulated toy".into(),
    }
}

/// What goes on, in words.
#[must_use]
pub fn doing(job: Job) -> &'static str {
    match job {
        Job::Echo => "Asking whether anybody is there",
        Job::Send => "Sending an item",
        Job::Take => "Waiting for an item",
        Job::Gift => "Swapping gifts",
        Job::TakeGift => "Waiting for a gift",
        Job::Playdate => "A playdate",
        Job::AwaitPlaydate => "Waiting for a playdate",
    }
}

/// What came of a conversation, in a sentence.
#[must_use]
pub fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Echo => "Somebody is there: the echo came back.".into(),
        Outcome::Sent => "The item was sent and acknowledged to its end.".into(),
        Outcome::Gifts { gave, got } => format!("Gifts changed hands: you gave item {gave} and got item {got}."),
        Outcome::Item(item) => format!("An item of {} bytes came.", item.bytes().len()),
        Outcome::Played(played) => met(played),
        _ => "Done.".into(),
    }
}

fn met(played: &Played) -> String {
    let name = played.theirs.ghost.name().text(0);
    let name = if name.trim().is_empty() { "The visitor".to_owned() } else { name };
    let how = match played.result.ending() {
        Some(Ending::Played) => "they played",
        Some(Ending::Fought) => "they fought",
        Some(Ending::Ate) => "the one that began ate the other",
        Some(Ending::Eaten) => "the one that began was eaten",
        None => "they met",
    };
    let egg = if played.bred { ", and there is an egg" } else { "" };
    format!("{name} came: {how}, friendship {} of 4{egg}.", played.remember)
}

/// What is offered, as far as its size tells.
#[must_use]
pub fn offered(bytes: u32) -> String {
    let guess = match bytes {
        2 => "it wants to begin gifts or a playdate",
        4 => "it wants to swap gifts",
        100_000.. => "it wants a playdate",
        _ => "perhaps an item",
    };
    format!("The other side offers {bytes} bytes: {guess}. Choose the matching side below.")
}

/// The rate of a transfer and the time left, in words.
#[must_use]
pub fn pace(transfer: &Transfer) -> String {
    let mut words = format!("{} of {}", transfer.done, transfer.chunks);
    if transfer.rate > 0.0 {
        words += &format!(", {:.1} kB/s", transfer.rate / 1000.0);
    }
    if let Some(left) = transfer.left {
        words += &format!(", {} s left", left.as_secs() + u64::from(left.subsec_nanos() > 0));
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_page_has_neither_paths_nor_port_names() {
        let mut form = LinkForm { way: Way::Toy, ..LinkForm::default() };
        let page = Ground::Page { missing: None };
        assert_eq!(form.line(page), Ok(Line::Chooser));
        form.port = "port 1".into();
        assert_eq!(form.line(page), Ok(Line::Port("port 1".into())));
        assert!(form.line(Ground::Page { missing: Some("no") }).is_err());
        let secret = Arc::new(Secret::new(vec![7; 16]).unwrap());
        (form.secret, form.given) = ("secret.bin".into(), Some(secret.clone()));
        assert_eq!(form.secret_from(), SecretFrom::Given(secret));
        (form.item, form.bytes) = ("hat.arc2".into(), Some(vec![1]));
        assert_eq!(form.load(), Some(Load::Bytes(vec![1])));
        assert_eq!(LinkForm::default().load(), None);
    }

    #[test]
    fn lines_are_described_whole() {
        let mut form = LinkForm::default();
        assert_eq!(form.line(Ground::Computer), Ok(Line::Simulated));
        form.way = Way::Toy;
        assert!(form.line(Ground::Computer).unwrap_err().contains("Choose a port"));
        form.port = " /dev/ttyUSB0 ".into();
        assert_eq!(form.line(Ground::Computer), Ok(Line::Port("/dev/ttyUSB0".into())));
        form.way = Way::Call;
        form.addr = "host:1".into();
        assert!(form.line(Ground::Computer).unwrap_err().contains("key is missing"));
        form.way = Way::Wait;
        assert_eq!(form.line(Ground::Computer), Ok(Line::Listen { addr: "0.0.0.0:0".into() }));
        form.here = "70000".into();
        assert!(form.line(Ground::Computer).is_err());
        form.here = "7777".into();
        assert_eq!(form.line(Ground::Computer), Ok(Line::Listen { addr: "0.0.0.0:7777".into() }));
    }

    #[test]
    fn a_transfer_is_told_in_a_few_words() {
        let left = Some(Duration::from_millis(1200));
        let mut transfer = Transfer { sending: true, done: 3, chunks: 4, size: 16_384, rate: 45_823.0, left };
        assert_eq!(pace(&transfer), "3 of 4, 45.8 kB/s, 2 s left");
        (transfer.rate, transfer.left) = (0.0, None);
        assert_eq!(pace(&transfer), "3 of 4");
    }
}
