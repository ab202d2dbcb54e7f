//! The formats of other programs, by name.

use std::fmt;
use std::str::FromStr;

use super::error::ForeignError;

/// A save format of another program (foreign_saves 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// TamaTool since January 2025, the default build for the E0C6S48.
    TlstV3,
    /// The same, of a build for the E0C6S46.
    TlstV3S46,
    /// TamaTool 2021-24, Flipper's tama_p1 forks, MCUGotchi before May 2022.
    TlstV2,
    /// MCUGotchi since May 2022 and the Playdate port: TLST 2 with a meaningless I/O image.
    McuGotchi,
    /// TamaTool, August and September 2021.
    TlstV1,
    /// TamaTool, August 2021, without a tick counter.
    TlstV0,
    /// ArduinoGotchi's EEPROM on an AVR.
    ArduinoGotchi,
    /// The EEPROM of its forks for ESP8266 and ESP32.
    EspGotchi,
    /// pygotchi's cpu.bin, 64-bit.
    Pygotchi,
    /// pygotchi's cpu.bin, 32-bit.
    Pygotchi32,
    /// tamaR's web page, a C array.
    TamaR,
    /// tamaR's package, hex digits in one line.
    TamaRHex,
    /// What the libretro core serialises.
    Libretro,
    /// The same in RetroArch's file.
    RetroArch,
    /// PlayGotchi's save.bin.
    PlayGotchi,
    /// The care-bot's JSON, or the blob in it.
    CareBot,
    /// The Flipper fork, version 1.
    Tm1pV1,
    /// The Flipper fork, version 2.
    Tm1pV2,
    /// The Game & Watch port.
    GameAndWatch,
    /// tamalib-js.
    TamalibJs,
    /// Tamagotchi-API's `/state`.
    ApiState,
    /// Tamagotchi-API's file of a pet.
    ApiPet,
    /// The phone side of the Pebble app.
    Pebble,
    /// The FPGA core on the Pocket.
    FpgaPocket,
    /// The FPGA core on the MiSTer, a slot.
    MisterSlot,
    /// The FPGA core on the MiSTer, automatic save.
    MisterAuto,
    /// vpet-emu-zepp.
    Vpet,
}

use Format as F;

/// Key for command lines, name for people.
const NAMES: [(Format, &str, &str); 27] = [
    (F::TlstV3, "tlst3", "TamaTool (TLST 3)"),
    (F::TlstV3S46, "tlst3-s46", "TamaTool built for the E0C6S46 (TLST 3)"),
    (F::TlstV2, "tlst2", "TamaTool 2021-24 or Flipper tama_p1 (TLST 2)"),
    (F::McuGotchi, "mcugotchi", "MCUGotchi or Playdate port (TLST 2)"),
    (F::TlstV1, "tlst1", "TamaTool of September 2021 (TLST 1)"),
    (F::TlstV0, "tlst0", "TamaTool of August 2021 (TLST 0)"),
    (F::ArduinoGotchi, "arduinogotchi", "ArduinoGotchi EEPROM (AVR)"),
    (F::EspGotchi, "espgotchi", "ArduinoGotchi EEPROM (ESP8266, ESP32)"),
    (F::Pygotchi, "pygotchi", "pygotchi cpu.bin (64-bit)"),
    (F::Pygotchi32, "pygotchi32", "pygotchi cpu.bin (32-bit)"),
    (F::TamaR, "tamar", "tamaR save.txt"),
    (F::TamaRHex, "tamar-hex", "tamaR package save"),
    (F::Libretro, "libretro", "libretro core"),
    (F::RetroArch, "retroarch", "RetroArch save state"),
    (F::PlayGotchi, "playgotchi", "PlayGotchi save.bin"),
    (F::CareBot, "carebot", "care-bot state"),
    (F::Tm1pV1, "tm1p1", "Flipper fork (TM1P 1)"),
    (F::Tm1pV2, "tm1p", "Flipper fork (TM1P 2)"),
    (F::GameAndWatch, "gameandwatch", "Game & Watch port (TAMA 1)"),
    (F::TamalibJs, "tamalib-js", "tamalib-js state"),
    (F::ApiState, "tamagotchi-api", "Tamagotchi-API state"),
    (F::ApiPet, "tamagotchi-api-pet", "Tamagotchi-API pet"),
    (F::Pebble, "pebble", "Pebble app (LAST_STATE)"),
    (F::FpgaPocket, "pocket", "FPGA core, Pocket"),
    (F::MisterSlot, "mister", "FPGA core, MiSTer slot"),
    (F::MisterAuto, "mister-auto", "FPGA core, MiSTer automatic save"),
    (F::Vpet, "vpet", "vpet-emu-zepp (VPET 1)"),
];

impl Format {
    /// Every format, in the order of foreign_saves 1.
    pub fn all() -> impl Iterator<Item = Format> {
        NAMES.iter().map(|row| row.0)
    }

    /// Short word for command lines: `tlst3`, `pocket`.
    pub fn key(self) -> &'static str {
        NAMES.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Name for people.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }

    /// Whether `export` writes it. The others are read only, and a refusal says why.
    pub fn is_exportable(self) -> bool {
        !matches!(self, F::TlstV1 | F::TlstV0 | F::ApiPet)
    }

    /// Usual ending of such a file, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            F::CareBot | F::TamalibJs | F::ApiState | F::ApiPet | F::Pebble => "json",
            F::TamaR | F::TamaRHex => "txt",
            F::RetroArch | F::Libretro => "state",
            F::FpgaPocket | F::MisterSlot => "ss",
            F::MisterAuto | F::Vpet => "sav",
            _ => "bin",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = ForeignError;

    fn from_str(key: &str) -> Result<Format, ForeignError> {
        NAMES.iter().find(|row| row.1 == key).map(|row| row.0).ok_or_else(|| ForeignError::NoSuchFormat {
            key: key.chars().take(40).collect(),
            known: NAMES.map(|row| row.1).join(", "),
        })
    }
}
