//! What ports hang on, and what people ran into with such adapters (§4).

/// A serial port that can be opened from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortInfo {
    /// What opens it.
    pub name: String,
    /// The adapter by its maker's or its chip's name, as far as it is known.
    pub adapter: String,
    /// Where it is on USB, if it is there.
    pub usb: Option<Usb>,
    /// A sentence or two on what people ran into with such an adapter.
    pub hint: Option<&'static str>,
}

/// A USB device by its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usb {
    /// Who made it.
    pub vendor: u16,
    /// What it is.
    pub product: u16,
    /// Which one it is, where the maker gave each its own.
    pub serial: Option<String>,
}

const VOLTS: &str =
    "some blue boards of this kind drive TX at more than 3.3 V: measure TX against GND before connecting a toy";
const LATENCY: &str = "it keeps answers back for 16 ms: set its latency timer to 1 ms (Linux: \
    /sys/bus/usb-serial/devices/*/latency_timer; Windows: advanced settings of the port)";
const FINE: &str = "reported to work; set it to 3.3 V and measure TX against GND once before connecting a toy";
const CDC: &str = "leave DTR and RTS off, and wait about a second after plugging it in before the first echo";

/// Chip and hint by USB numbers.
pub fn known(vendor: u16, product: u16) -> Option<(&'static str, &'static str)> {
    Some(match (vendor, product) {
        (0x1A86, 0x5512 | 0x5523) => ("CH341", VOLTS),
        (0x1A86, 0x7522 | 0x7523) => ("CH340", FINE),
        (0x1A86, 0x55DA..=0x55DE) => ("CH347", FINE),
        (0x1A86, _) => ("WCH", FINE),
        (0x10C4, 0xEA60..=0xEA71) => ("CP210x", VOLTS),
        (0x0403, 0x6001) => ("FT232R", LATENCY),
        (0x0403, _) => ("FTDI", LATENCY),
        (0x2886, _) => ("Seeed XIAO", CDC),
        (0x303A | 0x2E8A | 0x2341 | 0x239A, _) => ("USB-CDC board", CDC),
        _ => return None,
    })
}

/// One name of what is known of an adapter: its chip, and what it says of itself; either may be empty.
pub fn named(chip: &str, told: &str) -> String {
    match (chip, told) {
        (chip, "") => chip.to_owned(),
        ("", told) => told.to_owned(),
        (chip, told) if told.to_lowercase().contains(&chip.to_lowercase()) => told.to_owned(),
        (chip, told) => format!("{told} ({chip})"),
    }
}
