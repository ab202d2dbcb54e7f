use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{big_endian, program, sentence};
use crate::{Cartridge, Container, Format, RomError};

fn refused(path: &Path) -> String {
    sentence(Cartridge::open(path).unwrap_err())
}

#[test]
fn a_plain_file_is_taken_in() {
    let tmp = tempfile::tempdir().unwrap();
    let path = tmp.path().join("pet.b");
    let words = program(6144, 1);
    fs::write(&path, big_endian(&words)).unwrap();
    let rom = Cartridge::open(&path).unwrap();
    assert_eq!(rom.words[..], words[..]);
    assert_eq!(
        rom.explain(),
        "a 12 KiB image for an E0C6S46 toy (big-endian word pairs): not in the list of known toys"
    );
}

#[test]
fn missing_files_and_folders() {
    let tmp = tempfile::tempdir().unwrap();
    assert!(refused(&tmp.path().join("none")).contains("there is no file"));
    let file = tmp.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(refused(&file.join("below")).contains("there is no file"));
    assert!(refused(tmp.path()).contains("is a folder"));
    assert!(refused(&file).contains("empty"));
    assert!(refused(Path::new("")).contains("there is no file"));
}

#[test]
fn a_sparse_gigabyte_is_refused_by_its_size_or_its_start() {
    let tmp = tempfile::tempdir().unwrap();
    let path = tmp.path().join("huge");
    File::create(&path).unwrap().set_len(1 << 30).unwrap();
    assert!(refused(&path).starts_with("1 GiB is far more than any ROM"));
    let mut file = File::options().write(true).open(&path).unwrap();
    std::io::Write::write_all(&mut file, b"\xff\xd8\xff\xe0\0\x10JFIF\0").unwrap();
    assert!(refused(&path).contains("a JPEG picture"));
}

/// What the system says about a file without permission, told as a sentence. Root may read
/// everything, so the real attempt counts only where it fails.
#[test]
fn an_unreadable_file_is_told() {
    let error = super::super::intake::io_error(Path::new("pet.b"), io::ErrorKind::PermissionDenied.into());
    let text = sentence(error);
    assert!(text.contains("pet.b cannot be read") && text.contains("permissions"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let tmp = tempfile::tempdir().unwrap();
        let path = tmp.path().join("pet.b");
        fs::write(&path, big_endian(&program(6144, 1))).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        let may_read = fs::read(&path).is_ok();
        match Cartridge::open(&path) {
            Ok(_) => assert!(may_read),
            Err(e) => assert!(!may_read && matches!(e, RomError::Unreadable { .. }), "{e}"),
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn devices_are_not_opened() {
        for device in ["/dev/zero", "/dev/null", "/dev/tty"] {
            assert!(refused(Path::new(device)).contains("is a device"), "{device}");
        }
        let tmp = tempfile::tempdir().unwrap();
        let link = tmp.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(refused(&link).contains("is a device"));
        let socket = tmp.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        assert!(refused(&socket).contains("is a socket"));
    }

    /// Opening a pipe without a writer would wait for ever.
    #[test]
    fn a_pipe_is_refused_without_waiting() {
        let tmp = tempfile::tempdir().unwrap();
        let path = tmp.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo is part of every Unix");
        assert!(refused(&path).contains("is a named pipe"));
    }

    #[test]
    fn paths_that_are_not_text_work() {
        let tmp = tempfile::tempdir().unwrap();
        let path = tmp.path().join(OsStr::from_bytes(b"p\xffet.b"));
        let Ok(()) = fs::write(&path, big_endian(&program(6144, 1))) else {
            // Some file systems take only text; then there is nothing to open.
            return;
        };
        assert!(Cartridge::open(&path).is_ok());
        let missing = tmp.path().join(OsStr::from_bytes(b"n\xffne.b"));
        assert!(refused(&missing).contains("n\u{fffd}ne.b"));
        // A half of a pair with such a name has no sibling that could be guessed.
        let text = Cartridge::open(&path).unwrap().to_bytes(Format::Epson);
        let half = tmp.path().join(OsStr::from_bytes(b"h\xff.hex"));
        let end = text.windows(11).position(|w| w == b":00000001FF").unwrap();
        fs::write(&half, &text[..end + 11]).unwrap();
        assert!(refused(&half).contains("low half"));
    }
}

#[test]
fn a_written_pair_is_found_from_either_half() {
    let rom = Cartridge::from_words(&program(6144, 2)).unwrap();
    for (out, other) in [
        ("pet_low.hex", "pet_high.hex"),
        ("pet.hex", "pet_high.hex"),
        ("PETLOW.HEX", "PETHIGH.HEX"),
        ("noext", "noext_high"),
    ] {
        let tmp = tempfile::tempdir().unwrap();
        let files = rom.to_files(Format::Epson, &tmp.path().join(out));
        assert_eq!(files.len(), 2);
        for (path, bytes) in &files {
            fs::write(path, bytes).unwrap();
        }
        assert_eq!(files[1].0, tmp.path().join(other));
        for (path, beside) in [(out, other), (other, out)] {
            let back = Cartridge::open(tmp.path().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
            assert_eq!((back.identity, back.container), (rom.identity, Container::Beside(beside.into())));
        }
        fs::remove_file(tmp.path().join(other)).unwrap();
        assert!(refused(&tmp.path().join(out)).contains("low half"));
    }
}

#[test]
fn pairs_of_other_tools_are_found() {
    let rom = Cartridge::from_words(&program(6144, 3)).unwrap();
    for (low, high) in [("c6s46l.hex", "c6s46h.hex"), ("PET.LSA", "PET.HSA"), ("pet.lo", "pet.ho")] {
        let tmp = tempfile::tempdir().unwrap();
        let files = rom.to_files(Format::Epson, Path::new("x"));
        fs::write(tmp.path().join(low), &files[0].1).unwrap();
        fs::write(tmp.path().join(high), &files[1].1).unwrap();
        // Two low halves beside each other are no pair.
        fs::write(tmp.path().join(format!("{}_high.hex", &low[..low.len() - 4])), &files[0].1).unwrap();
        for path in [low, high] {
            assert_eq!(Cartridge::open(tmp.path().join(path)).unwrap().identity, rom.identity, "{path}");
        }
    }
}

#[test]
fn other_formats_are_one_file() {
    let rom = Cartridge::from_words(&program(6144, 4)).unwrap();
    let files = rom.to_files(Format::Packed, Path::new("out.bin"));
    assert_eq!(files, [("out.bin".into(), rom.to_bytes(Format::Packed))]);
}
