//! Reads vector files and counts; kinds are recognised by their fields.

use crate::{scenario, single, trace};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// What a case's check says: nothing, or what is wrong.
pub type Verdict = Result<(), String>;

/// Passed cases, and one line for each failed one.
#[derive(Default)]
pub struct Tally {
    pub passed: u64,
    pub failures: Vec<String>,
}

impl Tally {
    /// Runs every case of a file; what cannot be read or understood counts as failed.
    pub fn run_file(&mut self, path: &Path) {
        let lines = match std::fs::File::open(path) {
            Ok(file) => BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines(),
            Err(error) => return self.failures.push(format!("{}: {error}", path.display())),
        };
        for (number, line) in lines.enumerate() {
            let verdict = match line {
                Ok(line) if line.trim().is_empty() => continue,
                Ok(line) => {
                    serde_json::from_str(&line).map_err(|error| error.to_string()).and_then(|case| run_case(&case))
                }
                Err(error) => {
                    self.failures.push(format!("{}:{}: {error}", path.display(), number + 1));
                    break;
                }
            };
            match verdict {
                Ok(()) => self.passed += 1,
                Err(reason) => self.failures.push(format!("{}:{}: {reason}", path.display(), number + 1)),
            }
        }
    }
}

fn run_case(case: &Value) -> Verdict {
    if case.get("initial").is_some() && case.get("final").is_some() {
        single::check(case)
    } else if case.get("checkpoints").is_some() {
        trace::check(case)
    } else if case.get("expect").is_some() {
        scenario::check(case)
    } else {
        Err("a case of unknown kind".into())
    }
}

/// A non-negative number of a case.
pub fn number(case: &Value, key: &str) -> Result<u64, String> {
    case.get(key).and_then(Value::as_u64).ok_or_else(|| format!("no number {key}"))
}

/// The elements of an array of a case.
pub fn list<'a>(case: &'a Value, key: &str) -> Result<&'a [Value], String> {
    case.get(key).and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| format!("no list {key}"))
}

/// A hexadecimal word, with or without `0x`.
pub fn hex(text: &str) -> Result<u16, String> {
    u16::from_str_radix(text.trim_start_matches("0x"), 16).map_err(|error| format!("{text}: {error}"))
}

/// The words of a case's `rom`, with `fill` everywhere else.
pub fn rom(case: &Value) -> Result<Vec<u16>, String> {
    let fill = hex(case.get("fill").and_then(Value::as_str).ok_or("no fill")?)?;
    let mut words = vec![fill; 8192];
    for run in list(case, "rom")? {
        let org = number(run, "org")? as usize;
        let text = run.get("words").and_then(Value::as_str).ok_or("no words")?;
        for (at, digits) in text.as_bytes().chunks(3).enumerate() {
            let word = std::str::from_utf8(digits).map_err(|error| error.to_string()).and_then(hex)?;
            *words.get_mut(org + at).ok_or("words beyond the ROM")? = word;
        }
    }
    Ok(words)
}

/// Says what differs, if something does.
pub fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Verdict {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found:X?}, expected {wanted:X?}")) }
}
