//! A crowd of toys in real time: how many a core carries, how late they are, what they cost.
//!
//! `cargo run --release -p eggtooth_daycare --example crowd -- TOYS WATCHED SECONDS [PRESSES]` prints lines of
//! `name: value`. Every toy is a Pip at a moment of its own in the first hours of its life; WATCHED of them have a
//! viewer, and together they are pressed PRESSES times a second (20 if it is not given). The store lies in the
//! temporary folder of the system: choose the disk by `TMPDIR`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example ends by panicking, and prints")]

use eggtooth_daycare::host::{Host, HostOptions, Keys, Press, arrive, start};
use eggtooth_daycare::roms::Roms;
use eggtooth_daycare::seal::ServerKey;
use eggtooth_daycare::store::{Account, AccountRole, Anchor, SqliteStore, Store, ToyRow, ToyState};
use eggtooth_daycare::{AccountId, RomKey, ToyId, now};
use eggtooth_toy::{Machine, STATE, TICKS_PER_SECOND, pip};
use eggtooth_vault::{Envelope, Meta};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const OWNER: AccountId = AccountId([1; 16]);
/// Moments of Pip's life that the toys begin at.
const MOMENTS: usize = 100;

/// Bytes of memory that the process really uses.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

/// Seconds of processor time that the process has used.
fn used() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// Saves of Pip at moments two minutes apart.
fn moments() -> Vec<Vec<u8>> {
    let mut machine = Machine::new(&pip().unwrap());
    let save = |n: usize| {
        machine.advance((1 + n as u64) * 120 * TICKS_PER_SECOND, &mut ());
        let (rom, model) = (*machine.identity(), machine.model().name.into());
        let mut save = Envelope::new(Meta { name: "Pip".into(), rom, model, saved_at: 1, tick: machine.tick() });
        save.set_value(STATE, machine.state()).unwrap();
        save.to_bytes(1).unwrap()
    };
    (0..MOMENTS).map(save).collect()
}

fn id(n: usize) -> ToyId {
    ToyId((n as u128 + 1).to_be_bytes())
}

/// Fills a store. It is made in memory where that can be had: one commit a toy would take minutes on a disk.
fn fill(folder: &Path, toys: usize) {
    let memory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let path = memory.path().join("daycare.sqlite");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).unwrap());
    let key = Arc::new(ServerKey::load_or_create(&folder.join("key")).unwrap());
    let rom = Roms::new(store.clone(), key).builtin().unwrap();
    let (name, password, wrapped_key) = ("Ada".into(), String::new(), Vec::new());
    let (role, created) = (AccountRole::Member, now());
    let account = Account { id: OWNER, name, password, role, disabled: false, toys: u32::MAX, wrapped_key, created };
    store.add_account(&account, None, created).unwrap();
    let (moments, pip) = (moments(), pip().unwrap());
    for n in 0..toys {
        let mut row = row(id(n), rom);
        let first = arrive(&row, &pip, &moments[n % MOMENTS], now()).unwrap();
        row.anchor.tick = first.tick;
        store.create_toy(&row, &first, None).unwrap();
    }
    store.backup(&folder.join("daycare.sqlite")).unwrap();
}

fn row(id: ToyId, rom: RomKey) -> ToyRow {
    ToyRow {
        id,
        owner: OWNER,
        name: "Pip".into(),
        rom,
        model: Machine::new(&pip().unwrap()).model().name.into(),
        theme: "egg".into(),
        sound: true,
        mercy_hours: 0,
        created: now(),
        anchor: Anchor { tick: 0, at: now(), running: true },
        state: ToyState::Alive,
        life: 1,
    }
}

/// Watches for ever; returns how many pictures came.
async fn watch(host: Host, toy: ToyId) -> u64 {
    let mut watching = host.watch(toy).await.unwrap();
    let mut seen = 0;
    while watching.pictures.changed().await.is_ok() {
        watching.pictures.borrow_and_update();
        seen += 1;
    }
    seen
}

