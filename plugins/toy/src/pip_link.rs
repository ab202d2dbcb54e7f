//! Leads Pip to its cable by pressing Pip's buttons, and tells how a friend's visit goes.
//!
//! Like [`crate::pip_clock`], each press is decided by what the pet's memory says after the one before. The way is
//! that of `assets/firmware/pip/README.md`: the third icon, and the picture on the right.

use crate::machine::Machine;
use crate::pip::pip_symbols_of;
use eggtooth_cartridge::symbols::RamSymbol;
use eggtooth_chip::Button;

/// Looks after which something must be wrong: an egg hatches after 160, and then there are a dozen presses.
const MOST: u32 = 260;
/// Looks that a pet which does not want to, or is busy, is given before it is asked again.
const PATIENCE: u32 = 12;
/// The icon of the game and the cable.
const ICON: u8 = 2;
/// R33, which Pip drives while it looks for a friend or has one, among R30–R33.
const R33: u8 = 8;

/// Where a Pip keeps what matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    icon: u16,
    at_home: u16,
    choice: u16,
    my_phase: u16,
    visits: RamSymbol,
}

impl Places {
    /// Those of the Pip with this identity; `None` for other ROMs, and for a Pip of before friends could visit.
    #[must_use]
    pub fn of(identity: &[u8; 32]) -> Option<Places> {
        let names = pip_symbols_of(identity)?.ram;
        let at = |name: &str| names.get(name).map(|symbol| symbol.address);
        Some(Places {
            icon: at("icon")?,
            at_home: at("at_home")?,
            choice: at("choice")?,
            my_phase: at("my_phase")?,
            visits: *names.get("visits")?,
        })
    }
}

/// How far a visit is (`LINK.md`, "A visit").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody looks for a friend.
    Off,
    /// Looks for one.
    Looks,
    /// The friend comes in.
    Arrived,
    /// Both hop, and show what they brought.
    Greets,
    /// The friend goes home; from here on the visit counts.
    Parts,
    /// The friend is home.
    Home,
    /// It was given up.
    GaveUp,
}

impl Stage {
    /// In one word or two.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stage::Off => "off",
            Stage::Looks => "looks",
            Stage::Arrived => "arrived",
            Stage::Greets => "greets",
            Stage::Parts => "parts",
            Stage::Home => "home",
            Stage::GaveUp => "gave up",
        }
    }
}

/// What Pip's memory says about visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipLink {
    /// How far the one under way is.
    pub stage: Stage,
    /// How many there were, 0 to 99; then it begins again.
    pub visits: u8,
    icon: u8,
    at_home: bool,
    choice: u8,
}

