//! For the tests of Web Serial, as a module of WebAssembly: a simulated toy for the far side of a mock
//! `navigator.serial`, and a page that has nothing but links. See `web/tests/serial.mjs`.
#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bevy_app::App;
use bevy_ecs::prelude::*;
use eggtooth_prong::face::{
    Asked, Line, LinkNews, LinkRequest, LinkState, Load, Order, ProngPlugin, ProngSettings, SecretFrom, Wake,
};
use eggtooth_prong::packet::Item;
use eggtooth_prong::pump::{Chore, Next};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::talk::Answer;
use eggtooth_prong::toy::{self, Wish};
use eggtooth_prong::transport::memory::{self, Memory};
use eggtooth_prong::transport::pace::Paced;
use eggtooth_prong::transport::{Arrival, BAUD, Clock, Transport, web_serial};
use wasm_bindgen::prelude::*;

/// A simulated toy, as slow as a real one.
#[wasm_bindgen]
pub struct Toy {
    near: Memory,
    toy: toy::Toy<Paced<Memory>>,
}

#[wasm_bindgen]
impl Toy {
    /// A toy that has this secret, and waits for anything.
    #[wasm_bindgen(constructor)]
    pub fn new(secret: Vec<u8>) -> Toy {
        let clock = Clock::start();
        let (near, far) = memory::pair(clock);
        let secret = Arc::new(Secret::new(secret).unwrap());
        Toy { near, toy: toy::Toy::new(Paced::new(far, BAUD, clock), secret, clock).unwrap() }
    }

    /// These bytes have come.
    pub fn give(&mut self, bytes: &[u8]) {
        // More than the toy's buffer holds is lost, as it would be.
        let _ = self.near.send(bytes);
    }

    /// Does what can be done now, and gives what the toy says.
    pub fn turn(&mut self) -> Vec<u8> {
        while self.toy.turn() == Next::Now {}
        let mut said = Vec::new();
        while let Ok(Some(arrival)) = self.near.next(Duration::ZERO) {
            if let Arrival::Bytes { bytes, .. } = arrival {
                said.extend(bytes);
            }
        }
        said
    }

    /// Begins `gifts` or a `playdate`.
    pub fn wish(&mut self, what: &str) {
        self.toy.wish(if what == "gifts" { Wish::Gifts } else { Wish::Playdate });
    }

    /// Whether a conversation goes on.
    pub fn talks(&self) -> bool {
        self.toy.is_talking()
    }

    /// How its last conversation ended.
    pub fn last(&self) -> Option<String> {
        self.toy.last().map(|last| format!("{last:?}").chars().take(200).collect())
    }
}

/// The face of one link, and what it tells in the words of `Debug`.
#[wasm_bindgen]
pub struct Page {
    app: App,
    link: Entity,
    wakes: Arc<AtomicU32>,
}

#[wasm_bindgen]
impl Page {
    /// `chooser`, `simulated`, or the name of a port.
    #[wasm_bindgen(constructor)]
    pub fn new(line: &str) -> Page {
        let mut app = App::new();
        let wakes = Arc::<AtomicU32>::default();
        let told = wakes.clone();
        let wake = Wake::new(move || {
            told.fetch_add(1, Ordering::Relaxed);
        });
        app.insert_resource(ProngSettings { wake, ..ProngSettings::default() }).add_plugins(ProngPlugin);
        let line = match line {
            "chooser" => Line::Chooser,
            "simulated" => Line::Simulated,
            name => Line::Port(name.to_owned()),
        };
        let link = app.world_mut().spawn(line).id();
        app.finish();
        app.cleanup();
        Page { app, link, wakes }
    }

    /// Opens the line.
    pub fn open(&mut self, secret: Option<Vec<u8>>) {
        let given = |secret| SecretFrom::Given(Arc::new(Secret::new(secret).unwrap()));
        self.ask(Order::Open(secret.map_or(SecretFrom::Environment, given)));
    }

    /// Sends these bytes as an item.
    pub fn send(&mut self, bytes: Vec<u8>) {
        self.ask(Order::Send(Load::Bytes(bytes)));
    }

    /// Begins with gifts, or waits for them.
    pub fn gift(&mut self, gift: Option<u16>) {
        self.ask(gift.map_or(Order::TakeGift, |gift| Order::Gift(Some(gift))));
    }

    /// Answers a question for a gift.
    pub fn give(&mut self, gift: u16) {
        self.ask(Order::Answer(Answer::Give(gift)));
    }

    /// Answers whether they breed.
    pub fn breed(&mut self, yes: bool) {
        self.ask(Order::Answer(Answer::Breed(yes)));
    }

    /// Begins a playdate, or waits for one.
    pub fn playdate(&mut self, begin: bool) {
        self.ask(if begin { Order::Playdate } else { Order::AwaitPlaydate });
    }

    /// Asks whether anybody is there.
    pub fn echo(&mut self) {
        self.ask(Order::Echo);
    }

    /// Closes the link.
    pub fn close(&mut self) {
        self.ask(Order::Close);
    }

    /// A frame: what was told since the last one.
    pub fn frame(&mut self) -> Vec<String> {
        self.app.update();
        let mut news = self.app.world_mut().resource_mut::<Messages<LinkNews>>();
        news.drain().map(|news| format!("{:?}", news.news).chars().take(400).collect()).collect()
    }

    /// How far the link is.
    pub fn state(&self) -> String {
        format!("{:?}", self.app.world().get::<LinkState>(self.link).unwrap())
    }

    /// What is asked, if something is.
    pub fn asked(&self) -> Option<String> {
        let asked = self.app.world().get::<Asked>(self.link).unwrap();
        asked.0.as_ref().map(|question| format!("{question:?}"))
    }

    /// How often the program was woken.
    pub fn wakes(&self) -> u32 {
        self.wakes.load(Ordering::Relaxed)
    }

    fn ask(&mut self, order: Order) {
        self.app.world_mut().write_message(LinkRequest { link: self.link, order });
    }
}

/// An item with a picture of so many bytes.
#[wasm_bindgen]
pub fn item(bytes: usize) -> Vec<u8> {
    Item::build(&vec![7; bytes], b"sprites", b"strings").unwrap().into_bytes()
}

/// Why there is no Web Serial.
#[wasm_bindgen]
pub fn missing() -> Option<String> {
    web_serial::missing().map(str::to_owned)
}

/// The ports that the page may use: `name adapter`.
#[wasm_bindgen]
pub async fn ports() -> Vec<String> {
    let looked = Rc::new(Cell::new(false));
    let told = looked.clone();
    web_serial::look(move || told.set(true));
    while !looked.get() {
        eggtooth_prong::transport::page::pause(Duration::ZERO).await;
    }
    web_serial::ports().into_iter().map(|port| format!("{} {}", port.name, port.adapter)).collect()
}
