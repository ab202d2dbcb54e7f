//! `settings.toml`: small choices of the player, kept readable for people.

use serde::{Serialize, de::DeserializeOwned};
use toml::{Table, Value};

use crate::datadir::DataDir;
use crate::disk::{self, ReadFailure, read_bounded, sweep};
use crate::error::VaultError;

/// Settings are a page of text; anything larger is not ours.
const MAX_SETTINGS: u64 = 256 * 1024;

/// Settings that were read, and what to tell the player about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings<T> {
    /// The settings, or defaults.
    pub value: T,
    /// A sentence, if the file could not be used.
    pub notice: Option<String>,
}

impl DataDir {
    /// Reads the settings. A missing file gives defaults; a damaged one is kept as
    /// `settings.toml.bak`, gives defaults and a notice. Never fails.
    pub fn load_settings<T: DeserializeOwned + Default>(&self) -> Settings<T> {
        let defaults = |notice| Settings { value: T::default(), notice };
        let table = match self.settings_table() {
            Ok(Some(table)) => table,
            Ok(None) => return defaults(None),
            Err(why) => return defaults(Some(self.set_aside(&why))),
        };
        match table.try_into() {
            Ok(value) => Settings { value, notice: None },
            Err(e) => defaults(Some(self.set_aside(first_line(&e.to_string())))),
        }
    }

    /// Writes the settings. Keys in the file that `value` does not have are kept.
    pub fn save_settings<T: Serialize>(&self, value: &T) -> Result<(), VaultError> {
        let _writing = self.begin_write()?;
        let new =
            Table::try_from(value).map_err(|e| VaultError::TooLarge(format!("settings that are no table: {e}")))?;
        let path = self.settings_file();
        // Whatever cannot be read now was set aside or reported when it was loaded.
        let mut table = self.settings_table().ok().flatten().unwrap_or_default();
        merge(&mut table, new);
        let text = toml::to_string_pretty(&table)
            .map_err(|e| VaultError::TooLarge(format!("settings that are no TOML: {e}")))?;
        sweep(self.path(), "settings.toml");
        self.disk.replace(&path, text.as_bytes()).map_err(|e| VaultError::io("write", &path, e))
    }

    fn settings_table(&self) -> Result<Option<Table>, String> {
        let bytes = match read_bounded(&self.settings_file(), MAX_SETTINGS) {
            Ok(bytes) => bytes,
            Err(ReadFailure::Missing) => return Ok(None),
            Err(ReadFailure::NotAFile(what)) => return Err(format!("it is {what}")),
            Err(ReadFailure::TooLong(_)) => return Err("it is far too large".into()),
            Err(ReadFailure::Io(e)) => return Err(e.to_string()),
        };
        let text = String::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
        let table = text.parse::<Table>();
        table.map(Some).map_err(|e| first_line(&e.to_string()).to_owned())
    }

    /// Keeps a file that cannot be used under another name and returns the notice.
    fn set_aside(&self, why: &str) -> String {
        let path = self.settings_file();
        let kept = path.with_extension("toml.bak");
        let moved = self.begin_write().is_ok() && disk::rename(&path, &kept).is_ok();
        if moved {
            format!(
                "the settings could not be read ({why}); standard settings are used, the old file is kept as {}",
                kept.display()
            )
        } else {
            format!("the settings could not be read ({why}); standard settings are used")
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Puts `new` over `old`, table by table; keys only in `old` stay.
fn merge(old: &mut Table, new: Table) {
    for (key, value) in new {
        match (old.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                old.insert(key, value);
            }
        }
    }
}
