//! The gate against somebody who wants a toy to take what it must not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "gate/engines.rs"]
mod engines;
#[path = "gate/shifted.rs"]
mod shifted;
#[path = "gate/toy.rs"]
mod toy;

use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::engine::FarSide;
use eggtooth_prong::gate::{Gate, Passed, Refused};
use eggtooth_prong::guard::Forbidden;
use eggtooth_prong::secret::Secret;
use eggtooth_prong::{CHUNK, chunk_len, chunks};
use proptest::prelude::*;
use toy::Toy;

const NEVER: Duration = Duration::ZERO;

fn secret() -> Arc<Secret> {
    Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap())
}

fn gate() -> Gate {
    Gate::new(Some(secret()), FarSide::Hardware)
}

fn header(kind: u8, index: u8) -> Header {
    Header { session: 0, kind, set_session: false, index, crc: 0 }
}

fn chunk(kind: u8, index: u8, len: usize) -> Vec<u8> {
    codec::encode(&secret(), [index, kind, 7, 9], header(kind, index), &vec![0x5A; len])
}

/// A gate in which the toy has accepted a packet of so many bytes.
fn accepted(size: usize) -> Gate {
    let mut gate = gate();
    let offer = format!("PKT {size}\r\n");
    assert_eq!(gate.outgoing(offer.as_bytes(), NEVER).to_toy, offer.as_bytes());
    gate.incoming(b"ACK\r\n", NEVER);
    gate
}

fn refused(passed: &Passed, reason: Refused) {
    assert_eq!(passed.refused, Some(reason));
    assert!(passed.to_near.ends_with(b"CAN\r\n"));
}

/// Sends a packet as a conforming initiator does; the types of its chunks are given. Whether the toy took it.
fn send(gate: &mut Gate, toy: &mut Toy, size: usize, kinds: impl Fn(usize) -> u8) -> Result<(), Refused> {
    let mut pass = |gate: &mut Gate, bytes: &[u8]| {
        let passed = gate.outgoing(bytes, NEVER);
        toy.take(&passed.to_toy, NEVER);
        let back = gate.incoming(&toy.answers(), NEVER).to_near;
        passed.refused.map_or(Ok(back), Err)
    };
    assert_eq!(pass(gate, format!("PKT {size}\r\n").as_bytes())?, b"ACK\r\n");
    for index in 0..chunks(size) {
        let bytes = chunk(kinds(index), index as u8, chunk_len(size, index));
        let mut back = vec![];
        for piece in bytes.chunks(1000) {
            back.extend(pass(gate, piece)?);
        }
        assert_eq!(back, b"ACK\r\n");
    }
    Ok(())
}

#[test]
fn a_playdate_passes_and_so_do_items() {
    let (mut gate, mut toy) = (gate(), Toy::new(secret(), true));
    send(&mut gate, &mut toy, 131_092, |_| 1).unwrap();
    send(&mut gate, &mut toy, 2, |_| 1).unwrap();
    assert_eq!(toy.packets, 2);
    let (mut gate, mut toy) = (self::gate(), Toy::new(secret(), true));
    send(&mut gate, &mut toy, 0x4000, |_| 3).unwrap();
    send(&mut gate, &mut toy, 100, |_| 0).unwrap();
    send(&mut gate, &mut toy, 256, |_| 2).unwrap();
    assert_eq!((toy.packets, gate.dropped()), (3, 0));
}

#[test]
fn without_a_gate_the_same_toy_takes_the_patch() {
    // Otherwise the tests below would prove nothing.
    let mut gate = Gate::new(None, FarSide::Virtual);
    let mut toy = Toy::new(secret(), true);
    send(&mut gate, &mut toy, 0x4001, |_| 3).unwrap();
    assert!(toy.harmed.is_some());
}

#[test]
fn a_patch_is_stopped_at_its_first_chunk() {
    for kind in [0, 3] {
        let mut toy = Toy::new(secret(), true);
        let result = send(&mut gate(), &mut toy, 0x4001, |_| kind);
        assert_eq!(result, Err(Forbidden::Flash { kind, size: 0x4001 }.into()));
        assert_eq!((toy.chunks, toy.harmed), (0, None));
    }
}

