//! The chip's state as other programs save it (foreign_saves 2, columns "on export").

use crc::{CRC_32_ISO_HDLC, Crc};

use super::dump::{Dump, Fork};
use super::error::ForeignError;
use super::fields::FieldsMut;
use super::format::Format;
use super::hardware::{DISPLAY_S46, DISPLAY_S48, Hardware, RAM_S46, RAM_S48};
use super::layout::{self, Layout};
use super::{fpga, json, retroarch, text, vpet};

/// Where the Game & Watch port keeps its checksum.
pub(super) const CHECKSUM_AT: usize = 552;
/// Marker bytes of the EEPROM images.
const AVR_MARKER: u8 = 0x0C;
const ESP_MARKER: u8 = 0x12;
/// A count in MiSTer's slot; any will do.
const MISTER_COUNT: u64 = 1;

/// What some formats say besides the chip's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Details<'a> {
    /// Ticks of the machine's life.
    pub tick: u64,
    /// Time of saving in milliseconds since 1970, for programs that catch up from it; 0 if unknown.
    pub saved_at_ms: u64,
    /// The care-bot's name of the model: p1, p1j, p2, angel, morino, umino, mothra, genjin,
    /// tamaotch, digimon. Without one its program takes p1.
    pub model: Option<&'a str>,
}

/// Writes a state, `total_tick` ticks into the machine's life, as another program saves it.
///
/// Formats that exist in two sizes (JSON) take that of `hardware.ram`: see [`Hardware::sized`]. HALT,
/// the stopwatch and other things are lost where a format has no place for them.
///
/// # Errors
/// [`ForeignError::Export`] if the format cannot hold the state or is not written.
pub fn export(hardware: &Hardware, total_tick: u64, format: Format) -> Result<Vec<u8>, ForeignError> {
    export_with(hardware, Details { tick: total_tick, ..Details::default() }, format)
}

