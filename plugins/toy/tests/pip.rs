//! Pip, the embedded pet, played as a person plays it: presses in, memory and LCD out.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use eggtooth_cartridge::symbols::Symbols;
use eggtooth_toy::{Button, Edge, Machine, TICKS_PER_SECOND as SECOND, pip, pip_symbols};

const MINUTE: u64 = 60 * SECOND;
/// One poll of the buttons while the pet is awake.
const POLL: u64 = SECOND / 32;
/// Icon 7, attention.
const ATTENTION: u8 = 0x80;

struct Toy {
    machine: Machine,
    symbols: Symbols,
    edges: Vec<(u64, Edge)>,
}

impl Toy {
    fn new() -> Toy {
        let machine = Machine::new(&pip().expect("the embedded ROM"));
        Toy { machine, symbols: pip_symbols(), edges: Vec::new() }
    }

    /// The pet a minute after power-on, at home.
    fn hatched() -> Toy {
        let mut toy = Toy::new();
        toy.run(MINUTE);
        assert_eq!(toy.get("stage"), 1);
        toy
    }

    fn run(&mut self, ticks: u64) {
        self.machine.advance(self.machine.tick() + ticks, &mut self.edges);
        for (tick, edge) in &self.edges {
            // R33 says that a friend is looked for.
            assert!(matches!(edge, Edge::Tone(_) | Edge::R(3, _)), "{edge:?} at tick {tick}");
        }
    }

    fn hold(&mut self, buttons: &[Button], ticks: u64) {
        let now = self.machine.tick();
        for button in buttons {
            self.machine.press_at(*button, true, now);
            self.machine.press_at(*button, false, now + ticks);
        }
        self.run(ticks);
    }

    /// Until the last press has had its effect.
    fn settle(&mut self) {
        self.run(SECOND / 4);
    }

    /// A press as README.md of the firmware says: 4/32 s down, 4/32 s up.
    fn press(&mut self, button: Button) {
        self.hold(&[button], 4 * POLL);
        self.run(4 * POLL);
    }

    fn presses(&mut self, buttons: &str) {
        for button in buttons.chars() {
            self.press(match button {
                'A' => Button::A,
                'B' => Button::B,
                _ => Button::C,
            });
        }
        self.settle();
    }

    /// A named number of the program: nibbles, the low one first.
    fn get(&self, name: &str) -> u32 {
        let place = self.symbols.ram.get(name).unwrap_or_else(|| panic!("{name} is not in pip.sym"));
        (0..place.length).rev().fold(0, |n, i| n << 4 | u32::from(self.machine.peek(place.address + i)))
    }

    fn bcd(&self, name: &str) -> u32 {
        let n = self.get(name);
        n / 16 * 10 + n % 16
    }

    fn calls(&self) -> bool {
        self.machine.frame().icons & ATTENTION != 0
    }

    /// Lights icon `n` from any state at home.
    fn select(&mut self, n: u32) {
        self.home();
        for _ in 0..=n {
            self.press(Button::A);
        }
        self.settle();
        assert_eq!(self.get("icon"), n);
    }

    fn home(&mut self) {
        for _ in 0..4 {
            if self.get("at_home") == 1 && self.get("icon") == 7 {
                return;
            }
            self.press(Button::C);
            self.run(SECOND);
        }
        assert_eq!((self.get("at_home"), self.get("icon")), (1, 7));
    }

    /// Sets the clock exactly as the firmware documents it.
    fn set_clock(&mut self, hours: u32, minutes: u32) {
        self.home();
        self.presses("BA");
        assert_eq!(self.get("setting"), 1);
        for _ in 0..(hours + 24 - self.bcd("hours")) % 24 {
            self.press(Button::A);
        }
        for _ in 0..(minutes + 60 - self.bcd("minutes")) % 60 {
            self.press(Button::B);
        }
        self.settle();
        assert_eq!((self.bcd("hours"), self.bcd("minutes")), (hours, minutes));
        self.presses("C");
        assert_eq!((self.get("setting"), self.get("clock_set")), (0, 1));
        assert!(self.bcd("seconds") <= 1);
        self.presses("C");
        assert_eq!(self.get("at_home"), 1);
    }

    fn meal(&mut self) {
        self.select(0);
        self.presses("BB");
        self.run(8 * SECOND);
    }

    fn snack(&mut self) {
        self.select(0);
        self.presses("BAB");
        self.run(8 * SECOND);
    }

    fn light(&mut self) {
        self.select(1);
        self.presses("BAB");
        self.run(SECOND);
    }

