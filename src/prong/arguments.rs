//! What can be typed after `eggtooth prong`.

use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// `prong`.
#[derive(Debug, Subcommand)]
pub enum ProngCommand {
    /// List serial ports, with what is known about their adapters
    Ports {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Ask whether a toy is there
    Echo {
        /// The link.
        #[command(flatten)]
        link: LinkArguments,
    },
    /// Send a file as one packet
    Send(SendArguments),
    /// Receive one packet into a file
    Receive(ReceiveArguments),
    /// Say words of one's own, at most 16 characters
    Say {
        /// The words, such as SYNC 1
        #[arg(required = true, value_name = "WORDS")]
        words: Vec<String>,
        /// The link.
        #[command(flatten)]
        link: LinkArguments,
    },
    /// Swap gifts
    Gift(GiftArguments),
    /// Meet for a playdate
    Playdate(PlaydateArguments),
    /// Behave as a toy, so that everything can be tried without one
    Simulate(SimulateArguments),
    /// Watch a link, or read a capture
    Sniff(SniffArguments),
    /// Join a toy here with another one, here or at a friend's
    Bridge(BridgeArguments),
}

/// Where the other side is, and how to talk to it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Link")]
#[group(id = "line")]
pub struct LinkArguments {
    /// The serial port or pseudo-terminal
    #[arg(long, value_name = "P", required_unless_present_any = ["peer", "listen"], conflicts_with_all = ["peer", "listen"])]
    pub port: Option<PathBuf>,
    /// A friend instead.
    #[command(flatten)]
    pub friend: FriendArguments,
    /// The file with the shared secret, 1 to 256 raw bytes (or hexadecimal in EGGTOOTH_PRONG_SECRET)
    #[arg(long, value_name = "F")]
    pub secret_file: Option<PathBuf>,
    /// Nothing but the protocol as it is published
    #[arg(long)]
    pub strict_seed: bool,
    /// Write everything that passes to this file, for `sniff --replay` and Wireshark
    #[arg(long, value_name = "FILE")]
    pub capture: Option<PathBuf>,
    /// Raise the adapter's DTR line
    #[arg(long)]
    pub dtr: bool,
    /// Raise the adapter's RTS line
    #[arg(long)]
    pub rts: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A friend on a network.
#[derive(Debug, Args)]
pub struct FriendArguments {
    /// The address of a friend's program that listens
    #[arg(long, value_name = "ADDR", requires = "key", conflicts_with = "listen")]
    pub peer: Option<SocketAddr>,
    /// The friend's key, as their program printed it; with --listen the only one let in
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Wait for a friend on this address, such as [::]:4790
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// One's own key, instead of the one in the data folder; made if it is missing
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

/// `prong bridge`.
#[derive(Debug, Args)]
pub struct BridgeArguments {
    /// The serial port or pseudo-terminal of the toy here
    #[arg(long, value_name = "P", required_unless_present = "ghost")]
    pub port: Option<PathBuf>,
    /// The other toy's, if it is here as well
    #[arg(
        long, value_name = "P", required_unless_present_any = ["peer", "listen", "ghost"],
        conflicts_with_all = ["peer", "listen", "ghost"]
    )]
    pub to: Option<PathBuf>,
    /// A virtual toy with the visitor in this file takes one end
    #[arg(long, value_name = "FILE")]
    pub ghost: Option<PathBuf>,
    /// The virtual toy begins a playdate, once
    #[arg(long, requires = "ghost")]
    pub first: bool,
    /// The folder where what the virtual toy is given is kept
    #[arg(long, value_name = "DIR", requires = "ghost")]
    pub into: Option<PathBuf>,
    /// The friend with the other toy.
    #[command(flatten)]
    pub friend: FriendArguments,
    /// The file with the shared secret; without it next to nothing passes
    #[arg(long, value_name = "F")]
    pub secret_file: Option<PathBuf>,
    /// Without the secret, let everything pass unread, even what is written to a toy's flash; asks for a typed confirmation
    #[arg(long)]
    pub raw_pipe: bool,
    /// The confirmation of --raw-pipe where nobody can type
    #[arg(long)]
    pub yes_raw_pipe: bool,
    /// Write everything that passes at the first end (port before ghost, ghost before friend) to this file
    #[arg(long, value_name = "FILE")]
    pub capture: Option<PathBuf>,
    /// Nothing but the protocol as it is published: a bridge only forwards, so that this changes nothing
    #[arg(long)]
    pub strict_seed: bool,
    /// Print one JSON object for everything that passes
    #[arg(long)]
    pub json: bool,
}

/// `prong send`.
#[derive(Debug, Args)]
pub struct SendArguments {
    /// The packet's type, 0 to 15
    #[arg(long = "type", value_name = "N", value_parser = kind)]
    pub kind: u8,
    /// Set this session first
    #[arg(long, value_name = "ID", value_parser = word)]
    pub session: Option<u32>,
    /// Allow what a toy may write to its flash for good; asks for a typed confirmation
    #[arg(long)]
    pub allow_patch: bool,
    /// The confirmation of --allow-patch where nobody can type
    #[arg(long)]
    pub yes_write_flash: bool,
    /// Allow type 15; asks for a typed confirmation
    #[arg(long)]
    pub allow_factory_test: bool,
    /// The confirmation of --allow-factory-test where nobody can type
    #[arg(long)]
    pub yes_factory_test: bool,
    /// Send a download to a real toy although it is no item archive
    #[arg(long)]
    pub unchecked: bool,
    /// The file, 1 byte to 1 MiB
    pub file: PathBuf,
    /// The link.
    #[command(flatten)]
    pub link: LinkArguments,
}

/// `prong receive`.
#[derive(Debug, Args)]
pub struct ReceiveArguments {
    /// The type to take, 0 for any
    #[arg(long = "type", value_name = "N", value_parser = kind, default_value = "0")]
    pub kind: u8,
    /// The file to write
    #[arg(short, value_name = "FILE")]
    pub out: PathBuf,
    /// Overwrite it
    #[arg(long)]
    pub force: bool,
    /// Give up if no packet was complete after so many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub timeout: Option<f64>,
    /// The link.
    #[command(flatten)]
    pub link: LinkArguments,
}

/// `prong gift`.
#[derive(Debug, Args)]
pub struct GiftArguments {
    /// The item to give
    #[arg(long, value_name = "ID", value_parser = item)]
    pub give: u16,
    /// Begin; the other side waits. On a network the side that calls begins
    #[arg(long)]
    pub first: bool,
    /// Give up after so many seconds of waiting
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "60")]
    pub timeout: f64,
    /// The link.
    #[command(flatten)]
    pub link: LinkArguments,
}

