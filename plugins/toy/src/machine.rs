//! A chip with its buttons: inputs at exact ticks, time up to exact ticks.

use crate::cable;
use crate::first_layout::FirstState;
use crate::home::ToyError;
use crate::lease::Lease;
use crate::presses::Presses;
use crate::recording::{Event, Input, Recorder, Recording};
use eggtooth_cartridge::{Cartridge, models};
use eggtooth_chip::{Button, Chip, Frame, Model, Outputs, Parts, Pins, Program, Registers, Sink, State, Step, Tone};
use eggtooth_vault::{Envelope, Tag, codec};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The block of a save that holds the chip's snapshot.
pub const STATE: Tag = Tag(*b"CHIP");

/// A toy's electronics: the chip, wired, with buttons that can be pressed.
#[derive(Clone, Debug)]
pub struct Machine {
    chip: Chip,
    /// The cartridge's identity: SHA-256 of its normalised words.
    identity: [u8; 32],
    presses: Presses,
    /// The tap sensor's contact, while it rattles.
    rattle: Option<Rattling>,
    /// Somebody's finger is on it.
    tapped: bool,
    /// Inputs of a recording that is played, and how many of them are done.
    played: Option<(Arc<[Event]>, usize)>,
    /// The cable to another toy.
    pub(crate) cable: Option<Box<cable::End>>,
    /// Writes down every input.
    recorder: Option<Box<Recorder>>,
}

/// A contact that closes and opens by turns after a tap.
#[derive(Clone, Copy, Debug)]
struct Rattling {
    next: u64,
    end: u64,
    closed: bool,
    /// The other buttons that are down.
    held: Input,
}

/// The decoded program of a cartridge: one for all machines with the same ROM, for as long as any
/// of them lives.
fn program_of(cartridge: &Cartridge) -> Arc<Program> {
    static PROGRAMS: Mutex<Option<HashMap<[u8; 32], Weak<Program>>>> = Mutex::new(None);
    // A panic elsewhere leaves the table whole: it is only read and inserted into.
    let mut programs = PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner);
    let programs = programs.get_or_insert_default();
    if let Some(program) = programs.get(&cartridge.identity).and_then(Weak::upgrade) {
        return program;
    }
    programs.retain(|_, program| program.strong_count() > 0);
    let program = Program::new(&cartridge.words);
    programs.insert(cartridge.identity, Arc::downgrade(&program));
    program
}

impl Machine {
    /// A toy whose battery has just been put in.
    #[must_use]
    pub fn new(cartridge: &Cartridge) -> Machine {
        Machine::with_model(cartridge, models::model_for(cartridge))
    }

    /// The same with another wiring.
    #[must_use]
    pub fn with_model(cartridge: &Cartridge, model: &'static Model) -> Machine {
        let chip = Chip::new(model, program_of(cartridge));
        Machine::of(chip, cartridge)
    }

    /// A chip with nothing pressed, played or recorded.
    fn of(chip: Chip, cartridge: &Cartridge) -> Machine {
        Machine {
            chip,
            identity: cartridge.identity,
            presses: Presses::default(),
            rattle: None,
            tapped: false,
            played: None,
            cable: None,
            recorder: None,
        }
    }

    /// A toy in a state that is told in parts; nothing is pressed.
    ///
    /// # Errors
    /// When a value is out of its width.
    pub fn assemble(cartridge: &Cartridge, model: &'static Model, parts: &Parts) -> Result<Machine, ToyError> {
        let chip = Chip::assemble(model, program_of(cartridge), parts)?;
        Ok(Machine { chip, ..Machine::with_model(cartridge, model) })
    }

    /// A toy as it was when `envelope` was saved; nothing is pressed.
    ///
    /// # Errors
    /// When the save belongs to another ROM, names a model this program does not have, holds a
    /// snapshot that no chip can be in, or says that the pet lives elsewhere.
    pub fn resume(cartridge: &Cartridge, envelope: &Envelope) -> Result<Machine, ToyError> {
        let mut machine = Machine::exactly(cartridge, envelope)?;
        machine.chip.set_pins(machine.model().pins(&[]), &mut ());
        Ok(machine)
    }

    /// The same with the buttons that were down (bit 0 A, 1 B, 2 C, 3 the tap sensor) still down. What is
    /// put in from now on happens as it would have happened to the machine that was saved, if none of its
    /// presses was waiting and its sensor was [at rest](Machine::is_at_rest).
    ///
    /// # Errors
    /// As [`Machine::resume`].
    pub fn resume_held(cartridge: &Cartridge, envelope: &Envelope, held: u8) -> Result<Machine, ToyError> {
        let mut machine = Machine::exactly(cartridge, envelope)?;
        let buttons = Input::Buttons(held).held();
        machine.presses = Presses::holding(&buttons, machine.tick());
        machine.tapped = buttons.contains(&Button::Tap);
        Ok(machine)
    }

