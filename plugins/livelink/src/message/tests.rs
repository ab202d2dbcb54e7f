#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;

fn tone() -> impl Strategy<Value = Tone> {
    any::<(u8, u8)>().prop_map(|(divisor, high_half_ticks)| Tone { divisor, high_half_ticks })
}

fn reason() -> impl Strategy<Value = Reason> {
    prop::sample::select(vec![Reason::MayNot, Reason::TooMany, Reason::Store, Reason::Paused, Reason::Other])
}

fn welcome() -> impl Strategy<Value = ServerMessage> {
    let standing = prop::sample::select(vec![Standing::Viewer, Standing::Caretaker, Standing::Owner]);
    let rest = (any::<[u8; 16]>(), any::<u64>(), any::<u64>(), any::<bool>(), any::<String>(), any::<String>());
    (standing, rest).prop_map(|(standing, (toy, tick, wall, sound, name, theme))| {
        let (name, theme) = (Name::new(&name), Theme::new(&theme));
        ServerMessage::Welcome(Welcome { standing, toy, tick, wall, sound, name, theme })
    })
}

fn frame() -> impl Strategy<Value = ServerMessage> {
    (any::<(u32, u64, [u32; 16], u8)>(), 0..16_u8, tone()).prop_map(|((seq, tick, rows, icons), contrast, tone)| {
        ServerMessage::Frame(Frame { seq, tick, lcd: Lcd::from_rows(rows, icons), contrast, tone })
    })
}

fn sounds() -> impl Strategy<Value = ServerMessage> {
    let sound = (any::<u64>(), tone()).prop_map(|(tick, tone)| Sound { tick, tone });
    prop::collection::vec(sound, 1..=MOST_SOUNDS).prop_map(|sounds| ServerMessage::Sounds(Sounds(sounds)))
}

fn status() -> impl Strategy<Value = ServerMessage> {
    (any::<(u64, u64, u16)>(), any::<[bool; 6]>()).prop_map(|((tick, wall, watchers), flags)| {
        let [running, catching_up, calling, asleep, broken, leaving] = flags;
        ServerMessage::Status(Status { tick, wall, running, catching_up, calling, asleep, broken, leaving, watchers })
    })
}

fn from_server() -> impl Strategy<Value = ServerMessage> {
    prop_oneof![
        welcome(),
        frame(),
        sounds(),
        status(),
        any::<(u32, u64)>().prop_map(|(client_seq, tick)| ServerMessage::Ack { client_seq, tick }),
        (any::<(u32, String)>(), reason()).prop_map(|((client_seq, text), reason)| ServerMessage::Refused {
            client_seq,
            reason,
            text: Sentence::new(&text)
        }),
        any::<(u64, u64)>().prop_map(|(nonce, tick)| ServerMessage::Pong { nonce, tick }),
        any::<(u16, String)>().prop_map(|(code, text)| ServerMessage::Bye { code, text: Sentence::new(&text) }),
    ]
}

fn from_client() -> impl Strategy<Value = ClientMessage> {
    prop_oneof![
        any::<([u8; 16], [u8; 16])>().prop_map(|(ticket, client)| ClientMessage::Ticket { ticket, client }),
        (any::<u32>(), 0..16_u8, prop::option::of(0..u16::MAX))
            .prop_map(|(client_seq, mask, since)| { ClientMessage::Keys { client_seq, mask, since } }),
        any::<u64>().prop_map(|nonce| ClientMessage::Ping { nonce }),
    ]
}

