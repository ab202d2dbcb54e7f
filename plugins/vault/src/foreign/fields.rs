//! Little-endian fields at fixed offsets, and the packings of nibbles.

/// Reads fields. What lies beyond the end reads 0: callers have checked the size.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    pub fn byte(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    pub fn short(self, at: usize) -> u16 {
        u16::from_le_bytes([self.byte(at), self.byte(at + 1)])
    }

    /// A field of up to 8 bytes.
    pub fn uint(self, at: usize, width: usize) -> u64 {
        (0..width.min(8)).map(|n| u64::from(self.byte(at + n)) << (8 * n)).sum()
    }

    /// The bytes from `at`, fewer than `len` at the end.
    pub fn slice(self, at: usize, len: usize) -> &'a [u8] {
        let rest = self.0.get(at..).unwrap_or(&[]);
        rest.get(..len).unwrap_or(rest)
    }
}

/// Writes fields into a file of fixed size.
pub(super) struct FieldsMut(pub Vec<u8>);

impl FieldsMut {
    pub fn new(size: usize) -> FieldsMut {
        FieldsMut(vec![0; size])
    }

    /// The low `width` bytes of a number.
    pub fn put(&mut self, at: usize, width: usize, value: u64) {
        self.bytes(at, &value.to_le_bytes()[..width.min(8)]);
    }

    pub fn bytes(&mut self, at: usize, bytes: &[u8]) {
        for (place, &byte) in self.0.iter_mut().skip(at).zip(bytes) {
            *place = byte;
        }
    }
}

/// Which nibble of a byte holds the even address (foreign_saves 2.7).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Even {
    /// TamaLIB's buffer and the FPGA core.
    Low,
    /// The Arduino family.
    High,
}

pub(super) fn unpack(bytes: &[u8], even: Even) -> Vec<u8> {
    let split = |&byte: &u8| match even {
        Even::Low => [byte & 15, byte >> 4],
        Even::High => [byte >> 4, byte & 15],
    };
    bytes.iter().flat_map(split).collect()
}

/// `nibbles` has an even count in every format.
pub(super) fn pack(nibbles: &[u8], even: Even) -> Vec<u8> {
    let join = |pair: &[u8]| match (pair, even) {
        (&[first, second], Even::Low) => first | second << 4,
        (&[first, second], Even::High) => first << 4 | second,
        (&[first], _) => first,
        _ => 0,
    };
    nibbles.chunks(2).map(join).collect()
}
