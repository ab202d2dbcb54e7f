//! Cases of the schema `prong-vectors/1`, recognised by their fields.

use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::engine::{Config, Engine, Entropy, Event, Input, Listen, Outgoing, Output};
use eggtooth_prong::line::{Line, LineBuffer};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::{CHUNK, chunk_len, chunks};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::transcript;

/// Why a case failed.
pub type Outcome = Result<(), String>;

/// What has passed and failed.
#[derive(Default)]
pub struct Report {
    pub passed: usize,
    pub failures: Vec<String>,
}

impl Report {
    pub fn count(&mut self, name: &str, outcome: Outcome) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(reason) => self.failures.push(format!("{name}: {reason}")),
        }
    }

    /// Runs every case of one file.
    pub fn file(&mut self, name: &str, bytes: &[u8]) {
        let root: Value = match serde_json::from_slice(bytes) {
            Ok(root) => root,
            Err(error) => return self.count(name, Err(format!("is no JSON: {error}"))),
        };
        let groups: Vec<(String, &Value)> = match &root {
            Value::Object(groups) => {
                groups.iter().filter(|(key, _)| *key != "doc").map(|(key, value)| (key.clone(), value)).collect()
            }
            list => vec![(name.to_owned(), list)],
        };
        for (group, list) in groups {
            let Value::Array(list) = list else {
                self.count(&group, Err("is no list of cases".to_owned()));
                continue;
            };
            for (i, case) in list.iter().enumerate() {
                let name =
                    case["name"].as_str().map_or_else(|| format!("{group}[{i}]"), |name| format!("{group} {name}"));
                self.count(&name, run(case));
            }
        }
    }
}

fn run(case: &Value) -> Outcome {
    let has = |key: &str| case.get(key).is_some();
    if has("steps") {
        transcript::run(case)
    } else if has("verdict") {
        verdict(case)
    } else if has("parse") {
        line(case)
    } else if has("all_chunks_sha256") {
        stream(case)
    } else if has("header_plain_hex") {
        chunk(case)
    } else if has("seed_sha256_hex") {
        keystream(case)
    } else if has("crc_wire_hex") {
        crc(case)
    } else {
        Err("is of no known kind".to_owned())
    }
}

fn crc(case: &Value) -> Outcome {
    let data = match case["data_hex"].as_str() {
        Some(text) => hex(text)?,
        None => generated(text(case, "data_gen")?, number(case, "data_len")? as usize)?,
    };
    equal("data_len", &(data.len() as u64), &number(case, "data_len")?)?;
    let crc = codec::crc(&data);
    equal("crc", &u64::from(crc), &number(case, "crc")?)?;
    equal("crc_wire", &to_hex(&crc.to_le_bytes()), &text(case, "crc_wire_hex")?.to_owned())
}

fn keystream(case: &Value) -> Outcome {
    let (secret, nonce) = (secret(case)?, nonce(text(case, "nonce_hex")?)?);
    equal("nonce_u32", &u64::from(u32::from_le_bytes(nonce)), &number(case, "nonce_u32")?)?;
    let mut stream = vec![0; 512];
    codec::scramble(&secret, nonce, &mut stream);
    equal("seed", &to_hex(&stream[..32]), &text(case, "seed_sha256_hex")?.to_owned())?;
    equal("first 64", &to_hex(&stream[..64]), &text(case, "keystream_64_hex")?.to_owned())?;
    equal("224..256", &to_hex(&stream[224..256]), &text(case, "keystream_224_256_hex")?.to_owned())?;
    equal("256..288", &to_hex(&stream[256..288]), &text(case, "keystream_256_288_hex")?.to_owned())?;
    equal("first 512", &sha256(&stream), &text(case, "keystream_512_sha256")?.to_owned())
}

