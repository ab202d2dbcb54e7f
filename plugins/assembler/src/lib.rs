//! E0C6200 source text to words and back.
//!
//! [`assemble`] reads Epson's syntax with comfortable additions: local labels, macros, conditions,
//! repetition, includes, and pictures drawn as text. Branches never get a hidden `PSET`: a plain
//! `JP` or `CALL` to another page is an error, `JPM` and `CALLM` always write the `PSET` out, so
//! sizes never depend on the layout. [`disassemble`] goes the other way, to text that assembles to
//! the same words.
//!
//! Everything is driven by the table in [`eggtooth_chip::isa`]. Nothing here panics or runs
//! without bound on any text.
//!
//! ```
//! let source = "       PAGE 1\nstart: LD A,5\n       JP start\n";
//! let assembly = eggtooth_assembler::assemble("tiny.asm", &|_| Ok(source.to_string())).unwrap();
//! assert_eq!(assembly.words[0x100], Some(0xE05));
//! assert_eq!(assembly.words[0x101], Some(0x000));
//! ```

mod assembly;
mod blocks;
mod diagnostic;
mod directives;
mod disassembly;
mod expression;
mod file;
mod instructions;
mod lexer;
mod link;
mod names;
mod pixels;
mod session;
mod source;
mod statement;
mod symbols;

pub use assembly::{Assembly, ListingLine, Symbol, SymbolKind};
pub use diagnostic::Diagnostic;
pub use disassembly::{disassemble, disassemble_word};
pub use file::{MAX_FILE_BYTES, assemble_file};

/// Words that a program address can name: two banks of 16 pages of 256 words.
pub const ADDRESS_SPACE: usize = 0x2000;

/// Words of the E0C6S46's ROM.
pub const ROM_WORDS: usize = 0x1800;

/// What an unused word holds: `NOP7`.
pub const UNUSED: u16 = 0xFFF;

/// Errors after which assembling stops.
pub const MAX_DIAGNOSTICS: usize = 20;

/// Assembles the source called `root` and what it includes.
///
/// `loader` gives the text of a source by name, or one sentence that says why it cannot; it is
/// called once for each name. The name of an included source is the including one's folder joined
/// with what the `INCLUDE` says, with `/` between folders.
///
/// # Errors
///
/// What is wrong in the text, in the order of discovery, 1 to [`MAX_DIAGNOSTICS`] entries.
pub fn assemble(root: &str, loader: &dyn Fn(&str) -> Result<String, String>) -> Result<Assembly, Vec<Diagnostic>> {
    session::Session::new(loader).assemble(root)
}
