//! One engine, and what is done to it.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::engine::{Config, Engine, Entropy, Event, FarSide, Glare, Hold, Input, Listen, Outgoing, Output};
use eggtooth_prong::line::Custom;
use eggtooth_prong::secret::Secret;

pub static SECRET: LazyLock<Arc<Secret>> =
    LazyLock::new(|| Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap()));

pub const SIZES: [usize; 8] = [1, 2, 5, 300, 4096, 4097, 5000, 8193];
pub const LINES: [&str; 26] = [
    "ACK",
    "ACK 1",
    "NAK",
    "CAN",
    "ECHO REQ",
    "ECHO REP",
    "ENQ 0",
    "ENQ 1",
    "ENQ 2",
    "ENQ 255",
    "ENQ 256",
    "PKT 1",
    "PKT 2",
    "PKT 5",
    "PKT 300",
    "PKT 4096",
    "PKT 4097",
    "PKT 5000",
    "PKT 8193",
    "PKT 0",
    "PKT 1048577",
    "PKT x",
    "BREED 1",
    "",
    "A LINE OF FAR MORE THAN SIXTEEN",
    "N\u{7f}K",
];

#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub strict: bool,
    pub hold_on: bool,
    pub rate: bool,
    pub yields: bool,
    pub chosen: u32,
}

#[derive(Debug, Clone)]
pub enum Act {
    Bytes(Vec<u8>),
    Line(usize),
    /// A good chunk with a byte changed, or as it is.
    Chunk {
        size: usize,
        index: usize,
        kind: u8,
        set: bool,
        session: u32,
        flip: Option<(usize, u8)>,
        keep: usize,
    },
    /// The chunk that is due now, as a faultless peer would send it.
    Due,
    /// It twice over.
    DueTwice,
    /// Microseconds; whether timers are told of it.
    Time(u64, bool),
    Backwards,
    Lost,
    Send(u8, usize, bool),
    Listen(u8, u8, bool),
    Echo,
    Say,
    Answer(bool),
    Cancel,
    Reset,
}

impl Setup {
    pub fn config(self) -> Config {
        Config {
            strict_seed: self.strict,
            glare: if self.hold_on { Glare::Hold } else { Glare::Yield },
            far_side: FarSide::Virtual,
            line_rate: self.rate.then_some(460_800),
            ..Config::default()
        }
    }
}

struct Chosen(u32, u32);

impl Entropy for Chosen {
    fn nonce(&mut self) -> [u8; 4] {
        self.0 += 1;
        self.0.to_le_bytes()
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.1.min(limit.saturating_sub(1))
    }
}

pub struct Player {
    pub engine: Engine,
    pub now: Duration,
    pub deadline: Option<Duration>,
    pub sent: Vec<(Duration, Vec<u8>, bool)>,
    pub events: Vec<(Duration, Event)>,
    setup: Setup,
    /// Size and number of the chunk that is due.
    due: (usize, usize),
}

impl Player {
    pub fn new(setup: Setup) -> Self {
        Self::with(setup, setup.config(), Some(Arc::clone(&SECRET)))
    }

    pub fn with(setup: Setup, config: Config, secret: Option<Arc<Secret>>) -> Self {
        let engine = Engine::new(config, secret, Box::new(Chosen(0, setup.chosen)));
        let (sent, events) = (Vec::new(), Vec::new());
        Self { engine, now: Duration::ZERO, deadline: None, sent, events, setup, due: (5, 0) }
    }

    /// The bytes that an act brings; none for a command or time.
    pub fn bytes_of(&self, act: &Act) -> Vec<u8> {
        let session = self.engine.session().unwrap_or(0);
        let due = || {
            let (size, index) = self.due;
            chunk(Header { session, kind: 1, set_session: false, index: index as u8, crc: 0 }, size, index)
        };
        match act {
            Act::Bytes(bytes) => bytes.clone(),
            Act::Line(line) => format!("{}\r\n", LINES[*line]).into_bytes(),
            Act::Chunk { size, index, kind, set, session: other, flip, keep } => {
                let header =
                    Header { session: session ^ other, kind: *kind, set_session: *set, index: *index as u8, crc: 0 };
                let mut chunk = chunk(header, *size, *index);
                if let Some((at, bits)) = flip
                    && let Some(byte) = chunk.get_mut(*at)
                {
                    *byte ^= bits;
                }
                chunk.truncate(*keep);
                chunk
            }
            Act::Due => due(),
            Act::DueTwice => due().repeat(2),
            _ => Vec::new(),
        }
    }

