//! `term`: plays in the terminal, in real time, with the LCD in half blocks.

mod input;
mod keys;
mod pace;
mod paint;
mod scene;
mod signals;
mod terminal;

use crate::cli::TermArguments;
use crate::{output, rom};
use anyhow::{Result, bail};
use crossterm::event::Event;
use eggtooth_toy::{Home, Request, Session, Started, name_of_file};
use eggtooth_vault::check_name;
use input::{Input, Inputs};
use keys::{Action, Keys};
use pace::Pace;
use paint::Painter;
use scene::{Charset, Scene};
use signals::Signals;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Instant;
use terminal::Terminal;

/// Ticks between two looks at the attention icon.
const LOOK: u64 = 4096;
/// The attention icon (fact sheet §11.3).
const ATTENTION: usize = 7;

/// `eggtooth term`.
pub fn term(arguments: TermArguments) -> Result<ExitCode> {
    let cartridge = arguments.rom.as_deref().map(rom::open).transpose()?;
    let rom_name = arguments.rom.as_deref().and_then(name_of_file);
    let toy = arguments.toy.as_deref().map(check_name).transpose()?;
    check_terminal()?;
    let home = Home::open(arguments.data_dir)?;
    let Started { session, notices } = home.start(Request { rom: cartridge, rom_name, toy })?;
    let mut face = Face::new(session, notices, home.read_only().is_some());
    // From here on every end is an orderly one.
    let signals = Signals::new()?;
    let mut terminal = Terminal::enter()?;
    let played = face.play(&mut terminal, &signals);
    let saved = face.session.save();
    drop(terminal);
    for notice in &face.notices {
        output::log(notice);
    }
    saved?;
    played.map(|()| ExitCode::SUCCESS)
}

fn check_terminal() -> Result<()> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        bail!("this is no terminal to play in; start `eggtooth term` in one, or use `eggtooth run`");
    }
    if std::env::var_os("TERM").is_some_and(|name| name == "dumb") {
        bail!("this terminal cannot place text (TERM is dumb); start `eggtooth term` in another");
    }
    Ok(())
}

/// A pet on the terminal.
struct Face {
    session: Session,
    /// Sentences for the player.
    notices: Vec<String>,
    /// The data folder cannot be written.
    read_only: bool,
    /// The notice about saving, at the end of `notices`, is to be taken back when saving succeeds.
    failing: bool,
    keys: Keys,
    pace: Pace,
    painter: Painter,
    muted: bool,
    /// The attention icon is lit.
    calling: bool,
}

impl Face {
    fn new(session: Session, notices: Vec<String>, read_only: bool) -> Face {
        let calling = session.machine.frame().icon(ATTENTION);
        let pace = Pace::new(session.machine.tick(), Instant::now());
        let keys = Keys::default();
        let painter = Painter::new();
        Face { session, notices, read_only, failing: false, keys, pace, painter, muted: false, calling }
    }

    /// Plays until somebody quits or the system asks to end.
    fn play(&mut self, terminal: &mut Terminal, signals: &Signals) -> Result<()> {
        let charset = Charset::of_locale();
        let inputs = Inputs::start()?;
        // What happened before the terminal was ready is nobody's time.
        self.pace = Pace::new(self.session.machine.tick(), Instant::now());
        while !signals.is_asked_to_end() {
            self.live()?;
            match self.session.autosave() {
                Ok(false) => {}
                tried => self.tell(tried.map(|_| ())),
            }
            self.painter.look(Instant::now())?;
            self.paint(charset)?;
            let mut wait = self.pace.until_next(Instant::now());
            while let Some(input) = inputs.next(wait)? {
                match input {
                    Input::HasReleases => {
                        terminal.ask_for_releases()?;
                        self.keys.set_releases(true);
                    }
                    Input::Event(event) => {
                        if self.take(event)? {
                            return Ok(());
                        }
                    }
                }
                self.paint(charset)?;
                wait = self.pace.until_next(Instant::now());
            }
        }
        Ok(())
    }

    /// Lets the pet's time catch up with the computer's.
    fn live(&mut self) -> Result<()> {
        let machine = &mut self.session.machine;
        let due = self.pace.due(machine.tick(), Instant::now());
        while machine.tick() < due {
            machine.advance(due.min(machine.tick() + LOOK), &mut ());
            let calling = machine.frame().icon(ATTENTION);
            if calling && !self.calling && !self.muted {
                self.painter.ring()?;
            }
            self.calling = calling;
        }
        Ok(())
    }

    /// Handles one event; true if somebody quits.
    fn take(&mut self, event: Event) -> Result<bool> {
        match event {
            Event::Key(key) => {
                self.live()?;
                match self.keys.take(&key, &mut self.session.machine) {
                    Some(Action::Quit) => return Ok(true),
                    Some(Action::Mute) => self.muted = !self.muted,
                    None => {}
                }
            }
            Event::Resize(columns, rows) => self.painter.resize(columns, rows)?,
            Event::FocusLost => {
                self.live()?;
                self.keys.let_go(&mut self.session.machine);
                let saved = self.session.save();
                self.tell(saved);
            }
            _ => {}
        }
        Ok(false)
    }

    /// Shows that saving fails, until it succeeds.
    fn tell(&mut self, saved: Result<(), eggtooth_vault::VaultError>) {
        if self.failing {
            self.notices.pop();
        }
        self.failing = saved.is_err();
        self.notices.extend(saved.err().map(|error| error.to_string()));
    }

    fn paint(&mut self, charset: Charset) -> Result<()> {
        let machine = &self.session.machine;
        let (columns, rows) = self.painter.size();
        let scene = Scene {
            frame: machine.frame(),
            name: self.session.name(),
            saved: !self.read_only && !self.failing,
            muted: self.muted,
            down: self.keys.down(machine),
            notices: &self.notices,
            charset,
        };
        self.painter.show(scene.lines(columns, rows))
    }
}
