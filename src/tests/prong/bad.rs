//! Bad input: one clear sentence each.

use super::wire::{Running, SECRET, Terminal, bytes, folder, joined, secret_hex};

#[test]
fn secrets() {
    let folder = folder();
    let port = Terminal::new();
    folder.file("empty", "");
    folder.file("long", [7; 257]);
    folder.file("data", bytes(10));
    let run = |secret: &str| folder.run(&format!("prong send --port {} --type 1 {secret} data", port.path.display()));
    run("--secret-file empty").fails(1, "the secret is empty: give a file with its 1 to 256 raw bytes");
    run("--secret-file long").fails(1, "at most 256 are allowed");
    run("--secret-file nowhere").fails(1, "the secret file nowhere cannot be read");
    run("").fails(1, "packets need the toys' shared secret, which you have to supply");
    let with = |value: &str| {
        let mut command =
            folder.command(["prong", "send", "--type", "1", "--port", port.path.to_str().unwrap(), "data"]);
        command.env("EGGTOOTH_PRONG_SECRET", value);
        crate::common::finish(command)
    };
    with("abc").fails(1, "the secret is not written in hexadecimal");
    with("").fails(1, "the secret is empty");
    with(&"00".repeat(257)).fails(1, "at most 256 are allowed");
}

#[test]
fn a_newline_at_the_end_of_a_secret_is_part_of_it_and_warned_about() {
    let folder = folder();
    folder.file("with-newline", [SECRET, b"\n"].concat());
    folder.file("data", bytes(100));
    let (a, b) = joined();
    let receive = format!("prong receive --port {} --secret-file with-newline -o out", a.display());
    let receiver = Running::receiver(&folder, &receive);
    let sent = folder.run(&format!("prong send --port {} --type 1 --secret-file with-newline data", b.display()));
    sent.works();
    assert!(sent.err.contains("with-newline ends in a newline, which is taken as part of the secret"), "{sent:?}");
    let received = receiver.ends();
    received.works();
    assert_eq!(std::fs::read(folder.path("out")).unwrap(), bytes(100));
    // The same without it is another secret.
    let receiver = Running::receiver(&folder, &format!("{receive} --force"));
    let sent = folder.run(&format!("prong send --port {} --type 1 --secret-file secret data", b.display()));
    sent.fails(1, "the other side cancelled");
    receiver.ends().fails(1, "the two sides have different secrets");
}

#[test]
fn ports() {
    let folder = folder();
    folder.file("data", bytes(10));
    for command in
        ["echo", "say SYNC 1", "receive --secret-file secret -o out", "send --type 1 --secret-file secret data"]
    {
        let run = |port: &str| folder.run(&format!("prong {command} --port {port}"));
        run("/dev/ttyNOTHERE").fails(1, "/dev/ttyNOTHERE cannot be opened");
        run("secret").fails(1, "secret cannot be opened");
        run("/dev/null").fails(1, "/dev/null cannot be opened");
    }
    assert!(!folder.path("out").exists());
    folder.run("prong echo").fails(2, "--port");
    folder.run("prong ports").works();
    folder.run("prong ports --json").works();
}

#[test]
fn a_port_that_is_busy() {
    let folder = folder();
    let (a, _) = joined();
    let command = format!("prong receive --port {} --secret-file secret -o out", a.display());
    let mut holder = Running::eggtooth(&folder, &command);
    holder.warns("waiting for a packet");
    folder.run(&format!("prong say --port {} HI", a.display())).fails(1, "another program is using it");
    holder.signal(rustix::process::Signal::INT);
    holder.ends().fails(1, "cancelled");
}

#[test]
fn a_port_that_is_pulled_out_in_the_middle_of_a_chunk() {
    let folder = folder();
    folder.file("data", bytes(10_000));
    let mut port = Terminal::new();
    let sender = Running::eggtooth(
        &folder,
        &format!("prong send --json --port {} --type 1 --secret-file secret data", port.path.display()),
    );
    assert_eq!(port.read_exactly(11), b"PKT 10000\r\n");
    port.write(b"ACK\r\n");
    port.read_exactly(1000);
    drop(port);
    let done = sender.ends();
    done.fails(1, "");
    assert!(done.out.contains("\"ok\":false") && done.out.contains("unplugged"), "{done:?}");
}

