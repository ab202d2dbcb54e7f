//! Assembling files.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::render;
use eggtooth_assembler::{MAX_FILE_BYTES, assemble_file};
use std::{fs, path::PathBuf};

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn files_include_files_beside_them() {
    let folder = folder("include");
    fs::create_dir(folder.join("art")).unwrap();
    fs::write(folder.join("main.asm"), " INCLUDE \"art/cat.inc\"\n").unwrap();
    fs::write(folder.join("art/cat.inc"), " DW 5\n").unwrap();
    assert_eq!(assemble_file(&folder.join("main.asm")).unwrap().words[0], Some(5));
}

#[test]
fn unreadable_files_are_errors() {
    let folder = folder("unreadable");
    fs::write(folder.join("latin.asm"), b" DW 1 ; \xE4\n").unwrap();
    fs::File::create(folder.join("huge.asm")).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    for (name, message) in [
        ("gone.asm", "gone.asm: error: "),
        ("", "this is not a file"),
        ("latin.asm", "not UTF-8"),
        ("huge.asm", "larger than 4194304 bytes"),
    ] {
        let errors = assemble_file(&folder.join(name)).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert!(render(&errors).contains(message), "{}", render(&errors));
    }
    #[cfg(unix)]
    {
        let errors = assemble_file("/dev/zero".as_ref()).unwrap_err();
        assert!(render(&errors).contains("not a file"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_path_need_not_be_utf_8() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let path = folder("strange").join(OsStr::from_bytes(b"pip\xFF.asm"));
    fs::write(&path, " DW 5\n").unwrap();
    assert_eq!(assemble_file(&path).unwrap().words[0], Some(5));
}
