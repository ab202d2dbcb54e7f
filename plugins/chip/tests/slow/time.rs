//! Clocks and ticks (TM 3, fact sheet 8).

use super::Slow;

impl Slow {
    /// The frequency of OSC3 while the CPU runs from it.
    pub fn osc3(&self) -> Option<u32> {
        self.model.osc3_hz.filter(|_| self.oscillators & 0b1100 == 0b1100)
    }

    /// The CPU clock in hertz.
    pub fn cpu_hz(&self) -> u64 {
        self.osc3().map_or(32_768, u64::from)
    }

    /// Lets `clocks` CPU clocks pass, of OSC3 at this frequency or else of OSC1.
    pub fn spend(&mut self, clocks: u32, osc3: Option<u32>) {
        let ticks = match osc3.map(u64::from) {
            None => u64::from(clocks),
            Some(hz) => {
                self.seen.on_osc3 += 1;
                self.phase += u64::from(clocks) * 32_768;
                let ticks = self.phase / hz;
                self.phase %= hz;
                ticks
            }
        };
        for _ in 0..ticks {
            self.advance();
        }
    }

    /// The next tick, and everything that happens at it.
    pub fn advance(&mut self) {
        self.tick += 1;
        let now = self.tick;
        let (count, level) = (self.timer.count, self.buzzer.level);
        self.timer.tick(now, self.pins.k0 & 8 != 0);
        self.stopwatch.tick(now);
        self.buzzer.tick(now);
        self.seen.timer_counts[usize::from(self.timer.control & 7)] += u64::from(self.timer.count != count);
        self.seen.envelope_steps += u64::from(self.buzzer.level != level);
        self.clock.tick(now);
        self.shift();
        self.show();
    }

    /// The edges of SCLK that a master makes at this tick.
    pub fn shift(&mut self) {
        while self.serial.due(self.tick) {
            self.serial.edge(self.pins.serial_in, self.model.options, self.tick);
            self.seen.transfers[0] += u64::from(!self.serial.busy());
            self.show();
        }
    }
}
