//! The friends' panel: the own name, tables, invites, and the list of friends.

use super::{Form, field, heading, note, wide};
use crate::friends::{FriendRow, FriendsAction, FriendsForm, FriendsModel, TableModel};
use crate::link::{Ground, LinkAction, LinkForm, LinkModel};
use crate::look::{AMBER, BRICK, CREAM};
use crate::model::{Action, Model};
use crate::toasts::sentence;
use bevy_egui::egui::{Align, Color32, Key, Label, Layout, Rect, RichText, Sense, Ui, vec2};
use eggtooth_peer::{Invite, Name};
use eggtooth_playdate::message::SEATS;
use eggtooth_playdate::net::RealToyState;

/// What a bridge does without a secret.
const BLIND: &str = "Without the toys' secret, which is not supplied here, next to nothing passes between them.";
/// A dot of the QR code, in points.
const DOT: f32 = 4.0;
/// Light around it, in dots.
const QUIET: usize = 4;

fn ask(out: &mut Vec<Action>, action: FriendsAction) {
    out.push(Action::Friends(action));
}

fn wrapped(ui: &mut Ui, text: RichText) {
    ui.add(Label::new(text).wrap());
}

/// The line of the menu that leads here.
pub(super) fn door(ui: &mut Ui, model: &FriendsModel, form: &mut FriendsForm, out: &mut Vec<Action>) {
    heading(ui, "Playdates");
    let text = match &model.table {
        Some(table) => format!("Friends… ({} at the table)", table.seats.iter().filter(|seat| seat.here).count()),
        None => "Friends…".to_owned(),
    };
    if wide(ui, text, None).clicked() {
        form.open = true;
        ask(out, FriendsAction::Show);
    }
    note(ui, "Toys meet at a table: over the internet, or in the same room.");
}

/// The panel, in the place of the menu.
pub(super) fn page(ui: &mut Ui, whole: &Model, all: &mut Form, out: &mut Vec<Action>) {
    let (model, form, link) = (&whole.friends, &mut all.friends, &mut all.link);
    ui.add_space(6.0);
    if !model.told.is_empty() {
        wrapped(ui, RichText::new(&model.told).color(BRICK));
    }
    match &model.table {
        Some(table) => at_table(ui, model, table, out),
        None => apart(ui, model, form, out),
    }
    if let Some(invite) = &model.invite {
        heading(ui, "Your invite");
        let left = invite.left;
        note(ui, format!("Good once, for {} min {:02} s. Give it to one friend alone.", left / 60, left % 60));
        code(ui, &invite.code);
        if wide(ui, "Copy the link", None).clicked() {
            ui.ctx().copy_text(invite.link.clone());
        }
    }
    if let (Some(table), Ground::Computer, false) = (&model.table, whole.link.ground, model.there) {
        real_toy(ui, table, form, &whole.link, link, out);
    }
    if !model.nameless {
        friends(ui, model, form, out);
    }
}

/// The switch of the real toy.
fn real_toy(
    ui: &mut Ui,
    table: &TableModel,
    form: &mut FriendsForm,
    model: &LinkModel,
    link: &mut LinkForm,
    out: &mut Vec<Action>,
) {
    heading(ui, "Your real toy");
    let real = &table.real;
    if !real.words.is_empty() {
        let fine = matches!(real.state, RealToyState::Off | RealToyState::Joined);
        wrapped(ui, RichText::new(sentence(&real.words)).color(if fine { CREAM } else { AMBER }));
    }
    if !matches!(real.state, RealToyState::Off | RealToyState::Failed) {
        form.real = false;
        if wide(ui, "Switch it off", None).clicked() {
            ask(out, FriendsAction::NoRealToy);
        }
        return;
    }
    if !form.real {
        if wide(ui, "Join a real toy with a friend's…", None).clicked() {
            form.real = true;
            out.push(Action::Link(LinkAction::Look));
        }
        return;
    }
    note(
        ui,
        "While two of the toys here touch and both players have theirs on, the real ones talk as if they touched.",
    );
    super::link::toy(ui, model, link, BLIND, out);
    let port = link.port.trim().to_owned();
    if wide(ui, "Switch it on", port.is_empty().then_some("Choose a port, or type its name.")).clicked() {
        ask(out, FriendsAction::RealToy(port, link.secret_from()));
    }
}

/// The own name, and the two ways to a table.
fn apart(ui: &mut Ui, model: &FriendsModel, form: &mut FriendsForm, out: &mut Vec<Action>) {
    let name = (!model.nameless).then(|| own_name(ui, model, form, out));
    let nameless = name.as_ref().filter(|name| Name::new(name).is_err());
    let refusal = model.refusal.or(nameless.map(|_| "Friends want to know who you are: a name first."));
    heading(ui, if model.there { "Its table" } else { "Your table" });
    if model.there {
        note(
            ui,
            "It sits there by the daycare's line, under its owner's name, and leaves when nobody has looked for ten minutes.",
        );
    }
    if wide(ui, "Open a table", refusal).clicked() {
        out.extend(name.clone().map(|name| Action::Friends(FriendsAction::Name(name))));
        ask(out, FriendsAction::Open);
    }
    if refusal.is_none() {
        note(ui, "Up to three friends sit down with their toys. You get an invite for the first.");
    }
    heading(ui, "A friend's table");
    let edit = ui.add(field(&mut form.invite, "An invite: egg1… or a link", 2 * Invite::LONGEST));
    let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let text = form.invite.trim().to_owned();
    let wrong =
        if text.is_empty() { None } else { Invite::parse(&text).err().map(|error| sentence(&error.to_string())) };
    let missing = text.is_empty().then_some("Paste the invite that your friend sent.");
    let stop = wrong.as_deref().or(missing).or(refusal);
    if wide(ui, "Sit down", stop).clicked() || enter && stop.is_none() {
        form.invite.clear();
        out.extend(name.map(|name| Action::Friends(FriendsAction::Name(name))));
        ask(out, FriendsAction::Join(text));
    }
}

