//! `eggtooth serve`: one daycare, from an empty folder to the last snapshot (service §1.3).
//!
//! [`serve`] opens it and returns when it has closed; [`backup`] and [`restore`] copy its store. What is told to people
//! goes to standard output, what happens to standard error ([`log`]).

mod announce;
mod backup;
mod ca;
mod connections;
mod error;
mod folder;
pub mod log;
mod metrics;
mod names;
mod open;
mod patient;
mod run;
mod tls;

pub use backup::{Restored, backup, restore};
pub use error::ServeError;
pub use names::{BadName, PublicName};

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Where a daycare listens if nothing else is said.
pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8443);
/// Where it tells its metrics.
pub const METRICS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// A certificate and its key that somebody else keeps, as PEM files.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// The certificate, with what links it to a trusted one behind it.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// What can be chosen about a daycare.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where it listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// Its folder; `None` is `daycare` in the game's.
    pub data_dir: Option<PathBuf>,
    /// A store elsewhere than in that folder; none is known yet.
    pub store: Option<String>,
    /// A certificate of somebody else instead of its own.
    pub certificate: Option<CertificateFiles>,
    /// Names that it is reached by, besides this computer's.
    pub names: Vec<PublicName>,
    /// HTTP without TLS, on this computer alone.
    pub plain: bool,
    /// Where it tells its metrics, on this computer; `None` is nowhere.
    pub metrics: Option<SocketAddr>,
    /// How it logs.
    pub log: log::Format,
    /// The folder of the game for browsers; `None` is the one in the program, if any.
    pub web_dir: Option<PathBuf>,
    /// Draws its address for a phone's camera, also where standard output is no terminal.
    pub qr: bool,
}

impl Default for ServeOptions {
    fn default() -> ServeOptions {
        ServeOptions {
            listen: LISTEN,
            data_dir: None,
            store: None,
            certificate: None,
            names: Vec::new(),
            plain: false,
            metrics: Some(METRICS),
            log: log::Format::default(),
            web_dir: None,
            qr: false,
        }
    }
}

impl ServeOptions {
    fn check(&self) -> Result<(), ServeError> {
        let refused = |what: String| Err(ServeError::Usage(what));
        if let Some(store) = &self.store {
            // The scheme alone: what follows may hold a password.
            let scheme = store.split_once("://").map_or("this", |(scheme, _)| scheme);
            let scheme: String = scheme.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
            return refused(format!(
                "{scheme} is no store that this Eggtooth knows; it keeps everything in SQLite in the data folder, so \
                 leave --store away"
            ));
        }
        if self.plain && !self.listen.ip().is_loopback() {
            return refused(format!(
                "--plain is for this computer alone, and {} is not; leave --plain away for HTTPS, or listen on 127.0.0.1",
                self.listen.ip()
            ));
        }
        match self.metrics {
            Some(metrics) if !metrics.ip().is_loopback() => refused(format!(
                "metrics are told to this computer alone, and {} is not; give an address such as 127.0.0.1:9464",
                metrics.ip()
            )),
            _ => Ok(()),
        }
    }
}

/// Opens a daycare and returns when it was asked to close (SIGTERM, Ctrl-C) and has written its last snapshots. A
/// second signal ends the process at once.
///
/// # Errors
/// [`ServeError`] says what is wrong and what to do.
pub fn serve(options: &ServeOptions) -> Result<(), ServeError> {
    options.check()?;
    log::start(options.log);
    connections::raise_file_limit();
    let opened = open::open(options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("daycare")
        .build()
        .map_err(ServeError::system("threads"))?;
    let result = runtime.block_on(run::run(opened));
    // Nothing that is still there matters: what was acknowledged is in the journal.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    result
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn what_makes_no_sense_is_refused_in_words() {
        let says = |options: ServeOptions, what: &str| {
            let error = options.check().unwrap_err();
            assert!(error.is_usage() && error.to_string().contains(what), "{error}");
        };
        let everywhere: SocketAddr = "0.0.0.0:8443".parse().unwrap();
        let store = Some("postgres://egg:secret@db/eggs".to_owned());
        says(ServeOptions { store: store.clone(), ..ServeOptions::default() }, "postgres is no store");
        let error = ServeOptions { store, ..ServeOptions::default() }.check().unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
        says(ServeOptions { plain: true, listen: everywhere, ..ServeOptions::default() }, "--plain");
        says(ServeOptions { metrics: Some(everywhere), ..ServeOptions::default() }, "metrics");
        ServeOptions { plain: true, listen: "[::1]:80".parse().unwrap(), metrics: None, ..ServeOptions::default() }
            .check()
            .unwrap();
        ServeOptions { listen: everywhere, ..ServeOptions::default() }.check().unwrap();
    }
}
