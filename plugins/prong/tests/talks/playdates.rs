use super::world::{A, B, Chooser, Fate, Side, World, ms, pass};
use eggtooth_prong::engine::{Config, Glare};
use eggtooth_prong::packet::{Ending, Exchange, Ghost, GhostPlan, PlayResult};
use eggtooth_prong::talk::{Answer, Outcome, Playdate, Played, Question, Role, Session, TalkError};
use std::time::Duration;

const SESSION: Session = Session { id: 0xA1B2_C3D4, random: [1, 2] };
const PATIENCE: Duration = Duration::from_secs(60);

/// Remembers so much, plays as suggested, breeds or not, each after a while.
fn player(known: Option<u16>, breeds: bool, after: u64) -> Chooser {
    Box::new(move |question| {
        let answer = match question {
            Question::Known { .. } => Answer::Known(known),
            Question::Play { suggestion, .. } => Answer::Played(*suggestion),
            Question::Breed => Answer::Breed(breeds),
            Question::Wedding => Answer::Shown,
            _ => return None,
        };
        Some((ms(after), answer))
    })
}

/// An example without its picture in the list, to be quick, of a rank.
fn pet(number: u16, rank: u16) -> Exchange {
    let mut pet = Exchange::example(number);
    pet.ghost = Ghost::build(&GhostPlan { character: number, rank, stage: 5, ..GhostPlan::default() }).unwrap();
    pet
}

fn pair(session: Option<Session>, breeds: [bool; 2], after: [u64; 2]) -> World {
    let a = Playdate::initiator(pet(1, 4), session, PATIENCE);
    let b = Playdate::recipient(pet(2, 4), PATIENCE);
    World::new(
        Side::new(a, 1, player(None, breeds[A], after[A])),
        Side::new(b, 2, player(Some(2), breeds[B], after[B])),
    )
}

