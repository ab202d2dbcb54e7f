//! Sets Pip's clock by pressing Pip's buttons.
//!
//! Follows the page "Setting the clock with presses" of `assets/firmware/pip/README.md`. Each press is
//! decided by what the pet's memory says after the one before, so a press that the pet had no time for
//! is simply made again. Nothing here presses or looks at a clock: the desk and the daycare do.

use crate::machine::Machine;
use crate::pip::pip_symbols;
use eggtooth_chip::Button;

/// Ticks that a press lasts, and the pause after it.
pub const HOLD: u64 = 4096;
/// Looks after which something must be wrong: the longest way is 23 + 59 presses and a dozen around
/// it, and a hatching may be waited for.
const MOST: u32 = 300;
/// Looks that a pet on its way home is given before C is pressed again: at home C pats it, and a pet
/// that is patted all the time is never quiet.
const PATIENCE: u32 = 12;
/// Seconds of the pet's time that one press takes.
const PRESS: f64 = 0.25;

/// Where Pip keeps what matters here, in nibbles of RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "bevy", derive(bevy_ecs::resource::Resource))]
pub struct Places {
    hours: u16,
    minutes: u16,
    icon: u16,
    at_home: u16,
    setting: u16,
}

impl Places {
    /// Reads them from the symbols of the built-in Pip.
    #[must_use]
    pub fn of_pip() -> Option<Places> {
        let names = pip_symbols().ram;
        let at = |name: &str| names.get(name).map(|symbol| symbol.address);
        Some(Places {
            hours: at("hours")?,
            minutes: at("minutes")?,
            icon: at("icon")?,
            at_home: at("at_home")?,
            setting: at("setting")?,
        })
    }
}

/// What Pip's memory says about its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipClock {
    /// 0–23.
    pub hours: u8,
    /// 0–59.
    pub minutes: u8,
    /// The lit icon, 7 for none.
    pub icon: u8,
    /// The home picture is shown.
    pub at_home: bool,
    /// The setting page is open and the clock stands still.
    pub setting: bool,
}

impl PipClock {
    /// Looks into the memory of a machine that runs Pip.
    #[must_use]
    pub fn read(machine: &Machine, places: &Places) -> PipClock {
        let two = |at: u16| machine.peek(at) + 10 * machine.peek(at + 1);
        PipClock {
            hours: two(places.hours),
            minutes: two(places.minutes),
            icon: machine.peek(places.icon),
            at_home: machine.peek(places.at_home) == 1,
            setting: machine.peek(places.setting) == 1,
        }
    }
}

/// A time of the day: hours, minutes, seconds.
pub type TimeOfDay = (u8, u8, u8);

/// How often A and B are pressed on the setting page to get from `from` to `to` (hours, minutes).
#[must_use]
pub fn presses(from: (u8, u8), to: (u8, u8)) -> (u32, u32) {
    let up = |from: u8, to: u8, wrap: u32| (u32::from(to) + wrap - u32::from(from) % wrap) % wrap;
    (up(from.0, to.0, 24), up(from.1, to.1, 60))
}

/// The hour and minute to set, so that the clock is right when the last press starts it: it then shows
/// whole minutes, so the nearest one. `speed` is how fast the pet's time runs.
#[must_use]
pub fn target(now: TimeOfDay, from: (u8, u8), speed: u32) -> (u8, u8) {
    let now = f64::from(now.0) * 3600.0 + f64::from(now.1) * 60.0 + f64::from(now.2);
    // The way takes time, and its length depends on where it ends: at most 21 seconds.
    let error = |minute: u32| {
        let (a, b) = presses(from, of_day(minute));
        let end = now + f64::from(a + b + 1) * PRESS / f64::from(speed.max(1));
        (end - f64::from(minute) * 60.0).abs()
    };
    let first = (now / 60.0) as u32;
    let nearest = (first..=first + 2).min_by(|one, other| error(*one).total_cmp(&error(*other)));
    of_day(nearest.unwrap_or(first))
}

