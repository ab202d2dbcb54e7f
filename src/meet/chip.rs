//! The pet's chip at a table: its buttons, and the cable while its prongs hold another toy's.

use eggtooth_playdate::net::{Command, PlaydateHandle};
use eggtooth_toy::cable::Plug;
use eggtooth_toy::pip_clock::HOLD;
use eggtooth_toy::pip_link::{Guide, Next, PipLink, Places, Stage};
use eggtooth_toy::{Button, Machine, TICKS_PER_SECOND};

/// Presses that may wait, in ticks of their time.
const WAITING: u64 = 30 * TICKS_PER_SECOND;

/// What the firmware has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A visit over the cable is so far, and so many have been.
    Link(Stage, u8),
    /// Pip was led to its cable, and does not go.
    WillNot,
}

/// Buttons and cable.
pub struct Chip {
    plug: Plug,
    /// Where Pip keeps what is told of its visits; `None` for other toys.
    places: Option<Places>,
    told: Option<(Stage, u8)>,
    guide: Option<Guide>,
    /// The tick from which on a button may be pressed.
    free: u64,
}

impl Chip {
    /// That of a machine.
    pub fn new(machine: &Machine) -> Chip {
        let places = Places::of(machine.identity());
        let told = places.map(|places| stage(&PipLink::read(machine, &places)));
        Chip { plug: Plug::default(), places, told, guide: None, free: 0 }
    }

    /// Presses buttons together, after those that were pressed before; false: too many wait.
    pub fn press(&mut self, buttons: &[Button], machine: &mut Machine) -> bool {
        let at = self.free.max(machine.tick());
        if at > machine.tick().saturating_add(WAITING) {
            return false;
        }
        for button in buttons {
            machine.press_by(*button, true, at);
            machine.press_by(*button, false, at.saturating_add(HOLD));
        }
        self.free = at.saturating_add(2 * HOLD);
        true
    }

    /// Whether it is a Pip that knows of friends.
    pub fn has_link(&self) -> bool {
        self.places.is_some()
    }

    /// Leads Pip to its cable from now on; false: it is none that has one.
    pub fn lead(&mut self) -> bool {
        self.guide = self.has_link().then(Guide::default);
        self.guide.is_some()
    }

    /// Bytes of the friend's chip.
    pub fn deliver(&mut self, bytes: &[u8], machine: &mut Machine) {
        self.plug.deliver(bytes, machine);
    }

    /// To be called after the machine has lived: the cable is in or out as the toys are at the table, what the chip says
    /// goes out, and what has come of it is told.
    pub fn turn(&mut self, machine: &mut Machine, table: &PlaydateHandle) -> Option<News> {
        self.plug.follow(table.view().touch().map(|pair| pair.number), machine);
        let said = self.plug.poll(machine);
        if !said.is_empty() {
            // Where too much waits it is lost, as on a bad cable.
            table.command(Command::Cable(said));
        }
        let link = PipLink::read(machine, self.places.as_ref()?);
        if let Some(guide) = self.guide.as_mut().filter(|_| machine.tick() >= self.free) {
            match guide.next(link) {
                Next::Press(button) => {
                    self.press(&[button], machine);
                }
                Next::Wait => self.free = machine.tick().saturating_add(2 * HOLD),
                Next::Done => self.guide = None,
                Next::Failed => {
                    self.guide = None;
                    return Some(News::WillNot);
                }
            }
        }
        let stage = stage(&link);
        (self.told.replace(stage) != Some(stage)).then_some(News::Link(stage.0, stage.1))
    }
}

fn stage(link: &PipLink) -> (Stage, u8) {
    (link.stage, link.visits)
}
