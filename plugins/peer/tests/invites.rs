//! Invites, from the text to the seat.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::Barrier;
use std::thread;

use eggtooth_peer::{Admitted, Guests, Invite, InviteError, PeerError, PeerKey};
use support::LONG;
use support::tables::{START, Table, guest};

fn example() -> Invite {
    let addresses = ["192.168.1.5:7777", "[2001:db8::5]:7777"].map(|addr| addr.parse().unwrap());
    Invite::new(PeerKey([0xAB; 32]), &addresses, START, 600).unwrap()
}

#[test]
fn a_text_is_read_as_it_was_written() {
    let invite = example();
    let text = invite.to_text();
    let link = invite.to_link("https://eggtooth.invalid/").unwrap();
    let broken: String = text.chars().flat_map(|digit| [digit, '\r', '\n', ' ', '\u{A0}']).collect();
    for form in [text.clone(), text.to_uppercase(), link, broken, format!("  {text}\n"), format!("Egg{}", &text[3..])] {
        let read = Invite::parse(&form).unwrap();
        assert_eq!(read.to_text(), text);
        assert_eq!((read.host(), read.expires(), read.addresses()), (invite.host(), START + 600, invite.addresses()));
    }
    let link = invite.to_link("https://eggtooth.invalid/").unwrap();
    let around = [
        format!("<{link}>"),
        format!("<{text}>."),
        format!("\"{text}\""),
        format!("'{link}',"),
        format!("(see {link})!"),
        format!("[the table]({link})"),
        format!("`{text}`"),
        format!("**{text}**"),
        format!("\u{201C}{link}\u{201D}"),
        format!("\u{AB}\u{A0}{text}\u{A0}\u{BB} \u{2026}"),
        format!("https://eggtooth.invalid/#\"{text}\""),
        format!("\u{FEFF}{}\u{200B}{}\u{2060}", &link[..90], &link[90..]),
        format!("{}\u{AD}{}", &text[..40], &text[40..]),
    ];
    for form in around {
        assert_eq!(Invite::parse(&form).map(|read| read.to_text()), Ok(text.clone()), "{form}");
    }
    let base = "x".repeat(Invite::LONGEST - 1 - text.len());
    assert_eq!(invite.to_link(&base).unwrap().len(), Invite::LONGEST);
    assert!(Invite::parse(&invite.to_link(&base).unwrap()).is_ok());
    assert!(Invite::parse(&format!("<{}>.", invite.to_link(&base).unwrap())).is_ok());
    assert_eq!(Invite::parse(&format!("x{}", invite.to_link(&base).unwrap())).unwrap_err(), InviteError::Long);
    assert_eq!(invite.to_link(&format!("{base}xx")), Err(InviteError::Base(2)));
    let most = ["[2001:db8::1]:1"; 4].map(|addr| addr.parse().unwrap());
    assert_eq!(Invite::new(PeerKey([1; 32]), &most, u64::MAX, 600).unwrap().to_text().len(), 223);
}

#[test]
fn what_is_not_whole_is_refused() {
    let text = example().to_text();
    for len in 0..text.len() {
        let error = Invite::parse(&text[..len]).unwrap_err();
        assert!(matches!(error, InviteError::Damaged | InviteError::Other), "{len}: {error}");
    }
    for at in 0..text.len() {
        for other in ('0'..='9').chain('a'..='z').filter(|other| !text[at..].starts_with(*other)) {
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert!(Invite::parse(&changed).is_err(), "{changed}");
        }
        let missing = format!("{}{}", &text[..at], &text[at + 1..]);
        assert!(Invite::parse(&missing).is_err(), "{missing}");
        let doubled = format!("{}{}", &text[..=at], &text[at..]);
        assert!(Invite::parse(&doubled).is_err(), "{doubled}");
    }
    assert_eq!(Invite::parse(&format!("{text}#x")).unwrap_err(), InviteError::Other);
    assert_eq!(Invite::parse(&"egg1".repeat(100)).unwrap_err(), InviteError::Long);
    assert_eq!(Invite::parse(&" ".repeat(1 << 20)).unwrap_err(), InviteError::Other);
    assert_eq!(Invite::parse("hello").unwrap_err(), InviteError::Other);
    // Letters that only look like those of an invite are none.
    let alike = [('e', '\u{435}'), ('g', '\u{FF47}'), ('q', '\u{51B}'), ('1', 'l'), ('1', '\u{FF11}')];
    for (letter, other) in alike {
        assert!(text.contains(letter));
        let changed = text.replacen(letter, &other.to_string(), 1);
        assert!(Invite::parse(&changed).is_err(), "{changed}");
        let ends = format!("{}{other}", &text[..text.len() - 1]);
        assert!(ends == text || Invite::parse(&ends).is_err(), "{ends}");
        assert!(Invite::parse(&format!("{other}{}", &text[1..])).is_err());
    }
    assert!(Invite::parse(&format!("{text} {text}")).is_err());
}

