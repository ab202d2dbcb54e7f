use std::fs;

use super::{envelope, three_generations, tick_of};
use crate::{DataDir, GENERATIONS, Health, Notice, VaultError};

#[test]
fn saves_rotate_through_three_files() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    let ticks = |dir: &DataDir| {
        GENERATIONS
            .map(|name| {
                let bytes = fs::read(tmp.path().join("toys/pip").join(name)).unwrap();
                crate::Envelope::from_bytes(&bytes).unwrap().0.meta.tick
            })
            .into_iter()
            .chain([tick_of(dir, &slug)])
            .collect::<Vec<_>>()
    };
    assert_eq!(ticks(&dir), [1, 2, 3, 3]);
    dir.save(&slug, &envelope("Pip", 4)).unwrap();
    assert_eq!(ticks(&dir), [4, 2, 3, 4]);
    dir.save(&slug, &envelope("Pip", 5)).unwrap();
    assert_eq!(ticks(&dir), [4, 5, 3, 5]);
}

/// Bit rot in the newest save: the one before is loaded, with a notice, and the next save repairs.
#[test]
fn one_flipped_bit_falls_back_and_says_so() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    let newest = tmp.path().join("toys/pip/c.egg");
    let good = fs::read(&newest).unwrap();
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        fs::write(&newest, &bad).unwrap();
        let loaded = dir.load_at(&slug, 1_000_062).unwrap();
        assert_eq!(loaded.envelope.meta.tick, 2, "bit {bit}");
        assert!(matches!(loaded.notices[..], [Notice::FellBack { damaged: 1, age: 60, .. }]));
    }
    let text = dir.load_at(&slug, 1_000_062).unwrap().notice().unwrap();
    assert!(text.contains("damaged") && text.contains("60 seconds old"), "{text}");

    dir.save(&slug, &envelope("Pip", 4)).unwrap();
    let loaded = dir.load_at(&slug, 1_000_062).unwrap();
    assert_eq!((loaded.envelope.meta.tick, loaded.notice()), (4, None));
    // The damaged file was the one replaced, the good ones stayed.
    let health = dir.entry(&slug).unwrap().generations;
    assert!(health.iter().all(|h| matches!(h, Health::Good { .. })));
}

#[test]
fn two_damaged_generations_leave_the_third() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    fs::write(tmp.path().join("toys/pip/c.egg"), b"").unwrap();
    fs::write(tmp.path().join("toys/pip/b.egg"), b"\x89EGG").unwrap();
    assert_eq!(tick_of(&dir, &slug), 1);
    // The next two saves go over the damaged ones, never over the only good one.
    dir.save(&slug, &envelope("Pip", 4)).unwrap();
    dir.save(&slug, &envelope("Pip", 5)).unwrap();
    let bytes = fs::read(tmp.path().join("toys/pip/a.egg")).unwrap();
    assert_eq!(crate::Envelope::from_bytes(&bytes).unwrap().0.meta.tick, 1);
}

#[test]
fn all_damaged_is_an_error_and_stays_on_the_list() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    for name in GENERATIONS {
        fs::write(tmp.path().join("toys/pip").join(name), b"junk").unwrap();
    }
    let text = dir.load(&slug).unwrap_err().to_string();
    assert!(text.contains("all saves of the toy pip are damaged"), "{text}");
    let entry = dir.find("pip").unwrap();
    assert_eq!((entry.name(), entry.meta.is_none()), ("pip", true));
}

/// A newer program's save is whole: stepping back from it, or overwriting it, would lose life.
#[test]
fn a_newer_version_is_neither_skipped_nor_overwritten() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    let path = tmp.path().join("toys/pip/c.egg");
    let mut bytes = fs::read(&path).unwrap();
    bytes[8] = 2;
    let end = bytes.len() - 4;
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(&bytes[..end]);
    bytes[end..].copy_from_slice(&crc.to_le_bytes());
    fs::write(&path, &bytes).unwrap();
    let error = dir.load(&slug).unwrap_err();
    assert!(matches!(error, VaultError::NewerVersion { found: 2, supported: 1 }));
    assert!(error.to_string().contains("newer Eggtooth"));
    assert!(dir.save(&slug, &envelope("Pip", 9)).is_err());
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_generation_in_the_wrong_shape_is_passed_over() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, slug) = three_generations(tmp.path());
    let path = tmp.path().join("toys/pip/c.egg");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(tick_of(&dir, &slug), 2);
    dir.save(&slug, &envelope("Pip", 4)).unwrap();
    assert_eq!(tick_of(&dir, &slug), 4);

    let huge = fs::File::create(tmp.path().join("toys/pip/b.egg")).unwrap();
    huge.set_len(1 << 30).unwrap();
    assert_eq!(tick_of(&dir, &slug), 4);
}
