//! Pseudo-terminals: the only serial lines without hardware.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod lines;

use std::path::Path;
use std::thread;
use std::time::Duration;

use eggtooth_prong::engine::{Event, Listen, Outgoing};
use eggtooth_prong::transport::pace::Paced;
use eggtooth_prong::transport::pty::{self, Pty};
use eggtooth_prong::transport::{Arrival, Clock, Transport, TransportError};
use lines::{both_ways, data, link, outcome};

const WAIT: Duration = Duration::from_secs(10);

/// Fetches until so many bytes have come.
fn fetch(line: &mut impl Transport, len: usize) -> Vec<u8> {
    let mut got = Vec::new();
    while got.len() < len {
        match line.next(WAIT).unwrap() {
            Some(Arrival::Bytes { bytes, .. }) => got.extend(bytes),
            other => panic!("{other:?} after {} of {len} bytes", got.len()),
        }
    }
    got
}

/// Sends while the other side fetches: a terminal holds 4 KiB, the queues more.
fn carry(from: &mut impl Transport, to: &mut impl Transport, len: usize) {
    let sent = data(len);
    let mut got = Vec::new();
    for piece in sent.chunks(8000) {
        from.send(piece).unwrap();
        got.extend(fetch(to, piece.len()));
    }
    assert!(got == sent);
}

#[test]
fn every_byte_passes_a_pty_unchanged() {
    let clock = Clock::start();
    let mut near = Pty::create(None, clock).unwrap();
    let mut far = pty::open(near.path(), clock).unwrap();
    assert_eq!((near.line_rate(), far.line_rate()), (None, None));
    let every: Vec<u8> = (0..=255).cycle().take(1024).collect();
    near.send(&every).unwrap();
    assert_eq!(fetch(&mut far, 1024), every);
    far.send(&every).unwrap();
    assert_eq!(fetch(&mut near, 1024), every);
    carry(&mut near, &mut far, 300_000);
    carry(&mut far, &mut near, 300_000);
}

#[test]
fn packets_go_both_ways_over_a_pty() {
    let clock = Clock::start();
    let near = Pty::create(None, clock).unwrap();
    let far = pty::open(near.path(), clock).unwrap();
    both_ways(near, far, clock, &[1, 2, 4096, 4097, 131_092]);
}

#[test]
fn packets_go_both_ways_over_a_paced_pty() {
    let clock = Clock::start();
    let near = Pty::create(None, clock).unwrap();
    let far = pty::open(near.path(), clock).unwrap();
    both_ways(Paced::new(near, 460_800, clock), Paced::new(far, 460_800, clock), clock, &[1, 4097, 16_384]);
}

#[test]
fn arrivals_are_stamped_when_they_come_and_not_when_they_are_fetched() {
    let clock = Clock::start();
    let mut near = Pty::create(None, clock).unwrap();
    let mut far = pty::open(near.path(), clock).unwrap();
    far.send(b"ACK\r\n").unwrap();
    far.flush(WAIT).unwrap();
    let sent = clock.now();
    thread::sleep(Duration::from_millis(600));
    let Some(Arrival::Bytes { at, .. }) = near.next(WAIT).unwrap() else { panic!("nothing came") };
    assert!(at < sent + Duration::from_millis(500), "sent by {sent:?}, stamped {at:?}");
}

#[test]
fn a_purge_forgets_what_has_come_and_nothing_that_comes() {
    let clock = Clock::start();
    let mut near = Pty::create(None, clock).unwrap();
    let mut far = pty::open(near.path(), clock).unwrap();
    for _ in 0..20 {
        far.send(&[b'x'; 5000]).unwrap();
        far.flush(WAIT).unwrap();
        thread::sleep(Duration::from_millis(20));
        near.purge();
        far.send(b"new").unwrap();
        assert_eq!(fetch(&mut near, 3), b"new");
        near.send(&[b'x'; 3000]).unwrap();
        near.flush(WAIT).unwrap();
        thread::sleep(Duration::from_millis(20));
        far.purge();
        near.send(b"new").unwrap();
        assert_eq!(fetch(&mut far, 3), b"new");
    }
}

#[test]
fn a_peer_that_never_reads_clogs_the_line_and_blocks_nobody() {
    let clock = Clock::start();
    let near = Pty::create(None, clock).unwrap();
    let mut far = pty::open(near.path(), clock).unwrap();
    // The near side reads and drops what is too much, as a UART does: only its bound shows.
    for _ in 0..60 {
        far.send(&[0; 4112]).unwrap();
        far.flush(WAIT).unwrap();
    }
    drop(far);
    // A side opened by somebody who reads nothing at all.
    let deaf = std::fs::OpenOptions::new().read(true).write(true).open(near.path()).unwrap();
    let mut near = near;
    let sent = (0..100).take_while(|_| near.send(&[0; 4112]).is_ok()).count();
    assert!((15..=40).contains(&sent), "{sent}");
    assert!(matches!(near.send(&[0; 4112]), Err(TransportError::Clogged(waiting)) if waiting > 60_000));
    assert!(matches!(near.flush(Duration::from_millis(20)), Err(TransportError::Clogged(_))));
    // Dropped in no time although a write is under way.
    let before = clock.now();
    drop(near);
    assert!(clock.now() - before < Duration::from_secs(1));
    drop(deaf);
}