/// `prong playdate`.
#[derive(Debug, Args)]
pub struct PlaydateArguments {
    /// The visitor that goes: a ghost package or a whole exchange as another program saved it
    #[arg(long, value_name = "FILE")]
    pub ghost: Option<PathBuf>,
    /// Where the visitor that comes is written
    #[arg(short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite it
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Begin; the other side waits. On a network the side that calls begins
    #[arg(long)]
    pub first: bool,
    /// Say yes to breeding
    #[arg(long)]
    pub breed: bool,
    /// Give up after so many seconds of waiting
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "120")]
    pub timeout: f64,
    /// The link.
    #[command(flatten)]
    pub link: LinkArguments,
}

/// `prong sniff`.
#[derive(Debug, Args)]
pub struct SniffArguments {
    /// The serial port or pseudo-terminal to listen at
    #[arg(long, value_name = "P", required_unless_present = "replay")]
    pub port: Option<PathBuf>,
    /// A second one, on the wire of the other direction
    #[arg(long, value_name = "P", requires = "port", conflicts_with = "replay")]
    pub other: Option<PathBuf>,
    /// The capture to read; with --port, what it sent is sent there again, as far as the flash guard allows
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
    /// The file with the shared secret; without it only sizes are known
    #[arg(long, value_name = "F")]
    pub secret_file: Option<PathBuf>,
    /// Write what is heard to this file
    #[arg(long, value_name = "FILE", requires = "port")]
    pub capture: Option<PathBuf>,
    /// Stop after so many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub timeout: Option<f64>,
    /// Nothing but the protocol as it is published
    #[arg(long)]
    pub strict_seed: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `prong simulate`.
#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// The serial port or pseudo-terminal
    #[arg(long, value_name = "P", required_unless_present = "pty", conflicts_with = "pty")]
    pub port: Option<PathBuf>,
    /// Make a pseudo-terminal and put a link to it here
    #[arg(long, value_name = "LINK")]
    pub pty: Option<PathBuf>,
    /// The file with the shared secret, 1 to 256 raw bytes (or hexadecimal in EGGTOOTH_PRONG_SECRET)
    #[arg(long, value_name = "F")]
    pub secret_file: Option<PathBuf>,
    /// What the toy shows: what it takes and starts depends on it
    #[arg(long, value_enum, default_value_t = Screen::Any)]
    pub screen: Screen,
    /// It takes patches, too
    #[arg(long)]
    pub patches: bool,
    /// The folder where downloads and visitors are kept
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// The item it gives
    #[arg(long, value_name = "ID", value_parser = item, default_value = "1")]
    pub give: u16,
    /// The visitor it sends
    #[arg(long, value_name = "FILE")]
    pub ghost: Option<PathBuf>,
    /// It begins gifts and playdates itself
    #[arg(long)]
    pub first: bool,
    /// It takes so many milliseconds for every answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub slow: u64,
    /// So many of a thousand transmissions are damaged or lost
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub noisy: u32,
    /// It hears nothing
    #[arg(long)]
    pub deaf: bool,
    /// It cancels, refuses and interrupts when it likes
    #[arg(long)]
    pub rude: bool,
    /// What noise and rudeness are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Bits a second: what it says takes its time as on a real line
    #[arg(long, value_name = "BAUD", value_parser = clap::value_parser!(u32).range(300..=4_000_000))]
    pub pace: Option<u32>,
    /// Stop after so many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub timeout: Option<f64>,
    /// Nothing but the protocol as it is published
    #[arg(long)]
    pub strict_seed: bool,
    /// Write everything that passes to this file
    #[arg(long, value_name = "FILE")]
    pub capture: Option<PathBuf>,
    /// Print one JSON object for everything that happens
    #[arg(long)]
    pub json: bool,
}

/// What a simulated toy shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Screen {
    /// It answers echoes and nothing else.
    Idle,
    /// It waits for a download.
    Download,
    /// It swaps gifts.
    Gifts,
    /// It has a playdate.
    Playdate,
    /// Whatever comes first.
    Any,
}

/// A number, decimal or hexadecimal with `0x`.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None if text.starts_with('+') => None,
        None => text.parse().ok(),
    }
}

fn kind(text: &str) -> Result<u8, String> {
    let kind = number(text).and_then(|number| u8::try_from(number).ok()).filter(|kind| *kind <= 15);
    kind.ok_or_else(|| "a packet type is a number from 0 to 15".to_owned())
}

fn word(text: &str) -> Result<u32, String> {
    let word = number(text).and_then(|number| u32::try_from(number).ok());
    word.ok_or_else(|| "a session is a number of 32 bits, such as 195936478 or 0xBADC0DE".to_owned())
}

fn item(text: &str) -> Result<u16, String> {
    let item = number(text).and_then(|number| u16::try_from(number).ok());
    item.ok_or_else(|| "an item is a number of 16 bits, such as 42 or 0x2A".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=1e6).contains(seconds));
    seconds.ok_or_else(|| "give seconds, from 0 to 1000000".to_owned())
}
