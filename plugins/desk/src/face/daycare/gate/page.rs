//! How the desk of a page gets to its daycare, the one that it came from: between the frames, and without questions, as
//! the browser has looked at the certificate.

use super::Met;
use eggtooth_livelink::client::{Address, BadAddress, Daycare};
use eggtooth_toy::Home;

/// Runs the worker between the page's other events.
pub(in crate::face::daycare) fn start<W: Future<Output = ()> + 'static>(work: impl FnOnce() -> W) -> bool {
    wasm_bindgen_futures::spawn_local(work());
    true
}

/// What a page knows of daycares: nothing. The browser keeps the session.
pub(in crate::face::daycare) struct Gate;

impl Gate {
    pub(in crate::face::daycare) fn new(_: &Home) -> Gate {
        Gate
    }

    /// None but the page's own, which the desk was told of.
    pub(in crate::face::daycare) fn known(&self) -> Result<Vec<(String, Option<String>)>, String> {
        Ok(Vec::new())
    }

    /// Goes to an address, which must be the page's own.
    pub(in crate::face::daycare) async fn meet(&mut self, typed: &str) -> Result<Met, String> {
        let _: Address = typed.parse().map_err(|error: BadAddress| error.to_string())?;
        Daycare::here().map(Met::Known).map_err(|error| error.to_string())
    }

    /// Nothing is confirmed on a page.
    pub(in crate::face::daycare) fn confirm(&mut self) -> Result<Option<Daycare>, String> {
        Ok(None)
    }

    /// Nothing is kept that would be forgotten.
    pub(in crate::face::daycare) fn leave(&mut self) {}
}
