//! Key files: good ones, bad ones, and eight threads that want the same new one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::path::Path;
use std::sync::Barrier;

use eggtooth_peer::{Identity, IdentityError};

#[test]
fn a_key_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("folder").join("key");
    let first = Identity::load_or_create(&path).unwrap().key();
    assert_eq!(Identity::load_or_create(&path).unwrap().key(), first);
    assert_ne!(Identity::generate().unwrap().key(), first);
    assert_eq!(std::fs::read(&path).unwrap().len(), 83);
    // Nothing else is left behind.
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn debug_hides_the_private_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let identity = Identity::load_or_create(&path).unwrap();
    let seed = &std::fs::read(&path).unwrap()[16..48];
    let hex: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = format!("{identity:?} {identity:#?}");
    assert!(shown.contains(&identity.key().to_string()));
    assert!(!shown.contains(&hex) && !shown.contains(&format!("{seed:?}")) && !shown.contains("pkcs8"), "{shown}");
}

#[test]
fn eight_threads_get_one_key() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let start = Barrier::new(8);
        let keys: HashSet<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        Identity::load_or_create(&path).unwrap().key()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(keys, HashSet::from([Identity::load_or_create(&path).unwrap().key()]));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

/// A file with these bytes that only its owner may read.
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
    mode(path, 0o600);
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}

#[test]
fn what_is_no_key_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    Identity::load_or_create(&path).unwrap();
    let good = std::fs::read(&path).unwrap();
    let mut cases: Vec<Vec<u8>> = (0..good.len()).map(|len| good[..len].to_vec()).collect();
    cases.push([&good[..], b"\n"].concat());
    cases.push(vec![0x30; 83]);
    cases.push(vec![0; 1 << 20]);
    // Another seed, another public key, another algorithm.
    for at in [5, 8, 16, 47, 51, 82] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        cases.push(bad);
    }
    for bad in cases {
        write(&path, &bad);
        let error = Identity::load_or_create(&path).unwrap_err();
        assert!(matches!(error, IdentityError::NotAKey { .. }), "{} bytes: {error}", bad.len());
        assert!(error.to_string().contains("is not a key file"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), bad, "nothing may be written over it");
    }
    write(&path, &good);
    assert!(Identity::load_or_create(&path).is_ok());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_reach_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    Identity::load_or_create(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    for bad in [0o640, 0o604, 0o620, 0o666, 0o777] {
        mode(&path, bad);
        let error = Identity::load_or_create(&path).unwrap_err();
        assert!(matches!(error, IdentityError::Exposed { mode, .. } if mode == bad), "{error}");
        assert!(error.to_string().contains(&format!("{bad:04o}")) && error.to_string().contains("chmod 600"));
    }
    mode(&path, 0o400);
    assert!(Identity::load_or_create(&path).is_ok());
}

#[test]
fn a_place_without_room_for_a_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Identity::load_or_create(folder.path()), Err(IdentityError::NotAKey { .. })));
    let file = folder.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    let error = Identity::load_or_create(file.join("key")).unwrap_err();
    assert!(matches!(error, IdentityError::File { .. }), "{error}");
}

#[test]
fn a_key_pair_may_be_kept_elsewhere() {
    let identity = Identity::generate().unwrap();
    let bytes = identity.to_bytes();
    assert_eq!(Identity::from_bytes(&bytes).unwrap().key(), identity.key());
    let mut wrong = bytes.clone();
    wrong[20] ^= 1;
    assert!(Identity::from_bytes(&wrong).is_none() && Identity::from_bytes(&bytes[1..]).is_none());
}
