//! The fast chip and the slow one, side by side.

use crate::slow::{Observation, Slow, Stepped};
use eggtooth_chip::{Chip, Edge, Model, Pins, Program, Step};
use std::collections::VecDeque;

/// Both chips; everything done to them is done to both.
#[derive(Clone)]
pub struct Lockstep {
    pub slow: Slow,
    fast: Chip,
    /// A fast chip for which time is cut in another way; its snapshots must be the same.
    other: Chip,
    /// Edges of the fast chip since the last comparison.
    edges: Vec<(u64, Edge)>,
    /// The last changes of pins: when and to what.
    pins: VecDeque<(u64, Pins)>,
}

/// Everything to see of the fast chip.
pub fn observe(chip: &Chip) -> Observation {
    let r = chip.registers();
    let outputs = chip.outputs();
    Observation {
        tick: chip.tick(),
        pc: r.pc,
        np: r.np(),
        a: r.a,
        b: r.b,
        x: r.x,
        y: r.y,
        sp: r.sp,
        flags: r.flags,
        halted: r.halted,
        ram: chip.ram().to_vec(),
        display: chip.display().collect(),
        io: chip.io().collect(),
        tone: outputs.tone,
        frame: outputs.lcd,
        r: outputs.r,
        p: outputs.p,
        serial: outputs.serial,
        timer_clock: outputs.timer_clock,
    }
}

/// In which order things of different kinds at one tick are told is left open.
fn in_order(mut edges: Vec<(u64, Edge)>) -> Vec<(u64, Edge)> {
    edges.sort_by_key(|(at, edge)| match edge {
        Edge::WatchdogReset | Edge::PinReset => (*at, 0),
        Edge::Tone(_) => (*at, 1),
        Edge::UndefinedOpcode(_) => (*at, 2),
        _ => (*at, 3),
    });
    edges
}

impl Lockstep {
    /// Both at power-on.
    pub fn new(model: &'static Model, words: &[u16]) -> Lockstep {
        let fast = Chip::new(model, Program::new(words));
        Lockstep { slow: Slow::new(model, words), other: fast.clone(), fast, edges: Vec::new(), pins: VecDeque::new() }
    }

    /// Pin levels from now on.
    pub fn set_pins(&mut self, pins: Pins) {
        if self.pins.len() == 4 {
            self.pins.pop_front();
        }
        self.pins.push_back((self.slow.tick(), pins));
        self.fast.set_pins(pins, &mut self.edges);
        self.other.set_pins(pins, &mut ());
        self.slow.set_pins(pins);
    }

    /// Puts the fast chip away and gets it back from its snapshot, which must have everything.
    ///
    /// # Errors
    /// The snapshot is refused.
    pub fn reload(&mut self) -> Result<(), String> {
        let (program, state) = (self.fast.program().clone(), self.fast.state().clone());
        self.fast = Chip::restore(self.fast.model(), program, state).map_err(|error| format!("{error:?}"))?;
        Ok(())
    }

    /// Runs both to `target` and compares.
    ///
    /// # Errors
    /// What differs, and the slow chip's last steps.
    pub fn run_until(&mut self, target: u64) -> Result<(), String> {
        let before = self.clone();
        let compared = self.run_to(target);
        compared.map_err(|said| before.narrow(target).unwrap_or(said))
    }

    fn run_to(&mut self, target: u64) -> Result<(), String> {
        let before = self.slow.seen.instructions;
        self.slow.run_until(target);
        let executed = self.fast.run_until(target, &mut self.edges);
        self.compare()?;
        let wanted = self.slow.seen.instructions - before;
        if executed != wanted {
            return Err(format!("{wanted} or {executed} instructions (slow, fast)"));
        }
        while self.other.tick() < target {
            self.other.step(target, &mut ());
        }
        self.compare_cuts()
    }

    /// A run to `target` is not equal: what is said of the shortest such run.
    fn narrow(&self, target: u64) -> Option<String> {
        let start = self.slow.tick();
        let (mut good, mut bad, mut told) = (start, target, None);
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            match self.clone().run_to(middle) {
                Ok(()) => good = middle,
                Err(said) => (bad, told) = (middle, Some(said)),
            }
        }
        told.map(|said| format!("from {start} to {bad} in one run: {said}"))
    }

    /// Runs both to `target`, stopping to compare after everything that happens on the pins.
    ///
    /// # Errors
    /// What differs, and the slow chip's last steps.
    pub fn run_by_edges(&mut self, target: u64) -> Result<(), String> {
        while self.slow.tick() < target {
            let mut ahead = self.slow.clone();
            while ahead.tick() < target && ahead.edges.is_empty() {
                ahead.step(ahead.tick() + 1);
            }
            // Several boundaries may share a tick; both chips stop at the first of the next.
            let cut = ahead.tick() + u64::from(ahead.tick() < target);
            self.run_until(cut)?;
        }
        Ok(())
    }

    /// Runs both to `target` a step at a time, comparing after each.
    ///
    /// # Errors
    /// What differs, and the slow chip's last steps.
    pub fn run_by_steps(&mut self, target: u64) -> Result<(), String> {
        while self.slow.tick() < target {
            let slow = self.slow.step(target);
            let fast = match self.fast.step(target, &mut self.edges) {
                Step::Instruction => Stepped::Instruction,
                Step::Interrupt(vector) => Stepped::Interrupt(vector),
                Step::Nothing => Stepped::Nothing,
            };
            self.compare()?;
            if slow != fast {
                return Err(format!("tick {}: {slow:?} or {fast:?} (slow, fast)", self.slow.tick()));
            }
        }
        self.other.run_until(target, &mut ());
        self.compare_cuts()
    }

    /// However a span is cut into runs, the snapshot at its end is the same.
    fn compare_cuts(&self) -> Result<(), String> {
        if self.fast.state() == self.other.state() {
            return Ok(());
        }
        let (ours, theirs) = (format!("{:#?}", self.fast.state()), format!("{:#?}", self.other.state()));
        let unequal = ours.lines().zip(theirs.lines()).find(|(our, their)| our != their);
        Err(format!("tick {}: snapshots {unequal:?} of two cuts of the same time", self.slow.tick()))
    }

    /// Compares every edge since the last time, and everything there is to see now.
    fn compare(&mut self) -> Result<(), String> {
        let ours = in_order(std::mem::take(&mut self.slow.edges));
        let theirs = in_order(std::mem::take(&mut self.edges));
        let told =
            |edge: Option<&(u64, Edge)>| edge.map_or("nothing".into(), |(at, edge)| format!("{edge:X?} at {at}"));
        let (slow, fast) = (self.slow.observe(), observe(&self.fast));
        let mut said = slow.difference(&fast).map(|said| format!("{said} (slow, fast)")).unwrap_or_default();
        for n in 0..ours.len().max(theirs.len()) {
            if ours.get(n) != theirs.get(n) {
                let (our, their) = (told(ours.get(n)), told(theirs.get(n)));
                said = format!("edge: {our} or {their} (slow, fast); {said}");
                break;
            }
        }
        if said.is_empty() {
            return Ok(());
        }
        let pins: String = self.pins.iter().map(|(at, pins)| format!("{at:9} {pins:?}\n")).collect();
        Err(format!("tick {}: {said}\n{}{pins}", slow.tick, self.slow.last_steps()))
    }
}
