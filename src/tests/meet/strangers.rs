//! Invites that do not count, keys that are not the right ones, and peers that send anything. What the honest side is
//! told, and that it plays on.

use super::link;
use super::player::{Player, all_is_well, hatched, keepsakes, they_agree};
use super::site::Site;
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use eggtooth_peer::{Friends, Guests, Identity, Invite, Line, Meeting, Name};
use eggtooth_playdate::message::{Message, Profile};
use eggtooth_playdate::{Look, Seat};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::UdpSocket;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nothing between two programs on one computer takes longer.
const LONG: Duration = Duration::from_secs(60);

/// Bytes without any order, the same for a seed.
fn garbage(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// An invite with one of its bytes changed, whose check fits.
fn forged(text: &str, byte: usize) -> String {
    let mut bytes: Vec<u8> = CheckedHrpstring::new::<Bech32m>(text).unwrap().byte_iter().collect();
    bytes[byte] ^= 1;
    bech32::encode::<Bech32m>(Hrp::parse("egg").unwrap(), &bytes).unwrap()
}

/// Somebody who comes and fails, and why in their words.
#[track_caller]
fn fails(site: &Site, name: &str, arguments: &str, why: &str) {
    let (status, words) = Player::start(site, name, arguments).ends();
    assert_eq!(status, Some(1), "{words}");
    assert!(words.contains(why), "{words}");
}

/// What the host says of the next one who was not let in.
#[track_caller]
fn refused(host: &mut Player, why: &str) {
    let told = host.until(why, |event| event["event"] == "refused" && event["why"].as_str().unwrap().contains(why));
    assert!(told["from"].as_str().unwrap().starts_with("127.0.0.1:"), "{told}");
}

#[test]
fn forged_and_used_invites_do_not_count_and_the_true_one_does() {
    let site = Site::loopback();
    let (mut host, invites, _) = Player::host(&site, 2, "");
    let mut damaged = invites[0].clone();
    let last = if damaged.pop() == Some('q') { 'p' } else { 'q' };
    damaged.push(last);
    fails(&site, "Cy", &format!("join {damaged}"), "the invite is not whole");
    // A byte of the secret, and of the key.
    fails(&site, "Cy", &format!("join {}", forged(&invites[0], 40)), "the other side knows no such invite");
    refused(&mut host, "its invite is none of ours");
    fails(&site, "Cy", &format!("join {}", forged(&invites[0], 20)), "somebody else answers");
    let mut bo = Player::start(&site, "Bo", &format!("join {}", invites[0]));
    bo.sees("Ada", "here");
    // Used, while another is good.
    fails(&site, "Cy", &format!("join {}", invites[0]), "the invite is over");
    refused(&mut host, "its invite is over");
    let mut cy = Player::start(&site, "Cy", &format!("join {} --visit", invites[1]));
    cy.says("played");
    // Used, and none is good.
    fails(&site, "Di", &format!("join {}", invites[1]), "the invite is over");
    for mut player in [bo, cy, host] {
        player.orders("leave");
        assert_eq!(player.ends().0, Some(0));
    }
    all_is_well(&site, &["Ada", "Bo", "Cy"]);
}

#[test]
fn an_expired_invite_lets_nobody_in() {
    let site = Site::loopback();
    let (mut host, invites, _) = Player::host(&site, 1, "--invite-for 1");
    let expires = Invite::parse(&invites[0]).unwrap().expires();
    while SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() <= expires {
        std::thread::sleep(Duration::from_millis(50));
    }
    fails(&site, "Bo", &format!("join {}", invites[0]), "the invite is over");
    refused(&mut host, "");
    host.orders("leave");
    assert_eq!(host.ends().0, Some(0));
}

#[test]
fn another_host_and_another_guest_than_the_friend_are_noticed_by_their_keys() {
    let site = Site::loopback();
    let (mut host, invites, addr) = Player::host(&site, 1, "");
    let mut bo = Player::start(&site, "Bo", &format!("join {} --visit", invites[0]));
    bo.says("befriended");
    host.says("befriended");
    bo.orders("leave");
    bo.ends();
    // Somebody else listens where the friend is said to be.
    let mut cy = Player::start(&site, "Cy", "host --listen 127.0.0.1:0 --invites 0");
    let elsewhere = cy.says("open")["address"].as_str().unwrap().to_owned();
    fails(&site, "Bo", &format!("join Ada --at {elsewhere}"), "somebody else answers");
    cy.orders("leave");
    cy.ends();
    // Somebody else comes by the friend's name.
    std::fs::remove_file(site.path("Bo/peer.key")).unwrap();
    fails(&site, "Bo", &format!("join Ada --at {addr}"), "does not let your key");
    refused(&mut host, "");
    host.orders("leave");
    assert_eq!(host.ends().0, Some(0));
    they_agree(&site, "Ada", "Bo", 1);
}

/// A guest of this test's own making, who is let in and sits down.
fn rogue(invite: &str) -> (Meeting, Line, impl Read, impl Write) {
    let name = Name::new("Mal").unwrap();
    let guest = Meeting::guest("127.0.0.1:0".parse().unwrap(), &Identity::generate().unwrap(), &name).unwrap();
    let line = guest.join(&Invite::parse(invite).unwrap(), LONG).unwrap();
    let (reader, mut writer) = line.control().unwrap();
    let toy = eggtooth_playdate::Name::cleaned("Mal", "?");
    let profile = Profile { toy, look: Look::default(), worn: vec![], pet: 0 };
    writer.write_all(&Message::Sit(profile).to_bytes()).unwrap();
    (guest, line, reader, writer)
}

#[test]
fn a_guest_who_sends_garbage_is_shown_out_and_the_others_play_on() {
    let site = Site::loopback();
    let (mut host, invites, addr) = Player::host(&site, 3, "");
    let mut bo = Player::start(&site, "Bo", &format!("join {}", invites[0]));
    host.sees("Bo", "here");
    // Before any handshake.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 0..2000 {
        socket.send_to(&garbage(n, 1 + (n as usize * 37) % 1400), &addr).unwrap();
    }
    // At the table.
    let (_guest, line, _reader, mut writer) = rogue(&invites[1]);
    host.sees("Mal", "here");
    for n in 0..200 {
        line.send_datagram(&garbage(n, 1 + (n as usize * 13) % 1000));
    }
    writer.write_all(&[2, 0, 0x99, 0x99]).unwrap();
    let is_out = |event: &Value| {
        let mut seats = event["seats"].as_array().into_iter().flatten();
        seats.any(|seat| seat["name"] == "Mal" && seat["why"].as_str().is_some_and(|why| why.contains("no message")))
    };
    host.until("why Mal is out", is_out);
    bo.until("why Mal is out", is_out);
    let ended = line.wait_ended(LONG).unwrap().unwrap();
    assert_eq!((ended.by_them, ended.code), (true, Some(106)), "{ended:?}");
    // On the prongs and the cable.
    let (_guest, line, _reader, mut writer) = rogue(&invites[2]);
    writer.write_all(&Message::Touch(Seat::HOST).to_bytes()).unwrap();
    host.until("the touch", |event| event["touching"].as_array().is_some_and(|pairs| !pairs.is_empty()));
    for kind in [1, 2] {
        let (_back, mut stream) = line.open(kind).unwrap().split();
        // To the host's toy, by the first touch there was; then anything.
        stream.write_all(&[0, 1, 0, 0, 0]).unwrap();
        // Who is shown out writes no more.
        let _ = (0..100).try_for_each(|n| stream.write_all(&garbage(n, 1000)));
    }
    host.says("touched");
    writer.write_all(&Message::Part.to_bytes()).unwrap();
    host.says("parted");
    bo.orders("touch Ada");
    bo.says("played");
    bo.orders("gift 4");
    bo.says("arrived");
    for mut player in [bo, host] {
        player.orders("leave");
        let (status, words) = player.ends();
        assert_eq!((status, words.as_str()), (Some(0), ""));
    }
    all_is_well(&site, &["Ada", "Bo"]);
}

