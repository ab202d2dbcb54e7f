//! Sessions: signing in, being known again, signing out (service §1.3).

use super::limit::{Key, network};
use super::{Caller, Cookie, Door, DoorError, Password, Revoked, Who};
use crate::id::{AccountId, Millis, SessionId};
use crate::store::{Account, SessionRow, StoreError};

/// A session that is not used ends after 7 days, in milliseconds.
pub const IDLE: Millis = 7 * 24 * 3_600_000;
/// Every session ends after 30 days, in milliseconds.
pub const ABSOLUTE: Millis = 30 * 24 * 3_600_000;
/// How long after the password was given the dangerous things are allowed: 5 minutes, in milliseconds.
pub const STRONG: Millis = 5 * 60_000;
/// When a session was seen is written down at most once in this time, in milliseconds: each time costs a sync.
const SEEN: Millis = 5 * 60_000;
/// Sessions of one account; with another one the oldest ends.
const PER_ACCOUNT: usize = 32;

/// Somebody has come in, or has shown again who they are: the answer takes the cookie along.
#[derive(Debug)]
pub struct Entered {
    /// Who.
    pub who: Who,
    /// The new cookie.
    pub cookie: Cookie,
}

/// What a list calls a session or an invitation: the first half of its hash.
pub(super) fn half(hash: &[u8; 32]) -> SessionId {
    let mut id = [0; 16];
    id.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    SessionId(id)
}

fn alive(row: &SessionRow, now: Millis) -> bool {
    now < row.created.saturating_add(ABSOLUTE) && now < row.seen.saturating_add(IDLE)
}

fn who(row: &SessionRow, account: &Account, now: Millis) -> Who {
    Who {
        account: account.id,
        name: account.name.clone(),
        role: account.role,
        session: row.hash,
        strong: now < row.strong_until,
        since: row.created,
    }
}

impl Door {
    /// Signs somebody in. `device` is what the list of sessions shows. A session that the browser had before ends.
    /// Where many have tried this name lately it takes longer, but for who is known: by a session, or by an address that
    /// this account was let in from since the daycare's start.
    ///
    /// # Errors
    /// [`DoorError::Credentials`] whatever was wrong, after the same work; [`DoorError::TooMany`].
    pub async fn sign_in(
        &self,
        caller: &Caller,
        name: &str,
        password: Password,
        device: &str,
    ) -> Result<Entered, DoorError> {
        let (name, from) = (name.trim().to_owned(), network(caller.ip));
        let tried = name.to_lowercase();
        let account = if eggtooth_vault::check_name(&name).is_ok() {
            self.blocking(move |store| store.account_named(&name)).await?
        } else {
            None
        };
        let known = account.as_ref().is_some_and(|account| {
            caller.who.as_ref().is_some_and(|who| who.account == account.id) || self.inner.slow.knows(account.id, from)
        });
        let login = &self.inner.limiters.login;
        match account.as_ref().filter(|_| known) {
            Some(account) => login.take(&Key::Known(from, account.id))?,
            None => login.take(&Key::Ip(from))?,
        }
        if !known {
            tokio::time::sleep(self.inner.slow.wait(&tried, self.inner.clock.real())).await;
        }
        let phc = account.as_ref().map(|account| account.password.clone());
        let right = self.inner.hasher.verify(password, phc, known).await?;
        let found = account.as_ref().map(|account| account.id);
        let Some(account) = account.filter(|account| right && !account.disabled) else {
            self.audit_as(caller, found, "sign in failed", None).await;
            return Err(DoorError::Credentials);
        };
        let entered = self.enter_still(caller, &account, device, None).await?;
        self.audit_as(caller, found, "sign in", None).await;
        Ok(entered)
    }

    /// As [`Door::enter`], for one whose password was right a moment ago: it may have been changed, or the account
    /// disabled, while it was verified.
    async fn enter_still(
        &self,
        caller: &Caller,
        account: &Account,
        device: &str,
        since: Option<Millis>,
    ) -> Result<Entered, DoorError> {
        let entered = self.enter(caller, account, device, since).await?;
        let id = account.id;
        let now = self.blocking(move |store| store.account(id)).await?;
        if now.disabled || now.password != account.password {
            self.end(entered.who.session).await?;
            return Err(DoorError::Credentials);
        }
        Ok(entered)
    }

