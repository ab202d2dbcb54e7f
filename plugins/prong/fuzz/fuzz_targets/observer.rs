//! The observer: any bytes in any directions at any times are told in a bounded number of entries, one line each.
//!
//! Pieces of the input: a byte with direction, pause and kind, then a length and so many bytes, or parameters of a line
//! or of a right chunk.
#![no_main]

use std::time::Duration;

use eggtooth_prong::capture::Direction;
use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::decode::Observer;
use eggtooth_prong::secret::Secret;
use libfuzzer_sys::fuzz_target;

const PAUSES: [u64; 4] = [0, 60, 2100, 5100];
const LINES: [&str; 8] =
    ["ACK\r\n", "NAK\r\n", "CAN\r\n", "ENQ 0\r\n", "ENQ 1\r\n", "PKT 2\r\n", "PKT 4100\r\n", "PKT 9000\r\n"];

fuzz_target!(|input: &[u8]| {
    let [sealed, rest @ ..] = input else { return };
    let mut rest = rest;
    let secret = Secret::new(b"prong-dev-secret-A".to_vec()).expect("a secret of 18 bytes");
    let mut observer = Observer::new((sealed & 1 == 0).then_some(&secret));
    let mut at = Duration::ZERO;
    while let [what, value, more @ ..] = rest {
        rest = more;
        let direction = if what & 1 == 0 { Direction::Sent } else { Direction::Received };
        at += Duration::from_millis(PAUSES[usize::from(what >> 1 & 3)]);
        let bytes = match what >> 3 & 3 {
            0 => {
                let (bytes, after) = rest.split_at(usize::from(*value).min(rest.len()));
                rest = after;
                bytes.to_vec()
            }
            1 => LINES[usize::from(value & 7)].into(),
            _ => {
                let len = [1, 2, 4, 808, 4096, 4096, 4096, 4095][usize::from(value >> 4 & 7)];
                let header = Header { session: 0, kind: 1, set_session: false, index: value & 3, crc: 0 };
                let mut chunk = codec::encode(&secret, [*value, 1, 2, 3], header, &vec![*value; len]);
                if value & 128 != 0 {
                    chunk.truncate(len);
                }
                chunk
            }
        };
        let entries = observer.feed(direction, at, &bytes);
        assert!(entries.len() <= 2 * bytes.len() + 4);
        for entry in entries {
            assert!(
                entry
                    .to_string()
                    .chars()
                    .all(|character| !character.is_control() || character == '\t' || character == '\r')
            );
        }
    }
    observer.end(at);
});
