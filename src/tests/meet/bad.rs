//! Tables where something goes wrong.

use super::player::{Player, all_is_well, count, keepsakes, they_agree};
use super::proxy::Proxy;
use crate::common::Folder;
use rustix::process::Signal;
use std::time::Duration;

#[test]
fn a_guest_is_killed_with_a_gift_on_its_way_and_comes_back() {
    let folder = Folder::new();
    let (mut host, invites, _) = Player::host(&folder, 2, "");
    let mut guest = Player::start(&folder, "Bo", &format!("join {} --visit", invites[0]));
    guest.says("touched");
    guest.orders("gift 5");
    guest.says("sent");
    guest.kill();
    host.says("touched");
    let onway = keepsakes(&folder, "Bo")["onway"].as_array().unwrap().len();
    // The same key takes its seat again, whether or not the host has noticed that it was away.
    let mut guest = Player::start(&folder, "Bo", &format!("join {}", invites[1]));
    assert_eq!(onway, 1);
    guest.until("what became of it", |event| matches!(event["event"].as_str(), Some("back" | "arrived")));
    guest.orders("touch Ada");
    guest.says("played");
    guest.orders("gift 6");
    guest.says("arrived");
    guest.orders("leave");
    guest.ends();
    host.sees("Bo", "gone");
    host.orders("leave");
    host.ends();
    all_is_well(&folder, &["Ada", "Bo"]);
    assert_eq!(count(&folder, "Ada", 6), 2);
}

#[test]
fn the_host_is_killed_in_the_middle_and_opens_another_table() {
    let folder = Folder::new();
    let (mut host, invites, _) = Player::host(&folder, 1, "--gift 3");
    let mut guest = Player::start(&folder, "Bo", &format!("join {} --visit --gift 4", invites[0]));
    guest.says("played");
    guest.says("sent");
    host.says("sent");
    host.kill();
    guest.kill();
    let (mut host, invites, _) = Player::host(&folder, 1, "--until-empty");
    let mut guest = Player::start(&folder, "Bo", &format!("join {}", invites[0]));
    guest.sees("Ada", "here");
    // Whatever was open is settled at once.
    guest.orders("touch Ada");
    guest.says("played");
    guest.orders("leave");
    guest.ends();
    host.says("over");
    host.ends();
    all_is_well(&folder, &["Ada", "Bo"]);
}

#[test]
fn a_guest_is_frozen_for_twenty_seconds_and_the_visit_goes_on() {
    let folder = Folder::new();
    let (mut host, invites, _) = Player::host(&folder, 1, "--until-empty --gift 3");
    let guest = Player::start(&folder, "Bo", &format!("join {} --visit --gift 9 --part-after 4", invites[0]));
    host.says("touched");
    guest.signal(Signal::STOP);
    host.sees("Bo", "late");
    std::thread::sleep(Duration::from_secs(14));
    guest.signal(Signal::CONT);
    host.sees("Bo", "here");
    assert_eq!(host.says("played")["visits"], 1);
    assert_eq!(guest.ends().0, Some(0));
    host.says("over");
    host.ends();
    all_is_well(&folder, &["Ada", "Bo"]);
    they_agree(&folder, "Ada", "Bo", 1);
    assert_eq!((count(&folder, "Ada", 9), count(&folder, "Bo", 3)), (2, 2));
}

#[test]
fn a_guest_changes_its_address_in_the_middle_of_a_visit() {
    let folder = Folder::new();
    let (mut host, invites, _) = Player::host(&folder, 1, "--until-empty --gift 3");
    let arguments = format!("join {} --from 127.0.0.1:0 --visit --gift 9 --part-after 3", invites[0]);
    let mut guest = Player::start(&folder, "Bo", &arguments);
    guest.says("touched");
    guest.orders("rebind 127.0.0.1:0");
    guest.says("played");
    guest.orders("rebind 127.0.0.1:0");
    assert_eq!(guest.ends().0, Some(0));
    host.says("over");
    let troubles = host.seen.iter().filter(|event| event["event"] == "trouble").count();
    host.ends();
    assert_eq!(troubles, 0);
    all_is_well(&folder, &["Ada", "Bo"]);
    assert_eq!((count(&folder, "Ada", 9), count(&folder, "Bo", 3)), (2, 2));
}

#[test]
fn a_visit_comes_to_its_end_with_a_fifth_of_all_packets_lost_and_a_third_of_a_second_of_delay() {
    let folder = Folder::new();
    // A free port, so that the way to it is known before the host makes its invite.
    let addr = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // 300 ms there and back.
    let proxy = Proxy::start(addr, Duration::from_millis(150), 20, 7);
    let more = format!("--until-empty --gift 3 --reached-at {}", proxy.addr);
    let mut host = Player::start(&folder, "Ada", &format!("host --listen {addr} --invites 1 {more}"));
    let invite = host.says("invite")["text"].as_str().unwrap().to_owned();
    let guest = Player::start(&folder, "Bo", &format!("join {invite} --visit --gift 9 --part-after 10"));
    assert_eq!(host.says("played")["visits"], 1);
    assert_eq!(guest.ends().0, Some(0));
    host.says("over");
    host.ends();
    drop(proxy);
    all_is_well(&folder, &["Ada", "Bo"]);
    they_agree(&folder, "Ada", "Bo", 1);
    assert_eq!((count(&folder, "Ada", 9), count(&folder, "Bo", 3)), (2, 2));
}

#[test]
fn who_is_not_invited_is_told_why() {
    let folder = Folder::new();
    let (mut host, invites, _) = Player::host(&folder, 1, "");
    let (status, why) = Player::start(&folder, "Cy", "join egg1nonsense").ends();
    assert_eq!(status, Some(1));
    assert!(why.contains("the invite is not whole"), "{why}");
    let mut guest = Player::start(&folder, "Bo", &format!("join {}", invites[0]));
    guest.sees("Ada", "here");
    // An invite is good once.
    let (status, why) = Player::start(&folder, "Cy", &format!("join {}", invites[0])).ends();
    assert_eq!(status, Some(1), "{why}");
    host.says("refused");
    host.orders("kick Bo");
    assert_eq!(guest.says("over")["why"], "the host asked to leave");
    guest.ends();
    host.signal(Signal::INT);
    assert_eq!(host.ends().0, Some(0));
}
