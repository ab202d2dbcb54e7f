//! `save`: the shelf of pets in the data folder.

use crate::cli::{SaveArguments, SaveCommand};
use crate::{output, rom};
use anyhow::{Context, Result, anyhow, bail};
use eggtooth_chip::Model;
use eggtooth_toy::{Choice, Home, Lease, PLAY, TICKS_PER_SECOND, foreign, is_pip, now, now_millis, span};
use eggtooth_vault::foreign::{ForeignError, MAX_FILE};
use eggtooth_vault::{DataDir, Entry, GENERATIONS, Health, RomId, hex, read_egg};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How a save of our own begins.
const EGG: &[u8] = b"\x89EGG";

/// `eggtooth save`.
pub fn save(arguments: SaveArguments) -> Result<ExitCode> {
    let home = Home::open(arguments.data_dir)?;
    let dir = home.dir();
    match arguments.command {
        SaveCommand::List { json, retired } => {
            let entries = if retired { dir.retired()? } else { dir.list()? };
            output::print(&if json { to_json(&views(dir, &entries, retired))? } else { list(dir, &entries, retired) })?;
        }
        SaveCommand::Show { name, json } => {
            let entry = dir.find(&name)?;
            output::print(&if json {
                to_json(&View::new(dir, &entry, choice(dir, &entry)))?
            } else {
                show(dir, &entry)
            })?;
        }
        SaveCommand::Export { name, file, format: None } => {
            let entry = dir.find(&name)?;
            dir.export(&entry.slug, &file)?;
            output::print(&format!("{} was copied to {}\n", entry.name(), file.display()))?;
        }
        SaveCommand::Export { name, file, format: Some(format) } => {
            let entry = dir.find(&name)?;
            let mut notices = Vec::new();
            let session = home.open_toy(&entry.slug, None, &mut notices)?;
            notices.iter().for_each(|notice| output::log(notice));
            output::write(&file, &foreign::give_away(&session.machine, now_millis(), format)?)?;
            output::print(&format!("{} was written to {} for {}\n", entry.name(), file.display(), format.name()))?;
        }
        SaveCommand::Import { file, rom, model, name } => match foreign_bytes(&file, rom.is_some())? {
            Some(bytes) => import_foreign(&home, &file, &bytes, rom, model, name)?,
            None => import_egg(&home, &file)?,
        },
        SaveCommand::Rename { name, new } => {
            let entry = dir.find(&name)?;
            let renamed = dir.rename(&entry.slug, &new)?;
            output::print(&format!("{} is now called {}\n", entry.name(), renamed.name()))?;
        }
        SaveCommand::Retire { name } => {
            let entry = dir.find(&name)?;
            let slug = dir.retire(&entry.slug)?;
            output::print(&format!("{} was retired; `eggtooth save restore {slug}` brings it back\n", entry.name()))?;
        }
        SaveCommand::Restore { name } => {
            let restored = dir.restore(&retired(dir, &name)?.slug)?;
            output::print(&format!("{} is back on the shelf\n", restored.name()))?;
        }
        SaveCommand::SetAbsence { name, choice } => {
            let entry = dir.find(&name)?;
            let mut envelope = dir.load(&entry.slug)?.envelope;
            let choice = Choice::from(choice);
            choice.put(&mut envelope)?;
            dir.save(&entry.slug, &envelope)?;
            output::print(&format!("{}: {}\n", entry.name(), explain(choice)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The bytes of a file that another program may have saved; `None` for what is ours, or no file
/// at all.
fn foreign_bytes(file: &Path, has_rom: bool) -> Result<Option<Vec<u8>>> {
    if !file.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_FILE as u64) {
        return Ok(None);
    }
    let bytes = output::read(file, MAX_FILE as u64)?;
    let unknown = || {
        let name = file.file_name().map(|name| name.to_string_lossy());
        matches!(eggtooth_vault::foreign::recognise(name.as_deref(), &bytes), Err(ForeignError::Unknown(_)))
    };
    let ours = bytes.starts_with(EGG) || !has_rom && unknown();
    Ok((!ours).then_some(bytes))
}

/// Puts an exported pet on the shelf.
fn import_egg(home: &Home, file: &Path) -> Result<()> {
    let dir = home.dir();
    if read_egg(file)?.block(PLAY).is_some() {
        bail!(
            "{} is a recording and not a pet; `eggtooth run ROM --replay` or the game's menu plays it",
            file.display()
        );
    }
    let entry = dir.import(file)?;
    output::print(&format!("{} is on the shelf\n", entry.name()))?;
    if let Some(meta) = &entry.meta
        && !is_rom_here(dir, &meta.rom)
    {
        let rom = &hex(&meta.rom)[..12];
        output::log(&format!("{} needs the ROM {rom}; open that file once with --rom", entry.name()));
    }
    Ok(())
}

/// Puts another program's state on the shelf.
fn import_foreign(
    home: &Home,
    file: &Path,
    bytes: &[u8],
    rom: Option<PathBuf>,
    model: Option<&'static Model>,
    name: Option<String>,
) -> Result<()> {
    let shown = file.display();
    let file_name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(rom) = rom else {
        let found = eggtooth_vault::foreign::import(bytes, Some(&file_name)).with_context(|| shown.to_string())?;
        let hint = found.rom_hint.map(|hint| format!(" (perhaps {hint})")).unwrap_or_default();
        bail!("{shown} is a state of {} without its ROM; say which with --rom FILE{hint}", found.format.name());
    };
    let cartridge = rom::open(&rom)?;
    let taken = foreign::take_in(home, &cartridge, model, bytes, &file_name, name.as_deref());
    let (entry, adopted) = taken.with_context(|| shown.to_string())?;
    adopted.notes.iter().for_each(|note| output::log(note));
    output::print(&format!("{} is on the shelf, from {}\n", entry.name(), adopted.format.name()))
}

/// A retired pet by its folder, or else by its name.
fn retired(dir: &DataDir, name: &str) -> Result<Entry> {
    let wanted = eggtooth_vault::check_name(name)?.to_lowercase();
    let all = dir.retired()?;
    let found = all.iter().find(|entry| entry.slug.as_str() == wanted);
    let found = found.or_else(|| all.iter().find(|entry| entry.name().to_lowercase() == wanted)).cloned();
    found.ok_or_else(|| anyhow!("no retired toy is called \"{wanted}\"; `eggtooth save list --retired` shows them"))
}

/// What becomes of absences, in words.
fn explain(choice: Choice) -> &'static str {
    match choice {
        Choice::Ask => "asked about after every absence",
        Choice::Live => "it lives while nobody plays",
        Choice::Hold => "its time stands still while nobody plays",
    }
}

fn is_rom_here(dir: &DataDir, rom: &RomId) -> bool {
    is_pip(rom) || dir.rom(rom).is_ok()
}

/// A pet as programs read it.
#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
    folder: &'a str,
    /// No save of it can be read.
    damaged: bool,
    /// `ask`, `live` or `hold`; not told of retired pets.
    #[serde(skip_serializing_if = "Option::is_none")]
    absence: Option<&'static str>,
    /// The daycare's address, for one that lives there or is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    daycare: Option<String>,
    #[serde(flatten)]
    meta: Option<MetaView<'a>>,
    /// By file name.
    generations: BTreeMap<&'static str, HealthView>,
}

#[derive(Serialize)]
struct MetaView<'a> {
    model: &'a str,
    /// SHA-256 of its ROM.
    rom: String,
    /// The ROM is in the data folder or in this program.
    rom_here: bool,
    /// Crystal periods lived.
    tick: u64,
    /// Seconds since 1970-01-01 UTC.
    saved_at: u64,
}

#[derive(Serialize)]
#[serde(tag = "health", rename_all = "lowercase")]
enum HealthView {
    Missing,
    Good { sequence: u64, saved_at: u64 },
    Damaged { reason: String },
    Newer { version: u16 },
}

impl From<&Health> for HealthView {
    fn from(health: &Health) -> HealthView {
        match health {
            Health::Good { sequence, saved_at } => HealthView::Good { sequence: *sequence, saved_at: *saved_at },
            Health::Damaged(reason) => HealthView::Damaged { reason: reason.clone() },
            Health::Newer(version) => HealthView::Newer { version: *version },
            _ => HealthView::Missing,
        }
    }
}

impl View<'_> {
    fn new<'a>(dir: &DataDir, entry: &'a Entry, absence: Option<Choice>) -> View<'a> {
        View {
            name: entry.name(),
            folder: entry.slug.as_str(),
            damaged: entry.meta.is_none(),
            absence: absence.map(Choice::word),
            daycare: Lease::of_entry(entry).map(|lease| lease.daycare().unwrap_or("unknown").to_owned()),
            meta: entry.meta.as_ref().map(|meta| MetaView {
                model: &meta.model,
                rom: hex(&meta.rom),
                rom_here: is_rom_here(dir, &meta.rom),
                tick: meta.tick,
                saved_at: meta.saved_at,
            }),
            generations: GENERATIONS.into_iter().zip(entry.generations.iter().map(HealthView::from)).collect(),
        }
    }
}

