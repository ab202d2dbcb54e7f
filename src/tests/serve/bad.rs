//! What is wrong is said in one sentence, with the right status.

use crate::common::{Done, Folder};
use crate::daycare::Daycare;
use std::fs;
use std::net::TcpListener;

/// Fails with one sentence on standard error: one line.
#[track_caller]
fn fails(done: &Done, code: i32, sentence: &str) {
    done.fails(code, sentence);
    let lines = done.err.lines().filter(|line| line.starts_with("eggtooth: ")).count();
    assert_eq!(lines, 1, "{}", done.err);
    assert!(!done.out.contains("http"), "{}", done.out);
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    let folder = Folder::new();
    let cases = [
        ("serve --plain --listen 0.0.0.0:0", "--plain is for this computer alone"),
        ("serve --store postgres://egg@db/eggs", "postgres is no store that this Eggtooth knows"),
        ("serve --metrics 0.0.0.0:9464", "metrics are told to this computer alone"),
    ];
    for (arguments, sentence) in cases {
        fails(&folder.run(arguments), 2, sentence);
    }
    for arguments in [
        "serve --listen nowhere",
        "serve --cert a.pem",
        "serve --key a.pem",
        "serve --plain --cert a.pem --key a.pem",
        "serve --metrics on",
        "serve --name a..b",
        "serve --log loud",
        "serve backup",
        "serve restore",
    ] {
        assert_eq!(folder.run(arguments).code, Some(2), "{arguments}");
    }
    assert!(!folder.path(".local").exists());
}

#[test]
fn a_port_that_is_taken() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let done = folder.run(&format!("serve --data-dir data --metrics off --listen {address}"));
    fails(
        &done,
        1,
        &format!("{address} cannot be listened on: another program listens there; give another address with --listen"),
    );
    let done = folder.run(&format!("serve --data-dir data --listen 127.0.0.1:0 --metrics {address}"));
    fails(&done, 1, "give another address with --metrics");
    let done = folder.run("serve --data-dir data --metrics off --listen 192.0.2.1:8443");
    fails(&done, 1, "it is no address of this computer");
}

#[test]
fn a_folder_that_cannot_be_used() {
    let folder = Folder::new();
    folder.file("file", "");
    let done = folder.run("serve --data-dir file/data --listen 127.0.0.1:0 --metrics off");
    fails(&done, 1, "file/data cannot be used");
    let done = folder.run("serve --data-dir file --listen 127.0.0.1:0 --metrics off");
    fails(&done, 1, "file cannot be used");
    // Where even the administrator cannot write.
    let done = folder.run("serve --data-dir /proc/eggtooth --listen 127.0.0.1:0 --metrics off");
    fails(&done, 1, "/proc/eggtooth cannot be used");
    fs::create_dir(folder.path("letters")).unwrap();
    folder.file("letters/dear.txt", "");
    let done = folder.run("serve --data-dir letters --listen 127.0.0.1:0 --metrics off");
    fails(&done, 1, "it holds other things (dear.txt)");
}

#[test]
fn a_folder_that_another_daycare_uses() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    let done = folder.run("serve --data-dir data --listen 127.0.0.1:0 --metrics off");
    fails(&done, 1, &format!("(process {})", daycare.child.id()));
    assert_eq!(daycare.get("/healthz").status, 200);
    daycare.close();
}

#[test]
fn a_server_key_that_is_missing_or_anothers() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    daycare.set_up();
    daycare.close();
    fs::rename(folder.path("data/server.key"), folder.path("kept")).unwrap();
    let start = "serve --data-dir data --listen 127.0.0.1:0 --metrics off --plain";
    fails(&folder.run(start), 1, "it is missing, and the ROMs are sealed by it");
    fs::write(folder.path("data/server.key"), [7; 32]).unwrap();
    fails(&folder.run(start), 1, "it is not the key of this store");
    fs::write(folder.path("data/server.key"), "short").unwrap();
    fails(&folder.run(start), 1, "is not a server key");
    fs::rename(folder.path("kept"), folder.path("data/server.key")).unwrap();
    Daycare::plain(&folder).close();
}

#[test]
fn certificates_that_are_of_no_use() {
    let folder = Folder::new();
    Daycare::start(&folder, "--metrics off").close();
    let other = Folder::new();
    Daycare::start(&other, "--metrics off").close();
    fs::copy(other.path("data/tls/leaf.pem"), folder.path("other.pem")).unwrap();
    folder.file("empty.pem", "");
    let cases = [
        ("data/tls/leaf.pem", "other.pem", "the key is of another certificate"),
        ("empty.pem", "other.pem", "there is no certificate in it"),
        ("other.pem", "data/tls/ca.pem", "there is no key in it"),
        ("nowhere.pem", "other.pem", "nowhere.pem cannot be used"),
    ];
    for (cert, key, sentence) in cases {
        let done =
            folder.run(&format!("serve --data-dir new --listen 127.0.0.1:0 --metrics off --cert {cert} --key {key}"));
        fails(&done, 1, sentence);
    }
    fs::remove_file(folder.path("data/tls/ca.key")).unwrap();
    let done = folder.run("serve --data-dir data --listen 127.0.0.1:0 --metrics off");
    fails(&done, 1, "do not belong together");
}
