//! Reading a capture, whoever wrote it.

use std::io::{self, Read};
use std::time::Duration;

use super::block::{self, Body};
use super::{Direction, LINK_TYPE};

/// The longest block that is looked into, in bytes; those of other kinds are skipped whatever their length.
const BLOCK_MAX: u32 = 0x10_0000;
/// Interfaces of one section.
const INTERFACES: usize = 64;

/// A piece of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Time of day since 1970 UTC, as far as the capturing computer knew it.
    pub at: Duration,
    /// Which way it went.
    pub direction: Direction,
    /// At most 1 MiB, perhaps none.
    pub bytes: Vec<u8>,
}

/// Why a capture cannot be read on. Offsets are those of the block's first byte in the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The first block is no section header.
    #[error("this is no pcapng file: give one that `--capture` or Wireshark wrote")]
    NotPcapng,
    /// A version of the format that does not exist yet.
    #[error("the section at byte {offset} has version {major} of pcapng, and only version 1 is known")]
    Version {
        /// Where.
        offset: u64,
        /// What it says.
        major: u16,
    },
    /// A length that cannot be.
    #[error("the block at byte {offset} says that it has {len} bytes, which cannot be: the file is damaged there")]
    Length {
        /// Where.
        offset: u64,
        /// What it says.
        len: u32,
    },
    /// Fields, options or lengths contradict each other.
    #[error("the block at byte {offset} contradicts itself: the file is damaged there")]
    Damaged {
        /// Where.
        offset: u64,
    },
    /// The file ends inside a block, as after a crash.
    #[error("the file ends inside the block at byte {offset}: what comes before it is whole")]
    Cut {
        /// Where.
        offset: u64,
    },
    /// Too many to keep.
    #[error("the section describes more than 64 interfaces by byte {offset}: split the capture")]
    Interfaces {
        /// Where.
        offset: u64,
    },
    /// Bytes whose direction is not recorded cannot be understood.
    #[error("the record at byte {offset} does not say which way it went: capture with a tool that writes epb_flags")]
    NoDirection {
        /// Where.
        offset: u64,
    },
    /// What the file system says.
    #[error("the capture cannot be read at byte {offset}: {error}")]
    Io {
        /// Where.
        offset: u64,
        /// What it says.
        error: io::Error,
    },
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    ours: bool,
    resolution: u8,
    /// Seconds.
    offset: i64,
}

/// Reads a capture, record by record; holds one block at a time.
///
/// Blocks of other kinds and packets of interfaces with another link type are skipped and counted.
#[derive(Debug)]
pub struct Reader<R: Read> {
    from: R,
    offset: u64,
    big: bool,
    started: bool,
    interfaces: Vec<Interface>,
    block: Vec<u8>,
    skipped: u64,
}

impl<R: Read> Reader<R> {
    /// Reads from here; wrap a file in a `BufReader`.
    pub fn new(from: R) -> Self {
        Self { from, offset: 0, big: false, started: false, interfaces: vec![], block: vec![], skipped: 0 }
    }

    /// Packets skipped so far because their interface has another link type.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The next record, `None` at the end.
    ///
    /// # Errors
    /// The file is damaged, or is none. Reading on makes no sense then.
    pub fn next_record(&mut self) -> Result<Option<Record>, CaptureError> {
        loop {
            let offset = self.offset;
            let mut head = [0; 8];
            match self.fill(&mut head)? {
                0 => return Ok(None),
                8 => {}
                _ if self.started => return Err(CaptureError::Cut { offset }),
                _ => return Err(CaptureError::NotPcapng),
            }
            let [k0, k1, k2, k3, l0, l1, l2, l3] = head;
            let (kind, len) = ([k0, k1, k2, k3], [l0, l1, l2, l3]);
            if u32::from_le_bytes(kind) == block::SECTION {
                self.section(offset, len)?;
                continue;
            }
            if !self.started {
                return Err(CaptureError::NotPcapng);
            }
            let word = |bytes| if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
            let (kind, len) = (word(kind), word(len));
            if len < block::FRAME || !len.is_multiple_of(4) {
                return Err(CaptureError::Length { offset, len });
            }
            match kind {
                block::INTERFACE => {
                    self.body(offset, len, 0)?;
                    self.interface(offset)?;
                }
                block::PACKET => {
                    self.body(offset, len, 0)?;
                    if let Some(record) = self.packet(offset)? {
                        return Ok(Some(record));
                    }
                }
                block::SIMPLE => {
                    if self.interfaces.first().is_some_and(|interface| interface.ours) {
                        return Err(CaptureError::NoDirection { offset });
                    }
                    self.skipped += 1;
                    self.skip(offset, len - 8)?;
                }
                _ => self.skip(offset, len - 8)?,
            }
        }
    }

    fn section(&mut self, offset: u64, len: [u8; 4]) -> Result<(), CaptureError> {
        let mut magic = [0; 4];
        if self.fill(&mut magic)? != magic.len() {
            return Err(CaptureError::Cut { offset });
        }
        self.big = match magic {
            _ if u32::from_be_bytes(magic) == block::BYTE_ORDER => true,
            _ if u32::from_le_bytes(magic) == block::BYTE_ORDER => false,
            _ if self.started => return Err(CaptureError::Damaged { offset }),
            _ => return Err(CaptureError::NotPcapng),
        };
        let len = if self.big { u32::from_be_bytes(len) } else { u32::from_le_bytes(len) };
        // Type, length, magic, two versions, section length, length.
        if len < 28 || !len.is_multiple_of(4) {
            return Err(CaptureError::Length { offset, len });
        }
        self.started = true;
        self.interfaces.clear();
        self.body(offset, len, magic.len() as u32)?;
        let major = Body { bytes: &self.block, big: self.big }.u16().ok_or(CaptureError::Damaged { offset })?;
        if major == block::MAJOR { Ok(()) } else { Err(CaptureError::Version { offset, major }) }
    }

