//! Recognises files that are something else, so that a refusal can say what they are.

mod table;

use crate::error::RomError;
use crate::raw;
use table::{BEGINNINGS, CHOOSE, LATER, PLAIN, SAVE, SHORT, UTF16};

/// What a file is, with article, and what to do instead.
pub(crate) type Verdict = (&'static str, &'static str);

/// Fails if `bytes` are recognised as something that is no ROM. Not for texts.
pub(crate) fn refuse_others(bytes: &[u8]) -> Result<(), RomError> {
    match recognise(bytes) {
        Some((what, advice)) => Err(RomError::NotARom { what, advice }),
        None => Ok(()),
    }
}

fn recognise(bytes: &[u8]) -> Option<Verdict> {
    let at = |offset: usize, text: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(text));
    if let Some((_, what, advice)) = BEGINNINGS.iter().find(|(start, ..)| at(0, start)) {
        return Some((what, advice));
    }
    if let Some((.., what, advice)) = LATER.iter().find(|(offset, text, ..)| at(*offset, text)) {
        return Some((what, advice));
    }
    if at(0, b"RIFF") || at(0, b"RIFX") {
        return Some(match bytes.get(8..12) {
            Some(b"WAVE") => ("a WAV recording", CHOOSE),
            Some(b"WEBP") => ("a WebP picture", CHOOSE),
            Some(b"AVI ") => ("an AVI film", CHOOSE),
            _ => ("a RIFF media file", CHOOSE),
        });
    }
    if at(0, b"FORM") {
        return Some(match bytes.get(8..12) {
            Some(b"AIFF" | b"AIFC") => ("an AIFF recording", CHOOSE),
            _ => ("an IFF media file", CHOOSE),
        });
    }
    if at(4, b"ftyp") {
        return Some(("an MP4 film or HEIF picture", CHOOSE));
    }
    if bytes.ends_with(b"TRUEVISION-XFILE.\0") {
        return Some(("a TGA picture", CHOOSE));
    }
    // Few telling bytes, with which a program may begin by chance: only where the size is no ROM's.
    if !raw::is_size(bytes.len())
        && let Some((_, what, advice)) = SHORT.iter().find(|(start, ..)| at(0, start))
    {
        return Some((what, advice));
    }
    let pairs = |high: usize| bytes.as_chunks::<2>().0.iter().skip(1).all(|pair| pair[high] <= 0x0f);
    if at(0, b"\xff\xfe") && pairs(1) || at(0, b"\xfe\xff") && pairs(0) {
        return Some((UTF16, PLAIN));
    }
    confirmed(bytes).or_else(|| saved_state(bytes))
}

/// Formats with two telling bytes, which confirm themselves further on.
fn confirmed(bytes: &[u8]) -> Option<Verdict> {
    let at = |offset: usize, text: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(text));
    let short = |offset: usize| Some(usize::from(u16::from_le_bytes([*bytes.get(offset)?, *bytes.get(offset + 1)?])));
    let long = |offset: usize| Some(short(offset)? | short(offset + 2)? << 16);
    if at(0, b"BM") && long(2) == Some(bytes.len()) {
        return Some(("a BMP picture", CHOOSE));
    }
    if at(0, b"MZ") {
        if long(0x3c).is_some_and(|offset| at(offset, b"PE\0\0")) {
            return Some(("a Windows program", CHOOSE));
        }
        // So many pages of 512 bytes.
        if !raw::is_size(bytes.len()) && short(4).is_some_and(|pages| pages.div_ceil(2) << 10 <= bytes.len() + 1024) {
            return Some(("a DOS program", CHOOSE));
        }
    }
    // One to twenty icons, the first of which lies behind the directory.
    if at(0, b"\0\0\x01\0")
        && short(4).is_some_and(|count| (1..=20).contains(&count) && long(18) == Some(6 + 16 * count))
    {
        return Some(("a Windows icon", CHOOSE));
    }
    // A Super NES cartridge: its checksum and the complement, and a map mode.
    let snes = |header: usize| {
        let sums = short(header + 0x1c).zip(short(header + 0x1e));
        sums.is_some_and(|(a, b)| a ^ b == 0xffff)
            && bytes.get(header + 0x15).is_some_and(|mode| (0x20..=0x35).contains(mode))
    };
    if snes(0x7fc0) || snes(0xffc0) || snes(0x81c0) {
        return Some(("a game for another console (Super NES)", CHOOSE));
    }
    None
}

