//! The side that takes a packet (R-1 to R-13, E-1, E-2, E-4).

use std::time::Duration;

use crate::codec::{self, Header};
use crate::line::{Line, LineBuffer};
use crate::{CHUNK, OVERHEAD, chunk_len, chunks};

use super::linger::Linger;
use super::{
    ACK, ATTEMPTS, CAN, CommandError, Drain, Engine, Event, Hold, Listen, NAK, Packet, Refusal, Rest, State, Stop, bump,
};

/// A packet on its way in.
pub(super) struct Recipient {
    listen: Listen,
    /// The first type nibble that was not 0: a later one must be the same.
    carried: u8,
    /// A chunk set the session: the packet holds nothing else.
    sets_session: bool,
    size: usize,
    /// The chunk that is due; one more than fits a byte at the end.
    counter: usize,
    failures: u8,
    silences: u8,
    /// The chunk as it comes.
    buffer: Vec<u8>,
    /// The chunk before this one comes again, which is longer (E-4).
    repeat: bool,
    /// What the accepted chunks held (R-13: grows as they come).
    data: Vec<u8>,
    phase: Phase,
    /// We want to stop as soon as the line allows.
    cancelled: bool,
    /// We gave way to this packet (E-6).
    yielded: bool,
}

enum Phase {
    /// RxChunk: a timer runs out then.
    Collect { due: Duration },
    /// RxHold: a good chunk waits for the application.
    Held { header: Header, due: Duration },
}

impl Recipient {
    pub fn is_held(&self) -> bool {
        matches!(self.phase, Phase::Held { .. })
    }

    pub fn deadline(&self) -> Duration {
        match self.phase {
            Phase::Collect { due } | Phase::Held { due, .. } => due,
        }
    }

    pub fn data(&self) -> &[u8] {
        &self.data
    }

    fn chunks(&self) -> usize {
        chunks(self.size)
    }

    /// Bytes of the chunk that is being collected.
    fn want(&self) -> usize {
        OVERHEAD + if self.repeat { CHUNK } else { chunk_len(self.size, self.counter) }
    }
}

impl Engine {
    /// An offer came while a packet is waited for.
    pub(super) fn accept(&mut self, listen: Listen, size: u32, yielded: bool, now: Duration) -> Rest {
        if size > listen.limit {
            self.tell(Event::TooLarge { size });
            self.transmit(CAN, false);
            self.lines.clear();
            self.state = State::Listen(listen);
            return Rest::Keep;
        }
        let recipient = Recipient {
            listen,
            carried: 0,
            sets_session: false,
            size: size as usize,
            counter: 0,
            failures: 0,
            silences: 0,
            buffer: Vec::new(),
            repeat: false,
            data: Vec::new(),
            phase: Phase::Collect { due: now + self.config.timers.first },
            cancelled: false,
            yielded,
        };
        let chunks = recipient.chunks() as u16;
        self.linger = None;
        self.lines.clear();
        self.state = State::Receive(Box::new(recipient));
        self.transmit(ACK, true);
        self.tell(Event::Receiving { size, done: 0, chunks });
        Rest::Discard
    }

    /// Takes what belongs to the chunk from `bytes`; says how many were used.
    pub(super) fn collect(&mut self, bytes: &[u8], now: Duration) -> (usize, Rest) {
        let strict = self.config.strict_seed;
        let crowded = self.is_crowded();
        let State::Receive(recipient) = &mut self.state else { return (bytes.len(), Rest::Keep) };
        let mut used = 0;
        while let Some(&byte) = bytes.get(used) {
            let have = recipient.buffer.len();
            if have < OVERHEAD {
                recipient.buffer.push(byte);
                used += 1;
                if !strict && byte == b'\n' && recipient.counter == 0 {
                    match repeated_offer(&recipient.buffer) {
                        Some(_) if crowded => {
                            recipient.buffer.clear();
                            bump(&mut self.counters.dropped);
                        }
                        Some(Line::Pkt(_)) if recipient.cancelled => return (used, self.judge(now)),
                        Some(Line::Pkt(size)) => {
                            let (listen, yielded) = (recipient.listen, recipient.yielded);
                            self.announce(Event::Renewed { size });
                            return (used, self.accept(listen, size, yielded, now));
                        }
                        Some(Line::PktOutOfRange) => {
                            let listen = recipient.listen;
                            self.transmit(CAN, true);
                            self.stop(Stop::Refused);
                            self.state = State::Listen(listen);
                            return (used, Rest::Discard);
                        }
                        _ => {}
                    }
                }
                if !strict && recipient.counter > 0 && recipient.want() < OVERHEAD + CHUNK {
                    recipient.repeat = is_repeat(self.secret.as_deref(), recipient);
                }
            } else {
                let wanted = recipient.want().saturating_sub(have);
                let come = bytes.get(used..).unwrap_or_default();
                let taken = come.get(..wanted).unwrap_or(come);
                recipient.buffer.extend_from_slice(taken);
                used += taken.len();
            }
            if recipient.buffer.len() >= recipient.want() {
                return (used, self.judge(now));
            }
        }
        let timers = &self.config.timers;
        let lone_answer =
            recipient.buffer == CAN || recipient.yielded && recipient.counter == 0 && recipient.buffer == ACK;
        let wait = if !strict && lone_answer { timers.gap } else { timers.byte };
        recipient.phase = Phase::Collect { due: now + wait };
        (used, Rest::Keep)
    }

