//! A toy that lives elsewhere takes the place on the desk, and a pet takes it back.
#![cfg(feature = "bevy")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_time::{TimePlugin, TimeUpdateStrategy};
use eggtooth_toy::face::{
    Clock, LcdFrame, Notice, PetCalled, Quiet, Remote, ShelfCommand, ShelfView, Shown, TapeCommand, Toy, ToyEdge,
    ToyPlugin, ToySwapped, Wire, play,
};
use eggtooth_toy::{Home, Lease, Request};
use eggtooth_vault::Slug;
use std::time::Duration;

struct Table {
    app: App,
    toy: Entity,
    pip: Slug,
    _folder: tempfile::TempDir,
}

impl Table {
    fn new() -> Table {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().into())).unwrap();
        let session = home.start(Request::default()).unwrap().session;
        let pip = session.slug().unwrap().clone();
        let mut app = App::new();
        app.add_plugins((TimePlugin, ToyPlugin))
            .insert_resource(TimeUpdateStrategy::FixedTimesteps(1))
            .insert_resource(home);
        let toy = app.world_mut().spawn((Toy(session), Shown)).id();
        app.finish();
        app.cleanup();
        for _ in 0..64 {
            app.update();
        }
        Table { app, toy, pip, _folder: folder }
    }

    fn tell(&mut self, command: ShelfCommand) {
        self.app.world_mut().write_message(command);
        self.app.update();
        self.app.update();
    }

    fn has<T: Component>(&self) -> bool {
        self.app.world().get::<T>(self.toy).is_some()
    }

    fn saved_tick(&self) -> u64 {
        let home = self.app.world().resource::<Home>();
        home.dir().load(&self.pip).unwrap().envelope.meta.tick
    }
}

fn remote() -> Box<Remote> {
    Box::new(Remote {
        name: "Pop".into(),
        daycare: "https://egg".into(),
        toy: Some([1; 16]),
        wire: Wire::Live,
        ..Remote::default()
    })
}

#[test]
fn the_pet_is_saved_and_let_go_and_comes_back_as_it_was() {
    let mut table = Table::new();
    let lived = table.app.world().get::<Toy>(table.toy).unwrap().0.machine.tick();
    assert!(table.saved_tick() < lived);
    table.tell(ShelfCommand::Attach(remote()));
    assert!(!table.has::<Toy>() && table.has::<Remote>());
    let saved = table.saved_tick();
    assert!(saved >= lived);
    assert_eq!(table.app.world().resource::<ShelfView>().current, None);
    // Nothing of it lives here meanwhile, and recordings are of pets.
    table.app.world_mut().write_message(TapeCommand::Record);
    for _ in 0..64 {
        table.app.update();
    }
    assert_eq!(table.saved_tick(), saved);
    // The loop looks at the wire often.
    assert!(table.app.world().resource::<Quiet>().0 <= Duration::from_millis(50));
    let pip = table.pip.clone();
    table.tell(ShelfCommand::Open(pip.clone()));
    assert!(table.has::<Toy>() && !table.has::<Remote>());
    assert_eq!(table.app.world().resource::<ShelfView>().current, Some(pip));
    assert_eq!(table.app.world_mut().resource_mut::<Messages<ToySwapped>>().drain().count(), 1);
    assert!(table.app.world().get::<Toy>(table.toy).unwrap().0.machine.tick() >= saved);
}

#[test]
fn several_wishes_in_one_frame_end_with_the_last() {
    let mut table = Table::new();
    let pip = table.pip.clone();
    table.app.world_mut().write_message(ShelfCommand::Attach(remote()));
    table.app.world_mut().write_message(ShelfCommand::New { name: Some("Second".into()), rom: None });
    table.tell(ShelfCommand::Open(pip.clone()));
    assert!(table.has::<Toy>() && !table.has::<Remote>());
    let view = table.app.world().resource::<ShelfView>();
    assert_eq!((view.toys.len(), &view.current), (2, &Some(pip.clone())));
    table.app.world_mut().write_message(ShelfCommand::Open(pip));
    table.tell(ShelfCommand::Attach(remote()));
    assert!(!table.has::<Toy>() && table.has::<Remote>());
    table.tell(ShelfCommand::New { name: Some("Third".into()), rom: None });
    assert!(table.has::<Toy>() && !table.has::<Remote>());
}

#[test]
fn who_lives_elsewhere_is_not_opened_and_what_is_shown_stays() {
    let mut table = Table::new();
    let home = table.app.world().resource::<Home>().clone();
    let entry = home.note("https://egg", &[1; 16], "Pop").unwrap();
    table.tell(ShelfCommand::Open(entry.slug.clone()));
    assert!(table.has::<Toy>());
    let notices: Vec<Notice> = table.app.world_mut().resource_mut::<Messages<Notice>>().drain().collect();
    assert!(notices[0].0.starts_with("Pop lives at https://egg;"), "{notices:?}");
    // The next start goes where the desk was.
    let shown = Box::new(Remote { handle: Some(entry.slug.clone()), ..*remote() });
    table.tell(ShelfCommand::Attach(shown));
    assert_eq!(table.app.world().resource::<ShelfView>().current, Some(entry.slug.clone()));
    let (last, lease) = home.last_handle().unwrap();
    assert_eq!((last.slug, lease), (entry.slug, Lease::Handle { daycare: "https://egg".into(), toy: [1; 16] }));
}

/// What screen and buzzer read of it.
#[test]
fn what_is_fed_comes_out_of_the_same_components() {
    use eggtooth_toy::face::{BuzzerTone, Fed};
    use eggtooth_toy::{Edge, Frame, Tone};
    let mut table = Table::new();
    table.tell(ShelfCommand::Attach(remote()));
    let tone = Some(Tone { divisor: 8, high_half_ticks: 8 });
    let picture = Frame { rows: [5; 16], icons: 1 << 7, contrast: 8 };
    let mut parts = table.app.world_mut().get_mut::<Remote>(table.toy).unwrap();
    parts.feed(Fed::Picture(picture, None));
    parts.feed(Fed::Sound(Duration::from_secs(1), tone));
    table.app.add_systems(
        bevy_app::Update,
        |mut toys: Query<(Entity, &mut Remote, &mut LcdFrame, &mut BuzzerTone, &mut Clock)>,
         mut edges: MessageWriter<ToyEdge>,
         mut calls: MessageWriter<PetCalled>| {
            for (entity, mut remote, frame, tone, clock) in &mut toys {
                play((entity, &mut remote), (frame, tone, clock), Duration::from_secs(2), &mut edges, &mut calls);
            }
        },
    );
    table.app.update();
    let world = table.app.world();
    assert_eq!(world.get::<LcdFrame>(table.toy).unwrap().0, picture);
    assert_eq!(world.get::<BuzzerTone>(table.toy).unwrap().0, tone);
    assert_eq!(world.get::<Clock>(table.toy).unwrap().0, 65_537);
    let edges: Vec<ToyEdge> = table.app.world_mut().resource_mut::<Messages<ToyEdge>>().drain().collect();
    assert_eq!((edges.len(), edges[0].tick, edges[0].edge), (1, 32_769, Edge::Tone(tone)));
    assert_eq!(table.app.world_mut().resource_mut::<Messages<PetCalled>>().drain().count(), 1);
}
