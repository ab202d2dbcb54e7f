//! Where TamaLIB's variables lie in the binary formats (foreign_saves 3.1-3.6): one table, one
//! reader, one writer.

use super::dump::{Dump, Slot, VECTORS};
use super::fields::{Even, Fields, FieldsMut, pack, unpack};
use super::hardware::{DISPLAY_S46, Display, RAM_S46, RAM_S48};

/// Offsets of the fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Bytes of the file.
    pub size: usize,
    /// pc, x, y (2 bytes each), a, b, np, sp, flags.
    head: usize,
    tick: Option<usize>,
    /// Clock timer's times: offset, count 1 or 8.
    stamps: (usize, usize),
    prog_stamp: usize,
    /// Bytes of tick, stamps and prog_stamp.
    width: usize,
    /// enabled, data, reload.
    enabled: usize,
    depth: usize,
    halted: Option<usize>,
    slots: Slots,
    memory: Memory,
}

#[derive(Clone, Copy, Debug)]
enum Slots {
    /// factor, mask, triggered.
    Three(usize),
    /// The same and the vector.
    Four(usize),
    /// Six factors, six masks, six triggered, six vectors.
    Columns(usize),
}

#[derive(Clone, Copy, Debug)]
enum Memory {
    /// One nibble a byte: RAM of this many, then F00-F7F.
    Nibbles(usize, usize),
    /// One nibble a byte, 000-FFF.
    Space(usize),
    /// TamaLIB's packed buffer of this many bytes.
    Buffer(usize, usize),
    /// The Arduino family's 320 packed bytes of RAM.
    Arduino(usize),
}

const TLST: Layout = Layout {
    size: 0,
    head: 5,
    tick: Some(16),
    stamps: (20, 1),
    prog_stamp: 24,
    width: 4,
    enabled: 28,
    depth: 31,
    halted: None,
    slots: Slots::Three(35),
    memory: Memory::Space(53),
};

/// TLST version 3, of a build with `ram` nibbles.
pub(super) const fn tlst_v3(ram: usize) -> Layout {
    Layout {
        size: ram + 209,
        stamps: (20, 8),
        prog_stamp: 52,
        enabled: 56,
        depth: 59,
        slots: Slots::Three(63),
        memory: Memory::Nibbles(81, ram),
        ..TLST
    }
}

/// TLST version 2; 949 bytes with the E0C6S48's RAM.
pub(super) const fn tlst_v2(ram: usize) -> Layout {
    Layout { size: ram + 181, memory: Memory::Nibbles(53, ram), ..TLST }
}

pub(super) const TLST_V1: Layout = Layout { size: 4149, ..TLST };

pub(super) const TLST_V0: Layout = Layout {
    size: 4145,
    tick: None,
    stamps: (16, 1),
    prog_stamp: 20,
    enabled: 24,
    depth: 27,
    slots: Slots::Three(31),
    memory: Memory::Space(49),
    ..TLST
};

/// The Arduino family's struct at `base`, with a pointer of 2 (no padding), 4 or 8 bytes.
pub(super) const fn arduino(base: usize, pointer: usize) -> Layout {
    let pad = if pointer == 2 { 0 } else { 1 };
    let slots = base + if pointer == 2 { 32 } else { 32 + pointer };
    Layout {
        size: slots + 24 + 320,
        head: base,
        tick: Some(base + 11 + pad),
        stamps: (base + 15 + pad, 1),
        prog_stamp: base + 19 + pad,
        width: 4,
        enabled: base + 23 + pad,
        depth: base + if pointer == 2 { 26 } else { 28 },
        halted: None,
        slots: Slots::Four(slots),
        memory: Memory::Arduino(slots + 24),
    }
}

pub(super) const LIBRETRO: Layout = Layout {
    size: 518,
    head: 0,
    tick: Some(11),
    stamps: (15, 1),
    prog_stamp: 19,
    enabled: 23,
    depth: 26,
    slots: Slots::Four(30),
    memory: Memory::Buffer(54, 464),
    ..TLST
};

pub(super) const PLAYGOTCHI: Layout = Layout {
    size: 633,
    head: 0,
    tick: Some(11),
    stamps: (15, 8),
    prog_stamp: 47,
    enabled: 51,
    depth: 54,
    halted: Some(58),
    slots: Slots::Four(59),
    memory: Memory::Buffer(83, 550),
    ..TLST
};

pub(super) const CARE_BOT: Layout = Layout {
    size: 643,
    head: 16,
    tick: Some(27),
    stamps: (31, 8),
    prog_stamp: 63,
    enabled: 67,
    depth: 70,
    halted: Some(92),
    slots: Slots::Three(74),
    memory: Memory::Buffer(93, 550),
    ..TLST
};

/// TM1P; version 2 has 8 bytes more.
pub(super) const fn tm1p(size: usize) -> Layout {
    Layout {
        size,
        head: 8,
        tick: Some(20),
        stamps: (24, 1),
        prog_stamp: 28,
        enabled: 32,
        depth: 36,
        slots: Slots::Columns(40),
        memory: Memory::Buffer(64, 464),
        ..TLST
    }
}

pub(super) const GAME_AND_WATCH: Layout = Layout {
    size: 560,
    head: 16,
    tick: Some(32),
    stamps: (40, 1),
    prog_stamp: 48,
    width: 8,
    enabled: 56,
    depth: 60,
    slots: Slots::Four(528),
    memory: Memory::Buffer(64, 464),
    ..TLST
};