    /// The same with the pins as they were: what was pressed is still pressed.
    fn exactly(cartridge: &Cartridge, envelope: &Envelope) -> Result<Machine, ToyError> {
        if let Some(lease) = Lease::of(envelope) {
            return Err(ToyError::Elsewhere { name: envelope.meta.name.clone(), lease });
        }
        envelope.check_rom(&cartridge.identity)?;
        let name = &envelope.meta.model;
        let model = models::find(name).ok_or_else(|| ToyError::UnknownModel(name.clone()))?;
        let state = match envelope.value::<State>(STATE) {
            Ok(state) => state,
            // Where neither layout fits, the complaint is about today's.
            Err(error) => {
                let first = envelope.value::<FirstState>(STATE).map_err(|_| error)?;
                return Machine::assemble(cartridge, model, &first.parts());
            }
        };
        let chip = Chip::restore(model, program_of(cartridge), state)?;
        Ok(Machine::of(chip, cartridge))
    }

    /// The toy at the start of a recording, whose inputs will happen by themselves.
    ///
    /// # Errors
    /// As [`Machine::resume`].
    pub fn play(cartridge: &Cartridge, recording: &Recording) -> Result<Machine, ToyError> {
        let mut machine = Machine::exactly(cartridge, recording.start())?;
        machine.played = Some((recording.events().into(), 0));
        Ok(machine)
    }

    /// A copy to look into the future with; it records nothing.
    #[must_use]
    pub fn ahead(&self) -> Machine {
        Machine {
            recorder: None,
            played: self.played.clone(),
            cable: self.cable.clone(),
            presses: self.presses.clone(),
            chip: self.chip.clone(),
            ..*self
        }
    }

    /// Begins to write down every input; what was written down before is dropped.
    ///
    /// # Errors
    /// When the snapshot cannot be encoded, which no chip's can be.
    pub fn record(&mut self, name: &str) -> Result<(), ToyError> {
        self.recorder = Some(Box::new(Recorder::new(self, name)?));
        Ok(())
    }

