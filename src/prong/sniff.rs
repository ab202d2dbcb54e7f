//! `prong sniff`: what passes on a line, in words; live, from a capture, or while a capture is played again.

use anyhow::{Context, Result, bail};
use eggtooth_prong::capture::{Direction, Reader, Record};
use eggtooth_prong::decode::{Entry, Observer, Verdict, What};
use eggtooth_prong::engine::FarSide;
use eggtooth_prong::gate::Gate;
use eggtooth_prong::secret::Secret;
use eggtooth_prong::transport::{Arrival, Clock, Transport};
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::arguments::SniffArguments;
use super::session::interrupted;
use super::{open, secret};
use crate::output;

/// The longest pause between two looks at Ctrl-C.
const GLANCE: Duration = Duration::from_millis(50);
/// How long the other side has to answer as it did in a capture that is played.
const ANSWER: Duration = Duration::from_secs(6);
/// How long what a played capture provoked is listened to after its end.
const ECHO: Duration = Duration::from_secs(2);

/// `prong sniff`.
pub fn sniff(arguments: &SniffArguments) -> Result<()> {
    let secret = secret::given(arguments.secret_file.as_deref())?;
    let log = Log::new(secret.as_deref(), arguments.json);
    match (&arguments.replay, &arguments.port) {
        (Some(capture), None) => read(log, capture),
        (Some(capture), Some(port)) => play(log, arguments, capture, port, secret.clone()),
        (None, Some(port)) => listen(log, arguments, port),
        (None, None) => bail!("give --port or --replay"),
    }
}

/// What passed, printed as it becomes clear.
pub struct Log<'a> {
    observer: Observer<'a>,
    json: bool,
}

impl<'a> Log<'a> {
    /// Without the secret only sizes are known.
    pub fn new(secret: Option<&'a Secret>, json: bool) -> Self {
        Self { observer: Observer::new(secret), json }
    }

    /// A piece of one direction.
    pub fn feed(&mut self, direction: Direction, at: Duration, bytes: &[u8]) -> Result<()> {
        let entries = self.observer.feed(direction, at, bytes);
        self.print(&entries)
    }

    /// Nothing more comes.
    pub fn end(&mut self, at: Duration) -> Result<()> {
        let entries = self.observer.end(at);
        self.print(&entries)
    }

    fn print(&self, entries: &[Entry]) -> Result<()> {
        let lines: Vec<String> = entries
            .iter()
            .map(|entry| if self.json { format!("{}\n", to_json(entry)) } else { format!("{entry}\n") })
            .collect();
        if lines.is_empty() { Ok(()) } else { output::print(&lines.concat()) }
    }
}

fn records(path: &Path) -> Result<Reader<BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("the capture {} cannot be read", path.display()))?;
    Ok(Reader::new(BufReader::new(file)))
}

/// A capture, from its beginning to its end. Times count from its first record.
fn read(mut log: Log<'_>, path: &Path) -> Result<()> {
    let mut reader = records(path)?;
    let mut zero = None;
    let mut last = Duration::ZERO;
    while let Some(Record { at, direction, bytes }) =
        reader.next_record().with_context(|| path.display().to_string())?
    {
        last = at.saturating_sub(*zero.get_or_insert(at));
        log.feed(direction, last, &bytes)?;
    }
    log.end(last)?;
    if reader.skipped() > 0 {
        output::log(&format!("{} records of other links were skipped", reader.skipped()));
    }
    Ok(())
}

/// A line, as long as it is there.
fn listen(mut log: Log<'_>, arguments: &SniffArguments, port: &Path) -> Result<()> {
    let clock = Clock::start();
    let mut lines = vec![(Direction::Received, line(arguments, port, clock)?.0)];
    if let Some(other) = &arguments.other {
        lines.push((Direction::Sent, Box::new(open::open_port(other, false, false, clock)?)));
    }
    let stopped = interrupted()?;
    let end = arguments.timeout.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds));
    let wait = if lines.len() > 1 { Duration::from_millis(2) } else { GLANCE };
    let mut outcome = Ok(());
    'all: while !is_over(&stopped, end) {
        for (direction, line) in &mut lines {
            match line.next(wait) {
                Ok(Some(Arrival::Bytes { at, bytes })) => log.feed(*direction, at, &bytes)?,
                Ok(Some(Arrival::Lost { reason, .. })) => {
                    output::log(&format!("{reason}; waiting for it to come back"))
                }
                Ok(Some(Arrival::Back { .. })) => output::log("it is back"),
                Ok(_) => {}
                Err(error) => {
                    outcome = Err(error);
                    break 'all;
                }
            }
        }
    }
    log.end(clock.now())?;
    Ok(outcome?)
}

