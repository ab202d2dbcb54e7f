//! Words back to text that assembles to the same words.

use crate::{ADDRESS_SPACE, ROM_WORDS, Symbol, SymbolKind, UNUSED, lexer, link::page_in_effect, names};
use eggtooth_chip::isa::{self, Instruction, Operand};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// So many unused words in a row are left out with an `ORG`.
const GAP: usize = 16;

/// The source text of `words`, which lie from address 0 up; `symbols` may name places in them.
///
/// [`assemble`](crate::assemble) makes the same words of it again. Words that are no instruction
/// are written as `DW`. Targets of branches have labels, those of `symbols` or made up as `L0123`;
/// what is really data gets instructions and labels too. Only the lower 12 bits of a word count,
/// and words above [`ADDRESS_SPACE`] are left out.
pub fn disassemble(words: &[u16], symbols: &[Symbol]) -> String {
    let words: Vec<u16> = words.iter().take(ADDRESS_SPACE).map(|word| word & 0xFFF).collect();
    let labels = labels(&words, symbols);
    let mut text = String::new();
    let mut at = 0;
    let mut placed = true;
    while let Some(word) = words.get(at) {
        let gap = gap(&words, at, &labels);
        if gap >= GAP {
            at += gap;
            placed = false;
            continue;
        }
        let address = at as u16;
        // Writing to a String cannot fail.
        if !placed || at == 0 {
            let _ = writeln!(text, "        ORG   {}", hexadecimal(address, 4));
            placed = true;
        }
        if let Some(label) = labels.get(&address) {
            let _ = writeln!(text, "{label}:");
        }
        let code = instruction(&words, address, *word, &labels);
        let _ = writeln!(text, "        {code:24}; {address:04X} {word:03X}");
        at += 1;
    }
    text
}

/// One word on its own as source text, for traces: targets of branches are the number of their step.
///
/// Words that are no instruction are written as `DW`; only the lower 12 bits count.
pub fn disassemble_word(word: u16) -> String {
    instruction(&[], 0, word & 0xFFF, &BTreeMap::new())
}

/// Unused words from `at` on that may be left out: none has a label, and none decides how long the
/// image is.
fn gap(words: &[u16], at: usize, labels: &BTreeMap<u16, String>) -> usize {
    let end = if words.len() > ROM_WORDS { words.len() - 1 } else { words.len() };
    (at..end).take_while(|n| words.get(*n) == Some(&UNUSED) && !labels.contains_key(&(*n as u16))).count()
}

/// Where the branch `row` at `address` goes.
fn target(words: &[u16], address: u16, row: &Instruction, word: u16) -> Option<u16> {
    row.operands.contains(&Operand::Step).then(|| {
        let step = Operand::Step.value(word);
        if row.mnemonic == "CALZ" {
            return address & 0x1000 | step;
        }
        let previous = address.checked_sub(1).and_then(|n| words.get(usize::from(n)));
        page_in_effect(address, previous.copied(), row.mnemonic == "CALL") << 8 | step
    })
}

/// A label for each place that has a symbol or is branched to.
fn labels(words: &[u16], symbols: &[Symbol]) -> BTreeMap<u16, String> {
    let mut labels = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for symbol in symbols {
        let SymbolKind::Code { address } = symbol.kind else {
            continue;
        };
        // Local labels become ordinary ones: their parent may lie elsewhere in the text.
        let name = symbol.name.replace('.', "_");
        if usize::from(address) < words.len()
            && lexer::is_plain_name(&name)
            && names::reserved(&name).is_none()
            && !labels.contains_key(&address)
            && taken.insert(name.clone())
        {
            labels.insert(address, name);
        }
    }
    for (address, word) in (0u16..).zip(words) {
        let Some(row) = isa::find(*word) else {
            continue;
        };
        let Some(target) = target(words, address, row, *word) else {
            continue;
        };
        let name = format!("L{target:04X}");
        if usize::from(target) < words.len() && !labels.contains_key(&target) && taken.insert(name.clone()) {
            labels.insert(target, name);
        }
    }
    labels
}

/// One word as source text.
fn instruction(words: &[u16], address: u16, word: u16, labels: &BTreeMap<u16, String>) -> String {
    let Some(row) = isa::find_alias(word).or_else(|| isa::find(word)) else {
        return format!("DW    {}", hexadecimal(word, 3));
    };
    let operands: Vec<_> = row
        .operands
        .iter()
        .map(|operand| {
            let value = operand.value(word);
            match operand {
                Operand::Word(word) => (*word).to_string(),
                Operand::R(_) | Operand::Q => {
                    isa::REGISTERS.get(usize::from(value)).map_or_else(String::new, |name| (*name).to_string())
                }
                Operand::Nibble => nibble(value),
                Operand::Memory => format!("M{}", nibble(value)),
                Operand::Byte => hexadecimal(value, 2),
                Operand::Step => target(words, address, row, word)
                    .and_then(|target| labels.get(&target).cloned())
                    .unwrap_or_else(|| hexadecimal(value, 2)),
                Operand::Page => page(words, address, value, labels),
            }
        })
        .collect();
    format!("{:5} {}", row.mnemonic, operands.join(",")).trim_end().to_string()
}

/// The operand of `PSET`: the label that the branch after it goes to, or the number.
fn page(words: &[u16], address: u16, page: u16, labels: &BTreeMap<u16, String>) -> String {
    let next = address + 1;
    words
        .get(usize::from(next))
        .and_then(|word| target(words, next, isa::find(*word)?, *word))
        .filter(|target| target >> 8 == page)
        .and_then(|target| labels.get(&target).cloned())
        .unwrap_or_else(|| hexadecimal(page, 2))
}

/// 0 to 9, 0AH to 0FH.
fn nibble(value: u16) -> String {
    if value < 10 { value.to_string() } else { hexadecimal(value, 1) }
}

/// A number with so many digits, and a 0 before a letter.
fn hexadecimal(value: u16, digits: usize) -> String {
    let text = format!("{value:0digits$X}H");
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { format!("0{text}") } else { text }
}
