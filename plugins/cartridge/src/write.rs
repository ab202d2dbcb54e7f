//! Conversion: the same words in another format.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::cartridge::Cartridge;
use crate::format::Format;
use crate::intake::high_path;
use crate::records;

impl Cartridge {
    /// The program in another format, as one file. An Epson pair becomes one text with the low
    /// half first; [`Cartridge::to_files`] writes it as two. Everything written can be read back.
    pub fn to_bytes(&self, format: Format) -> Vec<u8> {
        match format {
            Format::BigEndian => self.normalised(),
            Format::LittleEndian => self.words.iter().flat_map(|word| word.to_le_bytes()).collect(),
            Format::Packed => pack(&self.words),
            Format::Epson => {
                let (low, high) = records::write(&self.words);
                (low + &high).into_bytes()
            }
            Format::CArray => c_array(&self.words).into_bytes(),
            Format::Hex => rows(&self.words, "", " ").into_bytes(),
        }
    }

    /// The files that `rom convert -o OUT` writes: one at `out`, or for [`Format::Epson`] two,
    /// the low half at `out` and the high half beside it, with `low` in its name turned into
    /// `high` or `_high` added.
    pub fn to_files(&self, format: Format, out: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        if format != Format::Epson {
            return vec![(out.to_path_buf(), self.to_bytes(format))];
        }
        let (low, high) = records::write(&self.words);
        vec![(out.to_path_buf(), low.into_bytes()), (high_path(out), high.into_bytes())]
    }
}

/// Two words in three bytes, highest bits first. The number of words is even.
fn pack(words: &[u16]) -> Vec<u8> {
    let mut out = Vec::with_capacity(words.len() / 2 * 3);
    for [a, b] in words.as_chunks::<2>().0 {
        out.extend([(a >> 4) as u8, (a << 4 | b >> 8) as u8, *b as u8]);
    }
    out
}

fn c_array(words: &[u16]) -> String {
    let rows = rows(words, "0x", ", ");
    format!("#include <stdint.h>\n\nstatic const uint16_t rom[{}] = {{\n{rows}}};\n", words.len())
}

/// Sixteen words a line, three digits each.
fn rows(words: &[u16], prefix: &str, separator: &str) -> String {
    let mut out = String::with_capacity(words.len() * (prefix.len() + separator.len() + 3));
    for row in words.chunks(16) {
        for (n, word) in row.iter().enumerate() {
            let end = if n + 1 < row.len() { separator } else { separator.trim_end() };
            // Writing to a String cannot fail.
            let _ = write!(out, "{prefix}{word:03X}{end}");
        }
        out.push('\n');
    }
    out
}
