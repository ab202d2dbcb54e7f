//! What can be typed after `eggtooth meet` and `eggtooth friends`.

use super::realtoy::RealToyArguments;
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// `meet`.
#[derive(Debug, Subcommand)]
pub enum MeetCommand {
    /// Open a table, and print an invite for each guest
    Host(HostArguments),
    /// Sit down at a friend's table
    Join(JoinArguments),
}

/// `meet host`.
#[derive(Debug, Args)]
pub struct HostArguments {
    /// Where guests call, such as 192.168.1.5:4791; port 0 means any free one
    #[arg(long, value_name = "ADDR", default_value = "[::]:0")]
    pub listen: SocketAddr,
    /// An address under which others reach this computer, for the invites; may be given four times
    #[arg(long, value_name = "ADDR")]
    pub reached_at: Vec<SocketAddr>,
    /// How many invites to print, each good once; friends need none
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=8))]
    pub invites: u8,
    /// How long they are good, in seconds
    #[arg(long, value_name = "S", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub invite_for: u64,
    /// Print each as a QR code, too
    #[arg(long, conflicts_with = "json")]
    pub qr: bool,
    /// End when every guest that came has gone
    #[arg(long)]
    pub until_empty: bool,
    /// Do not show the table to friends on the same network
    #[arg(long)]
    pub unseen: bool,
    /// What both sides of a table have.
    #[command(flatten)]
    pub common: CommonArguments,
}

/// `meet join`.
#[derive(Debug, Args)]
pub struct JoinArguments {
    /// The invite, as text or link; or the name or key of a friend, who is called where they were reached before, and
    /// looked for on the same network
    #[arg(value_name = "INVITE|FRIEND")]
    pub whom: String,
    /// The local address to call from
    #[arg(long, value_name = "ADDR", default_value = "[::]:0")]
    pub from: SocketAddr,
    /// Where the friend is now; nowhere else is looked or called
    #[arg(long, value_name = "ADDR")]
    pub at: Vec<SocketAddr>,
    /// What both sides of a table have.
    #[command(flatten)]
    pub common: CommonArguments,
}

/// What both sides of a table have.
#[derive(Debug, Args)]
pub struct CommonArguments {
    /// The pet that goes, a new one if there is none of that name; the one played last without this
    #[arg(long, value_name = "NAME")]
    pub pet: Option<String>,
    /// What you call yourself
    #[arg(long, value_name = "N")]
    pub name: Option<String>,
    /// Visit the toy of this player, or the first there is
    #[arg(long, value_name = "PLAYER", num_args = 0..=1)]
    pub visit: Option<Option<String>>,
    /// Give this decoration, 0 to 15, when the toys have played; may be given several times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=15))]
    pub gift: Vec<u8>,
    /// When the toys touch, have Pip choose its cable, where it meets a Pip that does so within a minute
    #[arg(long)]
    pub link: bool,
    /// Leave so many seconds after the toys have played, all gifts are settled and the cable is at rest
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub part_after: Option<Duration>,
    /// Leave after so many seconds, whatever happens
    #[arg(long = "for", value_name = "S", value_parser = seconds)]
    pub limit: Option<Duration>,
    /// Read commands from standard input: touch PLAYER, part, gift N, emote NAME, press A|B|C|AC, link, kick PLAYER,
    /// rebind ADDR, real-toy on|off, leave
    #[arg(long)]
    pub commands: bool,
    /// A real toy.
    #[command(flatten)]
    pub real_toy: RealToyArguments,
    /// How long the animation of a visit takes, in seconds
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "6", hide = true)]
    pub show: Duration,
    /// Keep the pets in this folder instead of the usual one
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print one JSON object for everything that happens
    #[arg(long)]
    pub json: bool,
}

/// `friends`.
#[derive(Debug, Args)]
pub struct FriendsArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: FriendsCommand,
    /// The folder with the pets, instead of the usual one
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
}

/// The commands of `friends`.
#[derive(Debug, Subcommand)]
pub enum FriendsCommand {
    /// List them
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        /// Look who has a table on the same network now, which takes two seconds
        #[arg(long)]
        nearby: bool,
    },
    /// Call somebody otherwise, here
    Rename {
        /// Their name or key
        friend: String,
        /// The new name
        new: String,
    },
    /// Keep somebody out
    Block {
        /// Their name or key
        friend: String,
    },
    /// Let somebody in again who was kept out
    Unblock {
        /// Their name or key
        friend: String,
    },
    /// Take somebody off the list
    Forget {
        /// Their name or key
        friend: String,
    },
}

/// Seconds, up to a year.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=31_536_000.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "give a number of seconds, such as 60 or 0.5".into())
}
