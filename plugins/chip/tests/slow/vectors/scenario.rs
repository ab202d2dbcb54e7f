//! Peripherals in time: a ROM, pin changes, and what must be seen when.

use crate::slow::{Slow, Stepped};
use crate::suite::{Verdict, expect, list, number, rom};
use eggtooth_chip::{Edge, Pins, S46, Tone};
use serde_json::Value;

pub fn check(case: &Value) -> Verdict {
    let name = case.get("name").and_then(Value::as_str).unwrap_or("?");
    run(case).map_err(|reason| format!("{name}: {reason}"))
}

fn run(case: &Value) -> Verdict {
    let mut slow = Slow::new(&S46, &rom(case)?);
    let pins = list(case, "pins")?;
    let mut changes = vec![(0, nibble(pins.first())?, nibble(pins.get(1))?)];
    for change in list(case, "stimulus")? {
        let tick = change.get(0).and_then(Value::as_u64).ok_or("a change of pins without a tick")?;
        changes.push((tick, nibble(change.get(1))?, nibble(change.get(2))?));
    }
    let mut changes = changes.into_iter().peekable();
    let end = number(case, "run_ticks")?;
    let mut looks = list(case, "expect")?.iter().filter(|one| one["kind"] == "io").collect::<Vec<_>>();
    looks.sort_by_key(|one| one["tick"].as_u64());
    let mut looks = looks.into_iter().peekable();
    let mut starts = Vec::new();
    while slow.tick() < end {
        while let Some((_, k0, k1)) = changes.next_if(|change| change.0 <= slow.tick()) {
            slow.set_pins(Pins { k0, k1, ..Pins::IDLE });
        }
        while let Some(one) = looks.next_if(|one| one["tick"].as_u64() <= Some(slow.tick())) {
            look(one, &slow)?;
        }
        let soon = looks.peek().and_then(|one| one["tick"].as_u64()).unwrap_or(end);
        let by = changes.peek().map_or(soon, |change| change.0.min(soon)).max(slow.tick() + 1);
        let (mut pc, mut tick) = (slow.observe().pc, slow.tick());
        let edges = slow.edges.len();
        let step = slow.step(by.min(end));
        if let Some((at, _)) = slow.edges[edges..].iter().find(|edge| edge.1 == Edge::WatchdogReset) {
            (pc, tick) = (0x100, *at);
        }
        if step == Stepped::Instruction {
            starts.push((u64::from(pc), tick));
        }
    }
    for one in looks {
        look(one, &slow)?;
    }
    let expectations = list(case, "expect")?;
    for one in expectations {
        let kind = one["kind"].as_str().unwrap_or("?");
        judge(kind, one, &slow, &starts).map_err(|reason| format!("{kind}: {reason}"))?;
    }
    if expectations.is_empty() { Err("nothing is expected".into()) } else { Ok(()) }
}

fn nibble(value: Option<&Value>) -> Result<u8, String> {
    value.and_then(Value::as_u64).map(|n| n as u8).ok_or("a pin level is no number".into())
}

/// An I/O register at this boundary.
fn look(one: &Value, slow: &Slow) -> Verdict {
    let address = number(one, "addr")? as u16;
    expect(&format!("register {address:03X}"), slow.peek(address).into(), number(one, "value")?)
}

fn judge(kind: &str, one: &Value, slow: &Slow, starts: &[(u64, u64)]) -> Verdict {
    let found: Vec<u64> =
        starts.iter().filter(|(pc, _)| one["pc"].as_u64() == Some(*pc)).map(|(_, tick)| *tick).collect();
    match kind {
        "ram" => {
            let value = u64::from(slow.peek(number(one, "addr")? as u16));
            let any = one["any"].as_array().cloned().unwrap_or_else(|| vec![one["value"].clone()]);
            let fits = any.iter().any(|wanted| wanted.as_u64() == Some(value));
            if fits { Ok(()) } else { Err(format!("{} holds {value}, not one of {any:?}", one["addr"])) }
        }
        "io" => Ok(()),
        "pc_never" => expect("the starts", found, Vec::new()),
        "pc_count" => within("the count of starts", found.len() as u64, range(one, "count")?),
        "pc_times" => times(one, &found),
        "bz" => buzzer(one, &slow.edges),
        _ => Err("an expectation of unknown kind".into()),
    }
}

fn range(one: &Value, key: &str) -> Result<(u64, u64), String> {
    let bound = |n: usize| one[key][n].as_u64().ok_or(format!("{key} is no range"));
    Ok((bound(0)?, bound(1)?))
}

fn within(what: &str, found: u64, (low, high): (u64, u64)) -> Verdict {
    if (low..=high).contains(&found) { Ok(()) } else { Err(format!("{what} is {found}, expected {low} to {high}")) }
}

fn times(one: &Value, found: &[u64]) -> Verdict {
    within("the count of starts", found.len() as u64, (number(one, "count_min")?, u64::MAX))?;
    if one.get("first").is_some() {
        within("the first start", found[0], range(one, "first")?)?;
    }
    if one.get("deltas").is_some() {
        let tolerance = number(one, "tol")?;
        let deltas = list(one, "deltas")?;
        within("the count of differences", found.len() as u64 - 1, (deltas.len() as u64, u64::MAX))?;
        for (pair, delta) in found.windows(2).zip(deltas) {
            let delta = delta.as_u64().ok_or("a difference is no number")?;
            within("a difference", pair[1] - pair[0], (delta.saturating_sub(tolerance), delta + tolerance))?;
        }
    }
    Ok(())
}

/// The level of BZ in a half tick.
fn level(edges: &[(u64, Edge)], half: u64) -> bool {
    let tones = edges.iter().filter(|edge| edge.0 <= half / 2);
    let tone: Option<Tone> =
        tones.filter_map(|edge| if let Edge::Tone(tone) = edge.1 { Some(tone) } else { None }).next_back().flatten();
    tone.is_some_and(|tone| half % (2 * u64::from(tone.divisor)) < u64::from(tone.high_half_ticks))
}

fn buzzer(one: &Value, edges: &[(u64, Edge)]) -> Verdict {
    let (from, to) = (2 * number(one, "from")?, 2 * number(one, "to")?);
    let mut rising = Vec::new();
    let mut widths = Vec::new();
    let mut before = from > 0 && level(edges, from - 1);
    for half in from..to {
        let now = level(edges, half);
        match (before, now) {
            (false, true) => rising.push(half),
            (true, false) => widths.extend(rising.last().map(|start| half - start)),
            _ => {}
        }
        before = now;
    }
    within("the count of rising edges", rising.len() as u64, range(one, "rising")?)?;
    if one.get("period").is_some() {
        for pair in rising.windows(2) {
            expect("a period in half ticks", pair[1] - pair[0], 2 * number(one, "period")?)?;
        }
    }
    if one.get("high").is_some() {
        let high = one["high"].as_f64().ok_or("high is no number")?;
        for width in widths {
            expect("a high time in half ticks", width as f64, 2.0 * high)?;
        }
    }
    Ok(())
}
