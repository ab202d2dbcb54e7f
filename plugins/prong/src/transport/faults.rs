//! A bad line: what passes is damaged, lost, doubled, swapped or late, the same way for the same seed.

use std::collections::VecDeque;
use std::task::Waker;
use std::time::Duration;

use super::inbox::LIMIT;
use super::{Arrival, Clock, LONGEST, QUEUE, Transport, TransportError};

/// What goes wrong in one direction. The default is a good line.
///
/// Rates are chances per byte, 0.0 to 1.0. Every byte that enters draws in the same order, so that what comes out
/// depends on the seed and the bytes alone, not on time or on how they were cut into pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    /// One bit of the byte is inverted.
    pub flips: f64,
    /// A burst of 2 to 16 bits begins at a bit of this byte; its first and last bits are inverted, those between by chance.
    pub bursts: f64,
    /// A stretch beginning with this byte is lost.
    pub losses: f64,
    /// The stretch that ends with this byte comes twice.
    pub doubles: f64,
    /// Two stretches beginning with this byte change places. The first leaves after the second has come.
    pub swaps: f64,
    /// The line stands still before this byte; order is kept.
    pub delays: f64,
    /// The longest stretch, 1 to 4112 bytes.
    pub stretch: u16,
    /// The longest delay.
    pub delay: Duration,
    /// The line is cut after so many bytes: nothing more passes, and nobody is told.
    pub cut_after: Option<u64>,
    /// Nobody takes the bytes: they pile up until the queue of 64 KiB is full.
    pub never_read: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            flips: 0.0,
            bursts: 0.0,
            losses: 0.0,
            doubles: 0.0,
            swaps: 0.0,
            delays: 0.0,
            stretch: 16,
            delay: Duration::from_millis(500),
            cut_after: None,
            never_read: false,
        }
    }
}

/// Damages what passes through a line in both directions.
///
/// Delayed bytes move only while [`next`](Transport::next) or [`flush`](Transport::flush) runs.
#[derive(Debug)]
pub struct Faulty<T> {
    inner: T,
    clock: Clock,
    sending: Lane,
    receiving: Lane,
    /// Losses and returns of the line that wait behind what came before them.
    notes: VecDeque<Arrival>,
}

impl<T: Transport> Faulty<T> {
    /// The two directions draw from seeds of their own, both made from `seed`.
    pub fn new(inner: T, sending: Faults, receiving: Faults, seed: u64, clock: Clock) -> Self {
        let mut seeds = SplitMix(seed);
        let (sending, receiving) = (Lane::new(sending, seeds.next()), Lane::new(receiving, seeds.next()));
        Self { inner, clock, sending, receiving, notes: VecDeque::new() }
    }

    fn send_due(&mut self) -> Result<(), TransportError> {
        match self.sending.take_due(self.clock.now()) {
            Some((_, bytes)) => self.inner.send(&bytes),
            None => Ok(()),
        }
    }

    /// What has come out of the line of itself, without waiting.
    fn take_ready(&mut self) -> Option<Arrival> {
        if let Some((at, bytes)) = self.receiving.take_due(self.clock.now()) {
            return Some(Arrival::Bytes { at, bytes });
        }
        self.notes.pop_front()
    }

    fn take_in(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Bytes { at, bytes } => self.receiving.feed(&bytes, at),
            note => {
                if matches!(note, Arrival::Lost { .. }) {
                    self.sending.forget();
                }
                // A lost line delays nothing any more.
                self.receiving.hurry();
                self.notes.push_back(note);
            }
        }
    }
}

