//! The game's rules for playdates, as they were observed on toys: what the initiator works out.
//!
//! They are no part of the link: a game may have its own. Where the observation has a gap, the choice is ours and said.

use super::ghost::Ghost;
use super::playdate::{Ending, Exchange, PlayResult};

/// The highest friendship.
pub const BEST_FRIENDS: u16 = 4;
/// The rank of secret characters.
const SECRET: u16 = 5;
/// The stage of grown-ups.
const ADULT: u16 = 5;

/// The friendship two pets start from, 0 to 4: secret ones are friends with all, the young with none.
pub fn first_friendship(a: &Ghost, b: &Ghost) -> u16 {
    match (a.rank(), b.rank()) {
        (SECRET.., _) | (_, SECRET..) => BEST_FRIENDS,
        (0, _) | (_, 0) => 1,
        (a, b) => BEST_FRIENDS.saturating_sub(a.abs_diff(b)),
    }
}

/// The friendship of this playdate: the highest of what both remember and what they start from (that it is the highest
/// is our reading).
pub fn friendship(remembered: Option<u16>, mine: &Ghost, theirs: &Exchange) -> u16 {
    let known = remembered.unwrap_or_default().max(theirs.data.friendship).min(BEST_FRIENDS);
    known.max(first_friendship(mine, &theirs.ghost))
}

/// What the initiator's pet and the other do: eat, fight or play, and whether breeding may follow.
pub fn play(mine: &Exchange, theirs: &Exchange, friendship: u16) -> PlayResult {
    let has = |pet: &Exchange, flag: u16| pet.ghost.flags() & flag != 0;
    let low = |pet: &Exchange| pet.data.hunger <= 2 || pet.data.happiness <= 5;
    let full = |pet: &Exchange| pet.data.hunger >= 6;
    if !full(mine) || !full(theirs) {
        if has(mine, Ghost::EATER) && has(theirs, Ghost::FOOD) {
            return PlayResult::new(Ending::Ate, false);
        }
        if has(theirs, Ghost::EATER) && has(mine, Ghost::FOOD) {
            return PlayResult::new(Ending::Eaten, false);
        }
    }
    if low(mine) && low(theirs) {
        return PlayResult::new(Ending::Fought, false);
    }
    let may = |pet: &Exchange| pet.ghost.stage() == ADULT && !has(pet, Ghost::CHILDLESS);
    PlayResult::new(Ending::Played, friendship >= BEST_FRIENDS && may(mine) && may(theirs))
}

/// What each side remembers afterwards: more after play, the more of them are in love; never more than 4.
pub fn remember(friendship: u16, ending: Ending, in_love: [bool; 2]) -> u16 {
    if friendship == 0 || ending != Ending::Played {
        return friendship.min(BEST_FRIENDS);
    }
    let more = 1 + in_love.iter().map(|love| u16::from(*love)).sum::<u16>();
    friendship.saturating_add(more).min(BEST_FRIENDS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::packet::GhostPlan;

    fn pet(rank: u16, flags: u16, hunger: u8, happiness: u8) -> Exchange {
        let mut pet = Exchange::example(1);
        pet.ghost = Ghost::build(&GhostPlan { rank, flags, stage: 5, ..GhostPlan::default() }).unwrap();
        (pet.data.hunger, pet.data.happiness) = (hunger, happiness);
        pet
    }

    #[test]
    fn friendship_starts_by_rank() {
        for (a, b, first) in [(5, 0, 4), (0, 5, 4), (0, 3, 1), (2, 3, 3), (4, 1, 1), (2, 2, 4), (900, 1, 4)] {
            assert_eq!(first_friendship(&pet(a, 0, 4, 9).ghost, &pet(b, 0, 4, 9).ghost), first, "{a} {b}");
        }
        let mut theirs = pet(0, 0, 4, 9);
        assert_eq!(friendship(Some(3), &theirs.ghost, &theirs), 3);
        theirs.data.friendship = 900;
        assert_eq!(friendship(None, &theirs.ghost, &theirs), 4);
    }

    #[test]
    fn eating_comes_before_fighting_before_play() {
        let (eater, food) = (pet(2, Ghost::EATER, 0, 0), pet(2, Ghost::FOOD, 0, 0));
        assert_eq!(play(&eater, &food, 4).ending(), Some(Ending::Ate));
        assert_eq!(play(&food, &eater, 4).ending(), Some(Ending::Eaten));
        assert_eq!(play(&food, &food, 4).ending(), Some(Ending::Fought));
        let (eater, food) = (pet(2, Ghost::EATER, 6, 9), pet(2, Ghost::FOOD, 6, 9));
        assert_eq!(play(&eater, &food, 4), PlayResult::new(Ending::Played, true));
        assert_eq!(play(&eater, &food, 3), PlayResult::new(Ending::Played, false));
        assert!(!play(&pet(2, Ghost::CHILDLESS, 6, 9), &food, 4).can_breed());
    }

    #[test]
    fn love_helps() {
        assert_eq!(remember(1, Ending::Played, [false, false]), 2);
        assert_eq!(remember(1, Ending::Played, [true, true]), 4);
        assert_eq!(remember(3, Ending::Played, [true, true]), 4);
        assert_eq!(remember(2, Ending::Fought, [true, true]), 2);
        assert_eq!(remember(0, Ending::Played, [true, true]), 0);
    }
}
