//! Players who visit and give, and a world that is against it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use eggtooth_cartridge::labels::Labels;
use eggtooth_livelink::{Lcd, Tone};
use eggtooth_playdate::bridge::{State, Turn};
use eggtooth_playdate::ghost::portrait;
use eggtooth_playdate::keepsakes::Keepsakes;
use eggtooth_playdate::message::{Emote, GiftId};
use eggtooth_playdate::party::{Event, Output, Party};
use eggtooth_playdate::player::{self, Player};
use eggtooth_playdate::{Decoration, Look, Name, Seat, frame};

use super::net::{Agenda, Order, Random, What};
use super::toys::Toy;
use super::troubles::{Shelf, ShelfOf, Tally, Troubles};

/// How long things are given to be settled when nothing goes wrong any more.
const CALM: Duration = Duration::from_secs(180);
const LATENCY: u64 = 120;
/// How long each company of pets is together in the end, where players have several.
const TOGETHER: u64 = 40;

struct Node {
    party: Option<Party>,
    /// Of each of its pets.
    shelves: Vec<ShelfOf>,
    /// Which one it takes next, or took last.
    pet: usize,
    frozen: Duration,
    ticks_at: Duration,
    random: Random,
    toy: Toy,
}

struct Line {
    guest: usize,
    up: bool,
}

struct Stream {
    line: u64,
    /// The stream's number at the host, and at the guest.
    ends: [Option<u64>; 2],
}

pub struct World {
    random: Random,
    troubles: Troubles,
    now: Duration,
    agenda: Agenda,
    order: Order,
    nodes: Vec<Node>,
    lines: Vec<Line>,
    streams: Vec<Stream>,
    gifts: Vec<(GiftId, u8, usize)>,
    tally: Tally,
    wild: Duration,
    writes: Arc<Mutex<u64>>,
    log: Option<Vec<String>>,
}

fn key(node: usize) -> [u8; 32] {
    [node as u8 + 1; 32]
}

fn name(node: usize) -> Name {
    Name::new(["Ada", "Bo", "Cy", "Di"][node]).unwrap()
}

impl World {
    pub fn new(seed: u64, troubles: Troubles, log: bool) -> World {
        let mut random = Random(seed);
        let writes = Arc::new(Mutex::new(0));
        let count = if troubles.players > 0 { troubles.players } else { 2 + random.below(3) as usize };
        let nodes = (0..count).map(|node| Node {
            party: None,
            shelves: (0..troubles.pets)
                .map(|_| {
                    ShelfOf(Arc::new(Mutex::new(Shelf {
                        bytes: None,
                        random: Random(random.next()),
                        troubles,
                        writes: writes.clone(),
                        killed: false,
                    })))
                })
                .collect(),
            pet: 0,
            frozen: Duration::ZERO,
            ticks_at: Duration::MAX,
            random: Random(random.next()),
            toy: Toy::new(seed ^ (node as u64 + 77)),
        });
        let mut world = World {
            nodes: nodes.collect(),
            random,
            troubles,
            now: Duration::ZERO,
            agenda: Agenda::default(),
            order: Order::default(),
            lines: Vec::new(),
            streams: Vec::new(),
            gifts: Vec::new(),
            tally: Tally::default(),
            wild: Duration::from_secs(troubles.wild),
            writes,
            log: log.then(Vec::new),
        };
        for node in 0..world.nodes.len() {
            world.agenda.push(Duration::from_millis(node as u64 * 300), node, What::Start);
            world.agenda.push(Duration::from_secs(1 + node as u64), node, What::Act);
        }
        world
    }

