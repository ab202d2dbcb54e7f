//! `prong bridge`: a toy here and a toy there talk as if their prongs touched, as far as the flash guard allows.

use anyhow::Result;
use eggtooth_prong::capture::Direction;
use eggtooth_prong::engine::FarSide;
use eggtooth_prong::gate::Gate;
use eggtooth_prong::transport::{Arrival, Clock, Transport};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::arguments::BridgeArguments;
use super::session::interrupted;
use super::sniff::Log;
use super::{open, secret};
use crate::output;

/// How long each side is waited for in turn: bytes are late by no more than this.
const TURN: Duration = Duration::from_millis(1);
/// How long the last bytes may take to leave.
const LEAVE: Duration = Duration::from_secs(2);
/// A refusal is answered, and the answer perhaps refused: never more often in a row.
const ANSWERS: u32 = 4;

/// One end: a line, and the guard in front of what is behind it.
struct End {
    name: String,
    line: Box<dyn Transport>,
    gate: Gate,
}

/// `prong bridge`.
pub fn bridge(arguments: &BridgeArguments) -> Result<()> {
    let port = &arguments.port;
    let secret = secret::given(arguments.secret_file.as_deref())?;
    if secret.is_none() {
        output::log(
            "without the shared secret nobody can see what a packet is: only those of one or two bytes will pass",
        );
    }
    let stopped = interrupted()?;
    let clock = Clock::start();
    let here: Box<dyn Transport> = Box::new(open::open_port(port, false, false, clock)?);
    let (here, trouble) = open::captured(here, arguments.capture.as_deref(), clock)?;
    let mut endpoint = None;
    let (there, name): (Box<dyn Transport>, _) = match &arguments.to {
        Some(other) => (Box::new(open::open_port(other, false, false, clock)?), other.display().to_string()),
        None => {
            let (line, kept) = open::friend(&arguments.friend, clock)?;
            endpoint = Some(kept);
            (line, "the friend".to_owned())
        }
    };
    // Behind a friend may be a toy as well, which their own bridge guards; ours does it once more.
    let gate = || Gate::new(secret.clone(), FarSide::Hardware);
    let mut bridge = Bridge {
        ends: [
            End { name: port.display().to_string(), line: here, gate: gate() },
            End { name, line: there, gate: gate() },
        ],
        clock,
        log: Log::new(secret.as_deref(), arguments.json),
    };
    output::log(&format!("{} and {} are joined", bridge.ends[0].name, bridge.ends[1].name));
    let outcome = bridge.run(|| stopped.load(Ordering::Relaxed));
    for end in &mut bridge.ends {
        let _ = end.line.flush(LEAVE);
    }
    bridge.log.end(clock.now())?;
    if let Some(trouble) = trouble.get() {
        output::log(trouble);
    }
    drop(endpoint);
    outcome
}

struct Bridge<'a> {
    ends: [End; 2],
    clock: Clock,
    log: Log<'a>,
}

impl Bridge<'_> {
    fn run(&mut self, stopped: impl Fn() -> bool) -> Result<()> {
        while !stopped() {
            for i in 0..2 {
                match self.ends[i].line.next(TURN)? {
                    Some(Arrival::Bytes { at, bytes }) => {
                        let passed = self.ends[i].gate.incoming(&bytes, at);
                        self.write(i, &passed.to_toy)?;
                        self.send(1 - i, &passed.to_near, ANSWERS)?;
                    }
                    Some(Arrival::Lost { reason, .. }) => {
                        output::log(&format!("{}: {reason}; waiting for it to come back", self.ends[i].name));
                        self.reset();
                    }
                    Some(Arrival::Back { .. }) => {
                        output::log(&format!("{} is back", self.ends[i].name));
                        self.reset();
                    }
                    _ => {}
                }
                let ticked = self.ends[i].gate.tick(self.clock.now());
                self.write(i, &ticked.to_toy)?;
                self.send(1 - i, &ticked.to_near, ANSWERS)?;
            }
        }
        Ok(())
    }

    /// Sends bytes to an end, as far as its guard lets them through; what the guard answers goes back.
    fn send(&mut self, to: usize, bytes: &[u8], answers: u32) -> Result<()> {
        if bytes.is_empty() || answers == 0 {
            return Ok(());
        }
        let passed = self.ends[to].gate.outgoing(bytes, self.clock.now());
        self.write(to, &passed.to_toy)?;
        if let Some(refused) = passed.refused {
            output::log(&format!("not let through to {}: {refused}", self.ends[to].name));
        }
        self.send(1 - to, &passed.to_near, answers - 1)
    }

    fn write(&mut self, to: usize, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.ends[to].line.send(bytes)?;
        let direction = if to == 0 { Direction::Received } else { Direction::Sent };
        self.log.feed(direction, self.clock.now(), bytes)
    }

    /// A side that drops leaves half a packet behind: nobody is to take it for the beginning of the next.
    fn reset(&mut self) {
        for end in &mut self.ends {
            end.gate.reset();
            end.line.purge();
        }
    }
}
