//! A friend's visit over the cable: two Pips, one Pip and silence, noise and cuts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod pet;
mod wire;

use eggtooth_toy::cable::{Cable, PACE, Plug, Stamped};
use eggtooth_toy::{Button, Input, Machine, Recording, TICKS_PER_SECOND as SECOND, pip, pip_of};
use pet::{Pet, mirrored, sprite};
use std::collections::HashSet;
use wire::{Line, Random, frame};

/// The longest search and a visit that gets stuck in its last phase.
const LONGEST: u64 = 120;

/// Two that look for each other; the second is a little older.
fn two() -> [Pet; 2] {
    let mut pets = [Pet::new(), Pet::new()];
    pets[1].run(7 * SECOND + 333);
    for pet in &mut pets {
        pet.look_for_a_friend();
    }
    pets
}

#[test]
fn two_visit_each_other_and_both_lcds_show_both() {
    let mut pets = two();
    let happy = pets.each_ref().map(|pet| pet.get("happy"));
    let mut line = Line::good();
    let own = ["spr_idle1", "spr_idle2", "spr_hop", "spr_cheer"].map(sprite);
    let guest = ["spr_idle1", "spr_idle2", "spr_hop", "spr_cheer"].map(mirrored);
    let mut both = [HashSet::new(), HashSet::new()];
    let mut paces = 0;
    while pets.iter().any(Pet::is_looking) {
        line.pace(&mut pets);
        paces += 1;
        assert!(paces * PACE < 40 * SECOND, "phases {:?}", pets.each_ref().map(|pet| pet.get("my_phase")));
        for (pet, seen) in pets.iter().zip(&mut both) {
            let [left, right] = pet.halves();
            if let (Some(left), Some(right)) =
                (own.iter().position(|sprite| *sprite == left), guest.iter().position(|sprite| *sprite == right))
            {
                seen.insert((left, right));
            }
        }
    }
    for (pet, seen) in pets.iter().zip(&both) {
        // Standing by turns, and hopping by turns.
        for pair in [(0, 1), (1, 0), (1, 2), (2, 1)] {
            assert!(seen.contains(&pair), "{pair:?} in {seen:?}");
        }
        assert_eq!(pet.get("visits"), 1);
    }
    for (pet, happy) in pets.iter_mut().zip(happy) {
        pet.run(2 * SECOND);
        assert_eq!(pet.get("happy"), happy + 1);
        pet.lives_on();
    }
    println!("{} s, {:?} bytes", paces * PACE / SECOND, line.said);
    assert!(line.said.iter().all(|said| (*said as u64) < 24 * paces * PACE / SECOND));
    // Once more.
    for pet in &mut pets {
        pet.look_for_a_friend();
    }
    line.until_over(&mut pets, 40);
    assert_eq!(pets.each_ref().map(|pet| pet.get("visits")), [2, 2]);
}

#[test]
fn who_comes_later_is_found() {
    let mut pets = [Pet::new(), Pet::new()];
    let mut line = Line::good();
    pets[0].look_for_a_friend();
    for _ in 0..40 * 32 {
        line.pace(&mut pets);
    }
    pets[1].look_for_a_friend();
    line.until_over(&mut pets, 40);
    assert_eq!(pets.each_ref().map(|pet| pet.get("visits")), [1, 1]);
}

#[test]
fn nobody_comes() {
    // No cable, a cable with nobody at its other end, and one that brings rubbish.
    for kind in 0..3 {
        let mut pet = Pet::new();
        if kind == 0 {
            pet.machine.unplug();
        }
        let mut random = Random(77);
        pet.look_for_a_friend();
        let begin = pet.machine.tick();
        while pet.is_looking() {
            pet.run(PACE);
            if let Some(end) = pet.machine.cable().filter(|_| kind == 2) {
                end.deliver(&[random.below(256) as u8]);
            }
            assert!(pet.machine.tick() - begin < 70 * SECOND, "kind {kind}");
        }
        assert!(pet.machine.tick() - begin > 60 * SECOND, "kind {kind}");
        assert_eq!((pet.get("visits"), pet.get("my_phase")), (0, 15));
        pet.run(SECOND);
        pet.lives_on();
    }
}

#[test]
fn c_ends_the_search_at_once() {
    let mut pet = Pet::new();
    pet.look_for_a_friend();
    pet.run(3 * SECOND);
    pet.press(Button::C);
    pet.run(SECOND / 4);
    pet.lives_on();
}