#[test]
fn what_nobody_could_use_is_not_made() {
    let key = PeerKey([1; 32]);
    let addr = |text: &str| text.parse().unwrap();
    let good = addr("192.0.2.1:1");
    assert_eq!(Invite::new(key, &[good], START, 0).unwrap_err(), InviteError::Lifetime(0));
    assert_eq!(Invite::new(key, &[good], START, 601).unwrap_err(), InviteError::Lifetime(601));
    let bad = ["0.0.0.0:1", "192.0.2.1:0", "224.0.0.1:1", "255.255.255.255:1", "[::]:1", "[ff02::1]:1", "[fe80::1]:1"];
    for bad in bad {
        assert_eq!(Invite::new(key, &[good, addr(bad)], START, 1).unwrap_err(), InviteError::Addresses, "{bad}");
    }
    assert_eq!(Invite::new(key, &[], START, 1).unwrap_err(), InviteError::Addresses);
    assert_eq!(Invite::new(key, &[good; 5], START, 1).unwrap_err(), InviteError::Addresses);
    // IPv4 in the clothes of IPv6 is IPv4.
    let dressed = Invite::new(key, &[addr("[::ffff:192.0.2.1]:1")], START, 1).unwrap();
    assert_eq!(dressed.addresses(), [good]);
}

#[test]
fn nobody_reads_the_secret_in_a_log() {
    let table = Table::new();
    let invite = table.invite();
    let shown = format!("{invite:?} {:?} {:?}", table.guests, table.host);
    // Behind version and key.
    let bytes = bech32::decode(&invite.to_text()).unwrap().1;
    let secret = &bytes[33..49];
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let listed = format!("{secret:?}");
    assert!(!shown.to_lowercase().contains(&hex) && !shown.contains(listed.trim_matches(['[', ']'])), "{shown}");
    assert!(shown.contains(&format!("{:?}", table.host.key())) && shown.contains("live: 1"), "{shown}");
}

#[test]
fn an_invite_lets_one_in_once() {
    let table = Table::new();
    let invite = Invite::parse(&table.invite().to_text()).unwrap();
    let (anna, bert) = (guest(), guest());
    let at_anna = anna.join(&invite, LONG).unwrap();
    let at_host = table.host.accept(LONG).unwrap().unwrap();
    assert_eq!((at_anna.peer(), at_anna.how()), (table.host.key(), Admitted::Invite));
    assert_eq!((at_host.peer(), at_host.how()), (anna.key(), Admitted::Invite));
    assert_eq!((at_anna.their_name().as_str(), at_host.their_name().as_str()), ("Host", "Guest"));
    assert_eq!((at_anna.remote(), at_host.remote()), (table.host.local_addr(), anna.local_addr()));
    assert!(!table.guests.is_live(&invite));
    // No invite is live: strangers do not get through the handshake.
    assert_eq!(bert.join(&invite, LONG).unwrap_err(), PeerError::InviteOver);
    let refusal = table.refusal();
    assert_eq!((refusal.key, &*refusal.reason), (Some(bert.key()), "its key is not among those allowed"));
    // While another one is, they get as far as the proof, and do that one no harm.
    let other = table.invite();
    for again in [&anna, &bert, &bert, &bert] {
        assert_eq!(again.join(&invite, LONG).unwrap_err(), PeerError::InviteOver);
        assert_eq!(table.refusal().reason, "its invite is over");
    }
    assert!(table.is_empty() && table.guests.is_live(&other));
    bert.join(&other, LONG).unwrap();
}

#[test]
fn an_invite_ends_with_its_time() {
    let table = Table::new();
    let (early, late) = (table.invite(), table.invite());
    table.pass(599);
    assert_eq!(table.guests.live(), 2);
    let guest = guest();
    let _line = guest.join(&early, LONG).unwrap();
    table.pass(1);
    assert_eq!(table.guests.live(), 0);
    assert_eq!(guest.join(&late, LONG).unwrap_err(), PeerError::InviteOver);
    let withdrawn = table.invite();
    assert!(table.guests.withdraw(&withdrawn) && !table.guests.withdraw(&withdrawn));
    let _live = table.invite();
    assert_eq!(guest.join(&withdrawn, LONG).unwrap_err(), PeerError::InviteOver);
    assert_eq!(guest.join(&late, LONG).unwrap_err(), PeerError::InviteOver);
}

