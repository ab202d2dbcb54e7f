//! Import of a state, once its format is known.

use serde_json::Value;

use super::dump::{Dump, Fork};
use super::error::ForeignError;
use super::fields::Fields;
use super::format::Format;
use super::hardware::{Hardware, RAM_S46, RAM_S48};
use super::json::{self, Content};
use super::layout::{self, Layout};
use super::recognise::claimed;
use super::{fpga, retroarch, rom, text, vpet};

/// A state of another program, translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What the file is.
    pub format: Format,
    /// The chip's state.
    pub hardware: Hardware,
    /// What the file or its name says of the ROM: a model's name, an address, a file's base name.
    /// No state has its ROM inside.
    pub rom_hint: Option<String>,
    /// Ticks of the machine's life: whole in the care-bot's, else the program's counter, which most
    /// keep in 32 bits; `None` where the format has none.
    pub tick: Option<u64>,
    /// What was lost or guessed, a sentence each.
    pub notes: Vec<String>,
}

impl Imported {
    /// Checks the state against the words of a ROM, one 12-bit word an item from address 0, and
    /// sets `halted` where the format has no flag for it: the word before the program counter is
    /// HALT.
    ///
    /// # Errors
    /// [`ForeignError::OtherRom`] if there is no instruction at the program counter, or nothing on
    /// the stack leads back to instructions. A state that passes may still be another ROM's.
    pub fn check_rom(&mut self, words: &[u16]) -> Result<(), ForeignError> {
        rom::check(&mut self.hardware, words)
    }
}

/// What was decoded, before it is translated.
enum Decoded {
    Dump(Dump, Fork),
    Hardware(Box<Hardware>),
}

struct Found {
    format: Format,
    decoded: Decoded,
    rom: Option<String>,
    tick: Option<u64>,
}

/// Says which format a file is, by its content; see [`import`].
///
/// # Errors
/// As [`import`].
pub fn recognise(name: Option<&str>, bytes: &[u8]) -> Result<Format, ForeignError> {
    import(bytes, name).map(|imported| imported.format)
}

/// Reads a state of another program. `name` is the file's name, if it has one; it is only used for
/// [`Imported::rom_hint`].
///
/// # Errors
/// Every [`ForeignError`] but those of export: an unknown or damaged file, or one from which no
/// machine can be resumed.
pub fn import(bytes: &[u8], name: Option<&str>) -> Result<Imported, ForeignError> {
    let format = claimed(bytes)?.ok_or(ForeignError::Unknown(bytes.len()))?;
    translate(format, bytes, name)
}

/// The fields of a file of TamaLIB's variables, as they stand in it.
#[cfg(test)]
pub(crate) fn dump(bytes: &[u8]) -> Option<Dump> {
    let format = claimed(bytes).ok()??;
    match decode(format, bytes).ok()?.decoded {
        Decoded::Dump(dump, _) => Some(dump),
        Decoded::Hardware(_) => None,
    }
}

fn translate(format: Format, bytes: &[u8], name: Option<&str>) -> Result<Imported, ForeignError> {
    let found = decode(format, bytes)?;
    let content = |what| ForeignError::Content { format: found.format, what };
    let (hardware, has_image) = match found.decoded {
        Decoded::Dump(dump, fork) => (dump.to_hardware(fork).map_err(content)?, dump.io.is_some()),
        Decoded::Hardware(hardware) => (*hardware, true),
    };
    let mut notes = Vec::new();
    let mut note = |when: bool, text: &str| {
        if when {
            notes.push(text.to_owned());
        }
    };
    note(
        hardware.display.is_none(),
        "The format has no display memory: the screen is dark until the program draws it.",
    );
    note(!has_image, "The format has no I/O registers: contrast, sound and ports have their usual values.");
    note(hardware.cpu.halted.is_none(), "The format does not say whether the CPU was halted: the ROM tells.");
    note(found.format == Format::TlstV0, "The format has no tick counter: the clock's second starts anew.");
    let rom_hint = found.rom.or_else(|| name.and_then(|name| hint(found.format, name)));
    Ok(Imported { format: found.format, hardware, rom_hint, tick: found.tick, notes })
}

