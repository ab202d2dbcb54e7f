//! The door with a real store and a router around it, and a clock that goes when it is told to.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod guard;
mod invite;
mod people;
mod seat;
mod session;
mod setup;

use super::*;
use crate::House;
use crate::host::{Host, SteppedClock};
use crate::id::{AccountId, GrantId, RomKey, ToyId};
use crate::store::{Anchor, Grant, GrantRole, RomRow, Snapshot, SqliteStore, ToyRow, ToyState};
use crate::tables::{Tables, TablesOptions};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tower::Service;

const PASSWORD: &str = "correct horse";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn milliseconds(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A daycare as far as people notice it.
struct Fixture {
    clock: Arc<SteppedClock>,
    store: Arc<dyn Store>,
    house: Arc<House>,
    router: Router,
    origin: &'static str,
    folder: TempDir,
    _drain: watch::Sender<bool>,
}

fn options(clock: &Arc<SteppedClock>) -> DoorOptions {
    let limits = Limits::default();
    DoorOptions { clock: Arc::clone(clock) as _, limits, cost: Cost { memory: 8, passes: 1 }, toys: 3 }
}

/// So many attempts that no test of something else meets the limit.
fn generous() -> Limits {
    let rate = Rate { burst: 10_000, every: Duration::from_millis(1) };
    Limits { login: rate, slowest: Duration::ZERO, join: rate, api: rate, ..Limits::default() }
}

impl Fixture {
    /// Not set up yet.
    fn fresh(secure: bool, limits: Limits) -> Fixture {
        Fixture::with(secure, |options| options.limits = limits)
    }

    fn with(secure: bool, choose: impl FnOnce(&mut DoorOptions)) -> Fixture {
        let folder = TempDir::new().unwrap();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap());
        let clock = Arc::new(SteppedClock::at(1_800_000_000_000));
        let mut options = options(&clock);
        choose(&mut options);
        let key = Arc::new(ServerKey::load_or_create(&folder.path().join("server.key")).unwrap());
        let roms = Arc::new(crate::roms::Roms::new(Arc::clone(&store), Arc::clone(&key)));
        let door = Door::new(Arc::clone(&store), key, options).unwrap();
        let (drain, drained) = watch::channel(false);
        let origin = if secure { "https://egg.example" } else { "http://127.0.0.1:8080" };
        let house = Arc::new(House {
            store: Arc::clone(&store),
            roms: Arc::clone(&roms),
            host: Host::new(std::sync::mpsc::sync_channel(1).0),
            door,
            name: "Nest".into(),
            origins: vec![origin.into()],
            secure,
            tables: Tables::new(
                Arc::clone(&store),
                Arc::clone(&roms),
                Host::new(std::sync::mpsc::sync_channel(1).0),
                TablesOptions::default(),
            ),
            web: None,
            drain: drained,
        });
        let router = crate::http::router(Arc::clone(&house));
        Fixture { clock, store, house, router, origin, folder, _drain: drain }
    }

    /// Set up by Ada; her cookie.
    async fn with_admin(limits: Limits) -> (Fixture, String) {
        let fixture = Fixture::fresh(true, limits);
        let cookie = fixture.ada().await;
        (fixture, cookie)
    }

    /// Sets it up; her cookie.
    async fn ada(&self) -> String {
        let token = self.door().set_up_token().unwrap();
        let body = json!({"token": *token, "name": "Ada", "password": PASSWORD});
        let reply = self.post("/setup").json(&body).send().await;
        assert_eq!(reply.status, 201, "{:?}", reply.body);
        reply.cookie.unwrap()
    }

    /// The door after a restart.
    fn restarted(&self) -> Door {
        let key = Arc::new(ServerKey::load_or_create(&self.folder.path().join("server.key")).unwrap());
        Door::new(Arc::clone(&self.store), key, options(&self.clock)).unwrap()
    }

    fn door(&self) -> &Door {
        &self.house.door
    }

    /// Somebody new, by invitation; the cookie.
    async fn member(&self, admin: &str, name: &str) -> String {
        let invited = self.post("/invitations").cookie(admin).json(&json!({"role": "member", "hours": 1})).send().await;
        assert_eq!(invited.status, 201, "{:?}", invited.body);
        let body = json!({"token": invited.body["token"], "name": name, "password": PASSWORD});
        let joined = self.post("/join").json(&body).send().await;
        assert_eq!(joined.status, 201, "{:?}", joined.body);
        joined.cookie.unwrap()
    }

    async fn sign_in(&self, name: &str) -> Reply {
        self.post("/session").json(&json!({"name": name, "password": PASSWORD})).send().await
    }

    /// Who a cookie belongs to, as a handler learns it.
    async fn caller(&self, cookie: &str) -> Caller {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        let hash = Cookie::digest_in(&headers, self.house.secure).unwrap();
        let who = self.door().session_of(hash).await.unwrap().map(|(who, _)| who);
        Caller::at("203.0.113.9".parse().unwrap(), who)
    }

    async fn account(&self, name: &str) -> AccountId {
        self.store.account_named(name).unwrap().unwrap().id
    }

    /// A toy of somebody.
    async fn toy(&self, owner: &str) -> ToyId {
        let owner = self.account(owner).await;
        let (id, rom) = (ToyId::random().unwrap(), RomKey::random().unwrap());
        let at = self.clock.wall();
        let row = RomRow {
            key: rom,
            account: Some(owner),
            name: "ROM".into(),
            keyed_hash: super::secret::random().unwrap(),
            sealed: vec![1],
            created: at,
        };
        self.store.add_rom(&row).unwrap();
        let toy = ToyRow {
            id,
            owner,
            name: "Pip".into(),
            rom,
            model: "pip".into(),
            theme: "plain".into(),
            sound: true,
            mercy_hours: 12,
            created: at,
            anchor: Anchor { tick: 0, at, running: true },
            state: ToyState::Alive,
            life: 0,
        };
        let mut snapshot =
            Snapshot { number: 0, toy: id, life: 0, tick: 0, at, seq: 0, held: 0, envelope: vec![1, 2], hash: [0; 32] };
        snapshot.hash = snapshot.digest();
        self.store.create_toy(&toy, &snapshot, None).unwrap();
        id
    }

    async fn grant(&self, toy: ToyId, to: &str, role: GrantRole, lasts: Option<Duration>) {
        let created = self.clock.wall();
        let expires = lasts.map(|lasts| created + u64::try_from(lasts.as_millis()).unwrap());
        let (id, account) = (GrantId::random().unwrap(), self.account(to).await);
        self.store.add_grant(&Grant { id, toy, account, role, created, expires }).unwrap();
    }

    fn ask(&self, method: &'static str, path: &str) -> Ask<'_> {
        let path =
            if path.starts_with('/') && !path.starts_with("//") { format!("/api/v1{path}") } else { path.into() };
        self.ask_at(method, &path)
    }

    fn ask_at(&self, method: &'static str, path: &str) -> Ask<'_> {
        let mut headers = HeaderMap::new();
        let host = self.origin.split_once("://").unwrap().1;
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if method != "GET" && method != "HEAD" {
            headers.insert("x-eggtooth", HeaderValue::from_static("1"));
        }
        let (ip, path) = ("203.0.113.9".parse().unwrap(), path.to_owned());
        Ask { fixture: self, method, path, ip, headers, body: Body::empty() }
    }

    fn get(&self, path: &str) -> Ask<'_> {
        self.ask("GET", path)
    }

    fn post(&self, path: &str) -> Ask<'_> {
        self.ask("POST", path)
    }
}

