//! `prong bridge`: a toy here and a toy there talk as if their prongs touched, as far as the flash guard allows.

use anyhow::{Result, bail};
use eggtooth_prong::bridge::{Behind, Bridge, Guarding, Note};
use eggtooth_prong::capture::Direction;
use eggtooth_prong::transport::{Clock, Transport};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::arguments::BridgeArguments;
use super::ghost::Ghost;
use super::session::interrupted;
use super::sniff::Log;
use super::{open, permit, secret};
use crate::output;

/// How long the last bytes may take to leave.
const LEAVE: Duration = Duration::from_secs(2);

/// One of the two ends, named but not open yet.
enum End {
    Port(String, Box<dyn Transport>),
    Ghost(Box<Ghost>),
    Friend,
}

impl End {
    fn port(path: &Path, clock: Clock) -> Result<Self> {
        Ok(Self::Port(path.display().to_string(), Box::new(open::open_port(path, false, false, clock)?)))
    }

    fn name(&self) -> String {
        match self {
            Self::Port(name, _) => name.clone(),
            Self::Ghost(_) => "the virtual toy".to_owned(),
            Self::Friend => "the friend".to_owned(),
        }
    }

    fn open(self, arguments: &BridgeArguments, clock: Clock) -> Result<(Box<dyn Transport>, Behind)> {
        Ok(match self {
            Self::Port(_, line) => (line, Behind::Toy),
            Self::Ghost(ghost) => (Box::new(ghost.start(clock)?), Behind::Virtual),
            Self::Friend => (Box::new(open::lasting_friend(&arguments.friend, clock)?), Behind::Friend),
        })
    }
}

/// `prong bridge`.
pub fn bridge(arguments: &BridgeArguments) -> Result<()> {
    let guarding = guarding(arguments.secret_file.as_deref(), arguments.raw_pipe, arguments.yes_raw_pipe)?;
    let secret = match &guarding {
        Guarding::Secret(secret) => Some(secret.clone()),
        _ => None,
    };
    let stopped = interrupted()?;
    let clock = Clock::start();
    let [one, two] = ends(arguments, clock)?;
    let names = [one.name(), two.name()];
    // A friend who is waited for comes last; a virtual toy begins when they are there.
    let (one, two) = match one {
        End::Ghost(_) => {
            let two = two.open(arguments, clock)?;
            (one.open(arguments, clock)?, two)
        }
        _ => (one.open(arguments, clock)?, two.open(arguments, clock)?),
    };
    let (line, trouble) = open::captured(one.0, arguments.capture.as_deref(), clock)?;
    let mut bridge = Bridge::new([(line, one.1), two], &guarding, clock);
    output::log(&format!("{} and {} are joined", names[0], names[1]));
    let mut log = Log::new(secret.as_deref(), arguments.json);
    let mut outcome = Ok(());
    while outcome.is_ok() && !stopped.load(Ordering::Relaxed) {
        let mut told = Ok(());
        let turned = bridge.turn(&mut |note| {
            let result = tell(&mut log, &names, note);
            if told.is_ok() {
                told = result;
            }
        });
        outcome = told.and(turned.map_err(Into::into));
    }
    // Only refusals are told here, which go to standard error.
    let _ = bridge.finish(LEAVE, &mut |note| drop(tell(&mut log, &names, note)));
    log.end(clock.now())?;
    if let Some(trouble) = trouble.get() {
        output::log(trouble);
    }
    outcome
}

/// What stands in front of the toys: the flash guard with the secret, without it next to nothing, or everything if that
/// is wanted and confirmed.
pub fn guarding(secret_file: Option<&Path>, raw_pipe: bool, yes_raw_pipe: bool) -> Result<Guarding> {
    let secret = secret::given(secret_file)?;
    match secret {
        Some(_) if raw_pipe || yes_raw_pipe => {
            bail!("with the shared secret every packet can be judged: leave --raw-pipe out")
        }
        Some(secret) => Ok(Guarding::Secret(secret)),
        None => match permit::raw_pipe(raw_pipe, yes_raw_pipe)? {
            Some(permit) => {
                output::log("nothing guards the toys: whatever comes passes unread");
                Ok(Guarding::Raw(permit))
            }
            None => {
                output::log(
                    "without the shared secret nobody can see what a packet is: only those of one or two bytes will pass",
                );
                Ok(Guarding::Blind)
            }
        },
    }
}

/// The two ends that the options name.
fn ends(arguments: &BridgeArguments, clock: Clock) -> Result<[End; 2]> {
    let friend = (arguments.friend.peer.is_some() || arguments.friend.listen.is_some()).then_some(End::Friend);
    let port = |path: &Option<_>| path.as_deref().map(|path| End::port(path, clock)).transpose();
    let ghost =
        arguments.ghost.as_deref().map(|file| Ghost::new(arguments, file).map(|ghost| End::Ghost(Box::new(ghost))));
    let named = [port(&arguments.port)?, port(&arguments.to)?, ghost.transpose()?, friend];
    match <[End; 2]>::try_from(named.into_iter().flatten().collect::<Vec<_>>()) {
        Ok(ends) => Ok(ends),
        Err(_) => bail!(
            "a bridge has two ends: give --port and one of --to, --ghost, --peer or --listen, or --ghost and one of --peer or --listen"
        ),
    }
}

fn tell(log: &mut Log<'_>, names: &[String; 2], note: Note<'_>) -> Result<()> {
    let name = |end: usize| names.get(end).map_or("", String::as_str);
    match note {
        Note::Passed { to, at, bytes } => {
            let direction = if to == 0 { Direction::Received } else { Direction::Sent };
            return log.feed(direction, at, bytes);
        }
        Note::Refused { to, why, untold } => {
            let more = if untold > 0 { format!(" (and {untold} more like it)") } else { String::new() };
            output::log(&format!("not let through to {}: {why}{more}", name(to)));
        }
        Note::Lost { end, reason } => output::log(&format!("{}: {reason}; waiting for it to come back", name(end))),
        Note::Back { end } => output::log(&format!("{} is back", name(end))),
        _ => {}
    }
    Ok(())
}
