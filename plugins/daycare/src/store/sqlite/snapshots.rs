//! Snapshots, and which of them are kept.

use super::fault::{inserting, words};
use super::journal;
use crate::id::{Millis, ToyId};
use crate::store::{Snapshot, StoreError};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

const DAY: Millis = 86_400_000;
const WEEK: Millis = 7 * DAY;
/// Earlier lives of which a snapshot is kept.
const LIVES: usize = 7;

/// What decides whether a snapshot is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    number: i64,
    life: u32,
    tick: u64,
    at: Millis,
}

/// The numbers of those that go; `marks` has the newest first.
fn superfluous(marks: &[Mark]) -> Vec<i64> {
    let latest = marks.iter().map(|mark| mark.at).max().unwrap_or_default();
    let (mut days, mut lives) = (BTreeSet::new(), BTreeSet::new());
    let mut gone = Vec::new();
    for (place, mark) in marks.iter().enumerate() {
        let lately = latest - mark.at <= WEEK;
        let day = latest / DAY - mark.at / DAY <= 7 && days.insert(mark.at / DAY);
        let life = lately && !lives.contains(&mark.life) && lives.len() <= LIVES && lives.insert(mark.life);
        if place >= 2 && !day && !life {
            gone.push(mark.number);
        }
    }
    gone
}

pub(super) fn add(db: &Connection, snapshot: &Snapshot) -> Result<(), StoreError> {
    let sql = "INSERT INTO snapshot (toy, life, tick, at, seq, held, hash, envelope) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let Snapshot { number: _, toy, life, tick, at, seq, held, envelope, hash } = snapshot;
    statement.execute(params![toy, life, tick, at, seq, held, hash, envelope]).map_err(inserting("", "toy"))?;
    prune(db, *toy)
}

fn prune(db: &Connection, toy: ToyId) -> Result<(), StoreError> {
    let sql = "SELECT number, life, tick, at FROM snapshot WHERE toy = ? ORDER BY life DESC, tick DESC, number DESC";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let mark = |row: &rusqlite::Row<'_>| {
        Ok(Mark { number: row.get(0)?, life: row.get(1)?, tick: row.get(2)?, at: row.get(3)? })
    };
    let marks: Vec<Mark> = statement.query_map([toy], mark).and_then(Iterator::collect).map_err(words)?;
    let mut statement = db.prepare_cached("DELETE FROM snapshot WHERE number = ?").map_err(words)?;
    for number in superfluous(&marks) {
        statement.execute([number]).map_err(words)?;
    }
    match marks.get(1) {
        Some(second) => journal::forget(db, toy, second.life, second.tick),
        None => Ok(()),
    }
}

pub(super) fn of(db: &Connection, toy: ToyId) -> Result<Vec<Snapshot>, StoreError> {
    let sql = "SELECT life, tick, at, seq, held, hash, envelope, number FROM snapshot WHERE toy = ? \
               ORDER BY life DESC, tick DESC, number DESC";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    statement
        .query_map([toy], |row| {
            Ok(Snapshot {
                number: row.get(7)?,
                toy,
                life: row.get(0)?,
                tick: row.get(1)?,
                at: row.get(2)?,
                seq: row.get(3)?,
                held: row.get(4)?,
                // One that was damaged is like no digest.
                hash: row.get_ref(5)?.as_blob().ok().and_then(|hash| hash.try_into().ok()).unwrap_or_default(),
                envelope: row.get(6)?,
            })
        })
        .and_then(Iterator::collect)
        .map_err(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn kept(marks: &[(u32, Millis)]) -> Vec<(u32, Millis)> {
        let mut marks: Vec<Mark> =
            (0..).zip(marks).map(|(number, &(life, at))| Mark { number, life, tick: at, at }).collect();
        marks.reverse();
        let gone = superfluous(&marks);
        marks.retain(|mark| !gone.contains(&mark.number));
        marks.iter().rev().map(|mark| (mark.life, mark.at)).collect()
    }

    #[test]
    fn the_last_of_each_day_is_kept_for_a_week() {
        let hours: Vec<(u32, Millis)> = (0..24 * 30).map(|hour| (1, hour * DAY / 24)).collect();
        let last = hours.last().unwrap().1;
        let mut wanted: Vec<(u32, Millis)> = (22..30).map(|day| (1, day * DAY + 23 * DAY / 24)).collect();
        wanted.insert(7, (1, last - DAY / 24));
        assert_eq!(kept(&hours), wanted);
    }

    #[test]
    fn the_newest_two_are_kept_however_old() {
        assert_eq!(kept(&[(1, 0), (1, DAY), (1, 50 * DAY)]), [(1, DAY), (1, 50 * DAY)]);
    }

    #[test]
    fn the_end_of_each_earlier_life_is_kept_for_a_week_but_not_of_many() {
        assert_eq!(kept(&[(1, 1), (1, 2), (2, 3), (2, 4), (2, 5)]), [(1, 2), (2, 4), (2, 5)]);
        let lives: Vec<(u32, Millis)> = (1..100).map(|life| (life, Millis::from(life))).collect();
        assert_eq!(kept(&lives).len(), 8);
        assert_eq!(kept(&[(1, 2), (2, 8 * DAY), (2, 9 * DAY)]), [(2, 8 * DAY), (2, 9 * DAY)]);
    }

    #[test]
    fn a_clock_that_went_back_keeps_the_newest_two_all_the_same() {
        assert_eq!(kept(&[(1, 90 * DAY), (2, 2), (2, 3), (2, 4)]), [(1, 90 * DAY), (2, 3), (2, 4)]);
    }
}
