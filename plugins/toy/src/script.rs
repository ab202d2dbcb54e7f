//! The script of `run`: buttons at exact ticks.
//!
//! One event a line, `TICK press|release A|B|C|TAP`; ticks do not fall; `#` starts a comment.

use eggtooth_chip::Button;

#[cfg(test)]
mod tests;

/// Largest script in bytes; about a million events.
pub const MAX_SCRIPT: u64 = 16 << 20;

/// A button changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, in ticks since the battery was put in.
    pub tick: u64,
    /// Which button.
    pub button: Button,
    /// True for down.
    pub down: bool,
}

/// A line that is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the script: {what}")]
pub struct ScriptError {
    /// From 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// Reads a whole script; the first wrong line is the error. Never panics, whatever the bytes.
pub fn parse(bytes: &[u8]) -> Result<Vec<Event>, ScriptError> {
    // Some editors begin a text with this mark.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut events: Vec<Event> = Vec::new();
    for (n, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let fault = |what| ScriptError { line: n + 1, what };
        let Some(event) = event(line).map_err(fault)? else {
            continue;
        };
        if let Some(last) = events.last().filter(|last| last.tick > event.tick) {
            let what = format!("tick {} comes after tick {}; put the lines in order of time", event.tick, last.tick);
            return Err(fault(what));
        }
        events.push(event);
    }
    Ok(events)
}

/// The event of one line, or `None` for a line without.
fn event(line: &[u8]) -> Result<Option<Event>, String> {
    // Comments need not be UTF-8.
    let code = line.split(|byte| *byte == b'#').next().unwrap_or_default();
    let code = str::from_utf8(code).map_err(|_| "this is not text; give `TICK press|release A|B|C|TAP`".to_owned())?;
    let mut words = code.split_ascii_whitespace();
    let Some(tick) = words.next() else {
        return Ok(None);
    };
    let tick = tick
        .parse()
        .ok()
        .filter(|tick| *tick < 1 << 62)
        .ok_or_else(|| format!("\"{}\" is no tick; begin with a number such as 32768", short(tick)))?;
    let down = match words.next() {
        Some("press") => true,
        Some("release") => false,
        Some(word) => return Err(format!("unknown word \"{}\"; a button can press or release", short(word))),
        None => return Err("it ends after the tick; press or release a button".into()),
    };
    let button = match words.next() {
        Some("A") => Button::A,
        Some("B") => Button::B,
        Some("C") => Button::C,
        Some("TAP") => Button::Tap,
        Some(word) => return Err(format!("unknown button \"{}\"; there are A, B, C and TAP", short(word))),
        None => return Err("the button is missing; there are A, B, C and TAP".into()),
    };
    match words.next() {
        None => Ok(Some(Event { tick, button, down })),
        Some(word) => Err(format!("unknown word \"{}\" at the end; begin a comment with #", short(word))),
    }
}

/// The beginning of a word, safe to print on a terminal.
fn short(word: &str) -> String {
    word.chars().take(24).flat_map(char::escape_debug).collect()
}
