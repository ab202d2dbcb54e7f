//! The link panel: to whom, how it goes, what is done, and what passes on the line.

mod deeds;
mod scope;

use super::{chip, field, heading, note, wide};
use crate::link::{Ground, LinkAction, LinkForm, LinkModel, LinkTold, Way, doing, offered, pace};
use crate::look::{AMBER, BRICK, CREAM};
use crate::model::Action;
use crate::toasts::sentence;
use bevy_egui::egui::{self, Align, Button, Key, Label, Layout, ProgressBar, RichText, Ui};
use eggtooth_prong::face::{LinkState, Order, Trouble};
use eggtooth_prong::transport::adapters::PortInfo;

/// The height of what goes on or was told, in points: a line and a button.
const STATUS: f32 = 58.0;

/// The line of the menu that leads here.
pub(super) fn door(ui: &mut Ui, model: &LinkModel, form: &mut LinkForm, out: &mut Vec<Action>) {
    heading(ui, "Toys and friends");
    let text = match model.state {
        LinkState::Closed => "Link…".to_owned(),
        _ => format!("Link… ({})", state(model)),
    };
    if wide(ui, text, None).clicked() {
        form.open = true;
        ask(out, LinkAction::Look);
    }
    note(ui, "Items, gifts and playdates with a real toy, a friend, or a simulated toy.");
}

/// The panel, in the place of the menu.
pub(super) fn page(ui: &mut Ui, model: &LinkModel, form: &mut LinkForm, out: &mut Vec<Action>) {
    ui.add_space(6.0);
    match &model.state {
        LinkState::Closed => {
            told(ui, model);
            closed(ui, model, form, out);
        }
        LinkState::Opening | LinkState::Closing => {
            note(ui, format!("{}…", state(model)));
            disconnect(ui, "Stop", &model.state, out);
        }
        LinkState::Waiting { addr, key } => waiting(ui, addr, key, out),
        LinkState::Lost { reason } => {
            wrapped(ui, RichText::new(format!("The line is away: {reason}. If it comes back, the link goes on.")));
            told(ui, model);
            disconnect(ui, "Disconnect", &model.state, out);
        }
        LinkState::Open { packets } => {
            connected(ui, model, out);
            if !packets {
                note(ui, "There is no secret: only the echo test can be made.");
            }
            // As high whatever it says, so that the buttons below stay where they are.
            ui.scope(|ui| {
                ui.set_min_height(STATUS);
                told(ui, model);
                busy(ui, model, out);
            });
            deeds::question(ui, model, form, out);
            if let (Some(bytes), None) = (model.offer, model.job) {
                ui.colored_label(AMBER, offered(bytes));
            }
            if model.asked.is_none() {
                ui.add_enabled_ui(model.job.is_none(), |ui| deeds::deeds(ui, model, form, out));
            }
        }
    }
    if !model.traffic.is_empty() {
        scope::scope(ui, &model.traffic);
    }
}

fn ask(out: &mut Vec<Action>, action: LinkAction) {
    out.push(Action::Link(action));
}

fn wrapped(ui: &mut Ui, text: RichText) {
    ui.add(Label::new(text).wrap());
}

/// How far the link is, in a word or two.
fn state(model: &LinkModel) -> &'static str {
    match model.state {
        LinkState::Closed => "Not connected",
        LinkState::Opening => "Connecting",
        LinkState::Waiting { .. } => "Waiting",
        LinkState::Open { .. } => "Connected",
        LinkState::Lost { .. } => "Line lost",
        LinkState::Closing => "Disconnecting",
    }
}

/// With whom, and the end of it.
fn connected(ui: &mut Ui, model: &LinkModel, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Disconnect").clicked() {
                ask(out, LinkAction::Disconnect);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                wrapped(ui, RichText::new(format!("Connected with {}.", model.with)));
            });
        });
    });
}

fn disconnect(ui: &mut Ui, text: &str, state: &LinkState, out: &mut Vec<Action>) {
    let refusal = (*state == LinkState::Closing).then_some("What went on is being cancelled.");
    if wide(ui, text, refusal).clicked() {
        ask(out, LinkAction::Disconnect);
    }
}

