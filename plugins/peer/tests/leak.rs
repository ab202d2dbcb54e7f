//! Threads end with what needed them. Alone in its process, because it counts them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::Read;
use std::time::{Duration, Instant};

use eggtooth_peer::Limits;
use support::{LONG, pair_with};

/// Threads that drive an endpoint.
fn threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name == "peer\n").count()
}

/// So many are left. The system lists a thread for a moment after it was joined: what wakes who waits for it comes before
/// what takes it off the list.
#[track_caller]
fn leaves(count: usize) {
    let began = Instant::now();
    while threads() > count && began.elapsed() < LONG {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(threads(), count);
}

#[test]
fn nothing_stays_behind() {
    for _ in 0..5 {
        let (a, b, at_a, at_b) = pair_with(Limits::default());
        assert_eq!(threads(), 2);
        let (mut reader, writer) = at_b.split();
        drop(b);
        assert_eq!(threads(), 2, "a stream keeps its endpoint's thread");
        let began = Instant::now();
        // Ends without waiting for any idle time, because the other end says goodbye.
        drop((at_a, a));
        leaves(1);
        assert!(reader.read(&mut [0]).map_or(true, |len| len == 0));
        drop(reader);
        assert_eq!(threads(), 1);
        drop(writer);
        leaves(0);
        assert!(began.elapsed() < Limits::default().idle / 2, "{:?}", began.elapsed());
    }
}
