//! Everything that a daycare needs before the first visitor, in the order in which it may fail.

use super::connections::Connections;
use super::folder::Places;
use super::metrics::Metrics;
use super::names::{Computer, Reach};
use super::tls::{Shown, Source};
use super::{ServeError, ServeOptions};
use crate::door::{Door, DoorOptions};
use crate::host::{self, Engine, HostOptions, SystemClock};
use crate::house::House;
use crate::id::now;
use crate::roms::Roms;
use crate::seal::ServerKey;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::tables::{Tables, TablesOptions};
use crate::web::Web;
use std::io::IsTerminal;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use tokio::sync::watch;

/// A daycare whose door is still closed.
#[derive(Debug)]
pub struct Opened {
    pub house: Arc<House>,
    pub engine: Engine,
    pub listener: TcpListener,
    /// How TLS is spoken, and where it comes from; `None` is without.
    pub tls: Option<(Source, Shown)>,
    pub metrics_listener: Option<TcpListener>,
    pub metrics: Metrics,
    pub connections: Connections,
    /// Set to true to close live sockets.
    pub drain: watch::Sender<bool>,
    pub qr: bool,
    pub only_here: bool,
}

/// Takes the folder and the ports, and lets the toys live.
///
/// # Errors
/// [`ServeError`].
pub fn open(options: &ServeOptions) -> Result<Opened, ServeError> {
    let web = match &options.web_dir {
        Some(folder) => Some(Web::read(folder)?),
        None => Web::embedded(),
    };
    let places = Places::new(options.data_dir.as_deref())?;
    places.prepare()?;
    let (listener, address) = bind(options.listen, "--listen")?;
    let metrics_listener =
        options.metrics.map(|metrics| bind(metrics, "--metrics").map(|(listener, _)| listener)).transpose()?;

    // The store takes the folder: what follows is made by one process at a time.
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&places.store())?);
    let key = Arc::new(server_key(&places, &*store)?);

    let computer = Computer::this();
    let reach = Reach::new(&computer, address, &options.names, options.plain);
    let label = computer.name.clone().unwrap_or_else(|| "home".into());
    let tls = if options.plain {
        None
    } else {
        let source = match &options.certificate {
            Some(files) => Source::Files { cert: files.cert.clone(), key: files.key.clone() },
            None => Source::Own { places: places.clone(), label: label.clone(), names: reach.certified },
        };
        let shown = source.load(now())?;
        Some((source, shown))
    };

    let roms = Arc::new(Roms::new(Arc::clone(&store), Arc::clone(&key)));
    let clock = Arc::new(SystemClock::default());
    let house_options = HostOptions { cores: None, clock };
    let (host, engine) = host::start(Arc::clone(&store), Arc::clone(&roms), house_options)?;
    let door = Door::new(Arc::clone(&store), key, DoorOptions::default())?;
    let tables_options = TablesOptions { listen: address.ip(), ..TablesOptions::default() };
    let tables = Tables::new(Arc::clone(&store), Arc::clone(&roms), host.clone(), tables_options);
    let (drain, draining) = watch::channel(false);
    let connections = Connections::default();
    let house = House {
        store,
        roms: Arc::clone(&roms),
        host,
        door,
        name: options.names.first().map_or(label, |name| name.name.to_string()),
        origins: reach.origins,
        secure: !options.plain,
        tables,
        web,
        drain: draining,
    };
    Ok(Opened {
        house: Arc::new(house),
        engine,
        listener,
        tls,
        metrics_listener,
        metrics: Metrics::new(connections.clone()),
        connections,
        drain,
        qr: options.qr || std::io::stdout().is_terminal(),
        only_here: address.ip().is_loopback() && options.names.is_empty(),
    })
}

/// The key of this folder. A missing one is made only where nothing is sealed by it yet.
fn server_key(places: &Places, store: &dyn Store) -> Result<ServerKey, ServeError> {
    let path = places.key();
    if !path.exists() && !store.accounts()?.is_empty() {
        return Err(ServeError::folder(&path, "it is missing, and the ROMs are sealed by it; put a copy of it back"));
    }
    let key = ServerKey::load_or_create(&path).map_err(|error| ServeError::key(&path, error))?;
    key.belongs_to(store).map_err(|error| ServeError::key(&path, error))?;
    Ok(key)
}

fn bind(address: SocketAddr, option: &'static str) -> Result<(TcpListener, SocketAddr), ServeError> {
    let refused = |error: std::io::Error| {
        let reason = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program listens there".to_owned(),
            std::io::ErrorKind::AddrNotAvailable => "it is no address of this computer".to_owned(),
            std::io::ErrorKind::PermissionDenied => "only the administrator may listen there".to_owned(),
            _ => error.to_string(),
        };
        ServeError::Listen { address, reason, option }
    };
    let listener = TcpListener::bind(address).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}
