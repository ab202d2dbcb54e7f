//! A daycare while its door is open: listeners, signals, and how it closes.

use super::ServeError;
use super::announce::Opening;
use super::ca::Authority;
use super::connections::{Connections, HEADER_TIME, limit};
use super::metrics;
use super::open::Opened;
use super::patient::Prompt;
use super::tls::{Shown, Source};
use crate::house::House;
use crate::id::now;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// What live sockets and requests have to end after a signal.
const FAREWELL: Duration = Duration::from_secs(3);
/// What the last snapshots may take.
const LAST_SNAPSHOTS: Duration = Duration::from_secs(6);
/// How often the certificate is looked at.
const LOOK: Duration = Duration::from_secs(12 * 3600);

/// The authority's certificate for `/ca.pem`; it may change when files are read again.
type Shared = Arc<Mutex<Option<Authority>>>;

/// Opens the door and returns when everything has closed.
///
/// # Errors
/// [`ServeError`].
pub async fn run(opened: Opened) -> Result<(), ServeError> {
    let mut signals = Signals::new()?;
    let Opened { house, engine, listener, tls, metrics_listener, metrics, connections, drain, qr, only_here } = opened;
    let (gone, mut engine_gone) = oneshot::channel();
    std::thread::Builder::new()
        .name("engine's end".into())
        .spawn(move || {
            engine.join();
            let _ = gone.send(());
        })
        .map_err(ServeError::system("a thread"))?;

    let authority: Shared = Arc::default();
    let app = crate::http::router(Arc::clone(&house))
        .merge(Router::new().route("/ca.pem", get(ca)).with_state(Arc::clone(&authority)))
        .layer(middleware::from_fn_with_state(metrics.clone(), metrics::counted));
    let handle = Handle::new();
    let metrics_at = metrics_listener.as_ref().and_then(|listener| listener.local_addr().ok());
    let mut upkeep = None;
    let mut serving = match tls {
        Some((source, shown)) => {
            put(&authority, shown.authority);
            let config = RustlsConfig::from_config(shown.config);
            upkeep = Some(tokio::spawn(keep(source, config.clone(), Arc::clone(&authority))));
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(HEADER_TIME).acceptor(connections.clone());
            let mut server =
                axum_server::from_tcp(listener).map_err(ServeError::system("the listener"))?.acceptor(Prompt(acceptor));
            limit(server.http_builder());
            let app = app.into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(server.handle(handle.clone()).serve(app))
        }
        None => {
            let server = axum_server::from_tcp(listener).map_err(ServeError::system("the listener"))?;
            let mut server = server.acceptor(Prompt(connections.clone()));
            limit(server.http_builder());
            let app = app.into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(server.handle(handle.clone()).serve(app))
        }
    };
    let metrics_handle = Handle::new();
    if let Some(listener) = metrics_listener {
        let app = metrics::router(metrics, Arc::clone(&house));
        tokio::spawn(serve_metrics(listener, app, metrics_handle.clone()));
    }
    tell(&house, &authority, metrics_at, qr, only_here);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), origins = %house.origins.join(" "), "open");

    let result = tokio::select! {
        signal = signals.end() => {
            tracing::info!(signal, "closing");
            Ok(())
        }
        _ = &mut engine_gone => Err(ServeError::EngineStopped),
        ended = &mut serving => Err(match ended {
            Ok(Err(error)) => ServeError::System { what: "the listener", reason: error.to_string() },
            _ => ServeError::System { what: "the listener", reason: "it has stopped by itself".into() },
        }),
    };
    tokio::spawn(async move {
        signals.end().await;
        tracing::warn!("ended at once; what was acknowledged is in the journal");
        std::process::exit(1);
    });
    if let Some(upkeep) = upkeep {
        upkeep.abort();
    }
    metrics_handle.shutdown();
    handle.graceful_shutdown(Some(FAREWELL));
    drain.send_replace(true);
    if tokio::time::timeout(FAREWELL, connections.closed()).await.is_err() {
        tracing::warn!(connections = connections.open(), "not everybody has gone; the rest is cut off");
        handle.shutdown();
    }
    result?;
    close(&house, engine_gone, &connections).await
}

