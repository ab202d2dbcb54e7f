//! I-1 to I-13: the initiator.

use std::time::Duration;

use eggtooth_prong::MAX_PACKET;
use eggtooth_prong::codec::NONCE;
use eggtooth_prong::engine::{CommandError, Config, Event, FarSide, Listen, Outgoing, Stop};

use super::desk::{Desk, both, data};

#[test]
fn i1_sizes_and_types_are_judged_before_any_byte() {
    assert_eq!(Outgoing::new(1, Vec::new()).unwrap_err(), CommandError::Empty);
    assert_eq!(Outgoing::new(1, vec![0; MAX_PACKET + 1]).unwrap_err(), CommandError::TooLarge(MAX_PACKET + 1));
    assert_eq!(Outgoing::new(16, vec![0]).unwrap_err(), CommandError::Kind(16));
    assert!(Outgoing::new(15, vec![0; MAX_PACKET]).is_ok());
    both(|desk| {
        let mut desk = desk();
        desk.listen(Listen::to(1));
        let again = desk.engine.send(Outgoing::new(1, data(5)).unwrap(), desk.now);
        assert_eq!(again, Err(CommandError::Busy));
        assert_eq!(desk.said(), [""; 0]);
    });
}

#[test]
fn i2_i3_an_offer_is_made_three_times_two_seconds_apart() {
    both(|desk| {
        let mut desk = desk();
        desk.send(1, 5000);
        desk.until(20_000);
        let pkt = |ms: u64| (ms * 1000, "PKT 5000".to_owned());
        assert_eq!(desk.said_when(), [pkt(0), pkt(2000), pkt(4000), (6_000_000, "CAN".to_owned())]);
        assert_eq!(desk.told(), [Event::Stopped(Stop::NotTaken)]);
    });
}

#[test]
fn i3_the_answer_counts_up_to_the_last_moment() {
    both(|desk| {
        for (us, said) in [(1_999_999, "#0"), (2_000_000, "#0")] {
            let mut desk = desk();
            desk.send(1, 5);
            desk.said();
            desk.bytes_at(us, b"ACK\r\n");
            assert_eq!(desk.said(), [said], "{us}");
        }
        // Too late for the first offer, but an answer to the second.
        let mut late = desk();
        late.send(1, 5);
        late.bytes_at(2_000_001, b"ACK\r\n");
        assert_eq!(late.said(), ["PKT 5", "PKT 5", "#0"]);
        let mut never = desk();
        never.send(1, 5);
        never.until(5999);
        never.said();
        never.until_us(5_999_999);
        assert_eq!(never.said(), [""; 0]);
        never.bytes(b"ACK\r\n");
        assert_eq!(never.said(), ["#0"]);
    });
}

#[test]
fn i3_can_ends_the_offer_and_other_answers_do_not() {
    both(|desk| {
        let mut desk = desk();
        desk.send(1, 5);
        desk.hear("NAK");
        desk.hear("ENQ 0");
        desk.hear("ECHO REP");
        assert_eq!((desk.said(), desk.told(), desk.engine.counters().ignored), (vec!["PKT 5".into()], vec![], 3));
        desk.hear("CAN");
        assert_eq!(desk.told(), [Event::Stopped(Stop::ByPeer)]);
        desk.pass(60_000);
        assert_eq!(desk.said(), [""; 0]);
    });
}

#[test]
fn i4_a_reply_waits_for_the_answer_to_the_offer() {
    both(|desk| {
        let mut alone = desk();
        alone.send(1, 5);
        alone.hear("ECHO REQ");
        alone.until_us(49_999);
        assert_eq!(alone.said(), ["PKT 5"]);
        alone.until_us(50_000);
        assert_eq!(alone.said(), ["ECHO REP"]);
        let mut answered = desk();
        answered.send(1, 5);
        answered.hear("ECHO REQ");
        answered.bytes_at(50_000, b"ACK\r\n");
        answered.pass(1000);
        assert_eq!(answered.said(), ["PKT 5", "#0"]);
    });
}

/// 460,800 baud: 4112 bytes take 89.236 ms, an adapter that runs fast needs at least 95 % of that (I-5).
fn on_a_uart(size: usize) -> Desk {
    let mut desk = Desk::with(Config { line_rate: Some(460_800), far_side: FarSide::Virtual, ..Config::default() });
    desk.send(1, size);
    desk.hear("ACK");
    assert_eq!(desk.said(), [format!("PKT {size}"), "#0".to_owned()]);
    desk
}

