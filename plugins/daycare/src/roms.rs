//! The ROM vault: everybody's own ROMs, sealed in the store, opened once in memory.

use crate::id::{AccountId, RomKey, now};
use crate::seal::{AccountKey, SealError, ServerKey};
use crate::store::{RomRow, Store, StoreError};
use eggtooth_cartridge::{Cartridge, RomError};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use zeroize::Zeroizing;

/// Bytes that an uploaded ROM file may have (service §1.3).
pub const LARGEST: usize = 64 * 1024;
/// ROMs that one account may have.
pub const MOST: usize = 64;

/// Why a ROM was not taken in or given out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RomsError {
    /// The file is no ROM.
    #[error(transparent)]
    Rom(#[from] RomError),
    /// It is too large to be one.
    #[error("a ROM file has at most 64 KiB; choose the file of the ROM itself")]
    TooLarge,
    /// The account's shelf is full.
    #[error("an account has at most {MOST} ROMs; remove one first")]
    TooMany,
    /// It cannot be opened or sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store does not have it, or refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All ROMs. Equal ones are one in memory, whoever brought them.
pub struct Roms {
    store: Arc<dyn Store>,
    key: Arc<ServerKey>,
    memory: Mutex<Memory>,
}

impl fmt::Debug for Roms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roms").finish_non_exhaustive()
    }
}

/// What is in use; it goes with its last user.
#[derive(Default)]
struct Memory {
    named: Known<RomKey>,
    equal: Known<[u8; 32]>,
}

struct Known<K> {
    roms: HashMap<K, Weak<Cartridge>>,
    /// Entries at which those that are gone are swept out.
    full: usize,
}

impl<K> Default for Known<K> {
    fn default() -> Known<K> {
        Known { roms: HashMap::new(), full: 64 }
    }
}

impl<K: Eq + Hash> Known<K> {
    fn get(&self, name: &K) -> Option<Arc<Cartridge>> {
        self.roms.get(name).and_then(Weak::upgrade)
    }

    fn keep(&mut self, name: K, cartridge: &Arc<Cartridge>) {
        if self.roms.len() >= self.full {
            self.roms.retain(|_, cartridge| cartridge.strong_count() > 0);
            self.full = 64.max(self.roms.len() * 2);
        }
        self.roms.insert(name, Arc::downgrade(cartridge));
    }
}

