//! E-1 to E-5, and what an engine does in their place under `strict_seed`.

use eggtooth_prong::codec::Header;
use eggtooth_prong::engine::{Activity, Event, Listen, Packet, Refusal, Stop};

use super::desk::{Desk, chunk, chunk_as, damaged, data, header};

fn received(size: usize) -> Event {
    Event::Received(Packet { kind: 1, data: data(size) })
}

#[test]
fn e1_an_offer_where_the_first_chunk_was_due() {
    for (line, size) in [("PKT 5000", 5000), ("PKT 5", 5), ("PKT 1048576", 1_048_576), ("PKT 0000005", 5)] {
        let mut desk = Desk::receiving(false, 5000);
        desk.pass(1999);
        desk.hear(line);
        assert_eq!(desk.said(), ["ACK"], "{line}");
        let chunks = (size as u32).div_ceil(4096) as u16;
        let renewed = [Event::Renewed { size: size as u32 }, Event::Receiving { size: size as u32, done: 0, chunks }];
        assert_eq!(desk.told_all(), renewed);
        desk.bytes(&chunk(size, 0));
        assert_eq!(desk.said(), ["ACK"]);
    }
}

#[test]
fn e1_in_pieces_and_with_fresh_failures() {
    let mut desk = Desk::receiving(false, 5);
    desk.bytes(&damaged(5, 0));
    desk.bytes(&damaged(5, 0));
    desk.bytes(b"PK");
    desk.pass(100);
    desk.bytes(b"T 5\r");
    desk.bytes(b"\n");
    // n = 0: two more may fail.
    desk.bytes(&damaged(5, 0));
    desk.bytes(&damaged(5, 0));
    desk.bytes(&chunk(5, 0));
    assert_eq!(desk.said(), ["NAK", "NAK", "ACK", "NAK", "NAK", "ACK"]);
}

#[test]
fn e1_is_exact_and_only_before_the_first_chunk() {
    for line in ["pkt 5", "PKT  5", "PKT 5 ", " PKT 5", "PKT 00000005", "PKT +5", "PKT "] {
        let mut desk = Desk::receiving(false, 5000);
        desk.hear(line);
        desk.until(2000);
        assert_eq!(desk.said(), ["NAK"], "{line:?} is the beginning of a chunk");
    }
    let mut later = Desk::receiving(false, 5000);
    later.bytes(&chunk(5000, 0));
    later.said();
    later.hear("PKT 5000");
    later.until(2000);
    assert_eq!((later.said(), later.told()), (vec!["NAK".into()], vec![]));
    let mut strict = Desk::receiving(true, 5000);
    strict.hear("PKT 5000");
    strict.until(2000);
    assert_eq!((strict.said(), strict.told()), (vec!["NAK".into()], vec![]));
}

#[test]
fn e1_what_r1_and_r2_refuse_is_refused_here() {
    let mut desk = Desk::new(false);
    desk.listen(Listen::to(1).at_most(100));
    desk.hear("PKT 100");
    desk.hear("PKT 101");
    assert_eq!((desk.said(), desk.engine.activity()), (vec!["ACK".into(), "CAN".into()], Activity::Listening));
    desk.hear("PKT 100");
    desk.hear("PKT 0");
    assert_eq!((desk.said(), desk.engine.activity()), (vec!["ACK".into(), "CAN".into()], Activity::Listening));
}

#[test]
fn e2_can_and_a_gap_where_a_chunk_was_due() {
    let mut desk = Desk::receiving(false, 5000);
    desk.bytes(b"CAN\r\n");
    desk.until_us(49_999);
    assert_eq!(desk.told(), []);
    desk.until_us(50_000);
    assert_eq!((desk.said(), desk.told()), (vec![], vec![Event::Stopped(Stop::ByPeer)]));
    // Five bytes that look like it begin a chunk if more come in time.
    let mut desk = Desk::receiving(false, 5000);
    desk.bytes(b"CAN\r\n");
    desk.bytes_at(50_000, b"x");
    desk.until(2049);
    assert_eq!(desk.told(), []);
    desk.until(2050);
    assert_eq!(desk.said(), ["NAK"]);
}

#[test]
fn e2_can_at_the_end_of_a_chunk_that_stopped() {
    let mut desk = Desk::receiving(false, 5000);
    desk.bytes(&chunk(5000, 0)[..1000]);
    desk.bytes(b"CAN\r\n");
    desk.until_us(1_999_999);
    assert_eq!(desk.told(), []);
    desk.until_us(2_000_000);
    assert_eq!((desk.said(), desk.told()), (vec![], vec![Event::Stopped(Stop::ByPeer)]));
    for bytes in [b"CAN\r\n".to_vec(), [&chunk(5000, 0)[..1000], b"CAN\r\n"].concat()] {
        let mut strict = Desk::receiving(true, 5000);
        strict.bytes(&bytes);
        strict.until(2000);
        assert_eq!((strict.said_when(), strict.told()), (vec![(2_000_000, "NAK".to_owned())], vec![]));
    }
}

/// A packet has come whole at 0.
fn lingering(strict: bool, size: usize) -> Desk {
    let mut desk = Desk::receiving(strict, size);
    for index in 0..size.div_ceil(4096) {
        desk.bytes(&chunk(size, index));
    }
    assert_eq!(desk.told(), [received(size)]);
    desk.said();
    desk
}

