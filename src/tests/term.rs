//! `term` on a real pseudo-terminal: what is seen, what keys do, how it ends.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::Folder;
use eggtooth_toy::{LEFT, Left};
use eggtooth_vault::{DataDir, read_egg};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long something may take to be seen on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was received: the bytes, and the screen that they make.
struct Seen {
    bytes: Vec<u8>,
    screen: vt100::Parser,
}

/// The game on a terminal.
struct Stage {
    child: Child,
    master: Option<File>,
    /// Reads until it is told not to; it holds the other side open, too.
    reader: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    /// Kept open, so that its settings can be looked at when the game has ended.
    slave: File,
    seen: Arc<Mutex<Seen>>,
}

impl Stage {
    /// Starts `eggtooth term`; `releases` is a terminal with the kitty keyboard protocol.
    fn new(folder: &Folder, arguments: &str, (columns, rows): (u16, u16), releases: bool) -> Stage {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave: File =
            rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap().into();
        let master = File::from(master);
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).unwrap();
        // Makes the terminal the controlling one, as it is in life: only then does it hang up.
        let mut command = Command::new("setsid");
        let game = folder.command(["term", "--data-dir", "shelf"]);
        command.args(["-c", "--"]).arg(game.get_program()).args(game.get_args()).args(arguments.split_whitespace());
        command
            .current_dir(folder.path(""))
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("NO_COLOR");
        command.stdin(slave.try_clone().unwrap()).stdout(slave.try_clone().unwrap()).stderr(slave.try_clone().unwrap());
        let child = command.spawn().unwrap();
        let seen = Arc::new(Mutex::new(Seen { bytes: Vec::new(), screen: vt100::Parser::new(rows, columns, 0) }));
        let stop = Arc::new(AtomicBool::new(false));
        let (mut side, shared, asked) = (master.try_clone().unwrap(), seen.clone(), stop.clone());
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while !asked.load(Ordering::Relaxed) {
                let tick = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
                if poll(&mut [PollFd::new(&side, PollFlags::IN)], Some(&tick)).unwrap_or(0) == 0 {
                    continue;
                }
                // Reading fails when the game's side is gone.
                let Ok(count @ 1..) = side.read(&mut buffer) else { return };
                let mut seen = shared.lock().unwrap();
                seen.bytes.extend(&buffer[..count]);
                seen.screen.process(&buffer[..count]);
                // "What are you?", which every terminal answers.
                if buffer[..count].windows(3).any(|window| window == b"\x1b[c") {
                    let answer: &[u8] = if releases { b"\x1b[?0u\x1b[?62c" } else { b"\x1b[?62c" };
                    side.write_all(answer).unwrap();
                }
            }
        });
        Stage { child, master: Some(master), reader: Some(reader), stop, slave, seen }
    }

    fn screen(&self) -> String {
        self.seen.lock().unwrap().screen.screen().contents()
    }

    /// Waits until something is so.
    #[track_caller]
    fn wait(&self, what: &str, is_so: impl Fn(&Stage) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(start.elapsed() < PATIENCE, "not {what}; the screen is:\n{}", self.screen());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until a text is on the screen, in one or several lines.
    #[track_caller]
    fn sees(&self, text: &str) {
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.wait(text, |stage| squeezed(&stage.screen()).contains(&squeezed(text)));
    }

    fn types(&mut self, keys: &str) {
        self.master.as_ref().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    fn resizes(&self, columns: u16, rows: u16) {
        self.seen.lock().unwrap().screen.screen_mut().set_size(rows, columns);
        tcsetwinsize(
            self.master.as_ref().unwrap(),
            Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 },
        )
        .unwrap();
    }

    /// Whether the button's label is shown as pressed.
    fn is_pressed(&self, label: &str) -> bool {
        let seen = self.seen.lock().unwrap();
        let screen = seen.screen.screen();
        let (rows, columns) = screen.size();
        (0..rows).any(|row| {
            let text: Vec<_> = (0..columns).map(|column| screen.cell(row, column).unwrap()).collect();
            let line: String = text.iter().map(|cell| cell.contents().chars().next().unwrap_or(' ')).collect();
            line.contains(label) && line.chars().position(|c| label.starts_with(c)).is_some_and(|at| text[at].inverse())
        })
    }

    /// The terminal is closed, as by the button of its window.
    fn hangs_up(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.reader.take().unwrap().join().unwrap();
        drop(self.master.take());
    }

    fn bells(&self) -> usize {
        self.seen.lock().unwrap().bytes.iter().filter(|byte| **byte == 7).count()
    }

    /// Waits for the end.
    fn ends(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // The last bytes are still on their way.
                thread::sleep(Duration::from_millis(50));
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end; the screen is:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asserts that the terminal is as it was before.
    #[track_caller]
    fn is_restored(&self) {
        let modes = tcgetattr(&self.slave).unwrap().local_modes;
        assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG));
        let seen = self.seen.lock().unwrap();
        assert!(!seen.screen.screen().alternate_screen() && !seen.screen.screen().hide_cursor());
        assert!(!seen.screen.screen().bracketed_paste());
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ticks lived by the only pet, as saved.
fn saved_tick(folder: &Folder) -> u64 {
    let entries = DataDir::open(folder.path("shelf")).unwrap().list().unwrap();
    assert_eq!(entries.len(), 1);
    entries[0].meta.as_ref().unwrap().tick
}

#[test]
fn the_pet_is_seen_and_lives_in_real_time() {
    let folder = Folder::new();
    let start = Instant::now();
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("Pip");
    stage.sees("food light game doctor");
    stage.wait("dots", |stage| stage.screen().contains(['▀', '▄', '█']));
    thread::sleep(Duration::from_secs(2));
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    let lived = start.elapsed().as_secs_f64() * 32_768.0;
    stage.is_restored();
    let tick = saved_tick(&folder) as f64;
    assert!(tick > 1.9 * 32_768.0 && tick <= lived, "{tick} {lived}");
    // It goes on.
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("Pip");
    stage.types("\x1b");
    assert_eq!(stage.ends().code(), Some(0));
    assert!(saved_tick(&folder) as f64 >= tick);
}

#[test]
fn every_end_restores_and_saves() {
    for end in ["\x03", "TERM", "INT", "HUP"] {
        let folder = Folder::new();
        let mut stage = Stage::new(&folder, "", (80, 24), false);
        stage.sees("Pip");
        thread::sleep(Duration::from_millis(300));
        let pid = Pid::from_child(&stage.child);
        match end {
            "TERM" => kill_process(pid, Signal::TERM).unwrap(),
            "INT" => kill_process(pid, Signal::INT).unwrap(),
            "HUP" => kill_process(pid, Signal::HUP).unwrap(),
            keys => stage.types(keys),
        }
        assert_eq!(stage.ends().code(), Some(0), "{end}");
        stage.is_restored();
        assert!(saved_tick(&folder) > 5000, "{end}");
    }
}

#[test]
fn a_terminal_that_is_closed_loses_nothing() {
    let folder = Folder::new();
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("Pip");
    thread::sleep(Duration::from_millis(500));
    stage.hangs_up();
    stage.ends();
    assert!(saved_tick(&folder) > 10_000);
}

#[test]
fn two_buttons_and_taps_are_shown() {
    let folder = Folder::new();
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("A z");
    assert!(!stage.is_pressed("A z"));
    stage.types("v");
    stage.wait("A and C pressed", |stage| stage.is_pressed("A z") && stage.is_pressed("C c"));
    stage.wait("A and C let go", |stage| !stage.is_pressed("A z") && !stage.is_pressed("C c"));
    stage.types("\x1b[B");
    stage.wait("B pressed", |stage| stage.is_pressed("B x"));
}

#[test]
fn a_terminal_with_key_releases_holds_buttons() {
    let folder = Folder::new();
    let mut stage = Stage::new(&folder, "", (80, 24), true);
    stage.sees("Pip");
    stage.wait("the protocol", |stage| stage.seen.lock().unwrap().bytes.windows(5).any(|bytes| bytes == b"\x1b[>3u"));
    stage.types("\x1b[122;1:1u");
    stage.wait("A pressed", |stage| stage.is_pressed("A z"));
    thread::sleep(Duration::from_secs(1));
    assert!(stage.is_pressed("A z"));
    stage.types("\x1b[122;1:3u");
    stage.wait("A let go", |stage| !stage.is_pressed("A z"));
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    let bytes = stage.seen.lock().unwrap().bytes.clone();
    assert!(bytes.windows(5).any(|bytes| bytes == b"\x1b[<1u"));
}

#[test]
fn a_small_terminal_says_so_until_it_is_larger() {
    let folder = Folder::new();
    let mut stage = Stage::new(&folder, "", (33, 20), false);
    stage.sees("Eggtooth needs a terminal of at least 34 columns and 12 rows; this one has 33 and 20.");
    stage.resizes(80, 24);
    stage.sees("food light game doctor");
    assert!(!stage.screen().contains("needs a terminal"));
    stage.resizes(60, 11);
    stage.sees("this one has 60 and 11");
    assert!(!stage.screen().contains("food"));
    stage.resizes(34, 12);
    stage.sees("toilet status scold CALL");
    // All of the glass, up to the last column.
    let seen = stage.seen.lock().unwrap();
    for row in 1..11 {
        for column in [0, 33] {
            assert_ne!(seen.screen.screen().cell(row, column).unwrap().bgcolor(), vt100::Color::Default, "{row}");
        }
    }
    drop(seen);
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    stage.is_restored();
}

#[test]
fn the_second_copy_plays_unsaved_and_says_so() {
    let folder = Folder::new();
    let other = DataDir::open(folder.path("shelf")).unwrap();
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    let sentence = "Nothing will be saved: the saves are in use by another Eggtooth (process";
    stage.sees(sentence);
    stage.sees("not saved");
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    // Also where it is read when the game is over.
    stage.sees(&format!("eggtooth: {sentence}"));
    assert_eq!(other.list().unwrap(), []);
}

#[test]
fn a_save_that_fails_is_told_until_one_succeeds() {
    let folder = Folder::new();
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("Pip");
    thread::sleep(Duration::from_millis(200));
    // Losing the focus saves.
    let (toys, away) = (folder.path("shelf/toys"), folder.path("shelf/away"));
    std::fs::rename(&toys, &away).unwrap();
    stage.types("\x1b[O");
    stage.sees("not saved");
    stage.sees("there is no toy called");
    std::fs::rename(&away, &toys).unwrap();
    stage.types("\x1b[O");
    stage.wait("saved again", |stage| !stage.screen().contains("no toy") && !stage.screen().contains("not saved"));
    std::fs::rename(&toys, &away).unwrap();
    thread::sleep(Duration::from_millis(200));
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(1));
    stage.sees("eggtooth: there is no toy called");
    stage.is_restored();
}

