//! `--trace`: one line an instruction.

use eggtooth_assembler::disassemble_word;
use eggtooth_chip::{Registers, flag};
use std::io::{self, BufWriter, StdoutLock, Write};

/// Standard output, as long as somebody reads it.
pub struct Trace {
    out: BufWriter<StdoutLock<'static>>,
}

impl Trace {
    /// A trace on standard output.
    pub fn new() -> Trace {
        Trace { out: BufWriter::with_capacity(1 << 16, io::stdout().lock()) }
    }

    /// An instruction: the tick at which it starts, its address and word, and the registers before it.
    pub fn instruction(&mut self, tick: u64, r: &Registers, word: u16) -> io::Result<()> {
        let flags = [(flag::I, 'I'), (flag::D, 'D'), (flag::Z, 'Z'), (flag::C, 'C')];
        let flags = flags.map(|(bit, name)| if r.flags & bit != 0 { name } else { '.' });
        let flags: String = flags.iter().collect();
        writeln!(
            self.out,
            "{tick:>10} {:04X} {word:03X} {:14} A={:X} B={:X} X={:03X} Y={:03X} SP={:02X} NP={:02X} {flags}",
            r.pc,
            disassemble_word(word),
            r.a,
            r.b,
            r.x,
            r.y,
            r.sp,
            r.np()
        )
    }

    /// An interrupt: the tick at which its handler at this address starts.
    pub fn interrupt(&mut self, tick: u64, handler: u16) -> io::Result<()> {
        writeln!(self.out, "{tick:>10} {handler:04X} --- interrupt")
    }

    /// The watchdog pulls the reset.
    pub fn reset(&mut self, tick: u64) -> io::Result<()> {
        writeln!(self.out, "{tick:>10} 0100 --- watchdog reset")
    }

    /// Everything is read.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}
