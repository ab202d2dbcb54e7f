#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;

fn name() -> impl Strategy<Value = Name> {
    any::<String>().prop_map(|text| Name::cleaned(&text, "somebody"))
}

fn a_seat() -> impl Strategy<Value = Seat> {
    (0..4_u8).prop_map(|n| Seat::new(n).unwrap())
}

fn a_decoration() -> impl Strategy<Value = Decoration> {
    (0..16_u8).prop_map(|n| Decoration::new(n).unwrap())
}

fn gift() -> impl Strategy<Value = GiftId> {
    any::<[u8; 16]>().prop_map(GiftId)
}

fn profile() -> impl Strategy<Value = Profile> {
    let worn = prop::collection::vec(a_decoration(), 0..=WORN);
    (name(), "[!-~]{0,32}", worn, any::<u32>()).prop_map(|(toy, look, worn, pet)| Profile {
        toy,
        look: Look::new(&look).unwrap(),
        worn,
        pet,
    })
}

fn member() -> impl Strategy<Value = Member> {
    let presence = prop_oneof![
        Just(Presence::Here),
        Just(Presence::Late),
        Just(Presence::Waiting),
        prop::sample::select(&Farewell::ALL[..]).prop_map(Presence::Gone),
    ];
    (any::<[u8; 32]>(), name(), profile(), presence).prop_map(|(key, name, profile, presence)| Member {
        key,
        name,
        profile,
        presence,
    })
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let pair =
        (any::<u32>(), a_seat(), a_seat()).prop_map(|(number, opener, other)| Touching { number, opener, other });
    let members = prop::array::uniform4(prop::option::of(member()));
    (any::<u32>(), a_seat(), members, prop::collection::vec(pair, 0..=2))
        .prop_map(|(sequence, you, members, touching)| Snapshot { sequence, you, members, touching })
}

fn whisper() -> impl Strategy<Value = Whisper> {
    let tie = (any::<(u32, u32, u32, u64)>(), 0..=4_u8)
        .prop_map(|((mine, yours, visits, since), friendship)| TieWords { mine, yours, friendship, visits, since });
    prop_oneof![
        (gift(), a_decoration()).prop_map(|(gift, decoration)| Whisper::Offer { gift, decoration }),
        gift().prop_map(Whisper::Expecting),
        prop::collection::vec(gift(), 1..=16).prop_map(Whisper::Settle),
        (gift(), any::<bool>()).prop_map(|(gift, have)| Whisper::Told { gift, have }),
        gift().prop_map(Whisper::Forget),
        tie.prop_map(Whisper::Tie),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let emote = || prop::sample::select(&Emote::ALL[..]);
    prop_oneof![
        profile().prop_map(Message::Sit),
        profile().prop_map(Message::Look),
        emote().prop_map(Message::Emote),
        a_seat().prop_map(Message::Touch),
        Just(Message::Part),
        (a_seat(), whisper()).prop_map(|(seat, whisper)| Message::To(seat, whisper)),
        Just(Message::Beat),
        Just(Message::Leave),
        snapshot().prop_map(|table| Message::Table(Box::new(table))),
        (a_seat(), emote()).prop_map(|(seat, emote)| Message::Emoted(seat, emote)),
        (a_seat(), whisper()).prop_map(|(seat, whisper)| Message::From(seat, whisper)),
        prop::sample::select(&Farewell::ALL[..]).prop_map(Message::Closed),
    ]
}

proptest! {
    #[test]
    fn messages_come_back(message in message()) {
        let bytes = message.encode();
        prop_assert!(bytes.len() <= 1400);
        prop_assert_eq!(Message::decode(&bytes), Ok(message));
    }

    #[test]
    fn no_part_of_a_message_is_one(message in message(), more in any::<u8>()) {
        let mut bytes = message.encode();
        for end in 0..bytes.len() {
            prop_assert!(Message::decode(&bytes[..end]).is_err());
        }
        bytes.push(more);
        prop_assert_eq!(Message::decode(&bytes), Err(MessageError::Trailing(1)));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(message) = Message::decode(&bytes) {
            prop_assert_eq!(message.encode(), bytes);
        }
    }

    #[test]
    fn however_a_stream_is_cut_its_messages_come_out(
        messages in prop::collection::vec(message(), 0..5),
        cuts in prop::collection::vec(1..300_usize, 1..20),
    ) {
        let bytes: Vec<u8> = messages.iter().flat_map(Message::to_bytes).collect();
        let (mut framer, mut out, mut rest) = (Framer::default(), Vec::new(), &bytes[..]);
        for cut in cuts.iter().cycle() {
            let (piece, more) = rest.split_at((*cut).min(rest.len()));
            framer.push(piece);
            while let Some(message) = framer.message().unwrap() {
                out.push(message);
            }
            rest = more;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(out, messages);
    }
}

#[test]
fn too_long_is_known_by_the_length_alone() {
    let mut framer = Framer::default();
    framer.push(&[0x00, 0x10]);
    assert_eq!(framer.message(), Ok(None));
    let mut framer = Framer::default();
    framer.push(&[0x01, 0x10]);
    assert_eq!(framer.message(), Err(MessageError::TooLong(4097)));
    assert_eq!(Message::decode(&[7; 4097]), Err(MessageError::TooLong(4097)));
}

#[test]
fn another_version_is_told_apart() {
    assert_eq!(Message::decode(&[1, 2, 9, 9]), Err(MessageError::Version(2)));
    assert_eq!(Message::decode(&[0]), Err(MessageError::Kind(0)));
    assert_eq!(Message::decode(&[0x06, 0, 3, 0]), Err(MessageError::Value { field: "number of gifts", value: 0 }));
}

#[test]
fn numbers_are_places() {
    for (number, farewell) in (0_u8..).zip(Farewell::ALL) {
        assert_eq!((farewell as u8, Farewell::new(number)), (number, Some(farewell)));
    }
    for (number, emote) in (0_u8..).zip(Emote::ALL) {
        assert_eq!(emote as u8, number);
    }
    assert_eq!(GiftId([0x34, 0xF2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]).tag(), 0x234);
    let gift = GiftId::new(0x8000_0000_0000_0234, 5, u32::MAX);
    assert_eq!((gift.tag(), gift.giver(), gift.receiver()), (0x234, 5, u32::MAX));
    assert_eq!(gift.to_string(), "340200000000008005000000ffffffff");
}
