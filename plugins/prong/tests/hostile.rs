//! Anything may come, at any time, between any commands: no panic, bounded queues, always a way out, one history for
//! one input.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "hostile/player.rs"]
mod player;
#[path = "hostile/strategies.rs"]
mod strategies;

use std::time::Duration;

use eggtooth_prong::engine::{Activity, Event, Input};
use player::{Act, Player, Setup};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn there_is_always_a_way_out(setup: Setup, acts in prop::collection::vec(any::<Act>(), 1..60)) {
        let mut player = Player::new(setup);
        for act in &acts {
            player.act(act);
            player.fetch();
        }
        player.idle(Duration::from_secs(60));
        let rests = matches!(player.engine.activity(), Activity::Idle | Activity::Listening);
        prop_assert!(rests, "{:?} after a minute of silence", player.engine);
        prop_assert_eq!(player.deadline, None);
        // And it works: an operation begins, or is begun after a cancel.
        player.engine.cancel(player.now);
        player.fetch();
        prop_assert!(player.engine.echo(player.now).is_ok());
    }

    /// 64 events that inform and 16 transmissions, what each command may add, and what one packet is answered.
    #[test]
    fn nothing_piles_up_when_nobody_fetches(setup: Setup, acts in prop::collection::vec(any::<Act>(), 1..200)) {
        let mut player = Player::new(setup);
        let mut commands = 0;
        for act in &acts {
            commands += usize::from(player.act(act));
        }
        player.fetch();
        prop_assert!(player.events.len() <= 64 + 4 + 2 * commands, "{} events", player.events.len());
        prop_assert!(player.sent.len() <= 16 + 9 + 4 * commands, "{} transmissions", player.sent.len());
    }

    #[test]
    fn the_same_inputs_have_the_same_outputs(setup: Setup, acts in prop::collection::vec(any::<Act>(), 1..60)) {
        let play = || {
            let mut player = Player::new(setup);
            for act in &acts {
                player.act(act);
                player.fetch();
            }
            player.idle(Duration::from_secs(60));
            (player.sent, player.events, player.engine.counters())
        };
        prop_assert_eq!(play(), play());
    }

    /// Bytes of one moment may come in any pieces, with two exceptions, both of which the text asks for:
    /// - after an answer to PKT or a chunk what "already came" is discarded. In one piece that is the rest of the
    ///   piece, in two the second one is new.
    /// - I-9: an answer that comes with the one that started a chunk is stale; in a piece of its own, after the chunk
    ///   was fetched, it is not.
    #[test]
    fn pieces_of_one_moment_make_no_difference(
        setup: Setup,
        before in prop::collection::vec(any::<Act>(), 0..12),
        items in prop::collection::vec(any::<Act>(), 1..8),
        cut: prop::sample::Index,
    ) {
        let [mut whole, mut split, mut first] = [0; 3].map(|_| {
            let mut player = Player::new(Setup { yields: false, ..setup });
            for act in &before {
                player.act(act);
                player.fetch();
            }
            // Timers that ran out before have their say first, however the bytes come.
            player.engine.handle_input(Input::Bytes(&[]), player.now);
            player.fetch();
            player.sent.clear();
            player.events.clear();
            player
        });
        let bytes: Vec<u8> = items.iter().flat_map(|item| whole.bytes_of(item)).collect();
        let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
        let now = whole.now;
        whole.engine.handle_input(Input::Bytes(&bytes), now);
        whole.fetch();
        first.engine.handle_input(Input::Bytes(head), now);
        first.fetch();
        split.engine.handle_input(Input::Bytes(head), now);
        split.fetch();
        let answered = split.sent.iter().any(|(_, _, purge)| *purge);
        let started = split.sent.iter().any(|(_, bytes, _)| player::is_chunk(bytes));
        split.engine.handle_input(Input::Bytes(tail), now);
        split.fetch();
        for player in [&mut whole, &mut split, &mut first] {
            player.idle(Duration::from_secs(60));
        }
        if answered {
            prop_assert_eq!((whole.sent, whole.events), (first.sent, first.events), "R-6: the rest is as if it never came");
        } else if !started {
            prop_assert_eq!((whole.sent, whole.events), (split.sent, split.events));
        }
    }
}

/// The strategies are worth something only if they get somewhere.
#[test]
fn the_player_gets_into_every_corner() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..4000 {
        let acts = (any::<Setup>(), prop::collection::vec(any::<Act>(), 1..60));
        let (setup, acts) = acts.new_tree(&mut runner).unwrap().current();
        let mut player = Player::new(setup);
        for act in &acts {
            player.act(act);
            player.fetch();
            seen.insert(format!("{:?}", player.engine.activity()));
        }
        seen.extend(player.events.iter().map(|(_, event)| match event {
            Event::Stopped(stop) => format!("{stop:?}").split(['(', ' ']).next().unwrap().to_owned(),
            event => format!("{event:?}").split(['(', ' ']).next().unwrap().to_owned(),
        }));
    }
    for corner in [
        "Idle",
        "Listening",
        "Echoing",
        "Offering",
        "Sending",
        "Receiving",
        "Holding",
        "Received",
        "Sent",
        "SessionSet",
        "Held",
        "Renewed",
        "Offered",
        "TooLarge",
        "Yielded",
        "StrayCancel",
        "LinkLost",
        "EchoAnswered",
        "EchoUnanswered",
        "Custom",
        "ByPeer",
        "ByUs",
        "NotTaken",
        "NotAcknowledged",
        "Refusals",
        "Silent",
        "Refused",
        "HeldTooLong",
    ] {
        assert!(seen.contains(corner), "{corner} was not reached, only {seen:?}");
    }
}
