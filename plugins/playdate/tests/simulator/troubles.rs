//! What goes wrong, what happened, and a disk that fails and kills.

use std::io;
use std::sync::{Arc, Mutex};

use eggtooth_playdate::keepsakes::Keep;

use super::net::Random;

/// What goes wrong; chances in ten thousand.
#[derive(Clone, Copy, Debug)]
pub struct Troubles {
    /// How long they last, in seconds.
    pub wild: u64,
    /// How many sit at the table; 0: as many as chance says.
    pub players: usize,
    /// How many pets each player has, of which one comes at a time.
    pub pets: usize,
    /// Each piece on a control stream: the line is cut.
    pub cuts: u64,
    /// Each write: the player is killed before or after it.
    pub kills: u64,
    /// Each write: the disk is full.
    pub full: u64,
    /// Each whisper is lost, doubled, or overtaken.
    pub whispers: u64,
    /// Each datagram is lost, doubled or late.
    pub datagrams: u64,
    /// Each act: the player freezes for up to 20 s.
    pub freezes: u64,
    /// After so many messages of the whole world the line of the last is cut.
    pub cut_after: Option<u64>,
    /// The so-manieth write of the whole world kills its player, before it or after.
    pub kill_at: Option<(u64, bool)>,
}

impl Troubles {
    pub fn none() -> Troubles {
        Troubles {
            wild: 120,
            players: 0,
            pets: 1,
            cuts: 0,
            kills: 0,
            full: 0,
            whispers: 0,
            datagrams: 0,
            freezes: 0,
            cut_after: None,
            kill_at: None,
        }
    }

    /// Two players for a short while, and nothing goes wrong.
    pub fn short() -> Troubles {
        Troubles { wild: 50, players: 2, ..Troubles::none() }
    }

    pub fn of(seed: u64) -> Troubles {
        let mut random = Random(seed ^ 0xABCD);
        let mut some = |most: u64| if random.hits(6000) { random.below(most) } else { 0 };
        Troubles {
            cuts: some(250),
            kills: some(2500),
            full: some(1500),
            whispers: some(2500),
            datagrams: some(4000),
            freezes: some(800),
            ..Troubles::none()
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub visits: u64,
    pub given: u64,
    pub arrived: u64,
    pub back: u64,
    pub kills: u64,
    pub cuts: u64,
    pub messages: u64,
    pub writes: u64,
    /// Two real toys were joined, counted at both.
    pub joinings: u64,
    pub toy_bytes: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.visits += other.visits;
        self.given += other.given;
        self.arrived += other.arrived;
        self.back += other.back;
        self.kills += other.kills;
        self.cuts += other.cuts;
        self.messages += other.messages;
        self.writes += other.writes;
        self.joinings += other.joinings;
        self.toy_bytes += other.toy_bytes;
    }
}

/// A disk that fails and kills.
pub struct Shelf {
    pub bytes: Option<Vec<u8>>,
    pub random: Random,
    pub troubles: Troubles,
    pub writes: Arc<Mutex<u64>>,
    pub killed: bool,
}

#[derive(Clone)]
pub struct ShelfOf(pub Arc<Mutex<Shelf>>);

impl Keep for ShelfOf {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().bytes.clone())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut shelf = self.0.lock().unwrap();
        let count = {
            let mut writes = shelf.writes.lock().unwrap();
            *writes += 1;
            *writes - 1
        };
        let (kills, full) = (shelf.troubles.kills, shelf.troubles.full);
        let at = shelf.troubles.kill_at.filter(|(write, _)| *write == count).map(|(_, after)| after);
        let kill = if shelf.random.hits(kills) { Some(shelf.random.hits(5000)) } else { at };
        // The first write, which makes the file, is not in question.
        if shelf.killed || kill == Some(false) && shelf.bytes.is_some() {
            shelf.killed = true;
            return Err(io::ErrorKind::Interrupted.into());
        }
        // A full disk may have taken it nevertheless.
        let full = shelf.bytes.is_some() && shelf.random.hits(full);
        if !full || shelf.random.hits(5000) {
            shelf.bytes = Some(bytes.to_vec());
        }
        if kill == Some(true) {
            shelf.killed = true;
            return Err(io::ErrorKind::Interrupted.into());
        }
        if full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}
