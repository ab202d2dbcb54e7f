//! Bad input of every kind: one sentence, the right exit status, nothing lost, no waiting.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Folder, finish, pip};
use eggtooth_vault::{Access, DataDir, Envelope, read_egg};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;

#[test]
fn files_that_are_no_rom() {
    let folder = Folder::new();
    folder.file("empty", []);
    folder.file("short", vec![1; 12_287]);
    folder.file("photo.rom", [&b"\xFF\xD8\xFF\xE0\0\x10JFIF\0"[..], &[7; 12_276]].concat());
    File::create(folder.path("huge")).unwrap().set_len(1 << 30).unwrap();
    fs::create_dir(folder.path("folder")).unwrap();
    let cases = [
        ("empty", "the file is empty"),
        ("short", "the file has 12,287 bytes, one byte short of 12,288"),
        ("photo.rom", "this is a JPEG"),
        ("huge", "1 GiB is far more than any ROM"),
        ("folder", "is a folder, not a ROM file"),
        ("nowhere", "there is no file nowhere"),
    ];
    for (file, sentence) in cases {
        for command in ["run --ticks 1", "term --rom", "rom info", "disasm", "rom convert -o x --format c"] {
            folder.run(&format!("{command} {file}")).fails(1, sentence);
        }
        // The others are explained all the same.
        let done = folder.run(&format!("rom info {file} {} nothing", pip().display()));
        done.fails(1, sentence);
        done.fails(1, "there is no file nothing");
        assert!(done.out.contains("12 KiB image"), "{done:?}");
    }
}

#[cfg(unix)]
#[test]
fn paths_that_are_no_files() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mut pipe = std::process::Command::new("mkfifo");
    pipe.arg(folder.path("pipe"));
    finish(pipe).works();
    folder.run("run pipe --ticks 1").fails(1, "is a named pipe, not a ROM file");
    folder.run("run /dev/zero --ticks 1").fails(1, "/dev/zero is a device, not a ROM file");
    let locked = folder.file("locked", [1; 12_288]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
    // Whoever may do everything can read that one; but not this one.
    if File::open(&locked).is_err() {
        folder.run("run locked --ticks 1").fails(1, "locked cannot be read");
    } else if cfg!(target_os = "linux") {
        folder.run("run /proc/self/mem --ticks 1").fails(1, "/proc/self/mem cannot be read");
    }
    // A name that is no UTF-8 is a name like others.
    let strange = OsStr::from_bytes(b"p\xFFp.rom");
    let run = |file: &OsStr| folder.eggtooth([OsStr::new("run"), file, "--ticks".as_ref(), "1".as_ref()]);
    run(strange).fails(1, "there is no file p");
    fs::copy(pip(), folder.path("").join(strange)).unwrap();
    run(strange).works();
    let mut picture = OsString::from("--frame=png:");
    picture.push(OsStr::from_bytes(b"\xFF.png"));
    folder.eggtooth([OsStr::new("run"), strange, "--ticks=1".as_ref(), &picture]).works();
    assert!(folder.path("").join(OsStr::from_bytes(b"\xFF.png")).exists());
}

/// CRC-32 as in zip, for saves with a change that the checksum must not find.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn with_crc(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 4);
    let crc = crc(&bytes).to_le_bytes();
    [bytes, crc.to_vec()].concat()
}

#[test]
fn saves_that_cannot_be_used() {
    let folder = Folder::new();
    folder.beeper(0);
    folder.beeper(1);
    folder.run("run beep0.rom --ticks 1000 --save good.egg").works();
    let good = fs::read(folder.path("good.egg")).unwrap();
    assert_eq!(with_crc(good.clone()), good);
    folder.file("cut.egg", &good[..good.len() - 1]);
    let flip = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    folder.file("flipped.egg", flip(100));
    let mut newer = flip(0);
    newer[0] ^= 1;
    newer[8] = 9;
    folder.file("newer.egg", with_crc(newer));
    folder.file("none.egg", b"hello");
    folder.file("empty.egg", b"");
    let cases = [
        ("cut.egg", "it is cut short"),
        ("flipped.egg", "its checksum does not match"),
        ("newer.egg", "made by a newer Eggtooth (format 9, this one reads up to 1); update Eggtooth"),
        ("none.egg", "it is not an Eggtooth save"),
        ("empty.egg", "it is not an Eggtooth save"),
        (".", "is a folder, not a save file"),
        ("/dev/zero", "is a device or pipe, not a save file"),
        ("nowhere.egg", "cannot read nowhere.egg"),
    ];
    for (file, sentence) in cases {
        folder.run(&format!("run beep0.rom --ticks 1 --load {file} --save out.egg")).fails(1, sentence);
        folder.run(&format!("save import {file} --data-dir shelf")).fails(1, sentence);
        assert!(folder.run("save list --data-dir shelf").works().starts_with("There is no pet yet"));
    }
    folder.run("run beep1.rom --ticks 1 --load good.egg").fails(1, "this save belongs to another ROM");
    folder.run("run beep0.rom --ticks 1 --load good.egg --model angel").fails(1, "the save is of the model p1");
    assert!(!folder.path("out.egg").exists());
}

