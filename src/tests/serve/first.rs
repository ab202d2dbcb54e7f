//! The first start and later ones.

use crate::common::Folder;
use crate::daycare::{Daycare, JSON, PASSWORD};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn an_empty_folder_becomes_a_daycare_and_stays_one() {
    let folder = Folder::new();
    let daycare = Daycare::start(&folder, "--metrics off --plain --qr");
    assert!(daycare.url.starts_with("http://localhost:"), "{}", daycare.url);
    assert_eq!(daycare.printed.matches("#setup=").count(), 1, "{}", daycare.printed);
    assert_eq!(daycare.token().len(), 26);
    assert!(daycare.printed.contains('\u{2588}'), "{}", daycare.printed);
    let hello = daycare.get("/api/v1/hello").json();
    assert_eq!((&hello["set_up"], &hello["secure"]), (&false.into(), &false.into()), "{hello}");
    assert_eq!(daycare.get("/").status, 200);
    assert_eq!(daycare.get("/api/v1/toys").status, 503);

    let token = daycare.token().to_owned();
    let cookie = daycare.set_up();
    assert_eq!(daycare.ask("GET", "/api/v1/session", &cookie, "").json()["role"], "admin");
    let toy = daycare.ask("POST", "/api/v1/toys", &format!("{cookie}{JSON}"), r#"{"name":"Pip"}"#);
    assert_eq!(toy.status, 201, "{}", toy.text());
    let log = daycare.close();
    for secret in [token.as_str(), PASSWORD, cookie.trim().rsplit_once('=').unwrap().1] {
        assert!(!log.contains(secret), "{log}");
    }

    let daycare = Daycare::start(&folder, "--metrics off --plain");
    assert!(!daycare.printed.contains("setup") && daycare.url.ends_with('/'), "{}", daycare.printed);
    assert!(!daycare.printed.contains('\u{2588}'));
    assert_eq!(daycare.get("/api/v1/hello").json()["set_up"], true);
    // The session is as good as before, and so is the password.
    for cookie in [cookie, daycare.sign_in()] {
        let toys = daycare.ask("GET", "/api/v1/toys", &cookie, "").json();
        assert_eq!(toys[0]["name"], "Pip", "{toys}");
    }
    daycare.close();
}

#[test]
fn nobody_else_can_read_the_folder() {
    let folder = Folder::new();
    let daycare = Daycare::start(&folder, "--metrics off");
    daycare.close();
    let mode = |name: &str| fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("data/tls")), (0o700, 0o700));
    for file in ["daycare.sqlite", "server.key", "tls/ca.key", "tls/leaf.pem"] {
        assert_eq!(mode(&format!("data/{file}")), 0o600, "{file}");
    }
}

#[test]
fn the_usual_folder_is_beside_the_pets() {
    let folder = Folder::new();
    let daycare = Daycare::run(folder.command("serve --plain --metrics off --listen 127.0.0.1:0".split(' ')));
    assert!(folder.path(".local/share/eggtooth/daycare/daycare.sqlite").exists());
    daycare.close();
}

#[test]
fn the_log_is_one_json_object_a_line_where_no_terminal_is() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    daycare.set_up();
    let wrong = format!(r#"{{"name":"Ada","password":"{PASSWORD}!"}}"#);
    assert_eq!(daycare.ask("POST", "/api/v1/session", JSON, &wrong).status, 401);
    let log = daycare.close();
    for line in log.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(event["level"].is_string() && event["message"].is_string(), "{line}");
    }
    assert!(log.contains("\"closing\"") && log.contains("SIGTERM"), "{log}");
    assert!(!log.contains("horse"), "{log}");
}

#[test]
fn nothing_secret_is_logged_however_much_is_asked_for() {
    let folder = Folder::new();
    let mut command =
        folder.command("serve --plain --metrics off --listen 127.0.0.1:0 --data-dir data --log text".split(' '));
    command.env("EGGTOOTH_LOG", "trace");
    let daycare = Daycare::run(command);
    let token = daycare.token().to_owned();
    let cookie = daycare.set_up();
    let cookie = format!("{cookie}{JSON}");
    let invitation =
        daycare.ask("POST", "/api/v1/invitations", &cookie, r#"{"role":"member","note":"","hours":1}"#).json();
    let toy = daycare.ask("POST", "/api/v1/toys", &cookie, r#"{"name":"Pip"}"#).json();
    let live = daycare.ask("POST", &format!("/api/v1/toys/{}/live", toy["id"].as_str().unwrap()), &cookie, "{}").json();
    let wrong = format!(r#"{{"name":"Ada","password":"{PASSWORD}!"}}"#);
    assert_eq!(daycare.ask("POST", "/api/v1/session", JSON, &wrong).status, 401);
    let log = daycare.close();
    assert!(log.contains("/api/v1/session"), "it logs requests: {log}");
    let session = cookie.lines().next().unwrap().rsplit_once('=').unwrap().1;
    let secrets = [&token, PASSWORD, session, invitation["token"].as_str().unwrap(), live["ticket"].as_str().unwrap()];
    for secret in secrets {
        assert!(secret.len() > 16 && !log.contains(secret), "{secret} is in the log");
    }
}