const LEAVES: u64 = 4112 * 10_000_000 / 460_800 * 95 / 100;

#[test]
fn i5_i9_answers_before_the_last_byte_has_left_are_stale() {
    for line in ["ACK", "NAK", "ENQ 0", "ENQ 1"] {
        let mut desk = on_a_uart(5000);
        desk.until_us(LEAVES - 1000);
        desk.hear(line);
        assert_eq!((desk.said(), desk.engine.counters().ignored), (vec![], 1), "{line}");
        desk.until_us(LEAVES + 1000);
        desk.hear(line);
        assert_eq!(desk.said().len(), 1, "{line}");
    }
}

#[test]
fn i5_t_resp_starts_when_the_last_byte_is_on_the_line() {
    let mut desk = on_a_uart(4096);
    desk.until_us(LEAVES + 4_999_000);
    assert_eq!(desk.said(), [""; 0]);
    // At the nominal speed of the line, at the latest.
    desk.until_us(4112 * 10_000_000 / 460_800 + 5_000_010);
    assert_eq!(desk.said(), ["#0"]);
}

#[test]
fn i9_a_second_answer_in_the_same_piece_is_stale() {
    both(|desk| {
        let mut desk = desk();
        desk.send(1, 12_288);
        desk.bytes(b"ACK\r\nACK\r\nACK\r\n");
        assert_eq!(desk.said(), ["PKT 12288", "#0"]);
        desk.bytes(b"ACK\r\nNAK\r\nENQ 0\r\n");
        assert_eq!(desk.said(), ["#1"]);
        // Bytes leave at once here: in a piece of its own nothing tells it from an answer.
        desk.hear("ACK");
        assert_eq!(desk.said(), ["#2"]);
        desk.hear("ACK");
        assert_eq!(desk.told(), [Event::Sent]);
    });
}

#[test]
fn i6_chunks_follow_each_other_and_every_one_has_a_fresh_nonce() {
    both(|desk| {
        let mut desk = desk();
        desk.send(1, 8193);
        for line in ["ACK", "ACK", "NAK", "NAK", "ACK", "ACK"] {
            desk.hear(line);
        }
        let raw = desk.raw();
        assert_eq!(raw.iter().map(Vec::len).collect::<Vec<_>>(), [10, 4112, 4112, 4112, 4112, 17]);
        let mut nonces: Vec<_> = raw[1..].iter().map(|chunk| chunk[..NONCE].to_vec()).collect();
        nonces.sort_unstable();
        nonces.dedup();
        assert_eq!(nonces.len(), 5, "A-19");
        assert_eq!(desk.told(), [Event::Sent]);
        assert!(desk.engine.is_idle());
    });
}

#[test]
fn i7_a_chunk_is_sent_three_times() {
    both(|desk| {
        let mut silent = desk();
        silent.send(1, 5);
        silent.hear("ACK");
        silent.said();
        silent.until_us(4_999_999);
        assert_eq!(silent.said(), [""; 0]);
        silent.until(60_000);
        let at = |ms: u64, what: &str| (ms * 1000, what.to_owned());
        assert_eq!(silent.said_when(), [at(5000, "#0"), at(10_000, "#0"), at(15_000, "CAN")]);
        assert_eq!(silent.told(), [Event::Stopped(Stop::NotAcknowledged(0))]);
        let mut refused = desk();
        refused.send(1, 5);
        for line in ["ACK", "NAK", "NAK", "NAK"] {
            refused.hear(line);
        }
        assert_eq!(refused.said(), ["PKT 5", "#0", "#0", "#0", "CAN"]);
        assert_eq!(refused.told(), [Event::Stopped(Stop::NotAcknowledged(0))]);
    });
}

#[test]
fn i7_the_answer_at_the_last_moment_comes_before_the_timer() {
    let mut desk = Desk::sending(false, 5);
    desk.bytes_at(5_000_000, b"ACK\r\n");
    assert_eq!((desk.said(), desk.told()), (vec![], vec![Event::Sent]));
    let mut desk = Desk::sending(false, 5);
    desk.bytes_at(5_000_001, b"ACK\r\n");
    // The timer was first; the chunk went again, and without a line rate the answer may be to that.
    assert_eq!(desk.said(), ["#0"]);
}

