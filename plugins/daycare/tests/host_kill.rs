//! A daycare that is killed at any instant: no acknowledged press is lost, and every pet is what it would be.
//!
//! The test starts itself again as a daycare with a dozen toys that are pressed at random, kills that without warning
//! at moments from a seeded generator, and looks at what is in the store: 24 times, or as often as EGGTOOTH_SEEDS says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use eggtooth_daycare::host::{Engine, Host, HostError, HostOptions, Keys, Press, hatch, start};
use eggtooth_daycare::roms::Roms;
use eggtooth_daycare::seal::ServerKey;
use eggtooth_daycare::store::{
    Account, AccountRole, Anchor, Entry, MoveState, SqliteStore, Store, StoreError, ToyRow, ToyState,
};
use eggtooth_daycare::{AccountId, MoveId, ToyId, now};
use eggtooth_toy::{Machine, pip};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const FOLDER: &str = "EGGTOOTH_HOST_FOLDER";
const RUN: &str = "EGGTOOTH_HOST_RUN";
const AGAIN: &str = "EGGTOOTH_HOST_AGAIN";
const OWNER: AccountId = AccountId([1; 16]);
const TOYS: u8 = 12;
/// The toy that is carried away and comes back all the time.
const MOVER: u8 = 13;
const CLIENTS: u8 = 6;
/// A daycare whose test has gone does not live on.
const MOST: Duration = Duration::from_secs(30);

/// Small, seeded, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn id(n: u8) -> ToyId {
    ToyId([n; 16])
}

fn store(folder: &Path) -> Arc<dyn Store> {
    // The lock of a process that was killed goes with it, but not before it is dead.
    let begun = Instant::now();
    loop {
        match SqliteStore::open(&folder.join("daycare.sqlite")) {
            Err(StoreError::InUse(_)) if begun.elapsed() < Duration::from_secs(5) => thread::yield_now(),
            opened => return Arc::new(opened.unwrap()),
        }
    }
}

fn roms(folder: &Path, store: &Arc<dyn Store>) -> Arc<Roms> {
    let key = ServerKey::load_or_create(&folder.join("key")).unwrap();
    Arc::new(Roms::new(store.clone(), Arc::new(key)))
}

