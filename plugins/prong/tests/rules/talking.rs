//! EC-1 and S-1: echo, sessions.

use eggtooth_prong::codec::Header;
use eggtooth_prong::engine::{Event, Listen, Outgoing};

use super::desk::{Desk, both, chunk_as, header};

fn at(ms: u64, what: &str) -> (u64, String) {
    (ms * 1000, what.to_owned())
}

#[test]
fn ec1_three_requests_and_half_a_second() {
    both(|desk| {
        let mut desk = desk();
        desk.echo();
        desk.until_us(4_499_999);
        assert_eq!(desk.said_when(), [at(0, "ECHO REQ"), at(2000, "ECHO REQ"), at(4000, "ECHO REQ")]);
        assert_eq!(desk.told(), []);
        desk.until(60_000);
        assert_eq!((desk.said(), desk.told()), (vec![], vec![Event::EchoUnanswered]));
    });
}

#[test]
fn ec1_any_reply_while_it_runs_is_success() {
    both(|desk| {
        // Late ones too, and at the very end.
        for us in [0, 499_999, 500_001, 1_999_999, 3_999_999, 4_499_999, 4_500_000] {
            let mut desk = desk();
            desk.echo();
            if us > 4_000_000 {
                desk.until(4000);
            }
            desk.bytes_at(us, b"ECHO REP\r\n");
            assert_eq!(desk.told(), [Event::EchoAnswered], "{us}");
            desk.pass(10_000);
            assert!(desk.engine.is_idle());
            // A stray one is ignored.
            desk.hear("ECHO REP");
            assert_eq!((desk.told(), desk.engine.counters().ignored), (vec![], 1));
        }
        let mut late = desk();
        late.echo();
        late.until(4000);
        late.bytes_at(4_500_001, b"ECHO REP\r\n");
        assert_eq!(late.told(), [Event::EchoUnanswered]);
    });
}

#[test]
fn ec1_requests_are_answered_at_once_where_lines_are_read() {
    both(|desk| {
        let mut idle = desk();
        idle.hear("ECHO REQ");
        assert_eq!(idle.said(), ["ECHO REP"]);
        idle.listen(Listen::to(1));
        idle.hear("ECHO REQ");
        assert_eq!(idle.said(), ["ECHO REP"]);
        let mut echoing = desk();
        echoing.echo();
        echoing.hear("ECHO REQ");
        assert_eq!(echoing.said(), ["ECHO REQ", "ECHO REP"]);
        echoing.hear("CAN");
        assert_eq!(echoing.told(), [Event::StrayCancel], "CAN changes nothing");
        echoing.hear("PKT 5");
        assert_eq!(echoing.told(), [Event::Offered { size: 5 }]);
        echoing.hear("HELLO");
        assert!(matches!(echoing.told()[..], [Event::Custom(_)]));
        echoing.hear("ECHO REP");
        assert_eq!(echoing.told(), [Event::EchoAnswered]);
    });
}

/// An engine in session 9, set by the peer.
fn in_session(mut desk: Desk) -> Desk {
    desk.listen(Listen::to(0));
    desk.hear("PKT 2");
    desk.bytes(&chunk_as(Header { session: 9, set_session: true, ..header(0, 0) }, 2, 0));
    assert_eq!(desk.told(), [Event::SessionSet(9)]);
    desk.pass(10_000);
    desk.said();
    desk
}

#[test]
fn s1_a_session_ends_with_the_link_a_failed_echo_or_reset() {
    both(|desk| {
        let mut lost = in_session(desk());
        lost.lose();
        assert_eq!((lost.engine.session(), lost.told()), (None, vec![Event::LinkLost]));
        let mut reset = in_session(desk());
        reset.engine.reset();
        assert_eq!(reset.engine.session(), None);
        let mut deaf = in_session(desk());
        deaf.echo();
        deaf.pass(4499);
        assert_eq!(deaf.engine.session(), Some(9));
        deaf.pass(1);
        assert_eq!((deaf.engine.session(), deaf.told()), (None, vec![Event::EchoUnanswered]));
        // Neither CAN nor an echo that is answered.
        let mut kept = in_session(desk());
        kept.hear("CAN");
        kept.echo();
        kept.hear("ECHO REP");
        kept.send(1, 5);
        kept.hear("CAN");
        assert_eq!(kept.engine.session(), Some(9));
    });
}

#[test]
fn s1_the_initiator_is_in_the_session_once_it_is_acknowledged() {
    both(|desk| {
        let mut desk = desk();
        desk.engine.send(Outgoing::set_session(9, [1, 2]), desk.now).unwrap();
        desk.hear("ACK");
        assert_eq!(desk.engine.session(), None);
        desk.hear("ACK");
        assert_eq!((desk.engine.session(), desk.told()), (Some(9), vec![Event::Sent]));
        // And never sets it again.
        assert!(desk.engine.send(Outgoing::set_session(9, [1, 2]), desk.now).is_err());
        let mut refused = Desk::new(false);
        refused.engine.send(Outgoing::set_session(9, [1, 2]), refused.now).unwrap();
        for line in ["ACK", "NAK", "NAK", "NAK"] {
            refused.hear(line);
        }
        assert_eq!(refused.engine.session(), None);
    });
}
