use std::fs;

use super::{STATE, envelope, three_generations};
use crate::{DataDir, Envelope, GENERATIONS, Health, Slug, Tag, VaultError};

fn away(newest: &Envelope) -> Result<Envelope, VaultError> {
    let mut wanted = newest.clone();
    wanted.remove_block(STATE);
    wanted.set_block(Tag::HOME, b"there".to_vec())?;
    Ok(wanted)
}

fn settle(dir: &DataDir, slug: &Slug) -> usize {
    (0..9).find(|_| dir.settle(slug, away).unwrap()).unwrap()
}

#[test]
fn all_generations_are_made_to_agree_and_the_newest_is_right_from_the_first() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    for written in 1..=3 {
        assert!(!dir.settle(&slug, away).unwrap());
        let newest = dir.load_at(&slug, 2_000_000).unwrap().envelope;
        assert_eq!((newest.meta.tick, newest.block(Tag::HOME)), (3, Some(&b"there"[..])), "{written}");
    }
    assert!(dir.settle(&slug, away).unwrap());
    for name in GENERATIONS {
        let bytes = fs::read(tmp.path().join("toys/pip").join(name)).unwrap();
        let (found, _) = Envelope::from_bytes(&bytes).unwrap();
        assert_eq!((found.block(STATE), found.block(Tag::HOME)), (None, Some(&b"there"[..])));
    }
    assert_eq!(dir.entry(&slug).unwrap().home.as_deref(), Some(&b"there"[..]));
    // A young toy has fewer files; they are made.
    let young = dir.create(envelope("Pop", 1)).unwrap().slug;
    assert_eq!(settle(&dir, &young), 3);
    assert!(dir.entry(&young).unwrap().generations.iter().all(|health| matches!(health, Health::Good { .. })));
}

#[test]
fn a_damaged_generation_is_replaced_and_one_that_cannot_be_is_told() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    fs::write(tmp.path().join("toys/pip/a.egg"), b"junk").unwrap();
    assert_eq!(settle(&dir, &slug), 3);

    let (dir, slug) = three_generations(&tmp.path().join("other"));
    let place = tmp.path().join("other/toys/pip/a.egg");
    fs::remove_file(&place).unwrap();
    fs::create_dir(&place).unwrap();
    let error = dir.settle(&slug, away).unwrap_err();
    assert!(matches!(error, VaultError::Unsettled { .. }), "{error}");
    assert_eq!(dir.entry(&slug).unwrap().home, None);
}

#[test]
fn who_still_plays_a_toy_that_was_carried_saves_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    let played = envelope("Pip", 9);
    dir.settle(&slug, away).unwrap();
    assert!(matches!(dir.save(&slug, &played), Err(VaultError::Elsewhere(name)) if name == "Pip"));
    // What keeps the mark may be written, a name for example.
    let mut same = dir.load(&slug).unwrap().envelope;
    same.meta.name = "Pippa".into();
    dir.save(&slug, &same).unwrap();
    assert_eq!(dir.rename(&slug, "Pippo").unwrap().home.as_deref(), Some(&b"there"[..]));
    // Nor does a save set it.
    let pop = dir.create(envelope("Pop", 1)).unwrap().slug;
    assert!(matches!(dir.save(&pop, &same), Err(VaultError::Elsewhere(_))));
}

#[test]
fn a_toy_that_lives_elsewhere_is_neither_exported_nor_imported() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    dir.settle(&slug, away).unwrap();
    let file = tmp.path().join("Pip.egg");
    assert!(matches!(dir.export(&slug, &file), Err(VaultError::Elsewhere(_))));
    assert!(!file.exists());
    let copied = GENERATIONS
        .into_iter()
        .map(|name| tmp.path().join("toys/pip").join(name))
        .find(|path| Envelope::from_bytes(&fs::read(path).unwrap()).unwrap().0.block(Tag::HOME).is_some());
    let error = dir.import(&copied.unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Pip does not live on this shelf at the moment; `eggtooth save list` says where, take it home first"
    );
}