    /// A chunk has all its bytes (R-4: integrity, session, index, type, in this order).
    fn judge(&mut self, now: Duration) -> Rest {
        let (State::Receive(recipient), Some(secret)) = (&mut self.state, &self.secret) else { return Rest::Discard };
        if recipient.cancelled {
            self.transmit(CAN, true);
            self.stop(Stop::ByUs);
            return Rest::Discard;
        }
        let header = match codec::decode(secret, &mut recipient.buffer) {
            Ok(chunk) => chunk.header,
            Err(damage) => return self.refuse(Refusal::Damage(damage), now),
        };
        if self.session.is_some_and(|session| session != header.session) {
            return self.refuse(Refusal::Session, now);
        }
        if usize::from(header.index) != recipient.counter {
            return self.refuse(Refusal::Index, now);
        }
        if header.set_session {
            // The published text knows no such packet of more than one chunk; there the flag takes effect when decoded.
            if self.session.is_some() || recipient.chunks() != 1 && !self.config.strict_seed {
                return self.refuse(Refusal::SetSession, now);
            }
        } else {
            let expected = if recipient.carried == 0 { recipient.listen.kind } else { recipient.carried };
            if header.kind != 0 && expected != 0 && header.kind != expected {
                return self.refuse(Refusal::Kind(header.kind), now);
            }
        }
        let data = recipient.buffer.get(OVERHEAD..).unwrap_or_default();
        if recipient.data.try_reserve(data.len()).is_err() {
            self.transmit(CAN, true);
            self.stop(Stop::Memory);
            return Rest::Discard;
        }
        recipient.data.extend_from_slice(data);
        let held = match recipient.listen.hold {
            Hold::Never => false,
            Hold::Last => recipient.counter + 1 == recipient.chunks(),
            Hold::Every => true,
        };
        if !held || header.set_session {
            self.acknowledge(header, now);
            return Rest::Discard;
        }
        recipient.phase = Phase::Held { header, due: now + self.config.timers.hold };
        let event = Event::Held {
            index: recipient.counter as u16,
            chunks: recipient.chunks() as u16,
            kind: if header.kind == 0 { recipient.carried } else { header.kind },
        };
        self.lines.clear();
        self.announce(event);
        Rest::Keep
    }

    /// The chunk is good and wanted.
    fn acknowledge(&mut self, header: Header, now: Duration) {
        self.transmit(ACK, true);
        let State::Receive(recipient) = &mut self.state else { return };
        if header.set_session {
            recipient.sets_session = true;
            self.session = Some(header.session);
        } else if recipient.carried == 0 {
            recipient.carried = header.kind;
        }
        let len = recipient.buffer.len();
        recipient.buffer.clear();
        recipient.counter += 1;
        (recipient.failures, recipient.silences, recipient.repeat) = (0, 0, false);
        recipient.phase = Phase::Collect { due: now + self.config.timers.first };
        let (done, total) = (recipient.counter as u16, recipient.chunks() as u16);
        let size = recipient.size as u32;
        self.tell(Event::Receiving { size, done, chunks: total });
        if done < total {
            return;
        }
        let State::Receive(recipient) = std::mem::replace(&mut self.state, State::Idle) else { return };
        self.rest();
        if !self.config.strict_seed {
            let until = now + self.config.timers.linger;
            self.linger = Some(Linger { until, len, header, buffer: Vec::new(), at: now });
        }
        match self.session {
            // Its data are only there to have some.
            Some(session) if recipient.sets_session => self.announce(Event::SessionSet(session)),
            _ => self.announce(Event::Received(Packet { kind: recipient.carried, data: recipient.data })),
        }
    }

