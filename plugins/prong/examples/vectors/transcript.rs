//! Transcripts: an engine is one end, the script is the other.

use std::time::Duration;

use eggtooth_prong::engine::{Activity, Config, Event, Listen, Outgoing, Stop};
use eggtooth_prong::line::Custom;
use eggtooth_prong::secret::Secret;
use serde_json::Value;

use super::cases::{Outcome, Side, equal, hex, nonce, number, payload, secret, text, to_hex};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Initiator,
    Recipient,
}

struct Step {
    at: Duration,
    from: End,
    sent: Vec<u8>,
    delivered: Vec<u8>,
}

pub fn run(case: &Value) -> Outcome {
    let steps = steps(case)?;
    let ends: &[End] = match text(case, "side_under_test")? {
        "I" => &[End::Initiator],
        "R" => &[End::Recipient],
        "both" => &[End::Initiator, End::Recipient],
        other => return Err(format!("{other:?} is no side")),
    };
    // An engine acknowledges an offer at once: one that asks for an echo first is played by the script alone.
    let asks_first =
        |end: End| end == End::Recipient && steps.iter().any(|step| step.from == end && step.sent == b"ECHO REQ\r\n");
    let driven: Vec<End> = ends.iter().copied().filter(|&end| !asks_first(end)).collect();
    if driven.is_empty() {
        return Err("no end can be driven".to_owned());
    }
    let strict: &[bool] = if case["config"].get("extension").is_some() { &[false] } else { &[false, true] };
    for &end in &driven {
        for &strict_seed in strict {
            play(case, &steps, end, strict_seed)
                .map_err(|reason| format!("{end:?}, strict_seed {strict_seed}: {reason}"))?;
        }
    }
    Ok(())
}

fn steps(case: &Value) -> Result<Vec<Step>, String> {
    let list = case["steps"].as_array().ok_or("has no steps")?;
    list.iter()
        .map(|step| {
            let sent = hex(text(step, "sent_hex")?)?;
            let delivered = step["delivered_hex"].as_str().map_or_else(|| Ok(sent.clone()), hex)?;
            let from = match text(step, "from")? {
                "I" => End::Initiator,
                "R" => End::Recipient,
                other => return Err(format!("{other:?} is no end")),
            };
            Ok(Step { at: Duration::from_millis(number(step, "t_ms")?), from, sent, delivered })
        })
        .collect()
}

fn play(case: &Value, steps: &[Step], end: End, strict_seed: bool) -> Outcome {
    let config = &case["config"];
    let new_secret = || {
        if config.get("secret_hex").is_some() {
            secret(config)
        } else {
            Secret::new(vec![1]).map_err(|e| e.to_string())
        }
    };
    let mut side = Side::new(Config { strict_seed, ..Config::default() }, new_secret()?);
    if let Some(session) = config["session_id"].as_u64() {
        match end {
            End::Initiator => side.set_session_as_initiator(session as u32)?,
            End::Recipient => side.set_session_as_recipient(session as u32, &new_secret()?)?,
        }
    }
    if let Some(list) = config["nonces_hex"].as_array() {
        side.nonces(list.iter().map(|text| nonce(text.as_str().unwrap_or_default())).collect::<Result<_, _>>()?);
    }
    let start = side.now;
    let data = data(config, steps)?;
    if end == End::Recipient && steps.iter().any(|step| step.sent.starts_with(b"PKT")) {
        let kind = config["type"].as_u64().unwrap_or(0) as u8;
        side.start(|engine, now| engine.listen(Listen::to(kind & 0xF), now))?;
    }
    for (i, step) in steps.iter().enumerate() {
        side.run_until(start + step.at);
        if step.from != end {
            if !step.delivered.is_empty() {
                side.hear(&step.delivered);
            }
            continue;
        }
        if side.out.is_empty() {
            command(&mut side, config, step, &data)?;
        }
        let Some((at, bytes)) = side.out.pop_front() else { return Err(format!("step {i}: nothing was sent")) };
        equal(&format!("step {i}: what was sent"), &to_hex(&bytes), &to_hex(&step.sent))?;
        equal(&format!("step {i}: when"), &(at - start), &step.at)?;
    }
    let mut rest = 20;
    while rest > 0 && !matches!(side.engine.activity(), Activity::Idle | Activity::Listening) {
        side.run_until(side.now + Duration::from_secs(1));
        rest -= 1;
    }
    if let Some((_, bytes)) = side.out.pop_front() {
        return Err(format!("sent {:?} after the end", String::from_utf8_lossy(&bytes)));
    }
    let key = if end == End::Initiator { "initiator" } else { "recipient" };
    outcome(&side, text(&case["outcome"], key)?, &data)
}

