//! Where players sit: all on this computer's loopback, or each on a computer of its own, which is a network namespace
//! on a bridge.

use crate::common::Folder;
use std::io::Write;
use std::ops::Deref;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than a namespace takes to be there.
const LONG: Duration = Duration::from_secs(60);
/// Who may sit in a network; the first is at 10.78.0.1.
const NAMES: [&str; 4] = ["Ada", "Bo", "Cy", "Di"];
/// Set in a process that is in a namespace of its own.
const INSIDE: &str = "EGGTOOTH_TEST_NETWORK";

/// The players' folders, and their computers.
pub struct Site {
    folder: Folder,
    computers: Vec<Computer>,
}

/// A process that does nothing in a network namespace, which is there as long as the process.
struct Computer(Child);

impl Drop for Computer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The players' folders are those of the folder.
impl Deref for Site {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.folder
    }
}

impl Site {
    /// All on this computer.
    pub fn loopback() -> Site {
        Site { folder: Folder::new(), computers: Vec::new() }
    }

    /// A computer for each of so many players, in the namespace that this process is in.
    fn network(players: usize) -> Site {
        ip("link set lo up");
        ip("link add table type bridge");
        ip("link set table up");
        let site = Site { folder: Folder::new(), computers: (0..players).map(Computer::new).collect() };
        for name in &NAMES[..players] {
            site.ip(name, "link set lo up");
            site.ip(name, &format!("addr add 10.78.0.{}/24 dev eth0", computer(name).unwrap() + 1));
            site.ip(name, "link set eth0 up");
        }
        site
    }

    /// Arguments of a host that guests can call here.
    pub fn listen(&self) -> &'static str {
        if self.computers.is_empty() { "--listen 127.0.0.1:0" } else { "" }
    }

    /// The binary, on a player's computer.
    pub fn at(&self, name: &str, arguments: &str) -> Command {
        let command = self.folder.command(arguments.split_whitespace());
        let Some(computer) = computer(name).and_then(|n| self.computers.get(n)) else { return command };
        let mut entered = Command::new("nsenter");
        entered.args(["-t", &computer.0.id().to_string(), "-n", "--"]).arg(command.get_program());
        entered.args(command.get_args()).current_dir(command.get_current_dir().unwrap());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => entered.env(key, value),
                None => entered.env_remove(key),
            };
        }
        entered
    }

    /// From now on nobody hears anything that is said to all.
    pub fn pass_no_multicast(&self) {
        (0..self.computers.len()).for_each(|n| ip(&format!("link set port{n} type bridge_slave mcast_flood off")));
    }

    /// Sets up the network of a player's computer.
    pub fn ip(&self, name: &str, words: &str) {
        let computer = &self.computers[computer(name).unwrap()];
        let mut command = Command::new("nsenter");
        command.args(["-t", &computer.0.id().to_string(), "-n", "ip"]).args(words.split(' '));
        assert!(command.status().unwrap().success(), "ip {words}");
    }
}

impl Computer {
    fn new(n: usize) -> Computer {
        let computer = Command::new("unshare").args(["-n", "sleep", "1000000"]).stdin(Stdio::null()).spawn().unwrap();
        let computer = Computer(computer);
        let (own, theirs) = ("/proc/self/ns/net".to_owned(), format!("/proc/{}/ns/net", computer.0.id()));
        let end = Instant::now() + LONG;
        while std::fs::read_link(&own).unwrap() == std::fs::read_link(&theirs).unwrap() {
            assert!(Instant::now() < end);
            std::thread::sleep(Duration::from_millis(5));
        }
        ip(&format!("link add port{n} type veth peer name eth0 netns {}", computer.0.id()));
        ip(&format!("link set port{n} master table"));
        ip(&format!("link set port{n} up"));
        computer
    }
}

fn computer(name: &str) -> Option<usize> {
    NAMES.iter().position(|other| *other == name)
}

fn ip(words: &str) {
    assert!(Command::new("ip").args(words.split(' ')).status().unwrap().success(), "ip {words}");
}

/// Plays a test, of this name, in a network of so many computers. Where the system makes none, it says so.
pub fn in_a_network(test: &str, players: usize, play: fn(&Site)) {
    if std::env::var_os(INSIDE).is_some() {
        return play(&Site::network(players));
    }
    let makes_one = |way: &&str| {
        let bridge = Command::new("unshare").args([*way, "ip", "link", "add", "table", "type", "bridge"]).output();
        bridge.is_ok_and(|output| output.status.success())
    };
    // A user's own namespace, or root's.
    let Some(way) = ["-Urn", "-n"].into_iter().find(makes_one) else {
        // Past the test harness, which keeps what a good test prints.
        let words = format!("\nNOT TRIED: {test}: this system lets no test make network namespaces (unshare, ip)\n");
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        return;
    };
    let mut command = Command::new("unshare");
    command.arg(way).arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]).env(INSIDE, "1");
    let done = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && out.contains("1 passed"), "{out}\n{err}");
}

/// A player's computer has another address from now on, and none of those it had.
pub fn moves(site: &Site, name: &str, to: &str) {
    site.ip(name, "addr flush dev eth0 scope global");
    site.ip(name, &format!("addr add {to}/24 dev eth0"));
}
