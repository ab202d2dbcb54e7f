//! Absences of the toy on the desk: asked about, lived, held, stopped, after a shelf and after a suspension;
//! and a week of a bad computer without drift. Clocks are told, nothing waits.
#![cfg(feature = "bevy")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use bevy_app::{App, AppExit};
use bevy_ecs::prelude::*;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use eggtooth_toy::face::{
    Away, AwayCommand, AwayView, Clock, Clocks, Notice, Owed, Pace, Press, Quiet, STEP, ShelfCommand, Shown, Toy,
    ToyPlugin, WhileAway, question,
};
use eggtooth_toy::{Button, Choice, Home, LEFT, Left, Machine, Reading, Request, TICKS_PER_SECOND as SECOND, pip};
use std::time::Duration;

const S: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);
const FRAME: Duration = Duration::from_micros(15_625);
/// 2030-01-01 in milliseconds since 1970.
const WALL: u64 = 1_893_456_000_000;

struct Desk {
    app: App,
    toy: Entity,
    reading: Reading,
    /// Real time since the app began.
    elapsed: Duration,
    folder: tempfile::TempDir,
}

impl Desk {
    /// A pet with this choice that was left so long before [`WALL`].
    fn new(choice: Choice, ago: Duration) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        {
            let home = Home::open(Some(folder.path().join("data"))).unwrap();
            let mut session = home.start(Request::default()).unwrap().session;
            session.machine.advance(60 * SECOND, &mut ());
            session.set_choice(choice).unwrap();
            session.save().unwrap();
            let slug = session.slug().unwrap().clone();
            let mut envelope = home.dir().load(&slug).unwrap().envelope;
            envelope.meta.saved_at = WALL / 1000;
            let left = Left { tick: envelope.meta.tick, at: WALL - ago.as_millis() as u64 };
            envelope.set_value(LEFT, &left).unwrap();
            home.dir().save(&slug, &envelope).unwrap();
        }
        Desk::open(folder)
    }

    fn open(folder: tempfile::TempDir) -> Desk {
        let home = Home::open(Some(folder.path().join("data"))).unwrap();
        let session = home.start(Request::default()).unwrap().session;
        let mut app = App::new();
        app.add_plugins((TimePlugin, ToyPlugin)).insert_resource(home);
        let toy = app.world_mut().spawn((Toy(session), Shown)).id();
        app.finish();
        app.cleanup();
        let mut desk = Desk { app, toy, reading: Reading { run: S, real: 77 * S }, elapsed: Duration::ZERO, folder };
        desk.frame(Duration::ZERO, Duration::ZERO);
        desk
    }

    /// A frame that begins so long after the one before; the computer was suspended, too.
    fn frame(&mut self, ran: Duration, slept: Duration) {
        self.reading.run += ran;
        self.reading.real += ran + slept;
        self.elapsed += ran + slept;
        let wall = WALL + self.elapsed.as_millis() as u64;
        self.app.insert_resource(TimeUpdateStrategy::ManualDuration(ran));
        self.app.world_mut().resource_mut::<Clocks>().tell(self.reading, wall);
        self.app.update();
    }

    fn frames(&mut self, count: usize) {
        for _ in 0..count {
            self.frame(FRAME, Duration::ZERO);
        }
    }

    fn view(&self) -> Option<AwayView> {
        self.app.world().get::<Away>(self.toy).unwrap().view()
    }

    fn command(&mut self, command: AwayCommand) {
        self.app.world_mut().write_message(command);
        self.frame(FRAME, Duration::ZERO);
    }

    fn decide(&mut self, choice: Choice) {
        let toy = self.toy;
        self.command(AwayCommand::Decide { toy, choice });
    }

    /// Frames until nothing is lived any more.
    fn live(&mut self) {
        for _ in 0..100_000 {
            if self.view().is_none() {
                return;
            }
            self.frame(FRAME, Duration::ZERO);
        }
        panic!("it does not end: {:?}", self.view());
    }

    fn taken<M: Message>(&mut self) -> Vec<M> {
        self.app.world_mut().resource_mut::<Messages<M>>().drain().collect()
    }

    fn clock(&self) -> u64 {
        self.app.world().get::<Clock>(self.toy).unwrap().0
    }

    fn machine(&self) -> &Machine {
        &self.app.world().get::<Toy>(self.toy).unwrap().0.machine
    }

    /// Asserts that the pet is what it would be had it lived to `tick` without any of this.
    #[track_caller]
    fn is_unharmed(&self) {
        let mut plain = Machine::new(&pip().unwrap());
        plain.advance(self.clock(), &mut ());
        assert!(plain.state() == self.machine().state());
    }

    fn saved(&self) -> (u64, Choice) {
        let home = self.app.world().resource::<Home>();
        let envelope = home.dir().load(&home.dir().list().unwrap()[0].slug).unwrap().envelope;
        (envelope.meta.tick, Choice::of(&envelope))
    }
}

/// The tick at which the pets of [`Desk::new`] were left.
const LEFT_AT: u64 = 60 * SECOND;

