//! Two computers with a cable between them: processes in network namespaces of their own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, Read, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use eggtooth_peer::{Admitted, Ended, Friends, Guests, Identity, Invite, Limits, Line, Meeting, Nearby, Whom};
use support::LONG;
use support::tables::name;

const HOST: &str = "10.77.0.1";
const GUEST: &str = "10.77.0.2";
const ELSEWHERE: &str = "10.77.0.3";

/// A silent line ends soon.
fn limits() -> Limits {
    Limits { keep_alive: Duration::from_millis(500), idle: Duration::from_secs(3), ..Limits::default() }
}

fn ip(words: &str) {
    let done = Command::new("ip").args(words.split(' ')).status().unwrap();
    assert!(done.success(), "ip {words}");
}

/// Starts a test of this file as a process of its own.
fn process(unshare: &[&str], test: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(unshare).arg(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    command
}

fn is_cut(line: &Line) {
    let ended = line.wait_ended(LONG).unwrap().unwrap();
    assert!(matches!(&ended, Ended { by_them: false, code: None, .. }), "{ended:?}");
}

#[test]
fn two_computers_meet() {
    let namespaces = Command::new("unshare").args(["-Urn", "ip", "link", "add", "left", "type", "veth"]).output();
    if !namespaces.as_ref().is_ok_and(|output| output.status.success()) {
        // Past the test harness, which keeps what a good test prints.
        let words = "\nNOT TRIED: this system lets no test make network namespaces (unshare, ip)\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        return;
    }
    assert!(process(&["-Urn"], "the_host").status().unwrap().success());
}

#[test]
#[ignore = "the test above starts it in a namespace"]
fn the_host() {
    let mut guest = process(&["-n"], "the_guest").stdin(Stdio::piped()).spawn().unwrap();
    let own = std::fs::read_link("/proc/self/ns/net").unwrap();
    let theirs = format!("/proc/{}/ns/net", guest.id());
    let deadline = Instant::now() + LONG;
    while std::fs::read_link(&theirs).unwrap() == own {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(5));
    }
    ip("link set lo up");
    ip(&format!("link add left type veth peer name right netns {}", guest.id()));
    ip(&format!("addr add {HOST}/24 dev left"));
    ip("link set left up");

    let folder = tempfile::tempdir().unwrap();
    let friends = Friends::open(folder.path()).unwrap();
    let guests = Guests::new(friends.clone());
    let identity = Identity::generate().unwrap();
    let everywhere: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let host = Meeting::open(everywhere, &identity, &name("Host"), Some(&guests), limits()).unwrap();
    assert_eq!(host.addresses(), [SocketAddr::new(HOST.parse().unwrap(), host.local_addr().port())]);
    let _nearby = Nearby::announce(host.key(), host.local_addr()).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let invite = Invite::new(host.key(), &host.addresses(), now, 600).unwrap();
    guests.expect(&invite);
    writeln!(guest.stdin.take().unwrap(), "{}", invite.to_text()).unwrap();

    let line = host.accept(LONG).unwrap().unwrap();
    assert_eq!((line.how(), line.remote().ip()), (Admitted::Invite, GUEST.parse().unwrap()));
    friends.befriend(line.peer(), line.their_name(), &[], now).unwrap();
    line.control().unwrap().1.write_all(b"friends").unwrap();

    let again = host.accept(LONG).unwrap().unwrap();
    assert_eq!((again.how(), again.peer()), (Admitted::Friend, line.peer()));
    let (mut reader, mut writer) = again.accept(LONG).unwrap().unwrap().1.split();
    reader.set_limit(Some(LONG));
    reader.read_exact(&mut [0; 3]).unwrap();
    assert_eq!(again.remote().ip(), GUEST.parse::<std::net::IpAddr>().unwrap());
    reader.read_exact(&mut [0; 3]).unwrap();
    assert_eq!(again.remote().ip(), ELSEWHERE.parse::<std::net::IpAddr>().unwrap());
    while again.moves() == 0 {
        assert!(Instant::now() < deadline + LONG);
        std::thread::sleep(Duration::from_millis(5));
    }
    writer.write_all(b"seen").unwrap();
    // The guest pulls the plug.
    is_cut(&again);
    assert_eq!(again.moves(), 1);
    assert!(guest.wait().unwrap().success());
}

#[test]
#[ignore = "the host starts it in a namespace"]
fn the_guest() {
    let mut invite = String::new();
    // The cable is there when it comes.
    std::io::stdin().lock().read_line(&mut invite).unwrap();
    ip("link set lo up");
    ip(&format!("addr add {GUEST}/24 dev right"));
    ip("link set right up");
    let invite = Invite::parse(&invite).unwrap();
    let identity = Identity::generate().unwrap();
    let guest = Meeting::open("0.0.0.0:0".parse().unwrap(), &identity, &name("Guest"), None, limits()).unwrap();
    let line = guest.join(&invite, LONG).unwrap();
    assert_eq!(line.remote(), invite.addresses()[0]);
    let folder = tempfile::tempdir().unwrap();
    let friends = Friends::open(folder.path()).unwrap();
    friends.befriend(line.peer(), line.their_name(), &[], 0).unwrap();
    line.control().unwrap().0.read_exact(&mut [0; 7]).unwrap();
    drop(line);

    // No address is known; the network tells.
    let nearby = Nearby::search().unwrap();
    let deadline = Instant::now() + LONG;
    let found = loop {
        if let [one] = nearby.friends(&friends).as_slice() {
            break one.clone();
        }
        assert!(Instant::now() < deadline, "{:?}", nearby.trouble());
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!((found.key, &*found.addresses), (invite.host(), invite.addresses()));
    let line = guest.join(Whom::Friend { key: found.key, addresses: &found.addresses }, LONG).unwrap();
    let (mut reader, mut writer) = line.open(1).unwrap().split();
    writer.write_all(b"one").unwrap();
    ip(&format!("addr add {ELSEWHERE}/24 dev right"));
    guest.rebind(SocketAddr::new(ELSEWHERE.parse().unwrap(), 0)).unwrap();
    writer.write_all(b"two").unwrap();
    reader.set_limit(Some(LONG));
    reader.read_exact(&mut [0; 4]).unwrap();
    ip("link set right down");
    is_cut(&line);
}
