//! `rom`: what files are, and the same ROM in another format.

use crate::cli::RomCommand;
use crate::output;
use anyhow::Result;
use eggtooth_cartridge::{Cartridge, Container, Format, RomError};
use eggtooth_toy::is_pip;
use eggtooth_vault::hex;
use serde::Serialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `eggtooth rom`.
pub fn rom(command: &RomCommand) -> Result<ExitCode> {
    match command {
        RomCommand::Info { files, json } => info(files, *json),
        RomCommand::Convert { file, out, format } => convert(file, out, *format),
    }
}

/// What `--json` says of a file.
#[derive(Serialize)]
struct Info {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten)]
    rom: Option<RomInfo>,
}

#[derive(Serialize)]
struct RomInfo {
    explanation: String,
    chip: String,
    words: usize,
    sha256: String,
    format: &'static str,
    /// `plain`, `zip`, `gzip` or `beside`.
    container: &'static str,
    /// The wiring that `run` and the game take.
    model: Option<&'static str>,
    /// Short name of the known toy.
    known: Option<&'static str>,
    /// The known toy's program is not altered.
    exact: bool,
    /// It is the pet that comes with this program.
    embedded: bool,
    notes: Vec<String>,
}

impl RomInfo {
    fn new(cartridge: &Cartridge) -> RomInfo {
        RomInfo {
            explanation: explain(cartridge),
            chip: cartridge.chip.to_string(),
            words: cartridge.words.len(),
            sha256: hex(&cartridge.identity),
            format: cartridge.format.name(),
            container: match cartridge.container {
                Container::Zip(_) => "zip",
                Container::Gzip => "gzip",
                Container::Beside(_) => "beside",
                _ => "plain",
            },
            model: cartridge.model(),
            known: cartridge.known.map(|known| known.toy.id),
            exact: cartridge.known.is_some_and(|known| known.exact),
            embedded: is_pip(&cartridge.identity),
            notes: cartridge.notes.clone(),
        }
    }
}

fn explain(cartridge: &Cartridge) -> String {
    let mut text = cartridge.explain();
    if is_pip(&cartridge.identity) {
        text.push_str("; it is Pip, the pet that comes with Eggtooth");
    }
    text
}

/// Explains every file; those that are no ROM make the whole fail, after all were explained.
fn info(files: &[PathBuf], json: bool) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let mut all = Vec::new();
    for path in files {
        let file = path.to_string_lossy().into_owned();
        match Cartridge::open(path) {
            Ok(cartridge) if json => all.push(Info { file, error: None, rom: Some(RomInfo::new(&cartridge)) }),
            Ok(cartridge) => output::print(&sentences(&file, &cartridge))?,
            Err(error) => {
                code = ExitCode::FAILURE;
                if json {
                    all.push(Info { file, error: Some(error.to_string()), rom: None });
                } else {
                    output::log(&refusal(path, &error));
                }
            }
        }
    }
    if json {
        output::print(&(serde_json::to_string_pretty(&all)? + "\n"))?;
    }
    Ok(code)
}

fn sentences(file: &str, cartridge: &Cartridge) -> String {
    let mut text = format!("{file}: {}.\n", explain(cartridge));
    let model = match cartridge.model() {
        Some(name) => format!("It runs as model {name}."),
        None => "No model for it is known; it runs as that of the nearest toy.".into(),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {model} {} words, SHA-256 {}.", cartridge.words.len(), hex(&cartridge.identity));
    text
}

/// Why a file is no ROM, with its name once.
fn refusal(path: &Path, error: &RomError) -> String {
    let text = error.to_string();
    let name = path.display().to_string();
    if text.contains(&name) { text } else { format!("{name}: {text}") }
}

/// Opens a ROM for other commands; the error names the file.
pub fn open(path: &Path) -> Result<Cartridge> {
    Cartridge::open(path).map_err(|error| anyhow::anyhow!(refusal(path, &error)))
}

fn convert(file: &Path, out: &Path, format: Format) -> Result<ExitCode> {
    let cartridge = open(file)?;
    for (path, bytes) in cartridge.to_files(format, out) {
        output::write(&path, &bytes)?;
        output::print(&format!("{}: {} bytes of {}\n", path.display(), bytes.len(), format.describe()))?;
    }
    Ok(ExitCode::SUCCESS)
}