/// The hour and minute of a minute of the day, or of the next day.
fn of_day(minute: u32) -> (u8, u8) {
    ((minute / 60 % 24) as u8, (minute % 60) as u8)
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Press this and look again.
    Press(Button),
    /// Look again after as long as a press takes.
    Wait,
    /// The clock is set and the pet is at home.
    Done,
    /// It does not work; the pet does not behave as Pip does.
    Failed,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// C until the pet is at home with no icon lit.
    Home,
    /// The clock page was opened; A until the setting page is.
    Page,
    /// A and B until this is shown.
    Set((u8, u8)),
    /// C until the setting page is closed.
    End,
    /// C until the pet is back home.
    Leave,
}

/// The way from anywhere to a clock that is set.
#[derive(Clone, Debug)]
pub struct Setter {
    phase: Phase,
    looks: u32,
    /// Looks in this phase.
    here: u32,
}

impl Default for Setter {
    fn default() -> Self {
        Setter { phase: Phase::Home, looks: 0, here: 0 }
    }
}

impl Setter {
    /// Decides the next press from what the pet's memory says now.
    pub fn next(&mut self, seen: PipClock, now: TimeOfDay, speed: u32) -> Next {
        if self.looks >= MOST {
            return Next::Failed;
        }
        let next = self.step(seen, now, speed);
        self.looks += 1;
        self.here += 1;
        next
    }

    fn go(&mut self, phase: Phase) {
        self.phase = phase;
        self.here = 0;
    }

    /// C, and then patience.
    fn back(&self) -> Next {
        if self.here.is_multiple_of(PATIENCE) { Next::Press(Button::C) } else { Next::Wait }
    }

