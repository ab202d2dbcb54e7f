//! Chunks: any bytes are a chunk or damaged; what decodes is packed again into the same bytes, and the start alone tells
//! the same header.
//!
//! The first byte chooses between the bytes as they are and the bytes as header and data of a right chunk.
#![no_main]

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::secret::Secret;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [made, bytes @ ..] = input else { return };
    let secret = Secret::new(b"prong-dev-secret-A".to_vec()).expect("a secret of 18 bytes");
    let mut wire = bytes.to_vec();
    if made & 1 != 0
        && let [n0, n1, n2, n3, s0, s1, s2, s3, kind, index, data @ ..] = bytes
    {
        let session = u32::from_le_bytes([*s0, *s1, *s2, *s3]);
        let header = Header { session, kind: kind & 15, set_session: kind & 16 != 0, index: *index, crc: 0 };
        wire = codec::encode(&secret, [*n0, *n1, *n2, *n3], header, data);
        assert_eq!(wire.len(), 16 + data.len().min(4096));
        assert!(codec::decode(&secret, &mut wire.clone()).is_ok());
    }
    let peeked = wire.first_chunk().map(|start| codec::peek(&secret, start));
    let nonce = wire.first_chunk().copied();
    let mut plain = wire.clone();
    let Ok(chunk) = codec::decode(&secret, &mut plain) else { return };
    assert_eq!(peeked, Some(Ok(chunk.header)));
    let again = codec::encode(&secret, nonce.expect("a chunk has a nonce"), chunk.header, chunk.data);
    // Only the type's upper bits are masked.
    assert!(again.iter().zip(&wire).enumerate().all(|(i, (a, b))| i == 11 || a == b) && again.len() == wire.len());
});
