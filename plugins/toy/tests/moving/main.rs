//! A pet that is carried to and fro lives in exactly one place, whatever breaks on the way.
//!
//! Between any two steps (one file written, or one request made) the program may die: everything in memory is dropped
//! and the folder opened again. Requests get lost before or after they took effect. Time passes meanwhile.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod daycare;

use daycare::{Dice, House};
use eggtooth_toy::{Carrier, CarryError, Daycare, End, Home, Lease, Machine, STATE, TICKS_PER_SECOND, ToyError, pip};
use eggtooth_vault::{DataDir, Envelope, GENERATIONS, Slug, Tag};
use pollster::block_on;
use std::fs;

/// The pet, wherever it is, beside one of the same program that was never carried.
struct World {
    folder: tempfile::TempDir,
    home: Option<Home>,
    slug: Slug,
    house: House,
    reference: Machine,
    /// Milliseconds since 1970.
    now: u64,
    dice: Dice,
}

impl World {
    fn new(seed: u64, losses: u64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().into())).unwrap();
        let slug = home.hatch(None, Some("Pip".into())).unwrap().slug().unwrap().clone();
        let reference = Machine::new(&pip().unwrap());
        let now = 1_900_000_000_000;
        World { folder, home: Some(home), slug, house: House::new(seed, losses), reference, now, dice: Dice(!seed) }
    }

    fn home(&self) -> &Home {
        self.home.as_ref().unwrap()
    }

    /// The program dies and is started again later.
    fn die(&mut self) {
        self.home = None;
        self.now += self.dice.roll(400_000_000);
        self.home = Some(Home::open(Some(self.folder.path().into())).unwrap());
        assert_eq!(self.home().read_only(), None);
    }

    fn lives_here(&self) -> bool {
        self.home().open_toy(&self.slug, None, &mut Vec::new()).is_ok()
    }

    /// At no moment are there two.
    fn check(&self) {
        let here = usize::from(self.lives_here());
        assert!(here + self.house.living().len() <= 1, "{here} here and {} there", self.house.living().len());
        assert!(here == 1 || !self.house.toys.is_empty() || self.still_whole(), "the pet is gone");
    }

    /// Some save of it holds the pet, although it stands still.
    fn still_whole(&self) -> bool {
        self.home().dir().load(&self.slug).unwrap().envelope.block(STATE).is_some()
    }

    /// The pet and its twin live a while where it is; they stay the same to the last bit.
    fn live(&mut self) {
        let ticks = self.dice.roll(20 * TICKS_PER_SECOND);
        let by = self.reference.tick() + ticks;
        if self.lives_here() {
            assert_eq!(self.house.toys.len(), 0);
            let mut session = self.home().open_toy(&self.slug, None, &mut Vec::new()).unwrap();
            // The time on the way is not lived.
            assert_eq!(session.machine.tick(), self.reference.tick());
            assert_eq!(session.machine.state_hash().unwrap(), self.reference.state_hash().unwrap());
            session.machine.advance(by, &mut ());
            self.reference.advance(by, &mut ());
            session.save().unwrap();
        } else {
            let there = self.house.living();
            assert_eq!(there.len(), 1, "it lives in exactly one place");
            let machine = &mut self.house.toys.get_mut(&there[0]).unwrap().machine;
            assert_eq!(machine.tick(), self.reference.tick());
            assert_eq!(machine.state_hash().unwrap(), self.reference.state_hash().unwrap());
            machine.advance(by, &mut ());
            self.reference.advance(by, &mut ());
        }
    }

    /// Whatever is under way, or else a new attempt.
    fn carrier(&mut self) -> Carrier {
        if let Some(carrier) = Carrier::resume(self.home(), &self.slug).unwrap() {
            return carrier;
        }
        let id = self.dice.id();
        if self.lives_here() {
            return Carrier::away(self.home(), &self.slug, &self.house, id).unwrap();
        }
        let toy = self.house.living()[0];
        let carrier = Carrier::home(self.home(), &self.house, toy, "Pip", id).unwrap();
        assert_eq!(carrier.slug(), &self.slug, "its handle is found again");
        carrier
    }

    /// One attempt, to its end; of a hundred steps, `kills` are followed by death.
    fn carry(&mut self, kills: u64, stops: u64) -> (End, usize) {
        let mut deaths = 0;
        let mut carrier = self.carrier();
        loop {
            if self.dice.roll(100) < stops {
                carrier.stop();
            }
            self.now += self.dice.roll(5000);
            match block_on(carrier.step(&mut self.house, self.now)) {
                Ok(Some(end)) => return (end, deaths),
                Ok(None) | Err(CarryError::Lost(_)) => {}
                Err(error) => panic!("{error}"),
            }
            self.check();
            if self.dice.roll(100) < kills {
                drop(carrier);
                self.die();
                deaths += 1;
                self.check();
                if Carrier::resume(self.home(), &self.slug).unwrap().is_none() {
                    // It was over, although nobody was told.
                    let end = self.house.living().first().map_or(End::Here, |toy| End::There(*toy));
                    return (end, deaths);
                }
                carrier = self.carrier();
            }
        }
    }
}