#[test]
fn i7_progress_resets_the_attempts() {
    let mut desk = Desk::sending(false, 12_288);
    for _ in 0..3 {
        desk.hear("NAK");
        desk.hear("NAK");
        desk.hear("ACK");
    }
    assert_eq!(desk.told(), [Event::Sent]);
}

#[test]
fn i10_can_ends_it_without_an_answer() {
    both(|desk| {
        let mut desk = desk();
        desk.send(1, 5);
        desk.hear("ACK");
        desk.said();
        desk.hear("CAN");
        desk.pass(60_000);
        assert_eq!((desk.said(), desk.told()), (vec![], vec![Event::Stopped(Stop::ByPeer)]));
    });
    // While a chunk leaves; then the peer's late answers are stale for COOLDOWN.
    let mut desk = on_a_uart(4096);
    desk.hear("CAN");
    assert_eq!(desk.told(), [Event::Stopped(Stop::ByPeer)]);
    desk.hear("NAK");
    desk.send(1, 5);
    desk.until_us(6_999_999);
    assert_eq!(desk.said(), [""; 0]);
    desk.until(7000);
    assert_eq!(desk.said(), ["PKT 5"]);
}

#[test]
fn i11_echo_requests_while_sending() {
    let mut desk = Desk::sending(false, 5);
    desk.hear("ECHO REQ");
    assert_eq!(desk.said_when(), [(0, "ECHO REP".to_owned())], "TxAwait: at once");
    let mut desk = on_a_uart(4096);
    desk.hear("ECHO REQ");
    desk.until_us(LEAVES - 1000);
    assert_eq!(desk.said(), [""; 0], "TxSend: not into the chunk");
    desk.until_us(LEAVES + 1000);
    assert_eq!(desk.said(), ["ECHO REP"]);
    // Words are delivered in each of them.
    desk.hear("BREED 1");
    assert!(matches!(desk.told()[..], [Event::Custom(_)]));
}

#[test]
fn i13_cancelling_an_offer_or_a_chunk_sends_can() {
    both(|desk| {
        let mut offering = desk();
        offering.send(1, 5);
        offering.cancel();
        assert_eq!(offering.said(), ["PKT 5", "CAN"]);
        assert_eq!(offering.told(), [Event::Stopped(Stop::ByUs)]);
        let mut waiting = desk();
        waiting.send(1, 5);
        waiting.hear("ACK");
        waiting.cancel();
        waiting.cancel();
        assert_eq!(waiting.said(), ["PKT 5", "#0", "CAN"]);
        assert_eq!(waiting.told(), [Event::Stopped(Stop::ByUs)]);
        // A toy that missed it: NAK, NAK, CAN. None of it is news.
        for line in ["NAK", "NAK", "ACK", "ENQ 0", "CAN"] {
            waiting.pass(1000);
            waiting.hear(line);
        }
        assert_eq!((waiting.said(), waiting.told()), (vec![], vec![]));
        waiting.hear("CAN");
        assert_eq!(waiting.told(), [Event::StrayCancel], "only until CAN is seen");
    });
}

#[test]
fn i13_in_the_middle_of_a_chunk_can_waits_for_its_end() {
    let mut desk = on_a_uart(5000);
    desk.cancel();
    desk.cancel();
    desk.until_us(LEAVES - 1000);
    assert_eq!((desk.said(), desk.told()), (vec![], vec![]));
    desk.until_us(LEAVES + 1000);
    assert_eq!((desk.said(), desk.told()), (vec!["CAN".into()], vec![Event::Stopped(Stop::ByUs)]));
}

#[test]
fn i13_the_cooldown_ends_after_seven_seconds() {
    for (us, told) in [(6_999_999, 0), (7_000_000, 0), (7_000_001, 1)] {
        let mut desk = Desk::sending(false, 5);
        desk.cancel();
        desk.told();
        desk.bytes_at(us, b"CAN\r\n");
        assert_eq!(desk.told().len(), told, "{us}");
    }
}

#[test]
fn i5_an_unfetched_chunk_has_not_left() {
    let mut desk = Desk::new(false);
    desk.send(1, MAX_PACKET);
    // The application fetches nothing while a peer floods.
    for _ in 0..10_000 {
        let now = desk.now + Duration::from_micros(1);
        desk.engine.handle_input(eggtooth_prong::engine::Input::Bytes(b"ACK\r\n"), now);
        desk.engine.handle_input(eggtooth_prong::engine::Input::Time, now);
    }
    assert_eq!(desk.said(), ["PKT 1048576", "#0"]);
}
