//! A real process that saves without pause is killed at 25 instants; no finished save is lost.
//!
//! A test program of its own: starting a process duplicates the lock of every open data folder for
//! an instant, which would disturb tests beside it.

use eggtooth_vault::{DataDir, Envelope, Meta};

fn envelope(tick: u64) -> Envelope {
    let rom = [7; 32];
    Envelope::new(Meta { name: "Pip".into(), rom, model: "p1".into(), saved_at: 1_000_000 + tick, tick })
}

/// Not a test of its own: the process that [`kills_of_a_real_process_lose_nothing`] kills. It
/// saves without pause and reports each finished save on its standard output.
#[test]
fn helper_that_saves_until_killed() {
    let Some(root) = std::env::var_os("EGGTOOTH_VAULT_KILL_TEST") else {
        return;
    };
    let dir = DataDir::open(root).unwrap();
    let slug = dir.find("Pip").unwrap().slug;
    let mut tick = dir.load(&slug).unwrap().envelope.meta.tick;
    loop {
        tick += 1;
        dir.save(&slug, &envelope(tick)).unwrap();
        println!("saved {tick}");
    }
}

#[test]
fn kills_of_a_real_process_lose_nothing() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let tmp = tempfile::tempdir().unwrap();
    let slug = DataDir::open(tmp.path()).unwrap().create(envelope(1)).unwrap().slug;
    let mut last = 1;
    for round in 0..25u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "helper_that_saves_until_killed", "--nocapture"])
            .env("EGGTOOTH_VAULT_KILL_TEST", tmp.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reported = |line: String| line.rsplit_once("saved ")?.1.parse::<u64>().ok();
        // A varying number of saves, then death in the middle of whatever comes next.
        let mut seen = 0;
        while seen <= round % 7 {
            let line = lines.next().unwrap().unwrap();
            if let Some(tick) = reported(line) {
                last = tick;
                seen += 1;
            }
        }
        std::thread::sleep(std::time::Duration::from_micros(round * 37));
        child.kill().unwrap();
        child.wait().unwrap();
        last = lines.map_while(Result::ok).filter_map(reported).last().unwrap_or(last);

        let dir = DataDir::open(tmp.path()).unwrap();
        assert!(dir.is_writer(), "a dead process must not keep the lock");
        let loaded = dir.load_at(&slug, u64::MAX).unwrap();
        let found = loaded.envelope.meta.tick;
        assert!(found == last || found == last + 1, "{found} after {last}");
        assert_eq!(loaded.notices, []);
        last = found;
    }
}
