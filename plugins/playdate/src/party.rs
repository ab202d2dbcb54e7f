//! One player at a table, whole: the table's end, the player's pet, and the streams between toys. No I/O and no clock:
//! who has the lines gives what comes, and does what is put out.

mod acts;
mod bridging;
mod streams;

use std::collections::VecDeque;
use std::time::Duration;

use eggtooth_livelink::{Lcd, Tone};

use crate::bridge;
use crate::frame::{Album, Camera};
use crate::guest::{self, Guest, Standing};
use crate::host::{self, Host, LineId};
use crate::keepsakes::Key;
use crate::message::{Emote, Farewell, Framer, Profile, SEATS, Seat, Snapshot};
use crate::player::{self, Player};
use crate::text::{Look, Name};

use bridging::Bridging;
use streams::Streams;
pub use streams::{BRIDGE, CABLE, PRONG, StreamId};

/// Things that wait to be told; of more, the oldest are lost.
const EVENTS: usize = 256;

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Write this to the control stream of a line.
    Control(LineId, Vec<u8>),
    /// Send this as a datagram on a line; it may be lost.
    Datagram(LineId, Vec<u8>),
    /// Open a stream of this kind on a line, and call it this. Its bytes follow.
    Open(LineId, StreamId, u8),
    /// Write this to a stream. Who cannot, because 64 KiB of it have not left, closes the stream.
    Bytes(StreamId, Vec<u8>),
    /// Close a stream when its bytes have left.
    Close(StreamId),
    /// For the line of the own real toy.
    Bridge(bridge::Turn),
    /// Close a line when what was to be said has left. Nothing more is to be given of it.
    Hang(LineId, Farewell),
    /// A guest's line was lost: make another, until there is one or it is over.
    Redial,
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Who sits where has changed.
    Table(Box<Snapshot>),
    /// Somebody else makes a gesture.
    Emoted(Seat, Emote),
    /// Of the own pet.
    Pet(player::Event),
    /// Bytes of the cable between two chips.
    Cable(Vec<u8>),
    /// About two real toys.
    Bridge(bridge::Event),
    /// A guest stands otherwise with its table.
    Standing(Standing),
    /// It is over.
    Over(Farewell),
}

enum Role {
    Host(Box<Host>),
    Guest(Box<Guest>),
}

/// One player at a table.
pub struct Party {
    role: Role,
    player: Player,
    profile: Profile,
    camera: Camera,
    lines: Vec<(LineId, Framer)>,
    streams: Streams,
    bridging: Bridging,
    standing: Option<Standing>,
    outputs: VecDeque<Output>,
    events: VecDeque<Event>,
}

impl Party {
    /// The host of a new table.
    #[must_use]
    pub fn host(name: Name, toy: Name, look: Look, player: Player, now: Duration) -> Party {
        let profile = profile(toy, look, &player);
        let host = Host::new(player.key(), name, profile.clone(), now);
        let snapshot = host.snapshot(Seat::HOST);
        let mut party = Party::new(Role::Host(Box::new(host)), profile, player);
        party.player.table(snapshot, now);
        party.settle(now);
        party
    }

    /// A guest that has no line yet.
    #[must_use]
    pub fn guest(toy: Name, look: Look, player: Player, now: Duration) -> Party {
        let profile = profile(toy, look, &player);
        let guest = Guest::new(player.key(), profile.clone(), now);
        Party::new(Role::Guest(Box::new(guest)), profile, player)
    }

