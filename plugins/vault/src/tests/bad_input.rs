use std::fs;
use std::io;
use std::path::Path;

use super::{envelope, three_generations, tick_of};
use crate::disk::{Disk, RealDisk};
use crate::{Access, DataDir, Notice, ReadOnlyReason, VaultError, read_egg};

/// A disk without room: it writes half of the temporary file, then fails as the system would.
struct FullDisk;

impl Disk for FullDisk {
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let name = path.file_name().unwrap().to_str().unwrap();
        let temporary = path.with_file_name(format!(".{name}.abc123"));
        fs::write(temporary, &bytes[..bytes.len() / 2])?;
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn a_full_disk_keeps_the_older_saves() {
    let tmp = tempfile::tempdir().unwrap();
    let slug = three_generations(tmp.path()).1;
    let full = DataDir::open_on(tmp.path(), Box::new(FullDisk)).unwrap();
    for _ in 0..3 {
        let error = full.save(&slug, &envelope("Pip", 9)).unwrap_err();
        assert!(matches!(error, VaultError::DiskFull { .. }));
        assert!(error.to_string().contains("the disk is full"));
        assert!(matches!(full.create(envelope("Pop", 1)), Err(VaultError::DiskFull { .. })));
        assert!(matches!(full.store_rom(&[1, 2]), Err(VaultError::DiskFull { .. })));
        assert!(full.save_settings(&std::collections::BTreeMap::from([("a", 1)])).is_err());
    }
    assert_eq!(tick_of(&full, &slug), 3);
    assert_eq!(full.list().unwrap().len(), 1);
    drop(full);
    // With room again, saving works and the half-written files go.
    let dir = DataDir::open(tmp.path()).unwrap();
    dir.save(&slug, &envelope("Pip", 4)).unwrap();
    assert_eq!(tick_of(&dir, &slug), 4);
    assert_eq!(fs::read_dir(tmp.path().join("toys/pip")).unwrap().count(), 3);
}

#[test]
fn a_second_copy_reads_only_and_says_so() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    assert_eq!(*dir.access(), Access::Writer);
    let second = DataDir::open(tmp.path()).unwrap();
    let pid = Some(std::process::id());
    assert_eq!(*second.access(), Access::ReadOnly(ReadOnlyReason::InUse { pid }));
    assert_eq!(tick_of(&second, &slug), 3);
    let errors = [
        second.save(&slug, &envelope("Pip", 9)).unwrap_err(),
        second.create(envelope("Pop", 1)).unwrap_err(),
        second.rename(&slug, "Pop").unwrap_err(),
        second.retire(&slug).unwrap_err(),
        second.restore(&slug).unwrap_err(),
        second.store_rom(&[1]).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, VaultError::ReadOnly(_)), "{error}");
        assert!(error.to_string().contains("in use by another Eggtooth"));
    }
    second.export(&slug, &tmp.path().join("out.egg")).unwrap();
    assert_eq!(tick_of(&dir, &slug), 3);
    drop(dir);
    assert!(DataDir::open(tmp.path()).unwrap().is_writer());
}

/// Root ignores permissions; there the check that says so is all that can be shown.
#[cfg(unix)]
#[test]
fn a_folder_without_write_permission_opens_for_reading() {
    use std::os::unix::fs::PermissionsExt;
    let tmp = tempfile::tempdir().unwrap();
    let slug = three_generations(tmp.path()).1;
    let toys = tmp.path().join("toys");
    let mode = |bits| fs::set_permissions(&toys, fs::Permissions::from_mode(bits)).unwrap();
    mode(0o555);
    let unprotected = fs::write(toys.join("probe"), b"").is_ok();
    let dir = DataDir::open(tmp.path()).unwrap();
    mode(0o755);
    assert_eq!(tick_of(&dir, &slug), 3);
    assert_eq!(dir.is_writer(), unprotected);
    if let Access::ReadOnly(reason) = dir.access() {
        assert!(reason.to_string().contains("cannot be written"));
    }
}

