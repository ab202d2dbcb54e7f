//! A pet that is carried to and fro between a shelf and the real `eggtooth serve` lives in exactly one place, whatever
//! breaks: requests and answers get lost, this program dies between two steps, the daycare is killed and started again.
#![cfg(all(feature = "serve", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
#[path = "serve/daycare.rs"]
#[allow(dead_code, reason = "another test program uses the rest")]
mod daycare;

use common::Folder;
use daycare::PASSWORD;
use eggtooth_livelink::client::{Daycare as Client, Pins, Session};
use eggtooth_toy::{
    Carrier, CarryError, Daycare, End, Home, Id, Known, Luggage, Machine, Parcel, TICKS_PER_SECOND, Trouble, Wire,
    now_millis, pip,
};
use eggtooth_vault::Slug;
use pollster::block_on;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the pet is carried.
const LEGS: usize = 100;

/// Numbers from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn id(&mut self) -> Id {
        u128::from(self.roll(u64::MAX)).wrapping_mul(0x1234_5678_9ABC_DEF1_2345_6789).to_le_bytes()
    }
}

/// A line on which one request in five is lost, half of them after they took effect.
struct Line<'a> {
    wire: Wire,
    dice: &'a mut Dice,
}

impl Line<'_> {
    async fn through<T>(&mut self, ask: impl AsyncFnOnce(&mut Wire) -> Result<T, Trouble>) -> Result<T, Trouble> {
        // Slower than a daycare's limit of twenty requests a second.
        std::thread::sleep(Duration::from_millis(55));
        let lost = || Trouble::Lost("the line is dead".into());
        let fate = self.dice.roll(10);
        if fate == 0 {
            return Err(lost());
        }
        let answer = ask(&mut self.wire).await;
        if fate == 1 { Err(lost()) } else { answer }
    }
}

impl Daycare for Line<'_> {
    fn address(&self) -> &str {
        self.wire.address()
    }

    fn account(&self) -> Id {
        self.wire.account()
    }

    async fn arrive(&mut self, id: Id, luggage: &Luggage) -> Result<Id, Trouble> {
        self.through(async |wire| wire.arrive(id, luggage).await).await
    }

    async fn ask(&mut self, id: Id) -> Result<Option<Known>, Trouble> {
        self.through(async |wire| wire.ask(id).await).await
    }

    async fn cancel(&mut self, id: Id) -> Result<(), Trouble> {
        self.through(async |wire| wire.cancel(id).await).await
    }

    async fn leave(&mut self, toy: Id, id: Id) -> Result<Parcel, Trouble> {
        self.through(async |wire| wire.leave(toy, id).await).await
    }

    async fn done(&mut self, id: Id) -> Result<(), Trouble> {
        self.through(async |wire| wire.done(id).await).await
    }

    async fn abort(&mut self, id: Id) -> Result<(), Trouble> {
        self.through(async |wire| wire.abort(id).await).await
    }
}

struct World {
    folder: Folder,
    server: Option<daycare::Daycare>,
    address: String,
    home: Option<Home>,
    client: Option<(Client, Session)>,
    slug: Slug,
    /// The pet's twin, which was never carried: it has lived as long as the pet.
    twin: Machine,
    dice: Dice,
}

impl World {
    fn new(seed: u64) -> World {
        let folder = Folder::new();
        let server = daycare::Daycare::plain(&folder);
        server.set_up();
        let address = format!("http://localhost:{}", server.port());
        let home = Home::open(Some(folder.path("shelf"))).unwrap();
        let slug = home.hatch(None, Some("Pip".into())).unwrap().slug().unwrap().clone();
        let twin = Machine::new(&pip().unwrap());
        let (server, home) = (Some(server), Some(home));
        let mut world = World { folder, server, address, home, client: None, slug, twin, dice: Dice(seed) };
        world.connect();
        world
    }

    /// The session of before, or a new one.
    fn connect(&mut self) {
        let pins = Arc::new(Pins::new(self.home().dir().path()));
        let client = Client::open(&self.address.parse().unwrap(), pins).unwrap();
        let session = block_on(client.session()).unwrap();
        let session = session.unwrap_or_else(|| block_on(client.sign_in("Ada", PASSWORD)).unwrap());
        self.client = Some((client, session));
    }

    fn home(&self) -> &Home {
        self.home.as_ref().unwrap()
    }

