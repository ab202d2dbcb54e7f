//! A chip with its buttons: inputs at exact ticks, time up to exact ticks.

use crate::home::ToyError;
use crate::presses::Presses;
use eggtooth_cartridge::{Cartridge, ChipKind};
use eggtooth_chip::{ANGEL, Button, Chip, Frame, Model, P1, Program, Registers, Sink, State, Step, Tone};
use eggtooth_vault::{Envelope, Tag};

/// The block of a save that holds the chip's snapshot.
pub const STATE: Tag = Tag(*b"CHIP");

/// A toy's electronics: the chip, wired, with buttons that can be pressed.
#[derive(Clone, Debug)]
pub struct Machine {
    chip: Chip,
    /// The cartridge's identity: SHA-256 of its normalised words.
    identity: [u8; 32],
    presses: Presses,
}

/// The wiring for a cartridge: what it is known for, else the common one of its chip.
fn model_of(cartridge: &Cartridge) -> &'static Model {
    let common = match cartridge.chip {
        ChipKind::S46 => &P1,
        ChipKind::S48 => &ANGEL,
    };
    cartridge.model().and_then(Model::find).unwrap_or(common)
}

impl Machine {
    /// A toy whose battery has just been put in.
    #[must_use]
    pub fn new(cartridge: &Cartridge) -> Machine {
        Machine::with_model(cartridge, model_of(cartridge))
    }

    /// The same with another wiring.
    #[must_use]
    pub fn with_model(cartridge: &Cartridge, model: &'static Model) -> Machine {
        let chip = Chip::new(model, Program::new(&cartridge.words));
        Machine { chip, identity: cartridge.identity, presses: Presses::default() }
    }

    /// A toy as it was when `envelope` was saved; nothing is pressed.
    ///
    /// # Errors
    /// When the save belongs to another ROM, names a model this program does not have, or holds a
    /// snapshot that no chip can be in.
    pub fn resume(cartridge: &Cartridge, envelope: &Envelope) -> Result<Machine, ToyError> {
        envelope.check_rom(&cartridge.identity)?;
        let name = &envelope.meta.model;
        let model = Model::find(name).ok_or_else(|| ToyError::UnknownModel(name.clone()))?;
        let state: State = envelope.value(STATE)?;
        let mut chip = Chip::restore(model, Program::new(&cartridge.words), state)?;
        chip.set_pins(model.pins(&[]), &mut ());
        Ok(Machine { chip, identity: cartridge.identity, presses: Presses::default() })
    }

    /// The snapshot of the chip.
    #[must_use]
    pub fn state(&self) -> &State {
        self.chip.state()
    }

    /// The identity of the ROM that runs.
    #[must_use]
    pub fn identity(&self) -> &[u8; 32] {
        &self.identity
    }

    /// The wiring.
    #[must_use]
    pub fn model(&self) -> &'static Model {
        self.chip.model()
    }

    /// Ticks lived since the battery was put in.
    #[must_use]
    pub fn tick(&self) -> u64 {
        self.chip.tick()
    }

    /// A person presses or releases a button now; short taps are stretched so that they are seen.
    pub fn press(&mut self, button: Button, down: bool) {
        self.presses.press(button, down, self.chip.tick());
    }

    /// The same at `tick`, which the chip has not reached yet; a tick in the past is now.
    pub fn press_by(&mut self, button: Button, down: bool, tick: u64) {
        self.presses.press(button, down, tick.max(self.chip.tick()));
    }

    /// A button changes at exactly `tick`; one in the past changes now.
    pub fn press_at(&mut self, button: Button, down: bool, tick: u64) {
        self.presses.exact(button, down, tick);
    }

    /// Whether a button is down, or on its way there.
    #[must_use]
    pub fn is_down(&self, button: Button) -> bool {
        self.presses.is_down(button)
    }

    /// Whether no press is waiting for its tick.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.presses.is_idle()
    }

    /// Lets time pass until `to_tick` is reached (an instruction may overshoot it by a few ticks,
    /// which the next call makes up for). Inputs happen on their way, edges go to `sink` in order.
    pub fn advance<S: Sink + ?Sized>(&mut self, to_tick: u64, sink: &mut S) {
        while let Some(tick) = self.presses.next().filter(|tick| *tick <= to_tick) {
            self.chip.run_until(tick, sink);
            let held = self.presses.take(tick);
            self.chip.set_pins(self.chip.model().pins(&held), sink);
        }
        self.chip.run_until(to_tick, sink);
    }

    /// Executes one instruction or interrupt entry; sleeps to `by` at most. Inputs happen before it.
    pub fn step<S: Sink + ?Sized>(&mut self, by: u64, sink: &mut S) -> Step {
        let now = self.chip.tick();
        if self.presses.next().is_some_and(|tick| tick <= now) {
            let held = self.presses.take(now);
            self.chip.set_pins(self.chip.model().pins(&held), sink);
        }
        let by = self.presses.next().map_or(by, |tick| tick.min(by));
        self.chip.step(by, sink)
    }

    /// What the LCD shows.
    #[must_use]
    pub fn frame(&self) -> Frame {
        self.chip.frame()
    }

    /// What the buzzer sounds.
    #[must_use]
    pub fn tone(&self) -> Option<Tone> {
        self.chip.tone()
    }

    /// The CPU's registers.
    #[must_use]
    pub fn registers(&self) -> &Registers {
        self.chip.registers()
    }

    /// A nibble of data memory without side effects.
    #[must_use]
    pub fn peek(&self, address: u16) -> u8 {
        self.chip.peek(address)
    }

    /// RAM, one nibble a byte.
    #[must_use]
    pub fn ram(&self) -> &[u8] {
        self.chip.ram()
    }

    /// Display RAM, one nibble a byte: the block from E00, then the one from E80.
    pub fn display(&self) -> impl Iterator<Item = u8> + '_ {
        self.chip.display()
    }

    /// Every I/O register, without side effects.
    pub fn io(&self) -> impl Iterator<Item = (u16, u8)> + 'static {
        self.chip.io()
    }

    /// The program's words.
    #[must_use]
    pub fn words(&self) -> &[u16] {
        self.chip.program().words()
    }

    /// Presses the reset pin: the program starts again, RAM survives.
    pub fn reset<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        self.chip.reset(sink);
    }
}
