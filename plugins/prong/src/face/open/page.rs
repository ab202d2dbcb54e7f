//! Lines in a page.

use super::super::advice::Trouble;
use super::super::messages::SecretFrom;
use super::super::parts::Line;
use super::{Opened, given};
use crate::engine::Glare;
use crate::transport::{Clock, Transport};

/// Opens a line, which may take as long as the player takes to choose.
pub(in super::super) async fn open(line: &Line, from: &SecretFrom, clock: Clock) -> Result<Opened, Trouble> {
    let name = match line {
        Line::Port(name) => Some(name.trim()),
        Line::Chooser => None,
        Line::Simulated => return Opened::simulated(clock),
        Line::Call { .. } | Line::Listen { .. } => {
            return Err(Trouble::plain("a page has no lines to friends: meet them in a program of your own"));
        }
    };
    let (secret, note) = given(from)?;
    let transport = port(name, clock).await?;
    Ok(Opened { transport, secret, glare: Glare::Yield, toy: None, note })
}

#[cfg(feature = "web-serial")]
async fn port(name: Option<&str>, clock: Clock) -> Result<Box<dyn Transport>, Trouble> {
    use super::super::advice;
    use crate::transport::web_serial;
    if let Some(reason) = web_serial::missing() {
        return Err(Trouble::plain(reason));
    }
    Ok(Box::new(web_serial::open(name, clock).await.map_err(|error| advice::of_port(&error))?))
}

#[cfg(not(feature = "web-serial"))]
async fn port(_: Option<&str>, _: Clock) -> Result<Box<dyn Transport>, Trouble> {
    Err(Trouble::plain("this build has no serial ports: use a build with them"))
}