proptest! {
    #[test]
    fn what_a_daycare_says_is_understood(message in from_server(), more in 1..20_usize) {
        let mut bytes = message.to_bytes();
        prop_assert!(bytes.len() <= LONGEST_FROM_SERVER);
        prop_assert_eq!(ServerMessage::decode(&bytes), Ok(message));
        for cut in 0..bytes.len() {
            prop_assert_eq!(ServerMessage::decode(&bytes[..cut]), Err(MessageError::Short(cut)));
        }
        bytes.resize(bytes.len() + more, 0);
        prop_assert_eq!(ServerMessage::decode(&bytes), Err(MessageError::Trailing(more)));
    }

    #[test]
    fn what_a_viewer_says_is_understood(message in from_client(), more in 1..20_usize) {
        let mut bytes = message.to_bytes();
        prop_assert!(bytes.len() <= LONGEST_FROM_CLIENT);
        prop_assert_eq!(ClientMessage::decode(&bytes), Ok(message));
        for cut in 0..bytes.len() {
            prop_assert_eq!(ClientMessage::decode(&bytes[..cut]), Err(MessageError::Short(cut)));
        }
        bytes.resize(bytes.len() + more, 0);
        prop_assert_eq!(ClientMessage::decode(&bytes), Err(MessageError::Trailing(more)));
    }

    #[test]
    fn any_bytes_are_a_message_or_refused(kind in any::<u8>(), rest in prop::collection::vec(any::<u8>(), 0..100)) {
        let bytes = [&[VERSION, kind][..], &rest].concat();
        match ServerMessage::decode(&bytes) {
            Ok(message) => prop_assert_eq!(message.to_bytes(), bytes.clone()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        match ClientMessage::decode(&bytes) {
            Ok(message) => prop_assert_eq!(message.to_bytes(), bytes),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn what_means_nothing_is_refused() {
    let server = |bytes: &[u8]| ServerMessage::decode(bytes).unwrap_err();
    let value = |field, value| MessageError::Value { field, value };
    assert_eq!(server(&[]), MessageError::Short(0));
    assert_eq!(server(&[2, 1]), MessageError::Version(2));
    for kind in [0, 9, 0x41, 0xFF] {
        assert_eq!(server(&[1, kind, 0]), MessageError::Kind(kind));
    }
    assert_eq!(server(&[1; 4097]), MessageError::TooLong(4097, 4096));
    assert_eq!(server(&[1, 1, 3]), value("standing", 3));
    assert_eq!(server(&[1, 3, 0]), value("number of sounds", 0));
    assert_eq!(server(&[1, 3, 33]), value("number of sounds", 33));
    assert_eq!(server(&[1, 6, 1, 0, 0, 0, 6]), value("reason", 6));
    assert_eq!(server(&[1, 8, 0, 0, 1, 0xFF]), MessageError::Text("text"));
    assert_eq!(server(&[1, 8, 0, 0, 1, 0x1B]), MessageError::Text("text"));

    let mut welcome = [0; 38];
    (welcome[0], welcome[1], welcome[36]) = (1, 1, 161);
    assert_eq!(server(&welcome), MessageError::LongText { field: "name", length: 161, most: 160 });
    (welcome[35], welcome[36]) = (2, 0);
    assert_eq!(server(&welcome), value("welcome's flags", 2));
    welcome[35] = 0;
    welcome[37] = 33;
    assert_eq!(server(&welcome), MessageError::LongText { field: "theme", length: 33, most: 32 });
    welcome[37] = 1;
    assert_eq!(server(&[&welcome[..], b" "].concat()), MessageError::Text("theme"));

    let mut status = [0; 21];
    (status[0], status[1], status[18]) = (1, 4, 64);
    assert_eq!(server(&status), value("status' flags", 64));
    let mut frame = [0; 82];
    (frame[0], frame[1], frame[79]) = (1, 2, 16);
    assert_eq!(server(&frame), value("contrast", 16));

    let client = |bytes: &[u8]| ClientMessage::decode(bytes).unwrap_err();
    assert_eq!(client(&[1; 65]), MessageError::TooLong(65, 64));
    assert_eq!(client(&[0, 0x43]), MessageError::Version(0));
    assert_eq!(client(&[1, 0x01]), MessageError::Kind(1));
    assert_eq!(client(&[1, 0x42, 1, 0, 0, 0, 16, 0, 0]), value("mask", 16));
}

#[test]
fn many_sounds_are_several_messages() {
    let sounds: Vec<Sound> = (0..70).map(|tick| Sound { tick, tone: Tone::SILENT }).collect();
    let packed: Vec<Sounds> = Sounds::pack(&sounds).collect();
    assert_eq!(packed.iter().map(|sounds| sounds.get().len()).collect::<Vec<_>>(), [32, 32, 6]);
    assert_eq!(packed.iter().flat_map(Sounds::get).copied().collect::<Vec<_>>(), sounds);
    assert_eq!((Sounds::new(&[]), Sounds::new(&sounds[..33])), (None, None));
    assert_eq!(Sounds::new(&sounds[..32]).as_ref(), packed.first());
    assert_eq!(Sounds::pack(&[]).count(), 0);
}

#[test]
fn a_ticket_is_not_printed() {
    let shown = format!("{:?}", ClientMessage::Ticket { ticket: [0xAB; 16], client: [0xCD; 16] });
    assert_eq!(shown, "Ticket { .. }");
}
