use eggtooth_chip::{Button, Chip, Frame, Model, Program, Rattle, Step};

use crate::models::{self, MODELS};
use crate::wiring::{Key, Pin, PortBit, Sensor, WIRINGS, wiring_of};
use crate::{icon_names, wiring};

/// The picture after a program has switched the LCD on and written these nibbles.
fn frame(model: &'static Model, writes: &[(u16, u8)]) -> Frame {
    let mut words = vec![0xffb; if model.ram_nibbles == 640 { 6144 } else { 8192 }];
    words[0x100] = 0x010;
    // LD A,page; LD XP,A; LD X,address; LD MX,value
    let stores = [(0xf71, 0)]
        .iter()
        .chain(writes)
        .flat_map(|(at, value)| [0xe00 | at >> 8, 0xe80, 0xb00 | at & 0xff, 0xe20 | u16::from(*value)]);
    let stores: Vec<u16> = stores.collect();
    words[0x110..0x110 + stores.len()].copy_from_slice(&stores);
    let mut chip = Chip::new(model, Program::new(&words));
    for _ in 0..=stores.len() {
        assert_eq!(chip.step(u64::MAX, &mut ()), Step::Instruction);
    }
    chip.frame()
}

fn dots(frame: &Frame) -> Vec<(usize, usize)> {
    (0..16).flat_map(|y| (0..32).map(move |x| (x, y))).filter(|(x, y)| frame.dot(*x, *y)).collect()
}

/// The dot or icon that a bit of the display RAM lights: `Ok((x, y))`, `Err(icon)`, or nothing.
fn lights(model: &'static Model, nibble: u16, bit: u8) -> Option<Result<(usize, usize), usize>> {
    let frame = frame(model, &[(nibble, 1 << bit)]);
    match (&dots(&frame)[..], frame.icons.count_ones()) {
        ([], 0) => None,
        ([dot], 0) => Some(Ok(*dot)),
        ([], 1) => Some(Err(frame.icons.trailing_zeros() as usize)),
        (dots, icons) => panic!("{nibble:X} bit {bit} lights {dots:?} and {icons} icons"),
    }
}

/// `e0c6s46.md` §16, all at once.
#[test]
fn a_picture_of_the_p1_is_that_of_the_fact_sheet() {
    let writes = [(0xf72, 9), (0xe00, 1), (0xecf, 8), (0xe48, 1), (0xea9, 8), (0xeb9, 1), (0xe10, 8)];
    let frame = frame(&models::P1, &writes);
    assert_eq!(dots(&frame), [(0, 0), (16, 0), (31, 15)]);
    assert_eq!((frame.icons, frame.contrast), (1 << 4 | 1 << 3, 9));
}

/// Every nibble full: every dot and icon of every model, and the raw lines of those without a table.
#[test]
fn all_dots_and_icons_can_be_lit() {
    for model in MODELS {
        let mut all = Frame::default();
        for nibble in (0xe00..0xe50).chain(0xe80..0xed0) {
            let one = frame(model, &[(nibble, 15)]);
            for (y, row) in one.rows.into_iter().enumerate() {
                assert_eq!(all.rows[y] & row, 0, "{}: {nibble:X} lights a dot again", model.name);
                all.rows[y] |= row;
            }
            all.icons |= one.icons;
        }
        assert_eq!(all.rows, [u32::MAX; 16], "{}", model.name);
        assert_eq!(all.icons, if model.icons[0].is_some() { 255 } else { 0 }, "{}", model.name);
    }
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