impl PipLink {
    /// Looks into the memory of a machine that runs the Pip of these places.
    #[must_use]
    pub fn read(machine: &Machine, places: &Places) -> PipLink {
        let digit = |n: u16| machine.peek(places.visits.address + n) % 10;
        let stage = match machine.peek(places.my_phase) {
            _ if machine.outputs().r[3].driven & R33 == 0 => Stage::Off,
            0 => Stage::Looks,
            1 => Stage::Arrived,
            2 => Stage::Greets,
            3 => Stage::Parts,
            4 => Stage::Home,
            _ => Stage::GaveUp,
        };
        PipLink {
            stage,
            visits: digit(0) + 10 * digit(1),
            icon: machine.peek(places.icon),
            at_home: machine.peek(places.at_home) == 1,
            choice: machine.peek(places.choice),
        }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Press this for [`HOLD`](crate::pip_clock::HOLD) and look again after as long a pause.
    Press(Button),
    /// Look again after as long as a press takes.
    Wait,
    /// Pip looks for a friend.
    Done,
    /// Pip does not go: it is an egg, asleep or ill.
    Failed,
}

/// The way from anywhere to the cable.
#[derive(Clone, Debug, Default)]
pub struct Guide {
    looks: u32,
    /// Looks since the last press that does not simply go on.
    here: u32,
    /// The page was opened.
    opened: bool,
}

impl Guide {
    /// Decides the next press from what the pet's memory says now.
    pub fn next(&mut self, seen: PipLink) -> Next {
        if seen.stage != Stage::Off {
            return Next::Done;
        }
        if self.looks >= MOST {
            return Next::Failed;
        }
        self.looks += 1;
        self.here += 1;
        if seen.at_home {
            // Where nothing opens, Pip does not want to now; where no icon is lit, it is an egg.
            let asked = self.opened && self.here < PATIENCE;
            return match seen.icon {
                _ if asked => Next::Wait,
                ICON => {
                    (self.opened, self.here) = (true, 0);
                    Next::Press(Button::B)
                }
                _ => Next::Press(Button::A),
            };
        }
        match (self.opened && seen.icon == ICON, seen.choice) {
            // Once each: what follows takes a moment.
            (true, 0) if self.here == 1 => Next::Press(Button::A),
            (true, 1) if self.here <= 2 => Next::Press(Button::B),
            _ if self.here < PATIENCE => Next::Wait,
            _ => {
                (self.opened, self.here) = (false, 0);
                Next::Press(Button::C)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::pip;
    use crate::pip_clock::HOLD;
    use eggtooth_chip::TICKS_PER_SECOND;

    fn run(machine: &mut Machine, seconds: u64) {
        machine.advance(machine.tick() + seconds * TICKS_PER_SECOND, &mut ());
    }

    fn tap(machine: &mut Machine, button: Button) {
        let tick = machine.tick();
        machine.press_at(button, true, tick);
        machine.press_at(button, false, tick + HOLD);
        machine.advance(tick + 2 * HOLD, &mut ());
    }

    /// Whether it comes there, and how many looks it takes.
    fn guide(machine: &mut Machine) -> (bool, u32) {
        let places = Places::of(machine.identity()).unwrap();
        let (mut guide, mut looks) = (Guide::default(), 0);
        loop {
            looks += 1;
            match guide.next(PipLink::read(machine, &places)) {
                Next::Press(button) => tap(machine, button),
                Next::Wait => machine.advance(machine.tick() + 2 * HOLD, &mut ()),
                Next::Done => return (true, looks),
                Next::Failed => return (false, looks),
            }
        }
    }

    #[test]
    fn it_finds_the_cable_from_every_page() {
        for icon in 0..8 {
            let friend = [Button::B, Button::A];
            for then in [&[][..], &[Button::B], &[Button::B, Button::B], &[Button::B, Button::A], &friend] {
                let mut machine = Machine::new(&pip().unwrap());
                run(&mut machine, 300);
                for _ in 0..icon {
                    tap(&mut machine, Button::A);
                }
                for button in then {
                    tap(&mut machine, *button);
                }
                let (there, looks) = guide(&mut machine);
                assert!(there, "icon {icon}, {then:?}: {looks}");
                let link = PipLink::read(&machine, &Places::of(machine.identity()).unwrap());
                assert_eq!((link.stage, link.visits), (Stage::Looks, 0));
            }
        }
    }

    #[test]
    fn an_egg_is_waited_for_and_the_way_is_short() {
        let mut machine = Machine::new(&pip().unwrap());
        run(&mut machine, 1);
        assert!(guide(&mut machine).0);
        let mut machine = Machine::new(&pip().unwrap());
        run(&mut machine, 120);
        let (there, looks) = guide(&mut machine);
        assert!(there && looks < 12, "{looks}");
    }

    #[test]
    fn who_does_not_want_to_is_left_in_peace() {
        let mut machine = Machine::new(&pip().unwrap());
        run(&mut machine, 120);
        // It is night at once.
        let places = crate::pip_clock::Places::of_pip().unwrap();
        let mut setter = crate::pip_clock::Setter::default();
        loop {
            match setter.next(crate::pip_clock::PipClock::read(&machine, &places), (21, 0, 0), 1) {
                crate::pip_clock::Next::Press(button) => tap(&mut machine, button),
                crate::pip_clock::Next::Wait => machine.advance(machine.tick() + 2 * HOLD, &mut ()),
                crate::pip_clock::Next::Done => break,
                crate::pip_clock::Next::Failed => panic!("{setter:?}"),
            }
        }
        run(&mut machine, 300);
        let (there, looks) = guide(&mut machine);
        assert!(!there && looks > MOST);
        assert_eq!(machine.peek(pip_symbols_of(machine.identity()).unwrap().ram["visits"].address), 0);
    }

    #[test]
    fn only_a_pip_that_has_friends_is_known() {
        let earlier = include_bytes!("../../../assets/firmware/pip/earlier/pip-1.rom");
        let earlier = eggtooth_cartridge::Cartridge::from_bytes(None, earlier).unwrap();
        assert!(Places::of(&pip().unwrap().identity).is_some());
        assert!(Places::of(&earlier.identity).is_none() && Places::of(&[0; 32]).is_none());
    }
}