    fn sounds_since(&self, tick: u64) -> bool {
        self.edges.iter().any(|(at, edge)| *at >= tick && matches!(edge, Edge::Tone(Some(_))))
    }
}

#[test]
fn every_symbol_is_understood() {
    let text = include_bytes!("../../../assets/firmware/pip/pip.sym");
    assert_eq!(Symbols::parse(text).1, []);
}

#[test]
fn rom_and_symbols_are_what_the_source_assembles_to() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/firmware/pip");
    let assembly = eggtooth_assembler::assemble_file(&folder.join("main.s")).expect("the source assembles");
    let read = |name| std::fs::read(folder.join(name)).expect("it lies beside the source");
    assert!(assembly.rom_bytes() == read("pip.rom"), "pip.rom is old: run cargo xtask bless");
    assert!(assembly.symbols_text().into_bytes() == read("pip.sym"), "pip.sym is old: run cargo xtask bless");
    assert!(assembly.words.iter().skip(6144).all(Option::is_none), "beyond the E0C6S46's program memory");
}

#[test]
fn the_egg_hatches_with_a_tune() {
    let mut toy = Toy::new();
    toy.run(2 * SECOND);
    assert_ne!(toy.machine.frame().rows, [0; 16]);
    assert_eq!((toy.get("stage"), toy.bcd("hours"), toy.bcd("minutes")), (0, 12, 0));
    toy.run(28 * SECOND);
    assert_eq!(toy.get("stage"), 0);
    toy.run(15 * SECOND);
    assert_eq!((toy.get("stage"), toy.get("hunger"), toy.get("happy"), toy.bcd("weight")), (1, 1, 2, 5));
    assert!(toy.sounds_since(32 * SECOND));
    toy.run(15 * SECOND + POLL);
    assert_eq!((toy.bcd("minutes"), toy.bcd("seconds")), (1, 0));
}

#[test]
fn it_moves_about() {
    let mut toy = Toy::hatched();
    let mut frames = std::collections::HashSet::new();
    let mut left = 32;
    let mut right = 0;
    for _ in 0..240 {
        toy.run(SECOND / 2);
        let frame = toy.machine.frame();
        let columns = frame.rows.iter().fold(0, |all, row| all | row);
        left = left.min(columns.trailing_zeros());
        right = right.max(31 - columns.leading_zeros());
        frames.insert(frame.rows);
    }
    assert!(frames.len() > 15, "{} different pictures", frames.len());
    assert!(left <= 4 && right >= 27, "columns {left} to {right}");
}

#[test]
fn the_first_call_comes_soon_and_a_meal_answers_it() {
    let mut toy = Toy::hatched();
    toy.run(3 * MINUTE);
    assert!(!toy.calls());
    let before = toy.machine.tick();
    toy.run(4 * MINUTE);
    assert!(toy.calls());
    assert_eq!((toy.get("calling"), toy.get("hunger")), (1, 0));
    assert!(toy.sounds_since(before));
    toy.meal();
    assert_eq!((toy.get("calling"), toy.get("hunger"), toy.bcd("weight")), (0, 1, 6));
    assert!(!toy.calls());
}

#[test]
fn meals_fill_until_it_refuses_and_snacks_gladden() {
    let mut toy = Toy::hatched();
    for hearts in 2..=4 {
        toy.meal();
        assert_eq!(toy.get("hunger"), hearts);
    }
    let weight = toy.bcd("weight");
    toy.meal();
    assert_eq!((toy.get("hunger"), toy.bcd("weight")), (4, weight));
    toy.snack();
    assert_eq!((toy.get("happy"), toy.bcd("weight")), (3, weight + 2));
    for _ in 0..50 {
        toy.snack();
    }
    assert_eq!((toy.get("happy"), toy.bcd("weight")), (4, 99));
}

#[test]
fn hearts_fall_and_an_unanswered_call_is_given_up() {
    let mut toy = Toy::hatched();
    toy.run(24 * MINUTE);
    assert_eq!((toy.get("hunger"), toy.get("calling"), toy.bcd("care_miss")), (0, 0, 1));
    toy.run(80 * MINUTE);
    assert_eq!((toy.get("hunger"), toy.get("happy")), (0, 0));
    assert!(toy.bcd("care_miss") > 2);
}

