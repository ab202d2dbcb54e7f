//! The gate: a toy that takes everything never takes what is forbidden, whatever is sent to it through the gate.
//!
//! Steps of the input, two bytes each and perhaps more: send bytes, a line, an offer, or a right chunk, from some place on; let
//! time pass; let so many of the toy's answers arrive, or be lost; the toy's owner cancels.
#![no_main]

use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::engine::FarSide;
use eggtooth_prong::gate::Gate;
use eggtooth_prong::secret::Secret;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/gate/toy.rs"]
mod toy;

const LINES: [&str; 4] = ["ACK\r\n", "CAN\r\n", "ECHO REP\r\n", "\r\n"];
const SIZES: [u32; 8] = [1, 2, 100, 0x4000, 0x4001, 65536, 131_092, 0x10_0000];
const KINDS: [u8; 4] = [1, 3, 0, 15];
const WAITS: [u64; 8] = [10, 60, 300, 1100, 2100, 3100, 5100, 31_000];

fuzz_target!(|input: &[u8]| {
    let [extended, rest @ ..] = input else { return };
    let mut rest = rest;
    let secret = Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).expect("a secret of 18 bytes"));
    let mut gate = Gate::new(Some(secret.clone()), FarSide::Hardware);
    let mut toy = toy::Toy::new(secret.clone(), extended & 1 != 0);
    let (mut now, mut back) = (Duration::ZERO, Vec::<u8>::new());
    while let [what, value, more @ ..] = rest {
        rest = more;
        let mut send = vec![];
        match what & 7 {
            0 => {
                let (bytes, after) = rest.split_at(usize::from(*value).min(rest.len()));
                rest = after;
                send = bytes.to_vec();
            }
            1 => send = LINES[usize::from(value & 3)].into(),
            2 => send = format!("PKT {}\r\n", SIZES[usize::from(value & 7)]).into(),
            3 | 4 => {
                let header = Header {
                    session: 0,
                    kind: KINDS[usize::from(value & 3)],
                    set_session: value & 64 != 0,
                    index: value >> 2 & 3,
                    crc: 0,
                };
                let len = [4096, 4096, 100, 1][usize::from(value >> 4 & 3)];
                send = codec::encode(&secret, [*what, *value, 3, 4], header, &vec![*value; len]);
                send.drain(..usize::from(what >> 4));
            }
            5 => {
                for _ in 0..WAITS[usize::from(value & 7)].div_ceil(50) {
                    now += Duration::from_millis(50);
                    toy.time(now);
                    toy.take(&gate.tick(now).to_toy, now);
                }
            }
            6 => {
                let len = usize::from(*value).min(back.len());
                let bytes: Vec<u8> = back.drain(..len).collect();
                if what & 128 == 0 {
                    gate.incoming(&bytes, now);
                }
            }
            _ => toy.cancel(),
        }
        if !send.is_empty() {
            let passed = gate.outgoing(&send, now);
            assert!(passed.to_toy.len() <= 4 * send.len() + 64);
            toy.take(&passed.to_toy, now);
        }
        back.extend(toy.answers());
        assert_eq!(toy.harmed, None);
    }
});
