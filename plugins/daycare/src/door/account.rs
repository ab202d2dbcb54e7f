//! Accounts: new ones, their passwords, and what an admin changes of others'.

use super::{Action, Caller, Door, DoorError, Entered, Password, Revoked};
use crate::id::AccountId;
use crate::store::{Account, AccountRole, StoreError};

/// Most toys that an account may be allowed.
pub const MOST_TOYS: u32 = 10_000;

/// What an admin changes of an account; `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// What it may do in the house.
    pub role: Option<AccountRole>,
    /// May not sign in.
    pub disabled: Option<bool>,
    /// Most toys.
    pub toys: Option<u32>,
}

impl Door {
    /// Adds an account; with an invitation that is used up at the same moment.
    pub(super) async fn new_account(
        &self,
        name: &str,
        password: Password,
        role: AccountRole,
        invitation: Option<[u8; 32]>,
    ) -> Result<Account, DoorError> {
        let name = eggtooth_vault::check_name(name).map_err(|error| DoorError::Invalid(error.to_string()))?;
        password.check(&name)?;
        let password = self.inner.hasher.hash(password).await?;
        let (_, wrapped_key) = self.inner.key.new_account_key().map_err(inside)?;
        let created = self.wall();
        let id = AccountId::random().map_err(inside)?;
        let toys = self.inner.options.toys;
        let account = Account { id, name, password, role, disabled: false, toys, wrapped_key, created };
        self.blocking(move |store| {
            store.add_account(&account, invitation, created)?;
            Ok(account)
        })
        .await
    }

    /// Changes the caller's password. All other sessions end; this one gets a new cookie.
    ///
    /// # Errors
    /// [`DoorError::Credentials`] when `old` is wrong, [`DoorError::Invalid`] when `new` will not do.
    pub async fn change_password(
        &self,
        caller: &Caller,
        old: Password,
        new: Password,
        device: &str,
    ) -> Result<Entered, DoorError> {
        let who = caller.signed_in()?;
        let account = self.verified(caller, old).await?;
        new.check(&account.name)?;
        let password = self.inner.hasher.hash(new).await?;
        let account = {
            let _changing = self.inner.changing.lock().await;
            let id = account.id;
            let now = self.blocking(move |store| store.account(id)).await?;
            if now.password != account.password {
                return Err(DoorError::Credentials);
            }
            let changed = Account { password, ..now };
            self.blocking(move |store| {
                store.update_account(&changed)?;
                Ok(changed)
            })
            .await?
        };
        self.end_all(account.id, Some(who.session)).await?;
        let entered = self.enter(caller, &account, device, Some(who.since)).await?;
        self.audit(caller, "password change", None).await;
        Ok(entered)
    }

    /// All accounts, for an admin.
    ///
    /// # Errors
    /// As [`Door::may_house`].
    pub async fn accounts(&self, caller: &Caller) -> Result<Vec<Account>, DoorError> {
        self.may_house(caller, Action::Accounts)?;
        self.blocking(|store| store.accounts()).await
    }

    /// Changes somebody else's account. Disabling it or changing its role ends its sessions and live sockets.
    ///
    /// # Errors
    /// As [`Door::may_house`]; [`DoorError::Invalid`] for one's own account or too many toys.
    pub async fn change_account(
        &self,
        caller: &Caller,
        id: AccountId,
        change: AccountChange,
    ) -> Result<Account, DoorError> {
        let who = self.may_house(caller, Action::ChangeAccounts)?;
        if who.account == id {
            return Err(DoorError::Invalid("one's own account is changed by another admin; ask one".into()));
        }
        if change.toys.is_some_and(|toys| toys > MOST_TOYS) {
            return Err(DoorError::Invalid(format!("an account has at most {MOST_TOYS} toys; allow fewer")));
        }
        let me = who.account;
        let (before, after) = {
            let _changing = self.inner.changing.lock().await;
            self.blocking(move |store| {
                // Two admins may have disabled each other a moment ago; one of them must remain.
                let still = store.account(me)?;
                if still.disabled || still.role != AccountRole::Admin {
                    return Ok(None);
                }
                let before = store.account(id)?;
                let after = Account {
                    role: change.role.unwrap_or(before.role),
                    disabled: change.disabled.unwrap_or(before.disabled),
                    toys: change.toys.unwrap_or(before.toys),
                    ..before.clone()
                };
                store.update_account(&after)?;
                Ok(Some((before, after)))
            })
            .await
            .map_err(|error| match error {
                DoorError::Store(StoreError::Missing(_)) => DoorError::NotFound("account"),
                other => other,
            })?
            .ok_or(DoorError::Forbidden)?
        };
        if after.disabled != before.disabled || after.role != before.role {
            self.end_all(id, None).await?;
            self.revoke(Revoked::Account(id));
        }
        for (changed, what) in [
            (after.role != before.role, format!("account role {}", role_word(after.role))),
            (
                after.disabled != before.disabled,
                if after.disabled { "account disable" } else { "account enable" }.into(),
            ),
            (after.toys != before.toys, format!("account toys {}", after.toys)),
        ] {
            if changed {
                self.audit(caller, &format!("{what}: {}", after.name), None).await;
            }
        }
        Ok(after)
    }
}

/// The word of the API.
pub(super) fn role_word(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Admin => "admin",
        AccountRole::Member => "member",
    }
}

fn inside(error: impl std::fmt::Display) -> DoorError {
    tracing::error!("an account could not be made: {error}");
    DoorError::Inside
}
