//! `term`: plays in the terminal, in real time, with the LCD in half blocks.

mod away;
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
use away::{Answer, Away};
use crossterm::event::Event;
use eggtooth_toy::{Choice, Home, Oddity, Request, Session, Started, SystemClocks, name_of_file, now_millis};
use eggtooth_vault::check_name;
use input::{Input, Inputs};
use keys::{Action, Keys};
use pace::Pace;
use paint::Painter;
use scene::{Charset, Scene};
use signals::Signals;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};
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
    clocks: SystemClocks,
    /// An absence that is not over.
    away: Option<Away>,
    /// What happened in the last one, until a key is pressed.
    account: Option<String>,
}

impl Face {
    fn new(session: Session, notices: Vec<String>, read_only: bool) -> Face {
        let calling = session.machine.frame().icon(ATTENTION);
        let clocks = SystemClocks::default();
        Face {
            pace: Pace::new(session.machine.tick(), clocks.read()),
            session,
            notices,
            read_only,
            failing: false,
            keys: Keys::default(),
            painter: Painter::new(),
            muted: false,
            calling,
            clocks,
            away: None,
            account: None,
        }
    }

    /// Plays until somebody quits or the system asks to end.
    fn play(&mut self, terminal: &mut Terminal, signals: &Signals) -> Result<()> {
        let charset = Charset::of_locale();
        let inputs = Inputs::start()?;
        // What happened before the terminal was ready belongs to the absence.
        self.pace = Pace::new(self.session.machine.tick(), self.clocks.read());
        let absence = self.session.take_absence(now_millis());
        // That a clock was set back is told when the save is opened.
        if let Some(oddity @ Oddity::Capped) = absence.oddity {
            self.notices.push(format!("{}: {oddity}.", self.session.name()));
        }
        if !absence.time.is_zero() {
            self.begin(absence.time);
        }
        while !signals.is_asked_to_end() {
            self.live()?;
            match self.session.autosave() {
                Ok(false) => {}
                tried => self.tell(tried.map(|_| ())),
            }
            self.painter.look(Instant::now())?;
            self.paint(charset)?;
            let mut wait = self.wait();
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
                wait = self.wait();
            }
        }
        Ok(())
    }

    /// How long nothing is to be done.
    fn wait(&self) -> Duration {
        // An absence is lived without a pause.
        let living = self.away.as_ref().is_some_and(Away::is_living);
        if living { Duration::ZERO } else { self.pace.until_next(self.clocks.read()) }
    }

    /// The pet was away; its owner's choice decides what becomes of it.
    fn begin(&mut self, length: Duration) {
        let tick = self.pace.due();
        self.away = Away::begin(&mut self.session, tick, length);
        if self.away.as_ref().is_some_and(Away::is_living) {
            self.pace.add(length);
        }
    }

    /// Lets the pet's time catch up with the computer's.
    fn live(&mut self) -> Result<()> {
        let passed = self.pace.pass(self.clocks.read());
        match &mut self.away {
            None if !passed.away().is_zero() => {
                self.pace.add(passed.stall());
                self.begin(passed.away());
                Ok(())
            }
            None => {
                self.pace.add(passed.stall());
                self.advance()
            }
            Some(Away::Asked(length)) => {
                *length += passed.stall() + passed.away();
                self.session.set_behind(*length);
                Ok(())
            }
            Some(Away::Living(catch_up, _)) => {
                self.pace.add(passed.stall() + passed.away());
                catch_up.owe(self.pace.due().saturating_sub(catch_up.end()));
                let done = away::advance(catch_up, &mut self.session.machine);
                self.session.set_behind(catch_up.rest());
                if done {
                    self.finish();
                }
                Ok(())
            }
        }
    }

    fn advance(&mut self) -> Result<()> {
        let due = self.pace.due();
        let machine = &mut self.session.machine;
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

    /// Ends an absence that was lived, all of it or not.
    fn finish(&mut self) {
        let Some(Away::Living(catch_up, _)) = self.away.take() else { return };
        self.pace.hold(catch_up.now());
        self.session.set_behind(Duration::ZERO);
        let name = self.session.name().to_owned();
        self.account = away::account(*catch_up, &self.session.machine, &name);
        self.calling = self.session.machine.frame().icon(ATTENTION);
        let saved = self.session.save();
        self.tell(saved);
    }

    /// Does what a key says about an absence.
    fn answer(&mut self, answer: Answer) {
        match (answer, self.away.take()) {
            (Answer::Stop, living) => {
                self.away = living;
                self.finish();
                return;
            }
            (Answer::Live, Some(Away::Asked(length))) => {
                self.away = Some(Away::live(&self.session, self.pace.due(), length));
                self.pace.add(length);
            }
            _ => self.session.set_behind(Duration::ZERO),
        }
        let choice = if answer == Answer::Live { Choice::Live } else { Choice::Hold };
        let saved = self.session.set_choice(choice).and_then(|()| self.session.save());
        self.tell(saved);
    }

    /// Handles one event; true if somebody quits.
    fn take(&mut self, event: Event) -> Result<bool> {
        match event {
            Event::Key(key) => {
                self.live()?;
                self.account = None;
                if let Some(answer) = self.away.as_ref().and_then(|away| away::answer(away, &key)) {
                    self.answer(answer);
                    return Ok(false);
                }
                // A pet that is away feels nothing.
                if self.away.is_some() && !keys::is_action(&key) {
                    return Ok(false);
                }
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
        // The newest last.
        let mut notices = self.notices.clone();
        notices.extend(self.account.clone());
        notices.extend(self.away.as_ref().and_then(|away| away.line(self.session.name())));
        let scene = Scene {
            frame: machine.frame(),
            name: self.session.name(),
            saved: !self.read_only && !self.failing,
            muted: self.muted,
            down: self.keys.down(machine),
            notices: &notices,
            charset,
        };
        self.painter.show(scene.lines(columns, rows))
    }
}
