//! A toy's plug at a table: in while its prongs hold another toy's, out when they do not.

use super::{End, PACE};
use crate::machine::Machine;

/// Ticks that a byte waits at most for others to go with it: half a second of speech is two messages, not sixteen.
const WAIT: u64 = 8 * PACE;
/// Ticks without a byte after which those that wait go: the chip's sentence is over.
const PAUSE: u64 = 2 * PACE;

/// Plugs the cable into a machine and pulls it out, and bundles what the chip says. Without a network: whoever has a
/// line to the other toy calls [`follow`](Plug::follow) and [`deliver`](Plug::deliver) with what comes over it, lets the
/// machine live, and sends what [`poll`](Plug::poll) gives. All three are to be called from the same loop, often, and
/// in any order; thirty times a second is enough.
///
/// ```
/// # let mut machine = eggtooth_toy::Machine::new(&eggtooth_toy::pip()?);
/// let mut plug = eggtooth_toy::cable::Plug::default();
/// plug.follow(Some(7), &mut machine);
/// plug.deliver(&[0x11, 0x22], &mut machine);
/// machine.advance(1092, &mut ());
/// let to_send = plug.poll(&mut machine);
/// // Nobody has chosen Pip's cable, so it says nothing, and nothing is to be sent.
/// assert!(to_send.is_empty());
/// plug.follow(None, &mut machine);
/// assert!(machine.cable().is_none());
/// # Ok::<(), eggtooth_cartridge::RomError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Plug {
    touch: Option<u32>,
    /// What waits: at most what is said in [`WAIT`], and what an end keeps.
    said: Vec<u8>,
    /// The ticks of the first and the last of them.
    span: Option<(u64, u64)>,
}

impl Plug {
    /// The prongs hold another toy's since the touch of this number, or hold none. Another number is another cable: what
    /// the old one carried is lost. A machine that was put in the place of another gets the cable too.
    pub fn follow(&mut self, touch: Option<u32>, machine: &mut Machine) {
        let is_in = machine.cable().is_some();
        if self.touch != touch || is_in != touch.is_some() {
            self.touch = touch;
            self.forget();
            match touch {
                Some(_) => machine.plug_in(),
                None => machine.unplug(),
            }
        }
    }

    /// Bytes of the other chip; they are lost where no cable is in.
    pub fn deliver(&mut self, bytes: &[u8], machine: &mut Machine) {
        if let Some(end) = machine.cable() {
            end.deliver(bytes);
        }
    }

    /// What is to be sent to the other chip now; empty while the own one says nothing.
    #[must_use]
    pub fn poll(&mut self, machine: &mut Machine) -> Vec<u8> {
        let now = machine.tick();
        for stamped in machine.cable().map(End::poll).unwrap_or_default() {
            let first = self.span.map_or(stamped.tick, |(first, _)| first);
            self.span = Some((first, stamped.tick));
            self.said.push(stamped.byte);
        }
        let is_due = |(first, last): (u64, u64)| now >= last.saturating_add(PAUSE) || now >= first.saturating_add(WAIT);
        if self.span.is_some_and(is_due) {
            self.span = None;
            return std::mem::take(&mut self.said);
        }
        Vec::new()
    }

    fn forget(&mut self) {
        self.said.clear();
        self.span = None;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::Stamped;
    use super::*;
    use crate::pip;

    fn says(machine: &mut Machine, bytes: &[u8]) {
        let tick = machine.tick();
        let end = machine.cable().unwrap();
        end.outgoing.extend(bytes.iter().map(|byte| Stamped { tick, byte: *byte }));
    }

    #[test]
    fn it_is_in_while_the_prongs_hold_another_toy() {
        let mut machine = Machine::new(&pip().unwrap());
        let mut plug = Plug::default();
        plug.follow(None, &mut machine);
        plug.deliver(&[1], &mut machine);
        assert!(machine.cable().is_none() && plug.poll(&mut machine).is_empty());
        plug.follow(Some(1), &mut machine);
        plug.deliver(&[1], &mut machine);
        plug.follow(Some(1), &mut machine);
        assert_eq!(machine.cable().unwrap().incoming.len(), 1);
        // Another touch, another cable; another machine, too.
        plug.follow(Some(2), &mut machine);
        assert!(machine.cable().unwrap().incoming.is_empty());
        machine = Machine::new(&pip().unwrap());
        plug.follow(Some(2), &mut machine);
        assert!(machine.cable().is_some());
        plug.follow(None, &mut machine);
        assert!(machine.cable().is_none());
    }

    #[test]
    fn what_is_said_goes_in_bundles_and_soon() {
        let mut machine = Machine::new(&pip().unwrap());
        let mut plug = Plug::default();
        plug.follow(Some(1), &mut machine);
        says(&mut machine, &[1]);
        assert!(plug.poll(&mut machine).is_empty());
        // A pause ends it.
        machine.advance(2 * PACE, &mut ());
        assert_eq!(plug.poll(&mut machine), [1]);
        // Without one it waits no longer than a quarter of a second.
        let begin = machine.tick();
        let mut went = Vec::new();
        for n in 1..=20 {
            says(&mut machine, &[n]);
            let bundle = plug.poll(&mut machine);
            if !bundle.is_empty() {
                went.push((machine.tick() - begin, bundle));
            }
            machine.advance(begin + u64::from(n) * PACE, &mut ());
        }
        let lengths: Vec<usize> = went.iter().map(|(_, bundle)| bundle.len()).collect();
        assert_eq!(lengths, [9, 9]);
        assert!(went[0].0 < WAIT + PACE);
        // What waits is lost with the cable.
        plug.follow(None, &mut machine);
        plug.follow(Some(2), &mut machine);
        machine.advance(machine.tick() + 3 * PACE, &mut ());
        assert!(plug.poll(&mut machine).is_empty());
    }
}