#[test]
fn a_type_that_changes_between_chunks_is_stopped_where_it_changes() {
    for kind in [0, 3] {
        let mut toy = Toy::new(secret(), true);
        let result = send(&mut gate(), &mut toy, 131_092, |index| if index < 7 { 1 } else { kind });
        assert_eq!(result, Err(Forbidden::Flash { kind, size: 131_092 }.into()));
        assert_eq!((toy.chunks, toy.harmed), (7, None));
    }
}

#[test]
fn the_factory_test_never_passes() {
    for size in [2, 256, 0x5000] {
        let result = send(&mut gate(), &mut Toy::new(secret(), true), size, |_| 15);
        assert_eq!(result, Err(Forbidden::Factory.into()));
    }
}

#[test]
fn both_sides_are_told_and_the_rest_is_dropped() {
    let mut gate = accepted(0x4001);
    let bytes = chunk(3, 0, CHUNK);
    let passed = gate.outgoing(&bytes[..15], NEVER);
    assert_eq!(passed, Passed::default());
    let passed = gate.outgoing(&bytes[15..2000], NEVER);
    refused(&passed, Forbidden::Flash { kind: 3, size: 0x4001 }.into());
    assert_eq!((&passed.to_toy[..], &passed.to_near[..]), (&b"CAN\r\n"[..], &b"CAN\r\n"[..]));
    let passed = gate.outgoing(&bytes[2000..], Duration::from_millis(200));
    assert_eq!(passed, Passed::default());
    assert_eq!(gate.dropped(), bytes.len() as u64);
    assert_eq!(gate.outgoing(b"ECHO REQ\r\n", Duration::from_secs(1)).to_toy, b"ECHO REQ\r\n");
}

#[test]
fn an_offer_is_found_split_or_behind_junk_or_noise() {
    let near: [&[&[u8]]; 4] = [
        &[b"P", b"K", b"T 6", b"5536", b"\r", b"\n"],
        &[b"junk junk junkPKT 65536\r\n", b"PKT 65536\r\n"],
        &[b"jjjjjjjjjjjjjjjjjjjjjjPKT        65536\r\n"],
        &[b"\xFF\x00\xA7\n\r\n PKT\t65536  \r\n"],
    ];
    for pieces in near {
        let (mut gate, mut toy) = (gate(), Toy::new(secret(), false));
        for piece in pieces {
            toy.take(&gate.outgoing(piece, NEVER).to_toy, NEVER);
        }
        assert_eq!(toy.answers(), b"ACK\r\n");
        gate.incoming(b"ACK\r\n", NEVER);
        let passed = gate.outgoing(&chunk(3, 0, CHUNK), NEVER);
        refused(&passed, Forbidden::Flash { kind: 3, size: 65536 }.into());
    }
}

#[test]
fn a_repeated_offer_is_answered_here_and_another_one_ends_both() {
    let mut gate = accepted(100);
    let passed = gate.outgoing(b"PKT 100\r\n", Duration::from_secs(2));
    assert_eq!((&passed.to_toy[..], &passed.to_near[..]), (&b""[..], &b"ACK\r\n"[..]));
    assert_eq!(gate.outgoing(&chunk(2, 0, 100), Duration::from_secs(2)).to_toy.len(), 116);
    let mut gate = accepted(100);
    refused(&gate.outgoing(b"PKT 65536\r\n", NEVER), Refused::Overlapping);
    assert_eq!(gate.outgoing(&chunk(3, 0, CHUNK), NEVER), Passed::default());
}

#[test]
fn bytes_beyond_a_chunk_do_not_pass() {
    let mut gate = accepted(100);
    let mut bytes = chunk(2, 0, 100);
    bytes.extend(chunk(3, 0, 3000));
    let passed = gate.outgoing(&bytes, NEVER);
    assert_eq!(passed.to_toy, bytes[..116]);
    assert_eq!(gate.incoming(b"ACK\r\n", NEVER).to_near, b"ACK\r\n");
}

