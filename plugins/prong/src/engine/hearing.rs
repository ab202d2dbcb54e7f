//! Bytes that come: to whom they belong, and what each line means in each state (§1.4).

use std::time::Duration;

use crate::line::Line;

use super::{ACK, CAN, Engine, Event, Rest, State, bump, linger};

impl Engine {
    pub(super) fn take_bytes(&mut self, bytes: &[u8], now: Duration) {
        self.heard = Some(now);
        if let Some(drain) = &mut self.drain {
            if now <= drain.quiet && now <= drain.end {
                drain.quiet = now + self.config.timers.quiet;
                return;
            }
            self.drain = None;
        }
        let mut rest = bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            let outcome = match &self.state {
                State::Receive(recipient) if !recipient.is_held() => {
                    let (used, outcome) = self.collect(rest, now);
                    rest = rest.get(used..).unwrap_or_default();
                    outcome
                }
                _ => {
                    rest = tail;
                    self.take_byte(byte, now)
                }
            };
            if outcome == Rest::Discard {
                return;
            }
        }
    }

    /// One byte where lines are expected.
    fn take_byte(&mut self, byte: u8, now: Duration) -> Rest {
        if !self.lines.is_empty() && now > self.line_at + self.config.timers.byte {
            self.lines.clear();
        }
        self.line_at = now;
        let complete = self.lines.push(byte);
        if matches!(self.state, State::Idle | State::Listen(_)) && self.linger.is_some() {
            match self.linger_byte(byte, complete.is_some_and(|complete| complete.line.is_some()), now) {
                linger::Heard::Line => {}
                linger::Heard::Chunk => return Rest::Keep,
                linger::Heard::Repeat => {
                    self.lines.clear();
                    if self.is_crowded() {
                        bump(&mut self.counters.dropped);
                    } else {
                        self.transmit(ACK, true);
                    }
                    return Rest::Discard;
                }
            }
        }
        let Some(complete) = complete else { return Rest::Keep };
        if complete.overflowed {
            bump(&mut self.counters.overlong);
        }
        match complete.line {
            Some(line) => self.take_line(line, now),
            None => Rest::Keep,
        }
    }

    fn take_line(&mut self, line: Line, now: Duration) -> Rest {
        let is_offer = matches!(line, Line::Pkt(_) | Line::PktOutOfRange);
        if is_offer && matches!(self.state, State::Listen(_)) && self.is_crowded() {
            bump(&mut self.counters.dropped);
            return Rest::Keep;
        }
        match (&mut self.state, line) {
            (_, Line::Noise) => bump(&mut self.counters.noise),
            (_, Line::Custom(words)) => self.tell(Event::Custom(words)),
            (State::Send(_), line) => self.answer_came(line, now),
            (State::Receive(_), line) => self.line_while_held(line),
            (_, Line::EchoReq) => {
                self.cooldown = None;
                self.reply_echo();
            }
            (State::Echo { .. }, Line::EchoRep) => {
                self.rest();
                self.announce(Event::EchoAnswered);
            }
            (State::Listen(listen), Line::Pkt(size)) => {
                let listen = *listen;
                self.cooldown = None;
                return self.accept(listen, size, false, now);
            }
            (State::Listen(_), Line::PktOutOfRange) => self.transmit(CAN, false),
            (State::Idle | State::Echo { .. }, Line::Pkt(size)) => {
                self.cooldown = None;
                self.tell(Event::Offered { size });
            }
            (_, Line::Can) => {
                // The toy we cancelled has noticed (I-13), or one that yielded to us as we to it (E-6).
                if self.cooldown.take().is_none_or(|until| until < now) && self.queued.is_none() {
                    self.tell(Event::StrayCancel);
                }
            }
            _ => bump(&mut self.counters.ignored),
        }
        Rest::Keep
    }
}