#[test]
fn a_save_from_the_future_is_told() {
    let folder = Folder::new();
    folder.beeper(0);
    folder.run("run beep0.rom --ticks 1000 --save now.egg").works();
    let mut envelope = read_egg(&folder.path("now.egg")).unwrap();
    envelope.meta.saved_at = 99_999_999_999;
    folder.file("future.egg", envelope.to_bytes(1).unwrap());
    folder.run("save import future.egg --data-dir shelf").works();
    let stage = Stage::new(&folder, "--toy beep0 --rom beep0.rom", (80, 24), false);
    stage.sees("days in the future; check this computer's clock");
}

/// Lights and darkens the attention icon (SEG28, COM15) about once a second.
const CALLER: &str = "
        PAGE 1
        LD   A,0FH
        LD   XP,A
        LD   X,71H
        LD   MX,0
        LD   A,0EH
        LD   XP,A
        LD   X,0B9H
again:  XOR  MX,8
        LD   Y,0
        LD   A,0
        LD   B,0
wait:   ADD  A,1
        JP   NZ,wait
        ADD  B,1
        JP   NZ,wait
        ADC  YL,1
        CP   YL,4
        JP   NZ,wait
        JP   again
";

#[test]
fn the_bell_rings_when_the_pet_calls() {
    let folder = Folder::new();
    folder.rom("caller", CALLER);
    let mut stage = Stage::new(&folder, "--rom caller.rom", (80, 24), false);
    stage.sees("caller");
    stage.wait("two calls", |stage| stage.bells() >= 2);
    stage.types("m");
    stage.sees("muted");
    let before = stage.bells();
    thread::sleep(Duration::from_secs(3));
    assert_eq!(stage.bells(), before);
    stage.types("m");
    stage.wait("a call", |stage| stage.bells() > before);
}

