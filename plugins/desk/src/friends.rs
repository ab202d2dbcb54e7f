//! The friends' data: whom one knows, the table, what is typed, what can be asked for; and the words for what happens.

use crate::toasts::sentence;
use eggtooth_peer::PeerKey;
use eggtooth_playdate::message::{Emote, Farewell, Presence};
use eggtooth_playdate::net::{Event, RealToyView};
use eggtooth_playdate::{Decoration, Seat, player};
use eggtooth_prong::face::SecretFrom;
use eggtooth_prong::packet::Ending;

/// What a player asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum FriendsAction {
    /// Shows the panel.
    Show,
    /// What the player calls themselves.
    Name(String),
    /// Opens a table, and makes an invite.
    Open,
    /// Makes another invite.
    Invite,
    /// Sits down where this invite leads.
    Join(String),
    /// Sits down at this friend's table.
    Visit(PeerKey),
    /// Makes a gesture.
    Emote(Emote),
    /// Goes to the toy of this seat, so that the prongs meet.
    Touch(Seat),
    /// Draws the own toy away.
    Part,
    /// Gives something to the toy whose prongs are held.
    Gift(Decoration),
    /// Asks somebody to leave; the host's.
    Kick(Seat),
    /// Joins the real toy at a port with that of the friend whose prongs are held.
    RealToy(String, SecretFrom),
    /// Not any more.
    NoRealToy,
    /// Leaves the table; the host's leaving closes it.
    Leave,
    /// Calls a friend otherwise, here.
    Rename(PeerKey, String),
    /// Keeps somebody out, or lets them in again.
    Block(PeerKey, bool),
    /// Takes somebody off the list.
    Forget(PeerKey),
}

/// A friend, as the list shows them.
#[derive(Clone, Debug, PartialEq)]
pub struct FriendRow {
    /// Who.
    pub key: PeerKey,
    /// What the player calls them.
    pub name: String,
    /// A few words more: what they call themselves, when they were seen.
    pub detail: String,
    /// They are kept out.
    pub blocked: bool,
    /// Why they cannot be visited, if so.
    pub unreachable: Option<&'static str>,
}

/// An invite that is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteModel {
    /// The link, to be copied.
    pub link: String,
    /// Seconds that it is good for yet.
    pub left: u64,
    /// The QR code of it, row by row; dark is true. Empty where there is none.
    pub code: Vec<Vec<bool>>,
}

/// Somebody at the table.
#[derive(Clone, Debug, PartialEq)]
pub struct SeatModel {
    /// Where.
    pub seat: Seat,
    /// The player.
    pub name: String,
    /// The toy.
    pub toy: String,
    /// How far they are there, in words; empty while all is well.
    pub words: String,
    /// Whether they are there.
    pub here: bool,
    /// Whether it is the own seat.
    pub own: bool,
    /// The middle of its toy's upper edge in the picture, over which the name stands: shares of the window's width and
    /// height.
    pub at: [f32; 2],
}

/// The table, seen from the own seat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableModel {
    /// The own table, to which others are invited.
    pub host: bool,
    /// How the own line stands, in words; empty while all is well.
    pub words: String,
    /// Who sits there, from left to right.
    pub seats: Vec<SeatModel>,
    /// Whose prongs the own toy holds.
    pub with: Option<Seat>,
    /// What can be given, each kind once.
    pub box_: Vec<Decoration>,
    /// Gifts that are on their way.
    pub on_its_way: usize,
    /// The real toy at a port.
    pub real: RealToyView,
}

/// Everything that the panel and the table's bar show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FriendsModel {
    /// The table, while the player sits at one.
    pub table: Option<TableModel>,
    /// The friends, by name; only while the panel is seen.
    pub friends: Vec<FriendRow>,
    /// Nobody is known here, not even the player by a name: as on a page, or with a daycare's toy on the desk.
    pub nameless: bool,
    /// The toy on the desk lives in a daycare: it goes by the daycare's lines, and under its owner's name.
    pub there: bool,
    /// The invite.
    pub invite: Option<InviteModel>,
    /// What the player calls themselves.
    pub name: String,
    /// Why one cannot sit down at a table now, if so.
    pub refusal: Option<&'static str>,
    /// What went wrong last, in a sentence.
    pub told: String,
}