#[test]
fn a_save_from_the_future_is_kept_and_told() {
    let folder = Folder::new();
    folder.beeper(0);
    folder.run("run beep0.rom --ticks 1000 --save now.egg").works();
    let mut envelope = read_egg(&folder.path("now.egg")).unwrap();
    envelope.meta.saved_at = 99_999_999_999;
    folder.file("future.egg", envelope.to_bytes(1).unwrap());
    folder.run("run beep0.rom --ticks 1 --load future.egg").works();
    folder.run("save import future.egg --data-dir shelf").works();
    let list = folder.run("save list --data-dir shelf");
    assert!(list.works().contains("in the future by this computer's clock"), "{list:?}");
    folder.run("save export beep0 back.egg --data-dir shelf").works();
    assert_eq!(fs::read(folder.path("back.egg")).unwrap(), fs::read(folder.path("future.egg")).unwrap());
    folder.run("save export beep0 back.egg --data-dir shelf").fails(1, "back.egg exists already");
}

#[test]
fn data_folders_that_cannot_be_written() {
    let folder = Folder::new();
    folder.beeper(0);
    folder.run("run beep0.rom --ticks 1000 --save a.egg").works();
    folder.run("save import a.egg --data-dir shelf").works();
    folder.run("save list --data-dir a.egg").fails(1, "the data folder a.egg cannot be used (it is not a folder)");
    {
        let other = DataDir::open(folder.path("shelf")).unwrap();
        assert_eq!(*other.access(), Access::Writer);
        let sentence =
            format!("nothing was saved: the saves are in use by another Eggtooth (process {})", std::process::id());
        folder.run("save import a.egg --data-dir shelf").fails(1, &sentence);
        folder.run("save retire beep0 --data-dir shelf").fails(1, &sentence);
        assert!(folder.run("save list --data-dir shelf").works().starts_with("beep0 "));
        folder.run("save export beep0 b.egg --data-dir shelf").works();
    }
    assert_eq!(folder.run("save list --data-dir shelf").works().lines().count(), 1);
    // Nobody can make files here.
    #[cfg(target_os = "linux")]
    folder.run("save import a.egg --data-dir /proc/self").fails(1, "the data folder cannot be written");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full() {
    let folder = Folder::new();
    folder.beeper(0);
    folder.run("run beep0.rom --ticks 1 --save /dev/full").fails(1, "/dev/full cannot be written: No space left");
    folder.run("run beep0.rom --ticks 1 --save old.egg").works();
    folder.run("save import old.egg --data-dir shelf").works();
    // No file of this process may be longer than 512 bytes: like a disk that fills up within a save, and
    // possible for every user. What a disk says then is in the vault's own tests.
    let script = r#"
        trap "" XFSZ
        ulimit -f 1 || exit 77
        "$0" save import old.egg --data-dir shelf && exit 78
        "$0" save set-absence beep0 live --data-dir shelf && exit 79
        "$0" run beep0.rom --ticks 1 --save new.egg && exit 80
        "$0" save list --data-dir shelf
    "#;
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_eggtooth")]).current_dir(folder.path(""));
    let done = finish(command);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.err.lines().filter(|line| line.contains("File too large")).count(), 3, "{done:?}");
    assert_eq!(done.out.lines().count(), 1, "{done:?}");
    assert!(!folder.path("new.egg").exists());
    // Nothing half-written is left, and what was there is whole.
    assert_eq!(fs::read_dir(folder.path("shelf/toys/beep0")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(folder.path("shelf/toys")).unwrap().count(), 1);
    assert!(folder.run("save show beep0 --data-dir shelf").works().contains("asked about after every absence"));
}

#[test]
fn names_that_lead_outside() {
    let folder = Folder::new();
    let sentence = "\"../x\" cannot be a toy's name: it contains a path separator";
    folder.run("term --toy ../x --data-dir shelf").fails(1, sentence);
    folder.run("save show ../x --data-dir shelf").fails(1, sentence);
    folder.run("save export ../x y.egg --data-dir shelf").fails(1, sentence);
    folder.run("save restore ../x --data-dir shelf").fails(1, sentence);
    folder.run("save show nobody --data-dir shelf").fails(1, "there is no toy called \"nobody\"");
    folder.run("save restore nobody --data-dir shelf").fails(1, "no retired toy is called \"nobody\"");
}

#[test]
fn scripts_with_mistakes() {
    let folder = Folder::new();
    folder.beeper(0);
    let cases = [
        ("100 press A\n99 release A\n", "keys: line 2 of the script: tick 99 comes after tick 100"),
        ("100 hug A\n", "keys: line 1 of the script: unknown word \"hug\""),
        ("# fine\n100 press START\n", "keys: line 2 of the script: unknown button \"START\""),
        ("now press A\n", "keys: line 1 of the script: \"now\" is no tick"),
    ];
    for (script, sentence) in cases {
        folder.file("keys", script);
        folder.run("run beep0.rom --ticks 1000 --script keys --save s.egg").fails(1, sentence);
    }
    folder.run("run beep0.rom --ticks 1 --script .").fails(1, "is a folder");
    folder.run("run beep0.rom --ticks 1 --script nowhere").fails(1, "nowhere cannot be read");
    #[cfg(unix)]
    folder.run("run beep0.rom --ticks 1 --script /dev/zero").fails(1, "/dev/zero is larger than 16 MiB");
    assert!(!folder.path("s.egg").exists());
    folder.file("keys", "100 press A\n");
    folder.run("run beep0.rom --ticks 1000 --save s.egg").works();
    folder.run("run beep0.rom --ticks 1 --load s.egg --script keys").fails(1, "keys: tick 100 has passed");
    folder.file("keys", "100 press TAP\n");
    let done = folder.run("run beep0.rom --ticks 1000 --script keys");
    done.works();
    assert!(done.err.contains("the model p1 has no tap sensor"), "{done:?}");
}

#[test]
fn wrong_usage_is_status_two() {
    let folder = Folder::new();
    folder.beeper(0);
    for (arguments, sentence) in [
        ("--frobnicate", "unexpected argument '--frobnicate'"),
        ("run beep0.rom --ticks 1 --frobnicate", "Usage: eggtooth run"),
        ("dance", "dance"),
        ("run beep0.rom", "--ticks"),
        ("run beep0.rom --ticks 1 --steps 1", "cannot be used with"),
        ("run beep0.rom --ticks many", "give a number such as 32768 or 0x8000"),
        ("run beep0.rom --ticks 18446744073709551615", "at most"),
        ("run beep0.rom --ticks 1 --model tofu", "there is no model of this name; choose one of p1, angel"),
        ("run beep0.rom --ticks 1 --frame gif:x", "give text or png:FILE"),
        ("run beep0.rom --ticks 1 --frame png:", "give text or png:FILE"),
        ("run beep0.rom --ticks 1 --audio mp3:x", "give wav:FILE"),
        ("run beep0.rom --ticks 1 --state xml", "json"),
        ("rom convert beep0.rom -o x --format exe", "choose one of be16, le16, packed, epson, c, hex"),
        ("play --speed 0", "0"),
        ("run beep0.rom --replay x --script y", "cannot be used with"),
        ("run beep0.rom --replay x --record y", "cannot be used with"),
        ("save set-absence beep0 sometimes", "live, hold, ask"),
        ("rom info", "Usage: eggtooth rom info"),
        ("save", "Usage: eggtooth save"),
    ] {
        folder.run(arguments).fails(2, sentence);
    }
    folder.run("run beep0.rom --ticks 0x10 --state json").works();
    assert!(folder.run("--help").works().contains("Usage: eggtooth"));
    assert!(folder.run("--version").works().starts_with("eggtooth "));
}

#[test]
fn recordings_that_cannot_be_played() {
    let folder = Folder::new();
    folder.beeper(0);
    folder.beeper(1);
    folder.run("run beep0.rom --ticks 1000 --record good.eggplay --save good.egg").works();
    let good = fs::read(folder.path("good.eggplay")).unwrap();
    folder.file("cut.eggplay", &good[..good.len() - 1]);
    // Another hash at the end: the last byte of the block that begins with the end tick.
    let at = good.windows(4).position(|tag| tag == b"PLAY").unwrap() + 8 + 8 + 31;
    let mut other = good.clone();
    other[at] ^= 1;
    folder.file("other.eggplay", with_crc(other));
    let mut newer = good.clone();
    newer[8] = 9;
    folder.file("newer.eggplay", with_crc(newer));
    for (arguments, sentence) in [
        ("run beep0.rom --replay cut.eggplay", "cut.eggplay: this is no recording that can be played: it is cut short"),
        ("run beep0.rom --replay good.egg", "good.egg: this is a saved pet and not a recording"),
        ("run beep0.rom --replay newer.eggplay", "made by a newer Eggtooth (format 9, this one reads up to 1)"),
        ("run beep0.rom --replay beep0.rom", "not an Eggtooth save"),
        ("run beep0.rom --replay nowhere", "nowhere cannot be read"),
        ("run beep0.rom --replay .", "is a folder"),
        ("run beep0.rom --replay /dev/zero", "/dev/zero is larger than 16 MiB"),
        ("run beep1.rom --replay good.eggplay", "good.eggplay was recorded with another ROM ("),
        ("run beep0.rom --replay other.eggplay --state json", "in another state than it was recorded with"),
        ("run beep0.rom --replay other.eggplay --trace", "in another state than it was recorded with"),
        ("run beep0.rom --ticks 1 --record .", "is a folder; give the name of a file"),
        ("save import good.eggplay --data-dir shelf", "good.eggplay is a recording and not a pet"),
    ] {
        folder.run(arguments).fails(1, sentence);
    }
    // The state is shown all the same; and what ends before the end cannot be judged.
    assert!(folder.run("run beep0.rom --replay other.eggplay --state json").out.starts_with("{\"tick\":10"));
    folder.run("run beep0.rom --replay other.eggplay --ticks 500").works();
    folder.run("run beep0.rom --replay good.eggplay").works();
}

#[test]
fn outputs_that_cannot_be_written() {
    let folder = Folder::new();
    folder.beeper(0);
    folder.run("run beep0.rom --ticks 1 --save .").fails(1, "is a folder; give the name of a file");
    folder.run("run beep0.rom --ticks 1 --frame png:no/such/p.png").fails(1, "no/such/p.png cannot be written");
    folder.run("run beep0.rom --ticks 1 --audio wav:no/such/p.wav").fails(1, "check that its folder exists");
    folder.run("rom convert beep0.rom -o no/such --format c").fails(1, "no/such cannot be written");
    folder.run("asm beep0.s -o beep0.s").fails(1, "beep0.s is the source itself");
    folder.run("asm beep0.s -o x.rom --listing ./beep0.s").fails(1, "beep0.s is the source itself");
    let source = folder.file("wrong.s", "PAGE 1\nLD A,5\n  LD A,99\n");
    let done = folder.eggtooth([OsStr::new("asm"), source.as_ref(), "-o".as_ref(), "wrong.rom".as_ref()]);
    done.fails(1, "wrong.s:3:");
    assert!(done.err.contains('^') && done.out.is_empty(), "{done:?}");
    assert!(!folder.path("wrong.rom").exists());
    folder.run("asm nowhere.s -o x.rom").fails(1, "nowhere.s");
    #[cfg(target_os = "linux")]
    {
        let mut command = folder.command(["run", "beep0.rom", "--ticks", "1", "--state", "json"]);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let out = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(out.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&out.stderr).contains("cannot be written to standard output"));
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::new();
    folder.beeper(0);
    // Far more than a pipe holds.
    let commands = [
        "run beep0.rom --ticks 3000000 --trace",
        "run beep0.rom --ticks 100000 --trace --save s.egg",
        "disasm pip.rom",
    ];
    fs::copy(pip(), folder.path("pip.rom")).unwrap();
    for command in commands {
        let mut child =
            folder.command(command.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'));
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!((child.wait().unwrap().code(), errors.as_str()), (Some(0), ""), "{command}");
    }
    // What was asked for in files is of the whole run.
    let saved: Envelope = read_egg(&folder.path("s.egg")).unwrap();
    assert!(saved.meta.tick >= 100_000);
}

#[test]
fn no_terminal_to_play_in() {
    let folder = Folder::new();
    folder.run("term --data-dir shelf").fails(1, "this is no terminal to play in");
    assert!(!Path::new(&folder.path("shelf")).exists());
}

#[cfg(not(feature = "game"))]
#[test]
fn no_window_in_this_build() {
    let folder = Folder::new();
    for arguments in ["", "play", "--mute --speed 2", "play --rom x --toy Pip"] {
        folder.run(arguments).fails(1, "this build has no window; `eggtooth term` plays in the terminal");
    }
}
