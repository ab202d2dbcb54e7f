//! What can be done on an open line, and what the player is asked there.

use super::{ask, file};
use crate::link::{LinkAction, LinkForm, LinkModel};
use crate::model::Action;
use crate::panel::{chip, heading, note, wide};
use bevy_egui::egui::{Button, DragValue, Ui};
use eggtooth_prong::face::{LinkState, Order};
use eggtooth_prong::talk::{Answer, Question};

/// Numbers of gifts that can be chosen by a click.
const GIFTS: [u16; 5] = [1, 2, 3, 5, 8];

/// What the player is asked, until it is answered or too late.
pub(super) fn question(ui: &mut Ui, model: &LinkModel, form: &mut LinkForm, out: &mut Vec<Action>) {
    let mut answer = |answer| ask(out, LinkAction::Do(Order::Answer(answer)));
    match &model.asked {
        Some(Question::Gift { .. }) => {
            heading(ui, "What do you give?");
            gift(ui, form);
            if wide(ui, format!("Give item {}", form.gift), None).clicked() {
                answer(Answer::Give(form.gift));
            }
            note(ui, "The other side chooses at the same time. Whoever is first gives first.");
        }
        Some(Question::Breed) => {
            heading(ui, "Shall they have an egg?");
            ui.horizontal(|ui| {
                if ui.button("Yes").clicked() {
                    answer(Answer::Breed(true));
                }
                if ui.button("No").clicked() {
                    answer(Answer::Breed(false));
                }
            });
            note(ui, "Both must say yes.");
        }
        _ => {}
    }
}

/// Choosing a number.
fn gift(ui: &mut Ui, form: &mut LinkForm) {
    ui.horizontal_wrapped(|ui| {
        for number in GIFTS {
            if chip(ui, form.gift == number, number.to_string()).clicked() {
                form.gift = number;
            }
        }
        ui.add(DragValue::new(&mut form.gift).range(1..=u16::MAX).prefix("Item "));
    });
}

/// What can be begun; greyed while something goes on.
pub(super) fn deeds(ui: &mut Ui, model: &LinkModel, form: &mut LinkForm, out: &mut Vec<Action>) {
    let mut order = |order| ask(out, LinkAction::Do(order));
    if wide(ui, "Echo test: is anybody there?", None).clicked() {
        order(Order::Echo);
    }
    if model.state != (LinkState::Open { packets: true }) {
        return;
    }
    heading(ui, "Gifts");
    gift(ui, form);
    ui.horizontal_wrapped(|ui| {
        if ui.button(format!("Give item {}", form.gift)).clicked() {
            order(Order::Gift(Some(form.gift)));
        }
        if ui.button("Wait for a gift").clicked() {
            order(Order::TakeGift);
        }
    });
    heading(ui, "Playdate");
    ui.horizontal_wrapped(|ui| {
        if ui.button("Begin a playdate").clicked() {
            order(Order::Playdate);
        }
        if ui.button("Wait for one").clicked() {
            order(Order::AwaitPlaydate);
        }
    });
    note(ui, "A pet of Eggtooth's own making goes.");
    heading(ui, "Items");
    let mut choose = false;
    file(ui, model.ground, &mut form.item, "An item's file", || choose = true);
    ui.horizontal_wrapped(|ui| {
        let chosen = form.bytes.is_some() || !form.item.trim().is_empty();
        if ui.add_enabled(chosen, Button::new("Send the item")).clicked()
            && let Some(load) = form.load()
        {
            order(Order::Send(load));
        }
        if ui.button("Wait for one").clicked() {
            order(Order::Take);
        }
    });
    if choose {
        ask(out, LinkAction::ChooseItem);
    }
    note(
        ui,
        "Items are checked before they go. Nothing larger, which a toy would write to its flash, is sent from here.",
    );
}