#[test]
fn answers_forged_by_near_open_nothing() {
    let mut gate = gate();
    gate.outgoing(b"PKT 100\r\nACK\r\nACK\r\n", NEVER);
    let passed = gate.outgoing(&chunk(2, 0, 100), NEVER);
    assert_eq!(passed.to_toy, b"");
}

#[test]
fn a_chunk_that_does_not_decrypt_is_asked_for_again_and_then_given_up() {
    let mut gate = accepted(5000);
    let mut damaged = chunk(1, 0, CHUNK);
    damaged[9] ^= 1;
    for _ in 0..2 {
        let passed = gate.outgoing(&damaged, NEVER);
        assert_eq!((&passed.to_toy[..], &passed.to_near[..]), (&b""[..], &b"NAK\r\n"[..]));
    }
    refused(&gate.outgoing(&damaged, NEVER), Refused::Unreadable);
}

#[test]
fn without_a_secret_two_bytes_pass_and_three_do_not() {
    let mut gate = Gate::new(None, FarSide::Hardware);
    for size in [3, 0x4001, 0x10_0000] {
        let passed = gate.outgoing(format!("PKT {size}\r\n").as_bytes(), NEVER);
        refused(&passed, Refused::NoSecret(size));
        assert_eq!(passed.to_toy, b"");
    }
    let mut toy = Toy::new(secret(), true);
    send(&mut gate, &mut toy, 2, |_| 1).unwrap();
    assert_eq!(toy.packets, 1);
}

/// A network stood still in mid-chunk: the toy has refused the chunk, and its rest comes before its repetition.
#[test]
fn a_late_rest_is_dropped_and_the_repetition_passes() {
    let bytes = chunk(2, 0, 200);
    let cases = [(10, false), (20, true), (100, true), (100, false), (210, true), (215, false)];
    for ((came, nak), together) in cases.into_iter().flat_map(|case| [(case, true), (case, false)]) {
        let mut gate = accepted(200);
        let passes = if came < 16 { 0 } else { came };
        assert_eq!(gate.outgoing(&bytes[..came], NEVER).to_toy.len(), passes);
        if nak {
            gate.incoming(b"NAK\r\n", Duration::from_secs(2));
        }
        let late = Duration::from_millis(2100);
        let passed = if together {
            gate.outgoing(&[&bytes[came..], &bytes].concat(), late)
        } else {
            // It stands still once more in between.
            let (one, two) = bytes[came..].split_at((bytes.len() - came) / 2);
            assert_eq!(gate.outgoing(one, late), Passed::default());
            assert_eq!(gate.outgoing(two, late * 2), Passed::default());
            gate.outgoing(&bytes, late * 3)
        };
        assert_eq!(passed, Passed { to_toy: bytes.clone(), ..Passed::default() }, "{came} {nak} {together}");
    }
}

/// The same on a line that loses: nothing comes late, the repetition is all there is.
#[test]
fn a_cut_chunk_is_sent_again() {
    let bytes = chunk(2, 0, 200);
    for came in [10, 20, 100, 215] {
        let mut gate = accepted(200);
        gate.outgoing(&bytes[..came], NEVER);
        gate.incoming(b"NAK\r\n", Duration::from_secs(2));
        assert_eq!(gate.outgoing(&bytes, Duration::from_millis(2100)).to_toy, bytes);
    }
}

#[test]
fn a_session_is_set_at_any_time() {
    let mut gate = accepted(0x4001);
    gate.incoming(b"CAN\r\n", NEVER);
    gate.outgoing(b"PKT 2\r\n", Duration::from_secs(1));
    gate.incoming(b"ACK\r\n", Duration::from_secs(1));
    let header = Header { session: 77, set_session: true, ..header(0, 0) };
    let bytes = codec::encode(&secret(), [1; 4], header, &[1, 2]);
    assert_eq!(gate.outgoing(&bytes, Duration::from_secs(1)).to_toy, bytes);
}

