//! What the real renderer draws of a table: measured facts, and a golden picture.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod golden_file;
mod stand;

use bevy::math::{Vec2, Vec3, vec2, vec3};
use eggtooth_screen::layout;
use eggtooth_shell::egg::shape::{FLOOR, HALF, WINDOW, height};
use eggtooth_shell::table::places;
use eggtooth_shell::{Charm, Design, Emote, Picture, Redraw, Seat, Table};
use eggtooth_toy::Frame;
use eggtooth_toy::face::LcdFrame;
use stand::{SIZE, Stand, apart, frame, light};

/// A square with a hole.
fn ring() -> Picture {
    Picture::new(&[0xFF, 0xFF, 0xC3, 0xC3, 0xC3, 0xC3, 0xFF, 0xFF])
}

fn plain(design: Design, own: bool) -> Seat {
    Seat { toy: None, design, own, away: false, emote: None, charms: Vec::new(), pet: Vec::new() }
}

fn lay(stand: &mut Stand, table: &Table) {
    stand.app.insert_resource(table.clone());
    // Toys glide to their places.
    for _ in 0..120 {
        stand.update();
        std::thread::sleep(core::time::Duration::from_millis(4));
    }
}

/// Where a point of a seat's toy is drawn, in the toy's own millimetres.
fn pixel(stand: &mut Stand, table: &Table, seat: usize, at: Vec3) -> Vec2 {
    stand.pixel(at + places(table)[seat].extend(0.0))
}

fn cheek() -> Vec3 {
    let at = vec2(0.0, -23.6);
    at.extend(height(at))
}

/// How colourful a colour is, 0 to 255.
fn chroma(colour: [f32; 3]) -> f32 {
    colour.into_iter().fold(0.0, f32::max) - colour.into_iter().fold(255.0, f32::min)
}

#[test]
fn four_toys_lie_side_by_side_each_with_its_own_shell_and_screen() {
    let mut stand = Stand::new(frame(), false);
    let alone = stand.picture();
    let mut dark = Frame { contrast: 8, ..Frame::default() };
    dark.rows.fill(u32::MAX);
    let guests = [(); 3].map(|()| stand.app.world_mut().spawn(LcdFrame(dark)).id());
    let mut table = Table::default();
    table.seats.push(Seat { toy: Some(stand.toy), ..plain(Design::Honey, true) });
    for (toy, design) in guests.into_iter().zip([Design::Night, Design::Mint, Design::Lagoon]) {
        table.seats.push(Seat { toy: Some(toy), ..plain(design, false) });
    }
    lay(&mut stand, &table);
    let picture = stand.picture();
    let shells: Vec<[f32; 3]> =
        (0..4).map(|seat| picture.around(pixel(&mut stand, &table, seat, cheek()), 2.0)).collect();
    for a in 0..4 {
        for b in 0..a {
            assert!(apart(shells[a], shells[b]) > 22.0, "seats {a} and {b} look alike: {shells:?}");
        }
    }
    let glass = |stand: &mut Stand, seat, x, y| {
        let at = (WINDOW + layout::dot_centre(x, y)).extend(FLOOR);
        light(picture.around(pixel(stand, &table, seat, at), 1.2))
    };
    let (lit, clear) = (glass(&mut stand, 1, 16, 8), glass(&mut stand, 0, 1, 0));
    assert!(!frame().dot(1, 0) && lit < clear * 0.75, "a friend's screen is their own: {lit} and {clear}");

    // Somebody is not there just now: pale.
    table.seats[3].away = true;
    lay(&mut stand, &table);
    let pale = stand.picture().around(pixel(&mut stand, &table, 3, cheek()), 2.0);
    assert!(chroma(pale) < chroma(shells[3]) * 0.7, "{pale:?} is as colourful as {:?}", shells[3]);

    // All are gone: the own toy lies there as before.
    lay(&mut stand, &Table::default());
    assert!(stand.picture() == alone, "the table left something behind");
}

