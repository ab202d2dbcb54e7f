//! Where the permits of the flash guard come from: a flag, and what a person types.

use anyhow::{Result, bail};
use eggtooth_prong::engine::Outgoing;
use eggtooth_prong::guard::{self, FactoryPermit, FlashPermit, Forbidden, RawPermit};
use std::io::{IsTerminal, Write, stderr, stdin};

use super::arguments::SendArguments;

/// The packet of `send`, with a permit if it needs one and the user gives it.
pub fn outgoing(
    arguments: &SendArguments,
    data: Vec<u8>,
    far_side: eggtooth_prong::engine::FarSide,
) -> Result<Outgoing> {
    let kind = arguments.kind;
    match guard::check(far_side, kind, data.len()) {
        Ok(()) => Ok(Outgoing::new(kind, data)?),
        Err(forbidden @ Forbidden::Flash { .. }) => {
            let warning = "This packet may be written to the toy's flash for good. A wrong one can make it useless.";
            let typed = confirmation(
                arguments.allow_patch,
                arguments.yes_write_flash,
                FlashPermit::PHRASE,
                warning,
                &format!("{forbidden}: add --allow-patch (or --yes-write-flash where nobody can type)"),
            )?;
            match FlashPermit::confirmed(&typed) {
                Some(permit) => Ok(Outgoing::flash(kind, data, permit)?),
                None => bail!("not confirmed, nothing was sent"),
            }
        }
        Err(forbidden) => {
            let typed = confirmation(
                arguments.allow_factory_test,
                arguments.yes_factory_test,
                FactoryPermit::PHRASE,
                "Type 15 is part of the way into the toy's factory test. What it does there is not known.",
                &format!("{forbidden}: add --allow-factory-test (or --yes-factory-test where nobody can type)"),
            )?;
            match FactoryPermit::confirmed(&typed) {
                Some(permit) => Ok(Outgoing::factory(data, permit)?),
                None => bail!("not confirmed, nothing was sent"),
            }
        }
    }
}

/// Leave for a bridge without a guard, if it is wanted (`asked`) and the user gives it, or a flag does (`given`).
pub fn raw_pipe(asked: bool, given: bool) -> Result<Option<RawPermit>> {
    if !asked && !given {
        return Ok(None);
    }
    let warning = "Nothing that comes will be looked at: whoever is at the other end can write your toy's flash for good,\n\
                   and a wrong write can make it useless. With the shared secret (--secret-file) this would be stopped.";
    let typed = confirmation(
        asked,
        given,
        RawPermit::PHRASE,
        warning,
        "a pipe that nobody guards is to be confirmed: type it, or add --yes-raw-pipe where nobody can type",
    )?;
    match RawPermit::confirmed(&typed) {
        Some(permit) => Ok(Some(permit)),
        None => bail!("not confirmed, nothing was joined"),
    }
}

/// What a person typed, or the phrase itself where a flag stands for it.
fn confirmation(asked: bool, given: bool, phrase: &str, warning: &str, refusal: &str) -> Result<String> {
    if given {
        return Ok(phrase.to_owned());
    }
    if !asked || !stdin().is_terminal() {
        bail!("{refusal}");
    }
    write!(stderr(), "{warning}\nType \"{phrase}\" to go on: ")?;
    stderr().flush()?;
    let mut typed = String::new();
    stdin().read_line(&mut typed)?;
    Ok(typed)
}
