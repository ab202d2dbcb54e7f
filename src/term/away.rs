//! An absence on the terminal: the question, living it, and what happened, a line each.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use eggtooth_toy::{CHUNK, CatchUp, Choice, Machine, SHORTEST, Session, span, ticks, time};
use std::time::{Duration, Instant};

/// How long keys may have to wait while it is lived.
const BUDGET: Duration = Duration::from_millis(12);

/// An absence that is not over.
pub enum Away {
    /// Somebody must say what becomes of it.
    Asked(Duration),
    /// It is being lived, since then.
    Living(Box<CatchUp>, Instant),
}

/// What a key says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Live it.
    Live,
    /// Hold it.
    Hold,
    /// What is lived is enough.
    Stop,
}

impl Away {
    /// An absence of a pet whose time has reached `tick`; `None` if its owner holds them.
    pub fn begin(session: &mut Session, tick: u64, length: Duration) -> Option<Away> {
        session.machine.let_go();
        session.set_behind(length);
        match session.choice() {
            Choice::Hold if length >= SHORTEST => {
                session.set_behind(Duration::ZERO);
                None
            }
            Choice::Ask if length >= SHORTEST => Some(Away::Asked(length)),
            _ => Some(Away::live(session, tick, length)),
        }
    }

    /// Begins to live it.
    pub fn live(session: &Session, tick: u64, length: Duration) -> Away {
        let catch_up = CatchUp::new(&session.machine, tick, ticks(length), session.watch().clone());
        Away::Living(Box::new(catch_up), Instant::now())
    }

    /// Whether it is being lived.
    pub fn is_living(&self) -> bool {
        matches!(self, Away::Living(..))
    }

    /// The line about it; `None` where it will be over in a moment.
    pub fn line(&self, name: &str) -> Option<String> {
        match self {
            Away::Asked(length) => Some(format!(
                "Away for {}: L live, H hold? Live it: {name} lives through all of it now. Hold it: its time stood still.",
                span(length.as_secs())
            )),
            Away::Living(catch_up, since) => {
                let progress = catch_up.progress();
                let left = progress.left(since.elapsed())?;
                Some(format!(
                    "{:.0}%, {} left, S stops. {name} lives what it missed; what is lived is kept.",
                    progress.fraction() * 100.0,
                    span(left.as_secs() + 1)
                ))
            }
        }
    }
}

/// What a key means while there is an absence.
pub fn answer(away: &Away, key: &KeyEvent) -> Option<Answer> {
    if key.kind != KeyEventKind::Press || key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
        return None;
    }
    let KeyCode::Char(letter) = key.code else { return None };
    match (letter.to_ascii_lowercase(), away) {
        ('l', Away::Asked(_)) => Some(Answer::Live),
        ('h', Away::Asked(_)) => Some(Answer::Hold),
        ('s', Away::Living(..)) => Some(Answer::Stop),
        _ => None,
    }
}

/// Lives as much as keys can wait for. Whether all is lived.
pub fn advance(catch_up: &mut CatchUp, machine: &mut Machine) -> bool {
    let begun = Instant::now();
    loop {
        if catch_up.advance(machine, CHUNK) {
            return true;
        }
        if begun.elapsed() >= BUDGET {
            return false;
        }
    }
}

/// What happened, as one text; `None` where it was too short to tell.
pub fn account(catch_up: CatchUp, machine: &Machine, name: &str) -> Option<String> {
    let length = time(catch_up.progress().lived);
    let (_, sentences) = catch_up.finish(machine, name);
    (length >= SHORTEST).then(|| format!("While you were away ({}): {}", span(length.as_secs()), sentences.join(" ")))
}
