//! What a table looks like, for whoever draws it.

use std::time::Duration;

use crate::decoration::Decoration;
use crate::frame::Frame;
use crate::guest::Standing;
use crate::host::KEPT;
use crate::keepsakes::{Keepsakes, Key, Onway, Tie};
use crate::message::{Emote, Member, Presence, SEATS, Seat, Touching};
use crate::party::Party;
use crate::text::{Look, Name};

/// How long a gesture is shown.
pub const SHOWN: Duration = Duration::from_secs(3);

/// One seat.
#[derive(Clone, Debug, PartialEq)]
pub struct SeatView {
    /// The player's key.
    pub key: Key,
    /// What the player calls themselves.
    pub name: Name,
    /// What the toy is called.
    pub toy: Name,
    /// The theme of its shell.
    pub look: Look,
    /// What hangs on it.
    pub worn: Vec<Decoration>,
    /// Whether it is there.
    pub presence: Presence,
    /// The same in words.
    pub words: String,
    /// What it showed and sounded last; nothing until the first has come.
    pub frame: Option<Frame>,
    /// Its gesture, for [`SHOWN`].
    pub emote: Option<Emote>,
}

/// The table at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableView {
    /// The own seat; `None` until there is one.
    pub you: Option<Seat>,
    /// How things stand, in words; empty while all is well.
    pub words: String,
    /// Who sits, or sat, where.
    pub seats: [Option<SeatView>; SEATS],
    /// Whose prongs meet.
    pub touching: Vec<Touching>,
    /// What lies in the own pet's box, and hangs on its shell.
    pub pieces: Vec<Decoration>,
    /// Gifts of the own pet that are on their way.
    pub onway: Vec<Onway>,
    /// The pets that the own one knows.
    pub ties: Vec<Tie>,
}

impl TableView {
    /// Whose prongs the own toy holds, as a pair.
    #[must_use]
    pub fn touch(&self) -> Option<Touching> {
        let you = self.you?;
        self.touching.iter().find(|pair| pair.partner(you).is_some()).copied()
    }
}

/// What a view needs to know of the past.
#[derive(Debug, Default)]
pub struct Memory {
    since: [Option<(Presence, Duration)>; SEATS],
    emotes: [Option<(Emote, Duration)>; SEATS],
}

impl Memory {
    /// Somebody makes a gesture.
    pub fn emoted(&mut self, seat: Seat, emote: Emote, now: Duration) {
        if let Some(place) = self.emotes.get_mut(seat.index()) {
            *place = Some((emote, now));
        }
    }

    /// Since when a seat is as it is.
    fn since(&mut self, seat: Seat, presence: Presence, now: Duration) -> Duration {
        let Some(place) = self.since.get_mut(seat.index()) else { return now };
        match place {
            Some((before, since)) if *before == presence => *since,
            _ => {
                *place = Some((presence, now));
                now
            }
        }
    }

    /// Looks at the table.
    pub fn view(&mut self, party: &Party, now: Duration) -> TableView {
        let table = party.snapshot();
        let mut view = TableView { words: standing(party.standing(), now), ..TableView::default() };
        if let Some(table) = &table {
            view.you = Some(table.you);
            view.touching.clone_from(&table.touching);
            for (seat, place) in Seat::all().zip(&mut view.seats) {
                let Some(member) = table.member(seat) else { continue };
                let since = self.since(seat, member.presence, now);
                let emote = self.emotes.get(seat.index()).copied().flatten();
                *place = Some(SeatView {
                    key: member.key,
                    name: member.name.clone(),
                    toy: member.profile.toy.clone(),
                    look: member.profile.look.clone(),
                    worn: member.profile.worn.clone(),
                    presence: member.presence,
                    words: presence(member, now.saturating_sub(since)),
                    frame: party.album().latest(seat).map(|(frame, _)| *frame),
                    emote: emote.filter(|(_, at)| now.saturating_sub(*at) < SHOWN).map(|(emote, _)| emote),
                });
            }
        }
        if let Some(keepsakes) = party.player().keepsakes() {
            view.pieces = keepsakes.pieces().iter().map(|piece| piece.decoration).collect();
            view.onway = Keepsakes::onway(keepsakes).to_vec();
            view.ties = keepsakes.ties().to_vec();
        }
        view
    }
}

fn presence(member: &Member, since: Duration) -> String {
    let name = &member.name;
    match member.presence {
        Presence::Here => format!("{name} is here"),
        Presence::Late => format!("nothing is heard of {name}"),
        Presence::Waiting => {
            let left = KEPT.saturating_sub(since).as_secs();
            format!("{name}'s line was lost, and the seat is kept for {left} s")
        }
        Presence::Gone(farewell) => format!("{name} is gone: {farewell}"),
    }
}

pub(crate) fn standing(standing: Option<Standing>, now: Duration) -> String {
    match standing {
        None | Some(Standing::Seated) => String::new(),
        Some(Standing::Joining) => "the table is being called".to_owned(),
        Some(Standing::HostLate) => "nothing is heard of the host".to_owned(),
        Some(Standing::Waiting(since)) => {
            let left = KEPT.saturating_sub(now.saturating_sub(since)).as_secs();
            format!("the line was lost, and is made again for {left} s")
        }
        Some(Standing::Over(farewell)) => format!("the playdate is over: {farewell}"),
    }
}
