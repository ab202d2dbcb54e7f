//! The thread that drives a table.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eggtooth_peer::{Admitted, Friends, Guests, Line, Meeting, PeerKey, Stream};

use super::Setup;
use super::dial::Dial;
use super::handle::{Board, Picture, lock};
use super::plug::RealToy;
use super::socket::Socket;
use super::wires::{LineWires, StreamWires};
use crate::host::LineId;
use crate::message::Farewell;
use crate::net::{Command, Event, Way};
use crate::party::{Party, StreamId};
use crate::player::Player;
use crate::text::Name;
use crate::view::Memory;

/// Inputs that may wait; who has more waits, too.
pub(super) const QUEUE: usize = 256;
/// How often the table is looked at, and the own toy.
const LOOK: Duration = Duration::from_millis(33);
/// How often time goes by at least.
const TICK: Duration = Duration::from_millis(250);
/// How often is asked who was not let in.
const REFUSALS: Duration = Duration::from_secs(1);

/// Something came.
pub(super) enum Input {
    Command(Command),
    SwitchOn(Box<RealToy>),
    SwitchOff,
    /// The real toy's thread has something.
    Plug,
    Line(Line),
    NoLine(String),
    Control(LineId, Vec<u8>),
    Datagram(LineId, Vec<u8>),
    LineEnd(LineId),
    Stream(LineId, u8, Stream),
    Bytes(StreamId, Vec<u8>),
    StreamEnd(StreamId),
}

pub(super) struct Driver {
    pub(super) party: Party,
    pub(super) meeting: Arc<Meeting>,
    pub(super) friends: Friends,
    pub(super) guests: Option<Guests>,
    pub(super) dial: Option<Dial>,
    pub(super) board: Arc<Mutex<Board>>,
    pub(super) inputs: SyncSender<Input>,
    pub(super) queue: Receiver<Input>,
    pub(super) begun: Instant,
    pub(super) lines: HashMap<LineId, LineWires>,
    pub(super) last: LineId,
    pub(super) streams: HashMap<StreamId, StreamWires>,
    /// Lines that say their last words.
    pub(super) leaving: Vec<JoinHandle<()>>,
    pub(super) memory: Memory,
    pub(super) socket: Socket,
    pub(super) picture: Option<Picture>,
    pub(super) over: bool,
}

