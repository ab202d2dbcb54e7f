//! The list of who did what.

use super::{Action, Caller, Door, DoorError};
use crate::id::{AccountId, ToyId};
use crate::store::{AuditRow, NewAudit};
use std::collections::HashMap;

impl Door {
    /// Writes down what the caller did. What was done stays done when this fails; the log says so then.
    pub async fn audit(&self, caller: &Caller, what: &str, toy: Option<ToyId>) {
        self.audit_as(caller, caller.who.as_ref().map(|who| who.account), what, toy).await;
    }

    /// The same of somebody who is not signed in yet.
    pub(super) async fn audit_as(&self, caller: &Caller, account: Option<AccountId>, what: &str, toy: Option<ToyId>) {
        let row = NewAudit { at: self.wall(), account, what: what.to_owned(), toy, from: caller.from.clone() };
        if let Err(error) = self.blocking(move |store| store.audit(&row)).await {
            tracing::error!("who did what could not be written down: {error}");
        }
    }

    /// At most `limit` rows before row `before`, the newest first, with the names of those who did it: the caller's
    /// own, or everybody's for an admin.
    ///
    /// # Errors
    /// As [`Door::may_house`].
    pub async fn audits(
        &self,
        caller: &Caller,
        all: bool,
        before: u64,
        limit: usize,
    ) -> Result<Vec<(AuditRow, Option<String>)>, DoorError> {
        let who = self.may_house(caller, if all { Action::AuditAll } else { Action::Enter })?;
        let own = (who.account, who.name.clone());
        self.blocking(move |store| {
            let names: HashMap<AccountId, String> = if all {
                store.accounts()?.into_iter().map(|account| (account.id, account.name)).collect()
            } else {
                HashMap::from([own.clone()])
            };
            let rows = store.audits((!all).then_some(own.0), before, limit)?;
            let named = |row: AuditRow| {
                let name = row.what.account.and_then(|account| names.get(&account).cloned());
                (row, name)
            };
            Ok(rows.into_iter().map(named).collect())
        })
        .await
    }
}
