//! What went wrong, in friendly words, and what to check.

use super::parts::Line;
use crate::engine::{CommandError, Refusal, Stop};
use crate::guard::Forbidden;
use crate::talk::TalkError;

/// A failure for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What went wrong, a clause or a sentence.
    pub what: String,
    /// What to check, a sentence each, the likeliest first; may be empty.
    pub check: Vec<&'static str>,
}

const WIRES: &str = "Wires, the prongs seen from the front: left is the toy's TX and goes to the adapter's RX, middle is \
    GND, right is the toy's RX and goes to the adapter's TX.";
const VOLTS: &str = "The adapter is set to 3.3 V, and does not feed the toy: it runs on its own cells.";
const SCREEN: &str = "The toy is awake and on the screen that waits for another toy.";
const LATENCY: &str = "With an FTDI adapter: its latency timer is 1 ms.";
const CONTACT: &str = "All three wires make good contact, and are short.";
const SECRET: &str = "The secret is that of this toy: another one looks like a noisy line.";
const CHOOSE_SECRET: &str = "Choose the file with the toys' secret, disconnect, and connect again.";
const PLUG: &str = "The adapter is plugged in; if it comes back, the link goes on.";
const FRIEND: &str = "Your friend's Eggtooth is still open and connected.";
const FRIEND_SCREEN: &str = "Your friend has chosen the matching side: one gives or begins, the other takes or waits.";
const PAUSE: &str = "Some seconds have passed since the last cancel: the other side may notice it late.";
const WAITS: &str = "Questions are answered within two minutes: the other side may wait no longer.";
const COMMAND_LINE: &str = "Large downloads are written to flash and can break a toy for good. Only the command line \
    sends them, after asking twice.";

impl Trouble {
    /// Without anything to check.
    pub fn plain(what: impl Into<String>) -> Self {
        Self { what: what.into(), check: Vec::new() }
    }