    /// Does it; says whether it was a command that may have something to tell.
    pub fn act(&mut self, act: &Act) -> bool {
        let now = self.now;
        match act {
            Act::Time(us, told) => {
                self.now += Duration::from_micros(*us);
                if *told {
                    self.engine.handle_input(Input::Time, self.now);
                }
                return true;
            }
            // An engine does not follow a clock that is set back.
            Act::Backwards => {
                self.engine.handle_input(Input::Time, now.saturating_sub(Duration::from_secs(30)));
                return true;
            }
            Act::Lost => self.engine.handle_input(Input::LinkLost, now),
            Act::Send(kind, size, set) => {
                let outgoing = if *set {
                    Outgoing::set_session(7, [1, 2])
                } else {
                    Outgoing::new(*kind, vec![*kind; SIZES[*size]]).unwrap()
                };
                let outgoing = if self.setup.yields { outgoing.yielding_to(Listen::to(1)) } else { outgoing };
                let _ = self.engine.send(outgoing, now);
            }
            Act::Listen(kind, hold, small) => {
                let hold = [Hold::Never, Hold::Last, Hold::Every][usize::from(*hold)];
                let limit = if *small { 4999 } else { 1_048_576 };
                let _ = self.engine.listen(Listen { kind: *kind, limit, hold }, now);
            }
            Act::Echo => drop(self.engine.echo(now)),
            Act::Say => drop(self.engine.say(Custom::new("SYNC 1").unwrap(), now)),
            Act::Answer(accept) => drop(self.engine.answer(*accept, now)),
            Act::Cancel => self.engine.cancel(now),
            Act::Reset => self.engine.reset(),
            bytes => {
                let bytes = self.bytes_of(bytes);
                self.engine.handle_input(Input::Bytes(&bytes), now);
                return false;
            }
        }
        true
    }

    /// Fetches all there is; it must come to an end, and the time it wants to be called at is not over.
    pub fn fetch(&mut self) {
        for _ in 0..10_000 {
            match self.engine.poll_output() {
                Output::Transmit { bytes, purge } => self.sent.push((self.now, bytes, purge)),
                Output::Event(event) => {
                    if let Event::Receiving { size, done, .. } = event {
                        self.due = (size as usize, usize::from(done));
                    }
                    self.events.push((self.now, event));
                }
                Output::Timeout(deadline) => {
                    self.deadline = deadline;
                    return;
                }
            }
        }
        panic!("there is no end to what it wants: {:?}", self.engine);
    }

    /// Silence.
    pub fn idle(&mut self, time: Duration) {
        let end = self.now + time;
        self.engine.handle_input(Input::Time, self.now);
        self.fetch();
        while let Some(deadline) = self.deadline.filter(|deadline| *deadline <= end) {
            assert!(
                deadline > self.now || self.sent.last().is_some_and(|(at, ..)| *at == self.now),
                "{:?}",
                self.engine
            );
            self.now = self.now.max(deadline);
            self.engine.handle_input(Input::Time, self.now);
            self.fetch();
        }
        self.now = end;
    }
}

fn chunk(header: Header, size: usize, index: usize) -> Vec<u8> {
    let start = (index * 4096).min(size);
    let data: Vec<u8> = (start..size.min(start + 4096)).map(|i| i as u8).collect();
    codec::encode(&SECRET, [9, 9, 9, index as u8], header, &data)
}

pub fn is_chunk(bytes: &[u8]) -> bool {
    codec::decode(&SECRET, &mut bytes.to_vec()).is_ok()
}
