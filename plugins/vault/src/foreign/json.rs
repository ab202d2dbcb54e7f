//! Formats in JSON: tamalib-js, Tamagotchi-API, the Pebble app, and the care-bot's wrapper
//! (foreign_saves 3.6, 3.7).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::dump::{Dump, Slot, VECTORS};
use super::format::Format;

/// The rates of the eight timestamps, in their order.
const RATES: [u16; 8] = [2, 4, 8, 16, 32, 64, 128, 256];
/// Integers up to here are exact in JavaScript.
const MAX_INTEGER: f64 = 9_007_199_254_740_992.0;

/// What a JSON text holds.
pub(super) struct Found {
    pub content: Content,
    /// What it says of its ROM: a model's name or an address.
    pub rom: Option<String>,
}

pub(super) enum Content {
    Fields(Dump),
    /// The care-bot's binary blob.
    Blob(Vec<u8>),
}

/// Which format a JSON object is, by its keys.
pub(super) fn recognise(value: &Value) -> Option<Format> {
    let has = |object: &Value, key: &str| object.get(key).is_some();
    if has(value, "cpu") {
        Some(Format::CareBot)
    } else if has(value, "STATEpc") || has(value, "LAST_STATE") {
        Some(Format::Pebble)
    } else if value.get("state").is_some_and(|state| has(state, "pc")) {
        Some(Format::ApiPet)
    } else if has(value, "clk_timer_256hz_timestamp") || has(value, "cpu_halted") {
        Some(Format::ApiState)
    } else if has(value, "pc") && has(value, "memory") {
        Some(Format::TamalibJs)
    } else {
        None
    }
}

/// The content of an object of this format, or what is wrong with it.
pub(super) fn read(format: Format, value: &Value) -> Result<Found, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let (content, rom) = match format {
        Format::CareBot => {
            let blob = text("cpu").ok_or("its cpu is no text")?;
            let blob = BASE64_STANDARD.decode(blob.trim()).map_err(|_| "its cpu is no base64")?;
            (Content::Blob(blob), Some(text("rom").unwrap_or_else(|| "p1".to_owned())))
        }
        Format::ApiPet => {
            let state = value.get("state").ok_or("it has no state")?;
            (Content::Fields(fields(state, "")?), text("pasteUrl"))
        }
        Format::Pebble => match value.get("LAST_STATE") {
            // Local storage keeps text.
            Some(Value::String(inner)) => {
                let inner: Value = serde_json::from_str(inner).map_err(|_| "its LAST_STATE is no JSON")?;
                (Content::Fields(fields(&inner, "STATE")?), None)
            }
            inner => (Content::Fields(fields(inner.unwrap_or(value), "STATE")?), None),
        },
        _ => (Content::Fields(fields(value, "")?), None),
    };
    Ok(Found { content, rom })
}

/// A whole number from 0 to `most`; true and false are 1 and 0.
fn number(value: Option<&Value>, what: &str, most: u64) -> Result<u64, String> {
    let number = match value {
        None | Some(Value::Null) => {
            return Err(format!("{what} is missing: it was saved before the machine had started"));
        }
        Some(Value::Bool(on)) => Some(u64::from(*on)),
        Some(value) => value.as_u64().or_else(|| {
            value.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=MAX_INTEGER).contains(n)).map(|n| n as u64)
        }),
    };
    number.filter(|&n| n <= most).ok_or_else(|| format!("{what} is no whole number from 0 to {most}"))
}

fn fields(value: &Value, prefix: &str) -> Result<Dump, String> {
    let object = value.as_object().ok_or("it is no object")?;
    let get = |name: &str, most: u64| {
        let key = format!("{prefix}{name}");
        number(object.get(&key), &key, most)
    };
    let byte = |name: &str, most: u64| get(name, most).map(|n| n as u8);
    let time = |name: &str| get(name, MAX_INTEGER as u64);
    let stamps = if object.contains_key(&format!("{prefix}clk_timer_256hz_timestamp")) {
        RATES.iter().map(|rate| time(&format!("clk_timer_{rate}hz_timestamp"))).collect::<Result<_, _>>()?
    } else {
        vec![time("clk_timer_timestamp")?]
    };
    let mut dump = Dump {
        pc: get("pc", 0x1FFF)? as u16,
        x: get("x", 0xFFF)? as u16,
        y: get("y", 0xFFF)? as u16,
        a: byte("a", 15)?,
        b: byte("b", 15)?,
        np: byte("np", 31)?,
        sp: byte("sp", 255)?,
        flags: byte("flags", 15)?,
        tick: Some(time("tick_counter")?),
        stamps,
        prog_stamp: time("prog_timer_timestamp")?,
        enabled: byte("prog_timer_enabled", 1)?,
        data: byte("prog_timer_data", 255)?,
        reload: byte("prog_timer_rld", 255)?,
        depth: get("call_depth", u32::MAX.into())? as u32,
        slots: slots(object, prefix)?,
        ..Dump::default()
    };
    let key = format!("{prefix}memory");
    let memory = object.get(&key).and_then(Value::as_array).ok_or_else(|| format!("{key} is no list"))?;
    if ![464, 550].contains(&memory.len()) {
        return Err(format!("{key} has {} numbers, not 464 or 550", memory.len()));
    }
    let buffer: Vec<u8> =
        memory.iter().map(|n| number(Some(n), &key, 255).map(|n| n as u8)).collect::<Result<_, _>>()?;
    dump.set_buffer(&buffer);
    Ok(dump)
}

