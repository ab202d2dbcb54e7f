use std::fs;

use serde::{Deserialize, Serialize};

use crate::{DataDir, VaultError};

#[derive(Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Choices {
    mute: bool,
    design: String,
    window: Window,
}

#[derive(Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Window {
    width: u32,
}

fn sample() -> Choices {
    Choices { mute: true, design: "mint \"1\"".into(), window: Window { width: 800 } }
}

#[test]
fn settings_come_back_and_unknown_keys_stay() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = DataDir::open(tmp.path()).unwrap();
    let none = dir.load_settings::<Choices>();
    assert_eq!((none.value, none.notice), (Choices::default(), None));

    let file = tmp.path().join("settings.toml");
    fs::write(&file, "later = 5\nmute = false\n[window]\nheight = 3\nwidth = 1\n").unwrap();
    dir.save_settings(&sample()).unwrap();
    let loaded = dir.load_settings::<Choices>();
    assert_eq!((loaded.value, loaded.notice), (sample(), None));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("later = 5") && text.contains("height = 3"), "{text}");
}

#[test]
fn a_damaged_file_is_kept_and_defaults_are_used() {
    for bad in [&b"mute = = 1"[..], b"\xff\xfe\x00", b"mute = \"yes\"", b"[window"] {
        let tmp = tempfile::tempdir().unwrap();
        let dir = DataDir::open(tmp.path()).unwrap();
        fs::write(tmp.path().join("settings.toml"), bad).unwrap();
        let loaded = dir.load_settings::<Choices>();
        assert_eq!(loaded.value, Choices::default());
        let notice = loaded.notice.unwrap();
        assert!(notice.contains("settings.toml.bak"), "{notice}");
        assert_eq!(notice.lines().count(), 1);
        assert_eq!(fs::read(tmp.path().join("settings.toml.bak")).unwrap(), bad);
        assert_eq!(dir.load_settings::<Choices>().notice, None);
        dir.save_settings(&sample()).unwrap();
        assert_eq!(dir.load_settings::<Choices>().value, sample());
    }
}

#[test]
fn a_folder_or_a_huge_file_in_its_place_is_told() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = DataDir::open(tmp.path()).unwrap();
    let file = tmp.path().join("settings.toml");
    fs::File::create(&file).unwrap().set_len(1 << 30).unwrap();
    let notice = dir.load_settings::<Choices>().notice.unwrap();
    assert!(notice.contains("far too large"), "{notice}");
}

#[test]
fn a_second_copy_reads_settings_and_leaves_them_alone() {
    let tmp = tempfile::tempdir().unwrap();
    let first = DataDir::open(tmp.path()).unwrap();
    first.save_settings(&sample()).unwrap();
    let second = DataDir::open(tmp.path()).unwrap();
    assert_eq!(second.load_settings::<Choices>().value, sample());
    assert!(matches!(second.save_settings(&sample()), Err(VaultError::ReadOnly(_))));
    fs::write(tmp.path().join("settings.toml"), "= bad").unwrap();
    assert!(second.load_settings::<Choices>().notice.is_some());
    assert!(tmp.path().join("settings.toml").exists());
}
