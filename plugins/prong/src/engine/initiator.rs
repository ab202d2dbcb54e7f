//! The side that offers and sends (I-1 to I-13, E-6).

use std::time::Duration;

use crate::codec::{self, Header};
use crate::line::Line;
use crate::{CHUNK, OVERHEAD, chunk_len, chunks};

use super::{ATTEMPTS, CAN, Engine, Event, Glare, Outgoing, State, Stop, bump};

/// Rewinds of one packet (§1.1).
const REWINDS: u8 = 3;
/// Times one offer gives way (E-6).
const YIELDS: u8 = 3;

/// A packet on its way out.
pub(super) struct Initiator {
    outgoing: Outgoing,
    phase: Phase,
    rewinds: u8,
    yields: u8,
    /// Both sides offered at once: repeats are spread (E-6).
    glare: bool,
    /// When the offer was first wanted.
    since: Duration,
}

#[derive(Clone, Copy)]
enum Phase {
    /// TxInit: PKT went out so many times. 0: it waits for the line to be quiet.
    Offer { sent: u8, due: Duration },
    /// TxSend: a chunk leaves the port until then.
    Leaving { index: usize, tries: u8, until: Duration, cancelled: bool },
    /// TxAwait.
    Await { index: usize, tries: u8, due: Duration },
}

impl Initiator {
    pub fn new(outgoing: Outgoing, now: Duration) -> Self {
        let phase = Phase::Offer { sent: 0, due: now };
        Self { outgoing, phase, rewinds: 0, yields: 0, glare: false, since: now }
    }

    pub fn is_offering(&self) -> bool {
        matches!(self.phase, Phase::Offer { .. })
    }

    pub fn is_leaving(&self) -> bool {
        matches!(self.phase, Phase::Leaving { .. })
    }

    pub fn deadline(&self) -> Duration {
        match self.phase {
            Phase::Offer { due, .. } | Phase::Await { due, .. } => due,
            Phase::Leaving { until, .. } => until,
        }
    }

    pub fn has_left(&self, now: Duration) -> bool {
        matches!(self.phase, Phase::Leaving { until, .. } if until <= now)
    }

    fn chunks(&self) -> usize {
        chunks(self.outgoing.data.len())
    }
}

impl Engine {
    /// Makes an offer for the first time, or again after it gave way: at once if the line may be spoken on (I-2).
    pub(super) fn offer(&mut self, mut initiator: Box<Initiator>, now: Duration) {
        if initiator.outgoing.session.is_some() && self.session.is_some() {
            // The packet that ours gave way to has set it: a second one is refused.
            self.stop(Stop::SessionSet);
            return;
        }
        initiator.phase = Phase::Offer { sent: 0, due: now };
        initiator.since = now;
        self.state = State::Send(initiator);
        self.send_offer(now);
    }

    /// When a PKT may go out: not while stale answers may come (I-13), not right after the peer spoke (E-6).
    fn may_offer_at(&self, since: Duration, now: Duration) -> Duration {
        let cooled = self.cooldown.unwrap_or_default();
        if self.config.strict_seed {
            return cooled.max(now);
        }
        // A peer that never stops must not put it off for ever.
        let latest = since + self.config.timers.drain;
        let quiet = self.heard.map_or(Duration::ZERO, |heard| heard + self.config.timers.quiet).min(latest);
        cooled.max(quiet).max(now)
    }

    fn send_offer(&mut self, now: Duration) {
        let since = match &self.state {
            State::Send(initiator) => initiator.since,
            _ => return,
        };
        let allowed = self.may_offer_at(since, now);
        let jitter = if allowed > now { Duration::ZERO } else { self.jitter() };
        let wait = self.config.timers.packet;
        let State::Send(initiator) = &mut self.state else { return };
        let Phase::Offer { sent, due } = &mut initiator.phase else { return };
        if *sent == 0 && allowed > now {
            *due = allowed;
            return;
        }
        if *sent > 0 {
            bump(&mut self.counters.repeated);
        }
        *sent += 1;
        *due = now + wait + jitter;
        let line = format!("PKT {}\r\n", initiator.outgoing.data.len());
        self.cooldown = None;
        self.transmit(line.as_bytes(), false);
    }

    /// What is added to the wait of an offer that met another.
    fn jitter(&mut self) -> Duration {
        match &self.state {
            State::Send(initiator) if initiator.glare => {
                let limit = self.config.timers.jitter.as_millis().min(u128::from(u32::MAX)) as u32;
                Duration::from_millis(u64::from(self.entropy.below(limit)))
            }
            _ => Duration::ZERO,
        }
    }

