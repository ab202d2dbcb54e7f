use std::fs;

use proptest::prelude::*;

use super::{STATE, envelope, three_generations, tick_of};
use crate::{DataDir, Slug, Tag, VaultError, check_name, rom_id};

fn names(dir: &DataDir) -> Vec<String> {
    let list = dir.list().unwrap();
    list.iter().map(|e| e.name().to_owned()).collect()
}

#[test]
fn nothing_that_is_kept_is_overwritten() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = DataDir::open(tmp.path()).unwrap();
    let first = dir.keep("recordings", "a", "eggplay", b"one").unwrap();
    let second = dir.keep("recordings", "a", "eggplay", b"two").unwrap();
    assert_eq!((fs::read(first).unwrap(), fs::read(&second).unwrap()), (b"one".to_vec(), b"two".to_vec()));
    assert!(second.ends_with("recordings/a-2.eggplay"));
    assert_eq!(dir.given("recordings/a.eggplay", 3).as_deref(), Some(&b"one"[..]));
    assert_eq!((dir.given("recordings/a.eggplay", 2), dir.given("recordings", 9)), (None, None));
}

#[test]
fn toys_are_created_found_and_listed() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = DataDir::open(tmp.path()).unwrap();
    for name in ["Pip", "pip", "  Pip ", "たまこ", "con", "a/b".replace('/', " ").as_str()] {
        dir.create(envelope(name, 1)).unwrap();
    }
    assert_eq!(names(&dir), ["a b", "con", "Pip", "pip 2", "Pip 3", "たまこ"]);
    assert_eq!(dir.find("PIP 2").unwrap().slug.as_str(), "pip-2");
    assert_eq!(dir.find("たまこ").unwrap().slug.as_str(), "toy");
    assert_eq!(dir.find("con").unwrap().slug.as_str(), "toy-con");
    assert!(matches!(dir.find("nobody"), Err(VaultError::NoSuchToy(_))));
    drop(dir);
    assert_eq!(names(&DataDir::open(tmp.path()).unwrap()).len(), 6);
}

#[test]
fn names_that_are_paths_are_refused() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = DataDir::open(tmp.path().join("data")).unwrap();
    let long = "x".repeat(41);
    for bad in ["../x", "..", "/etc", "a\\b", ".hidden", "", "   ", "a\nb", "a\u{202e}b", &long] {
        let error = dir.create(envelope(bad, 1)).unwrap_err();
        assert!(matches!(error, VaultError::BadName { .. }), "{bad:?}: {error}");
        assert!(matches!(dir.find(bad), Err(VaultError::BadName { .. })));
        assert!(!error.to_string().contains('\n'));
        assert!(Slug::parse(bad).is_none() || bad == long);
    }
    assert!(dir.list().unwrap().is_empty());
    assert_eq!(fs::read_dir(tmp.path()).unwrap().count(), 1);
    let text = dir.find("../x").unwrap_err().to_string();
    assert!(text.contains("\"../x\"") && text.contains("path separator"), "{text}");
}

#[test]
fn renaming_keeps_the_folder_and_everything_else() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    dir.create(envelope("Pop", 1)).unwrap();
    let entry = dir.rename(&slug, " Pippa ").unwrap();
    assert_eq!((entry.name(), entry.slug.as_str()), ("Pippa", "pip"));
    assert_eq!(tick_of(&dir, &slug), 3);
    assert!(matches!(dir.rename(&slug, "POP"), Err(VaultError::NameTaken(_))));
    assert!(matches!(dir.rename(&slug, "../x"), Err(VaultError::BadName { .. })));
    assert_eq!(dir.rename(&slug, "PIPPA").unwrap().name(), "PIPPA");
}

#[test]
fn retiring_is_undone() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    let retired = dir.retire(&slug).unwrap();
    assert!(names(&dir).is_empty());
    assert_eq!(dir.retired().unwrap()[0].name(), "Pip");
    assert!(dir.load(&slug).is_err() && dir.retire(&slug).is_err());

    // Its place is taken meanwhile, and a second of that name retires too.
    let second = dir.create(envelope("Pip", 9)).unwrap().slug;
    let retired2 = dir.retire(&second).unwrap();
    assert_ne!(retired, retired2);
    dir.create(envelope("Pip", 8)).unwrap();
    let back = dir.restore(&retired).unwrap();
    assert_eq!((back.name(), back.slug.as_str()), ("Pip 2", "pip-2"));
    assert_eq!(tick_of(&dir, &back.slug), 3);
    assert_eq!(dir.restore(&retired2).unwrap().name(), "Pip 3");
    assert!(dir.restore(&retired2).is_err());
    assert!(dir.retired().unwrap().is_empty());
}

