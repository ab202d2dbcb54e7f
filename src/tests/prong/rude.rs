//! Peers that behave badly, and a user who presses Ctrl-C.

use super::wire::{Running, Terminal, bytes, folder, joined};
use std::time::{Duration, Instant};

#[test]
fn nobody_there() {
    let folder = folder();
    let port = Terminal::new();
    let began = Instant::now();
    let done = folder.run(&format!("prong echo --json --port {}", port.path.display()));
    done.fails(1, "no answer to three echo requests");
    assert!(done.out.contains("\"ok\":false"), "{done:?}");
    // EC-1: requests at 0, 2 and 4 s, and half a second more.
    assert!(began.elapsed() >= Duration::from_millis(4500), "{:?}", began.elapsed());
}

/// The terminal's buffers fill, and nobody empties them.
#[test]
fn a_peer_that_never_reads() {
    let folder = folder();
    folder.file("data", bytes(100_000));
    let mut port = Terminal::new();
    let sender = Running::eggtooth(
        &folder,
        &format!("prong send --port {} --type 1 --secret-file secret data", port.path.display()),
    );
    port.write(b"ACK\r\n");
    assert_eq!(port.read_exactly(12), b"PKT 100000\r\n");
    port.write(b"ACK\r\n");
    sender.ends().fails(1, "was sent three times and never acknowledged");
}

#[test]
fn a_peer_that_never_stops() {
    let folder = folder();
    let mut port = Terminal::new();
    let receiver = Running::receiver(
        &folder,
        &format!("prong receive --timeout 3 --port {} --secret-file secret -o out", port.path.display()),
    );
    let noise = bytes(1 << 16);
    // It waits for good once nobody reads any more.
    std::thread::spawn(move || {
        loop {
            port.write(&noise);
        }
    });
    receiver.ends().fails(1, "no packet came in time");
    assert!(!folder.path("out").exists());
}

#[test]
fn a_peer_that_claims_a_mebibyte_and_sends_nothing() {
    let folder = folder();
    let mut port = Terminal::new();
    let receiver = Running::receiver(
        &folder,
        &format!("prong receive --port {} --secret-file secret -o out", port.path.display()),
    );
    port.offer(b"PKT 1048576\r\n");
    assert_eq!(port.read_exactly(5), b"CAN\r\n");
    receiver.ends().fails(1, "offered a packet and then sent nothing");
    assert!(!folder.path("out").exists());
}

#[test]
fn control_c_cancels_by_the_rules() {
    let folder = folder();
    folder.file("data", bytes(10_000));
    let mut port = Terminal::new();
    let sender = Running::eggtooth(
        &folder,
        &format!("prong send --port {} --type 1 --secret-file secret data", port.path.display()),
    );
    assert_eq!(port.read_exactly(11), b"PKT 10000\r\n");
    port.write(b"ACK\r\n");
    port.read_exactly(4112);
    sender.signal(rustix::process::Signal::INT);
    assert_eq!(port.read_exactly(5), b"CAN\r\n");
    sender.ends().fails(1, "cancelled");
    // A receiver says so in place of its answer, at the end of the chunk.
    let receiver = Running::receiver(
        &folder,
        &format!("prong receive --port {} --secret-file secret -o out", port.path.display()),
    );
    port.offer(b"PKT 100\r\n");
    port.write(&[7; 50]);
    std::thread::sleep(Duration::from_millis(100));
    receiver.signal(rustix::process::Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    port.write(&[7; 66]);
    assert_eq!(port.read_exactly(5), b"CAN\r\n");
    receiver.ends().fails(1, "cancelled");
}

#[test]
fn what_passed_is_captured_and_read_again() {
    let folder = folder();
    folder.file("data", bytes(5000));
    let (a, b) = joined();
    let receiver = Running::receiver(
        &folder,
        &format!("prong receive --port {} --secret-file secret -o out --capture in.pcapng", a.display()),
    );
    folder
        .run(&format!(
            "prong send --port {} --type 2 --session 7 --secret-file secret --capture out.pcapng data",
            b.display()
        ))
        .works();
    receiver.ends().works();
    for capture in ["in.pcapng", "out.pcapng"] {
        let bytes = std::fs::read(folder.path(capture)).unwrap();
        assert!(!bytes.windows(18).any(|window| window == super::wire::SECRET), "the secret is in {capture}");
        let done = folder.run(&format!("prong sniff --replay {capture} --secret-file secret"));
        for words in
            ["PKT 2", "PKT 5000", "chunk 1 of 2", "session 00000007 (set)", "packet complete: 5000 bytes, type 2"]
        {
            assert!(done.works().contains(words), "{words:?} is not in {}", done.out);
        }
        let json = folder.run(&format!("prong sniff --json --replay {capture} --secret-file secret"));
        for line in json.works().lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        // Without the secret there are sizes only.
        let sealed = folder.run(&format!("prong sniff --replay {capture}"));
        assert!(sealed.works().contains("chunk 1 of 2, 920 bytes\n"), "{}", sealed.out);
    }
    folder.file("photo", "this is no capture");
    folder.run("prong sniff --replay photo").fails(1, "photo");
    folder.run("prong sniff --replay nowhere").fails(1, "nowhere cannot be read");
    folder.run("prong sniff").fails(2, "--port");
}

/// A capture of a patch, played again at a port that may lead to a toy.
#[test]
fn a_replayed_patch_is_stopped_at_its_first_chunk() {
    let folder = folder();
    folder.file("patch", bytes(0x5000));
    let (a, b) = joined();
    let receiver =
        Running::receiver(&folder, &format!("prong receive --port {} --secret-file secret -o out", a.display()));
    folder
        .run(&format!(
            "prong send --port {} --type 3 --yes-write-flash --secret-file secret --capture patch.pcapng patch",
            b.display()
        ))
        .works();
    receiver.ends().works();
    let mut port = Terminal::new();
    let player = Running::eggtooth(
        &folder,
        &format!("prong sniff --replay patch.pcapng --port {} --secret-file secret", port.path.display()),
    );
    assert_eq!(port.read_exactly(11), b"PKT 20480\r\n");
    port.write(b"ACK\r\n");
    player.ends().fails(1, "written to the toy's flash");
    assert_eq!(port.read_exactly(5), b"CAN\r\n");
}
