//! A daycare of one listener, with a certificate authority of its own.

use std::io::{self, Cursor, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tungstenite::WebSocket;

use super::super::platform::provider;
use super::super::{Address, Authority};

/// What a client asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut same = self.headers.iter().filter(|(other, _)| other == name);
        let (first, second) = (same.next(), same.next());
        assert!(second.is_none(), "{name} twice");
        first.map(|(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What it is answered with.
pub(super) enum Reply {
    /// A status, headers as lines, a body.
    Answer(u16, &'static str, Vec<u8>),
    /// These bytes, whatever they are; then the end.
    Raw(Vec<u8>),
    /// These bytes, and then nothing until the client goes.
    Hang(Vec<u8>),
}

impl Reply {
    pub(super) fn json(status: u16, body: &str) -> Reply {
        Reply::Answer(status, "content-type: application/json\r\n", body.as_bytes().to_vec())
    }

    pub(super) fn problem(status: u16, body: &str) -> Reply {
        Reply::Answer(status, "content-type: application/problem+json\r\n", body.as_bytes().to_vec())
    }
}

pub(super) trait Both: Read + Write + Send {}
impl<T: Read + Write + Send> Both for T {}
pub(super) type Web = WebSocket<Replay>;

/// How a daycare behaves.
pub(super) struct Behaviour {
    pub(super) tls: bool,
    /// Names in its certificate.
    pub(super) names: Vec<String>,
    /// The last year of its certificate.
    pub(super) until: i32,
    pub(super) answer: Box<dyn Fn(&Asked) -> Reply + Send + Sync>,
    /// What it does with live links, where it has any; the number counts them.
    pub(super) live: Option<Box<dyn Fn(usize, Web) + Send + Sync>>,
}

impl Behaviour {
    pub(super) fn new(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Behaviour {
        Behaviour {
            tls: true,
            names: vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
            until: 2090,
            answer: Box::new(answer),
            live: None,
        }
    }

    /// Gives tickets, and does this with live links.
    pub(super) fn live(live: impl Fn(usize, Web) + Send + Sync + 'static) -> Behaviour {
        Behaviour { live: Some(Box::new(live)), ..Behaviour::new(|_| Behaviour::ticket()) }
    }

    pub(super) fn ticket() -> Reply {
        Reply::json(200, &format!(r#"{{"ticket":"{}","path":"/api/v1/live"}}"#, "7f".repeat(16)))
    }
}

pub(super) struct House {
    port: u16,
    tls: bool,
    authority: Vec<u8>,
    asked: Arc<Mutex<Vec<Asked>>>,
    ends: Arc<AtomicBool>,
}

impl House {
    pub(super) fn start(behaviour: Behaviour) -> House {
        House::start_at(behaviour, TcpListener::bind("127.0.0.1:0").unwrap())
    }

    pub(super) fn start_at(behaviour: Behaviour, listener: TcpListener) -> House {
        let (authority, config) = certificates(&behaviour);
        let (port, tls) = (listener.local_addr().unwrap().port(), behaviour.tls);
        let (asked, ends) = (Arc::new(Mutex::new(vec![])), Arc::new(AtomicBool::new(false)));
        let house = House { port, tls, authority: authority.clone(), asked: asked.clone(), ends: ends.clone() };
        let shared = Arc::new((behaviour, Authority::from_der(authority).unwrap(), asked, Mutex::new(0)));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, config, shared) = (stream.unwrap(), config.clone(), shared.clone());
                thread::spawn(move || {
                    let (behaviour, authority, asked, lives) = &*shared;
                    let mut wire: Box<dyn Both> = match behaviour.tls {
                        true => Box::new(StreamOwned::new(ServerConnection::new(config).unwrap(), stream)),
                        false => Box::new(stream),
                    };
                    let Some((request, raw)) = read(&mut *wire) else { return };
                    asked.lock().unwrap().push(request.clone());
                    if let (Some("websocket"), Some(live)) = (request.header("upgrade"), &behaviour.live) {
                        let number = {
                            let mut lives = lives.lock().unwrap();
                            *lives += 1;
                            *lives
                        };
                        let web = tungstenite::accept(Replay { before: Cursor::new(raw), wire }).unwrap();
                        return live(number, web);
                    }
                    let reply = match request.line.as_str() {
                        "GET /ca.pem HTTP/1.1" => Reply::Answer(200, "", pem(authority)),
                        _ => (behaviour.answer)(&request),
                    };
                    say(&mut *wire, reply);
                });
            }
        });
        house
    }

    pub(super) fn address(&self) -> Address {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port).parse().unwrap()
    }

    pub(super) fn authority(&self) -> Authority {
        Authority::from_der(self.authority.clone()).unwrap()
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn last(&self) -> Asked {
        self.asked().pop().unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // The listener hears a last caller and looks up.
        let _ = TcpStream::connect(("127.0.0.1", self.port)).map(|stream| stream.shutdown(Shutdown::Both));
    }
}

fn certificates(behaviour: &Behaviour) -> (Vec<u8>, Arc<ServerConfig>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority = params.self_signed(&key).unwrap();
    let leaf_key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(behaviour.names.clone()).unwrap();
    leaf.not_after = date_time_ymd(behaviour.until, 1, 1);
    let leaf = leaf.signed_by(&leaf_key, &Issuer::from_params(&params, &key)).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(leaf.der().to_vec())], key)
        .unwrap();
    (authority.der().to_vec(), Arc::new(config))
}

pub(super) fn pem(authority: &Authority) -> Vec<u8> {
    use base64::Engine;
    let text = base64::prelude::BASE64_STANDARD.encode(authority.der());
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into_bytes()
}

/// A request, and its bytes; `None` when the client went away or did not like the certificate.
fn read(wire: &mut dyn Both) -> Option<(Asked, Vec<u8>)> {
    let mut raw = vec![];
    let end = loop {
        if let Some(end) = raw.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        take(wire, &mut raw)?;
    };
    let head = String::from_utf8(raw[..end].to_vec()).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let split = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.map(|line| split(line).unwrap()).collect();
    let mut asked = Asked { line, headers, body: vec![] };
    let length: usize = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    while raw.len() < end + length {
        take(wire, &mut raw)?;
    }
    asked.body = raw[end..].to_vec();
    Some((asked, raw))
}

fn take(wire: &mut dyn Both, to: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 4096];
    let length = wire.read(&mut buffer).ok().filter(|length| *length > 0)?;
    to.extend(&buffer[..length]);
    Some(())
}

fn say(wire: &mut dyn Both, reply: Reply) {
    let (bytes, hangs) = match reply {
        Reply::Answer(status, headers, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n");
            ([head.into_bytes(), body].concat(), false)
        }
        Reply::Raw(bytes) => (bytes, false),
        Reply::Hang(bytes) => (bytes, true),
    };
    // A client that had enough has gone.
    let _ = wire.write_all(&bytes).and_then(|()| wire.flush());
    let mut rest = vec![];
    while hangs && take(wire, &mut rest).is_some() {}
}

/// A connection of which the beginning was read already.
pub(super) struct Replay {
    before: Cursor<Vec<u8>>,
    wire: Box<dyn Both>,
}

impl Read for Replay {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.before.read(buffer)? {
            0 => self.wire.read(buffer),
            length => Ok(length),
        }
    }
}

impl Write for Replay {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wire.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.wire.flush()
    }
}