fn chunk(case: &Value) -> Outcome {
    let (secret, nonce) = (secret(case)?, nonce(text(case, "nonce_hex")?)?);
    let data = payload(case, number(case, "payload_len")? as usize)?;
    equal("payload", &sha256(&data), &text(case, "payload_sha256")?.to_owned())?;
    equal("payload_crc", &u64::from(codec::crc(&data)), &number(case, "payload_crc")?)?;
    let kind = number(case, "type")?;
    let header = Header {
        session: number(case, "session_id")? as u32,
        kind: (kind & 0xF) as u8,
        set_session: kind & 0x10 != 0,
        index: number(case, "chunk_index")? as u8,
        crc: codec::crc(&data),
    };
    let wire = codec::encode(&secret, nonce, header, &data);
    equal("chunk_len", &(wire.len() as u64), &number(case, "chunk_len")?)?;
    equal("chunk", &sha256(&wire), &text(case, "chunk_sha256")?.to_owned())?;
    for (key, part) in [
        ("chunk_hex", &wire[..]),
        ("chunk_head_hex", &wire[..wire.len().min(64)]),
        ("chunk_tail_hex", &wire[wire.len().saturating_sub(32)..]),
    ] {
        if let Some(expected) = case[key].as_str() {
            equal(key, &to_hex(part), &expected.to_owned())?;
        }
    }
    let mut plain = wire.clone();
    codec::scramble(&secret, nonce, &mut plain[4..]);
    equal("header", &to_hex(&plain[4..16]), &text(case, "header_plain_hex")?.to_owned())?;
    let mut back = wire.clone();
    let decoded = codec::decode(&secret, &mut back).map_err(|damage| format!("does not decode: {damage}"))?;
    equal("decoded header", &decoded.header, &header)?;
    equal("decoded data", &decoded.data, &&data[..])
}

/// A whole packet as an engine sends it.
fn stream(case: &Value) -> Outcome {
    let size = number(case, "payload_len")? as usize;
    let data = payload(case, size)?;
    equal("payload", &sha256(&data), &text(case, "payload_sha256")?.to_owned())?;
    equal("chunks", &(chunks(size) as u64), &number(case, "chunks")?)?;
    let base = number(case, "nonce_base_u32")? as u32;
    let nonces = (0..chunks(size) as u32).map(|i| base.wrapping_add(i).to_le_bytes()).collect();
    let session = number(case, "session_id")? as u32;
    let kind = number(case, "type")? as u8;
    // Where a session is set its own chunk takes the first nonce.
    let mut side =
        Side::new(Config { far_side: eggtooth_prong::engine::FarSide::Virtual, ..Config::default() }, secret(case)?);
    if session != 0 {
        side.set_session_as_initiator(session)?;
    }
    side.nonces(nonces);
    side.start(|engine, now| engine.send(Outgoing::new(kind, data.clone())?, now))?;
    let mut wire = Vec::new();
    let mut last = Vec::new();
    equal("PKT", &String::from_utf8_lossy(&side.sent()?).into_owned(), &text(case, "pkt_line")?.to_owned())?;
    for _ in 0..chunks(size) {
        side.hear(b"ACK\r\n");
        last = side.sent()?;
        wire.extend_from_slice(&last);
    }
    side.hear(b"ACK\r\n");
    equal("wire_len", &(wire.len() as u64), &number(case, "wire_len")?)?;
    equal("all chunks", &sha256(&wire), &text(case, "all_chunks_sha256")?.to_owned())?;
    equal("last chunk", &to_hex(&last[..last.len().min(32)]), &text(case, "last_chunk_head_hex")?.to_owned())?;
    equal("end", &side.events.last(), &Some(&Event::Sent))
}

