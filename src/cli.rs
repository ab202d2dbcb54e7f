//! What can be typed: the commands and their options.

#[cfg(feature = "serve")]
mod serve;

#[cfg(feature = "serve")]
pub use serve::{LogFormat, ServeArguments, ServeCommand};

use crate::meet::{FriendsArguments, MeetCommand};
use crate::prong::ProngCommand;
use clap::{Args, Parser, Subcommand, ValueEnum};
use eggtooth_cartridge::Format;
use eggtooth_cartridge::models::{self, MODELS};
use eggtooth_chip::Model;
use eggtooth_toy::Choice;
use eggtooth_vault::foreign::Format as ForeignFormat;
use std::ffi::OsStr;
use std::path::PathBuf;

/// Hatches first-generation keychain pets. Without a command it plays.
#[derive(Debug, Parser)]
#[command(name = "eggtooth", version, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; nothing means to play.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of `play`, which may be left out.
    #[command(flatten)]
    pub play: PlayArguments,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play in a window (what happens without a command, too)
    Play(PlayArguments),
    /// Play in the terminal
    Term(TermArguments),
    /// Run a ROM without a window, the same way every time; saves nothing unless told
    Run(RunArguments),
    /// Look at and convert ROM files
    #[command(subcommand)]
    Rom(RomCommand),
    /// Assemble a source into a ROM
    Asm(AsmArguments),
    /// Turn a ROM into a source that assembles to the same ROM
    Disasm(DisasmArguments),
    /// Look after the pets in the data folder
    Save(SaveArguments),
    /// Link with a real toy at a serial port, or with a friend's virtual one
    #[command(subcommand)]
    Prong(ProngCommand),
    /// Meet friends and their toys at a table, without a window
    #[command(subcommand)]
    Meet(MeetCommand),
    /// Look after the list of friends
    Friends(FriendsArguments),
    /// Keep pets alive around the clock, for everybody you invite
    #[cfg(feature = "serve")]
    Serve(ServeArguments),
}

/// `play`.
#[derive(Debug, Args)]
pub struct PlayArguments {
    /// Play this ROM instead of the pet that was played last
    #[arg(long, value_name = "FILE")]
    pub rom: Option<PathBuf>,
    /// Play the pet of this name, a new one if there is none
    #[arg(long, value_name = "NAME")]
    pub toy: Option<String>,
    /// How many times faster than life
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub speed: u32,
    /// Start without sound
    #[arg(long)]
    pub mute: bool,
    /// Keep the pets in this folder instead of the usual one
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Play with a toy that lives in this daycare, with --toy the one of that name there
    #[arg(long, value_name = "URL", conflicts_with_all = ["rom", "speed"])]
    pub daycare: Option<String>,
}

/// `term`.
#[derive(Debug, Args)]
pub struct TermArguments {
    /// Play this ROM instead of the pet that was played last
    #[arg(long, value_name = "FILE")]
    pub rom: Option<PathBuf>,
    /// Play the pet of this name, a new one if there is none
    #[arg(long, value_name = "NAME")]
    pub toy: Option<String>,
    /// Keep the pets in this folder instead of the usual one
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The ROM, in any known form
    pub rom: PathBuf,
    /// How the chip is wired, instead of what suits the ROM
    #[arg(long, value_name = "NAME", value_parser = model)]
    pub model: Option<&'static Model>,
    /// How long it runs.
    #[command(flatten)]
    pub length: Length,
    /// Press buttons: lines `TICK press|release A|B|C|TAP`, `#` starts a comment
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Play a recording instead: its toy from its start, with its presses, to its end
    #[arg(long, value_name = "FILE", conflicts_with_all = ["script", "load", "model", "record"])]
    pub replay: Option<PathBuf>,
    /// Record what is pressed, to be played with `--replay`
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Go on from this save
    #[arg(long, value_name = "STATE")]
    pub load: Option<PathBuf>,
    /// Save at the end
    #[arg(long, value_name = "STATE")]
    pub save: Option<PathBuf>,
    /// Print every instruction before it is executed
    #[arg(long)]
    pub trace: bool,
    /// Show the picture at the end: `text`, or `png:FILE`
    #[arg(long, value_name = "text|png:FILE", value_parser = FrameParser)]
    pub frame: Option<FrameOutput>,
    /// Print the state at the end
    #[arg(long, value_name = "FORMAT")]
    pub state: Option<StateFormat>,
    /// Record the buzzer
    #[arg(long, value_name = "wav:FILE", value_parser = AudioParser)]
    pub audio: Option<PathBuf>,
}

