//! Who presses a toy's buttons, and what each client has been answered.

use super::plan::Plan;
use super::{HostError, Keys, LONGEST_PRESS, Press};
use crate::store::{Entry, KeyChange};
use std::collections::VecDeque;

/// Clients whose hands a toy knows at a time; of more, those that hold nothing are forgotten first.
pub(super) const HANDS: usize = 8;
/// A client's last requests that are told from new ones.
const RECENT: usize = 32;
/// A client's clock and the network may make a change happen so much later than it arrived, in ticks.
const AHEAD: u64 = 2 * 32_768;
/// The client in records that nobody asked for: what was held by somebody who went is released.
pub(super) const HOUSE: [u8; 16] = [0; 16];

/// Ticks in milliseconds of a press.
fn ticks(milliseconds: u32) -> u64 {
    u64::from(milliseconds) * 32_768 / 1000
}

#[derive(Clone, Debug)]
struct Client {
    id: [u8; 16],
    /// What it holds.
    mask: u8,
    /// When it changed that.
    changed: u64,
    /// The newest request that said what it holds.
    newest: u32,
    /// Requests that were done, and when they happened.
    recent: VecDeque<(u32, u64)>,
    /// Tick of its last request.
    seen: u64,
}

/// The hands on a toy.
#[derive(Clone, Debug, Default)]
pub(super) struct Fingers {
    pub plan: Plan,
    clients: Vec<Client>,
}

impl Fingers {
    /// From what is planned, and the journal's records, in order.
    pub fn restored(plan: Plan, entries: &[Entry]) -> Fingers {
        let mut fingers = Fingers { plan, clients: Vec::new() };
        for entry in entries.iter().filter(|entry| entry.client != HOUSE) {
            let Some(first) = entry.changes.first() else { continue };
            if let Ok(client) = fingers.client(entry.client, first.tick) {
                client.newest = client.newest.max(entry.client_seq);
                client.note(entry.client_seq, first.tick);
            }
        }
        fingers
    }

    fn client(&mut self, id: [u8; 16], tick: u64) -> Result<&mut Client, HostError> {
        let at = match self.clients.iter().position(|client| client.id == id) {
            Some(at) => at,
            None => {
                if self.clients.len() >= HANDS {
                    let idle = self.clients.iter().enumerate().filter(|(_, client)| client.mask == 0);
                    let oldest = idle.min_by_key(|(_, client)| client.seen).map(|(at, _)| at);
                    self.clients.swap_remove(oldest.ok_or(HostError::Busy)?);
                }
                let (recent, changed) = (VecDeque::new(), 0);
                self.clients.push(Client { id, mask: 0, changed, newest: 0, recent, seen: tick });
                self.clients.len() - 1
            }
        };
        let client = self.clients.get_mut(at).ok_or(HostError::Busy)?;
        client.seen = tick;
        Ok(client)
    }

    /// The tick at which a request happens that was made before.
    pub fn known(&self, client: [u8; 16], seq: u32) -> Option<u64> {
        let client = self.clients.iter().find(|known| known.id == client)?;
        client.recent.iter().find(|done| done.0 == seq).map(|done| done.1)
    }

    /// Plans a new request at `earliest` or later; returns the tick at which it happens. What is to be written down is
    /// added to `changes`: nothing, where the buttons are as they are asked to be.
    pub fn press(&mut self, press: &Press, earliest: u64, changes: &mut Vec<KeyChange>) -> Result<u64, HostError> {
        let refuse = |text: &str| Err(HostError::Refused(text.to_owned()));
        let mask = match press.keys {
            Keys::Held { mask, .. } | Keys::Timed { mask, .. } => mask,
        };
        if press.client == HOUSE {
            return refuse("a client's number must not be all zeros; make up another one");
        }
        if mask > 15 {
            return refuse("there is no such button; a mask has four bits");
        }
        let mut plan = self.plan;
        let client = self.client(press.client, earliest)?;
        if client.is_past(press.client_seq) {
            return refuse("this press is older than the last ones that were answered; number presses upwards");
        }
        let tick = match press.keys {
            Keys::Held { since, .. } => {
                if press.client_seq < client.newest {
                    return refuse("a later state of the buttons has come before this one");
                }
                client.newest = press.client_seq;
                let meant = since.filter(|since| *since != u16::MAX).map_or(0, |since| ticks(u32::from(since)));
                let tick = client.changed.saturating_add(meant).min(earliest + AHEAD).max(earliest);
                plan.hold(client.mask, mask, tick, changes);
                (client.mask, client.changed) = (mask, tick);
                tick
            }
            Keys::Timed { milliseconds, .. } => {
                if mask == 0 || milliseconds == 0 || milliseconds > LONGEST_PRESS {
                    return refuse("a press needs a button and 1 to 10,000 milliseconds");
                }
                plan.press(mask, earliest, ticks(milliseconds), changes);
                if plan.end() > earliest + 2 * ticks(LONGEST_PRESS) {
                    return refuse("these buttons are still being pressed; wait until they are up");
                }
                earliest
            }
        };
        changes.sort_by_key(|change| change.tick);
        let tick = changes.first().map_or(tick, |first| first.tick);
        client.note(press.client_seq, tick);
        self.plan = plan;
        Ok(tick)
    }

