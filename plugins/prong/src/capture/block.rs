//! The few words of pcapng that a byte stream needs (draft-ietf-opsawg-pcapng).

/// Section header block: reads the same in both byte orders.
pub const SECTION: u32 = 0x0A0D_0D0A;
/// Interface description block.
pub const INTERFACE: u32 = 1;
/// Simple packet block: neither time nor direction.
pub const SIMPLE: u32 = 3;
/// Enhanced packet block.
pub const PACKET: u32 = 6;

/// First word of a section header's body, in the section's byte order.
pub const BYTE_ORDER: u32 = 0x1A2B_3C4D;
/// The one major version there is.
pub const MAJOR: u16 = 1;

/// Option: the block's options end here.
pub const END: u16 = 0;
/// Option of a section: the program that wrote it.
pub const SECTION_PROGRAM: u16 = 4;
/// Option of an interface: its name.
pub const INTERFACE_NAME: u16 = 2;
/// Option of an interface: resolution of its time stamps, a power of ten or two.
pub const INTERFACE_RESOLUTION: u16 = 9;
/// Option of an interface: seconds to add to its time stamps.
pub const INTERFACE_OFFSET: u16 = 14;
/// Option of a packet: flags, whose two lowest bits are the direction.
pub const PACKET_FLAGS: u16 = 2;

/// Direction in the flags.
pub const INBOUND: u32 = 1;
/// Direction in the flags.
pub const OUTBOUND: u32 = 2;

/// Bytes before and after a block's body: type, length, length.
pub const FRAME: u32 = 12;

/// Reads words of a body in its section's byte order; `None` past its end.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    /// What is left.
    pub bytes: &'a [u8],
    /// Whether words are big-endian.
    pub big: bool,
}

impl<'a> Body<'a> {
    pub fn u16(&mut self) -> Option<u16> {
        let (word, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(if self.big { u16::from_be_bytes(*word) } else { u16::from_le_bytes(*word) })
    }

    pub fn u32(&mut self) -> Option<u32> {
        let (word, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(if self.big { u32::from_be_bytes(*word) } else { u32::from_le_bytes(*word) })
    }

    pub fn i64(&mut self) -> Option<i64> {
        let (word, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(if self.big { i64::from_be_bytes(*word) } else { i64::from_le_bytes(*word) })
    }

    /// So many bytes, and the padding to a multiple of four behind them (which a block's last option may lack).
    pub fn padded(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest.get(padding(len)..).unwrap_or_default();
        Some(bytes)
    }

    /// The next option and its value; `None` at the end of options or where they make no sense.
    pub fn option(&mut self) -> Option<(u16, Body<'a>)> {
        let (code, len) = (self.u16()?, self.u16()?);
        let bytes = self.padded(usize::from(len))?;
        (code != END).then_some((code, Self { bytes, big: self.big }))
    }
}

/// Bytes missing to a multiple of four.
pub fn padding(len: usize) -> usize {
    len.wrapping_neg() % 4
}

/// Appends an option in little-endian order. The value has at most 65,535 bytes.
pub fn put_option(block: &mut Vec<u8>, code: u16, value: &[u8]) {
    block.extend_from_slice(&code.to_le_bytes());
    block.extend_from_slice(&(value.len() as u16).to_le_bytes());
    block.extend_from_slice(value);
    block.resize(block.len() + padding(value.len()), 0);
}

/// Begins a block: its type, and room for its length.
pub fn begin(block: &mut Vec<u8>, kind: u32) {
    block.clear();
    block.extend_from_slice(&kind.to_le_bytes());
    block.extend_from_slice(&[0; 4]);
}

/// Ends a block: its length at both ends.
pub fn end(block: &mut Vec<u8>) {
    let len = (block.len() as u32 + 4).to_le_bytes();
    if let Some(slot) = block.get_mut(4..8) {
        slot.copy_from_slice(&len);
    }
    block.extend_from_slice(&len);
}