/// What becomes of the absences of a pet on the shelf; `None` where all its saves are damaged.
fn choice(dir: &DataDir, entry: &Entry) -> Option<Choice> {
    Some(Choice::of(&dir.load(&entry.slug).ok()?.envelope))
}

fn views<'a>(dir: &DataDir, entries: &'a [Entry], retired: bool) -> Vec<View<'a>> {
    // A retired pet may have the folder name of one on the shelf.
    let absence = |entry| if retired { None } else { choice(dir, entry) };
    entries.iter().map(|entry| View::new(dir, entry, absence(entry))).collect()
}

fn to_json(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// One line a pet.
fn list(dir: &DataDir, entries: &[Entry], retired: bool) -> String {
    if entries.is_empty() {
        let what = if retired { "No pet was retired in" } else { "There is no pet yet in" };
        return format!("{what} {}.\n", dir.path().display());
    }
    let width = entries.iter().map(|entry| entry.name().chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for entry in entries {
        let about = match &entry.meta {
            Some(_) if entry.home.is_some() => where_it_is(entry),
            Some(meta) => format!("{} lived, saved {}", span(meta.tick / TICKS_PER_SECOND), ago(meta.saved_at)),
            None => format!("no save can be read; `eggtooth save show {}` says why", entry.slug),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:width$}  {about}", entry.name());
    }
    text
}

/// Of a pet that does not live here.
fn where_it_is(entry: &Entry) -> String {
    Lease::of_entry(entry).map(|lease| lease.to_string()).unwrap_or_default()
}

fn show(dir: &DataDir, entry: &Entry) -> String {
    let mut text =
        format!("name    {}\nfolder  {}\n", entry.name(), dir.path().join("toys").join(entry.slug.as_str()).display());
    if let Some(meta) = &entry.meta {
        let rom = if is_rom_here(dir, &meta.rom) { "" } else { " (not here)" };
        // Writing to a String cannot fail.
        if entry.home.is_some() {
            let _ = writeln!(text, "home    {}", where_it_is(entry));
        }
        // Of a toy that never was here nothing but its address is known.
        if !meta.model.is_empty() {
            let _ = writeln!(text, "model   {}\nrom     {}{rom}", meta.model, hex(&meta.rom));
            let _ = writeln!(text, "lived   {} ({} ticks)", span(meta.tick / TICKS_PER_SECOND), meta.tick);
        }
        let _ = writeln!(text, "saved   {}", ago(meta.saved_at));
    }
    if let Some(choice) = choice(dir, entry) {
        let _ = writeln!(text, "away    {}", explain(choice));
    }
    for (file, health) in GENERATIONS.iter().zip(&entry.generations) {
        let about = match health {
            Health::Good { sequence, saved_at } => format!("save number {sequence}, {}", ago(*saved_at)),
            Health::Damaged(reason) => format!("damaged: {reason}"),
            Health::Newer(version) => format!("made by a newer Eggtooth (format {version}); update Eggtooth"),
            _ => "not written yet".into(),
        };
        let _ = writeln!(text, "{file}   {about}");
    }
    text
}

/// A time of day as how long ago it was.
fn ago(saved_at: u64) -> String {
    match now().checked_sub(saved_at) {
        // What `run` saves has no date, so that equal runs give equal files.
        _ if saved_at == 0 => "at no known time".into(),
        Some(seconds) => format!("{} ago", span(seconds)),
        None => "in the future by this computer's clock".into(),
    }
}