    fn interface(&mut self, offset: u64) -> Result<(), CaptureError> {
        let mut body = Body { bytes: &self.block, big: self.big };
        let (Some(link), Some(_), Some(_)) = (body.u16(), body.u16(), body.u32()) else {
            return Err(CaptureError::Damaged { offset });
        };
        let mut interface = Interface { ours: link == LINK_TYPE, resolution: 6, offset: 0 };
        while let Some((code, mut value)) = body.option() {
            match code {
                block::INTERFACE_RESOLUTION => interface.resolution = *value.bytes.first().unwrap_or(&6),
                block::INTERFACE_OFFSET => interface.offset = value.i64().unwrap_or(0),
                _ => {}
            }
        }
        if self.interfaces.len() == INTERFACES {
            return Err(CaptureError::Interfaces { offset });
        }
        self.interfaces.push(interface);
        Ok(())
    }

    fn packet(&mut self, offset: u64) -> Result<Option<Record>, CaptureError> {
        let damaged = || CaptureError::Damaged { offset };
        let mut body = Body { bytes: &self.block, big: self.big };
        let mut word = || body.u32().ok_or_else(damaged);
        let (interface, high, low, len, _) = (word()?, word()?, word()?, word()?, word()?);
        let bytes = body.padded(len as usize).ok_or_else(damaged)?;
        let interface = self.interfaces.get(interface as usize).ok_or_else(damaged)?;
        if !interface.ours {
            self.skipped += 1;
            return Ok(None);
        }
        let mut flags = 0;
        while let Some((code, mut value)) = body.option() {
            if code == block::PACKET_FLAGS {
                flags = value.u32().ok_or_else(damaged)?;
            }
        }
        let direction = match flags & 3 {
            block::INBOUND => Direction::Received,
            block::OUTBOUND => Direction::Sent,
            _ => return Err(CaptureError::NoDirection { offset }),
        };
        let at = time(u64::from(high) << 32 | u64::from(low), interface.resolution, interface.offset);
        Ok(Some(Record { at, direction, bytes: bytes.to_vec() }))
    }

    /// Reads the rest of a block of which `read` bytes behind its length were read already, and checks its end.
    fn body(&mut self, offset: u64, len: u32, read: u32) -> Result<(), CaptureError> {
        if len > BLOCK_MAX + block::FRAME + 64 {
            return Err(CaptureError::Length { offset, len });
        }
        let rest = len - 8 - read;
        self.block.clear();
        // Memory grows with what really comes.
        let got = (&mut self.from)
            .take(u64::from(rest))
            .read_to_end(&mut self.block)
            .map_err(|error| CaptureError::Io { offset: self.offset, error })?;
        self.offset += got as u64;
        let Some((_, trailer)) = self.block.split_last_chunk::<4>().filter(|_| got == rest as usize) else {
            return Err(CaptureError::Cut { offset });
        };
        let trailer = if self.big { u32::from_be_bytes(*trailer) } else { u32::from_le_bytes(*trailer) };
        self.block.truncate(got - 4);
        if trailer == len { Ok(()) } else { Err(CaptureError::Damaged { offset }) }
    }

    fn skip(&mut self, offset: u64, len: u32) -> Result<(), CaptureError> {
        let skipped = io::copy(&mut (&mut self.from).take(u64::from(len)), &mut io::sink())
            .map_err(|error| CaptureError::Io { offset: self.offset, error })?;
        self.offset += skipped;
        if skipped == u64::from(len) { Ok(()) } else { Err(CaptureError::Cut { offset }) }
    }

    /// Reads until `into` is full or the file ends; how many bytes came.
    fn fill(&mut self, into: &mut [u8]) -> Result<usize, CaptureError> {
        let mut got = 0;
        while let Some(rest) = into.get_mut(got..).filter(|rest| !rest.is_empty()) {
            match self.from.read(rest) {
                Ok(0) => break,
                Ok(len) => got += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(CaptureError::Io { offset: self.offset, error }),
            }
        }
        self.offset += got as u64;
        Ok(got)
    }
}

/// A time stamp as time since 1970; what lies before 1970 or beyond a `Duration` is cut to it.
fn time(stamp: u64, resolution: u8, offset: i64) -> Duration {
    let stamp = u128::from(stamp);
    let exponent = u32::from(resolution & 0x7F);
    let nanoseconds = if resolution & 0x80 != 0 {
        (stamp * 1_000_000_000) >> exponent
    } else if exponent <= 9 {
        stamp * 10_u128.pow(9 - exponent)
    } else {
        10_u128.checked_pow(exponent - 9).map_or(0, |divisor| stamp / divisor)
    };
    let at = Duration::new(
        u64::try_from(nanoseconds / 1_000_000_000).unwrap_or(u64::MAX),
        (nanoseconds % 1_000_000_000) as u32,
    );
    let by = Duration::from_secs(offset.unsigned_abs());
    if offset < 0 { at.saturating_sub(by) } else { at.saturating_add(by) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stamps_of_every_resolution_are_understood() {
        assert_eq!(time(5, 9, 0), Duration::from_nanos(5));
        assert_eq!(time(5, 6, 1), Duration::new(1, 5_000));
        assert_eq!(time(5, 0, -3), Duration::from_secs(2));
        assert_eq!(time(5_999, 12, 0), Duration::from_nanos(5));
        assert_eq!(time(3, 0x81, 0), Duration::from_millis(1500));
        assert_eq!(time(5, 0, -9), Duration::ZERO);
        for resolution in 0..=u8::MAX {
            time(u64::MAX, resolution, i64::MIN);
        }
    }
}
