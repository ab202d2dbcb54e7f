//! What goes wrong on the simulated line: only what a recipient is sure to see.

use std::time::Duration;

use eggtooth_prong::codec;
use eggtooth_prong::secret::Secret;

/// SplitMix64: a seed's whole future.
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// Below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    pub fn millis(&mut self, limit: u64) -> Duration {
        Duration::from_millis(self.below(limit.max(1)))
    }
}

/// One transmission on its way: pieces with the pause before each.
pub type Pieces = Vec<(Duration, Vec<u8>)>;

/// How often each thing happens, in a thousand transmissions.
#[derive(Debug)]
pub struct Faults {
    pub lost: u64,
    pub cut: u64,
    pub burst: u64,
    pub doubled: u64,
    pub stretched: u64,
    pub swapped: u64,
    pub delayed: u64,
    /// The longest delay, in milliseconds.
    pub delay: u64,
}

impl Faults {
    /// Everything, a little of everything, or one thing a lot.
    pub fn of(random: &mut Random) -> Self {
        let mut some = |limit: u64| if random.chance(400) { random.below(limit) } else { 0 };
        Self {
            lost: some(200),
            cut: some(150),
            burst: some(250),
            doubled: some(150),
            stretched: some(100),
            swapped: some(100),
            delayed: some(150),
            delay: some(5000),
        }
    }

    /// What becomes of one transmission: nothing, it once or twice, damaged or late, in pieces.
    pub fn apply(&self, bytes: &[u8], secret: &Secret, random: &mut Random) -> Pieces {
        if random.chance(self.lost) {
            return Vec::new();
        }
        let mut bytes = self.damage(bytes, secret, random);
        if random.chance(self.doubled) {
            let copy = bytes.clone();
            bytes.extend(copy);
        }
        let mut pieces = Vec::new();
        let mut pause = if random.chance(self.delayed) { random.millis(self.delay) } else { Duration::ZERO };
        while !bytes.is_empty() {
            let len = if random.chance(700) { bytes.len() } else { 1 + random.below(bytes.len() as u64) as usize };
            let rest = bytes.split_off(len);
            pieces.push((pause, std::mem::replace(&mut bytes, rest)));
            pause = if random.chance(self.delayed) { random.millis(self.delay) } else { random.millis(3) };
        }
        pieces
    }

    /// A chunk is damaged so that whoever reads it sees it. Damage that slips past CRC-16 (one in 65,536) is not done.
    fn damage(&self, bytes: &[u8], secret: &Secret, random: &mut Random) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        let at = random.below(bytes.len() as u64) as usize;
        let len = (1 + random.below(64) as usize).min(bytes.len() - at);
        if random.chance(self.cut) {
            damaged.drain(at..at + len);
        }
        if random.chance(self.burst) && !damaged.is_empty() {
            let at = random.below(damaged.len() as u64 * 8);
            let pattern = 1 | random.below(1 << 16);
            for bit in (0..16).filter(|bit| pattern >> bit & 1 != 0) {
                if let Some(byte) = damaged.get_mut(((at + bit) / 8) as usize) {
                    *byte ^= 1 << ((at + bit) % 8);
                }
            }
        }
        if random.chance(self.stretched) && at + len <= damaged.len() {
            let stretch = damaged[at..at + len].to_vec();
            damaged.splice(at..at, stretch);
        }
        if random.chance(self.swapped) && at + len <= damaged.len() {
            damaged[at..at + len].rotate_left(len / 2);
        }
        let is_chunk = bytes.len() > 16 && codec::decode(secret, &mut bytes.to_vec()).is_ok();
        if is_chunk && damaged != bytes && slips(bytes, &damaged, secret) { bytes.to_vec() } else { damaged }
    }
}

/// Whether a recipient that waits for a chunk of this length would take the damaged one for a good one.
fn slips(bytes: &[u8], damaged: &[u8], secret: &Secret) -> bool {
    let Some(start) = damaged.get(..bytes.len()) else { return false };
    start != bytes && codec::decode(secret, &mut start.to_vec()).is_ok()
}
