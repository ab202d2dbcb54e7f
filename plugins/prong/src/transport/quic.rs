//! A stream to a friend: the very bytes of the protocol, inside QUIC, which is the security that the cipher is not (§2).

use std::io::{self, ErrorKind, Read, Write};
use std::time::Duration;

use eggtooth_peer::{PeerError, Reader, Stream, Writer};

use super::threaded::{Halves, Threaded};
use super::{Clock, TransportError};

/// How long a half waits before it looks whether it is to stop.
const SLICE: Duration = Duration::from_millis(50);

/// Makes a line of a stream. It does not come back: an end, declared or not, is told as
/// [`Arrival::Lost`](super::Arrival::Lost), and the line is then gone for good.
///
/// [`flush`](super::Transport::flush) waits until the other side has acknowledged everything; without it the last bytes
/// are lost when the line is dropped, which hangs up.
///
/// # Errors
/// There is no thread to be had.
pub fn over(stream: Stream, clock: Clock) -> Result<Threaded, TransportError> {
    Threaded::start(halves(stream), None, None, clock)
}

pub(super) fn halves(stream: Stream) -> Halves {
    let closer = stream.closer();
    let (mut reader, mut writer) = stream.split();
    reader.set_limit(Some(SLICE));
    writer.set_limit(SLICE);
    Halves {
        reader: Box::new(In(reader)),
        writer: Box::new(Out(writer)),
        // It would take a round trip each time; the bytes leave by themselves.
        drains: false,
        // Nothing but this reader's 64 KiB window, which the next read fetches.
        discard: Box::new(|| {}),
        hang_up: Box::new(move || closer.close("")),
    }
}

struct In(Reader);

impl Read for In {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            Ok(0) => Err(io::Error::new(ErrorKind::ConnectionAborted, "the other side has ended the connection")),
            result => result.map_err(told),
        }
    }
}

struct Out(Writer);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(told)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(told)
    }
}

/// The clause without what [`TransportError::Gone`] says already.
fn told(error: io::Error) -> io::Error {
    let lost = error.get_ref().and_then(|inner| inner.downcast_ref::<PeerError>());
    match lost {
        Some(PeerError::Lost(reason)) => io::Error::new(ErrorKind::ConnectionAborted, reason.clone()),
        Some(other) => io::Error::new(ErrorKind::ConnectionAborted, other.to_string()),
        None => error,
    }
}
