use proptest::prelude::*;

use crate::labels::{Confidence, Encoding, Label, Labels, Meaning, labels};
use crate::symbols::{RamSymbol, Symbols};
use crate::{Cartridge, ChipKind, TOYS};

use super::program;

/// A memory in which these nibbles are set.
fn ram(nibbles: &[(usize, &[u8])]) -> Vec<u8> {
    let mut ram = vec![0; 768];
    for (at, values) in nibbles {
        ram[*at..*at + values.len()].copy_from_slice(values);
    }
    ram
}

#[test]
fn the_first_generation_is_read_as_the_fact_sheet_says() {
    let p1 = Labels::of_toy("p1");
    let ram = ram(&[
        (0x010, &[9, 5, 8, 4, 4, 1]), // 20:48:59
        (0x040, &[11, 12]),
        (0x046, &[6, 2]),
        (0x04b, &[15]),
        (0x04d, &[2]),
        (0x05d, &[10]),
    ]);
    let read = |meaning| p1.read(meaning, &ram);
    assert_eq!(read(Meaning::ClockSeconds), Some(59));
    assert_eq!(read(Meaning::ClockMinutes), Some(48));
    assert_eq!(read(Meaning::ClockHours), Some(20));
    assert_eq!(read(Meaning::Weight), Some(26));
    assert_eq!(read(Meaning::Light), Some(15));
    assert_eq!(read(Meaning::Mess), Some(2));
    assert_eq!(read(Meaning::Character), Some(10));
    assert_eq!(read(Meaning::Sick), None, "no source has found the cell");
    // Hearts = (v + 1) / 4.
    let hunger = p1.find(Meaning::Hunger).unwrap();
    assert_eq!([0, 2, 3, 4, 11, 12, 15, 99].map(|v| hunger.hearts(v)), [0, 0, 1, 1, 3, 3, 4, 4].map(Some));
    assert_eq!(p1.find(Meaning::Mess).unwrap().hearts(1), None);
    assert_eq!((hunger.confidence, p1.find(Meaning::Light).unwrap().confidence), (Confidence::A, Confidence::C));
}

#[test]
fn states_bits_and_half_days_of_later_toys() {
    let angel = Labels::of_toy("angel");
    for (state, asleep, sick) in [(1, 0, 0), (3, 1, 0), (9, 0, 1), (13, 0, 0)] {
        let ram = ram(&[(0x05e, &[state])]);
        assert_eq!(angel.read(Meaning::Asleep, &ram), Some(asleep));
        assert_eq!(angel.read(Meaning::Sick, &ram), Some(sick));
    }
    let umino = Labels::of_toy("umino");
    let ill = ram(&[(0x070, &[0b0100]), (0x078, &[1]), (0x07e, &[3])]);
    assert_eq!(
        [Meaning::Sick, Meaning::Asleep, Meaning::Dead, Meaning::Light].map(|m| umino.read(m, &ill)),
        [Some(1), Some(0), Some(0), Some(0)]
    );
    assert_eq!(umino.find(Meaning::Hunger).unwrap().hearts(3), Some(3));
    assert_eq!(umino.find(Meaning::Discipline).unwrap().hearts(7), Some(4));
    let mothra = Labels::of_toy("mothra");
    let hours = |first, second| mothra.read(Meaning::ClockHours, &ram(&[(0x01e, &[first, second])]));
    assert_eq!(
        [hours(12, 0), hours(1, 0), hours(12, 1), hours(11, 1), hours(0, 0)],
        [Some(0), Some(1), Some(12), Some(23), None]
    );
    let tamaotch = Labels::of_toy("tamaotch");
    let hours = |first, second| tamaotch.read(Meaning::ClockHours, &ram(&[(0x106, &[first, second])]));
    assert_eq!([hours(2, 1), hours(9, 0), hours(2, 9), hours(1, 9)], [Some(0), Some(9), Some(12), Some(23)]);
    let digimon = Labels::of_toy("digimon-2");
    assert_eq!(digimon.read(Meaning::Light, &ram(&[(0x008, &[0b1000])])), Some(0));
    assert_eq!(digimon.read(Meaning::Light, &ram(&[(0x008, &[0b0111])])), Some(1));
}

#[test]
fn values_that_are_none_are_none() {
    let p1 = Labels::of_toy("p1");
    assert_eq!(p1.read(Meaning::ClockSeconds, &ram(&[(0x010, &[10, 0])])), None);
    assert_eq!(p1.read(Meaning::Character, &[0; 0x5d]), None);
    assert_eq!(p1.read(Meaning::Character, &[]), None);
}