/// What the system answers on a read-only disk, given by a disk that answers so.
#[test]
fn a_read_only_disk_is_told_by_its_error() {
    struct ReadOnlyDisk;
    impl Disk for ReadOnlyDisk {
        fn replace(&self, _: &Path, _: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::ReadOnlyFilesystem.into())
        }
    }
    let tmp = tempfile::tempdir().unwrap();
    let slug = three_generations(tmp.path()).1;
    let dir = DataDir::open_on(tmp.path(), Box::new(ReadOnlyDisk)).unwrap();
    let text = dir.save(&slug, &envelope("Pip", 9)).unwrap_err().to_string();
    assert!(text.starts_with("nothing was saved") && text.contains("read-only disk"), "{text}");
}

/// A folder that no writer has prepared (here: `toys` is a file) still opens, for reading.
#[test]
fn a_folder_that_cannot_be_prepared_opens_for_reading() {
    let tmp = tempfile::tempdir().unwrap();
    fs::write(tmp.path().join("roms"), b"").unwrap();
    let dir = DataDir::open(tmp.path()).unwrap();
    assert!(matches!(dir.access(), Access::ReadOnly(ReadOnlyReason::Unwritable(_))));
    assert!(dir.list().unwrap().is_empty());
}

#[test]
fn a_file_in_place_of_the_folder_is_refused() {
    let tmp = tempfile::tempdir().unwrap();
    let file = tmp.path().join("file");
    fs::write(&file, b"").unwrap();
    let text = DataDir::open(&file).unwrap_err().to_string();
    assert!(text.contains("not a folder") && text.contains("--data-dir"), "{text}");
}

#[test]
fn a_date_in_the_future_is_a_notice() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    let loaded = dir.load_at(&slug, 1_000_003 - 86_400).unwrap();
    assert_eq!(loaded.notices, [Notice::FromTheFuture { ahead: 86_400 }]);
    assert!(loaded.notice().unwrap().contains("24 hours in the future"));
    assert!(dir.load_at(&slug, 1_000_003 - 60).unwrap().notices.is_empty());
}

#[test]
fn importing_what_is_no_save_is_refused() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(&tmp.path().join("data"));
    let egg = tmp.path().join("pip.egg");
    dir.export(&slug, &egg).unwrap();
    let good = fs::read(&egg).unwrap();
    let bad = tmp.path().join("bad.egg");
    let refusal = |bytes: &[u8]| {
        fs::write(&bad, bytes).unwrap();
        dir.import(&bad).unwrap_err().to_string()
    };
    assert!(refusal(b"").contains("not an Eggtooth save"));
    assert!(refusal(b"hello, this is a text").contains("not an Eggtooth save"));
    assert!(refusal(&good[..40]).contains("cut short (40 of"));
    let mut flipped = good.clone();
    flipped[30] ^= 1;
    assert!(refusal(&flipped).contains("checksum"));
    assert!(read_egg(tmp.path()).unwrap_err().to_string().contains("a folder"));
    assert!(read_egg(&tmp.path().join("none")).unwrap_err().to_string().contains("cannot read"));
    fs::File::create(&bad).unwrap().set_len(1 << 30).unwrap();
    assert!(matches!(read_egg(&bad), Err(VaultError::Damaged { .. })));
    #[cfg(unix)]
    assert!(read_egg(Path::new("/dev/zero")).unwrap_err().to_string().contains("a device"));
    assert_eq!(dir.list().unwrap().len(), 1);
}

/// The real disk leaves the old file whole when the new one cannot even be begun.
#[test]
fn a_failed_replacement_changes_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let file = tmp.path().join("none/file");
    assert!(RealDisk.replace(&file, b"x").is_err());
    let file = tmp.path().join("file");
    RealDisk.replace(&file, b"old").unwrap();
    RealDisk.replace(&file, b"new").unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"new");
    assert_eq!(fs::read_dir(tmp.path()).unwrap().count(), 1);
}