    fn with(what: impl Into<String>, check: &[&'static str]) -> Self {
        Self { what: what.into(), check: check.to_vec() }
    }

    /// What a conversation ended with, on this line.
    pub(super) fn of(error: &TalkError, line: &Line) -> Self {
        Self::with(error.to_string(), &checks(error, line))
    }
}

/// A port that cannot be opened.
#[cfg(all(feature = "uart", not(target_family = "wasm")))]
pub(super) fn of_port(error: &crate::transport::TransportError) -> Trouble {
    const HELD: &str = "No other program has the port open: a terminal, another Eggtooth, a modem service.";
    const GROUP: &str = "You may use it: on Linux, be in the group that owns the port (often dialout) and log in anew.";
    let what = error.to_string();
    let check: &[_] = if what.contains("no such port") {
        &["The adapter is plugged in, and its driver is installed."]
    } else if what.contains("another program") {
        &[HELD]
    } else if what.contains("may not") || what.contains("permission") || what.contains("allowed") {
        &[GROUP]
    } else {
        &[HELD, GROUP]
    };
    Trouble::with(what, check)
}

/// A port that cannot be opened in a page.
#[cfg(all(feature = "web-serial", target_family = "wasm"))]
pub(super) fn of_port(error: &crate::transport::TransportError) -> Trouble {
    const DRIVER: &str = "The adapter is plugged in, and its driver is installed: else the browser does not list it.";
    const HELD: &str = "No other program or page has the port open: a terminal, another Eggtooth, a modem service.";
    Trouble::with(error.to_string(), &[DRIVER, HELD])
}

/// A friend who cannot be called.
#[cfg(all(feature = "quic", not(target_family = "wasm")))]
pub(super) fn of_call(error: &eggtooth_peer::PeerError) -> Trouble {
    use eggtooth_peer::PeerError;
    const ADDRESS: &str = "Address and key are copied whole, and your friend waits at this moment.";
    const FIREWALL: &str = "Both are on one network, or your friend's router lets UDP in at that port.";
    let check: &[_] = match error {
        PeerError::Nobody { .. } => &[ADDRESS, FIREWALL],
        PeerError::WrongKey { .. } | PeerError::Foreign { .. } => &[ADDRESS],
        _ => &[],
    };
    Trouble::with(error.to_string(), check)
}

fn checks(error: &TalkError, line: &Line) -> Vec<&'static str> {
    let port = matches!(line, Line::Port(_) | Line::Chooser);
    let friend = matches!(line, Line::Call { .. } | Line::Listen { .. });
    let pick = |at_port: &[&'static str], at_friend: &[&'static str]| match (port, friend) {
        (true, _) => at_port.to_vec(),
        (_, true) => at_friend.to_vec(),
        _ => Vec::new(),
    };
    match error {
        TalkError::NoEcho | TalkError::Link(Stop::NotTaken) if *line == Line::Simulated => vec![PAUSE],
        TalkError::Link(Stop::ByPeer) if *line == Line::Simulated => vec![WAITS],
        TalkError::Gifts { why, .. } => checks(why, line),
        TalkError::Command(CommandError::NoSecret) => vec![CHOOSE_SECRET],
        TalkError::Command(CommandError::Forbidden(Forbidden::Flash { .. })) => vec![COMMAND_LINE],
        TalkError::NoEcho => pick(&[WIRES, SCREEN, VOLTS, CONTACT], &[FRIEND]),
        TalkError::Link(Stop::NotTaken) | TalkError::Impatient => pick(&[SCREEN, WIRES], &[FRIEND_SCREEN, FRIEND]),
        TalkError::Link(Stop::ByPeer) | TalkError::Unexpected { .. } | TalkError::TooLarge(_) => {
            pick(&[SCREEN, WAITS], &[FRIEND_SCREEN, WAITS])
        }
        TalkError::Link(Stop::Refusals { why: Refusal::Damage(_), .. }) => pick(&[SECRET, CONTACT], &[]),
        TalkError::Link(Stop::NotAcknowledged(_) | Stop::Rewinds) => pick(&[SECRET, CONTACT, LATENCY], &[FRIEND]),
        TalkError::Link(Stop::Silent(_) | Stop::Refusals { .. }) => pick(&[CONTACT, LATENCY], &[FRIEND]),
        TalkError::Link(Stop::HeldTooLong) => vec!["Answer within four seconds: the other side waits no longer."],
        TalkError::LinkLost => pick(&[PLUG, CONTACT], &[FRIEND]),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Damage;

    #[test]
    fn every_failure_at_a_port_says_what_to_check() {
        let port = Line::Port("P".into());
        let why = Refusal::Damage(Damage::Magic);
        for (error, words) in [
            (TalkError::NoEcho, "left is the toy's TX"),
            (TalkError::Link(Stop::NotTaken), "screen"),
            (TalkError::Link(Stop::Refusals { chunk: 0, why }), "secret"),
            (TalkError::Link(Stop::NotAcknowledged(3)), "latency timer"),
            (TalkError::LinkLost, "plugged in"),
            (TalkError::Command(CommandError::NoSecret), "Choose the file"),
        ] {
            let trouble = Trouble::of(&error, &port);
            assert!(trouble.check.iter().any(|line| line.contains(words)), "{trouble:?}");
            assert!(!trouble.what.is_empty());
        }
        assert!(checks(&TalkError::NoEcho, &port).iter().any(|line| line.contains("3.3 V")));
    }

    #[test]
    fn a_friend_is_not_told_about_wires() {
        let call = Line::Call { addr: String::new(), key: String::new() };
        for error in [TalkError::NoEcho, TalkError::Impatient, TalkError::LinkLost, TalkError::Link(Stop::NotTaken)] {
            let trouble = Trouble::of(&error, &call);
            assert!(trouble.check.iter().all(|line| !line.contains("TX") && !line.contains("adapter")), "{trouble:?}");
            assert!(!trouble.check.is_empty());
        }
    }
}
