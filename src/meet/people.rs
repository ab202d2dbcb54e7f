//! `friends`: the people one has met.

use super::arguments::{FriendsArguments, FriendsCommand};
use super::around;
use super::tell::Voice;
use crate::output;
use anyhow::{Result, bail};
use eggtooth_peer::{Friend, Friends, Name, Neighbour, PeerKey};
use eggtooth_vault::DataDir;
use serde_json::json;
use std::process::ExitCode;

/// `eggtooth friends`.
pub fn friends(arguments: FriendsArguments) -> Result<ExitCode> {
    let folder = arguments.data_dir.map_or_else(DataDir::default_location, Ok)?;
    let friends = Friends::open(folder)?;
    match arguments.command {
        FriendsCommand::List { json, nearby } => {
            let around = nearby.then(|| around::everybody(&friends, &Voice::new(json)));
            list(&friends, json, around.as_deref())?;
        }
        FriendsCommand::Rename { friend, new } => {
            let name = Name::new(&new)?;
            friends.rename(find(&friends, &friend)?.key, &name)?;
        }
        FriendsCommand::Block { friend } => {
            // Also somebody who is no friend, by their key.
            let key = find(&friends, &friend)
                .map(|friend| friend.key)
                .or_else(|error| friend.parse::<PeerKey>().map_err(|_| error))?;
            friends.block(key, true)?;
        }
        FriendsCommand::Unblock { friend } => friends.block(find(&friends, &friend)?.key, false)?,
        FriendsCommand::Forget { friend } => friends.forget(find(&friends, &friend)?.key)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The friend of this name, or of this key.
pub fn find(friends: &Friends, whom: &str) -> Result<Friend> {
    let all = friends.list();
    if let Ok(key) = whom.parse::<PeerKey>()
        && let Some(friend) = all.iter().find(|friend| friend.key == key)
    {
        return Ok(friend.clone());
    }
    let called: Vec<&Friend> = all.iter().filter(|friend| friend.name.as_str() == whom).collect();
    match called.as_slice() {
        [friend] => Ok((*friend).clone()),
        [] => bail!("nobody of the name or key \"{}\" is known; see `eggtooth friends list`", whom.escape_debug()),
        _ => bail!("several are called \"{}\"; give the key instead", whom.escape_debug()),
    }
}

/// `around`: who is on the same network, if that was asked for.
fn list(friends: &Friends, as_json: bool, around: Option<&[Neighbour]>) -> Result<()> {
    let all = friends.list();
    let here = |key: PeerKey| around.map(|around| around.iter().find(|one| one.key == key));
    if as_json {
        let entries: Vec<_> = all
            .iter()
            .map(|friend| {
                let addresses: Vec<String> = friend.addresses.iter().map(ToString::to_string).collect();
                let mut entry = json!({
                    "key": friend.key.to_string(), "name": friend.name.as_str(),
                    "their_name": friend.their_name.as_str(), "added": friend.added,
                    "last_seen": friend.last_seen, "addresses": addresses, "blocked": friend.blocked,
                });
                if let Some(neighbour) = here(friend.key) {
                    let at = neighbour.map(|one| one.addresses.iter().map(ToString::to_string).collect::<Vec<_>>());
                    entry["nearby"] = json!(at);
                }
                entry
            })
            .collect();
        return output::print(&format!("{}\n", serde_json::Value::from(entries)));
    }
    for friend in all {
        let blocked = if friend.blocked { "  kept out" } else { "" };
        let nearby = match here(friend.key).flatten().and_then(|one| one.addresses.first()) {
            Some(addr) => format!("  at a table on this network, {addr}"),
            None => String::new(),
        };
        output::print(&format!("{}  {}{blocked}{nearby}\n", friend.key, friend.name))?;
    }
    Ok(())
}
