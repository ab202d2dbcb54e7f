//! How a daycare ends.

use crate::common::Folder;
use crate::daycare::{Daycare, JSON};
use rustix::process::Signal;
use std::io::{Read, Write};
use std::time::Duration;

#[test]
fn both_signals_close_it() {
    let folder = Folder::new();
    for signal in [Signal::TERM, Signal::INT] {
        let daycare = Daycare::plain(&folder);
        daycare.signal(signal);
        let (status, took, log) = daycare.ends();
        assert_eq!(status, Some(0), "{log}");
        assert!(took < Duration::from_secs(10) && log.contains("\"closed\""), "{took:?} {log}");
    }
}

#[test]
fn live_sockets_are_told() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    let cookie = daycare.set_up();
    let toy = daycare.ask("POST", "/api/v1/toys", &format!("{cookie}{JSON}"), r#"{"name":"Pip"}"#).json();
    let path = format!("/api/v1/toys/{}/live", toy["id"].as_str().unwrap());
    let ticket = daycare.ask("POST", &path, &format!("{cookie}{JSON}"), "{}").json();
    let port = daycare.port();
    let mut socket = daycare.connect();
    let head = format!(
        "GET /api/v1/live HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).unwrap();
    // Version, kind, ticket, client; masked by zeros.
    let mut message = vec![1, 0x41];
    let ticket = u128::from_str_radix(ticket["ticket"].as_str().unwrap(), 16).unwrap();
    message.extend(ticket.to_be_bytes().iter().chain(&[9; 16]));
    let mut frame = vec![0x82, 0x80 | message.len() as u8, 0, 0, 0, 0];
    frame.extend(message);
    socket.write_all(&frame).unwrap();
    // The answer to the upgrade and the welcome.
    let mut seen = Vec::new();
    let mut more = [0; 512];
    while !seen.windows(2).any(|two| two == [1, 1]) {
        let read = socket.read(&mut more).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend(&more[..read]);
    }
    daycare.signal(Signal::TERM);
    socket.read_to_end(&mut seen).unwrap();
    let close = seen.windows(4).any(|four| four[0] == 0x88 && u16::from_be_bytes([four[2], four[3]]) == 1001);
    assert!(close, "{seen:?}");
    let (status, took, log) = daycare.ends();
    assert_eq!(status, Some(0), "{log}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(!log.contains("not everybody has gone"), "{log}");
}

#[test]
fn who_does_not_go_is_cut_off() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    let mut slow = daycare.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: local").unwrap();
    // Answered on another connection: the slow one has been accepted.
    assert_eq!(daycare.get("/healthz").status, 200);
    let log = daycare.close();
    assert!(log.contains("\"closed\""), "{log}");
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = Folder::new();
    let daycare = Daycare::plain(&folder);
    // A socket without a ticket would keep it for its three seconds.
    let mut slow = daycare.connect();
    slow.write_all(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n").unwrap();
    daycare.signal(Signal::TERM);
    daycare.logs("closing");
    daycare.signal(Signal::TERM);
    let (status, took, log) = daycare.ends();
    assert!(
        status == Some(1) && log.contains("ended at once") || status == Some(0) && took < Duration::from_secs(1),
        "{log}"
    );
    assert!(took < Duration::from_secs(2), "{took:?}");
    // Nothing is damaged.
    Daycare::plain(&folder).close();
}