    /// A client has gone: what it held is released.
    pub fn let_go(&mut self, id: [u8; 16], earliest: u64, changes: &mut Vec<KeyChange>) {
        if let Some(client) = self.clients.iter_mut().find(|client| client.id == id) {
            let tick = earliest.max(client.changed);
            self.plan.hold(client.mask, 0, tick, changes);
            client.mask = 0;
        }
        changes.sort_by_key(|change| change.tick);
    }

    /// Whether nobody has pressed since `tick`, and nothing is down.
    pub fn is_idle(&self, tick: u64) -> bool {
        !self.plan.is_down() && self.clients.iter().all(|client| client.mask == 0 && client.seen < tick)
    }
}

impl Client {
    fn note(&mut self, seq: u32, tick: u64) {
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((seq, tick));
    }

    /// Whether it cannot be said any more if this request was made before.
    fn is_past(&self, seq: u32) -> bool {
        self.recent.len() >= RECENT && self.recent.iter().all(|done| done.0 > seq)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::host::plan::HOLD;
    use crate::id::AccountId;

    fn held(client: u8, client_seq: u32, mask: u8, since: Option<u16>) -> Press {
        Press { client: [client; 16], client_seq, by: AccountId([0; 16]), keys: Keys::Held { mask, since } }
    }

    fn ask(fingers: &mut Fingers, press: Press, earliest: u64) -> Result<(u64, Vec<u64>), String> {
        let mut changes = Vec::new();
        let tick = fingers.press(&press, earliest, &mut changes).map_err(|error| error.to_string())?;
        assert!(changes.len() <= 16 && changes.is_sorted_by_key(|change| change.tick));
        Ok((tick, changes.iter().map(|change| change.tick).collect()))
    }

    #[test]
    fn a_press_lasts_as_long_as_it_did() {
        let mut fingers = Fingers::default();
        assert_eq!(ask(&mut fingers, held(1, 1, 1, None), 1000), Ok((1000, vec![1000])));
        // The network was slow first and quick then: 200 ms became nothing.
        assert_eq!(ask(&mut fingers, held(1, 2, 0, Some(200)), 1001), Ok((7553, vec![7553])));
        // Quick first and slow then: what is over cannot be shortened.
        assert_eq!(ask(&mut fingers, held(1, 3, 1, Some(200)), 90_000), Ok((90_000, vec![90_000])));
        // Nobody plans far ahead.
        assert_eq!(ask(&mut fingers, held(1, 4, 0, Some(65_000)), 90_001).unwrap().0, 90_001 + AHEAD);
    }

    #[test]
    fn a_request_is_done_once() {
        let mut fingers = Fingers::default();
        let (tick, _) = ask(&mut fingers, held(1, 7, 1, None), 1000).unwrap();
        assert_eq!((fingers.known([1; 16], 7), fingers.known([2; 16], 7)), (Some(tick), None));
        assert_eq!(ask(&mut fingers, held(1, 8, 1, None), 2000), Ok((2000, vec![])));
        assert!(ask(&mut fingers, held(1, 6, 0, None), 3000).unwrap_err().contains("later state"));
        for seq in 9..9 + RECENT as u32 {
            ask(&mut fingers, held(1, seq, 1, None), 4000).unwrap();
        }
        assert_eq!(fingers.known([1; 16], 7), None);
        assert!(ask(&mut fingers, held(1, 7, 1, None), 5000).unwrap_err().contains("older than the last"));
    }

    #[test]
    fn what_makes_no_sense_changes_nothing() {
        let mut fingers = Fingers::default();
        let timed = |mask, milliseconds| Press { keys: Keys::Timed { mask, milliseconds }, ..held(1, 1, 0, None) };
        for press in
            [timed(0, 100), timed(16, 100), timed(1, 0), timed(1, 10_001), held(0, 1, 1, None), held(1, 1, 99, None)]
        {
            assert!(ask(&mut fingers, press, 1000).is_err());
            assert_eq!(fingers.plan, Plan::default());
        }
        assert!(ask(&mut fingers, timed(1, 10_000), 1000).is_ok());
        let second = Press { client_seq: 2, ..timed(1, 10_000) };
        assert!(ask(&mut fingers, second, 1000).unwrap_err().contains("still being pressed"));
    }

    #[test]
    fn a_crowd_of_hands_is_bounded_and_released() {
        let mut fingers = Fingers::default();
        for client in 1..=HANDS as u8 {
            ask(&mut fingers, held(client, 1, 1, None), 1000).unwrap();
        }
        assert!(ask(&mut fingers, held(99, 1, 1, None), 1000).is_err());
        let mut changes = Vec::new();
        for client in 1..=HANDS as u8 {
            assert!(changes.is_empty() && !fingers.is_idle(2000));
            fingers.let_go([client; 16], 1000 + HOLD, &mut changes);
        }
        assert_eq!(changes.len(), 1);
        assert!(fingers.is_idle(2000) && !fingers.is_idle(1000));
        assert!(ask(&mut fingers, held(99, 1, 1, None), 9000).is_ok());
    }
}
