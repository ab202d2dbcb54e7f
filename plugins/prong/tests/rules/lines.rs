//! L-1 to L-8, and where they matter to an engine.

use eggtooth_prong::engine::{Event, Listen, Stop};

use super::desk::{Desk, both, chunk};

fn answer_to(bytes: &[u8]) -> Vec<String> {
    let mut desk = Desk::new(false);
    desk.bytes(bytes);
    desk.said()
}

#[test]
fn l1_a_line_ends_at_lf_and_cr_is_a_space() {
    assert_eq!(answer_to(b"ECHO REQ\n"), ["ECHO REP"]);
    assert_eq!(answer_to(b"ECHO\rREQ\r\n"), ["ECHO REP"]);
    assert_eq!(answer_to(b"ECHO REQ\r"), [""; 0]);
    assert_eq!(answer_to(b"\r\rECHO REQ\r\r\n"), ["ECHO REP"]);
}

#[test]
fn l2_the_last_sixteen_count() {
    // Eight characters of noise words scroll out of the ring.
    let mut desk = Desk::new(false);
    desk.bytes(b"xxxxxxxxx        ECHO REQ\r\n");
    assert_eq!(desk.said(), ["ECHO REP"]);
    assert_eq!(desk.engine.counters().overlong, 1);
    let mut desk = Desk::new(false);
    desk.bytes(b"ECHO REQ 2345678\r\n");
    assert_eq!((desk.said().len(), desk.engine.counters().overlong), (1, 0));
}

#[test]
fn l3_noise_spoils_the_whole_line() {
    for byte in (0..=u8::MAX).filter(|byte| !matches!(byte, 0x20..=0x7E | b'\t' | b'\r' | b'\n')) {
        let mut desk = Desk::new(false);
        desk.bytes(&[b"ECHO REQ ".as_slice(), &[byte], b"\r\n"].concat());
        assert_eq!((desk.said().len(), desk.told().len(), desk.engine.counters().noise), (0, 0, 1), "{byte}");
        desk.hear("ECHO REQ");
        assert_eq!(desk.said(), ["ECHO REP"]);
    }
    assert_eq!(answer_to(b"ECHO\tREQ\r\n"), ["ECHO REP"]);
}

#[test]
fn l4_words_are_split_on_runs_and_case_matters() {
    assert_eq!(answer_to(b" \t ECHO \t\r REQ \t\r\n"), ["ECHO REP"]);
    let mut desk = Desk::listening(false, 1);
    desk.bytes(b"\r\n \r\n\n");
    assert_eq!((desk.said().len(), desk.told().len()), (0, 0));
    desk.hear("pkt 5");
    assert_eq!(desk.said(), [""; 0]);
    assert!(matches!(&desk.told()[..], [Event::Custom(words)] if words.text() == "pkt 5"));
    desk.hear("PKT 5");
    assert_eq!(desk.said(), ["ACK"]);
}

#[test]
fn l5_surplus_parameters_are_ignored() {
    both(|desk| {
        let mut desk = desk();
        desk.send(1, 5000);
        desk.hear("ACK 1");
        desk.hear("NAK 1 2");
        desk.hear("ACK 1");
        desk.hear("ENQ 1 9");
        desk.hear("CAN 0 0");
        assert_eq!(desk.said(), ["PKT 5000", "#0", "#0", "#1", "#1"]);
        assert_eq!(desk.told(), [Event::Stopped(Stop::ByPeer)]);
        desk.listen(Listen::to(1));
        desk.hear("ECHO REQ 1 2 3");
        desk.hear("PKT 5 1 2");
        assert_eq!(desk.said(), ["ECHO REP", "ACK"]);
    });
}

#[test]
fn l6_numbers_are_digits_and_have_a_range() {
    for (line, answer) in [
        ("PKT 1", Some("ACK")),
        ("PKT 0000000001", Some("ACK")),
        ("PKT 1048576", Some("ACK")),
        ("PKT 1048577", Some("CAN")),
        ("PKT 0", Some("CAN")),
        ("PKT 999999999999", Some("CAN")),
        ("PKT 18446744073", Some("CAN")),
        ("PKT +5", None),
        ("PKT -5", None),
        ("PKT 0x5", None),
        ("PKT 5a", None),
        ("PKT", None),
        ("PKT five", None),
    ] {
        for strict in [false, true] {
            let mut desk = Desk::listening(strict, 1);
            desk.hear(line);
            assert_eq!(desk.said(), answer.into_iter().collect::<Vec<_>>(), "{line}");
            let customs = desk.told().iter().filter(|event| matches!(event, Event::Custom(_))).count();
            assert_eq!(customs, usize::from(answer.is_none()), "{line}");
        }
    }
}

#[test]
fn l7_a_partial_line_is_dropped_when_older_than_t_byte() {
    for (us, answers) in [(1_999_999, 1), (2_000_000, 1), (2_000_001, 0)] {
        let mut desk = Desk::new(false);
        desk.bytes(b"ECHO ");
        desk.bytes_at(us, b"REQ\r\n");
        assert_eq!(desk.said().len(), answers, "{us}");
    }
    // What follows the dropped part is a line of its own.
    let mut desk = Desk::new(false);
    desk.bytes(b"XY");
    desk.bytes_at(2_000_001, b"ECHO REQ\r\n");
    assert_eq!(desk.said(), ["ECHO REP"]);
}

#[test]
fn l8_buffers_start_empty() {
    // A part of a line from before a chunk left is no part of the answer.
    let mut desk = Desk::sending(false, 5000);
    desk.bytes(b"ACK\r\nNA");
    desk.bytes(b"ACK\r\n");
    assert_eq!(desk.said(), ["#1"], "TxAwait of chunk 1 started in an empty buffer");
    assert_eq!(desk.told(), [Event::Sent]);
    // Nor is it part of a chunk.
    let mut desk = Desk::listening(false, 1);
    desk.bytes(b"PKT 5\r\nAB");
    desk.bytes(&chunk(5, 0));
    assert_eq!(desk.said(), ["ACK", "ACK"]);
    // After a failed operation.
    let mut desk = Desk::new(false);
    desk.echo();
    desk.until(4499);
    desk.bytes(b"ECHO ");
    desk.until(4500);
    desk.said();
    desk.bytes(b"REQ\r\n");
    assert_eq!(desk.said(), [""; 0]);
}
