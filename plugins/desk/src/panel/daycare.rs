//! The daycare panel: at the door, inside, and what is on its way.

use super::{field, heading, note, wide};
use crate::daycare::{DaycareAction, DaycareForm, DaycareModel, DaycareTold, Door, ElsewhereModel, Password, ThereRow};
use crate::look::{AMBER, BRICK, CREAM};
use crate::model::{Action, Model, PetRow};
use bevy_egui::egui::{Align, Button, Key, Label, Layout, ProgressBar, Response, RichText, Ui, vec2};
use eggtooth_vault::{MAX_NAME, check_name};

/// The longest address, name and password that can be typed.
const LONGEST: usize = 255;

fn ask(out: &mut Vec<Action>, action: DaycareAction) {
    out.push(Action::Daycare(action));
}

fn wrapped(ui: &mut Ui, text: RichText) {
    ui.add(Label::new(text).wrap());
}

/// Typing goes into this field when its page has just come up.
fn begin_at(ui: &Ui, field: &Response) {
    let pass = ui.ctx().cumulative_pass_nr();
    let last = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(field.id, 0), pass));
    if last + 1 < pass {
        field.request_focus();
    }
}

/// The line of the menu that leads here.
pub(super) fn door(ui: &mut Ui, model: &Model, form: &mut DaycareForm, out: &mut Vec<Action>) {
    heading(ui, "Daycare");
    let text = match (&model.daycare.carrying, &model.daycare.door) {
        (Some(carrying), _) => format!("Daycare… ({} is on its way)", carrying.name),
        (None, Door::In { name, .. }) => format!("Daycare… ({name})"),
        (None, _) => "Daycare…".to_owned(),
    };
    if wide(ui, text, None).clicked() {
        form.open = true;
        ask(out, DaycareAction::Show);
    }
    note(ui, "Pets that live on a computer that is always on: carry one there, or play with one from here.");
}

/// The toy on the desk that lives elsewhere: what can be done with it in the place of what pets here can.
pub(super) fn elsewhere(ui: &mut Ui, toy: &ElsewhereModel, out: &mut Vec<Action>) {
    heading(ui, "Elsewhere");
    note(ui, format!("It lives at {}.", toy.daycare));
    match &toy.waiting {
        None => {
            let watchers = match toy.watchers {
                0 | 1 => String::new(),
                n => format!(" {n} watch it."),
            };
            let trip = match toy.round_trip {
                None => String::new(),
                Some(0) => "There and back in less than a millisecond.".to_owned(),
                Some(ms) => format!("There and back in {ms} ms."),
            };
            let text = format!("{trip}{watchers}");
            if !text.is_empty() {
                note(ui, text.trim());
            }
        }
        Some(why) => {
            wrapped(ui, RichText::new(why).color(if toy.ended { BRICK } else { AMBER }));
            if wide(ui, "Try again now", None).clicked() {
                ask(out, DaycareAction::Retry);
            }
        }
    }
    let reach = toy.waiting.is_some().then_some("It cannot be reached at the moment.");
    if toy.own {
        let text = if toy.running { "Stop its time" } else { "Let its time go on" };
        if wide(ui, text, reach).clicked() {
            ask(out, DaycareAction::Run(!toy.running));
        }
    }
    if toy.may_press {
        if wide(ui, "Set its clock", reach).on_hover_text("By the daycare's own clock.").clicked() {
            ask(out, DaycareAction::SetClock);
        }
    } else {
        note(ui, "You may watch it. Its owner can let you press its buttons.");
    }
}

/// The panel, in the place of the menu.
pub(super) fn page(ui: &mut Ui, model: &Model, form: &mut DaycareForm, out: &mut Vec<Action>) {
    let daycare = &model.daycare;
    ui.add_space(6.0);
    told(ui, daycare);
    if let Some(carrying) = &daycare.carrying {
        let (name, way) = (&carrying.name, if carrying.away { "being carried there" } else { "being taken home" });
        wrapped(ui, RichText::new(format!("{name} is {way}…")).color(AMBER));
        ui.add(ProgressBar::new(f32::from(carrying.per_cent) / 100.0).desired_height(14.0));
        let refusal = carrying.stopping.then_some("If the daycare agrees, it stays where it was.");
        if wide(ui, "Turn back", refusal).clicked() {
            ask(out, DaycareAction::TurnBack);
        }
        return;
    }
    let busy = !daycare.busy.is_empty();
    if busy {
        wrapped(ui, RichText::new(format!("{}…", daycare.busy)).color(AMBER));
    }
    if let (Some((_, name)), false) = (&daycare.again, busy) {
        again(ui, name, form, out);
        return;
    }
    ui.add_enabled_ui(!busy, |ui| match &daycare.door {
        Door::Outside => outside(ui, daycare, form, out),
        Door::New { url, name, fingerprint } => new(ui, url, name, fingerprint, out),
        Door::SignedOut { url, name, account } => sign_in(ui, (url, name, account), form, out),
        Door::In { url, name, account } => inside(ui, model, (url, name, account), form, out),
    });
    // What is on its way can be seen to from wherever the player stands.
    let unfinished = model.shelf.iter().filter(|row| row.elsewhere.as_ref().is_some_and(|where_| where_.unfinished));
    for row in unfinished {
        ui.push_id(row.slug.as_str(), |ui| on_its_way(ui, row, daycare, out));
    }
}

