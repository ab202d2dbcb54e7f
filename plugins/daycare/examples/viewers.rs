//! A crowd that looks at one toy and presses it, through the whole house: how soon a press is acknowledged, and what a
//! viewer costs.
//!
//! `cargo run --release -p eggtooth_daycare --example viewers -- VIEWERS PRESSES SECONDS` opens a daycare on loopback
//! without TLS and lets VIEWERS live links follow one Pip, which one of them presses PRESSES times a second; a second
//! Pip, which nobody presses, has one viewer. It prints lines of `name: value`. The waits are those of the client:
//! the way over loopback and both ends' codecs are in them. Limits on addresses and accounts are lifted.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "an example ends by panicking, and prints")]

use axum::serve::ListenerExt;
use eggtooth_daycare::House;
use eggtooth_daycare::door::{Door, DoorOptions, Limits, Rate};
use eggtooth_daycare::host::{HostOptions, start};
use eggtooth_daycare::http::router;
use eggtooth_daycare::roms::Roms;
use eggtooth_daycare::seal::ServerKey;
use eggtooth_daycare::store::{SqliteStore, Store};
use eggtooth_livelink::{ClientMessage, ServerMessage};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// What TCP and IP add to a message that travels alone: two headers of 20 and the time stamps; TLS adds 22 more.
const ENVELOPE: u64 = 52 + 22;

/// One that looks, and perhaps presses.
struct Viewer {
    socket: WebSocket<TcpStream>,
    /// Bytes of messages, and how many.
    received: u64,
    messages: u64,
    /// When presses were sent that are not acknowledged.
    asked: HashMap<u32, Instant>,
    waits: Vec<f64>,
}

impl Viewer {
    fn connect(address: SocketAddr, ticket: [u8; 16], client: [u8; 16]) -> Viewer {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let mut request = format!("ws://{address}/api/v1/live").into_client_request().unwrap();
        request.headers_mut().insert("Origin", format!("http://{address}").parse().unwrap());
        let socket = loop_until_open(request, stream);
        let mut viewer = Viewer { socket, received: 0, messages: 0, asked: HashMap::new(), waits: Vec::new() };
        viewer.send(&ClientMessage::Ticket { ticket, client });
        viewer
    }

    fn send(&mut self, message: &ClientMessage) {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        self.socket.send(Message::binary(bytes)).unwrap();
    }