/// What is typed and unfolded; nothing of it is kept.
#[derive(Clone, Debug, Default)]
pub struct FriendsForm {
    /// The panel is shown in the place of the menu.
    pub open: bool,
    /// The name, as far as it is typed.
    pub name: Option<String>,
    /// An invite.
    pub invite: String,
    /// The friend whose buttons are shown.
    pub unfolded: Option<PeerKey>,
    /// The friend's new name.
    pub renaming: String,
    /// The gifts are shown.
    pub giving: bool,
    /// The real toy's port and secret are shown.
    pub real: bool,
}

/// The sentence for something that happened at the table; `None` for what is seen anyway.
#[must_use]
pub fn told(event: &Event, name_of: impl Fn(Seat) -> String) -> Option<String> {
    Some(match event {
        Event::Table(_) | Event::Emoted(..) | Event::Cable(_) => return None,
        Event::Pet(event) => return of_pet(event, name_of),
        Event::RealToy(event) => sentence(&event.words()?),
        Event::Line(words) | Event::Trouble(words) | Event::Failed(words) => sentence(words),
        Event::Refused(_, why) => format!("Somebody was not let in: {why}."),
        Event::Befriended(name) => format!("{name} is a friend from now on."),
        Event::Over(Farewell::Left) => return None,
        Event::Over(farewell) => format!("The playdate is over: {farewell}."),
    })
}

fn of_pet(event: &player::Event, name_of: impl Fn(Seat) -> String) -> Option<String> {
    Some(match event {
        player::Event::Touched { .. } | player::Event::OnItsWay { .. } => return None,
        player::Event::Visiting { visitor, .. } => format!("{} comes to play.", visitor.name),
        player::Event::Played { name, ending, friendship, visits, .. } => {
            let how = match ending {
                Some(Ending::Played) => "They played",
                Some(Ending::Fought) => "They quarrelled",
                Some(Ending::Ate | Ending::Eaten) => "They shared a meal",
                None => "They parted",
            };
            let hearts = "♥".repeat(usize::from((*friendship).min(4)));
            let times = if *visits == 1 { "for the first time".to_owned() } else { format!("{visits} times now") };
            format!("{how}: {name} was met {times}. {hearts}").trim_end().to_owned()
        }
        player::Event::Arrived { decoration, .. } => format!("The {} has arrived.", decoration.name()),
        player::Event::Back { decoration, .. } => {
            format!("The {} was not taken, and is yours again.", decoration.name())
        }
        player::Event::Got { decoration, seat, .. } => {
            let name = decoration.name();
            let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            format!("{} gives {article} {name}. It hangs on the shell.", name_of(*seat))
        }
        player::Event::Parted { why: Some(why), .. } => format!("The toys are apart: {why}."),
        player::Event::Parted { why: None, .. } => return None,
        player::Event::Trouble(why) => sentence(why),
    })
}

/// A short word beside a toy's name; empty while all is well.
#[must_use]
pub fn presence(presence: Presence, words: &str) -> String {
    match presence {
        Presence::Here => String::new(),
        _ => sentence(words),
    }
}

/// How long ago something was, for people.
#[must_use]
pub fn ago(seconds: u64) -> String {
    match seconds {
        0..120 => "just now".into(),
        120..7200 => format!("{} minutes ago", seconds / 60),
        7200..172_800 => format!("{} hours ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_is_told_in_sentences() {
        let name = |_| "Kim".to_owned();
        let feather = Decoration::new(0).unwrap();
        let acorn = Decoration::new(1).unwrap();
        let gift = eggtooth_playdate::message::GiftId([1; 16]);
        let seat = Seat::HOST;
        let got = |decoration| Event::Pet(player::Event::Got { gift, decoration, seat });
        assert_eq!(told(&got(feather), name).unwrap(), "Kim gives a feather. It hangs on the shell.");
        assert_eq!(told(&got(acorn), name).unwrap(), "Kim gives an acorn. It hangs on the shell.");
        assert_eq!(told(&Event::Over(Farewell::Left), name), None);
        let over = told(&Event::Over(Farewell::HostLeft), name).unwrap();
        assert_eq!(over, "The playdate is over: the host left, and the table is closed.");
        assert_eq!(told(&Event::Line("the line was lost".into()), name).unwrap(), "The line was lost.");
    }

    #[test]
    fn times_are_told_in_one_unit() {
        assert_eq!(
            (ago(5), ago(600), ago(90_000)),
            ("just now".into(), "10 minutes ago".into(), "25 hours ago".into())
        );
        assert_eq!(ago(86_400 * 30), "30 days ago");
    }
}
