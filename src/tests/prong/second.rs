//! The binary and the second implementation, which was written from the published text alone.

use super::wire::{Running, bytes, folder, joined, secret_hex};
use crate::common::{Done, Folder};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::process::Command;

struct Pair {
    folder: Folder,
    here: String,
    there: String,
}

impl Pair {
    fn new() -> Pair {
        let (here, there) = joined();
        let text = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
        Pair { folder: folder(), here: text(here), there: text(there) }
    }

    fn peer(&self, arguments: &str) -> Running {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins/prong/tests/peer/peer.py");
        let mut command = Command::new("python3");
        command.arg("-B").arg(script).args([&self.there, "--secret-hex", &secret_hex(), "--timeout", "60"]);
        command.args(arguments.split_whitespace()).current_dir(self.folder.path(""));
        Running::start(command)
    }

    /// One that serves, when it is ready: an echo is asked for in less than five seconds.
    #[track_caller]
    fn server(&self, misbehaviour: &str) -> Running {
        let mut peer = self.peer(&format!("{misbehaviour} answer"));
        peer.says("\"open\"");
        peer
    }

    fn eggtooth(&self, command: &str, arguments: &str) -> Done {
        self.folder.run(&format!("prong {command} --port {} --secret-file secret {arguments}", self.here))
    }

    fn receiver(&self) -> Running {
        let command = format!("prong receive --json --port {} --secret-file secret -o out --force", self.here);
        Running::receiver(&self.folder, &command)
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn echo_both_ways() {
    let pair = Pair::new();
    let mut peer = pair.server("");
    pair.eggtooth("echo", "").works();
    peer.says("\"echo\"");
    drop(peer);
    let receiver = pair.receiver();
    pair.peer("echo").ends().works();
    receiver.signal(rustix::process::Signal::INT);
    receiver.ends().fails(1, "cancelled");
}

#[test]
fn packets_of_every_size_go_there() {
    let pair = Pair::new();
    let mut peer = pair.server("");
    for size in [1, 2, 17, 4095, 4096, 4097, 8192, 131_092] {
        pair.folder.file("data", bytes(size));
        pair.eggtooth("send", "--type 1 data").works();
        let line = peer.says("\"packet\"");
        assert!(line.contains(&sha256(&bytes(size))) && line.contains(&format!("\"size\": {size}")), "{line}");
    }
    pair.eggtooth("say", "SYNC 1").works();
    peer.says("SYNC");
    // The session at last, for it can be set only once.
    pair.eggtooth("send", "--type 2 --session 0xBADC0DE data").works();
    assert!(peer.says("\"session\"").contains("195936478"));
    peer.says("\"packet\"");
}

#[test]
fn packets_of_every_size_come_here() {
    let pair = Pair::new();
    for size in [1, 2, 17, 4095, 4096, 4097, 8192, 131_092] {
        pair.folder.file("data", bytes(size));
        let session = if size == 8192 { "--session 7 " } else { "" };
        let receiver = pair.receiver();
        pair.peer(&format!("{session}send 1 data")).ends().works();
        let done = receiver.ends();
        assert!(done.works().contains(&format!("\"bytes\":{size}")), "{done:?}");
        assert_eq!(std::fs::read(pair.folder.path("out")).unwrap(), bytes(size));
    }
}

#[test]
fn the_peer_refuses_and_we_repeat() {
    for misbehaviour in
        ["--nak 1", "--enq-at 2 1", "--drop-ack 0", "--drop-ack 2", "--echo-before-ack", "--ack-parameter"]
    {
        let pair = Pair::new();
        pair.folder.file("data", bytes(12_345));
        let mut peer = pair.server(misbehaviour);
        let done = pair.eggtooth("send", "--type 1 data");
        done.works();
        assert!(peer.says("\"packet\"").contains(&sha256(&bytes(12_345))), "{misbehaviour}");
    }
}

#[test]
fn the_peer_ends_it() {
    for (misbehaviour, sentence) in [("--can-at 1", "the other side cancelled"), ("--nak-always 1", "")] {
        let pair = Pair::new();
        pair.folder.file("data", bytes(12_345));
        let peer = pair.server(misbehaviour);
        pair.eggtooth("send", "--type 1 data").fails(1, sentence);
        drop(peer);
    }
}

#[test]
fn the_peer_sends_badly_and_we_put_it_right() {
    for misbehaviour in ["--damage 1", "--wrong-index 0", "--truncate 1", "--slow-byte 1"] {
        let pair = Pair::new();
        pair.folder.file("data", bytes(9000));
        let receiver = pair.receiver();
        pair.peer(&format!("{misbehaviour} send 1 data")).ends().works();
        receiver.ends().works();
        assert_eq!(std::fs::read(pair.folder.path("out")).unwrap(), bytes(9000), "{misbehaviour}");
    }
    let pair = Pair::new();
    pair.folder.file("data", bytes(9000));
    let receiver = pair.receiver();
    let peer = pair.peer("--can-after 0 send 1 data");
    receiver.ends().fails(1, "the other side cancelled");
    drop(peer);
    assert!(!pair.folder.path("out").exists());
}