    pub fn story(&self) -> String {
        let all = self.log.as_deref().unwrap_or_default();
        all[all.len().saturating_sub(400)..].join("\n")
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            log.push(format!("{:>9.3} {}", self.now.as_secs_f64(), text()));
        }
    }

    /// Lives to the end.
    pub fn run(&mut self) -> Result<Tally, String> {
        let mut calm = false;
        let end = self.wild + CALM + self.companies().iter().map(|_| Duration::from_secs(TOGETHER)).sum::<Duration>();
        while let Some((at, node, what)) = self.agenda.pop() {
            if at > end {
                break;
            }
            self.now = self.now.max(at);
            if !calm && at > self.wild {
                calm = true;
                self.calm_down();
            }
            if self.nodes[node].frozen > self.now {
                let until = self.nodes[node].frozen;
                self.agenda.push(until, node, what);
                continue;
            }
            self.happens(node, what)?;
        }
        self.tally.writes = *self.writes.lock().unwrap();
        self.tally.joinings = self.nodes.iter().map(|node| node.toy.joinings).sum();
        self.tally.toy_bytes = self.nodes.iter().map(|node| node.toy.bytes).sum();
        self.judge()?;
        Ok(self.tally)
    }

    /// Nothing goes wrong from now on, and everybody comes together once more.
    fn calm_down(&mut self) {
        self.note(|| "all is calm".into());
        self.troubles = Troubles::none();
        for node in 0..self.nodes.len() {
            for shelf in &self.nodes[node].shelves {
                shelf.0.lock().unwrap().troubles = Troubles::none();
            }
            // Who is frozen thaws in its own time: what waits for it comes in its order.
            self.agenda.push(self.now + Duration::from_secs(1), node, What::Start);
        }
        self.agenda.push(self.wild + CALM - Duration::from_secs(60), 0, What::Regroup);
        for (n, company) in self.companies().into_iter().enumerate() {
            let at = self.wild + CALM + Duration::from_secs(n as u64 * TOGETHER);
            self.agenda.push(at, 0, What::Company(company));
        }
    }

    /// All that can be of one pet of each player, where there are several.
    fn companies(&self) -> Vec<usize> {
        if self.troubles_pets() > 1 { (0..1 << self.nodes.len()).collect() } else { Vec::new() }
    }

    fn troubles_pets(&self) -> usize {
        self.nodes.first().map_or(0, |node| node.shelves.len())
    }

    /// Everybody ends, and comes again with the pet that the bit of this number says.
    fn company(&mut self, company: usize) {
        self.note(|| format!("company {company:b}"));
        for node in 0..self.nodes.len() {
            self.nodes[node].party = None;
            self.nodes[node].pet = company >> node & 1;
            self.agenda.push(self.now + Duration::from_secs(1), node, What::Start);
        }
        for line in &mut self.lines {
            line.up = false;
        }
    }

    fn start(&mut self, node: usize) {
        let over = self.nodes[node]
            .party
            .as_ref()
            .is_some_and(|party| matches!(party.standing(), Some(eggtooth_playdate::guest::Standing::Over(_))));
        if self.nodes[node].party.is_some() && !over {
            return;
        }
        if self.now < self.wild {
            let pets = self.nodes[node].shelves.len() as u64;
            self.nodes[node].pet = self.nodes[node].random.below(pets) as usize;
        }
        let pet = self.nodes[node].pet;
        let number = 100 + node as u32 + 10 * pet as u32;
        let shelf = self.nodes[node].shelves[pet].clone();
        shelf.0.lock().unwrap().killed = false;
        let Ok(keepsakes) = Keepsakes::open(Box::new(shelf.clone()), number) else {
            shelf.0.lock().unwrap().killed = false;
            self.agenda.push(self.now + Duration::from_secs(2), node, What::Start);
            return;
        };
        self.note(|| format!("{node} starts with pet {number}"));
        self.nodes[node].toy.ends();
        let mut lcd = [0; 16];
        lcd[8] = 0x3C + node as u32;
        let exchange = portrait(&name(node), node as u32, number, &Labels::default(), &[], &[Lcd::from_rows(lcd, 0)]);
        let mut chance = Random(self.nodes[node].random.next());
        let show = Duration::from_secs(1);
        let player = Player::new(key(node), Some(keepsakes), exchange, show, Box::new(move || chance.next()));
        let look = Look::new("plain").unwrap();
        let party = if node == 0 {
            Party::host(name(0), name(0), look, player, self.now)
        } else {
            self.agenda.push(self.now, node, What::Dial);
            Party::guest(name(node), look, player, self.now)
        };
        self.nodes[node].party = Some(party);
        self.agenda.push(self.now, node, What::Tick);
        self.nodes[node].ticks_at = self.now;
    }

    fn happens(&mut self, node: usize, what: What) -> Result<(), String> {
        let now = self.now;
        match what {
            What::Start => self.start(node),
            What::Dial => self.dial(node),
            What::Act => self.act(node),
            What::Down(line) => self.down(node, line),
            What::Company(company) => self.company(company),
            What::Regroup => {
                for line in 0..self.lines.len() {
                    if self.lines[line].up {
                        self.agenda.push(now, self.lines[line].guest, What::Down(line as u64));
                    }
                }
            }
            What::Tick => {
                let due = self.nodes[node].ticks_at <= now;
                if let Some(party) = self.nodes[node].party.as_mut().filter(|_| due) {
                    let picture = Lcd::from_rows([(now.as_millis() / 250) as u32; 16], 0);
                    party.tick(now, 1000 + now.as_secs());
                    party.show(now.as_millis() as u64, picture, 8, Tone::SILENT, now);
                    self.nodes[node].ticks_at = Duration::MAX;
                }
                // It hears before it says anything.
                self.flush(node)?;
                let here = &mut self.nodes[node];
                if let Some(party) = &mut here.party {
                    here.toy.live(party, now);
                }
            }
            What::Control(line, bytes) if self.is_up(line) => {
                if let Some(party) = &mut self.nodes[node].party {
                    party.control(line, &bytes, now);
                }
            }
            What::Datagram(line, bytes) if self.is_up(line) => {
                if let Some(party) = &mut self.nodes[node].party {
                    party.datagram(line, &bytes, now);
                }
            }
            What::Open(line, stream, kind) if self.is_up(line) => {
                if let Some(party) = &mut self.nodes[node].party {
                    let id = party.stream(line, kind, now);
                    self.streams[stream].ends[usize::from(node != 0)] = id;
                    if id.is_none() {
                        let other = if node == 0 { self.lines[line as usize].guest } else { 0 };
                        self.carry(line, other, stream + 1, What::CloseStream(line, stream));
                    }
                }
            }
            What::Bytes(line, stream, bytes) if self.is_up(line) => {
                let id = self.streams[stream].ends[usize::from(node != 0)];
                if let (Some(party), Some(id)) = (&mut self.nodes[node].party, id) {
                    party.stream_bytes(id, &bytes, now);
                }
            }
            What::CloseStream(line, stream) if self.is_up(line) => {
                let id = self.streams[stream].ends[usize::from(node != 0)].take();
                if let (Some(party), Some(id)) = (&mut self.nodes[node].party, id) {
                    party.stream_closed(id, now);
                }
            }
            _ => {}
        }
        self.flush(node)
    }

    fn is_up(&self, line: u64) -> bool {
        self.lines[line as usize].up
    }

    fn dial(&mut self, node: usize) {
        let over = self.nodes[node].party.as_ref().and_then(Party::standing);
        if !matches!(over, Some(standing) if !matches!(standing, eggtooth_playdate::guest::Standing::Over(_))) {
            return;
        }
        if self.nodes[0].party.is_none() || self.nodes[0].frozen > self.now {
            self.agenda.push(self.now + Duration::from_millis(700), node, What::Dial);
            return;
        }
        let line = self.lines.len() as u64;
        self.lines.push(Line { guest: node, up: true });
        self.note(|| format!("{node} has line {line}"));
        let now = self.now;
        if let Some(host) = &mut self.nodes[0].party {
            host.connect(line, key(node), name(node), now);
        }
        if let Some(guest) = &mut self.nodes[node].party {
            guest.connect(line, key(0), name(0), now);
        }
        // What the host wants to say waits for its next tick.
        self.agenda.push(now, 0, What::Tick);
    }

    fn down(&mut self, node: usize, line: u64) {
        self.lines[line as usize].up = false;
        let now = self.now;
        for node in [node, if node == 0 { self.lines[line as usize].guest } else { 0 }] {
            if let Some(party) = &mut self.nodes[node].party {
                party.disconnect(line, now);
            }
        }
        self.agenda.push(now, 0, What::Tick);
        let guest = self.lines[line as usize].guest;
        self.agenda.push(now, guest, What::Tick);
    }

    /// Both sides learn sooner or later that there is no line any more.
    fn cut(&mut self, line: u64) {
        if !std::mem::replace(&mut self.lines[line as usize].up, false) {
            return;
        }
        self.tally.cuts += 1;
        self.note(|| format!("line {line} is cut"));
        let guest = self.lines[line as usize].guest;
        let at = self.now + self.random.millis(8000);
        self.agenda.push(at, guest, What::Down(line));
    }

    fn kill(&mut self, node: usize) {
        self.tally.kills += 1;
        self.note(|| format!("{node} is killed"));
        self.nodes[node].party = None;
        for line in 0..self.lines.len() {
            if node == 0 || self.lines[line].guest == node {
                self.cut(line as u64);
            }
        }
        let at = self.now + self.random.millis(20_000);
        self.agenda.push(at, node, What::Start);
    }

    fn carry(&mut self, line: u64, to: usize, channel: usize, what: What) {
        let stall = if self.random.hits(300) { self.random.millis(3000) } else { Duration::ZERO };
        let at = self.now + Duration::from_millis(5) + self.random.millis(LATENCY) + stall;
        let at = self.order.after(line, to, channel, at);
        self.agenda.push(at, to, what);
    }

    /// Does what a party wants.
    fn flush(&mut self, node: usize) -> Result<(), String> {
        let mut count = 0;
        loop {
            let pet = self.nodes[node].pet;
            if std::mem::take(&mut self.nodes[node].shelves[pet].0.lock().unwrap().killed) {
                self.kill(node);
                return Ok(());
            }
            let Some(party) = &mut self.nodes[node].party else { return Ok(()) };
            if let Some(event) = party.event() {
                self.told(node, event);
                continue;
            }
            let Some(output) = party.output() else { break };
            count += 1;
            if count > 2000 {
                return Err(format!("{node} wants too much at once: {output:?}"));
            }
            self.output(node, output)?;
        }
        let Some(party) = &self.nodes[node].party else { return Ok(()) };
        let wake = party.wake().unwrap_or(Duration::MAX).max(self.now + Duration::from_millis(1));
        let next = wake.min(self.now + Duration::from_millis(400));
        if next < self.nodes[node].ticks_at {
            self.nodes[node].ticks_at = next;
            self.agenda.push(next, node, What::Tick);
        }
        Ok(())
    }

    fn output(&mut self, node: usize, output: Output) -> Result<(), String> {
        let side = usize::from(node != 0);
        let other = |world: &World, line: u64| if node == 0 { world.lines[line as usize].guest } else { 0 };
        match output {
            Output::Control(line, bytes) => {
                if bytes.len() > 2 + 1400 {
                    return Err(format!("a message of {} bytes", bytes.len()));
                }
                self.tally.messages += 1;
                let to = other(self, line);
                let whisper = matches!(bytes.get(2), Some(0x06 | 0x43)) && self.random.hits(self.troubles.whispers);
                match if whisper { self.random.below(3) } else { 3 } {
                    0 => {}
                    1 => {
                        self.carry(line, to, 0, What::Control(line, bytes.clone()));
                        self.carry(line, to, 0, What::Control(line, bytes));
                    }
                    2 => {
                        let at = self.now + self.random.millis(9000);
                        self.agenda.push(at, to, What::Control(line, bytes));
                    }
                    _ => self.carry(line, to, 0, What::Control(line, bytes)),
                }
                let due = self.troubles.cut_after == Some(self.tally.messages);
                if due || self.random.hits(self.troubles.cuts) {
                    self.cut(line);
                }
            }
            Output::Datagram(line, bytes) => {
                if bytes.len() != frame::SIZE {
                    return Err(format!("a datagram of {} bytes", bytes.len()));
                }
                let to = other(self, line);
                let copies = match () {
                    () if !self.random.hits(self.troubles.datagrams) => 1,
                    () => self.random.below(3),
                };
                for _ in 0..copies {
                    let at = self.now + self.random.millis(4 * LATENCY);
                    self.agenda.push(at, to, What::Datagram(line, bytes.clone()));
                }
            }
            Output::Open(line, id, kind) => {
                let stream = self.streams.len();
                let mut ends = [None; 2];
                ends[side] = Some(id);
                self.streams.push(Stream { line, ends });
                let to = other(self, line);
                self.carry(line, to, stream + 1, What::Open(line, stream, kind));
            }
            Output::Bytes(id, bytes) => {
                if let Some(stream) = self.streams.iter().position(|stream| {
                    stream.ends[side] == Some(id) && (node == 0 || self.lines[stream.line as usize].guest == node)
                }) {
                    let line = self.streams[stream].line;
                    let to = other(self, line);
                    self.carry(line, to, stream + 1, What::Bytes(line, stream, bytes));
                }
            }
            Output::Close(id) => {
                if let Some(stream) = self.streams.iter().position(|stream| {
                    stream.ends[side] == Some(id) && (node == 0 || self.lines[stream.line as usize].guest == node)
                }) {
                    let line = self.streams[stream].line;
                    self.streams[stream].ends[side] = None;
                    let to = other(self, line);
                    self.carry(line, to, stream + 1, What::CloseStream(line, stream));
                }
            }
            Output::Bridge(turn) => {
                if !matches!(turn, Turn::Bytes(_)) {
                    self.note(|| format!("{node}'s real toy: {turn:?}"));
                }
                self.nodes[node].toy.hear(turn).map_err(|why| format!("{node}: {why}"))?;
            }
            Output::Hang(line, _) => {
                let to = other(self, line);
                let at = self.order.all(line, to).max(self.now);
                self.agenda.push(at, to, What::Down(line));
            }
            Output::Redial => {
                let at = self.now + self.random.millis(4000);
                self.agenda.push(at, node, What::Dial);
            }
        }
        Ok(())
    }

    fn told(&mut self, node: usize, event: Event) {
        match &event {
            Event::Pet(player::Event::Played { .. }) => self.tally.visits += 1,
            Event::Pet(player::Event::Arrived { .. }) => self.tally.arrived += 1,
            Event::Pet(player::Event::Back { .. }) => self.tally.back += 1,
            Event::Over(_) if node != 0 => {
                let at = self.now + Duration::from_secs(3);
                self.agenda.push(at, node, What::Start);
            }
            _ => {}
        }
        if !matches!(event, Event::Table(_)) {
            self.note(|| format!("{node}: {event:?}"));
        }
    }

    /// A player does something.
    fn act(&mut self, node: usize) {
        let now = self.now;
        if now > self.wild {
            return;
        }
        let next = now + self.random.millis(12_000);
        self.agenda.push(next, node, What::Act);
        if self.random.hits(self.troubles.freezes) {
            let until = now + self.random.millis(20_000);
            self.note(|| format!("{node} freezes until {until:?}"));
            self.nodes[node].frozen = until;
            return;
        }
        let (what, seat, thing) = (self.random.below(10), self.random.below(4), self.random.below(16));
        let Some(party) = &mut self.nodes[node].party else { return };
        let seat = Seat::new(seat as u8).unwrap();
        let decoration = Decoration::new(thing as u8).unwrap();
        match (party.player().visits(), what) {
            (Some(_), 0..7) => {
                if let Ok(gift) = party.give(decoration, now) {
                    self.tally.given += 1;
                    self.gifts.push((gift, decoration.number(), node));
                    self.note(|| format!("{node} gives {gift} ({thing})"));
                }
            }
            (Some(_), 7) => party.part(now),
            (None, 0..8) => party.touch(seat, now),
            _ => party.emote(Emote::Wave, now),
        }
    }

    fn judge(&self) -> Result<(), String> {
        if self.nodes.iter().any(|node| node.party.is_none()) {
            return Err("somebody is not there in the end".into());
        }
        // A disk that said it was full may have taken the last change, which the pet that is there knows nothing of.
        let other = |node: &Node, pet: usize| {
            (pet != node.pet).then(|| Keepsakes::open(Box::new(node.shelves[pet].clone()), u32::MAX).unwrap())
        };
        let pets = |node: &Node| (0..node.shelves.len()).filter_map(|pet| other(node, pet)).collect::<Vec<_>>();
        let others: Vec<Vec<Keepsakes>> = self.nodes.iter().map(pets).collect();
        let here = self.nodes.iter().map(|node| node.party.as_ref().and_then(|party| party.player().keepsakes()));
        let all: Vec<(usize, &Keepsakes)> = here
            .zip(&others)
            .enumerate()
            .flat_map(|(node, (here, others))| here.into_iter().chain(others).map(move |kept| (node, kept)))
            .collect();
        for decoration in Decoration::all() {
            let count = |(_, kept): &(usize, &Keepsakes)| {
                kept.pieces().iter().filter(|piece| piece.decoration == decoration).count()
            };
            let sum: usize = all.iter().map(count).sum();
            if sum != all.len() {
                return Err(format!("{} of {} {}s are left", sum, all.len(), decoration.name()));
            }
        }
        for (node, kept) in &all {
            if !kept.onway().is_empty() || !kept.marks().is_empty() {
                return Err(format!("{node} has unsettled gifts: {:?} {:?}", kept.onway(), kept.marks()));
            }
            for (other, theirs) in all.iter().filter(|(other, _)| other != node) {
                let mine = kept.tie(key(*other), theirs.pet()).map(|tie| (tie.visits, tie.friendship, tie.since));
                let yours = theirs.tie(key(*node), kept.pet()).map(|tie| (tie.visits, tie.friendship, tie.since));
                if mine != yours {
                    return Err(format!("{node} and {other} remember {mine:?} and {yours:?}"));
                }
            }
        }
        for (node, here) in self.nodes.iter().enumerate() {
            let Some(State::Joined(seat)) = here.party.as_ref().map(Party::bridge) else { continue };
            let table = here.party.as_ref().and_then(Party::snapshot);
            let key = table.and_then(|table| Some(table.member(seat)?.key)).unwrap_or_default();
            let there = self.nodes.get(usize::from(key[0]).wrapping_sub(1));
            if there.is_none_or(|there| !there.toy.is_joined()) || !here.toy.is_joined() {
                return Err(format!("{node}'s real toy is joined with nobody"));
            }
        }
        let open = |node: &Node| node.party.as_ref().is_some_and(|party| party.player().visits().is_some());
        if self.tally.visits == u64::MAX || self.nodes.iter().filter(|node| open(node)).count() % 2 != 0 {
            return Err("one side of a visit is alone".into());
        }
        Ok(())
    }
}
