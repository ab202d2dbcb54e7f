//! A model to draw, and a harness that draws it.
#![allow(dead_code, reason = "each test program uses its part")]

use bevy_egui::egui::{self, Rect};
use eggtooth_desk::daycare::DaycareModel;
use eggtooth_desk::friends::FriendsModel;
use eggtooth_desk::link::LinkModel;
use eggtooth_desk::look;
use eggtooth_desk::model::{Action, DesignRow, Model, PetClock, PetRow, Quality, Sound, Tape, Time};
use eggtooth_desk::view::{View, draw};
use eggtooth_toy::Choice;
use eggtooth_vault::Slug;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};

pub const SPEEDS: [u32; 5] = [1, 2, 4, 16, 64];
/// The sizes that everything must fit: as at first start, and a narrow one.
pub const SIZES: [[f32; 2]; 2] = [[1280.0, 720.0], [360.0, 640.0]];

pub fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

pub fn row(text: &str, name: &str) -> PetRow {
    PetRow {
        slug: slug(text),
        name: name.into(),
        detail: "Lived for 3 h 12 min".into(),
        damaged: None,
        elsewhere: None,
    }
}

pub fn model() -> Model {
    Model {
        pet: "Pip".into(),
        program: None,
        designs: ["Honey", "Sea glass", "Midnight"]
            .map(|name| DesignRow { name: name.into(), swatch: [0xd9, 0x8d, 0x45] })
            .into(),
        design: 0,
        sound: Sound { volume: 70, muted: false, no_device: false },
        time: Time { speed: 1, paused: false, fast_forward: false },
        speeds: &SPEEDS,
        now: (14, 32),
        clock: PetClock::Ready { shows: (12, 5) },
        tap: true,
        shelf: vec![row("pip", "Pip"), row("momo", "Momo")],
        current: Some(slug("pip")),
        retired: vec![row("old-one", "Old one")],
        read_only: None,
        folder: "/home/somebody/.local/share/eggtooth".into(),
        quality: Quality::Auto,
        less_motion: false,
        choice: Choice::Ask,
        absence: None,
        tape: None,
        link: LinkModel::default(),
        daycare: DaycareModel::default(),
        friends: FriendsModel::default(),
        elsewhere: None,
    }
}

/// Everything as long, as much and as wrong as it can be.
pub fn crowded() -> Model {
    let long = "An exceedingly long-named pet, forty chars";
    let name: String = long.chars().take(40).collect();
    let mut model = Model {
        pet: name.clone(),
        program: Some(name.clone()),
        sound: Sound { volume: 100, muted: true, no_device: true },
        time: Time { speed: 64, paused: true, fast_forward: true },
        clock: PetClock::No("Only Pip's clock can be set from here so far."),
        tap: false,
        tape: Some(Tape::Playing { at: 59_000, of: 315_576_000, ended: false }),
        read_only: Some("another Eggtooth has the folder open".into()),
        folder: "/home/somebody/with/a/rather/deep/tree/of/folders/and/no/spaces/.local/share/eggtooth".into(),
        ..model()
    };
    for n in 0..30 {
        model.shelf.push(row(&format!("pet-{n}"), &format!("{}{n:02}", &name[..38])));
    }
    model.shelf[1].damaged = Some("All of its saves are damaged.".into());
    model
}

pub struct Table {
    pub model: Model,
    pub view: View,
    pub actions: Vec<Action>,
}

pub fn table(size: [f32; 2], model: Model, view: View) -> Harness<'static, Table> {
    let state = Table { model, view, actions: Vec::new() };
    let mut dressed = false;
    let app = move |ui: &mut egui::Ui, table: &mut Table| {
        if !std::mem::replace(&mut dressed, true) {
            look::dress(ui.ctx(), true);
        }
        let actions = draw(ui.ctx(), &table.model, &mut table.view);
        table.actions.extend(actions);
    };
    let mut harness = Harness::builder().with_size(size).with_max_steps(30).build_ui_state(app, state);
    harness.run_ok();
    harness
}

/// The menu, open.
pub fn menu(size: [f32; 2], model: Model) -> Harness<'static, Table> {
    table(size, model, View { open: true, ..View::new() })
}

/// The widget with this label; not a text that happens to say the same.
fn widget<'a>(harness: &'a Harness<'static, Table>, label: &'a str) -> Node<'a> {
    let mut all: Vec<Node<'_>> = harness.query_all_by_label(label).collect();
    assert!(!all.is_empty(), "there is no {label}");
    all.sort_by_key(|node| node.accesskit_node().role() == egui::accesskit::Role::Label);
    all.remove(0)
}

/// Clicks the widget with this label, wherever the menu must be scrolled to, and returns what that
/// asked for.
pub fn click(harness: &mut Harness<'static, Table>, label: &str) -> Vec<Action> {
    harness.state_mut().actions.clear();
    widget(harness, label).scroll_to_me();
    harness.run_ok();
    widget(harness, label).click();
    harness.run_ok();
    std::mem::take(&mut harness.state_mut().actions)
}

pub fn has(harness: &Harness<'static, Table>, label: &str) -> bool {
    harness.query_all_by_label(label).next().is_some()
}

pub fn type_into(
    harness: &mut Harness<'static, Table>,
    node: impl Fn(&Harness<'static, Table>) -> egui::Rect,
    text: &str,
) {
    let centre = node(harness).center();
    harness.hover_at(centre);
    harness.drag_at(centre);
    harness.drop_at(centre);
    harness.run_ok();
    harness.event(egui::Event::Text(text.into()));
    harness.run_ok();
}

pub fn field(harness: &Harness<'static, Table>) -> Rect {
    let field: Node<'_> = harness.get_by_role(egui::accesskit::Role::TextInput);
    field.rect()
}

pub fn enabled(harness: &Harness<'static, Table>, label: &str) -> bool {
    !widget(harness, label).accesskit_node().is_disabled()
}

/// Every text that is painted: its characters, where it lies, and what it is clipped to.
pub fn texts(harness: &Harness<'static, Table>) -> Vec<(String, Rect, Rect, f32)> {
    fn walk(shape: &egui::Shape, clip: Rect, out: &mut Vec<(String, Rect, Rect, f32)>) {
        match shape {
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| walk(shape, clip, out)),
            egui::Shape::Text(text) if !text.galley.text().trim().is_empty() => {
                let sizes = text.galley.job.sections.iter().map(|section| section.format.font_id.size);
                let least = sizes.fold(f32::INFINITY, f32::min);
                out.push((text.galley.text().to_owned(), text.visual_bounding_rect(), clip, least));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    for shape in &harness.output().shapes {
        walk(&shape.shape, shape.clip_rect, &mut out);
    }
    out
}
