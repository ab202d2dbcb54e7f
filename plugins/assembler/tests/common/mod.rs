//! Helpers of the assembler's tests.
#![allow(dead_code, reason = "each test program uses some of them")]

use eggtooth_assembler::{Assembly, Diagnostic, assemble};

/// Assembles one text; including is an error.
pub fn text(source: &str) -> Result<Assembly, Vec<Diagnostic>> {
    sources(&[("main.asm", source)])
}

/// Assembles the first of some named texts.
pub fn sources(sources: &[(&str, &str)]) -> Result<Assembly, Vec<Diagnostic>> {
    assemble(sources[0].0, &|name| {
        sources
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, text)| (*text).to_string())
            .ok_or_else(|| "there is no such file".to_string())
    })
}

/// The assembly of a text without errors.
pub fn good(source: &str) -> Assembly {
    text(source).unwrap_or_else(|errors| panic!("{}\nin\n{source}", render(&errors)))
}

/// The words of a text in order of address, unused ones left out.
pub fn words(source: &str) -> Vec<u16> {
    good(source).words.into_iter().flatten().collect()
}

/// The errors of a text.
pub fn errors(source: &str) -> Vec<Diagnostic> {
    text(source).expect_err("this should not assemble")
}

pub fn render(errors: &[Diagnostic]) -> String {
    errors.iter().map(|e| format!("{e}\n")).collect()
}
