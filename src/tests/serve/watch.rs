//! What those who operate a daycare can see.

use crate::common::Folder;
use crate::daycare::{Daycare, JSON, connect, exchange};
use std::io::{Read, Write};

/// The port of the metrics, and what they are.
pub fn metrics(daycare: &Daycare) -> (u16, String) {
    let at = daycare.printed.split_once("Metrics at http://127.0.0.1:").unwrap().1;
    let port = at.split_once('/').unwrap().0.parse().unwrap();
    let answer = exchange(connect(port), port, "GET", "/metrics", "", "");
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    (port, answer.text())
}

#[test]
fn metrics_tell_how_it_fares_to_this_computer_alone() {
    let folder = Folder::new();
    let daycare = Daycare::start(&folder, "--plain --metrics 127.0.0.1:0");
    let cookie = daycare.set_up();
    let toy = daycare.ask("POST", "/api/v1/toys", &format!("{cookie}{JSON}"), r#"{"name":"Pip"}"#);
    assert_eq!(toy.status, 201);
    assert_eq!(daycare.get("/nowhere/at/all").status, 404);
    let (port, text) = metrics(&daycare);
    for line in [
        "eggtooth_engine_up 1.0",
        "eggtooth_toys 1.0",
        "eggtooth_accounts 1.0",
        "eggtooth_presses_total 0",
        "eggtooth_live_sockets 0.0",
        "eggtooth_http_requests_total{method=\"POST\",route=\"/api/v1/toys\",status=\"201\"} 1",
        "eggtooth_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"} 1",
    ] {
        assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
    }
    for name in [
        "eggtooth_tick_lateness_seconds{",
        "eggtooth_store_size_bytes ",
        "eggtooth_http_request_duration_seconds_bucket{",
    ] {
        assert!(text.contains(name), "{name} is not in\n{text}");
    }
    assert!(!text.contains("nowhere"), "addresses are no labels: {text}");
    // A page whose name was made to lead here is not answered.
    let mut stream = connect(port);
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403") && !answer.contains("eggtooth_"), "{answer}");
    // They are nowhere on the public port.
    assert_eq!(daycare.get("/metrics").status, 404);
    daycare.close();
}

#[test]
fn health_and_readiness_need_no_account() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    assert_eq!((daycare.get("/healthz").status, daycare.get("/readyz").status), (200, 200));
    daycare.close();
}
