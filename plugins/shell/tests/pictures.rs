//! What the real renderer draws: measured facts, and golden pictures (`EGGTOOTH_BLESS=1` writes them anew).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod golden_file;
mod stand;

use bevy::ecs::world::World;
use bevy::math::{URect, Vec2, Vec3, vec2};
use eggtooth_screen::layout;
use eggtooth_shell::egg::shape::{BUTTONS, FLOOR, WINDOW, height};
use eggtooth_shell::{Design, Redraw};
use eggtooth_toy::face::{LcdFrame, Press};
use eggtooth_toy::{Button, Frame};
use stand::{Picture, SIZE, Stand, apart, frame, light};

fn on_glass(at: Vec2) -> Vec3 {
    (WINDOW + at).extend(FLOOR)
}

fn on_shell(at: Vec2) -> Vec3 {
    at.extend(height(at))
}

/// Brightness of the lit and the clear of two kinds of place, each as (darkest, brightest).
fn told_apart(picture: &Picture, places: &[(Vec2, bool)], reach: f32) -> ((f32, f32), (f32, f32)) {
    let range = |wanted: bool| {
        places
            .iter()
            .filter(|(_, lit)| *lit == wanted)
            .map(|(at, _)| light(picture.around(*at, reach)))
            .fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    (range(true), range(false))
}

#[test]
fn every_design_is_drawn_as_it_should() {
    let frame = frame();
    let mut stand = Stand::new(frame, false);
    let dots: Vec<(Vec2, bool)> = (0..512)
        .map(|n| (stand.pixel(on_glass(layout::dot_centre(n % 32, n / 32))), frame.dot(n % 32, n / 32)))
        .collect();
    let icons: Vec<(Vec2, bool)> =
        (0..8).map(|n| (stand.pixel(on_glass(layout::icon_centre(n))), frame.icon(n))).collect();
    let buttons = BUTTONS.map(|at| stand.pixel(on_shell(at) + Vec3::Z));
    let cheek = stand.pixel(on_shell(vec2(0.0, -23.6)));
    let mut plastics: Vec<(Design, [f32; 3])> = Vec::new();
    for design in Design::ALL {
        stand.wear(design);
        let picture = stand.picture();
        let (lit, clear) = told_apart(&picture, &dots, 0.8);
        assert!(lit.1 < clear.0 * 0.75, "{design:?}: lit dots {lit:?} and clear ones {clear:?} are not told apart");
        let (lit, clear) = told_apart(&picture, &icons, 4.0);
        assert!(lit.1 < clear.0 * 0.85, "{design:?}: lit icons {lit:?} and faint ones {clear:?} are not told apart");
        let plastic = picture.around(cheek, 4.0);
        for at in buttons {
            let button = picture.around(at, 4.0);
            assert!(apart(button, plastic) > 40.0, "{design:?}: a button {button:?} looks like the shell {plastic:?}");
        }
        for (other, colour) in &plastics {
            assert!(apart(plastic, *colour) > 22.0, "{design:?} and {other:?} look alike: {plastic:?}");
        }
        plastics.push((design, plastic));
        let count = |is: fn(&[u8]) -> bool| picture.0.chunks(3).filter(|pixel| is(pixel)).count() as f32;
        let all = (SIZE.x * SIZE.y) as f32;
        assert_eq!(count(|c| c[0] > 240 && c[1] < 20 && c[2] > 240), 0.0, "{design:?}: a missing shader's pink");
        assert!(count(|c| c.iter().all(|v| *v < 6)) < all * 0.01, "{design:?}: black");
        assert!(count(|c| c.iter().all(|v| *v > 252)) < all * 0.03, "{design:?}: washed out");
        golden_file::compare(design.name(), &picture);
    }
}

#[test]
fn pictures_repeat() {
    let first = Stand::new(frame(), false).picture();
    assert!(Stand::new(frame(), false).picture() == first, "two runs differ");
}

fn drawn(world: &World) -> u64 {
    world.resource::<Redraw>().counts().0
}

#[test]
fn only_what_changes_is_drawn() {
    let mut stand = Stand::new(frame(), false);
    let before = stand.picture();
    stand.settle();
    let start = drawn(stand.app.world());
    for _ in 0..50 {
        stand.update();
    }
    assert_eq!(drawn(stand.app.world()), start, "a still picture was drawn");

    // A button goes down: it looks pressed, and nothing else changes.
    let press = |down| Press { toy: stand.toy, button: Button::B, down };
    let (down, up) = (press(true), press(false));
    stand.app.world_mut().write_message(down);
    for _ in 0..40 {
        stand.update();
        std::thread::sleep(core::time::Duration::from_millis(4));
    }
    assert!(drawn(stand.app.world()) > start, "a moving button was not drawn");
    let pressed = stand.picture();
    let middle = stand.pixel(on_shell(BUTTONS[1]));
    let (mut near, mut far) = (0, 0);
    for y in 0..SIZE.y as usize {
        for x in 0..SIZE.x as usize {
            if apart(pressed.at(x, y), before.at(x, y)) > 12.0 {
                let inside = middle.distance(vec2(x as f32, y as f32)) < 26.0;
                if inside { near += 1 } else { far += 1 }
            }
        }
    }
    assert!(near > 60, "the pressed button looks as before: {near} pixels differ");
    assert_eq!(far, 0, "pressing a button changed other pixels");
    stand.app.world_mut().write_message(up);
    for _ in 0..60 {
        stand.update();
        std::thread::sleep(core::time::Duration::from_millis(4));
    }
    assert!(stand.picture() == before, "released, it looks as before");

    // A dot turns dark: some frames fade it in, then all is still again.
    stand.settle();
    let start = drawn(stand.app.world());
    let toy = stand.toy;
    let mut changed = frame();
    changed.rows[7] ^= 1 << 16;
    stand.app.world_mut().entity_mut(toy).insert(LcdFrame(changed));
    for _ in 0..60 {
        stand.update();
        std::thread::sleep(core::time::Duration::from_millis(4));
    }
    let fade = drawn(stand.app.world()) - start;
    assert!((2..=9).contains(&fade), "a fade took {fade} frames");
    let after = stand.picture();
    let at = stand.pixel(on_glass(layout::dot_centre(16, 7)));
    assert!((light(after.around(at, 0.8)) - light(before.around(at, 0.8))).abs() > 25.0, "the dot did not change");
}

#[test]
fn nothing_changes_outside_of_the_part_that_is_named() {
    let mut stand = Stand::new(frame(), false);
    let toy = stand.toy;
    let mut now = frame();
    let changes: [(&str, fn(&mut Frame)); 4] = [
        ("a dot in a corner", |frame| frame.rows[0] ^= 1),
        ("two dots", |frame| (frame.rows[15] ^= 1 << 31, frame.rows[8] ^= 1 << 9).0),
        ("an icon", |frame| frame.icons ^= 1 << 4),
        ("an icon and a dot", |frame| (frame.icons ^= 1 << 3, frame.rows[3] ^= 1 << 20).0),
    ];
    for (what, change) in changes {
        let before = stand.picture();
        stand.settle();
        change(&mut now);
        stand.app.world_mut().entity_mut(toy).insert(LcdFrame(now));
        let (mut part, mut count) = (None::<URect>, drawn(stand.app.world()));
        for _ in 0..60 {
            stand.update();
            let redraw = stand.app.world().resource::<Redraw>();
            if redraw.counts().0 > count {
                count = redraw.counts().0;
                let new = redraw.part().unwrap_or_else(|| panic!("{what}: no part was named"));
                part = Some(part.map_or(new, |part| part.union(new)));
            }
            std::thread::sleep(core::time::Duration::from_millis(4));
        }
        let part = part.unwrap_or_else(|| panic!("{what}: nothing was drawn"));
        let after = stand.picture();
        let (mut inside, mut outside) = (0, 0);
        for y in 0..SIZE.y {
            for x in 0..SIZE.x {
                if after.at(x as usize, y as usize) != before.at(x as usize, y as usize) {
                    // The far edges are not part of it.
                    let named = (part.min.x..part.max.x).contains(&x) && (part.min.y..part.max.y).contains(&y);
                    if named { inside += 1 } else { outside += 1 }
                }
            }
        }
        assert!(inside > 4, "{what}: {inside} pixels differ");
        assert_eq!(outside, 0, "{what}: pixels differ outside of {part:?}");
        assert!(part.size().element_product() < 110 * 90, "{what}: {part:?} is more than the glass");
    }
}
