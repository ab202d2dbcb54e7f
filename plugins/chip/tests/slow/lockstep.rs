//! The fast chip and the slow one, side by side.

use crate::slow::{Observation, Slow};
use eggtooth_chip::{Chip, Edge, Model, Pins, Program};

/// Both chips; everything done to them is done to both.
pub struct Lockstep {
    pub slow: Slow,
    fast: Chip,
    edges: Vec<(u64, Edge)>,
    /// Edges found equal so far.
    compared: usize,
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

impl Lockstep {
    /// Both at power-on.
    pub fn new(model: &'static Model, words: &[u16]) -> Lockstep {
        let fast = Chip::new(model, Program::new(words));
        Lockstep { slow: Slow::new(model, words), fast, edges: Vec::new(), compared: 0 }
    }

    /// Pin levels from now on.
    pub fn set_pins(&mut self, pins: Pins) {
        self.fast.set_pins(pins, &mut self.edges);
        self.slow.set_pins(pins);
    }

    /// Runs both to `target` and compares.
    ///
    /// # Errors
    /// What differs, and the slow chip's last steps.
    pub fn run_until(&mut self, target: u64) -> Result<(), String> {
        self.slow.run_until(target);
        self.fast.run_until(target, &mut self.edges);
        self.compare()
    }

    /// Runs both to `target`, stopping to compare after everything that happens on the pins.
    ///
    /// # Errors
    /// What differs, and the slow chip's last steps.
    pub fn run_by_edges(&mut self, target: u64) -> Result<(), String> {
        while self.slow.tick() < target {
            let edges = self.slow.edges.len();
            while self.slow.tick() < target && self.slow.edges.len() == edges {
                self.slow.step(self.slow.tick() + 1);
            }
            // Several boundaries may share a tick; both chips stop at the first of the next.
            let cut = self.slow.tick() + u64::from(self.slow.tick() < target);
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
            self.slow.step(target);
            self.fast.step(target, &mut self.edges);
            self.compare()?;
        }
        Ok(())
    }

    /// Compares every edge since the last time, and everything there is to see now.
    fn compare(&mut self) -> Result<(), String> {
        let ours = &self.slow.edges[self.compared..];
        let theirs = &self.edges[self.compared..];
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
        self.compared = self.slow.edges.len();
        if said.is_empty() {
            return Ok(());
        }
        Err(format!("tick {}: {said}\n{}", slow.tick, self.slow.last_steps()))
    }
}
