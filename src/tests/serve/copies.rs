//! Backups and their way back.

use crate::common::Folder;
use crate::daycare::{Daycare, JSON};
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn names(daycare: &Daycare, cookie: &str) -> Vec<String> {
    let toys = daycare.ask("GET", "/api/v1/toys", cookie, "").json();
    let toys = toys.as_array().unwrap();
    let mut names: Vec<String> = toys.iter().map(|toy| toy["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn hatch(daycare: &Daycare, cookie: &str, name: &str) {
    let answer = daycare.ask("POST", "/api/v1/toys", &format!("{cookie}{JSON}"), &format!(r#"{{"name":"{name}"}}"#));
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[test]
fn a_backup_is_of_one_moment_and_comes_back() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    let cookie = daycare.set_up();
    hatch(&daycare, &cookie, "One");
    // Beside the running daycare.
    let done = folder.run("serve backup --data-dir data first.backup");
    assert!(done.works().contains("first.backup") && done.out.contains("server.key"), "{done:?}");
    assert_eq!(fs::metadata(folder.path("first.backup")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!folder.path("first.backup.key").exists());
    folder.run("serve backup --data-dir data first.backup").fails(1, "first.backup exists");
    folder.run("serve restore --data-dir data first.backup").fails(1, &format!("(process {})", daycare.child.id()));
    hatch(&daycare, &cookie, "Two");
    assert_eq!(names(&daycare, &cookie), ["One", "Two"]);
    daycare.close();

    // Beside none.
    folder.run("serve --data-dir data backup second.backup").works();
    let done = folder.run("serve restore first.backup --data-dir data");
    let before = done.works().lines().last().unwrap().strip_prefix("What was there before is ").unwrap().to_owned();
    assert!(folder.path(&before).exists(), "{before}");
    let daycare = Daycare::plain(&folder);
    assert_eq!(names(&daycare, &daycare.sign_in()), ["One"]);
    daycare.close();
    folder.run("serve restore second.backup --data-dir data").works();
    let daycare = Daycare::plain(&folder);
    assert_eq!(names(&daycare, &daycare.sign_in()), ["One", "Two"]);
    daycare.close();
}

#[test]
fn a_new_folder_needs_the_key() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    hatch(&daycare, &daycare.set_up(), "One");
    folder.run("serve backup --data-dir data b --with-key").works();
    daycare.close();
    assert_eq!(fs::metadata(folder.path("b.key")).unwrap().permissions().mode() & 0o777, 0o600);
    fs::rename(folder.path("data"), folder.path("old")).unwrap();

    folder.run("serve restore --data-dir data b").fails(1, "it is missing, and the backup's ROMs are sealed by it");
    assert!(!folder.path("data/daycare.sqlite").exists());
    folder.run("serve restore --data-dir data b --with-key").works();
    let daycare = Daycare::plain(&folder);
    assert_eq!(names(&daycare, &daycare.sign_in()), ["One"]);
    daycare.close();
    folder.run("serve restore --data-dir data b --with-key").fails(1, "it is there already");

    // Another daycare's folder has another key.
    Daycare::start(&folder, "--plain --metrics off --data-dir other").close();
    folder.run("serve restore --data-dir other b").fails(1, "it is not the key of this store");
    Daycare::start(&folder, "--plain --metrics off --data-dir other").close();
}

#[test]
fn what_is_no_backup_changes_nothing() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    let cookie = daycare.set_up();
    daycare.close();
    folder.file("empty", "");
    folder.file("photo", [0xFF_u8; 10_000]);
    let whole = fs::read(folder.path("data/daycare.sqlite")).unwrap();
    folder.file("half", &whole[..whole.len() / 2]);
    for file in ["empty", "photo", "half", "nowhere", "data"] {
        let done = folder.run(&format!("serve restore --data-dir data {file}"));
        assert_eq!(done.code, Some(1), "{file}: {done:?}");
        assert!(!done.err.contains("panicked"), "{done:?}");
    }
    folder.run("serve backup --data-dir nowhere b").fails(1, "there is no daycare in nowhere");
    assert!(!folder.path("nowhere").exists());
    let daycare = Daycare::plain(&folder);
    assert_eq!(daycare.ask("GET", "/api/v1/session", &cookie, "").status, 200);
    daycare.close();
}