#[test]
fn e3_a_repeated_last_chunk_is_acknowledged_again() {
    for size in [1, 2, 5, 4096, 5000] {
        let last = (size - 1) / 4096;
        // With whatever nonce (A-19).
        let mut repeat = chunk_as(header(1, last), size, last);
        let mut other = lingering(false, size);
        other.bytes_at(6_000_000, &repeat);
        assert_eq!((other.said(), other.told()), (vec!["ACK".into()], vec![]), "{size}");
        let mut late = lingering(false, size);
        late.bytes_at(6_000_001, &repeat);
        assert_eq!(late.said(), [""; 0]);
        let mut pieces = lingering(false, size);
        pieces.pass(5000);
        for byte in &repeat {
            pieces.bytes(&[*byte]);
        }
        assert_eq!((pieces.said(), pieces.told()), (vec!["ACK".into()], vec![]));
        *repeat.last_mut().unwrap() ^= 1;
        let mut damaged = lingering(false, size);
        damaged.bytes(&repeat);
        assert_eq!(damaged.said(), [""; 0]);
        let mut strict = lingering(true, size);
        strict.bytes(&chunk(size, last));
        assert_eq!((strict.said(), strict.told()), (vec![], vec![]));
    }
}

#[test]
fn e3_only_the_last_chunk_and_only_of_this_session() {
    for wrong in [chunk(8192, 0), chunk_as(Header { session: 1, ..header(1, 1) }, 8192, 1)] {
        let mut desk = lingering(false, 8192);
        desk.bytes(&wrong);
        assert_eq!(desk.said(), [""; 0]);
    }
}

#[test]
fn e3_a_line_or_an_operation_ends_the_linger_and_counts() {
    let mut line = lingering(false, 5000);
    line.hear("ECHO REQ");
    assert_eq!(line.said(), ["ECHO REP"]);
    line.bytes(&chunk(5000, 1));
    assert_eq!(line.said(), [""; 0]);
    let mut sends = lingering(false, 5000);
    sends.pass(200);
    sends.send(1, 5);
    sends.hear("CAN");
    sends.bytes(&chunk(5000, 1));
    assert_eq!(sends.said(), ["PKT 5"]);
    // Listening again does not: a repeated chunk is no line, and the peer would be told nothing.
    let mut listens = lingering(false, 5000);
    listens.listen(Listen::to(1));
    listens.bytes(&chunk(5000, 1));
    assert_eq!((listens.said(), listens.engine.activity()), (vec!["ACK".into()], Activity::Listening));
    listens.hear("PKT 5");
    listens.bytes(&chunk(5, 0));
    assert_eq!((listens.said(), listens.told()), (vec!["ACK".into(), "ACK".into()], vec![received(5)]));
}

#[test]
fn e3_a_repeated_set_session_is_acknowledged_again() {
    let setting = chunk_as(Header { session: 9, set_session: true, ..header(0, 0) }, 2, 0);
    let mut desk = Desk::receiving(false, 2);
    desk.bytes(&setting);
    desk.pass(5000);
    desk.bytes(&setting);
    assert_eq!((desk.said(), desk.told()), (vec!["ACK".into(), "ACK".into()], vec![Event::SessionSet(9)]));
}

#[test]
fn e4_the_chunk_before_a_short_last_one_may_come_again() {
    let mut desk = Desk::receiving(false, 5000);
    desk.bytes(&chunk(5000, 0));
    // The acknowledgement was lost: all 4112 bytes come again where 920 are due.
    for piece in chunk(5000, 0).chunks(100) {
        desk.bytes(piece);
    }
    assert_eq!(desk.said(), ["ACK", "ENQ 1"]);
    // Damaged: NAK, and collected to its end as well.
    let mut again = damaged(8192, 0);
    again[4000] ^= 1;
    desk.bytes(&again);
    assert_eq!(desk.said(), ["NAK"]);
    desk.bytes(&chunk(5000, 1));
    assert_eq!((desk.said(), desk.told()), (vec!["ACK".into()], vec![received(5000)]));
    let mut strict = Desk::receiving(true, 5000);
    strict.bytes(&chunk(5000, 0));
    strict.bytes(&chunk(5000, 0));
    assert_eq!(strict.said(), ["ACK", "NAK"], "cut at the expected length");
}

#[test]
fn e4_a_repeat_between_full_chunks_needs_no_extension() {
    for strict in [false, true] {
        let mut desk = Desk::receiving(strict, 12_288);
        desk.bytes(&chunk(12_288, 0));
        desk.bytes(&chunk(12_288, 0));
        desk.bytes(&chunk(12_288, 1));
        assert_eq!(desk.said(), ["ACK", "ENQ 1", "ACK"]);
    }
}

/// Three damaged chunks at 0: CAN, and perhaps a fourth on the line.
fn gave_up(strict: bool) -> Desk {
    let mut desk = Desk::receiving(strict, 5);
    for _ in 0..3 {
        desk.bytes(&damaged(5, 0));
    }
    assert!(matches!(desk.told()[..], [Event::Stopped(Stop::Refusals { why: Refusal::Damage(_), .. })]));
    desk.said();
    desk
}

#[test]
fn e5_after_our_abort_bytes_are_discarded_until_the_line_is_quiet() {
    for (us, answers) in [(99_999, 0), (100_000, 0), (100_001, 1)] {
        let mut desk = gave_up(false);
        desk.bytes_at(us, b"ECHO REQ\r\n");
        assert_eq!(desk.said().len(), answers, "{us}");
        let mut strict = gave_up(true);
        strict.bytes_at(us, b"ECHO REQ\r\n");
        assert_eq!(strict.said(), ["ECHO REP"]);
    }
    // A peer that never stops is heard after five seconds.
    let mut desk = gave_up(false);
    let mut us = 0;
    while us <= 5_000_000 {
        desk.bytes_at(us, b"ECHO REQ\r\n");
        assert_eq!(desk.said(), [""; 0], "{us}");
        us += 50_000;
    }
    desk.bytes_at(5_000_001, b"ECHO REQ\r\n");
    assert_eq!(desk.said(), ["ECHO REP"]);
}
