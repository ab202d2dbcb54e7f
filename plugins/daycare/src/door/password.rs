//! Passwords: what is taken as one, and Argon2id in a queue of its own (service §1.3).

use super::DoorError;
use super::secret::random;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Fewest characters of a new password.
pub const SHORTEST: usize = 8;
/// Most characters of a password.
pub const LONGEST: usize = 256;
/// How many passwords are hashed at the same time; a flood of sign-ins must leave cores to the toys.
const AT_ONCE: usize = 2;
/// How many may wait for that; the next one is [`DoorError::TooMany`].
pub const WAITING: usize = 64;
/// How many more of those who are known: a flood of strangers does not keep them out.
const RESERVED: usize = 16;

/// Passwords that are tried first; compared without regard to case.
const COMMON: &[&str] = &[
    "00000000",
    "11111111",
    "111111111",
    "12121212",
    "12341234",
    "12344321",
    "123123123",
    "12345678",
    "123456789",
    "1234567890",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "87654321",
    "987654321",
    "aaaaaaaa",
    "abc12345",
    "abcd1234",
    "abcdefgh",
    "administrator",
    "asdfasdf",
    "asdfghjk",
    "asdfghjkl",
    "baseball",
    "changeme",
    "computer",
    "dragon123",
    "eggtooth",
    "football",
    "iloveyou",
    "internet",
    "letmein1",
    "passw0rd",
    "password",
    "password1",
    "password12",
    "password123",
    "princess",
    "q1w2e3r4",
    "qazwsxedc",
    "qwer1234",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "starwars",
    "sunshine",
    "superman",
    "tamagotchi",
    "trustno1",
    "welcome1",
    "whatever",
    "zaq12wsx",
];

/// A password as it was typed. Wiped when dropped; never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes it as it is.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Password {
        Password(Zeroizing::new(text.into()))
    }

    /// Whether it will do for the account `name`: 8 to 256 characters, not the name, none of the commonest.
    ///
    /// # Errors
    /// [`DoorError::Invalid`] says which of these it is not.
    pub fn check(&self, name: &str) -> Result<(), DoorError> {
        let count = self.0.chars().count();
        let refuse = |why: &str| Err(DoorError::Invalid(why.to_owned()));
        if count < SHORTEST {
            return refuse("a password has at least 8 characters; add a word to this one");
        }
        if count > LONGEST {
            return refuse("a password has at most 256 characters; shorten this one");
        }
        let lower = Zeroizing::new(self.0.to_lowercase());
        if lower.trim() == name.trim().to_lowercase() {
            return refuse("the password is the name; choose another one");
        }
        if COMMON.contains(&lower.as_str()) {
            return refuse("this password is one of those that are tried first; choose another one");
        }
        Ok(())
    }

    /// Whether it is worth hashing: what is longer than any password belongs to nobody.
    fn short_enough(&self) -> bool {
        self.0.chars().count() <= LONGEST
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Password, D::Error> {
        String::deserialize(deserializer).map(Password::new)
    }
}

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// 19 MiB and 2 passes (service §1.3).
    fn default() -> Cost {
        Cost { memory: Params::DEFAULT_M_COST, passes: Params::DEFAULT_T_COST }
    }
}

/// Hashes passwords, two at a time, with at most [`WAITING`] in the queue and [`RESERVED`] places more for who is known.
#[derive(Debug)]
pub(crate) struct Hasher {
    argon: Argon2<'static>,
    /// Verified for names that do not exist, so that they cost the same.
    nobody: String,
    queue: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
    work: Arc<Semaphore>,
}