/// What became of what was asked for last.
fn told(ui: &mut Ui, model: &LinkModel) {
    match &model.told {
        Some(LinkTold::Well(text)) if model.job.is_none() => wrapped(ui, RichText::new(text).color(CREAM)),
        Some(LinkTold::Ill(trouble)) if model.job.is_none() => self::trouble(ui, trouble),
        _ => {}
    }
}

fn trouble(ui: &mut Ui, trouble: &Trouble) {
    wrapped(ui, RichText::new(sentence(&trouble.what)).color(BRICK));
    if !trouble.check.is_empty() {
        ui.label("To check:");
        for line in &trouble.check {
            ui.horizontal_top(|ui| {
                ui.label("•");
                note(ui, *line);
            });
        }
    }
}

/// What goes on, how far it is, and the way out.
fn busy(ui: &mut Ui, model: &LinkModel, out: &mut Vec<Action>) {
    let Some(job) = model.job else { return };
    match &model.transfer {
        Some(transfer) => {
            let way = if transfer.sending { "out" } else { "in" };
            wrapped(ui, RichText::new(format!("{}, {way}: {}", doing(job), pace(transfer))).color(AMBER));
        }
        None => wrapped(ui, RichText::new(format!("{}…", doing(job))).color(AMBER)),
    }
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Cancel").clicked() {
                ask(out, LinkAction::Do(Order::Cancel));
            }
            if let Some(transfer) = &model.transfer {
                let share = f32::from(transfer.done) / f32::from(transfer.chunks.max(1));
                ui.add(ProgressBar::new(share).desired_height(14.0).desired_width(ui.available_width()));
            }
        });
    });
}

/// Choosing to whom.
fn closed(ui: &mut Ui, model: &LinkModel, form: &mut LinkForm, out: &mut Vec<Action>) {
    heading(ui, "Connect with");
    ui.horizontal_wrapped(|ui| {
        let ways = [
            (Way::Simulated, "Simulated toy"),
            (Way::Toy, "Real toy"),
            (Way::Call, "Call a friend"),
            (Way::Wait, "Wait for a friend"),
        ];
        // A page has no lines of its own to other computers.
        let ways = if model.ground == Ground::Computer { &ways[..] } else { &ways[..2] };
        for &(way, text) in ways {
            if chip(ui, form.way == way, text).clicked() {
                form.way = way;
            }
        }
    });
    match form.way {
        Way::Simulated => drop(note(ui, "A toy inside this program: everything can be tried without hardware.")),
        Way::Toy => toy(ui, model, form, ECHO_ONLY, out),
        Way::Call => {
            ui.add(field(&mut form.addr, "Address, like 192.168.1.5:7777", 260));
            ui.add(field(&mut form.key, "Key, 64 digits", 64));
            note(ui, "Your friend sees both when waiting for you.");
        }
        Way::Wait => {
            ui.add(field(&mut form.here, "UDP port, if it must be a certain one", 5));
            note(ui, "You are shown an address and a key to pass on. Whoever has both can call.");
        }
    }
    let line = form.line(model.ground);
    if wide(ui, "Connect", line.as_ref().err().copied()).clicked()
        && let Ok(line) = line
    {
        ask(out, LinkAction::Connect(line, form.secret_from()));
    }
}

/// What the link cannot do without a secret.
const ECHO_ONLY: &str = "Without your toy's secret, which is not supplied here, only the echo test can be made.";

/// A port and a secret; `without` says what cannot be done without one.
pub(super) fn toy(ui: &mut Ui, model: &LinkModel, form: &mut LinkForm, without: &str, out: &mut Vec<Action>) {
    match model.ground {
        Ground::Computer => ports(ui, model, form, out),
        Ground::Page { missing: Some(missing) } => {
            return wrapped(ui, RichText::new(sentence(missing)).color(AMBER));
        }
        Ground::Page { missing: None } => granted(ui, model, form),
    }
    file(ui, model.ground, &mut form.secret, "File with the secret", || ask(out, LinkAction::ChooseSecret));
    let secret = match (form.secret.trim().is_empty(), model.environment, model.ground) {
        (true, true, _) => "The secret in EGGTOOTH_PRONG_SECRET is used.",
        (true, false, _) => without,
        (false, _, Ground::Computer) => "The secret is read when you connect, and neither shown nor kept.",
        (false, _, Ground::Page { .. }) => "The secret is neither shown nor kept: the next visit begins without it.",
    };
    note(ui, secret);
    note(
        ui,
        "3.3 V only, and never feed the toy. Seen from the front: left prong to the adapter's RX, middle to GND, right \
         to its TX.",
    );
}

