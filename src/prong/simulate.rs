//! `prong simulate`: a toy of our own on a pseudo-terminal or a port, good or bad.

use anyhow::{Result, bail};
use eggtooth_prong::engine::{Config, Engine, Event, FarSide, Glare};
use eggtooth_prong::pump::{Link, Seeded};
use eggtooth_prong::talk::{Outcome, Step, Talk, TalkError};
use eggtooth_prong::transport::faults::{Faults, Faulty};
use eggtooth_prong::transport::pace::Paced;
use eggtooth_prong::transport::{Clock, Transport};
use eggtooth_prong::unit::{Manners, Screen, Unit, UnitConfig};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::arguments::{Screen as Shown, SimulateArguments};
use super::session::interrupted;
use super::{meet, open, secret};
use crate::output;

/// The longest pause between two looks at Ctrl-C.
const GLANCE: Duration = Duration::from_millis(50);
/// In how many of a hundred moments a rude toy is rude.
const RUDE: u32 = 10;

/// `prong simulate`.
pub fn simulate(arguments: &SimulateArguments) -> Result<()> {
    let stopped = interrupted()?;
    let clock = Clock::start();
    let secret = secret::given(arguments.secret_file.as_deref())?;
    if secret.is_none() && arguments.screen != Shown::Idle {
        secret::needed(None, false)?;
    }
    let (line, far_side): (Box<dyn Transport>, _) = match (&arguments.pty, &arguments.port) {
        (Some(link), _) => (pseudo_terminal(link, clock)?, FarSide::Virtual),
        (None, Some(port)) => {
            let line = open::open_port(port, false, false, clock)?;
            output::log(&format!("a simulated toy is at {}", port.display()));
            (Box::new(line), FarSide::Hardware)
        }
        (None, None) => bail!("give --port or --pty"),
    };
    let (line, trouble) = open::captured(line, arguments.capture.as_deref(), clock)?;
    let line = spoiled(line, arguments, clock);
    let config = Config {
        strict_seed: arguments.strict_seed,
        far_side,
        glare: Glare::Hold,
        line_rate: line.line_rate(),
        ..Config::default()
    };
    let engine = Engine::new(config, secret, Box::new(open::entropy()?));
    let mut link = Link::new(engine, line, clock);
    let unit = Unit::new(config_of(arguments)?, Box::new(Seeded::new(arguments.seed)));
    let keeper = Keeper { into: arguments.into.clone(), json: arguments.json };
    let end = arguments.timeout.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds));
    let over = || stopped.load(std::sync::atomic::Ordering::Relaxed) || end.is_some_and(|end| Instant::now() >= end);
    live(&mut link, unit, &keeper, over)?;
    link.cancel()?;
    let _ = link.close(Duration::from_secs(2));
    if let Some(trouble) = trouble.get() {
        output::log(trouble);
    }
    Ok(())
}

/// The toy's life: what happens to it, until `over` or its line is gone for good.
pub fn live<T: Transport>(link: &mut Link<T>, mut unit: Unit, keeper: &Keeper, over: impl Fn() -> bool) -> Result<()> {
    let clock = link.clock();
    while !over() {
        let until = match link.perform(&mut unit) {
            Step::Done(result) => {
                keeper.keep(result)?;
                continue;
            }
            Step::Wait(until) => until,
            Step::Do(_) | Step::Ask(_) => continue,
        };
        let wait = until.map_or(GLANCE, |until| until.saturating_sub(clock.now()).min(GLANCE));
        match link.poll(wait) {
            Ok(Some(event)) => {
                keeper.event(&event)?;
                let now = clock.now();
                unit.hear(&event, link.received(), now);
            }
            Ok(None) => {}
            // The far side takes no bytes: it is told as if the toy spoke into the air.
            Err(error) if !link.is_lost() => keeper.failed(&error.to_string())?,
            Err(error) => bail!(error),
        }
    }
    Ok(())
}

/// A terminal of our own, for other programs to open.
#[cfg(unix)]
fn pseudo_terminal(link: &Path, clock: Clock) -> Result<Box<dyn Transport>> {
    let pty = eggtooth_prong::transport::pty::Pty::create(Some(link), clock)?;
    output::log(&format!("a simulated toy is at {} ({})", link.display(), pty.path().display()));
    Ok(Box::new(pty))
}

/// A terminal of our own, for other programs to open.
#[cfg(not(unix))]
fn pseudo_terminal(_: &Path, _: Clock) -> Result<Box<dyn Transport>> {
    bail!("this system has no pseudo-terminals: give --port with one end of a virtual serial cable")
}