#[test]
fn what_nobody_reads_for_three_seconds_is_lost_as_on_a_wire() {
    let clock = Clock::start();
    let mut near = Pty::create(None, clock).unwrap();
    near.send(&[b'x'; 20_000]).unwrap();
    near.flush(Duration::from_secs(40)).unwrap();
}

#[test]
fn a_pty_stays_when_the_other_side_comes_and_goes() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("toy");
    let clock = Clock::start();
    let mut near = Pty::create(Some(&link), clock).unwrap();
    for word in [b"one", b"two"] {
        let mut far = pty::open(&link, clock).unwrap();
        far.send(word).unwrap();
        assert_eq!(fetch(&mut near, 3), word);
        near.send(word).unwrap();
        assert_eq!(fetch(&mut far, 3), word);
    }
    drop(near);
    assert!(!link.is_symlink());
}

#[test]
fn a_link_of_a_dead_program_is_replaced_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("toy");
    std::os::unix::fs::symlink("/dev/pts/99999", &link).unwrap();
    drop(Pty::create(Some(&link), Clock::start()).unwrap());
    std::fs::write(&link, "precious").unwrap();
    let error = Pty::create(Some(&link), Clock::start()).unwrap_err().to_string();
    assert!(error.contains("something else is there already"), "{error}");
    assert_eq!(std::fs::read_to_string(&link).unwrap(), "precious");
}

#[test]
fn a_line_unplugged_in_mid_chunk_ends_the_packet_and_comes_back_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toy");
    let clock = Clock::start();
    let mut toy = Pty::create(Some(&path), clock).unwrap();
    let mut near = link(pty::open(&path, clock).unwrap(), clock);
    near.listen(Listen::to(0)).unwrap();
    toy.send(b"PKT 9000\r\n").unwrap();
    assert!(near.poll(Duration::from_millis(300)).is_ok());
    toy.send(&[1; 1000]).unwrap();
    toy.flush(WAIT).unwrap();
    assert!(near.poll(Duration::from_millis(300)).is_ok());
    drop(toy);
    assert_eq!(outcome(&mut near), Event::LinkLost);
    assert!(near.is_lost());
    // While it is away a send waits for nobody.
    near.send(Outgoing::new(1, vec![1]).unwrap()).unwrap();
    near.cancel().unwrap();

    let toy = Pty::create(Some(&path), clock).unwrap();
    let before = clock.now();
    while near.is_lost() {
        assert!(clock.now() - before < WAIT, "it did not come back");
        let _ = near.poll(Duration::from_millis(50)).unwrap();
    }
    let mut toy = link(toy, clock);
    let other = thread::spawn(move || {
        toy.echo().unwrap();
        let event = outcome(&mut toy);
        toy.close(WAIT).map(drop).unwrap();
        event
    });
    while !other.is_finished() {
        // The toy goes when it is done.
        let _ = near.poll(Duration::from_millis(20));
    }
    assert_eq!(other.join().unwrap(), Event::EchoAnswered);
}

#[test]
fn a_loss_is_told_between_what_came_before_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toy");
    let clock = Clock::start();
    let mut toy = Pty::create(Some(&path), clock).unwrap();
    let mut near = pty::open(&path, clock).unwrap();
    toy.send(b"before").unwrap();
    assert_eq!(fetch(&mut near, 6), b"before");
    drop(toy);
    let Some(Arrival::Lost { reason, .. }) = near.next(WAIT).unwrap() else { panic!("no loss") };
    assert!(reason.contains("unplugged"), "{reason}");
    assert!(matches!(near.send(b"x"), Err(TransportError::Gone(_))));
    let mut toy = Pty::create(Some(&path), clock).unwrap();
    assert!(matches!(near.next(WAIT).unwrap(), Some(Arrival::Back { .. })));
    toy.send(b"after").unwrap();
    assert_eq!(fetch(&mut near, 5), b"after");
    near.send(b"x").unwrap();
    assert_eq!(fetch(&mut toy, 1), b"x");
}

#[test]
fn paths_that_are_no_line_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "text").unwrap();
    let clock = Clock::start();
    let why = |path: &Path| pty::open(path, clock).unwrap_err().to_string();
    assert!(why(&folder.path().join("none")).ends_with("there is no such port"));
    for path in [file.as_path(), folder.path(), Path::new("/dev/null")] {
        assert!(why(path).ends_with("it is no serial port and no terminal"), "{}", why(path));
    }
    let near = Pty::create(None, clock).unwrap();
    let _first = pty::open(near.path(), clock).unwrap();
    assert!(why(near.path()).contains("another program is using it"));
    assert!(pty::is_pty(near.path()) && !pty::is_pty(Path::new("/dev/null")));
}