/// The ports of this computer, and a place for another one's name.
fn ports(ui: &mut Ui, model: &LinkModel, form: &mut LinkForm, out: &mut Vec<Action>) {
    for port in &model.ports {
        self::port(ui, port, form);
    }
    if model.ports.is_empty() {
        note(
            ui,
            if model.looking { "Looking for serial ports…" } else { "No serial port is here: plug in an adapter." },
        );
    }
    beside(ui, "Look again", true, &mut form.port, "or a port's name", || ask(out, LinkAction::Look));
}

/// The ports that the page may use already, and the browser's own dialog for another one.
fn granted(ui: &mut Ui, model: &LinkModel, form: &mut LinkForm) {
    // A port that was unplugged can no longer be meant.
    if !model.ports.iter().any(|port| port.name == form.port) {
        form.port.clear();
    }
    for port in &model.ports {
        self::port(ui, port, form);
    }
    if !model.ports.is_empty() {
        let button = Button::selectable(form.port.is_empty(), "Another port").frame_when_inactive(true);
        if ui.add(button.min_size(egui::vec2(ui.available_width(), 0.0))).clicked() {
            form.port.clear();
        }
    }
    if form.port.is_empty() {
        note(ui, "When you connect, the browser asks which port the toy is at: choose the adapter there.");
    }
}

fn port(ui: &mut Ui, port: &PortInfo, form: &mut LinkForm) {
    let chosen = form.port.trim() == port.name;
    let text = if port.adapter.is_empty() { port.name.clone() } else { format!("{}: {}", port.name, port.adapter) };
    let button = Button::selectable(chosen, RichText::new(text)).frame_when_inactive(true).wrap();
    if ui.add(button.min_size(egui::vec2(ui.available_width(), 0.0))).clicked() {
        form.port.clone_from(&port.name);
    }
    if let (true, Some(hint)) = (chosen, port.hint) {
        note(ui, sentence(hint));
    }
}

/// A file's name with a button at its end; on a computer it can be typed, too.
fn file(ui: &mut Ui, ground: Ground, name: &mut String, hint: &str, pressed: impl FnOnce()) {
    if ground == Ground::Computer {
        return beside(ui, "Choose…", true, name, hint, pressed);
    }
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Choose…").clicked() {
                pressed();
            }
            let text = if name.is_empty() { RichText::new(hint).weak() } else { RichText::new(name.as_str()) };
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(Label::new(text).truncate()));
        });
    });
}

/// A field with a button at its end.
fn beside(ui: &mut Ui, text: &str, enabled: bool, typed: &mut String, hint: &str, pressed: impl FnOnce()) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add_enabled(enabled, Button::new(text)).clicked() {
                pressed();
            }
            let field = ui.add(field(typed, hint, 4096));
            if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                field.surrender_focus();
            }
        });
    });
}

/// What a friend must know.
fn waiting(ui: &mut Ui, addr: &str, key: &str, out: &mut Vec<Action>) {
    wrapped(ui, RichText::new("Waiting for your friend, who needs these two:"));
    for (name, text) in [("Address", addr), ("Key", key)] {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button(format!("Copy {}", name.to_lowercase())).clicked() {
                    ui.ctx().copy_text(text.to_owned());
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.colored_label(AMBER, name));
            });
        });
        wrapped(ui, RichText::new(text));
    }
    note(ui, "The address is this computer's on its own network. From outside, the router must let UDP through.");
    if wide(ui, "Stop waiting", None).clicked() {
        ask(out, LinkAction::Disconnect);
    }
}
