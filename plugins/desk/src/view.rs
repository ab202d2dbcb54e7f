//! Everything that lies over the picture: the bar, the menu, the first-start card, sentences.

use crate::cards::{self, Told};
use crate::look::{self, AMBER, CREAM, SAND};
use crate::model::{Action, Model, Tape};
use crate::panel::{Form, buttons_picture, clock, panel};
use crate::toasts::Toasts;
use bevy::ecs::resource::Resource;
use bevy_egui::egui::{
    self, Align, Align2, Area, Button, Context, Id, Label, Layout, Order, RichText, Sense, Ui, pos2, vec2,
};
use eggtooth_shell::Insets;

/// Seconds that the bar stays after the pointer's last movement.
pub const LINGER: f32 = 3.0;
/// Seconds in which it goes.
const FADE: f32 = 0.4;
/// Seconds that the keys are shown at the first start.
pub const CARD_SECONDS: f32 = 12.0;
/// The menu's width, in points.
const PANEL: f32 = 360.0;
/// The width of a window that has room for the keys' card beside the toy, in points.
const BESIDE: f32 = 900.0;
/// Between the window's edge and what lies over the picture.
const EDGE: f32 = 12.0;
/// The menu's button, and as much on the other side.
const MENU: f32 = 90.0;

/// What the interface does at the moment.
#[derive(Resource, Clone, Debug, Default)]
pub struct View {
    /// The menu is open.
    pub open: bool,
    /// What is typed in it.
    pub form: Form,
    /// Sentences.
    pub toasts: Toasts,
    /// Seconds since the pointer moved.
    pub still: f32,
    /// Seconds that the keys are still shown; 0 or less: they are not.
    pub card: f32,
    /// What happened in an absence, until it was read.
    pub told: Option<Told>,
    /// Files hang over the window.
    pub hovering: bool,
    /// The pointer rests on the bar or a sentence: they stay.
    pub held: bool,
    /// What is left free of the picture around a table.
    pub around: Insets,
}

impl View {
    /// Nothing is shown until the pointer moves.
    #[must_use]
    pub fn new() -> View {
        View { still: f32::INFINITY, ..View::default() }
    }

    /// Lets time pass.
    pub fn pass(&mut self, seconds: f32) {
        if self.held {
            self.still = self.still.min(LINGER / 2.0);
        } else {
            self.toasts.pass(seconds);
            self.still += seconds;
        }
        self.card = (self.card - seconds).max(0.0);
    }

    /// How visible the bar is, 0 to 1.
    #[must_use]
    pub fn bar(&self, less_motion: bool) -> f32 {
        let gone = self.still - LINGER;
        match () {
            () if self.open || gone <= 0.0 => 1.0,
            () if less_motion || gone >= FADE => 0.0,
            () => 1.0 - gone / FADE,
        }
    }

    /// Whether the next picture differs although nothing is touched.
    #[must_use]
    pub fn moves(&self, less_motion: bool) -> bool {
        let bar = self.bar(less_motion);
        bar > 0.0 && bar < 1.0
    }

    /// Whether there is nothing to draw, apart from states of time.
    #[must_use]
    pub fn is_empty(&self, less_motion: bool) -> bool {
        let calm = self.toasts.is_empty() && self.told.is_none() && self.card <= 0.0 && !self.hovering;
        calm && self.bar(less_motion) == 0.0
    }
}

/// Draws it all and returns what was asked for.
pub fn draw(ctx: &Context, model: &Model, view: &mut View) -> Vec<Action> {
    let mut actions = Vec::new();
    let window = ctx.content_rect();
    let bar = view.bar(model.less_motion);
    let mut held = false;
    let panel_width = if view.open { panel_width(window.width()) } else { 0.0 };
    let free = window.width() - panel_width;
    if bar > 0.0 && !view.open {
        held |= menu_button(ctx, bar, &mut actions);
    }
    let height = crate::table::draw(ctx, &model.friends, &mut view.form.friends, free, &mut actions);
    view.around = crate::table::around(window.size(), panel_width, height);
    let states = states(model, bar > 0.0);
    if !states.is_empty() && free > 0.0 {
        pills(ctx, &states, if view.open || bar == 0.0 { free } else { free - 100.0 });
    }
    if matches!(model.tape, Some(Tape::Playing { .. })) && !view.open {
        held |= playing(ctx, &mut actions);
    }
    // One card at a time, and none where a sentence has to lie on it. A small page has its own buttons below the picture.
    let room = window.width() > BESIDE || view.toasts.is_empty() && cfg!(not(target_family = "wasm"));
    if view.card > 0.0 && room && !view.open && model.absence.is_none() && view.told.is_none() {
        card(ctx, view);
    }
    if view.open {
        menu(ctx, model, view, panel_width, &mut actions);
    }
    view.toasts.squeeze(model.friends.table.is_some());
    if !view.toasts.is_empty() {
        held |= match &model.friends.table {
            Some(_) => short_sentences(ctx, view, free, &mut actions),
            None => sentences(ctx, view, free, &mut actions),
        };
    }
    cards::draw(ctx, model, &mut view.told, free, &mut actions);
    if view.hovering {
        drop_hint(ctx);
    }
    view.held = held;
    if view.moves(model.less_motion) {
        ctx.request_repaint();
    }
    actions
}

