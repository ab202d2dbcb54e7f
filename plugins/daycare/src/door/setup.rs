//! The first visitor: who has the token from the terminal makes the admin's account (service §1.3).

use super::{Caller, Door, DoorError, Entered, Password, Token, lock};
use crate::store::AccountRole;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a set-up token is good for, in minutes.
pub const SET_UP_MINUTES: u64 = 30;
/// How often it may be guessed at.
const TRIES: u32 = 5;

/// How far setting up is.
#[derive(Debug)]
pub(crate) struct SetUp {
    done: bool,
    /// The token, until it is used, guessed at too often or too old.
    token: Option<Token>,
    until: Duration,
    tries: u32,
}

impl SetUp {
    /// With a new token, where nobody has an account.
    pub(crate) fn new(empty: bool, now: Duration) -> Result<SetUp, DoorError> {
        let token = if empty { Some(Token::random()?) } else { None };
        Ok(SetUp { done: !empty, token, until: now + Duration::from_secs(60 * SET_UP_MINUTES), tries: TRIES })
    }

    /// Whether `text` is the token; a wrong one is counted.
    fn check(&mut self, text: &str, now: Duration) -> Result<(), DoorError> {
        if self.done {
            return Err(DoorError::SetUpAlready);
        }
        if now >= self.until {
            self.token = None;
        }
        let Some(token) = &self.token else { return Err(DoorError::TokenSpent) };
        // Hashes are compared: how long that takes says nothing about the token.
        if Token::parse(text).is_some_and(|tried| tried.digest() == token.digest()) {
            return Ok(());
        }
        self.tries = self.tries.saturating_sub(1);
        if self.tries == 0 {
            self.token = None;
            tracing::warn!("the set-up token was guessed at too often and is void; a restart makes a new one");
            return Err(DoorError::TokenSpent);
        }
        Err(DoorError::BadToken)
    }
}

impl Door {
    /// Whether somebody has set the daycare up. Until then nothing else is answered.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        lock(&self.inner.set_up).done
    }

    /// The set-up token, for the terminal and nowhere else; `None` when it is used, void or not needed.
    #[must_use]
    pub fn set_up_token(&self) -> Option<Zeroizing<String>> {
        lock(&self.inner.set_up).token.as_ref().map(Token::text)
    }

    /// Makes the admin's account and signs it in. Works once.
    ///
    /// # Errors
    /// [`DoorError::BadToken`], [`DoorError::TokenSpent`], [`DoorError::SetUpAlready`], [`DoorError::Invalid`].
    pub async fn set_up(
        &self,
        caller: &Caller,
        token: &str,
        name: &str,
        password: Password,
        device: &str,
    ) -> Result<Entered, DoorError> {
        // One at a time: the second one with the right token finds it done.
        let _changing = self.inner.changing.lock().await;
        let now = self.inner.clock.real();
        lock(&self.inner.set_up).check(token, now)?;
        let account = self.new_account(name, password, AccountRole::Admin, None).await?;
        {
            let mut set_up = lock(&self.inner.set_up);
            (set_up.done, set_up.token) = (true, None);
        }
        self.audit_as(caller, Some(account.id), "set up", None).await;
        self.enter(caller, &account, device, None).await
    }
}
