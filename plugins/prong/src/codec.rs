//! Chunks: how data is packed, checked and scrambled (§1.3, §2).
//!
//! A chunk on the wire is `nonce[4] || XOR(keystream, header[12] || data)`. The keystream starts with
//! SHA-256(nonce || secret); byte i uses cell i mod 32, and each use changes its cell to `2 * cell + 1`. After eight
//! uses a cell is 0xFF for ever: from stream byte 256 on the "cipher" is the complement of the data.

use crc::{CRC_16_ARC, Crc, Table};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::{CHUNK, OVERHEAD};

/// Bytes of a chunk's nonce.
pub const NONCE: usize = 4;
const HEADER: usize = OVERHEAD - NONCE;
/// Cells of the keystream: one SHA-256.
const CELLS: usize = 32;
/// Uses after which every cell is 0xFF.
const ROUNDS: usize = 8;
const MAGIC: [u8; 3] = *b"TCP";
const SET_SESSION: u8 = 0x10;
const KIND: u8 = 0x0F;

/// CRC-16/ARC, sixteen bytes a step.
const CRC: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_ARC);

/// CRC-16/ARC of a chunk's data (§2: reflected 0xA001, initial value 0).
pub fn crc(data: &[u8]) -> u16 {
    CRC.checksum(data)
}

/// What a chunk says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The session both sides are in, 0 when none is set.
    pub session: u32,
    /// The packet's type, 0 to 15.
    pub kind: u8,
    /// Bit 4 of the type byte: the session field is to become the session.
    pub set_session: bool,
    /// The chunk's number in its packet.
    pub index: u8,
    /// CRC-16/ARC of the data.
    pub crc: u16,
}

/// A chunk whose magic, complement and CRC are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// What it says about itself.
    pub header: Header,
    /// Its data, 0 to 4096 bytes.
    pub data: &'a [u8],
}

/// How a chunk is damaged, in the order in which it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// Shorter than a nonce and a header, or longer than a chunk can be.
    #[error("a chunk of {0} bytes cannot be: it has 16 to 4112")]
    Length(usize),
    /// Also what a damaged nonce or another secret looks like.
    #[error("the chunk does not decrypt: the line is noisy, or the two sides have different secrets")]
    Magic,
    /// Index and its complement disagree.
    #[error("the chunk's index is damaged")]
    Complement,
    /// Damaged data.
    #[error("the chunk's data are damaged: their checksum is wrong")]
    Crc,
}

impl Header {
    fn to_bytes(self) -> [u8; HEADER] {
        let [s0, s1, s2, s3] = self.session.to_le_bytes();
        let [c0, c1] = self.crc.to_le_bytes();
        let kind = self.kind & KIND | if self.set_session { SET_SESSION } else { 0 };
        [s0, s1, s2, s3, MAGIC[0], MAGIC[1], MAGIC[2], kind, self.index, 0xFF - self.index, c0, c1]
    }

    /// Reads a decrypted header. Bits 5 to 7 of the type are masked.
    fn from_bytes(bytes: [u8; HEADER]) -> Result<Self, Damage> {
        let [s0, s1, s2, s3, m0, m1, m2, kind, index, complement, c0, c1] = bytes;
        if [m0, m1, m2] != MAGIC {
            return Err(Damage::Magic);
        }
        if complement != 0xFF - index {
            return Err(Damage::Complement);
        }
        Ok(Self {
            session: u32::from_le_bytes([s0, s1, s2, s3]),
            kind: kind & KIND,
            set_session: kind & SET_SESSION != 0,
            index,
            crc: u16::from_le_bytes([c0, c1]),
        })
    }
}

/// Packs data and scrambles it: `16 + data.len()` bytes as they go on the wire. `header.crc` is computed here.
///
/// Data beyond 4096 bytes are cut off.
pub fn encode(secret: &Secret, nonce: [u8; NONCE], header: Header, data: &[u8]) -> Vec<u8> {
    let data = &data[..data.len().min(CHUNK)];
    let mut chunk = Vec::with_capacity(OVERHEAD + data.len());
    chunk.extend_from_slice(&nonce);
    chunk.extend_from_slice(&Header { crc: crc(data), ..header }.to_bytes());
    chunk.extend_from_slice(data);
    scramble(secret, nonce, &mut chunk[NONCE..]);
    chunk
}

/// Unscrambles a whole chunk in place and judges its integrity: length, magic, complement, CRC.
///
/// # Errors
/// What is damaged first.
pub fn decode<'a>(secret: &Secret, chunk: &'a mut [u8]) -> Result<Chunk<'a>, Damage> {
    let len = chunk.len();
    if len > OVERHEAD + CHUNK {
        return Err(Damage::Length(len));
    }
    let (nonce, rest) = chunk.split_first_chunk_mut::<NONCE>().ok_or(Damage::Length(len))?;
    scramble(secret, *nonce, rest);
    let (header, data) = rest.split_first_chunk_mut::<HEADER>().ok_or(Damage::Length(len))?;
    let header = Header::from_bytes(*header)?;
    if header.crc != crc(data) {
        return Err(Damage::Crc);
    }
    Ok(Chunk { header, data })
}

