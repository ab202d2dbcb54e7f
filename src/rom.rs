//! `rom`: what files are, and the same ROM in another format.

use crate::cli::RomCommand;
use crate::output;
use anyhow::{Result, bail};
use eggtooth_cartridge::labels::Labels;
use eggtooth_cartridge::symbols::{self, Found, MAX_FILE};
use eggtooth_cartridge::{Cartridge, Container, Format, RomError};
use eggtooth_toy::{is_pip, pip_symbols_of};
use eggtooth_vault::DataDir;
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
    /// Of the words as big-endian pairs, like the two that follow: the ROM's identity.
    sha256: String,
    sha1: String,
    /// Eight hexadecimal digits.
    crc32: String,
    format: &'static str,
    /// `plain`, `zip`, `gzip` or `beside`.
    container: &'static str,
    /// The file inside the archive, or the other one beside it.
    entry: Option<String>,
    /// The wiring that `run` and the game take.
    model: Option<&'static str>,
    /// Short name of the toy it is from.
    toy: Option<&'static str>,
    /// The same; older name of this field.
    known: Option<&'static str>,
    /// What matched: `image`, `patched`, `code` or `guess`.
    matched: Option<&'static str>,
    /// The known toy's program is not altered.
    exact: bool,
    /// It is the pet that comes with this program.
    embedded: bool,
    /// What of this only one source says, or sources dispute.
    unverified: Vec<&'static str>,
    /// The names of its places.
    symbols: Option<SymbolInfo>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct SymbolInfo {
    /// `null` if the names are part of this program.
    file: Option<String>,
    names: usize,
    faults: Vec<String>,
}

impl RomInfo {
    fn new(cartridge: &Cartridge, names: Option<&Names>) -> RomInfo {
        let sums = cartridge.checksums();
        let embedded = is_pip(&cartridge.identity);
        RomInfo {
            explanation: explain(cartridge),
            chip: cartridge.chip.to_string(),
            words: cartridge.words.len(),
            sha256: sums.sha256,
            sha1: sums.sha1,
            crc32: format!("{:08x}", sums.crc32),
            format: cartridge.format.name(),
            container: match cartridge.container {
                Container::Zip(_) => "zip",
                Container::Gzip => "gzip",
                Container::Beside(_) => "beside",
                _ => "plain",
            },
            entry: match &cartridge.container {
                Container::Zip(name) | Container::Beside(name) => Some(name.clone()),
                _ => None,
            },
            model: cartridge.model(),
            toy: cartridge.known.map(|known| known.toy.id),
            known: cartridge.known.map(|known| known.toy.id),
            matched: cartridge.known.map(|known| known.by.name()),
            exact: cartridge.known.is_some_and(|known| known.exact),
            embedded,
            unverified: if embedded { Vec::new() } else { cartridge.unverified() },
            symbols: names.map(|names| SymbolInfo {
                file: names.file.as_ref().map(|path| path.to_string_lossy().into_owned()),
                names: names.count,
                faults: names.faults.clone(),
            }),
            notes: cartridge.notes.clone(),
        }
    }
}

fn explain(cartridge: &Cartridge) -> String {
    let text = cartridge.explain();
    if is_pip(&cartridge.identity) {
        return text.replacen("not in the list of known toys", "Pip, the pet that comes with Eggtooth", 1);
    }
    text
}

/// The names of places that are known for a ROM.
struct Names {
    /// The user's file; `None` if they are part of this program.
    file: Option<PathBuf>,
    count: usize,
    faults: Vec<String>,
}

/// The names for a ROM: from the user's file beside it or in the data folder, else those that this
/// program brings along.
fn names_of(path: &Path, cartridge: &Cartridge) -> Option<Names> {
    let data = DataDir::default_location().ok();
    let candidates = symbols::candidates(Some(path), data.as_deref(), &cartridge.identity);
    // A pipe of that name would be waited for.
    let read = |path: &Path| path.is_file().then(|| output::read(path, MAX_FILE as u64).ok()).flatten();
    if let Some(Found { path, symbols, faults }) = symbols::lookup(candidates, read) {
        let faults = faults.iter().map(ToString::to_string).collect();
        return Some(Names { file: Some(path), count: symbols.len(), faults });
    }
    let count = match pip_symbols_of(&cartridge.identity) {
        Some(names) => names.len(),
        None => Labels::of(cartridge, None).iter().count(),
    };
    (count > 0).then_some(Names { file: None, count, faults: Vec::new() })
}

