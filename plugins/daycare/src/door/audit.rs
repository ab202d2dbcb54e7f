//! The list of who did what.

use super::{Action, Caller, Door, DoorError};
use crate::id::{AccountId, ToyId};
use crate::store::{AUDIT_TRIMMED, AuditRow, NewAudit};
use std::collections::HashMap;

/// What the list says where older rows are gone.
pub(super) const GONE: &str = "older entries are gone";

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
    /// own, or everybody's for an admin. Where the list ends because older rows were trimmed, a last row with the number
    /// of the newest one of them says so, in nobody's name.
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
            let mut rows: Vec<_> = rows.into_iter().map(named).collect();
            let trimmed = store.setting(AUDIT_TRIMMED)?;
            let word = |at: usize| Some(u64::from_le_bytes(*trimmed.as_ref()?.get(at..)?.first_chunk()?));
            if let (Some(number), Some(at)) = (word(0), word(8))
                && rows.len() < limit
                && number < before
            {
                let what = NewAudit { at, account: None, what: GONE.into(), toy: None, from: String::new() };
                rows.push((AuditRow { number, what, hash: [0; 32] }, None));
            }
            Ok(rows)
        })
        .await
    }
}
