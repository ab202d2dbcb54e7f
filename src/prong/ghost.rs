//! The virtual toy at one end of a bridge: a thread with an engine, a unit and a visitor from a file.

use anyhow::Result;
use eggtooth_prong::engine::{Config, Engine, FarSide, Glare};
use eggtooth_prong::pump::Link;
use eggtooth_prong::transport::Clock;
use eggtooth_prong::transport::memory::{self, Memory};
use eggtooth_prong::unit::{Screen, Unit, UnitConfig};
use std::path::Path;
use std::thread;

use super::arguments::BridgeArguments;
use super::simulate::{self, Keeper};
use super::{meet, open, secret};
use crate::output;

/// Number of the visitor that a file without one would be, as `simulate` has it.
const NUMBER: u16 = 2;

/// A virtual toy that is not connected yet.
pub struct Ghost {
    unit: Unit,
    engine: Engine,
    keeper: Keeper,
}

impl Ghost {
    /// The toy whose visitor is in `file`.
    pub fn new(arguments: &BridgeArguments, file: &Path) -> Result<Self> {
        let secret = secret::needed(arguments.secret_file.as_deref(), false)?;
        let config = Config {
            strict_seed: arguments.strict_seed,
            far_side: FarSide::Hardware,
            glare: Glare::Yield,
            ..Config::default()
        };
        let unit = UnitConfig {
            screen: if arguments.first { Screen::Playdate } else { Screen::Any },
            starts: arguments.first,
            mine: meet::visitor(Some(file), NUMBER)?,
            session: Some(meet::new_session()?),
            ..UnitConfig::default()
        };
        Ok(Self {
            unit: Unit::new(unit, Box::new(open::entropy()?)),
            engine: Engine::new(config, Some(secret), Box::new(open::entropy()?)),
            keeper: Keeper { into: arguments.into.clone(), json: arguments.json },
        })
    }

    /// Begins its life, and gives its prongs. It ends when they are dropped.
    pub fn start(self, clock: Clock) -> Result<Memory> {
        let (ours, its) = memory::pair(clock);
        let life = move || {
            let mut link = Link::new(self.engine, its, clock);
            if let Err(error) = simulate::live(&mut link, self.unit, &self.keeper, || false) {
                output::log(&format!("the virtual toy is gone: {error}"));
            }
        };
        thread::Builder::new().name("ghost".into()).spawn(life)?;
        Ok(ours)
    }
}
