//! SQLite's errors in the store's words.

use crate::store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

/// What went wrong, where no rule of a table could be meant.
pub(super) fn words(error: Error) -> StoreError {
    let Error::SqliteFailure(failure, text) = &error else {
        return match error {
            Error::ToSqlConversionFailure(_) => {
                StoreError::Conflict("a number is larger than the store can keep; it was made up".to_owned())
            }
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..) => StoreError::Damaged(format!("a row cannot be read: {error}")),
            other => StoreError::Write(other.to_string()),
        };
    };
    let text = text.clone().unwrap_or_else(|| failure.to_string());
    match failure.code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged(text),
        ErrorCode::SystemIoFailure if unreadable(failure.extended_code) => StoreError::Damaged(text),
        ErrorCode::SystemIoFailure => StoreError::Write(format!("{text}, code {}", failure.extended_code)),
        _ => StoreError::Write(text),
    }
}

fn unreadable(code: i32) -> bool {
    [ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_SHORT_READ, ffi::SQLITE_IOERR_CORRUPTFS, ffi::SQLITE_IOERR_DATA]
        .contains(&code)
}

/// Which rule of a table a change broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Something of the same name is there.
    Unique,
    /// Something that it refers to is not there, or refers to it.
    Reference,
}

/// The rule that was broken, if that is what went wrong.
pub(super) fn rule(error: &Error) -> Option<Rule> {
    match error.sqlite_error()?.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            Some(Rule::Unique)
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Some(Rule::Reference),
        _ => None,
    }
}

/// For an insertion: what to say where the name is taken, and what is missing where a reference leads nowhere.
pub(super) fn inserting(taken: &'static str, missing: &'static str) -> impl Fn(Error) -> StoreError {
    move |error| match rule(&error) {
        Some(Rule::Unique) => StoreError::Conflict(taken.to_owned()),
        Some(Rule::Reference) => StoreError::Missing(missing),
        None => words(error),
    }
}

/// Turns "no row was changed" into [`StoreError::Missing`].
pub(super) fn found(changed: usize, what: &'static str) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::Missing(what)) } else { Ok(()) }
}