/// One of the two ways to say how long a run is; a recording says it itself.
#[derive(Debug, Args)]
pub struct Length {
    /// Run for so many periods of the crystal, 32768 a second
    #[arg(long, value_name = "N", value_parser = number, required_unless_present_any = ["steps", "replay"])]
    pub ticks: Option<u64>,
    /// Run for so many instructions and entries into interrupts
    #[arg(long, value_name = "N", value_parser = number, conflicts_with = "ticks")]
    pub steps: Option<u64>,
}

/// Where `run` shows the picture.
#[derive(Clone, Debug)]
pub enum FrameOutput {
    /// On standard output.
    Text,
    /// As a PNG file.
    Png(PathBuf),
}

/// How `run` prints the state.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum StateFormat {
    /// One JSON object.
    Json,
}

/// `rom`.
#[derive(Debug, Subcommand)]
pub enum RomCommand {
    /// Say what files are
    Info {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Write a ROM in another format
    Convert {
        /// The ROM, in any known form
        file: PathBuf,
        /// The file to write; `epson` writes a second one beside it
        #[arg(short, value_name = "OUT")]
        out: PathBuf,
        /// be16, le16, packed, epson, c or hex
        #[arg(long)]
        format: Format,
    },
}

/// `asm`.
#[derive(Debug, Args)]
pub struct AsmArguments {
    /// The source
    #[arg(value_name = "SRC")]
    pub source: PathBuf,
    /// The ROM to write
    #[arg(short, value_name = "ROM")]
    pub out: PathBuf,
    /// Write the names, too
    #[arg(long, value_name = "FILE")]
    pub symbols: Option<PathBuf>,
    /// Write the source with addresses and words, too
    #[arg(long, value_name = "FILE")]
    pub listing: Option<PathBuf>,
}

/// `disasm`.
#[derive(Debug, Args)]
pub struct DisasmArguments {
    /// The ROM, in any known form
    pub rom: PathBuf,
    /// Names for places in it
    #[arg(long, value_name = "FILE")]
    pub symbols: Option<PathBuf>,
}

/// `save`.
#[derive(Debug, Args)]
pub struct SaveArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: SaveCommand,
    /// The folder with the pets, instead of the usual one
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
}

/// The commands of `save`.
#[derive(Debug, Subcommand)]
pub enum SaveCommand {
    /// List the pets
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        /// List those that were retired
        #[arg(long)]
        retired: bool,
    },
    /// Show one pet
    Show {
        /// Its name or folder
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Copy a pet's newest save to a file
    Export {
        /// Its name or folder
        name: String,
        /// The file to write, usually ending in .egg
        file: PathBuf,
        /// Write it for another program, such as tlst3 for TamaTool; `list` shows all
        #[arg(long, value_name = "PROGRAM", value_parser = foreign_format)]
        format: Option<ForeignFormat>,
    },
    /// Put an exported pet, or a state saved by another program, on the shelf
    Import {
        /// The file
        file: PathBuf,
        /// The ROM of another program's state
        #[arg(long, value_name = "ROM")]
        rom: Option<PathBuf>,
        /// How that is wired, instead of what suits the ROM
        #[arg(long, value_name = "MODEL", value_parser = model, requires = "rom")]
        model: Option<&'static Model>,
        /// What it is called from now on
        #[arg(long, value_name = "NAME", requires = "rom")]
        name: Option<String>,
    },
    /// Give a pet another name
    Rename {
        /// Its name or folder
        name: String,
        /// The new name
        new: String,
    },
    /// Take a pet off the shelf; `restore` brings it back
    Retire {
        /// Its name or folder
        name: String,
    },
    /// Put a retired pet back on the shelf
    Restore {
        /// Its name or folder
        name: String,
    },
    /// Say what becomes of the time while nobody plays with a pet
    SetAbsence {
        /// Its name or folder
        name: String,
        /// live: it lives all of it; hold: its time stands still; ask: it is asked about
        choice: AbsenceChoice,
    },
}

