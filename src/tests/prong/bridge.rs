//! Two bridges as two friends start them: toys at their ends, a network between them, and what must not pass.

use super::wire::{Running, Terminal, bytes, folder, joined};
use crate::common::Folder;
use crate::proxy::{Proxy, Weather};
use eggtooth_prong::packet::Exchange;
use rustix::process::Signal;
use std::net::SocketAddr;
use std::time::Duration;

const SECRET: &str = "--secret-file secret";

/// A simulated toy at a link of that name.
fn toy(folder: &Folder, name: &str, arguments: &str) -> Running {
    let command = format!("prong simulate --pty {name} {SECRET} --json {arguments}");
    let mut toy = Running::eggtooth(folder, &command);
    toy.warns("a simulated toy is at");
    toy
}

/// A bridge that waits, and the words with which another one calls it through a network of that kind.
fn host(folder: &Folder, arguments: &str, weather: Weather) -> (Running, Proxy, String) {
    let command = format!("prong bridge --listen 127.0.0.1:0 --identity host.key {arguments}");
    let mut host = Running::eggtooth(folder, &command);
    let line = host.warns("waiting for a friend");
    let (addr, key) = line.split_once("--peer ").unwrap().1.split_once(' ').unwrap();
    let to: SocketAddr = addr.parse().unwrap();
    let proxy = Proxy::start("127.0.0.1:0".parse().unwrap(), to, weather, 1).unwrap();
    let call = format!("--peer {} {key} --identity guest.key", proxy.addr());
    (host, proxy, call)
}

fn guest(folder: &Folder, call: &str, arguments: &str) -> Running {
    let mut guest = Running::eggtooth(folder, &format!("prong bridge {call} {arguments}"));
    guest.warns("are joined");
    guest
}

fn stop(running: Running) -> crate::common::Done {
    running.signal(Signal::INT);
    let done = running.ends();
    done.works();
    done
}

fn late(millis: u64) -> Weather {
    Weather { delay: Duration::from_millis(millis), ..Weather::default() }
}

#[test]
fn two_toys_far_apart_have_a_playdate() {
    let folder = folder();
    let mut far = toy(&folder, "there", "--screen playdate");
    let (one, _proxy, call) = host(&folder, &format!("--port there {SECRET}"), late(50));
    let (here, port) = joined();
    let two = guest(&folder, &call, &format!("--port {} {SECRET}", port.display()));
    // It begins at once, and who does so is patient for six seconds only: it comes last.
    let first = format!("prong simulate --port {} {SECRET} --json --screen playdate --first", here.display());
    let mut near = Running::eggtooth(&folder, &first);
    for toy in [&mut near, &mut far] {
        assert!(toy.says("\"playdate\"").contains("\"friendship\""));
    }
    stop(two);
    assert!(stop(one).out.contains("131092"));
}

#[test]
fn a_patch_ends_at_the_first_bridge_that_reads_it() {
    let folder = folder();
    let (near, far) = joined();
    let mut there = toy(&folder, "there", "--patches");
    // The guest is whoever they like: their bridge guards nothing.
    let (mut one, _proxy, call) = host(&folder, &format!("--port there {SECRET} --capture seen"), late(50));
    let two = guest(&folder, &call, &format!("--port {} --yes-raw-pipe", near.display()));
    folder.file("patch", bytes(0x5000));
    folder.file("pattern", [0x55; 256]);
    let send = |arguments: &str| folder.run(&format!("prong send --port {} {SECRET} {arguments}", far.display()));
    for kind in [0, 3] {
        send(&format!("--type {kind} --yes-write-flash patch")).fails(1, "the other side cancelled");
        one.warns("may be written to the toy's flash");
    }
    send("--type 15 --yes-factory-test pattern").fails(1, "the other side cancelled");
    one.warns("factory test");
    send("--type 4 pattern").works();
    there.says("\"packet\"");
    stop(two);
    stop(one);
    let told = stop(there);
    assert!(!told.out.contains("\"patch\"") && told.out.matches("\"packet\"").count() == 1, "{told:?}");
    // What the toy's own port carried: the offers, and not one chunk of a patch.
    let seen = folder.run(&format!("prong sniff --replay seen {SECRET} --json"));
    let chunks: Vec<&str> = seen.works().lines().filter(|line| line.contains("\"index\"")).collect();
    assert!(!chunks.is_empty() && chunks.iter().all(|line| line.contains("\"type\":4")), "{chunks:#?}");
}

