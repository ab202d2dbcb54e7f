//! The cable between two toys: it clocks the serial interface of each and carries the bytes. No clock, no dice, no
//! network: whoever holds an [`End`] takes and brings bytes, a [`Cable`] does that for two machines in one program, and
//! a [`Plug`] makes it easy at a table. `assets/firmware/pip/LINK.md` has the wires and what Pip says over them.
//!
//! A machine whose end is plugged in ([`Machine::plug_in`]) looks at its R33 every [`PACE`] ticks of its own time.
//! Where R33 is driven and low it clocks a byte in, the next that has come or 00, and one out. Each is an input like a
//! press: recordings hold it, and lived again no cable is needed. A byte is clocked at one tick, so that no save can
//! fall into the middle of it. However time is cut into runs, the bytes and their ticks are the same, given that they
//! came by the same ticks.

mod plug;

pub use plug::Plug;

use crate::machine::Machine;
use crate::recording::Input;
use eggtooth_chip::Sink;
use std::collections::VecDeque;

/// Ticks from one byte to the next: 32 bytes a second at most.
pub const PACE: u64 = 1024;
/// Bytes that wait at an end in each direction, a second's worth of speech; where there is one more the oldest is
/// lost, as on a bad cable.
pub const QUEUE: usize = 32;
/// R33 among R30–R33.
const R33: u8 = 8;

/// A byte and its tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// In ticks of the machine that the end is plugged into.
    pub tick: u64,
    /// Never 00, which is silence.
    pub byte: u8,
}

/// One end of a cable, in a machine.
#[derive(Clone, Debug)]
pub struct End {
    /// The tick at which R33 is looked at next.
    next: u64,
    /// What has come; not clocked in before its tick.
    incoming: VecDeque<Stamped>,
    /// What was clocked out.
    outgoing: VecDeque<Stamped>,
    /// The firmware drives R33.
    listens: bool,
}

impl End {
    fn new(tick: u64) -> End {
        End { next: after(tick), incoming: VecDeque::new(), outgoing: VecDeque::new(), listens: false }
    }

    /// The tick at which the cable does something next.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Whether the firmware listened when the cable last looked.
    #[must_use]
    pub fn listens(&self) -> bool {
        self.listens
    }

    /// Takes what the machine has said since the last time, oldest first; at most [`QUEUE`] bytes.
    pub fn poll(&mut self) -> Vec<Stamped> {
        self.outgoing.drain(..).collect()
    }

    /// Brings bytes from the other side, to be clocked in as soon as the machine takes them. A byte that comes when
    /// the firmware does not listen is lost, as on a wire.
    pub fn deliver(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.deliver_at(Stamped { tick: 0, byte: *byte });
        }
    }

    /// Brings a byte that is not clocked in before its tick. Those that came earlier go first.
    pub fn deliver_at(&mut self, stamped: Stamped) {
        if stamped.byte != 0 {
            push(&mut self.incoming, stamped);
        }
    }
}

/// Appends, and drops the oldest where there is no room.
fn push(queue: &mut VecDeque<Stamped>, stamped: Stamped) {
    if queue.len() >= QUEUE {
        queue.pop_front();
    }
    queue.push_back(stamped);
}

/// The cable's next turn after `tick`, half a pace away from the clock timer's interrupts.
fn after(tick: u64) -> u64 {
    (tick + PACE / 2) / PACE * PACE + PACE / 2
}

impl Machine {
    /// Plugs a cable in; one that was there is pulled out before.
    pub fn plug_in(&mut self) {
        self.cable = Some(Box::new(End::new(self.tick())));
    }

    /// Pulls the cable out; what it still carried is lost.
    pub fn unplug(&mut self) {
        self.cable = None;
    }

    /// The end of the cable that is plugged in.
    pub fn cable(&mut self) -> Option<&mut End> {
        self.cable.as_deref_mut()
    }