    /// Sends chunk `index` for the `tries`-th time (I-5).
    fn send_chunk(&mut self, index: usize, tries: u8, now: Duration) {
        let nonce = self.entropy.nonce();
        let (State::Send(initiator), Some(secret)) = (&mut self.state, &self.secret) else { return };
        let start = index * CHUNK;
        let data = initiator.outgoing.data.get(start..start + chunk_len(initiator.outgoing.data.len(), index));
        let header = Header {
            session: initiator.outgoing.session.or(self.session).unwrap_or(0),
            kind: initiator.outgoing.kind,
            set_session: initiator.outgoing.session.is_some(),
            index: (index & 0xFF) as u8,
            crc: 0,
        };
        let chunk = codec::encode(secret, nonce, header, data.unwrap_or_default());
        // Real adapters run a little fast: 0.95 of the nominal time (I-5).
        let until = now + line_time(chunk.len(), self.config.line_rate) * 95 / 100;
        initiator.phase = Phase::Leaving { index, tries, until, cancelled: false };
        if tries > 1 {
            bump(&mut self.counters.repeated);
        }
        self.transmissions.push_back((chunk, false));
    }

    /// The last byte of a chunk is on the line: answers count from now on (I-9, L-8).
    pub(super) fn chunk_left(&mut self, now: Duration) {
        let State::Send(initiator) = &mut self.state else { return };
        let Phase::Leaving { index, tries, cancelled, .. } = initiator.phase else { return };
        self.lines.clear();
        if cancelled {
            self.abort(Stop::ByUs, now);
            return;
        }
        let bytes = OVERHEAD + chunk_len(initiator.outgoing.data.len(), index);
        let rest = line_time(bytes, self.config.line_rate) * 5 / 100;
        initiator.phase = Phase::Await { index, tries, due: now + rest + self.config.timers.response };
        if self.reply.take().is_some() {
            self.reply_echo();
        }
    }

    pub(super) fn sending_timeout(&mut self, now: Duration) {
        let State::Send(initiator) = &self.state else { return };
        match initiator.phase {
            Phase::Offer { sent: ATTEMPTS, .. } => {
                let stop = if initiator.glare { Stop::Glare } else { Stop::NotTaken };
                self.transmit(CAN, false);
                self.stop(stop);
            }
            Phase::Offer { .. } => self.send_offer(now),
            Phase::Leaving { .. } => self.chunk_left(now),
            Phase::Await { .. } => self.again(now),
        }
    }

    /// The awaited chunk once more, if it has tries left (I-7).
    fn again(&mut self, now: Duration) {
        let State::Send(initiator) = &self.state else { return };
        let Phase::Await { index, tries, .. } = initiator.phase else { return };
        if tries >= ATTEMPTS {
            self.abort(Stop::NotAcknowledged(index as u16), now);
        } else {
            self.send_chunk(index, tries + 1, now);
        }
    }

    /// CAN, and the end; what the peer still answers to what it has not noticed is stale (I-13).
    fn abort(&mut self, stop: Stop, now: Duration) {
        self.transmit(CAN, false);
        self.cooldown = Some(now + self.config.timers.cooldown);
        self.stop(stop);
    }

    pub(super) fn cancel_sending(&mut self, now: Duration) {
        let State::Send(initiator) = &mut self.state else { return };
        match &mut initiator.phase {
            Phase::Offer { sent: 0, .. } => self.stop(Stop::ByUs),
            Phase::Offer { .. } | Phase::Await { .. } => self.abort(Stop::ByUs, now),
            // A CAN in the middle of a chunk would be taken for data.
            Phase::Leaving { cancelled, .. } => *cancelled = true,
        }
    }