    /// Reads what has come, for a millisecond at most.
    fn read(&mut self) {
        loop {
            match self.socket.read() {
                Ok(Message::Binary(bytes)) => {
                    // A message of this length has a head of two or four bytes.
                    self.received += bytes.len() as u64 + if bytes.len() < 126 { 2 } else { 4 };
                    self.messages += 1;
                    match ServerMessage::decode(&bytes).unwrap() {
                        ServerMessage::Ack { client_seq, .. } => {
                            let asked = self.asked.remove(&client_seq).unwrap();
                            self.waits.push(asked.elapsed().as_secs_f64() * 1000.0);
                        }
                        ServerMessage::Refused { text, .. } => panic!("refused: {}", &*text),
                        ServerMessage::Bye { text, .. } => panic!("closed: {}", &*text),
                        _ => {}
                    }
                }
                Ok(_) => {}
                Err(tungstenite::Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// The handshake, whose answer may take longer than one read waits.
fn loop_until_open(request: tungstenite::handshake::client::Request, stream: TcpStream) -> WebSocket<TcpStream> {
    let mut result = tungstenite::client(request, stream);
    loop {
        match result {
            Ok((socket, _)) => return socket,
            Err(tungstenite::HandshakeError::Interrupted(middle)) => result = middle.handshake(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Somebody who is signed in.
struct Client {
    agent: ureq::Agent,
    base: String,
    cookie: String,
}

impl Client {
    fn post(&self, path: &str, body: &serde_json::Value) -> (serde_json::Value, Option<String>) {
        let request = self.agent.post(format!("{}/api/v1{path}", self.base)).header("X-Eggtooth", "1");
        let mut answer = request.header("Cookie", &self.cookie).send_json(body).unwrap();
        let cookie = answer.headers().get("set-cookie").map(|cookie| cookie.to_str().unwrap().to_owned());
        (answer.body_mut().read_json().unwrap(), cookie)
    }

    fn toy(&self, name: &str) -> String {
        self.post("/toys", &serde_json::json!({ "name": name })).0["id"].as_str().unwrap().to_owned()
    }

    fn ticket(&self, toy: &str) -> [u8; 16] {
        let (answer, _) = self.post(&format!("/toys/{toy}/live"), &serde_json::json!({}));
        u128::from_str_radix(answer["ticket"].as_str().unwrap(), 16).unwrap().to_be_bytes()
    }
}

/// The median, the 99th of a hundred and the worst.
fn spread(mut waits: Vec<f64>) -> [f64; 3] {
    waits.sort_by(f64::total_cmp);
    let at = |part: usize| waits[(waits.len() - 1) * part / 100];
    [at(50), at(99), at(100)]
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u32>().unwrap());
    let mut next = |or: u32| arguments.next().unwrap_or(or);
    let (viewers, presses, seconds) = (next(200), next(20), next(30));

    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap());
    let key = Arc::new(ServerKey::load_or_create(&folder.path().join("key")).unwrap());
    let roms = Arc::new(Roms::new(store.clone(), key.clone()));
    let (host, _engine) = start(store.clone(), roms.clone(), HostOptions::default()).unwrap();
    let often = Rate { burst: 1_000_000, every: Duration::from_micros(1) };
    let limits =
        Limits { api: often, press: often, sockets_account: 100_000, sockets_ip: 100_000, ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    // As the daycare itself does: else an answer waits up to 40 ms for the one before to be confirmed.
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    let base = format!("http://{address}");
    let door = Door::new(store.clone(), key, DoorOptions { limits, ..DoorOptions::default() }).unwrap();
    let token = door.set_up_token().unwrap().to_string();
    let (_drain, drain) = tokio::sync::watch::channel(false);
    let name = "Load".to_owned();
    let origins = vec![base.clone()];
    let house = Arc::new(House {
        tables: eggtooth_daycare::tables::Tables::new(
            Arc::clone(&store),
            Arc::clone(&roms),
            host.clone(),
            Default::default(),
        ),
        store,
        roms,
        host: host.clone(),
        door,
        name,
        origins,
        secure: false,
        web: None,
        drain,
    });
    let service = router(house).into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move { axum::serve(listener, service).await.unwrap() });

    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).build().into();
    let mut client = Client { agent, base, cookie: String::new() };
    let account = serde_json::json!({ "token": token, "name": "Ada", "password": "a long password" });
    let cookie = client.post("/setup", &account).1.unwrap();
    client.cookie = cookie.split(';').next().unwrap().to_owned();
    let (pressed, quiet) = (client.toy("Pressed"), client.toy("Quiet"));

    let measuring = Arc::new(AtomicBool::new(false));
    let ends = Arc::new(AtomicBool::new(false));
    let (bytes, messages) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let watch = |toy: &str, n: u32, bytes: Arc<AtomicU64>, messages: Arc<AtomicU64>| {
        let mut viewer = Viewer::connect(address, client.ticket(toy), u128::from(n + 1).to_be_bytes());
        // Who only looks may wait longer.
        viewer.socket.get_ref().set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let (measuring, ends) = (measuring.clone(), ends.clone());
        std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                viewer.read();
                if !measuring.load(Ordering::Relaxed) {
                    (viewer.received, viewer.messages) = (0, 0);
                }
            }
            bytes.fetch_add(viewer.received, Ordering::Relaxed);
            messages.fetch_add(viewer.messages, Ordering::Relaxed);
        })
    };
    let mut threads: Vec<_> = (1..viewers).map(|n| watch(&pressed, n, bytes.clone(), messages.clone())).collect();
    let (quiet_bytes, quiet_messages) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    threads.push(watch(&quiet, viewers, quiet_bytes.clone(), quiet_messages.clone()));

    let mut presser = Viewer::connect(address, client.ticket(&pressed), [7; 16]);
    // The pets hatch first, and everybody has seen the first picture.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        presser.read();
    }
    measuring.store(true, Ordering::Relaxed);
    let begun = Instant::now();
    let each = Duration::from_secs(1) / presses.max(1);
    let mut sent = 0;
    while begun.elapsed() < Duration::from_secs(u64::from(seconds)) {
        if begun.elapsed() >= each * sent {
            sent += 1;
            // Down and up by turns, of one button after the other.
            let mask = if sent % 2 == 1 { 1 << (sent / 2 % 3) } else { 0 };
            presser.asked.insert(sent, Instant::now());
            presser.send(&ClientMessage::Keys { client_seq: sent, mask, since: None });
        }
        presser.read();
    }
    let took = begun.elapsed().as_secs_f64();
    let grace = Instant::now();
    while !presser.asked.is_empty() && grace.elapsed() < Duration::from_secs(5) {
        presser.read();
    }
    ends.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().unwrap());

    let of = |bytes: &AtomicU64, messages: &AtomicU64, viewers: u32| {
        let (bytes, messages) = (bytes.load(Ordering::Relaxed), messages.load(Ordering::Relaxed));
        let per = f64::from(viewers.max(1)) * took;
        (bytes as f64 / per, (bytes + messages * ENVELOPE) as f64 / per, messages as f64 / per)
    };
    println!("viewers: {viewers}\npresses: {sent}\nnever acknowledged: {}", presser.asked.len());
    let fares = runtime.block_on(host.fares()).unwrap();
    for (name, [median, p99, worst]) in [
        ("press to acknowledgement at the client", spread(presser.waits)),
        ("press to acknowledgement in the engine room", fares.acknowledged),
        ("lateness of watched toys", fares.watched_late),
    ] {
        println!("{name}, p50 p99 worst in ms: {median:.1} {p99:.1} {worst:.1}");
    }
    for (name, (payload, wire, rate)) in [
        ("a viewer of the pressed toy", of(&bytes, &messages, viewers - 1)),
        ("a viewer of a toy that nobody presses", of(&quiet_bytes, &quiet_messages, 1)),
    ] {
        println!(
            "{name}, bytes a second: {payload:.0} of messages, {wire:.0} with TLS, TCP and IP; messages: {rate:.2}"
        );
    }
}
