//! Which format a file may have (foreign_saves 1): magic, keys of JSON, text, size.

use serde_json::Value;

use super::error::ForeignError;
use super::fields::Fields;
use super::format::Format;
use super::hardware::RAM_S46;
use super::intake::arduino_layout;
use super::{fpga, json, layout, retroarch, text};

/// Bytes of the longest file that is read. A state has at most a few thousand; a pet's diary in
/// JSON may be longer.
pub const MAX_FILE: usize = 1 << 20;
/// Lengths of an EEPROM image, besides the bytes in use.
const EEPROMS: [usize; 3] = [1024, 2048, 4096];

/// The format that a file claims to have; `None` if it resembles nothing.
pub(super) fn claimed(bytes: &[u8]) -> Result<Option<Format>, ForeignError> {
    let fields = Fields(bytes);
    if bytes.len() > MAX_FILE {
        return Err(ForeignError::TooLong { have: bytes.len(), most: MAX_FILE });
    }
    if bytes.starts_with(b"TLST") && bytes.len() > 4 {
        return tlst(fields.byte(4), bytes.len()).map(Some);
    }
    if bytes.starts_with(b"TM1P") && bytes.len() > 7 {
        return match fields.uint(4, 4) {
            1 => Ok(Some(Format::Tm1pV1)),
            2 => Ok(Some(Format::Tm1pV2)),
            version => Err(ForeignError::Version { magic: "TM1P", version: version as u32, known: "1 or 2" }),
        };
    }
    if bytes.starts_with(b"VPET") && bytes.len() > 4 {
        return match fields.byte(4) {
            1 => Ok(Some(Format::Vpet)),
            version => Err(ForeignError::Version { magic: "VPET", version: version.into(), known: "1" }),
        };
    }
    if bytes.starts_with(b"TAMA") && bytes.len() > 7 {
        return match (fields.uint(4, 4), bytes.len() > layout::GAME_AND_WATCH.size) {
            (1, true) => Ok(Some(Format::CareBot)),
            (1, false) => Ok(Some(Format::GameAndWatch)),
            (version, _) => Err(ForeignError::Version { magic: "TAMA", version: version as u32, known: "1" }),
        };
    }
    if bytes.starts_with(retroarch::MAGIC) {
        return Ok(Some(Format::RetroArch));
    }
    refuse_known(bytes)?;
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).map_or(&[][..], |at| &bytes[at..]);
    if start.starts_with(b"{")
        && let Ok(value) = serde_json::from_slice::<Value>(bytes)
    {
        return Ok(json::recognise(&value));
    }
    if text::parse(bytes).is_some_and(|content| !content.is_empty()) {
        return Ok(Some(if bytes.contains(&b'{') { Format::TamaR } else { Format::TamaRHex }));
    }
    Ok(by_size(bytes))
}

fn tlst(version: u8, len: usize) -> Result<Format, ForeignError> {
    match version {
        3 if len == layout::tlst_v3(RAM_S46).size => Ok(Format::TlstV3S46),
        3 => Ok(Format::TlstV3),
        2 => Ok(Format::TlstV2),
        1 => Ok(Format::TlstV1),
        0 => Ok(Format::TlstV0),
        _ => Err(ForeignError::Version { magic: "TLST", version: version.into(), known: "0 to 3" }),
    }
}

/// Files that are known and hopeless (foreign_saves 3.10).
fn refuse_known(bytes: &[u8]) -> Result<(), ForeignError> {
    let refusal = |what, advice| Err(ForeignError::NotImportable { what, advice });
    let fields = Fields(bytes);
    if bytes.starts_with(b"#RZIP") {
        return refusal(
            "a compressed RetroArch state",
            "switch off the compression of save states in RetroArch and save again",
        );
    }
    if bytes.starts_with(b"MAMESAVE") {
        return refusal("a MAME state", "it belongs to one version of MAME; there is no way to read it");
    }
    // 8 bytes of header (magic, version 1) and TamaLIB's buffer; a MiSTer slot has 116 in the second word.
    if bytes.len() == 472 && [54, 0x54].contains(&bytes[0]) && bytes[1] == 1 && fields.uint(4, 4) != fpga::WORDS {
        return refusal(
            "the Flipper app's pet.save",
            "it holds the memory but no registers, so the machine cannot go on; use a state of a tama_p1 fork",
        );
    }
    Ok(())
}

/// Formats without a magic.
fn by_size(bytes: &[u8]) -> Option<Format> {
    let fields = Fields(bytes);
    match (bytes.len(), fields.byte(0)) {
        (464, _) => Some(Format::FpgaPocket),
        (472, _) if fields.uint(4, 4) == fpga::WORDS => Some(Format::MisterSlot),
        (512, _) => {
            let padded = text::unpad(bytes).is_some_and(|content| arduino_layout(&content).is_some());
            Some(if padded { Format::Pygotchi } else { Format::MisterAuto })
        }
        (507, _) => Some(Format::Pygotchi32),
        (518, _) => Some(Format::Libretro),
        (633, _) => Some(Format::PlayGotchi),
        (len, 0x0C) if len == layout::arduino(1, 2).size || EEPROMS.contains(&len) => Some(Format::ArduinoGotchi),
        (len, 0x12) if len == layout::arduino(1, 4).size || EEPROMS.contains(&len) => Some(Format::EspGotchi),
        _ => None,
    }
}
