//! A daycare with people in it, in a temporary folder.

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use eggtooth_daycare::door::{Cost, Door, DoorOptions, Limits, Rate};
use eggtooth_daycare::host::{self, Engine, HostOptions};
use eggtooth_daycare::roms::Roms;
use eggtooth_daycare::seal::ServerKey;
use eggtooth_daycare::store::{
    Account, AccountRole, Anchor, Grant, GrantRole, SessionRow, Snapshot, SqliteStore, Store, ToyRow, ToyState,
};
use eggtooth_daycare::tables::{Tables, TablesOptions};
use eggtooth_daycare::web::Web;
use eggtooth_daycare::{AccountId, GrantId, House, RomKey, ToyId, http, now};
use eggtooth_toy::{Machine, STATE};
use eggtooth_vault::{Envelope, Meta, hex};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tower::Service;

/// Where the daycare says that it is.
pub const ORIGIN: &str = "http://egg.example";
const HOUR: u64 = 3_600_000;

pub struct Daycare {
    pub house: Arc<House>,
    pub drain: watch::Sender<bool>,
    pub runtime: tokio::runtime::Runtime,
    pub key: Arc<ServerKey>,
    router: Router,
    engine: Option<Engine>,
    dir: Option<tempfile::TempDir>,
}

/// Somebody with a session.
#[derive(Clone, Debug)]
pub struct Person {
    pub account: AccountId,
    pub name: String,
    pub cookie: String,
    pub session: [u8; 32],
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// What is sent.
#[derive(Clone, Debug)]
pub enum Sent {
    Nothing,
    Json(Value),
    File(Vec<u8>),
}

/// So often that no test of something else meets a limit.
pub fn unlimited() -> Limits {
    let often = Rate { burst: 1_000_000, every: Duration::from_nanos(1) };
    Limits {
        login: often,
        slowest: Duration::ZERO,
        join: often,
        api: often,
        press: often,
        upload: often,
        sockets_account: 1000,
        sockets_ip: 1000,
    }
}

impl Daycare {
    pub fn new() -> Daycare {
        Daycare::with(unlimited())
    }

    pub fn with(limits: Limits) -> Daycare {
        let dir = tempfile::tempdir().unwrap();
        let mut daycare = Daycare::open(dir.path(), limits);
        daycare.dir = Some(dir);
        daycare
    }

    /// The daycare of a folder; the one that was there before has been closed.
    pub fn open(dir: &Path, limits: Limits) -> Daycare {
        Daycare::open_with(dir, limits, None)
    }

    /// One that serves the game for browsers.
    pub fn playing(web: Web) -> Daycare {
        let dir = tempfile::tempdir().unwrap();
        let mut daycare = Daycare::open_with(dir.path(), unlimited(), Some(web));
        daycare.dir = Some(dir);
        daycare
    }

    fn open_with(dir: &Path, limits: Limits, web: Option<Web>) -> Daycare {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&dir.join("daycare.sqlite")).unwrap());
        let key = Arc::new(ServerKey::load_or_create(&dir.join("server.key")).unwrap());
        let roms = Arc::new(Roms::new(Arc::clone(&store), Arc::clone(&key)));
        let options = HostOptions { cores: Some(1), ..HostOptions::default() };
        let (host, engine) = host::start(Arc::clone(&store), Arc::clone(&roms), options).unwrap();
        if store.accounts().unwrap().is_empty() {
            add_account(&*store, &key, "Ada", AccountRole::Admin);
        }
        let options = DoorOptions { limits, cost: Cost { memory: 8, passes: 1 }, ..DoorOptions::default() };
        let door = Door::new(Arc::clone(&store), Arc::clone(&key) as _, options).unwrap();
        let tables = Tables::new(Arc::clone(&store), Arc::clone(&roms), host.clone(), TablesOptions::default());
        let (drain, draining) = watch::channel(false);
        let house = Arc::new(House {
            store,
            roms,
            host,
            door,
            name: "Test".into(),
            origins: vec![ORIGIN.into()],
            secure: false,
            tables,
            web,
            drain: draining,
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let router = http::router(Arc::clone(&house));
        Daycare { house, drain, runtime, key, router, engine: Some(engine), dir: None }
    }

    pub fn person(&self, name: &str, role: AccountRole) -> Person {
        let account = match self.house.store.account_named(name).unwrap() {
            Some(account) => account.id,
            None => add_account(&*self.house.store, &self.key, name, role),
        };
        self.sign_in(account, name, true)
    }

    /// Another session of an account.
    pub fn sign_in(&self, account: AccountId, name: &str, strong: bool) -> Person {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).unwrap();
        let (hash, at) = (<[u8; 32]>::from(Sha256::digest(secret)), now());
        let strong_until = if strong { at + HOUR } else { 0 };
        let row = SessionRow { hash, account, created: at, seen: at, strong_until, from: "127.0.0.0/24".into() };
        self.house.store.add_session(&row).unwrap();
        Person { account, name: name.into(), cookie: format!("egg={}", hex(&secret)), session: hash }
    }

    /// A Pip of this account.
    pub fn toy(&self, owner: AccountId) -> ToyId {
        let rom = self.house.roms.builtin().unwrap();
        self.toy_with(owner, rom)
    }

