//! Says what happens, to people or to programs.

use super::chip::News;
use crate::output;
use anyhow::Result;
use eggtooth_peer::Invite;
use eggtooth_playdate::message::{Presence, Snapshot};
use eggtooth_playdate::net::Event;
use eggtooth_playdate::player;
use eggtooth_playdate::{Decoration, Seat};
use eggtooth_toy::pip_link::Stage;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The page of links; nobody answers there, and what is after the # would not reach them.
const PAGE: &str = "https://eggtooth.invalid/";

/// How things are said.
pub struct Voice {
    json: bool,
}

impl Voice {
    /// In JSON, or in words.
    pub fn new(json: bool) -> Voice {
        Voice { json }
    }

    pub(super) fn say(&self, words: &str, fields: Value) -> Result<()> {
        if self.json { output::print(&format!("{fields}\n")) } else { output::print(&format!("{words}\n")) }
    }

    /// Something for people, on standard error.
    pub fn notice(&self, text: &str) {
        super::log(text);
    }

    /// Where guests call.
    pub fn listens(&self, addr: SocketAddr) -> Result<()> {
        self.say(&format!("The table is open at {addr}"), json!({ "event": "open", "address": addr.to_string() }))
    }

    /// An invite, for one guest.
    pub fn invites(&self, invite: &Invite, qr: bool) -> Result<()> {
        let (text, link) = (invite.to_text(), invite.to_link(PAGE)?);
        let addresses: Vec<String> = invite.addresses().iter().map(ToString::to_string).collect();
        let code = if qr { code(&link).unwrap_or_default() } else { String::new() };
        let words = format!("An invite, good once: give it to one friend alone\n  {text}\n  {link}\n{code}");
        let fields = json!({
            "event": "invite", "text": text, "link": link, "expires": invite.expires(), "addresses": addresses,
        });
        self.say(words.trim_end(), fields)
    }

    /// Where a friend is on this network, if anywhere.
    pub fn nearby(&self, name: &str, addresses: &[SocketAddr]) -> Result<()> {
        let listed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let words = match listed.first() {
            Some(first) => format!("{name} is on this network, at {first}"),
            None => format!("{name} is not seen on this network"),
        };
        self.say(&words, json!({ "event": "nearby", "name": name, "addresses": listed }))
    }

    /// Something has happened.
    pub fn tell(&self, event: &Event) -> Result<()> {
        match event {
            Event::Table(table) => self.table(table),
            Event::Emoted(seat, emote) => self.say(
                &format!("Seat {}: {}", seat.number(), emote.name()),
                json!({ "event": "emote", "seat": seat.number(), "emote": emote.name() }),
            ),
            Event::Pet(event) => self.pet(event),
            // What the firmware makes of it is told by `chip`.
            Event::Cable(_) => Ok(()),
            Event::RealToy(event) => self.real_toy(event),
            Event::Line(words) => self.say(&sentence(words), json!({ "event": "line", "words": words })),
            Event::Refused(from, why) => self.say(
                &format!("Somebody at {from} was not let in: {why}"),
                json!({ "event": "refused", "from": from.to_string(), "why": why }),
            ),
            Event::Befriended(name) => self.say(
                &format!("{name} is a friend from now on"),
                json!({ "event": "befriended", "name": name.as_str() }),
            ),
            Event::Trouble(why) => self.say(&sentence(why), json!({ "event": "trouble", "why": why })),
            Event::Over(farewell) => self.say(
                &format!("The playdate is over: {farewell}"),
                json!({ "event": "over", "why": farewell.to_string() }),
            ),
            Event::Failed(why) if self.json => {
                output::print(&format!("{}\n", json!({ "event": "failed", "why": why })))
            }
            // The words follow on standard error.
            Event::Failed(_) => Ok(()),
        }
    }

