//! Tables, and how an older file becomes a newer one.

use super::fault::words;
use crate::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// `EGGD`: tells a daycare's file from other SQLite files.
pub(super) const APPLICATION: i32 = 0x4547_4744;

/// One step for each version; step n makes version n + 1 of version n. Never change one that was released: add one.
pub(super) const STEPS: &[&str] = &[
    "
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE probe (number INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT;

CREATE TABLE account (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    role INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    toys INTEGER NOT NULL,
    wrapped_key BLOB NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    hash BLOB PRIMARY KEY,
    account BLOB NOT NULL REFERENCES account ON DELETE CASCADE,
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    strong_until INTEGER NOT NULL,
    place TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

CREATE TABLE invitation (
    hash BLOB PRIMARY KEY,
    inviter BLOB NOT NULL REFERENCES account ON DELETE CASCADE,
    role INTEGER NOT NULL,
    note TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitation_inviter ON invitation (inviter);

CREATE TABLE rom (
    id BLOB PRIMARY KEY,
    account BLOB REFERENCES account ON DELETE CASCADE,
    name TEXT NOT NULL,
    keyed_hash BLOB NOT NULL,
    sealed BLOB NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX rom_double ON rom (coalesce(account, x''), keyed_hash);
CREATE INDEX rom_account ON rom (account);

CREATE TABLE toy (
    id BLOB PRIMARY KEY,
    owner BLOB NOT NULL REFERENCES account,
    name TEXT NOT NULL,
    rom BLOB NOT NULL REFERENCES rom,
    model TEXT NOT NULL,
    theme TEXT NOT NULL,
    sound INTEGER NOT NULL,
    mercy_hours INTEGER NOT NULL,
    created INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    at INTEGER NOT NULL,
    running INTEGER NOT NULL,
    state INTEGER NOT NULL,
    leaving BLOB,
    life INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX toy_owner ON toy (owner);
CREATE INDEX toy_rom ON toy (rom);

CREATE TABLE journal (
    toy BLOB NOT NULL REFERENCES toy ON DELETE CASCADE,
    life INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    last_tick INTEGER NOT NULL,
    changes BLOB NOT NULL,
    client BLOB NOT NULL,
    client_seq INTEGER NOT NULL,
    presser BLOB NOT NULL,
    at INTEGER NOT NULL,
    sum BLOB NOT NULL,
    PRIMARY KEY (toy, life, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
    number INTEGER PRIMARY KEY,
    toy BLOB NOT NULL REFERENCES toy ON DELETE CASCADE,
    life INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    held INTEGER NOT NULL,
    hash BLOB NOT NULL,
    envelope BLOB NOT NULL
) STRICT;
CREATE INDEX snapshot_toy ON snapshot (toy, life, tick, number, at);

CREATE TABLE diary (
    number INTEGER PRIMARY KEY,
    toy BLOB NOT NULL REFERENCES toy ON DELETE CASCADE,
    at INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    line TEXT NOT NULL
) STRICT;
CREATE INDEX diary_toy ON diary (toy, at, number);

CREATE TABLE move (
    id BLOB PRIMARY KEY,
    account BLOB NOT NULL REFERENCES account,
    toy BLOB,
    state INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX move_account ON move (account);

CREATE TABLE granted (
    id BLOB PRIMARY KEY,
    toy BLOB NOT NULL REFERENCES toy ON DELETE CASCADE,
    account BLOB NOT NULL REFERENCES account ON DELETE CASCADE,
    role INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    UNIQUE (toy, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX granted_account ON granted (account);

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    account BLOB,
    what TEXT NOT NULL,
    toy BLOB,
    place TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_account ON audit (account, number);
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
",
    "
-- A line tells of a life, a kind and a tick once; of older ones (life 0) that was not written down.
ALTER TABLE diary ADD COLUMN life INTEGER NOT NULL DEFAULT 0;
ALTER TABLE diary ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX diary_once ON diary (toy, life, kind, tick) WHERE life > 0;
DROP INDEX diary_toy;
CREATE INDEX diary_toy ON diary (toy, number);
",
];

/// The file's version, if it is a daycare's: 0 while it is empty.
pub(super) fn version(file: &Connection, newest: usize) -> Result<usize, StoreError> {
    let number = |name| file.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(words);
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 = file.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(words)?;
    match (application == i64::from(APPLICATION), usize::try_from(version)) {
        (false, Ok(0)) if application == 0 && tables == 0 => Ok(0),
        (true, Ok(version)) if version > newest => Err(StoreError::Newer(u32::try_from(version).unwrap_or(u32::MAX))),
        (true, Ok(version)) if version > 0 => Ok(version),
        _ => Err(StoreError::Damaged("the file is not a daycare's store".to_owned())),
    }
}

/// Takes a file to the newest version, in one transaction: whole or not at all.
pub(super) fn migrate(file: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    let from = version(file, steps.len())?;
    let Some(missing @ [_, ..]) = steps.get(from..) else { return Ok(()) };
    let transaction = file.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(words)?;
    for step in missing {
        transaction.execute_batch(step).map_err(words)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION).map_err(words)?;
    transaction.pragma_update(None, "user_version", steps.len()).map_err(words)?;
    transaction.commit().map_err(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn count(file: &Connection, table: &str) -> Result<i64, rusqlite::Error> {
        file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
    }

    #[test]
    fn an_older_file_becomes_a_newer_one_with_what_is_in_it() {
        let mut file = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE egg (n INTEGER)", "ALTER TABLE egg ADD COLUMN m INTEGER; CREATE TABLE nest (n)"];
        migrate(&mut file, &steps[..1]).unwrap();
        file.execute("INSERT INTO egg VALUES (7)", []).unwrap();
        migrate(&mut file, &steps).unwrap();
        assert_eq!((count(&file, "egg"), count(&file, "nest")), (Ok(1), Ok(0)));
        assert_eq!(version(&file, 2).unwrap(), 2);
        migrate(&mut file, &steps).unwrap();
    }

    #[test]
    fn a_diary_without_kinds_is_kept_as_it_was() {
        let mut file = Connection::open_in_memory().unwrap();
        migrate(&mut file, &STEPS[..1]).unwrap();
        file.execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO diary (toy, at, tick, line) VALUES (x'01', 5, 5, 'a'), (x'01', 5, 5, 'a')").unwrap();
        migrate(&mut file, STEPS).unwrap();
        assert_eq!(count(&file, "diary"), Ok(2));
        let sql = "INSERT INTO diary (toy, life, tick, kind, at, line) VALUES (x'01', 1, 5, 0, 5, 'a')";
        file.execute(sql, []).unwrap();
        assert!(file.execute(sql, []).is_err());
    }

    #[test]
    fn a_step_that_fails_leaves_the_older_file() {
        let mut file = Connection::open_in_memory().unwrap();
        migrate(&mut file, &["CREATE TABLE egg (n INTEGER)"]).unwrap();
        let steps = ["CREATE TABLE egg (n INTEGER)", "CREATE TABLE nest (n)", "CREATE TABLE nest (n)"];
        assert!(migrate(&mut file, &steps).is_err());
        assert!(count(&file, "nest").is_err());
        assert_eq!(version(&file, 3).unwrap(), 1);
    }

    #[test]
    fn newer_files_and_others_are_refused() {
        let mut file = Connection::open_in_memory().unwrap();
        migrate(&mut file, STEPS).unwrap();
        file.pragma_update(None, "user_version", STEPS.len() + 1).unwrap();
        let newer = u32::try_from(STEPS.len() + 1).unwrap();
        assert!(matches!(migrate(&mut file, STEPS), Err(StoreError::Newer(n)) if n == newer));
        let mut other = Connection::open_in_memory().unwrap();
        other.execute_batch("CREATE TABLE photographs (n)").unwrap();
        assert!(matches!(migrate(&mut other, STEPS), Err(StoreError::Damaged(_))));
    }
}