#[test]
fn c_ends_it_for_both() {
    let mut pets = two();
    let mut line = Line::good();
    while pets[0].get("my_phase") == 0 {
        line.pace(&mut pets);
    }
    for _ in 0..4 * 32 {
        line.pace(&mut pets);
    }
    let now = pets[0].machine.tick();
    pets[0].machine.press_at(Button::C, true, now);
    pets[0].machine.press_at(Button::C, false, now + SECOND / 8);
    let paces = line.until_over(&mut pets, LONGEST);
    if pets[0].get("visits") == 0 {
        assert!(paces < 6 * 32, "the friend hears of it: {paces}");
    }
    for pet in &mut pets {
        pet.run(2 * SECOND);
        pet.lives_on();
    }
}

#[test]
fn a_visit_survives_delay_and_noise() {
    for milliseconds in [0, 50, 150, 300] {
        for faults in [0, 10, 30] {
            let mut pets = two();
            let mut line = Line::bad(milliseconds + faults, milliseconds, faults);
            let paces = line.until_over(&mut pets, LONGEST);
            let visits = pets.each_ref().map(|pet| pet.get("visits"));
            println!("{milliseconds} ms, {faults} in 1000: {visits:?} after {} s", paces * PACE / SECOND);
            assert_eq!(visits, [1, 1], "{milliseconds} ms, {faults} in 1000");
        }
    }
}

#[test]
fn under_heavy_noise_both_come_home() {
    let (mut met, mut parted) = (0, 0);
    for seed in 0..24 {
        let mut pets = two();
        let mut line =
            Line::bad(seed, [0, 50, 150, 300][seed as usize % 4], [60, 120, 250, 600][seed as usize / 4 % 4]);
        line.until_over(&mut pets, LONGEST);
        for pet in &mut pets {
            assert!(pet.get("visits") <= 1 && pet.get("happy") <= 4);
            met += pet.get("visits");
            parted += 1 - pet.get("visits");
            pet.run(3 * SECOND);
            pet.lives_on();
        }
    }
    println!("{met} visits, {parted} without");
    assert!(met > 0 && parted > 0);
}

#[test]
fn a_cut_at_any_moment_is_survived() {
    let whole = Line::good().until_over(&mut two(), LONGEST);
    // What is cut: both directions, or one.
    for cut in [[true, true], [true, false], [false, true]] {
        let mut counts = [0; 3];
        for after in (0..whole).step_by(5) {
            let mut pets = two();
            let mut line = Line::bad(after, 150, 0);
            for _ in 0..after {
                line.pace(&mut pets);
            }
            line.cut = cut;
            line.until_over(&mut pets, LONGEST);
            let mut visits = 0;
            for pet in &mut pets {
                assert!(pet.get("visits") <= 1);
                visits += pet.get("visits");
                pet.run(3 * SECOND);
                pet.lives_on();
            }
            counts[visits as usize] += 1;
        }
        println!("{cut:?}: nobody {}, one {}, both {}", counts[0], counts[1], counts[2]);
        assert!(counts[0] > 0 && counts[2] > 0 && counts[1] * 8 < counts[0] + counts[2], "{counts:?}");
    }
}

/// What a visit comes to over a [`Cable`], when time is cut into pieces that `piece` says.
fn over_a_cable(delay: u64, mut piece: impl FnMut() -> u64) -> [(u64, [u8; 32], u32); 2] {
    let [mut one, mut other] = two();
    let mut cable = Cable::join(&mut one.machine, &mut other.machine, delay);
    let mut left = 40 * SECOND;
    while left > 0 {
        let ticks = piece().clamp(1, left);
        cable.advance([&mut one.machine, &mut other.machine], ticks, [&mut (), &mut ()]);
        left -= ticks;
    }
    [one, other].map(|pet| (pet.machine.tick(), pet.machine.state_hash().unwrap(), pet.get("visits")))
}

#[test]
fn the_same_visit_however_time_is_cut() {
    for delay in [0, 300 * SECOND / 1000] {
        let whole = over_a_cable(delay, || u64::MAX);
        assert!(whole.iter().all(|(_, _, visits)| *visits == 1), "{whole:?}");
        let mut random = Random(5);
        assert_eq!(over_a_cable(delay, || random.below(3000)), whole);
        assert_eq!(over_a_cable(delay, || 546), whole);
    }
}

