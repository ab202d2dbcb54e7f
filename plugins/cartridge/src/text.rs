//! C arrays and plain hexadecimal text.

use crate::error::RomError;
use crate::format::Format;
use crate::magic;
use crate::raw::{self, Image, WORDS_S46, WORDS_S48};
use crate::records::{self, Records};

/// The text of a file that is one: no control characters but white space, valid UTF-8.
pub(crate) fn as_text(bytes: &[u8]) -> Option<&str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // DOS programs end a text with Ctrl-Z.
    let bytes = bytes.strip_suffix(b"\x1a").unwrap_or(bytes);
    let printable = |byte: &u8| *byte >= 0x20 && *byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
    if !bytes.iter().all(printable) {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

/// Reads a text that may be a ROM.
pub(crate) fn read(text: &str) -> Result<Records, RomError> {
    if let Some((what, advice)) = magic::recognise_text(text) {
        return Err(RomError::NotARom { what, advice });
    }
    if records::is_records(text) {
        return records::read(text);
    }
    let text = without_comments(text);
    if text.contains('{') { c_array(&text) } else { plain_hex(&text) }.map(Records::Image)
}

/// Blanks out `/* */`, `//` and lines that begin with `#`, keeping the line numbers.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_block = false;
    for line in text.lines() {
        let mut rest = if line.trim_start().starts_with('#') && !in_block { "" } else { line };
        while !rest.is_empty() {
            if in_block {
                let (_, after) = rest.split_once("*/").unwrap_or(("", ""));
                in_block = !rest.contains("*/");
                rest = after;
                out.push(' ');
                continue;
            }
            let comment = |two: &[u8]| two == b"//" || two == b"/*";
            let start = rest.as_bytes().windows(2).position(comment).unwrap_or(rest.len());
            let (code, comment) = rest.split_at(start);
            out.push_str(code);
            in_block = comment.starts_with("/*");
            rest = if in_block { &comment[2..] } else { "" };
        }
        out.push('\n');
    }
    out
}

/// The first array whose length is that of a ROM, else all of them as one: an array of arrays.
fn c_array(text: &str) -> Result<Image, RomError> {
    let mut all = Vec::new();
    let mut failure = None;
    let mut from = 0;
    let mut line = 1;
    while let Some(open) = text[from..].find('{').map(|at| at + from + 1) {
        let close = text[open..].find('}').map_or(text.len(), |at| at + open);
        let start = text[open..close].rfind('{').map_or(open, |at| at + open + 1);
        line += text[from..start].matches('\n').count();
        match c_values(&text[start..close], line) {
            Ok(values) => {
                if let Some(image) = c_image(&values) {
                    return image;
                }
                all.extend(values);
            }
            Err(found) => failure = failure.or(Some(found)),
        }
        line += text[start..close].matches('\n').count();
        from = close;
    }
    if let Some(image) = c_image(&all) {
        return image;
    }
    match failure {
        // A program in C has braces with other things in them.
        Some((e, read)) if read >= 256 => Err(e),
        None if !all.is_empty() => Err(match magic::state_of_bytes(all.len()) {
            Some(state) if all.iter().all(|value| *value <= 0xff) => state,
            _ => RomError::WordCount { what: "C array", have: all.len() },
        }),
        _ => Err(magic::plain_text()),
    }
}

/// The image that values of a C array make: words, or the bytes of a binary image.
fn c_image(values: &[u16]) -> Option<Result<Image, RomError>> {
    match values.len() {
        WORDS_S46 | WORDS_S48 => Some(from_words(values, Format::CArray)),
        length if raw::is_size(length) => {
            let bytes = values.iter().map(|v| u8::try_from(*v).ok()).collect();
            Some(from_bytes(bytes, Format::CArray))
        }
        _ => None,
    }
}

