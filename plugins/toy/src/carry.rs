//! Carrying a pet between this shelf and a daycare: which step comes next. No file, no network, no clock.
//!
//! What must be remembered is in the save ([`Lease`]), so that everything else may be lost at any moment:
//! [`Carry::resume`] goes on from a save as it is found.
//!
//! The two commit points are the daycare's: the pet lives there from the instant at which it accepts the arrival, and
//! here from the instant at which it takes note that the pet is whole here ([`Request::Done`]).

use crate::lease::{Carriage, Id, Lease};

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Every generation of the save is to be made like this before anything else happens.
    Write(Mark),
    /// The daycare is to be asked.
    Ask(Request),
    /// Nothing: it is over.
    End(End),
}

/// What a save is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The pet, marked as [`Lease::Leaving`].
    Leaving,
    /// No pet: the address at which it lives.
    Handle(Id),
    /// No pet, marked as [`Lease::Arriving`].
    Arriving,
    /// The pet that the daycare has handed over, still marked as arriving.
    Parcel,
    /// The pet, without a mark: it lives here.
    Here,
}

/// What the daycare is asked; every request can be repeated without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Take the pet. The commit point on the way there.
    Arrive,
    /// What became of the attempt?
    Look,
    /// Never take the pet of this attempt.
    Cancel,
    /// Stop the pet and hand it over.
    Leave,
    /// It is whole here: forget it. The commit point on the way home.
    Done,
    /// It stays after all.
    Abort,
}

/// How far an attempt is, as daycares tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The pet came and is this toy.
    Arrived(Id),
    /// It is being handed over.
    Leaving,
    /// It was handed over.
    Done,
    /// It never happened and never will.
    Cancelled,
}

/// What a daycare has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To [`Request::Arrive`]: it is this toy now.
    Arrived(Id),
    /// To [`Request::Look`]; `None`: the attempt is unknown.
    Known(Option<Known>),
    /// To [`Request::Leave`]: the pet is here and can be played.
    Parcel,
    /// To the others: so be it.
    Granted,
    /// That contradicts what it has already agreed to.
    Conflict,
    /// There is no such toy or attempt.
    Gone,
    /// No, and why; or it has handed over something that cannot be played here.
    Refused(String),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The pet lives in the daycare, as this toy.
    There(Id),
    /// The pet lives here.
    Here,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Mark(Mark),
    Ask(Request),
    Over(End),
}

/// A pet on its way.
#[derive(Clone, Debug)]
pub struct Carry {
    carriage: Carriage,
    /// What the daycare calls it, on the way home.
    toy: Option<Id>,
    stage: Stage,
    /// The attempt was begun by an earlier program, or a reply was lost: the daycare may know of it.
    known: bool,
    /// The daycare may have been told that the pet is whole here.
    told: bool,
    stop: bool,
    why: Option<String>,
}

impl Carry {
    fn new(carriage: Carriage, toy: Option<Id>, stage: Stage) -> Carry {
        Carry { carriage, toy, stage, known: false, told: false, stop: false, why: None }
    }

    /// From here to a daycare, under a new identifier.
    #[must_use]
    pub fn away(carriage: Carriage) -> Carry {
        Carry::new(carriage, None, Stage::Mark(Mark::Leaving))
    }

    /// Home from a daycare, under a new identifier.
    #[must_use]
    pub fn home(carriage: Carriage, toy: Id) -> Carry {
        Carry::new(carriage, Some(toy), Stage::Mark(Mark::Arriving))
    }

    /// Goes on with what a save says; `whole`: there is a pet in it. `None` where nothing is unfinished.
    #[must_use]
    pub fn resume(lease: &Lease, whole: bool) -> Option<Carry> {
        let (toy, mark) = match lease {
            Lease::Leaving(_) => (None, Mark::Leaving),
            Lease::Arriving { toy, .. } if whole => (Some(*toy), Mark::Parcel),
            Lease::Arriving { toy, .. } => (Some(*toy), Mark::Arriving),
            Lease::Handle { .. } | Lease::Unknown => return None,
        };
        let carriage = lease.carriage()?.clone();
        Some(Carry { known: true, told: whole, ..Carry::new(carriage, toy, Stage::Mark(mark)) })
    }

    /// The attempt.
    #[must_use]
    pub fn carriage(&self) -> &Carriage {
        &self.carriage
    }

    /// What the daycare calls the pet, on the way home.
    #[must_use]
    pub fn toy(&self) -> Option<Id> {
        self.toy
    }

