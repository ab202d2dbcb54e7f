use super::world::{A, B, Fate, Side, World, ms, pass};
use eggtooth_prong::engine::{CommandError, Config, FarSide, Listen, Outgoing, Packet, Stop};
use eggtooth_prong::guard::{FactoryPermit, FlashPermit, Forbidden};
use eggtooth_prong::packet::{Item, ItemError, MessageError, Patch, Pattern};
use eggtooth_prong::talk::{
    Answer, Download, EchoTest, Factory, NotAsked, Outcome, PATIENCE, ReceiveOne, SendOne, Session, Talk, TalkError,
};

fn quiet(talk: impl Talk + 'static, seed: u64) -> Side {
    Side::new(talk, seed, |_| None)
}

fn item(size: usize) -> Item {
    Item::build(b"data", &vec![7; size], b"strings").unwrap()
}

fn run(a: impl Talk + 'static, b: impl Talk + 'static) -> [Result<Outcome, TalkError>; 2] {
    World::new(quiet(a, 1), quiet(b, 2)).run(pass)
}

#[test]
fn an_echo_comes_back_or_not() {
    // Any engine answers.
    let mut world = World::new(quiet(EchoTest::new(), 1), quiet(Download::take(false, PATIENCE), 2));
    world.run_until(pass, |sides| !sides[A].results.is_empty());
    assert_eq!(world.sides[A].results, [Ok(Outcome::Echo)]);
    let mut world = World::new(quiet(EchoTest::new(), 1), quiet(EchoTest::new(), 2));
    let results = world.run(|_, _, _| Fate::Drop);
    assert_eq!(results, [Err(TalkError::NoEcho), Err(TalkError::NoEcho)]);
    assert_eq!(world.now, ms(4500));
}

#[test]
fn items_of_every_size_are_downloaded() {
    for size in [0, 1, 4000, 4096, 0x4000 - 80] {
        let item = item(size);
        let results = run(Download::item(item.clone()).unwrap(), Download::take(false, PATIENCE));
        assert_eq!(results, [Ok(Outcome::Sent), Ok(Outcome::Item(item))]);
    }
}

#[test]
fn a_bad_item_is_cancelled_instead_of_acknowledged() {
    let mut bytes = item(9000).into_bytes();
    bytes[5000] ^= 1;
    let send = SendOne::new(Outgoing::new(3, bytes).unwrap(), None);
    let results = run(send, Download::take(true, PATIENCE));
    let sum = MessageError::Item(ItemError::Sum);
    assert_eq!(results, [Err(TalkError::Link(Stop::ByPeer)), Err(TalkError::Message(sum))]);
}

#[test]
fn a_packet_of_type_zero_is_no_item() {
    // The link layer takes type 0 wherever a type is awaited; a download does not.
    let send = SendOne::dev_test(item(20).into_bytes()).unwrap();
    let results = run(send, Download::take(false, PATIENCE));
    let size = item(20).bytes().len();
    assert_eq!(results[B], Err(TalkError::Unexpected { kind: 0, size }));
    assert_eq!(results[A], Err(TalkError::Link(Stop::ByPeer)));
}

#[test]
fn a_patch_needs_leave_on_both_sides() {
    let patch = Patch::new(vec![3; 0x4001]).unwrap();
    let permit = || FlashPermit::confirmed(FlashPermit::PHRASE).unwrap();
    let give = || Download::patch(patch.clone(), permit()).unwrap();
    assert_eq!(run(give(), Download::take(true, PATIENCE)), [Ok(Outcome::Sent), Ok(Outcome::Patch(patch.clone()))]);
    let results = run(give(), Download::take(false, PATIENCE));
    assert_eq!(results, [Err(TalkError::Link(Stop::ByPeer)), Err(TalkError::TooLarge(0x4001))]);
    // Without a permit the engine does not send it.
    let send = SendOne::new(Outgoing::new(3, patch.bytes().to_vec()).unwrap(), None);
    let mut world = World::new(quiet(send, 1), quiet(Download::take(true, ms(500)), 2));
    let forbidden = Forbidden::Flash { kind: 3, size: 0x4001 };
    let refused = Err(TalkError::Command(CommandError::Forbidden(forbidden)));
    assert_eq!(world.run(pass), [refused, Err(TalkError::Impatient)]);
    assert_eq!(world.sent, 0);
    // Towards a program none is needed.
    let send = SendOne::new(Outgoing::new(3, patch.bytes().to_vec()).unwrap(), None);
    let config = Config { far_side: FarSide::Virtual, ..Config::default() };
    let mut world = World::new(quiet(send, 1).with(config, 1), quiet(Download::take(true, PATIENCE), 2));
    assert_eq!(world.run(pass), [Ok(Outcome::Sent), Ok(Outcome::Patch(patch))]);
}

