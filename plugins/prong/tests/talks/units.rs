use super::world::{A, B, Chance, Chooser, Side, World, ms, pass};
use eggtooth_prong::engine::{Command, Entropy, Listen, Outgoing, Packet, Stop};
use eggtooth_prong::packet::Exchange;
use eggtooth_prong::packet::Item;
use eggtooth_prong::talk::{
    Answer, Download, EchoTest, Gifts, Outcome, PATIENCE, Playdate, Question, Role, SendOne, Session, Step, Talk,
    TalkError,
};
use eggtooth_prong::unit::{Manners, Screen, Unit, UnitConfig};
use std::time::Duration;

const SESSION: Session = Session { id: 77, random: [3, 4] };

fn unit(config: UnitConfig, seed: u64) -> Side {
    Side::new(Unit::new(config, Box::new(Chance(seed))), seed, |question| panic!("a unit asks nobody: {question:?}"))
}

fn on(screen: Screen) -> UnitConfig {
    UnitConfig { screen, ..UnitConfig::default() }
}

fn person() -> Chooser {
    Box::new(|question| {
        let answer = match question {
            Question::Known { .. } => Answer::Known(None),
            Question::Play { suggestion, .. } => Answer::Played(*suggestion),
            Question::Breed => Answer::Breed(true),
            Question::Wedding => Answer::Shown,
            Question::Gift { .. } => Answer::Give(500),
            _ => return None,
        };
        Some((ms(3000), answer))
    })
}

fn item() -> Item {
    Item::build(&[1; 9000], b"sprites", b"strings").unwrap()
}

/// What happens to somebody who talks to a unit on a screen.
fn meet(talk: impl Talk + 'static, config: UnitConfig) -> [Result<Outcome, TalkError>; 2] {
    World::new(Side::new(talk, 1, person()), unit(config, 2)).run(pass)
}

#[test]
fn it_takes_what_belongs_to_its_screen() {
    for screen in [Screen::Download, Screen::Any] {
        let results = meet(Download::item(item()).unwrap(), on(screen));
        assert_eq!(results, [Ok(Outcome::Sent), Ok(Outcome::Item(item()))]);
    }
    for screen in [Screen::Gifts, Screen::Any] {
        let results = meet(Gifts::initiator(1, None, PATIENCE), UnitConfig { gift: 9, ..on(screen) });
        let expected = [Outcome::Gifts { gave: 500, got: 9 }, Outcome::Gifts { gave: 9, got: 500 }];
        assert_eq!(results, expected.map(Ok));
    }
    for screen in [Screen::Playdate, Screen::Any] {
        let talk = Playdate::initiator(Exchange::example(1), Some(SESSION), PATIENCE);
        for result in meet(talk, on(screen)) {
            assert!(matches!(result, Ok(Outcome::Played(played)) if played.bred));
        }
    }
}

#[test]
fn it_begins_itself() {
    let config = UnitConfig { starts: true, session: Some(SESSION), thinks: ms(5000), ..on(Screen::Playdate) };
    let results = meet(Playdate::recipient(Exchange::example(1), PATIENCE), config);
    assert!(matches!(&results[B], Ok(Outcome::Played(played)) if played.role == Role::Initiator && played.bred));
    for thinks in [10, 3000, 9000] {
        let config = UnitConfig { starts: true, thinks: ms(thinks), ..on(Screen::Gifts) };
        let results = meet(Gifts::recipient(1, PATIENCE), config);
        assert_eq!(results[A], Ok(Outcome::Gifts { gave: 500, got: 1 }), "{thinks}");
    }
}

#[test]
fn two_units_play_with_each_other() {
    for screen in [Screen::Gifts, Screen::Playdate] {
        let starter = UnitConfig { starts: true, session: Some(SESSION), ..on(screen) };
        let mut world = World::new(unit(starter, 1), unit(on(Screen::Any), 2));
        let results = world.run(pass);
        assert!(results.iter().all(Result::is_ok), "{screen:?}: {results:?}");
    }
}

#[test]
fn on_another_screen_it_takes_nothing() {
    for screen in [Screen::Idle, Screen::Gifts, Screen::Playdate] {
        let mut world = World::new(Side::new(Download::item(item()).unwrap(), 1, person()), unit(on(screen), 2));
        world.run_until(pass, |sides| !sides[A].results.is_empty());
        assert!(matches!(world.sides[A].results[0], Err(TalkError::Link(_))), "{screen:?}");
        assert!(!world.sides[B].results.iter().any(Result::is_ok), "{screen:?}");
        // It answers echo requests all the same.
        world.sides[A].talk = Box::new(EchoTest::new());
        world.sides[A].results.clear();
        world.run_until(pass, |sides| !sides[A].results.is_empty());
        assert_eq!(world.sides[A].results, [Ok(Outcome::Echo)]);
    }
}

