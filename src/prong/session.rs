//! A link that is open: events one after the other, Ctrl-C by the protocol's rules, results as words or JSON.

use anyhow::{Result, bail};
use eggtooth_peer::Endpoint;
use eggtooth_prong::engine::Event;
use eggtooth_prong::pump::{Link, LinkError};
use eggtooth_prong::transport::Transport;
use serde_json::{Map, Value};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::output;

/// How often Ctrl-C is looked for.
const GLANCE: Duration = Duration::from_millis(50);
/// How long the last line may take to leave.
const LEAVE: Duration = Duration::from_secs(2);
/// How long a cancelled transfer may take to end: a chunk, or the silence after it.
const ENDING: Duration = Duration::from_secs(8);

/// Any line.
pub type AnyLink = Link<Box<dyn Transport>>;

/// An open link.
pub struct Session {
    /// Engine and line.
    pub link: AnyLink,
    interrupted: Arc<AtomicBool>,
    /// Ctrl-C was pressed and the engine told.
    cancelling: Option<Instant>,
    /// Why the capture ends early, if it does.
    pub capture_trouble: Arc<OnceLock<String>>,
    /// What keeps a friend's stream open.
    pub endpoint: Option<Endpoint>,
}

/// Whether Ctrl-C was pressed since this was first asked; a second one ends the program at once.
pub fn interrupted() -> Result<Arc<AtomicBool>> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(flag) = FLAG.get() {
        return Ok(Arc::clone(flag));
    }
    let flag = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&flag))?;
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(Arc::clone(FLAG.get_or_init(|| flag)))
}

impl Session {
    /// An open link that listens to Ctrl-C.
    pub fn new(link: AnyLink) -> Result<Self> {
        Ok(Self {
            link,
            interrupted: interrupted()?,
            cancelling: None,
            capture_trouble: Arc::default(),
            endpoint: None,
        })
    }

    /// Whether Ctrl-C was pressed.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// The next event, waiting at most until `deadline`. `None`: it is past.
    ///
    /// Ctrl-C cancels what is going on, whose end is still told.
    pub fn next(&mut self, deadline: Option<Instant>) -> Result<Option<Event>> {
        loop {
            if self.is_interrupted() && self.cancelling.is_none() {
                self.cancelling = Some(Instant::now() + ENDING);
                self.link.cancel()?;
                if self.link.is_idle() && self.link.poll(Duration::ZERO)?.is_none() {
                    bail!("cancelled");
                }
            }
            if self.cancelling.is_some_and(|end| end <= Instant::now()) {
                bail!("cancelled");
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            match self.link.poll(left.map_or(GLANCE, |left| left.min(GLANCE))) {
                Ok(Some(Event::LinkLost)) => bail!("{}", self.link.lost_reason().unwrap_or("the line is gone")),
                Ok(Some(event)) => return Ok(Some(event)),
                Ok(None) if left.is_some_and(|left| left.is_zero()) => return Ok(None),
                Ok(None) => {}
                Err(LinkError::Transport(error)) => bail!(error),
                Err(error) => bail!(error),
            }
        }
    }

    /// Lets the last line leave after something that the other side has confirmed: it may hang up first.
    pub fn finish(self) {
        // What matters has arrived; if the last acknowledgement did not, the other side says so.
        let _ = self.close();
    }

    /// Lets the last line leave, and says what went wrong with the capture.
    pub fn close(self) -> Result<()> {
        let outcome = self.link.close(LEAVE);
        if let Some(trouble) = self.capture_trouble.get() {
            output::log(trouble);
        }
        outcome?;
        Ok(())
    }
}

/// Prints what came out: words for people, or one JSON object with `ok`.
pub fn tell(json: bool, words: &str, mut fields: Map<String, Value>) -> Result<()> {
    if !json {
        return output::print(&format!("{words}\n"));
    }
    fields.insert("ok".to_owned(), Value::Bool(true));
    output::print(&format!("{}\n", Value::Object(fields)))
}

/// A failure as JSON, where that was asked for; the words follow on standard error.
pub fn failed(json: bool, command: &str, outcome: Result<()>) -> Result<()> {
    if json
        && let Err(error) = &outcome
        && !output::is_closed_pipe(error)
    {
        let object = serde_json::json!({ "command": command, "ok": false, "reason": format!("{error:#}") });
        output::print(&format!("{object}\n"))?;
    }
    outcome
}