/// The packet of the transcript; zeros where only its size matters.
fn data(config: &Value, steps: &[Step]) -> Result<Vec<u8>, String> {
    let offered =
        steps.iter().find_map(|step| String::from_utf8_lossy(&step.sent).strip_prefix("PKT ")?.trim_end().parse().ok());
    let Some(size) = offered else { return Ok(Vec::new()) };
    if config.get("payload_hex").is_some() || config.get("payload_gen").is_some() {
        return payload(config, size);
    }
    Ok(vec![0; size])
}

/// What an application asks for to make an end send this step's bytes.
fn command(side: &mut Side, config: &Value, step: &Step, data: &[u8]) -> Outcome {
    let line = String::from_utf8_lossy(&step.sent).trim_end().to_owned();
    match line.split(' ').next() {
        Some("ECHO") => side.start(|engine, now| engine.echo(now)),
        Some("PKT") => {
            let outgoing = match config["new_session_id"].as_u64() {
                Some(id) => {
                    let random = data.try_into().map_err(|_| "a session is set by two bytes".to_owned())?;
                    Outgoing::set_session(id as u32, random).of_kind((number(config, "type")? & 0xF) as u8)
                }
                None => Outgoing::new(config["type"].as_u64().unwrap_or(0) as u8, data.to_vec())
                    .map_err(|e| e.to_string())?,
            };
            side.start(|engine, now| engine.send(outgoing, now))
        }
        Some("CAN") => side.start(|engine, now| {
            engine.cancel(now);
            Ok::<(), String>(())
        }),
        _ => {
            let words = Custom::new(&line).map_err(|error| format!("{line:?}: {error}"))?;
            side.start(|engine, now| engine.say(words, now))
        }
    }
}

fn outcome(side: &Side, expected: &str, data: &[u8]) -> Outcome {
    let count = |wanted: &dyn Fn(&Event) -> bool| side.events.iter().filter(|event| wanted(event)).count();
    let stopped =
        |wanted: &dyn Fn(Stop) -> bool| count(&|event| matches!(event, Event::Stopped(stop) if wanted(*stop)));
    let ends =
        count(&|event| matches!(event, Event::Sent | Event::Received(_) | Event::SessionSet(_) | Event::Stopped(_)));
    let (name, parameter) = expected.split_once(['(', ' ']).unwrap_or((expected, ""));
    let (found, of) = match name {
        "n/a" => return Ok(()),
        "Idle" => return equal("ends", &ends, &0),
        "EchoOk" => (count(&|event| *event == Event::EchoAnswered), 0),
        "EchoTimeout" => (count(&|event| *event == Event::EchoUnanswered), 0),
        "Done" => (count(&|event| *event == Event::Sent), 1),
        "SessionSet" => {
            let id = parameter.trim_end_matches(')').parse().map_err(|_| format!("{expected:?} names no session"))?;
            (count(&|event| *event == Event::SessionSet(id)), 1)
        }
        "Received" => (count(&|event| matches!(event, Event::Received(packet) if packet.data == data)), 1),
        "Cancelled" if parameter.starts_with("by us") => (stopped(&|stop| stop == Stop::ByUs), 1),
        "Cancelled" => (stopped(&|stop| stop == Stop::ByPeer), 1),
        "Failed" => (stopped(&|stop| !matches!(stop, Stop::ByUs | Stop::ByPeer)), 1),
        "Custom" => {
            let times = parameter.trim_start_matches('x').parse().map_err(|_| format!("{expected:?} has no number"))?;
            return equal("custom commands", &count(&|event| matches!(event, Event::Custom(_))), &times);
        }
        _ => return Err(format!("{expected:?} is no known outcome")),
    };
    equal(&format!("{expected}, times"), &found, &1)?;
    equal("ends", &ends, &of)
}
