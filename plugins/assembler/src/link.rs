//! Putting the operands in when every name is known, and checking where branches really go.

use crate::{
    expression::{Expression, Value},
    instructions::PSET,
    session::Session,
    source::{Checked, Fault, Span},
};
use eggtooth_chip::isa;

/// How a value goes into a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// -8 to 15.
    Nibble,
    /// -128 to 255.
    Byte,
    /// -2048 to 4095: a whole word.
    Word,
    /// 0 to 15: `Mn`.
    Memory,
    /// `PSET`: upper five bits of a label, or 0 to 1FH.
    Page,
    /// `JP`: lower eight bits of a label, or 0 to 0FFH.
    Jump,
    /// `CALL`, as `JP`.
    Call,
    /// `CALZ`, as `JP`.
    Calz,
    /// Upper five bits of any address.
    FarPage,
    /// Lower eight bits of any address.
    FarStep,
    /// As `FarStep`, in the bank of the call.
    FarCall,
}

/// A word that lacks its operand.
#[derive(Debug)]
pub(crate) struct Fixup {
    pub address: u16,
    pub field: Field,
    pub value: Expression,
    /// How the line was reached.
    pub expansion: Option<usize>,
}

/// A branch to a label.
struct Branch {
    address: u16,
    target: u16,
    call: bool,
    span: Span,
    expansion: Option<usize>,
}

/// The bank and page, five bits, that a `JP` at `address` goes to when `previous` is the word
/// before it: what `PSET` said, or its own. A `CALL` takes the page but stays in its bank.
pub(crate) fn page_in_effect(address: u16, previous: Option<u16>, call: bool) -> u16 {
    let own = address >> 8;
    let is_pset = |word: &u16| isa::find(*word).is_some_and(|row| row.code == PSET);
    // The program counter does not count from one bank into the other.
    let page = match previous.filter(is_pset) {
        Some(word) if address & 0xFFF != 0 => word & 0x1F,
        _ => own,
    };
    if call { own & 0x10 | page & 0xF } else { page }
}

/// A place for messages: `page 3`, or `page 3 of bank 1`.
fn page_name(page: u16) -> String {
    if page & 0x10 == 0 { format!("page {:X}", page & 0xF) } else { format!("page {:X} of bank 1", page & 0xF) }
}

fn fit(value: Value, low: u16, high: u16, span: Span) -> Checked<u16> {
    let number = value.signed();
    // A number of the upper half is meant as it is where the field is wide enough for it.
    if value.number <= high || (number < 0 && -number <= i32::from(low)) {
        return Ok(value.number);
    }
    let low = if low == 0 { "0".to_string() } else { format!("-{low}") };
    let number = if value.label { i32::from(value.number) } else { number };
    Err(Fault::new(span, format!("the value {number} does not fit: this operand takes {low} to {high}")))
}

impl Session<'_> {
    /// Works out every operand. Errors are noted; the words are then of no use.
    pub(crate) fn link(&mut self) {
        for (name, span) in self.symbols.unresolved() {
            if let Err(fault) = self.symbols.resolve(&name, span, 0) {
                self.report_in(fault, None);
            }
        }
        let mut branches = Vec::new();
        let mut failed = Vec::new();
        for fixup in std::mem::take(&mut self.fixups) {
            match self.operand(&fixup, &mut branches) {
                Ok(bits) => {
                    if let Some(Some(word)) = self.words.get_mut(usize::from(fixup.address)) {
                        *word |= bits;
                    }
                }
                Err(fault) => {
                    failed.push(fixup.address);
                    self.report_in(fault, fixup.expansion);
                }
            }
        }
        for branch in branches {
            let Some(before) = branch.address.checked_sub(1) else {
                self.check(&branch, None);
                continue;
            };
            // A PSET that is wrong itself was complained about.
            if !failed.contains(&before) {
                let previous = self.words.get(usize::from(before)).copied().flatten();
                self.check(&branch, previous);
            }
        }
    }

    /// The bits to put into the word.
    fn operand(&mut self, fixup: &Fixup, branches: &mut Vec<Branch>) -> Checked<u16> {
        let span = fixup.value.span;
        let value = fixup.value.resolve(&mut self.symbols, 0)?;
        let call = fixup.field == Field::Call;
        match fixup.field {
            Field::Nibble => Ok(fit(value, 8, 15, span)? & 0xF),
            Field::Byte => Ok(fit(value, 128, 255, span)? & 0xFF),
            Field::Word => Ok(fit(value, 2048, 4095, span)? & 0xFFF),
            Field::Memory => fit(value, 0, 15, span),
            Field::Page if value.label => Ok(value.number >> 8),
            Field::Page => fit(value, 0, 0x1F, span),
            Field::FarPage => Ok(value.number >> 8),
            Field::FarStep => Ok(value.number & 0xFF),
            Field::Jump | Field::Call | Field::Calz if !value.label => fit(value, 0, 255, span),
            Field::Jump | Field::Call => {
                branches.push(Branch {
                    address: fixup.address,
                    target: value.number,
                    call,
                    span,
                    expansion: fixup.expansion,
                });
                Ok(value.number & 0xFF)
            }
            Field::Calz => {
                let home = fixup.address & 0x1000;
                if value.number & 0x1F00 == home {
                    return Ok(value.number & 0xFF);
                }
                let target = page_name(value.number >> 8);
                let home = page_name(home >> 8);
                Err(Fault::new(span, format!("CALZ goes to {home}, but this is on {target}; move it or use CALLM")))
            }
            Field::FarCall => {
                if (value.number ^ fixup.address) & 0x1000 == 0 {
                    return Ok(value.number & 0xFF);
                }
                Err(Fault::new(span, "this is in the other bank, and no call leaves its bank; use JPM"))
            }
        }
    }

    /// Complains if a branch would not go where its label is.
    fn check(&mut self, branch: &Branch, previous: Option<u16>) {
        let page = page_in_effect(branch.address, previous, branch.call);
        let wanted = branch.target >> 8;
        if page == wanted {
            return;
        }
        let (name, far) = if branch.call { ("CALL", "CALLM") } else { ("JP", "JPM") };
        let message = if branch.call && (wanted ^ page) & 0x10 != 0 {
            "this is in the other bank, and no call leaves its bank; use JPM".to_string()
        } else {
            format!(
                "this is on {}, but the {name} goes to {}; put a PSET of it directly before, \
                 or use {far}",
                page_name(wanted),
                page_name(page)
            )
        };
        self.report_in(Fault::new(branch.span, message), branch.expansion);
    }
}
