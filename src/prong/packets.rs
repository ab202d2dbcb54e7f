//! `prong echo`, `send`, `receive` and `say`: one thing, and its end.

use anyhow::{Context, Result, bail};
use eggtooth_prong::MAX_PACKET;
use eggtooth_prong::engine::{Event, Listen, Outgoing, Stop};
use eggtooth_prong::guard;
use eggtooth_prong::line::Custom;
use eggtooth_prong::packet;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

use super::arguments::{LinkArguments, ReceiveArguments, SendArguments};
use super::open::{self, Secrecy};
use super::permit;
use super::progress::Progress;
use super::session::{Session, tell};
use crate::output;

/// How long the last chunk is acknowledged again after a transfer in which something went wrong (E-3).
const LINGER: Duration = Duration::from_secs(6);

/// `prong echo`.
pub fn echo(arguments: &LinkArguments) -> Result<()> {
    let mut session = open::open(arguments, Secrecy::Unneeded)?;
    let began = Instant::now();
    session.link.echo()?;
    loop {
        match session.next(None)? {
            Some(Event::EchoAnswered) => break,
            Some(Event::EchoUnanswered) => bail!(
                "no answer to three echo requests: is the toy awake and on its link screen, are left and right prong crossed over, is the logic 3.3 V?"
            ),
            Some(Event::Stopped(stop)) => bail!("{stop}"),
            _ => {}
        }
    }
    let millis = began.elapsed().as_secs_f64() * 1000.0;
    session.finish();
    tell(
        arguments.json,
        &format!("the other side is there, it answered in {millis:.1} ms"),
        object(json!({"command": "echo", "milliseconds": millis})),
    )
}

/// `prong say`.
pub fn say(arguments: &LinkArguments, words: &[String]) -> Result<()> {
    let words = Custom::new(&words.join(" "))?;
    let mut session = open::open(arguments, Secrecy::Unneeded)?;
    session.link.say(words)?;
    session.close()?;
    tell(arguments.json, &format!("said {}", words.text()), object(json!({"command": "say", "words": words.text()})))
}

/// `prong send`.
pub fn send(arguments: &SendArguments) -> Result<()> {
    let data = output::read(&arguments.file, MAX_PACKET as u64)?;
    let size = data.len();
    if size == 0 {
        bail!("{} is empty: a packet has at least one byte", arguments.file.display());
    }
    let far_side = open::far_side(&arguments.link);
    if arguments.kind == guard::DOWNLOAD && size <= guard::STAGED && !arguments.unchecked {
        judge_item(&data, open::is_real_port(&arguments.link))?;
    }
    let outgoing = permit::outgoing(arguments, data, far_side)?;
    let mut session = open::open(&arguments.link, Secrecy::Needed)?;
    let mut progress = Progress::new();
    if let Some(id) = arguments.session {
        let mut random = [0; 2];
        getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))?;
        session.link.send(Outgoing::set_session(id, random).of_kind(arguments.kind))?;
        until_sent(&mut session, None).context("the session was not set")?;
    }
    session.link.send(outgoing)?;
    let outcome = until_sent(&mut session, Some((&mut progress, size)));
    progress.end();
    let counters = session.link.counters();
    session.finish();
    outcome?;
    let seconds = progress.seconds();
    let (chunks, kind) = (eggtooth_prong::chunks(size), arguments.kind);
    let rate = rate(size, seconds);
    let fields = json!({
        "command": "send", "type": kind, "bytes": size, "chunks": chunks, "session": arguments.session,
        "seconds": seconds, "bytes_per_second": rate, "repeated": counters.repeated,
    });
    let words = format!(
        "sent {size} bytes of type {kind} in {chunks} {}, {seconds:.2} s{}",
        plural(chunks, "chunk"),
        per_second(rate)
    );
    tell(arguments.link.json, &words, object(fields))
}

/// A download that a toy does not put into its flash must be an item archive (§3.3).
fn judge_item(data: &[u8], real: bool) -> Result<()> {
    let Err(error) = packet::Item::check(data) else { return Ok(()) };
    if real {
        bail!("this is no item that a toy could take: {error}; --unchecked sends it all the same");
    }
    output::log(&format!("this is no item that a real toy could take: {error}"));
    Ok(())
}