    /// Why the pet is where it was, where a daycare has refused; a sentence.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// The player has thought better of it. The pet stays where it was if that is still possible, which the daycare
    /// decides.
    pub fn stop(&mut self) {
        self.stop = true;
        self.stage = match self.stage {
            Stage::Ask(Request::Arrive | Request::Look) => Stage::Ask(Request::Cancel),
            Stage::Ask(Request::Leave | Request::Done) | Stage::Mark(Mark::Parcel) => Stage::Ask(Request::Abort),
            stage => stage,
        };
    }

    /// What is to be done next; the same until [`Carry::written`] or [`Carry::answered`].
    #[must_use]
    pub fn want(&self) -> Want {
        match self.stage {
            Stage::Mark(mark) => Want::Write(mark),
            Stage::Ask(request) => Want::Ask(request),
            Stage::Over(end) => Want::End(end),
        }
    }

    /// A request may or may not have been heard. Nothing is lost by asking again, today or in a year.
    pub fn lost(&mut self) {
        self.known = true;
    }

    /// What was wanted is written, in every generation.
    pub fn written(&mut self) {
        let Stage::Mark(mark) = self.stage else { return };
        self.stage = match mark {
            Mark::Leaving if self.stop => Stage::Ask(Request::Cancel),
            Mark::Leaving if self.known => Stage::Ask(Request::Look),
            Mark::Leaving => Stage::Ask(Request::Arrive),
            Mark::Arriving | Mark::Parcel if self.stop => Stage::Ask(Request::Abort),
            Mark::Arriving => Stage::Ask(Request::Leave),
            Mark::Parcel => {
                self.told = true;
                Stage::Ask(Request::Done)
            }
            Mark::Handle(toy) => Stage::Over(End::There(toy)),
            Mark::Here => Stage::Over(End::Here),
        };
    }

    /// The daycare has answered what was asked.
    pub fn answered(&mut self, reply: Reply) {
        let Stage::Ask(request) = self.stage else { return };
        match (&reply, request) {
            (Reply::Refused(why), _) => self.why = Some(why.clone()),
            (Reply::Gone, Request::Leave) => self.why = Some("the daycare has no such toy any more".into()),
            (Reply::Conflict, Request::Leave) => {
                self.why = Some("the daycare cannot hand it over at the moment".into())
            }
            _ => {}
        }
        self.stage = match self.toy {
            None => self.on_the_way_there(request, reply),
            Some(toy) => self.on_the_way_home(toy, request, reply),
        };
    }

    /// The pet is here until the daycare says that it has it.
    fn on_the_way_there(&self, request: Request, reply: Reply) -> Stage {
        match (request, reply) {
            (_, Reply::Arrived(toy) | Reply::Known(Some(Known::Arrived(toy)))) => Stage::Mark(Mark::Handle(toy)),
            (Request::Look, Reply::Known(None) | Reply::Gone) => Stage::Ask(Request::Arrive),
            (_, Reply::Known(Some(Known::Cancelled))) => Stage::Mark(Mark::Here),
            (Request::Cancel, Reply::Granted) => Stage::Mark(Mark::Here),
            // It was too late for that; or it was cancelled before.
            (Request::Cancel | Request::Arrive, Reply::Conflict) => Stage::Ask(Request::Look),
            // An earlier request of this attempt may still be under way: only a cancelled attempt is certain.
            (Request::Arrive, Reply::Refused(_) | Reply::Gone) => Stage::Ask(Request::Cancel),
            (request, _) => Stage::Ask(request),
        }
    }

