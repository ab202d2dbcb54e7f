//! `run`, `rom`, `asm` and `disasm` on good input: exact formats, exact round trips, no chance.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Folder, pip};
use serde_json::Value;
use std::fs;

fn state(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn two_runs_print_the_same() {
    let folder = Folder::new();
    let pip = pip();
    folder.file("keys", "40000 press A\n45000 release A\n# and later\n90000 press B\n95000 release B\n");
    let run = || {
        let pip = pip.display();
        let outputs = "--state json --frame text --save s.egg --audio wav:s.wav";
        let done = folder.run(&format!("run {pip} --ticks 400000 --script keys {outputs}"));
        (done.works().to_owned(), fs::read(folder.path("s.egg")).unwrap(), fs::read(folder.path("s.wav")).unwrap())
    };
    let first = run();
    assert_eq!(first, run());
    assert!(first.0.lines().count() == 18, "{}", first.0);
}

#[test]
fn the_state_has_the_fields_of_the_contract_in_order() {
    let folder = Folder::new();
    folder.beeper(0);
    let done = folder.run("run beep0.rom --ticks 20000 --state json");
    let text = done.works();
    assert_eq!(text.lines().count(), 1);
    let places: Vec<usize> = ["tick", "pc", "np", "a", "b", "x", "y", "sp", "flags", "halted", "ram", "display", "io"]
        .map(|key| text.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("no {key} in {text}")))
        .to_vec();
    assert!(places.is_sorted() && places[0] == 1, "{places:?}");
    let state = state(text);
    assert!((20_000..20_024).contains(&state["tick"].as_u64().unwrap()));
    assert_eq!(state["flags"], serde_json::json!({"c": state["flags"]["c"], "z": state["flags"]["z"], "d": 0, "i": 0}));
    assert_eq!(state["halted"], false);
    assert_eq!(state["ram"].as_array().unwrap().len(), 640);
    assert_eq!(state["display"].as_array().unwrap().len(), 160);
    assert_eq!((&state["io"]["F74"], &state["io"]["F54"]), (&Value::from(0), &Value::from(7)));
    // The loop of LD, ADD and JP takes 17 clocks and began at tick 40.
    let (loops, counted) = ((20_000 - 40) / 17, state["ram"][16].as_u64().unwrap());
    assert!([loops % 16, (loops + 1) % 16].contains(&counted), "{loops} {counted}");
    let io = text.split("\"io\":").nth(1).unwrap();
    assert!(io.starts_with("{\"F00\":"), "{io}");
}

#[test]
fn a_run_goes_on_where_it_was_saved() {
    let folder = Folder::new();
    let pip = pip();
    let pip = pip.to_str().unwrap();
    let whole = folder.run(&format!("run {pip} --ticks 300000 --state json"));
    folder.run(&format!("run {pip} --ticks 100000 --save half.egg")).works();
    let tick = folder.run(&format!("run {pip} --ticks 0 --load half.egg --state json"));
    let left = 300_000 - state(tick.works())["tick"].as_u64().unwrap();
    let rest = folder.run(&format!("run {pip} --ticks {left} --load half.egg --state json"));
    assert_eq!(rest.works(), whole.works());
}

#[test]
fn a_recording_is_lived_again_in_every_way() {
    let folder = Folder::new();
    let pip = pip();
    let pip = pip.to_str().unwrap();
    let keys =
        "1500000 press A\n1504096 release A\n1600000 press B\n1604096 release B\n1700000 press C\n2000000 release C\n";
    folder.file("keys", keys);
    folder.run(&format!("run {pip} --ticks 1400000 --save egg.egg")).works();
    let outputs = "--state json --frame text --audio";
    let record =
        format!("run {pip} --load egg.egg --ticks 2000000 --script keys --record r.eggplay {outputs} wav:r.wav");
    let first = folder.run(&record);
    let again = folder.run(&format!("run {pip} --replay r.eggplay {outputs} wav:a.wav"));
    assert_eq!(again.works(), first.works());
    assert_eq!(fs::read(folder.path("a.wav")).unwrap(), fs::read(folder.path("r.wav")).unwrap());
    // A trace is of the same life.
    let traced = folder.run(&format!("run {pip} --replay r.eggplay --trace --state json"));
    let same = traced.out.lines().last() == first.out.lines().last();
    assert!(same && traced.code == Some(0), "{:?}", traced.err);
    // A part of it, and more than it.
    let start = state(folder.run(&format!("run {pip} --load egg.egg --ticks 0 --state json")).works());
    let tick = start["tick"].as_u64().unwrap();
    let part = folder.run(&format!("run {pip} --replay r.eggplay --ticks 250000 --state json"));
    let plain = folder.run(&format!("run {pip} --load egg.egg --ticks 250000 --script keys --state json"));
    assert_eq!(part.works(), plain.works());
    let more = folder.run(&format!("run {pip} --replay r.eggplay --ticks 3000000 --state json"));
    assert!(state(more.works())["tick"].as_u64().unwrap() >= tick + 3_000_000);
    let none = folder.run(&format!("run {pip} --load egg.egg --ticks 2000000 --state json"));
    assert_ne!(none.works(), first.out.lines().last().unwrap());
    // The same life gives the same file.
    let bytes = fs::read(folder.path("r.eggplay")).unwrap();
    folder.run(&record).works();
    assert_eq!(fs::read(folder.path("r.eggplay")).unwrap(), bytes);
}