#[test]
fn a_chip_that_says_anything_over_the_cable_makes_no_visit() {
    let site = Site::loopback();
    hatched(&site, "Ada", 61);
    let (mut host, invites, _) = Player::host(&site, 1, "");
    let (_guest, line, _reader, mut writer) = rogue(&invites[0]);
    writer.write_all(&Message::Touch(Seat::HOST).to_bytes()).unwrap();
    host.until("the touch", |event| event["touching"].as_array().is_some_and(|pairs| !pairs.is_empty()));
    host.orders("link");
    link::stage(&mut host, "looks");
    let (_back, mut stream) = line.open(2).unwrap().split();
    stream.write_all(&[0, 1, 0, 0, 0]).unwrap();
    for n in 0..200 {
        stream.write_all(&garbage(n, 40)).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    host.orders("press C");
    assert_eq!(link::stage(&mut host, "off")["visits"], 0);
    host.orders("leave");
    assert_eq!(host.ends().0, Some(0));
    assert_eq!(keepsakes(&site, "Ada")["ties"], Value::Array(vec![]));
}

#[test]
fn a_host_that_sends_garbage_is_left_and_named() {
    let site = Site::loopback();
    let friends = Friends::open(site.path("Mal")).unwrap();
    let (guests, identity) = (Guests::new(friends), Identity::generate().unwrap());
    let everywhere = "127.0.0.1:0".parse().unwrap();
    let host = Meeting::host(everywhere, &identity, &Name::new("Mal").unwrap(), &guests).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let invite = Invite::new(host.key(), &host.addresses(), now, 600).unwrap();
    guests.expect(&invite);
    let mut guest = Player::start(&site, "Bo", &format!("join {}", invite.to_text()));
    let line = host.accept(LONG).unwrap().unwrap();
    let (_reader, mut writer) = line.control().unwrap();
    for n in 0..50 {
        line.send_datagram(&garbage(n, 500));
    }
    writer.write_all(&[3, 0, 0x77, 1, 2]).unwrap();
    let why = guest.says("over")["why"].clone();
    assert!(why.as_str().unwrap().contains("something came that is no message of the table"), "{why}");
    assert_eq!(guest.ends().0, Some(0));
    // Something that is no Eggtooth at all.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let away = socket.local_addr().unwrap();
    let invite = Invite::new(host.key(), &[away], now, 600).unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        for n in 0.. {
            let Ok((_, from)) = socket.recv_from(&mut buffer) else { return };
            let _ = socket.send_to(&garbage(n, 1200), from);
        }
    });
    fails(&site, "Bo", &format!("join {}", invite.to_text()), "nobody answers");
    all_is_well(&site, &["Bo"]);
}