fn told(ui: &mut Ui, model: &DaycareModel) {
    match &model.told {
        Some(DaycareTold::Well(text)) => wrapped(ui, RichText::new(text).color(CREAM)),
        Some(DaycareTold::Ill(text)) => wrapped(ui, RichText::new(text).color(BRICK)),
        None => {}
    }
}

fn outside(ui: &mut Ui, model: &DaycareModel, form: &mut DaycareForm, out: &mut Vec<Action>) {
    if !model.known.is_empty() {
        heading(ui, "Daycares you know");
    }
    for (url, account) in &model.known {
        let text = match account {
            Some(account) => format!("{url} ({account})"),
            None => url.clone(),
        };
        if wide(ui, text, None).clicked() {
            ask(out, DaycareAction::Meet(url.clone()));
        }
    }
    heading(ui, if model.known.is_empty() { "Where is it?" } else { "Another daycare" });
    let field = ui.add(field(&mut form.url, "Address, like https://egg.example:8443", LONGEST + 80));
    if model.known.is_empty() {
        begin_at(ui, &field);
    }
    let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let url = form.url.trim().to_owned();
    let refusal = url.is_empty().then_some("Whoever runs the daycare has the address.");
    if wide(ui, "Go there", refusal).clicked() || enter && !url.is_empty() {
        ask(out, DaycareAction::Meet(url));
    }
    note(ui, "You run one yourself with: eggtooth serve");
}

/// A fingerprint as the daycare prints it, in lines that can be compared.
fn in_lines(fingerprint: &str) -> String {
    let digits: Vec<char> = fingerprint.chars().filter(char::is_ascii_hexdigit).collect();
    let bytes: Vec<String> = digits.chunks(2).map(|byte| byte.iter().collect()).collect();
    bytes.chunks(8).map(|line| line.join(":")).collect::<Vec<_>>().join("\n")
}

fn new(ui: &mut Ui, url: &str, name: &str, fingerprint: &str, out: &mut Vec<Action>) {
    heading(ui, "Is it the right one?");
    wrapped(ui, RichText::new(format!("{url} is new to this computer. It says that it is called {name}.")));
    note(ui, "The daycare printed a fingerprint when it was started. Go on only if it is this one:");
    ui.label(RichText::new(in_lines(fingerprint)).monospace().color(CREAM));
    if wide(ui, "It is the same", None).clicked() {
        ask(out, DaycareAction::Confirm);
    }
    if wide(ui, "It is another one: go away", None).clicked() {
        ask(out, DaycareAction::Leave);
    }
}

fn sign_in(ui: &mut Ui, (url, name, account): (&str, &str, &str), form: &mut DaycareForm, out: &mut Vec<Action>) {
    heading(ui, "Sign in");
    note(ui, format!("{name}, {url}"));
    if form.name.is_empty() && !account.is_empty() {
        form.name = account.to_owned();
    }
    let first = ui.add(field(&mut form.name, "Your name there", 40));
    let edit = ui.add(field(&mut form.password.0, "Password", LONGEST).password(true));
    begin_at(ui, if account.is_empty() { &first } else { &edit });
    let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let missing = form.name.trim().is_empty() || form.password.0.is_empty();
    let refusal = missing.then_some("Your name and password are missing.");
    if wide(ui, "Sign in", refusal).clicked() || enter && !missing {
        let password: Password = std::mem::take(&mut form.password);
        ask(out, DaycareAction::SignIn(form.name.trim().to_owned(), password));
    }
    if wide(ui, "Go away", None).clicked() {
        form.password = Password::default();
        ask(out, DaycareAction::Leave);
    }
}

/// What hands out somebody's ROM wants the password once more.
fn again(ui: &mut Ui, name: &str, form: &mut DaycareForm, out: &mut Vec<Action>) {
    heading(ui, "Your password once more");
    note(ui, format!("The daycare hands {name} and its ROM over only to you."));
    let edit = ui.add(field(&mut form.password.0, "Password", LONGEST).password(true));
    begin_at(ui, &edit);
    let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let missing = form.password.0.is_empty();
    if wide(ui, "Take it home", missing.then_some("Your password is missing.")).clicked() || enter && !missing {
        ask(out, DaycareAction::Again(Some(std::mem::take(&mut form.password))));
    }
    if wide(ui, "Leave it there", None).clicked() {
        form.password = Password::default();
        ask(out, DaycareAction::Again(None));
    }
}

