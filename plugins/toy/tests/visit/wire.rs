//! What lies between two pets: delay, noise, cuts; and frames made by hand.

use crate::pet::Pet;
use eggtooth_toy::TICKS_PER_SECOND as SECOND;
use eggtooth_toy::cable::{PACE, Stamped};

/// xorshift64.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// A bad line between two pets.
pub struct Line {
    pub random: Random,
    /// Ticks on the way.
    pub delay: u64,
    /// Bytes in a thousand that have a bit flipped, are lost, are doubled, or are swallowed by 40 others' time.
    pub faults: u64,
    /// In which directions nothing passes: from the first, from the second.
    pub cut: [bool; 2],
    /// Bytes that were said so far.
    pub said: [usize; 2],
}

impl Line {
    pub fn good() -> Line {
        Line { random: Random(1), delay: PACE, faults: 0, cut: [false; 2], said: [0; 2] }
    }

    pub fn bad(seed: u64, milliseconds: u64, faults: u64) -> Line {
        let random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        Line { random, delay: (milliseconds * SECOND / 1000).max(PACE), faults, ..Line::good() }
    }

    /// Both live for one pace, and what they say is carried.
    pub fn pace(&mut self, pets: &mut [Pet; 2]) {
        for pet in pets.iter_mut() {
            pet.run(PACE);
        }
        for from in 0..2 {
            for Stamped { tick, byte } in pets[from].machine.cable().unwrap().poll() {
                self.said[from] += 1;
                let late = tick + pets[1 - from].machine.tick() - pets[from].machine.tick() + self.delay;
                for byte in self.through(from, byte) {
                    pets[1 - from].machine.cable().unwrap().deliver_at(Stamped { tick: late, byte });
                }
            }
        }
    }

    fn through(&mut self, from: usize, byte: u8) -> Vec<u8> {
        if self.cut[from] {
            return vec![];
        }
        if self.random.below(1000) >= self.faults {
            return vec![byte];
        }
        match self.random.below(4) {
            0 => vec![],
            1 => vec![byte, byte],
            2 => vec![byte ^ 1 << self.random.below(8)],
            _ => vec![self.random.below(256) as u8],
        }
    }

    /// Until neither looks for the other any more, `seconds` at most; how many paces it took.
    pub fn until_over(&mut self, pets: &mut [Pet; 2], seconds: u64) -> u64 {
        for paces in 0..seconds * SECOND / PACE {
            if !pets.iter().any(Pet::is_looking) {
                return paces;
            }
            self.pace(pets);
        }
        panic!("{seconds} s were not enough");
    }
}

/// The nibbles of a frame in their order: kind, phase, heard, number (2), echo (2), creature, mood, gift, sequence.
pub fn frame(nibbles: [u8; 11]) -> [u8; 13] {
    let (mut sum, mut sums) = (5, 10);
    for nibble in nibbles {
        sum = (sum + nibble) % 16;
        sums = (sums + sum) % 16;
    }
    let mut all = [0; 13];
    for (position, nibble) in nibbles.into_iter().chain([sum, sums]).enumerate() {
        all[position] = (position as u8 + 1) << 4 | nibble;
    }
    all
}
