//! Two engines, two applications that do silly things, and a bad line between them, in virtual time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::engine::{Config, Engine, Entropy, Event, FarSide, Glare, Hold, Input, Listen, Outgoing, Output};
use eggtooth_prong::secret::Secret;

use super::faults::{Faults, Random};

/// What one seed came to.
#[derive(Default, Debug, Clone, Copy)]
pub struct Tally {
    pub sends: u64,
    pub sent: u64,
    pub delivered: u64,
    pub yields: u64,
}

struct Seeded(Random);

impl Entropy for Seeded {
    fn nonce(&mut self) -> [u8; 4] {
        (self.0.next() as u32).to_le_bytes()
    }

    fn below(&mut self, limit: u32) -> u32 {
        if limit == 0 { 0 } else { self.0.below(u64::from(limit)) as u32 }
    }
}

/// What became of one packet that was sent.
#[derive(Debug)]
struct Sending {
    by: usize,
    data: Vec<u8>,
    kind: u8,
    /// The sender was told that it arrived.
    sent: bool,
    /// The sender was told that it did not, or was restarted.
    failed: bool,
    delivered: u32,
    /// The other side was told of a failure, or was restarted, since the send began.
    other_knows: bool,
}

struct Node {
    engine: Engine,
    config: Config,
    /// Index of its sending in the history.
    current: Option<usize>,
    /// When its application next does something.
    acts: Duration,
    /// Acts left.
    left: u32,
    /// Answers to held chunks that are due.
    answer: Option<Duration>,
    /// Bytes on their way to it.
    wire: VecDeque<(Duration, Vec<u8>)>,
    listens: bool,
    /// A packet was accepted and neither delivered nor given up.
    receiving: bool,
}

pub struct World {
    random: Random,
    now: Duration,
    nodes: [Node; 2],
    faults: Faults,
    latency: Duration,
    secret: Arc<Secret>,
    history: Vec<Sending>,
    tally: Tally,
    /// Whether anything at all goes wrong.
    clean: bool,
    pub log: Option<Vec<String>>,
}

impl World {
    pub fn new(seed: u64, log: bool) -> Self {
        let mut random = Random(seed);
        let secret = Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap());
        let strict_seed = random.chance(150);
        let line_rate = random.chance(300).then_some(460_800);
        let clean = random.chance(50);
        let none = Faults { lost: 0, cut: 0, burst: 0, doubled: 0, stretched: 0, swapped: 0, delayed: 0, delay: 0 };
        let faults = if clean { none } else { Faults::of(&mut random) };
        let latency = if random.chance(500) { Duration::ZERO } else { random.millis(300) };
        let nodes = [0, 1].map(|_| {
            let glare = if random.chance(600) { Glare::Yield } else { Glare::Hold };
            let config = Config { strict_seed, glare, line_rate, far_side: FarSide::Virtual, ..Config::default() };
            let entropy = Box::new(Seeded(Random(random.next())));
            Node {
                engine: Engine::new(config.clone(), Some(Arc::clone(&secret)), entropy),
                config,
                current: None,
                acts: random.millis(300),
                left: 1 + random.below(4) as u32,
                answer: None,
                wire: VecDeque::new(),
                listens: random.chance(700),
                receiving: false,
            }
        });
        let log = log.then(Vec::new);
        Self {
            random,
            now: Duration::ZERO,
            nodes,
            faults,
            latency,
            secret,
            history: Vec::new(),
            tally: Tally::default(),
            clean,
            log,
        }
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// What was promised and not kept.
    pub fn run(&mut self) -> Result<Tally, String> {
        // No conversation takes longer: every wait of the protocol is bounded.
        let limit = Duration::from_secs(3600);
        loop {
            self.drain()?;
            let Some(next) = self.next() else { break };
            if next > limit {
                return Err(format!("no end: {:?} and {:?}", self.nodes[0].engine, self.nodes[1].engine));
            }
            self.now = next;
            for i in 0..2 {
                self.step(i)?;
            }
        }
        self.judge()?;
        Ok(self.tally)
    }

    fn next(&mut self) -> Option<Duration> {
        let mut next: Option<Duration> = None;
        let mut sooner = |at: Duration| next = Some(next.map_or(at, |best: Duration| best.min(at)));
        for node in &mut self.nodes {
            if node.left > 0 {
                sooner(node.acts);
            }
            if let Some(at) = node.answer {
                sooner(at);
            }
            if let Some((at, _)) = node.wire.front() {
                sooner(*at);
            }
            if let Output::Timeout(Some(at)) = node.engine.poll_output() {
                sooner(at);
            }
        }
        next.map(|next| next.max(self.now))
    }