/// What the player calls themselves, as far as it is typed.
fn own_name(ui: &mut Ui, model: &FriendsModel, form: &mut FriendsForm, out: &mut Vec<Action>) -> String {
    heading(ui, "Your name");
    let typed = form.name.get_or_insert_with(|| model.name.clone());
    let edit = ui.add(field(typed, "What friends see", Name::LONGEST));
    let name = typed.trim().to_owned();
    if edit.lost_focus() && name != model.name && Name::new(&name).is_ok() {
        ask(out, FriendsAction::Name(name.clone()));
    }
    name
}

/// Who sits where, and what can be done about it.
fn at_table(ui: &mut Ui, model: &FriendsModel, table: &TableModel, out: &mut Vec<Action>) {
    heading(ui, if table.host { "Your table" } else { "At the table" });
    if !table.words.is_empty() {
        wrapped(ui, RichText::new(&table.words).color(AMBER));
    }
    for seat in &table.seats {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if table.host && !seat.own && seat.here && ui.button("Ask to leave").clicked() {
                    ask(out, FriendsAction::Kick(seat.seat));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let text = format!("{} with {}", if seat.own { "You" } else { seat.name.as_str() }, seat.toy);
                    let colour = if seat.here { CREAM } else { AMBER };
                    ui.add(Label::new(RichText::new(text).color(colour)).truncate());
                });
            });
        });
        if !seat.words.is_empty() {
            note(ui, &seat.words);
        }
    }
    if table.seats.len() == 1 {
        note(ui, "Nobody else is here yet.");
    }
    if table.on_its_way > 0 {
        note(
            ui,
            match table.on_its_way {
                1 => "A gift is on its way: it arrives, or comes back, when you meet again.".to_owned(),
                n => format!("{n} gifts are on their way: they arrive, or come back, when you meet again."),
            },
        );
    }
    let stop = match () {
        () if model.invite.is_some() => Some("The one below is still good."),
        () if table.seats.len() >= SEATS => Some("The table is full."),
        () => None,
    };
    if table.host && wide(ui, "Another invite", stop).clicked() {
        ask(out, FriendsAction::Invite);
    }
    if wide(ui, if table.host { "Close the table" } else { "Leave the table" }, None).clicked() {
        ask(out, FriendsAction::Leave);
    }
}

/// The friends, each with what can be done when unfolded.
fn friends(ui: &mut Ui, model: &FriendsModel, form: &mut FriendsForm, out: &mut Vec<Action>) {
    heading(ui, "Friends");
    if model.friends.is_empty() {
        note(ui, "Whoever has played with you is here afterwards, and needs no invite again.");
    }
    for row in &model.friends {
        ui.push_id(row.key.0, |ui| friend(ui, row, model, form, out));
    }
}

fn friend(ui: &mut Ui, row: &FriendRow, model: &FriendsModel, form: &mut FriendsForm, out: &mut Vec<Action>) {
    let unfolded = form.unfolded == Some(row.key);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.selectable_label(unfolded, "…").clicked() {
                form.unfolded = (!unfolded).then_some(row.key);
                form.renaming.clone_from(&row.name);
            }
            let can = !row.blocked && row.unreachable.is_none() && model.table.is_none() && model.refusal.is_none();
            if !row.blocked && ui.add_enabled(can, bevy_egui::egui::Button::new("Visit")).clicked() {
                ask(out, FriendsAction::Visit(row.key));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(&row.name).color(CREAM)).truncate());
            });
        });
    });
    note(ui, &row.detail);
    if let (Some(why), false) = (row.unreachable, row.blocked) {
        note(ui, why);
    }
    if !unfolded {
        return;
    }
    ui.add(field(&mut form.renaming, "What you call them", Name::LONGEST));
    let name = form.renaming.trim().to_owned();
    let same = (name == row.name || Name::new(&name).is_err()).then_some("");
    ui.horizontal_wrapped(|ui| {
        if ui.add_enabled(same.is_none(), bevy_egui::egui::Button::new("Rename")).clicked() {
            ask(out, FriendsAction::Rename(row.key, name));
        }
        if ui.button(if row.blocked { "Let in again" } else { "Keep out" }).clicked() {
            ask(out, FriendsAction::Block(row.key, !row.blocked));
        }
        if ui.button("Forget").clicked() {
            form.unfolded = None;
            ask(out, FriendsAction::Forget(row.key));
        }
    });
}

/// A QR code, dark on light.
fn code(ui: &mut Ui, rows: &[Vec<bool>]) {
    if rows.is_empty() {
        return;
    }
    let side = (rows.len() + 2 * QUIET) as f32;
    let dot = DOT.min(ui.available_width() / side);
    let (place, _) = ui.allocate_exact_size(vec2(side * dot, side * dot), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(place, 4.0, Color32::WHITE);
    for (y, row) in rows.iter().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            let at = place.min + vec2((x + QUIET) as f32, (y + QUIET) as f32) * dot;
            painter.rect_filled(Rect::from_min_size(at, vec2(dot, dot)), 0.0, Color32::BLACK);
        }
    }
}