#[test]
fn types_sizes_and_words() {
    let folder = folder();
    let port = Terminal::new();
    folder.file("data", bytes(10));
    folder.file("empty", "");
    folder.file("mega", vec![1; 1 << 20]);
    folder.file("more", vec![1; (1 << 20) + 1]);
    let send = |arguments: &str| {
        folder.run(&format!("prong send --port {} --secret-file secret {arguments}", port.path.display()))
    };
    send("--type 16 data").fails(2, "a packet type is a number from 0 to 15");
    send("--type -1 data").fails(2, "--type");
    send("--type 0x1F data").fails(2, "a packet type is a number from 0 to 15");
    send("--type 1 --session 0x100000000 data").fails(2, "a session is a number of 32 bits");
    send("--type 1 empty").fails(1, "empty is empty: a packet has at least one byte");
    send("--type 1 more").fails(1, "more is larger than 1 MiB");
    send("--type 1 nowhere").fails(1, "nowhere cannot be read");
    let say = |words: &str| folder.run(&format!("prong say --port {} {words}", port.path.display()));
    say("ABCDEFGHIJKLMNOPQ").fails(1, "a line has at most 16 characters");
    say("ACK").fails(1, "the protocol's own");
    say("käse").fails(1, "printable ASCII");
}

#[test]
fn what_may_be_written_to_flash_needs_a_flag() {
    let folder = folder();
    folder.file("small", bytes(0x4000));
    folder.file("large", bytes(0x4001));
    folder.file("factory", [0x55; 256]);
    let mut port = Terminal::new();
    let path = port.path.clone();
    let send = |arguments: &str| format!("prong send --port {} --secret-file secret {arguments}", path.display());
    for kind in [0, 3] {
        folder.run(&send(&format!("--type {kind} large"))).fails(1, "written to the toy's flash for good");
        // Nobody can type here.
        folder.run(&send(&format!("--type {kind} --allow-patch large"))).fails(1, "--yes-write-flash");
    }
    folder.run(&send("--type 15 factory")).fails(1, "factory test");
    folder.run(&send("--type 15 --yes-write-flash factory")).fails(1, "factory test");
    // Nothing was sent so far: what comes first is what is allowed.
    for (arguments, offer) in [
        ("--type 3 --yes-write-flash large", "PKT 16385\r\n"),
        ("--type 0 small", "PKT 16384\r\n"),
        ("--type 1 large", "PKT 16385\r\n"),
        ("--type 15 --yes-factory-test factory", "PKT 256\r\n"),
    ] {
        let sender = Running::eggtooth(&folder, &send(arguments));
        assert_eq!(port.read_exactly(offer.len()), offer.as_bytes(), "{arguments}");
        port.write(b"CAN\r\n");
        sender.ends().fails(1, "the other side cancelled");
    }
}

#[test]
fn a_file_that_exists_is_not_overwritten() {
    let folder = folder();
    folder.file("out", "precious");
    let (a, b) = joined();
    let receive = format!("prong receive --port {} --secret-file secret -o out", a.display());
    folder.run(&receive).fails(1, "out exists already: name another file, or add --force");
    assert_eq!(std::fs::read(folder.path("out")).unwrap(), b"precious");
    let receiver = Running::receiver(&folder, &format!("{receive} --force"));
    folder.file("data", bytes(5000));
    let mut command = folder.command(["prong", "send", "--type", "2", "--port", b.to_str().unwrap(), "data"]);
    command.env("EGGTOOTH_PRONG_SECRET", secret_hex());
    crate::common::finish(command).works();
    receiver.ends().works();
    assert_eq!(std::fs::read(folder.path("out")).unwrap(), bytes(5000));
    // A folder that is not there is noticed before the last acknowledgement.
    let receiver = Running::receiver(&folder, &receive.replace("-o out", "-o no/where"));
    let sent = folder.run(&format!("prong send --port {} --type 2 --secret-file secret data", b.display()));
    sent.fails(1, "the other side cancelled");
    receiver.ends().fails(1, "no/where cannot be written");
}