fn open(folder: &Path) -> (Arc<dyn Store>, Host, Engine) {
    let store = store(folder);
    let (host, engine) = start(store.clone(), roms(folder, &store), HostOptions::default()).unwrap();
    (store, host, engine)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn ask(host: &Host, toy: u8, client: u8, client_seq: u32, keys: Keys) {
    println!("ask {toy} {client} {client_seq}");
    match host.press(id(toy), Press { client: [client; 16], client_seq, by: OWNER, keys }).await {
        Ok(ack) => println!("ack {toy} {client} {client_seq} {}", ack.tick),
        // A client that asks again much later than it may.
        Err(HostError::Refused(_)) => println!("no {toy} {client} {client_seq}"),
        Err(HostError::Closing) => {}
        Err(error) => panic!("{error}"),
    }
}

/// One client with toys of its own, which it presses one after the other: each of its presses changes something.
async fn play(host: Host, client: u8, run: u32, mut dice: Dice) {
    let mut saved = BTreeSet::new();
    let mut held = [0_u8; 32];
    for n in 1.. {
        let toy = client + CLIENTS * dice.roll(u64::from(TOYS / CLIENTS)) as u8;
        let mask = 1 + dice.roll(7) as u8;
        let keys = match dice.roll(3) {
            0 if held[usize::from(toy)] == 0 => Keys::Timed { mask, milliseconds: 20 + dice.roll(300) as u32 },
            _ => {
                held[usize::from(toy)] = if held[usize::from(toy)] == 0 { mask } else { 0 };
                Keys::Held { mask: held[usize::from(toy)], since: Some(dice.roll(200) as u16) }
            }
        };
        ask(&host, toy, client, run * 100_000 + n, keys).await;
        // Once for each toy and run: of older records the store may forget what the test has not read.
        if dice.roll(20) == 0 && saved.insert(toy) {
            host.snapshot(id(toy)).await.unwrap();
        }
        if dice.roll(8) == 0 {
            drop(host.watch(id(toy)).await.unwrap());
        }
    }
}

/// The toy that leaves and comes back: once in a run, because its leaving is a snapshot, too.
async fn carry(host: Host, run: u32, mut dice: Dice) {
    let when = 1 + dice.roll(8) as u32;
    for n in 1.. {
        ask(&host, MOVER, 99, run * 100_000 + n, Keys::Timed { mask: 1, milliseconds: 50 }).await;
        if n != when {
            continue;
        }
        let by = MoveId(u128::from(run).to_be_bytes());
        let left = host.leave(id(MOVER), by, OWNER).await.unwrap();
        println!("left {}", left.tick);
        assert_eq!(host.leave(id(MOVER), by, OWNER).await.unwrap(), left);
        tokio::time::sleep(Duration::from_millis(dice.roll(60))).await;
        host.come_back(id(MOVER), by).await.unwrap();
    }
}

/// Not a test but the daycare: told by the environment where and which run.
#[test]
fn daycare() {
    let (Some(folder), Ok(run)) = (env::var_os(FOLDER), env::var(RUN)) else { return };
    let run: u32 = run.parse().unwrap();
    let (store, host, _engine) = open(Path::new(&folder));
    if let ToyState::Leaving(by) = store.toy(id(MOVER)).unwrap().state {
        assert_eq!(store.find_move(by).unwrap().unwrap().state, MoveState::Leaving);
        runtime().block_on(host.come_back(id(MOVER), by)).unwrap();
    }
    println!("ready");
    let runtime = runtime();
    let again = env::var(AGAIN).unwrap_or_default();
    runtime.block_on(async {
        for word in again.split_whitespace() {
            let n: Vec<u32> = word.split(',').map(|n| n.parse().unwrap()).collect();
            ask(&host, n[0] as u8, n[1] as u8, n[2], Keys::Timed { mask: 1, milliseconds: 40 }).await;
        }
    });
    for client in 1..=CLIENTS {
        runtime.spawn(play(host.clone(), client, run, Dice(u64::from(run) * 97 + u64::from(client))));
    }
    runtime.spawn(carry(host.clone(), run, Dice(u64::from(run) + 7)));
    thread::sleep(MOST);
}

/// What the runs have told.
#[derive(Default)]
struct Told {
    asked: BTreeSet<(u8, u8, u32)>,
    acknowledged: BTreeMap<(u8, u8, u32), u64>,
    left: u64,
    /// Runs that were killed before they were ready.
    early: usize,
}

/// Starts a daycare and kills it after so long.
fn run_and_kill(folder: &Path, run: u32, again: &str, after: Duration, told: &mut Told) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["daycare", "--exact", "--nocapture"]).env(FOLDER, folder).env(RUN, run.to_string()).env(AGAIN, again);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let output = child.stdout.take().unwrap();
    let reader = thread::spawn(move || BufReader::new(output).split(b'\n').map(Result::unwrap).collect::<Vec<_>>());
    // Only an early end ends this wait earlier.
    let begun = Instant::now();
    while begun.elapsed() < after && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(child.try_wait().unwrap().is_none(), "run {run} ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    let mut ready = false;
    for line in reader.join().unwrap() {
        let line = String::from_utf8(line).unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let number = |n: usize| words[n].parse::<u64>().unwrap();
        match words[..] {
            ["ready"] => ready = true,
            ["ask", _, _, _] => drop(told.asked.insert((number(1) as u8, number(2) as u8, number(3) as u32))),
            // The kill may have cut the last line short.
            ["ack", _, _, _, tick] if !tick.is_empty() => {
                told.acknowledged.insert((number(1) as u8, number(2) as u8, number(3) as u32), number(4));
            }
            ["no", _, _, _] => drop(told.asked.remove(&(number(1) as u8, number(2) as u8, number(3) as u32))),
            ["left", tick] if !tick.is_empty() => {
                assert!(number(1) >= told.left, "the tick of a toy that is carried about goes back");
                told.left = number(1);
            }
            _ => {}
        }
    }
    told.early += usize::from(!ready);
}