#[test]
fn the_clock_is_set_by_presses_and_rules_the_sleep() {
    let mut toy = Toy::hatched();
    toy.set_clock(20, 59);
    assert_eq!(toy.get("asleep"), 0);
    toy.run(61 * SECOND);
    assert_eq!((toy.bcd("hours"), toy.bcd("minutes"), toy.get("asleep")), (21, 0, 1));
    assert!(toy.calls(), "the light is on");
    toy.light();
    assert_eq!((toy.get("light_on"), toy.get("calling")), (0, 0));
    toy.home();
    toy.run(10 * SECOND);
    assert_eq!(toy.machine.peek(0xF10), 2, "only the 8 Hz interrupt in deep sleep");
    let hearts = (toy.get("hunger"), toy.get("happy"));
    toy.run(180 * MINUTE);
    assert_eq!((toy.get("hunger"), toy.get("happy")), hearts);
    toy.set_clock(7, 59);
    toy.run(61 * SECOND);
    assert_eq!((toy.get("asleep"), toy.get("light_on"), toy.calls()), (0, 1, false));
}

#[test]
fn the_clock_wraps_without_carry_while_it_is_set() {
    let mut toy = Toy::hatched();
    toy.set_clock(11, 0);
    toy.set_clock(10, 59);
    toy.set_clock(23, 58);
    toy.run(121 * SECOND);
    assert_eq!((toy.bcd("hours"), toy.bcd("minutes")), (0, 0));
}

#[test]
fn a_page_left_alone_goes_home() {
    let mut toy = Toy::hatched();
    for icon in [0, 1, 2, 5] {
        toy.select(icon);
        toy.presses("B");
        assert_eq!(toy.get("at_home"), 0);
        toy.run(25 * SECOND);
        assert_eq!(toy.get("at_home"), 1, "icon {icon}");
    }
    toy.home();
    toy.presses("BA");
    toy.run(40 * SECOND);
    assert_eq!((toy.get("at_home"), toy.get("setting")), (1, 0));
}

#[test]
fn a_and_c_switch_the_sound_everywhere() {
    let mut toy = Toy::hatched();
    let both = [Button::A, Button::C];
    toy.hold(&both, 4 * POLL);
    toy.run(2 * SECOND);
    assert_eq!((toy.get("sound_on"), toy.get("icon")), (0, 7));
    let muted = toy.machine.tick();
    toy.presses("AABAC");
    toy.run(SECOND);
    assert!(!toy.sounds_since(muted));
    toy.home();
    toy.press(Button::B);
    toy.hold(&both, 4 * POLL);
    toy.run(2 * SECOND);
    assert_eq!((toy.get("sound_on"), toy.get("at_home"), toy.get("setting")), (1, 0, 0));
    assert!(toy.sounds_since(muted));
    // A moment apart, as fingers are.
    toy.home();
    let now = toy.machine.tick();
    toy.machine.press_at(Button::A, true, now);
    toy.machine.press_at(Button::C, true, now + POLL);
    toy.machine.press_at(Button::A, false, now + 6 * POLL);
    toy.machine.press_at(Button::C, false, now + 7 * POLL);
    toy.run(2 * SECOND);
    assert_eq!((toy.get("sound_on"), toy.get("icon")), (0, 7));
}

#[test]
fn presses_of_two_polls_are_seen_at_any_moment() {
    let mut toy = Toy::hatched();
    for n in 0..70 {
        toy.run(SECOND / 2 + n * 61);
        toy.hold(&[Button::A], 2 * POLL);
        toy.settle();
        assert_eq!(toy.get("icon"), n as u32 % 7, "press {n}");
    }
    toy.set_clock(22, 0);
    toy.light();
    for n in 0..12 {
        toy.home();
        toy.run(10 * SECOND + n * 341);
        assert_eq!(toy.machine.peek(0xF10), 2);
        toy.hold(&[Button::A], 2 * POLL);
        toy.settle();
        assert_eq!(toy.get("icon"), 0, "press {n} asleep");
    }
}

#[test]
fn mess_is_washed_away() {
    let mut toy = Toy::hatched();
    toy.run(17 * MINUTE);
    assert_eq!(toy.get("mess"), 1);
    toy.select(4);
    toy.press(Button::B);
    toy.run(8 * SECOND);
    assert_eq!((toy.get("mess"), toy.get("at_home")), (0, 1));
}

