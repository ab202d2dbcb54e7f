//! Tables where all goes well.

use super::player::{Player, all_is_well, count, home, they_agree};
use super::site::{Site, in_a_network, moves};
use serde_json::Value;

#[test]
fn two_meet_visit_swap_gifts_and_part() {
    two_meet(&Site::loopback());
}

#[test]
fn two_computers_meet_visit_swap_gifts_and_part() {
    in_a_network("well::two_computers_meet_visit_swap_gifts_and_part", 2, two_meet);
}

fn two_meet(site: &Site) {
    let (mut host, invites, _) = Player::host(site, 1, "--until-empty --gift 3");
    let mut guest = Player::start(site, "Bo", &format!("join {} --visit --gift 9 --part-after 3", invites[0]));
    for player in [&mut host, &mut guest] {
        player.says("visiting");
        assert_eq!(player.says("played")["visits"], 1);
    }
    assert_eq!(guest.ends().0, Some(0));
    host.says("over");
    assert_eq!(host.ends().0, Some(0));
    all_is_well(site, &["Ada", "Bo"]);
    they_agree(site, "Ada", "Bo", 1);
    assert_eq!((count(site, "Ada", 9), count(site, "Bo", 3)), (2, 2));
}

#[test]
fn four_meet_in_two_pairs() {
    four_meet(&Site::loopback());
}

#[test]
fn four_computers_meet_in_two_pairs() {
    in_a_network("well::four_computers_meet_in_two_pairs", 4, four_meet);
}

fn four_meet(site: &Site) {
    let (mut host, invites, _) = Player::host(site, 3, "--until-empty --gift 1");
    let mut guests: Vec<Player> = ["Bo", "Cy", "Di"]
        .into_iter()
        .zip(&invites)
        .map(|(name, invite)| {
            let guest = Player::start(site, name, &format!("join {invite} --gift 2"));
            host.sees(name, "here");
            guest
        })
        .collect();
    guests[0].sees("Di", "here");
    guests[0].orders("touch Ada");
    guests[1].sees("Di", "here");
    guests[1].orders("touch Di");
    guests[2].orders("emote heart");
    assert_eq!(host.until("a gesture", |event| event["event"] == "emote")["emote"], "heart");
    for guest in &mut guests {
        assert_eq!(guest.says("played")["visits"], 1);
        guest.says("arrived");
    }
    host.says("arrived");
    let [bo, cy, di] = <[Player; 3]>::try_from(guests).ok().unwrap();
    for (mut guest, gift) in [(bo, 1), (cy, 2), (di, 2)] {
        if !guest.seen.iter().any(|event| event["event"] == "got") {
            assert_eq!(guest.says("got")["item"], gift);
        }
        guest.orders("leave");
        assert_eq!(guest.ends().0, Some(0));
    }
    host.says("over");
    host.ends();
    all_is_well(site, &["Ada", "Bo", "Cy", "Di"]);
    they_agree(site, "Cy", "Di", 1);
    they_agree(site, "Ada", "Bo", 1);
}

#[test]
fn friends_meet_again_without_an_invite() {
    let site = Site::loopback();
    let (host, invites, addr) = Player::host(&site, 1, "--until-empty");
    let guest = Player::start(&site, "Bo", &format!("join {} --visit --part-after 0", invites[0]));
    assert_eq!(guest.ends().0, Some(0));
    assert_eq!(host.ends().0, Some(0));
    let friends = |name: &str, command: &str| site.run(&format!("friends {command} --data-dir {}", home(&site, name)));
    assert!(friends("Bo", "list --json").works().contains(&addr));
    friends("Bo", "rename Ada Neighbour").works();
    friends("Bo", "rename Nobody X").fails(1, "nobody of the name or key");
    // At another address this time.
    let (mut host, _, addr) = Player::host(&site, 0, "");
    let mut guest = Player::start(&site, "Bo", &format!("join Neighbour --at {addr} --visit"));
    assert_eq!(guest.says("played")["visits"], 2);
    host.says("played");
    guest.orders("leave");
    guest.ends();
    host.sees("Bo", "gone");
    friends("Ada", "block Bo").works();
    let (status, why) = Player::start(&site, "Bo", &format!("join Neighbour --at {addr}")).ends();
    assert_eq!(status, Some(1), "{why}");
    friends("Ada", "unblock Bo").works();
    let mut guest = Player::start(&site, "Bo", &format!("join Neighbour --at {addr}"));
    guest.sees("Ada", "here");
    host.orders("leave");
    assert_eq!(guest.says("over")["why"], "the host left, and the table is closed");
    guest.ends();
    host.ends();
    they_agree(&site, "Ada", "Bo", 2);
    friends("Bo", "forget Neighbour").works();
    assert_eq!(friends("Bo", "list").works(), "");
    Player::start(&site, "Bo", "join Neighbour").ends().1.contains("nobody of the name").then_some(()).unwrap();
}

#[test]
fn a_friend_whose_address_is_not_known_any_more_is_found_on_the_same_network() {
    let test = "well::a_friend_whose_address_is_not_known_any_more_is_found_on_the_same_network";
    in_a_network(test, 2, |site| {
        let (mut host, invites, _) = Player::host(site, 1, "");
        let mut guest = Player::start(site, "Bo", &format!("join {} --visit", invites[0]));
        guest.says("befriended");
        host.says("befriended");
        for mut player in [guest, host] {
            player.orders("leave");
            player.ends();
        }
        moves(site, "Ada", "10.78.0.99");
        let around = || {
            let listed = site.at("Bo", "friends list --nearby --json --data-dir Bo").output().unwrap();
            assert!(listed.status.success(), "{listed:?}");
            serde_json::from_slice::<Value>(&listed.stdout).unwrap()[0]["nearby"].clone()
        };
        assert_eq!(around(), Value::Null);
        // Who does not want to be seen is not, and the old address leads nowhere.
        let (mut host, _, _) = Player::host(site, 0, "--unseen");
        let guest = Player::start(site, "Bo", "join Ada");
        let (status, why) = guest.ends();
        assert!(status == Some(1) && why.contains("nobody answers"), "{why}");
        host.orders("leave");
        host.ends();
        let (host, _, addr) = Player::host(site, 0, "");
        let port = addr.rsplit(':').next().unwrap();
        let mut guest = Player::start(site, "Bo", "join Ada --visit");
        let found = guest.says("nearby")["addresses"].clone();
        assert_eq!(found, serde_json::json!([format!("10.78.0.99:{port}")]));
        assert_eq!(guest.says("played")["visits"], 2);
        assert_eq!(around(), found);
        guest.orders("leave");
        guest.ends();
        // Where the network passes no multicast on, a known address does.
        site.pass_no_multicast();
        let mut guest = Player::start(site, "Bo", "join Ada --visit");
        assert_eq!(guest.says("nearby")["addresses"], serde_json::json!([]));
        assert_eq!(guest.says("played")["visits"], 3);
        for mut player in [guest, host] {
            player.orders("leave");
            assert_eq!(player.ends().0, Some(0));
        }
        they_agree(site, "Ada", "Bo", 3);
    });
}
