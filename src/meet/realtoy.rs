//! The real toy of a player at a table.

use super::tell::{Voice, sentence};
use crate::prong::{guarding, open_port};
use anyhow::Result;
use clap::Args;
use eggtooth_playdate::bridge::{Guard, Off};
use eggtooth_playdate::net::{PlaydateHandle, RealToy, RealToyEvent};
use eggtooth_prong::bridge::Guarding;
use eggtooth_prong::transport::{Transport, TransportError};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// A real toy, and what stands in front of it.
#[derive(Debug, Args)]
pub struct RealToyArguments {
    /// Join the real toy at this serial port with the friend's, while the pets touch and theirs is switched on, too
    #[arg(long, value_name = "P")]
    pub real_toy: Option<PathBuf>,
    /// The file with the real toys' shared secret; without it next to nothing passes between them
    #[arg(long, value_name = "F", requires = "real_toy")]
    pub secret_file: Option<PathBuf>,
    /// Without the secret, let everything pass unread, even what is written to a toy's flash; asks for a typed confirmation
    #[arg(long, requires = "real_toy")]
    pub raw_pipe: bool,
    /// The confirmation of --raw-pipe where nobody can type
    #[arg(long, requires = "real_toy")]
    pub yes_raw_pipe: bool,
}

/// A real toy that can be switched on and off.
pub struct Switch {
    port: PathBuf,
    guarding: Arc<Guarding>,
}

impl Switch {
    /// The one that was named; a person may be asked for a permit.
    pub fn new(arguments: &RealToyArguments) -> Result<Option<Switch>> {
        let Some(port) = arguments.real_toy.clone() else { return Ok(None) };
        let guarding = guarding(arguments.secret_file.as_deref(), arguments.raw_pipe, arguments.yes_raw_pipe)?;
        Ok(Some(Switch { port, guarding: Arc::new(guarding) }))
    }

    /// Switches it on or off.
    pub fn turn(&self, on: bool, table: &PlaydateHandle, voice: &Voice) {
        let done = if on { table.switch_on(self.toy()) } else { table.switch_off() };
        if !done {
            voice.notice("the table has no time for the real toy: try again");
        }
    }

    fn toy(&self) -> RealToy {
        let (port, name) = (self.port.clone(), self.port.display().to_string());
        let open = Box::new(move |clock| {
            let gone = |error: anyhow::Error| match error.downcast::<TransportError>() {
                Ok(error) => error,
                Err(error) => TransportError::Gone(error.to_string()),
            };
            let line: Box<dyn Transport> = Box::new(open_port(&port, false, false, clock).map_err(gone)?);
            Ok(line)
        });
        RealToy { name, guarding: self.guarding.clone(), open }
    }
}

impl Voice {
    /// Something about real toys.
    pub fn real_toy(&self, event: &RealToyEvent) -> Result<()> {
        let words = event.words().unwrap_or_else(|| "the real toy is switched off".to_owned());
        let fields = match event {
            RealToyEvent::Changed(view) => {
                let friend = view.friend.map(|friend| {
                    let state = match friend.toy {
                        Ok(Guard::Blind) => "blind",
                        Ok(Guard::Secret) => "guarded",
                        Ok(Guard::Raw) => "raw",
                        Err(Off::Switched) => "off",
                        Err(Off::Unplugged) => "unplugged",
                        Err(Off::Elsewhere) => "elsewhere",
                    };
                    json!({ "seat": friend.seat.number(), "state": state })
                });
                json!({ "event": "real_toy", "state": view.state.name(), "words": words, "friend": friend })
            }
            RealToyEvent::Stopped { by_friend, to_here, words } => {
                let whose = |theirs: bool| if theirs { "friend" } else { "here" };
                json!({ "event": "stopped", "by": whose(*by_friend), "to": whose(!to_here), "why": words })
            }
        };
        self.say(&sentence(&words), fields)
    }
}