    fn step(&mut self, i: usize) -> Result<(), String> {
        let now = self.now;
        while let Some((_, bytes)) = self.nodes[i].wire.pop_front_if(|(at, _)| *at <= now) {
            self.note(|| format!("{i} hears {}", show(&bytes)));
            self.nodes[i].engine.handle_input(Input::Bytes(&bytes), now);
            self.drain()?;
        }
        self.nodes[i].engine.handle_input(Input::Time, now);
        self.drain()?;
        if self.nodes[i].answer.is_some_and(|at| at <= now) {
            self.nodes[i].answer = None;
            let accept = !self.random.chance(100);
            self.note(|| format!("{i} answers {accept}"));
            // Too late is no fault of the engine.
            let _ = self.nodes[i].engine.answer(accept, now);
        }
        if self.nodes[i].left > 0 && self.nodes[i].acts <= now {
            self.nodes[i].left -= 1;
            self.nodes[i].acts = now + self.random.millis(12_000);
            self.act(i)?;
        }
        self.drain()
    }

    /// The application does something.
    fn act(&mut self, i: usize) -> Result<(), String> {
        let now = self.now;
        match self.random.below(20) {
            0 => {
                self.note(|| format!("{i} cancels"));
                self.nodes[i].engine.cancel(now);
            }
            1 => self.restart(i),
            2 => {
                self.note(|| format!("{i} echoes"));
                let _ = self.nodes[i].engine.echo(now);
            }
            3 => self.set_session(i),
            4 if !self.clean => {
                let junk: Vec<u8> = (0..self.random.below(40)).map(|_| self.random.next() as u8).collect();
                self.note(|| format!("{i} is shouted at: {}", show(&junk)));
                self.nodes[i].wire.push_back((now, junk));
                self.nodes[i].wire.make_contiguous().sort_by_key(|(at, _)| *at);
            }
            5 => {
                self.nodes[i].listens = true;
                self.listen(i);
            }
            _ => self.send(i)?,
        }
        Ok(())
    }

    fn set_session(&mut self, i: usize) {
        let id = self.random.next() as u32;
        self.note(|| format!("{i} sets the session"));
        let _ = self.nodes[i].engine.send(Outgoing::set_session(id, [1, 2]), self.now);
    }

    fn send(&mut self, i: usize) -> Result<(), String> {
        let sizes = [1, 2, 17, 300, 4095, 4096, 4097, 8249, 12_288];
        let size = sizes[self.random.below(sizes.len() as u64) as usize];
        let kind = 1 + self.random.below(2) as u8;
        let mut content = Random(self.random.next());
        let mut data: Vec<u8> = (0..size).map(|_| content.next() as u8).collect();
        // The shortest would be mistaken for each other.
        data[0] = self.history.len() as u8;
        if self.nodes[i].engine.activity() == eggtooth_prong::engine::Activity::Listening {
            self.nodes[i].engine.cancel(self.now);
            self.drain()?;
        }
        let listen = self.what_to_listen_for();
        let outgoing = Outgoing::new(kind, data.clone()).unwrap().yielding_to(listen);
        if self.nodes[i].engine.send(outgoing, self.now).is_ok() {
            self.note(|| format!("{i} sends {size} bytes"));
            self.tally.sends += 1;
            self.nodes[i].current = Some(self.history.len());
            self.history.push(Sending {
                by: i,
                data,
                kind,
                sent: false,
                failed: false,
                delivered: 0,
                other_knows: false,
            });
        }
        Ok(())
    }

    fn what_to_listen_for(&mut self) -> Listen {
        let hold = match self.random.below(10) {
            0 => Hold::Every,
            1 => Hold::Last,
            _ => Hold::Never,
        };
        Listen { hold, ..Listen::to(self.random.below(2) as u8) }
    }

    fn listen(&mut self, i: usize) {
        if self.nodes[i].listens {
            let listen = self.what_to_listen_for();
            let _ = self.nodes[i].engine.listen(listen, self.now);
        }
    }

    /// The program dies and is started again: it knows nothing, but its user knows that.
    fn restart(&mut self, i: usize) {
        self.note(|| format!("{i} restarts"));
        let entropy = Box::new(Seeded(Random(self.random.next())));
        let node = &mut self.nodes[i];
        node.engine = Engine::new(node.config.clone(), Some(Arc::clone(&self.secret)), entropy);
        node.answer = None;
        if let Some(current) = node.current.take() {
            self.history[current].failed = true;
        }
        self.failed_at(i);
        self.listen(i);
    }

    /// Side `i` learned of a failure: whatever the other was sending, it knows.
    fn failed_at(&mut self, i: usize) {
        if !std::mem::take(&mut self.nodes[i].receiving) {
            return;
        }
        for sending in &mut self.history {
            if sending.by != i && sending.delivered == 0 {
                sending.other_knows = true;
            }
        }
    }