#[test]
fn a_hundred_times_to_and_fro_with_kills_and_losses() {
    let mut world = World::new(5, 20);
    let (mut deaths, mut there, mut here) = (0, 0, 0);
    for leg in 0..100 {
        world.live();
        let stops = if leg % 4 == 3 { 10 } else { 0 };
        let (end, killed) = world.carry(15, stops);
        deaths += killed;
        match end {
            End::There(toy) => {
                there += 1;
                assert_eq!(world.house.living(), [toy]);
                assert!(!world.lives_here() && !world.still_whole());
            }
            End::Here => {
                here += 1;
                assert!(world.lives_here() && world.house.toys.is_empty());
            }
        }
    }
    world.live();
    assert!(there >= 40 && here >= 40 && deaths >= 100, "{there} there, {here} here, {deaths} deaths");
}

#[test]
fn the_time_on_the_way_is_no_absence() {
    let mut world = World::new(1, 0);
    assert!(matches!(world.carry(0, 0).0, End::There(_)));
    world.now += 86_400_000;
    let now = world.now;
    assert_eq!(block_on(world.carrier().run(&mut world.house, || now)).unwrap(), End::Here);
    let mut session = world.home().open_toy(&world.slug, None, &mut Vec::new()).unwrap();
    assert_eq!(session.take_absence(now + 2500).time.as_millis(), 2500);
}

/// Damage makes the vault step back; it must not step back to a pet.
#[test]
fn no_older_generation_of_a_handle_is_a_pet() {
    let mut world = World::new(2, 0);
    world.live();
    let (End::There(toy), _) = world.carry(0, 0) else { panic!("it went") };
    let folder = world.folder.path().join("toys").join(world.slug.as_str());
    for hurt in 1..8_u32 {
        let saved: Vec<Vec<u8>> = GENERATIONS.iter().map(|name| fs::read(folder.join(name)).unwrap()).collect();
        for (n, name) in GENERATIONS.iter().enumerate().filter(|(n, _)| hurt >> n & 1 != 0) {
            fs::write(folder.join(name), &saved[n][..20]).unwrap();
        }
        assert!(!world.lives_here(), "{hurt:03b}");
        for (name, bytes) in GENERATIONS.iter().zip(saved) {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }
    for name in GENERATIONS {
        let (envelope, _) = Envelope::from_bytes(&fs::read(folder.join(name)).unwrap()).unwrap();
        assert_eq!(envelope.block(STATE), None);
        let expected = Lease::Handle { daycare: world.house.address().into(), toy };
        assert_eq!(Lease::of(&envelope), Some(expected));
    }
}

/// A lone newest save may rot while the pet is on its way home.
#[test]
fn a_pet_that_is_whole_here_survives_the_loss_of_any_two_saves() {
    for keep in GENERATIONS {
        let mut world = World::new(3, 0);
        world.live();
        world.carry(0, 0);
        let mut carrier = world.carrier();
        while world.house.toys.len() == 1 {
            assert_eq!(block_on(carrier.step(&mut world.house, world.now)).unwrap(), None);
        }
        // The daycare has let go and the program dies.
        drop(carrier);
        let folder = world.folder.path().join("toys").join(world.slug.as_str());
        for name in GENERATIONS.into_iter().filter(|name| *name != keep) {
            fs::write(folder.join(name), b"rot").unwrap();
        }
        world.die();
        assert!(!world.lives_here(), "it is still on its way");
        assert_eq!(world.carry(0, 0).0, End::Here);
        world.live();
    }
}

#[test]
fn who_is_refused_keeps_the_pet_and_is_told_why() {
    let mut world = World::new(4, 0);
    world.house.full = true;
    world.live();
    let mut carrier = world.carrier();
    let now = world.now;
    assert_eq!(block_on(carrier.run(&mut world.house, || now)).unwrap(), End::Here);
    assert_eq!(carrier.carry().why(), Some("the daycare is full"));
    world.live();
}

#[test]
fn who_must_give_the_password_once_more_is_told_and_the_pet_stays_there() {
    let mut world = World::new(5, 0);
    let (End::There(toy), _) = world.carry(0, 0) else { panic!("it went") };
    world.house.strict = true;
    let mut carrier = world.carrier();
    let now = world.now;
    assert_eq!(block_on(carrier.run(&mut world.house, || now)).unwrap(), End::There(toy));
    assert!(carrier.needs_password() && carrier.carry().why() == Some("the password once more"));
    assert_eq!(world.house.living(), [toy]);
    world.house.strict = false;
    let mut carrier = world.carrier();
    assert_eq!(block_on(carrier.run(&mut world.house, || now)).unwrap(), End::Here);
    assert!(!carrier.needs_password());
    world.live();
}

#[test]
fn a_toy_that_was_never_here_gets_a_handle_and_comes() {
    let mut world = World::new(6, 0);
    let (End::There(toy), _) = world.carry(0, 0) else { panic!("it went") };
    world.home().dir().retire(&world.slug).unwrap();
    let id = world.dice.id();
    let mut carrier = Carrier::home(world.home(), &world.house, toy, "Pop", id).unwrap();
    world.slug = carrier.slug().clone();
    assert_eq!(world.slug.as_str(), "pop");
    let now = world.now;
    assert_eq!(block_on(carrier.run(&mut world.house, || now)).unwrap(), End::Here);
    world.live();
}

/// Another account gets no answer about an attempt, and would carry the pet a second time.
#[test]
fn nobody_else_finishes_it() {
    struct Other<'a>(&'a mut House);
    impl Daycare for Other<'_> {
        fn address(&self) -> &str {
            self.0.address()
        }
        fn account(&self) -> eggtooth_toy::Id {
            [6; 16]
        }
        async fn arrive(
            &mut self,
            _: eggtooth_toy::Id,
            _: &eggtooth_toy::Luggage,
        ) -> Result<[u8; 16], eggtooth_toy::Trouble> {
            panic!("asked")
        }
        async fn ask(&mut self, _: eggtooth_toy::Id) -> Result<Option<eggtooth_toy::Known>, eggtooth_toy::Trouble> {
            panic!("asked")
        }
        async fn cancel(&mut self, _: eggtooth_toy::Id) -> Result<(), eggtooth_toy::Trouble> {
            panic!("asked")
        }
        async fn leave(
            &mut self,
            _: eggtooth_toy::Id,
            _: eggtooth_toy::Id,
        ) -> Result<eggtooth_toy::Parcel, eggtooth_toy::Trouble> {
            panic!("asked")
        }
        async fn done(&mut self, _: eggtooth_toy::Id) -> Result<(), eggtooth_toy::Trouble> {
            panic!("asked")
        }
        async fn abort(&mut self, _: eggtooth_toy::Id) -> Result<(), eggtooth_toy::Trouble> {
            panic!("asked")
        }
    }
    let mut world = World::new(7, 0);
    let mut carrier = world.carrier();
    assert_eq!(block_on(carrier.step(&mut world.house, world.now)).unwrap(), None);
    let error = block_on(carrier.step(&mut Other(&mut world.house), world.now)).unwrap_err();
    assert!(error.to_string().contains("by another account"), "{error}");
}

