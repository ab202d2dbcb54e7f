//! Pip's visit by its own firmware, over a cable that the table makes.

use super::player::{Player, all_is_well, hatched};
use super::proxy::Proxy;
use super::site::Site;
use serde_json::Value;
use std::time::Duration;

/// Waits until a player's Pip is so far.
#[track_caller]
pub fn stage(player: &mut Player, stage: &str) -> Value {
    player.until(&format!("over the cable: {stage}"), |event| event["event"] == "link" && event["stage"] == stage)
}

/// Both have let go of the cable after so many visits in their lives.
#[track_caller]
fn are_home(players: [&mut Player; 2], visits: u64) {
    for player in players {
        assert_eq!(stage(player, "off")["visits"], visits, "{:#?}", player.seen);
    }
}

/// Two hatched Pips that do not do the same at the same time.
fn two(site: &Site) {
    hatched(site, "Ada", 61);
    hatched(site, "Bo", 84);
}

#[test]
fn two_pips_are_led_to_their_cables_and_visit_each_other() {
    let site = Site::loopback();
    two(&site);
    let (mut host, invites, _) = Player::host(&site, 1, "--until-empty --link");
    let join = format!("join {} --visit --gift 9 --link --part-after 0", invites[0]);
    let mut guest = Player::start(&site, "Bo", &join);
    for player in [&mut host, &mut guest] {
        for so_far in ["looks", "arrived", "greets"] {
            assert_eq!(stage(player, so_far)["visits"], 0);
        }
        stage(player, "parts");
    }
    are_home([&mut host, &mut guest], 1);
    // The toys have played over the prongs meanwhile.
    for player in [&mut host, &mut guest] {
        assert!(player.seen.iter().any(|event| event["event"] == "played"), "{:#?}", player.seen);
        assert!(!player.seen.iter().any(|event| event["event"] == "trouble"), "{:#?}", player.seen);
    }
    assert_eq!(guest.ends().0, Some(0));
    host.says("over");
    assert_eq!(host.ends().0, Some(0));
    all_is_well(&site, &["Ada", "Bo"]);
}

#[test]
fn by_their_buttons_and_through_the_host_two_guests_pips_visit_each_other() {
    let site = Site::loopback();
    two(&site);
    hatched(&site, "Cy", 75);
    let (mut host, invites, _) = Player::host(&site, 2, "");
    let mut bo = Player::start(&site, "Bo", &format!("join {}", invites[0]));
    host.sees("Bo", "here");
    let mut cy = Player::start(&site, "Cy", &format!("join {}", invites[1]));
    bo.sees("Cy", "here");
    bo.orders("touch Cy");
    for player in [&mut bo, &mut cy] {
        player.says("touched");
        // From home to the third icon, to the picture on the right, and there.
        for buttons in ["A", "A", "A", "B", "A", "B"] {
            player.orders(&format!("press {buttons}"));
        }
    }
    for player in [&mut bo, &mut cy] {
        stage(player, "parts");
    }
    are_home([&mut bo, &mut cy], 1);
    bo.orders("press D");
    bo.orders("press AA");
    for (player, lines) in [(bo, 2), (cy, 0)] {
        let mut player = player;
        player.orders("leave");
        let (status, words) = player.ends();
        assert_eq!((status, words.matches("is no command").count()), (Some(0), lines), "{words}");
    }
    // Nobody's cable but theirs was in.
    host.orders("leave");
    host.says("over");
    assert!(!host.seen.iter().any(|event| event["event"] == "link"));
    host.ends();
}

#[test]
fn a_visit_comes_about_with_a_third_of_a_second_each_way() {
    let site = Site::loopback();
    two(&site);
    let (mut host, invites, _proxy) = Proxy::before_a_host(&site, 1, Duration::from_millis(300), 0, 3, "--link");
    let mut guest = Player::start(&site, "Bo", &format!("join {} --visit --link", invites[0]));
    for player in [&mut host, &mut guest] {
        stage(player, "parts");
    }
    are_home([&mut host, &mut guest], 1);
    guest.orders("leave");
    guest.ends();
    host.orders("leave");
    host.ends();
    all_is_well(&site, &["Ada", "Bo"]);
}

#[test]
fn the_cable_is_cut_and_both_give_up_and_go_on() {
    let site = Site::loopback();
    two(&site);
    let (mut host, invites, _) = Player::host(&site, 1, "");
    let mut guest = Player::start(&site, "Bo", &format!("join {}", invites[0]));
    guest.sees("Ada", "here");
    for (cut, visits) in [(true, 0), (false, 1)] {
        guest.orders("touch Ada");
        for player in [&mut host, &mut guest] {
            player.says("touched");
            player.orders("link");
            stage(player, "looks");
        }
        for player in [&mut host, &mut guest] {
            stage(player, "arrived");
        }
        if cut {
            guest.orders("part");
            for player in [&mut host, &mut guest] {
                stage(player, "gave up");
            }
        }
        are_home([&mut host, &mut guest], visits);
    }
    for mut player in [guest, host] {
        player.orders("leave");
        assert_eq!(player.ends().0, Some(0));
    }
    all_is_well(&site, &["Ada", "Bo"]);
}

#[test]
fn a_friend_is_killed_in_mid_visit_and_the_pip_that_is_left_gives_up() {
    let site = Site::loopback();
    two(&site);
    let (mut host, invites, _) = Player::host(&site, 1, "--link");
    let mut guest = Player::start(&site, "Bo", &format!("join {} --visit --link", invites[0]));
    stage(&mut guest, "arrived");
    guest.kill();
    stage(&mut host, "gave up");
    assert_eq!(stage(&mut host, "off")["visits"], 0);
    // It lives on, and so does the table.
    host.orders("press C");
    host.orders("leave");
    host.says("over");
    let (status, words) = host.ends();
    assert_eq!((status, words.as_str()), (Some(0), ""));
}