    /// The pet is there until the daycare says that it has forgotten it.
    fn on_the_way_home(&self, toy: Id, request: Request, reply: Reply) -> Stage {
        match (request, reply) {
            (Request::Leave, Reply::Parcel) => Stage::Mark(Mark::Parcel),
            // Also when what was handed over cannot be played here: it lives on there.
            (Request::Leave, Reply::Refused(_) | Reply::Conflict | Reply::Gone) => Stage::Ask(Request::Abort),
            (Request::Done, Reply::Granted) => Stage::Mark(Mark::Here),
            (Request::Done, Reply::Conflict | Reply::Gone) => Stage::Mark(Mark::Handle(toy)),
            (Request::Abort, Reply::Granted | Reply::Gone) => Stage::Mark(Mark::Handle(toy)),
            // Nothing has been taken over: whatever it says, the pet is there.
            (Request::Abort, Reply::Refused(_)) if !self.told => Stage::Mark(Mark::Handle(toy)),
            // It has forgotten the pet, which it does only after it was whole here.
            (Request::Abort, Reply::Conflict) => Stage::Ask(Request::Done),
            (request, _) => Stage::Ask(request),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const TOY: Id = [7; 16];

    fn carriage() -> Carriage {
        Carriage { daycare: "https://egg".into(), account: [1; 16], id: [2; 16] }
    }

    /// Lets the daycare answer as told; what was wanted, in order.
    fn through(mut carry: Carry, mut replies: Vec<Reply>) -> Vec<Want> {
        replies.reverse();
        let mut wants = Vec::new();
        loop {
            wants.push(carry.want());
            match carry.want() {
                Want::Write(_) => carry.written(),
                Want::Ask(_) => match replies.pop() {
                    Some(reply) => carry.answered(reply),
                    None => return wants,
                },
                Want::End(_) => return wants,
            }
        }
    }

    #[test]
    fn there_and_home_without_a_hitch() {
        use {Mark::*, Request::*, Want::*};
        assert_eq!(
            through(Carry::away(carriage()), vec![Reply::Arrived(TOY)]),
            [Write(Mark::Leaving), Ask(Arrive), Write(Handle(TOY)), End(super::End::There(TOY))]
        );
        assert_eq!(
            through(Carry::home(carriage(), TOY), vec![Reply::Parcel, Reply::Granted]),
            [Write(Arriving), Ask(Leave), Write(Parcel), Ask(Done), Write(Here), End(super::End::Here)]
        );
    }

    #[test]
    fn who_was_interrupted_asks_before_acting() {
        use {Request::*, Want::*};
        let resume = || Carry::resume(&Lease::Leaving(carriage()), true).unwrap();
        let known = |known| Reply::Known(known);
        assert_eq!(
            through(resume(), vec![known(Some(Known::Arrived(TOY)))])[1..3],
            [Ask(Look), Write(Mark::Handle(TOY))]
        );
        assert_eq!(through(resume(), vec![known(None)])[1..], [Ask(Look), Ask(Arrive)]);
        assert_eq!(through(resume(), vec![known(Some(Known::Cancelled))])[1..3], [Ask(Look), Write(Mark::Here)]);
        let lease = Lease::Arriving { carriage: carriage(), toy: TOY };
        let half = Carry::resume(&lease, false).unwrap();
        assert_eq!(through(half, vec![])[..], [Write(Mark::Arriving), Ask(Leave)]);
        let whole = Carry::resume(&lease, true).unwrap();
        assert_eq!(through(whole, vec![])[..], [Write(Mark::Parcel), Ask(Done)]);
        let handle = Lease::Handle { daycare: "https://egg".into(), toy: TOY };
        assert!(Carry::resume(&handle, false).is_none() && Carry::resume(&Lease::Unknown, true).is_none());
    }

    #[test]
    fn nothing_comes_to_life_here_before_the_daycare_has_let_go() {
        let no = || Reply::Refused("full".into());
        let mut carry = Carry::away(carriage());
        carry.written();
        carry.answered(no());
        assert_eq!((carry.want(), carry.why()), (Want::Ask(Request::Cancel), Some("full")));
        // The refusal came too late: an earlier request had arrived.
        carry.answered(Reply::Conflict);
        carry.answered(Reply::Known(Some(Known::Arrived(TOY))));
        assert_eq!(carry.want(), Want::Write(Mark::Handle(TOY)));

        let mut home = Carry::home(carriage(), TOY);
        home.written();
        home.answered(Reply::Parcel);
        home.written();
        for gone in [Reply::Gone, Reply::Conflict] {
            let mut home = home.clone();
            home.answered(gone);
            assert_eq!(home.want(), Want::Write(Mark::Handle(TOY)), "the copy here is dropped");
        }
        // Once it was told, a refusal to abort proves nothing.
        home.stop();
        home.answered(no());
        assert_eq!(home.want(), Want::Ask(Request::Abort));
    }

    #[test]
    fn a_change_of_mind_counts_as_long_as_the_daycare_agrees() {
        let mut carry = Carry::away(carriage());
        carry.stop();
        assert_eq!(through(carry.clone(), vec![Reply::Granted]).last(), Some(&Want::End(End::Here)));
        let too_late = vec![Reply::Conflict, Reply::Known(Some(Known::Arrived(TOY)))];
        assert_eq!(through(carry, too_late).last(), Some(&Want::End(End::There(TOY))));

        let mut home = Carry::resume(&Lease::Arriving { carriage: carriage(), toy: TOY }, true).unwrap();
        home.stop();
        assert_eq!(through(home.clone(), vec![Reply::Granted]).last(), Some(&Want::End(End::There(TOY))));
        let too_late = vec![Reply::Conflict, Reply::Granted];
        assert_eq!(through(home, too_late).last(), Some(&Want::End(End::Here)));
    }
}