#[test]
fn the_pipe_is_raw_only_if_that_is_confirmed() {
    let folder = folder();
    let terminal = Terminal::new();
    let (here, there) = joined();
    let ends = format!("--port {} --to {}", terminal.path.display(), here.display());
    folder.run(&format!("prong bridge {ends} --raw-pipe")).fails(1, "is to be confirmed");
    folder.run(&format!("prong bridge {ends} --yes-raw-pipe {SECRET}")).fails(1, "leave --raw-pipe out");
    // What a person types, at a terminal of their own.
    let typed = |text: &[u8]| {
        let mut command = folder.command(format!("prong bridge {ends} --raw-pipe").split_whitespace());
        let mut person = Terminal::new();
        command.stdin(std::fs::File::open(&person.path).unwrap());
        person.write(text);
        (Running::start(command), person)
    };
    let (no, _person) = typed(b"yes\n");
    no.ends().fails(1, "not confirmed, nothing was joined");
    let (mut yes, _person) = typed(b"raw pipe\n");
    yes.warns("nothing guards the toys");
    yes.warns("are joined");
    stop(yes);
    let mut toy = toy(&folder, "toy", "");
    folder.file("few", bytes(2));
    folder.file("more", bytes(3));
    let send = |file: &str| folder.run(&format!("prong send --type 4 --port {} {SECRET} {file}", there.display()));
    let ends = format!("--port toy --to {}", here.display());
    let mut blind = Running::eggtooth(&folder, &format!("prong bridge {ends}"));
    blind.warns("only those of one or two bytes will pass");
    blind.warns("are joined");
    send("few").works();
    toy.says("\"packet\"");
    send("more").fails(1, "the other side cancelled");
    blind.warns("a packet of 3 bytes does not pass");
    stop(blind);
    let mut raw = Running::eggtooth(&folder, &format!("prong bridge {ends} --yes-raw-pipe"));
    raw.warns("nothing guards the toys");
    raw.warns("are joined");
    send("more").works();
    toy.says("\"bytes\":3");
    stop(raw);
}

#[test]
fn a_virtual_toy_takes_one_end() {
    let folder = folder();
    let (ghost, other) = (Exchange::example(9), Exchange::example(10));
    folder.file("ghost", ghost.to_bytes());
    folder.file("other", other.to_bytes());
    std::fs::create_dir(folder.path("kept")).unwrap();
    // With a toy here.
    let mut toy = toy(&folder, "toy", "--screen playdate --into kept");
    let bridge = format!("prong bridge --port toy --ghost ghost --first {SECRET} --json");
    let mut bridge = Running::eggtooth(&folder, &bridge);
    toy.says("\"playdate\"");
    bridge.says("\"playdate\"");
    stop(bridge);
    let visitor = |name: &str| Exchange::parse(&std::fs::read(folder.path(name)).unwrap()).unwrap();
    assert_eq!(visitor("kept/visitor-001.bin").ghost.bytes(), ghost.ghost.bytes());
    // With a friend, who has one as well.
    let (mut one, _proxy, call) = host(&folder, &format!("--ghost other {SECRET} --json"), late(0));
    let begins = format!("--ghost ghost --first --into kept {SECRET} --json");
    let mut two = guest(&folder, &call, &begins);
    one.says("\"playdate\"");
    two.says("\"playdate\"");
    assert_eq!(visitor("kept/visitor-002.bin").ghost.bytes(), other.ghost.bytes());
    folder.run(&format!("prong bridge --ghost ghost {SECRET}")).fails(1, "a bridge has two ends");
    folder.run("prong bridge --ghost ghost --port toy").fails(1, "shared secret");
}

/// A friend's program is killed in mid-packet and started again; a toy is switched off and on again.
#[test]
fn a_side_that_drops_ends_the_packet_and_is_waited_for() {
    let folder = folder();
    let (near, port) = joined();
    let mut there = toy(&folder, "there", "");
    let (mut one, _proxy, call) = host(&folder, &format!("--port there {SECRET}"), late(50));
    let bridge = format!("--port {} {SECRET}", near.display());
    let two = guest(&folder, &call, &bridge);
    folder.file("data", bytes(131_092));
    let sending = format!("prong send --type 4 --port {} {SECRET} data", port.display());
    let sender = Running::eggtooth(&folder, &sending);
    one.says("chunk");
    drop(two);
    drop(sender);
    let mut two = guest(&folder, &call, &bridge);
    one.warns("the friend has called again; waiting for it to come back");
    one.warns("the friend is back");
    there.says("the other side cancelled");
    folder.file("few", bytes(5000));
    let send =
        |port: &std::path::Path| folder.run(&format!("prong send --type 4 --port {} {SECRET} few", port.display()));
    send(&port).works();
    // The far toy is switched off: the near bridge hears of it, and calls again.
    drop(there);
    one.warns("waiting for it to come back");
    two.warns("waiting for it to come back");
    two.warns("the friend is back");
    let mut there = toy(&folder, "there", "");
    one.warns("there is back");
    send(&port).works();
    there.says("\"packet\"");
}
