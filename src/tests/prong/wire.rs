//! Two terminals joined by a wire, programs at their ends, and a hand that pulls the plug.

use crate::common::{Done, Folder};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes longer, even on a busy machine; what does, hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A synthetic secret.
pub const SECRET: &[u8] = b"prong-dev-secret-A";

/// The same in hexadecimal.
pub fn secret_hex() -> String {
    SECRET.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A terminal: we hold its master side, a program opens the other.
pub struct Terminal {
    pub master: File,
    pub path: PathBuf,
    /// Kept open, so that the master does not fail while nobody is there.
    _slave: OwnedFd,
}

impl Terminal {
    pub fn new() -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let mut settings = tcgetattr(&slave).unwrap();
        settings.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &settings).unwrap();
        Terminal { master: master.into(), path: name.to_str().unwrap().into(), _slave: slave }
    }

    /// So many bytes of what a program sends.
    #[track_caller]
    pub fn read_exactly(&mut self, count: usize) -> Vec<u8> {
        let bytes = self.read_within(count, PATIENCE);
        assert_eq!(bytes.len(), count, "only {:?} came", String::from_utf8_lossy(&bytes));
        bytes
    }

    /// At most so many bytes, waiting at most so long for each piece.
    pub fn read_within(&mut self, count: usize, patience: Duration) -> Vec<u8> {
        let mut bytes = Vec::new();
        let wait = Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: i64::from(patience.subsec_nanos()) };
        while bytes.len() < count {
            let mut polled = [PollFd::new(&self.master, PollFlags::IN)];
            if poll(&mut polled, Some(&wait)).unwrap() == 0 {
                break;
            }
            let mut piece = vec![0; count - bytes.len()];
            let read = self.master.read(&mut piece).unwrap();
            bytes.extend_from_slice(&piece[..read]);
        }
        bytes
    }

    /// Offers a packet until a program that has just been started accepts it: what came before it was ready is lost.
    #[track_caller]
    pub fn offer(&mut self, line: &[u8]) {
        for _ in 0..100 {
            self.write(line);
            if self.read_within(5, Duration::from_millis(200)) == b"ACK\r\n" {
                return;
            }
        }
        panic!("the offer is not taken");
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.master.write_all(bytes).unwrap();
    }
}

/// Two terminals whose masters are joined: what goes in here comes out there.
pub fn joined() -> (PathBuf, PathBuf) {
    let (a, b) = (Terminal::new(), Terminal::new());
    let paths = (a.path.clone(), b.path.clone());
    let (a_to, b_to) = (a.master.try_clone().unwrap(), b.master.try_clone().unwrap());
    // The threads end with the test program.
    thread::spawn(move || pass(a, b_to));
    thread::spawn(move || pass(b, a_to));
    paths
}

fn pass(mut from: Terminal, mut to: File) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.master.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

/// A program that runs beside the test, its output line by line.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    pub fn start(mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (lines, errors) = (lines(out), lines(err));
        Running { child, lines, errors, seen: Vec::new() }
    }

    /// The binary with arguments as one text.
    pub fn eggtooth(folder: &Folder, arguments: &str) -> Running {
        Running::start(folder.command(arguments.split_whitespace()))
    }

    /// The binary as `prong receive`, when it is ready: an offer is made for six seconds only.
    #[track_caller]
    pub fn receiver(folder: &Folder, arguments: &str) -> Running {
        let mut receiver = Running::eggtooth(folder, arguments);
        receiver.warns("waiting for a packet");
        receiver
    }

    /// Waits for a line on standard output that has these words.
    #[track_caller]
    pub fn says(&mut self, words: &str) -> String {
        self.waits(words, false)
    }

    /// Waits for a line on standard error that has these words.
    #[track_caller]
    pub fn warns(&mut self, words: &str) -> String {
        self.waits(words, true)
    }

    #[track_caller]
    fn waits(&mut self, words: &str, error: bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let from = if error { &self.errors } else { &self.lines };
            match from.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(_) => {
                    panic!("{words:?} was not said: {:#?} {:?}", self.seen, self.errors.try_iter().collect::<Vec<_>>())
                }
            }
        }
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end.
    #[track_caller]
    pub fn ends(mut self) -> Done {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end: {:#?}", self.seen);
            thread::sleep(Duration::from_millis(5));
        };
        let (out, err) = (self.lines.iter().collect::<Vec<_>>(), self.errors.iter().collect::<Vec<_>>());
        Done { code: status.code(), out: [self.seen.clone(), out].concat().join("\n"), err: err.join("\n") }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (to, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// A folder with the secret in it.
pub fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("secret", SECRET);
    folder
}

/// Bytes that look like nothing, the same for the same length.
pub fn bytes(len: usize) -> Vec<u8> {
    let mut state = len as u32 | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as u8
    };
    (0..len).map(|_| next()).collect()
}