/// What a file's name says of the ROM: `<rom>_saveN.bin`, `<content>.state`.
fn hint(format: Format, name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next()?;
    let base = match format {
        Format::TlstV3 | Format::TlstV3S46 | Format::TlstV2 | Format::TlstV1 | Format::TlstV0 => {
            let (base, number) = name.strip_suffix(".bin")?.rsplit_once("_save")?;
            number.bytes().all(|c| c.is_ascii_digit()).then_some(base)?
        }
        Format::Libretro | Format::RetroArch => name.split_once(".state")?.0,
        _ => return None,
    };
    (!base.is_empty()).then(|| base.to_owned())
}

/// The layout of the Arduino family's struct, found by the vectors: its pointer's size depends on
/// the machine.
pub(super) fn arduino_layout(content: &[u8]) -> Option<Layout> {
    [8, 4, 2]
        .map(|pointer| layout::arduino(0, pointer))
        .into_iter()
        .find(|layout| layout.size == content.len() && layout.vectors_fit(content))
}

fn decode(format: Format, bytes: &[u8]) -> Result<Found, ForeignError> {
    let fits = |want: usize| match bytes.len() {
        have if have == want => Ok(()),
        have => Err(ForeignError::Length { format, have, want }),
    };
    let plain = |layout: Layout| {
        fits(layout.size)?;
        from_layout(format, layout, bytes)
    };
    let content = |what: &str| ForeignError::Content { format, what: what.to_owned() };
    let hardware = |hardware: Result<Hardware, String>| {
        let hardware = Box::new(hardware.map_err(|what| ForeignError::Content { format, what })?);
        Ok(Found { format, decoded: Decoded::Hardware(hardware), rom: None, tick: None })
    };
    match format {
        Format::TlstV3 => plain(layout::tlst_v3(RAM_S48)),
        Format::TlstV3S46 => {
            // A file of the other build that was cut short may have just this length.
            let found = plain(layout::tlst_v3(RAM_S46))?;
            match &found.decoded {
                Decoded::Dump(dump, _) if !dump.image_is_real() => {
                    Err(content("its I/O memory contradicts its interrupts, as if it were cut short"))
                }
                _ => Ok(found),
            }
        }
        Format::TlstV2 | Format::McuGotchi => {
            let large = layout::tlst_v2(RAM_S48);
            let layout = if bytes.len() == large.size { large } else { layout::tlst_v2(RAM_S46) };
            let mut found = plain(layout)?;
            if let Decoded::Dump(dump, _) = &mut found.decoded
                && !dump.image_is_real()
            {
                dump.io = None;
                found.format = Format::McuGotchi;
            }
            Ok(found)
        }
        Format::TlstV1 => plain(layout::TLST_V1),
        Format::TlstV0 => plain(layout::TLST_V0),
        Format::ArduinoGotchi => eeprom(format, layout::arduino(1, 2), bytes),
        Format::EspGotchi => eeprom(format, layout::arduino(1, 4), bytes),
        Format::Pygotchi | Format::Pygotchi32 => {
            arduino(format, &text::unpad(bytes).ok_or_else(|| content("its digits are not padded as pygotchi's"))?)
        }
        Format::TamaR | Format::TamaRHex => {
            arduino(format, &text::parse(bytes).ok_or_else(|| content("it is no list of bytes"))?)
        }
        Format::Libretro => plain(layout::LIBRETRO),
        Format::RetroArch => {
            let core = retroarch::unwrap(bytes).ok_or_else(|| content("the core's bytes are missing"))?;
            match core.len() {
                have if have == layout::LIBRETRO.size => from_layout(format, layout::LIBRETRO, core),
                _ => Err(content("the state inside is of another core")),
            }
        }
        Format::PlayGotchi => plain(layout::PLAYGOTCHI),
        Format::CareBot if bytes.starts_with(b"TAMA") => care_bot(bytes, None),
        Format::CareBot | Format::TamalibJs | Format::ApiState | Format::ApiPet | Format::Pebble => {
            let value: Value = serde_json::from_slice(bytes).map_err(|_| content("it is no JSON"))?;
            let found = json::read(format, &value).map_err(|what| ForeignError::Content { format, what })?;
            match found.content {
                Content::Blob(blob) => care_bot(&blob, found.rom),
                Content::Fields(dump) => Ok(Found { rom: found.rom, ..upstream(format, dump) }),
            }
        }
        Format::Tm1pV1 => plain(layout::tm1p(528)),
        Format::Tm1pV2 => plain(layout::tm1p(536)),
        Format::GameAndWatch => {
            fits(layout::GAME_AND_WATCH.size)?;
            if super::export::checksum(bytes) != Fields(bytes).uint(super::export::CHECKSUM_AT, 4) {
                return Err(content("its checksum does not match"));
            }
            plain(layout::GAME_AND_WATCH)
        }
        Format::FpgaPocket => {
            fits(fpga::BLOCK)?;
            hardware(fpga::read(bytes))
        }
        Format::MisterSlot => {
            fits(fpga::BLOCK + 8)?;
            hardware(fpga::read(Fields(bytes).slice(8, fpga::BLOCK)))
        }
        Format::MisterAuto => {
            fits(512)?;
            hardware(fpga::read(Fields(bytes).slice(0, fpga::BLOCK)))
        }
        Format::Vpet => {
            fits(vpet::SIZE)?;
            hardware(vpet::read(bytes))
        }
    }
}

