//! Files made of a few bytes.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::{Cursor, Write};
use std::sync::OnceLock;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Bytes that each bomb unpacks to: beyond any limit of the intake.
const BANG: usize = 6 << 20;
const NAMES: [&str; 8] =
    ["a.bin", "low.hex", "high.hex", "__MACOSX/._a.bin", ".hidden", "b/rom.c", "c\u{7}.txt", "d.sym"];

/// The file that the low six bits of `kind` and `data` stand for.
pub fn shaped(kind: u8, data: &[u8]) -> Vec<u8> {
    match kind & 15 {
        1 => gzip(data),
        2 => zip(data),
        3 => repeated(data, 9216),
        4 => pairs(repeated(data, 12_288), 0),
        5 => pairs(repeated(data, 16_384), 0),
        6 => pairs(repeated(data, 12_288), 1),
        7 => c_array(&words(data, kind)).into_bytes(),
        8 => hex(&words(data, kind)).into_bytes(),
        9 => epson(&words(data, kind)).into_bytes(),
        // They take time: one in four.
        10 if kind & 0x30 == 0 => patched(bomb_gzip(), data),
        11 if kind & 0x30 == 0 => patched(bomb_zip(), data),
        12 => zip(epson(&words(data, kind)).as_bytes()),
        13 => gzip(&pairs(repeated(data, 12_288), 0)),
        14 => repeated(data, 12_288 + usize::from(kind >> 4 & 3)),
        _ => data.to_vec(),
    }
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(data).and_then(|()| out.finish()).unwrap_or_default()
}

/// As many entries as the first byte says, each an equal part of the rest.
fn zip(data: &[u8]) -> Vec<u8> {
    let [count, data @ ..] = data else { return Vec::new() };
    let count = if *count > 250 { 60 + usize::from(count - 250) } else { usize::from(count % 5) };
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..count {
        let part = data.len() / count.max(1);
        let name = NAMES.get(n).map_or_else(|| n.to_string(), |name| (*name).to_owned());
        let added = out.start_file(name, SimpleFileOptions::default()).is_ok();
        let _ = added && out.write_all(&data[n * part..(n + 1) * part]).is_ok();
    }
    out.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn repeated(data: &[u8], length: usize) -> Vec<u8> {
    data.iter().copied().cycle().take(length).collect()
}

/// Clears the high nibble of every byte at this parity.
fn pairs(mut bytes: Vec<u8>, parity: usize) -> Vec<u8> {
    bytes.iter_mut().skip(parity).step_by(2).for_each(|byte| *byte &= 15);
    bytes
}

/// Words of either chip, or a few too many.
fn words(data: &[u8], kind: u8) -> Vec<u16> {
    let count = [6144, 8192, 6145, data.len() / 2][usize::from(kind >> 4 & 3)];
    let pairs = data.as_chunks::<2>().0;
    pairs.iter().cycle().take(count).map(|pair| u16::from_be_bytes(*pair) & 0xFFF).collect()
}

fn c_array(words: &[u16]) -> String {
    let mut out = String::from("static const uint16_t rom[] = {\n");
    words.iter().for_each(|word| _ = write!(out, "{word:#X},"));
    out + "};\n"
}

fn hex(words: &[u16]) -> String {
    let mut out = String::new();
    words.iter().for_each(|word| _ = writeln!(out, "{word:03X}"));
    out
}

/// Both halves in Intel HEX with right checksums.
fn epson(words: &[u16]) -> String {
    let mut out = String::new();
    for shift in [0, 8] {
        for (n, row) in words.chunks(32).enumerate() {
            let [high, low] = ((n * 32) as u16).to_be_bytes();
            let mut record = vec![row.len() as u8, high, low, 0];
            record.extend(row.iter().map(|word| (word >> shift) as u8));
            record.push(record.iter().fold(0u8, |sum, byte| sum.wrapping_sub(*byte)));
            out.push(':');
            record.iter().for_each(|byte| _ = write!(out, "{byte:02X}"));
            out.push('\n');
        }
        out.push_str(":00000001FF\n");
    }
    out
}

/// Changes single bytes: a place and a value from every three.
fn patched(bytes: &[u8], patches: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let length = bytes.len();
    for [high, low, value] in patches.as_chunks::<3>().0 {
        bytes[usize::from(u16::from_be_bytes([*high, *low])) % length] = *value;
    }
    bytes
}

fn bomb_gzip() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| gzip(&vec![0; BANG]))
}

/// Entries that are each within the limit, one that is not, and one whose size is a lie.
fn bomb_zip() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (n, length) in [BANG, 1 << 20, 900_000, 1_000_000, 1_000_000, 1_000_000, BANG / 4].into_iter().enumerate() {
            let added = out.start_file(n.to_string(), SimpleFileOptions::default()).is_ok();
            let _ = added && out.write_all(&vec![0; length]).is_ok();
        }
        let mut bytes = out.finish().map(Cursor::into_inner).unwrap_or_default();
        // The sizes of the first entry, in its own header and in the directory.
        let lie = 100_u32.to_le_bytes();
        for at in [22, find(&bytes, b"PK\x01\x02") + 24] {
            bytes[at..at + 4].copy_from_slice(&lie);
        }
        bytes
    })
}

fn find(bytes: &[u8], what: &[u8; 4]) -> usize {
    bytes.windows(4).position(|window| window == what).unwrap_or(0)
}