    /// NAK or ENQ, or CAN the third time.
    fn refuse(&mut self, why: Refusal, now: Duration) -> Rest {
        bump(&mut self.counters.refused);
        let State::Receive(recipient) = &mut self.state else { return Rest::Discard };
        recipient.failures += 1;
        let counter = recipient.counter;
        if recipient.failures >= ATTEMPTS {
            self.give_up(Stop::Refusals { chunk: counter as u16, why }, now);
            return Rest::Discard;
        }
        recipient.buffer.clear();
        (recipient.silences, recipient.repeat) = (0, false);
        recipient.phase = Phase::Collect { due: now + self.config.timers.first };
        match why {
            Refusal::Index => self.transmit(format!("ENQ {counter}\r\n").as_bytes(), true),
            _ => self.transmit(NAK, true),
        }
        Rest::Discard
    }

    /// CAN, and deafness until the line is quiet: a chunk may be on it (E-5).
    fn give_up(&mut self, stop: Stop, now: Duration) {
        self.transmit(CAN, true);
        if !self.config.strict_seed {
            let timers = &self.config.timers;
            self.drain = Some(Drain { quiet: now + timers.quiet, end: now + timers.drain });
        }
        self.stop(stop);
    }

    pub(super) fn receiving_timeout(&mut self, now: Duration) {
        let State::Receive(recipient) = &mut self.state else { return };
        let strict = self.config.strict_seed;
        let chunk = recipient.counter as u16;
        if recipient.is_held() {
            self.transmit(CAN, true);
            self.stop(Stop::HeldTooLong);
        } else if !strict && recipient.buffer.ends_with(CAN) {
            self.stop(Stop::ByPeer);
        } else if !strict
            && recipient.yielded
            && recipient.counter == 0
            && recipient.buffer == ACK
            && self.queued.is_some()
        {
            let listen = recipient.listen;
            self.back_off(listen, now);
        } else if recipient.cancelled {
            self.give_up(Stop::ByUs, now);
        } else if !recipient.buffer.is_empty() {
            self.refuse(Refusal::Truncated, now);
        } else {
            // Silence, not NAK: it could cross a late chunk.
            recipient.silences += 1;
            bump(&mut self.counters.refused);
            if recipient.silences >= ATTEMPTS {
                self.give_up(Stop::Silent(chunk), now);
            } else {
                recipient.phase = Phase::Collect { due: now + self.config.timers.first };
            }
        }
    }

    pub(super) fn cancel_receiving(&mut self) {
        let State::Receive(recipient) = &mut self.state else { return };
        if recipient.is_held() {
            self.transmit(CAN, true);
            self.stop(Stop::ByUs);
        } else {
            // Never while the peer speaks: at the chunk's end, or when it falls silent.
            recipient.cancelled = true;
        }
    }

    /// A line while a chunk is held.
    pub(super) fn line_while_held(&mut self, line: Line) {
        match line {
            Line::EchoReq => self.reply_echo(),
            Line::Can => self.stop(Stop::ByPeer),
            _ => bump(&mut self.counters.ignored),
        }
    }

    pub(super) fn answer_held(&mut self, accept: bool, now: Duration) -> Result<(), CommandError> {
        let State::Receive(recipient) = &self.state else { return Err(CommandError::NothingHeld) };
        let Phase::Held { header, .. } = recipient.phase else { return Err(CommandError::NothingHeld) };
        if accept {
            self.acknowledge(header, now);
        } else {
            self.transmit(CAN, true);
            self.stop(Stop::Refused);
        }
        Ok(())
    }
}

/// The buffer read as a whole `PKT` line with its two-byte ending (E-1).
fn repeated_offer(buffer: &[u8]) -> Option<Line> {
    let digits = buffer.strip_prefix(b"PKT ")?.strip_suffix(b"\r\n")?;
    if !(1..=7).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut lines = LineBuffer::default();
    buffer.iter().filter_map(|&byte| lines.push(byte)).last()?.line
}

/// Whether the first 16 bytes are those of the chunk before the one that is due (E-4).
fn is_repeat(secret: Option<&crate::secret::Secret>, recipient: &Recipient) -> bool {
    let (Some(secret), Some(start)) = (secret, recipient.buffer.first_chunk()) else { return false };
    codec::peek(secret, start).is_ok_and(|header| usize::from(header.index) + 1 == recipient.counter)
}