#[test]
fn it_is_asked_once_and_lived() {
    let mut desk = Desk::new(Choice::Ask, 3 * DAY);
    assert_eq!(desk.view(), Some(AwayView::Asked(3 * DAY)));
    assert_eq!(question("Pip", 3 * DAY), "Pip was away for 3 days.");
    desk.frames(64);
    let shown = desk.app.world().get::<eggtooth_toy::face::LcdFrame>(desk.toy).unwrap().0;
    assert_eq!(shown, desk.machine().frame(), "who is asked sees the pet");
    assert_ne!(shown, eggtooth_toy::Frame::default());
    // The time of the question is added, and nothing is lived.
    assert_eq!(desk.view(), Some(AwayView::Asked(3 * DAY + S)));
    assert_eq!(desk.machine().tick(), LEFT_AT);
    assert_eq!(desk.app.world().resource::<Quiet>().0, S);
    desk.decide(Choice::Live);
    assert!(matches!(desk.view(), Some(AwayView::Living(progress, _)) if progress.total >= 3 * 86_400 * SECOND));
    assert_eq!(desk.app.world().resource::<Quiet>().0, Duration::ZERO, "frames are wanted");
    desk.live();
    let told = desk.taken::<WhileAway>();
    assert_eq!(told.len(), 1);
    assert!(told[0].sentences[0].starts_with("Pip called "), "{:?}", told[0].sentences);
    let lived = desk.clock() - LEFT_AT;
    let due = eggtooth_toy::ticks(3 * DAY + desk.elapsed);
    assert!(lived <= due && due - lived <= STEP, "{lived} {due}");
    desk.is_unharmed();
    // Remembered, and saved at the last when the program ends.
    desk.app.world_mut().write_message(AppExit::Success);
    desk.frames(1);
    assert_eq!(desk.saved(), (desk.machine().tick(), Choice::Live));
}

#[test]
fn it_is_held_and_never_asked_again() {
    let mut desk = Desk::new(Choice::Ask, 3 * DAY);
    desk.decide(Choice::Hold);
    assert_eq!((desk.view(), desk.taken::<WhileAway>()), (None, vec![]));
    desk.frames(64);
    assert!((LEFT_AT + 62 * STEP..=LEFT_AT + 66 * STEP).contains(&desk.clock()));
    desk.is_unharmed();
    let before = desk.clock();
    desk.frame(FRAME, DAY);
    desk.frames(3);
    assert_eq!(desk.view(), None);
    assert!(desk.clock() - before <= 5 * STEP);
    assert_eq!(desk.saved().1, Choice::Hold);
}

#[test]
fn short_absences_are_lived_without_a_word() {
    for choice in Choice::ALL {
        let mut desk = Desk::new(choice, 9 * S);
        desk.live();
        assert_eq!(desk.taken::<WhileAway>(), []);
        let due = LEFT_AT + eggtooth_toy::ticks(9 * S + desk.elapsed);
        assert!(desk.clock() <= due && due - desk.clock() <= STEP, "{choice:?}: {} {due}", desk.clock());
        desk.is_unharmed();
    }
}

#[test]
fn a_suspension_is_an_absence() {
    let mut desk = Desk::new(Choice::Live, Duration::ZERO);
    desk.frames(100);
    // A button that was held when the lid was closed is let go.
    let press = Press { toy: desk.toy, button: Button::A, down: true };
    desk.app.world_mut().write_message(press);
    desk.frames(10);
    assert!(desk.machine().is_down(Button::A));
    desk.frame(FRAME, 8 * 3600 * S);
    assert!(desk.view().is_some() && !desk.machine().is_down(Button::A));
    // What is pressed while it catches up is not felt.
    desk.app.world_mut().write_message(Press { button: Button::B, ..press });
    desk.frames(1);
    assert!(!desk.machine().is_down(Button::B));
    desk.live();
    assert_eq!(desk.taken::<WhileAway>().len(), 1);
    let due = LEFT_AT + eggtooth_toy::ticks(desk.elapsed);
    assert!(desk.clock() <= due && due - desk.clock() <= STEP, "{} {due}", desk.clock());
}

#[test]
fn stopping_keeps_what_was_lived() {
    let mut desk = Desk::new(Choice::Live, 3650 * DAY);
    desk.frames(3);
    let Some(AwayView::Living(progress, _)) = desk.view() else { panic!("{:?}", desk.view()) };
    assert!(progress.lived > 0 && progress.lived < progress.total && progress.fraction() < 0.5);
    let toy = desk.toy;
    desk.command(AwayCommand::Stop { toy });
    assert_eq!(desk.view(), None);
    assert_eq!(desk.taken::<WhileAway>().len(), 1);
    assert!(desk.clock() >= LEFT_AT + progress.lived && desk.clock() < LEFT_AT + 3000 * 86_400 * SECOND);
    desk.frames(2);
    desk.is_unharmed();
}