/// Waits until the packet is acknowledged to its end.
fn until_sent(session: &mut Session, mut progress: Option<(&mut Progress, usize)>) -> Result<()> {
    loop {
        match session.next(None)? {
            Some(Event::Sent) => return Ok(()),
            Some(Event::Sending { done, chunks }) => {
                if let Some((progress, size)) = &mut progress {
                    progress.show(done, chunks, *size);
                }
            }
            Some(Event::Stopped(Stop::ByUs)) => bail!("cancelled"),
            Some(Event::Stopped(stop)) => bail!("{stop}"),
            _ => {}
        }
    }
}

/// `prong receive`.
pub fn receive(arguments: &ReceiveArguments) -> Result<()> {
    may_write(&arguments.out, arguments.force)?;
    let deadline = arguments.timeout.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds));
    let mut session = open::open(&arguments.link, Secrecy::Needed)?;
    // The file is written before the last acknowledgement: what was acknowledged is not lost.
    session.link.listen(Listen::to(arguments.kind).held())?;
    output::log("waiting for a packet");
    let mut progress = Progress::new();
    let outcome = until_received(&mut session, arguments, deadline, &mut progress);
    progress.end();
    let seconds = progress.seconds();
    let counters = session.link.counters();
    if outcome.is_ok() && (counters.refused > 0 || counters.noise > 0) {
        // The line is bad: the last acknowledgement may not have come through.
        linger(&mut session)?;
    }
    let id = session.link.session();
    session.finish();
    let (kind, size) = outcome?;
    let rate = rate(size, seconds);
    let fields = json!({
        "command": "receive", "type": kind, "bytes": size, "chunks": eggtooth_prong::chunks(size), "session": id,
        "seconds": seconds, "bytes_per_second": rate, "refused": counters.refused, "file": arguments.out.to_string_lossy(),
    });
    let words = format!(
        "received {size} bytes of type {kind} into {}, {seconds:.2} s{}",
        arguments.out.display(),
        per_second(rate)
    );
    tell(arguments.link.json, &words, object(fields))
}

fn until_received(
    session: &mut Session,
    arguments: &ReceiveArguments,
    deadline: Option<Instant>,
    progress: &mut Progress,
) -> Result<(u8, usize)> {
    loop {
        let Some(event) = session.next(deadline)? else {
            session.link.cancel()?;
            while let Some(event) = session.next(Some(Instant::now() + Duration::from_secs(6)))? {
                if matches!(event, Event::Stopped(_)) {
                    break;
                }
            }
            bail!("no packet came in time");
        };
        match event {
            Event::Receiving { size, done, chunks } => progress.show(done, chunks, size as usize),
            Event::Held { .. } => {
                let written = output::write(&arguments.out, session.link.received());
                session.link.answer(written.is_ok())?;
                written?;
            }
            Event::Received(packet) => return Ok((packet.kind, packet.data.len())),
            // It came before the packet, which is still to come.
            Event::SessionSet(_) => session.link.listen(Listen::to(arguments.kind).held())?,
            Event::Stopped(Stop::ByUs) => bail!("cancelled"),
            Event::Stopped(stop) => bail!("{stop}"),
            _ => {}
        }
    }
}

fn linger(session: &mut Session) -> Result<()> {
    let end = Instant::now() + LINGER;
    while session.next(Some(end))?.is_some() {}
    Ok(())
}

/// Refuses to write over a file, unless told to.
pub fn may_write(path: &Path, force: bool) -> Result<()> {
    if path.symlink_metadata().is_ok() && !force {
        bail!("{} exists already: name another file, or add --force to overwrite it", path.display());
    }
    Ok(())
}

fn rate(size: usize, seconds: f64) -> Option<f64> {
    (seconds > 0.01).then(|| size as f64 / seconds)
}

fn per_second(rate: Option<f64>) -> String {
    rate.map_or_else(String::new, |rate| format!(", {rate:.0} bytes a second"))
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

/// The fields of a JSON object.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
