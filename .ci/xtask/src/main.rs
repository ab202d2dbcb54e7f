//! The project's chores: `cargo xtask play|test|web|bench|bless|wasm|ci`.
//!
//! Nearly without dependencies, so that the first words reach a fresh machine within seconds.

mod bench;
mod bless;
mod browser;
mod browsers;
mod cargo;
mod ci;
mod install;
mod licence;
mod lint;
mod needs;
mod play;
mod policy;
mod probe;
mod steps;
mod system;
mod test;
mod tree;
mod wasm;
mod web;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  play [ARGS…]  installs what is missing, builds and starts the game (ARGS as for `eggtooth play`);
                without a display it starts the terminal face
  test          installs what is missing and runs every check of the project
  web [--quick] [--serve [PORT]]
                builds the game for browsers into web/dist; --quick: in minutes, but large; --serve: on this
                computer's port 8080 (or PORT)
  bench         measures the speed against the limits of the design
  bless         reassembles the embedded pet and rewrites the golden files
  wasm          checks that the chip does the same as WebAssembly, and builds without std
  ci            runs .ci/run on a clean clone of what is committed, with an empty cache";

fn main() -> ExitCode {
    if let Some(folder) = lint::called() {
        let args: Vec<_> = std::env::args_os().skip(1).collect();
        return ended(lint::compile(&args, &folder));
    }
    let mut args = std::env::args_os().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<_> = args.collect();
    let result = match command.to_str() {
        Some("play") => play::play(&rest),
        Some("test") if rest.is_empty() => test::test(),
        Some("web") => match web::Arguments::read(&rest) {
            Some(arguments) => web::web(&arguments),
            None => usage(),
        },
        Some("bench") if rest.is_empty() => bench::bench(),
        Some("bless") if rest.is_empty() => bless::bless(),
        Some("wasm") if rest.is_empty() => wasm::wasm(),
        Some("ci") if rest.is_empty() => ci::ci(),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => usage(),
    };
    ended(result)
}

fn ended(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

fn usage() -> anyhow::Result<ExitCode> {
    eprintln!("{USAGE}");
    Ok(ExitCode::from(2))
}
