//! Every command in every state: done or Busy, never half.

use eggtooth_prong::engine::{Activity, CommandError, Engine, Event, Listen, Outgoing, Stop};
use eggtooth_prong::line::Custom;

use super::desk::{Desk, both, chunk, data};

type Enter = fn(&mut Desk);

const STATES: [(Activity, Enter); 7] = [
    (Activity::Idle, |_| {}),
    (Activity::Listening, |desk| desk.listen(Listen::to(1))),
    (Activity::Echoing, Desk::echo),
    (Activity::Offering, |desk| desk.send(1, 5)),
    (Activity::Sending, |desk| {
        desk.send(1, 5);
        desk.hear("ACK");
    }),
    (Activity::Receiving, |desk| {
        desk.listen(Listen::to(1));
        desk.hear("PKT 5");
    }),
    (Activity::Holding, |desk| {
        desk.listen(Listen::to(1).held());
        desk.hear("PKT 5");
        desk.bytes(&chunk(5, 0));
    }),
];

fn in_every_state(
    command: impl Fn(&mut Engine, std::time::Duration) -> Result<(), CommandError>,
    allowed: &[Activity],
) {
    both(|desk| {
        for (activity, enter) in STATES {
            let mut desk = desk();
            enter(&mut desk);
            assert_eq!(desk.engine.activity(), activity);
            desk.said();
            let outcome = command(&mut desk.engine, desk.now);
            if allowed.contains(&activity) {
                assert_eq!(outcome, Ok(()), "{activity:?}");
            } else {
                assert!(matches!(outcome, Err(CommandError::Busy | CommandError::NothingHeld)), "{activity:?}");
                assert_eq!((desk.said(), desk.engine.activity()), (vec![], activity), "as if it had not been given");
            }
        }
    });
}

#[test]
fn send_and_echo_need_an_idle_engine() {
    in_every_state(|engine, now| engine.send(Outgoing::new(1, data(5)).unwrap(), now), &[Activity::Idle]);
    in_every_state(Engine::echo, &[Activity::Idle]);
}

#[test]
fn listen_may_be_given_again() {
    in_every_state(|engine, now| engine.listen(Listen::to(2), now), &[Activity::Idle, Activity::Listening]);
}

#[test]
fn words_are_said_outside_of_transfers() {
    let words = Custom::new("SYNC 1").unwrap();
    let allowed = [Activity::Idle, Activity::Listening, Activity::Echoing, Activity::Offering];
    in_every_state(|engine, now| engine.say(words, now), &allowed);
}

#[test]
fn answers_need_a_held_chunk() {
    in_every_state(|engine, now| engine.answer(true, now), &[Activity::Holding]);
}

#[test]
fn cancel_ends_every_state_with_one_word() {
    both(|desk| {
        for (activity, enter) in STATES {
            let mut desk = desk();
            enter(&mut desk);
            desk.said();
            desk.told();
            desk.cancel();
            desk.cancel();
            desk.pass(60_000);
            let can =
                matches!(activity, Activity::Offering | Activity::Sending | Activity::Receiving | Activity::Holding);
            assert_eq!(desk.said(), vec!["CAN"; usize::from(can)], "{activity:?}");
            let stopped = usize::from(activity != Activity::Idle);
            assert_eq!(desk.told(), vec![Event::Stopped(Stop::ByUs); stopped], "{activity:?}");
            assert!(desk.engine.is_idle());
            // And the way is free.
            desk.send(1, 5);
            assert_eq!(desk.said(), ["PKT 5"]);
        }
    });
}

#[test]
fn without_a_secret_there_are_no_packets() {
    struct None;
    impl eggtooth_prong::engine::Entropy for None {
        fn nonce(&mut self) -> [u8; 4] {
            [0; 4]
        }
        fn below(&mut self, _: u32) -> u32 {
            0
        }
    }
    let mut engine = Engine::new(Default::default(), Option::None, Box::new(None));
    let now = Default::default();
    assert_eq!(engine.listen(Listen::to(1), now), Err(CommandError::NoSecret));
    assert_eq!(engine.send(Outgoing::new(1, data(5)).unwrap(), now), Err(CommandError::NoSecret));
    assert_eq!(engine.echo(now), Ok(()));
}