impl Roms {
    /// A vault over a store, with the key that its accounts' keys are wrapped by.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, key: Arc<ServerKey>) -> Roms {
        Roms { store, key, memory: Mutex::default() }
    }

    /// A ROM, ready to run. The same one for all that have equal words.
    ///
    /// # Errors
    /// [`RomsError::Store`] when it is not there or damaged, [`RomsError::Seal`] when it cannot be opened.
    pub fn cartridge(&self, key: RomKey) -> Result<Arc<Cartridge>, RomsError> {
        if let Some(known) = self.remembered().named.get(&key) {
            return Ok(known);
        }
        let bytes = self.bytes(key)?;
        Ok(self.remember(key, parsed(&bytes)?))
    }

    /// Takes in a file that somebody brought. A double of one's own is the one that is there.
    ///
    /// # Errors
    /// [`RomsError::Rom`] and [`RomsError::TooLarge`] say what is wrong with the file; [`RomsError::TooMany`].
    pub fn add(&self, account: AccountId, name: &str, bytes: &[u8]) -> Result<(RomKey, Arc<Cartridge>), RomsError> {
        if bytes.len() > LARGEST {
            return Err(RomsError::TooLarge);
        }
        let cartridge = Cartridge::from_bytes(Some(name), bytes)?;
        let words = Zeroizing::new(cartridge.normalised());
        let owner = self.owner(account)?;
        let keyed_hash = owner.keyed_hash(&words);
        let double = || -> Result<Result<RomKey, usize>, StoreError> {
            let roms = self.store.roms_of(account)?;
            Ok(roms.iter().find(|rom| rom.keyed_hash == keyed_hash).map(|rom| rom.key).ok_or(roms.len()))
        };
        let key = match double()? {
            Ok(key) => key,
            Err(MOST..) => return Err(RomsError::TooMany),
            Err(_) => {
                let key = RomKey::random().map_err(|_| SealError::Random)?;
                let sealed = owner.seal(key, &words)?;
                let name = name.to_owned();
                let row = RomRow { key, account: Some(account), name, keyed_hash, sealed, created: now() };
                match (self.store.add_rom(&row), &double) {
                    (Ok(()), _) => key,
                    // The same file twice at the same time.
                    (Err(conflict @ StoreError::Conflict(_)), double) => double()?.map_err(|_| conflict)?,
                    (Err(other), _) => return Err(other.into()),
                }
            }
        };
        Ok((key, self.remember(key, cartridge)))
    }

    /// The Pip of this program, which anybody may have. A pet keeps the Pip that it hatched with: one of another
    /// version is another ROM.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn builtin(&self) -> Result<RomKey, RomsError> {
        let pip = eggtooth_toy::pip()?;
        let named = Sha256::new().chain_update(b"eggtooth built-in ROM").chain_update(pip.identity).finalize();
        let key = RomKey(<[u8; 32]>::from(named).first_chunk().copied().unwrap_or_default());
        if !matches!(self.store.rom(key), Err(StoreError::Missing(_))) {
            return Ok(key);
        }
        let row = RomRow {
            key,
            account: None,
            name: "Pip".to_owned(),
            keyed_hash: pip.identity,
            sealed: pip.normalised(),
            created: now(),
        };
        match self.store.add_rom(&row) {
            // Two starts at the same time.
            Ok(()) | Err(StoreError::Conflict(_)) => Ok(key),
            Err(other) => Err(other.into()),
        }
    }

    /// A ROM's normalised words: big-endian pairs, 12,288 or 16,384 bytes. For nobody but its owner.
    ///
    /// # Errors
    /// As [`Roms::cartridge`].
    pub fn bytes(&self, key: RomKey) -> Result<Zeroizing<Vec<u8>>, RomsError> {
        let row = self.store.rom(key)?;
        let Some(account) = row.account else {
            let whole = <[u8; 32]>::from(Sha256::digest(&row.sealed)) == row.keyed_hash;
            let damaged = || StoreError::Damaged(format!("ROM {key} is not as it was written"));
            return if whole { Ok(Zeroizing::new(row.sealed)) } else { Err(damaged().into()) };
        };
        Ok(self.owner(account)?.open(key, &row.sealed)?)
    }

    /// Removes a ROM that no toy has.
    ///
    /// # Errors
    /// As [`Store::delete_rom`].
    pub fn remove(&self, key: RomKey) -> Result<(), RomsError> {
        self.store.delete_rom(key)?;
        self.remembered().named.roms.remove(&key);
        Ok(())
    }

    /// An account's key.
    pub(crate) fn owner(&self, account: AccountId) -> Result<AccountKey, RomsError> {
        Ok(self.key.unwrap(&self.store.account(account)?.wrapped_key)?)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, key: RomKey, cartridge: Cartridge) -> Arc<Cartridge> {
        let mut memory = self.remembered();
        let cartridge = memory.equal.get(&cartridge.identity).unwrap_or_else(|| Arc::new(cartridge));
        memory.equal.keep(cartridge.identity, &cartridge);
        memory.named.keep(key, &cartridge);
        cartridge
    }
}