/// Makes the only pet one that was left `hours` ago, after a minute of life.
fn leave(folder: &Folder, hours: u64) {
    let dir = DataDir::open(folder.path("shelf")).unwrap();
    let entry = dir.list().unwrap().remove(0);
    let mut envelope = dir.load(&entry.slug).unwrap().envelope;
    let left = Left { tick: envelope.meta.tick, at: eggtooth_toy::now_millis() - hours * 3_600_000 };
    envelope.set_value(LEFT, &left).unwrap();
    dir.save(&entry.slug, &envelope).unwrap();
}

/// A shelf with a hatched Pip.
fn with_pip() -> Folder {
    let folder = Folder::new();
    let pip = common::pip();
    folder.run(&format!("run {} --ticks 2000000 --save pip.egg", pip.display())).works();
    folder.run("save import pip.egg --data-dir shelf").works();
    folder
}

#[test]
fn an_absence_is_asked_about_lived_and_told() {
    let folder = with_pip();
    leave(&folder, 8);
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("Away for 8 hours: L live, H hold? Live it: pip lives through all of it now.");
    // Closed without an answer, it is asked again.
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    assert!((2_000_000..2_000_100).contains(&saved_tick(&folder)));
    let mut stage = Stage::new(&folder, "", (34, 12), false);
    stage.sees("Away for 8 hours: L live, H hold?");
    stage.types("z");
    thread::sleep(Duration::from_millis(100));
    assert!(!stage.is_pressed("A z"));
    stage.types("l");
    stage.sees("While you were away (8 hours): pip");
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    stage.is_restored();
    let lived = saved_tick(&folder) - 2_000_000;
    let hour = 3600 * 32_768;
    assert!(lived >= 8 * hour && lived < 8 * hour + 60 * 32_768, "{lived}");
    // Not asked again; and one that would take long can be stopped.
    leave(&folder, 80_000);
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("pip lives what it missed;");
    stage.types("s");
    stage.sees("While you were away (");
    let before = stage.screen();
    assert!(!before.contains("lives what it missed"), "{before}");
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    let after = saved_tick(&folder) - 2_000_000;
    assert!(after > lived && after < 70_000 * hour, "{after}");
}

#[test]
fn an_absence_is_held_and_its_owner_is_not_asked_again() {
    let folder = with_pip();
    leave(&folder, 48);
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("Away for 2 days:");
    stage.types("h");
    stage.wait("no question", |stage| !stage.screen().contains("Away for"));
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    assert!(saved_tick(&folder) < 2_000_000 + 60 * 32_768);
    leave(&folder, 48);
    let mut stage = Stage::new(&folder, "", (80, 24), false);
    stage.sees("food light game doctor");
    thread::sleep(Duration::from_millis(300));
    assert!(!stage.screen().contains("Away for"));
    stage.types("q");
    assert_eq!(stage.ends().code(), Some(0));
    assert!(saved_tick(&folder) < 2_000_000 + 120 * 32_768);
}
