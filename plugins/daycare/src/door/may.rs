//! Whether a caller may, asked with what the store knows.

use super::limit::Key;
use super::{Action, Caller, Door, DoorError, Standing, Who, can};
use crate::id::{AccountId, ToyId};
use crate::store::{Grant, GrantRole, StoreError, ToyRow};

impl Door {
    /// Whether the caller may do this with a toy, and how they stand towards it.
    ///
    /// # Errors
    /// [`DoorError::SignIn`] for nobody, [`DoorError::NotFound`] for who may not even see it,
    /// [`DoorError::Forbidden`], [`DoorError::Again`].
    pub async fn may(&self, caller: &Caller, toy: ToyId, action: Action) -> Result<(ToyRow, Standing), DoorError> {
        let who = caller.signed_in()?;
        let (row, standing, _) = self.standing(who.account, toy).await?.ok_or(DoorError::NotFound("toy"))?;
        permit(standing, who, action, "toy")?;
        Ok((row, standing))
    }

    /// Whether the caller may do this in the house.
    ///
    /// # Errors
    /// [`DoorError::SignIn`] for nobody, [`DoorError::Forbidden`], [`DoorError::Again`].
    pub fn may_house<'a>(&self, caller: &'a Caller, action: Action) -> Result<&'a Who, DoorError> {
        let who = caller.signed_in()?;
        decide(Standing::Stranger, who, action)?;
        Ok(who)
    }

    /// Whether the caller may do this with a thing of `owner` that cannot be shared: a ROM, a move.
    ///
    /// # Errors
    /// As [`Door::may`]; the missing thing is called `what`.
    pub fn may_own<'a>(
        &self,
        caller: &'a Caller,
        owner: AccountId,
        action: Action,
        what: &'static str,
    ) -> Result<&'a Who, DoorError> {
        let who = caller.signed_in()?;
        permit(who.towards(owner), who, action, what)?;
        Ok(who)
    }

    /// How an account stands towards a toy, with the grant that says so; `None` where there is no such toy.
    pub(super) async fn standing(
        &self,
        account: AccountId,
        toy: ToyId,
    ) -> Result<Option<(ToyRow, Standing, Option<Grant>)>, DoorError> {
        let now = self.wall();
        self.blocking(move |store| {
            let row = match store.toy(toy) {
                Ok(row) => row,
                Err(StoreError::Missing(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            if row.owner == account {
                return Ok(Some((row, Standing::Owner, None)));
            }
            let grant = store.grant(toy, account, now)?.filter(|grant| grant.expires.is_none_or(|at| at > now));
            let standing = match grant.as_ref().map(|grant| grant.role) {
                Some(GrantRole::Caretaker) => Standing::Caretaker,
                Some(GrantRole::Viewer) => Standing::Viewer,
                None => Standing::Stranger,
            };
            Ok(Some((row, standing, grant)))
        })
        .await
    }

    /// Counts a press of this account on this toy.
    ///
    /// # Errors
    /// [`DoorError::TooMany`].
    pub fn limit_press(&self, account: AccountId, toy: ToyId) -> Result<(), DoorError> {
        self.inner.limiters.press.take(&Key::Press(account, toy))
    }

    /// Counts an upload of this caller.
    ///
    /// # Errors
    /// [`DoorError::TooMany`].
    pub fn limit_upload(&self, caller: &Caller) -> Result<(), DoorError> {
        let upload = &self.inner.limiters.upload;
        upload.take(&Key::Ip(super::limit::network(caller.ip)))?;
        upload.take(&Key::Account(caller.signed_in()?.account))
    }
}

/// The decision about a thing that is hidden from strangers: they are told that there is none.
fn permit(standing: Standing, who: &Who, action: Action, what: &'static str) -> Result<(), DoorError> {
    if standing < Standing::Viewer { Err(DoorError::NotFound(what)) } else { decide(standing, who, action) }
}

fn decide(standing: Standing, who: &Who, action: Action) -> Result<(), DoorError> {
    if can(standing, Some(who.role), who.strong, action) {
        Ok(())
    } else if can(standing, Some(who.role), true, action) {
        Err(DoorError::Again)
    } else {
        Err(DoorError::Forbidden)
    }
}