impl Slots {
    /// Offset of field `field` (factor, mask, triggered, vector) of slot `slot`.
    fn at(self, slot: usize, field: usize) -> usize {
        match self {
            Slots::Three(start) => start + 3 * slot + field,
            Slots::Four(start) => start + 4 * slot + field,
            Slots::Columns(start) => start + 6 * field + slot,
        }
    }

    fn has_vectors(self) -> bool {
        !matches!(self, Slots::Three(_))
    }
}

impl Layout {
    /// Nibbles of RAM and of each display block that a file of this layout holds.
    pub fn sizes(&self) -> (usize, usize) {
        match self.memory {
            Memory::Nibbles(_, RAM_S48) | Memory::Buffer(_, 550) => (RAM_S48, super::hardware::DISPLAY_S48),
            _ => (RAM_S46, DISPLAY_S46),
        }
    }

    /// Timestamps of the clock timer, 1 or 8.
    pub fn stamps(&self) -> usize {
        self.stamps.1
    }

    /// Whether times are wider than the counter that wraps.
    pub fn is_wide(&self) -> bool {
        self.width > 4
    }

    /// Whether the slots' vectors are there and those of TamaLIB, in its order.
    pub fn vectors_fit(&self, bytes: &[u8]) -> bool {
        let fields = Fields(bytes);
        !self.slots.has_vectors() || VECTORS.iter().enumerate().all(|(n, &v)| fields.byte(self.slots.at(n, 3)) == v)
    }

    /// The fields of a file, whose size the caller has checked.
    pub fn read(&self, bytes: &[u8]) -> Dump {
        let fields = Fields(bytes);
        let head = self.head;
        let mut dump = Dump {
            pc: fields.short(head),
            x: fields.short(head + 2),
            y: fields.short(head + 4),
            a: fields.byte(head + 6),
            b: fields.byte(head + 7),
            np: fields.byte(head + 8),
            sp: fields.byte(head + 9),
            flags: fields.byte(head + 10),
            tick: self.tick.map(|at| fields.uint(at, self.width)),
            stamps: (0..self.stamps.1).map(|n| fields.uint(self.stamps.0 + n * self.width, self.width)).collect(),
            prog_stamp: fields.uint(self.prog_stamp, self.width),
            enabled: fields.byte(self.enabled),
            data: fields.byte(self.enabled + 1),
            reload: fields.byte(self.enabled + 2),
            depth: fields.uint(self.depth, 4) as u32,
            slots: std::array::from_fn(|n| Slot {
                factor: fields.byte(self.slots.at(n, 0)),
                mask: fields.byte(self.slots.at(n, 1)),
                triggered: fields.byte(self.slots.at(n, 2)),
            }),
            halted: self.halted.map(|at| fields.byte(at)),
            ..Dump::default()
        };
        match self.memory {
            Memory::Nibbles(at, ram) => {
                dump.ram = fields.slice(at, ram).to_vec();
                dump.io = Some(fields.slice(at + ram, 128).to_vec());
            }
            Memory::Space(at) => {
                let block = |address, len| fields.slice(at + address, len).to_vec();
                dump.ram = block(0, RAM_S46);
                dump.display = Some(Display { e00: block(0xE00, DISPLAY_S46), e80: block(0xE80, DISPLAY_S46) });
                dump.io = Some(block(0xF00, 128));
            }
            Memory::Buffer(at, len) => dump.set_buffer(fields.slice(at, len)),
            Memory::Arduino(at) => dump.ram = unpack(fields.slice(at, 320), Even::High),
        }
        dump
    }

    /// A file with these fields; markers, checksums and trailers are the caller's.
    pub fn write(&self, dump: &Dump) -> FieldsMut {
        let mut file = FieldsMut::new(self.size);
        let head = self.head;
        for (at, value) in [(0, dump.pc), (2, dump.x), (4, dump.y)] {
            file.put(head + at, 2, value.into());
        }
        file.bytes(head + 6, &[dump.a, dump.b, dump.np, dump.sp, dump.flags]);
        if let (Some(at), Some(tick)) = (self.tick, dump.tick) {
            file.put(at, self.width, tick);
        }
        for (n, &stamp) in dump.stamps.iter().enumerate() {
            file.put(self.stamps.0 + n * self.width, self.width, stamp);
        }
        file.put(self.prog_stamp, self.width, dump.prog_stamp);
        file.bytes(self.enabled, &[dump.enabled, dump.data, dump.reload]);
        file.put(self.depth, 4, dump.depth.into());
        if let (Some(at), Some(halted)) = (self.halted, dump.halted) {
            file.bytes(at, &[halted]);
        }
        for (n, slot) in dump.slots.iter().enumerate() {
            let vector = self.slots.has_vectors().then_some(VECTORS[n]);
            let values = [Some(slot.factor), Some(slot.mask), Some(slot.triggered), vector];
            for (field, value) in values.into_iter().flatten().enumerate() {
                file.bytes(self.slots.at(n, field), &[value]);
            }
        }
        match self.memory {
            Memory::Nibbles(at, ram) => {
                file.bytes(at, &dump.ram);
                file.bytes(at + ram, dump.io.as_deref().unwrap_or(&[]));
            }
            Memory::Space(at) => {
                file.bytes(at, &dump.ram);
                if let Some(display) = &dump.display {
                    file.bytes(at + 0xE00, &display.e00);
                    file.bytes(at + 0xE80, &display.e80);
                }
                file.bytes(at + 0xF00, dump.io.as_deref().unwrap_or(&[]));
            }
            Memory::Buffer(at, _) => file.bytes(at, &dump.buffer()),
            Memory::Arduino(at) => file.bytes(at, &pack(&dump.ram, Even::High)),
        }
        file
    }
}
