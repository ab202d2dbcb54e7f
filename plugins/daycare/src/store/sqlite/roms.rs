//! ROMs, as sealed bytes.

use super::cells::folded;
use super::fault::{Rule, found, inserting, rule, words};
use crate::id::{AccountId, RomKey};
use crate::store::{RomRow, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};

fn row(row: &Row<'_>) -> rusqlite::Result<RomRow> {
    Ok(RomRow {
        key: row.get(0)?,
        account: row.get(1)?,
        name: row.get(2)?,
        keyed_hash: row.get(3)?,
        created: row.get(4)?,
        sealed: row.get(5)?,
    })
}

pub(super) fn add(db: &Connection, rom: &RomRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO rom (id, account, name, keyed_hash, created, sealed) VALUES (?, ?, ?, ?, ?, ?)";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let RomRow { key, account, name, keyed_hash, sealed, created } = rom;
    statement
        .execute(params![key, account, name, keyed_hash, created, sealed])
        .map_err(inserting("this ROM is here already; choose it from the list", "account"))?;
    Ok(())
}

pub(super) fn find(db: &Connection, key: RomKey) -> Result<RomRow, StoreError> {
    let sql = "SELECT id, account, name, keyed_hash, created, sealed FROM rom WHERE id = ?";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    statement.query_row([key], row).optional().map_err(words)?.ok_or(StoreError::Missing("ROM"))
}

pub(super) fn of(db: &Connection, account: AccountId) -> Result<Vec<RomRow>, StoreError> {
    let sql = "SELECT id, account, name, keyed_hash, created, x'' FROM rom WHERE account = ?";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let mut roms: Vec<RomRow> = statement.query_map([account], row).and_then(Iterator::collect).map_err(words)?;
    roms.sort_by_cached_key(|rom| (folded(&rom.name), rom.created, rom.key));
    Ok(roms)
}

pub(super) fn delete(db: &Connection, key: RomKey) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached("DELETE FROM rom WHERE id = ?").map_err(words)?;
    let deleted = statement.execute([key]).map_err(|error| match rule(&error) {
        Some(Rule::Reference) => {
            StoreError::Conflict("a toy has this ROM; give it another or remove the toy first".to_owned())
        }
        _ => words(error),
    })?;
    found(deleted, "ROM")
}
