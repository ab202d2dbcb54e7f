//! `cargo xtask bench`: how fast chip, link and daycare are, against the limits of the design.

mod daycare;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::{cargo, system};

/// Ticks of the 32,768 Hz crystal in a day.
const DAY: u64 = 24 * 60 * 60 * 32_768;

/// Runs the chip's `speed` example for a day of two ROMs, the herd of toys, the link and the daycare, and prints the ratios.
///
/// Figures of a machine that does other work at the same time mean little.
pub fn bench() -> Result<ExitCode> {
    let pip_rom = cargo::root().join("assets/firmware/pip/pip.rom");
    let busy_rom_file = cargo::built("busy.rom")?.with_file_name("busy.rom");
    std::fs::write(&busy_rom_file, busy_rom())
        .with_context(|| format!("{} cannot be written", busy_rom_file.display()))?;
    let pip = speed(&pip_rom)?;
    let busy = speed(&busy_rom_file)?;
    println!();
    println!("{}", at_most("a day of the embedded pet", pip.seconds, 0.5));
    println!("{}", at_most("a day of a ROM that never halts", busy.seconds, 3.0));
    println!("{}", at_least("straight-line instructions a second", busy.per_second, 330e6));
    println!("{}", at_most("a second of 10,000 toys of the plugin", herd()?, 0.2));
    link()?;
    daycare::bench()?;
    for (name, rom) in [("the embedded pet", &pip_rom), ("straight code", &busy_rom_file)] {
        match host_instructions(rom)? {
            Some(count) => println!("host instructions for one of {name}: {count:.1} (callgrind)"),
            None => println!("host instructions for one of {name}: not counted, valgrind is not installed"),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The link: codec, engine, a paced line, QUIC. The example knows its own limits.
fn link() -> Result<()> {
    let args = ["run", "--release", "--package", "eggtooth_prong", "--features", "quic", "--example", "rates"];
    print!("\n{}", cargo::output(&args)?);
    Ok(())
}

/// Seconds that one second of ten thousand toys takes.
fn herd() -> Result<f64> {
    let args = ["run", "--release", "--package", "eggtooth_toy", "--features", "bevy", "--example", "herd"];
    let text = cargo::output(&args)?;
    let seconds = text.lines().find_map(|line| line.strip_prefix("seconds: ")?.parse().ok());
    seconds.context("the herd example printed no `seconds:`")
}

/// Host instructions for each emulated one, from the difference of two runs, so that starting does
/// not count; `None` without valgrind.
fn host_instructions(rom: &Path) -> Result<Option<f64>> {
    if system::find_program("valgrind").is_none() {
        return Ok(None);
    }
    let speed = cargo::built("speed")?.with_file_name("..").join("release/examples/speed");
    let run = |ticks: u64| -> Result<(f64, f64)> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&speed).arg(rom);
        let output = command.arg(ticks.to_string()).output().context("valgrind could not be started")?;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let emulated = field(&out, "instructions:").context("no `instructions:`")?;
        let host = err.lines().find_map(|line| line.split_once("refs:")?.1.trim().replace(',', "").parse().ok());
        Ok((emulated, host.context("callgrind printed no `refs:`")?))
    };
    let (short, long) = (run(DAY / 2400)?, run(DAY / 240)?);
    Ok(Some((long.1 - short.1) / (long.0 - short.0)))
}

/// The number behind a word at the beginning of a line.
fn field(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// A ROM that never halts and never idles: from reset at 1:00, 255 times `ADD A,1`, then `JP 00` back to the start.
///
/// Opcodes: E0C6200 core manual, instruction set. 6144 words, each two bytes, the high one first; `NOP7` elsewhere.
fn busy_rom() -> Vec<u8> {
    const ADD_A_1: u16 = 0xC01;
    const JP_00: u16 = 0x000;
    const NOP7: u16 = 0xFFF;
    let word = |address: u16| match address {
        0x100..0x1FF => ADD_A_1,
        0x1FF => JP_00,
        _ => NOP7,
    };
    (0..6144).flat_map(|address| word(address).to_be_bytes()).collect()
}

/// What the `speed` example measured.
#[derive(Debug, PartialEq)]
struct Speed {
    seconds: f64,
    per_second: f64,
}

fn speed(rom: &Path) -> Result<Speed> {
    println!("\n==> {} for a day", rom.display());
    let mut command = cargo::cargo(&["run", "--release", "--package", "eggtooth_chip", "--example", "speed", "--"]);
    let output = command.arg(rom).arg(DAY.to_string()).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    if !output.status.success() {
        bail!("the speed example failed ({})", output.status);
    }
    parse(&text).context("the speed example printed no `seconds:` and `per_second:`")
}

fn parse(text: &str) -> Option<Speed> {
    let value = |key: &str| -> Option<f64> {
        let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        value.trim().parse().ok().filter(|value: &f64| value.is_finite() && *value > 0.0)
    };
    Some(Speed { seconds: value("seconds")?, per_second: value("per_second")? })
}

fn at_most(what: &str, seconds: f64, limit: f64) -> String {
    format!("{what}: {seconds:.3} s, limit {limit} s: {}", verdict(limit / seconds))
}

fn at_least(what: &str, value: f64, limit: f64) -> String {
    format!("{what}: {:.1} M, limit {:.0} M: {}", value / 1e6, limit / 1e6, verdict(value / limit))
}

fn verdict(ratio: f64) -> String {
    format!("{ratio:.2} × the limit{}", if ratio < 1.0 { ", MISSED" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_example_prints() {
        let text = "instructions: 400\nseconds: 2.0\nper_second: 200\n";
        assert_eq!(parse(text), Some(Speed { seconds: 2.0, per_second: 200.0 }));
        assert_eq!(parse("seconds: 0\nper_second: 1\n"), None);
        assert_eq!(parse("seconds: 1\n"), None);
    }

    #[test]
    fn a_missed_limit_says_so() {
        assert_eq!(at_most("x", 0.25, 0.5), "x: 0.250 s, limit 0.5 s: 2.00 × the limit");
        assert!(at_most("x", 1.0, 0.5).ends_with("MISSED"));
        assert_eq!(at_least("x", 660e6, 330e6), "x: 660.0 M, limit 330 M: 2.00 × the limit");
        assert!(at_least("x", 33e6, 330e6).ends_with("MISSED"));
    }

    #[test]
    fn the_busy_rom_is_whole() {
        let rom = busy_rom();
        assert_eq!(rom.len(), 12_288);
        assert_eq!(rom[0x200..0x202], [0x0C, 0x01]);
        assert_eq!(rom[0x3FE..0x400], [0x00, 0x00]);
        assert_eq!(rom[0..2], [0x0F, 0xFF]);
    }
}
