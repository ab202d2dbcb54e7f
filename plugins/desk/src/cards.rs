//! Cards that lie before the toy: what becomes of an absence, living it, and what happened in it.

use crate::look::{self, AMBER, CREAM, SAND};
use crate::model::{Absence, Action, Model};
use bevy_egui::egui::{Align2, Area, Button, Context, Id, Label, Order, ProgressBar, RichText, Ui, vec2};
use eggtooth_toy::Choice;

/// The widest card, in points.
const WIDTH: f32 = 440.0;
/// The width of a card beside the toy, and of a window that has room for both.
const SLIM: f32 = 330.0;
const BESIDE: f32 = 1100.0;
/// Between a card and the window's edge.
const EDGE: f32 = 12.0;

/// What happened while nobody played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// How long, in words.
    pub span: String,
    /// What, in sentences.
    pub sentences: Vec<String>,
}

/// Draws the card that is due, if one is; the account goes when it was read.
pub fn draw(ctx: &Context, model: &Model, told: &mut Option<Told>, free: f32, actions: &mut Vec<Action>) {
    match (&model.absence, &told) {
        (Some(Absence::Asked { span }), _) => card(ctx, free, |ui| asked(ui, &model.pet, span, actions)),
        (Some(Absence::Living { per_cent, left }), _) => {
            card(ctx, free, |ui| living(ui, &model.pet, *per_cent, left, actions));
        }
        (None, Some(account)) => {
            let mut read = false;
            card(ctx, free, |ui| read = account_card(ui, account));
            if read {
                *told = None;
            }
        }
        (None, None) => {}
    }
}

/// Beside the toy where there is room, else in the middle of what the menu leaves free.
fn card(ctx: &Context, free: f32, contents: impl FnOnce(&mut Ui)) {
    let window = ctx.content_rect();
    let room = if free > 0.0 { free } else { window.width() };
    let beside = room > BESIDE;
    let width = if beside { SLIM } else { (room - 2.0 * EDGE).min(WIDTH) };
    let (anchor, shift) =
        if beside { (Align2::LEFT_CENTER, 3.0 * EDGE) } else { (Align2::CENTER_CENTER, (room - window.width()) / 2.0) };
    let area = Area::new(Id::new("absence")).anchor(anchor, vec2(shift, 0.0)).order(Order::Foreground);
    area.show(ctx, |ui| {
        look::card().show(ui, |ui| {
            ui.set_width(width - 32.0);
            contents(ui);
        });
    });
}

fn title(ui: &mut Ui, text: String) {
    ui.add(Label::new(RichText::new(text).heading().color(AMBER)).wrap());
}

fn words(ui: &mut Ui, text: impl Into<RichText>) {
    ui.add(Label::new(text.into()).wrap());
}

/// A button across the card.
fn wide(ui: &mut Ui, text: &str) -> bool {
    ui.add(Button::new(text).min_size(vec2(ui.available_width(), 0.0))).clicked()
}

fn asked(ui: &mut Ui, pet: &str, span: &str, actions: &mut Vec<Action>) {
    title(ui, format!("{pet} was away for {span}."));
    if wide(ui, "Live it") {
        actions.push(Action::Decide(Choice::Live));
    }
    words(
        ui,
        RichText::new("It lives through all of that time now, alone, as if it had been switched on.").color(SAND),
    );
    if wide(ui, "Hold it") {
        actions.push(Action::Decide(Choice::Hold));
    }
    words(ui, RichText::new("Its time stood still: it is as you left it.").color(SAND));
    ui.add_space(4.0);
    words(ui, RichText::new("You are asked once; the menu changes it.").color(CREAM));
}

fn living(ui: &mut Ui, pet: &str, per_cent: u8, left: &str, actions: &mut Vec<Action>) {
    title(ui, format!("{pet} lives what it missed"));
    ui.add(ProgressBar::new(f32::from(per_cent) / 100.0).fill(AMBER).desired_height(14.0));
    words(ui, RichText::new(format!("{per_cent}%, about {left} left")).color(CREAM));
    if wide(ui, "Stop here") {
        actions.push(Action::StopLiving);
    }
    words(ui, RichText::new("What is lived is kept. For the rest time stood still.").color(SAND));
}

/// Whether it was read.
fn account_card(ui: &mut Ui, account: &Told) -> bool {
    title(ui, "While you were away".into());
    words(ui, RichText::new(format!("It lived for {}.", account.span)).color(SAND));
    for sentence in &account.sentences {
        words(ui, RichText::new(sentence).color(CREAM));
    }
    wide(ui, "All right")
}