/// What a recipient answers. The published text alone is judged: R-10 refuses the flag in longer packets, it does not.
fn verdict(case: &Value) -> Outcome {
    let secret_bytes = secret(case)?;
    let size = number(case, "packet_size")? as usize;
    let counter = number(case, "recipient_counter")? as usize;
    let mut side = Side::new(Config { strict_seed: true, ..Config::default() }, secret(case)?);
    let session = case["recipient_session"].as_u64().map(|session| session as u32);
    if let Some(session) = session {
        side.set_session_as_recipient(session, &secret_bytes)?;
    }
    let expected = number(case, "recipient_expected_type")? as u8;
    side.start(|engine, now| engine.listen(Listen::to(expected), now))?;
    side.hear(format!("PKT {size}\r\n").as_bytes());
    equal("answer to PKT", &side.sent()?, &b"ACK\r\n".to_vec())?;
    for index in 0..counter {
        let header = Header { session: session.unwrap_or(0), kind: 0, set_session: false, index: index as u8, crc: 0 };
        side.hear(&codec::encode(
            &secret_bytes,
            [9, 9, 9, index as u8],
            header,
            &vec![7; chunk_len(size, index).min(CHUNK)],
        ));
        equal("answer to a chunk before", &side.sent()?, &b"ACK\r\n".to_vec())?;
    }
    side.hear(&hex(text(case, "delivered_hex")?)?);
    side.run_until_sent(Duration::from_secs(3));
    let answer = side.sent()?;
    equal("verdict", &String::from_utf8_lossy(&answer).trim_end().to_owned(), &text(case, "verdict")?.to_owned())
}

fn line(case: &Value) -> Outcome {
    let mut buffer = LineBuffer::default();
    let lines: Vec<_> = hex(text(case, "input_hex")?)?.iter().filter_map(|&byte| buffer.push(byte)).collect();
    let [complete] = lines.as_slice() else { return Err(format!("{} lines, not one", lines.len())) };
    let parsed = match complete.line {
        None => "None".to_owned(),
        Some(Line::Custom(custom)) => format!("Custom[{}]", custom.words().collect::<Vec<_>>().join(",")),
        Some(line) => format!("{line:?}"),
    };
    equal("parse", &parsed, &text(case, "parse")?.to_owned())
}

/// One engine under test, its clock and what it did.
pub struct Side {
    pub engine: Engine,
    pub now: Duration,
    pub events: Vec<Event>,
    /// Bytes sent and when, not fetched yet.
    pub out: std::collections::VecDeque<(Duration, Vec<u8>)>,
    nonces: Arc<std::sync::Mutex<std::collections::VecDeque<[u8; 4]>>>,
}

/// A list of nonces; those that are missing are all 0xEE, which no vector has.
struct Listed(Arc<std::sync::Mutex<std::collections::VecDeque<[u8; 4]>>>);

impl Entropy for Listed {
    fn nonce(&mut self) -> [u8; 4] {
        self.0.lock().ok().and_then(|mut list| list.pop_front()).unwrap_or([0xEE; 4])
    }

    fn below(&mut self, _: u32) -> u32 {
        0
    }
}

impl Side {
    pub fn new(config: Config, secret: Secret) -> Self {
        let nonces = Arc::default();
        let engine = Engine::new(config, Some(Arc::new(secret)), Box::new(Listed(Arc::clone(&nonces))));
        Self { engine, now: Duration::ZERO, events: Vec::new(), out: std::collections::VecDeque::new(), nonces }
    }

    pub fn nonces(&mut self, list: Vec<[u8; 4]>) {
        if let Ok(mut nonces) = self.nonces.lock() {
            *nonces = list.into();
        }
    }

    pub fn start<E: std::fmt::Display>(
        &mut self,
        command: impl FnOnce(&mut Engine, Duration) -> Result<(), E>,
    ) -> Outcome {
        command(&mut self.engine, self.now).map_err(|error| format!("refused a command: {error}"))?;
        self.poll();
        Ok(())
    }

    pub fn hear(&mut self, bytes: &[u8]) {
        self.engine.handle_input(Input::Bytes(bytes), self.now);
        self.poll();
    }

    /// What was sent next.
    pub fn sent(&mut self) -> Result<Vec<u8>, String> {
        self.out.pop_front().map(|(_, bytes)| bytes).ok_or_else(|| "nothing was sent".to_owned())
    }