fn reference(entries: &BTreeMap<u64, Entry>, tick: u64) -> [u8; 32] {
    let mut machine = Machine::new(&pip().unwrap());
    for change in entries.values().flat_map(|entry| &entry.changes) {
        machine.press_at(change.button, change.down, change.tick);
    }
    machine.advance(tick, &mut ());
    machine.state_hash().unwrap()
}

fn fill(folder: &Path) {
    let store = store(folder);
    let rom = roms(folder, &store).builtin().unwrap();
    let (name, password, wrapped_key) = ("Ada".into(), String::new(), Vec::new());
    let (role, created) = (AccountRole::Member, now());
    store
        .add_account(
            &Account { id: OWNER, name, password, role, disabled: false, toys: 99, wrapped_key, created },
            None,
            created,
        )
        .unwrap();
    for n in 1..=MOVER {
        let row = ToyRow {
            id: id(n),
            owner: OWNER,
            name: "Pip".into(),
            rom,
            model: Machine::new(&pip().unwrap()).model().name.into(),
            theme: "egg".into(),
            sound: true,
            // Some live through outages, for others time stands still.
            mercy_hours: u16::from(n % 2),
            created,
            anchor: Anchor { tick: 0, at: created, running: true },
            state: ToyState::Alive,
            life: 1,
        };
        store.create_toy(&row, &hatch(&row, &pip().unwrap(), created).unwrap(), None).unwrap();
    }
}

#[test]
fn a_kill_loses_nothing_that_was_acknowledged() {
    if env::var_os(FOLDER).is_some() {
        return;
    }
    let seeds: u32 = env::var("EGGTOOTH_SEEDS").map_or(24, |seeds| seeds.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let (mut told, mut entries) = (Told::default(), BTreeMap::<u8, BTreeMap<u64, Entry>>::new());
    let mut dice = Dice(0x5EED_0001);
    let mut again = String::new();
    for run in 1..=seeds {
        run_and_kill(folder.path(), run, &again, Duration::from_millis(20 + dice.roll(600)), &mut told);
        let store = store(folder.path());
        for n in 1..=MOVER {
            assert_eq!(store.toy(id(n)).unwrap().life, 1, "toy {n} had to step back");
            let known = entries.entry(n).or_default();
            for entry in store.journal(id(n), 1, 0).unwrap() {
                let before = known.insert(entry.seq, entry.clone());
                assert!(before.is_none_or(|before| before == entry));
            }
            assert!(known.keys().copied().eq(1..=known.len() as u64), "toy {n}'s records have a hole");
        }
        // Whoever got no answer asks again.
        let open = told.asked.iter().filter(|asked| !told.acknowledged.contains_key(*asked));
        again = open.rev().take(8).map(|(toy, client, seq)| format!("{toy},{client},{seq} ")).collect();
    }
    let mut found = BTreeMap::new();
    for (n, entry) in entries.iter().flat_map(|(n, all)| all.values().map(|entry| (*n, entry))) {
        if entry.client != [0; 16] {
            let asked = (n, entry.client[0], entry.client_seq);
            assert!(found.insert(asked, entry.changes[0].tick).is_none(), "{asked:?} happened twice");
        }
    }
    let written = found.len();
    for (asked, tick) in &told.acknowledged {
        assert_eq!(found.get(asked), Some(tick), "{asked:?} was acknowledged, and its record is not the same");
    }
    let (store, host, engine) = open(folder.path());
    let runtime = runtime();
    for n in 1..=MOVER {
        if let ToyState::Leaving(by) = store.toy(id(n)).unwrap().state {
            runtime.block_on(host.come_back(id(n), by)).unwrap();
        }
        let saved = runtime.block_on(host.save(id(n))).unwrap();
        // What was held when the last run was killed is released by now.
        for entry in store.journal(id(n), 1, 0).unwrap() {
            entries.entry(n).or_default().insert(entry.seq, entry);
        }
        assert_eq!(reference(&entries[&n], saved.tick), saved.state, "toy {n} at {}", saved.tick);
    }
    runtime.block_on(host.drain()).unwrap();
    engine.join();
    println!(
        "{seeds} kills, {} of them before the daycare was ready; {} presses acknowledged, {written} records",
        told.early,
        told.acknowledged.len(),
    );
    assert!(told.acknowledged.len() as u32 > seeds && (told.early as u32) < seeds / 2);
}
