//! Files that a player brings: what they are taken for, and reading them beside the frame.

use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Home, PLAY, Recording, name_of_file};
#[cfg(not(target_family = "wasm"))]
use eggtooth_vault::MAX_FILE;
use eggtooth_vault::{Entry, egg};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a file is taken for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A pet that was exported.
    Pet,
    /// A recording.
    Recording,
    /// Anything else; what it really is, the cartridge says.
    Rom,
}

/// What a dropped or chosen file is taken for.
#[must_use]
pub fn kind(path: &Path) -> Kind {
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("egg") => Kind::Pet,
        Some(extension) if extension.eq_ignore_ascii_case("eggplay") => Kind::Recording,
        _ => Kind::Rom,
    }
}

/// A file that was read.
#[derive(Clone, Debug)]
pub enum Read {
    /// A program, and the name for a pet with it: the file's without its ending, where that is one.
    Rom(Box<Cartridge>, Option<String>),
    /// A pet, on the shelf already.
    Pet(Entry),
    /// A recording.
    Recording(Arc<Recording>),
}

/// Reads a file. Takes as long as the disk; bounded in size. Call it off the frame.
///
/// # Errors
/// A sentence for the player.
#[cfg(not(target_family = "wasm"))]
pub fn read(path: &Path, home: &Home) -> Result<Read, String> {
    match kind(path) {
        Kind::Rom => {
            let cartridge = Cartridge::open(path).map_err(|error| error.to_string())?;
            Ok(Read::Rom(Box::new(cartridge), name_of_file(path)))
        }
        Kind::Pet | Kind::Recording => read_bytes(path, &bytes_of(path)?, home),
    }
}

#[cfg(not(target_family = "wasm"))]
fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let cannot = |error: std::io::Error| format!("it cannot be read ({error})");
    let file = std::fs::File::open(path).map_err(cannot)?;
    // A pipe or a device may never end.
    if !file.metadata().map_err(cannot)?.is_file() {
        return Err("it is not a file".into());
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

/// Reads what a file holds; `path` is what it is called.
///
/// # Errors
/// A sentence for the player.
pub fn read_bytes(path: &Path, bytes: &[u8], home: &Home) -> Result<Read, String> {
    match kind(path) {
        Kind::Rom => {
            let name = path.file_name().and_then(|name| name.to_str());
            let cartridge = Cartridge::from_bytes(name, bytes).map_err(|error| error.to_string())?;
            Ok(Read::Rom(Box::new(cartridge), name_of_file(path)))
        }
        Kind::Recording => recording(bytes),
        Kind::Pet => {
            let envelope = egg(path, bytes).map_err(|error| error.to_string())?;
            match envelope.block(PLAY) {
                // A recording may have been given the other ending.
                Some(_) => recording(bytes),
                None => home.dir().adopt(envelope).map(Read::Pet).map_err(|error| error.to_string()),
            }
        }
    }
}

fn recording(bytes: &[u8]) -> Result<Read, String> {
    Recording::from_bytes(bytes)
        .map(|recording| Read::Recording(Arc::new(recording)))
        .map_err(|error| error.to_string())
}

/// The pet on the shelf that runs this program, the one saved last if there are several.
#[must_use]
pub fn newest_with<'a>(shelf: &'a [Entry], rom: &[u8; 32]) -> Option<&'a Entry> {
    let same = shelf.iter().filter(|entry| entry.meta.as_ref().is_some_and(|meta| meta.rom == *rom));
    same.max_by_key(|entry| entry.meta.as_ref().map(|meta| meta.saved_at))
}

