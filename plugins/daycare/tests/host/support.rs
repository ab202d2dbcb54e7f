//! A house with a clock that is stepped.

use super::faulty::Faulty;
use eggtooth_daycare::host::{Ack, Engine, Host, HostError, HostOptions, Keys, Press, SteppedClock, hatch, start};
use eggtooth_daycare::roms::Roms;
use eggtooth_daycare::seal::ServerKey;
use eggtooth_daycare::store::*;
use eggtooth_daycare::{AccountId, RomKey, ToyId};
use eggtooth_toy::{Machine, pip};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub const START: u64 = 1_800_000_000_000;
pub const OWNER: AccountId = AccountId([1; 16]);
pub const SECOND: u64 = 32_768;

/// Everything of one daycare; the folder outlives its runs.
pub struct World {
    pub folder: TempDir,
    pub clock: Arc<SteppedClock>,
    pub runtime: Runtime,
    pub run: Option<Run>,
}

/// One run of it.
pub struct Run {
    pub store: Arc<Faulty>,
    pub host: Host,
    pub engine: Engine,
    pub rom: RomKey,
}

pub fn account() -> Account {
    Account {
        id: OWNER,
        name: "Ada".into(),
        password: String::new(),
        role: AccountRole::Admin,
        disabled: false,
        toys: 1000,
        wrapped_key: Vec::new(),
        created: START,
    }
}

pub fn row(id: ToyId, rom: RomKey, anchor: u64) -> ToyRow {
    ToyRow {
        id,
        owner: OWNER,
        name: "Pip".into(),
        rom,
        model: Machine::new(&pip().unwrap()).model().name.into(),
        theme: "egg".into(),
        sound: true,
        mercy_hours: 12,
        created: START,
        anchor: Anchor { tick: 0, at: anchor, running: true },
        state: ToyState::Alive,
        life: 1,
    }
}

pub fn id(n: u8) -> ToyId {
    ToyId([n; 16])
}

impl World {
    pub fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SteppedClock::at(START));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut world = World { folder, clock, runtime, run: None };
        world.open();
        world.store().add_account(&account(), None, START).unwrap();
        world
    }

    /// Starts the daycare.
    fn open(&mut self) {
        let sqlite = SqliteStore::open(&self.folder.path().join("daycare.sqlite")).unwrap();
        let store = Faulty::over(Arc::new(sqlite));
        let shared: Arc<dyn Store> = store.clone();
        let key = ServerKey::load_or_create(&self.folder.path().join("key")).unwrap();
        let roms = Arc::new(Roms::new(shared.clone(), Arc::new(key)));
        let rom = roms.builtin().unwrap();
        let options = HostOptions { cores: Some(2), clock: self.clock.clone() };
        let (host, engine) = start(shared, roms, options).unwrap();
        self.run = Some(Run { store, host, engine, rom });
    }

    /// Ends this run, with or without goodbye, and begins another `after` so long.
    pub fn restart(&mut self, drain: bool, after: Duration) {
        let run = self.run.take().unwrap();
        if drain {
            self.runtime.block_on(run.host.drain()).unwrap();
        }
        let Run { store, host, engine, .. } = run;
        let records = std::mem::take(&mut *store.records.lock().unwrap());
        drop(host);
        engine.join();
        drop(store);
        self.clock.step(after);
        self.open();
        *self.store().records.lock().unwrap() = records;
    }

    /// The same without the snapshots of a goodbye: nothing can be written at its end.
    pub fn restart_hard(&mut self, after: Duration) {
        for fault in [&self.store().no_snapshots, &self.store().full] {
            fault.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        self.restart(false, after);
    }

    pub fn host(&self) -> &Host {
        &self.run.as_ref().unwrap().host
    }

    pub fn store(&self) -> &Arc<Faulty> {
        &self.run.as_ref().unwrap().store
    }

    pub fn rom(&self) -> RomKey {
        self.run.as_ref().unwrap().rom
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn add(&self, n: u8) -> ToyId {
        use eggtooth_daycare::host::Clock;
        let row = row(id(n), self.rom(), self.clock.wall());
        let first = hatch(&row, &pip().unwrap(), self.clock.wall()).unwrap();
        self.store().create_toy(&row, &first, None).unwrap();
        self.wait(self.host().add(row.id)).unwrap();
        row.id
    }

    /// Time passes, and everybody has lived it.
    pub fn pass(&self, time: Duration) {
        self.clock.step(time);
        self.wait(self.host().settle()).unwrap();
    }

    pub fn held(&self, toy: ToyId, client: u8, client_seq: u32, mask: u8) -> Result<Ack, HostError> {
        let keys = Keys::Held { mask, since: None };
        self.wait(self.host().press(toy, Press { client: [client; 16], client_seq, by: OWNER, keys }))
    }

    pub fn timed(&self, toy: ToyId, client: u8, client_seq: u32, mask: u8, ms: u32) -> Result<Ack, HostError> {
        let keys = Keys::Timed { mask, milliseconds: ms };
        self.wait(self.host().press(toy, Press { client: [client; 16], client_seq, by: OWNER, keys }))
    }

    /// The state is that of a machine that was never interrupted, at the same tick.
    pub fn check(&self, toy: ToyId) -> u64 {
        let saved = self.wait(self.host().save(toy)).unwrap();
        let life = self.store().toy(toy).unwrap().life;
        let entries = self.store().of(toy, life);
        assert!(entries.iter().map(|entry| entry.seq).eq(1..=entries.len() as u64), "{entries:?}");
        assert_eq!(reference(&entries, saved.tick), saved.state, "at tick {}", saved.tick);
        saved.tick
    }
}

/// A Pip that lives from its first tick to `tick` with these presses.
pub fn reference(entries: &[Entry], tick: u64) -> [u8; 32] {
    let mut machine = Machine::new(&pip().unwrap());
    for change in entries.iter().flat_map(|entry| &entry.changes) {
        machine.press_at(change.button, change.down, change.tick);
    }
    machine.advance(tick, &mut ());
    assert_eq!(machine.tick(), tick, "a snapshot is made where an instruction ends");
    machine.state_hash().unwrap()
}
