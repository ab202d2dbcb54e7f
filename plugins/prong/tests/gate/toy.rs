//! A toy that takes everything it is offered, as the rules for recipients say, with the extensions or without.

use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::codec;
use eggtooth_prong::guard;
use eggtooth_prong::line::{Line, LineBuffer};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::{OVERHEAD, chunk_len, chunks};

struct Transfer {
    size: usize,
    counter: usize,
    failures: u8,
    buffer: Vec<u8>,
    last: Duration,
}

pub struct Toy {
    secret: Arc<Secret>,
    extended: bool,
    line: LineBuffer,
    transfer: Option<Transfer>,
    out: Vec<u8>,
    /// Packets completed.
    pub packets: usize,
    /// Chunks accepted.
    pub chunks: usize,
    /// Type and size of a packet of which a chunk was accepted that must never be.
    pub harmed: Option<(u8, usize)>,
}

impl Toy {
    pub fn new(secret: Arc<Secret>, extended: bool) -> Self {
        let line = LineBuffer::default();
        Self { secret, extended, line, transfer: None, out: vec![], packets: 0, chunks: 0, harmed: None }
    }

    pub fn answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Its owner ends what it does.
    pub fn cancel(&mut self) {
        self.out.extend(b"CAN\r\n");
        self.lines();
    }

    pub fn take(&mut self, bytes: &[u8], now: Duration) {
        for &byte in bytes {
            self.time(now);
            match &mut self.transfer {
                None => match self.line.push(byte).and_then(|complete| complete.line) {
                    Some(Line::Pkt(size)) => self.accept(size as usize, now),
                    Some(Line::PktOutOfRange) => self.out.extend(b"CAN\r\n"),
                    Some(Line::EchoReq) => self.out.extend(b"ECHO REP\r\n"),
                    _ => {}
                },
                Some(transfer) => {
                    transfer.buffer.push(byte);
                    transfer.last = now;
                    self.collected(now);
                }
            }
        }
    }

    pub fn time(&mut self, now: Duration) {
        let Some(transfer) = &mut self.transfer else { return };
        let quiet = now - transfer.last;
        if self.extended && transfer.buffer == b"CAN\r\n" && quiet >= Duration::from_millis(50) {
            return self.lines();
        }
        if quiet >= Duration::from_secs(2) {
            transfer.last = now;
            let silent = transfer.buffer.is_empty();
            self.refuse(!silent);
        }
    }

    fn accept(&mut self, size: usize, now: Duration) {
        self.out.extend(b"ACK\r\n");
        self.transfer = Some(Transfer { size, counter: 0, failures: 0, buffer: vec![], last: now });
    }

    fn lines(&mut self) {
        self.transfer = None;
        self.line.clear();
    }

    fn refuse(&mut self, say: bool) {
        let Some(transfer) = &mut self.transfer else { return };
        transfer.buffer.clear();
        transfer.failures += 1;
        if transfer.failures == 3 {
            self.cancel();
        } else if say {
            self.out.extend(b"NAK\r\n");
        }
    }

    fn collected(&mut self, now: Duration) {
        let Some(transfer) = &mut self.transfer else { return };
        if self.extended && transfer.counter == 0 && transfer.buffer.starts_with(b"PKT ") {
            let mut line = LineBuffer::default();
            let complete = transfer.buffer.iter().find_map(|&byte| line.push(byte));
            if let Some(Line::Pkt(size)) = complete.and_then(|complete| complete.line) {
                return self.accept(size as usize, now);
            }
        }
        let mut expected = OVERHEAD + chunk_len(transfer.size, transfer.counter);
        if let Some(start) = transfer.buffer.first_chunk().filter(|_| self.extended)
            && let Ok(header) = codec::peek(&self.secret, start)
            && usize::from(header.index) + 1 == transfer.counter
        {
            expected = OVERHEAD + chunk_len(transfer.size, transfer.counter - 1);
        }
        if transfer.buffer.len() < expected {
            return;
        }
        let Ok(chunk) = codec::decode(&self.secret, &mut transfer.buffer) else { return self.refuse(true) };
        let header = chunk.header;
        if usize::from(header.index) != transfer.counter || (header.set_session && chunks(transfer.size) > 1) {
            return self.refuse(true);
        }
        let forbidden =
            header.kind == guard::FACTORY || (matches!(header.kind, 0 | 3) && transfer.size > guard::STAGED);
        if forbidden {
            self.harmed = Some((header.kind, transfer.size));
        }
        self.chunks += 1;
        self.out.extend(b"ACK\r\n");
        transfer.buffer.clear();
        transfer.failures = 0;
        transfer.counter += 1;
        if transfer.counter == chunks(transfer.size) {
            self.packets += 1;
            self.lines();
        }
    }
}
