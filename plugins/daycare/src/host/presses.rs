//! Presses: written down first, made after that, at exactly the tick that was written down.

use super::fingers::{Fingers, HOUSE};
use super::keeper::{Job, copy};
use super::request::{Reply, Request, answer};
use super::room::Tools;
use super::toy::{FAR, Toy};
use super::{Ack, HostError, Press};
use crate::id::AccountId;
use crate::store::{Entry, KeyChange, ToyState};
use std::time::Instant;

/// A toy that was pressed counts as watched for so long, in milliseconds.
const AWAKE: u64 = 10_000;

/// A press that waits for its answer.
pub(super) struct Asked {
    pub press: Press,
    pub arrived: Instant,
    pub reply: Reply<Ack>,
}

/// Plans presses of one toy and has them written down, in one piece.
pub(super) fn press(toy: &mut Toy, asked: Vec<Asked>, tools: &mut Tools) {
    if let Some(error) = refusal(toy) {
        asked.into_iter().for_each(|asked| answer(asked.reply, Err(again(&error))));
        return;
    }
    let moment = *tools.moment;
    if toy.owes(&moment) <= FAR {
        toy.live(toy.target(&moment), &moment, tools.out);
    }
    toy.awake = moment.millis + AWAKE;
    let earliest = toy.earliest(&moment);
    let mut fingers = toy.hands.take().unwrap_or_default();
    let before = fingers.clone();
    let (mut entries, mut acks) = (Vec::new(), Vec::new());
    for Asked { press, arrived, reply } in asked {
        let client_seq = press.client_seq;
        let mut changes = Vec::new();
        let tick = match fingers.known(press.client, client_seq) {
            Some(tick) => tick,
            None => match fingers.press(&press, earliest, &mut changes) {
                Ok(tick) => tick,
                Err(error) => {
                    answer(reply, Err(error));
                    continue;
                }
            },
        };
        if !changes.is_empty() {
            entries.push(entry(toy, entries.len(), changes, press.client, client_seq, press.by, tools));
        }
        // Also a press that changes nothing may rest on one before it that is not durable yet.
        acks.push((reply, Ack { client_seq, tick }, arrived));
    }
    toy.hands = Some(fingers);
    write(toy, before, entries, acks, None, tools);
}

/// A client has gone, or with `None` everybody: what was held is released. If that cannot be written down, it is tried
/// again: a button must not stay down for ever.
pub(super) fn let_go(toy: &mut Toy, client: Option<([u8; 16], AccountId)>, tools: &mut Tools) {
    let id = toy.id;
    let again = client.map_or(Request::Release { toy: id }, |(client, by)| Request::LetGo { toy: id, client, by });
    if toy.body.is_none() {
        return;
    }
    if toy.state != ToyState::Alive {
        // It is being carried away, and may come back.
        return toy.try_later(again);
    }
    let earliest = toy.earliest(tools.moment);
    let Some(mut fingers) = toy.hands.take() else { return };
    let before = fingers.clone();
    let mut changes = Vec::new();
    match client {
        Some((client, _)) => fingers.let_go(client, earliest, &mut changes),
        None => fingers.plan.release(earliest, &mut changes),
    }
    toy.hands = Some(fingers);
    if changes.is_empty() {
        return;
    }
    let by = client.map_or(toy.owner, |(_, by)| by);
    let seq = toy.seq as u32;
    let entries = vec![entry(toy, 0, changes, HOUSE, seq, by, tools)];
    write(toy, before, entries, Vec::new(), Some(again), tools);
}

/// Presses that the house makes itself.
pub(super) fn press_by_house(toy: &mut Toy, mask: u8, ticks: u64, tools: &mut Tools) -> u64 {
    let earliest = toy.earliest(tools.moment);
    let mut fingers = toy.hands.take().unwrap_or_default();
    let before = fingers.clone();
    let mut changes = Vec::new();
    fingers.plan.press(mask, earliest, ticks, &mut changes);
    let end = fingers.plan.end();
    toy.hands = Some(fingers);
    let entries = vec![entry(toy, 0, changes, HOUSE, toy.seq as u32, toy.owner, tools)];
    write(toy, before, entries, Vec::new(), None, tools);
    end
}

/// Why a toy cannot be pressed.
fn refusal(toy: &Toy) -> Option<HostError> {
    match toy.state {
        ToyState::Leaving(_) => Some(HostError::Untouchable("it is being carried away".into())),
        _ if toy.body.is_none() => Some(HostError::Untouchable("it could not be restored".into())),
        _ if !toy.anchor.running => Some(HostError::Paused),
        _ => None,
    }
}

fn again(error: &HostError) -> HostError {
    match error {
        HostError::Untouchable(why) => HostError::Untouchable(why.clone()),
        _ => HostError::Paused,
    }
}

fn entry(
    toy: &Toy,
    n: usize,
    mut changes: Vec<KeyChange>,
    client: [u8; 16],
    client_seq: u32,
    by: AccountId,
    tools: &Tools,
) -> Entry {
    changes.sort_by_key(|change| change.tick);
    let seq = toy.seq + 1 + n as u64;
    Entry { toy: toy.id, life: toy.life, seq, changes, client, client_seq, by, at: tools.moment.wall }
}

/// Has records written, and answers then. Until then the toy does not reach the first of their ticks. If they cannot be
/// written, nothing has happened; what is to happen all the same is tried `again`.
fn write(
    toy: &mut Toy,
    before: Box<Fingers>,
    entries: Vec<Entry>,
    acks: Vec<(Reply<Ack>, Ack, Instant)>,
    again: Option<Request>,
    tools: &mut Tools,
) {
    let acknowledge = {
        let spread = tools.acknowledged.clone();
        move |acks: Vec<(Reply<Ack>, Ack, Instant)>| {
            for (reply, ack, arrived) in acks {
                spread.note(u64::try_from(arrived.elapsed().as_micros()).unwrap_or(u64::MAX));
                answer(reply, Ok(ack));
            }
        }
    };
    let Some(first) = entries.iter().flat_map(|entry| &entry.changes).map(|change| change.tick).min() else {
        acknowledge(acks);
        return;
    };
    toy.busy = true;
    toy.gate = first;
    let changes: Vec<KeyChange> = entries.iter().flat_map(|entry| entry.changes.iter().copied()).collect();
    let count = entries.len() as u64;
    tools.keeper.write(Job::Append(
        toy.id,
        entries,
        Box::new(move |result, toy, moment| match result {
            Ok(()) => {
                toy.seq += count;
                toy.happen(&changes);
                toy.touched(moment);
                acknowledge(acks);
            }
            Err(error) => {
                toy.hands = Some(before);
                again.into_iter().for_each(|again| toy.try_later(again));
                acks.into_iter().for_each(|(reply, ..)| answer(reply, Err(copy(&error).into())));
            }
        }),
    ));
}