fn played(result: &Result<Outcome, TalkError>) -> &Played {
    match result {
        Ok(Outcome::Played(played)) => played,
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_pets_meet_and_breed_if_both_say_so() {
    for breeds in [[true, true], [true, false], [false, true], [false, false]] {
        for after in [[10, 9000], [9000, 10], [0, 0], [500, 500]] {
            for session in [None, Some(SESSION)] {
                let mut world = pair(session, breeds, after);
                let results = world.run(pass);
                let (a, b) = (played(&results[A]), played(&results[B]));
                let case = format!("{breeds:?} {after:?} {session:?}");
                assert_eq!((a.role, b.role), (Role::Initiator, Role::Recipient), "{case}");
                assert_eq!((a.bred, b.bred), (breeds == [true; 2], breeds == [true; 2]), "{case}");
                assert_eq!((a.friendship, b.friendship), (4, 4), "{case}");
                assert_eq!((a.result, b.result), (PlayResult::new(Ending::Played, true), a.result), "{case}");
                assert_eq!((a.theirs.ghost.character(), b.theirs.ghost.character()), (2, 1), "{case}");
                // The recipient says what it remembers.
                assert_eq!((a.theirs.data.friendship, b.theirs.data.friendship), (2, 0), "{case}");
                assert_eq!(world.sides[B].engine.session(), session.map(|session| session.id), "{case}");
                let weddings = world.sides.each_ref().map(|side| side.questions.contains(&Question::Wedding));
                assert_eq!(weddings, [breeds == [true; 2]; 2], "{case}");
            }
        }
    }
}

#[test]
fn the_young_only_play() {
    let a = Playdate::initiator(pet(1, 4), Some(SESSION), PATIENCE);
    let b = Playdate::recipient(pet(2, 0), PATIENCE);
    let mut world = World::new(Side::new(a, 1, player(None, true, 100)), Side::new(b, 2, player(None, true, 100)));
    let results = world.run(pass);
    for result in &results {
        let played = played(result);
        assert_eq!((played.friendship, played.remember, played.bred), (1, 2, false));
    }
    assert!(!world.sides[A].questions.contains(&Question::Breed));
}

#[test]
fn the_application_may_have_its_own_rules() {
    let fight: Chooser = Box::new(|question| match question {
        Question::Known { device, character } => {
            assert_eq!((*device, *character), (0x4547_0002, 0x201));
            Some((ms(1), Answer::Known(Some(9999))))
        }
        Question::Play { friendship, .. } => {
            assert_eq!(*friendship, 4);
            Some((ms(30_000), Answer::Played(PlayResult::new(Ending::Fought, false))))
        }
        _ => None,
    });
    let a = Playdate::initiator(pet(1, 4), None, PATIENCE);
    let b = Playdate::recipient(pet(2, 4), PATIENCE);
    let mut world = World::new(Side::new(a, 1, fight), Side::new(b, 2, player(None, true, 1)));
    for result in &world.run(pass) {
        assert_eq!(played(result).result.ending(), Some(Ending::Fought));
    }
}

#[test]
fn both_begin_at_once() {
    for session in [None, Some(SESSION)] {
        for glare in [[Glare::Yield, Glare::Yield], [Glare::Hold, Glare::Yield], [Glare::Yield, Glare::Hold]] {
            let side = |number: u16, glare| {
                let talk = Playdate::initiator(pet(number, 4), session, PATIENCE);
                Side::new(talk, 0, player(None, true, 100)).with(Config { glare, ..Config::default() }, number.into())
            };
            let mut world = World::new(side(1, glare[A]), side(2, glare[B]));
            let results = world.run(pass);
            let (a, b) = (played(&results[A]), played(&results[B]));
            assert_ne!(a.role, b.role, "{glare:?}");
            assert!(a.bred && b.bred, "{glare:?}");
            match glare {
                [Glare::Hold, _] => assert_eq!(a.role, Role::Initiator),
                [_, Glare::Hold] => assert_eq!(b.role, Role::Initiator),
                _ => {}
            }
        }
    }
}

#[test]
fn a_player_who_never_answers_ends_it_for_the_other() {
    for silent in [A, B] {
        let never = |question: &Question| match question {
            Question::Breed => None,
            question => player(None, true, 10)(question),
        };
        let mut world = pair(Some(SESSION), [true, true], [10, 10]);
        world.sides[silent].set_choice(never);
        world.run_until(pass, |sides| !sides[1 - silent].results.is_empty());
        assert_eq!(world.sides[1 - silent].results, [Err(TalkError::Impatient)]);
        assert!(world.sides[silent].results.is_empty());
        world.sides[silent].give_up_at = Some(world.now);
        let results = world.run(pass);
        assert_eq!(results[silent], Err(TalkError::GivenUp));
    }
}

/// Where the exchanges' many chunks begin and end is enough; all of the short words after them.
fn steps(all: usize) -> impl Iterator<Item = usize> {
    (0..all).filter(move |step| *step < 12 || *step + 45 > all || step % 13 == 0)
}

/// Both end, and if both end well they agree.
fn assert_agreed(results: &[Result<Outcome, TalkError>; 2], case: &str) {
    if let [Ok(Outcome::Played(a)), Ok(Outcome::Played(b))] = results {
        assert_eq!((a.bred, a.friendship, a.result), (b.bred, b.friendship, b.result), "{case}");
    }
    for result in results {
        assert!(matches!(result, Err(_) | Ok(Outcome::Played(_))), "{case}: {result:?}");
    }
}

#[test]
fn the_line_dies_at_every_step() {
    let mut whole = pair(Some(SESSION), [true, true], [10, 10]);
    played(&whole.run(pass)[A]);
    for step in steps(whole.sent) {
        for fate in [Fate::Cut, Fate::Unplugged] {
            let mut world = pair(Some(SESSION), [true, true], [10, 10]);
            let results = world.run(|number, _, _| if number == step { fate } else { Fate::Pass });
            assert_agreed(&results, &format!("{fate:?} at {step}"));
            assert!(results.iter().any(Result::is_err), "{fate:?} at {step}");
        }
    }
}

#[test]
fn one_word_gets_lost_at_every_step() {
    let mut whole = pair(Some(SESSION), [true, true], [10, 10]);
    played(&whole.run(pass)[A]);
    for step in steps(whole.sent) {
        let mut world = pair(Some(SESSION), [true, true], [10, 10]);
        let results = world.run(|number, _, _| if number == step { Fate::Drop } else { Fate::Pass });
        assert_agreed(&results, &format!("{step} lost"));
    }
}

#[test]
fn either_can_give_up_at_any_time() {
    for quitter in [A, B] {
        for at in (0..2500).step_by(83) {
            let mut world = pair(Some(SESSION), [true, true], [200, 300]);
            world.sides[quitter].give_up_at = Some(ms(at));
            let results = world.run(pass);
            assert_agreed(&results, &format!("{quitter} gives up at {at} ms"));
        }
    }
}

#[test]
fn a_damaged_ghost_is_cancelled_before_its_last_acknowledgement() {
    use eggtooth_prong::engine::{Outgoing, Stop};
    use eggtooth_prong::packet::{ExchangeError, GhostError, MessageError};
    use eggtooth_prong::talk::SendOne;

    let mut bytes = pet(1, 4).to_bytes();
    bytes[300] ^= 1;
    let a = SendOne::new(Outgoing::new(1, bytes).unwrap(), Some(SESSION));
    let b = Playdate::recipient(pet(2, 4), PATIENCE);
    let mut world = World::new(Side::new(a, 1, |_| None), Side::new(b, 2, |_| None));
    let sum = MessageError::Exchange(ExchangeError::Ghost(GhostError::Sum));
    assert_eq!(world.run(pass), [Err(TalkError::Link(Stop::ByPeer)), Err(TalkError::Message(sum))]);
}