    pub fn toy_with(&self, owner: AccountId, rom: RomKey) -> ToyId {
        let (id, cartridge, at) = (ToyId::random().unwrap(), self.house.roms.cartridge(rom).unwrap(), now());
        let machine = Machine::new(&cartridge);
        let model = machine.model().name.to_owned();
        let row = ToyRow {
            id,
            owner,
            name: "Pip".into(),
            rom,
            model,
            theme: "sunny".into(),
            sound: true,
            mercy_hours: 12,
            created: at,
            anchor: Anchor { tick: machine.tick(), at, running: true },
            state: ToyState::Alive,
            life: 0,
        };
        let envelope = save_of(&machine);
        let mut snapshot = Snapshot {
            number: 0,
            toy: id,
            life: 0,
            tick: machine.tick(),
            at,
            seq: 0,
            held: 0,
            envelope,
            hash: [0; 32],
        };
        snapshot.hash = snapshot.digest();
        self.house.store.create_toy(&row, &snapshot, None).unwrap();
        self.wait(self.house.host.add(id)).unwrap();
        id
    }

    pub fn grant(&self, toy: ToyId, account: AccountId, role: GrantRole, expires: Option<u64>) -> GrantId {
        let grant = Grant { id: GrantId::random().unwrap(), toy, account, role, created: now(), expires };
        let id = grant.id;
        self.house.store.add_grant(&grant).unwrap();
        id
    }

    pub fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Asks as the daycare's own page would.
    pub fn ask(&self, who: Option<&Person>, method: &str, path: &str, sent: Sent) -> Answer {
        let mut headers = vec![("x-eggtooth", "1"), ("origin", ORIGIN), ("sec-fetch-site", "same-origin")];
        if let Some(who) = who {
            headers.push(("cookie", &who.cookie));
        }
        self.send(method, path, &headers, sent)
    }

    /// Asks with exactly these headers, and `Host`.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], sent: Sent) -> Answer {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        request = request.header("host", "egg.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match sent {
            Sent::Nothing => Body::empty(),
            Sent::Json(value) => {
                request = request.header("content-type", "application/json");
                Body::from(value.to_string())
            }
            Sent::File(bytes) => {
                request = request.header("content-type", "application/octet-stream");
                Body::from(bytes)
            }
        };
        let mut router = self.router.clone();
        self.wait(async move {
            let response = router.call(request.body(body).unwrap()).await.unwrap();
            let (parts, mut body) = response.into_parts();
            let mut bytes = Vec::new();
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                if let Ok(data) = frame.unwrap().into_data() {
                    bytes.extend_from_slice(&data);
                }
            }
            Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
        })
    }

    /// The JSON of an answer that must be a success.
    pub fn get(&self, who: &Person, method: &str, path: &str, sent: Sent) -> Value {
        let answer = self.ask(Some(who), method, path, sent);
        assert!(
            StatusCode::from_u16(answer.status).unwrap().is_success(),
            "{method} {path}: {} {}",
            answer.status,
            answer.text()
        );
        if answer.bytes.is_empty() { Value::Null } else { answer.json() }
    }

    /// Serves on a real socket of this computer, until the daycare is closed.
    pub fn serve(&self) -> SocketAddr {
        let router = self.router.clone();
        let listener = self.wait(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        self.runtime.spawn(async move { axum::serve(listener, service).await });
        address
    }

    /// Closes it as a signal would, and returns its folder.
    pub fn close(mut self) -> tempfile::TempDir {
        self.shut();
        self.dir.take().unwrap()
    }

    fn shut(&mut self) {
        let Some(engine) = self.engine.take() else { return };
        let _ = self.drain.send(true);
        self.house.tables.close();
        let drained = self.runtime.block_on(self.house.host.drain());
        engine.join();
        assert!(drained.is_ok() || std::thread::panicking(), "{drained:?}");
    }
}

impl Drop for Daycare {
    fn drop(&mut self) {
        self.shut();
    }
}

/// A save of a machine of this program's Pip.
pub fn save_of(machine: &Machine) -> Vec<u8> {
    let meta = Meta {
        name: "Pip".into(),
        rom: *machine.identity(),
        model: machine.model().name.to_owned(),
        saved_at: now() / 1000,
        tick: machine.tick(),
    };
    let mut envelope = Envelope::new(meta);
    envelope.set_value(STATE, machine.state()).unwrap();
    envelope.to_bytes(1).unwrap()
}

fn add_account(store: &dyn Store, key: &ServerKey, name: &str, role: AccountRole) -> AccountId {
    let id = AccountId::random().unwrap();
    let (_, wrapped_key) = key.new_account_key().unwrap();
    let account = Account {
        id,
        name: name.into(),
        // In form, of no password.
        password: format!("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ${}", "A".repeat(43)),
        role,
        disabled: false,
        toys: 10_000,
        wrapped_key,
        created: now(),
    };
    store.add_account(&account, None, now()).unwrap();
    id
}

/// A ROM that is not Pip and that no list knows: Pip with another picture.
pub fn other_rom(n: u8) -> Vec<u8> {
    let mut bytes = eggtooth_toy::pip().unwrap().normalised();
    // The last word of the image is padding.
    let last = bytes.len() - 1;
    bytes[last] ^= n;
    bytes
}
