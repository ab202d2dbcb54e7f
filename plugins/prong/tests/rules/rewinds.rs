//! I-8: ENQ, forward, backward and beyond.

use eggtooth_prong::engine::{Event, Stop};

use super::desk::{Desk, both};

#[test]
fn i8_enq_forward_is_a_lost_acknowledgement() {
    both(|desk| {
        let mut desk = desk();
        desk.send(1, 8193);
        for line in ["ACK", "NAK", "NAK", "ENQ 1"] {
            desk.hear(line);
        }
        assert_eq!(desk.said(), ["PKT 8193", "#0", "#0", "#0", "#1"]);
        // A fresh chunk with three attempts of its own.
        desk.hear("NAK");
        desk.hear("NAK");
        assert_eq!(desk.said(), ["#1", "#1"]);
    });
}

#[test]
fn i8_enq_at_the_last_chunk_cannot_point_forward() {
    let mut desk = Desk::sending(false, 5000);
    desk.hear("ACK");
    desk.hear("ENQ 2");
    assert_eq!(desk.said(), ["#1", "#1"], "k >= chunks: as NAK");
    desk.hear("ENQ 0");
    assert_eq!(desk.said(), ["#0"]);
}

#[test]
fn i8_enq_out_of_range_is_a_nak() {
    for line in ["ENQ 2", "ENQ 255", "ENQ 256", "ENQ 99999999999"] {
        let mut desk = Desk::sending(false, 12_288);
        for _ in 0..3 {
            desk.hear(line);
        }
        assert_eq!(desk.said(), ["#0", "#0", "CAN"], "{line}: bounded as NAK is (A-12)");
        assert_eq!(desk.told(), [Event::Stopped(Stop::NotAcknowledged(0))]);
    }
    let mut desk = Desk::sending(false, 12_288);
    desk.hear("ENQ one");
    assert!(matches!(desk.told()[..], [Event::Custom(_)]));
    assert_eq!(desk.said(), [""; 0]);
}

#[test]
fn i8_endless_rewinds_are_bounded() {
    both(|desk| {
        let mut desk = desk();
        desk.send(1, 12_288);
        desk.hear("ACK");
        let mut rounds = 0;
        while !desk.engine.is_idle() {
            desk.hear("ACK");
            desk.hear("ENQ 0");
            rounds += 1;
            assert!(rounds < 100);
        }
        let rewound = ["#0", "#1"].repeat(4);
        assert_eq!(desk.said(), [&["PKT 12288"], &rewound[..], &["CAN"]].concat());
        assert_eq!(desk.told(), [Event::Stopped(Stop::Rewinds)]);
        assert_eq!(rounds, 4);
    });
    // k = i is an attempt and a rewind.
    let mut desk = Desk::sending(false, 5);
    for _ in 0..3 {
        desk.hear("ENQ 0");
    }
    assert_eq!(desk.said(), ["#0", "#0", "CAN"]);
}