#[test]
fn a_dirty_place_makes_ill_and_medicine_cures() {
    let mut toy = Toy::hatched();
    for _ in 0..400 {
        toy.run(MINUTE);
        if toy.get("sick") > 0 {
            break;
        }
    }
    assert_eq!(toy.get("sick"), 2);
    toy.run(MINUTE);
    assert!(toy.calls());
    let hunger = toy.get("hunger");
    toy.meal();
    assert_eq!(toy.get("hunger"), hunger, "the ill do not eat");
    for left in [1, 0] {
        toy.select(3);
        toy.press(Button::B);
        toy.run(8 * SECOND);
        assert_eq!(toy.get("sick"), left);
    }
}

#[test]
fn the_game_counts_and_rewards() {
    let (mut won, mut lost) = (false, false);
    let mut toy = Toy::hatched();
    for _ in 0..40 {
        if won && lost {
            return;
        }
        toy.snack();
        let weight = toy.bcd("weight");
        toy.select(2);
        toy.presses("BB");
        toy.run(4 * SECOND);
        let happy = toy.get("happy");
        for left in (0..5).rev() {
            toy.press(if left & 1 == 0 { Button::A } else { Button::B });
            assert_eq!(toy.get("round"), left + 1);
            toy.run(2 * SECOND);
            assert_eq!(toy.get("round"), left);
        }
        let wins = toy.get("wins");
        toy.run(8 * SECOND);
        assert_eq!((toy.get("at_home"), toy.bcd("weight")), (1, weight - 1));
        assert_eq!(toy.get("happy"), if wins >= 3 { (happy + 1).min(4) } else { happy });
        won |= wins >= 3;
        lost |= wins < 3;
    }
    panic!("won: {won}, lost: {lost}");
}

#[test]
fn it_learns_not_to_call_for_nothing() {
    let mut toy = Toy::hatched();
    toy.select(6);
    toy.press(Button::B);
    toy.run(4 * SECOND);
    assert_eq!(toy.get("discipline"), 0, "a telling-off without a reason teaches nothing");
    for _ in 0..2000 {
        toy.run(MINUTE);
        if toy.get("calling") == 4 {
            toy.select(6);
            toy.press(Button::B);
            toy.run(4 * SECOND);
            assert_eq!((toy.get("calling"), toy.get("discipline")), (0, 1));
            return;
        }
        // Well cared for, so that nothing else makes it call.
        if toy.get("hunger") < 2 {
            toy.meal();
        }
        if toy.get("happy") < 2 {
            toy.snack();
        }
        if toy.get("mess") > 0 && toy.get("light_on") == 1 {
            toy.select(4);
            toy.press(Button::B);
            toy.run(8 * SECOND);
        }
    }
    panic!("it never called for nothing");
}

#[test]
fn a_reset_does_not_end_its_life() {
    let mut toy = Toy::hatched();
    toy.meal();
    toy.select(1);
    let (hunger, minutes) = (toy.get("hunger"), toy.get("minutes"));
    let mut edges = Vec::new();
    toy.machine.reset(&mut edges);
    toy.run(SECOND);
    assert_eq!((toy.get("stage"), toy.get("hunger"), toy.get("minutes")), (1, hunger, minutes));
    assert_eq!((toy.get("at_home"), toy.get("icon")), (1, 7));
    toy.meal();
    assert_eq!(toy.get("hunger"), hunger + 1);
}

#[test]
fn two_neglected_days_pass_without_a_fault() {
    let mut toy = Toy::new();
    for _ in 0..48 * 4 {
        toy.run(15 * MINUTE);
        toy.edges.clear();
    }
    toy.run(SECOND);
    assert_eq!((toy.bcd("age"), toy.bcd("hours")), (1, 12));
    assert_eq!((toy.get("mess"), toy.get("hunger"), toy.get("happy")), (4, 0, 0));
    assert!(toy.machine.frame().rows != [0; 16]);
}

#[test]
fn random_presses_do_no_harm() {
    let mut toy = Toy::new();
    let mut dice = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..6000 {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        let held: Vec<Button> = Button::ALL.into_iter().filter(|b| dice >> (*b as u32 * 3) & 7 == 0).collect();
        toy.hold(&held, POLL * (dice >> 16 & 7));
        toy.run((dice >> 20 & 0x7FFF) + (dice >> 40 & 15) / 15 * MINUTE);
        toy.edges.clear();
        assert!(toy.get("hunger") <= 4 && toy.get("happy") <= 4 && toy.get("mess") <= 4);
        assert!(toy.bcd("hours") < 24 && toy.bcd("minutes") < 60 && toy.bcd("seconds") < 60);
        assert!(toy.machine.registers().sp == 0 || toy.machine.registers().sp > 0xC0);
    }
    toy.run(30 * SECOND);
    assert_eq!(toy.get("at_home"), 1);
}