#[test]
fn two_visit_each_other_by_their_plugs_however_long_the_way() {
    for milliseconds in [0, 150, 300, 600] {
        let delay = milliseconds * SECOND / 1000;
        let mut pets = two();
        let mut plugs = [Plug::default(), Plug::default()];
        let mut ways: [Vec<(u64, Vec<u8>)>; 2] = Default::default();
        let (mut sent, mut ticks) = (0, 0);
        while pets.iter().any(Pet::is_looking) {
            for (n, pet) in pets.iter_mut().enumerate() {
                plugs[n].follow(Some(4), &mut pet.machine);
                // Thirty times a second, but not always in time.
                pet.run(SECOND / 30 * if ticks % SECOND < SECOND / 10 { 3 } else { 1 });
                let said = plugs[n].poll(&mut pet.machine);
                if !said.is_empty() {
                    assert!(said.len() < 16);
                    sent += 1;
                    ways[n].push((ticks + delay, said));
                }
            }
            for (n, pet) in pets.iter_mut().enumerate() {
                while let Some((_, bytes)) = ways[1 - n].first().cloned().filter(|(due, _)| *due <= ticks) {
                    ways[1 - n].remove(0);
                    plugs[n].deliver(&bytes, &mut pet.machine);
                }
            }
            ticks += SECOND / 30;
            assert!(ticks < LONGEST * SECOND, "{milliseconds} ms");
        }
        println!("{milliseconds} ms: {} s, {sent} messages", ticks / SECOND);
        assert_eq!(pets.each_ref().map(|pet| pet.get("visits")), [1, 1], "{milliseconds} ms");
        // Two for each frame.
        assert!(sent < 8 * ticks / SECOND, "{sent}");
    }
}

#[test]
fn a_recording_of_a_visit_needs_no_cable() {
    let mut pets = two();
    for pet in &mut pets {
        pet.machine.record("Pip").unwrap();
    }
    let mut line = Line::bad(3, 50, 20);
    line.until_over(&mut pets, LONGEST);
    for pet in &mut pets {
        assert_eq!(pet.get("visits"), 1);
        let recording = pet.machine.stop_recording().unwrap().unwrap();
        let read = Recording::from_bytes(&recording.to_bytes().unwrap()).unwrap();
        assert!(read.events().iter().any(|event| matches!(event.input, Input::Byte(byte) if byte != 0)));
        let mut again = Machine::play(&pip().unwrap(), &read).unwrap();
        let mut random = Random(9);
        while again.tick() < read.end() {
            again.advance(read.end().min(again.tick() + random.below(SECOND)), &mut ());
        }
        assert_eq!(again.state_hash().unwrap(), *read.hash());
        assert!(again.state() == pet.machine.state());
    }
}

#[test]
fn a_save_in_the_middle_goes_home() {
    let mut pets = two();
    let mut line = Line::good();
    while pets[0].get("my_phase") < 2 {
        line.pace(&mut pets);
    }
    // Another program goes on with the save, and has no cable.
    pets[0].machine.record("Pip").unwrap();
    let save = pets[0].machine.stop_recording().unwrap().unwrap();
    pets[0].machine = Machine::resume(&pip().unwrap(), save.start()).unwrap();
    assert!(pets[0].is_looking() && pets[0].machine.cable().is_none());
    pets[0].run(60 * SECOND);
    assert_eq!(pets[0].get("visits"), 0);
    pets[0].lives_on();
}

/// Frames from a friend that this program never heard of: the number 4·2, the echo of `pet`'s own.
fn stranger(pet: &Pet, phase: u8, heard: u8, creature: u8, mood: u8, sequence: u8) -> [u8; 13] {
    let number = pet.get("my_number") as u8;
    frame([1, phase, heard, 2, 4, number & 15, number >> 4, creature, mood, 13, sequence])
}

#[test]
fn what_pip_does_not_know_comes_in_its_egg() {
    let mut pet = Pet::new();
    pet.look_for_a_friend();
    let egg = sprite("spr_egg");
    let mut seen = false;
    for n in 0..60 {
        let phase = pet.get("my_phase") as u8;
        let bytes = stranger(&pet, phase, phase, 9, 15, n);
        pet.machine.cable().unwrap().deliver(&bytes);
        pet.run(SECOND / 2);
        seen |= pet.halves()[1] == egg.map(u16::reverse_bits);
    }
    assert!(seen);
    assert_eq!((pet.get("visits"), pet.get("guest_gift")), (1, 13));
    pet.lives_on();
}