#[test]
fn a_clock_that_is_set_back_makes_no_invite_last_longer() {
    let table = Table::new();
    let invite = table.invite();
    table.pass(300);
    table.set_clock(START - 86_400);
    table.pass(299);
    assert!(table.guests.is_live(&invite));
    table.pass(1);
    assert_eq!((table.guests.live(), table.guests.is_live(&invite)), (0, false));
    assert_eq!(guest().join(&invite, LONG).unwrap_err(), PeerError::InviteOver);
    // A computer that has slept knows it by its clock alone.
    let invite = table.invite();
    table.set_clock(START);
    assert!(!table.guests.is_live(&invite));
}

#[test]
fn three_wrong_proofs_end_every_invite() {
    let table = Table::new();
    let (right, wrong, guest) = (table.invite(), table.strange_invite(), guest());
    for _ in 0..2 {
        assert_eq!(guest.join(&wrong, LONG).unwrap_err(), PeerError::InviteWrong);
        assert_eq!(table.refusal().reason, "its invite is none of ours");
    }
    assert!(table.guests.is_live(&right));
    // An invite that is made now has all three tries.
    let second = table.invite();
    assert_eq!(guest.join(&wrong, LONG).unwrap_err(), PeerError::InviteWrong);
    assert_eq!((table.guests.is_live(&right), table.guests.is_live(&second)), (false, true));
    assert_eq!(guest.join(&right, LONG).unwrap_err(), PeerError::InviteOver);
    assert!(table.is_empty());
    guest.join(&second, LONG).unwrap();
}

#[test]
fn another_hosts_key_is_noticed() {
    let (table, other) = (Table::new(), Table::new());
    let addresses = [other.host.local_addr()];
    let led_astray = Invite::new(table.host.key(), &addresses, START, 600).unwrap();
    let error = guest().join(&led_astray, LONG).unwrap_err();
    assert_eq!(error, PeerError::WrongKey { addr: addresses[0], pinned: table.host.key(), shown: other.host.key() });
    assert_eq!(table.host.join(&table.invite(), LONG).unwrap_err(), PeerError::Myself);
}

#[test]
fn of_two_with_one_invite_one_comes_in() {
    let table = Table::new();
    for _ in 0..20 {
        let (invite, start, pair) = (table.invite(), Barrier::new(2), [guest(), guest()]);
        let joined: Vec<_> = thread::scope(|scope| {
            let joins = pair.each_ref().map(|guest| {
                scope.spawn(|| {
                    start.wait();
                    guest.join(&invite, LONG)
                })
            });
            joins.into_iter().map(|join| join.join().unwrap()).collect()
        });
        let errors: Vec<_> = joined.iter().filter_map(|joined| joined.as_ref().err()).collect();
        assert_eq!(errors, [&PeerError::InviteOver]);
        let inside = table.host.accept(LONG).unwrap().unwrap();
        let winner = pair.iter().zip(&joined).find(|(_, joined)| joined.is_ok()).unwrap().0;
        assert_eq!(inside.peer(), winner.key());
        assert!(table.is_empty());
    }
}

#[test]
fn invites_are_counted() {
    let table = Table::new();
    let invites: Vec<_> = (0..=Guests::INVITES).map(|_| table.invite()).collect();
    assert_eq!(table.guests.live(), Guests::INVITES);
    assert!(!table.guests.is_live(&invites[0]) && table.guests.is_live(&invites[1]));
    assert_eq!(guest().join(&invites[0], LONG).unwrap_err(), PeerError::InviteOver);
    guest().join(&invites[Guests::INVITES], LONG).unwrap();
}

#[test]
fn a_seat_is_kept_for_its_guest() {
    let table = Table::new();
    let (invite, sitting, other) = (table.invite(), guest(), guest());
    let line = sitting.join(&invite, LONG).unwrap();
    table.guests.keep(sitting.key());
    drop((table.host.accept(LONG), line));
    // With the used invite or without one.
    let again = sitting.join(&invite, LONG).unwrap();
    assert_eq!(table.host.accept(LONG).unwrap().unwrap().how(), Admitted::Invite);
    drop(again);
    drop(table.call(&sitting).unwrap());
    assert_eq!(other.join(&invite, LONG).unwrap_err(), PeerError::InviteOver);
    table.guests.release(sitting.key());
    assert_eq!(sitting.join(&invite, LONG).unwrap_err(), PeerError::InviteOver);
    assert!(matches!(table.call(&sitting), Err(PeerError::Refused { .. })));
}
