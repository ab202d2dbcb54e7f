//! Numbers from a seed (SplitMix64).

/// The same seed gives the same numbers on every machine.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u16) -> u16 {
        (self.bits() >> 33) as u32 as u16 % limit
    }

    /// A number in `1..=longest`.
    pub fn span(&mut self, longest: u64) -> u64 {
        self.bits() % longest + 1
    }

    /// A nibble.
    pub fn nibble(&mut self) -> u16 {
        self.below(16)
    }

    /// True in so many cases of a hundred.
    pub fn percent(&mut self, cases: u16) -> bool {
        self.below(100) < cases
    }

    /// One of these.
    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.below(choices.len() as u16))]
    }

    /// One of these by weight.
    pub fn weighted<T: Copy>(&mut self, choices: &[(u16, T)]) -> T {
        let mut at = self.below(choices.iter().map(|choice| choice.0).sum());
        for (weight, choice) in choices {
            if at < *weight {
                return *choice;
            }
            at -= weight;
        }
        choices[0].1
    }
}