#[test]
fn closing_in_the_middle_goes_on_later() {
    let mut desk = Desk::new(Choice::Live, 3650 * DAY);
    desk.frames(3);
    let Some(AwayView::Living(before, _)) = desk.view() else { panic!("{:?}", desk.view()) };
    desk.app.world_mut().write_message(AppExit::Success);
    desk.frames(1);
    let lived = desk.machine().tick();
    // Saves are dated by this computer's own clock.
    let now = eggtooth_toy::now_millis();
    drop(desk.app);
    let home = Home::open(Some(desk.folder.path().join("data"))).unwrap();
    let mut session = home.start(Request::default()).unwrap().session;
    assert_eq!(session.machine.tick(), lived);
    let rest = eggtooth_toy::ticks(session.take_absence(now).time);
    let expected = before.total + LEFT_AT - lived;
    assert!(rest.abs_diff(expected) < 60 * SECOND, "{rest} {expected}");
}

#[test]
fn a_strange_clock_is_told_and_harmless() {
    let mut desk = Desk::new(Choice::Hold, 20_000 * DAY);
    let notices: Vec<String> = desk.taken::<Notice>().into_iter().map(|notice| notice.0).collect();
    assert!(notices[0].contains("more than ten years"), "{notices:?}");
    assert_eq!(desk.clock().saturating_sub(LEFT_AT), 0);
    // Left in the future, by more than the vault forgives.
    let desk = Desk::new(Choice::Ask, Duration::ZERO);
    let home = desk.app.world().resource::<Home>().clone();
    let mut session = home.start(Request::default()).unwrap().session;
    let absence = session.take_absence(WALL - 86_400_000);
    assert_eq!(absence.time, Duration::ZERO);
    assert!(absence.oddity.unwrap().to_string().contains("set back by 24 hours"));
}

#[test]
fn a_pet_from_the_shelf_has_been_away_and_a_new_one_has_not() {
    let mut desk = Desk::new(Choice::Ask, DAY);
    let slug = desk.app.world().get::<Toy>(desk.toy).unwrap().0.slug().unwrap().clone();
    desk.app.world_mut().write_message(ShelfCommand::New { name: Some("Momo".into()), rom: None });
    desk.frames(2);
    assert_eq!(desk.view(), None);
    assert!(desk.clock() <= 2 * STEP);
    // Nobody has decided about the first one's day: it is asked again.
    desk.app.world_mut().write_message(ShelfCommand::Open(slug));
    desk.app.world_mut().resource_mut::<Clocks>().tell(Reading::default(), eggtooth_toy::now_millis());
    desk.app.update();
    desk.app.update();
    let Some(AwayView::Asked(time)) = desk.view() else { panic!("{:?}", desk.view()) };
    assert!(time >= DAY && time < DAY + 60 * S, "{time:?}");
}

#[test]
fn a_paused_pet_misses_nothing() {
    let mut desk = Desk::new(Choice::Ask, Duration::ZERO);
    desk.frames(10);
    desk.app.world_mut().get_mut::<Pace>(desk.toy).unwrap().paused = true;
    let before = desk.clock();
    desk.frame(FRAME, DAY);
    desk.frame(20 * S, Duration::ZERO);
    desk.frames(10);
    assert_eq!((desk.view(), desk.clock()), (None, before));
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

#[test]
fn a_week_of_stalls_and_suspensions_does_not_drift() {
    let mut desk = Desk::new(Choice::Live, Duration::ZERO);
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let week = 7 * DAY;
    let (mut stalls, mut slow, mut suspensions) = (0, 0, 0);
    while desk.elapsed < week {
        let nanos = |most: u64, random: &mut Random| Duration::from_nanos(random.below(most * 1_000_000));
        match random.below(100) {
            // As it should be.
            0..40 => desk.frame(nanos(20, &mut random), Duration::ZERO),
            40..60 => {
                slow += 1;
                desk.frame(nanos(900, &mut random), Duration::ZERO);
            }
            60..98 => {
                stalls += 1;
                desk.frame(nanos(10_000, &mut random), Duration::ZERO);
            }
            98 => {
                suspensions += 1;
                desk.frame(nanos(20, &mut random), nanos(12_000, &mut random));
            }
            _ => {
                suspensions += 1;
                desk.frame(nanos(300, &mut random), nanos(4 * 3_600_000, &mut random));
            }
        }
        // At any moment, apart from what is still to be paid back.
        if desk.view().is_none() && desk.app.world().resource::<Owed>().0.is_zero() {
            let due = LEFT_AT + eggtooth_toy::ticks(desk.elapsed);
            let clock = desk.clock();
            assert!(clock <= due + 328 && due <= clock + STEP + 328, "{clock} {due} after {:?}", desk.elapsed);
        }
    }
    assert!(stalls > 1000 && slow > 500 && suspensions > 80, "{stalls} {slow} {suspensions}");
    desk.live();
    while !desk.app.world().resource::<Owed>().0.is_zero() {
        desk.frame(Duration::ZERO, Duration::ZERO);
        desk.frame(FRAME, Duration::ZERO);
    }
    let due = LEFT_AT + eggtooth_toy::ticks(desk.elapsed);
    assert!(desk.clock() <= due && due - desk.clock() <= STEP, "{} {due}", desk.clock());
    desk.is_unharmed();
}
