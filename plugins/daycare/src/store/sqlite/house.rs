//! Settings, readiness, sizes, and the list of who did what.

use super::cells::bound;
use super::fault::words;
use crate::id::{AccountId, Millis};
use crate::store::{AUDIT_TRIMMED, AuditRow, NewAudit, Numbers, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

pub(super) fn setting(db: &Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT value FROM setting WHERE name = ?").map_err(words)?;
    statement.query_row([name], |row| row.get(0)).optional().map_err(words)
}

pub(super) fn set_setting(db: &Connection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    let sql = "INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";
    db.prepare_cached(sql).and_then(|mut statement| statement.execute(params![name, value])).map_err(words)?;
    Ok(())
}

/// Writes a row, or removes it again.
pub(super) fn probe(db: &Connection, there: bool) -> Result<(), StoreError> {
    let sql = if there { "INSERT OR REPLACE INTO probe VALUES (2, 0)" } else { "DELETE FROM probe WHERE number = 2" };
    db.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map_err(words)?;
    Ok(())
}

/// All but the bytes.
pub(super) fn numbers(db: &Connection) -> Result<Numbers, StoreError> {
    let sql = "SELECT (SELECT count(*) FROM toy), (SELECT count(*) FROM account), (SELECT count(*) FROM journal), \
               (SELECT count(*) FROM snapshot)";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    statement
        .query_row([], |row| {
            Ok(Numbers {
                toys: row.get(0)?,
                accounts: row.get(1)?,
                entries: row.get(2)?,
                snapshots: row.get(3)?,
                bytes: 0,
                commits: 0,
            })
        })
        .map_err(words)
}

/// SHA-256 over the row before and this one, each text with its length in front.
fn chained(before: &[u8; 32], number: u64, row: &NewAudit) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(number.to_le_bytes());
    hash.update(row.at.to_le_bytes());
    for id in [row.account.map(|id| id.0), row.toy.map(|id| id.0)] {
        hash.update([u8::from(id.is_some())]);
        hash.update(id.unwrap_or_default());
    }
    for text in [&row.what, &row.from] {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

fn head(db: &Connection) -> Result<(u64, [u8; 32]), StoreError> {
    let mut statement = db.prepare_cached("SELECT number, hash FROM audit_head").map_err(words)?;
    let head = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(words)?;
    Ok(head.unwrap_or_default())
}

pub(super) fn audit(db: &Connection, row: &NewAudit) -> Result<(), StoreError> {
    let (last, before) = head(db)?;
    let number = last + 1;
    let hash = chained(&before, number, row);
    let NewAudit { at, account, what, toy, from } = row;
    db.prepare_cached("INSERT INTO audit (number, at, account, what, toy, place, hash) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .and_then(|mut statement| statement.execute(params![number, at, account, what, toy, from, hash]))
        .map_err(words)?;
    db.prepare_cached("INSERT OR REPLACE INTO audit_head VALUES (1, ?, ?)")
        .and_then(|mut statement| statement.execute(params![number, hash]))
        .map_err(words)?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let what =
        NewAudit { at: row.get(1)?, account: row.get(2)?, what: row.get(3)?, toy: row.get(4)?, from: row.get(5)? };
    Ok(AuditRow { number: row.get(0)?, what, hash: row.get(6)? })
}

pub(super) fn audits(
    db: &Connection,
    account: Option<AccountId>,
    before: u64,
    limit: usize,
) -> Result<Vec<AuditRow>, StoreError> {
    let only = if account.is_some() { "account = ?1" } else { "?1 IS NULL" };
    let sql = format!(
        "SELECT number, at, account, what, toy, place, hash FROM audit WHERE {only} AND number < ?2 \
         ORDER BY number DESC LIMIT ?3"
    );
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    let bounds = params![account, bound(before), bound(limit as u64)];
    statement.query_map(bounds, row).and_then(Iterator::collect).map_err(words)
}

/// The number and the hash of the newest row that was trimmed.
fn base(db: &Connection) -> Result<(u64, [u8; 32]), StoreError> {
    let Some(value) = setting(db, AUDIT_TRIMMED)? else { return Ok((0, [0; 32])) };
    let (number, rest) = value.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    let hash = rest
        .last_chunk()
        .copied()
        .ok_or_else(|| StoreError::Damaged("where the list of who did what begins".into()))?;
    Ok((u64::from_le_bytes(*number), hash))
}

pub(super) fn trim_audit(db: &Connection, before: Millis, most: u64) -> Result<u64, StoreError> {
    let (last, _) = head(db)?;
    let young = db
        .prepare_cached("SELECT number FROM audit WHERE at >= ? ORDER BY number LIMIT 1")
        .and_then(|mut statement| statement.query_row([bound(before)], |row| row.get::<_, u64>(0)).optional())
        .map_err(words)?;
    let end = young.map_or(last, |young| young.saturating_sub(1)).max(last.saturating_sub(most));
    let found = db
        .prepare_cached("SELECT at, hash FROM audit WHERE number = ?")
        .and_then(|mut statement| statement.query_row([end], |row| Ok((row.get(0)?, row.get(1)?))).optional())
        .map_err(words)?;
    // Nothing to trim; or a row was taken away by somebody, which is to be found later, too.
    let (at, hash): (Millis, [u8; 32]) = match found {
        Some(found) => found,
        None => return Ok(0),
    };
    let gone = db
        .prepare_cached("DELETE FROM audit WHERE number <= ?")
        .and_then(|mut statement| statement.execute([end]))
        .map_err(words)?;
    set_setting(db, AUDIT_TRIMMED, &[&end.to_le_bytes()[..], &at.to_le_bytes(), &hash].concat())?;
    Ok(gone as u64)
}

pub(super) fn verify_audit(db: &Connection) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT number, at, account, what, toy, place, hash FROM audit ORDER BY number";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let mut rows = statement.query([]).map_err(words)?;
    let (trimmed, mut before) = base(db)?;
    let mut number = trimmed + 1;
    while let Some(found) = rows.next().map_err(words)? {
        // A row that cannot be read was changed.
        let Ok(found) = row(found) else { return Ok(Some(number)) };
        let hash = chained(&before, number, &found.what);
        if found.number != number || found.hash != hash {
            return Ok(Some(number));
        }
        (number, before) = (number + 1, hash);
    }
    Ok((head(db)? != (number - 1, before)).then_some(number))
}
