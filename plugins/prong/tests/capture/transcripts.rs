//! The transcripts of the vectors as they pass on a line.

use std::sync::LazyLock;
use std::time::Duration;

use eggtooth_prong::capture::{Direction, Record};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    transcripts: Vec<Transcript>,
}

#[derive(Deserialize)]
pub struct Transcript {
    pub name: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    t_ms: u64,
    from: String,
    sent_hex: String,
    delivered_hex: Option<String>,
}

static FILE: LazyLock<File> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/prong_vectors.json")).unwrap());

pub fn all() -> &'static [Transcript] {
    &FILE.transcripts
}

pub fn named(name: &str) -> Vec<Record> {
    all().iter().find(|transcript| transcript.name == name).unwrap().records()
}

impl Transcript {
    /// What was delivered; lost bytes are not on the line.
    pub fn records(&self) -> Vec<Record> {
        let record = |step: &Step| Record {
            at: Duration::from_millis(step.t_ms),
            direction: if step.from == "I" { Direction::Sent } else { Direction::Received },
            bytes: hex(step.delivered_hex.as_ref().unwrap_or(&step.sent_hex)),
        };
        self.steps.iter().map(record).filter(|record| !record.bytes.is_empty()).collect()
    }
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