/// The menu takes the whole of a window in which too little of the toy would be left.
fn panel_width(window: f32) -> f32 {
    if window - PANEL < 280.0 { window } else { PANEL }
}

fn menu_button(ctx: &Context, opacity: f32, actions: &mut Vec<Action>) -> bool {
    let area = Area::new(Id::new("bar")).anchor(Align2::RIGHT_TOP, vec2(-EDGE, EDGE));
    let response = area.show(ctx, |ui| {
        ui.set_opacity(opacity);
        let button = Button::new(RichText::new("Menu").color(CREAM)).fill(look::PILL).corner_radius(16);
        if ui.add(button).on_hover_text("Esc").clicked() {
            actions.push(Action::Menu(true));
        }
    });
    response.response.contains_pointer()
}

/// States that a player should know of, in words. Those that stop or change time are always shown,
/// the others while the bar is.
fn states(model: &Model, all: bool) -> Vec<String> {
    let mut states = Vec::new();
    if model.time.paused {
        states.push("Paused: Space goes on".into());
    }
    if let Some(toy) = &model.elsewhere {
        match (&toy.waiting, toy.round_trip) {
            (Some(why), _) => states.push(format!("… {why}")),
            (None, _) if !toy.running => states.push("Its time stands still".into()),
            (None, Some(ms)) if all => states.push(format!("{} · {ms} ms", toy.daycare)),
            (None, None) if all => states.push(toy.daycare.clone()),
            _ => {}
        }
    }
    if let Some(table) = model.friends.table.as_ref().filter(|table| !table.words.is_empty()) {
        states.push(table.words.clone());
    }
    if model.time.fast_forward {
        states.push("Fast-forward until it calls".into());
    } else if model.time.speed != 1 {
        states.push(format!("Time runs ×{}", model.time.speed));
    }
    match &model.tape {
        Some(Tape::Recording(seconds)) => states.push(format!("Recording {}", clock(*seconds))),
        Some(Tape::Playing { ended: true, .. }) => states.push("The recording has ended".into()),
        Some(Tape::Playing { at, of, .. }) => states.push(format!("Recording: {} of {}", clock(*at), clock(*of))),
        None => {}
    }
    if all {
        if model.sound.no_device {
            states.push("No sound device".into());
        } else if model.sound.muted || model.sound.volume == 0 {
            states.push("Muted".into());
        }
        if !model.writable() {
            states.push("Nothing is saved".into());
        }
    }
    states
}

fn pills(ctx: &Context, states: &[String], width: f32) {
    let area = Area::new(Id::new("states")).anchor(Align2::LEFT_TOP, vec2(EDGE, EDGE)).interactable(false);
    area.show(ctx, |ui| {
        ui.set_max_width(width - 2.0 * EDGE);
        for state in states {
            look::pill().show(ui, |ui| ui.add(Label::new(RichText::new(state).color(CREAM)).wrap()));
        }
    });
}

/// The way back from a recording.
fn playing(ctx: &Context, actions: &mut Vec<Action>) -> bool {
    let area = Area::new(Id::new("playing")).anchor(Align2::CENTER_BOTTOM, vec2(0.0, -EDGE)).order(Order::Middle);
    let response = area.show(ctx, |ui| {
        if ui.add(Button::new(RichText::new("Stop playing").color(CREAM)).fill(look::PILL).corner_radius(16)).clicked()
        {
            actions.push(Action::StopPlaying);
        }
    });
    response.response.contains_pointer()
}

fn menu(ctx: &Context, model: &Model, view: &mut View, width: f32, actions: &mut Vec<Action>) {
    let window = ctx.content_rect();
    let area = Area::new(Id::new("menu")).fixed_pos(pos2(window.right() - width, window.top())).order(Order::Middle);
    area.constrain(false).show(ctx, |ui| {
        let margin = egui::Margin { left: 18, right: 4, top: 14, bottom: 10 };
        let frame = egui::Frame::new().fill(look::CARD).inner_margin(margin);
        frame.show(ui, |ui| {
            let size = vec2(width, window.height()) - margin.sum();
            ui.set_min_size(size);
            ui.set_max_size(size);
            actions.extend(panel(ui, model, &mut view.form));
        });
    });
}