/// Presses one of the watched toys after the other, until the time is over. Returns the waits in milliseconds.
async fn press(host: Host, watched: usize, each: Duration, end: Instant) -> Vec<f64> {
    let mut timer = tokio::time::interval(each);
    let mut asked = tokio::task::JoinSet::new();
    let mut n = 0_usize;
    while Instant::now() < end {
        timer.tick().await;
        let (host, toy, client_seq) = (host.clone(), id(n % watched), n as u32 + 1);
        asked.spawn(async move {
            let keys = Keys::Timed { mask: 1 << (client_seq % 3), milliseconds: 100 };
            let begun = Instant::now();
            host.press(toy, Press { client: [9; 16], client_seq, by: OWNER, keys }).await.unwrap();
            begun.elapsed().as_secs_f64() * 1000.0
        });
        n += 1;
    }
    asked.join_all().await
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>().unwrap());
    let mut next = |or: usize| arguments.next().unwrap_or(or);
    let (toys, watched, seconds, presses) = (next(10_000), next(200), next(30), next(20));
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    fill(folder.path(), toys);
    println!("toys: {toys}\nwatched: {watched}\nfilled in s: {:.1}", begun.elapsed().as_secs_f64());

    let before = resident();
    let begun = Instant::now();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap());
    let key = Arc::new(ServerKey::load_or_create(&folder.path().join("key")).unwrap());
    let opened = begun.elapsed();
    let roms = Arc::new(Roms::new(store.clone(), key));
    let (host, engine) = start(store, roms, HostOptions::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fares = runtime.block_on(host.fares()).unwrap();
    assert_eq!((fares.toys, fares.broken), (toys, 0));
    println!(
        "start in s: {:.2}\nof which opening the store: {:.2}",
        begun.elapsed().as_secs_f64(),
        opened.as_secs_f64()
    );

    // What was missed while the store was filled is lived first.
    let begun = Instant::now();
    while runtime.block_on(host.fares()).unwrap().catching_up > 0 && begun.elapsed() < Duration::from_secs(300) {
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("caught up in s: {:.1}", begun.elapsed().as_secs_f64());
    for n in 0..watched {
        runtime.spawn(watch(host.clone(), id(n)));
    }
    // Two windows of the figures, so that the beginning is forgotten.
    std::thread::sleep(Duration::from_secs(31));
    let (begun, processor) = (Instant::now(), used());
    let end = begun + Duration::from_secs(seconds as u64);
    let each = Duration::from_secs(1) / u32::try_from(presses.max(1)).unwrap();
    let mut waits = if watched == 0 || presses == 0 {
        std::thread::sleep(end - begun);
        vec![0.0]
    } else {
        runtime.block_on(runtime.spawn(press(host.clone(), watched, each, end))).unwrap()
    };
    let share = (used() - processor) / begun.elapsed().as_secs_f64();
    let fares = runtime.block_on(host.fares()).unwrap();
    waits.sort_by(f64::total_cmp);
    let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize];
    println!("load in cores: {:.3}\ntoys per core: {:.0}", fares.load, toys as f64 / fares.load);
    println!("processor in cores: {share:.3}\ntoys per core of all processor time: {:.0}", toys as f64 / share);
    let three = |[half, most, worst]: [f64; 3]| format!("{half:.2} {most:.2} {worst:.2}");
    println!("watched late in ms (p50 p99 worst): {}", three(fares.watched_late));
    println!("others late in ms (p50 p99 worst): {}", three(fares.late));
    println!("presses: {}\nacknowledged in ms (p50 p99 worst): {}", waits.len(), three([at(0.5), at(0.99), at(1.0)]));
    println!("bytes per toy: {}", (resident() - before) / toys as u64);
    let begun = Instant::now();
    runtime.block_on(host.drain()).unwrap();
    engine.join();
    println!("drain in s: {:.2}", begun.elapsed().as_secs_f64());
}