/// Six objects, or 24 numbers in the Pebble app.
fn slots(object: &Map<String, Value>, prefix: &str) -> Result<[Slot; 6], String> {
    let key = format!("{prefix}interrupts");
    let list = object.get(&key).and_then(Value::as_array).ok_or_else(|| format!("{key} is no list"))?;
    let flat = !prefix.is_empty();
    if list.len() != if flat { 24 } else { 6 } {
        return Err(format!("{key} has {} entries", list.len()));
    }
    let mut slots = [Slot::default(); 6];
    for (n, slot) in slots.iter_mut().enumerate() {
        let part = |name: &str, field: usize, most: u64| {
            let value = if flat { list.get(4 * n + field) } else { list.get(n).and_then(|slot| slot.get(name)) };
            number(value, &format!("{key} {n} {name}"), most).map(|n| n as u8)
        };
        *slot = Slot {
            factor: part("factor_flag_reg", 0, 15)?,
            mask: part("mask_reg", 1, 15)?,
            triggered: part("triggered", 2, 255)?,
        };
        let vector = part("vector", 3, 255)?;
        if vector != VECTORS[n] {
            return Err(format!("{key} {n} has the vector {vector}, not {}", VECTORS[n]));
        }
    }
    Ok(slots)
}

/// The text of a state. `format` is one of the three shapes of TamaLIB's variables.
pub(super) fn write(format: Format, dump: &Dump) -> Vec<u8> {
    let mut object = Map::new();
    let prefix = if format == Format::Pebble { "STATE" } else { "" };
    let mut put = |name: &str, value: Value| object.insert(format!("{prefix}{name}"), value);
    for (name, value) in [("pc", dump.pc), ("x", dump.x), ("y", dump.y)] {
        put(name, value.into());
    }
    for (name, value) in [("a", dump.a), ("b", dump.b), ("np", dump.np), ("sp", dump.sp), ("flags", dump.flags)] {
        put(name, value.into());
    }
    put("tick_counter", dump.tick.unwrap_or(0).into());
    if let [stamp] = dump.stamps[..] {
        put("clk_timer_timestamp", stamp.into());
    } else {
        for (rate, &stamp) in RATES.iter().zip(&dump.stamps) {
            put(&format!("clk_timer_{rate}hz_timestamp"), stamp.into());
        }
    }
    put("prog_timer_timestamp", dump.prog_stamp.into());
    put("prog_timer_enabled", dump.enabled.into());
    put("prog_timer_data", dump.data.into());
    put("prog_timer_rld", dump.reload.into());
    put("call_depth", dump.depth.into());
    let slots = dump.slots.iter().zip(VECTORS);
    let interrupts = if format == Format::Pebble {
        slots.flat_map(|(slot, vector)| [slot.factor, slot.mask, slot.triggered, vector]).map(Value::from).collect()
    } else {
        slots
            .map(|(slot, vector)| {
                json!({ "factor_flag_reg": slot.factor, "mask_reg": slot.mask, "triggered": slot.triggered, "vector": vector })
            })
            .collect()
    };
    put("interrupts", Value::Array(interrupts));
    put("memory", dump.buffer().into());
    if format != Format::TamalibJs {
        // The programs draw before they read these.
        put("selected_icon", (-1).into());
        put("showing_attention_icon", 0.into());
    }
    if format == Format::ApiState {
        put("cpu_halted", Value::Null);
    }
    Value::Object(object).to_string().into_bytes()
}

/// The care-bot's file around its blob. Without a name its program takes the model p1.
pub(super) fn wrap(blob: &[u8], rom: Option<&str>) -> Vec<u8> {
    let cpu = BASE64_STANDARD.encode(blob);
    let file = match rom {
        Some(rom) => json!({ "rom": rom, "cpu": cpu }),
        None => json!({ "cpu": cpu }),
    };
    file.to_string().into_bytes()
}
