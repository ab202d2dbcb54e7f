//! Opens the line that the options name: a port, a friend who is called, or one who calls.

use anyhow::{Context, Result, bail};
use eggtooth_peer::{Allow, Endpoint, Identity, PeerKey};
use eggtooth_prong::capture::{Captured, Writer};
use eggtooth_prong::engine::{Config, Engine, FarSide, Glare};
use eggtooth_prong::pump::{Link, OsEntropy};
#[cfg(unix)]
use eggtooth_prong::transport::pty;
use eggtooth_prong::transport::{Clock, Transport, quic, recall, uart};
use eggtooth_vault::DataDir;
use std::fs::File;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::arguments::{FriendArguments, LinkArguments};
use super::secret;
use super::session::{Session, interrupted};
use crate::output;

/// How long a friend has to answer a call.
const CALL: Duration = Duration::from_secs(10);
/// How often Ctrl-C is looked for while a friend is waited for.
const GLANCE: Duration = Duration::from_millis(200);

/// Whether the command needs the shared secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// It moves packets.
    Needed,
    /// It says lines.
    Unneeded,
}

/// What may be at the other end: behind a port always a toy, for a pseudo-terminal may lead to one.
pub fn far_side(arguments: &LinkArguments) -> FarSide {
    if arguments.port.is_some() { FarSide::Hardware } else { FarSide::Virtual }
}

/// Whether the line is a serial port, and not a pseudo-terminal or a network.
pub fn is_real_port(arguments: &LinkArguments) -> bool {
    arguments.port.as_deref().is_some_and(|port| !is_pty(port))
}

#[cfg(unix)]
fn is_pty(port: &Path) -> bool {
    pty::is_pty(port)
}

#[cfg(not(unix))]
fn is_pty(_: &Path) -> bool {
    false
}

/// Opens the line and puts an engine on it.
pub fn open(arguments: &LinkArguments, secrecy: Secrecy) -> Result<Session> {
    let network = arguments.port.is_none();
    let file = arguments.secret_file.as_deref();
    let secret = match secrecy {
        Secrecy::Needed => Some(secret::needed(file, network)?),
        Secrecy::Unneeded => secret::given(file)?,
    };
    let clock = Clock::start();
    let (line, endpoint): (Box<dyn Transport>, _) = match &arguments.port {
        Some(port) => (Box::new(open_port(port, arguments.dtr, arguments.rts, clock)?), None),
        None => {
            let (line, endpoint) = friend(&arguments.friend, clock)?;
            (line, Some(endpoint))
        }
    };
    let (line, trouble) = captured(line, arguments.capture.as_deref(), clock)?;
    let config = Config {
        strict_seed: arguments.strict_seed,
        far_side: far_side(arguments),
        // Towards a toy this program gives way. Between two of them one side must not.
        glare: if arguments.friend.listen.is_some() { Glare::Hold } else { Glare::Yield },
        line_rate: line.line_rate(),
        ..Config::default()
    };
    let engine = Engine::new(config, secret, Box::new(entropy()?));
    let mut session = Session::new(Link::new(engine, line, clock))?;
    session.capture_trouble = trouble;
    session.endpoint = endpoint;
    Ok(session)
}

/// A serial port or pseudo-terminal.
pub fn open_port(port: &Path, dtr: bool, rts: bool, clock: Clock) -> Result<impl Transport + use<>> {
    let Some(name) = port.to_str() else { bail!("{} is no port: its name is not text", port.display()) };
    Ok(uart::open(name, uart::Options { dtr, rts }, clock)?)
}

/// Nonces from the operating system.
pub fn entropy() -> Result<OsEntropy> {
    OsEntropy::new().map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))
}