    fn drain(&mut self) -> Result<(), String> {
        for i in 0..2 {
            loop {
                match self.nodes[i].engine.poll_output() {
                    Output::Transmit { bytes, .. } => self.transmit(i, &bytes),
                    Output::Event(event) => self.event(i, event)?,
                    Output::Timeout(_) => break,
                }
            }
        }
        Ok(())
    }

    fn transmit(&mut self, from: usize, bytes: &[u8]) {
        self.note(|| format!("{from} says {}", show(bytes)));
        let pieces = self.faults.apply(bytes, &self.secret, &mut self.random);
        let rate = self.nodes[from].config.line_rate;
        let timers = &self.nodes[from].config.timers;
        let latest = if bytes.len() > 16 { timers.response } else { timers.packet };
        let wire = &mut self.nodes[1 - from].wire;
        let mut at = (self.now + self.latency).max(wire.back().map_or(Duration::ZERO, |(at, _)| *at));
        for (pause, piece) in pieces {
            // Ten bits a byte.
            let takes = rate.map_or(Duration::ZERO, |rate| {
                Duration::from_micros(piece.len() as u64 * 10_000_000 / u64::from(rate))
            });
            // No later than the timeouts: answers that come after them belong to nothing, and no number in them says so.
            at = (at + pause + takes).min(self.now + latest).max(at);
            wire.push_back((at, piece));
        }
    }

    fn event(&mut self, i: usize, event: Event) -> Result<(), String> {
        self.note(|| match &event {
            Event::Received(packet) => format!("{i} received {} bytes", packet.data.len()),
            event => format!("{i}: {event:?}"),
        });
        match event {
            Event::Renewed { .. } => self.failed_at(i),
            Event::Receiving { .. } => self.nodes[i].receiving = true,
            Event::Received(packet) => {
                self.nodes[i].receiving = false;
                self.tally.delivered += 1;
                let Some(sending) =
                    self.history.iter_mut().find(|sending| sending.by != i && sending.data == packet.data)
                else {
                    return Err(format!("{i} was given {} bytes that nobody sent", packet.data.len()));
                };
                if packet.kind != sending.kind {
                    return Err(format!("type {} became {}", sending.kind, packet.kind));
                }
                sending.delivered += 1;
                if sending.delivered > 1 {
                    return Err("a packet was delivered twice".to_owned());
                }
                self.listen(i);
            }
            Event::Sent => {
                if let Some(current) = self.nodes[i].current.take() {
                    self.history[current].sent = true;
                    self.tally.sent += 1;
                }
                self.listen(i);
            }
            Event::Stopped(_) => {
                self.failed_at(i);
                // While an offer waits that gave way, what stopped was the receiving.
                if self.nodes[i].engine.is_idle()
                    && let Some(current) = self.nodes[i].current.take()
                {
                    self.history[current].failed = true;
                }
                self.listen(i);
            }
            Event::Held { .. } => self.nodes[i].answer = Some(self.now + self.random.millis(5000)),
            Event::Yielded { .. } => self.tally.yields += 1,
            Event::Offered { .. } if self.random.chance(500) => {
                self.nodes[i].listens = true;
                self.listen(i);
            }
            Event::SessionSet(_) => {
                self.nodes[i].receiving = false;
                self.listen(i);
            }
            Event::EchoAnswered | Event::EchoUnanswered => self.listen(i),
            _ => {}
        }
        Ok(())
    }

    fn judge(&self) -> Result<(), String> {
        for sending in &self.history {
            let size = sending.data.len();
            if !sending.sent && !sending.failed {
                return Err(format!("nobody told {} what became of its {size} bytes", sending.by));
            }
            if sending.sent && sending.delivered == 0 && !sending.other_knows {
                return Err(format!(
                    "{} was told that {size} bytes arrived; they did not, and nobody knows",
                    sending.by
                ));
            }
        }
        for (i, node) in self.nodes.iter().enumerate() {
            if !matches!(
                node.engine.activity(),
                eggtooth_prong::engine::Activity::Idle | eggtooth_prong::engine::Activity::Listening
            ) {
                return Err(format!("{i} stays as it is for ever: {:?}", node.engine));
            }
        }
        Ok(())
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            log.push(format!("{:>9.3} {}", self.now.as_secs_f64(), text()));
        }
    }
}

fn show(bytes: &[u8]) -> String {
    if bytes.len() < 40 { format!("{:?}", String::from_utf8_lossy(bytes)) } else { format!("{} bytes", bytes.len()) }
}
