//! How an engine behaves: role, timers, what its far side is.

use std::time::Duration;

/// Times of the protocol (§1.1). The first seven are the protocol's, the rest this project's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timers {
    /// T_PKT: the initiator waits so long for the answer to PKT.
    pub packet: Duration,
    /// T_RESP: the initiator waits so long for the answer to a chunk, from its last byte on the line.
    pub response: Duration,
    /// T_FIRST: the recipient waits so long for the first byte of a chunk after its own answer.
    pub first: Duration,
    /// T_BYTE: the recipient's longest gap inside a chunk; also the age at which a partial line is dropped (L-7).
    pub byte: Duration,
    /// T_ECHO: how long the last echo request waits for its reply.
    pub echo: Duration,
    /// Time between two echo requests.
    pub echo_interval: Duration,
    /// T_HOLD: the longest deferred answer of a recipient.
    pub hold: Duration,
    /// T_REP_HOLD: how long a reply to ECHO REQ is held while an answer to PKT is awaited.
    pub reply_hold: Duration,
    /// T_GAP: silence after which five bytes `CAN\r\n` are no chunk (E-2).
    pub gap: Duration,
    /// T_QUIET: silence that ends a drain (E-5), and silence before a PKT of ours (E-6).
    pub quiet: Duration,
    /// The longest drain (E-5).
    pub drain: Duration,
    /// T_LINGER: how long the last chunk is acknowledged again (E-3).
    pub linger: Duration,
    /// COOLDOWN: how long stale answers are ignored after our own cancel (I-13).
    pub cooldown: Duration,
    /// The most that is added to a retried PKT after glare (E-6).
    pub jitter: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        let ms = Duration::from_millis;
        Self {
            packet: ms(2000),
            response: ms(5000),
            first: ms(2000),
            byte: ms(2000),
            echo: ms(500),
            echo_interval: ms(2000),
            hold: ms(4500),
            reply_hold: ms(50),
            gap: ms(50),
            quiet: ms(100),
            drain: ms(5000),
            linger: ms(6000),
            cooldown: ms(7000),
            jitter: ms(500),
        }
    }
}

/// A timer that is as good as none; longer ones would overflow the clock.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

impl Timers {
    /// Each at most a year, so that [`Duration::MAX`] may stand for "never".
    pub(super) fn bounded(self) -> Self {
        let Self {
            packet,
            response,
            first,
            byte,
            echo,
            echo_interval,
            hold,
            reply_hold,
            gap,
            quiet,
            drain,
            linger,
            cooldown,
            jitter,
        } = self;
        Self {
            packet: packet.min(LONGEST),
            response: response.min(LONGEST),
            first: first.min(LONGEST),
            byte: byte.min(LONGEST),
            echo: echo.min(LONGEST),
            echo_interval: echo_interval.min(LONGEST),
            hold: hold.min(LONGEST),
            reply_hold: reply_hold.min(LONGEST),
            gap: gap.min(LONGEST),
            quiet: quiet.min(LONGEST),
            drain: drain.min(LONGEST),
            linger: linger.min(LONGEST),
            cooldown: cooldown.min(LONGEST),
            jitter: jitter.min(LONGEST),
        }
    }
}

/// Who gives way when both sides offer a packet at once (E-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Glare {
    /// Take the peer's packet first, then offer ours again: what a computer does that faces a toy.
    #[default]
    Yield,
    /// Ignore the peer's offer and repeat ours.
    Hold,
}

/// What is at the other end, for the flash guard (design §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FarSide {
    /// Perhaps a toy that can be written to for good: permits are asked for.
    #[default]
    Hardware,
    /// Certainly another program.
    Virtual,
}

/// How one engine behaves. [`Config::default`] is right for a computer that faces a real toy.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Config {
    /// Nothing but the protocol as published: the extensions E-1 to E-6 are off.
    pub strict_seed: bool,
    /// Who gives way.
    pub glare: Glare,
    /// What is at the other end.
    pub far_side: FarSide,
    /// Bits a second of a real UART, of which a byte takes ten: answers that come before a chunk can have left are
    /// stale (I-5, I-9). `None` where bytes leave at once: QUIC, PTY, memory.
    pub line_rate: Option<u32>,
    /// Whether [`say`](super::Engine::say) is allowed to a recipient in the middle of a transfer (§1.8).
    pub say_while_receiving: bool,
    /// Times.
    pub timers: Timers,
}