    /// Gives somebody a new session, always with a cookie made here and now, and ends the one that the request came
    /// with. `since` is when the password was first given, if this session goes on from another one.
    pub(super) async fn enter(
        &self,
        caller: &Caller,
        account: &Account,
        device: &str,
        since: Option<Millis>,
    ) -> Result<Entered, DoorError> {
        let cookie = Cookie::random()?;
        let now = self.wall();
        let from = if device.is_empty() { caller.from.clone() } else { format!("{device}, {}", caller.from) };
        let row = SessionRow {
            hash: cookie.digest(),
            account: account.id,
            created: since.unwrap_or(now),
            seen: now,
            strong_until: now.saturating_add(STRONG),
            from,
        };
        self.inner.slow.remember(account.id, network(caller.ip));
        let entered = Entered { who: who(&row, account, now), cookie };
        let before = caller.who.as_ref().map(|who| (who.session, who.account));
        let new = row.hash;
        let ended = self
            .blocking(move |store| {
                store.add_session(&row)?;
                let mut ended: Vec<_> =
                    store.sessions_of(row.account)?.into_iter().skip(PER_ACCOUNT).map(|old| old.hash).collect();
                ended.extend(before.map(|(session, _)| session));
                for session in &ended {
                    match store.end_session(session) {
                        Ok(()) | Err(StoreError::Missing(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(ended)
            })
            .await?;
        for session in ended {
            let goes_on = before == Some((session, account.id));
            self.revoke(if goes_on { Revoked::Renewed { old: session, new } } else { Revoked::Session(session) });
        }
        Ok(entered)
    }

    /// Who a cookie belongs to, and when its session began; `None` where it has ended.
    pub(super) async fn session_of(&self, hash: [u8; 32]) -> Result<Option<(Who, Millis)>, DoorError> {
        let now = self.wall();
        let found = self
            .blocking(move |store| {
                let Some(row) = store.session(&hash)?.filter(|row| alive(row, now)) else { return Ok(None) };
                let account = match store.account(row.account) {
                    Ok(account) if !account.disabled => account,
                    Ok(_) | Err(StoreError::Missing(_)) => return Ok(None),
                    Err(error) => return Err(error),
                };
                let seen_long_ago = now >= row.seen.saturating_add(SEEN);
                if seen_long_ago && let Err(error) = store.touch_session(&hash, now, row.strong_until) {
                    tracing::warn!("when a session was seen could not be written down: {error}");
                }
                Ok(Some((row, account)))
            })
            .await?;
        Ok(found.map(|(row, account)| (who(&row, &account, now), row.created)))
    }

    /// Takes the password again: the dangerous things are allowed for [`STRONG`]. The session gets a new cookie.
    ///
    /// # Errors
    /// [`DoorError::SignIn`], [`DoorError::Credentials`], [`DoorError::TooMany`].
    pub async fn again(&self, caller: &Caller, password: Password, device: &str) -> Result<Entered, DoorError> {
        let account = self.verified(caller, password).await?;
        let since = caller.signed_in()?.since;
        let entered = self.enter_still(caller, &account, device, Some(since)).await?;
        self.audit(caller, "sign in again", None).await;
        Ok(entered)
    }

    /// The caller's account, if this is its password.
    pub(super) async fn verified(&self, caller: &Caller, password: Password) -> Result<Account, DoorError> {
        let id = caller.signed_in()?.account;
        self.inner.limiters.login.take(&Key::Account(id))?;
        let account = self.blocking(move |store| store.account(id)).await?;
        if !self.inner.hasher.verify(password, Some(account.password.clone()), true).await? {
            self.audit(caller, "password wrong", None).await;
            return Err(DoorError::Credentials);
        }
        Ok(account)
    }

    /// Signs the caller out. Live sockets of the session close.
    ///
    /// # Errors
    /// [`DoorError::SignIn`].
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), DoorError> {
        let session = caller.signed_in()?.session;
        self.end(session).await?;
        self.audit(caller, "sign out", None).await;
        Ok(())
    }

    async fn end(&self, session: [u8; 32]) -> Result<(), DoorError> {
        self.blocking(move |store| store.end_session(&session)).await?;
        self.revoke(Revoked::Session(session));
        Ok(())
    }

    /// The caller's sessions that have not ended, the newest first.
    ///
    /// # Errors
    /// [`DoorError::SignIn`].
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<(SessionId, SessionRow)>, DoorError> {
        let account = caller.signed_in()?.account;
        let now = self.wall();
        let rows = self.blocking(move |store| store.sessions_of(account)).await?;
        Ok(rows.into_iter().filter(|row| alive(row, now)).map(|row| (half(&row.hash), row)).collect())
    }

    /// Ends one of the caller's sessions, as the list calls it.
    ///
    /// # Errors
    /// [`DoorError::NotFound`].
    pub async fn end_session(&self, caller: &Caller, id: SessionId) -> Result<(), DoorError> {
        let rows = self.sessions(caller).await?;
        let hash = rows.iter().find(|row| row.0 == id).ok_or(DoorError::NotFound("session"))?.1.hash;
        self.end(hash).await?;
        self.audit(caller, "session end", None).await;
        Ok(())
    }

    /// Ends all sessions of an account but one, and closes their live sockets.
    pub(super) async fn end_all(&self, account: AccountId, but: Option<[u8; 32]>) -> Result<(), DoorError> {
        let ended = self
            .blocking(move |store| {
                let rows = store.sessions_of(account)?;
                store.end_sessions(account, but.as_ref())?;
                Ok(rows)
            })
            .await?;
        for row in ended.iter().filter(|row| but != Some(row.hash)) {
            self.revoke(Revoked::Session(row.hash));
        }
        Ok(())
    }
}
