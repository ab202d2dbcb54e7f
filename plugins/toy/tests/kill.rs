//! A pet that is killed at any instant goes on from at most thirty seconds before.
//!
//! The test starts itself again as a headless driver, kills that without warning, and looks at
//! what the next one finds: one hundred times, at moments from a seeded generator.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eggtooth_toy::{Home, Machine, Request, TICKS_PER_SECOND, pip};
use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Names the data folder and makes this program the driver.
const FOLDER: &str = "EGGTOOTH_KILL_FOLDER";
/// `autosave` or `hurry`.
const MODE: &str = "EGGTOOTH_KILL_MODE";
/// What a crash may cost.
const MOST_LOST: u64 = 30 * TICKS_PER_SECOND;
/// A driver whose test has gone does not live on.
const MOST_DRIVEN: Duration = Duration::from_secs(60);

/// Not a test but the driver: resumes the pet, lets it live, saves it, and tells each step.
#[test]
fn driver() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let hurry = env::var(MODE).is_ok_and(|mode| mode == "hurry");
    let home = Home::open(Some(PathBuf::from(folder))).unwrap();
    let started = home.start(Request::default()).unwrap();
    // A kill is no damage: nothing may have to be passed over.
    assert_eq!(started.notices, [""; 0]);
    let mut session = started.session;
    println!("resumed {}", session.machine.tick());
    let start = Instant::now();
    let mut saved = session.machine.tick();
    while start.elapsed() < MOST_DRIVEN {
        let tick = session.machine.tick() + TICKS_PER_SECOND / 4;
        session.machine.advance(tick, &mut ());
        println!("tick {}", session.machine.tick());
        if !hurry {
            // Twenty-five times as fast as life: the disk's rest of a second is over in time.
            session.autosave().unwrap();
            thread::sleep(Duration::from_millis(10));
        } else if session.machine.tick() - saved >= 28 * TICKS_PER_SECOND {
            // As often as autosave does it in life, but with no rest between: most kills hit a save.
            session.save().unwrap();
            saved = session.machine.tick();
            println!("saved {saved}");
        }
    }
}

/// What a driver told before it died; ticks.
#[derive(Debug, Default)]
struct Told {
    resumed: u64,
    lived: u64,
    saved: u64,
}

fn drive(folder: &Path, mode: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["driver", "--exact", "--nocapture"]).env(FOLDER, folder).env(MODE, mode);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// Starts a driver, kills it `after` it has resumed, and returns what it told.
fn drive_and_kill(folder: &Path, mode: &str, after: Duration) -> Told {
    let mut child = drive(folder, mode);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (ready, resumed) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut told = Told::default();
        for line in lines {
            let line = line.unwrap();
            // A kill may cut the last line short; its tick is then too small, which does no harm.
            let Some((what, tick)) = line.rsplit_once(' ') else { continue };
            let Ok(tick) = tick.parse() else { continue };
            match what.rsplit(' ').next() {
                Some("resumed") => {
                    told.resumed = tick;
                    ready.send(()).unwrap();
                }
                Some("tick") => told.lived = told.lived.max(tick),
                Some("saved") => told.saved = told.saved.max(tick),
                _ => {}
            }
        }
        told
    });
    resumed.recv_timeout(Duration::from_secs(20)).unwrap();
    thread::sleep(after);
    // SIGKILL on Unix: nothing of the driver runs after this.
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// Kills drivers `times` times, each up to `longest` after it resumed.
fn kill(mode: &str, times: u32, longest: Duration, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut random = seed;
    let mut before = Told::default();
    for n in 0..times {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let told = drive_and_kill(folder.path(), mode, longest.mul_f64((random % 1000) as f64 / 1000.0));
        let lost = before.lived.saturating_sub(told.resumed);
        assert!(lost <= MOST_LOST, "kill {n} cost {} s: {before:?}, then {told:?}", lost / TICKS_PER_SECOND);
        assert!(told.resumed >= before.saved.max(before.resumed), "kill {n}: {before:?}, then {told:?}");
        before = told;
    }
    // It did live, and it lived the life that it would have lived without any kill.
    assert!(before.resumed > 60 * TICKS_PER_SECOND, "{before:?}");
    let home = Home::open(Some(folder.path().into())).unwrap();
    let mut machine = home.start(Request::default()).unwrap().session.machine;
    let mut unharmed = Machine::new(&pip().unwrap());
    let later = machine.tick() + TICKS_PER_SECOND;
    machine.advance(later, &mut ());
    unharmed.advance(later, &mut ());
    assert!(unharmed.state() == machine.state(), "the pet's life is another one, seen at tick {later}");
}

#[test]
fn a_kill_in_the_middle_of_saves_costs_thirty_seconds_at_most() {
    kill("hurry", 90, Duration::from_millis(120), 0x2545_F491_4F6C_DD1D);
}

#[test]
fn a_kill_between_autosaves_costs_thirty_seconds_at_most() {
    kill("autosave", 10, Duration::from_millis(2500), 0x9E37_79B9_7F4A_7C15);
}
