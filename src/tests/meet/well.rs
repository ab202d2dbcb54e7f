//! Tables where all goes well.

use super::player::{Player, all_is_well, count, home, they_agree};
use crate::common::Folder;

#[test]
fn two_meet_visit_swap_gifts_and_part() {
    let folder = Folder::new();
    let (mut host, invites, _) = Player::host(&folder, 1, "--until-empty --gift 3");
    let mut guest = Player::start(&folder, "Bo", &format!("join {} --visit --gift 9 --part-after 3", invites[0]));
    for player in [&mut host, &mut guest] {
        player.says("visiting");
        assert_eq!(player.says("played")["visits"], 1);
    }
    assert_eq!(guest.ends().0, Some(0));
    host.says("over");
    assert_eq!(host.ends().0, Some(0));
    all_is_well(&folder, &["Ada", "Bo"]);
    they_agree(&folder, "Ada", "Bo", 1);
    assert_eq!((count(&folder, "Ada", 9), count(&folder, "Bo", 3)), (2, 2));
}

#[test]
fn four_meet_in_two_pairs() {
    let folder = Folder::new();
    let (mut host, invites, _) = Player::host(&folder, 3, "--until-empty --gift 1");
    let mut guests: Vec<Player> = ["Bo", "Cy", "Di"]
        .into_iter()
        .zip(&invites)
        .map(|(name, invite)| {
            let guest = Player::start(&folder, name, &format!("join {invite} --gift 2"));
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
    all_is_well(&folder, &["Ada", "Bo", "Cy", "Di"]);
    they_agree(&folder, "Cy", "Di", 1);
    they_agree(&folder, "Ada", "Bo", 1);
}

#[test]
fn friends_meet_again_without_an_invite() {
    let folder = Folder::new();
    let (host, invites, addr) = Player::host(&folder, 1, "--until-empty");
    let guest = Player::start(&folder, "Bo", &format!("join {} --visit --part-after 0", invites[0]));
    assert_eq!(guest.ends().0, Some(0));
    assert_eq!(host.ends().0, Some(0));
    let friends =
        |name: &str, command: &str| folder.run(&format!("friends {command} --data-dir {}", home(&folder, name)));
    assert!(friends("Bo", "list --json").works().contains(&addr));
    friends("Bo", "rename Ada Neighbour").works();
    friends("Bo", "rename Nobody X").fails(1, "nobody of the name or key");
    // At another address this time.
    let (mut host, _, addr) = Player::host(&folder, 0, "");
    let mut guest = Player::start(&folder, "Bo", &format!("join Neighbour --at {addr} --visit"));
    assert_eq!(guest.says("played")["visits"], 2);
    host.says("played");
    guest.orders("leave");
    guest.ends();
    host.sees("Bo", "gone");
    friends("Ada", "block Bo").works();
    let (status, why) = Player::start(&folder, "Bo", &format!("join Neighbour --at {addr}")).ends();
    assert_eq!(status, Some(1), "{why}");
    friends("Ada", "unblock Bo").works();
    let mut guest = Player::start(&folder, "Bo", &format!("join Neighbour --at {addr}"));
    guest.sees("Ada", "here");
    host.orders("leave");
    assert_eq!(guest.says("over")["why"], "the host left, and the table is closed");
    guest.ends();
    host.ends();
    they_agree(&folder, "Ada", "Bo", 2);
    friends("Bo", "forget Neighbour").works();
    assert_eq!(friends("Bo", "list").works(), "");
    Player::start(&folder, "Bo", "join Neighbour").ends().1.contains("nobody of the name").then_some(()).unwrap();
}