#[test]
fn a_replayed_capture_of_a_patch_is_stopped_with_or_without_its_answers() {
    let mut stream = b"PKT 16385\r\n".to_vec();
    for index in 0..5 {
        stream.extend(chunk(3, index, chunk_len(0x4001, usize::from(index))));
    }
    for answered in [false, true] {
        let (mut gate, mut toy) = (gate(), Toy::new(secret(), false));
        for piece in stream.chunks(11) {
            toy.take(&gate.outgoing(piece, NEVER).to_toy, NEVER);
            if answered {
                gate.incoming(&toy.answers(), NEVER);
            }
        }
        assert_eq!((toy.chunks, toy.harmed), (0, None));
    }
}

#[test]
fn cancelling_passes_where_a_chunk_is_expected() {
    let mut gate = accepted(5000);
    assert_eq!(gate.outgoing(b"CAN\r\n", NEVER).to_toy, b"");
    assert_eq!(gate.deadline(), Some(Duration::from_millis(50)));
    assert_eq!(gate.tick(Duration::from_millis(50)).to_toy, b"CAN\r\n");
    assert_eq!((gate.deadline(), gate.dropped()), (None, 0));
    // The toy never saw a chunk: everything is as before.
    assert_eq!(gate.outgoing(b"PKT 5\r\n", Duration::from_secs(1)).to_toy, b"PKT 5\r\n");
}

#[test]
fn an_unanswered_chunk_and_a_refused_one_are_sent_again() {
    let mut gate = accepted(100);
    let bytes = chunk(2, 0, 100);
    for seconds in [0, 5, 10] {
        assert_eq!(gate.outgoing(&bytes, Duration::from_secs(seconds)).to_toy, bytes);
    }
    gate.incoming(b"NAK\r\n", Duration::from_secs(11));
    assert_eq!(gate.outgoing(&bytes, Duration::from_secs(11)).to_toy, bytes);
}

#[test]
fn after_a_lost_port_all_is_as_new() {
    let mut gate = accepted(0x4001);
    gate.reset();
    gate.outgoing(b"PKT 100\r\n", NEVER);
    gate.incoming(b"ACK\r\n", NEVER);
    assert_eq!(gate.outgoing(&chunk(3, 0, 100), NEVER).to_toy.len(), 116);
}

#[test]
fn who_hangs_up_and_calls_again_finds_the_toy_remembered() {
    let mut gate = accepted(0x4001);
    assert!(gate.is_busy());
    assert_eq!(gate.near_lost(true, NEVER).to_toy, b"CAN\r\n");
    assert!(!gate.is_busy());
    gate.outgoing(b"PKT 100\r\n", NEVER);
    gate.incoming(b"ACK\r\n", NEVER);
    refused(&gate.outgoing(&chunk(3, 0, 100), NEVER), Forbidden::Flash { kind: 3, size: 0x4001 }.into());
    let mut virtual_toy = Gate::new(None, FarSide::Virtual);
    assert_eq!(virtual_toy.near_lost(true, NEVER), Passed::default());
}

#[test]
fn half_a_chunk_and_half_a_line_are_forgotten_with_who_sent_them() {
    let mut gate = accepted(100);
    gate.outgoing(&chunk(2, 0, 100)[..12], NEVER);
    assert_eq!(gate.near_lost(false, NEVER), Passed::default());
    assert_eq!(gate.dropped(), 12);
    gate.outgoing(b"SYN", NEVER);
    gate.near_lost(false, NEVER);
    assert_eq!(gate.outgoing(b"C 1\r\n", NEVER).to_toy, b"C 1\r\n");
}

/// What an attacker, the line and the toy's owner do.
#[derive(Clone, Debug)]
enum Step {
    Send(Vec<u8>),
    Wait(u64),
    /// So many of the toy's bytes reach the gate.
    Deliver(usize),
    /// So many are lost on the way.
    Lose(usize),
    Cancelled,
    /// The attacker hangs up and calls again; whether the bridge cancels then.
    HangUp(bool),
}