/// Reads the header of a chunk from its first 16 bytes, which are left as they are (E-4, the flash guard).
///
/// # Errors
/// Magic or complement are wrong.
pub fn peek(secret: &Secret, start: &[u8; OVERHEAD]) -> Result<Header, Damage> {
    let [n0, n1, n2, n3, header @ ..] = *start;
    let mut header: [u8; HEADER] = header;
    scramble(secret, [n0, n1, n2, n3], &mut header);
    Header::from_bytes(header)
}

/// XORs the keystream of `nonce` onto `bytes`; doing it twice undoes it. Thirty-two cells at a time for the 256 bytes
/// that have a secret at all, the complement for the rest.
pub fn scramble(secret: &Secret, nonce: [u8; NONCE], bytes: &mut [u8]) {
    let mut cells = cells(secret, nonce);
    let (scrambled, inverted) = bytes.split_at_mut(bytes.len().min(CELLS * ROUNDS));
    for block in scrambled.chunks_mut(CELLS) {
        for (byte, cell) in block.iter_mut().zip(cells.iter_mut()) {
            *byte ^= *cell;
            *cell = *cell << 1 | 1;
        }
    }
    for byte in inverted {
        *byte = !*byte;
    }
}

fn cells(secret: &Secret, nonce: [u8; NONCE]) -> Zeroizing<[u8; CELLS]> {
    let hash = Sha256::new().chain_update(nonce).chain_update(secret.bytes()).finalize();
    Zeroizing::new(hash.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use proptest::prelude::*;

    /// The keystream as the protocol's text says it: one cell after the other, each updated after its use.
    fn plain(secret: &Secret, nonce: [u8; NONCE], bytes: &mut [u8]) {
        let mut cells = cells(secret, nonce);
        for (i, byte) in bytes.iter_mut().enumerate() {
            let cell = &mut cells[i % CELLS];
            *byte ^= *cell;
            *cell = cell.wrapping_mul(2).wrapping_add(1);
        }
    }

    #[test]
    fn every_cell_is_full_after_eight_uses() {
        for start in 0..=u8::MAX {
            let last = (0..ROUNDS).fold(start, |cell, _| cell.wrapping_mul(2).wrapping_add(1));
            assert_eq!(last, 0xFF);
        }
    }

    proptest! {
        #[test]
        fn fast_and_plain_are_equal(secret in prop::collection::vec(any::<u8>(), 1..=256), nonce: [u8; 4], len in 0_usize..4200, fill: u8) {
            let secret = Secret::new(secret).unwrap();
            let (mut fast, mut slow) = (vec![fill; len], vec![fill; len]);
            scramble(&secret, nonce, &mut fast);
            plain(&secret, nonce, &mut slow);
            prop_assert_eq!(&fast, &slow);
            scramble(&secret, nonce, &mut fast);
            prop_assert_eq!(fast, vec![fill; len]);
        }

        #[test]
        fn what_is_packed_is_unpacked(nonce: [u8; 4], session: u32, kind in 0_u8..16, set_session: bool, index: u8, data in prop::collection::vec(any::<u8>(), 0..300)) {
            let secret = Secret::new(b"prong-dev-secret-A".to_vec()).unwrap();
            let header = Header { session, kind, set_session, index, crc: crc(&data) };
            let mut chunk = encode(&secret, nonce, header, &data);
            prop_assert_eq!(chunk.len(), OVERHEAD + data.len());
            prop_assert_eq!(peek(&secret, chunk.first_chunk().unwrap()), Ok(header));
            prop_assert_eq!(decode(&secret, &mut chunk), Ok(Chunk { header, data: &data }));
        }

        #[test]
        fn a_burst_of_up_to_sixteen_bits_never_passes(index: u8, data in prop::collection::vec(any::<u8>(), 2..200), at: prop::sample::Index, burst in 1_u16..) {
            let secret = Secret::new(b"prong-dev-secret-A".to_vec()).unwrap();
            let mut chunk = encode(&secret, [1, 2, 3, 4], Header { session: 0, kind: 1, set_session: false, index, crc: 0 }, &data);
            // Not across the border of checksum and data: the checksum stands before them, so that no CRC is sure there.
            let first = OVERHEAD * 8;
            let start = first + at.index((data.len() * 8).saturating_sub(15).max(1));
            for bit in (0..16).filter(|bit| burst >> bit & 1 != 0) {
                chunk[(start + bit) / 8] ^= 1 << ((start + bit) % 8);
            }
            prop_assert_eq!(decode(&secret, &mut chunk), Err(Damage::Crc));
        }

        #[test]
        fn nothing_panics(mut bytes in prop::collection::vec(any::<u8>(), 0..5000)) {
            let secret = Secret::new(vec![9]).unwrap();
            let _ = decode(&secret, &mut bytes);
        }
    }
}
