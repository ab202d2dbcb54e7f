//! Pieces of code for random programs.

use super::program::Soup;

/// A kind of piece.
#[derive(Clone, Copy)]
enum Piece {
    Plain,
    Pointer,
    Register,
    Flags,
    Stack,
    Branch,
    Far,
    Count,
    Poll,
    Sleep,
    Clock,
    Timer,
    Serial,
    Feed,
    Return,
    Wild,
}

/// How often each is met.
const PIECES: [(u16, Piece); 16] = [
    (60, Piece::Plain),
    (18, Piece::Pointer),
    (60, Piece::Register),
    (16, Piece::Flags),
    (12, Piece::Stack),
    (14, Piece::Branch),
    (10, Piece::Far),
    (8, Piece::Count),
    (14, Piece::Poll),
    (10, Piece::Sleep),
    (7, Piece::Clock),
    (3, Piece::Timer),
    (8, Piece::Serial),
    (5, Piece::Feed),
    (5, Piece::Return),
    (2, Piece::Wild),
];

/// Low bytes of the I/O registers, each as often as it is drawn.
const REGISTERS: [u16; 152] = [
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0x01, 0x02, 0x02, 0x02, 0x02, 0x03, 0x03, 0x03, 0x03, 0x04,
    0x04, 0x04, 0x05, 0x05, 0x05, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x11, 0x11, 0x11, 0x11, 0x11, 0x12, 0x12, 0x12,
    0x12, 0x12, 0x13, 0x13, 0x13, 0x13, 0x14, 0x14, 0x14, 0x14, 0x14, 0x15, 0x15, 0x15, 0x15, 0x15, 0x20, 0x20, 0x20,
    0x20, 0x20, 0x21, 0x21, 0x22, 0x22, 0x22, 0x23, 0x23, 0x24, 0x24, 0x24, 0x25, 0x25, 0x26, 0x26, 0x27, 0x27, 0x30,
    0x30, 0x30, 0x31, 0x31, 0x31, 0x40, 0x40, 0x40, 0x40, 0x41, 0x41, 0x41, 0x41, 0x42, 0x42, 0x42, 0x50, 0x51, 0x52,
    0x53, 0x53, 0x53, 0x54, 0x54, 0x54, 0x54, 0x54, 0x60, 0x61, 0x62, 0x63, 0x70, 0x70, 0x71, 0x71, 0x72, 0x73, 0x73,
    0x74, 0x74, 0x74, 0x74, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x76, 0x76, 0x76, 0x77, 0x77, 0x77, 0x77, 0x78, 0x78,
    0x78, 0x78, 0x78, 0x78, 0x79, 0x79, 0x79, 0x79, 0x79, 0x79, 0x7A, 0x7A, 0x7A, 0x7A, 0x7B, 0x7B, 0x7D, 0x7D, 0x7E,
];

/// Those that a program would wait for, likewise.
const POLLED: [u16; 57] = [
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0x02, 0x02, 0x02, 0x02, 0x03, 0x03, 0x03, 0x04, 0x04, 0x04,
    0x05, 0x05, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x21, 0x21, 0x21, 0x22, 0x22, 0x22, 0x23, 0x24, 0x24, 0x24, 0x24,
    0x24, 0x25, 0x25, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x42, 0x42, 0x42, 0x30, 0x31, 0x60, 0x73, 0x75, 0x75, 0x10,
];

impl Soup {
    /// Fills up to the next page when less than `needed` words are left in this one: jumps stay in theirs.
    fn room(&mut self, needed: usize) {
        while 256 - self.words.len() % 256 < needed {
            self.plain();
        }
    }

    fn here(&self) -> u16 {
        (self.words.len() % 256) as u16
    }