#[test]
fn it_goes_on_after_good_and_bad() {
    let mut bad = item().into_bytes();
    bad[100] ^= 1;
    let mut world = World::new(Side::new(EchoTest::new(), 1, person()), unit(on(Screen::Any), 2));
    let strange = Outgoing::new(4, vec![1, 2]).unwrap();
    let talks: [Box<dyn Talk>; 6] = [
        Box::new(Download::item(item()).unwrap()),
        Box::new(SendOne::new(Outgoing::new(3, bad).unwrap(), None)),
        Box::new(Gifts::initiator(1, None, PATIENCE)),
        Box::new(SendOne::new(strange, None)),
        Box::new(Playdate::initiator(Exchange::example(1), Some(SESSION), PATIENCE)),
        Box::new(Download::item(item()).unwrap()),
    ];
    for talk in talks {
        world.sides[A].talk = talk;
        let before = [world.sides[A].results.len(), world.sides[B].results.len()];
        world.run_until(pass, |sides| sides[A].results.len() > before[A] && sides[B].results.len() > before[B]);
    }
    let good = world.sides.each_ref().map(|side| side.results.iter().map(Result::is_ok).collect::<Vec<_>>());
    assert_eq!(good, [vec![true, false, true, true, true, true], vec![true, false, true, true, true, true]]);
    assert_eq!(world.sides[B].results[3], Ok(Outcome::Received(Packet { kind: 4, data: vec![1, 2] })));
    assert_eq!(world.sides[A].results[1], Err(TalkError::Link(Stop::ByPeer)));
}

#[test]
fn a_slow_one_is_waited_for() {
    let slow = |slow| Manners { slow: ms(slow), ..Manners::default() };
    for wait in [1, 1000, 4400] {
        let config = UnitConfig { manners: slow(wait), ..on(Screen::Any) };
        let mut world = World::new(Side::new(Download::item(item()).unwrap(), 1, person()), unit(config, 2));
        assert_eq!(world.run(pass), [Ok(Outcome::Sent), Ok(Outcome::Item(item()))], "{wait}");
        // Three chunks.
        assert!(world.now >= 3 * ms(wait), "{wait}");
    }
    let config = UnitConfig { manners: slow(700), ..on(Screen::Any) };
    let results = meet(Gifts::initiator(1, None, PATIENCE), config);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let config = UnitConfig { manners: slow(60), starts: true, ..on(Screen::Playdate) };
    let results = meet(Playdate::recipient(Exchange::example(1), PATIENCE), config);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    // Slower than its own engine allows.
    let config = UnitConfig { manners: slow(4600), ..on(Screen::Any) };
    let results = meet(Download::item(item()).unwrap(), config);
    assert_eq!(results, [Err(TalkError::Link(Stop::ByPeer)), Err(TalkError::Link(Stop::HeldTooLong))]);
}

#[test]
fn a_rude_one_hangs_nobody() {
    let mut failures = 0;
    for seed in 0..60 {
        let config = || UnitConfig {
            manners: Manners { rude: 1 + (seed % 30) as u32, ..Manners::default() },
            starts: seed % 2 == 0,
            session: Some(SESSION),
            ..on(if seed % 3 == 0 { Screen::Gifts } else { Screen::Playdate })
        };
        let patience = Duration::from_secs(30);
        let talk: Box<dyn Talk> = match (seed % 3, seed % 2) {
            (0, 0) => Box::new(Gifts::recipient(1, patience)),
            (0, _) => Box::new(Gifts::initiator(1, None, patience)),
            (_, 0) => Box::new(Playdate::recipient(Exchange::example(1), patience)),
            _ => Box::new(Playdate::initiator(Exchange::example(1), None, patience)),
        };
        let mut side = Side::new(EchoTest::new(), seed, person());
        side.talk = talk;
        let mut world = World::new(side, unit(config(), seed));
        world.run_until(pass, |sides| !sides[A].results.is_empty());
        failures += usize::from(world.sides[A].results[0].is_err());
    }
    assert!(failures > 20, "only {failures} of 60 were disturbed");
}

#[test]
fn a_deaf_one_wants_nothing() {
    let manners = Manners { deaf: true, ..Manners::default() };
    let mut unit = Unit::new(UnitConfig { manners, ..on(Screen::Any) }, Box::new(Chance(1)));
    assert!(unit.manners().deaf);
    assert!(matches!(unit.next(ms(0)), Step::Wait(None)));
}

#[test]
fn it_changes_screens() {
    let mut unit = Unit::new(on(Screen::Idle), Box::new(Chance(1)));
    assert!(matches!(unit.next(ms(0)), Step::Do(Command::Cancel)));
    assert!(matches!(unit.next(ms(0)), Step::Wait(None)));
    unit.go_to(Screen::Gifts);
    assert_eq!(unit.screen(), Screen::Gifts);
    let Step::Do(Command::Listen(listen)) = unit.next(ms(1)) else { panic!("it listens") };
    assert_eq!(listen, Listen::to(2).at_most(4).held());
    unit.give_up(ms(2));
    assert!(matches!(unit.next(ms(2)), Step::Done(Err(TalkError::GivenUp))));
    assert!(matches!(unit.next(ms(2)), Step::Do(Command::Cancel)));
    assert!(!unit.is_talking());
}

#[test]
fn chance_is_only_asked_about_manners() {
    struct Never;
    impl Entropy for Never {
        fn nonce(&mut self) -> [u8; 4] {
            panic!("a unit needs no nonce")
        }
        fn below(&mut self, limit: u32) -> u32 {
            limit - 1
        }
    }
    let side = Side::new(Unit::new(on(Screen::Any), Box::new(Never)), 2, |_| None);
    let mut world = World::new(Side::new(Download::item(item()).unwrap(), 1, person()), side);
    assert!(world.run(pass)[B].is_ok());
}
