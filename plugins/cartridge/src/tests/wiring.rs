use eggtooth_chip::{Button, Model, Rattle};

use crate::models::{self, MODELS};
use crate::wiring::{Key, Pin, PortBit, Sensor, WIRINGS, wiring_of};
use crate::{icon_names, wiring};

/// The dot or icon that a bit of the display RAM lights: `Ok((x, y))`, `Err(icon)`, or nothing
/// (`e0c6s46.md` §10.11: SEG s, COM c is nibble E00 + 2s + (c/4 mod 2), + 80 from COM8, bit c mod 4).
fn lights(model: &Model, nibble: u16, bit: u8) -> Option<Result<(usize, usize), usize>> {
    let lower = nibble >= 0xe80;
    let offset = nibble - if lower { 0xe80 } else { 0xe00 };
    let segment = (offset / 2) as u8;
    let com = (offset % 2) as u8 * 4 + bit + if lower { 8 } else { 0 };
    if let Some(icon) = model.icons.iter().position(|icon| *icon == Some((segment, com))) {
        return Some(Err(icon));
    }
    let x = model.columns.iter().position(|column| *column == segment)?;
    Some(Ok((x, usize::from(if model.flipped { 15 - com } else { com }))))
}

#[test]
fn the_p1_lights_what_the_fact_sheet_says() {
    let p1 = &models::P1;
    assert_eq!(lights(p1, 0xe00, 0), Some(Ok((0, 0))));
    assert_eq!(lights(p1, 0xecf, 3), None);
    assert_eq!(lights(p1, 0xe48, 0), Some(Ok((16, 0))));
    assert_eq!(lights(p1, 0xea9, 3), Some(Ok((31, 15))));
    assert_eq!(lights(p1, 0xeb9, 0), Some(Err(4)));
    assert_eq!(lights(p1, 0xe10, 3), Some(Err(3)));
    // The columns by the rule of `e0c6s46.md` §11.2.
    for x in 0..32u8 {
        let segment = match x {
            0..8 => x,
            8..16 => x + 1,
            16..24 => 52 - x,
            _ => 51 - x,
        };
        assert_eq!(p1.columns[usize::from(x)], segment);
    }
}

#[test]
fn the_other_families_light_what_their_tables_say() {
    // L2: the columns of L1, other icons.
    let l2 = &models::MOTHRA;
    assert_eq!(l2.columns, models::P1.columns);
    let icons = [(0xe10, 0), (0xe22, 0), (0xe24, 0), (0xe26, 0), (0xecf, 3), (0xecd, 3), (0xecb, 3), (0xeb9, 3)];
    for (n, (nibble, bit)) in icons.into_iter().enumerate() {
        assert_eq!(lights(l2, nibble, bit), Some(Err(n)));
    }
    // L1's icons 1 and 4 are nothing here.
    assert_eq!(lights(l2, 0xe10, 1), None);
    assert_eq!(lights(l2, 0xeb9, 0), None);

    // L3: SEG0 is the right edge, SEG16 the left, COM15 the top; no icons.
    let l3 = &models::YASASHII;
    assert_eq!(lights(l3, 0xe00, 0), Some(Ok((31, 15))));
    assert_eq!(lights(l3, 0xe20, 0), Some(Ok((0, 15))));
    assert_eq!(lights(l3, 0xebf, 3), Some(Ok((15, 0))));
    assert_eq!(lights(l3, 0xe9e, 0), Some(Ok((16, 7))));
    assert_eq!(lights(l3, 0xe40, 0), None);

    // L4: SEG1–8 are 31–24, SEG12–19 23–16, SEG20–27 0–7, SEG29–36 8–15 (`e0c6s46.md` §11.4).
    let l4 = &models::DIGIMON;
    let expected = (1..=8).zip((24..=31).rev()).chain((12..=19).zip((16..=23).rev())).chain((20..=27).zip(0..=7));
    for (segment, x) in expected.chain((29..=36).zip(8..=15)) {
        assert_eq!(lights(l4, 0xe00 + 2 * segment, 0), Some(Ok((x, 15))), "SEG{segment}");
        assert_eq!(lights(l4, 0xe81 + 2 * segment, 3), Some(Ok((x, 0))), "SEG{segment}");
    }
    let icons = [(0xeb9, 3), (0xecb, 3), (0xecd, 3), (0xecf, 3), (0xe16, 0), (0xe14, 0), (0xe12, 0), (0xe00, 0)];
    for (n, (nibble, bit)) in icons.into_iter().enumerate() {
        assert_eq!(lights(l4, nibble, bit), Some(Err(n)));
    }
}

#[test]
fn every_column_is_there_once_and_icons_are_no_dots() {
    for model in MODELS {
        for (x, segment) in model.columns.iter().enumerate() {
            assert!(*segment < model.segments, "{}: column {x}", model.name);
            assert!(!model.columns[..x].contains(segment), "{}: column {x}", model.name);
        }
        for (n, icon) in model.icons.iter().enumerate() {
            let Some((segment, com)) = icon else { continue };
            assert!(*segment < model.segments && *com < 16 && !model.columns.contains(segment), "{}", model.name);
            assert!(!model.icons[..n].contains(icon), "{}: icon {n}", model.name);
        }
    }
}