    fn step(&mut self, seen: PipClock, now: TimeOfDay, speed: u32) -> Next {
        let quiet = seen.at_home && seen.icon == 7;
        match self.phase {
            Phase::Home | Phase::Page if seen.setting => {
                let from = (seen.hours, seen.minutes);
                self.go(Phase::Set(target(now, from, speed)));
                self.step(seen, now, speed)
            }
            Phase::Home if quiet => {
                self.go(Phase::Page);
                Next::Press(Button::B)
            }
            Phase::Home => self.back(),
            // B was not seen, or A went elsewhere.
            Phase::Page if quiet || self.here > 4 => {
                self.go(Phase::Home);
                self.step(PipClock { at_home: quiet, ..seen }, now, speed)
            }
            Phase::Page => Next::Press(Button::A),
            // The page was left too early, by somebody else or after a long silence.
            Phase::Set(_) if !seen.setting => {
                self.go(Phase::Home);
                self.step(seen, now, speed)
            }
            Phase::Set(to) => match presses((seen.hours, seen.minutes), to) {
                (0, 0) => {
                    self.go(Phase::End);
                    Next::Press(Button::C)
                }
                (0, _) => Next::Press(Button::B),
                _ => Next::Press(Button::A),
            },
            Phase::End if seen.setting => Next::Press(Button::C),
            Phase::End => {
                self.go(Phase::Leave);
                self.step(seen, now, speed)
            }
            Phase::Leave if quiet => Next::Done,
            Phase::Leave => self.back(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pip;
    use eggtooth_chip::TICKS_PER_SECOND;

    #[test]
    fn presses_wrap() {
        assert_eq!(presses((12, 0), (12, 0)), (0, 0));
        assert_eq!(presses((23, 59), (0, 1)), (1, 2));
        assert_eq!(presses((1, 2), (0, 1)), (23, 59));
    }

    #[test]
    fn the_target_is_the_nearest_minute_when_it_is_done() {
        assert_eq!(target((12, 0, 10), (12, 0), 1), (12, 0));
        assert_eq!(target((12, 0, 40), (12, 0), 1), (12, 1));
        // 59 presses take a quarter of a minute, but one press would come too early by more.
        assert_eq!(target((12, 59, 20), (12, 0), 1), (12, 59));
        assert_eq!(target((12, 59, 29), (12, 1), 1), (13, 0));
        assert_eq!(target((12, 59, 20), (12, 0), 64), (12, 59));
        assert_eq!(target((23, 59, 50), (23, 50), 1), (0, 0));
    }

    /// Runs Pip for `seconds`, then sets its clock; returns what it says and how many presses it took.
    fn set(machine: &mut Machine, now: TimeOfDay) -> (PipClock, u32) {
        let places = Places::of_pip().unwrap();
        let mut setter = Setter::default();
        let mut made = 0;
        loop {
            let tick = machine.tick();
            match setter.next(PipClock::read(machine, &places), now, 1) {
                Next::Press(button) => {
                    tap(machine, button);
                    made += 1;
                }
                Next::Wait => machine.advance(tick + 2 * HOLD, &mut ()),
                Next::Done => return (PipClock::read(machine, &places), made),
                Next::Failed => panic!("not set after {made} presses: {setter:?}"),
            }
        }
    }

    fn run(machine: &mut Machine, seconds: u64) {
        machine.advance(machine.tick() + seconds * TICKS_PER_SECOND, &mut ());
    }

    fn tap(machine: &mut Machine, button: Button) {
        let tick = machine.tick();
        machine.press_at(button, true, tick);
        machine.press_at(button, false, tick + HOLD);
        machine.advance(tick + 2 * HOLD, &mut ());
    }

    /// Asserts that the clock was set to `now` within a minute and runs.
    fn check(machine: &mut Machine, now: TimeOfDay) -> u32 {
        let (clock, made) = set(machine, now);
        let minutes = |(h, m): (u8, u8)| i32::from(h) * 60 + i32::from(m);
        let off = (minutes((clock.hours, clock.minutes)) - minutes((now.0, now.1))).rem_euclid(1440);
        assert!(off <= 1, "{clock:?} instead of {now:?}");
        assert!(clock.at_home && !clock.setting);
        run(machine, 61);
        let later = PipClock::read(machine, &Places::of_pip().unwrap());
        assert_eq!((minutes((later.hours, later.minutes)) - minutes((clock.hours, clock.minutes))).rem_euclid(1440), 1);
        made
    }

    #[test]
    fn an_egg_and_a_hatched_pip_are_set() {
        for seconds in [1, 15, 20, 25, 28, 31, 34, 36, 38, 39, 40, 42, 44, 120, 3000] {
            let mut machine = Machine::new(&pip().unwrap());
            run(&mut machine, seconds);
            check(&mut machine, (17, 23, 5));
            check(&mut machine, (8, 59, 58));
        }
    }

    #[test]
    fn it_finds_home_from_every_page() {
        for icon in 0..8 {
            let friend = [Button::B, Button::A, Button::B];
            for then in [&[][..], &[Button::B], &[Button::B, Button::B], &[Button::B, Button::A], &friend] {
                let mut machine = Machine::new(&pip().unwrap());
                run(&mut machine, 300);
                for _ in 0..icon {
                    tap(&mut machine, Button::A);
                }
                for button in then {
                    tap(&mut machine, *button);
                }
                check(&mut machine, (14, 7, 0));
            }
        }
    }

    #[test]
    fn a_sleeping_pip_is_set() {
        let mut machine = Machine::new(&pip().unwrap());
        run(&mut machine, 120);
        check(&mut machine, (21, 30, 0));
        run(&mut machine, 3600);
        check(&mut machine, (9, 0, 0));
    }

    #[test]
    fn the_way_is_short() {
        let mut machine = Machine::new(&pip().unwrap());
        run(&mut machine, 120);
        // From 12:02: 5 hours, 21 or 22 minutes and five presses around them.
        let made = check(&mut machine, (17, 23, 5));
        assert!((30..36).contains(&made), "{made}");
    }

    #[test]
    fn a_pet_that_does_not_answer_is_given_up() {
        let mut setter = Setter::default();
        let deaf = PipClock { hours: 0, minutes: 0, icon: 3, at_home: false, setting: false };
        let mut looks = 0;
        let mut presses = 0;
        loop {
            match setter.next(deaf, (1, 2, 3), 1) {
                Next::Failed => break,
                Next::Done => panic!("it is not set"),
                Next::Press(_) => presses += 1,
                Next::Wait => {}
            }
            looks += 1;
        }
        assert_eq!((looks, presses), (MOST, MOST / PATIENCE));
    }
}
