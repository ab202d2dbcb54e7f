//! The page's own object: what the game asks it for.

use bevy::ecs::prelude::*;
use eggtooth::game::Wanted;
use eggtooth_desk::model::Quality;
use eggtooth_desk::page::ToPage;
use eggtooth_toy::face::{PetCalled, Shown, Toy};
use eggtooth_vault::memory;
use js_sys::{Array, JsString, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `host` of [`boot`](super::boot).
    pub type Host;

    /// Stores changes, `[path, Uint8Array | null]` each, in one transaction, and then calls `stored(number)`.
    #[wasm_bindgen(method)]
    fn store(this: &Host, changes: Array, number: f64);
    /// Says how the pet is.
    #[wasm_bindgen(method)]
    pub fn say(this: &Host, text: &str);
    /// The game asks what becomes of an absence, or asks no more.
    #[wasm_bindgen(method)]
    pub fn ask(this: &Host, asks: bool);
    /// The pet of this name calls.
    #[wasm_bindgen(method)]
    fn call(this: &Host, name: &str, text: &str);
    /// Lets the player choose a file.
    #[wasm_bindgen(method)]
    fn pick(this: &Host, purpose: &str, accept: &str);
    /// Gives the player a file.
    #[wasm_bindgen(method)]
    fn download(this: &Host, name: &str, bytes: Uint8Array);
    /// The game's menu is open, and the key that moves the focus is its own; or it is closed.
    #[wasm_bindgen(method)]
    fn menu(this: &Host, open: bool);
    /// What the focus in the menu has come to.
    #[wasm_bindgen(method)]
    fn focused(this: &Host, text: &str);
    /// Only this part of the picture is drawn from now on: pixels from the upper left corner; all of it if it is empty.
    #[wasm_bindgen(method)]
    pub fn part(this: &Host, x: u32, y: u32, width: u32, height: u32);
    /// The pet can be seen.
    #[wasm_bindgen(method)]
    pub fn ready(this: &Host);
}

/// What the page has chosen.
#[derive(Default)]
pub struct Options {
    /// Why nothing may be written: a clause.
    pub read_only: Option<String>,
    pub speed: Option<u32>,
    pub toy: Option<String>,
    /// The origin of the daycare that serves the page.
    pub daycare: Option<String>,
    /// The name of a toy there to begin with.
    pub there: Option<String>,
    pub mute: bool,
    /// How finely it is drawn, whatever the player's settings say.
    pub quality: Option<Quality>,
    /// Width and height of the picture in the page's pixels, so that it need not be drawn in another size first.
    pub size: Option<(u32, u32)>,
}

impl Options {
    /// Reads the object; what is missing or of another type is as if it were not there.
    pub fn of(object: &JsValue) -> Options {
        let get = |name: &str| Reflect::get(object, &JsString::from(name)).unwrap_or(JsValue::UNDEFINED);
        let pixels = |name: &str| get(name).as_f64().map(|pixels| pixels as u32).filter(|pixels| *pixels > 0);
        Options {
            read_only: get("readOnly").as_string(),
            speed: get("speed").as_f64().map(|speed| speed as u32),
            toy: get("toy").as_string().filter(|toy| !toy.is_empty()),
            daycare: get("daycare").as_string(),
            there: get("there").as_string().filter(|toy| !toy.is_empty()),
            mute: get("mute").is_truthy(),
            quality: get("quality")
                .as_string()
                .and_then(|name| Quality::ALL.into_iter().find(|quality| quality.name().eq_ignore_ascii_case(&name))),
            size: pixels("width").zip(pixels("height")),
        }
    }

    /// The pet that is meant: a toy of the daycare that serves the page, the one named, or whichever was last.
    pub fn wanted(&self) -> Wanted {
        match (&self.daycare, &self.there) {
            (Some(daycare), Some(there)) => {
                Wanted { daycare: Some(daycare.clone()), toy: Some(there.clone()), ..Wanted::default() }
            }
            _ => Wanted { toy: self.toy.clone(), ..Wanted::default() },
        }
    }
}

/// The files of an array of `[path, Uint8Array]`; other things in it are passed over.
pub fn files(array: &Array) -> Vec<(String, Vec<u8>)> {
    let file = |entry: JsValue| {
        let entry = entry.dyn_into::<Array>().ok()?;
        let bytes = entry.get(1).dyn_into::<Uint8Array>().ok()?;
        Some((entry.get(0).as_string()?, bytes.to_vec()))
    };
    array.iter().filter_map(file).collect()
}

/// Hands the page what is to be stored, chosen, downloaded and told.
pub fn hand_over(
    host: NonSend<Host>,
    mut asked: MessageReader<ToPage>,
    mut calls: MessageReader<PetCalled>,
    shown: Query<&Toy, With<Shown>>,
) {
    let (number, changes) = memory::changes();
    if !changes.is_empty() {
        let changes = changes.into_iter().map(|change| {
            let bytes = change.bytes.map_or(JsValue::NULL, |bytes| Uint8Array::from(&*bytes).into());
            Array::of2(&change.path.into(), &bytes)
        });
        host.store(changes.collect(), number as f64);
    }
    for asked in asked.read() {
        match asked {
            ToPage::Pick(purpose) => host.pick(purpose.name(), purpose.accept()),
            ToPage::Download(name, bytes) => host.download(name, Uint8Array::from(bytes.as_slice())),
            ToPage::Menu(open) => host.menu(*open),
            ToPage::Focus(text) => host.focused(text),
        }
    }
    for call in calls.read() {
        if let Ok(toy) = shown.get(call.toy) {
            let (session, name) = (&toy.0, toy.0.name());
            host.call(name, &eggtooth_toy::words(name, &session.machine, session.watch()));
        }
    }
}
