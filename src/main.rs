//! Eggtooth: one binary, many faces. See `README.md`.
//!
//! The top floor: [`cli`] says what can be typed, every command has its file, and all that they do
//! is done by the plugins. Results go to standard output, everything else to standard error.

mod asm;
mod cli;
mod meet;
mod output;
#[cfg(feature = "game")]
mod play;
mod prong;
mod rom;
mod run;
mod save;
#[cfg(feature = "serve")]
mod serve;
mod term;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    // Wrong usage ends here, with status 2.
    let cli = Cli::parse();
    let result = match cli.command {
        None => play(cli.play),
        Some(Command::Play(arguments)) => play(arguments),
        Some(Command::Term(arguments)) => term::term(arguments),
        Some(Command::Run(arguments)) => run::run(&arguments),
        Some(Command::Rom(command)) => rom::rom(&command),
        Some(Command::Asm(arguments)) => asm::asm(&arguments),
        Some(Command::Disasm(arguments)) => asm::disasm(&arguments),
        Some(Command::Save(arguments)) => save::save(arguments),
        Some(Command::Prong(command)) => prong::prong(command),
        Some(Command::Meet(command)) => meet::meet(command),
        Some(Command::Friends(arguments)) => meet::friends(arguments),
        #[cfg(feature = "serve")]
        Some(Command::Serve(arguments)) => serve::serve(arguments),
    };
    match result {
        Ok(code) => code,
        // Whoever read the results has read enough.
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::log(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[cfg(feature = "game")]
fn play(arguments: cli::PlayArguments) -> anyhow::Result<ExitCode> {
    play::play(arguments)
}

#[cfg(not(feature = "game"))]
fn play(_: cli::PlayArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build has no window; `eggtooth term` plays in the terminal")
}
