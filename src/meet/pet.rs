//! The pet that sits at the table: it lives on in real time.

use super::chip::{Chip, News};
use super::tell::Voice;
use anyhow::Result;
use eggtooth_cartridge::Cartridge;
use eggtooth_cartridge::labels::Labels;
use eggtooth_livelink::{Lcd, Tone};
use eggtooth_playdate::Name;
use eggtooth_playdate::ghost::portrait;
use eggtooth_playdate::keepsakes::{FileKeep, KeepError, Keepsakes};
use eggtooth_playdate::net::PlaydateHandle;
use eggtooth_prong::packet::Exchange;
use eggtooth_toy::{Button, Choice, Home, Request, Session, Started, is_pip, now_millis, pip_symbols, ticks};
use eggtooth_vault::check_name;
use std::collections::VecDeque;
use std::time::Instant;

/// Pictures that are remembered for a portrait.
const PICTURES: usize = 16;

/// A pet that is played.
pub struct Pet {
    session: Session,
    chip: Chip,
    labels: Labels,
    begun: Instant,
    tick: u64,
    pictures: VecDeque<Lcd>,
    device: u32,
    number: u32,
    drawings: Option<u64>,
}

impl Pet {
    /// Takes it from the shelf. Time that it was away it lives only if its owner has said so.
    pub fn take(home: &Home, name: Option<String>, voice: &Voice) -> Result<Pet> {
        let toy = name.as_deref().map(check_name).transpose()?;
        let Started { mut session, notices } = home.start(Request { toy, ..Request::default() })?;
        notices.iter().for_each(|notice| voice.notice(notice));
        let absence = session.take_absence(now_millis());
        if session.choice() == Choice::Live && !absence.time.is_zero() {
            let to = session.machine.tick().saturating_add(ticks(absence.time));
            session.machine.advance(to, &mut ());
        }
        session.set_behind(std::time::Duration::ZERO);
        let machine = &session.machine;
        let labels = if is_pip(machine.identity()) {
            Labels::from_symbols(&pip_symbols())
        } else {
            let symbols = home.symbols(machine.identity());
            Cartridge::from_words(machine.words()).map(|rom| Labels::of(&rom, symbols.as_ref())).unwrap_or_default()
        };
        let (tick, frame, chip) = (machine.tick(), machine.frame(), Chip::new(machine));
        let pictures = VecDeque::from([Lcd::from_rows(frame.rows, frame.icons)]);
        Ok(Pet { session, chip, labels, begun: Instant::now(), tick, pictures, device: 0, number: 0, drawings: None })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        self.session.name()
    }

    /// Who it is to others.
    pub fn is(&mut self, device: u32, number: u32) {
        (self.device, self.number) = (device, number);
    }

    /// What it owns; `None` where it is on no shelf, or nothing can be written.
    pub fn keepsakes(&self, home: &Home) -> Result<Option<Keepsakes>, KeepError> {
        let Some(slug) = self.session.slug().filter(|_| home.dir().is_writer()) else { return Ok(None) };
        let path = home.dir().folder(slug).join("keepsakes.json");
        let number = getrandom::u32().map_err(|error| KeepError::Read(std::io::Error::other(error.to_string())))?;
        Keepsakes::open(Box::new(FileKeep::new(path)), number).map(Some)
    }

    /// Lets its time catch up with the computer's.
    pub fn live(&mut self) -> Result<()> {
        let due = self.tick.saturating_add(ticks(self.begun.elapsed()));
        self.session.machine.advance(due, &mut ());
        self.session.autosave()?;
        Ok(())
    }

    /// Buttons are pressed together, a moment long, after those before; false: too many wait.
    pub fn press(&mut self, buttons: &[Button]) -> bool {
        self.chip.press(buttons, &mut self.session.machine)
    }

    /// Whether it can be led to its cable.
    pub fn has_link(&self) -> bool {
        self.chip.has_link()
    }

    /// Leads it there; false: it cannot.
    pub fn lead(&mut self) -> bool {
        self.chip.lead()
    }

    /// Bytes of the friend's chip came.
    pub fn deliver(&mut self, bytes: &[u8]) {
        self.chip.deliver(bytes, &mut self.session.machine);
    }

    /// The cable's turn; what the firmware has done.
    pub fn link(&mut self, table: &PlaydateHandle) -> Option<News> {
        self.chip.turn(&mut self.session.machine, table)
    }

    /// Saves it.
    pub fn save(&mut self) -> Result<()> {
        Ok(self.session.save()?)
    }

    /// Shows it at the table, and how it goes to visits.
    pub fn show(&mut self, table: &PlaydateHandle) {
        let machine = &self.session.machine;
        let (frame, tone) = (machine.frame(), machine.tone());
        let lcd = Lcd::from_rows(frame.rows, frame.icons);
        let tone =
            tone.map_or(Tone::SILENT, |tone| Tone { divisor: tone.divisor, high_half_ticks: tone.high_half_ticks });
        table.show(machine.tick(), lcd, frame.contrast, tone);
        let drawings = machine.drawings();
        if self.drawings.replace(drawings) != Some(drawings) && self.pictures.back() != Some(&lcd) {
            if self.pictures.len() >= PICTURES {
                self.pictures.pop_front();
            }
            self.pictures.push_back(lcd);
            table.set_portrait(self.portrait());
        }
    }

    /// How it goes to visits.
    pub fn portrait(&mut self) -> Exchange {
        let name = Name::cleaned(self.session.name(), "toy");
        let machine = &self.session.machine;
        portrait(&name, self.device, self.number, &self.labels, machine.ram(), self.pictures.make_contiguous())
    }
}
