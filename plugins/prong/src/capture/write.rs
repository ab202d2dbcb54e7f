//! Writing a capture.

use std::io::{self, Write};
use std::time::Duration;

use super::{Direction, LINK_TYPE, block};

/// The largest record, in bytes: longer pieces become several. Far below what readers refuse.
const PIECE: usize = 0xFFFC;

/// Writes a capture, each record whole and flushed, so that a crash loses at most the one being written.
#[derive(Debug)]
pub struct Writer<W: Write> {
    to: W,
    zero: Duration,
    /// The block under construction, at most one piece long.
    block: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes the section and the interface. `zero` is the time of day, since 1970 UTC, at which the clock of the
    /// records' times was started.
    ///
    /// # Errors
    /// What the writer beneath says.
    pub fn new(to: W, zero: Duration) -> io::Result<Self> {
        let mut writer = Self { to, zero, block: Vec::with_capacity(256) };
        let block = &mut writer.block;
        block::begin(block, block::SECTION);
        block.extend_from_slice(&block::BYTE_ORDER.to_le_bytes());
        block.extend_from_slice(&block::MAJOR.to_le_bytes());
        block.extend_from_slice(&0_u16.to_le_bytes());
        // The section's length is not known beforehand.
        block.extend_from_slice(&(-1_i64).to_le_bytes());
        block::put_option(block, block::SECTION_PROGRAM, b"Eggtooth");
        block::put_option(block, block::END, &[]);
        block::end(block);
        writer.to.write_all(&writer.block)?;

        let block = &mut writer.block;
        block::begin(block, block::INTERFACE);
        block.extend_from_slice(&LINK_TYPE.to_le_bytes());
        // Two reserved bytes, and no limit to a record's length.
        block.extend_from_slice(&[0; 6]);
        block::put_option(block, block::INTERFACE_NAME, b"prongs");
        block::put_option(block, block::INTERFACE_RESOLUTION, &[9]);
        block::put_option(block, block::END, &[]);
        block::end(block);
        writer.to.write_all(&writer.block)?;
        writer.to.flush()?;
        Ok(writer)
    }

    /// Adds a piece of the stream. `at` counts from the time given to [`Writer::new`]; no bytes make no record.
    ///
    /// # Errors
    /// What the writer beneath says. The capture then ends in a piece of a record and should not be written to again.
    pub fn write(&mut self, direction: Direction, at: Duration, bytes: &[u8]) -> io::Result<()> {
        // 64 bits of nanoseconds last until the year 2554.
        let stamp = u64::try_from(self.zero.saturating_add(at).as_nanos()).unwrap_or(u64::MAX);
        let flags = match direction {
            Direction::Sent => block::OUTBOUND,
            Direction::Received => block::INBOUND,
        };
        for piece in bytes.chunks(PIECE) {
            let len = (piece.len() as u32).to_le_bytes();
            let block = &mut self.block;
            block::begin(block, block::PACKET);
            block.extend_from_slice(&0_u32.to_le_bytes());
            block.extend_from_slice(&((stamp >> 32) as u32).to_le_bytes());
            block.extend_from_slice(&(stamp as u32).to_le_bytes());
            block.extend_from_slice(&len);
            block.extend_from_slice(&len);
            block.extend_from_slice(piece);
            block.resize(block.len() + block::padding(piece.len()), 0);
            block::put_option(block, block::PACKET_FLAGS, &flags.to_le_bytes());
            block::put_option(block, block::END, &[]);
            block::end(block);
            self.to.write_all(&self.block)?;
        }
        self.to.flush()
    }

    /// The writer beneath.
    pub fn into_inner(self) -> W {
        self.to
    }
}
