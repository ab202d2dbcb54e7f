//! Calls a host, and calls again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread::{Builder, park_timeout};
use std::time::{Duration, Instant};

use eggtooth_peer::{Invite, Line, Meeting, PeerError, PeerKey, Whom};

use super::driver::Input;
use crate::net::Way;

/// How long one call may take: a host waits five seconds for the handshake and as long for the greeting.
const FIRST: Duration = Duration::from_secs(10);
/// A later one.
const AGAIN: Duration = Duration::from_secs(6);
/// How often is called the first time while calls are lost half way; on a bad line one in three may be.
const LOST: u32 = 8;
/// How often while nothing is heard at all.
const SILENT: u32 = 2;
/// From the beginning of one call to that of the next: a host takes ten a minute.
const APART: Duration = Duration::from_secs(6);

/// Whom to call, and how the first time.
pub(super) struct Dial {
    meeting: Arc<Meeting>,
    invite: Option<Box<Invite>>,
    key: PeerKey,
    /// Where to try, the likeliest first.
    addresses: Vec<SocketAddr>,
    /// Where the host was reached, the latest first.
    reached: Vec<SocketAddr>,
    stop: Option<Arc<AtomicBool>>,
}

impl Dial {
    pub fn new(meeting: Arc<Meeting>, way: Way) -> Dial {
        match way {
            Way::Invite(invite) => {
                let (key, addresses) = (invite.host(), invite.addresses().to_vec());
                Dial { meeting, invite: Some(invite), key, addresses, reached: Vec::new(), stop: None }
            }
            Way::Friend(key, addresses) => {
                Dial { meeting, invite: None, key, addresses, reached: Vec::new(), stop: None }
            }
        }
    }

    /// There is a line: this is where the host was reached. Later calls try it first, and need no invite.
    pub fn answered(&mut self, at: SocketAddr) {
        for list in [&mut self.addresses, &mut self.reached] {
            list.retain(|other| *other != at);
            list.insert(0, at);
            list.truncate(Invite::ADDRESSES);
        }
        self.invite = None;
    }

    /// Where the host was reached, and has proven its key, the latest first.
    pub fn reached(&self) -> &[SocketAddr] {
        &self.reached
    }

    /// Calls, twice where nobody answers, and more often on a bad line, where the greetings may run out of time; a line,
    /// or why there is none, is an input.
    pub fn first(&mut self, inputs: &SyncSender<Input>) {
        let (invite, inputs) = (self.invite.clone(), inputs.clone());
        self.spawn(move |meeting, key, addresses, stop| {
            let call = || match &invite {
                Some(invite) => meeting.join(&**invite, FIRST),
                None => friend(meeting, key, addresses, FIRST),
            };
            let (mut began, mut called) = (Instant::now(), call());
            let (mut lost, mut silent) = (0, 0);
            loop {
                match called {
                    Err(PeerError::Lost(_)) => lost += 1,
                    Err(PeerError::Nobody { .. } | PeerError::NobodyAnywhere { .. }) => silent += 1,
                    _ => break,
                }
                // Whoever was heard once is there.
                if lost >= LOST || silent >= if lost > 0 { LOST } else { SILENT } {
                    break;
                }
                while began.elapsed() < APART && !stop.load(Ordering::Relaxed) {
                    park_timeout(Duration::from_millis(200));
                }
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                (began, called) = (Instant::now(), call());
            }
            if !stop.load(Ordering::Relaxed) {
                // Nobody is there any more to hear it.
                let _ = inputs.send(match called {
                    Ok(line) => Input::Line(line),
                    Err(error) => Input::NoLine(error.to_string()),
                });
            }
        });
    }

    /// Calls until there is a line, which is an input, or until it is stopped.
    pub fn again(&mut self, inputs: &SyncSender<Input>) {
        let inputs = inputs.clone();
        self.spawn(move |meeting, key, addresses, stop| {
            while !stop.load(Ordering::Relaxed) {
                let began = Instant::now();
                if let Ok(line) = friend(meeting, key, addresses, AGAIN)
                    && !stop.load(Ordering::Relaxed)
                {
                    let _ = inputs.send(Input::Line(line));
                    return;
                }
                while began.elapsed() < APART && !stop.load(Ordering::Relaxed) {
                    park_timeout(Duration::from_millis(200));
                }
            }
        });
    }

    /// No line is wanted any more.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.store(true, Ordering::Relaxed);
        }
    }

    fn spawn(&mut self, call: impl FnOnce(&Meeting, PeerKey, &[SocketAddr], &AtomicBool) + Send + 'static) {
        self.stop();
        let stop = Arc::new(AtomicBool::new(false));
        self.stop = Some(stop.clone());
        let (meeting, key, addresses) = (self.meeting.clone(), self.key, self.addresses.clone());
        // Without a thread there is no line, and the table's own time ends it.
        let _ = Builder::new().name("table-calls".into()).spawn(move || call(&meeting, key, &addresses, &stop));
    }
}

fn friend(meeting: &Meeting, key: PeerKey, addresses: &[SocketAddr], limit: Duration) -> Result<Line, PeerError> {
    meeting.join(Whom::Friend { key, addresses }, limit)
}
