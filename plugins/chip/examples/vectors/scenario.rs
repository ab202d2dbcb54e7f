//! Peripherals in time: a ROM, pin changes, and what must be seen when.

use crate::suite::{Verdict, expect, list, number, rom};
use eggtooth_chip::{Chip, Edge, Pins, Program, S46, Step, Tone};
use serde_json::Value;
use std::collections::HashMap;

pub fn check(case: &Value) -> Verdict {
    let name = case.get("name").and_then(Value::as_str).unwrap_or("?");
    run(case).map_err(|reason| format!("{name}: {reason}"))
}

/// What was seen during a run.
struct Seen {
    /// Ticks at which the instruction at an address started.
    starts: HashMap<u64, Vec<u64>>,
    edges: Vec<(u64, Edge)>,
    /// The chip at the end, and at every tick some expectation asks for.
    chips: Vec<(u64, Chip)>,
    end: Chip,
}

fn run(case: &Value) -> Verdict {
    let expectations = list(case, "expect")?;
    let looks: Vec<u64> = expectations
        .iter()
        .filter(|one| one.get("kind").and_then(Value::as_str) == Some("io"))
        .map(|one| number(one, "tick"))
        .collect::<Result<_, _>>()?;
    let seen = record(case, &looks)?;
    for one in expectations {
        let kind = one.get("kind").and_then(Value::as_str).unwrap_or("?");
        judge(kind, one, &seen).map_err(|reason| format!("{kind}: {reason}"))?;
    }
    if expectations.is_empty() { Err("nothing is expected".into()) } else { Ok(()) }
}

fn record(case: &Value, looks: &[u64]) -> Result<Seen, String> {
    let mut chip = Chip::new(&S46, Program::new(&rom(case)?));
    let mut edges: Vec<(u64, Edge)> = Vec::new();
    let pins = list(case, "pins")?;
    let level =
        |value: Option<&Value>| value.and_then(Value::as_u64).map(|n| n as u8).ok_or("a pin level is no number");
    chip.set_pins(Pins { k0: level(pins.first())?, k1: level(pins.get(1))?, ..Pins::IDLE }, &mut edges);
    let mut stimulus = Vec::new();
    for change in list(case, "stimulus")? {
        let tick = change.get(0).and_then(Value::as_u64).ok_or("a stimulus without a tick")?;
        stimulus.push((tick, level(change.get(1))?, level(change.get(2))?));
    }
    let mut stimulus = stimulus.into_iter().peekable();
    let end = number(case, "run_ticks")?;
    let mut starts: HashMap<u64, Vec<u64>> = HashMap::new();
    let mut chips = Vec::new();
    let mut looks = looks.to_vec();
    looks.sort_unstable();
    let mut looks = looks.into_iter().peekable();
    while chip.tick() < end {
        if let Some((_, k0, k1)) = stimulus.next_if(|change| change.0 <= chip.tick()) {
            chip.set_pins(Pins { k0, k1, ..Pins::IDLE }, &mut edges);
            continue;
        }
        if let Some(tick) = looks.next_if(|tick| *tick <= chip.tick()) {
            chips.push((tick, chip.clone()));
            continue;
        }
        let by =
            [stimulus.peek().map(|change| change.0), looks.peek().copied()].into_iter().flatten().fold(end, u64::min);
        let (pc, tick) = (u64::from(chip.registers().pc), chip.tick());
        let resets = edges.len();
        let step = chip.step(by.max(tick + 1), &mut edges);
        let reset = edges[resets..].iter().find(|(_, edge)| *edge == Edge::WatchdogReset);
        match (step, reset) {
            (Step::Instruction, None) => starts.entry(pc).or_default().push(tick),
            (Step::Instruction, Some((at, _))) => starts.entry(0x100).or_default().push(*at),
            _ => {}
        }
    }
    chips.extend(looks.map(|tick| (tick, chip.clone())));
    Ok(Seen { starts, edges, chips, end: chip })
}

