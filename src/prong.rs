//! `prong`: the link to real and virtual toys.

mod arguments;
mod bridge;
mod ghost;
mod meet;
mod open;
mod packets;
mod permit;
mod ports;
mod progress;
mod secret;
mod session;
mod simulate;
mod sniff;

use anyhow::Result;
use std::process::ExitCode;

pub use arguments::ProngCommand;
pub use bridge::guarding;
pub use open::open_port;
pub use session::interrupted;

/// `eggtooth prong`.
pub fn prong(command: ProngCommand) -> Result<ExitCode> {
    let (name, json, outcome) = match &command {
        ProngCommand::Ports { json } => ("ports", false, ports::ports(*json)),
        ProngCommand::Echo { link } => ("echo", link.json, packets::echo(link)),
        ProngCommand::Send(arguments) => ("send", arguments.link.json, packets::send(arguments)),
        ProngCommand::Receive(arguments) => ("receive", arguments.link.json, packets::receive(arguments)),
        ProngCommand::Say { link, words } => ("say", link.json, packets::say(link, words)),
        ProngCommand::Gift(arguments) => ("gift", arguments.link.json, meet::gift(arguments)),
        ProngCommand::Playdate(arguments) => ("playdate", arguments.link.json, meet::playdate(arguments)),
        ProngCommand::Simulate(arguments) => ("simulate", false, simulate::simulate(arguments)),
        ProngCommand::Bridge(arguments) => ("bridge", false, bridge::bridge(arguments)),
        ProngCommand::Sniff(arguments) => ("sniff", false, sniff::sniff(arguments)),
    };
    session::failed(json, name, outcome)?;
    Ok(ExitCode::SUCCESS)
}
