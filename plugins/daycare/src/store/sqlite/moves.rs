//! Moves between homes: each is one row, and whatever order its requests come in, the pet lives in one place.

use super::fault::{inserting, words};
use super::{snapshots, toys};
use crate::id::{AccountId, Millis, MoveId};
use crate::store::{Move, MoveState, Snapshot, StoreError, ToyRow, ToyState};
use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn find(db: &Connection, id: MoveId) -> Result<Option<Move>, StoreError> {
    let sql = "SELECT account, toy, state, envelope, at FROM move WHERE id = ?";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    statement
        .query_row([id], |row| {
            Ok(Move {
                id,
                account: row.get(0)?,
                toy: row.get(1)?,
                state: row.get(2)?,
                envelope: row.get(3)?,
                at: row.get(4)?,
            })
        })
        .optional()
        .map_err(words)
}

pub(super) fn insert(db: &Connection, row: &Move) -> Result<(), StoreError> {
    let sql = "INSERT INTO move (id, account, toy, state, envelope, at) VALUES (?, ?, ?, ?, ?, ?)";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let Move { id, account, toy, state, envelope, at } = row;
    statement
        .execute(params![id, account, toy, state, envelope, at])
        .map_err(inserting("this move has happened or was cancelled; look at it again", "account"))?;
    Ok(())
}

/// The move is over; what was handed over is forgotten.
fn close(db: &Connection, id: MoveId, state: MoveState) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached("UPDATE move SET state = ?, envelope = x'' WHERE id = ?").map_err(words)?;
    statement.execute(params![state, id]).map_err(words)?;
    Ok(())
}

fn conflict<T>(words: &str) -> Result<T, StoreError> {
    Err(StoreError::Conflict(words.to_owned()))
}

pub(super) fn cancel(db: &Connection, id: MoveId, account: AccountId, at: Millis) -> Result<(), StoreError> {
    match find(db, id)? {
        None => {
            let cancelled = Move { id, account, toy: None, state: MoveState::Cancelled, envelope: Vec::new(), at };
            insert(db, &cancelled)
        }
        Some(known) if known.account == account && known.state == MoveState::Cancelled => Ok(()),
        Some(known) if known.account == account && known.state == MoveState::Leaving => {
            conflict("this move is under way; abort it instead")
        }
        Some(_) => conflict("this move has happened; it cannot be cancelled any more"),
    }
}

pub(super) fn leave(db: &Connection, toy: &ToyRow, last: &Snapshot, departure: &Move) -> Result<(), StoreError> {
    let fits = departure.toy == Some(toy.id) && departure.state == MoveState::Leaving && last.toy == toy.id;
    if !fits {
        return conflict("a departure names the toy that leaves");
    }
    match find(db, departure.id)? {
        Some(known) if known.toy == Some(toy.id) && matches!(known.state, MoveState::Leaving | MoveState::Done) => {
            return Ok(());
        }
        Some(_) => return conflict("this move was cancelled or is another one; begin a new one"),
        None => {}
    }
    if toys::find(db, toy.id)?.state != ToyState::Alive {
        return conflict("the toy is being carried away already, or is broken");
    }
    toys::write(db, toy)?;
    toys::set_state(db, toy.id, ToyState::Leaving(departure.id))?;
    snapshots::add(db, last)?;
    insert(db, departure)
}

pub(super) fn finish(db: &Connection, id: MoveId) -> Result<(), StoreError> {
    match find(db, id)? {
        Some(Move { state: MoveState::Leaving, toy: Some(toy), .. }) => {
            toys::remove(db, toy)?;
            close(db, id, MoveState::Done)
        }
        Some(Move { state: MoveState::Done, .. }) => Ok(()),
        Some(_) => conflict("this move was cancelled; the pet lives where it was"),
        None => Err(StoreError::Missing("move")),
    }
}

pub(super) fn abort(db: &Connection, id: MoveId, toy: &ToyRow) -> Result<(), StoreError> {
    match find(db, id)? {
        Some(Move { state: MoveState::Leaving, toy: Some(left), .. }) if left == toy.id => {
            toys::write(db, toy)?;
            toys::set_state(db, toy.id, ToyState::Alive)?;
            close(db, id, MoveState::Cancelled)
        }
        Some(Move { state: MoveState::Leaving, .. }) => conflict("this move is another toy's"),
        Some(Move { state: MoveState::Cancelled, .. }) => Ok(()),
        Some(_) => conflict("this move has happened; it cannot be taken back"),
        None => Err(StoreError::Missing("move")),
    }
}
