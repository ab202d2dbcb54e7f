//! The game on a page: what JavaScript calls, and what is called there. `web/README.md` has both.
//!
//! The page loads what lies in the browser's database, calls [`boot`] once, and from then on everything goes through two
//! queues: what the page says waits until the next frame, and what the game asks for is handed over at its end.

#![cfg_attr(not(target_family = "wasm"), allow(dead_code, unused_imports, reason = "it runs on a page alone"))]

mod host;
mod inbox;
mod report;

use bevy::app::{App, Last, PluginGroup, PreUpdate, Startup, TaskPoolPlugin};
use bevy::ecs::prelude::*;
use bevy::log::{Level, LogPlugin};
use bevy::prelude::DefaultPlugins;
use bevy::window::{Window, WindowPlugin, WindowResolution};
use bevy::winit::EventLoopProxyWrapper;
use eggtooth::game::{self, LOUD_LIBRARIES, Start, Wanted};
use eggtooth_desk::DaycareHere;
use eggtooth_desk::page::{Bytes, FromPage, Purpose};
use eggtooth_desk::settings::DeskSettings;
use eggtooth_screen::stage::without_sprites;
use eggtooth_toy::face::{Pace, SPEEDS};
use eggtooth_toy::{Button, Home, Recording, TICKS_PER_SECOND};
use eggtooth_vault::memory;
use host::{Host, Options};
use wasm_bindgen::prelude::*;

/// The module is loaded; the game begins with [`boot`].
fn main() {
    console_error_panic_hook::set_once();
}

/// The screen of the pet that [`boot`] would put on the desk with the same arguments, for the page to show until then: 16
/// rows, bit x is column x of 32. `undefined` where there is no pet to see. Nothing is changed or kept.
#[wasm_bindgen]
#[must_use]
pub fn glimpse(files: js_sys::Array, options: JsValue) -> Option<Vec<u32>> {
    let options = Options::of(&options);
    memory::mount(host::files(&files), Some("this is only a look".into()));
    let wanted = options.wanted();
    let home = Home::open(None).ok()?;
    let (Start::Pet(mut session), _) = game::begin(&home, &wanted).ok()? else { return None };
    // A new pet's screen is empty until its program has begun.
    session.machine.advance(2 * TICKS_PER_SECOND, &mut ());
    Some(session.machine.frame().rows.to_vec())
}

/// Begins the game on the element `canvas#game`. `files`: the data folder as it was stored, an array of
/// `[path, Uint8Array]`. Returns at once; the browser's frames do the rest.
///
/// # Errors
/// A sentence for the player: no pet can be had.
#[wasm_bindgen]
pub fn boot(host: Host, files: js_sys::Array, options: JsValue) -> Result<(), JsValue> {
    let options = Options::of(&options);
    memory::mount(host::files(&files), options.read_only.clone());
    let home = Home::open(None).map_err(told)?;
    let wanted = options.wanted();
    let (start, notices) = match game::begin(&home, &wanted) {
        Ok(begun) => begun,
        // A pet that is not there must not keep the player from the others.
        Err(error) if wanted.toy.is_some() => {
            let (start, mut notices) = game::begin(&home, &Wanted::default()).map_err(told)?;
            notices.push(format!("{error}."));
            (start, notices)
        }
        Err(error) => return Err(told(error)),
    };
    let speed = options.speed.filter(|speed| SPEEDS.contains(speed)).unwrap_or(1);
    let pace = Pace { speed, ..Pace::default() };
    let resolution = options.size.map_or_else(WindowResolution::default, |(width, height)| (width, height).into());
    let mut app = App::new();
    app.add_plugins(without_sprites(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: Some(Window {
                    title: "Eggtooth".into(),
                    canvas: Some("#game".into()),
                    resolution,
                    fit_canvas_to_parent: true,
                    // The page keeps its own keys: reloading, zooming, moving the focus.
                    prevent_default_event_handling: false,
                    ..Window::default()
                }),
                ..WindowPlugin::default()
            })
            .set(TaskPoolPlugin::default())
            .set(LogPlugin { level: Level::WARN, filter: LOUD_LIBRARIES.into(), ..LogPlugin::default() }),
    ));
    game::put_together(&mut app, home, wanted.daycare_start(), start, notices, pace, options.mute);
    if let Some(daycare) = options.daycare {
        app.insert_resource(DaycareHere(daycare));
    }
    if let Some(quality) = options.quality {
        // After the settings were read.
        app.add_systems(Startup, move |mut settings: ResMut<DeskSettings>| settings.quality = quality);
    }
    app.insert_non_send(host)
        .add_systems(Startup, |proxy: Res<EventLoopProxyWrapper>| inbox::wake_with((**proxy).clone()))
        .add_systems(PreUpdate, inbox::take.before(eggtooth_desk::DeskSystems::Input))
        .add_systems(Last, (report::look, host::hand_over).chain().after(eggtooth_toy::face::ToySystems::Save));
    app.run();
    Ok(())
}