/// A request.
struct Ask<'a> {
    fixture: &'a Fixture,
    method: &'static str,
    path: String,
    ip: IpAddr,
    headers: HeaderMap,
    body: Body,
}

impl Ask<'_> {
    fn at(mut self, ip: &str) -> Self {
        self.ip = ip.parse().unwrap();
        self
    }

    fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    fn json(mut self, body: &Value) -> Self {
        self.body = Body::from(body.to_string());
        self.header("content-type", "application/json")
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    async fn send(self) -> Reply {
        let mut request = Request::builder().method(self.method).uri(self.path).body(self.body).unwrap();
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.ip, 40_000)));
        let response = self.fixture.router.clone().call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let set = parts.headers.get(header::SET_COOKIE).map(|value| value.to_str().unwrap().to_owned());
        let cookie = set.as_deref().and_then(|set| set.split(';').next()).map(str::to_owned);
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status.as_u16(), headers: parts.headers, set, cookie, body }
    }
}

/// An answer.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    /// The header `Set-Cookie`.
    set: Option<String>,
    /// Its first part, as a browser sends it back.
    cookie: Option<String>,
    body: Value,
}

impl Reply {
    fn title(&self) -> &str {
        self.body["title"].as_str().unwrap_or_default()
    }
}

/// Whether a future is not done when it is asked once; then it is dropped.
async fn waits<F: Future>(future: F) -> bool {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

const OK: u16 = StatusCode::OK.as_u16();
