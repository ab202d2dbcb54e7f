//! Lines where there is a system under us.

use std::path::Path;

use super::super::advice::Trouble;
use super::super::messages::SecretFrom;
use super::super::parts::Line;
#[cfg(feature = "quic")]
use super::network;
#[cfg(not(feature = "quic"))]
use super::no_network as network;
use super::{Opened, given};
use crate::engine::Glare;
use crate::transport::{Clock, Transport};

/// Opens a line. `waits` is told address and key when a friend is waited for; that ends when `stopped` says so.
/// `Ok(None)`: it was stopped.
pub(in super::super) fn open(
    line: &Line,
    from: &SecretFrom,
    identity: Option<&Path>,
    clock: Clock,
    stopped: &mut dyn FnMut() -> bool,
    waits: &mut dyn FnMut(String, String),
) -> Result<Option<Opened>, Trouble> {
    match line {
        Line::Port(name) => {
            let (secret, note) = given(from)?;
            let transport = port(name.trim(), clock)?;
            Ok(Some(Opened { transport, secret, glare: Glare::Yield, toy: None, note }))
        }
        Line::Simulated => Opened::simulated(clock).map(Some),
        Line::Chooser => Err(Trouble::plain("only a browser asks for ports: choose one from the list")),
        Line::Call { addr, key } => network::call(addr.trim(), key.trim(), identity, clock).map(Some),
        Line::Listen { addr } => network::listen(addr.trim(), identity, clock, stopped, waits),
    }
}

#[cfg(feature = "uart")]
fn port(name: &str, clock: Clock) -> Result<Box<dyn Transport>, Trouble> {
    use crate::transport::uart;
    if name.is_empty() {
        return Err(Trouble::plain("no port was named: choose one from the list, or type its name"));
    }
    let line =
        uart::open(name, uart::Options::default(), clock).map_err(|error| super::super::advice::of_port(&error))?;
    Ok(Box::new(line))
}

#[cfg(not(feature = "uart"))]
fn port(_: &str, _: Clock) -> Result<Box<dyn Transport>, Trouble> {
    Err(Trouble::plain("this build has no serial ports: use a build with them"))
}
