//! Real toys at the table: simulated ones on terminals, two programs, and what must not pass between them.

use super::player::Player;
use super::site::Site;
use super::wire::{Running, SECRET, bytes, joined};
use eggtooth_prong::packet::Exchange;
use rustix::process::Signal;
use serde_json::Value;

fn folder() -> Site {
    let folder = Site::loopback();
    folder.file("secret", SECRET);
    folder
}

/// A simulated toy at a link of that name.
fn toy(folder: &Site, name: &str, arguments: &str) -> Running {
    let command = format!("prong simulate --pty {name} --secret-file secret --json {arguments}");
    let mut toy = Running::eggtooth(folder, &command);
    toy.warns("a simulated toy is at");
    toy
}

/// Waits until the player's real toy stands so.
#[track_caller]
fn stands(player: &mut Player, state: &str) -> Value {
    player
        .until(&format!("a real toy that is {state}"), |event| event["event"] == "real_toy" && event["state"] == state)
}

/// A host and a guest whose toys touch, with these real toys.
fn table(folder: &Site, ada: &str, bo: &str) -> (Player, Player) {
    let (host, invites, _) = Player::host(folder, 1, &format!("--real-toy {ada}"));
    let guest = Player::start(folder, "Bo", &format!("join {} --visit --real-toy {bo}", invites[0]));
    (host, guest)
}

fn leave(mut player: Player) {
    player.orders("leave");
    assert_eq!(player.ends().0, Some(0));
}

#[test]
fn two_real_toys_have_a_playdate_through_the_table() {
    let folder = folder();
    let (one, two) = (Exchange::example(9), Exchange::example(10));
    folder.file("one", one.to_bytes());
    folder.file("two", two.to_bytes());
    for name in ["ada", "bo"] {
        std::fs::create_dir(folder.path(name)).unwrap();
    }
    let mut there = toy(&folder, "there", "--screen playdate --ghost two --into bo");
    let (mut host, mut guest) = table(&folder, "here --secret-file secret", "there --secret-file secret");
    let failed = stands(&mut host, "failed");
    assert!(failed["words"].as_str().unwrap().contains("here cannot be opened"), "{failed}");
    stands(&mut guest, "waiting");
    // It begins at once, and has to be patient until they are joined.
    let mut here = toy(&folder, "here", "--screen playdate --first --ghost one --into ada");
    host.orders("real-toy on");
    assert_eq!(stands(&mut host, "joined")["friend"]["state"], "guarded");
    assert_eq!(stands(&mut guest, "joined")["friend"]["state"], "guarded");
    for toy in [&mut here, &mut there] {
        assert!(toy.says("\"playdate\"").contains("\"friendship\""));
    }
    let visitor = |name: &str| Exchange::parse(&std::fs::read(folder.path(name)).unwrap()).unwrap().ghost;
    assert_eq!(
        (visitor("ada/visitor-001.bin").bytes(), visitor("bo/visitor-001.bin").bytes()),
        (two.ghost.bytes(), one.ghost.bytes())
    );
    // The pets have played beside it.
    for player in [&mut host, &mut guest] {
        if !player.seen.iter().any(|event| event["event"] == "played") {
            player.says("played");
        }
    }
    host.orders("real-toy off");
    assert_eq!(stands(&mut guest, "waiting")["friend"]["state"], "off");
    guest.orders("part");
    stands(&mut guest, "apart");
    leave(guest);
    leave(host);
}