    /// Lets time pass up to `until`, timer by timer.
    pub fn run_until(&mut self, until: Duration) {
        while let Some(deadline) = self.poll().filter(|deadline| *deadline <= until) {
            self.now = self.now.max(deadline);
            self.engine.handle_input(Input::Time, self.now);
        }
        self.now = self.now.max(until);
    }

    pub fn run_until_sent(&mut self, limit: Duration) {
        let end = self.now + limit;
        while self.out.is_empty() {
            match self.poll().filter(|deadline| *deadline <= end) {
                Some(deadline) => self.run_until(deadline),
                None => return,
            }
        }
    }

    fn poll(&mut self) -> Option<Duration> {
        loop {
            match self.engine.poll_output() {
                Output::Transmit { bytes, .. } => self.out.push_back((self.now, bytes)),
                Output::Event(event) => self.events.push(event),
                Output::Timeout(deadline) => return deadline,
            }
        }
    }

    pub fn set_session_as_initiator(&mut self, id: u32) -> Outcome {
        self.start(|engine, now| engine.send(Outgoing::set_session(id, [1, 2]), now))?;
        self.hear(b"ACK\r\n");
        self.hear(b"ACK\r\n");
        self.settled(id)
    }

    pub fn set_session_as_recipient(&mut self, id: u32, secret: &Secret) -> Outcome {
        self.start(|engine, now| engine.listen(Listen::to(0), now))?;
        self.hear(b"PKT 2\r\n");
        let header = Header { session: id, kind: 0, set_session: true, index: 0, crc: 0 };
        self.hear(&codec::encode(secret, [8, 8, 8, 8], header, &[1, 2]));
        self.settled(id)
    }

    /// The session is set; what that left on both sides is over.
    fn settled(&mut self, id: u32) -> Outcome {
        equal("session", &self.engine.session(), &Some(id))?;
        self.run_until(self.now + Duration::from_secs(20));
        self.out.clear();
        self.events.clear();
        Ok(())
    }
}

pub fn equal<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, should_be: &T) -> Outcome {
    if is == should_be { Ok(()) } else { Err(format!("{what} is {is:?}, not {should_be:?}")) }
}

pub fn text<'a>(case: &'a Value, key: &str) -> Result<&'a str, String> {
    case[key].as_str().ok_or_else(|| format!("has no text {key}"))
}

pub fn number(case: &Value, key: &str) -> Result<u64, String> {
    case[key].as_u64().ok_or_else(|| format!("has no number {key}"))
}

pub fn secret(case: &Value) -> Result<Secret, String> {
    Secret::new(hex(text(case, "secret_hex")?)?).map_err(|error| error.to_string())
}

pub fn nonce(text: &str) -> Result<[u8; 4], String> {
    hex(text)?.try_into().map_err(|_| "a nonce has four bytes".to_owned())
}

/// The data of a case: given in hexadecimal or made by its rule.
pub fn payload(case: &Value, len: usize) -> Result<Vec<u8>, String> {
    let data = match case["payload_hex"].as_str() {
        Some(text) => hex(text)?,
        None => generated(text(case, "payload_gen")?, len)?,
    };
    equal("payload length", &data.len(), &len)?;
    Ok(data)
}

fn generated(rule: &str, len: usize) -> Result<Vec<u8>, String> {
    if let Some(seed) = rule.strip_prefix("sha256ctr:") {
        let blocks = (0_u32..).map(|c| Sha256::new().chain_update(seed).chain_update(c.to_le_bytes()).finalize());
        return Ok(blocks.flatten().take(len).collect());
    }
    let (count, byte) = rule.split_once(" bytes of 0x").ok_or_else(|| format!("{rule:?} is no known rule for data"))?;
    let (count, byte) = (count.parse::<usize>(), u8::from_str_radix(byte, 16));
    match (count, byte) {
        (Ok(count), Ok(byte)) if count == len => Ok(vec![byte; count]),
        _ => Err(format!("{rule:?} is no known rule for data")),
    }
}

pub fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    match digits {
        Some(digits) if digits.len() % 2 == 0 => Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()),
        _ => Err(format!("{text:?} is no hexadecimal")),
    }
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}