    /// The firmware has done something.
    pub fn chip(&self, news: News) -> Result<()> {
        match news {
            News::Link(stage, visits) => {
                let what = match stage {
                    Stage::Off => "Pip has let go of the cable",
                    Stage::Looks => "Pip looks for a friend over the cable",
                    Stage::Arrived => "A friend comes in over the cable",
                    Stage::Greets => "They hop, and show what they brought",
                    Stage::Parts => "The friend goes home",
                    Stage::Home => "The friend is home",
                    Stage::GaveUp => "Nobody is there any more: the visit is given up",
                };
                let fields = json!({ "event": "link", "stage": stage.name(), "visits": visits });
                self.say(&format!("{what}; visits so far: {visits}"), fields)
            }
            News::WillNot => self.say(
                "Pip does not want to meet anybody: it is an egg, asleep or ill",
                json!({ "event": "link", "stage": "will not" }),
            ),
        }
    }

    fn table(&self, table: &Snapshot) -> Result<()> {
        let members = Seat::all().filter_map(|seat| Some((seat, table.member(seat)?)));
        let (mut words, mut seats) = (Vec::new(), Vec::new());
        for (seat, member) in members {
            let (state, why) = match member.presence {
                Presence::Here => ("here", None),
                Presence::Late => ("late", None),
                Presence::Waiting => ("waiting", None),
                Presence::Gone(farewell) => ("gone", Some(farewell.to_string())),
            };
            let worn: Vec<&str> = member.profile.worn.iter().map(|worn| worn.name()).collect();
            words.push(format!("{} with {} ({state})", member.name, member.profile.toy));
            seats.push(json!({
                "seat": seat.number(), "name": member.name.as_str(), "toy": member.profile.toy.as_str(),
                "state": state, "why": why, "worn": worn,
            }));
        }
        let pairs: Vec<[u8; 2]> =
            table.touching.iter().map(|pair| [pair.opener.number(), pair.other.number()]).collect();
        let fields = json!({ "event": "table", "you": table.you.number(), "seats": seats, "touching": pairs });
        self.say(&format!("At the table: {}", words.join(", ")), fields)
    }

    fn pet(&self, event: &player::Event) -> Result<()> {
        let thing = |what: &str, gift: &dyn std::fmt::Display, decoration: &Decoration| json!({ "event": what, "gift": gift.to_string(), "item": decoration.number(), "name": decoration.name() });
        match event {
            player::Event::Touched { seat, came } => self.say(
                &format!("The prongs meet those of seat {}", seat.number()),
                json!({ "event": "touched", "seat": seat.number(), "came": came }),
            ),
            player::Event::Visiting { seat, visitor } => self.say(
                &format!("{} is here", visitor.name),
                json!({
                    "event": "visiting", "seat": seat.number(), "pet": visitor.name.as_str(), "stage": visitor.stage,
                    "poses": visitor.poses.len(),
                }),
            ),
            player::Event::Played { seat, name, ending, friendship, visits } => {
                let how = ending.map_or_else(|| "parted".to_owned(), |ending| format!("{ending:?}").to_lowercase());
                self.say(
                    &format!("Visit {visits} with {name}: {how}, friendship {friendship}"),
                    json!({
                        "event": "played", "seat": seat.number(), "pet": name.as_str(), "ending": how,
                        "friendship": friendship, "visits": visits,
                    }),
                )
            }
            player::Event::OnItsWay { gift, decoration } => {
                self.say(&format!("The {} is on its way", decoration.name()), thing("sent", gift, decoration))
            }
            player::Event::Arrived { gift, decoration } => {
                self.say(&format!("The {} has arrived", decoration.name()), thing("arrived", gift, decoration))
            }
            player::Event::Back { gift, decoration } => {
                self.say(&format!("The {} has come back", decoration.name()), thing("back", gift, decoration))
            }
            player::Event::Got { gift, decoration, seat } => self
                .say(&format!("A {} from seat {}", decoration.name(), seat.number()), thing("got", gift, decoration)),
            player::Event::Parted { seat, why } => {
                let because = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                self.say(
                    &format!("The toys are apart{because}"),
                    json!({ "event": "parted", "seat": seat.number(), "why": why }),
                )
            }
            player::Event::Trouble(why) => self.say(&sentence(why), json!({ "event": "trouble", "why": why })),
        }
    }
}

/// A clause that begins a line.
pub(super) fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A QR code as text, two dots a character, light on dark as terminals are.
fn code(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    Some(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}