#[test]
fn a_patch_ends_at_its_first_chunk_and_both_are_told() {
    let folder = folder();
    let (near, port) = joined();
    let there = toy(&folder, "there", "--patches --capture seen");
    // The guest is whoever they like: nothing guards their end.
    let bo = format!("{} --yes-raw-pipe", near.display());
    let (mut host, mut guest) = table(&folder, "there --secret-file secret", &bo);
    assert_eq!(stands(&mut host, "joined")["friend"]["state"], "raw");
    stands(&mut guest, "joined");
    folder.file("patch", bytes(0x5000));
    folder.file("pattern", [0x55; 256]);
    let send =
        |arguments: &str| folder.run(&format!("prong send --port {} --secret-file secret {arguments}", port.display()));
    let told = |player: &mut Player, by: &str, to: &str| {
        let stopped = player.says("stopped");
        assert_eq!((&stopped["by"], &stopped["to"]), (&by.into(), &to.into()), "{stopped}");
        stopped["why"].as_str().unwrap().to_owned()
    };
    for kind in [0, 3] {
        send(&format!("--type {kind} --yes-write-flash patch")).fails(1, "the other side cancelled");
        assert!(told(&mut host, "here", "here").contains("may be written to the toy's flash"));
        assert!(told(&mut guest, "friend", "friend").contains("may be written to the toy's flash"));
    }
    send("--type 15 --yes-factory-test pattern").fails(1, "the other side cancelled");
    assert!(told(&mut host, "here", "here").contains("factory test"));
    assert!(told(&mut guest, "friend", "friend").contains("factory test"));
    send("--type 4 pattern").works();
    leave(guest);
    leave(host);
    there.signal(Signal::INT);
    let toy = there.ends();
    assert!(!toy.out.contains("\"patch\"") && toy.out.matches("\"packet\"").count() == 1, "{toy:?}");
    // What the toy's own port carried: the offers, and not one chunk of a patch.
    let seen = folder.run("prong sniff --replay seen --secret-file secret --json");
    let chunks: Vec<&str> = seen.works().lines().filter(|line| line.contains("\"index\"")).collect();
    assert!(!chunks.is_empty() && chunks.iter().all(|line| line.contains("\"type\":4")), "{chunks:#?}");
}

/// Waits until a toy has been given so many bytes.
fn until_given(folder: &Site, capture: &str, bytes: u64) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while folder.path(capture).metadata().unwrap().len() < bytes {
        assert!(std::time::Instant::now() < end, "nothing comes through");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[test]
fn who_leaves_in_the_middle_leaves_no_toy_waiting() {
    let folder = folder();
    let (near, port) = joined();
    // Slow, so that a packet takes ten seconds.
    let mut there = toy(&folder, "there", "--slow 300 --capture seen");
    let ada = "there --secret-file secret";
    let bo = format!("{} --secret-file secret", near.display());
    let (mut host, invites, _) = Player::host(&folder, 3, &format!("--real-toy {ada}"));
    let join = |invite: usize| {
        let mut guest = Player::start(&folder, "Bo", &format!("join {} --visit --real-toy {bo}", invites[invite]));
        stands(&mut guest, "joined");
        guest
    };
    folder.file("data", bytes(131_092));
    folder.file("few", bytes(5000));
    let command = |file: &str| format!("prong send --type 4 --port {} --secret-file secret {file}", port.display());
    let in_the_middle = || {
        let before = folder.path("seen").metadata().unwrap().len();
        let sender = Running::eggtooth(&folder, &command("data"));
        until_given(&folder, "seen", before + 20_000);
        sender
    };
    let works = |there: &mut Running| {
        folder.run(&command("few")).works();
        assert!(there.says("\"packet\"").contains("\"bytes\":5000"));
    };
    // Who leaves: both toys are told.
    let guest = join(0);
    let sender = in_the_middle();
    leave(guest);
    there.says("the other side cancelled");
    sender.ends().fails(1, "the other side cancelled");
    stands(&mut host, "apart");
    // Who switches off, likewise.
    let mut guest = join(1);
    works(&mut there);
    let sender = in_the_middle();
    host.orders("real-toy off");
    there.says("the other side cancelled");
    sender.ends().fails(1, "the other side cancelled");
    host.orders("real-toy on");
    stands(&mut guest, "waiting");
    stands(&mut guest, "joined");
    works(&mut there);
    // Who is killed says nothing: the toy finds out by its own time.
    let sender = in_the_middle();
    guest.kill();
    there.says("\"failed\"");
    drop(sender);
    let guest = join(2);
    works(&mut there);
    leave(guest);
    leave(host);
}

#[test]
fn nobody_is_unguarded_without_having_said_so() {
    let folder = folder();
    let fails = |arguments: &str, why: &str| {
        let (status, errors) = Player::start(&folder, "Ada", &format!("host {arguments}")).ends();
        assert!(status != Some(0) && errors.contains(why), "{errors}");
    };
    fails("--real-toy none --raw-pipe", "is to be confirmed");
    fails("--real-toy none --secret-file secret --yes-raw-pipe", "leave --raw-pipe out");
    fails("--yes-raw-pipe", "--real-toy");
    fails("--real-toy none --secret-file nothing", "cannot be read");
}
