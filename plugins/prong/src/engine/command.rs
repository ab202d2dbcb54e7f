//! What an application asks of an engine.

use crate::MAX_PACKET;
use crate::guard::{self, FactoryPermit, FlashPermit, Forbidden};
use crate::line::Custom;

use super::FarSide;

/// One thing an application asks for: the same as the engine's methods, as a value.
#[derive(Debug)]
pub enum Command {
    /// [`Engine::send`](super::Engine::send)
    Send(Outgoing),
    /// [`Engine::listen`](super::Engine::listen)
    Listen(Listen),
    /// [`Engine::echo`](super::Engine::echo)
    Echo,
    /// [`Engine::say`](super::Engine::say)
    Say(Custom),
    /// [`Engine::answer`](super::Engine::answer)
    Answer(bool),
    /// [`Engine::cancel`](super::Engine::cancel)
    Cancel,
}

/// A packet to send: its size and type are possible.
#[derive(Debug)]
pub struct Outgoing {
    pub(super) kind: u8,
    pub(super) session: Option<u32>,
    pub(super) data: Vec<u8>,
    pub(super) yield_to: Option<Listen>,
    permitted: bool,
}

impl Outgoing {
    /// A packet that needs no permit; the engine refuses it if it does need one.
    ///
    /// # Errors
    /// A type above 15; no data, or more than [`MAX_PACKET`].
    pub fn new(kind: u8, data: Vec<u8>) -> Result<Self, CommandError> {
        if kind > 0xF {
            return Err(CommandError::Kind(kind));
        }
        match data.len() {
            0 => Err(CommandError::Empty),
            1..=MAX_PACKET => Ok(Self { kind, session: None, data, yield_to: None, permitted: false }),
            size => Err(CommandError::TooLarge(size)),
        }
    }

    /// Sets the session: two random bytes with the new ID in the header.
    pub fn set_session(id: u32, random: [u8; 2]) -> Self {
        Self { kind: 0, session: Some(id), data: random.to_vec(), yield_to: None, permitted: false }
    }

    /// The same with a type, which real toys send as well (0x10 and 0x11 are both seen).
    #[must_use]
    pub fn of_kind(mut self, kind: u8) -> Self {
        if self.session.is_some() && kind <= 0xF {
            self.kind = kind;
        }
        self
    }

    /// What to receive first if the peer offers a packet at the same time and the engine is the one that
    /// [yields](super::Glare::Yield). Without it the peer's offer is ignored and ours repeated (E-6).
    #[must_use]
    pub fn yielding_to(mut self, listen: Listen) -> Self {
        self.yield_to = Some(listen);
        self
    }

    /// A packet that a toy may write to its flash.
    ///
    /// # Errors
    /// As [`Outgoing::new`].
    pub fn flash(kind: u8, data: Vec<u8>, permit: FlashPermit) -> Result<Self, CommandError> {
        let FlashPermit { .. } = permit;
        let permitted = kind != guard::FACTORY;
        Ok(Self { permitted, ..Self::new(kind, data)? })
    }

    /// A packet of the factory test, type 15.
    ///
    /// # Errors
    /// As [`Outgoing::new`].
    pub fn factory(data: Vec<u8>, permit: FactoryPermit) -> Result<Self, CommandError> {
        let FactoryPermit { .. } = permit;
        Ok(Self { permitted: true, ..Self::new(guard::FACTORY, data)? })
    }

    /// The packet's type, 0 to 15.
    pub fn kind(&self) -> u8 {
        self.kind
    }

    /// Bytes of data.
    pub fn size(&self) -> usize {
        self.data.len()
    }

    pub(super) fn check(&self, far_side: FarSide) -> Result<(), Forbidden> {
        if self.permitted { Ok(()) } else { guard::check(far_side, self.kind, self.data.len()) }
    }
}

/// Which packets a receive takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Type nibble to expect; 0 takes any.
    pub kind: u8,
    /// The largest packet, in bytes; larger offers are answered by CAN.
    pub limit: u32,
    /// Which chunks wait for the application's word.
    pub hold: Hold,
}

impl Listen {
    /// Takes packets of one type (0: any) up to the largest, without asking.
    pub fn to(kind: u8) -> Self {
        Self { kind: kind & 0xF, limit: MAX_PACKET as u32, hold: Hold::Never }
    }

    /// The same with a limit in bytes.
    #[must_use]
    pub fn at_most(self, limit: u32) -> Self {
        Self { limit, ..self }
    }

    /// The same with a pause before the last acknowledgement, so that the whole packet can be judged first.
    #[must_use]
    pub fn held(self) -> Self {
        Self { hold: Hold::Last, ..self }
    }
}

/// Which chunks wait for the application's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Hold {
    /// None.
    #[default]
    Never,
    /// The last one of a packet.
    Last,
    /// Every one.
    Every,
}

/// Why a command was not taken. The engine goes on as if it had not been given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// One operation at a time.
    #[error("the link is busy with something else: wait until it is over, or cancel it")]
    Busy,
    /// Four bits.
    #[error("{0} is no packet type: give 0 to 15")]
    Kind(u8),
    /// I-1.
    #[error("there is nothing to send: a packet has at least one byte")]
    Empty,
    /// I-1.
    #[error("{0} bytes are too many: a packet has at most 1,048,576")]
    TooLarge(usize),
    ///
    #[error("the session is set already: it cannot be set twice on one link")]
    SessionSet,
    /// The flash guard.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Chunks cannot be made or read without it.
    #[error("packets need the shared secret, and none was given")]
    NoSecret,
    /// There is nothing to answer.
    #[error("no chunk is waiting for an answer")]
    NothingHeld,
}