    fn new(role: Role, profile: Profile, player: Player) -> Party {
        Party {
            role,
            player,
            profile,
            camera: Camera::default(),
            lines: Vec::new(),
            streams: Streams::default(),
            bridging: Bridging::default(),
            standing: None,
            outputs: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// The next thing to be done.
    pub fn output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The next thing to be told.
    pub fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`tick`](Party::tick) is to be called next; at least twice a second besides.
    #[must_use]
    pub fn wake(&self) -> Option<Duration> {
        [self.player.wake(), self.bridging.wake()].into_iter().flatten().min()
    }

    /// The player's pet.
    #[must_use]
    pub fn player(&self) -> &Player {
        &self.player
    }

    /// The same, to change its portrait.
    pub fn player_mut(&mut self) -> &mut Player {
        &mut self.player
    }

    /// The table as it is known.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        match &self.role {
            Role::Host(host) => Some(host.snapshot(Seat::HOST)),
            Role::Guest(guest) => guest.snapshot().cloned(),
        }
    }

    /// The latest pictures of all toys.
    #[must_use]
    pub fn album(&self) -> &Album {
        match &self.role {
            Role::Host(host) => host.album(),
            Role::Guest(guest) => guest.album(),
        }
    }

    /// How a guest stands; `None` for the host.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        match &self.role {
            Role::Host(_) => None,
            Role::Guest(guest) => Some(guest.standing()),
        }
    }

    fn tell(&mut self, event: Event) {
        if self.events.len() >= EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    /// There is a line, whose far end has proven this key. A guest has one at a time, and the newest counts.
    pub fn connect(&mut self, line: LineId, key: Key, name: Name, now: Duration) {
        if let Role::Guest(_) = self.role {
            self.drop_lines(now);
        }
        self.lines.push((line, Framer::default()));
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.connect(line, key, name, now);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => {
                let effects = guest.connect(key, now);
                self.guest_effects(effects, now);
            }
        }
        self.settle(now);
    }

    /// Bytes came on the control stream of a line.
    pub fn control(&mut self, line: LineId, bytes: &[u8], now: Duration) {
        if let Some((_, framer)) = self.lines.iter_mut().find(|(id, _)| *id == line) {
            framer.push(bytes);
        }
        while let Some((_, framer)) = self.lines.iter_mut().find(|(id, _)| *id == line) {
            let message = match framer.message() {
                Ok(None) => break,
                Ok(Some(message)) => Some(message),
                Err(_) => None,
            };
            match (&mut self.role, message) {
                (Role::Host(host), Some(message)) => {
                    let effects = host.receive(line, message, now);
                    self.host_effects(effects, now);
                }
                (Role::Host(host), None) => {
                    let effects = host.garbage(line);
                    self.host_effects(effects, now);
                    break;
                }
                (Role::Guest(guest), Some(message)) => {
                    let effects = guest.receive(message, now);
                    self.guest_effects(effects, now);
                }
                (Role::Guest(guest), None) => {
                    let effects = guest.garbage();
                    self.guest_effects(effects, now);
                    break;
                }
            }
            self.settle(now);
        }
        self.settle(now);
    }

    /// A datagram came on a line.
    pub fn datagram(&mut self, line: LineId, bytes: &[u8], now: Duration) {
        if !self.lines.iter().any(|(id, _)| *id == line) {
            return;
        }
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.datagram(line, bytes, now);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => guest.datagram(bytes, now),
        }
        self.settle(now);
    }

    /// A line is gone, with its streams.
    pub fn disconnect(&mut self, line: LineId, now: Duration) {
        let before = self.lines.len();
        self.lines.retain(|(id, _)| *id != line);
        if self.lines.len() == before {
            return;
        }
        self.lose_streams(line, now);
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.disconnect(line, now);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => {
                let effects = guest.disconnect(now);
                self.player.offline(now);
                self.guest_effects(effects, now);
            }
        }
        self.settle(now);
    }

    /// What the own toy shows and sounds now. To be called often: what goes out is decided here.
    pub fn show(&mut self, tick: u64, lcd: Lcd, contrast: u8, tone: Tone, now: Duration) {
        let Some(frame) = self.camera.look(Seat::HOST, tick, lcd, contrast, tone, now) else { return };
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.show(frame, now);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => {
                let effects = guest.show(frame, now);
                self.guest_effects(effects, now);
            }
        }
    }

    /// Time goes by; `wall` is the time of day, in seconds since 1970 UTC.
    pub fn tick(&mut self, now: Duration, wall: u64) {
        self.player.set_wall(wall);
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.tick(now);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => {
                let effects = guest.tick(now);
                self.guest_effects(effects, now);
            }
        }
        self.player.tick(now);
        self.settle(now);
    }

    fn host_effects(&mut self, effects: Vec<host::Effect>, now: Duration) {
        for effect in effects {
            match effect {
                host::Effect::Send(line, message) => self.outputs.push_back(Output::Control(line, message.to_bytes())),
                host::Effect::Datagram(line, bytes) => self.outputs.push_back(Output::Datagram(line, bytes)),
                host::Effect::Close(line, farewell) => {
                    self.lines.retain(|(id, _)| *id != line);
                    self.lose_streams(line, now);
                    self.outputs.push_back(Output::Hang(line, farewell));
                }
                host::Effect::Table(snapshot) => {
                    self.player.table((*snapshot).clone(), now);
                    self.check_relays(&snapshot, now);
                    self.tell(Event::Table(snapshot));
                }
                host::Effect::Heard(seat, whisper) => self.player.heard(seat, whisper, now),
                host::Effect::Emoted(seat, emote) => self.tell(Event::Emoted(seat, emote)),
            }
        }
    }

    fn guest_effects(&mut self, effects: Vec<guest::Effect>, now: Duration) {
        for effect in effects {
            let line = self.lines.last().map(|(id, _)| *id);
            match (effect, line) {
                (guest::Effect::Send(message), Some(line)) => {
                    self.outputs.push_back(Output::Control(line, message.to_bytes()));
                }
                (guest::Effect::Datagram(bytes), Some(line)) => self.outputs.push_back(Output::Datagram(line, bytes)),
                (guest::Effect::Send(_) | guest::Effect::Datagram(_), None) => {}
                (guest::Effect::Table(snapshot), _) => {
                    self.player.table((*snapshot).clone(), now);
                    self.check_relays(&snapshot, now);
                    self.tell(Event::Table(snapshot));
                }
                (guest::Effect::Heard(seat, whisper), _) => self.player.heard(seat, whisper, now),
                (guest::Effect::Emoted(seat, emote), _) => self.tell(Event::Emoted(seat, emote)),
                (guest::Effect::Redial, _) => self.outputs.push_back(Output::Redial),
                (guest::Effect::Over(farewell), _) => {
                    self.drop_lines(now);
                    if let Some(line) = line {
                        self.outputs.push_back(Output::Hang(line, farewell));
                    }
                    self.player.offline(now);
                    self.tell_of_pet();
                    self.tell(Event::Over(farewell));
                }
            }
        }
    }

    fn drop_lines(&mut self, now: Duration) {
        for (line, _) in std::mem::take(&mut self.lines) {
            self.lose_streams(line, now);
        }
    }

    /// Does what the pet wants, until it wants nothing more.
    fn settle(&mut self, now: Duration) {
        while let Some(output) = self.player.output(now) {
            match output {
                player::Output::Whisper(seat, whisper) => match &mut self.role {
                    Role::Host(host) => {
                        let effects = host.whisper(seat, whisper);
                        self.host_effects(effects, now);
                    }
                    Role::Guest(guest) => {
                        let effects = guest.whisper(seat, whisper);
                        self.guest_effects(effects, now);
                    }
                },
                player::Output::Open(pair) => {
                    self.open_own(PRONG, pair.other, pair.number, now);
                }
                player::Output::Send(bytes) => self.send_own(bytes),
                player::Output::Close => self.close_own(),
                player::Output::Worn(worn) => {
                    let profile = Profile { worn, ..self.profile.clone() };
                    self.change_profile(profile, now);
                }
            }
        }
        self.settle_bridge(now);
        self.tell_of_pet();
        let standing = self.standing();
        self.player.set_host_is_late(standing == Some(Standing::HostLate));
        if standing != self.standing {
            self.standing = standing;
            // The end is told by an event of its own.
            if let Some(standing) = standing.filter(|standing| !matches!(standing, Standing::Over(_))) {
                self.tell(Event::Standing(standing));
            }
        }
    }

    fn tell_of_pet(&mut self) {
        while let Some(event) = self.player.event() {
            self.tell(Event::Pet(event));
        }
    }
}

fn profile(toy: Name, look: Look, player: &Player) -> Profile {
    let mut worn = player.keepsakes().map(crate::keepsakes::Keepsakes::worn).unwrap_or_default();
    worn.truncate(crate::message::WORN);
    Profile { toy, look, worn, pet: player.pet() }
}

impl std::fmt::Debug for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sitting = self.snapshot().map_or(0, |table| (0..SEATS).filter(|n| table.members.get(*n).is_some()).count());
        f.debug_struct("Party").field("seats", &sitting).field("player", &self.player).finish_non_exhaustive()
    }
}
