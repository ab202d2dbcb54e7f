//! One engine on a desk: told what comes and what time it is, and asked what it said.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::engine::{Config, Engine, Entropy, Event, FarSide, Input, Listen, Outgoing, Output};
use eggtooth_prong::secret::Secret;

pub static SECRET: LazyLock<Arc<Secret>> =
    LazyLock::new(|| Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap()));

/// Nonces that count up; of every range the number that was chosen.
pub struct Counting {
    next: u32,
    chosen: u32,
}

impl Entropy for Counting {
    fn nonce(&mut self) -> [u8; 4] {
        self.next += 1;
        self.next.to_le_bytes()
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.chosen.min(limit.saturating_sub(1))
    }
}

pub struct Desk {
    pub engine: Engine,
    pub now: Duration,
    said: Vec<(Duration, Vec<u8>)>,
    told: Vec<Event>,
    pub purged: bool,
}

/// Everything is the same with the extensions and without.
pub fn both(test: impl Fn(&dyn Fn() -> Desk)) {
    test(&|| Desk::new(false));
    test(&|| Desk::new(true));
}

impl Desk {
    pub fn new(strict_seed: bool) -> Self {
        Self::with(Config { strict_seed, far_side: FarSide::Virtual, ..Config::default() })
    }

    pub fn with(config: Config) -> Self {
        Self::chosen(config, 0)
    }

    pub fn chosen(config: Config, chosen: u32) -> Self {
        let engine = Engine::new(config, Some(Arc::clone(&SECRET)), Box::new(Counting { next: 0, chosen }));
        Self { engine, now: Duration::ZERO, said: Vec::new(), told: Vec::new(), purged: false }
    }

    /// One that listens for packets of `kind`.
    pub fn listening(strict_seed: bool, kind: u8) -> Self {
        let mut desk = Self::new(strict_seed);
        desk.listen(Listen::to(kind));
        desk
    }

    /// One whose packet of `size` bytes was accepted: chunk 0 is out.
    pub fn sending(strict_seed: bool, size: usize) -> Self {
        let mut desk = Self::new(strict_seed);
        desk.send(1, size);
        desk.hear("ACK");
        desk.said();
        desk.told();
        desk
    }

    /// One that accepted a packet of type 1 and `size` bytes.
    pub fn receiving(strict_seed: bool, size: usize) -> Self {
        let mut desk = Self::listening(strict_seed, 1);
        desk.hear(&format!("PKT {size}"));
        desk.said();
        desk.told();
        desk
    }

    pub fn send(&mut self, kind: u8, size: usize) {
        self.engine.send(Outgoing::new(kind, data(size)).unwrap(), self.now).unwrap();
        self.poll();
    }

    pub fn listen(&mut self, listen: Listen) {
        self.engine.listen(listen, self.now).unwrap();
        self.poll();
    }

    pub fn echo(&mut self) {
        self.engine.echo(self.now).unwrap();
        self.poll();
    }

    pub fn cancel(&mut self) {
        self.engine.cancel(self.now);
        self.poll();
    }

    pub fn answer(&mut self, accept: bool) {
        self.engine.answer(accept, self.now).unwrap();
        self.poll();
    }

    /// A line comes, with its ending.
    pub fn hear(&mut self, line: &str) {
        self.bytes(format!("{line}\r\n").as_bytes());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.engine.handle_input(Input::Bytes(bytes), self.now);
        self.poll();
    }

    /// Bytes come at a time at which no timer has acted yet.
    pub fn bytes_at(&mut self, us: u64, bytes: &[u8]) {
        self.now = Duration::from_micros(us);
        self.bytes(bytes);
    }

    pub fn lose(&mut self) {
        self.engine.handle_input(Input::LinkLost, self.now);
        self.poll();
    }

    /// Time passes, timer by timer, to `us` since the start: those of that very moment act.
    pub fn until_us(&mut self, us: u64) {
        let end = Duration::from_micros(us);
        while let Some(deadline) = self.poll().filter(|deadline| *deadline <= end) {
            self.now = self.now.max(deadline);
            self.engine.handle_input(Input::Time, self.now);
        }
        self.now = self.now.max(end);
        self.poll();
    }

    pub fn until(&mut self, ms: u64) {
        self.until_us(ms * 1000);
    }

    /// So much time passes.
    pub fn pass(&mut self, ms: u64) {
        self.until_us(self.now.as_micros() as u64 + ms * 1000);
    }

    pub fn poll(&mut self) -> Option<Duration> {
        loop {
            match self.engine.poll_output() {
                Output::Transmit { bytes, purge } => {
                    self.purged = purge;
                    self.said.push((self.now, bytes));
                }
                Output::Event(event) => self.told.push(event),
                Output::Timeout(deadline) => return deadline,
            }
        }
    }

    /// What was sent since the last call: lines without endings, chunks as `#index`.
    pub fn said(&mut self) -> Vec<String> {
        self.poll();
        std::mem::take(&mut self.said).into_iter().map(|(_, bytes)| show(&bytes)).collect()
    }

    /// The same with the microsecond of each.
    pub fn said_when(&mut self) -> Vec<(u64, String)> {
        self.poll();
        std::mem::take(&mut self.said).into_iter().map(|(at, bytes)| (at.as_micros() as u64, show(&bytes))).collect()
    }

    /// The bytes as they were sent.
    pub fn raw(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.said).into_iter().map(|(_, bytes)| bytes).collect()
    }

    /// What the application was told since the last call, progress left out.
    pub fn told(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.told)
            .into_iter()
            .filter(|event| !matches!(event, Event::Sending { .. } | Event::Receiving { .. }))
            .collect()
    }

    /// Everything the application was told since the last call.
    pub fn told_all(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.told)
    }
}

fn show(bytes: &[u8]) -> String {
    match codec::decode(&SECRET, &mut bytes.to_vec()) {
        Ok(chunk) => format!("#{}", chunk.header.index),
        Err(_) => {
            let text = std::str::from_utf8(bytes).unwrap();
            // Always CRLF (L-1), never more than sixteen characters (L-2).
            let line = text.strip_suffix("\r\n").unwrap();
            assert!(line.len() <= 16, "{line:?}");
            line.to_owned()
        }
    }
}

/// The packet that all tests send: no chunk of it is like another.
pub fn data(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i % 251) as u8 ^ (i / 4096) as u8).collect()
}

pub fn header(kind: u8, index: usize) -> Header {
    Header { session: 0, kind, set_session: false, index: index as u8, crc: 0 }
}

/// Chunk `index` of [`data`] of `size` bytes, of type 1.
pub fn chunk(size: usize, index: usize) -> Vec<u8> {
    chunk_as(header(1, index), size, index)
}

/// The same under another header.
pub fn chunk_as(header: Header, size: usize, index: usize) -> Vec<u8> {
    let data = data(size);
    let end = data.len().min((index + 1) * 4096);
    codec::encode(&SECRET, [7, 7, 7, index as u8], header, &data[index * 4096..end])
}

/// A whole chunk in its place, its data damaged.
pub fn damaged(size: usize, index: usize) -> Vec<u8> {
    let mut chunk = chunk(size, index);
    *chunk.last_mut().unwrap() ^= 1;
    chunk
}