/// A path as people type or paste it: quotes around it fall away, `~` is their folder.
#[must_use]
pub fn typed_path(text: &str, user: Option<&Path>) -> PathBuf {
    let text = text.trim();
    let quoted = ['"', '\''].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q));
    let text = quoted.unwrap_or(text);
    match (text.strip_prefix("~/"), user) {
        (Some(rest), Some(user)) => user.join(rest),
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eggtooth_toy::{Request, pip};

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().join("data"))).unwrap();
        (folder, home)
    }

    #[test]
    fn kinds_by_name() {
        for (name, expected) in [
            ("a.egg", Kind::Pet),
            ("A.EGG", Kind::Pet),
            ("pip-2026.eggplay", Kind::Recording),
            ("tama.b", Kind::Rom),
            ("tama.zip", Kind::Rom),
            ("egg", Kind::Rom),
            ("holiday.jpg", Kind::Rom),
            ("", Kind::Rom),
        ] {
            assert_eq!(kind(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_rom_brings_its_name() {
        let (folder, home) = home();
        let path = folder.path().join("My pet.bin");
        std::fs::write(&path, pip().unwrap().normalised()).unwrap();
        let Read::Rom(cartridge, name) = read(&path, &home).unwrap() else { panic!("no ROM") };
        assert_eq!((cartridge.identity, name.as_deref()), (pip().unwrap().identity, Some("My pet")));
    }

    #[test]
    fn an_exported_pet_comes_to_the_shelf() {
        let (folder, home) = home();
        let mut started = home.start(Request { toy: Some("Momo".into()), ..Request::default() }).unwrap();
        started.session.machine.advance(99_999, &mut ());
        started.session.save().unwrap();
        let path = folder.path().join("momo.egg");
        home.dir().export(started.session.slug().unwrap(), &path).unwrap();
        let Read::Pet(entry) = read(&path, &home).unwrap() else { panic!("no pet") };
        assert_eq!(home.dir().list().unwrap().len(), 2);
        assert!(entry.name().starts_with("Momo"), "{}", entry.name());
    }

    #[test]
    fn a_recording_is_known_by_its_ending_or_what_is_in_it() {
        let (folder, home) = home();
        let mut machine = eggtooth_toy::Machine::new(&pip().unwrap());
        machine.record("Pip").unwrap();
        machine.advance(99_999, &mut ());
        let recording = machine.stop_recording().unwrap().unwrap();
        for name in ["a.eggplay", "b.egg"] {
            let path = folder.path().join(name);
            std::fs::write(&path, recording.to_bytes().unwrap()).unwrap();
            let Read::Recording(read) = read(&path, &home).unwrap() else { panic!("no recording") };
            assert_eq!(*read, recording);
        }
        assert!(home.dir().list().unwrap().is_empty());
        let error = read(&folder.path().join("none.eggplay"), &home).unwrap_err();
        assert!(error.contains("cannot be read"), "{error}");
        assert!(read(Path::new("/dev/zero.eggplay"), &home).is_err());
    }

    #[test]
    fn what_is_neither_is_refused_in_a_sentence() {
        let (folder, home) = home();
        for (name, bytes, says) in [
            ("photo.bin", &b"\xff\xd8\xff\xe0\0\x10JFIF\0\0\0\0\0\0\0\0\0\0"[..], "not a ROM"),
            ("empty.b", b"", "empty"),
            ("broken.egg", b"EGG", ""),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let error = read(&path, &home).unwrap_err();
            assert!(error.contains(says) && error.len() > 10, "{name}: {error}");
        }
        let error = read(folder.path(), &home).unwrap_err();
        assert!(error.contains("folder"), "{error}");
        let error = read(&folder.path().join("none.b"), &home).unwrap_err();
        assert!(error.contains("no file"), "{error}");
    }

    #[test]
    fn the_newest_pet_with_a_rom_is_found() {
        let (_folder, home) = home();
        assert_eq!(newest_with(&home.dir().list().unwrap(), &pip().unwrap().identity), None);
        home.hatch(None, Some("One".into())).unwrap();
        let shelf = home.dir().list().unwrap();
        assert_eq!(newest_with(&shelf, &pip().unwrap().identity).map(Entry::name), Some("One"));
        assert_eq!(newest_with(&shelf, &[7; 32]), None);
        let mut second = shelf[0].clone();
        if let Some(meta) = &mut second.meta {
            meta.saved_at += 1;
            meta.name = "Two".into();
        }
        assert_eq!(newest_with(&[second, shelf[0].clone()], &pip().unwrap().identity).map(Entry::name), Some("Two"));
    }

    #[test]
    fn paths_as_people_type_them() {
        let user = Path::new("/home/ada");
        for (text, path) in [
            (" /roms/a.b ", "/roms/a.b"),
            ("\"/my roms/a.b\"", "/my roms/a.b"),
            ("'/my roms/a.b'", "/my roms/a.b"),
            ("~/a.b", "/home/ada/a.b"),
            ("\"", "\""),
        ] {
            assert_eq!(typed_path(text, Some(user)), Path::new(path), "{text}");
        }
    }
}