/// [`export`] with what some formats say besides.
///
/// # Errors
/// As [`export`].
pub fn export_with(hardware: &Hardware, details: Details<'_>, format: Format) -> Result<Vec<u8>, ForeignError> {
    let refuse = |reason: String| ForeignError::Export { format, reason };
    hardware.check().map_err(|what| refuse(format!("it is no state of the chip ({what})")))?;
    let sized = |ram: usize, display: usize| {
        hardware.sized(ram, display).ok_or_else(|| {
            refuse(
                "it is an E0C6S48's, and the program runs the E0C6S46 only; take tlst3, playgotchi or carebot"
                    .to_owned(),
            )
        })
    };
    let file = |layout: Layout| {
        let (ram, display) = layout.sizes();
        let fork = if format == Format::CareBot { Fork::CareBot } else { Fork::Upstream };
        let tick = if layout.is_wide() { unwrapped(details.tick) } else { details.tick };
        Ok::<_, ForeignError>(layout.write(&Dump::from_hardware(&sized(ram, display)?, tick, layout.stamps(), fork)))
    };
    let bytes = |layout: Layout| file(layout).map(|file| file.0);
    let headed = |layout: Layout, head: &[u8]| {
        let mut file = file(layout)?;
        file.bytes(0, head);
        Ok(file)
    };
    let small = || sized(RAM_S46, DISPLAY_S46).map(|hardware| fpga::write(&hardware));
    match format {
        Format::TlstV3 => Ok(headed(layout::tlst_v3(RAM_S48), b"TLST\x03")?.0),
        Format::TlstV3S46 => Ok(headed(layout::tlst_v3(RAM_S46), b"TLST\x03")?.0),
        Format::TlstV2 => Ok(headed(layout::tlst_v2(RAM_S46), b"TLST\x02")?.0),
        Format::McuGotchi => {
            // Its loader stores these bytes far beyond its buffer: 0 is the least harm.
            let mut file = headed(layout::tlst_v2(RAM_S46), b"TLST\x02")?;
            let image = file.0.len() - 128;
            file.bytes(image, &[0; 128]);
            Ok(file.0)
        }
        Format::TlstV1 | Format::TlstV0 => Err(refuse(
            "TamaTool wrote this for a few weeks of 2021 and reads it no more; take tlst3 or tlst2".to_owned(),
        )),
        Format::ArduinoGotchi => Ok(headed(layout::arduino(1, 2), &[AVR_MARKER])?.0),
        Format::EspGotchi => Ok(headed(layout::arduino(1, 4), &[ESP_MARKER])?.0),
        Format::Pygotchi => bytes(layout::arduino(0, 8)).map(|content| text::pad(&content)),
        Format::Pygotchi32 => bytes(layout::arduino(0, 4)).map(|content| text::pad(&content)),
        Format::TamaR => bytes(layout::arduino(0, 8)).map(|content| text::c_array(&content)),
        Format::TamaRHex => bytes(layout::arduino(0, 8)).map(|content| text::hex_line(&content)),
        Format::Libretro => bytes(layout::LIBRETRO),
        Format::RetroArch => bytes(layout::LIBRETRO).map(|core| retroarch::wrap(&core)),
        Format::PlayGotchi => bytes(layout::PLAYGOTCHI),
        Format::CareBot => {
            let mut blob = headed(layout::CARE_BOT, b"TAMA\x01")?;
            blob.put(8, 8, details.tick);
            Ok(json::wrap(&blob.0, details.model))
        }
        Format::Tm1pV1 => Ok(headed(layout::tm1p(528), b"TM1P\x01")?.0),
        Format::Tm1pV2 => {
            let mut file = headed(layout::tm1p(536), b"TM1P\x02")?;
            file.put(528, 4, details.saved_at_ms / 1000);
            Ok(file.0)
        }
        Format::GameAndWatch => {
            let mut file = headed(layout::GAME_AND_WATCH, b"TAMA\x01")?;
            file.put(8, 8, details.saved_at_ms);
            file.put(CHECKSUM_AT, 4, checksum(&file.0));
            Ok(file.0)
        }
        Format::TamalibJs | Format::ApiState | Format::Pebble => {
            let stamps = if format == Format::TamalibJs { 1 } else { 8 };
            let display = if hardware.ram.len() == RAM_S46 { DISPLAY_S46 } else { DISPLAY_S48 };
            let hardware = sized(hardware.ram.len(), display)?;
            let dump = Dump::from_hardware(&hardware, unwrapped(details.tick), stamps, Fork::Upstream);
            Ok(json::write(format, &dump))
        }
        Format::ApiPet => Err(refuse(
            "the pet's file also names its watch and ROM; take tamagotchi-api and send that to /state".to_owned(),
        )),
        Format::FpgaPocket => small(),
        Format::MisterSlot => {
            let mut file = FieldsMut::new(8);
            file.put(0, 4, MISTER_COUNT);
            file.put(4, 4, fpga::WORDS);
            file.0.extend(small()?);
            Ok(file.0)
        }
        Format::MisterAuto => small().map(|mut block| {
            block.resize(512, 0);
            block
        }),
        Format::Vpet => sized(RAM_S48, DISPLAY_S46).map(|hardware| vpet::write(&hardware)),
    }
}

/// The counter of a program in which it does not wrap, so that no time of the last second is
/// before 0.
fn unwrapped(tick: u64) -> u64 {
    let low = tick & 0xFFFF_FFFF;
    if low < 32_768 { low + 32_768 } else { low }
}

/// CRC-32 of the Game & Watch port's file, with the checksum itself as 0.
pub(super) fn checksum(file: &[u8]) -> u64 {
    let crc = Crc::<u32>::new(&CRC_32_ISO_HDLC);
    let mut digest = crc.digest();
    let (before, rest) = file.split_at(CHECKSUM_AT.min(file.len()));
    digest.update(before);
    digest.update(&[0; 4][..rest.len().min(4)]);
    digest.update(rest.get(4..).unwrap_or(&[]));
    digest.finalize().into()
}
