//! Input ports K00–K03 and K10–K13 (TM 6.1).

use super::{Factor, Slow};

#[derive(Clone, Copy)]
pub struct Inputs {
    /// EIK0, EIK1.
    pub mask: [u8; 2],
    /// DFK0.
    pub relation: u8,
    /// IK0, IK1.
    pub factor: [Factor; 2],
    /// Some enabled pin differs from its relation.
    differs: [bool; 2],
}

impl Default for Inputs {
    fn default() -> Inputs {
        Inputs { mask: [0; 2], relation: 15, factor: [Factor::default(); 2], differs: [false; 2] }
    }
}

impl Slow {
    /// Compares the enabled pins with their relation; that they begin to differ is the event.
    pub fn look_at_inputs(&mut self) {
        let relations = [self.inputs.relation, 15];
        let levels = [self.pins.k0, self.pins.k1];
        for port in 0..2 {
            let differs = (levels[port] ^ relations[port]) & self.inputs.mask[port] != 0;
            if differs && !self.inputs.differs[port] {
                self.inputs.factor[port].raise(self.tick);
            }
            self.inputs.differs[port] = differs;
        }
    }
}
