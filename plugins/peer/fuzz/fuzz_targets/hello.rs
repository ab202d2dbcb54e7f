//! Hellos: what is read is written back byte for byte; names are fit to be shown; a refusal is one printable sentence.
//!
//! The first byte chooses whether a right head comes first.
#![no_main]

use eggtooth_peer::{HelloError, Knock, MAGIC, Name, Welcome};
use libfuzzer_sys::fuzz_target;

fn shown(name: &Name) {
    let text = name.as_str();
    assert!((1..=32).contains(&text.chars().count()) && text.trim() == text);
    assert!(!text.chars().any(|c| c.is_control() || matches!(c, '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}')));
}

fn refused(error: HelloError) {
    let sentence = error.to_string();
    assert!(sentence.len() < 200 && sentence.chars().all(|character| !character.is_control()));
}

fuzz_target!(|input: &[u8]| {
    let [framed, rest @ ..] = input else { return };
    let bytes = match framed & 1 {
        0 => rest.to_vec(),
        _ => [&MAGIC[..], &[rest.len() as u8], rest].concat(),
    };
    match Knock::parse(&bytes) {
        Ok(knock) => {
            shown(&knock.name);
            assert_eq!(knock.to_bytes(), bytes);
        }
        Err(error) => refused(error),
    }
    match Welcome::parse(&bytes) {
        Ok(welcome) => {
            shown(&welcome.name);
            assert_eq!(welcome.to_bytes(), bytes);
        }
        Err(error) => refused(error),
    }
    if let Some(name) = Name::mended(&String::from_utf8_lossy(rest)) {
        shown(&name);
    }
});