/// Values that fit in 16 bits, separated by commas. A failure comes with the number of values read
/// before it.
fn c_values(text: &str, first_line: usize) -> Result<Vec<u16>, (RomError, usize)> {
    let mut values = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for token in line.split([',', ' ', '\t', '\r']).filter(|token| !token.is_empty()) {
            let Some(value) = c_number(token) else {
                let what = format!("\"{}\" is no number of a ROM", short(token));
                return Err((RomError::Text { line: first_line + number, what }, values.len()));
            };
            values.push(value);
        }
    }
    Ok(values)
}

fn c_number(token: &str) -> Option<u16> {
    let digits = token.trim_end_matches(['u', 'U', 'l', 'L']);
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = if let Some(hex) = lower.strip_prefix("0x") {
        (hex, 16)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        (binary, 2)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (&lower[1..], 8)
    } else {
        (&lower[..], 10)
    };
    // `from_str_radix` would take a sign.
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, radix).ok()
}

/// Hexadecimal digits: words apart, or the bytes of a binary image in any grouping. What stands
/// before a colon is an address.
fn plain_hex(text: &str) -> Result<Image, RomError> {
    let mut digits = String::new();
    let mut words = Vec::new();
    let mut tokens = 0usize;
    for (number, line) in text.lines().enumerate() {
        let line = line.split(';').next().unwrap_or_default();
        let line = line.split_once(':').map_or(line, |(_, after)| after);
        for token in line.split([',', ' ', '\t', '\r']).filter(|token| !token.is_empty()) {
            let hex = token.strip_prefix("0x").or_else(|| token.strip_prefix("0X")).unwrap_or(token);
            if hex.is_empty() || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                // Prose is told as prose, a slip within numbers by its line.
                return Err(if tokens < 16 {
                    magic::plain_text()
                } else {
                    RomError::Text { line: number + 1, what: format!("\"{}\" is no hexadecimal number", short(token)) }
                });
            }
            tokens += 1;
            digits.push_str(hex);
            if hex.len() <= 4 {
                words.extend(u16::from_str_radix(hex, 16));
            }
        }
    }
    if tokens == 0 {
        return Err(magic::plain_text());
    }
    // Words that stand apart, unless they are all written with four digits: those may be swapped.
    let apart = words.len() == tokens && (tokens == WORDS_S46 || tokens == WORDS_S48);
    if apart && digits.len() != tokens * 4 && digits.len() != tokens * 2 {
        return from_words(&words, Format::Hex);
    }
    let pairs = digits.as_bytes().as_chunks::<2>();
    let byte = |[a, b]: &[u8; 2]| {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        Some(digit(*a)? << 4 | digit(*b)?)
    };
    let bytes: Option<Vec<u8>> = pairs.0.iter().map(byte).collect();
    if matches!(digits.len(), 18_432 | 24_576 | 32_768) {
        return from_bytes(bytes, Format::Hex);
    }
    if words.len() == tokens
        && digits.len() == tokens * 2
        && let Some(state) = magic::state_of_bytes(tokens)
    {
        return Err(state);
    }
    // The sentence counts what the text seems to consist of.
    let count = if words.len() == tokens && digits.len() > tokens * 2 { tokens } else { digits.len() / 4 };
    Err(RomError::WordCount { what: "hexadecimal text", have: count })
}

fn from_words(values: &[u16], format: Format) -> Result<Image, RomError> {
    match values.iter().find(|value| **value > 0xfff) {
        Some(value) => Err(RomError::Implausible { reason: format!("it has a word {value:X}h, above FFFh") }),
        None => Image::new(values.to_vec(), format),
    }
}

/// An image given as the bytes of a binary one.
fn from_bytes(bytes: Option<Vec<u8>>, format: Format) -> Result<Image, RomError> {
    let bytes =
        bytes.ok_or_else(|| RomError::Implausible { reason: "its values are neither words nor bytes".to_owned() })?;
    let mut image = raw::read(&bytes)?;
    image.format = format;
    Ok(image)
}

/// The start of a token, safe to print.
fn short(token: &str) -> String {
    token.chars().take(20).flat_map(char::escape_debug).collect()
}
