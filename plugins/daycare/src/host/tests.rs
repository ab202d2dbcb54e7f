//! What can only be tested from within: a machine that fails.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::{HostError, HostOptions, SteppedClock, hatch, start};
use crate::id::{AccountId, ToyId};
use crate::roms::Roms;
use crate::seal::ServerKey;
use crate::store::{Account, AccountRole, Anchor, SqliteStore, Store, ToyRow, ToyState};
use eggtooth_toy::pip;
use std::sync::Arc;
use std::time::Duration;

/// The toy whose machine fails, and from which tick on.
const DOOMED: ToyId = ToyId([0xDD; 16]);
const DOOM: u64 = 50 * 32_768;

/// Fails, if it is this toy's time.
pub(super) fn fail(toy: ToyId, tick: u64) {
    assert!(toy != DOOMED || tick < DOOM, "the machine of this test fails");
}

/// The toy that cannot be shown from that tick on.
const SHY: ToyId = ToyId([0xDE; 16]);

/// Fails, if it is that toy's time.
pub(super) fn fail_to_show(toy: ToyId, tick: u64) {
    assert!(toy != SHY || tick < DOOM, "the picture of this test fails");
}

#[test]
fn one_toy_that_fails_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let begin = 1_800_000_000_000;
    let clock = Arc::new(SteppedClock::at(begin));
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap());
    let key = Arc::new(ServerKey::load_or_create(&folder.path().join("key")).unwrap());
    let roms = Arc::new(Roms::new(store.clone(), key));
    let (owner, rom) = (AccountId([1; 16]), roms.builtin().unwrap());
    let account = Account {
        id: owner,
        name: "Ada".into(),
        password: String::new(),
        role: AccountRole::Member,
        disabled: false,
        toys: 9,
        wrapped_key: Vec::new(),
        created: begin,
    };
    store.add_account(&account, None, begin).unwrap();
    let other = ToyId([1; 16]);
    for id in [DOOMED, SHY, other] {
        let row = ToyRow {
            id,
            owner,
            name: "Pip".into(),
            rom,
            model: "p1".into(),
            theme: "egg".into(),
            sound: true,
            mercy_hours: 12,
            created: begin,
            anchor: Anchor { tick: 0, at: begin, running: true },
            state: ToyState::Alive,
            life: 1,
        };
        store.create_toy(&row, &hatch(&row, &pip().unwrap(), begin).unwrap(), None).unwrap();
    }
    let options = HostOptions { cores: Some(2), clock: clock.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (host, engine) = start(store.clone(), roms, options).unwrap();
    runtime.block_on(async {
        let _watching = host.watch(SHY).await.unwrap();
        for _ in 0..60 {
            clock.step(Duration::from_secs(1));
            host.settle().await.unwrap();
        }
        assert!(host.look(DOOMED).await.unwrap().1.broken);
        assert!(matches!(host.save(DOOMED).await, Err(HostError::Untouchable(_))));
        let (picture, condition) = host.look(other).await.unwrap();
        assert!(picture.tick >= 59 * 32_768 && condition.running && !condition.broken);
        assert!(host.look(SHY).await.unwrap().1.broken);
        assert_eq!(host.fares().await.unwrap().broken, 2);
        assert_eq!(store.toy(DOOMED).unwrap().state, ToyState::Broken);
        let diary = store.diary(DOOMED, u64::MAX, 9).unwrap();
        assert!(diary.iter().any(|row| row.line.text.contains("machine has failed")), "{diary:?}");
        // Its owner takes the battery out.
        host.reset(DOOMED).await.unwrap();
        clock.step(Duration::from_secs(10));
        host.settle().await.unwrap();
        assert!(!host.look(DOOMED).await.unwrap().1.broken);
        assert_eq!(store.toy(DOOMED).unwrap().state, ToyState::Alive);
        host.drain().await.unwrap();
    });
    engine.join();
}
