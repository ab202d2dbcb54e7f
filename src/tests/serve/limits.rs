//! Connections: how many, how slow, how large.

use crate::common::Folder;
use crate::daycare::{Daycare, PATIENCE};
use crate::watch::metrics;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

#[test]
fn a_header_has_ten_seconds_and_sixteen_kibibytes() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    let (mut slow, mut silent, mut idle) = (daycare.connect(), daycare.connect(), daycare.connect());
    let start = Instant::now();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    idle.write_all(format!("GET /healthz HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", daycare.port()).as_bytes()).unwrap();

    let large = format!("X-Large: {}\r\n", "a".repeat(20_000));
    let answer = daycare.ask("GET", "/healthz", &large, "");
    assert_eq!(answer.status, 431, "{answer:?}");
    let fits = format!("X-Large: {}\r\n", "a".repeat(12_000));
    assert_eq!(daycare.ask("GET", "/healthz", &fits, "").status, 200);

    for stream in [&mut slow, &mut silent, &mut idle] {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        let took = start.elapsed();
        assert!(took > Duration::from_secs(8) && took < Duration::from_secs(20), "{took:?} {rest:?}");
    }
    daycare.close();
}

#[test]
fn there_are_at_most_1024_connections() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    assert!(limit.maximum.is_none_or(|most| most > 2048), "this test needs 2,048 open files");
    let folder = Folder::new();
    let daycare = Daycare::start(&folder, "--plain --metrics 127.0.0.1:0");
    // 16 too many; which of them are refused is chance.
    let open: Vec<_> = (0..1040).map(|_| daycare.connect()).collect();
    let start = Instant::now();
    while !metrics(&daycare).1.contains("\neggtooth_connections_refused_total 16\n") {
        assert!(start.elapsed() < PATIENCE, "{}", metrics(&daycare).1);
    }
    drop(open);
    while !answers(&daycare) {
        assert!(start.elapsed() < PATIENCE, "{}", daycare.log());
    }
    daycare.close();
}

fn answers(daycare: &Daycare) -> bool {
    let mut stream = daycare.connect();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", daycare.port());
    let mut rest = Vec::new();
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.read_to_end(&mut rest);
    rest.starts_with(b"HTTP/1.1 200")
}