fn upstream(format: Format, dump: Dump) -> Found {
    Found { format, tick: dump.tick, decoded: Decoded::Dump(dump, Fork::Upstream), rom: None }
}

fn from_layout(format: Format, layout: Layout, bytes: &[u8]) -> Result<Found, ForeignError> {
    if !layout.vectors_fit(bytes) {
        let what = "its interrupts have other vectors than the chip's".to_owned();
        return Err(ForeignError::Content { format, what });
    }
    Ok(upstream(format, layout.read(bytes)))
}

/// A marker byte and the struct, at the start of the EEPROM.
fn eeprom(format: Format, layout: Layout, bytes: &[u8]) -> Result<Found, ForeignError> {
    match bytes.get(..layout.size) {
        Some(used) => from_layout(format, layout, used),
        None => Err(ForeignError::Length { format, have: bytes.len(), want: layout.size }),
    }
}

/// The struct alone, of whichever machine.
fn arduino(format: Format, content: &[u8]) -> Result<Found, ForeignError> {
    let layout = arduino_layout(content).ok_or_else(|| ForeignError::Content {
        format,
        what: format!("its {} bytes do not have the chip's interrupt vectors in their places", content.len()),
    })?;
    from_layout(format, layout, content)
}

/// The care-bot's blob.
fn care_bot(blob: &[u8], rom: Option<String>) -> Result<Found, ForeignError> {
    let format = Format::CareBot;
    let fields = Fields(blob);
    let layout = layout::CARE_BOT;
    if blob.len() != layout.size {
        return Err(ForeignError::Length { format, have: blob.len(), want: layout.size });
    }
    if !blob.starts_with(b"TAMA") || fields.uint(4, 4) != 1 {
        return Err(ForeignError::Content { format, what: "its cpu is no TAMA state of version 1".to_owned() });
    }
    let dump = layout.read(blob);
    Ok(Found { format, decoded: Decoded::Dump(dump, Fork::CareBot), rom, tick: Some(fields.uint(8, 8)) })
}
