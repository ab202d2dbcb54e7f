//! Values of columns: identifiers, and words that are kept as small numbers.

use crate::id::{AccountId, GrantId, MoveId, RomKey, ToyId};
use crate::store::{AccountRole, DiaryKind, GrantRole, MoveState};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

macro_rules! identifiers {
    ($($name:ident)*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$name> {
                FromSql::column_result(value).map($name)
            }
        }
    )*};
}

identifiers! { ToyId AccountId RomKey GrantId MoveId }

macro_rules! numbered {
    ($($name:ident { $($variant:ident = $number:literal)* })*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(match self { $($name::$variant => $number,)* }.into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$name> {
                match i64::column_result(value)? {
                    $($number => Ok($name::$variant),)*
                    other => Err(FromSqlError::OutOfRange(other)),
                }
            }
        }
    )*};
}

numbered! {
    AccountRole { Member = 0i64 Admin = 1i64 }
    DiaryKind { Pet = 0i64 Outage = 1i64 Act = 2i64 Damage = 3i64 Broken = 4i64 Mended = 5i64 }
    GrantRole { Viewer = 0i64 Caretaker = 1i64 }
    MoveState { Arrived = 0i64 Leaving = 1i64 Done = 2i64 Cancelled = 3i64 }
}

/// How names are compared: without regard to case, also for letters whose capitals are two.
pub(super) fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

/// A bound that may lie beyond what the store can keep: then nothing lies beyond it.
pub(super) fn bound(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
