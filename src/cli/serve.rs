//! What can be typed after `serve`.

use clap::{Args, Subcommand, ValueEnum};
use eggtooth_daycare::front::{LISTEN, METRICS, PublicName};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// `serve`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = false, subcommand_negates_reqs = true)]
pub struct ServeArguments {
    /// Something else than to serve.
    #[command(subcommand)]
    pub command: Option<ServeCommand>,
    /// Listen here: 0.0.0.0:8443 lets the network in, [::]:8443 by IPv6, too
    #[arg(long, value_name = "ADDR:PORT", default_value_t = LISTEN)]
    pub listen: SocketAddr,
    /// Keep everything in this folder instead of the usual one
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Keep everything elsewhere than in SQLite in that folder; no other store is known yet
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// Show this certificate (PEM, with its chain) instead of one of our own; read again on SIGHUP
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,
    /// The key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// A name that it is reached by, such as egg.example.org, or egg.example.org:443 behind a forwarded port
    #[arg(long = "name", value_name = "NAME[:PORT]")]
    pub names: Vec<PublicName>,
    /// HTTP without TLS, on this computer alone
    #[arg(long, conflicts_with_all = ["cert", "key"])]
    pub plain: bool,
    /// Tell metrics here, on this computer, or nowhere: off
    #[arg(long, value_name = "ADDR:PORT|off", default_value_t = MetricsAt(Some(METRICS)))]
    pub metrics: MetricsAt,
    /// How to log: text at a terminal and JSON elsewhere, or always one of them
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub log: LogFormat,
    /// Serve the game for browsers, built by `cargo xtask web` (the folder web/dist), at /play
    #[arg(long, value_name = "DIR")]
    pub web_dir: Option<PathBuf>,
    /// Draw the address for a phone's camera, also where nobody sees a terminal
    #[arg(long)]
    pub qr: bool,
}

/// The commands of `serve`.
#[derive(Debug, Subcommand)]
pub enum ServeCommand {
    /// Copy the store of a daycare, running or not, into a new file
    Backup {
        /// The file
        file: PathBuf,
        /// Copy the server's key, too, to the file's name with .key behind: both together open everything
        #[arg(long)]
        with_key: bool,
    },
    /// Put a backup in the place of the store of a daycare that does not run
    Restore {
        /// The backup
        file: PathBuf,
        /// Take the server's key from the file beside it
        #[arg(long)]
        with_key: bool,
    },
}

/// How `serve` logs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// Text at a terminal, JSON elsewhere.
    Auto,
    /// Text.
    Text,
    /// A JSON object a line.
    Json,
}

/// Where metrics are told.
#[derive(Clone, Copy, Debug)]
pub struct MetricsAt(pub Option<SocketAddr>);

impl FromStr for MetricsAt {
    type Err = String;

    fn from_str(text: &str) -> Result<MetricsAt, String> {
        match text {
            "off" => Ok(MetricsAt(None)),
            address => match address.parse() {
                Ok(address) => Ok(MetricsAt(Some(address))),
                Err(_) => Err("give an address such as 127.0.0.1:9464, or off".into()),
            },
        }
    }
}

impl std::fmt::Display for MetricsAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("off"),
        }
    }
}
