//! Why a live link was closed: the codes of the WebSocket's close frame.

/// Why a daycare closes a live link, and what its client does then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Close {
    /// 1001: the daycare drains, to be started again.
    Drains,
    /// 4400: a message broke the rules.
    BadMessage,
    /// 4401: the session was ended.
    SessionEnded,
    /// 4403: the permission to watch was taken back.
    Revoked,
    /// 4404: the toy is gone.
    Gone,
    /// 4408: no ticket came in time, the ticket was not good, or the viewer was too far behind.
    TooLate,
    /// 4429: the account or the address has too many live links.
    TooMany,
}

impl Close {
    /// All of them.
    pub const ALL: [Close; 7] = [
        Close::Drains,
        Close::BadMessage,
        Close::SessionEnded,
        Close::Revoked,
        Close::Gone,
        Close::TooLate,
        Close::TooMany,
    ];

    /// The code in the close frame.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Close::Drains => 1001,
            Close::BadMessage => 4400,
            Close::SessionEnded => 4401,
            Close::Revoked => 4403,
            Close::Gone => 4404,
            Close::TooLate => 4408,
            Close::TooMany => 4429,
        }
    }

    /// What a code means; `None` for codes that a daycare does not send.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Close> {
        Close::ALL.into_iter().find(|close| close.code() == code)
    }

    /// What a client does.
    #[must_use]
    pub fn then(self) -> Then {
        match self {
            Close::Drains | Close::TooLate | Close::TooMany => Then::TryAgain,
            Close::SessionEnded => Then::SignIn,
            Close::BadMessage | Close::Revoked | Close::Gone => Then::GiveUp,
        }
    }

    /// What the player is told.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Close::Drains => "The daycare is closing for a moment; the link comes back by itself.",
            Close::BadMessage => "The daycare does not understand this program: update the older of the two.",
            Close::SessionEnded => "You were signed out; sign in again.",
            Close::Revoked => "This toy is no longer shared with you; ask its owner.",
            Close::Gone => "This toy is no longer at the daycare; look at your shelf.",
            Close::TooLate => "The link was too slow; it comes back by itself.",
            Close::TooMany => "Too many windows show toys of this daycare; close one of them.",
        }
    }
}

/// What a client does after a link was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Then {
    /// Ask for another ticket and connect again, after a pause.
    TryAgain,
    /// The player signs in again; until then every attempt fails.
    SignIn,
    /// Nothing that this client could do helps.
    GiveUp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        for close in Close::ALL {
            assert_eq!(Close::from_code(close.code()), Some(close));
            assert!(close.sentence().ends_with('.'));
        }
        for code in [0, 1000, 1006, 4000, 4402, u16::MAX] {
            assert_eq!(Close::from_code(code), None);
        }
    }
}