impl Hasher {
    pub(crate) fn new(cost: Cost) -> Result<Hasher, DoorError> {
        let params = Params::new(cost.memory, cost.passes, 1, None).map_err(inside)?;
        let nobody = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).map_err(inside)?,
            salt: Some(Salt::new(&random::<16>()?).map_err(inside)?),
            hash: Some(Output::new(&random::<32>()?).map_err(inside)?),
        };
        Ok(Hasher {
            argon: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            nobody: nobody.to_string(),
            queue: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            reserved: Arc::new(Semaphore::new(RESERVED)),
            work: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// The PHC string of a new password.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, DoorError> {
        let argon = self.argon.clone();
        let salt = random::<16>()?;
        self.run(false, move || {
            let hash = argon.hash_password_with_salt(password.0.as_bytes(), &salt).map_err(inside)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password belongs to the PHC string; with `None` it does not, and that takes as long. `known`: see
    /// [`RESERVED`].
    pub(crate) async fn verify(&self, password: Password, phc: Option<String>, known: bool) -> Result<bool, DoorError> {
        let argon = self.argon.clone();
        let real = phc.is_some() && password.short_enough();
        let phc = phc.unwrap_or_else(|| self.nobody.clone());
        self.run(known, move || {
            let tried = if password.short_enough() { password.0.as_bytes() } else { b"" };
            let hash = PasswordHash::new(&phc).map_err(inside)?;
            Ok(argon.verify_password(tried, &hash).is_ok() && real)
        })
        .await
    }

    /// Makes all hashing wait until what is returned is dropped.
    #[cfg(test)]
    pub(crate) async fn occupied(&self) -> tokio::sync::OwnedSemaphorePermit {
        Arc::clone(&self.work).acquire_many_owned(2).await.unwrap_or_else(|_| unreachable!())
    }

    /// How many of the places for who is known are taken.
    #[cfg(test)]
    pub(crate) fn reserved(&self) -> usize {
        RESERVED - self.reserved.available_permits()
    }

    /// Runs `work` in its turn. The permits go with it: an asker who gives up leaves no room for another one before
    /// the work is done.
    async fn run<T: Send + 'static>(
        &self,
        known: bool,
        work: impl FnOnce() -> Result<T, DoorError> + Send + 'static,
    ) -> Result<T, DoorError> {
        let place = Arc::clone(&self.queue).try_acquire_owned();
        let place = place.or_else(|full| match known {
            true => Arc::clone(&self.reserved).try_acquire_owned(),
            false => Err(full),
        });
        let place = place.map_err(|_| DoorError::TooMany { seconds: 5 })?;
        let turn = Arc::clone(&self.work).acquire_owned().await.map_err(inside)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        });
        done.await.map_err(inside)?
    }
}

fn inside(error: impl fmt::Display) -> DoorError {
    tracing::error!("a password could not be hashed: {error}");
    DoorError::Inside
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const CHEAP: Cost = Cost { memory: 8, passes: 1 };

    #[test]
    fn what_will_do() {
        for good in ["correct horse", "ünïcödé§", &"x".repeat(256)] {
            assert!(Password::new(good).check("Ada").is_ok(), "{good}");
        }
        for bad in ["", "7 chars", &"x".repeat(257), "Password", "QWERTYUIOP", "ada lovelace", " Ada Lovelace "] {
            assert!(matches!(Password::new(bad).check("Ada Lovelace"), Err(DoorError::Invalid(_))), "{bad}");
        }
        assert_eq!(format!("{:?}", Password::new("secret thing")), "Password(…)");
    }

    #[test]
    fn the_cost_is_the_one_that_was_asked_for() {
        let hasher = Hasher::new(Cost::default()).unwrap();
        assert!(hasher.nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hasher.nobody);
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_others_are_not() {
        let hasher = Hasher::new(CHEAP).unwrap();
        let phc = hasher.hash(Password::new("correct horse")).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{phc}");
        assert_ne!(phc, hasher.hash(Password::new("correct horse")).await.unwrap(), "salted");
        assert!(hasher.verify(Password::new("correct horse"), Some(phc.clone()), false).await.unwrap());
        assert!(!hasher.verify(Password::new("correct horsf"), Some(phc.clone()), false).await.unwrap());
        assert!(!hasher.verify(Password::new("x".repeat(1 << 20)), Some(phc), false).await.unwrap());
        assert!(!hasher.verify(Password::new("correct horse"), None, false).await.unwrap());
    }

    /// The flood: 2 at work, 64 waiting, the rest are sent away at once, and those who waited are served.
    #[tokio::test]
    async fn the_queue_is_bounded() {
        let hasher = Arc::new(Hasher::new(CHEAP).unwrap());
        let (go, stop) = std::sync::mpsc::channel::<()>();
        let stop = Arc::new(std::sync::Mutex::new(stop));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE + WAITING + 10 {
            let (hasher, stop) = (Arc::clone(&hasher), Arc::clone(&stop));
            tasks.spawn(async move {
                let wait = move || {
                    let _ = stop.lock().unwrap().recv();
                    Ok(())
                };
                hasher.run(false, wait).await
            });
        }
        for _ in 0..10 {
            let refused = tasks.join_next().await.unwrap().unwrap();
            assert!(matches!(refused, Err(DoorError::TooMany { seconds: 5 })), "{refused:?}");
        }
        drop(go);
        let mut served = 0;
        while let Some(done) = tasks.join_next().await {
            done.unwrap().unwrap();
            served += 1;
        }
        assert_eq!(served, AT_ONCE + WAITING);
    }
}
