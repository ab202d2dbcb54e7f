//! What the player chose, kept in the table `[desk]` of `settings.toml`.

use crate::model::Quality;
use bevy::ecs::resource::Resource;
use eggtooth_toy::Home;
use eggtooth_vault::VaultError;
use serde::{Deserialize, Serialize};

/// Seconds without another change before choices are written.
const SETTLE: f32 = 1.0;

/// The player's choices. Unknown words and keys in the file are no error.
#[derive(Resource, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeskSettings {
    /// The name of the design; one that no longer exists means the first.
    pub design: String,
    /// Per cent, 0 to 100.
    pub volume: u8,
    /// Nothing is heard.
    pub muted: bool,
    /// How much the picture may cost.
    pub quality: Quality,
    /// Movements are left out.
    pub less_motion: bool,
    /// The keys were shown once.
    pub keys_shown: bool,
    /// What the player calls themselves before friends; empty until that is said.
    pub name: String,
}

impl Default for DeskSettings {
    fn default() -> Self {
        DeskSettings {
            design: String::new(),
            volume: 70,
            muted: false,
            quality: Quality::Auto,
            less_motion: false,
            keys_shown: false,
            name: String::new(),
        }
    }
}

/// The part of the file that is ours.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct File {
    desk: DeskSettings,
}

/// Reads the choices; beside them a sentence if the file could not be used.
#[must_use]
pub fn load(home: &Home) -> (DeskSettings, Option<String>) {
    let read = home.dir().load_settings::<File>();
    let mut settings = read.value.desk;
    settings.volume = settings.volume.min(100);
    (settings, read.notice)
}

/// Writes the choices; other programs' keys in the file stay.
///
/// # Errors
/// When the folder cannot be written.
pub fn save(home: &Home, settings: &DeskSettings) -> Result<(), VaultError> {
    home.dir().save_settings(&File { desk: settings.clone() })
}

/// Decides when to write.
#[derive(Resource, Clone, Debug, Default)]
pub struct Debounce {
    /// What the file holds.
    written: Option<DeskSettings>,
    /// What was seen last, and for how long it has been so.
    seen: Option<(DeskSettings, f32)>,
}

impl Debounce {
    /// Takes note of what was read or written.
    pub fn written(&mut self, settings: &DeskSettings) {
        self.written = Some(settings.clone());
        self.seen = None;
    }

    /// Whether `settings` should be written now; `passed` seconds after the last call. At once if
    /// `hurry`, as when the program ends.
    pub fn due(&mut self, settings: &DeskSettings, passed: f32, hurry: bool) -> bool {
        if self.written.as_ref() == Some(settings) {
            self.seen = None;
            return false;
        }
        let still = match &self.seen {
            Some((seen, still)) if seen == settings => still + passed,
            _ => 0.0,
        };
        self.seen = Some((settings.clone(), still));
        hurry || still >= SETTLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().to_owned())).unwrap();
        (folder, home)
    }

    #[test]
    fn round_trip_beside_others() {
        let (folder, home) = home();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, "last_toy = \"pip\"\n[desk]\nfuture = 1\n").unwrap();
        assert_eq!(load(&home), (DeskSettings::default(), None));
        let chosen = DeskSettings {
            design: "Honey".into(),
            name: "Zoë".into(),
            volume: 35,
            muted: true,
            quality: Quality::Low,
            less_motion: true,
            keys_shown: true,
        };
        save(&home, &chosen).unwrap();
        assert_eq!(load(&home), (chosen, None));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("last_toy = \"pip\"") && text.contains("future = 1"), "{text}");
        assert!(text.contains("volume = 35") && text.contains("quality = \"low\""), "{text}");
    }

    #[test]
    fn odd_values_are_mended() {
        let (folder, home) = home();
        let text = "[desk]\nvolume = 250\nquality = \"cinematic\"\n";
        std::fs::write(folder.path().join("settings.toml"), text).unwrap();
        let (settings, notice) = load(&home);
        assert_eq!((settings.volume, settings.quality, notice), (100, Quality::Auto, None));
    }

    #[test]
    fn a_damaged_file_is_told_about() {
        let (folder, home) = home();
        std::fs::write(folder.path().join("settings.toml"), "[desk\nvolume").unwrap();
        let (settings, notice) = load(&home);
        assert_eq!(settings, DeskSettings::default());
        assert!(notice.unwrap().contains("standard settings"));
    }

    #[test]
    fn changes_are_written_when_they_settle() {
        let mut settings = DeskSettings::default();
        let mut debounce = Debounce::default();
        debounce.written(&settings);
        assert!(!debounce.due(&settings, 9.0, true), "nothing changed");
        for volume in 0..50 {
            settings.volume = volume;
            assert!(!debounce.due(&settings, 0.1, false));
        }
        assert!(!debounce.due(&settings, 0.5, false));
        assert!(debounce.due(&settings, 0.5, false));
        debounce.written(&settings);
        assert!(!debounce.due(&settings, 0.5, false));
        settings.muted = true;
        assert!(debounce.due(&settings, 0.0, true), "the program ends");
    }
}
