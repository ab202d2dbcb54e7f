//! The shelf: who lives here, who is hatched next, who has retired; and ROMs.

use super::{Form, chip, field, heading, note, wide};
use crate::daycare::DaycareAction;
use crate::look::{BRICK, SAND};
use crate::model::{Action, Model, PetRow, Program, Tape};
use bevy_egui::egui::{self, Align, Button, CollapsingHeader, Key, Layout, RichText, Ui, vec2};
use eggtooth_vault::{MAX_NAME, Slug, check_name};

/// Pets, new ones and retired ones.
pub(super) fn shelf(ui: &mut Ui, model: &Model, form: &mut Form, out: &mut Vec<Action>) {
    heading(ui, "Shelf");
    for row in &model.shelf {
        ui.push_id(row.slug.as_str(), |ui| pet_row(ui, model, row, form, out));
    }
    if model.current.is_none() && model.elsewhere.is_none() && !matches!(model.tape, Some(Tape::Playing { .. })) {
        note(ui, format!("{} is not on the shelf: it will be gone when Eggtooth is closed.", model.pet));
    }
    if form.hatching {
        hatch(ui, model, form, out);
    } else if wide(ui, "New pet…", None).clicked() {
        form.hatching = true;
    }
    if !model.retired.is_empty() {
        CollapsingHeader::new(format!("Retired ({})", model.retired.len())).id_salt("retired").show_unindented(
            ui,
            |ui| {
                for row in &model.retired {
                    ui.push_id(row.slug.as_str(), |ui| retired_row(ui, model, row, out));
                }
            },
        );
    }
}

/// One pet: its name puts it on the desk; three dots show what else can be done.
fn pet_row(ui: &mut Ui, model: &Model, row: &PetRow, form: &mut Form, out: &mut Vec<Action>) {
    if form.renaming.as_ref().is_some_and(|(slug, _)| *slug == row.slug) {
        rename(ui, model, row, form, out);
        return;
    }
    let here = model.current.as_ref() == Some(&row.slug);
    let unfolded = form.unfolded.as_ref() == Some(&row.slug);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let more = ui.add(Button::selectable(unfolded, "…").frame_when_inactive(true));
            if more.on_hover_text(format!("More about {}", row.name)).clicked() {
                form.unfolded = (!unfolded).then(|| row.slug.clone());
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
                let name = Button::selectable(here, RichText::new(&row.name)).frame_when_inactive(true).truncate();
                let response = ui.add_enabled(row.damaged.is_none(), name.min_size(size));
                if response.clicked() && !here {
                    out.push(match row.elsewhere {
                        Some(_) => Action::Daycare(DaycareAction::Visit(row.slug.clone())),
                        None => Action::Switch(row.slug.clone()),
                    });
                }
            });
        });
    });
    match &row.damaged {
        Some(reason) => drop(ui.colored_label(BRICK, reason)),
        None if row.elsewhere.is_some() => {
            let words = row.elsewhere.as_ref().map(|place| place.words.as_str()).unwrap_or_default();
            note(ui, format!("It {words}."));
        }
        None if unfolded && !row.detail.is_empty() => drop(note(ui, row.detail.clone())),
        None => {}
    }
    if unfolded {
        ui.horizontal_wrapped(|ui| {
            let rename = ui.add_enabled(model.writable() && row.damaged.is_none(), Button::new("Rename"));
            if rename.on_disabled_hover_text("Nothing can be saved now.").clicked() {
                form.renaming = Some((row.slug.clone(), row.name.clone()));
                form.renaming_shown = false;
            }
            let copy = ui.add_enabled(row.damaged.is_none() && row.elsewhere.is_none(), Button::new("Copy…"));
            let copy = copy.on_hover_text("Writes it to a file of yours, as it was saved last.");
            if copy.on_disabled_hover_text("It is not here, or all of its saves are damaged.").clicked() {
                out.push(Action::Copy(row.slug.clone(), row.name.clone()));
            }
            let retire = ui.add_enabled(model.writable(), Button::new("Retire"));
            let retire = retire.on_hover_text("Takes it off the shelf; it can come back.");
            if retire.on_disabled_hover_text("Nothing can be saved now.").clicked() {
                out.push(Action::Retire(row.slug.clone()));
                form.unfolded = None;
            }
        });
    }
}

