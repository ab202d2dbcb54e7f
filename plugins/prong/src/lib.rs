//! The prongs protocol: how one keychain pet of the newer kind talks to another through three metal prongs.
//!
//! [`engine::Engine`] is the whole link layer without input, output, clock or randomness: bytes, time and nonces are
//! given to it, bytes and events come out. [`codec`] and [`mod@line`] are the two things that travel, chunks and lines.
//!
//! It runs on computers and on pages: where there are threads, lines have some of their own and waiting is waiting; on a
//! page, whose serial ports are the browser's (`transport::web_serial`), everything is done in turns ([`pump::Chore`]).
//!
//! The normative text is the project's description of the protocol, whose rules (L-, I-, R-, EC-, S-, E-) the comments
//! name. Nothing here is verified on a real toy, and the cipher is obfuscation, not security: see the README.

pub mod bridge;
pub mod capture;
pub mod codec;
pub mod decode;
pub mod engine;
#[cfg(feature = "bevy")]
pub mod face;
pub mod gate;
pub mod guard;
pub mod line;
pub mod packet;
pub mod pump;
pub mod secret;
pub mod talk;
pub mod toy;
pub mod transport;
pub mod unit;

/// Data bytes of a full chunk (§1.1).
pub const CHUNK: usize = 4096;
/// Bytes of a chunk that are not data: nonce and header (§1.1).
pub const OVERHEAD: usize = 16;
/// Bytes of the largest packet (§1.1): 256 chunks, so that an index fits a byte.
pub const MAX_PACKET: usize = 0x10_0000;

/// The number of chunks of a packet of `size` bytes.
pub fn chunks(size: usize) -> usize {
    size.div_ceil(CHUNK)
}

/// Data bytes of chunk `index` of a packet of `size` bytes (§1.3: the last one is not padded); 0 past the end.
pub fn chunk_len(size: usize, index: usize) -> usize {
    size.saturating_sub(index.saturating_mul(CHUNK)).min(CHUNK)
}
