//! The link in virtual time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::message::{Name, Reason, Sentence, Sounds, Standing, Theme};

const TICKET: [u8; 16] = [7; 16];
const CLIENT: [u8; 16] = [9; 16];

/// A link and its clock.
struct Desk {
    link: Link,
    now: Duration,
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn welcome(tick: u64) -> ServerMessage {
    ServerMessage::Welcome(Welcome {
        standing: Standing::Caretaker,
        toy: [1; 16],
        tick,
        wall: 0,
        sound: true,
        name: Name::new("Pip"),
        theme: Theme::new("meadow"),
    })
}

fn ack(client_seq: u32) -> ServerMessage {
    ServerMessage::Ack { client_seq, tick: 5 }
}

fn tone(divisor: u8) -> Tone {
    Tone { divisor, high_half_ticks: divisor }
}

fn sounds(sounds: &[(u64, u8)]) -> ServerMessage {
    let sounds: Vec<Sound> = sounds.iter().map(|(tick, divisor)| Sound { tick: *tick, tone: tone(*divisor) }).collect();
    ServerMessage::Sounds(Sounds::new(&sounds).unwrap())
}

fn frame(tick: u64, divisor: u8) -> ServerMessage {
    ServerMessage::Frame(Frame { tick, tone: tone(divisor), ..Frame::default() })
}

impl Desk {
    fn new() -> Desk {
        Desk { link: Link::new(CLIENT, 1), now: seconds(1000.0) }
    }

    /// With a link that was welcomed; everything until then is fetched.
    fn live() -> Desk {
        let mut desk = Desk::new();
        desk.welcomed();
        desk.drain();
        desk
    }

    fn welcomed(&mut self) {
        self.link.connected(TICKET, self.now);
        self.hear(&welcome(0));
    }

    fn hear(&mut self, message: &ServerMessage) {
        self.link.message(&message.to_bytes(), self.now);
    }

    fn keys(&mut self, mask: u8) -> Option<u32> {
        self.link.keys(mask, self.now)
    }

    /// Lets time pass, waking when the link asks for it.
    fn pass(&mut self, time: f64) {
        let end = self.now + seconds(time);
        while let Some(wake) = self.link.wake().filter(|wake| *wake <= end) {
            self.now = self.now.max(wake);
            self.link.time(self.now);
        }
        self.now = end;
    }

    fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.link.poll_output()).collect()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.link.poll_event()).collect()
    }

    fn said(&mut self) -> Vec<ClientMessage> {
        let sent = |output| match output {
            Output::Send(bytes) => ClientMessage::decode(&bytes).unwrap(),
            other => panic!("{other:?}"),
        };
        self.outputs().into_iter().map(sent).collect()
    }

    fn drain(&mut self) {
        self.outputs();
        self.events();
    }

    fn until(&self) -> Duration {
        match self.link.state() {
            State::Waiting { until, .. } => until,
            other => panic!("{other:?}"),
        }
    }
}

fn keys(client_seq: u32, mask: u8, since: Option<u16>) -> ClientMessage {
    ClientMessage::Keys { client_seq, mask, since }
}

#[test]
fn it_connects_shows_its_ticket_first_and_says_nothing_before_the_welcome() {
    let mut desk = Desk::new();
    assert_eq!(desk.outputs(), [Output::Connect]);
    assert_eq!((desk.events(), desk.link.wake()), (vec![Event::State(State::Connecting)], None));
    assert_eq!(desk.keys(1), None);
    desk.link.connected(TICKET, desk.now);
    assert_eq!(desk.said(), [ClientMessage::Ticket { ticket: TICKET, client: CLIENT }]);
    assert_eq!(desk.keys(3), None);
    assert_eq!(desk.outputs(), []);
    desk.hear(&welcome(0));
    // What is held is pressed now.
    assert_eq!(desk.said(), [keys(1, 3, None)]);
    let told = desk.events();
    assert!(matches!(&told[..], [Event::State(State::Live), Event::Welcome(_)]), "{told:?}");
}