    /// The next piece.
    pub fn piece(&mut self) {
        match self.random.weighted(&PIECES) {
            Piece::Plain => (0..self.random.span(4)).for_each(|_| self.plain()),
            Piece::Pointer => self.pointer(),
            Piece::Register => self.register(),
            Piece::Flags => self.flags(),
            Piece::Stack => self.stack(),
            Piece::Branch => self.branch(),
            Piece::Far => self.far(),
            Piece::Count => self.count(),
            Piece::Poll => self.poll(),
            Piece::Sleep => self.sleep(),
            Piece::Clock => self.clock(),
            Piece::Timer => self.timer(),
            Piece::Serial => self.serial(),
            Piece::Feed => self.store(0x76, 1),
            Piece::Return => {
                let back = self.random.of(&[0xFDF, 0xFDF, 0xFDE, 0x100]);
                let value = if back == 0x100 { self.random.below(256) } else { 0 };
                self.emit(&[back | value]);
            }
            Piece::Wild => {
                let word = self.random.below(4096);
                self.emit(&[word]);
            }
        }
    }

    /// An instruction that only moves and computes.
    pub fn plain(&mut self) {
        let ranges = [
            (4, (0x800, 0x100)),
            (4, (0x900, 0x100)),
            (4, (0xA00, 0x80)),
            (16, (0xA80, 0x70)),
            (4, (0xB00, 0x100)),
            (24, (0xC00, 0x240)),
            (6, (0xE60, 0x20)),
            (3, (0xE80, 0x1C)),
            (3, (0xEA0, 0x0C)),
            (3, (0xEB0, 0x0C)),
            (6, (0xEC0, 0x10)),
            (8, (0xEE0, 0x20)),
            (8, (0xF00, 0x20)),
            (3, (0xF28, 0x08)),
            (3, (0xF38, 0x08)),
            (6, (0xF60, 0x20)),
            (8, (0xF80, 0x40)),
            (1, (0xFE4, 4)),
            (1, (0xFF4, 4)),
            (1, (0xFFB, 1)),
            (1, (0xFFF, 1)),
        ];
        let (from, count) = self.random.weighted(&ranges);
        let word = from + self.random.below(count);
        let rotate = self.random.of(&[0xAF0, 0xAF5, 0xAFA, 0xAFF]);
        let word = if self.random.percent(4) { rotate } else { word };
        self.emit(&[word]);
    }

    /// X or Y into RAM or display RAM.
    fn pointer(&mut self) {
        let page = self.random.of(&[0, 0, 0, 1, 1, 2, 14, 14, 3]);
        let low = self.random.below(256);
        let (set, load) = self.random.of(&[(0xE80, 0xB00), (0xE90, 0x800)]);
        self.emit(&[0xE00 | page, set, load | low]);
    }

    /// X to an I/O register, with A clobbered.
    pub fn at(&mut self, low: u16) {
        self.emit(&[0xE0F, 0xE80, 0xB00 | low]);
    }

    /// A nibble into an I/O register.
    pub fn store(&mut self, low: u16, value: u16) {
        self.at(low);
        self.emit(&[0xE20 | value]);
    }

    /// Something with an I/O register, by X or Y.
    fn register(&mut self) {
        let low = self.random.of(&REGISTERS);
        let y = self.random.percent(30);
        if y {
            self.emit(&[0xE1F, 0xE91, 0x800 | low]);
        } else {
            self.at(low);
        }
        let (mem, value, q) = (if y { 3 } else { 2 }, self.random.nibble(), self.random.below(2));
        let wide = self.random.below(256);
        let writes = [
            0xE00 | mem << 4 | value,
            0xE00 | mem << 4 | value,
            0xE00 | mem << 4 | value | 1,
            0xCC0 | mem << 4 | value,
            0xC80 | mem << 4 | value,
            0xD00 | mem << 4 | value,
            0xC00 | mem << 4 | value,
            0xEC0 | mem << 2 | q,
            if y { 0xE70 | value } else { 0xE60 | value },
            if y { 0xFD3 } else { 0x900 | wide },
            if y { 0xF2C | q } else { 0xF28 | q },
        ];
        let reads = [
            0xEC0 | q << 2 | mem,
            0xD80 | mem << 4 | value,
            0xDC0 | mem << 4 | value,
            0xA80 | q << 2 | mem,
            0xFC0 | mem,
            if y { 0xEF0 | q << 2 | 3 } else { 0xEE0 | q << 2 | 2 },
            if y { 0xAFF } else { 0xAFA },
        ];
        for _ in 0..self.random.span(3) {
            let word = if self.random.percent(60) { self.random.of(&writes) } else { self.random.of(&reads) };
            self.emit(&[word]);
        }
        if self.random.percent(50) {
            let page = u16::from(self.random.percent(50));
            self.emit(&[0xE00 | page, 0xE80]);
        }
    }