impl Driver {
    pub fn new(
        setup: Setup,
        meeting: Arc<Meeting>,
        guests: Option<Guests>,
        way: Option<Way>,
        board: Arc<Mutex<Board>>,
        inputs: SyncSender<Input>,
        queue: Receiver<Input>,
    ) -> Driver {
        let begun = Instant::now();
        let key = meeting.key().0;
        let mut spare = u64::from_le_bytes([key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7]]);
        let chance = Box::new(move || {
            spare = spare.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(wall_nanos());
            // Should the system have no random numbers, the time of day makes numbers that do not repeat.
            getrandom::u64().unwrap_or(spare)
        });
        let player = Player::new(key, setup.keepsakes, setup.portrait, setup.show, chance);
        let name = Name::cleaned(setup.name.as_str(), "?");
        let party = match way {
            None => Party::host(name, setup.toy, setup.look, player, Duration::ZERO),
            Some(_) => Party::guest(setup.toy, setup.look, player, Duration::ZERO),
        };
        let dial = way.map(|way| Dial::new(meeting.clone(), way));
        Driver {
            party,
            meeting,
            friends: setup.friends,
            guests,
            dial,
            board,
            inputs,
            queue,
            begun,
            lines: HashMap::new(),
            last: 0,
            streams: HashMap::new(),
            leaving: Vec::new(),
            memory: Memory::default(),
            socket: Socket::default(),
            picture: None,
            over: false,
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Drives the table until it is over.
    pub fn run(mut self) {
        let ended = Arc::new(AtomicBool::new(false));
        match &mut self.dial {
            Some(dial) => dial.first(&self.inputs),
            None => self.listen(&ended),
        }
        let (mut look, mut tick, mut refusals) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        while !self.over {
            let due = [self.party.wake(), self.socket.wake].into_iter().flatten().min();
            let wake = due.unwrap_or(tick).min(tick).min(look);
            match self.queue.recv_timeout(wake.saturating_sub(self.now())) {
                Ok(input) => {
                    self.take(input);
                    for _ in 0..QUEUE {
                        let Ok(input) = self.queue.try_recv() else { break };
                        self.take(input);
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            self.feed();
            let now = self.now();
            if now >= tick || self.party.wake().is_some_and(|wake| now >= wake) {
                tick = now.saturating_add(TICK);
                self.party.tick(now, wall());
                self.pump();
            }
            if now >= look {
                look = now.saturating_add(LOOK);
                self.look(now);
            }
            if now >= refusals {
                refusals = now.saturating_add(REFUSALS);
                self.refusals();
                self.look_at_friends();
            }
        }
        ended.store(true, Ordering::Relaxed);
        self.end();
    }

    /// Guests come in.
    fn listen(&self, ended: &Arc<AtomicBool>) {
        let (meeting, inputs, ended) = (self.meeting.clone(), self.inputs.clone(), ended.clone());
        let thread = Builder::new().name("table-door".into()).spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                match meeting.accept(Duration::from_millis(200)) {
                    Ok(Some(line)) => {
                        if inputs.send(Input::Line(line)).is_err() {
                            return;
                        }
                    }
                    Ok(None) => {}
                    Err(error) => {
                        // Nobody is there any more to hear it.
                        let _ = inputs.send(Input::NoLine(error.to_string()));
                        return;
                    }
                }
            }
        });
        if let Err(error) = thread {
            lock(&self.board).tell(Event::Trouble(format!("nobody can come in: {error}")));
        }
    }

    fn take(&mut self, input: Input) {
        let now = self.now();
        match input {
            Input::Command(command) => self.obey(command, now),
            Input::SwitchOn(toy) => self.switch_on(*toy, now),
            Input::SwitchOff => self.switch_off(None, now),
            // It is fed after each round.
            Input::Plug => {}
            Input::Line(line) => self.connect(line, now),
            Input::NoLine(why) => {
                lock(&self.board).tell(Event::Failed(why));
                self.over = true;
            }
            Input::Control(line, bytes) => self.party.control(line, &bytes, now),
            Input::Datagram(line, bytes) => self.party.datagram(line, &bytes, now),
            Input::LineEnd(line) => {
                if let Some(wires) = self.lines.remove(&line) {
                    self.leaving.extend(wires.hang(Farewell::Lost));
                    self.party.disconnect(line, now);
                }
            }
            Input::Stream(line, kind, stream) => {
                if let Some(id) = self.party.stream(line, kind, now) {
                    self.attach(id, move || Some(stream), now);
                }
            }
            Input::Bytes(stream, bytes) => self.party.stream_bytes(stream, &bytes, now),
            Input::StreamEnd(stream) => {
                if self.streams.remove(&stream).is_some() {
                    self.party.stream_closed(stream, now);
                }
            }
        }
        self.pump();
    }

    fn obey(&mut self, command: Command, now: Duration) {
        match command {
            Command::Emote(emote) => {
                // One sees oneself as well.
                if let Some(table) = self.party.snapshot() {
                    self.memory.emoted(table.you, emote, now);
                }
                self.party.emote(emote, now);
            }
            Command::Touch(seat) => self.party.touch(seat, now),
            Command::Part => self.party.part(now),
            Command::Gift(decoration) => {
                if let Err(error) = self.party.give(decoration, now) {
                    lock(&self.board).tell(Event::Trouble(error.to_string()));
                }
            }
            Command::Cable(bytes) => {
                // Where the toys are apart it leads nowhere, and what it carries is lost as on any other.
                let _ = self.party.cable(&bytes, now);
            }
            Command::Profile(toy, look) => self.party.set_profile(toy, look, now),
            Command::Kick(seat) => self.party.kick(seat, now),
            Command::Leave => self.party.leave(now),
            Command::Rebind(addr) => {
                if let Err(error) = self.meeting.rebind(addr) {
                    lock(&self.board).tell(Event::Trouble(error.to_string()));
                }
            }
        }
    }

    fn connect(&mut self, line: Line, now: Duration) {
        self.last += 1;
        let id = self.last;
        let (peer, name, remote) = (line.peer(), line.their_name().clone(), line.remote());
        if let (Some(guests), Admitted::Invite) = (&self.guests, line.how()) {
            // Their invite is used up, and the line may break before they sit, or all seats may be taken.
            guests.keep(peer);
        }
        let Some(wires) = LineWires::attach(id, line, &self.inputs) else { return };
        self.lines.insert(id, wires);
        if let Some(dial) = &mut self.dial {
            dial.stop();
            dial.answered(remote);
        }
        // Where a guest calls from nobody answers.
        let at = self.dial.as_ref().map(|_| remote);
        if let Err(error) = self.friends.seen(peer, &name, at, wall()) {
            lock(&self.board).tell(Event::Trouble(error.to_string()));
        }
        self.party.connect(id, peer.0, Name::cleaned(name.as_str(), "?"), now);
    }

    /// What is shown here and there.
    fn look(&mut self, now: Duration) {
        let (picture, portrait) = {
            let mut board = lock(&self.board);
            (board.picture.take(), board.portrait.take())
        };
        if let Some(portrait) = portrait {
            self.party.player_mut().set_portrait(portrait);
        }
        self.picture = picture.or(self.picture);
        if let Some(Picture { tick, lcd, contrast, tone }) = self.picture {
            self.party.show(tick, lcd, contrast, tone, now);
            self.pump();
        }
        self.see_toy();
        let view = Arc::new(self.memory.view(&self.party, now));
        lock(&self.board).view = view;
    }

    fn refusals(&self) {
        for refusal in self.meeting.refusals() {
            lock(&self.board).tell(Event::Refused(refusal.remote, refusal.reason));
        }
    }

    /// Who is blocked, here or by another program, does not stay.
    fn look_at_friends(&mut self) {
        let now = self.now();
        let peers = self.lines.values().map(|wires| wires.line.peer());
        let blocked: Vec<PeerKey> = peers.filter(|peer| self.friends.is_blocked(*peer)).collect();
        for peer in blocked {
            self.party.expel(peer.0, now);
        }
        self.pump();
        self.leaving.retain(|thread| !thread.is_finished());
    }

    /// Everybody hears the last words.
    fn end(mut self) {
        if let Some(dial) = &mut self.dial {
            dial.stop();
        }
        self.streams.clear();
        self.leaving.extend(self.socket.end());
        for (_, wires) in self.lines.drain() {
            self.leaving.extend(wires.hang(Farewell::Left));
        }
        for thread in self.leaving.drain(..) {
            // A panic there has been told on standard error.
            let _ = thread.join();
        }
        let view = self.memory.view(&self.party, self.begun.elapsed());
        let mut board = lock(&self.board);
        board.real_toy = Arc::default();
        board.view = Arc::new(view);
        board.over = true;
    }
}

/// Seconds since 1970 UTC.
pub(super) fn wall() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn wall_nanos() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