/// What becomes of absences.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AbsenceChoice {
    /// Every tick is lived.
    Live,
    /// Time stands still.
    Hold,
    /// The player is asked.
    Ask,
}

impl From<AbsenceChoice> for Choice {
    fn from(choice: AbsenceChoice) -> Choice {
        match choice {
            AbsenceChoice::Live => Choice::Live,
            AbsenceChoice::Hold => Choice::Hold,
            AbsenceChoice::Ask => Choice::Ask,
        }
    }
}

/// The format of another program's saves.
fn foreign_format(key: &str) -> Result<ForeignFormat, String> {
    key.parse().map_err(|_| {
        let all: Vec<String> = ForeignFormat::all()
            .filter(|format| format.is_exportable())
            .map(|format| format!("\n  {:<12} {}", format.key(), format.name()))
            .collect();
        format!("there is no program of this name; choose one of{}", all.concat())
    })
}

fn model(name: &str) -> Result<&'static Model, String> {
    models::find(name).ok_or_else(|| {
        let names = MODELS.map(|model| model.name).join(", ");
        format!("there is no model of this name; choose one of {names}")
    })
}

/// The largest number of ticks or steps: 2^61, two million years.
const MOST: u64 = 1 << 61;

/// A number, decimal or hexadecimal with `0x`.
fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => u64::from_str_radix(digits, 16),
        Some(_) => return Err("give a number such as 32768 or 0x8000".into()),
        None => text.parse(),
    };
    match parsed {
        Ok(value) if value <= MOST => Ok(value),
        Ok(_) => Err(format!("at most {MOST}")),
        Err(_) => Err("give a number such as 32768 or 0x8000".into()),
    }
}

/// What follows `prefix` in an argument that need not be UTF-8.
#[cfg(unix)]
fn path_after(value: &OsStr, prefix: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let rest = value.as_bytes().strip_prefix(prefix.as_bytes())?;
    (!rest.is_empty()).then(|| OsStr::from_bytes(rest).into())
}

/// What follows `prefix` in an argument.
#[cfg(not(unix))]
fn path_after(value: &OsStr, prefix: &str) -> Option<PathBuf> {
    let rest = value.to_str()?.strip_prefix(prefix)?;
    (!rest.is_empty()).then(|| rest.into())
}

fn refuse(command: &clap::Command, value: &OsStr, wanted: &str) -> clap::Error {
    let text = format!("there is no output \"{}\"; give {wanted}\n", value.to_string_lossy().escape_debug());
    clap::Error::raw(clap::error::ErrorKind::InvalidValue, text).with_cmd(command)
}

/// Reads `text` and `png:FILE`.
#[derive(Clone)]
struct FrameParser;

impl clap::builder::TypedValueParser for FrameParser {
    type Value = FrameOutput;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<FrameOutput, clap::Error> {
        if value == "text" {
            return Ok(FrameOutput::Text);
        }
        let file = path_after(value, "png:").map(FrameOutput::Png);
        file.ok_or_else(|| refuse(command, value, "text or png:FILE"))
    }
}

/// Reads `wav:FILE`.
#[derive(Clone)]
struct AudioParser;

impl clap::builder::TypedValueParser for AudioParser {
    type Value = PathBuf;

    fn parse_ref(&self, command: &clap::Command, _: Option<&clap::Arg>, value: &OsStr) -> Result<PathBuf, clap::Error> {
        path_after(value, "wav:").ok_or_else(|| refuse(command, value, "wav:FILE"))
    }
}
