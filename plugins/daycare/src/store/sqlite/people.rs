//! Accounts, sessions, invitations, grants.

use super::cells::folded;
use super::fault::{found, inserting, words};
use crate::id::{AccountId, GrantId, Millis, ToyId};
use crate::store::{Account, Grant, Invitation, SessionRow, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};

const DAY: Millis = 86_400_000;
/// A session that was not seen for so long is over.
const IDLE: Millis = 7 * DAY;
/// A session is over after so long in any case.
const SESSION: Millis = 30 * DAY;

const ACCOUNT: &str = "id, name, password, role, disabled, toys, wrapped_key, created";
const SESSION_COLUMNS: &str = "hash, account, created, seen, strong_until, place";
const GRANT: &str = "id, toy, account, role, created, expires";

fn account_row(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: row.get(0)?,
        name: row.get(1)?,
        password: row.get(2)?,
        role: row.get(3)?,
        disabled: row.get(4)?,
        toys: row.get(5)?,
        wrapped_key: row.get(6)?,
        created: row.get(7)?,
    })
}

pub(super) fn add_account(
    db: &Connection,
    account: &Account,
    invitation: Option<[u8; 32]>,
    at: Millis,
) -> Result<(), StoreError> {
    if let Some(hash) = invitation {
        let mut statement =
            db.prepare_cached("DELETE FROM invitation WHERE hash = ? AND expires > ?").map_err(words)?;
        if statement.execute(params![hash, at]).map_err(words)? == 0 {
            let text = "this invitation was used, has expired or never was; ask for another";
            return Err(StoreError::Conflict(text.to_owned()));
        }
    }
    let sql = format!("INSERT INTO account ({ACCOUNT}, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    let Account { id, name, password, role, disabled, toys, wrapped_key, created } = account;
    statement
        .execute(params![id, name, password, role, disabled, toys, wrapped_key, created, folded(name)])
        .map_err(inserting("somebody has that name; choose another", "account"))?;
    Ok(())
}

pub(super) fn account_named(db: &Connection, name: &str) -> Result<Option<Account>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {ACCOUNT} FROM account WHERE folded = ?")).map_err(words)?;
    statement.query_row([folded(name)], account_row).optional().map_err(words)
}

pub(super) fn account(db: &Connection, id: AccountId) -> Result<Account, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {ACCOUNT} FROM account WHERE id = ?")).map_err(words)?;
    statement.query_row([id], account_row).optional().map_err(words)?.ok_or(StoreError::Missing("account"))
}

pub(super) fn accounts(db: &Connection) -> Result<Vec<Account>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT {ACCOUNT} FROM account ORDER BY folded")).map_err(words)?;
    statement.query_map([], account_row).and_then(Iterator::collect).map_err(words)
}

pub(super) fn update_account(db: &Connection, account: &Account) -> Result<(), StoreError> {
    let sql = "UPDATE account SET password = ?, role = ?, disabled = ?, toys = ? WHERE id = ?";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let Account { id, password, role, disabled, toys, .. } = account;
    found(statement.execute(params![password, role, disabled, toys, id]).map_err(words)?, "account")
}

fn session_row(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        hash: row.get(0)?,
        account: row.get(1)?,
        created: row.get(2)?,
        seen: row.get(3)?,
        strong_until: row.get(4)?,
        from: row.get(5)?,
    })
}

pub(super) fn add_session(db: &Connection, session: &SessionRow) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO session ({SESSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    let SessionRow { hash, account, created, seen, strong_until, from } = session;
    statement
        .execute(params![hash, account, created, seen, strong_until, from])
        .map_err(inserting("there is such a session already; sign in again", "account"))?;
    Ok(())
}

pub(super) fn session(db: &Connection, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
    let sql = format!("SELECT {SESSION_COLUMNS} FROM session WHERE hash = ?");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    statement.query_row([hash], session_row).optional().map_err(words)
}

pub(super) fn touch_session(
    db: &Connection,
    hash: &[u8; 32],
    seen: Millis,
    strong_until: Millis,
) -> Result<(), StoreError> {
    let mut statement =
        db.prepare_cached("UPDATE session SET seen = ?, strong_until = ? WHERE hash = ?").map_err(words)?;
    found(statement.execute(params![seen, strong_until, hash]).map_err(words)?, "session")
}

pub(super) fn sessions_of(db: &Connection, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
    let sql = format!("SELECT {SESSION_COLUMNS} FROM session WHERE account = ? ORDER BY created DESC, hash");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    statement.query_map([account], session_row).and_then(Iterator::collect).map_err(words)
}

pub(super) fn end_session(db: &Connection, hash: &[u8; 32]) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached("DELETE FROM session WHERE hash = ?").map_err(words)?;
    found(statement.execute([hash]).map_err(words)?, "session")
}