#[test]
fn every_table_lies_in_its_chips_memory_and_comes_back_from_its_symbols() {
    let mut tables = 0;
    for toy in &TOYS {
        let table = labels(toy.id);
        tables += usize::from(!table.is_empty());
        let end = if toy.chip == ChipKind::S46 { 640 } else { 768 };
        let mut names = std::collections::BTreeSet::new();
        for label in table {
            assert!((1..=4).contains(&label.nibbles) && label.address + u16::from(label.nibbles) <= end, "{label:?}");
            assert!(names.insert(label.symbol()), "{}: {} twice", toy.id, label.symbol());
            assert_eq!(label.full.is_some(), label.meaning.is_meter() && label.nibbles == 1, "{label:?}");
            let place = RamSymbol { address: label.address, length: u16::from(label.nibbles) };
            let back = Label::from_symbol(&label.symbol(), place);
            if matches!(label.meaning, Meaning::Other(_)) {
                assert_eq!(back, None, "{label:?}");
            } else {
                let expected = Label { confidence: Confidence::A, note: "", ..*label };
                assert_eq!(back, Some(expected), "{}", label.symbol());
            }
        }
        // The text of a table is a symbol file without faults that says the same.
        let shipped = Labels::of_toy(toy.id);
        let (symbols, faults) = Symbols::parse(shipped.symbols().to_string().as_bytes());
        assert_eq!((faults.len(), symbols.ram.len()), (0, table.len()));
        let again = Labels::from_symbols(&symbols);
        for label in shipped.iter().filter(|label| !matches!(label.meaning, Meaning::Other(_))) {
            assert_eq!(again.find(label.meaning).map(|l| l.address), Some(label.address), "{}: {label:?}", toy.id);
        }
    }
    assert_eq!(tables, 14);
    assert!(labels("p1-test").is_empty() && labels("nobody").is_empty());
}

#[test]
fn a_users_names_make_labels() {
    let text = "ram 030 1 Hunger\nram 031 1 happy.ofF\nram 032 2 weight.bin\nram 034 2 age\nram 036 1 asleep.d2\n\
                ram 037 1 light.n3\nram 038 1 sick.is9aC\nram 03A 2 hour.h12\nram 03C 2 hours.strange\n\
                ram 040 1 hunger.copy\nram 041 1 stage\nram 050 8 mess\nram 060 1 pointer\ncode 0100 calling\n";
    let (symbols, faults) = Symbols::parse(text.as_bytes());
    assert_eq!(faults, []);
    let labels = Labels::from_symbols(&symbols);
    let at = |meaning| labels.find(meaning).map(|label| (label.address, label.encoding, label.full));
    assert_eq!(at(Meaning::Hunger), Some((0x30, Encoding::Binary, Some(4))));
    assert_eq!(at(Meaning::Happiness), Some((0x31, Encoding::Binary, Some(15))));
    assert_eq!(at(Meaning::Weight), Some((0x32, Encoding::Binary, None)));
    assert_eq!(at(Meaning::Age), Some((0x34, Encoding::Bcd, None)));
    assert_eq!(at(Meaning::Asleep), Some((0x36, Encoding::Bit(2), None)));
    assert_eq!(at(Meaning::Light), Some((0x37, Encoding::NotBit(3), None)));
    assert_eq!(at(Meaning::Sick), Some((0x38, Encoding::Among(1 << 9 | 1 << 10 | 1 << 12), None)));
    assert_eq!(at(Meaning::ClockHours), Some((0x3a, Encoding::HalfDay, None)));
    assert_eq!(at(Meaning::Stage), Some((0x41, Encoding::Binary, None)));
    // Eight nibbles are no heap, and code says nothing of the pet.
    assert_eq!((at(Meaning::Mess), at(Meaning::Calling)), (None, None));
    assert_eq!(labels.iter().count(), 9);
}

#[test]
fn names_in_a_file_win_over_the_table() {
    let mut words = program(6144, 1);
    words[0] = 0xfa2;
    let guessed = Cartridge::from_words(&words).unwrap();
    assert!(Labels::of(&guessed, None).is_empty(), "a guess has no labels");
    let mut known = guessed.clone();
    known.known = Some(crate::Known { toy: crate::find_toy("p1").unwrap(), exact: true, by: crate::By::Image });
    let (symbols, _) = Symbols::parse(b"ram 070 1 hunger\n");
    let both = Labels::of(&known, Some(&symbols));
    assert_eq!(both.find(Meaning::Hunger).map(|label| label.address), Some(0x70));
    assert_eq!(both.find(Meaning::Happiness).map(|label| label.address), Some(0x41));
    assert_eq!(Labels::of(&guessed, Some(&symbols)).iter().count(), 1);
}

#[test]
fn every_documented_name_is_in_the_page() {
    let page = include_str!("../../SYMBOLS.md");
    for (name, _) in Meaning::names() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

proptest! {
    #[test]
    fn any_name_and_place_is_survived(
        name in "(hunger|weight|sick|hours|x)(\\.(bin|bcd|h12|bcd12|d[0-9]|n[0-9]|is[0-9a-fG]{0,5}|of[0-9A-Gg]{0,3})){0,3}",
        address in 0u16..768,
        length in 0u16..6,
        memory in proptest::collection::vec(any::<u8>(), 0..768),
    ) {
        if let Some(label) = Label::from_symbol(&name, RamSymbol { address, length }) {
            if let Some(value) = label.read(&memory) {
                let _ = label.hearts(value);
            }
            let again = Label::from_symbol(&label.symbol(), RamSymbol { address, length });
            prop_assert_eq!(again, Some(label));
        }
    }
}