#[test]
fn pressed_buttons_are_low_on_their_pins() {
    let k0 = |model: &Model, buttons: &[Button]| model.pins(buttons).k0;
    for model in [&models::P1, &models::ANGEL, &models::MOTHRA, &models::TAMAOTCH, &models::DIGIMON] {
        assert_eq!(k0(model, &[]), 0b1111);
        assert_eq!(k0(model, &[Button::A]), 0b1011, "{}", model.name);
        assert_eq!(k0(model, &[Button::B, Button::C]), 0b1100, "{}", model.name);
        assert_eq!(model.pins(&[Button::A, Button::B, Button::C]).k1, 0b1111, "{}", model.name);
    }
    for model in MODELS {
        let tap = model.has(Button::Tap);
        assert_eq!(k0(model, &[Button::Tap]), if tap { 0b0111 } else { 0b1111 }, "{}", model.name);
    }
    let yasashii = &models::YASASHII;
    assert_eq!([Button::A, Button::C].map(|button| k0(yasashii, &[button])), [0b1101, 0b1110]);
    assert_eq!(yasashii.pins(&[Button::B]).k1, 0b0111);
}

#[test]
fn sensors_are_those_of_the_fact_sheet() {
    let with: Vec<&str> =
        WIRINGS.iter().filter(|w| matches!(w.sensor, Sensor::Tap | Sensor::Rattle)).map(|w| w.model.name).collect();
    assert_eq!(with, ["angel", "morino", "umino", "genjintch", "tamaotch"]);
    for wiring in WIRINGS {
        assert_eq!(wiring.sensor != Sensor::None, wiring.model.has(Button::Tap), "{}", wiring.model.name);
        assert_eq!(wiring.sensor == Sensor::Rattle, wiring.model.rattle.is_some(), "{}", wiring.model.name);
    }
    // 0.3 s, changing every 61 µs.
    assert_eq!(models::TAMAOTCH.rattle, Some(Rattle { every: 2, lasts: 32_768 * 3 / 10 }));
}

#[test]
fn keys_say_what_the_models_do() {
    for wiring in WIRINGS {
        let name = wiring.model.name;
        for button in [Button::A, Button::B, Button::C] {
            let keys: Vec<&Key> = wiring.keys.iter().filter(|key| key.button == Some(button)).collect();
            let [key] = keys[..] else { panic!("{name}: {button:?} has {} keys", keys.len()) };
            assert_eq!(Some(key.pin), wiring.model.buttons[button as usize].map(Pin::Input), "{name}");
        }
        for (n, key) in wiring.keys.iter().enumerate() {
            assert!(wiring.keys[..n].iter().all(|other| other.pin != key.pin && other.name != key.name), "{name}");
        }
    }
    assert_eq!(wiring::YASASHII.keys.len(), 9);
    assert_eq!(wiring::YASASHII.lamps.len(), 6);
    assert_eq!(wiring::DIGIMON.link, Some(PortBit { register: 0xf62, bit: 0 }));
    let reset: Vec<&str> =
        WIRINGS.iter().filter(|w| w.keys.iter().any(|key| key.pin == Pin::Reset)).map(|w| w.model.name).collect();
    assert_eq!(reset, ["yasashii", "digimon"]);
}

#[test]
fn every_model_has_one_wiring_and_one_name() {
    for (n, (model, wiring)) in MODELS.into_iter().zip(WIRINGS).enumerate() {
        assert_eq!(model.name, wiring.model.name);
        assert!(MODELS[..n].iter().all(|other| other.name != model.name));
        assert!(models::find(model.name).is_some_and(|found| std::ptr::eq(found, model)));
        assert!(wiring_of(model.name).is_some());
        assert!(wiring.proofs.iter().all(|proof| !proof.sources.is_empty()));
    }
    assert!(models::find("p9").is_none() && wiring_of("p9").is_none());
}

#[test]
fn icons_have_one_word_each() {
    let p1 = ["food", "light", "game", "medicine", "toilet", "status", "discipline", "attention"];
    assert_eq!(icon_names("p1"), p1);
    assert_eq!(icon_names("angel")[4], "praise");
    assert_eq!(icon_names("morino")[4], "alarm");
    assert_eq!(icon_names("umino")[4], "scold");
    assert_eq!(icon_names("genjintch"), icon_names("angel"));
    assert_eq!(icon_names("tamaotch")[3..], ["training", "toilet", "medicine", "light", "scold"]);
    assert_eq!(icon_names("digimon")[2..6], ["training", "battle", "toilet", "light"]);
    assert_eq!(icon_names("nobody"), [""; 8]);
    for wiring in WIRINGS {
        for (name, place) in wiring.icons.iter().zip(wiring.model.icons) {
            assert_eq!(name.is_empty(), place.is_none(), "{}", wiring.model.name);
            assert!(name.bytes().all(|b| b.is_ascii_lowercase()), "{name}");
        }
    }
}