fn sizes() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0x4001_u32), Just(65536), 1_u32..200, Just(0x4000), Just(131_092)]
}

fn kinds() -> impl Strategy<Value = u8> {
    prop_oneof![Just(1_u8), Just(0), Just(3), Just(15), Just(2)]
}

/// One chunk inside the data of another, so that each is right where the toy or the gate may look for it.
fn nested() -> impl Strategy<Value = Vec<u8>> {
    (kinds(), kinds(), 0_u8..3, 0_u8..3, 0_usize..40, any::<[u8; 4]>()).prop_map(|(outer, inner, i, j, at, nonce)| {
        let inner = codec::encode(&secret(), nonce, header(inner, j), &[3; CHUNK]);
        // Data are scrambled once more on the wire: what is wanted there is put through the same first.
        let mut wire = vec![0; 12 + CHUNK];
        for (slot, byte) in wire[12 + at..].iter_mut().zip(&inner) {
            *slot = *byte;
        }
        codec::scramble(&secret(), nonce, &mut wire);
        let data = wire[12..].to_vec();
        codec::encode(&secret(), nonce, header(outer, i), &data)
    })
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (sizes(), prop::sample::select(vec!["", "", "", "junk junk junk ", "\u{7f}\n", "  "]))
            .prop_map(|(size, junk)| Step::Send(format!("{junk}PKT {size}\r\n").into_bytes())),
        4 => (kinds(), 0_u8..3, prop_oneof![Just(CHUNK), 1_usize..200], 0_usize..20).prop_map(|(kind, index, len, cut)| {
            let chunk = chunk(kind, index, len);
            Step::Send(chunk[cut.min(chunk.len())..].to_vec())
        }),
        3 => nested().prop_map(Step::Send),
        2 => prop::sample::select(vec!["ACK\r\n", "CAN\r\n", "NAK\r\n", "ECHO REP\r\n", "A", "\r\n", "SYNC 1\r\n"])
            .prop_map(|line| Step::Send(line.into())),
        1 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Step::Send),
        6 => prop_oneof![Just(100_usize), 0_usize..12].prop_map(Step::Deliver),
        1 => (1_usize..12).prop_map(Step::Lose),
        3 => prop_oneof![Just(0_u64), Just(60), Just(1100), Just(2100), Just(5000), Just(29_000), Just(31_000)].prop_map(Step::Wait),
        1 => Just(Step::Cancelled),
        1 => any::<bool>().prop_map(Step::HangUp),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_toy_takes_what_is_forbidden(steps in prop::collection::vec(steps(), 1..60), extended: bool) {
        let (mut gate, mut toy) = (gate(), Toy::new(secret(), extended));
        let (mut now, mut back) = (Duration::ZERO, Vec::<u8>::new());
        for step in steps {
            match step {
                Step::Send(bytes) => {
                    toy.take(&gate.outgoing(&bytes, now).to_toy, now);
                }
                Step::Wait(ms) => {
                    for _ in 0..ms.div_ceil(50) {
                        now += Duration::from_millis(50);
                        toy.time(now);
                        toy.take(&gate.tick(now).to_toy, now);
                    }
                }
                Step::Deliver(len) => {
                    let bytes: Vec<u8> = back.drain(..len.min(back.len())).collect();
                    gate.incoming(&bytes, now);
                }
                Step::Lose(len) => drop(back.drain(..len.min(back.len()))),
                Step::Cancelled => toy.cancel(),
                Step::HangUp(cancel) => toy.take(&gate.near_lost(cancel, now).to_toy, now),
            }
            back.extend(toy.answers());
            prop_assert_eq!(toy.harmed, None);
        }
    }

    #[test]
    fn any_bytes_in_any_pieces_give_the_same_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0_usize..300) {
        let mut whole = accepted(200);
        let mut parts = accepted(200);
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        let expected = whole.outgoing(&bytes, NEVER);
        let mut got = parts.outgoing(first, NEVER).to_toy;
        got.extend(parts.outgoing(second, NEVER).to_toy);
        prop_assert_eq!(got, expected.to_toy);
    }
}
