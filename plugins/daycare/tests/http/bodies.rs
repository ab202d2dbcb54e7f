//! Bodies that are too large, too slow or something else; names that nobody has; the wrong method.

use super::daycare::{Daycare, ORIGIN, Sent};
use eggtooth_daycare::store::AccountRole;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn what_is_too_large_or_something_else_is_refused() {
    let daycare = Daycare::new();
    let who = daycare.person("Owner", AccountRole::Member);
    let toy = daycare.toy(who.account);
    let status =
        |method: &str, path: &str, sent| daycare.ask(Some(&who), method, &format!("/api/v1{path}"), sent).status;
    let text = |length| Sent::Json(json!({"name": "x".repeat(length)}));
    assert_eq!(status("POST", "/toys", text(20_000)), 413);
    assert_eq!(status("POST", "/toys", text(41)), 422);
    assert_eq!(status("POST", "/toys", Sent::File(b"{}".to_vec())), 415);
    assert_eq!(status("POST", "/toys", Sent::Json(json!({"name": "a", "more": 1}))), 422);
    assert_eq!(status("POST", "/roms", Sent::File(vec![0; 65_537])), 413);
    assert_eq!(status("POST", "/roms", Sent::File(vec![0; 65_536])), 422);
    assert_eq!(status("PUT", &format!("/toys/{toy}/save"), Sent::File(vec![0x89; 64])), 422);
    let arrival = json!({"id": "0".repeat(32), "name": "a", "envelope": "A".repeat(200_000), "rom": null});
    assert_eq!(status("POST", "/moves", Sent::Json(arrival)), 413);
    for press in [
        json!({"buttons": []}),
        json!({"buttons": ["D"]}),
        json!({"buttons": ["A"], "milliseconds": 0}),
        json!({"buttons": ["A"], "milliseconds": 10_001}),
        json!({"buttons": ["A"], "seq": 1}),
    ] {
        assert_eq!(status("POST", &format!("/toys/{toy}/press"), Sent::Json(press.clone())), 422, "{press}");
    }
    assert_eq!(status("GET", &format!("/toys/{toy}/frame.png?scale=17"), Sent::Nothing), 422);
    assert_eq!(status("GET", &format!("/toys/{toy}/frame.png?scale=x"), Sent::Nothing), 400);
    assert_eq!(status("GET", &format!("/toys/{toy}/diary?before=9223372036854775807"), Sent::Nothing), 200);
    assert_eq!(status("GET", &format!("/toys/{toy}/diary?before=9223372036854775808"), Sent::Nothing), 400);
    assert_eq!(status("GET", "/toys/no-such-toy", Sent::Nothing), 404);
    assert_eq!(status("PUT", "/toys", Sent::Json(json!({}))), 405);
    assert_eq!(status("GET", "/nothing", Sent::Nothing), 404);
}

#[test]
fn a_page_of_another_origin_cannot_post() {
    let daycare = Daycare::new();
    let who = daycare.person("Owner", AccountRole::Member);
    let send = |headers: &[(&str, &str)]| {
        let all = [headers, &[("cookie", who.cookie.as_str())]].concat();
        daycare.send("POST", "/api/v1/toys", &all, Sent::Json(json!({"name": "New"}))).status
    };
    assert_eq!(send(&[("x-eggtooth", "1"), ("origin", ORIGIN), ("sec-fetch-site", "same-origin")]), 201);
    assert_eq!(send(&[("x-eggtooth", "1")]), 201, "a program that is no browser");
    assert_eq!(send(&[("x-eggtooth", "1"), ("origin", "http://evil.example")]), 403);
    assert_eq!(send(&[("x-eggtooth", "1"), ("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(send(&[("x-eggtooth", "1"), ("sec-fetch-site", "same-site")]), 403);
    assert_eq!(send(&[("origin", ORIGIN), ("sec-fetch-site", "same-origin")]), 403, "a form cannot send our header");
}

#[test]
fn the_page_is_there_and_known_again() {
    let daycare = Daycare::new();
    for (path, media) in
        [("/", "text/html"), ("/app.js", "text/javascript"), ("/style.css", "text/css"), ("/icon.svg", "image/svg+xml")]
    {
        let answer = daycare.send("GET", path, &[], Sent::Nothing);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with(media), "{path}");
        assert_eq!(answer.headers["cache-control"], "no-cache", "{path}");
        let tag = answer.headers["etag"].to_str().unwrap();
        assert_eq!(daycare.send("GET", path, &[("if-none-match", tag)], Sent::Nothing).status, 304, "{path}");
    }
    assert_eq!(daycare.send("GET", "/healthz", &[], Sent::Nothing).status, 200);
    assert_eq!(daycare.send("GET", "/readyz", &[], Sent::Nothing).status, 200);
    for private in ["/api", "/api/v1/openapi.json"] {
        assert_eq!(daycare.send("GET", private, &[], Sent::Nothing).status, 401, "{private}");
        let who = daycare.person("Owner", AccountRole::Member);
        assert_eq!(daycare.ask(Some(&who), "GET", private, Sent::Nothing).status, 200, "{private}");
    }
    let _ = daycare.drain.send(true);
    assert_eq!(daycare.send("GET", "/readyz", &[], Sent::Nothing).status, 503);
}

#[test]
fn large_bodies_of_nobody_are_not_even_read() {
    let daycare = Daycare::new();
    let address = daycare.serve();
    for (path, media, length) in
        [("moves", "json", 196_608), ("roms", "octet-stream", 65_536), ("roms/identify", "octet-stream", 65_536)]
    {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head = format!(
            "POST /api/v1/{path} HTTP/1.1\r\nHost: egg.example\r\nX-Eggtooth: 1\r\n\
             Content-Type: application/{media}\r\nContent-Length: {length}\r\n\r\n["
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 401", "{path}");
    }
}

#[test]
fn a_body_that_dribbles_is_not_waited_for() {
    let daycare = Daycare::new();
    let who = daycare.person("Owner", AccountRole::Member);
    let mut stream = TcpStream::connect(daycare.serve()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!(
        "POST /api/v1/toys HTTP/1.1\r\nHost: egg.example\r\nX-Eggtooth: 1\r\nCookie: {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        who.cookie
    );
    stream.write_all(head.as_bytes()).unwrap();
    let begun = Instant::now();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert!(begun.elapsed() >= Duration::from_secs(9));
}
