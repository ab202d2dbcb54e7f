//! A toy that is carried away, and one that comes back instead.

use super::keep::sealed;
use super::keeper::Shelves;
use super::lives::{untouchable, work};
use super::request::{Reply, Request, answer};
use super::room::Room;
use super::serve::catch_up_to_now;
use super::toy::{FAR, Toy};
use super::{HostError, Saved};
use crate::id::{AccountId, Millis, MoveId};
use crate::store::{Anchor, Move, MoveState, ToyRow, ToyState};
use eggtooth_toy::{LEFT, Left, STATE};
use eggtooth_vault::{Envelope, VaultError};
use sha2::{Digest, Sha256};

/// What is told of an envelope that was handed over before.
fn handed_over(envelope: Vec<u8>) -> Result<Saved, HostError> {
    let (read, _) = Envelope::from_bytes(&envelope).map_err(|error| HostError::Refused(error.to_string()))?;
    let state = Sha256::digest(read.block(STATE).unwrap_or_default()).into();
    Ok(Saved { tick: read.meta.tick, envelope, state })
}

/// The same save, which says up to when the pet has lived.
fn with_left(envelope: &[u8], tick: u64, at: Millis) -> Result<Vec<u8>, HostError> {
    let (mut envelope, sequence) =
        Envelope::from_bytes(envelope).map_err(|error| HostError::Refused(error.to_string()))?;
    envelope.set_value(LEFT, &Left { tick, at })?;
    let bytes: Result<Vec<u8>, VaultError> = envelope.to_bytes(sequence);
    Ok(bytes?)
}

/// It stands still from now on, durably.
pub(super) fn leave(toy: &mut Toy, id: MoveId, account: AccountId, reply: Reply<Saved>, room: &mut Room) {
    if toy.state == ToyState::Leaving(id) {
        let write = move |shelves: &Shelves| {
            let found = shelves.store.find_move(id)?;
            handed_over(found.ok_or(HostError::NoSuchToy)?.envelope)
        };
        return work(toy, &mut room.tools(), reply, write, |_, saved, _| saved);
    }
    if let Some(error) = untouchable(toy) {
        return answer(reply, Err(error));
    }
    if toy.body.is_none() {
        return answer(reply, Err(HostError::Untouchable("it could not be restored".into())));
    }
    if toy.owes(&room.moment) > FAR {
        let why = "it still lives what it missed; try again in a moment";
        return answer(reply, Err(HostError::Untouchable(why.into())));
    }
    catch_up_to_now(toy, room);
    let Some(last) = toy.snapshot(&room.moment, &mut room.out.diary) else {
        return room.retry.push(Request::Leave { toy: toy.id, id, account, reply });
    };
    let envelope = match with_left(&last.envelope, last.tick, room.moment.wall) {
        Ok(envelope) => envelope,
        Err(error) => return answer(reply, Err(error)),
    };
    let (toy_id, at) = (toy.id, room.moment.wall);
    let anchor = Anchor { tick: last.tick, at: room.moment.millis, ..toy.anchor };
    toy.gate = toy.lived + 1;
    let write = move |shelves: &Shelves| {
        let row = ToyRow { anchor, state: ToyState::Leaving(id), ..shelves.store.toy(toy_id)? };
        let state = MoveState::Leaving;
        let departure = Move { id, account, toy: Some(toy_id), state, envelope: envelope.clone(), at };
        shelves.store.leave(&row, &sealed(last), &departure)?;
        handed_over(envelope)
    };
    work(toy, &mut room.tools(), reply, write, move |toy, saved, _| {
        toy.state = ToyState::Leaving(id);
        toy.anchor_at(anchor);
        saved
    });
}

/// It lives on from where it stood still.
pub(super) fn come_back(toy: &mut Toy, id: MoveId, reply: Reply<()>, room: &mut Room) {
    match toy.state {
        ToyState::Leaving(leaving) if leaving == id => {}
        ToyState::Leaving(_) => {
            let why = "it is being carried away by another move";
            return answer(reply, Err(HostError::Untouchable(why.into())));
        }
        _ => {
            let write = move |shelves: &Shelves| match shelves.store.find_move(id)? {
                Some(found) if found.state == MoveState::Cancelled => Ok(()),
                _ => Err(HostError::Refused("this toy was not carried away by that move".into())),
            };
            return work(toy, &mut room.tools(), reply, write, |_, (), _| ());
        }
    }
    let (toy_id, tick) = (toy.id, toy.lived.max(toy.anchor.tick));
    let anchor = Anchor { tick, at: room.moment.millis, ..toy.anchor };
    let whole = toy.body.is_some();
    let state = if whole { ToyState::Alive } else { ToyState::Broken };
    let write = move |shelves: &Shelves| {
        let row = ToyRow { anchor, state, ..shelves.store.toy(toy_id)? };
        shelves.store.abort_move(id, &row)?;
        Ok(())
    };
    work(toy, &mut room.tools(), reply, write, move |toy, (), _| {
        toy.state = state;
        toy.anchor_at(anchor);
    });
}
