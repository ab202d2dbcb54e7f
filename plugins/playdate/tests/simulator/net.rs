//! Lines between parties, in virtual time.

use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

/// SplitMix64.
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// So many times in ten thousand.
    pub fn hits(&mut self, chance: u64) -> bool {
        self.below(10_000) < chance
    }

    pub fn millis(&mut self, limit: u64) -> Duration {
        Duration::from_millis(self.below(limit))
    }
}

/// What happens.
#[derive(Clone, Debug)]
pub enum What {
    Control(u64, Vec<u8>),
    Datagram(u64, Vec<u8>),
    Open(u64, usize, u8),
    Bytes(u64, usize, Vec<u8>),
    CloseStream(u64, usize),
    Down(u64),
    Tick,
    Act,
    Dial,
    Start,
    Regroup,
    Company(usize),
}

struct Entry {
    at: Duration,
    order: u64,
    node: usize,
    what: What,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

/// What lies ahead, in order.
#[derive(Default)]
pub struct Agenda {
    heap: BinaryHeap<Entry>,
    count: u64,
}

impl Agenda {
    pub fn push(&mut self, at: Duration, node: usize, what: What) {
        self.count += 1;
        self.heap.push(Entry { at, order: self.count, node, what });
    }

    pub fn pop(&mut self) -> Option<(Duration, usize, What)> {
        self.heap.pop().map(|entry| (entry.at, entry.node, entry.what))
    }
}

/// Times of what went last, so that each stream keeps its order.
#[derive(Default)]
pub struct Order(HashMap<(u64, usize, usize), Duration>);

impl Order {
    /// When something that leaves now and would arrive at `at` does arrive on a channel of a line to a node.
    pub fn after(&mut self, line: u64, to: usize, channel: usize, at: Duration) -> Duration {
        let last = self.0.entry((line, to, channel)).or_default();
        *last = at.max(*last);
        *last
    }

    /// When all that is on its way has arrived.
    pub fn all(&self, line: u64, to: usize) -> Duration {
        let of_line = self.0.iter().filter(|((l, t, _), _)| (*l, *t) == (line, to));
        of_line.map(|(_, at)| *at).max().unwrap_or_default()
    }
}
