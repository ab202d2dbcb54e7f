//! The input ports K0x and K1x (TM 6.1): the interrupt comes when the enabled pins, as a group,
//! go from matching the relation register to not matching it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct InputPort {
    /// Pin levels.
    pub pins: u8,
    /// EIK bits.
    pub mask: u8,
    /// DFK bits: 1 reacts to a falling edge. Fixed at 1111 for K1x.
    pub relation: u8,
    /// IK.
    pub factor: u8,
    mismatch: bool,
    /// The tick at which the factor flag was set.
    since: u64,
}

impl InputPort {
    pub const POWER_ON: InputPort = InputPort { pins: 15, mask: 0, relation: 15, factor: 0, mismatch: false, since: 0 };

    pub fn reset(&mut self) {
        *self = InputPort { pins: self.pins, ..InputPort::POWER_ON };
    }

    /// After any change of pins, mask or relation at `tick`.
    pub fn update(&mut self, tick: u64) {
        let mismatch = (self.pins ^ self.relation) & self.mask != 0;
        if mismatch && !self.mismatch && self.factor == 0 {
            (self.factor, self.since) = (1, tick);
        }
        self.mismatch = mismatch;
    }

    /// Whether an interrupt was requested up to tick `seen`; the masks act before the flag.
    pub fn request(&self, seen: u64) -> bool {
        self.factor != 0 && self.since <= seen
    }

    /// The tick of a request that the CPU has not sampled yet, or never.
    pub fn next_event(&self, seen: u64) -> u64 {
        if self.factor != 0 && self.since > seen { self.since } else { u64::MAX }
    }

    pub fn take_factor(&mut self) -> u8 {
        core::mem::take(&mut self.factor)
    }

    pub fn is_valid(&self) -> bool {
        [self.pins, self.mask, self.relation].iter().all(|nibble| *nibble < 16) && self.factor < 2
    }
}
