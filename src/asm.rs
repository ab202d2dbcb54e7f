//! `asm` and `disasm`: source to ROM and back.

use crate::cli::{AsmArguments, DisasmArguments};
use crate::output;
use anyhow::{Result, bail};
use eggtooth_assembler::{Assembly, Symbol, SymbolKind, assemble_file, disassemble};
use eggtooth_cartridge::symbols::{MAX_FILE, Symbols};
use std::process::ExitCode;

/// `eggtooth asm`: writes the ROM, and nothing if the source has an error.
pub fn asm(arguments: &AsmArguments) -> Result<ExitCode> {
    let AsmArguments { source, out, symbols, listing } = arguments;
    let outputs = [Some(out), symbols.as_ref(), listing.as_ref()];
    if outputs.into_iter().flatten().any(|path| output::is_same(path, source)) {
        bail!("{} is the source itself; give another name for what is written", source.display());
    }
    let assembly = match assemble_file(source) {
        Ok(assembly) => assembly,
        Err(errors) => {
            let all: Vec<_> = errors.iter().map(ToString::to_string).collect();
            let count = if all.len() == 1 { "one error".to_owned() } else { format!("{} errors", all.len()) };
            bail!("{} was not assembled, {count}:\n{}", source.display(), all.join("\n"));
        }
    };
    output::write(out, &assembly.rom_bytes())?;
    if let Some(path) = symbols {
        output::write(path, assembly.symbols_text().as_bytes())?;
    }
    if let Some(path) = listing {
        output::write(path, assembly.listing_text().as_bytes())?;
    }
    output::print(&summary(&assembly))?;
    Ok(ExitCode::SUCCESS)
}

fn summary(assembly: &Assembly) -> String {
    let used = assembly.words.iter().flatten().count();
    let all = assembly.image().len();
    format!("{used} of {all} words used, {} names\n", assembly.symbols.len())
}

/// `eggtooth disasm`: prints the source.
pub fn disasm(arguments: &DisasmArguments) -> Result<ExitCode> {
    let cartridge = crate::rom::open(&arguments.rom)?;
    let mut symbols = Vec::new();
    if let Some(path) = &arguments.symbols {
        let (names, faults) = Symbols::parse(&output::read(path, MAX_FILE as u64)?);
        for fault in faults {
            output::log(&format!("{}: {fault}", path.display()));
        }
        let code = |(name, address): (String, u16)| Symbol { kind: SymbolKind::Code { address }, name };
        symbols.extend(names.code.into_iter().map(code));
    }
    output::print(&disassemble(&cartridge.words, &symbols))?;
    Ok(ExitCode::SUCCESS)
}
