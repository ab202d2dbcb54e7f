//! The game for browsers at `/play/`.

use super::daycare::{Answer, Daycare, Sent};
use eggtooth_daycare::web::Web;
use std::fs;

const WASM: &[u8] = b"\0asm\x01\0\0\0 not packed";

fn playing() -> Daycare {
    let folder = tempfile::tempdir().unwrap();
    let files: [(&str, &[u8]); 11] = [
        ("index.html", b"<!doctype html>"),
        ("page.js", b"import './eggtooth.js'"),
        ("sw.js", b"self"),
        ("style.css", b"a{}"),
        ("app.webmanifest", b"{}"),
        ("build.json", b"{}"),
        ("eggtooth_bg-00c0ffee12.wasm", WASM),
        ("eggtooth_bg-00c0ffee12.wasm.br", b"brotli"),
        ("eggtooth_bg-00c0ffee12.wasm.gz", b"gzip"),
        ("icons/egg.svg", b"<svg/>"),
        ("icons/egg.png", b"png"),
    ];
    fs::create_dir(folder.path().join("icons")).unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    Daycare::playing(Web::read(folder.path()).unwrap())
}

fn get(daycare: &Daycare, path: &str, headers: &[(&str, &str)]) -> Answer {
    daycare.send("GET", path, headers, Sent::Nothing)
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[test]
fn every_file_has_its_type_and_may_be_kept_as_its_name_says() {
    let daycare = playing();
    let long = "public, max-age=31536000, immutable";
    for (path, media, kept) in [
        ("/play/", "text/html; charset=utf-8", "no-cache"),
        ("/play/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/play/page.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/play/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/play/style.css", "text/css; charset=utf-8", "no-cache"),
        ("/play/app.webmanifest", "application/manifest+json", "no-cache"),
        ("/play/build.json", "application/json", "no-cache"),
        ("/play/eggtooth_bg-00c0ffee12.wasm", "application/wasm", long),
        ("/play/icons/egg.svg", "image/svg+xml", "no-cache"),
        ("/play/icons/egg.png", "image/png", "no-cache"),
    ] {
        let answer = get(&daycare, path, &[]);
        assert_eq!((answer.status, header(&answer, "content-type")), (200, media), "{path}");
        assert_eq!(header(&answer, "cache-control"), kept, "{path}");
        let tag = header(&answer, "etag");
        let again = get(&daycare, path, &[("if-none-match", tag)]);
        assert_eq!((again.status, again.bytes.len(), header(&again, "etag")), (304, 0, tag), "{path}");
        assert_eq!(header(&again, "cache-control"), kept, "{path}");
        let head = daycare.send("HEAD", path, &[], Sent::Nothing);
        assert_eq!((head.status, head.bytes.len(), header(&head, "etag")), (200, 0, tag), "{path}");
        assert_eq!(header(&head, "content-length"), answer.bytes.len().to_string(), "{path}");
    }
    let bare = get(&daycare, "/play", &[]);
    assert_eq!((bare.status, header(&bare, "location")), (308, "/play/"));
}

#[test]
fn the_form_is_the_one_that_the_browser_takes() {
    let daycare = playing();
    let path = "/play/eggtooth_bg-00c0ffee12.wasm";
    let mut tags = Vec::new();
    for (accepted, coding, bytes) in
        [("gzip, br", "br", &b"brotli"[..]), ("gzip", "gzip", b"gzip"), ("br;q=0", "", WASM), ("identity", "", WASM)]
    {
        let answer = get(&daycare, path, &[("accept-encoding", accepted)]);
        assert_eq!((header(&answer, "content-encoding"), &*answer.bytes), (coding, bytes), "{accepted}");
        assert_eq!((header(&answer, "vary"), header(&answer, "content-type")), ("Accept-Encoding", "application/wasm"));
        tags.push(header(&answer, "etag").to_owned());
    }
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[2] == tags[3], "{tags:?}");
    // What is known of one form is not known of another.
    assert_eq!(get(&daycare, path, &[("accept-encoding", "gzip"), ("if-none-match", &tags[0])]).status, 200);
    assert_eq!(get(&daycare, path, &[("accept-encoding", "br"), ("if-none-match", &tags[0])]).status, 304);
    assert_eq!(header(&get(&daycare, "/play/page.js", &[]), "vary"), "");
}

#[test]
fn only_what_is_in_the_folder_is_there() {
    let daycare = playing();
    for path in [
        "/play/nothing.js",
        "/play/../page.js",
        "/play/%2e%2e/server.key",
        "/play/..%2fserver.key",
        "/play/icons",
        "/play/icons/",
        "/play//index.html",
        "/play/eggtooth_bg-00c0ffee12.wasm.br",
        "/play/page.js%00",
        "/play/%ff",
        "/playing",
    ] {
        let status = get(&daycare, path, &[]).status;
        assert!(matches!(status, 400 | 404), "{path}: {status}");
    }
    assert_eq!(daycare.ask(None, "POST", "/play/", Sent::Nothing).status, 405);
}

#[test]
fn the_game_may_compile_and_speak_with_real_toys_and_the_page_may_not() {
    let daycare = playing();
    for path in ["/play/", "/play/page.js", "/play/nothing"] {
        let answer = get(&daycare, path, &[]);
        let csp = header(&answer, "content-security-policy");
        for part in ["script-src 'self' 'wasm-unsafe-eval';", "worker-src 'self' blob:;", "connect-src 'self';"] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(csp.contains("frame-ancestors 'none'") && !csp.contains("'unsafe-inline'"), "{csp}");
        assert!(header(&answer, "permissions-policy").ends_with("serial=(self)"), "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin");
    }
    let answer = get(&daycare, "/", &[]);
    assert!(!header(&answer, "content-security-policy").contains("wasm"));
    assert!(!header(&answer, "permissions-policy").contains("serial"));
}

#[test]
fn without_the_game_it_is_said_how_to_get_it() {
    let daycare = Daycare::new();
    let (with, without) = (playing(), get(&daycare, "/play/", &[]));
    assert_eq!((without.status, header(&without, "content-type")), (404, "text/html; charset=utf-8"));
    assert!(without.text().contains("serve --web-dir web/dist"), "{}", without.text());
    let play = |daycare: &Daycare| get(daycare, "/api/v1/hello", &[]).json()["play"].clone();
    assert_eq!((play(&with), play(&daycare)), (true.into(), false.into()));
}
