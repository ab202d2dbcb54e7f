//! The simulated toy, and two programs on a network.

use super::wire::{Running, bytes, folder};
use crate::common::Folder;
use eggtooth_prong::packet::{Exchange, Item};

struct Toy {
    folder: Folder,
    toy: Running,
}

impl Toy {
    fn new(arguments: &str) -> Toy {
        let folder = folder();
        std::fs::create_dir(folder.path("kept")).unwrap();
        let command = format!("prong simulate --pty toy --secret-file secret --json --into kept {arguments}");
        let mut toy = Running::eggtooth(&folder, &command);
        toy.warns("a simulated toy is at toy");
        Toy { folder, toy }
    }

    fn prong(&self, command: &str) -> crate::common::Done {
        self.folder.run(&format!("prong {command} --port toy --secret-file secret"))
    }
}

/// An archive of three files that a toy takes.
fn item() -> Vec<u8> {
    Item::build(&bytes(900), &bytes(5000), &bytes(300)).unwrap().into_bytes()
}

#[test]
fn it_answers_takes_downloads_and_swaps() {
    let mut toy = Toy::new("--give 42");
    toy.folder.file("item", item());
    toy.prong("echo").works();
    assert!(toy.prong("send --type 3 item").works().contains("of type 3"));
    toy.toy.says("\"item\"");
    assert_eq!(std::fs::read(toy.folder.path("kept/item-001.arc2")).unwrap(), item());
    assert!(toy.prong("gift --give 7 --first").works().contains("gave item 7, got item 42"));
    toy.toy.says("\"gifts\"");
    toy.folder.file("ghost", Exchange::example(5).to_bytes());
    let met = toy.prong("playdate --first --ghost ghost -o visitor");
    assert!(met.works().contains("friendship"), "{met:?}");
    toy.toy.says("\"playdate\"");
    Exchange::parse(&std::fs::read(toy.folder.path("visitor")).unwrap()).unwrap();
    Exchange::parse(&std::fs::read(toy.folder.path("kept/visitor-001.bin")).unwrap()).unwrap();
    // No item: refused with the last chunk, never acknowledged to its end.
    toy.folder.file("junk", bytes(5000));
    toy.prong("send --type 3 junk").fails(1, "the other side cancelled");
    toy.toy.signal(rustix::process::Signal::INT);
    toy.toy.ends().works();
    assert!(toy.folder.path("toy").symlink_metadata().is_err(), "the link is left behind");
}

#[test]
fn it_begins_itself() {
    let toy = Toy::new("--screen gifts --first --give 9");
    assert!(toy.prong("gift --give 3").works().contains("gave item 3, got item 9"));
    let toy = Toy::new("--screen playdate --first");
    toy.prong("playdate").works();
}

#[test]
fn it_can_be_slow_and_noisy() {
    let mut toy = Toy::new("--slow 300 --noisy 60 --seed 3");
    toy.folder.file("item", item());
    for _ in 0..3 {
        toy.prong("send --type 3 item").works();
        toy.toy.says("\"item\"");
    }
}

#[test]
fn it_can_be_deaf_and_rude() {
    let toy = Toy::new("--deaf");
    toy.prong("echo").fails(1, "no answer to three echo requests");
    // Rude: it cancels when it likes; whatever it does, both programs come to an end.
    let mut toy = Toy::new("--rude --seed 5");
    toy.folder.file("item", item());
    let outcomes: Vec<_> = (0..12).map(|_| toy.prong("send --type 3 item").code).collect();
    assert!(outcomes.contains(&Some(0)), "{outcomes:?}");
    assert!(outcomes.iter().all(|code| matches!(code, Some(0 | 1))), "{outcomes:?}");
    toy.toy.says("\"item\"");
}

/// Two programs, two keys, one stream: the friend who waits prints what the other needs.
#[test]
fn two_friends_swap_a_gift_and_a_playdate() {
    let folder = folder();
    let here = Exchange::example(11);
    folder.file("ghost", here.ghost.bytes());
    for (command, mine, theirs) in
        [("gift", "--give 5", "--give 6"), ("playdate", "-o came-here", "--ghost ghost -o came-there")]
    {
        let waiting = format!("prong {command} --listen 127.0.0.1:0 --identity here.key {mine}");
        let mut waiting = Running::eggtooth(&folder, &waiting);
        let line = waiting.warns("waiting for a friend");
        let call = line.split_once("friend: ").unwrap().1.to_owned();
        let called = folder.run(&format!("prong {command} {call} --identity there.key {theirs}"));
        called.works();
        let waited = waiting.ends();
        waited.works();
        if command == "gift" {
            assert!(called.out.contains("gave item 6, got item 5") && waited.out.contains("gave item 5, got item 6"));
        }
    }
    let came = Exchange::parse(&std::fs::read(folder.path("came-here")).unwrap()).unwrap();
    assert_eq!(came.ghost.bytes(), here.ghost.bytes());
    assert!(folder.path("came-there").exists());
}

#[test]
fn strangers_and_wrong_keys() {
    let folder = folder();
    let mut waiting = Running::eggtooth(&folder, "prong gift --listen 127.0.0.1:0 --identity here.key --give 1");
    let line = waiting.warns("waiting for a friend");
    let call = line.split_once("friend: ").unwrap().1.to_owned();
    let (addr, key) = call.rsplit_once(' ').unwrap();
    let other: String = key.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
    let wrong = folder.run(&format!("prong gift {addr} {other} --identity there.key --give 2"));
    wrong.fails(1, "");
    folder.run(&format!("prong gift {addr} 123 --identity there.key --give 2")).fails(1, "");
    folder.run(&format!("prong gift {} --give 2", addr.split(" --key").next().unwrap())).fails(2, "--key");
    // The honest one still gets through.
    folder.run(&format!("prong gift {call} --identity there.key --give 2")).works();
    waiting.ends().works();
}

/// A toy, a bridge, and a program at the far end that would play and then write the toy's flash.
#[test]
fn a_bridge_lets_toys_play_and_stops_a_patch() {
    let mut toy = Toy::new("--patches");
    let (near, far) = super::wire::joined();
    let command = format!("prong bridge --port toy --to {} --secret-file secret", near.display());
    let mut bridge = Running::eggtooth(&toy.folder, &command);
    bridge.warns("are joined");
    let prong =
        |command: &str| toy.folder.run(&format!("prong {command} --port {} --secret-file secret", far.display()));
    prong("echo").works();
    prong("playdate --first").works();
    toy.toy.says("\"playdate\"");
    toy.folder.file("item", [0x55; 256]);
    toy.folder.file("patch", bytes(0x5000));
    for kind in [0, 3] {
        prong(&format!("send --type {kind} --yes-write-flash patch")).fails(1, "the other side cancelled");
        bridge.warns("may be written to the toy's flash");
    }
    prong("send --type 15 --yes-factory-test item").fails(1, "the other side cancelled");
    bridge.signal(rustix::process::Signal::INT);
    let log = bridge.ends();
    assert!(log.works().contains("playdate") || log.out.contains("PKT 131092"), "{log:?}");
    toy.toy.signal(rustix::process::Signal::INT);
    let told = toy.toy.ends();
    assert!(!told.works().contains("\"patch\"") && !told.out.contains("\"packet\""), "{told:?}");
}
