//! Settings: any file gives settings or a notice, and what is saved over it is read back.
//!
//! The first byte says whether choices are saved over the file. Quickest with `TMPDIR` on a RAM disk.
#![no_main]

use eggtooth_vault::{DataDir, Settings};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};
use std::fs;
use std::sync::OnceLock;

#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Choices {
    desk: Desk,
    list: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Desk {
    design: String,
    volume: u8,
    muted: bool,
    scale: f64,
}

/// One folder for all runs.
fn dir() -> &'static DataDir {
    static DIR: OnceLock<(tempfile::TempDir, DataDir)> = OnceLock::new();
    let (_, dir) = DIR.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = DataDir::open(folder.path()).expect("a data folder");
        (folder, dir)
    });
    dir
}

fuzz_target!(|input: &[u8]| {
    let [save, text @ ..] = input else { return };
    let dir = dir();
    let file = dir.path().join("settings.toml");
    fs::write(&file, text).expect("the file is written");

    let Settings { value, notice } = dir.load_settings::<Choices>();
    if let Some(notice) = &notice {
        assert_eq!(value, Choices::default());
        assert!(notice.len() < 2000 && !notice.chars().any(char::is_control), "{notice:?}");
        // It was set aside, and is looked at once.
        assert!(!file.exists() && fs::read(file.with_extension("toml.bak")).expect("it is kept") == text);
        assert_eq!(dir.load_settings::<Choices>(), Settings { value: Choices::default(), notice: None });
    }
    if save & 3 == 0 {
        let desk = Desk { design: format!("{save} \"\u{7f}'"), volume: *save, muted: save & 4 != 0, scale: 0.1 };
        let choices = Choices { desk, ..value };
        dir.save_settings(&choices).expect("they are saved");
        assert_eq!(dir.load_settings::<Choices>(), Settings { value: choices, notice: None });
    }
});