/// The line, with a capture around it if one is wanted; what went wrong with that is told at the end.
pub fn captured(
    line: Box<dyn Transport>,
    path: Option<&Path>,
    clock: Clock,
) -> Result<(Box<dyn Transport>, Arc<OnceLock<String>>)> {
    let trouble = Arc::new(OnceLock::new());
    let Some(path) = path else { return Ok((line, trouble)) };
    let cannot = || format!("the capture {} cannot be written", path.display());
    let file = File::create(path).with_context(cannot)?;
    let watched = Watched { file, path: path.display().to_string(), trouble: Arc::clone(&trouble) };
    let zero = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let writer = Writer::new(watched, zero.saturating_sub(clock.now())).with_context(cannot)?;
    Ok((Box::new(Captured::new(line, writer, clock)), trouble))
}

/// A file that remembers why it could not be written.
struct Watched {
    file: File,
    path: String,
    trouble: Arc<OnceLock<String>>,
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).inspect_err(|error| {
            let _ = self.trouble.set(format!("the capture {} ends early: {error}", self.path));
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The line to a friend, and the endpoint that keeps it.
pub fn friend(arguments: &FriendArguments, clock: Clock) -> Result<(Box<dyn Transport>, Endpoint)> {
    let (stream, endpoint) = stream(arguments)?;
    Ok((Box::new(quic::over(stream, clock)?), endpoint))
}

/// A line to a friend that is called again, or waited for again, whenever it is lost.
pub fn lasting_friend(arguments: &FriendArguments, clock: Clock) -> Result<impl Transport + use<>> {
    let (stream, endpoint) = stream(arguments)?;
    let endpoint = Arc::new(endpoint);
    Ok(match arguments.peer {
        Some(addr) => recall::calling(endpoint, addr, stream, clock)?,
        None => recall::called(endpoint, stream, clock)?,
    })
}

/// Where a friend on the same network finds an endpoint that listens everywhere: no packet is sent to find out.
fn reachable(addr: SocketAddr) -> SocketAddr {
    if !addr.ip().is_unspecified() {
        return addr;
    }
    let (any, far) = if addr.is_ipv6() { ("[::]:0", "[2001:db8::1]:9") } else { ("0.0.0.0:0", "192.0.2.1:9") };
    let own = |any: &str, far: &str| -> io::Result<IpAddr> {
        let socket = UdpSocket::bind(any)?;
        socket.connect(far)?;
        Ok(socket.local_addr()?.ip())
    };
    // Many networks have IPv4 only, which an endpoint on [::] hears as well.
    let ip = own(any, far).or_else(|_| own("0.0.0.0:0", "192.0.2.1:9")).unwrap_or(addr.ip());
    SocketAddr::new(ip, addr.port())
}

fn stream(arguments: &FriendArguments) -> Result<(eggtooth_peer::Stream, Endpoint)> {
    let identity = match &arguments.identity {
        Some(file) => Identity::load_or_create(file)?,
        None => {
            let folder = DataDir::default_location()?;
            std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            Identity::load_or_create(folder.join("peer.key"))?
        }
    };
    let key: Option<PeerKey> = arguments.key.as_deref().map(str::parse).transpose()?;
    if let (Some(addr), Some(key)) = (arguments.peer, key) {
        let here = if addr.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
        let endpoint = Endpoint::bind(here.parse()?, &identity, Allow::Only(Vec::new()))?;
        let stream = endpoint.connect(addr, key, CALL)?;
        return Ok((stream, endpoint));
    }
    let Some(addr) = arguments.listen else { bail!("give --port, --peer or --listen") };
    let allow = key.map_or(Allow::Anyone, |key| Allow::Only(vec![key]));
    let endpoint = Endpoint::bind(addr, &identity, allow)?;
    let here = reachable(endpoint.local_addr());
    output::log(&format!("waiting for a friend: --peer {here} --key {}", endpoint.key()));
    let stopped = interrupted()?;
    loop {
        if stopped.load(std::sync::atomic::Ordering::Relaxed) {
            bail!("cancelled");
        }
        let found = endpoint.accept(GLANCE)?;
        for refusal in endpoint.refusals() {
            output::log(&format!("{} was not let in: {}", refusal.remote, refusal.reason));
        }
        if let Some(stream) = found {
            output::log(&format!("{} is here from {}", stream.peer(), stream.remote()));
            return Ok((stream, endpoint));
        }
    }
}