    /// The cable looks at R33 and clocks a byte if it may.
    pub(crate) fn turn_of_cable(&mut self, sink: &mut dyn Sink) {
        let r3 = self.outputs().r[3];
        let now = self.tick();
        let Some(end) = &mut self.cable else { return };
        let due = end.next;
        end.next = after(due);
        end.listens = r3.driven & R33 != 0;
        if !end.listens {
            while end.incoming.pop_front_if(|stamped| stamped.tick <= due).is_some() {}
            return;
        }
        if r3.levels & R33 != 0 {
            return;
        }
        let byte = end.incoming.pop_front_if(|stamped| stamped.tick <= due).map_or(0, |stamped| stamped.byte);
        let said = self.input(Input::Byte(byte), sink);
        if let Some(end) = self.cable.as_mut().filter(|_| said != 0) {
            push(&mut end.outgoing, Stamped { tick: now, byte: said });
        }
    }
}

/// A cable with both ends in this program. Their times need not agree: what counts is how long each has lived since
/// the cable joined them.
#[derive(Clone, Debug)]
pub struct Cable {
    /// Each machine's tick when it was plugged in.
    from: [u64; 2],
    /// Ticks since then.
    at: u64,
    /// How long a byte is on its way.
    delay: u64,
}

impl Cable {
    /// Plugs a cable into both. Every byte is on its way for `delay` ticks, at least [`PACE`].
    pub fn join(one: &mut Machine, other: &mut Machine, delay: u64) -> Cable {
        one.plug_in();
        other.plug_in();
        Cable { from: [one.tick(), other.tick()], at: 0, delay: delay.max(PACE) }
    }

    /// Lets both live for `ticks`.
    pub fn advance(&mut self, machines: [&mut Machine; 2], ticks: u64, sinks: [&mut dyn Sink; 2]) {
        let [one, other] = machines;
        let [one_sink, other_sink] = sinks;
        let end = self.at.saturating_add(ticks);
        while self.at < end {
            // No byte arrives in the pace in which it was sent.
            self.at = end.min(self.at + PACE);
            one.advance(self.from[0] + self.at, one_sink);
            other.advance(self.from[1] + self.at, other_sink);
            self.carry(one, self.from[0], other, self.from[1]);
            self.carry(other, self.from[1], one, self.from[0]);
        }
    }

    fn carry(&self, from: &mut Machine, from_tick: u64, to: &mut Machine, to_tick: u64) {
        let said = from.cable().map(End::poll).unwrap_or_default();
        let Some(end) = to.cable() else { return };
        for Stamped { tick, byte } in said {
            end.deliver_at(Stamped { tick: tick.saturating_sub(from_tick) + to_tick + self.delay, byte });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn turns_are_a_pace_apart_and_between_the_timers_interrupts() {
        assert_eq!([0, 511, 512, 1023, 1535, 1536].map(after), [512, 512, 1536, 1536, 1536, 2560]);
    }

    #[test]
    fn a_full_end_forgets_the_oldest_and_silence_is_not_carried() {
        let mut end = End::new(0);
        end.deliver(&[0; 7]);
        assert!(end.incoming.is_empty());
        for byte in 1..=40 {
            end.deliver(&[byte]);
        }
        assert_eq!((end.incoming.len(), end.incoming[0].byte, end.incoming[QUEUE - 1].byte), (QUEUE, 9, 40));
    }

    #[test]
    fn what_comes_while_nobody_listens_is_lost_when_it_is_due() {
        let mut machine = Machine::new(&crate::pip().unwrap());
        machine.plug_in();
        let end = machine.cable().unwrap();
        end.deliver(&[1, 2, 3]);
        end.deliver_at(Stamped { tick: 100 * PACE, byte: 4 });
        machine.advance(50 * PACE, &mut ());
        let end = machine.cable().unwrap();
        assert_eq!((end.listens(), end.incoming.len(), end.poll()), (false, 1, vec![]));
        machine.unplug();
        assert!(machine.cable().is_none());
    }
}
