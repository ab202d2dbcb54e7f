//! The last door: every byte towards the toy passes it, and it knows nothing but the bytes that passed before.
//!
//! The argument is in the gate's own documentation; each of its two points is one function here.

use std::sync::Arc;
use std::time::Duration;

use crate::codec::{self, Header};
use crate::engine::FarSide;
use crate::line::{LINE_MAX, Line, LineBuffer};
use crate::secret::Secret;
use crate::{OVERHEAD, guard};

use super::{Refused, UNREAD};

/// Silence after which a toy is in no transfer any more: 6 s of R-7 after 4.5 s of R-9, and nearly three times that.
const SILENCE: Duration = Duration::from_secs(30);

/// The last bytes that passed, and what they may have made the toy believe.
#[derive(Clone, Debug)]
pub struct Watch {
    secret: Option<Arc<Secret>>,
    /// The last bytes that passed, the newest at the end; before the first ones, zeros.
    window: [u8; OVERHEAD],
    /// Bytes of the largest packet that the toy may be taking; 0: none.
    claim: u32,
    last: Option<Duration>,
}

impl Watch {
    pub fn new(secret: Option<Arc<Secret>>) -> Self {
        Self { secret, window: [0; OVERHEAD], claim: 0, last: None }
    }

    pub fn into_secret(self) -> Option<Arc<Secret>> {
        self.secret
    }

    /// Reads the start of a chunk. `None`: there is no secret.
    pub fn peek(&self, start: &[u8; OVERHEAD]) -> Option<Result<Header, codec::Damage>> {
        self.secret.as_ref().map(|secret| codec::peek(secret, start))
    }

    /// Lets all bytes pass, or none. `single`: they are the start of a packet's only chunk, in its place.
    pub fn admit(&mut self, bytes: &[u8], now: Duration, single: bool) -> Result<(), Refused> {
        let mut after = self.clone();
        if after.last.is_some_and(|last| now.saturating_sub(last) >= SILENCE) {
            after.claim = 0;
        }
        for (i, &byte) in bytes.iter().enumerate() {
            if matches!(byte, b'\r' | b'\n') {
                after.claim = after.claim.max(after.offer());
                if after.secret.is_none() && after.claim > UNREAD {
                    return Err(Refused::NoSecret(after.claim));
                }
            }
            after.window.rotate_left(1);
            if let Some(newest) = after.window.last_mut() {
                *newest = byte;
            }
            after.header(single && i + 1 == OVERHEAD)?;
        }
        after.last = Some(now);
        *self = after;
        Ok(())
    }

    /// The largest packet that a line which ends here may offer, wherever it began.
    fn offer(&self) -> u32 {
        if !self.window.windows(3).any(|word| word == b"PKT") {
            return 0;
        }
        let offer = |start: usize| {
            let mut line = LineBuffer::default();
            for &byte in self.window.get(start..)? {
                // A line end inside ends an earlier line, at which this was asked already.
                line.push(byte);
            }
            match line.push(b'\n')?.line? {
                Line::Pkt(size) => Some(size),
                _ => None,
            }
        };
        (0..LINE_MAX).filter_map(offer).max().unwrap_or(0)
    }

    /// Whether the last 16 bytes are no forbidden header.
    fn header(&self, single: bool) -> Result<(), Refused> {
        let Some(Ok(header)) = self.peek(&self.window) else { return Ok(()) };
        let session = single && header.set_session && header.kind == guard::DEV_TEST;
        let size = if session { 0 } else { self.claim as usize };
        Ok(guard::check(FarSide::Hardware, header.kind, size)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn watch() -> Watch {
        Watch::new(Some(Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap())))
    }

    fn chunk(kind: u8, set_session: bool) -> Vec<u8> {
        let secret = Secret::new(b"prong-dev-secret-A".to_vec()).unwrap();
        codec::encode(&secret, [1, 2, 3, 4], Header { session: 0, kind, set_session, index: 0, crc: 0 }, &[0; 40])
    }

    #[test]
    fn an_offer_is_seen_wherever_it_begins_and_however_it_is_written() {
        for (text, claim) in [
            (&b"PKT 65536\n"[..], 65536),
            (b"PKT 65536\r", 65536),
            (b"\xFF\x00junk, junk, junkPKT 65536 x\r\n", 65536),
            (b"PKT 000000065536\r\n", 65536),
            (b"PKT\t\t\t65536\t\t\t\t\t\n", 65536),
            (b"PKT\r65536\n", 65536),
            (b"PKT 7\nPKT 65536\nPKT 8\n", 65536),
            (b"PKT 1048577\n", 0),
            (b"PKT6 65536\n", 0),
            (b"PKT 65536", 0),
        ] {
            let mut watch = watch();
            watch.admit(text, Duration::ZERO, false).unwrap();
            assert_eq!(watch.claim, claim, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn a_forbidden_header_is_not_completed_at_any_place() {
        for kind in 0..16 {
            for shift in 0..40 {
                let mut watch = watch();
                watch.admit(b"PKT 65536\r\n", Duration::ZERO, false).unwrap();
                let mut stream = vec![b'A'; shift];
                stream.extend(chunk(kind, false));
                let passes = stream.iter().take_while(|&&byte| watch.admit(&[byte], Duration::ZERO, false).is_ok());
                let expected = if matches!(kind, 0 | 3 | 15) { shift + OVERHEAD - 1 } else { stream.len() };
                assert_eq!(passes.count(), expected);
            }
        }
    }

    #[test]
    fn a_claim_ends_with_thirty_seconds_of_silence_and_nothing_else() {
        let mut watch = watch();
        watch.admit(b"PKT 65536\r\n", Duration::ZERO, false).unwrap();
        watch.admit(b"CAN\r\n", Duration::from_secs(1), false).unwrap();
        watch.admit(b"PKT 100\r\n", Duration::from_secs(30), false).unwrap();
        assert!(watch.admit(&chunk(3, false), Duration::from_secs(59), true).is_err());
        watch.admit(&chunk(3, false), Duration::from_secs(60), true).unwrap();
        assert!(watch.admit(&chunk(15, true), Duration::from_secs(60), true).is_err());
    }

    #[test]
    fn a_session_is_set_after_a_large_packet_only_in_its_place() {
        let mut watch = watch();
        watch.admit(b"PKT 65536\r\n", Duration::ZERO, false).unwrap();
        assert!(watch.admit(&chunk(0, true), Duration::ZERO, false).is_err());
        watch.admit(&chunk(0, true), Duration::ZERO, true).unwrap();
    }

    #[test]
    fn what_is_refused_leaves_no_trace() {
        let mut watch = Watch::new(None);
        assert_eq!(watch.admit(b"PKT 3\r\n", Duration::ZERO, false), Err(Refused::NoSecret(3)));
        assert_eq!((watch.claim, watch.window), (0, [0; OVERHEAD]));
        watch.admit(b"PKT 2\r\n", Duration::ZERO, false).unwrap();
    }
}