#[test]
fn presses_are_numbered_timed_and_answered_once() {
    let mut desk = Desk::live();
    assert_eq!(desk.keys(5), Some(1));
    desk.pass(0.15);
    assert_eq!(desk.keys(0), Some(2));
    assert_eq!(desk.keys(0), None, "nothing has changed");
    desk.pass(4.0);
    assert_eq!(desk.keys(0xF1), Some(3), "only the four lines count");
    assert_eq!(desk.said(), [keys(1, 5, None), keys(2, 0, Some(150)), keys(3, 1, Some(4000))]);
    desk.hear(&ack(1));
    desk.hear(&ack(1));
    desk.hear(&ack(9));
    let refused = ServerMessage::Refused { client_seq: 2, reason: Reason::Paused, text: Sentence::new("no") };
    desk.hear(&refused);
    desk.hear(&refused);
    let text = Sentence::new("no");
    assert_eq!(
        desk.events(),
        [
            Event::Done { client_seq: 1, tick: 5, took: seconds(4.15) },
            Event::Refused { client_seq: 2, reason: Reason::Paused, text },
        ]
    );
    // A minute and more is "longer".
    for _ in 0..14 {
        desk.pass(5.0);
        desk.hear(&ack(0));
    }
    desk.outputs();
    desk.keys(0);
    assert_eq!(desk.said(), [keys(4, 0, None)]);
}

#[test]
fn what_was_not_answered_is_said_again_after_a_broken_link() {
    let mut desk = Desk::live();
    desk.keys(1);
    desk.pass(0.1);
    desk.keys(0);
    desk.pass(0.1);
    desk.keys(2);
    desk.hear(&ack(1));
    desk.drain();
    desk.link.lost(None, desk.now);
    // The finger goes up while there is no link: the press that waits ends when it did.
    desk.pass(0.2);
    assert_eq!(desk.keys(0), Some(4));
    assert_eq!(desk.keys(8), None, "nothing new is pressed");
    assert_eq!(desk.keys(0), None);
    desk.pass(1.0);
    assert_eq!(desk.outputs(), [Output::Connect]);
    desk.welcomed();
    assert_eq!(desk.said()[1..], [keys(2, 0, Some(100)), keys(3, 2, Some(100)), keys(4, 0, Some(200))]);
    for seq in 2..5 {
        desk.hear(&ack(seq));
    }
    desk.link.lost(None, desk.now);
    desk.pass(2.0);
    desk.outputs();
    desk.welcomed();
    assert_eq!(desk.said().len(), 1, "everything was answered");
}

#[test]
fn what_waited_for_too_long_is_given_up_and_what_is_held_is_pressed_anew() {
    let mut desk = Desk::live();
    desk.keys(1);
    desk.drain();
    desk.link.lost(None, desk.now);
    desk.now += OLD + Duration::from_millis(1);
    desk.link.retry();
    desk.drain();
    desk.welcomed();
    assert_eq!(desk.said()[1..], [keys(2, 1, None)]);
    assert!(desk.events().contains(&Event::Forgotten { client_seq: 1 }));
    // Of an answered press the daycare lets go itself; still held, it is pressed again.
    desk.hear(&ack(2));
    desk.link.lost(None, desk.now);
    desk.link.retry();
    desk.drain();
    desk.welcomed();
    assert_eq!(desk.said()[1..], [keys(3, 1, None)]);
}

#[test]
fn a_silent_daycare_gets_no_more_than_so_many_changes_and_the_last_one_counts() {
    let mut desk = Desk::live();
    for press in 0..100 {
        desk.keys(1 + press % 2);
    }
    desk.keys(0);
    assert_eq!(desk.said().len(), MOST_WAITING);
    desk.hear(&ack(1));
    assert_eq!(desk.said(), [keys(65, 0, Some(0))], "released as soon as there is room");
    desk.hear(&ack(2));
    assert_eq!(desk.outputs(), []);
}

#[test]
fn pings_measure_the_way_and_silence_is_noticed() {
    let mut desk = Desk::live();
    desk.pass(5.0);
    assert_eq!(desk.said(), [ClientMessage::Ping { nonce: 1 }]);
    desk.now += Duration::from_millis(42);
    desk.hear(&ServerMessage::Pong { nonce: 1, tick: 0 });
    desk.hear(&ServerMessage::Pong { nonce: 1, tick: 0 });
    desk.hear(&ServerMessage::Pong { nonce: 7, tick: 0 });
    let way = Duration::from_millis(42);
    assert_eq!((desk.events(), desk.link.round_trip()), (vec![Event::RoundTrip(way)], Some(way)));

    desk.pass(6.9);
    assert_eq!(desk.link.state(), State::Live);
    desk.pass(0.1);
    assert_eq!(desk.events(), [Event::State(State::Silent)]);
    desk.hear(&ack(0));
    assert_eq!(desk.events(), [Event::State(State::Live)]);
    desk.pass(14.9);
    assert_eq!(desk.link.state(), State::Silent);
    desk.outputs();
    desk.pass(0.1);
    assert_eq!(desk.outputs(), [Output::Close(1000)]);
    let State::Waiting { until, sentence } = desk.link.state() else { panic!("{:?}", desk.link) };
    assert!((seconds(0.5)..=seconds(0.75)).contains(&(until - desk.now)));
    assert_eq!(sentence, UNANSWERED);
    // A daycare that takes the ticket and says nothing.
    desk.pass(1.0);
    desk.link.connected(TICKET, desk.now);
    desk.drain();
    desk.pass(15.0);
    assert!(matches!(desk.link.state(), State::Waiting { .. }));
}

