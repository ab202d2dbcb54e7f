//! `term`.
use crate::cli::TermArguments;
use anyhow::Result;
use std::process::ExitCode;
/// `eggtooth term`.
pub fn term(_: TermArguments) -> Result<ExitCode> {
    anyhow::bail!("not yet")
}