    /// A line that came while a packet goes out.
    pub(super) fn answer_came(&mut self, line: Line, now: Duration) {
        let State::Send(initiator) = &mut self.state else { return };
        let total = initiator.chunks();
        match (initiator.phase, line) {
            (Phase::Offer { sent: 0, .. }, Line::Can) => {
                // It answers what was cancelled before: the way is free.
                if self.cooldown.take().is_none() {
                    self.tell(Event::StrayCancel);
                }
                self.send_offer(now);
            }
            (phase, Line::Can) => {
                if let Phase::Leaving { .. } = phase {
                    self.cooldown = Some(now + self.config.timers.cooldown);
                }
                self.stop(Stop::ByPeer);
            }
            (Phase::Offer { sent: 1.., .. }, Line::Ack) => {
                // A reply would land in the chunk that the peer awaits (I-4).
                self.reply = None;
                self.lines.clear();
                self.tell(Event::Sending { done: 0, chunks: total as u16 });
                self.send_chunk(0, 1, now);
            }
            (Phase::Offer { .. }, Line::EchoReq) => self.reply = Some(now + self.config.timers.reply_hold),
            (Phase::Offer { .. }, Line::Pkt(size)) => self.glare(size, now),
            (Phase::Leaving { until, .. }, Line::EchoReq) => self.reply = Some(until),
            (Phase::Await { .. }, Line::EchoReq) => self.reply_echo(),
            (Phase::Await { index, .. }, Line::Ack) => self.acknowledged(index, now),
            (Phase::Await { .. }, Line::Nak | Line::EnqOutOfRange) => self.again(now),
            (Phase::Await { index, .. }, Line::Enq(wanted)) => {
                let wanted = usize::from(wanted);
                if wanted >= total || wanted > index + 1 {
                    self.again(now);
                } else if wanted == index + 1 {
                    // The acknowledgement was lost.
                    self.acknowledged(index, now);
                } else {
                    self.rewind(index, wanted, now);
                }
            }
            _ => bump(&mut self.counters.ignored),
        }
    }

    fn acknowledged(&mut self, index: usize, now: Duration) {
        let State::Send(initiator) = &self.state else { return };
        let (total, session) = (initiator.chunks(), initiator.outgoing.session);
        let done = index + 1;
        self.tell(Event::Sending { done: done as u16, chunks: total as u16 });
        if done == total {
            self.session = session.or(self.session);
            self.rest();
            self.announce(Event::Sent);
        } else {
            self.send_chunk(done, 1, now);
        }
    }

    /// ENQ for a chunk that was sent already (I-8, A-10).
    fn rewind(&mut self, index: usize, wanted: usize, now: Duration) {
        let State::Send(initiator) = &mut self.state else { return };
        initiator.rewinds += 1;
        if initiator.rewinds > REWINDS {
            self.abort(Stop::Rewinds, now);
        } else if wanted == index {
            self.again(now);
        } else {
            self.send_chunk(wanted, 1, now);
        }
    }

    /// PKT in answer to PKT (E-6).
    fn glare(&mut self, size: u32, now: Duration) {
        let State::Send(initiator) = &mut self.state else { return };
        let yields = match (self.config.glare, initiator.outgoing.yield_to) {
            _ if self.config.strict_seed => None,
            (Glare::Yield, listen) => listen,
            (Glare::Hold, _) => None,
        };
        // The wait in which offers met first is spread, too: else two that hold on meet again at once.
        let met_before = std::mem::replace(&mut initiator.glare, !self.config.strict_seed);
        let Some(listen) = yields else {
            bump(&mut self.counters.ignored);
            if !met_before {
                let jitter = self.jitter();
                if let State::Send(initiator) = &mut self.state
                    && let Phase::Offer { sent: 1.., due } = &mut initiator.phase
                {
                    *due += jitter;
                }
            }
            return;
        };
        initiator.yields += 1;
        if initiator.yields > YIELDS {
            self.transmit(CAN, false);
            self.stop(Stop::Glare);
            return;
        }
        self.reply = None;
        let State::Send(initiator) = std::mem::replace(&mut self.state, State::Idle) else { return };
        self.queued = Some((initiator, now + self.config.timers.packet));
        self.tell(Event::Yielded { size });
        self.accept(listen, size, true, now);
    }

    /// The peer yielded as well: both wait for each other. Ours is offered again after a while that differs (E-6).
    pub(super) fn back_off(&mut self, listen: super::Listen, now: Duration) {
        self.transmit(CAN, true);
        let extra = Duration::from_millis(u64::from(self.entropy.below(500)));
        self.lines.clear();
        self.state = State::Listen(listen);
        if let Some((_, due)) = &mut self.queued {
            *due = now + Duration::from_millis(500) + extra;
        }
    }
}

/// How long so many bytes take at ten bits each.
fn line_time(bytes: usize, baud: Option<u32>) -> Duration {
    match baud {
        Some(baud) if baud > 0 => Duration::from_micros(bytes as u64 * 10_000_000 / u64::from(baud)),
        _ => Duration::ZERO,
    }
}