#[test]
fn pauses_grow_until_a_link_was_good() {
    let mut desk = Desk::new();
    let fail = |desk: &mut Desk| {
        desk.link.lost(None, desk.now);
        let pause = desk.until() - desk.now;
        desk.pass(pause.as_secs_f64() + 0.001);
        assert_eq!(desk.link.state(), State::Connecting);
        pause.as_secs_f64()
    };
    for base in [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0] {
        assert!((base..=1.5 * base).contains(&fail(&mut desk)), "{base}");
    }
    // Welcomed and dropped at once: no good link.
    desk.welcomed();
    assert!(fail(&mut desk) >= 10.0);
    desk.welcomed();
    for _ in 0..3 {
        desk.pass(4.0);
        desk.hear(&ack(0));
    }
    assert!(fail(&mut desk) <= 0.75);
    desk.drain();
    desk.link.lost(None, desk.now);
    desk.link.retry();
    assert_eq!(desk.outputs(), [Output::Connect], "the player need not wait");
}

#[test]
fn every_close_code_has_its_consequence() {
    for close in Close::ALL {
        let mut desk = Desk::live();
        desk.link.lost(Some(close.code()), desk.now);
        let state = desk.link.state();
        match close.then() {
            Then::TryAgain => {
                let State::Waiting { until, sentence } = state else { panic!("{state:?}") };
                assert_eq!(sentence, close.sentence());
                assert_eq!(close == Close::TooMany, until >= desk.now + TOO_MANY);
            }
            then => {
                assert_eq!(state, State::Ended { then, sentence: close.sentence() });
                assert_eq!(desk.link.wake(), None);
                desk.pass(1000.0);
                assert_eq!(desk.outputs(), []);
                desk.link.retry();
                assert_eq!(desk.outputs(), [Output::Connect]);
            }
        }
        // The same by a bye, before the close frame and before a welcome.
        let mut desk = Desk::new();
        desk.link.connected(TICKET, desk.now);
        desk.drain();
        desk.hear(&ServerMessage::Bye { code: close.code(), text: Sentence::new("bye") });
        assert_eq!(desk.outputs(), [Output::Close(1000)]);
        let told = desk.link.state();
        desk.link.lost(None, desk.now);
        assert_eq!(desk.link.state(), told, "the end of the socket changes nothing");
        assert_eq!(matches!(told, State::Waiting { .. }), close.then() == Then::TryAgain);
    }
    let mut desk = Desk::live();
    desk.link.lost(Some(4999), desk.now);
    assert!(matches!(desk.link.state(), State::Waiting { sentence: BROKEN, .. }));
}

#[test]
fn what_is_not_understood_ends_the_link() {
    let ended = State::Ended { then: Then::GiveUp, sentence: STRANGE };
    let refused = |desk: &mut Desk| {
        let told = desk.events();
        assert!(matches!(told[..], [Event::Misunderstood(_), Event::State(_)]), "{told:?}");
        assert_eq!((desk.outputs(), desk.link.state()), (vec![Output::Close(4400)], ended));
    };
    for bytes in [&[][..], &[1, 0x41], &[2, 2], &[1; 5000]] {
        let mut desk = Desk::live();
        desk.keys(1);
        desk.link.message(bytes, desk.now);
        refused(&mut desk);
        desk.hear(&ack(1));
        assert_eq!(desk.events(), [], "nothing is heard after the end");
    }
    let mut desk = Desk::new();
    desk.link.connected(TICKET, desk.now);
    desk.drain();
    desk.hear(&ack(1));
    refused(&mut desk);
    let mut desk = Desk::live();
    desk.link.refuse(MessageError::NotBinary, desk.now);
    refused(&mut desk);
}