#[test]
fn prongs_meet_pets_come_out_and_gifts_hang() {
    let mut stand = Stand::new(frame(), false);
    let mut table = Table::default();
    table.seats.push(Seat { toy: Some(stand.toy), ..plain(Design::Mint, true) });
    table.seats.push(Seat { toy: Some(stand.toy), ..plain(Design::Party, false) });
    lay(&mut stand, &table);
    let apart_picture = stand.picture();
    table.touching = vec![(0, 1)];
    lay(&mut stand, &table);
    let met = stand.picture();
    // Steel between the two, where there was only wood.
    let between = stand.pixel(vec3(0.0, 2.6, 0.0));
    assert!(apart(met.around(between, 1.0), apart_picture.around(between, 1.0)) > 30.0, "no prongs at {between}");

    // Violet enamel, a white bubble, and paper: nothing else is so violet or so pale there.
    let violet = Charm { picture: ring(), ink: [0xFF; 3], enamel: [0xA0, 0x10, 0xC0] };
    let below = |picture: &stand::Picture, is: fn([f32; 3]) -> bool, from: f32, to: f32| {
        let (from, to) = (from as usize, to as usize);
        let at = |n: usize| picture.at(n % SIZE.x as usize, n / SIZE.x as usize);
        (from * SIZE.x as usize..to * SIZE.x as usize).filter(|n| is(at(*n))).count()
    };
    let foot = stand.pixel(vec3(0.0, -HALF.y, -HALF.z)).y;
    let bottom = stand.pixel(vec3(0.0, -HALF.y - 17.0, -HALF.z)).y;
    let is_violet: fn([f32; 3]) -> bool = |c| c[2] > 80.0 && c[2] > c[0] && c[0] > 1.5 * c[1];
    let is_paper: fn([f32; 3]) -> bool = |c| c[0] > 205.0 && c[1] > 195.0 && c[2] > 170.0;
    assert_eq!((below(&met, is_violet, foot, bottom), below(&met, is_paper, foot, bottom)), (0, 0));
    table.seats[1].charms = vec![violet];
    table.seats[0].emote = Some(Emote { picture: ring(), ink: [0xD0, 0x20, 0x20] });
    lay(&mut stand, &table);
    let given = stand.picture();
    assert!(below(&given, is_violet, foot - 4.0, bottom) > 20, "no charm");
    let bubble = pixel(&mut stand, &table, 0, vec3(14.5, 24.5, 7.0));
    assert!(light(given.around(bubble, 1.5)) > light(met.around(bubble, 1.5)) + 40.0, "no bubble at {bubble}");
    golden_file::compare("touching", &given);
    for seat in &mut table.seats {
        seat.pet = vec![ring()];
    }
    stand.app.insert_resource(table);
    for _ in 0..4 {
        stand.update();
    }
    assert!(below(&stand.picture(), is_paper, foot, bottom) > 150, "no pets");
}

/// What this process holds, in KiB.
#[cfg(target_os = "linux")]
fn held() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Software renderers compile what is too long anew for every frame, and keep all of it: 2 MB a sticker and frame.
#[cfg(target_os = "linux")]
#[test]
fn what_moves_for_hours_takes_no_more_and_no_more_memory() {
    let mut stand = Stand::new(frame(), false);
    let mut table = Table::default();
    table.seats.push(Seat { toy: Some(stand.toy), ..plain(Design::Mint, true) });
    table.seats.push(Seat { toy: Some(stand.toy), ..plain(Design::Party, false) });
    table.touching = vec![(0, 1)];
    for seat in &mut table.seats {
        seat.pet = vec![ring(), Picture::new(&[0xFF, 0x81, 0xFF])];
        seat.emote = Some(Emote { picture: ring(), ink: [0xD0, 0x20, 0x20] });
    }
    stand.app.insert_resource(table);
    let draw = |stand: &mut Stand| {
        for _ in 0..100 {
            stand.app.world_mut().resource_mut::<Redraw>().request();
            stand.update();
            std::thread::sleep(core::time::Duration::from_millis(4));
        }
        held()
    };
    let (before, after) = (draw(&mut stand), draw(&mut stand));
    assert!(after < before + 40 * 1024, "a hundred frames took {} KiB", after - before);
}
