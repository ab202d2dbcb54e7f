//! What players and their pets keep, sealed by the owner's key in the store's settings: `player`, `friends` and
//! `keepsakes`, each with its account's or toy's identifier behind. What is sealed is bound to that name.

use super::TableError;
use crate::id::{AccountId, ToyId};
use crate::roms::{Roms, RomsError};
use crate::seal::{AccountKey, SealError};
use crate::store::Store;
use eggtooth_peer::{Friends, Identity, Shelf};
use eggtooth_playdate::keepsakes::{Keep, KeepError, LARGEST};
use std::io;
use std::sync::Arc;
use zeroize::Zeroizing;

/// One sealed thing in the store.
pub struct Kept {
    store: Arc<dyn Store>,
    key: AccountKey,
    name: String,
}

impl Kept {
    fn new(store: &Arc<dyn Store>, roms: &Roms, owner: AccountId, name: String) -> Result<Kept, RomsError> {
        Ok(Kept { store: Arc::clone(store), key: roms.owner(owner)?, name })
    }

    /// A pet's things.
    pub fn keepsakes(store: &Arc<dyn Store>, roms: &Roms, owner: AccountId, toy: ToyId) -> Result<Kept, RomsError> {
        Kept::new(store, roms, owner, format!("keepsakes {toy}"))
    }

    fn get(&self) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let sealed = self.store.setting(&self.name).map_err(io::Error::other)?.filter(|sealed| !sealed.is_empty());
        sealed.map(|sealed| self.key.open_named(&self.name, &sealed).map_err(io::Error::other)).transpose()
    }

    /// Durable when it returns.
    fn put(&self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() as u64 > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let sealed = self.key.seal_named(&self.name, bytes).map_err(io::Error::other)?;
        self.store.set_setting(&self.name, &sealed).map_err(io::Error::other)
    }
}

impl Keep for Kept {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.get()?.map(|bytes| bytes.to_vec()))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.put(bytes)
    }
}

impl Shelf for Kept {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.get()?.map(|bytes| bytes.to_vec()))
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.put(bytes)
    }
}

/// The key of a player; made when first asked for. One table of an account sits down at a time, so that it is made once.
pub fn identity(store: &Arc<dyn Store>, roms: &Roms, owner: AccountId) -> Result<Identity, TableError> {
    let kept = Kept::new(store, roms, owner, format!("player {owner}"))?;
    if let Some(bytes) = kept.get().map_err(KeepError::Read)? {
        return Identity::from_bytes(&bytes).ok_or(TableError::Seal(SealError::Closed));
    }
    let identity = Identity::generate().map_err(|_| SealError::Random)?;
    let sealed = kept.key.seal_named(&kept.name, &identity.to_bytes())?;
    store.set_setting(&kept.name, &sealed)?;
    Ok(identity)
}

/// A player's friends.
pub fn friends(store: &Arc<dyn Store>, roms: &Roms, owner: AccountId) -> Result<Friends, TableError> {
    let kept = Kept::new(store, roms, owner, format!("friends {owner}"))?;
    Ok(Friends::shelved(Box::new(kept))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::seal::ServerKey;
    use crate::store::{Account, AccountRole, SqliteStore};

    #[test]
    fn what_is_kept_is_sealed_and_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap());
        let key = Arc::new(ServerKey::load_or_create(&folder.path().join("server.key")).unwrap());
        let roms = Roms::new(Arc::clone(&store), Arc::clone(&key));
        let account = |n: u8| {
            let account = Account {
                id: AccountId([n; 16]),
                name: format!("Somebody {n}"),
                password: String::new(),
                role: AccountRole::Member,
                disabled: false,
                toys: 1,
                wrapped_key: key.new_account_key().unwrap().1,
                created: 0,
            };
            store.add_account(&account, None, 0).unwrap();
            account.id
        };
        let (mine, yours) = (account(1), account(2));
        let me = identity(&store, &roms, mine).unwrap().key();
        assert_eq!(identity(&store, &roms, mine).unwrap().key(), me);
        assert_ne!(identity(&store, &roms, yours).unwrap().key(), me);

        let toy = ToyId([7; 16]);
        let mut kept = Kept::keepsakes(&store, &roms, mine, toy).unwrap();
        assert!(Keep::read(&mut kept).unwrap().is_none());
        Keep::write(&mut kept, b"an acorn").unwrap();
        assert_eq!(Keep::read(&mut kept).unwrap().unwrap(), b"an acorn");
        let sealed = store.setting(&format!("keepsakes {toy}")).unwrap().unwrap();
        assert!(!sealed.windows(5).any(|window| window == b"acorn"));
        // Neither another's key nor another name opens it.
        assert!(Keep::read(&mut Kept::keepsakes(&store, &roms, yours, toy).unwrap()).is_err());
        store.set_setting(&format!("keepsakes {}", ToyId([8; 16])), &sealed).unwrap();
        assert!(Keep::read(&mut Kept::keepsakes(&store, &roms, mine, ToyId([8; 16])).unwrap()).is_err());
        assert!(Keep::write(&mut kept, &vec![0; LARGEST as usize + 1]).is_err());
    }
}
