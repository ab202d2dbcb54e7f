//! Invites: a text is read or refused in one printable sentence; what was read has one text, which is read again.
//!
//! The first byte chooses whether the rest is a text, or the bytes of an invite that get a right check.
#![no_main]

use bech32::{Bech32m, Hrp};
use eggtooth_peer::Invite;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [checked, rest @ ..] = input else { return };
    let text = match checked & 3 {
        0 => String::from_utf8_lossy(rest).into_owned(),
        version => {
            // Two of three are of the version that is known.
            let bytes = [&[if version == 3 { 2 } else { 1 }][..], rest].concat();
            let Ok(text) = bech32::encode::<Bech32m>(Hrp::parse("egg").expect("it is a prefix"), &bytes) else { return };
            text
        }
    };
    match Invite::parse(&text) {
        Ok(invite) => {
            let own = invite.to_text();
            assert!(own.len() <= 223 && own.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
            assert!((1..=Invite::ADDRESSES).contains(&invite.addresses().len()));
            let read = Invite::parse(&own).expect("an own text is read");
            assert_eq!((read.to_text(), read.host(), read.expires()), (own, invite.host(), invite.expires()));
            let link = invite.to_link("https://eggtooth.invalid/").expect("there is room");
            assert_eq!(Invite::parse(&link.to_uppercase()).expect("a link is read").addresses(), invite.addresses());
        }
        Err(error) => {
            let sentence = error.to_string();
            assert!(sentence.len() < 200 && sentence.chars().all(|character| !character.is_control()));
        }
    }
});