#[test]
fn what_becomes_of_absences_is_kept_with_the_pet() {
    let folder = Folder::new();
    folder.beeper(0);
    folder.run("run beep0.rom --ticks 1000 --save a.egg").works();
    folder.run("save import a.egg --data-dir shelf").works();
    for (choice, words) in [
        ("live", "it lives while nobody plays"),
        ("hold", "its time stands still while nobody plays"),
        ("ask", "asked about after every absence"),
    ] {
        let done = folder.run(&format!("save set-absence beep0 {choice} --data-dir shelf"));
        assert_eq!(done.works(), format!("beep0: {words}\n"));
        let shown = folder.run("save show beep0 --json --data-dir shelf");
        assert_eq!(state(shown.works())["absence"], choice);
        assert!(folder.run("save show beep0 --data-dir shelf").works().contains(words));
    }
}

#[test]
fn a_button_in_a_script_is_seen() {
    let folder = Folder::new();
    // Copies the input port to RAM for ever.
    folder.rom("keys", "PAGE 1\nLD A,0FH\nLD XP,A\nloop: LD X,40H\nLD A,MX\nLD M3,A\nJP loop\n");
    folder.file("script", "1000 press A\n2000 press C\n3000 release A\n");
    let seen = |ticks: u32| {
        let done = folder.run(&format!("run keys.rom --ticks {ticks} --script script --state json"));
        state(done.works())["ram"][3].as_u64().unwrap()
    };
    assert_eq!([seen(990), seen(1500), seen(2500), seen(4000)], [0b1111, 0b1011, 0b1010, 0b1110]);
}

#[test]
fn steps_and_trace_count_instructions() {
    let folder = Folder::new();
    folder.beeper(0);
    let done = folder.run("run beep0.rom --steps 12 --trace --state json");
    let lines: Vec<&str> = done.works().lines().collect();
    assert_eq!(lines.len(), 13);
    assert_eq!(lines[0], "         0 0100 E0F LD    A,0FH    A=0 B=0 X=000 Y=000 SP=00 NP=01 ....");
    assert_eq!(lines[3], "        15 0103 E20 LD    MX,0     A=F B=0 X=F74 Y=000 SP=00 NP=01 ....");
    assert_eq!(lines[11], "        57 0108 B10 LD    X,10H    A=0 B=0 X=010 Y=000 SP=00 NP=01 ....");
    // Until a tick, the same instructions are traced.
    let until = folder.run("run beep0.rom --ticks 62 --trace");
    assert_eq!(until.works().lines().collect::<Vec<_>>(), &lines[..12]);
}

#[test]
fn a_chip_that_halted_sleeps_until_the_watchdog() {
    let folder = Folder::new();
    folder.rom("sleep", "PAGE 1\nDI\nHALT\n");
    let done = folder.run("run sleep.rom --ticks 100000 --state json");
    assert_eq!((&state(done.works())["halted"], &state(&done.out)["tick"]), (&true.into(), &100_000.into()));
    let done = folder.run("run sleep.rom --steps 4 --trace");
    let lines: Vec<&str> = done.works().lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[1].contains("HALT") && lines[2].contains("watchdog reset") && lines[3].contains("0100 F57 DI"));
    assert_eq!(done.err, "eggtooth: the watchdog reset the chip once\n");
}