    fn flags(&mut self) {
        let value = self.random.nibble();
        let word = self.random.of(&[0xF48, 0xF48, 0xF48, 0xF40 | value, 0xF50 | value, 0xF57, 0xF5B, 0xFDA]);
        self.emit(&[word]);
    }

    fn stack(&mut self) {
        let (out, back) = (self.random.below(12), self.random.below(12));
        match self.random.below(8) {
            0 => self.emit(&[0xFC0 | out]),
            1 => self.emit(&[0xFD0 | back]),
            2 => {
                let (high, low) = (self.random.nibble(), self.random.nibble());
                self.emit(&[0xE00 | high, 0xFE0, 0xE10 | low, 0xFF1]);
            }
            _ => {
                self.emit(&[0xFC0 | out]);
                self.plain();
                self.emit(&[0xFD0 | back]);
            }
        }
    }

    /// A jump onwards in the page, or a call anywhere in it.
    fn branch(&mut self) {
        let on = (self.here() + 2 + self.random.below(12)).min(255);
        let any = self.random.below(256);
        let word = self.random.of(&[on, 0x200 | on, 0x300 | on, 0x600 | on, 0x700 | on, 0x400 | any, 0x500 | any]);
        self.emit(&[word]);
    }

    /// PSET and something after it.
    fn far(&mut self) {
        let (page, step) = (self.random.below(32), self.random.below(256));
        self.emit(&[0xE40 | page]);
        if self.random.percent(5) {
            self.emit(&[0xE40 | page ^ 1]);
        }
        let jump = self.random.of(&[0, 0x200, 0x300, 0x400, 0x400, 0x500, 0x600, 0x700]) | step;
        match self.random.below(10) {
            0 => self.emit(&[0xFE8]),
            1 => self.plain(),
            2 => self.emit(&[self.words.len() as u16 & 0xFF | 0xF48]),
            _ => self.emit(&[jump]),
        }
    }

    /// A loop that counts.
    fn count(&mut self) {
        self.room(16);
        let rounds = self.random.nibble();
        let nested = self.random.percent(30);
        if nested {
            self.emit(&[0xE10 | rounds]);
        }
        let outer = self.here();
        self.emit(&[0xE00 | rounds]);
        let inner = self.here();
        let body = self.random.of(&[0xFFB, 0xFFF, 0xA9A, 0xEE2, 0xF63, 0xF20, 0xFC0]);
        self.emit(&[body, 0xC0F, 0x700 | inner]);
        if nested {
            self.emit(&[0xC1F, 0x700 | outer]);
        }
    }

