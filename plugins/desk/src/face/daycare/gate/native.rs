//! How the desk of a computer gets to daycares: on a thread, and after the player has confirmed their certificates.

use super::Met;
use eggtooth_livelink::client::{Address, BadAddress, Daycare, FirstContact, Pins, first_contact};
use eggtooth_toy::Home;
use std::sync::Arc;
use std::thread;

/// Runs the worker on a thread of its own; false where this computer has none for it.
pub(in crate::face::daycare) fn start<W: Future<Output = ()>>(work: impl FnOnce() -> W + Send + 'static) -> bool {
    thread::Builder::new().name("daycare".into()).spawn(move || pollster::block_on(work())).is_ok()
}

/// What this computer knows of daycares.
pub(in crate::face::daycare) struct Gate {
    pins: Arc<Pins>,
    /// One that is to be confirmed.
    met: Option<FirstContact>,
}

impl Gate {
    pub(in crate::face::daycare) fn new(home: &Home) -> Gate {
        Gate { pins: Arc::new(Pins::new(home.dir().path())), met: None }
    }

    /// The addresses of the daycares that are known, and who was signed in there last.
    pub(in crate::face::daycare) fn known(&self) -> Result<Vec<(String, Option<String>)>, String> {
        let known = self.pins.known().map_err(|error| error.to_string())?;
        Ok(known.into_iter().map(|(address, account)| (address.url(), account)).collect())
    }

    /// Goes to an address.
    pub(in crate::face::daycare) async fn meet(&mut self, typed: &str) -> Result<Met, String> {
        let address: Address = typed.parse().map_err(|error: BadAddress| error.to_string())?;
        self.met = None;
        let known = !address.is_secure() || self.pins.authority(&address).map_err(|error| error.to_string())?.is_some();
        if known {
            return self.open(&address).map(Met::Known);
        }
        let met = first_contact(&address).map_err(|error| error.to_string())?;
        if met.expected {
            return self.trust(&met).map(Met::Known);
        }
        let (name, fingerprint) = (met.hello.name.clone(), met.fingerprint.to_string());
        self.met = Some(met);
        Ok(Met::New { url: address.url(), name, fingerprint })
    }

    /// The player has confirmed the one that was met.
    pub(in crate::face::daycare) fn confirm(&mut self) -> Result<Option<Daycare>, String> {
        self.met.take().map(|met| self.trust(&met)).transpose()
    }

    /// The player goes away.
    pub(in crate::face::daycare) fn leave(&mut self) {
        self.met = None;
    }

    fn trust(&self, met: &FirstContact) -> Result<Daycare, String> {
        self.pins.confirm(&met.address, &met.authority).map_err(|error| error.to_string())?;
        self.open(&met.address)
    }

    fn open(&self, address: &Address) -> Result<Daycare, String> {
        Daycare::open(address, self.pins.clone()).map_err(|error| error.to_string())
    }
}