/// The name as a field, in the place of the row.
fn rename(ui: &mut Ui, model: &Model, row: &PetRow, form: &mut Form, out: &mut Vec<Action>) {
    let first = !std::mem::replace(&mut form.renaming_shown, true);
    let Some((_, typed)) = &mut form.renaming else { return };
    let field = ui.add(field(typed, "Name", MAX_NAME));
    if first {
        field.request_focus();
    }
    let checked = new_name(&row.slug, typed, model);
    let (enter, escape) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    let mut done = field.lost_focus() && escape;
    let mut save = field.lost_focus() && enter;
    if let Err(reason) = &checked {
        ui.colored_label(BRICK, reason);
    }
    ui.horizontal(|ui| {
        save |= ui.add_enabled(checked.is_ok(), Button::new("Save")).clicked();
        done |= ui.button("Cancel").clicked();
    });
    match checked {
        Ok(name) if save => {
            if name != row.name {
                out.push(Action::Rename(row.slug.clone(), name));
            }
            done = true;
        }
        _ if save => field.request_focus(),
        _ => {}
    }
    if done {
        form.renaming = None;
    }
}

/// Whether `typed` can be the new name of a pet: trimmed, or the sentence that says why not.
///
/// # Errors
/// A sentence for the player.
pub fn new_name(slug: &Slug, typed: &str, model: &Model) -> Result<String, String> {
    let name = check_name(typed).map_err(|_| name_rule(typed))?;
    let taken = model.shelf.iter().any(|row| row.slug != *slug && row.name.to_lowercase() == name.to_lowercase());
    if taken {
        return Err("Another pet has this name.".into());
    }
    Ok(name)
}

fn name_rule(typed: &str) -> String {
    if typed.trim().is_empty() {
        "A name has at least one character.".into()
    } else {
        format!("A name has at most {MAX_NAME} characters, no slash, and no dot in front.")
    }
}

/// The fields of a new pet.
fn hatch(ui: &mut Ui, model: &Model, form: &mut Form, out: &mut Vec<Action>) {
    let field = ui.add(field(&mut form.new_name, "Name, if you like", MAX_NAME));
    match &model.program {
        Some(program) => {
            ui.horizontal_wrapped(|ui| {
                for (value, text) in [(Program::Pip, "Pip".to_owned()), (Program::Same, format!("Like {program}"))] {
                    if chip(ui, form.new_program == value, text).clicked() {
                        form.new_program = value;
                    }
                }
            });
        }
        None => form.new_program = Program::Pip,
    }
    let blank = form.new_name.trim().is_empty();
    let checked = if blank { Ok(None) } else { check_name(&form.new_name).map(Some) };
    if checked.is_err() {
        ui.colored_label(BRICK, name_rule(&form.new_name));
    }
    let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        let hatch = ui.add_enabled(checked.is_ok(), Button::new("Hatch")).clicked();
        if let (true, Ok(name)) = (hatch || enter, checked) {
            out.push(Action::New { name, program: form.new_program });
            form.hatching = false;
            form.new_name.clear();
        }
        if ui.button("Cancel").clicked() {
            form.hatching = false;
        }
    });
    note(ui, "The others stay on the shelf, and are away until you come back to them.");
}

fn retired_row(ui: &mut Ui, model: &Model, row: &PetRow, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add_enabled(model.writable(), Button::new("Bring back")).clicked() {
                out.push(Action::Restore(row.slug.clone(), false));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(&row.name).color(SAND)).truncate());
            });
        });
    });
}

/// Opening ROMs.
pub(super) fn roms(ui: &mut Ui, form: &mut Form, out: &mut Vec<Action>) {
    heading(ui, "Your own ROM");
    if wide(ui, "Choose a file…", None).clicked() {
        out.push(Action::ChooseRom);
    }
    if cfg!(target_family = "wasm") {
        note(ui, "You can also drop a ROM, a saved pet (.egg) or a recording (.eggplay) on the page.");
        return;
    }
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let path = form.path.trim().to_owned();
            let open = ui.add_enabled(!path.is_empty(), Button::new("Open")).clicked();
            let field = ui.add(field(&mut form.path, "or its path", 4096));
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if open || enter && !path.is_empty() {
                out.push(Action::OpenRom(path));
                form.path.clear();
            }
        });
    });
    note(ui, "You can also drop a ROM, a saved pet (.egg) or a recording (.eggplay) on the window.");
}
