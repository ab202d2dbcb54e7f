//! Everything there is to see of a chip at a boundary, in a form that two chips can be compared by.

use super::Slow;
use super::cpu::Registers;
use super::memory::REGISTERS;
use super::table::decode;
use eggtooth_chip::{Frame, Group, SerialLines, TimerClock, Tone};

/// Everything but the edges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    pub tick: u64,
    /// 13 bits.
    pub pc: u16,
    /// The new-page latch, 5 bits.
    pub np: u8,
    pub a: u8,
    pub b: u8,
    pub x: u16,
    pub y: u16,
    pub sp: u8,
    /// I D Z C.
    pub flags: u8,
    pub halted: bool,
    pub ram: Vec<u8>,
    /// The half from E00, then the half from E80.
    pub display: Vec<u8>,
    /// Every populated I/O register: address and value, read without side effects.
    pub io: Vec<(u16, u8)>,
    pub tone: Option<Tone>,
    pub frame: Frame,
    pub r: [Group; 5],
    pub p: [Group; 4],
    pub serial: SerialLines,
    pub timer_clock: Option<TimerClock>,
}

impl Slow {
    /// The chip at this boundary.
    pub fn observe(&self) -> Observation {
        let Registers { pc, np, a, b, x, y, sp, flags, halted, .. } = self.r;
        let outside = self.outside();
        Observation {
            tick: self.tick,
            pc,
            np,
            a,
            b,
            x,
            y,
            sp,
            flags,
            halted,
            ram: self.ram.clone(),
            display: self.display.clone(),
            io: REGISTERS.iter().map(|address| (*address, self.peek(*address))).collect(),
            tone: outside.tone,
            frame: self.frame(),
            r: outside.r,
            p: outside.p,
            serial: outside.serial,
            timer_clock: outside.timer_clock,
        }
    }

    /// Notes the step that begins.
    pub fn remember(&mut self) {
        if self.history.len() == 30 {
            self.history.pop_front();
        }
        self.history.push_back((self.tick, self.r));
    }

    /// The last 30 steps, one a line: tick, address, word, instruction, registers before. Where the
    /// address does not follow, an interrupt was entered instead.
    pub fn last_steps(&self) -> String {
        let line = |(tick, r): &(u64, Registers)| {
            let word = self.words.get(usize::from(r.pc)).copied().unwrap_or(0);
            let name = decode(word).map_or("?".into(), |found| format!("{} {:?}", found.mnemonic, found.operands));
            let Registers { pc, np, a, b, x, y, sp, flags, halted, .. } = r;
            let state =
                format!("np {np:02X} a {a:X} b {b:X} x {x:03X} y {y:03X} sp {sp:02X} f {flags:X} halted {halted}");
            format!("{tick:9} {pc:04X} {word:03X} {name:40} {state}\n")
        };
        self.history.iter().map(line).collect()
    }

    /// The registers, as the vectors set and ask for them.
    pub fn registers(&mut self) -> &mut Registers {
        &mut self.r
    }

    /// RAM, one nibble a byte.
    pub fn ram(&mut self) -> &mut [u8] {
        &mut self.ram
    }
}

impl Observation {
    /// The first things in which `other` is different, in words.
    pub fn difference(&self, other: &Observation) -> Option<String> {
        if self == other {
            return None;
        }
        let (ours, theirs) = (self.fields(), other.fields());
        let unequal = ours.iter().zip(&theirs).filter(|(our, their)| our != their);
        let said: Vec<_> = unequal.map(|(our, their)| format!("{}: {} or {}", our.0, our.1, their.1)).take(8).collect();
        Some(if said.is_empty() { "something without a name".into() } else { said.join(", ") })
    }

    /// Names and values.
    fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        let mut add = |name: String, value: String| fields.push((name, value));
        add("tick".into(), self.tick.to_string());
        let numbers = [
            ("pc", self.pc),
            ("np", self.np.into()),
            ("a", self.a.into()),
            ("b", self.b.into()),
            ("x", self.x),
            ("y", self.y),
            ("sp", self.sp.into()),
            ("flags", self.flags.into()),
            ("halted", self.halted.into()),
        ];
        for (name, value) in numbers {
            add(name.into(), format!("{value:X}"));
        }
        for (address, value) in &self.io {
            add(format!("I/O {address:03X}"), format!("{value:X}"));
        }
        for (what, memory) in [("RAM", &self.ram), ("display nibble", &self.display)] {
            for (at, value) in memory.iter().enumerate() {
                add(format!("{what} {at:03X}"), format!("{value:X}"));
            }
        }
        add("tone".into(), format!("{:?}", self.tone));
        add("frame".into(), format!("{:X?}", self.frame));
        add("R".into(), format!("{:?}", self.r));
        add("P".into(), format!("{:?}", self.p));
        add("serial".into(), format!("{:?}", self.serial));
        add("timer clock".into(), format!("{:?}", self.timer_clock));
        fields
    }
}
