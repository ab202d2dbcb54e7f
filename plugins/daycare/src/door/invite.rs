//! Invitations: the way in for somebody new. Single use; kept only as a hash.

use super::limit::{Key, network};
use super::session::half;
use super::{Action, Caller, Door, DoorError, Entered, Password, Token};
use crate::id::{Millis, SessionId};
use crate::store::{AccountRole, Invitation, StoreError};
use zeroize::Zeroizing;

/// How long an invitation may be good for, in hours: 30 days.
pub const LONGEST_HOURS: u32 = 720;
/// Longest note, in characters.
pub const LONGEST_NOTE: usize = 80;
/// Invitations that are open at the same time.
const OPEN: usize = 256;

/// A new invitation; this is the only time that its token is known.
pub struct Invited {
    /// Its token.
    pub token: Zeroizing<String>,
    /// Until when it is good.
    pub expires: Millis,
}

impl std::fmt::Debug for Invited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invited").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl Door {
    /// Makes an invitation that is good for `hours`, 1 to [`LONGEST_HOURS`].
    ///
    /// # Errors
    /// As [`Door::may_house`]; [`DoorError::Again`] for an admin's invitation without a fresh password;
    /// [`DoorError::Invalid`], [`DoorError::Full`].
    pub async fn invite(
        &self,
        caller: &Caller,
        role: AccountRole,
        note: &str,
        hours: u32,
    ) -> Result<Invited, DoorError> {
        let action = if role == AccountRole::Admin { Action::InviteAdmin } else { Action::Invite };
        let by = self.may_house(caller, action)?.account;
        if !(1..=LONGEST_HOURS).contains(&hours) {
            return Err(DoorError::Invalid(format!("an invitation is good for 1 to {LONGEST_HOURS} hours; choose so")));
        }
        let note = note.trim().to_owned();
        if note.chars().count() > LONGEST_NOTE || note.chars().any(char::is_control) {
            return Err(DoorError::Invalid(format!(
                "a note is one line of at most {LONGEST_NOTE} characters; shorten it"
            )));
        }
        let token = Token::random()?;
        let created = self.wall();
        let expires = created.saturating_add(u64::from(hours) * 3_600_000);
        let row = Invitation { hash: token.digest(), by, role, note, created, expires };
        let open = self
            .blocking(move |store| {
                let open = store.invitations()?.iter().filter(|old| old.expires > created).count();
                if open < OPEN {
                    store.add_invitation(&row)?;
                }
                Ok(open)
            })
            .await?;
        if open >= OPEN {
            return Err(DoorError::Full(format!("{OPEN} invitations are open; take some of them back")));
        }
        self.audit(caller, if role == AccountRole::Admin { "invite admin" } else { "invite" }, None).await;
        Ok(Invited { token: token.text(), expires })
    }

    /// The invitations that are open, the newest first.
    ///
    /// # Errors
    /// As [`Door::may_house`].
    pub async fn invitations(&self, caller: &Caller) -> Result<Vec<(SessionId, Invitation)>, DoorError> {
        self.may_house(caller, Action::Invite)?;
        let now = self.wall();
        let rows = self.blocking(|store| store.invitations()).await?;
        Ok(rows.into_iter().filter(|row| row.expires > now).map(|row| (half(&row.hash), row)).collect())
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// As [`Door::may_house`]; [`DoorError::NotFound`].
    pub async fn take_back(&self, caller: &Caller, id: SessionId) -> Result<(), DoorError> {
        let rows = self.invitations(caller).await?;
        let hash = rows.iter().find(|row| row.0 == id).ok_or(DoorError::NotFound("invitation"))?.1.hash;
        self.blocking(move |store| store.delete_invitation(&hash)).await?;
        self.audit(caller, "invitation taken back", None).await;
        Ok(())
    }

    /// Makes an account by an invitation of somebody who may invite still, and signs it in. Of two who bring the same invitation one gets in.
    ///
    /// # Errors
    /// [`DoorError::Invitation`], [`DoorError::Invalid`], [`DoorError::TooMany`], a conflict when the name is taken.
    pub async fn join(
        &self,
        caller: &Caller,
        token: &str,
        name: &str,
        password: Password,
        device: &str,
    ) -> Result<Entered, DoorError> {
        self.inner.limiters.join.take(&Key::Ip(network(caller.ip)))?;
        let hash = Token::parse(token).ok_or(DoorError::Invitation)?.digest();
        let role = self.open_invitation(hash).await?.ok_or(DoorError::Invitation)?.role;
        let account = match self.new_account(name, password, role, Some(hash)).await {
            Err(DoorError::Store(StoreError::Conflict(why))) => {
                // Either the name is taken, or somebody else was faster with the invitation.
                let open = self.open_invitation(hash).await?.is_some();
                return Err(if open { DoorError::Store(StoreError::Conflict(why)) } else { DoorError::Invitation });
            }
            other => other?,
        };
        self.audit_as(caller, Some(account.id), "join", None).await;
        self.enter(caller, &account, device, None).await
    }

    async fn open_invitation(&self, hash: [u8; 32]) -> Result<Option<Invitation>, DoorError> {
        let now = self.wall();
        self.blocking(move |store| {
            let found = store.invitations()?.into_iter().find(|row| row.hash == hash && row.expires > now);
            // Who was shut out must not come in again by an invitation made before.
            let Some(row) = found else { return Ok(None) };
            let by = store.account(row.by)?;
            Ok((!by.disabled && by.role == AccountRole::Admin).then_some(row))
        })
        .await
    }
}