/// A pet that is on its way, or away, is opened, played and given away by nobody.
#[test]
fn what_is_not_here_cannot_be_played() {
    let mut world = World::new(8, 0);
    let mut session = world.home().open_toy(&world.slug, None, &mut Vec::new()).unwrap();
    let mut carrier = world.carrier();
    loop {
        let end = block_on(carrier.step(&mut world.house, world.now)).unwrap();
        let error = world.home().open_toy(&world.slug, None, &mut Vec::new()).unwrap_err();
        assert!(matches!(error, ToyError::Elsewhere { .. }), "{error}");
        // Somebody who still plays it keeps nothing of that.
        let tick = session.machine.tick() + TICKS_PER_SECOND;
        session.machine.advance(tick, &mut ());
        assert!(session.save().is_err());
        let out = world.folder.path().join("out.egg");
        assert!(world.home().dir().export(&world.slug, &out).is_err());
        if end.is_some() {
            break;
        }
    }
    let told = world.home().open_toy(&world.slug, None, &mut Vec::new()).unwrap_err().to_string();
    assert!(told.starts_with("Pip lives at https://egg.example:7433; "), "{told}");
    // Nobody who names no pet means it: a new one hatches.
    let started = world.home().start(eggtooth_toy::Request::default()).unwrap();
    assert_ne!(started.session.slug(), Some(&world.slug));
    saves_keep_the_mark(&world.slug, world.home().dir());
}

fn saves_keep_the_mark(slug: &Slug, dir: &DataDir) {
    let before = dir.entry(slug).unwrap().home;
    assert_eq!(dir.rename(slug, "Pippa").unwrap().home, before);
    let retired = dir.retire(slug).unwrap();
    let back = dir.restore(&retired).unwrap();
    assert_eq!(back.home, before);
    assert_eq!(dir.load(&back.slug).unwrap().envelope.block(Tag::HOME), before.as_deref());
}
