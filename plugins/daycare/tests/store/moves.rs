//! Moves: in whatever order their requests come, the pet lives in one place.

use crate::world::*;
use eggtooth_daycare::MoveId;
use eggtooth_daycare::store::{Anchor, MoveState, Store, StoreError, ToyState};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Arrive,
    Cancel,
    Leave,
    Finish,
    Abort,
}

const STEPS: [Step; 5] = [Step::Arrive, Step::Cancel, Step::Leave, Step::Finish, Step::Abort];

/// What the promises say of one move: its state after a step, or that the step is refused.
fn promised(state: Option<MoveState>, home: bool, step: Step) -> Result<Option<MoveState>, ()> {
    use MoveState::{Arrived, Cancelled, Done, Leaving};
    match (step, state) {
        (Step::Arrive, None) => Ok(Some(Arrived)),
        (Step::Leave, None) if home => Ok(Some(Leaving)),
        (Step::Cancel, None | Some(Cancelled)) | (Step::Abort, Some(Leaving | Cancelled)) => Ok(Some(Cancelled)),
        (Step::Leave, Some(Leaving | Done)) => Ok(state),
        (Step::Finish, Some(Leaving | Done)) => Ok(Some(Done)),
        _ => Err(()),
    }
}

fn take(store: &impl Store, step: Step, number: u32) -> Result<(), StoreError> {
    let (arrival, resident) = (2 * number, 2 * number + 1);
    let id: MoveId = move_id(number);
    let still = |running| {
        let mut row = toy(resident, 1);
        row.anchor = Anchor { tick: 90, at: NOW + 1, running };
        row
    };
    match step {
        Step::Arrive => {
            let arrived = movement(number, Some(arrival), MoveState::Arrived);
            store.create_toy(&toy(arrival, 1), &snapshot(arrival, 1, 0, NOW), Some(&arrived))
        }
        Step::Cancel => store.cancel_move(id, account_id(1), NOW),
        Step::Leave => {
            let leaving = movement(number, Some(resident), MoveState::Leaving);
            store.leave(&still(false), &snapshot(resident, 1, 90, NOW + 1), &leaving)
        }
        Step::Finish => store.finish_move(id),
        Step::Abort => store.abort_move(id, &still(true)),
    }
}

pub fn every_order_of_requests_ends_with_one_pet_in_one_place(store: &impl Store) {
    furnish(store, 0);
    for order in 0..5_u32.pow(4) {
        let number = order + 1;
        let resident = 2 * number + 1;
        store.create_toy(&toy(resident, 1), &snapshot(resident, 1, 0, NOW), None).unwrap();
        let mut state = None;
        for place in 0..4 {
            let step = STEPS[usize::try_from(order / 5_u32.pow(place) % 5).unwrap()];
            let home = !matches!(state, Some(MoveState::Done));
            let wanted = promised(state, home, step);
            let got = take(store, step, number);
            assert_eq!(got.is_ok(), wanted.is_ok(), "order {order}, step {place} {step:?} in {state:?}: {got:?}");
            state = wanted.unwrap_or(state);
            assert_eq!(store.find_move(move_id(number)).unwrap().map(|row| row.state), state);
            let resident = store.toy(toy_id(resident)).map(|row| (row.state, row.anchor.running));
            match state {
                Some(MoveState::Done) => assert!(matches!(resident, Err(StoreError::Missing(_)))),
                Some(MoveState::Leaving) => {
                    assert_eq!(resident.unwrap(), (ToyState::Leaving(move_id(number)), false));
                }
                _ => assert_eq!(resident.unwrap(), (ToyState::Alive, true)),
            }
            let arrived = store.toy(toy_id(2 * number)).is_ok();
            assert_eq!(arrived, state == Some(MoveState::Arrived));
        }
    }
}

pub fn what_is_handed_over_stays_the_same_and_is_forgotten_in_the_end(store: &impl Store) {
    furnish(store, 1);
    let mut row = toy(1, 1);
    row.anchor = Anchor { tick: 90, at: NOW + 1, running: false };
    let mut departure = movement(1, Some(1), MoveState::Leaving);
    store.leave(&row, &snapshot(1, 1, 90, NOW + 1), &departure).unwrap();
    assert_eq!(store.find_move(move_id(1)).unwrap(), Some(departure.clone()));
    assert_eq!(unnumbered(store.snapshots(row.id).unwrap())[0], snapshot(1, 1, 90, NOW + 1));
    departure.envelope = b"another pet".to_vec();
    row.anchor.tick = 1000;
    store.leave(&row, &snapshot(1, 1, 1000, NOW + 2), &departure).unwrap();
    assert_eq!(store.find_move(move_id(1)).unwrap().unwrap().envelope, b"the pet");
    assert_eq!(store.toy(row.id).unwrap().anchor.tick, 90);
    assert_eq!(store.snapshots(row.id).unwrap().len(), 2);
    store.finish_move(move_id(1)).unwrap();
    let done = store.find_move(move_id(1)).unwrap().unwrap();
    assert_eq!((done.state, done.toy, done.envelope.len()), (MoveState::Done, Some(row.id), 0));
}

pub fn a_toy_that_leaves_is_left_alone(store: &impl Store) {
    furnish(store, 2);
    let mut row = toy(1, 1);
    let departure = movement(1, Some(1), MoveState::Leaving);
    store.leave(&row, &snapshot(1, 1, 90, NOW + 1), &departure).unwrap();
    assert!(matches!(store.update_toy(&row), Err(StoreError::Conflict(_))), "it does not come alive by a rename");
    assert!(matches!(store.delete_toy(row.id), Err(StoreError::Conflict(_))));
    row.life = 2;
    assert!(matches!(store.begin_life(&row, &snapshot(1, 2, 0, NOW + 2)), Err(StoreError::Conflict(_))));
    let second = movement(2, Some(1), MoveState::Leaving);
    let last = snapshot(1, 1, 90, NOW + 1);
    assert!(matches!(store.leave(&toy(1, 1), &last, &second), Err(StoreError::Conflict(_))), "twice at once");
    let other = movement(1, Some(2), MoveState::Leaving);
    assert!(matches!(store.leave(&toy(2, 1), &snapshot(2, 1, 0, NOW), &other), Err(StoreError::Conflict(_))));
    assert!(matches!(store.abort_move(move_id(1), &toy(2, 1)), Err(StoreError::Conflict(_))));
    assert_eq!(store.toy(toy_id(1)).unwrap().state, ToyState::Leaving(move_id(1)));
    assert_eq!(store.toy(toy_id(2)).unwrap(), toy(2, 1));
    let mut sneaking = toy(2, 1);
    sneaking.state = ToyState::Leaving(move_id(3));
    assert!(matches!(store.update_toy(&sneaking), Err(StoreError::Conflict(_))));
}

pub fn moves_are_their_accounts(store: &impl Store) {
    furnish(store, 1);
    store.cancel_move(move_id(1), account_id(1), NOW).unwrap();
    assert!(matches!(store.cancel_move(move_id(1), account_id(2), NOW), Err(StoreError::Conflict(_))));
    assert!(matches!(store.cancel_move(move_id(2), account_id(77), NOW), Err(StoreError::Missing(_))));
    assert_eq!(store.find_move(move_id(2)).unwrap(), None);
    assert!(matches!(store.finish_move(move_id(9)), Err(StoreError::Missing(_))));
    assert!(matches!(store.abort_move(move_id(9), &toy(1, 1)), Err(StoreError::Missing(_))));
}
