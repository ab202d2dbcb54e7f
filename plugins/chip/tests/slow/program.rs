//! Random programs that keep doing something: a soup of short pieces of code, each of which makes
//! sense, all over the program memory, with handlers behind the vectors.

use super::random::Random;

/// Words in the program memory.
const SPACE: usize = 8192;

/// A random program: mostly soup, sometimes noise, sometimes one that ends where the E0C6S46's
/// memory does.
pub fn program(seed: u64) -> Vec<u16> {
    let mut soup = Soup { random: Random::new(seed), words: Vec::with_capacity(SPACE + 64) };
    if seed % 16 == 15 {
        soup.words = (0..SPACE).map(|_| soup.random.below(4096)).collect();
    }
    while soup.words.len() < SPACE {
        soup.piece();
    }
    soup.words.truncate(SPACE);
    for bank in [0, 0x1000] {
        soup.page_one(bank);
    }
    if seed % 8 == 3 {
        soup.words.truncate(6144);
    }
    soup.words
}

/// A program under way.
pub struct Soup {
    pub random: Random,
    pub words: Vec<u16>,
}

impl Soup {
    pub fn emit(&mut self, words: &[u16]) {
        self.words.extend_from_slice(words);
    }

    /// Vectors, handlers and the reset entry.
    fn page_one(&mut self, bank: usize) {
        let page = (bank >> 8) as u16;
        let mut words = std::mem::take(&mut self.words);
        for vector in (2..16).step_by(2) {
            let (page, step) = (page | (2 + self.random.below(2)), vector * 16 + self.random.below(4));
            words[bank | 0x100 | usize::from(vector)] = 0xE40 | page;
            words[bank | 0x101 | usize::from(vector)] = step;
            self.handler(vector);
            let at = usize::from(page) << 8 | usize::from(step);
            words[at..at + self.words.len()].copy_from_slice(&self.words);
            self.words.clear();
        }
        words[bank | 0x100] = 0x010;
        self.emit(&[0xE0F, 0xFE0, 0xE0F, 0xFF0]);
        for _ in 0..self.random.below(8) {
            let low = self.random.of(&[0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x77, 0x78, 0x79, 0x26]);
            let value = self.random.nibble();
            self.store(low, value | 1);
        }
        let page = self.random.below(32);
        // After another reset it begins somewhere else.
        self.emit(&[0xF60, 0xFA0, 0xFB1, 0xA84, 0xF48, 0xE40 | page, 0xFE8]);
        words[bank | 0x110..][..self.words.len()].copy_from_slice(&self.words);
        self.words = words;
    }

    /// At most 15 words.
    fn handler(&mut self, vector: u16) {
        let flag = [0, 0x00, 0x01, 0x04, 0x05, 0x03, 0x02, 0x02][usize::from(vector / 2)];
        let end = self.random.weighted(&[(10, [0xF48, 0xFDF]), (4, [0xF48, 0xFDE]), (1, [0xFFB, 0xFDF])]);
        match self.random.below(10) {
            0 => self.emit(&[0xF60 | vector]),
            1 => {
                self.at(flag);
                self.emit(&[0xEC2]);
                self.plain();
            }
            2 => {
                self.at(flag);
                self.emit(&[0xEC6, 0xF48, 0xFF8]);
            }
            3..6 => {
                self.emit(&[0xFC0, 0xFC4, 0xE0F, 0xE80, 0xFC6, 0xFC5, 0xB00 | flag, 0xDA0 | 15, 0xF60 | vector]);
                self.emit(&[0xFD5, 0xFD6, 0xFD4, 0xFD0]);
            }
            _ => {
                self.emit(&[0xFCA, 0xFC0, 0xE0F, 0xE80, 0xB00 | flag, 0xEC2, 0xF60 | vector, 0xE00, 0xE80]);
                self.emit(&[0xFD0, 0xFDA]);
            }
        }
        self.emit(&end);
    }
}