    fn toys(&self) -> Vec<Id> {
        std::thread::sleep(Duration::from_millis(55));
        block_on(self.client.as_ref().unwrap().0.toys()).unwrap().iter().map(|toy| toy.id.0).collect()
    }

    fn lives_here(&self) -> bool {
        self.home().open_toy(&self.slug, None, &mut Vec::new()).is_ok()
    }

    /// This program is killed and started again; sometimes the daycare is.
    fn die(&mut self) {
        (self.client, self.home) = (None, None);
        self.home = Some(Home::open(Some(self.folder.path("shelf"))).unwrap());
        if self.dice.roll(8) == 0 {
            let port = self.server.as_ref().unwrap().port();
            // Dropping it kills it without a word.
            self.server = None;
            let options = format!("--plain --metrics off --listen 127.0.0.1:{port}");
            self.server = Some(daycare::Daycare::start(&self.folder, &options));
        }
        self.connect();
    }

    fn carrier(&mut self) -> Carrier {
        if let Some(carrier) = Carrier::resume(self.home(), &self.slug).unwrap() {
            return carrier;
        }
        let id = self.dice.id();
        let (client, session) = self.client.as_ref().unwrap();
        let wire = Wire::new(client.clone(), session);
        if self.lives_here() {
            return Carrier::away(self.home(), &self.slug, &wire, id).unwrap();
        }
        let toy = self.toys()[0];
        Carrier::home(self.home(), &wire, toy, "Pip", id).unwrap()
    }

    /// One attempt, to its end, with deaths on the way; how many there were.
    fn carry(&mut self) -> (End, usize) {
        let (mut deaths, mut failures) = (0, 0);
        let mut carrier = self.carrier();
        loop {
            let (client, session) = self.client.as_ref().unwrap();
            let mut line = Line { wire: Wire::new(client.clone(), session), dice: &mut self.dice };
            match block_on(carrier.step(&mut line, now_millis())) {
                Ok(Some(end)) => return (end, deaths),
                Ok(None) => {}
                Err(CarryError::Lost(why)) => {
                    failures += 1;
                    // A daycare takes one pet in ten seconds, and says so.
                    std::thread::sleep(Duration::from_millis(250));
                    assert!(failures < 400, "{why}");
                }
                Err(error) => panic!("{error}"),
            }
            if self.dice.roll(100) < 12 {
                drop(carrier);
                self.die();
                deaths += 1;
                if Carrier::resume(self.home(), &self.slug).unwrap().is_none() {
                    let end = self.toys().first().map_or(End::Here, |toy| End::There(*toy));
                    return (end, deaths);
                }
                carrier = self.carrier();
            }
        }
    }
}

#[test]
fn a_hundred_times_to_and_fro_between_a_shelf_and_a_real_daycare() {
    let mut world = World::new(11);
    let (mut deaths, mut there, mut here) = (0, 0, 0);
    let mut set_out = Instant::now();
    for _ in 0..LEGS {
        let (end, killed) = world.carry();
        deaths += killed;
        match end {
            End::There(toy) => {
                there += 1;
                assert_eq!(world.toys(), [toy], "exactly one there");
                assert!(!world.lives_here(), "and none here");
            }
            End::Here => {
                here += 1;
                assert_eq!(world.toys(), [] as [Id; 0], "none there");
                let mut session = world.home().open_toy(&world.slug, None, &mut Vec::new()).unwrap();
                let tick = session.machine.tick();
                let most = world.twin.tick() + (set_out.elapsed().as_millis() as u64 + 2000) * TICKS_PER_SECOND / 1000;
                assert!((world.twin.tick()..=most).contains(&tick), "{} to {tick}, at most {most}", world.twin.tick());
                // It lived there as its twin does here: to the last bit.
                world.twin.advance(tick, &mut ());
                assert_eq!(world.twin.state_hash().unwrap(), session.machine.state_hash().unwrap());
                let on = tick + world.dice.roll(10 * TICKS_PER_SECOND);
                session.machine.advance(on, &mut ());
                world.twin.advance(on, &mut ());
                session.save().unwrap();
                set_out = Instant::now();
            }
        }
    }
    assert_eq!((there, here), (LEGS / 2, LEGS / 2));
    assert!(deaths >= 20, "{deaths} deaths");
}