#[test]
fn a_factory_test_goes_there_and_back() {
    let permit = || FactoryPermit::confirmed(FactoryPermit::PHRASE).unwrap();
    let computer = Factory::computer(permit(), PATIENCE).unwrap();
    let toy = Factory::toy(Pattern::Other, permit(), PATIENCE).unwrap();
    let results = run(computer, toy);
    assert_eq!(results, [Ok(Outcome::Factory(Pattern::Other)), Ok(Outcome::Factory(Pattern::Computer))]);
    let odd = SendOne::new(Outgoing::factory(vec![1; 256], permit()).unwrap(), None);
    let results = run(odd, Factory::computer(permit(), PATIENCE).unwrap());
    assert_eq!(results, [Err(TalkError::Link(Stop::ByPeer)), Err(TalkError::Message(MessageError::Pattern))]);
}

#[test]
fn one_packet_with_a_session_before_it() {
    let session = Session { id: 7, random: [1, 2] };
    for (kind, size) in [(0, 1), (4, 4097), (9, 131_092)] {
        let data = vec![5; size];
        let outgoing = Outgoing::new(kind, data.clone()).unwrap();
        let send =
            if kind == 0 { SendOne::dev_test(data.clone()).unwrap() } else { SendOne::new(outgoing, Some(session)) };
        let results = run(send, ReceiveOne::new(Listen::to(kind).held(), PATIENCE));
        assert_eq!(results, [Ok(Outcome::Sent), Ok(Outcome::Received(Packet { kind, data }))]);
    }
}

#[test]
fn nobody_comes() {
    let mut world = World::new(quiet(ReceiveOne::new(Listen::to(0), ms(700)), 1), quiet(EchoTest::new(), 2));
    assert_eq!(world.run(pass), [Err(TalkError::Impatient), Ok(Outcome::Echo)]);
    assert!(world.sides[A].engine.is_idle());
    let send = SendOne::dev_test(vec![1]).unwrap();
    let mut world = World::new(quiet(send, 1), quiet(EchoTest::new(), 2));
    assert_eq!(world.run(pass), [Err(TalkError::Link(Stop::NotTaken)), Ok(Outcome::Echo)]);
}

#[test]
fn giving_up_leaves_the_engine_idle() {
    for at in (0..400).step_by(3) {
        let mut world =
            World::new(quiet(Download::item(item(9000)).unwrap(), 1), quiet(Download::take(false, PATIENCE), 2));
        // A line that takes its time, so that every moment of a transfer is met.
        let config = Config { line_rate: Some(460_800), ..Config::default() };
        let [a, b] = world.sides;
        world = World::new(a.with(config, 1), b);
        world.sides[A].give_up_at = Some(ms(at));
        let results = world.run(pass);
        assert!(world.sides.iter().all(|side| side.engine.is_idle()), "at {at} ms: {results:?}");
        if let Err(why) = &results[A] {
            assert_eq!(*why, TalkError::GivenUp, "at {at} ms");
            assert!(results[B].is_err(), "at {at} ms: {results:?}");
        }
    }
}

#[test]
fn without_a_secret_there_is_one_sentence() {
    use eggtooth_prong::engine::Engine;
    let mut side = quiet(ReceiveOne::new(Listen::to(0), PATIENCE), 1);
    side.engine = Engine::new(Config::default(), None, Box::new(super::world::Chance(1)));
    let mut world = World::new(side, quiet(EchoTest::new(), 2));
    assert_eq!(world.run(pass)[A], Err(TalkError::Command(CommandError::NoSecret)));
}

#[test]
fn answers_need_questions() {
    let mut talk = EchoTest::new();
    assert_eq!(talk.answer(Answer::Breed(true), ms(0)), Err(NotAsked));
    talk.give_up(ms(0));
    assert_eq!(talk.answer(Answer::Give(1), ms(0)), Err(NotAsked));
}