fn judge(kind: &str, one: &Value, seen: &Seen) -> Verdict {
    match kind {
        "ram" => {
            let found = u64::from(seen.end.peek(number(one, "addr")? as u16));
            match one.get("any").and_then(Value::as_array) {
                Some(any) if any.iter().any(|value| value.as_u64() == Some(found)) => Ok(()),
                Some(any) => Err(format!("address {} is {found}, expected one of {any:?}", one["addr"])),
                None => expect(&format!("address {}", one["addr"]), found, number(one, "value")?),
            }
        }
        "io" => {
            let tick = number(one, "tick")?;
            let chip = seen.chips.iter().find(|(at, _)| *at == tick).ok_or("the tick was not reached")?;
            let found = u64::from(chip.1.peek(number(one, "addr")? as u16));
            expect(&format!("register {} at {tick}", one["addr"]), found, number(one, "value")?)
        }
        "pc_never" => expect("the count of starts", starts(one, seen)?.len(), 0),
        "pc_count" => within("the count of starts", starts(one, seen)?.len() as u64, range(one, "count")?),
        "pc_times" => times(one, starts(one, seen)?),
        "bz" => buzzer(one, seen),
        _ => Err("an expectation of unknown kind".into()),
    }
}

fn starts<'a>(one: &Value, seen: &'a Seen) -> Result<&'a [u64], String> {
    Ok(seen.starts.get(&number(one, "pc")?).map_or(&[], Vec::as_slice))
}

fn range(one: &Value, key: &str) -> Result<(u64, u64), String> {
    let pair = list(one, key)?;
    let bound = |n: usize| pair.get(n).and_then(Value::as_u64).ok_or(format!("{key} is no range"));
    Ok((bound(0)?, bound(1)?))
}

fn within(what: &str, found: u64, (low, high): (u64, u64)) -> Verdict {
    if (low..=high).contains(&found) { Ok(()) } else { Err(format!("{what} is {found}, expected {low} to {high}")) }
}

fn times(one: &Value, found: &[u64]) -> Verdict {
    let least = number(one, "count_min")?;
    if (found.len() as u64) < least {
        return Err(format!("{} starts, expected at least {least}: {found:?}", found.len()));
    }
    if one.get("first").is_some() {
        within("the first start", found[0], range(one, "first")?)?;
    }
    if one.get("deltas").is_some() {
        let tolerance = number(one, "tol")?;
        for (n, delta) in list(one, "deltas")?.iter().enumerate() {
            let delta = delta.as_u64().ok_or("a delta is no number")?;
            let (Some(from), Some(to)) = (found.get(n), found.get(n + 1)) else {
                return Err(format!("only {} starts for delta {n}", found.len()));
            };
            within("a difference", to - from, (delta.saturating_sub(tolerance), delta + tolerance))?;
        }
    }
    Ok(())
}

fn buzzer(one: &Value, seen: &Seen) -> Verdict {
    let (from, to) = (number(one, "from")?, number(one, "to")?);
    let mut rising = Vec::new();
    let mut widths = Vec::new();
    let mut tone: Option<Tone> = None;
    let mut edges = seen.edges.iter().peekable();
    let mut high_before = false;
    for half in 0..2 * to {
        while let Some((_, edge)) = edges.next_if(|(at, _)| *at <= half / 2) {
            if let Edge::Tone(now) = edge {
                tone = *now;
            }
        }
        let high = tone.is_some_and(|tone| half % (2 * u64::from(tone.divisor)) < u64::from(tone.high_half_ticks));
        if half >= 2 * from {
            if high && !high_before {
                rising.push(half);
            }
            if !high
                && high_before
                && let Some(start) = rising.last()
            {
                widths.push(half - start);
            }
        }
        high_before = high;
    }
    within("the count of rising edges", rising.len() as u64, range(one, "rising")?)?;
    if one.get("period").is_some() {
        let period = 2 * number(one, "period")?;
        for pair in rising.windows(2) {
            expect("a period in half ticks", pair[1] - pair[0], period)?;
        }
    }
    if one.get("high").is_some() {
        let high = one["high"].as_f64().ok_or("high is no number")?;
        for width in &widths {
            expect("a high time in half ticks", *width as f64, 2.0 * high)?;
        }
    }
    Ok(())
}