#[test]
fn another_welcome_tells_of_the_toy_and_begins_nothing_anew() {
    let mut desk = Desk::live();
    desk.keys(1);
    desk.drain();
    let painted = |theme: &str| match welcome(9) {
        ServerMessage::Welcome(welcome) => Welcome { theme: Theme::new(theme), ..welcome },
        other => panic!("{other:?}"),
    };
    desk.hear(&ServerMessage::Welcome(painted("mint")));
    assert_eq!(desk.events(), [Event::Welcome(painted("mint"))]);
    assert_eq!((desk.outputs(), desk.link.state()), (vec![], State::Live), "nothing is pressed again");
    for theme in 0..1000 {
        desk.hear(&ServerMessage::Welcome(painted(&theme.to_string())));
    }
    assert_eq!(desk.events(), [Event::Welcome(painted("999"))], "of many the latest waits");
    desk.hear(&ack(1));
    assert!(matches!(desk.events()[..], [Event::Done { client_seq: 1, .. }]));
}

#[test]
fn a_melody_keeps_its_rhythm_and_ends_with_the_link() {
    let mut desk = Desk::live();
    let start = desk.now;
    let mut heard = vec![];
    for (beat, delay) in [0, 90, 20, 110, 0].into_iter().enumerate() {
        desk.now = start + Duration::from_millis(beat as u64 * 125 + delay);
        desk.hear(&sounds(&[(beat as u64 * 4096, 16 * (beat as u8 % 2))]));
        heard.extend(desk.events());
    }
    let expected = (0..5).map(|beat: u64| Event::Sound {
        at: start + DELAY + Duration::from_millis(beat * 125),
        tone: tone(16 * (beat as u8 % 2)),
    });
    assert_eq!(heard, expected.collect::<Vec<_>>());
    desk.hear(&sounds(&[(5 * 4096, 8)]));
    desk.drain();
    desk.link.lost(None, desk.now);
    let told = desk.events();
    assert!(matches!(told[..], [Event::Sound { tone: Tone::SILENT, .. }, Event::State(_)]), "{told:?}");
}

#[test]
fn a_tone_that_began_before_is_heard_and_one_that_was_lost_ends() {
    let sounding = |desk: &mut Desk| {
        let told = desk.events().into_iter().filter_map(|event| match event {
            Event::Sound { tone, .. } => Some(tone),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let mut desk = Desk::live();
    desk.hear(&frame(0, 16));
    assert_eq!(sounding(&mut desk), [tone(16)]);
    // Frames overtake sounds by a little: no reason to doubt.
    desk.pass(0.5);
    desk.hear(&frame(16_384, 0));
    assert_eq!(sounding(&mut desk), []);
    desk.pass(0.6);
    desk.hear(&frame(36_000, 0));
    assert_eq!(sounding(&mut desk), [tone(0)]);
    // What is lived in a hurry is not heard.
    desk.hear(&ServerMessage::Status(Status { running: true, catching_up: true, ..Status::default() }));
    desk.hear(&sounds(&[(40_000, 8), (41_000, 0), (42_000, 8), (43_000, 0)]));
    assert_eq!(sounding(&mut desk), [tone(0), tone(0)]);
}

#[test]
fn who_does_not_look_finds_the_latest_and_a_bounded_number_of_events() {
    let mut desk = Desk::live();
    for tick in 0..1000 {
        desk.hear(&frame(tick, 0));
        desk.hear(&sounds(&[(tick, 8), (tick, 0)]));
        desk.hear(&ServerMessage::Status(Status { tick, ..Status::default() }));
    }
    let told = desk.events();
    assert_eq!(told.len(), MOST_EVENTS);
    let frames: Vec<_> = told.iter().filter(|event| matches!(event, Event::Frame(_))).collect();
    assert!(matches!(frames[..], [Event::Frame(Frame { tick: 999, .. })]));
    let conditions = told.iter().filter(|event| matches!(event, Event::Status(_)));
    assert_eq!(conditions.count(), 1);
}

#[test]
fn a_ticket_is_not_shown() {
    let mut desk = Desk::new();
    desk.link.connected([0xEE; 16], desk.now);
    assert!(!format!("{:?}", desk.link).contains("238"));
    assert_eq!(format!("{:?}", desk.outputs()), "[Connect, Send(34 bytes)]");
}
