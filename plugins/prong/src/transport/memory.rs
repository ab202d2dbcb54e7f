//! Two ends in one process: what is sent has arrived.

use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use super::inbox::Inbox;
use super::{Arrival, Clock, Transport, TransportError};

/// One end of a pair. When it is dropped the other end is told [`Arrival::Lost`].
#[derive(Debug)]
pub struct Memory {
    clock: Clock,
    here: Arc<Inbox>,
    there: Arc<Inbox>,
    /// Dropped with its end, so that the other can see that it is alone.
    _alive: Arc<()>,
    other: std::sync::Weak<()>,
}

/// Two ends, stamped by one clock. Each direction holds 64 KiB; a send beyond that is refused.
pub fn pair(clock: Clock) -> (Memory, Memory) {
    let (left, right) = (Arc::<Inbox>::default(), Arc::<Inbox>::default());
    let (one, two) = (Arc::new(()), Arc::new(()));
    let (weak_one, weak_two) = (Arc::downgrade(&one), Arc::downgrade(&two));
    (
        Memory { clock, here: left.clone(), there: right.clone(), _alive: one, other: weak_two },
        Memory { clock, here: right, there: left, _alive: two, other: weak_one },
    )
}

const GONE: &str = "the other end was closed";

impl Transport for Memory {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        if self.other.strong_count() == 0 {
            return Err(TransportError::Gone(GONE.into()));
        }
        if bytes.is_empty() || self.there.bytes(self.clock.now(), bytes) {
            Ok(())
        } else {
            Err(TransportError::Clogged(bytes.len()))
        }
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        self.here.next(wait)
    }

    fn purge(&mut self) {
        self.here.purge();
    }

    fn flush(&mut self, _wait: Duration) -> Result<(), TransportError> {
        if self.other.strong_count() == 0 { Err(TransportError::Gone(GONE.into())) } else { Ok(()) }
    }

    fn watch(&mut self, waker: &Waker) {
        self.here.watch(waker);
    }

    fn waiting(&self) -> usize {
        self.there.waiting()
    }

    /// Both ends are told of a loss and that the line is back: what was under way is gone.
    fn hang_up(&mut self) -> bool {
        if self.other.strong_count() == 0 {
            return false;
        }
        let at = self.clock.now();
        for end in [&self.here, &self.there] {
            end.purge();
            end.note(Arrival::Lost { at, reason: "it was hung up".into() });
            end.note(Arrival::Back { at });
        }
        true
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.there.note(Arrival::Lost { at: self.clock.now(), reason: GONE.into() });
        self.there.close(GONE.into());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
    use super::*;

    const WAIT: Duration = Duration::from_secs(5);

    #[test]
    fn what_is_sent_arrives_and_an_end_is_told() {
        let (mut left, mut right) = pair(Clock::start());
        left.send(b"ACK\r\n").unwrap();
        let Some(Arrival::Bytes { bytes, .. }) = right.next(WAIT).unwrap() else { panic!("nothing came") };
        assert_eq!(bytes, b"ACK\r\n");
        drop(left);
        assert!(matches!(right.next(WAIT).unwrap(), Some(Arrival::Lost { .. })));
        assert!(matches!(right.next(WAIT), Err(TransportError::Gone(_))));
        assert!(matches!(right.send(b"x"), Err(TransportError::Gone(_))));
        assert!(matches!(right.flush(WAIT), Err(TransportError::Gone(_))));
    }

    #[test]
    fn an_end_that_never_reads_clogs() {
        let (mut left, mut right) = pair(Clock::start());
        let sent = (0..1000).take_while(|_| left.send(&[0; 4112]).is_ok()).count();
        assert_eq!(sent, 15);
        assert!(matches!(left.send(&[0; 4112]), Err(TransportError::Clogged(4112))));
        right.purge();
        left.send(&[0; 4112]).unwrap();
    }
}