    /// What is being recorded.
    #[must_use]
    pub fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_deref()
    }

    /// Ends the recording at this tick and returns it.
    ///
    /// # Errors
    /// When the state cannot be encoded, which no chip's can be.
    pub fn stop_recording(&mut self) -> Result<Option<Recording>, ToyError> {
        let Some(recorder) = self.recorder.take() else { return Ok(None) };
        Ok(Some(recorder.finish(self.tick(), self.state_hash()?)))
    }

    /// SHA-256 of the snapshot as a save's `CHIP` block holds it.
    ///
    /// # Errors
    /// When the state cannot be encoded, which no chip's can be.
    pub fn state_hash(&self) -> Result<[u8; 32], ToyError> {
        let bytes = codec::encode(self.state()).map_err(eggtooth_vault::VaultError::from)?;
        Ok(Sha256::digest(bytes).into())
    }

    /// The snapshot of the chip.
    #[must_use]
    pub fn state(&self) -> &State {
        self.chip.state()
    }

    /// The chip in the manual's parts.
    #[must_use]
    pub fn parts(&self) -> Parts {
        self.chip.parts()
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

    /// Lets go of every button; a press that has just begun is still seen.
    pub fn let_go(&mut self) {
        for button in Button::ALL {
            self.press(button, false);
        }
    }

    /// Whether no press is waiting for its tick.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.presses.is_idle()
    }

    /// The buttons that are down now: bit 0 A, 1 B, 2 C, 3 the tap sensor.
    #[must_use]
    pub fn held(&self) -> u8 {
        match Input::buttons(&self.presses.held()) {
            Input::Buttons(mask) => mask,
            Input::Reset | Input::Byte(_) => 0,
        }
    }

    /// Whether no contact rattles: a save says nothing about one that does.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.rattle.is_none()
    }

    /// The tick of the next input.
    fn next_input(&self) -> Option<u64> {
        let played = self.played.as_ref().and_then(|(events, done)| events.get(*done)).map(|event| event.tick);
        let pressed = self.presses.next();
        let rattled = self.rattle.map(|rattling| rattling.next);
        let clocked = self.cable.as_ref().map(|end| end.next());
        played.into_iter().chain(pressed).chain(rattled).chain(clocked).min()
    }

    /// Makes the inputs that are due at `tick`.
    fn take_inputs(&mut self, tick: u64, sink: &mut dyn Sink) {
        while let Some((events, done)) = &mut self.played
            && let Some(event) = events.get(*done).filter(|event| event.tick <= tick)
        {
            let input = event.input;
            *done += 1;
            self.input(input, sink);
        }
        if self.rattle.is_some_and(|rattling| rattling.next <= tick) {
            self.rattle(sink);
        }
        if self.presses.next().is_some_and(|due| due <= tick) {
            let held = self.presses.take(tick);
            self.input(Input::buttons(&held), sink);
        }
        if self.cable.as_ref().is_some_and(|end| end.next() <= tick) {
            self.turn_of_cable(sink);
        }
    }

    /// An input happens now. Returns what a byte's clocks have pushed out of the serial interface, else 0.
    pub(crate) fn input(&mut self, input: Input, sink: &mut dyn Sink) -> u8 {
        if self.recorder.as_ref().is_some_and(|recorder| recorder.is_full())
            && let Ok(hash) = self.state_hash()
            && let Some(recorder) = &mut self.recorder
        {
            recorder.close(self.chip.tick(), hash);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.note(self.chip.tick(), input);
        }
        match input {
            Input::Buttons(_) => self.set_buttons(input, sink),
            Input::Reset => self.chip.reset(sink),
            Input::Byte(byte) => return self.clock_byte(byte, sink),
        }
        0
    }

    /// Eight periods of SCLK at once, with `byte` on SIN; what SOUT says meanwhile. The chip's slave is made for
    /// clocks of tens of kilohertz: all eight pass within an instruction or two.
    fn clock_byte(&mut self, byte: u8, sink: &mut dyn Sink) -> u8 {
        let rest = self.chip.pins();
        let mut said = 0;
        for n in 0..8 {
            let bit = if self.model().options.serial_msb_first { 7 - n } else { n };
            let high = Pins { serial_in: byte >> bit & 1 != 0, ..rest };
            self.chip.set_pins(Pins { serial_clock: false, ..high }, sink);
            said |= u8::from(self.chip.outputs().serial.data) << bit;
            self.chip.set_pins(high, sink);
        }
        self.chip.set_pins(rest, sink);
        said
    }

    /// The buttons go down and up; a tap makes a sensor that rattles begin to.
    fn set_buttons(&mut self, input: Input, sink: &mut dyn Sink) {
        let mut held = input.held();
        if let Some(rattle) = self.model().rattle {
            let tapped = held.contains(&Button::Tap);
            held.retain(|button| *button != Button::Tap);
            let others = Input::buttons(&held);
            match &mut self.rattle {
                Some(rattling) => rattling.held = others,
                None if tapped && !self.tapped => {
                    let (every, lasts) = (u64::from(rattle.every.max(1)), u64::from(rattle.lasts));
                    let now = self.chip.tick();
                    self.rattle = Some(Rattling { next: now + every, end: now + lasts, closed: true, held: others });
                }
                None => {}
            }
            self.tapped = tapped;
            if self.rattle.is_some_and(|rattling| rattling.closed) {
                held.push(Button::Tap);
            }
        }
        self.chip.set_pins(self.model().pins(&held), sink);
    }

    /// The contact of a rattling sensor changes, or comes to rest.
    fn rattle(&mut self, sink: &mut dyn Sink) {
        let (Some(mut rattling), Some(rattle)) = (self.rattle, self.model().rattle) else { return };
        rattling.closed = !rattling.closed && rattling.next < rattling.end;
        rattling.next += u64::from(rattle.every.max(1));
        let mut held = rattling.held.held();
        if rattling.closed {
            held.push(Button::Tap);
        }
        self.rattle = (rattling.closed || rattling.next <= rattling.end).then_some(rattling);
        self.chip.set_pins(self.model().pins(&held), sink);
    }

    /// Lets time pass until `to_tick` is reached (an instruction may overshoot it by a few ticks,
    /// which the next call makes up for). Inputs happen on their way, edges go to `sink` in order.
    pub fn advance(&mut self, to_tick: u64, sink: &mut dyn Sink) {
        while let Some(tick) = self.next_input().filter(|tick| *tick <= to_tick) {
            self.chip.run_until(tick, sink);
            self.take_inputs(tick, sink);
        }
        self.chip.run_until(to_tick, sink);
    }

    /// Executes one instruction or interrupt entry; sleeps to `by` at most. Inputs happen before it.
    pub fn step(&mut self, by: u64, sink: &mut dyn Sink) -> Step {
        self.take_inputs(self.chip.tick(), sink);
        let by = self.next_input().map_or(by, |tick| tick.min(by));
        self.chip.step(by, sink)
    }

    /// What the LCD shows.
    #[must_use]
    pub fn frame(&self) -> Frame {
        self.chip.frame()
    }

    /// Grows whenever the LCD may show something else: while it stays the same, so does
    /// [`Machine::frame`]. Not kept in saves.
    #[must_use]
    pub fn drawings(&self) -> u64 {
        self.chip.drawings()
    }

    /// Everything on the output pins.
    #[must_use]
    pub fn outputs(&self) -> Outputs {
        self.chip.outputs()
    }

    /// The icons alone, as in [`Frame::icons`]: costs little.
    #[must_use]
    pub fn icons(&self) -> u8 {
        let lit = |(segment, com): (u8, u8)| self.chip.is_lit(usize::from(segment), usize::from(com));
        let icons = self.model().icons.into_iter().enumerate();
        icons.fold(0, |all, (n, place)| all | u8::from(place.is_some_and(lit)) << n)
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
    pub fn reset(&mut self, sink: &mut dyn Sink) {
        self.input(Input::Reset, sink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn machines_with_one_rom_share_its_program() {
        let pip = crate::pip().unwrap();
        let (one, two) = (Machine::new(&pip), Machine::new(&pip));
        assert!(Arc::ptr_eq(one.chip.program(), two.chip.program()));
        let mut words = pip.words.to_vec();
        words[0x1700] ^= 1;
        let other = Machine::new(&Cartridge::from_words(&words).unwrap());
        assert!(!Arc::ptr_eq(one.chip.program(), other.chip.program()));
    }
}
