//! A player: the real binary, told what to do, and everything that it says.

use super::site::Site;
use crate::common::Folder;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Nothing here takes longer, even on a bad line and a busy machine; what does, hangs.
const PATIENCE: Duration = Duration::from_secs(600);

pub struct Player {
    child: Child,
    orders: Option<ChildStdin>,
    lines: Receiver<Value>,
    errors: Option<JoinHandle<String>>,
    pub seen: Vec<Value>,
}

impl Player {
    /// Starts `eggtooth meet …` for the player of a name, whose pets are in a folder of that name.
    pub fn start(site: &Site, name: &str, arguments: &str) -> Player {
        let arguments = format!("meet {arguments} --json --commands --show 0.5 --name {name} --data-dir {name}");
        let mut command = site.at(name, &arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (say, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if say.send(value).is_err() {
                    return;
                }
            }
        });
        let errors = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = err.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let orders = child.stdin.take();
        Player { child, orders, lines, errors: Some(errors), seen: Vec::new() }
    }

    /// A host with so many invites, their texts, and where it listens.
    pub fn host(site: &Site, invites: usize, more: &str) -> (Player, Vec<String>, String) {
        let arguments = format!("host {} --invites {invites} {more}", site.listen());
        let mut host = Player::start(site, "Ada", &arguments);
        let addr = host.says("open")["address"].as_str().unwrap().to_owned();
        let texts = (0..invites).map(|_| host.says("invite")["text"].as_str().unwrap().to_owned()).collect();
        (host, texts, addr)
    }

    pub fn orders(&mut self, line: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Waits for the next event of a kind; those before it are passed over.
    #[track_caller]
    pub fn says(&mut self, event: &str) -> Value {
        self.until(event, |value| value["event"] == event)
    }

    #[track_caller]
    pub fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(value) => {
                    self.seen.push(value.clone());
                    if fits(&value) {
                        return value;
                    }
                }
                Err(_) => {
                    let _ = self.child.kill();
                    let errors = self.errors.take().map(|errors| errors.join().unwrap());
                    panic!("{what} was not said: {:#?} {errors:?}", self.seen);
                }
            }
        }
    }

    /// Waits until the player of a name is in a state.
    #[track_caller]
    pub fn sees(&mut self, name: &str, state: &str) {
        self.until(&format!("{name} {state}"), |value| is(value, name, state));
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end: exit status, and standard error.
    #[track_caller]
    pub fn ends(mut self) -> (Option<i32>, String) {
        self.orders = None;
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end: {:#?}", self.seen);
            std::thread::sleep(Duration::from_millis(5));
        };
        let errors = self.errors.take().unwrap().join().unwrap();
        assert!(!errors.contains("panicked"), "{errors}");
        (status.code(), errors)
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Of a test that fails, for the reason may be another player's.
        if let Some(errors) = self.errors.take().filter(|_| std::thread::panicking()) {
            self.seen.extend(self.lines.iter());
            eprintln!("another player said: {:#?} {}", self.seen, errors.join().unwrap_or_default());
        }
    }
}

/// Whether an event says that the player of a name is in a state.
pub fn is(event: &Value, name: &str, state: &str) -> bool {
    let mut seats = event["seats"].as_array().into_iter().flatten();
    event["event"] == "table" && seats.any(|seat| seat["name"] == name && seat["state"] == state)
}

/// Gives a player a Pip that has lived so many seconds; an egg hatches after 40.
pub fn hatched(folder: &Folder, name: &str, seconds: u64) {
    let (rom, ticks) = (crate::common::pip(), seconds * 32_768);
    folder.run(&format!("run {} --ticks {ticks} --save {name}.egg", rom.display())).works();
    folder.run(&format!("save import {name}.egg --data-dir {name}")).works();
}

/// What a player's pet owns and remembers.
pub fn keepsakes(folder: &Folder, name: &str) -> Value {
    let toys = folder.path(&format!("{name}/toys"));
    let toy = std::fs::read_dir(&toys).unwrap().next().unwrap().unwrap().path();
    serde_json::from_slice(&std::fs::read(toy.join("keepsakes.json")).unwrap()).unwrap()
}

/// How many of a decoration a pet has.
pub fn count(folder: &Folder, name: &str, item: u64) -> usize {
    let kept = keepsakes(folder, name);
    kept["pieces"].as_array().unwrap().iter().filter(|piece| piece["decoration"] == item).count()
}

/// Waits until nothing of these players is on its way or unsettled.
#[track_caller]
pub fn settled(folder: &Folder, names: &[&str]) {
    let end = Instant::now() + PATIENCE;
    let is_open = |name: &&str| {
        let kept = keepsakes(folder, name);
        kept["onway"] != Value::Array(vec![]) || kept["marks"] != Value::Array(vec![])
    };
    while names.iter().any(is_open) {
        assert!(Instant::now() < end, "{names:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Nothing is on its way or unsettled, and of each decoration there are as many as players.
#[track_caller]
pub fn all_is_well(folder: &Folder, names: &[&str]) {
    for name in names {
        let kept = keepsakes(folder, name);
        assert_eq!((&kept["onway"], &kept["marks"]), (&Value::Array(vec![]), &Value::Array(vec![])), "{name}");
    }
    for item in 0..16 {
        assert_eq!(names.iter().map(|name| count(folder, name, item)).sum::<usize>(), names.len(), "{item}");
    }
}

/// Both pets remember the same of each other, and that they have played so often.
#[track_caller]
pub fn they_agree(folder: &Folder, one: &str, other: &str, visits: u64) {
    assert_eq!(they_remember(folder, one, other), visits);
}

/// Both pets remember the same of each other; how often they have played.
#[track_caller]
pub fn they_remember(folder: &Folder, one: &str, other: &str) -> u64 {
    let of = |name| keepsakes(folder, name)["ties"][0].clone();
    let (a, b) = (of(one), of(other));
    assert_eq!((&a["visits"], &a["friendship"], &a["since"]), (&b["visits"], &b["friendship"], &b["since"]));
    a["visits"].as_u64().unwrap()
}

/// The folder of a player.
pub fn home(folder: &Folder, name: &str) -> String {
    Path::new(&folder.path(name)).to_str().unwrap().to_owned()
}