    /// A loop that waits for a register, a nibble of RAM, or nothing at all.
    fn poll(&mut self) {
        self.room(32);
        if self.random.percent(60) {
            let mask = self.random.of(&[(0x10, 15), (0x10, 3), (0x11, 3), (0x12, 1), (0x14, 15), (0x15, 15)]);
            self.store(mask.0, mask.1);
            self.emit(&[0xF48]);
        }
        let low = self.random.of(&POLLED);
        self.at(low);
        let (value, n) = (self.random.nibble(), self.random.nibble());
        self.emit(&[0xE10 | value]);
        let (from, bank) = (self.here(), self.words.len() as u16 >> 8);
        let back = |condition: u16| condition | from;
        let differs = [0xDE0 | value, back(self.random.of(&[0x600, 0x700]))];
        let bits = [0xDA0 | value, back(self.random.of(&[0x600, 0x700]))];
        match self.random.below(40) {
            0 | 1 | 20..26 => self.emit(&differs),
            2 | 3 | 26..32 => self.emit(&bits),
            4 => self.emit(&[0xEC2, 0xF01, back(0x600)]),
            5 => self.emit(&[0xEC2, 0xFFF, 0xD80 | value, back(0x600)]),
            6 => self.emit(&[0xDA0 | value, 0xE40 | bank, back(0x600)]),
            7 => self.emit(&[0xFA0 | n, 0xDC0 | value, back(0x700)]),
            8 => self.emit(&[0xFA0 | n, 0xF80 | n, 0xDA0 | value, back(0x600)]),
            9 => self.emit(&[0xE00 | value, 0xFC0, 0xFD1, 0xDA0 | value, back(0x600)]),
            10 => self.emit(&[0xB00 | low, 0xEE2, 0xEE6, 0xDC0 | value, back(0x600)]),
            11 => self.emit(&[0xEC2, 0xF80 | n, 0xDC0 | value, back(0x600)]),
            // These wait for an interrupt that does not come back, or for a reset.
            12 if n < 2 => self.emit(&[back(0)]),
            12 if n < 4 => self.emit(&[0xC01, back(0)]),
            12 if n < 6 => self.emit(&[0xFA0 | n, 0xD01, 0xF80 | n, back(0)]),
            12 if n < 7 => self.emit(&[0xB76, 0xE21, back(0)]),
            15 => self.emit(&[0xEE0, 0xEC2, 0xDC0 | value, back(0x700)]),
            16 => self.emit(&[0xFFB, 0xFFF, 0xFFB, 0xFFB, 0xFFF, 0xFFB, 0xFFB, 0xFFB, 0xDA0 | value, back(0x600)]),
            // The loop calls what is before it.
            17 | 18 => self.emit(&[from + 3, 0xEC2, 0xFDF, 0x400 | (from + 1), 0xDC0 | value, 0x600 | (from + 3)]),
            _ => self.emit(&[0xEC2, 0xC0F, 0xA80, back(0x200), back(0x600)]),
        }
    }

    fn sleep(&mut self) {
        let mask = self.random.of(&[(0x10, 15), (0x10, 1), (0x11, 1), (0x12, 1), (0x13, 1), (0x14, 15), (0x15, 15)]);
        match self.random.below(8) {
            0 => {}
            1..5 => self.emit(&[0xF48]),
            _ => {
                self.store(mask.0, mask.1);
                self.emit(&[0xF48]);
            }
        }
        self.emit(&[0xFF8]);
    }

    /// The CPU clock.
    fn clock(&mut self) {
        let value = self.random.of(&[0xC, 0xC, 0x0, 0x0, 0x4, 0x8, 0xD]);
        self.store(0x70, value);
        if value == 0xC && self.random.percent(60) {
            for _ in 0..self.random.span(30) {
                self.plain();
            }
            self.store(0x70, 0x4);
        }
    }

    /// The programmable timer runs from some input, perhaps with an interrupt.
    fn timer(&mut self) {
        let (input, reload) = (self.random.nibble(), self.random.nibble());
        let mask = u16::from(self.random.percent(20));
        for (low, value) in [(0x79, input), (0x27, reload), (0x78, 3), (0x12, mask)] {
            self.store(low, value);
        }
    }

    /// A transfer, or half the preparations for one.
    fn serial(&mut self) {
        let (low, high) = (self.random.nibble(), self.random.nibble());
        if self.random.percent(70) {
            self.store(0x30, low);
            self.emit(&[0xB31, 0xE20 | high]);
        }
        let clock = self.random.of(&[0x8, 0x8, 0x9, 0xA, 0xB, 0xC, 0xC, 0xD, 0xE, 0xF]);
        self.store(0x7A, clock);
        if self.random.percent(40) {
            let value = self.random.of(&[0xC, 0x4]);
            self.store(0x70, value);
        }
    }
}
