//! The journal, and the diaries.

use super::cells::bound;
use super::fault::{inserting, words};
use crate::id::ToyId;
use crate::store::{DiaryKind, DiaryRow, Entry, KeyChange, NewDiary, StoreError};
use eggtooth_toy::Button;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Changes that one entry may have.
const CHANGES: usize = 16;
/// Bytes of a change: its tick, then the button's number and bit 7 for down.
const CHANGE: usize = 9;
const DOWN: u8 = 0x80;
/// Rows of a toy's diary.
const DIARY: i64 = 4096;

fn packed(entry: &Entry) -> Result<Vec<u8>, StoreError> {
    let rising = entry.changes.is_sorted_by_key(|change| change.tick);
    if entry.changes.is_empty() || entry.changes.len() > CHANGES || !rising {
        return Err(StoreError::Conflict("a journal entry has 1 to 16 changes, in order".to_owned()));
    }
    let mut bytes = Vec::with_capacity(entry.changes.len() * CHANGE);
    for KeyChange { tick, button, down } in &entry.changes {
        let number = Button::ALL.iter().position(|other| other == button).unwrap_or_default();
        bytes.extend(tick.to_le_bytes());
        bytes.push(u8::try_from(number).unwrap_or_default() | if *down { DOWN } else { 0 });
    }
    Ok(bytes)
}

fn unpacked(bytes: &[u8]) -> Option<Vec<KeyChange>> {
    let (changes, rest) = bytes.as_chunks::<CHANGE>();
    let changes: Option<Vec<KeyChange>> = changes
        .iter()
        .map(|&[a, b, c, d, e, f, g, h, key]| {
            let button = *Button::ALL.get(usize::from(key & !DOWN))?;
            Some(KeyChange { tick: u64::from_le_bytes([a, b, c, d, e, f, g, h]), button, down: key & DOWN != 0 })
        })
        .collect();
    changes.filter(|_| rest.is_empty())
}

/// Half of a hash over the whole entry: SQLite itself would not notice a changed byte.
fn sum(entry: &Entry, changes: &[u8]) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(entry.toy.0);
    hash.update(entry.life.to_le_bytes());
    hash.update(entry.seq.to_le_bytes());
    hash.update(entry.client);
    hash.update(entry.client_seq.to_le_bytes());
    hash.update(entry.by.0);
    hash.update(entry.at.to_le_bytes());
    hash.update(changes);
    let whole: [u8; 32] = hash.finalize().into();
    whole.first_chunk().copied().unwrap_or_default()
}

pub(super) fn append(db: &Connection, entries: &[Entry]) -> Result<(), StoreError> {
    let mut statement =
        db.prepare_cached("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").map_err(words)?;
    for entry in entries {
        let changes = packed(entry)?;
        let last = entry.changes.last().map_or(0, |change| change.tick);
        statement
            .execute(params![
                entry.toy,
                entry.life,
                entry.seq,
                last,
                changes,
                entry.client,
                entry.client_seq,
                entry.by,
                entry.at,
                sum(entry, &changes)
            ])
            .map_err(inserting("the journal has an entry of this number already; read it again", "toy"))?;
    }
    Ok(())
}

pub(super) fn read(db: &Connection, toy: ToyId, life: u32, from_tick: u64) -> Result<Vec<Entry>, StoreError> {
    let sql = "SELECT seq, changes, client, client_seq, presser, at, sum FROM journal \
               WHERE toy = ? AND life = ? AND last_tick >= ? ORDER BY seq";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let mut rows = statement.query(params![toy, life, bound(from_tick)]).map_err(words)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(words)? {
        let read = || -> rusqlite::Result<(Entry, Vec<u8>, Vec<u8>)> {
            let bytes: Vec<u8> = row.get(1)?;
            let entry = Entry {
                toy,
                life,
                seq: row.get(0)?,
                changes: unpacked(&bytes).unwrap_or_default(),
                client: row.get(2)?,
                client_seq: row.get(3)?,
                by: row.get(4)?,
                at: row.get(5)?,
            };
            Ok((entry, bytes, row.get(6)?))
        };
        let (entry, bytes, written) = read().map_err(words)?;
        if sum(&entry, &bytes) != *written || entry.changes.is_empty() {
            return Err(StoreError::Damaged(format!("record {} of toy {toy}'s journal", entry.seq)));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Forgets what comes before a tick of a life.
pub(super) fn forget(db: &Connection, toy: ToyId, life: u32, tick: u64) -> Result<(), StoreError> {
    let mut lives = db.prepare_cached("DELETE FROM journal WHERE toy = ? AND life < ?").map_err(words)?;
    lives.execute(params![toy, life]).map_err(words)?;
    let sql = "DELETE FROM journal WHERE toy = ? AND life = ? AND last_tick < ?";
    let mut ticks = db.prepare_cached(sql).map_err(words)?;
    ticks.execute(params![toy, life, tick]).map_err(words)?;
    Ok(())
}

pub(super) fn write_diary(db: &Connection, lines: &[NewDiary]) -> Result<(), StoreError> {
    let sql = "INSERT INTO diary (toy, life, tick, kind, at, line) VALUES (?, ?, ?, ?, ?, ?) \
               ON CONFLICT (toy, life, kind, tick) WHERE life > 0 DO NOTHING";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    for NewDiary { toy, life, tick, kind, at, text } in lines {
        statement.execute(params![toy, life, tick, kind, at, text]).map_err(inserting("", "toy"))?;
    }
    let sql = "DELETE FROM diary WHERE number IN \
               (SELECT number FROM diary WHERE toy = ? ORDER BY number DESC LIMIT -1 OFFSET ?)";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    for toy in lines.iter().map(|line| line.toy).collect::<BTreeSet<_>>() {
        statement.execute(params![toy, DIARY]).map_err(words)?;
    }
    Ok(())
}

pub(super) fn diary(db: &Connection, toy: ToyId, before: u64, limit: usize) -> Result<Vec<DiaryRow>, StoreError> {
    let sql = "SELECT number, life, tick, kind, at, line FROM diary WHERE toy = ? AND number < ? \
               ORDER BY number DESC LIMIT ?";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    statement
        .query_map(params![toy, bound(before), bound(limit as u64)], |row| {
            let (life, tick, kind, at, text) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
            Ok(DiaryRow { number: row.get(0)?, line: NewDiary { toy, life, tick, kind, at, text } })
        })
        .and_then(Iterator::collect)
        .map_err(words)
}

pub(super) fn told(db: &Connection, toy: ToyId, life: u32) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT max(tick) FROM diary WHERE toy = ? AND life = ? AND life > 0 AND kind = ?";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    statement.query_row(params![toy, life, DiaryKind::Pet], |row| row.get(0)).map_err(words)
}