/// Words that were normalised before.
fn parsed(bytes: &[u8]) -> Result<Cartridge, RomsError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(StoreError::Damaged("a ROM ends within a word".to_owned()).into());
    }
    Ok(Cartridge::from_words(&pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect::<Vec<_>>())?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::store::{Account, AccountRole, SqliteStore};
    use tempfile::TempDir;

    const ME: AccountId = AccountId([1; 16]);
    const YOU: AccountId = AccountId([2; 16]);

    fn vault() -> (TempDir, Arc<SqliteStore>, Arc<ServerKey>) {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap());
        let key = Arc::new(ServerKey::load_or_create(&folder.path().join("server.key")).unwrap());
        for (id, name) in [(ME, "me"), (YOU, "you")] {
            let account = Account {
                id,
                name: name.to_owned(),
                password: String::new(),
                role: AccountRole::Member,
                disabled: false,
                toys: 1,
                wrapped_key: key.new_account_key().unwrap().1,
                created: 0,
            };
            store.add_account(&account, None, 0).unwrap();
        }
        (folder, store, key)
    }

    /// A program like no other: `number`, then the chip's own way to do nothing.
    fn program(number: u16) -> Vec<u8> {
        let mut words = vec![0xfff_u16; 6144];
        words[..2].copy_from_slice(&[0xfff, number]);
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn a_rom_comes_back_as_it_was_brought_and_lies_sealed() {
        let (folder, store, key) = vault();
        let roms = Roms::new(store.clone(), key.clone());
        let (rom, cartridge) = roms.add(ME, "mine.bin", &program(7)).unwrap();
        assert_eq!(cartridge.normalised(), program(7));
        assert_eq!(*roms.bytes(rom).unwrap(), program(7));
        let row = store.rom(rom).unwrap();
        assert!(!row.sealed.windows(8).any(|window| window == &program(7)[..8]));
        let again = Roms::new(store.clone(), key);
        assert_eq!(again.cartridge(rom).unwrap().words, cartridge.words);
        let other = Arc::new(ServerKey::load_or_create(&folder.path().join("other.key")).unwrap());
        assert!(matches!(Roms::new(store, other).cartridge(rom), Err(RomsError::Seal(SealError::Closed))));
    }

    #[test]
    fn doubles_are_one_for_their_owner_and_in_memory_and_not_in_the_store() {
        let (_folder, store, key) = vault();
        let roms = Roms::new(store.clone(), key);
        let (first, one) = roms.add(ME, "a", &program(7)).unwrap();
        let (second, two) = roms.add(ME, "b", &program(7)).unwrap();
        let (theirs, three) = roms.add(YOU, "c", &program(7)).unwrap();
        let (_, other) = roms.add(ME, "d", &program(8)).unwrap();
        assert_eq!(first, second);
        assert_ne!(first, theirs);
        assert_ne!(store.rom(first).unwrap().keyed_hash, store.rom(theirs).unwrap().keyed_hash);
        assert!(Arc::ptr_eq(&one, &two) && Arc::ptr_eq(&one, &three) && !Arc::ptr_eq(&one, &other));
        assert_eq!(store.roms_of(ME).unwrap().len(), 2);
        roms.remove(first).unwrap();
        assert!(matches!(roms.cartridge(first), Err(RomsError::Store(StoreError::Missing(_)))));
    }

    #[test]
    fn what_nobody_uses_is_forgotten() {
        let (_folder, store, key) = vault();
        let roms = Roms::new(store, key);
        for number in 0..40 {
            let (rom, _) = roms.add(ME, "a", &program(number)).unwrap();
            assert_eq!(roms.cartridge(rom).unwrap().words[1], number);
            roms.remove(rom).unwrap();
        }
        assert!(roms.remembered().equal.roms.values().all(|rom| rom.strong_count() == 0));
        assert!(roms.remembered().named.roms.is_empty());
    }

    #[test]
    fn what_is_no_rom_or_too_much_is_refused() {
        let (_folder, store, key) = vault();
        let roms = Roms::new(store.clone(), key);
        assert!(matches!(roms.add(ME, "a", &[]), Err(RomsError::Rom(_))));
        assert!(matches!(roms.add(ME, "a", &vec![0; LARGEST + 1]), Err(RomsError::TooLarge)));
        assert!(matches!(roms.add(AccountId([9; 16]), "a", &program(1)), Err(RomsError::Store(_))));
        for number in 0..MOST {
            roms.add(ME, "a", &program(u16::try_from(number).unwrap())).unwrap();
        }
        assert!(matches!(roms.add(ME, "a", &program(100)), Err(RomsError::TooMany)));
        roms.add(ME, "a", &program(1)).unwrap();
        assert_eq!(store.roms_of(ME).unwrap().len(), MOST);
    }

    #[test]
    fn pip_is_there_once_for_everybody_and_watched_over() {
        let (_folder, store, key) = vault();
        let roms = Roms::new(store.clone(), key.clone());
        let pip = roms.builtin().unwrap();
        assert_eq!(roms.builtin().unwrap(), pip);
        assert_eq!(Roms::new(store.clone(), key).builtin().unwrap(), pip);
        assert!(eggtooth_toy::is_pip(&roms.cartridge(pip).unwrap().identity));
        assert_eq!(store.rom(pip).unwrap().account, None);
    }
}