/// Explains every file; those that are no ROM make the whole fail, after all were explained.
fn info(files: &[PathBuf], json: bool) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let mut all = Vec::new();
    for path in files {
        let file = path.to_string_lossy().into_owned();
        match Cartridge::open(path) {
            Ok(cartridge) => {
                let names = names_of(path, &cartridge);
                if json {
                    all.push(Info { file, error: None, rom: Some(RomInfo::new(&cartridge, names.as_ref())) });
                } else {
                    output::print(&sentences(&file, &cartridge, names.as_ref()))?;
                }
            }
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

fn sentences(file: &str, cartridge: &Cartridge, names: Option<&Names>) -> String {
    let sums = cartridge.checksums();
    let mut text = format!("{file}: {}.\n", explain(cartridge));
    // Writing to a String cannot fail.
    if let Some(model) = cartridge.model() {
        let _ = write!(text, "  It runs as model {model}");
        let doubts = cartridge.unverified();
        if cartridge.known.is_some() && !doubts.is_empty() {
            let _ = write!(text, "; from one source or disputed: {}", doubts.join(", "));
        }
        text.push_str(".\n");
    }
    let words = cartridge.words.len();
    let _ = writeln!(text, "  {words} words, SHA-256 {}, SHA-1 {}, CRC-32 {:08x}.", sums.sha256, sums.sha1, sums.crc32);
    if let Some(Names { file, count, faults }) = names {
        let names = if *count == 1 { "name" } else { "names" };
        let _ = match file {
            Some(path) => write!(text, "  {count} {names} of its places in {}", path.display()),
            None => write!(text, "  {count} {names} of its places come with Eggtooth"),
        };
        match &faults[..] {
            [] => {}
            [only] => _ = write!(text, "; {only}"),
            [first, rest @ ..] => _ = write!(text, "; {first} (and {} more)", rest.len()),
        }
        text.push_str(".\n");
    }
    text
}

/// Why a file is no ROM, with its name once.
fn refusal(path: &Path, error: &RomError) -> String {
    match error {
        RomError::Missing { .. } | RomError::Unreadable { .. } | RomError::NotAFile { .. } => error.to_string(),
        _ => format!("{}: {error}", path.display()),
    }
}

/// Opens a ROM for other commands; the error names the file.
pub fn open(path: &Path) -> Result<Cartridge> {
    Cartridge::open(path).map_err(|error| anyhow::anyhow!(refusal(path, &error)))
}

/// Endings of files that `convert` does not write.
const NOT_WRITTEN: [&str; 6] = ["zip", "gz", "7z", "rar", "egg", "sym"];

fn convert(file: &Path, out: &Path, format: Format) -> Result<ExitCode> {
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if NOT_WRITTEN.contains(&ending.as_str()) {
        bail!("{} would be no .{ending} file but {}; give it another ending", out.display(), format.describe());
    }
    let cartridge = open(file)?;
    let files = cartridge.to_files(format, out);
    let source = match &cartridge.container {
        Container::Beside(other) => [Some(file.to_path_buf()), Some(file.with_file_name(other))],
        _ => [Some(file.to_path_buf()), None],
    };
    for (path, _) in &files {
        if source.iter().flatten().any(|source| output::is_same(path, source)) {
            bail!("{} is the ROM itself; give another name for what is written", path.display());
        }
    }
    for (path, bytes) in files {
        output::write(&path, &bytes)?;
        output::print(&format!("{}: {} bytes of {}\n", path.display(), bytes.len(), format.describe()))?;
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use eggtooth_vault::hex;
    use std::fs;

    fn other_rom() -> Vec<u16> {
        let mut words = eggtooth_toy::pip().unwrap().words.to_vec();
        words[6143] ^= 0x555;
        words
    }

    #[test]
    fn json_has_every_fact() {
        let pip = eggtooth_toy::pip().unwrap();
        let names = Names { file: None, count: 2, faults: Vec::new() };
        let all = serde_json::to_value(RomInfo::new(&pip, Some(&names))).unwrap();
        assert_eq!(all["sha256"], hex(&pip.identity));
        assert_eq!((all["sha1"].as_str().unwrap().len(), all["crc32"].as_str().unwrap().len()), (40, 8));
        assert_eq!((&all["model"], &all["format"], &all["container"]), (&"p1".into(), &"be16".into(), &"plain".into()));
        assert_eq!((&all["toy"], &all["matched"]), (&serde_json::Value::Null, &serde_json::Value::Null));
        assert_eq!((&all["symbols"]["file"], &all["symbols"]["names"]), (&serde_json::Value::Null, &2.into()));
        assert!(all["unverified"].as_array().unwrap().is_empty() && all["embedded"] == true);
        let unknown = RomInfo::new(&Cartridge::from_words(&other_rom()).unwrap(), None);
        assert_eq!((unknown.unverified, unknown.embedded), (vec!["wiring"], false));
    }

    #[test]
    fn a_symbol_file_beside_the_rom_is_found_and_its_faults_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let rom = Cartridge::from_words(&other_rom()).unwrap();
        let path = folder.path().join("my.b");
        fs::write(&path, rom.normalised()).unwrap();
        assert!(names_of(&path, &rom).is_none());
        fs::write(folder.path().join("my.sym"), "ram 040 1 hunger\nram 999 1 x\nwhat\n").unwrap();
        let names = names_of(&path, &rom).unwrap();
        assert_eq!((names.count, names.faults.len()), (1, 2));
        let text = sentences("my.b", &rom, Some(&names));
        assert!(text.contains("  1 name of its places in ") && text.contains("my.sym; line 2"), "{text}");
        assert!(text.contains("(and 1 more).\n") && text.contains("It runs as model p1.\n"), "{text}");
        // A folder of that name is none.
        fs::remove_file(folder.path().join("my.sym")).unwrap();
        fs::create_dir(folder.path().join("my.sym")).unwrap();
        assert!(names_of(&path, &rom).is_none());
        // Pip's names are part of the program.
        let pip = eggtooth_toy::pip().unwrap();
        let names = names_of(&path, &pip).unwrap();
        assert!(names.file.is_none() && names.count > 100);
        assert!(sentences("pip.rom", &pip, Some(&names)).contains("names of its places come with Eggtooth"));
    }

    #[test]
    fn every_refusal_names_its_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        fs::write(&path, b"").unwrap();
        for path in [path, folder.path().join("none"), folder.path().to_path_buf()] {
            let text = refusal(&path, &Cartridge::open(&path).unwrap_err());
            assert_eq!(text.matches(&path.display().to_string()).count(), 1, "{text}");
        }
    }

    #[test]
    fn nothing_is_written_over_the_rom_or_under_a_false_ending() {
        let folder = tempfile::tempdir().unwrap();
        let rom = Cartridge::from_words(&other_rom()).unwrap();
        let path = folder.path().join("my_high.hex");
        fs::write(&path, rom.normalised()).unwrap();
        let refused = |out: &str, format| convert(&path, &folder.path().join(out), format).unwrap_err().to_string();
        assert!(refused("my_high.hex", Format::Packed).contains("is the ROM itself"));
        // The second file of the pair would be the ROM.
        assert!(refused("my_low.hex", Format::Epson).contains("my_high.hex is the ROM itself"));
        assert!(!folder.path().join("my_low.hex").exists());
        assert!(refused("my.ZIP", Format::BigEndian).contains("would be no .zip file but big-endian word pairs"));
        assert_eq!(fs::read(&path).unwrap(), rom.normalised());
    }
}
