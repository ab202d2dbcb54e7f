//! Tables where something goes wrong.

use super::player::{Player, all_is_well, count, is, keepsakes, settled, they_agree, they_remember};
use super::proxy::Proxy;
use super::site::{Site, in_a_network, moves};
use rustix::process::Signal;
use std::time::Duration;

#[test]
fn a_guest_is_killed_with_a_gift_on_its_way_and_comes_back() {
    guest_killed(&Site::loopback());
}

#[test]
fn a_guest_on_another_computer_is_killed_and_comes_back() {
    in_a_network("bad::a_guest_on_another_computer_is_killed_and_comes_back", 2, guest_killed);
}

fn guest_killed(site: &Site) {
    let (mut host, invites, _) = Player::host(site, 2, "");
    let mut guest = Player::start(site, "Bo", &format!("join {} --visit", invites[0]));
    guest.says("touched");
    guest.orders("gift 5");
    guest.says("sent");
    guest.kill();
    host.says("touched");
    let onway = keepsakes(site, "Bo")["onway"].as_array().unwrap().len();
    // The same key takes its seat again, whether or not the host has noticed that it was away.
    let mut guest = Player::start(site, "Bo", &format!("join {}", invites[1]));
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
    all_is_well(site, &["Ada", "Bo"]);
    assert!((1..=2).contains(&they_remember(site, "Ada", "Bo")));
    assert_eq!(count(site, "Ada", 6), 2);
}

#[test]
fn the_host_is_killed_in_the_middle_and_opens_another_table() {
    host_killed(&Site::loopback());
}

#[test]
fn the_host_on_another_computer_is_killed() {
    in_a_network("bad::the_host_on_another_computer_is_killed", 2, host_killed);
}

fn host_killed(site: &Site) {
    let (mut host, invites, _) = Player::host(site, 1, "--gift 3");
    let mut guest = Player::start(site, "Bo", &format!("join {} --visit --gift 4", invites[0]));
    guest.says("played");
    guest.says("sent");
    host.says("sent");
    host.kill();
    guest.kill();
    let (mut host, invites, _) = Player::host(site, 1, "--until-empty");
    let mut guest = Player::start(site, "Bo", &format!("join {}", invites[0]));
    guest.sees("Ada", "here");
    // Whatever was open is settled at once.
    guest.orders("touch Ada");
    guest.says("played");
    guest.orders("leave");
    guest.ends();
    host.says("over");
    host.ends();
    all_is_well(site, &["Ada", "Bo"]);
    assert_eq!(they_remember(site, "Ada", "Bo"), 2);
}

#[test]
fn a_guest_is_frozen_for_twenty_seconds_and_the_visit_goes_on() {
    guest_frozen(&Site::loopback());
}

#[test]
fn a_guest_on_another_computer_is_frozen_for_twenty_seconds() {
    in_a_network("bad::a_guest_on_another_computer_is_frozen_for_twenty_seconds", 2, guest_frozen);
}

fn guest_frozen(site: &Site) {
    let (mut host, invites, _) = Player::host(site, 1, "--until-empty --gift 3");
    let guest = Player::start(site, "Bo", &format!("join {} --visit --gift 9 --part-after 4", invites[0]));
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
    all_is_well(site, &["Ada", "Bo"]);
    they_agree(site, "Ada", "Bo", 1);
    assert_eq!((count(site, "Ada", 9), count(site, "Bo", 3)), (2, 2));
}

#[test]
fn a_guest_changes_its_address_in_the_middle_of_a_visit() {
    let site = Site::loopback();
    let (mut host, invites, _) = Player::host(&site, 1, "--until-empty --gift 3");
    let arguments = format!("join {} --from 127.0.0.1:0 --visit --gift 9 --part-after 3", invites[0]);
    let mut guest = Player::start(&site, "Bo", &arguments);
    guest.says("touched");
    guest.orders("rebind 127.0.0.1:0");
    guest.says("played");
    guest.orders("rebind 127.0.0.1:0");
    assert_eq!(guest.ends().0, Some(0));
    host.says("over");
    let troubles = host.seen.iter().filter(|event| event["event"] == "trouble").count();
    host.ends();
    assert_eq!(troubles, 0);
    all_is_well(&site, &["Ada", "Bo"]);
    assert_eq!((count(&site, "Ada", 9), count(&site, "Bo", 3)), (2, 2));
}

#[test]
fn a_guests_computer_gets_another_address_in_the_middle_of_a_visit() {
    in_a_network("bad::a_guests_computer_gets_another_address_in_the_middle_of_a_visit", 2, |site| {
        let (mut host, invites, _) = Player::host(site, 1, "--until-empty --gift 3");
        let join = format!("join {} --visit --gift 9 --part-after 3", invites[0]);
        let mut guest = Player::start(site, "Bo", &join);
        guest.says("touched");
        moves(site, "Bo", "10.78.0.12");
        guest.says("played");
        moves(site, "Bo", "10.78.0.13");
        assert_eq!(guest.ends().0, Some(0));
        host.says("over");
        assert!(!host.seen.iter().any(|event| event["event"] == "trouble" || is(event, "Bo", "waiting")));
        host.ends();
        all_is_well(site, &["Ada", "Bo"]);
        they_agree(site, "Ada", "Bo", 1);
        assert_eq!((count(site, "Ada", 9), count(site, "Bo", 3)), (2, 2));
    });
}

