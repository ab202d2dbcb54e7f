//! The menu's contents: a pure function of the model and what is being typed.

mod daycare;
mod friends;
mod help;
mod link;
mod pet;
mod shelf;
mod table;

use crate::look::{AMBER, SAND};
use crate::model::{Action, Model};
use bevy_egui::egui::{self, Align, Button, Layout, Response, RichText, ScrollArea, Ui};
use eggtooth_vault::Slug;

pub use help::{buttons_picture, keys_table};
pub(crate) use pet::clock;
pub use shelf::new_name;

/// What is being typed or is unfolded; nothing of it is kept.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The path of a ROM.
    pub path: String,
    /// The new pet's name.
    pub new_name: String,
    /// The new pet's program.
    pub new_program: crate::model::Program,
    /// Whether the new pet's fields are shown.
    pub hatching: bool,
    /// The pet whose buttons are shown.
    pub unfolded: Option<Slug>,
    /// The pet that is being renamed, and the name as typed so far.
    pub renaming: Option<(Slug, String)>,
    /// The field of the name was shown before: it takes the keyboard only once.
    pub(crate) renaming_shown: bool,
    /// The link panel.
    pub link: crate::link::LinkForm,
    /// The daycare panel.
    pub daycare: crate::daycare::DaycareForm,
    /// The friends' panel.
    pub friends: crate::friends::FriendsForm,
}

/// Right of the contents, where the scroll bar floats, in points.
const BAR: i8 = 14;

/// Draws the menu into `ui`, which it fills and scrolls, and returns what was asked for.
pub fn panel(ui: &mut Ui, model: &Model, form: &mut Form) -> Vec<Action> {
    let mut actions = Vec::new();
    let out = &mut actions;
    // As wide as what scrolls below it.
    let edge = egui::Frame::new().inner_margin(egui::Margin { right: BAR, ..egui::Margin::ZERO });
    edge.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Close").on_hover_text("Esc").clicked() {
                    out.push(Action::Menu(false));
                }
                let page = form.link.open || form.daycare.open || form.friends.open;
                if page && ui.button("Back").clicked() {
                    (form.link.open, form.daycare.open, form.friends.open) = (false, false, false);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let title = match () {
                        () if form.link.open => "Link",
                        () if form.daycare.open => "Daycare",
                        () if form.friends.open => "Friends",
                        () => &model.pet,
                    };
                    ui.add(egui::Label::new(RichText::new(title).heading()).truncate());
                });
            });
        });
        if let Some(reason) = &model.read_only {
            ui.colored_label(AMBER, format!("Nothing is saved: {reason}."));
        }
    });
    let page = match () {
        () if form.link.open => "link",
        () if form.daycare.open => "daycare",
        () if form.friends.open => "friends",
        () => "menu",
    };
    ScrollArea::vertical().id_salt(page).auto_shrink(false).show(ui, |ui| {
        edge.show(ui, |ui| {
            ui.set_width(ui.available_width());
            if form.link.open {
                link::page(ui, &model.link, &mut form.link, out);
                return;
            }
            if form.daycare.open {
                daycare::page(ui, model, &mut form.daycare, out);
                return;
            }
            if form.friends.open {
                friends::page(ui, model, form, out);
                return;
            }
            match &model.elsewhere {
                Some(toy) => daycare::elsewhere(ui, toy, out),
                None => {
                    pet::time(ui, model, out);
                    pet::pet(ui, model, out);
                    pet::absences(ui, model, out);
                }
            }
            friends::door(ui, &model.friends, &mut form.friends, out);
            daycare::door(ui, model, &mut form.daycare, out);
            link::door(ui, &model.link, &mut form.link, out);
            shelf::shelf(ui, model, form, out);
            shelf::roms(ui, form, out);
            if model.elsewhere.is_none() {
                pet::tape(ui, model, out);
            }
            table::sound(ui, model, out);
            table::design(ui, model, out);
            table::picture(ui, model, out);
            help::help(ui, model, out);
        });
    });
    actions
}

/// The line above a section.
fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(14.0);
    ui.colored_label(AMBER, text);
}

/// A line of explanation.
fn note(ui: &mut Ui, text: impl Into<String>) -> Response {
    ui.add(egui::Label::new(RichText::new(text).color(SAND)).wrap())
}

/// A line of text to type, as high as a button.
fn field<'a>(text: &'a mut String, hint: &str, limit: usize) -> egui::TextEdit<'a> {
    let hint = RichText::new(hint).color(SAND);
    let edit = egui::TextEdit::singleline(text).hint_text(hint).char_limit(limit);
    edit.margin(egui::Margin::symmetric(10, 6)).desired_width(f32::INFINITY)
}

/// A button that can be chosen.
fn chip(ui: &mut Ui, chosen: bool, text: impl Into<RichText>) -> Response {
    ui.add(Button::selectable(chosen, text.into()).frame_when_inactive(true))
}

/// A button as wide as the menu; greyed with the reason below it where it cannot be pressed.
fn wide(ui: &mut Ui, text: impl Into<RichText>, refusal: Option<&str>) -> Response {
    let button = Button::new(text.into()).wrap().min_size(egui::vec2(ui.available_width(), 0.0));
    let response = ui.add_enabled(refusal.is_none(), button);
    if let Some(reason) = refusal {
        note(ui, reason);
    }
    response
}