impl<T: Transport> Transport for Faulty<T> {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        let waiting = self.sending.waiting;
        if waiting.saturating_add(bytes.len()) > QUEUE {
            return Err(TransportError::Clogged(waiting));
        }
        self.sending.feed(bytes, self.clock.now());
        self.send_due()
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        let end = self.clock.now().saturating_add(wait.min(LONGEST));
        loop {
            let sent = self.send_due();
            if let Some(arrival) = self.take_ready() {
                return Ok(Some(arrival));
            }
            let now = self.clock.now();
            let left = end.saturating_sub(now);
            let due = [self.sending.due(), self.receiving.due()].into_iter().flatten().min();
            let slice = due.map_or(left, |due| left.min(due.saturating_sub(now)));
            match self.inner.next(slice)? {
                Some(arrival) => self.take_in(arrival),
                None => {
                    sent?;
                    if left.is_zero() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn purge(&mut self) {
        // Through the lane, so that its draws do not depend on when the purge came.
        for _ in 0..LIMIT {
            match self.inner.next(Duration::ZERO) {
                Ok(Some(arrival)) => self.take_in(arrival),
                Ok(None) | Err(_) => break,
            }
        }
        self.inner.purge();
        self.receiving.forget();
    }

    fn flush(&mut self, wait: Duration) -> Result<(), TransportError> {
        let end = self.clock.now().saturating_add(wait.min(LONGEST));
        loop {
            self.send_due()?;
            let now = self.clock.now();
            let left = end.saturating_sub(now);
            match self.sending.due() {
                None if self.sending.waiting == 0 => return self.inner.flush(left),
                _ if left.is_zero() => return Err(TransportError::Clogged(self.sending.waiting)),
                due => std::thread::sleep(due.unwrap_or(end).saturating_sub(now).min(left)),
            }
        }
    }

    fn watch(&mut self, waker: &Waker) {
        self.inner.watch(waker);
    }

    fn line_rate(&self) -> Option<u32> {
        self.inner.line_rate()
    }

    fn waiting(&self) -> usize {
        self.sending.waiting + self.inner.waiting()
    }

    fn hang_up(&mut self) -> bool {
        self.inner.hang_up()
    }
}

/// One direction: what went in and has not come out.
#[derive(Debug)]
struct Lane {
    faults: Faults,
    random: SplitMix,
    /// Bytes on their way, each piece with its time.
    queue: VecDeque<(Duration, Vec<u8>)>,
    waiting: usize,
    /// Nothing leaves before that.
    stalled: Duration,
    entered: u64,
    /// Bits of a burst that belong to bytes to come.
    burst: u32,
    /// Bytes of a stretch that are still to be lost.
    losing: u16,
    /// Two stretches that change places, and how long each is.
    swapping: Option<(Vec<u8>, u16)>,
    /// What left last, for doubling.
    recent: VecDeque<u8>,
}

impl Lane {
    fn new(mut faults: Faults, seed: u64) -> Self {
        faults.stretch = faults.stretch.clamp(1, 4112);
        Self {
            faults,
            random: SplitMix(seed),
            queue: VecDeque::new(),
            waiting: 0,
            stalled: Duration::ZERO,
            entered: 0,
            burst: 0,
            losing: 0,
            swapping: None,
            recent: VecDeque::new(),
        }
    }

    /// Bytes beyond [`LIMIT`] that wait are lost.
    fn feed(&mut self, bytes: &[u8], now: Duration) {
        let mut out = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            let stall = self.pass(byte, &mut out);
            if !stall.is_zero() {
                // The byte that stalls is the last one, and leaves after the pause.
                let late = out.split_off(out.len().saturating_sub(1));
                self.queue_up(std::mem::replace(&mut out, late), now);
                self.stalled = self.stalled.max(now) + stall;
            }
        }
        self.queue_up(out, now);
    }

    fn queue_up(&mut self, bytes: Vec<u8>, now: Duration) {
        if !bytes.is_empty() && self.waiting.saturating_add(bytes.len()) <= LIMIT {
            self.waiting += bytes.len();
            self.queue.push_back((self.stalled.max(now), bytes));
        }
    }

    /// One byte on its way, and how long the line stands still before it.
    fn pass(&mut self, byte: u8, out: &mut Vec<u8>) -> Duration {
        self.entered = self.entered.saturating_add(1);
        let (random, faults) = (&mut self.random, &self.faults);
        let mut mask = if random.hits(faults.flips) { 1 << random.below(8) } else { 0 };
        if random.hits(faults.bursts) {
            let bits = 2 + random.below(15);
            let inner = (random.next() as u32) & ((1 << bits) - 1);
            self.burst ^= (inner | 1 | 1 << (bits - 1)) << random.below(8);
        }
        mask ^= (self.burst & 0xFF) as u8;
        self.burst >>= 8;
        let stretch = u64::from(faults.stretch);
        let loss = random.hits(faults.losses).then(|| 1 + random.below(stretch) as u16);
        let double = random.hits(faults.doubles).then(|| 1 + random.below(stretch) as usize);
        let swap = random.hits(faults.swaps).then(|| 1 + random.below(stretch) as u16);
        let stall = if random.hits(faults.delays) { faults.delay.mul_f64(random.unit()) } else { Duration::ZERO };
        if faults.cut_after.is_some_and(|cut| self.entered > cut) {
            return Duration::ZERO;
        }
        if self.losing == 0 {
            self.losing = loss.unwrap_or(0);
        }
        if self.losing > 0 {
            self.losing -= 1;
            return Duration::ZERO;
        }
        let byte = byte ^ mask;
        if self.swapping.is_none() {
            self.swapping = swap.map(|len| (Vec::new(), len));
        }
        if let Some((held, len)) = &mut self.swapping {
            held.push(byte);
            if held.len() == 2 * usize::from(*len) {
                held.rotate_left(usize::from(*len));
                out.append(held);
                self.swapping = None;
            }
            return Duration::ZERO;
        }
        out.push(byte);
        self.recent.push_back(byte);
        if self.recent.len() > usize::from(faults.stretch) {
            self.recent.pop_front();
        }
        if let Some(len) = double {
            out.extend(self.recent.range(self.recent.len().saturating_sub(len)..));
            return Duration::ZERO;
        }
        stall
    }

    fn due(&self) -> Option<Duration> {
        self.queue.front().filter(|_| !self.faults.never_read).map(|(at, _)| *at)
    }

    fn take_due(&mut self, now: Duration) -> Option<(Duration, Vec<u8>)> {
        self.due().filter(|&due| due <= now)?;
        let piece = self.queue.pop_front()?;
        self.waiting = self.waiting.saturating_sub(piece.1.len());
        Some(piece)
    }

    fn hurry(&mut self) {
        self.queue.iter_mut().for_each(|(at, _)| *at = Duration::ZERO);
    }

    fn forget(&mut self) {
        self.queue.clear();
        self.waiting = 0;
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same everywhere.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// 0.0 to just below 1.0.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Draws even if the chance is none, so that rates do not move the draws of others.
    fn hits(&mut self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// Below `limit`, which is small: the bias does not matter.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next().checked_rem(limit).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