/// Other programs' states without a magic, by their size and what little is fixed in them.
fn saved_state(bytes: &[u8]) -> Option<Verdict> {
    match (bytes.len(), bytes.first()) {
        (377 | 381 | 1024 | 2048 | 4096, Some(0x0c | 0x12)) => {
            Some(("probably a saved state of another program (ArduinoGotchi or a relative)", SAVE))
        }
        (464 | 472 | 507 | 512 | 518 | 633, _) => {
            Some(("probably a saved state of another program, by its size", SAVE))
        }
        _ => None,
    }
}

/// What a text is, if it is a kind that people confuse with ROM listings.
pub(crate) fn recognise_text(text: &str) -> Option<Verdict> {
    let text = text.trim_start();
    let start: String = text.chars().take(200).collect::<String>().to_lowercase();
    let starts = |all: &[&str]| all.iter().any(|one| start.starts_with(one));
    if starts(&["<!doctype html", "<html", "<head", "<body"]) {
        return Some(("a web page", "download the file itself, not the page that shows it"));
    }
    if starts(&["<?xml", "<svg", "<mame", "<!--"]) {
        return Some(("an XML file", CHOOSE));
    }
    if start.starts_with('{') && is_json_state(text) {
        return Some(("a saved state of another program in JSON", SAVE));
    }
    if starts(&["{\"", "{\n", "{\r\n", "{ \"", "[{", "[\n", "[\""]) {
        return Some(("a JSON file", CHOOSE));
    }
    if start.starts_with("version https://git-lfs") {
        return Some(("a Git LFS pointer", "fetch the file itself with `git lfs pull`"));
    }
    if start.starts_with("-----begin ") {
        return Some(("a key or certificate", CHOOSE));
    }
    if start.starts_with("#!") {
        return Some(("a script", CHOOSE));
    }
    if starts(&["p1\n", "p2\n", "p3\n"]) {
        return Some(("a PNM picture", CHOOSE));
    }
    our_own(text).or_else(|| is_base64(text).then_some(("a text in Base64", "decode it first, then choose the result")))
}

/// The members that states of TamaLIB's relatives have in JSON.
fn is_json_state(text: &str) -> bool {
    ["\"tick_counter\"", "\"STATEpc\"", "\"cpu\": \"VEFNQ", "\"cpu\":\"VEFNQ"].iter().any(|key| text.contains(key))
}

/// Texts that Eggtooth itself reads, by the first line that is no comment.
fn our_own(text: &str) -> Option<Verdict> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let words: Vec<&str> = line.split_whitespace().take(4).collect();
    let hex = |word: &str| word.len() <= 4 && word.bytes().all(|b| b.is_ascii_hexdigit());
    match words[..] {
        ["ram", address, length, _] if hex(address) && hex(length) => Some(SYMBOLS),
        ["code" | "const", value, _] if hex(value) => Some(SYMBOLS),
        [tick, "press" | "release", _] if tick.bytes().all(|b| b.is_ascii_digit()) => {
            Some(("a script of presses", "give it to `eggtooth run` with --script, together with a ROM"))
        }
        _ => None,
    }
}

const SYMBOLS: Verdict = ("a symbol file", "choose the ROM whose names are in it");

/// True for a long text of nothing but Base64, with letters that no hexadecimal number has.
fn is_base64(text: &str) -> bool {
    let mut count = 0usize;
    let mut telling = 0usize;
    for line in text.lines() {
        let line = line.trim_end();
        if line.contains(' ') {
            return false;
        }
        for byte in line.trim_end_matches('=').bytes() {
            if !(byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/') {
                return false;
            }
            count += 1;
            telling += usize::from(!byte.is_ascii_hexdigit());
        }
    }
    count >= 1000 && telling * 8 > count
}

/// A text whose values are those of another program's state: so many bytes.
pub(crate) fn state_of_bytes(values: usize) -> Option<RomError> {
    [376, 380, 384].contains(&values).then_some(RomError::NotARom {
        what: "probably a saved state of another program (tamaR, ArduinoGotchi)",
        advice: SAVE,
    })
}

/// For a text in which nothing looks like a ROM.
pub(crate) fn plain_text() -> RomError {
    RomError::NotARom {
        what: "a text without ROM words",
        advice: "choose the ROM's .bin or .b file, or assemble it first with `eggtooth asm`",
    }
}