#[test]
fn of_four_computers_one_moves_one_is_frozen_and_one_killed() {
    in_a_network("bad::of_four_computers_one_moves_one_is_frozen_and_one_killed", 4, |site| {
        let (mut host, invites, _) = Player::host(site, 4, "--until-empty --gift 1");
        let mut guests = ["Bo", "Cy", "Di"].into_iter().zip(&invites).map(|(name, invite)| {
            let guest = Player::start(site, name, &format!("join {invite} --gift 2"));
            host.sees(name, "here");
            guest
        });
        let [mut bo, mut cy, mut di] = [(); 3].map(|()| guests.next().unwrap());
        drop(guests);
        bo.orders("touch Ada");
        cy.sees("Di", "here");
        cy.orders("touch Di");
        bo.says("touched");
        moves(site, "Bo", "10.78.0.77");
        di.says("touched");
        di.signal(Signal::STOP);
        host.sees("Di", "late");
        std::thread::sleep(Duration::from_secs(14));
        di.signal(Signal::CONT);
        host.sees("Di", "here");
        for player in [&mut bo, &mut cy, &mut di] {
            assert!(player.seen.iter().any(|event| event["event"] == "played") || player.says("played")["visits"] == 1);
            player.until("its gift", |event| event["event"] == "arrived");
        }
        // A gift is on its way when its giver ends.
        cy.orders("gift 7");
        cy.says("sent");
        cy.kill();
        let mut cy = Player::start(site, "Cy", &format!("join {}", invites[3]));
        cy.until("what became of it", |event| matches!(event["event"].as_str(), Some("back" | "arrived")));
        for mut guest in [bo, cy, di] {
            guest.orders("leave");
            assert_eq!(guest.ends().0, Some(0));
        }
        host.says("over");
        assert!(!host.seen.iter().any(|event| is(event, "Bo", "waiting") || is(event, "Di", "waiting")));
        host.ends();
        all_is_well(site, &["Ada", "Bo", "Cy", "Di"]);
        they_agree(site, "Ada", "Bo", 1);
        they_agree(site, "Cy", "Di", 1);
    });
}

/// A visit on a bad line: so many milliseconds each way, and of a hundred packets so many lost.
fn on_a_bad_line(delay: u64, loss: u64, seed: u64) {
    let site = Site::loopback();
    let more = "--until-empty --gift 3";
    let (mut host, invites, proxy) = Proxy::before_a_host(&site, 1, Duration::from_millis(delay), loss, seed, more);
    let mut guest = Player::start(&site, "Bo", &format!("join {} --visit --gift 9", invites[0]));
    for player in [&mut host, &mut guest] {
        assert_eq!(player.says("played")["visits"], 1);
        player.says("arrived");
    }
    settled(&site, &["Ada", "Bo"]);
    guest.orders("leave");
    assert_eq!(guest.ends().0, Some(0));
    host.says("over");
    host.ends();
    drop(proxy);
    all_is_well(&site, &["Ada", "Bo"]);
    they_agree(&site, "Ada", "Bo", 1);
    assert_eq!((count(&site, "Ada", 9), count(&site, "Bo", 3)), (2, 2));
}

#[test]
fn a_visit_comes_to_its_end_with_a_fifth_of_all_packets_lost_and_300_ms_there_and_back() {
    on_a_bad_line(150, 20, 7);
}

#[test]
fn a_visit_comes_to_its_end_with_a_fifth_of_all_packets_lost_and_300_ms_each_way() {
    on_a_bad_line(300, 20, 11);
}

#[test]
#[ignore = "takes seven minutes: every chunk of two visits waits for 1.2 s and for what was lost; run it by its name"]
fn four_meet_in_two_pairs_with_a_fifth_of_all_packets_lost_and_300_ms_each_way() {
    let site = Site::loopback();
    let (delay, more) = (Duration::from_millis(300), "--until-empty --gift 1");
    let (mut host, invites, _proxy) = Proxy::before_a_host(&site, 3, delay, 20, 5, more);
    let guests = ["Bo", "Cy", "Di"].into_iter().zip(&invites).map(|(name, invite)| {
        let guest = Player::start(&site, name, &format!("join {invite} --gift 2"));
        host.sees(name, "here");
        guest
    });
    let [mut bo, mut cy, mut di] = <[Player; 3]>::try_from(guests.collect::<Vec<_>>()).ok().unwrap();
    bo.orders("touch Ada");
    cy.sees("Di", "here");
    cy.orders("touch Di");
    for player in [&mut bo, &mut cy, &mut di] {
        player.says("played");
        player.says("arrived");
    }
    host.says("arrived");
    settled(&site, &["Ada", "Bo", "Cy", "Di"]);
    for mut player in [bo, cy, di] {
        player.orders("leave");
        assert_eq!(player.ends().0, Some(0));
    }
    host.says("over");
    host.ends();
    all_is_well(&site, &["Ada", "Bo", "Cy", "Di"]);
    they_agree(&site, "Ada", "Bo", 1);
    they_agree(&site, "Cy", "Di", 1);
}

#[test]
fn who_is_not_invited_is_told_why() {
    let site = Site::loopback();
    let (mut host, invites, _) = Player::host(&site, 1, "");
    let (status, why) = Player::start(&site, "Cy", "join egg1nonsense").ends();
    assert_eq!(status, Some(1));
    assert!(why.contains("the invite is not whole"), "{why}");
    let mut guest = Player::start(&site, "Bo", &format!("join {}", invites[0]));
    guest.sees("Ada", "here");
    // An invite is good once.
    let (status, why) = Player::start(&site, "Cy", &format!("join {}", invites[0])).ends();
    assert_eq!(status, Some(1), "{why}");
    host.says("refused");
    host.orders("kick Bo");
    assert_eq!(guest.says("over")["why"], "the host asked to leave");
    guest.ends();
    host.signal(Signal::INT);
    assert_eq!(host.ends().0, Some(0));
}