/// The last snapshots.
async fn close(house: &House, engine_gone: oneshot::Receiver<()>, connections: &Connections) -> Result<(), ServeError> {
    // Friends hear that the toys leave; what is on its way is written down in any case.
    let tables = house.tables.clone();
    let left = tokio::task::spawn_blocking(move || tables.close());
    let closed = tokio::time::timeout(LAST_SNAPSHOTS, async {
        let _ = left.await;
        let drained = house.host.drain().await;
        let _ = engine_gone.await;
        drained
    });
    match closed.await {
        Ok(drained) => drained?,
        Err(_) => return Err(ServeError::Slow),
    }
    tracing::info!(connections_refused = connections.refused(), "closed");
    Ok(())
}

/// Tells people where the daycare is. A closed standard output is no reason to stop.
fn tell(house: &House, authority: &Shared, metrics: Option<SocketAddr>, qr: bool, only_here: bool) {
    let token = house.door.set_up_token();
    let authority = authority.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let text = Opening {
        origins: &house.origins,
        token: token.as_ref().map(|token| token.as_str()),
        minutes: crate::door::SET_UP_MINUTES,
        authority: authority.as_ref(),
        metrics: metrics.map(|address| format!("http://{address}/metrics")),
        qr,
        only_here,
    }
    .text();
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

async fn serve_metrics(listener: TcpListener, app: Router, handle: Handle<SocketAddr>) {
    let served = async {
        let mut server = axum_server::from_tcp(listener)?.acceptor(Prompt(Connections::default()));
        limit(server.http_builder());
        server.handle(handle).serve(app.into_make_service()).await
    };
    if let Err(error) = served.await {
        tracing::error!("metrics are told no more: {error}");
    }
}

/// The authority's certificate: what phones install, and what the desktop's game confirms and pins.
async fn ca(State(authority): State<Shared>) -> Response {
    let pem = authority.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|authority| authority.pem.clone());
    let headers = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    match pem {
        Some(pem) => (headers, pem).into_response(),
        None => (StatusCode::NOT_FOUND, "this daycare has no authority of its own\n").into_response(),
    }
}

fn put(shared: &Shared, authority: Option<Authority>) {
    *shared.lock().unwrap_or_else(PoisonError::into_inner) = authority;
}

/// Reads the certificate again on SIGHUP, and twice a day: ours is renewed in time however long the daycare runs.
async fn keep(source: Source, config: RustlsConfig, authority: Shared) {
    let mut asked = match Hangups::new() {
        Ok(asked) => asked,
        Err(error) => return tracing::warn!("the certificate is not read again while the daycare runs: {error}"),
    };
    loop {
        let by_signal = tokio::select! {
            () = asked.next() => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        let source = source.clone();
        match tokio::task::spawn_blocking(move || source.load(now())).await {
            Ok(Ok(Shown { config: read, authority: issuer, until })) => {
                config.reload_from_config(read);
                put(&authority, issuer);
                if by_signal {
                    let days = until.saturating_sub(now()) / super::ca::DAY;
                    tracing::info!(days, "the certificate was read again");
                }
            }
            Ok(Err(error)) => tracing::error!("the old certificate stays: {error}"),
            Err(error) => tracing::error!("the old certificate stays: {error}"),
        }
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Signals, ServeError> {
        use tokio::signal::unix::{SignalKind, signal};
        let install = |kind| signal(kind).map_err(ServeError::system("signals"));
        Ok(Signals { terminate: install(SignalKind::terminate())?, interrupt: install(SignalKind::interrupt())? })
    }

    async fn end(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Signals, ServeError> {
        Ok(Signals)
    }

    async fn end(&mut self) -> &'static str {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}

#[cfg(unix)]
struct Hangups(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangups {
    fn new() -> std::io::Result<Hangups> {
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).map(Hangups)
    }

    async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
struct Hangups;

#[cfg(not(unix))]
impl Hangups {
    fn new() -> std::io::Result<Hangups> {
        Ok(Hangups)
    }

    async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}
