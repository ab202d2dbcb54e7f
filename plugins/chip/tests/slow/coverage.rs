//! What happened in a run, to tell a test that tests from one that idles.

/// Counts since power-on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coverage {
    /// Instructions executed.
    pub instructions: u64,
    /// Interrupts by vector: 02, 04, 06, 08, 0A, 0C.
    pub interrupts: [u64; 6],
    /// HALT executed.
    pub halts: u64,
    /// Halts that an interrupt ended.
    pub wakes: u64,
    /// Changes of the CPU clock.
    pub clock_switches: u64,
    /// Instructions and interrupt entries on OSC3.
    pub on_osc3: u64,
    /// Serial transfers that ended, as a master and as a slave.
    pub transfers: [u64; 2],
    /// One-shots triggered.
    pub shots: u64,
    /// Envelope steps.
    pub envelope_steps: u64,
    /// Counts of the programmable timer by input.
    pub timer_counts: [u64; 8],
    /// Resets by the watchdog, and by pins.
    pub resets: [u64; 2],
    /// Undefined words met.
    pub undefined: u64,
}

impl std::ops::AddAssign for Coverage {
    fn add_assign(&mut self, other: Coverage) {
        fn all<const N: usize>(ours: &mut [u64; N], theirs: [u64; N]) {
            ours.iter_mut().zip(theirs).for_each(|(our, their)| *our += their);
        }
        self.instructions += other.instructions;
        all(&mut self.interrupts, other.interrupts);
        self.halts += other.halts;
        self.wakes += other.wakes;
        self.clock_switches += other.clock_switches;
        self.on_osc3 += other.on_osc3;
        all(&mut self.transfers, other.transfers);
        self.shots += other.shots;
        self.envelope_steps += other.envelope_steps;
        all(&mut self.timer_counts, other.timer_counts);
        all(&mut self.resets, other.resets);
        self.undefined += other.undefined;
    }
}
