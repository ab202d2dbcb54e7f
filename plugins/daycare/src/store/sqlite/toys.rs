//! Toys.

use super::fault::{found, inserting, words};
use super::{cells, moves, snapshots};
use crate::id::{AccountId, ToyId};
use crate::store::{Anchor, Looks, Move, MoveState, Snapshot, StoreError, ToyRow, ToyState};
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, Row, params};

const COLUMNS: &str = "id, owner, name, rom, model, theme, sound, mercy_hours, created, tick, at, running, state, \
                       leaving, life";

/// Rows read at a time while all are visited.
const PAGE: usize = 512;

fn row(row: &Row<'_>) -> rusqlite::Result<ToyRow> {
    let state = match (row.get(12)?, row.get(13)?) {
        (0, None) => ToyState::Alive,
        (1, Some(id)) => ToyState::Leaving(id),
        (2, None) => ToyState::Broken,
        (other, _) => {
            let wrong = FromSqlError::OutOfRange(other);
            return Err(rusqlite::Error::FromSqlConversionFailure(12, rusqlite::types::Type::Integer, wrong.into()));
        }
    };
    Ok(ToyRow {
        id: row.get(0)?,
        owner: row.get(1)?,
        name: row.get(2)?,
        rom: row.get(3)?,
        model: row.get(4)?,
        theme: row.get(5)?,
        sound: row.get(6)?,
        mercy_hours: row.get(7)?,
        created: row.get(8)?,
        anchor: Anchor { tick: row.get(9)?, at: row.get(10)?, running: row.get(11)? },
        state,
        life: row.get(14)?,
    })
}

pub(super) fn page(db: &Connection, after: Option<ToyId>) -> Result<Vec<ToyRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM toy WHERE ?1 IS NULL OR id > ?1 ORDER BY id LIMIT {PAGE}");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    statement.query_map([after], row).and_then(Iterator::collect).map_err(words)
}

pub(super) fn find(db: &Connection, toy: ToyId) -> Result<ToyRow, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM toy WHERE id = ?")).map_err(words)?;
    statement.query_row([toy], row).optional().map_err(words)?.ok_or(StoreError::Missing("toy"))
}

pub(super) fn of(db: &Connection, account: AccountId) -> Result<Vec<ToyRow>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM toy WHERE owner = ?")).map_err(words)?;
    let mut toys: Vec<ToyRow> = statement.query_map([account], row).and_then(Iterator::collect).map_err(words)?;
    toys.sort_by_cached_key(|toy| (cells::folded(&toy.name), toy.created, toy.id));
    Ok(toys)
}

pub(super) fn create(
    db: &Connection,
    toy: &ToyRow,
    snapshot: &Snapshot,
    arrival: Option<&Move>,
) -> Result<(), StoreError> {
    if toy.state != ToyState::Alive || snapshot.toy != toy.id || snapshot.life != toy.life {
        return Err(StoreError::Conflict("a new toy is alive and has a snapshot of its own life".to_owned()));
    }
    if let Some(arrival) = arrival {
        if arrival.state != MoveState::Arrived || arrival.toy != Some(toy.id) {
            return Err(StoreError::Conflict("an arrival names the toy that arrives".to_owned()));
        }
        moves::insert(db, arrival)?;
    }
    let sql = format!("INSERT INTO toy ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,0,NULL,?)");
    let ToyRow { anchor, .. } = toy;
    db.prepare_cached(&sql)
        .and_then(|mut statement| {
            statement.execute(params![
                toy.id,
                toy.owner,
                toy.name,
                toy.rom,
                toy.model,
                toy.theme,
                toy.sound,
                toy.mercy_hours,
                toy.created,
                anchor.tick,
                anchor.at,
                anchor.running,
                toy.life
            ])
        })
        .map_err(inserting("a toy of this identifier is here already; make up another", "account or ROM"))?;
    snapshots::add(db, snapshot)
}

/// Replaces all but the life and the state.
pub(super) fn write(db: &Connection, toy: &ToyRow) -> Result<(), StoreError> {
    let sql = "UPDATE toy SET name = ?, rom = ?, model = ?, theme = ?, sound = ?, mercy_hours = ?, tick = ?, at = ?, \
               running = ? WHERE id = ?";
    let ToyRow { anchor, .. } = toy;
    let changed = db
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement.execute(params![
                toy.name,
                toy.rom,
                toy.model,
                toy.theme,
                toy.sound,
                toy.mercy_hours,
                anchor.tick,
                anchor.at,
                anchor.running,
                toy.id
            ])
        })
        .map_err(inserting("", "ROM"))?;
    found(changed, "toy")
}

pub(super) fn set_state(db: &Connection, toy: ToyId, state: ToyState) -> Result<(), StoreError> {
    let (number, leaving) = match state {
        ToyState::Alive => (0, None),
        ToyState::Leaving(id) => (1, Some(id)),
        ToyState::Broken => (2, None),
    };
    let mut statement = db.prepare_cached("UPDATE toy SET state = ?, leaving = ? WHERE id = ?").map_err(words)?;
    found(statement.execute(params![number, leaving, toy]).map_err(words)?, "toy")
}

/// The toy, unless it is leaving.
fn staying(db: &Connection, toy: ToyId) -> Result<ToyRow, StoreError> {
    let row = find(db, toy)?;
    match row.state {
        ToyState::Leaving(_) => {
            Err(StoreError::Conflict("the toy is being carried away; finish that or take it back first".to_owned()))
        }
        ToyState::Alive | ToyState::Broken => Ok(row),
    }
}

pub(super) fn update(db: &Connection, toy: &ToyRow) -> Result<(), StoreError> {
    if matches!(toy.state, ToyState::Leaving(_)) {
        return Err(StoreError::Conflict("a toy leaves by a move only".to_owned()));
    }
    staying(db, toy.id)?;
    write(db, toy)?;
    set_state(db, toy.id, toy.state)
}

pub(super) fn set_looks(db: &Connection, toy: ToyId, looks: &Looks) -> Result<ToyRow, StoreError> {
    let mut row = find(db, toy)?;
    looks.apply(&mut row);
    write(db, &row)?;
    Ok(row)
}

pub(super) fn begin_life(db: &Connection, toy: &ToyRow, snapshot: &Snapshot) -> Result<(), StoreError> {
    let now = staying(db, toy.id)?;
    if now.life.checked_add(1) != Some(toy.life) || snapshot.toy != toy.id || snapshot.life != toy.life {
        return Err(StoreError::Conflict(format!("the toy's next life is {}, not {}", now.life + 1, toy.life)));
    }
    update(db, toy)?;
    let mut statement = db.prepare_cached("UPDATE toy SET life = ? WHERE id = ?").map_err(words)?;
    statement.execute(params![toy.life, toy.id]).map_err(words)?;
    snapshots::add(db, snapshot)
}

pub(super) fn delete(db: &Connection, toy: ToyId) -> Result<(), StoreError> {
    staying(db, toy)?;
    remove(db, toy)
}

/// Removes it, leaving or not.
pub(super) fn remove(db: &Connection, toy: ToyId) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached("DELETE FROM toy WHERE id = ?").map_err(words)?;
    found(statement.execute([toy]).map_err(words)?, "toy")
}
