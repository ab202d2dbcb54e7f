//! Recognises files that are something else, so that a refusal can say what they are.

use crate::error::RomError;
use crate::raw;

const CHOOSE: &str = "choose the ROM's .bin or .b file";
const UNPACK: &str = "unpack it first, then choose the ROM file";
const SAVE: &str = "choose the ROM; saves are imported with `eggtooth save import`";

/// Beginnings that no program can have by chance: at least three telling bytes.
const BEGINNINGS: [(&[u8], &str, &str); 36] = [
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", CHOOSE),
    (b"\xff\xd8\xff", "a JPEG picture", CHOOSE),
    (b"GIF87a", "a GIF picture", CHOOSE),
    (b"GIF89a", "a GIF picture", CHOOSE),
    (b"II*\0", "a TIFF picture", CHOOSE),
    (b"MM\0*", "a TIFF picture", CHOOSE),
    (b"qoif", "a QOI picture", CHOOSE),
    (b"%PDF", "a PDF document", CHOOSE),
    (b"%!PS", "a PostScript document", CHOOSE),
    (b"{\\rtf", "an RTF document", CHOOSE),
    (b"\x7fELF", "a Linux program (ELF)", CHOOSE),
    (b"\xcf\xfa\xed\xfe", "a macOS program", CHOOSE),
    (b"\xca\xfe\xba\xbe", "a macOS program or Java class", CHOOSE),
    (b"\0asm", "a WebAssembly program", CHOOSE),
    (b"dex\n", "an Android program", CHOOSE),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    (b"\x04\x22\x4d\x18", "an LZ4 archive", UNPACK),
    (b"!<arch>\n", "an ar archive or Debian package", UNPACK),
    (b"\x1a\x45\xdf\xa3", "a Matroska film", CHOOSE),
    (b"OggS", "an Ogg recording", CHOOSE),
    (b"fLaC", "a FLAC recording", CHOOSE),
    (b"ID3", "an MP3 recording", CHOOSE),
    (b"MThd", "a MIDI file", CHOOSE),
    (b"wOF2", "a font", CHOOSE),
    (b"OTTO", "a font", CHOOSE),
    (b"SQLite format 3\0", "an SQLite database", CHOOSE),
    (b"\xd0\xcf\x11\xe0", "an old Office document", CHOOSE),
    (b"\x89EGG\r\n\x1a\n", "an Eggtooth save", SAVE),
    (b"TLST", "a saved state of another program (TamaTool, MCUGotchi)", SAVE),
    (b"TM1P", "a saved state of another program", SAVE),
    (b"VPET", "a saved state of another program", SAVE),
    (b"NES\x1a", "a ROM of another console (NES)", CHOOSE),
];

/// Fails if `bytes` are recognised as something that is no ROM. Not for texts.
pub(crate) fn refuse_others(bytes: &[u8]) -> Result<(), RomError> {
    match recognise(bytes) {
        Some((what, advice)) => Err(RomError::NotARom { what, advice }),
        None => Ok(()),
    }
}

fn recognise(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let found = BEGINNINGS.iter().find(|(start, ..)| bytes.starts_with(start));
    if let Some((_, what, advice)) = found {
        return Some((what, advice));
    }
    let at = |offset: usize, text: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(text));
    if at(0, b"RIFF") {
        return Some(match bytes.get(8..12) {
            Some(b"WAVE") => ("a WAV recording", CHOOSE),
            Some(b"WEBP") => ("a WebP picture", CHOOSE),
            _ => ("a RIFF media file", CHOOSE),
        });
    }
    if at(4, b"ftyp") {
        return Some(("an MP4 film or HEIF picture", CHOOSE));
    }
    if at(257, b"ustar") {
        return Some(("a tar archive", UNPACK));
    }
    // A packed program may begin with these two.
    if (at(0, b"\xff\xfe") || at(0, b"\xfe\xff")) && !raw::is_size(bytes.len()) {
        return Some(("a text in UTF-16", "save it as plain text (UTF-8) and try again"));
    }
    let long = |offset: usize| -> Option<usize> {
        let four = bytes.get(offset..offset + 4)?;
        let value = four.iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
        usize::try_from(value).ok()
    };
    // Two telling bytes are too few; these formats confirm themselves further on.
    if at(0, b"BM") && long(2) == Some(bytes.len()) {
        return Some(("a BMP picture", CHOOSE));
    }
    if at(0, b"MZ") && long(0x3c).is_some_and(|offset| at(offset, b"PE\0\0")) {
        return Some(("a Windows program", CHOOSE));
    }
    None
}

/// What a text is, if it is a kind that people confuse with ROM listings.
pub(crate) fn recognise_text(text: &str) -> Option<(&'static str, &'static str)> {
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Some(("a web page", "download the file itself, not the page that shows it"));
    }
    if start.starts_with("<?xml") || start.starts_with("<svg") {
        return Some(("an XML file", CHOOSE));
    }
    if start.starts_with("{\"") || start.starts_with("{\n") || start.starts_with("{\r\n") || start.starts_with("[{") {
        return Some(("a JSON file", CHOOSE));
    }
    if start.starts_with("version https://git-lfs") {
        return Some(("a Git LFS pointer", "fetch the file itself with `git lfs pull`"));
    }
    None
}

/// For a text in which nothing looks like a ROM.
pub(crate) fn plain_text() -> RomError {
    RomError::NotARom {
        what: "a text without ROM words",
        advice: "choose the ROM's .bin or .b file, or assemble it first with `eggtooth asm`",
    }
}