fn told(error: impl std::fmt::Display) -> JsValue {
    JsValue::from_str(&format!("{error}."))
}

/// A button under the picture: "A", "B", "C" or "TAP" goes down or up.
#[wasm_bindgen]
pub fn press(button: &str, down: bool) {
    let button = match button {
        "A" => Button::A,
        "B" => Button::B,
        "C" => Button::C,
        "TAP" => Button::Tap,
        _ => return,
    };
    inbox::put(FromPage::Press(button, down));
}

/// A file that was dropped on the page.
#[wasm_bindgen]
pub fn open_file(name: String, bytes: Vec<u8>) {
    inbox::put(FromPage::File(Purpose::Open, name, Bytes(bytes.into())));
}

/// A file that was chosen for a purpose that the game has named.
#[wasm_bindgen]
pub fn chosen(purpose: &str, name: String, bytes: Vec<u8>) {
    if let Some(purpose) = Purpose::ALL.into_iter().find(|known| known.name() == purpose) {
        inbox::put(FromPage::File(purpose, name, Bytes(bytes.into())));
    }
}

/// The page is hidden, or seen again.
#[wasm_bindgen]
pub fn hidden(yes: bool) {
    inbox::put(FromPage::Hidden(yes));
}

/// A sentence for the player.
#[wasm_bindgen]
pub fn tell(text: String) {
    inbox::put(FromPage::Tell(text));
}

/// The player wants a copy of the pet on the desk: `host.download` gets it.
#[wasm_bindgen]
pub fn copy() {
    inbox::put(FromPage::Copy);
}

/// The answer to the question about an absence: it is lived, or time stood still.
#[wasm_bindgen]
pub fn decide(live: bool) {
    inbox::put(FromPage::Decide(live));
}

/// The page has stored the changes up to this number.
#[wasm_bindgen]
pub fn stored(number: f64) {
    memory::stored(number as u64);
    inbox::wake();
}

/// How the game is, as JSON, for tests and whoever is curious.
#[wasm_bindgen]
#[must_use]
pub fn state() -> String {
    report::state()
}

/// Lives a recording (`.eggplay`) of Pip to its end, beside the game: `{tick, hash, expected}` as JSON.
///
/// # Errors
/// A sentence: it is no recording, or of a ROM that is not built in.
#[wasm_bindgen]
pub fn replay(bytes: &[u8]) -> Result<String, JsValue> {
    let recording = Recording::from_bytes(bytes).map_err(told)?;
    let home = Home::open(None).map_err(told)?;
    let mut session = home.play(&recording).map_err(told)?;
    session.machine.advance(recording.end(), &mut ());
    let hash = session.machine.state_hash().map_err(told)?;
    let hex = |hash: &[u8; 32]| eggtooth_vault::hex(hash);
    let (tick, hash, expected) = (session.machine.tick(), hex(&hash), hex(recording.hash()));
    Ok(serde_json::json!({ "tick": tick, "hash": hash, "expected": expected }).to_string())
}