fn inside(
    ui: &mut Ui,
    model: &Model,
    (url, name, account): (&str, &str, &str),
    form: &mut DaycareForm,
    out: &mut Vec<Action>,
) {
    note(ui, format!("{name}, {url}. You are {account}."));
    heading(ui, "Toys there");
    if model.daycare.toys.is_empty() {
        note(ui, "None yet.");
    }
    for row in &model.daycare.toys {
        ui.push_id(row.id, |ui| there(ui, model, row, out));
    }
    new_there(ui, form, out);
    heading(ui, "Pets here");
    let here: Vec<&PetRow> =
        model.shelf.iter().filter(|row| row.elsewhere.is_none() && row.damaged.is_none()).collect();
    if here.is_empty() {
        let browser = cfg!(target_family = "wasm");
        note(ui, if browser { "No pet lives in this browser." } else { "No pet lives on this computer." });
    }
    for row in here {
        ui.push_id(row.slug.as_str(), |ui| {
            line(ui, &row.name, "Carry there", model.writable(), || {
                ask(out, DaycareAction::Carry(row.slug.clone()));
            });
        });
    }
    note(ui, "A pet lives in one place. While it is there you can play with it from here, and from any phone.");
    ui.add_space(8.0);
    ui.horizontal_wrapped(|ui| {
        for (text, action) in [
            ("Look again", DaycareAction::Look),
            ("Sign out", DaycareAction::SignOut),
            ("Go away", DaycareAction::Leave),
        ] {
            if ui.button(text).clicked() {
                ask(out, action);
            }
        }
    });
}

/// A name with a button at its end.
fn line(ui: &mut Ui, name: &str, text: &str, enabled: bool, pressed: impl FnOnce()) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add_enabled(enabled, Button::new(text)).clicked() {
                pressed();
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(name).color(CREAM)).truncate());
            });
        });
    });
}

/// A toy there: its name puts it on the desk.
fn there(ui: &mut Ui, model: &Model, row: &ThereRow, out: &mut Vec<Action>) {
    let shown = model.daycare.shown == Some(row.id);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if row.own {
                let home = ui.add_enabled(model.writable(), Button::new("Take home"));
                if home.on_disabled_hover_text("Nothing can be saved now.").clicked() {
                    ask(out, DaycareAction::TakeHome(row.id, row.name.clone()));
                }
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
                let name = Button::selectable(shown, RichText::new(&row.name)).frame_when_inactive(true).truncate();
                if ui.add(name.min_size(size)).clicked() && !shown {
                    ask(out, DaycareAction::Open(row.id, row.name.clone()));
                }
            });
        });
    });
    if !row.detail.is_empty() {
        note(ui, row.detail.clone());
    }
}

fn new_there(ui: &mut Ui, form: &mut DaycareForm, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = check_name(&form.new_name);
            let hatch = ui.add_enabled(name.is_ok(), Button::new("Hatch there")).clicked();
            let field = ui.add(field(&mut form.new_name, "A new pet's name", MAX_NAME));
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if let (true, Ok(name)) = (hatch || enter, name) {
                form.new_name.clear();
                ask(out, DaycareAction::Create(name));
            }
        });
    });
}

/// A pet that was not carried to the end.
fn on_its_way(ui: &mut Ui, row: &PetRow, model: &DaycareModel, out: &mut Vec<Action>) {
    heading(ui, "On its way");
    let words = row.elsewhere.as_ref().map(|where_| where_.words.as_str()).unwrap_or_default();
    wrapped(ui, RichText::new(format!("{} {words}. It stands still until that is finished.", row.name)));
    let refusal = (!model.door.is_in()).then_some("Go to that daycare and sign in first.");
    let ready = refusal.is_none() && model.busy.is_empty();
    ui.add_enabled_ui(ready, |ui| {
        ui.horizontal_wrapped(|ui| {
            if ui.button("Go on").clicked() {
                ask(out, DaycareAction::GoOn(row.slug.clone()));
            }
            if ui.button("Give up").on_hover_text("It stays where it was, if the daycare agrees.").clicked() {
                ask(out, DaycareAction::GiveUp(row.slug.clone()));
            }
        });
    });
    if let Some(refusal) = refusal {
        note(ui, refusal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_shown_as_it_is_printed() {
        let text = "01:23:45:67:89:AB:CD:EF".to_owned() + &":01:23:45:67:89:AB:CD:EF".repeat(3);
        let lines = in_lines(&text);
        assert_eq!((lines.lines().count(), lines.lines().next()), (4, Some("01:23:45:67:89:AB:CD:EF")));
        assert_eq!(lines.replace('\n', ":"), text);
        assert_eq!(in_lines("01:23 45"), "01:23:45");
    }
}
