//! `cargo xtask play`: from nothing to a living pet.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::needs::Purpose;
use crate::{cargo, install, system};

/// Installs what is missing, builds, and starts the game with `args`; without a display, the terminal face.
pub fn play(args: &[OsString]) -> Result<ExitCode> {
    let (purpose, build, face, first_time) = if system::has_display() {
        (Purpose::Game, cargo::GAME_BUILD, "play", "a quarter of an hour")
    } else {
        println!("There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): playing in the terminal.");
        (Purpose::Terminal, cargo::PLAIN_BUILD, "term", "two minutes")
    };
    install::ensure(purpose)?;
    println!("Building. The first time takes about {first_time} on two cores, later a moment.");
    cargo::run(build)?;
    let mut command = Command::new(cargo::built("eggtooth")?);
    command.arg(face);
    if face == "play" {
        command.args(args);
    } else {
        let (kept, dropped) = terminal_args(args);
        if !dropped.is_empty() {
            println!("The terminal face does without: {}", dropped.join(" "));
        }
        command.args(kept);
    }
    start(command)
}

/// Splits the arguments of `play` into those that `term` takes and those that mean nothing there.
fn terminal_args(args: &[OsString]) -> (Vec<&OsStr>, Vec<String>) {
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    let mut args = args.iter().map(OsString::as_os_str);
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        let (name, has_value) = text.split_once('=').map_or((&*text, false), |(name, _)| (name, true));
        match name {
            "--mute" => dropped.push(text.into_owned()),
            "--speed" | "--daycare" => {
                dropped.push(text.clone().into_owned());
                if !has_value {
                    dropped.extend(args.next().map(|value| value.to_string_lossy().into_owned()));
                }
            }
            _ => kept.push(arg),
        }
    }
    (kept, dropped)
}

/// Hands the process over to the game, so that signals and the exit status are its own.
#[cfg(unix)]
fn start(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("the game was built but could not be started")
}

#[cfg(not(unix))]
fn start(mut command: Command) -> Result<ExitCode> {
    let status = command.status().context("the game was built but could not be started")?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(args: &[&str]) -> (Vec<String>, Vec<String>) {
        let args: Vec<_> = args.iter().map(OsString::from).collect();
        let (kept, dropped) = terminal_args(&args);
        (kept.into_iter().map(|arg| arg.to_string_lossy().into_owned()).collect(), dropped)
    }

    #[test]
    fn terminal_keeps_what_it_understands() {
        let (kept, dropped) = split(&["--rom", "a.rom", "--speed", "4", "--mute", "--toy", "pip"]);
        assert_eq!(kept, ["--rom", "a.rom", "--toy", "pip"]);
        assert_eq!(dropped, ["--speed", "4", "--mute"]);
        assert_eq!(split(&["--speed=4", "--data-dir=x"]), (vec!["--data-dir=x".into()], vec!["--speed=4".into()]));
        assert_eq!(split(&["--speed"]), (vec![], vec!["--speed".into()]));
        // What nobody knows is for the terminal face to complain about.
        assert_eq!(split(&["--sped"]).0, ["--sped"]);
    }
}
