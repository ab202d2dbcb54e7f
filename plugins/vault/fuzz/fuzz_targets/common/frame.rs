//! Makes any bytes a save whose frame is right, so that what is inside is read.

use crc::{CRC_32_ISO_HDLC, Crc};

/// The first bytes of a save, its version and its codec.
const HEAD: &[u8; 12] = b"\x89EGG\r\n\x1a\n\x01\x00\x01\x00";

/// `bytes` with the beginning, the length and the checksum of a save of their length.
pub fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out.resize(bytes.len().max(28), 0);
    let length = out.len() as u32;
    out[..12].copy_from_slice(HEAD);
    out[12..16].copy_from_slice(&length.to_le_bytes());
    let body = out.len() - 4;
    let sum = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(&out[..body]);
    out[body..].copy_from_slice(&sum.to_le_bytes());
    out
}
