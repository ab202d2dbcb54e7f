//! Assembles a file: `asm SOURCE -o ROM [--symbols FILE] [--listing FILE]`.

use std::{path::Path, process::ExitCode};

const USAGE: &str = "usage: asm SOURCE -o ROM [--symbols FILE] [--listing FILE]";

fn run() -> Result<(), String> {
    let (mut source, mut rom, mut symbols, mut listing) = (None, None, None, None);
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let slot = match argument.to_str() {
            Some("-o") => &mut rom,
            Some("--symbols") => &mut symbols,
            Some("--listing") => &mut listing,
            _ if source.is_none() => {
                source = Some(argument);
                continue;
            }
            _ => return Err(USAGE.to_string()),
        };
        *slot = Some(arguments.next().ok_or(USAGE)?);
    }
    let (source, rom) = source.zip(rom).ok_or(USAGE)?;
    let assembly = eggtooth_assembler::assemble_file(Path::new(&source)).map_err(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        errors.join("\n")
    })?;
    let used = assembly.words.iter().flatten().count();
    let outputs = [
        (Some(rom), assembly.rom_bytes()),
        (symbols, assembly.symbols_text().into_bytes()),
        (listing, assembly.listing_text().into_bytes()),
    ];
    for (path, bytes) in outputs {
        if let Some(path) = path {
            std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    println!("{used} words");
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
