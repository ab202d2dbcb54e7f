//! Formats that are text around bytes: C arrays and hex digits (tamaR), and pygotchi's digits
//! padded to 12 bits (foreign_saves 3.5).

/// First line of tamaR's file.
const ARRAY_HEAD: &str = "static unsigned char g_program_b12[] = {";

/// The bytes of a C array, or of pairs of hex digits separated by blanks; `None` if it is neither.
pub(crate) fn parse(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let digits = match text.split_once('{') {
        Some((_, rest)) => rest.split_once('}')?.0,
        None => text,
    };
    digits
        .split(|c: char| c == ',' || c.is_ascii_whitespace())
        .filter(|item| !item.is_empty())
        .map(|item| {
            let item = item.strip_prefix("0x").or_else(|| item.strip_prefix("0X")).unwrap_or(item);
            let is_byte = item.len() == 2 && item.bytes().all(|c| c.is_ascii_hexdigit());
            is_byte.then(|| u8::from_str_radix(item, 16).ok()).flatten()
        })
        .collect()
}

/// tamaR's web page: three to a group, eighteen to a line.
pub(super) fn c_array(bytes: &[u8]) -> Vec<u8> {
    let group = |three: &[u8]| three.iter().map(|byte| format!("0x{byte:02X},")).collect::<String>();
    let line = |bytes: &[u8]| bytes.chunks(3).map(group).collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = bytes.chunks(18).map(line).collect();
    format!("{ARRAY_HEAD}\n{} }};\n", lines.join("\n")).into_bytes()
}

/// tamaR's package: pairs of digits in one line.
pub(super) fn hex_line(bytes: &[u8]) -> Vec<u8> {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}\n", pairs.join(" ")).into_bytes()
}

/// The bytes of a padded file; `None` if a padding digit is not 0. A last group may be short, then
/// its digits stand at the end.
pub(crate) fn unpad(bytes: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
    if digits.iter().step_by(4).any(|&digit| digit != 0) {
        return None;
    }
    let kept: Vec<u8> = digits.chunks(4).flat_map(|group| &group[1..]).copied().collect();
    Some(kept.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A digit 0 before every third digit.
pub(crate) fn pad(bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
    let padded: Vec<u8> = digits.chunks(3).flat_map(|group| std::iter::once(0).chain(group.iter().copied())).collect();
    padded.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}