/// The line as bad as it is wanted.
fn spoiled(line: Box<dyn Transport>, arguments: &SimulateArguments, clock: Clock) -> Box<dyn Transport> {
    let line: Box<dyn Transport> = match arguments.pace {
        Some(baud) => Box::new(Paced::new(line, baud, clock)),
        None => line,
    };
    if arguments.noisy == 0 && !arguments.deaf {
        return line;
    }
    // So that as many full chunks are hit.
    let flips = f64::from(arguments.noisy) / 1000.0 / 4112.0;
    let noise = Faults { flips, ..Faults::default() };
    let hearing = Faults { cut_after: arguments.deaf.then_some(0), ..noise.clone() };
    Box::new(Faulty::new(line, noise, hearing, arguments.seed, clock))
}

fn config_of(arguments: &SimulateArguments) -> Result<UnitConfig> {
    Ok(UnitConfig {
        screen: match arguments.screen {
            Shown::Idle => Screen::Idle,
            Shown::Download => Screen::Download,
            Shown::Gifts => Screen::Gifts,
            Shown::Playdate => Screen::Playdate,
            Shown::Any => Screen::Any,
        },
        starts: arguments.first,
        manners: Manners {
            slow: Duration::from_millis(arguments.slow),
            noisy: arguments.noisy,
            deaf: arguments.deaf,
            rude: if arguments.rude { RUDE } else { 0 },
        },
        patches: arguments.patches,
        mine: meet::visitor(arguments.ghost.as_deref(), 2)?,
        gift: arguments.give,
        session: Some(meet::new_session()?),
        ..UnitConfig::default()
    })
}

/// Keeps what the toy is given, and tells what happens.
pub struct Keeper {
    /// The folder for what it is given; `None`: nothing is kept.
    pub into: Option<PathBuf>,
    /// Tell in JSON.
    pub json: bool,
}

impl Keeper {
    fn event(&self, event: &Event) -> Result<()> {
        match event {
            Event::Custom(words) => {
                self.tell(&format!("was told {}", words.text()), json!({"event": "custom", "words": words.text()}))
            }
            Event::SessionSet(id) => self.tell(&format!("session {id:#010x}"), json!({"event": "session", "id": id})),
            Event::Offered { size } => self.tell(
                &format!("was offered {size} bytes on the wrong screen"),
                json!({"event": "offered", "bytes": size}),
            ),
            _ => Ok(()),
        }
    }

    fn keep(&self, result: Result<Outcome, TalkError>) -> Result<()> {
        let outcome = match result {
            Ok(outcome) => outcome,
            Err(error) => return self.failed(&error.to_string()),
        };
        match outcome {
            Outcome::Item(item) => {
                self.took("item", "arc2", item.bytes(), json!({"event": "item", "bytes": item.bytes().len()}))
            }
            Outcome::Patch(patch) => {
                self.took("patch", "bin", patch.bytes(), json!({"event": "patch", "bytes": patch.bytes().len()}))
            }
            Outcome::Received(packet) => {
                let fields = json!({"event": "packet", "type": packet.kind, "bytes": packet.data.len()});
                self.took("packet", "bin", &packet.data, fields)
            }
            Outcome::Gifts { gave, got } => self.tell(
                &format!("gave item {gave}, got item {got}"),
                json!({"event": "gifts", "gave": gave, "got": got}),
            ),
            Outcome::Played(played) => {
                let (words, mut fields) = meet::report(&played);
                fields["event"] = "playdate".into();
                if let Some(into) = &self.into {
                    output::write(&free(into, "visitor", "bin"), &played.theirs.to_bytes())?;
                }
                self.tell(&words, fields)
            }
            other => self.tell(&format!("{other:?}"), json!({"event": "done"})),
        }
    }

    /// A packet that a toy would put into its memory.
    fn took(&self, what: &str, ending: &str, bytes: &[u8], mut fields: Value) -> Result<()> {
        let mut words = format!("took {} bytes: {what}", bytes.len());
        if let Some(into) = &self.into {
            let path = free(into, what, ending);
            output::write(&path, bytes)?;
            words = format!("{words}, kept as {}", path.display());
            fields["file"] = path.to_string_lossy().into();
        }
        self.tell(&words, fields)
    }

    fn failed(&self, reason: &str) -> Result<()> {
        self.tell(&format!("failed: {reason}"), json!({"event": "failed", "reason": reason}))
    }

    fn tell(&self, words: &str, fields: Value) -> Result<()> {
        output::print(&if self.json { format!("{fields}\n") } else { format!("{words}\n") })
    }
}

/// The first name in the folder that no file has.
fn free(folder: &Path, what: &str, ending: &str) -> PathBuf {
    let name = |number: u32| folder.join(format!("{what}-{number:03}.{ending}"));
    (1..u32::MAX).map(name).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| name(0))
}
