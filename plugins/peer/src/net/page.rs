//! The examples in `MEETING.md` are what it says they are.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use bech32::{Bech32m, Hrp};
use zeroize::Zeroizing;

use crate::net::hello;
use crate::net::nearby::sign::Sign;
use crate::net::proof::Bond;
use crate::secret::Secret;
use crate::{Invite, Knock, Name, PeerKey, Welcome};

const PAGE: &str = include_str!("../../MEETING.md");

/// What stands in the block of that kind and name.
fn block(title: &str) -> &'static str {
    PAGE.split_once(&format!("```{title}\n")).unwrap().1.split_once("\n```").unwrap().0
}

fn hex(name: &str) -> Vec<u8> {
    let digits = block(&format!("hex {name}")).split_whitespace();
    digits.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn counted<const N: usize>(from: u8) -> [u8; N] {
    std::array::from_fn(|index| from + index as u8)
}

#[test]
fn the_invite() {
    let bytes = hex("invite");
    let invite = Invite::parse(block("text invite")).unwrap();
    assert_eq!(invite.to_text(), bech32::encode::<Bech32m>(Hrp::parse("egg").unwrap(), &bytes).unwrap());
    assert_eq!((invite.host(), invite.expires()), (PeerKey(counted(0xA0)), 1_700_000_600));
    assert_eq!(invite.addresses(), ["192.168.1.5:7777", "[2001:db8::5]:7777"].map(|addr| addr.parse().unwrap()));
    assert!(invite.secret.is(&Secret(Zeroizing::new(counted(0x10)))));
}

#[test]
fn the_hellos() {
    let (name, proof) = (Name::new("Anna").unwrap(), *hex("proof").first_chunk().unwrap());
    let friend = Knock { proof: None, name: name.clone() };
    let invited = Knock { proof: Some(proof), name };
    for (title, knock) in [("knock", friend), ("knock invited", invited)] {
        assert_eq!((Knock::parse(&hex(title)), knock.to_bytes()), (Ok(knock.clone()), hex(title)));
    }
    let welcome = Welcome { name: Name::new("Bärbel").unwrap() };
    assert_eq!((Welcome::parse(&hex("welcome")), welcome.to_bytes()), (Ok(welcome.clone()), hex("welcome")));
}

#[test]
fn the_proof() {
    let bond = Bond { exported: counted(0x40), host: PeerKey(counted(0xA0)), guest: PeerKey(counted(0xC0)) };
    let secret = Secret(Zeroizing::new(counted(0x10)));
    assert_eq!(bond.message().to_vec(), hex("proven"));
    assert_eq!(secret.prove(&bond).to_vec(), hex("proof"));
    assert!(secret.proven(&bond, hex("proof").first_chunk().unwrap()));
}

#[test]
fn the_sign() {
    let sign = Sign::new(PeerKey(counted(0xA0)), 0x0123_4567_89AB_CDEF);
    assert_eq!(sign.to_string(), block("text sign"));
}

#[test]
fn the_codes() {
    let table = PAGE.split_once("## Codes").unwrap().1;
    let codes = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok());
    let codes: Vec<u64> = codes.collect();
    let ours = [
        hello::DONE,
        hello::NO_HELLO,
        hello::BUSY,
        hello::SILENT,
        hello::AWAY,
        hello::NOT_INVITED,
        hello::WRONG_PROOF,
        hello::OVER,
    ];
    assert_eq!(codes, ours.map(u64::from));
    assert!(table.contains(&format!("| {}… |", hello::USERS)));
}