/// The keys, at the first start.
fn card(ctx: &Context, view: &mut View) {
    let window = ctx.content_rect();
    // Beside the toy where there is room, else below it, and then only what is needed.
    let beside = window.width() > BESIDE;
    let (anchor, offset) =
        if beside { (Align2::LEFT_CENTER, vec2(3.0 * EDGE, 0.0)) } else { (Align2::CENTER_BOTTOM, vec2(0.0, -EDGE)) };
    let width = (window.width() - 2.0 * EDGE).min(300.0);
    Area::new(Id::new("card")).anchor(anchor, offset).order(Order::Middle).show(ctx, |ui| {
        look::card().show(ui, |ui| {
            ui.set_width(width - 32.0);
            right(ui, |ui| {
                if ui.button("Got it").clicked() {
                    view.card = 0.0;
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.label(RichText::new("Three buttons").heading().color(AMBER));
                });
            });
            buttons_picture(ui);
            if beside {
                ui.label(RichText::new("A chooses, B does it, C goes back. Or click them on the toy.").color(SAND));
                ui.label(RichText::new("Esc opens the menu.").color(SAND));
            }
        });
    });
}

fn sentences(ctx: &Context, view: &mut View, free: f32, actions: &mut Vec<Action>) -> bool {
    let window = ctx.content_rect();
    let room = if free > 0.0 { free } else { window.width() };
    let width = (room - 2.0 * EDGE).min(400.0);
    let shown: Vec<_> = view.toasts.shown().cloned().collect();
    let area = Area::new(Id::new("toasts")).anchor(Align2::LEFT_BOTTOM, vec2(EDGE, -EDGE)).order(Order::Foreground);
    let response = area.show(ctx, |ui: &mut Ui| {
        ui.set_max_width(width);
        for toast in shown {
            look::card().show(ui, |ui| {
                ui.set_width(width - 32.0);
                ui.add(Label::new(RichText::new(&toast.text).color(CREAM)).wrap());
                right(ui, |ui| {
                    if ui.button("Close").clicked() {
                        view.toasts.dismiss(toast.id);
                    }
                    if let Some((label, action)) = &toast.button
                        && ui.button(*label).clicked()
                    {
                        actions.push(action.clone());
                        view.toasts.dismiss(toast.id);
                    }
                });
            });
        }
    });
    response.response.contains_pointer()
}

/// Sentences over a table: above the toys, where they hide least; a click takes one away.
fn short_sentences(ctx: &Context, view: &mut View, free: f32, actions: &mut Vec<Action>) -> bool {
    let window = ctx.content_rect();
    let room = if free > 0.0 { free } else { window.width() };
    // Beside the menu's button where there is room, else below it.
    let beside = room - 2.0 * EDGE - 2.0 * MENU;
    let (width, top) = if beside >= 300.0 { (beside.min(620.0), EDGE) } else { (room - 2.0 * EDGE, 2.0 * EDGE + 32.0) };
    let anchor = vec2((room - window.width()) / 2.0, top);
    let shown: Vec<_> = view.toasts.shown().cloned().collect();
    let area = Area::new(Id::new("short")).anchor(Align2::CENTER_TOP, anchor).order(Order::Foreground);
    let response = area.show(ctx, |ui| {
        ui.set_max_width(width);
        ui.vertical_centered(|ui| {
            for toast in shown {
                let pill = look::pill().fill(look::CARD).show(ui, |ui| {
                    let font = egui::TextStyle::Body.resolve(ui.style());
                    let button = if toast.button.is_some() { MENU } else { 0.0 };
                    let text = ui.painter().layout(toast.text.clone(), font, CREAM, width - 24.0 - button);
                    ui.set_width(text.size().x + button);
                    ui.horizontal(|ui| {
                        ui.spacing_mut().interact_size.y = 0.0;
                        ui.add(Label::new(text));
                        if let Some((label, action)) = &toast.button
                            && ui.button(*label).clicked()
                        {
                            actions.push(action.clone());
                            view.toasts.dismiss(toast.id);
                        }
                    });
                });
                if pill.response.interact(Sense::click()).on_hover_text("Close").clicked() {
                    view.toasts.dismiss(toast.id);
                }
            }
        });
    });
    response.response.contains_pointer()
}

/// A row whose buttons begin at its right end.
fn right(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| ui.with_layout(Layout::right_to_left(Align::Center), contents));
}

fn drop_hint(ctx: &Context) {
    let area = Area::new(Id::new("drop")).anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)).order(Order::Foreground);
    area.interactable(false).show(ctx, |ui| {
        look::card()
            .show(ui, |ui| ui.label(RichText::new("Drop a ROM, a saved pet or a recording").heading().color(CREAM)));
    });
}