#[test]
fn unknown_blocks_survive_a_rewrite() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = DataDir::open(tmp.path()).unwrap();
    let mut newer = envelope("Pip", 1);
    newer.set_block(Tag(*b"ZZZZ"), vec![1, 2, 3]).unwrap();
    let slug = dir.create(newer).unwrap().slug;
    let mut loaded = dir.load(&slug).unwrap().envelope;
    loaded.set_block(STATE, vec![9]).unwrap();
    dir.save(&slug, &loaded).unwrap();
    let again = dir.load(&slug).unwrap().envelope;
    assert_eq!(again.block(Tag(*b"ZZZZ")), Some(&[1, 2, 3][..]));
    assert_eq!(again.block(STATE), Some(&[9][..]));
}

#[test]
fn exported_toys_come_back_elsewhere() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(&tmp.path().join("one"));
    let file = tmp.path().join("Pip.egg");
    dir.export(&slug, &file).unwrap();
    let again = dir.export(&slug, &file).unwrap_err();
    assert!(matches!(again, VaultError::Exists { .. }));

    let other = DataDir::open(tmp.path().join("two")).unwrap();
    assert_eq!(other.import(&file).unwrap().name(), "Pip");
    let second = other.import(&file).unwrap();
    assert_eq!(second.name(), "Pip 2");
    let loaded = other.load(&second.slug).unwrap().envelope;
    let original = dir.load(&slug).unwrap().envelope;
    assert_eq!(loaded.blocks(), original.blocks());
    assert_eq!(loaded.meta.rom, original.meta.rom);
}

#[test]
fn what_is_not_ours_in_the_folder_is_left_alone() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, _) = three_generations(tmp.path());
    let toys = tmp.path().join("toys");
    fs::write(toys.join("notes"), b"mine").unwrap();
    fs::create_dir(toys.join("My Folder")).unwrap();
    fs::create_dir(toys.join("pop")).unwrap();
    assert_eq!(names(&dir), ["Pip"]);
    // An empty folder is what a crash leaves before the first save; its name is free.
    assert_eq!(dir.create(envelope("Pop", 1)).unwrap().slug.as_str(), "pop");
    // A file is not: another folder name is taken.
    assert_eq!(dir.create(envelope("Notes", 1)).unwrap().slug.as_str(), "notes-2");
    assert_eq!(fs::read(toys.join("notes")).unwrap(), b"mine");
}

#[test]
fn roms_are_kept_by_their_hash() {
    let tmp = tempfile::tempdir().unwrap();
    let dir = DataDir::open(tmp.path()).unwrap();
    let id = dir.store_rom(&[3; 12_288]).unwrap();
    assert_eq!(id, rom_id(&[3; 12_288]));
    assert_eq!(dir.rom(&id).unwrap(), vec![3; 12_288]);
    assert!(matches!(dir.rom(&[0; 32]), Err(VaultError::NoSuchRom(_))));
    let file = tmp.path().join("roms").join(format!("{}.rom", crate::hex(&id)));
    fs::write(&file, [4; 12_288]).unwrap();
    assert!(matches!(dir.rom(&id), Err(VaultError::DamagedRom(_))));
    // Opening the ROM again repairs the store.
    dir.store_rom(&[3; 12_288]).unwrap();
    assert_eq!(dir.rom(&id).unwrap(), vec![3; 12_288]);
    assert!(dir.store_rom(&[0; 16_385]).is_err());
}

proptest! {
    /// Whatever passes as a name makes a folder name that is ours and stays inside the folder.
    #[test]
    fn every_good_name_gets_a_good_folder(name in any::<String>()) {
        if let Ok(name) = check_name(&name) {
            let slug = Slug::from_name(&name);
            prop_assert_eq!(Slug::parse(slug.as_str()), Some(slug.clone()));
            let numbered = slug.numbered(u32::MAX);
            prop_assert_eq!(Slug::parse(numbered.as_str()), Some(numbered.clone()));
            prop_assert_eq!(check_name(&name).unwrap(), name);
        }
    }
}
