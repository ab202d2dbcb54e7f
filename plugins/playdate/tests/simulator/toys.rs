//! Real toys beside the players: what each gets is what the other's sent since they were joined, without a gap.

use std::time::Duration;

use eggtooth_playdate::bridge::{Guard, Off, State, Turn, WINDOW};
use eggtooth_playdate::party::Party;

use super::net::Random;

/// A real toy that says numbers which count up, from any on whenever it is joined anew.
pub struct Toy {
    pub random: Random,
    joined: bool,
    next: u8,
    due: Option<u8>,
    /// What came, and waits to be taken.
    waiting: usize,
    pub joinings: u64,
    pub bytes: u64,
}

impl Toy {
    pub fn new(seed: u64) -> Toy {
        Toy { random: Random(seed), joined: false, next: 0, due: None, waiting: 0, joinings: 0, bytes: 0 }
    }

    /// Its player's program has ended.
    pub fn ends(&mut self) {
        (self.joined, self.waiting) = (false, 0);
    }

    /// Something comes from the bridge.
    pub fn hear(&mut self, turn: Turn) -> Result<(), String> {
        match (turn, self.joined) {
            (Turn::Joined, false) => {
                self.joinings += 1;
                (self.joined, self.next, self.due, self.waiting) = (true, self.random.next() as u8, None, 0);
            }
            (Turn::Lost(_), true) => self.ends(),
            (Turn::Bytes(bytes), true) => {
                for byte in &bytes {
                    if self.due.is_some_and(|due| due != *byte) {
                        return Err(format!("a real toy gets {byte} instead of {:?}", self.due));
                    }
                    self.due = Some(byte.wrapping_add(1));
                }
                self.bytes += bytes.len() as u64;
                self.waiting += bytes.len();
                if self.waiting > WINDOW {
                    return Err(format!("{} bytes wait at a real toy", self.waiting));
                }
            }
            (turn, joined) => return Err(format!("a real toy is told {turn:?} while it is joined: {joined}")),
        }
        Ok(())
    }

    /// It does something, now and then.
    pub fn live(&mut self, party: &mut Party, now: Duration) {
        match self.random.below(12) {
            0 if self.random.hits(2000) => match party.bridge() {
                State::Off => party.bridge_on(Guard::Secret, now),
                _ if self.random.hits(5000) => party.bridge_off(Off::Unplugged, now),
                _ => party.bridge_off(Off::Switched, now),
            },
            1 if self.random.hits(3000) => party.bridge_on(Guard::Raw, now),
            2 if self.random.hits(500) => {
                // As if its plug were pulled for a moment.
                self.ends();
                party.bridge_anew(now);
            }
            3..7 => {
                let taken = self.random.below(self.waiting as u64 + 1) as usize;
                self.waiting -= taken;
                party.bridge_taken(taken, now);
            }
            _ if self.joined => {
                let room = party.bridge_room(now);
                let count = self.random.below(room.min(6000) as u64 + 1) as usize;
                let bytes: Vec<u8> = (0..count).map(|n| self.next.wrapping_add(n as u8)).collect();
                self.next = self.next.wrapping_add(count as u8);
                party.bridge_send(&bytes, now);
            }
            _ => {}
        }
    }

    pub fn is_joined(&self) -> bool {
        self.joined
    }
}
