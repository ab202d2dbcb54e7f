//! A daycare in a process of its own, and requests to it.

use crate::common::Folder;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Nothing here takes longer, even on a busy machine; what does, hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// What tests sign in with; it must be found in no log.
pub const PASSWORD: &str = "correct horse battery staple";

/// A running daycare; it is killed when it is dropped.
pub struct Daycare {
    pub child: Child,
    /// The first address that it printed, whole.
    pub url: String,
    /// What it printed until its door was open.
    pub printed: String,
    log: Arc<Mutex<String>>,
    ended: Receiver<()>,
}

/// An answer over HTTP/1.1.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

impl Daycare {
    /// Starts one in the folder's `data` on a free port, without TLS, and waits until its door is open.
    pub fn plain(folder: &Folder) -> Daycare {
        Daycare::start(folder, "--plain --metrics off")
    }

    /// Starts one with these options, on a free port unless they name one.
    pub fn start(folder: &Folder, options: &str) -> Daycare {
        let mut all = vec!["serve"];
        if !options.contains("--data-dir") {
            all.extend(["--data-dir", "data"]);
        }
        if !options.contains("--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        all.extend(options.split_whitespace());
        Daycare::run(folder.command(all))
    }

    pub fn run(mut command: Command) -> Daycare {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (end, ended) = channel();
        let (into, mut from) = (Arc::clone(&log), BufReader::new(child.stderr.take().unwrap()));
        std::thread::spawn(move || {
            let mut line = String::new();
            while from.read_line(&mut line).is_ok_and(|read| read > 0) {
                into.lock().unwrap().push_str(&line);
                line.clear();
            }
            let _ = end.send(());
        });
        let (told, tells) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        let mut daycare = Daycare { child, url: String::new(), printed: String::new(), log, ended };
        // The log's line comes when everything was printed.
        let start = Instant::now();
        while !daycare.log().contains("open") || daycare.url.is_empty() {
            while let Ok(line) = tells.try_recv() {
                if daycare.url.is_empty() && line.starts_with("  http") {
                    daycare.url = line.trim().to_owned();
                }
                daycare.printed += &(line + "\n");
            }
            if daycare.child.try_wait().unwrap().is_some() || start.elapsed() > PATIENCE {
                panic!("it does not open: {}", daycare.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        // What was printed after the address, such as where metrics are.
        while let Ok(line) = tells.recv_timeout(Duration::from_millis(50)) {
            daycare.printed += &(line + "\n");
        }
        daycare
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits for a line in the log.
    pub fn logs(&self, what: &str) {
        let start = Instant::now();
        while !self.log().contains(what) {
            assert!(start.elapsed() < PATIENCE, "{what:?} is not in {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn port(&self) -> u16 {
        let (host, _) = self.url.split_once("://").unwrap().1.split_once('/').unwrap();
        host.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// The token of a first start.
    pub fn token(&self) -> &str {
        self.url.split_once("#setup=").unwrap().1
    }

    pub fn connect(&self) -> TcpStream {
        connect(self.port())
    }

    /// A request without TLS; `more` is headers, each with its end of line.
    pub fn ask(&self, method: &str, path: &str, more: &str, body: &str) -> Answer {
        exchange(self.connect(), self.port(), method, path, more, body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", "")
    }

    /// Makes the first account and returns its cookie, as a header.
    pub fn set_up(&self) -> String {
        let body = format!(r#"{{"token":"{}","name":"Ada","password":"{PASSWORD}"}}"#, self.token());
        self.enter("/api/v1/setup", &body, 201)
    }

    /// Signs in and returns the cookie, as a header.
    pub fn sign_in(&self) -> String {
        self.enter("/api/v1/session", &format!(r#"{{"name":"Ada","password":"{PASSWORD}"}}"#), 200)
    }

    fn enter(&self, path: &str, body: &str, status: u16) -> String {
        let answer = self.ask("POST", path, JSON, body);
        assert_eq!(answer.status, status, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap();
        format!("Cookie: {cookie}\r\n")
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Waits for the end and returns its status and how long it took.
    pub fn ends(mut self) -> (Option<i32>, Duration, String) {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                let took = start.elapsed();
                self.ended.recv_timeout(PATIENCE).unwrap();
                return (status.code(), took, self.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end: {}", self.log());
    }

    /// Asks it to close; returns what it has logged.
    pub fn close(self) -> String {
        self.signal(rustix::process::Signal::TERM);
        let (status, took, log) = self.ends();
        assert_eq!(status, Some(0), "{log}");
        assert!(took < Duration::from_secs(10), "{took:?}");
        log
    }
}

impl Drop for Daycare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a request with JSON that changes something needs.
pub const JSON: &str = "X-Eggtooth: 1\r\nContent-Type: application/json\r\n";

pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// One request and its answer, on a connection of its own.
pub fn exchange(mut stream: impl Read + Write, port: u16, method: &str, path: &str, more: &str, body: &str) -> Answer {
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n{more}");
    stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // Whoever is refused early may find the connection reset after the answer.
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("no head: {bytes:?}"));
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = bytes.split_off(end + 4);
    let body = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") { unchunked(&body) } else { body };
    Answer { status, head, body }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        whole.extend(&bytes[end + 2..end + 2 + length]);
        bytes = &bytes[end + 4 + length..];
    }
    whole
}