#[test]
fn every_tone_has_its_frequency() {
    let folder = Folder::new();
    for (tone, divisor) in [8.0, 10.0, 12.0, 14.0, 16.0, 20.0, 24.0, 28.0].into_iter().enumerate() {
        folder.beeper(tone as u8);
        folder.run(&format!("run beep{tone}.rom --ticks 65536 --audio wav:beep.wav")).works();
        let wav = fs::read(folder.path("beep.wav")).unwrap();
        assert_eq!((&wav[..4], &wav[24..28]), (&b"RIFF"[..], &48_000u32.to_le_bytes()[..]));
        let samples: Vec<i16> = wav[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        // Two seconds, and the rest of the last instruction.
        assert!((96_000..96_040).contains(&samples.len()), "{}", samples.len());
        let frequency = frequency(&samples[1000..]);
        assert!((frequency / (32_768.0 / divisor) - 1.0).abs() < 0.001, "{tone}: {frequency}");
    }
}

/// Rising crossings a second, with a hysteresis against ripples.
fn frequency(samples: &[i16]) -> f64 {
    let most = f64::from(*samples.iter().max().unwrap());
    let (mut low, mut crossings) = (false, Vec::new());
    for (at, sample) in samples.iter().enumerate() {
        if f64::from(*sample) < -0.2 * most {
            low = true;
        } else if low && f64::from(*sample) > 0.2 * most {
            low = false;
            crossings.push(at);
        }
    }
    let span = crossings.last().unwrap() - crossings[0];
    (crossings.len() - 1) as f64 * 48_000.0 / span as f64
}

#[test]
fn pictures_are_text_and_png() {
    let folder = Folder::new();
    // Two dots of SEG0, and all of SEG8 on COM0–3: four icons.
    folder.rom(
        "dots",
        "PAGE 1\nLD A,0EH\nLD XP,A\nLD X,0\nLD MX,5\nLD X,10H\nLD MX,0FH\nLD A,0FH\nLD XP,A\nLD X,71H\nLD MX,0\nloop: JP loop\n",
    );
    let done = folder.run("run dots.rom --ticks 1000 --frame text");
    let lines: Vec<&str> = done.works().lines().collect();
    assert_eq!(lines.len(), 17);
    assert!(lines[..16].iter().all(|line| line.len() == 32));
    assert_eq!(lines[..3].iter().map(|line| &line[..2]).collect::<Vec<_>>(), ["#.", "..", "#."]);
    assert_eq!(lines[16], "icons: food light game medicine");
    assert_eq!(folder.run("run dots.rom --ticks 1000 --frame png:p.png").works(), "");
    assert_eq!(&fs::read(folder.path("p.png")).unwrap()[..8], b"\x89PNG\r\n\x1a\n");
}

#[test]
fn every_format_comes_back_the_same() {
    let folder = Folder::new();
    let pip = pip();
    let original = fs::read(&pip).unwrap();
    for format in ["be16", "le16", "packed", "c", "hex", "epson"] {
        let pip = pip.to_str().unwrap();
        let done = folder.run(&format!("rom convert {pip} -o low.{format} --format {format}"));
        let lines = done.works().lines().count();
        assert_eq!(lines, if format == "epson" { 2 } else { 1 }, "{}", done.out);
        folder.run(&format!("rom convert low.{format} -o back.rom --format be16")).works();
        assert_eq!(fs::read(folder.path("back.rom")).unwrap(), original, "{format}");
    }
    assert!(folder.path("high.epson").exists());
}

#[test]
fn what_is_disassembled_assembles_to_the_same() {
    let folder = Folder::new();
    let pip = pip();
    let symbols = pip.with_extension("sym");
    for names in [String::new(), format!(" --symbols {}", symbols.display())] {
        let done = folder.run(&format!("disasm {}{names}", pip.display()));
        folder.file("pip.s", done.works());
        folder.run("asm pip.s -o pip.rom --symbols pip.sym --listing pip.lst").works();
        assert_eq!(fs::read(folder.path("pip.rom")).unwrap(), fs::read(&pip).unwrap());
        assert!(fs::read_to_string(folder.path("pip.lst")).unwrap().lines().count() > 1000);
    }
}

#[test]
fn info_explains_in_sentences_and_json() {
    let folder = Folder::new();
    let pip = pip();
    let done = folder.run(&format!("rom info {}", pip.display()));
    assert!(done.works().contains("12 KiB image for an E0C6S46 toy"), "{}", done.out);
    assert!(done.out.contains("Pip, the pet that comes with Eggtooth"), "{}", done.out);
    let done = folder.run(&format!("rom info --json {} missing", pip.display()));
    done.fails(1, "");
    let all = state(&done.out);
    assert_eq!((&all[0]["words"], &all[0]["model"], &all[0]["embedded"]), (&6144.into(), &"p1".into(), &true.into()));
    assert!(all[1]["error"].as_str().unwrap().contains("there is no file missing"));
}
