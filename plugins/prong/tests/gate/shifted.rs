//! The one way found around a gate that only follows the transfer: to shift what the toy takes for a chunk's start.

use std::time::Duration;

use eggtooth_prong::codec::{self, Header};
use eggtooth_prong::engine::FarSide;
use eggtooth_prong::gate::{Gate, Refused};
use eggtooth_prong::guard::Forbidden;
use eggtooth_prong::{CHUNK, OVERHEAD};

use super::toy::Toy;
use super::{gate, header, secret};

const OFFER: &[u8] = b"PKT 65536\r\n";
const SHIFT: usize = OFFER.len();

/// Two chunks of type 1 for whoever reads them in their place. Read eleven bytes early, the second is of type 3.
fn attack() -> [Vec<u8>; 2] {
    let hidden = codec::encode(&secret(), [1, 2, 3, 4], header(3, 0), &[0; CHUNK]);
    let (before, start) = hidden[..OVERHEAD].split_at(SHIFT);
    // So far into a chunk the wire carries the complement of the data.
    let mut data = vec![0; CHUNK];
    for (slot, byte) in data[CHUNK - SHIFT..].iter_mut().zip(before) {
        *slot = !byte;
    }
    let first = codec::encode(&secret(), [9; 4], header(1, 0), &data);
    let nonce = *start.first_chunk().unwrap();
    let mut session = [start[4], 0, 0, 0];
    codec::scramble(&secret(), nonce, &mut session);
    let header = Header { session: u32::from_le_bytes(session), ..header(1, 0) };
    for trial in 0..1_000_000_u32 {
        let mut data = vec![0; CHUNK];
        data[1000..1004].copy_from_slice(&trial.to_le_bytes());
        let second = codec::encode(&secret(), nonce, header, &data);
        let mut seen = [before, &second[..OVERHEAD + CHUNK - SHIFT]].concat();
        if codec::decode(&secret(), &mut seen).is_ok() {
            return [first, second];
        }
    }
    panic!("no data fit the checksum, which one in 65,536 does");
}

fn run(mut gate: Gate) -> (Toy, Option<Refused>) {
    let mut toy = Toy::new(secret(), false);
    let now = Duration::ZERO;
    // The second offer passes while the toy's ACK is under way: the toy takes it for the beginning of a chunk.
    for _ in 0..2 {
        toy.take(&gate.outgoing(OFFER, now).to_toy, now);
    }
    let mut refused = None;
    for chunk in attack() {
        gate.incoming(&toy.answers(), now);
        let passed = gate.outgoing(&chunk, now);
        toy.take(&passed.to_toy, now);
        refused = refused.or(passed.refused);
    }
    (toy, refused)
}

#[test]
fn a_header_is_found_where_only_the_toy_looks_for_it() {
    let (toy, _) = run(Gate::new(None, FarSide::Virtual));
    assert_eq!(toy.harmed, Some((3, 65536)));
    let (toy, refused) = run(gate());
    assert_eq!(toy.harmed, None);
    assert_eq!(refused, Some(Forbidden::Flash { kind: 3, size: 65536 }.into()));
}