/// Plays what a capture sent again, at its own pace and through the flash guard.
fn play(log: Log<'_>, arguments: &SniffArguments, path: &Path, port: &Path, secret: Option<Arc<Secret>>) -> Result<()> {
    let mut reader = records(path)?;
    let clock = Clock::start();
    let (line, trouble) = line(arguments, port, clock)?;
    let gate = Gate::new(secret, FarSide::Hardware);
    let mut player = Player { log, line, gate, clock, stopped: interrupted()?, heard: 0 };
    let mut zero = None;
    let mut expected = 0;
    while let Some(Record { at, direction, bytes }) =
        reader.next_record().with_context(|| path.display().to_string())?
    {
        let due = at.saturating_sub(*zero.get_or_insert(at));
        if direction == Direction::Received {
            expected += bytes.len();
            player.hear(clock.now().max(due) + ANSWER, Some(expected))?;
            if player.heard < expected && !player.is_stopped() {
                bail!("the other side does not answer as it did in {}", path.display());
            }
        } else {
            player.hear(due, None)?;
            player.say(&bytes)?;
        }
        if player.is_stopped() {
            bail!("cancelled");
        }
    }
    player.hear(clock.now() + ECHO, None)?;
    player.log.end(clock.now())?;
    if player.gate.dropped() > 0 {
        bail!("{} bytes were not let through to the toy", player.gate.dropped());
    }
    if let Some(trouble) = trouble.get() {
        output::log(trouble);
    }
    Ok(())
}

/// A capture that is played at a port.
struct Player<'a> {
    log: Log<'a>,
    line: Box<dyn Transport>,
    gate: Gate,
    clock: Clock,
    stopped: Arc<AtomicBool>,
    /// Bytes that came.
    heard: usize,
}

impl Player<'_> {
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Takes what comes until `due`, or until so much has come.
    fn hear(&mut self, due: Duration, enough: Option<usize>) -> Result<()> {
        while !self.is_stopped() && enough.is_none_or(|enough| self.heard < enough) {
            let now = self.clock.now();
            if now >= due {
                break;
            }
            match self.line.next((due - now).min(GLANCE))? {
                Some(Arrival::Bytes { at, bytes }) => {
                    self.heard += bytes.len();
                    self.log.feed(Direction::Received, at, &bytes)?;
                    let passed = self.gate.incoming(&bytes, at);
                    self.forward(&passed.to_toy)?;
                }
                Some(Arrival::Lost { reason, .. }) => bail!(reason),
                _ => {}
            }
            let ticked = self.gate.tick(self.clock.now());
            self.forward(&ticked.to_toy)?;
        }
        Ok(())
    }

    fn say(&mut self, bytes: &[u8]) -> Result<()> {
        let passed = self.gate.outgoing(bytes, self.clock.now());
        self.forward(&passed.to_toy)?;
        if let Some(refused) = passed.refused {
            // The gate's own CAN is to get out.
            self.hear(self.clock.now() + ECHO, None)?;
            self.line.flush(ECHO)?;
            self.log.end(self.clock.now())?;
            return Err(refused.into());
        }
        Ok(())
    }

    fn forward(&mut self, bytes: &[u8]) -> Result<()> {
        if !bytes.is_empty() {
            self.line.send(bytes)?;
            self.log.feed(Direction::Sent, self.clock.now(), bytes)?;
        }
        Ok(())
    }
}

type Line = (Box<dyn Transport>, Arc<std::sync::OnceLock<String>>);

fn line(arguments: &SniffArguments, port: &Path, clock: Clock) -> Result<Line> {
    open::captured(Box::new(open::open_port(port, false, false, clock)?), arguments.capture.as_deref(), clock)
}

fn is_over(stopped: &AtomicBool, end: Option<Instant>) -> bool {
    stopped.load(Ordering::Relaxed) || end.is_some_and(|end| end <= Instant::now())
}

/// One entry for a program: `at` in seconds, `from` `here` or `there`, `what`, and what is known of it.
fn to_json(entry: &Entry) -> Value {
    let from = if entry.direction == Direction::Sent { "here" } else { "there" };
    let mut object = json!({ "at": entry.at.as_secs_f64(), "from": from, "what": entry.what.name(), "words": entry.what.to_string() });
    let fields = match &entry.what {
        What::Line { overlong, .. } => json!({ "line": entry.what.text(), "overlong": overlong }),
        What::Chunk { index, of, len, verdict } => {
            let (good, kind, session, set_session) = match verdict {
                Verdict::Good { kind, session, set_session } => {
                    (Some(true), Some(*kind), Some(*session), Some(*set_session))
                }
                Verdict::Damaged(_) => (Some(false), None, None, None),
                Verdict::Sealed => (None, None, None, None),
            };
            json!({ "index": index, "of": of, "bytes": len, "good": good, "type": kind, "session": session, "set_session": set_session })
        }
        What::Cut { got, of } => json!({ "bytes": got, "of_bytes": of }),
        What::Noise { len } | What::Unexplained { len } => json!({ "bytes": len }),
        What::Silence { time, awaited } => json!({ "seconds": time.as_secs_f64(), "awaited": awaited.words() }),
        What::Packet { kind, session, size, .. } => json!({ "type": kind, "session": session, "bytes": size }),
        _ => json!({}),
    };
    if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
        object.extend(fields);
    }
    object
}