pub(super) fn end_sessions(db: &Connection, account: AccountId, but: Option<&[u8; 32]>) -> Result<(), StoreError> {
    let sql = "DELETE FROM session WHERE account = ?1 AND (?2 IS NULL OR hash <> ?2)";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    statement.execute(params![account, but]).map_err(words)?;
    Ok(())
}

pub(super) fn forget_expired(db: &Connection, now: Millis) -> Result<usize, StoreError> {
    let old = [now.checked_sub(SESSION), now.checked_sub(IDLE)];
    let sessions =
        db.execute("DELETE FROM session WHERE created <= ?1 OR seen <= ?2", params![old[0], old[1]]).map_err(words)?;
    let invitations = db.execute("DELETE FROM invitation WHERE expires <= ?", [now]).map_err(words)?;
    let grants = db.execute("DELETE FROM granted WHERE expires <= ?", [now]).map_err(words)?;
    Ok(sessions + invitations + grants)
}

pub(super) fn add_invitation(db: &Connection, invitation: &Invitation) -> Result<(), StoreError> {
    let sql = "INSERT INTO invitation (hash, inviter, role, note, created, expires) VALUES (?, ?, ?, ?, ?, ?)";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    let Invitation { hash, by, role, note, created, expires } = invitation;
    statement
        .execute(params![hash, by, role, note, created, expires])
        .map_err(inserting("there is such an invitation already; make another", "account"))?;
    Ok(())
}

pub(super) fn invitations(db: &Connection) -> Result<Vec<Invitation>, StoreError> {
    let sql = "SELECT hash, inviter, role, note, created, expires FROM invitation ORDER BY created DESC, hash";
    let mut statement = db.prepare_cached(sql).map_err(words)?;
    statement
        .query_map([], |row| {
            Ok(Invitation {
                hash: row.get(0)?,
                by: row.get(1)?,
                role: row.get(2)?,
                note: row.get(3)?,
                created: row.get(4)?,
                expires: row.get(5)?,
            })
        })
        .and_then(Iterator::collect)
        .map_err(words)
}

pub(super) fn delete_invitation(db: &Connection, hash: &[u8; 32]) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached("DELETE FROM invitation WHERE hash = ?").map_err(words)?;
    found(statement.execute([hash]).map_err(words)?, "invitation")
}

fn grant_row(row: &Row<'_>) -> rusqlite::Result<Grant> {
    Ok(Grant {
        id: row.get(0)?,
        toy: row.get(1)?,
        account: row.get(2)?,
        role: row.get(3)?,
        created: row.get(4)?,
        expires: row.get(5)?,
    })
}

pub(super) fn add_grant(db: &Connection, grant: &Grant) -> Result<(), StoreError> {
    let mut replaced = db.prepare_cached("DELETE FROM granted WHERE toy = ? AND account = ?").map_err(words)?;
    replaced.execute(params![grant.toy, grant.account]).map_err(words)?;
    let sql = format!("INSERT INTO granted ({GRANT}) VALUES (?, ?, ?, ?, ?, ?)");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    let Grant { id, toy, account, role, created, expires } = grant;
    statement
        .execute(params![id, toy, account, role, created, expires])
        .map_err(inserting("there is such a grant already; make another", "toy or account"))?;
    Ok(())
}

pub(super) fn grant(db: &Connection, toy: ToyId, account: AccountId, now: Millis) -> Result<Option<Grant>, StoreError> {
    let sql = format!("SELECT {GRANT} FROM granted WHERE toy = ? AND account = ? AND (expires IS NULL OR expires > ?)");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    statement.query_row(params![toy, account, super::cells::bound(now)], grant_row).optional().map_err(words)
}

pub(super) fn grants_of_toy(db: &Connection, toy: ToyId) -> Result<Vec<Grant>, StoreError> {
    let sql = format!("SELECT {GRANT} FROM granted WHERE toy = ? ORDER BY created, id");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    statement.query_map([toy], grant_row).and_then(Iterator::collect).map_err(words)
}

pub(super) fn grants_to(db: &Connection, account: AccountId) -> Result<Vec<Grant>, StoreError> {
    let sql = format!("SELECT {GRANT} FROM granted WHERE account = ? ORDER BY created, id");
    let mut statement = db.prepare_cached(&sql).map_err(words)?;
    statement.query_map([account], grant_row).and_then(Iterator::collect).map_err(words)
}

pub(super) fn delete_grant(db: &Connection, id: GrantId) -> Result<Grant, StoreError> {
    let mut statement =
        db.prepare_cached(&format!("DELETE FROM granted WHERE id = ? RETURNING {GRANT}")).map_err(words)?;
    statement.query_row([id], grant_row).optional().map_err(words)?.ok_or(StoreError::Missing("grant"))
}