#[test]
fn the_bytes_are_as_the_page_says() {
    const PAGE: &str = include_str!("../../../../assets/firmware/pip/LINK.md");
    let line = PAGE.lines().find(|line| line.starts_with("11 ")).unwrap();
    let page: Vec<u8> = line.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    assert_eq!(frame([1, 2, 1, 3, 10, 5, 11, 1, 0, 2, 7])[..], page);
    // What Pip itself says has the same form, and silence between.
    let mut pet = Pet::new();
    pet.look_for_a_friend();
    let mut said: Vec<Stamped> = Vec::new();
    for _ in 0..6 * 32 {
        pet.run(PACE);
        said.extend(pet.machine.cable().unwrap().poll());
    }
    let start = said.iter().position(|stamped| stamped.byte >> 4 == 1).unwrap();
    let frames: Vec<&[Stamped]> = said[start..].chunks_exact(13).collect();
    assert!(frames.len() > 6);
    for bytes in frames {
        let nibbles: Vec<u8> = bytes.iter().map(|stamped| stamped.byte & 15).collect();
        let whole = frame(nibbles[..11].try_into().unwrap());
        assert!(bytes.iter().map(|stamped| stamped.byte).eq(whole), "{bytes:?}");
        let number = pet.get("my_number") as u8;
        assert_eq!(nibbles[..9], [1, 0, 0, number & 15, number >> 4, 0, 0, 1, 0]);
    }
}

#[test]
fn a_friend_who_says_anything_does_no_harm() {
    let (mut met, mut none) = (0, 0);
    for seed in 1..40 {
        let mut random = Random(seed * 0x9E37_79B9);
        let mut pet = Pet::new();
        pet.look_for_a_friend();
        let begin = pet.machine.tick();
        while pet.is_looking() {
            let mut nibbles = [0; 11].map(|_: u8| random.below(16) as u8);
            // Right sums always, and mostly what makes Pip believe it.
            let number = pet.get("my_number") as u8;
            for (place, right) in [(0, 1), (3, 3), (4, 9), (5, number & 15), (6, number >> 4)] {
                if random.below(seed % 5 * 8 + 2) > 0 {
                    nibbles[place] = right;
                }
            }
            if seed % 2 == 0 && nibbles[1] == 15 {
                nibbles[1] = 7;
            }
            pet.machine.cable().unwrap().deliver(&frame(nibbles));
            pet.run(13 * PACE + random.below(20) * PACE);
            let sp = pet.machine.registers().sp;
            assert!((sp == 0 || sp > 0xC0) && pet.get("happy") <= 4 && pet.get("visits") <= 1);
            assert!(pet.machine.tick() - begin < LONGEST * SECOND, "seed {seed}");
        }
        let visits = pet.get("visits");
        (met, none) = (met + visits, none + 1 - visits);
        pet.run(SECOND);
        pet.lives_on();
    }
    assert!(met > 3 && none > 3, "{met}, {none}");
}

#[test]
fn a_pet_that_never_looks_for_a_friend_lives_as_before() {
    let earlier = include_bytes!("../../../../assets/firmware/pip/earlier/pip-1.rom");
    let earlier = eggtooth_cartridge::Cartridge::from_bytes(None, earlier).unwrap();
    assert!(pip_of(&earlier.identity).is_some() && earlier.identity != pip().unwrap().identity);
    let mut pets = [Pet::new(), Pet::on(&earlier)];
    // With the cable plugged in, and a friend who calls all the time.
    let mut random = Random(11);
    for hour in 0..30 {
        for pet in &mut pets {
            if let Some(end) = pet.machine.cable() {
                end.deliver(&frame([1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0]));
            }
        }
        // Never the third icon: meals, the light, medicine, the bath, the clock.
        let icons = [0, 1, 3, 4, 5, 7][random.below(6) as usize];
        for pet in &mut pets {
            pet.home();
            for _ in 0..(icons + 1) % 8 {
                pet.press(Button::A);
            }
            pet.press(Button::B);
            pet.press(Button::B);
            let now = pet.machine.tick();
            pet.run((now / SECOND + 1800) * SECOND - now);
        }
        let [one, other] = pets.each_ref().map(|pet| (pet.machine.tick(), pet.machine.ram()[..0x65].to_vec()));
        assert_eq!(one, other, "hour {hour}");
        assert_eq!(pets[0].machine.frame(), pets[1].machine.frame());
    }
}
