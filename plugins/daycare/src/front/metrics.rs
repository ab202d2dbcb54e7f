//! Figures for Prometheus, on a listener of their own that only this computer reaches.

use super::connections::Connections;
use crate::host::Fares;
use crate::house::House;
use crate::store::Numbers;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeMetric;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How old the figures of the engine room and the store may be: who asks more often gets the same again.
const FRESH: Duration = Duration::from_secs(1);
/// How long they may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bounds of the histogram of requests, in seconds.
const BOUNDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];
/// What the engine room's three figures are: the median, the 99th of a hundred, the worst.
const QUANTILES: [&str; 3] = ["0.5", "0.99", "1"];
/// The media type of the text (OpenMetrics 1.0).
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels<const N: usize> = [(&'static str, String); N];

/// Counts requests, and tells what else there is to tell. Clones share it.
#[derive(Clone, Debug)]
pub struct Metrics {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    requests: Family<Labels<3>, Counter>,
    durations: Family<Labels<1>, Histogram>,
    connections: Connections,
    told: Mutex<Option<(Instant, Figures)>>,
}

/// What the engine room and the store say of themselves; `None` where they do not answer.
#[derive(Clone, Debug, Default)]
struct Figures {
    fares: Option<Fares>,
    numbers: Option<Numbers>,
    sockets: usize,
}

impl Metrics {
    /// Begins to count.
    #[must_use]
    pub fn new(connections: Connections) -> Metrics {
        let durations = Family::new_with_constructor(histogram as fn() -> Histogram);
        Metrics {
            inner: Arc::new(Inner { requests: Family::default(), durations, connections, told: Mutex::default() }),
        }
    }

    /// Counts a request of this route, however it was written.
    fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let method = match method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
            // Anybody may make up methods; each would be a series of its own.
            _ => "other",
        };
        let status = status.as_u16().to_string();
        let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status)];
        self.inner.requests.get_or_create(&labels).inc();
        self.inner.durations.get_or_create(&[("route", route.to_owned())]).observe(took.as_secs_f64());
    }

    async fn look(&self, house: &House) -> Figures {
        let mut told = self.inner.told.lock().await;
        if let Some((when, figures)) = &*told
            && when.elapsed() < FRESH
        {
            return figures.clone();
        }
        let fares = tokio::time::timeout(PATIENCE, house.host.fares());
        let numbers = tokio::time::timeout(PATIENCE, house.blocking(|store| store.numbers()));
        let (fares, numbers) = tokio::join!(fares, numbers);
        let figures = Figures {
            fares: fares.ok().and_then(Result::ok),
            numbers: numbers.ok().and_then(Result::ok),
            sockets: house.door.seats(),
        };
        *told = Some((Instant::now(), figures.clone()));
        figures
    }

    /// The text of everything.
    fn text(&self, figures: &Figures) -> Result<String, std::fmt::Error> {
        let mut registry = Registry::with_prefix("eggtooth");
        let mut book = Book(&mut registry);
        book.put("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        book.level("engine_up", "Whether the engine room answers, 1 or 0", u8::from(figures.fares.is_some()));
        book.level("store_up", "Whether the store answers, 1 or 0", u8::from(figures.numbers.is_some()));
        if let Some(fares) = &figures.fares {
            book.fares(fares);
        }
        if let Some(numbers) = &figures.numbers {
            book.numbers(numbers);
        }
        book.level("live_sockets", "Open live sockets", count(figures.sockets));
        book.level("connections", "Open connections", count(self.inner.connections.open()));
        let refused = ConstCounter::new(self.inner.connections.refused());
        book.put("connections_refused", "Connections refused because there were too many", refused);
        book.put("http_requests", "Requests by method, route and status", self.inner.requests.clone());
        let help = "How long requests took, by route";
        book.measure("http_request_duration", help, Unit::Seconds, self.inner.durations.clone());
        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    }
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

#[allow(clippy::cast_precision_loss, reason = "a figure for a graph")]
fn count(number: usize) -> f64 {
    number as f64
}

/// Where figures are put down for one answer.
struct Book<'a>(&'a mut Registry);

impl Book<'_> {
    fn put(&mut self, name: &str, help: &str, metric: impl EncodeMetric + Debug + Send + Sync + 'static) {
        self.0.register(name, help, metric);
    }

    fn measure(
        &mut self,
        name: &str,
        help: &str,
        unit: Unit,
        metric: impl EncodeMetric + Debug + Send + Sync + 'static,
    ) {
        self.0.register_with_unit(name, help, unit, metric);
    }

    fn level(&mut self, name: &str, help: &str, value: impl Into<f64>) {
        self.put(name, help, ConstGauge::new(value.into()));
    }

    fn fares(&mut self, fares: &Fares) {
        self.level("toys", "Toys that live here", count(fares.toys));
        self.level("toys_watched", "Toys that somebody watches", count(fares.watched));
        self.level("toys_catching_up", "Toys that live what they missed", count(fares.catching_up));
        self.level("toys_broken", "Toys that could not be restored", count(fares.broken));
        self.level("viewers", "Watchers of toys", count(fares.watchers));
        let late = Family::<Labels<2>, Gauge<f64, AtomicU64>>::default();
        for (toys, figures) in [("watched", fares.watched_late), ("others", fares.late)] {
            for (quantile, milliseconds) in QUANTILES.iter().zip(figures) {
                let labels = [("toys", toys.to_owned()), ("quantile", (*quantile).to_owned())];
                late.get_or_create(&labels).set(milliseconds / 1000.0);
            }
        }
        self.measure("tick_lateness", "How late toys were lately; quantile 1 is the worst", Unit::Seconds, late);
        let acknowledged = Family::<Labels<1>, Gauge<f64, AtomicU64>>::default();
        for (quantile, milliseconds) in QUANTILES.iter().zip(fares.acknowledged) {
            acknowledged.get_or_create(&[("quantile", (*quantile).to_owned())]).set(milliseconds / 1000.0);
        }
        let help = "From a press to its durable acknowledgement lately; quantile 1 is the worst";
        self.measure("acknowledgement", help, Unit::Seconds, acknowledged);
        let load = ConstGauge::new(fares.load);
        self.measure("engine_load", "Share of the time worked, of each core", Unit::Ratios, load);
        self.put("presses", "Presses since the start", ConstCounter::new(fares.presses));
    }

    #[allow(clippy::cast_precision_loss, reason = "figures for a graph")]
    fn numbers(&mut self, numbers: &Numbers) {
        self.level("store_toys", "Toys in the store", numbers.toys as f64);
        self.level("accounts", "Accounts", numbers.accounts as f64);
        self.level("store_journal_entries", "Records in the journal", numbers.entries as f64);
        self.level("store_snapshots", "Snapshots kept", numbers.snapshots as f64);
        let help = "Transactions written since the start";
        self.put("store_commits", help, ConstCounter::new(numbers.commits));
        let bytes = ConstGauge::new(numbers.bytes as f64);
        self.measure("store_size", "The store on the disk", Unit::Bytes, bytes);
    }
}

/// Counts a request and how it ended; to be laid around the whole router.
pub async fn counted(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    let (status, took) = (response.status(), start.elapsed());
    metrics.count(&method, route, status, took);
    let milliseconds = took.as_secs_f64() * 1000.0;
    let status = status.as_u16();
    if status >= 500 && status != 503 {
        tracing::warn!(%method, route, status, milliseconds, "a request failed");
    } else {
        tracing::debug!(%method, route, status, milliseconds, "request");
    }
    response
}

/// `/metrics`, for a listener on this computer alone.
pub fn router(metrics: Metrics, house: Arc<House>) -> Router {
    Router::new().route("/metrics", get(tell)).with_state((metrics, house))
}

async fn tell(State((metrics, house)): State<(Metrics, Arc<House>)>, headers: HeaderMap) -> Response {
    // A page elsewhere may have its name lead here; it cannot make a browser send another name.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_here(host) {
        return (StatusCode::FORBIDDEN, "metrics are told to this computer alone; ask by 127.0.0.1\n").into_response();
    }
    match metrics.text(&metrics.look(&house).await) {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn is_here(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn everything_is_told_by_its_conventional_name() {
        let metrics = Metrics::new(Connections::default());
        metrics.count(&Method::GET, "/api/v1/toys/{toy}", StatusCode::OK, Duration::from_millis(3));
        metrics.count(&Method::GET, "/api/v1/toys/{toy}", StatusCode::OK, Duration::from_millis(30));
        metrics.count(&Method::from_bytes(b"MADEUP").unwrap(), "other", StatusCode::NOT_FOUND, Duration::ZERO);
        let fares = Fares {
            toys: 3,
            watched: 1,
            watchers: 2,
            watched_late: [0.5, 2.0, 8.0],
            acknowledged: [5.0, 12.0, 40.0],
            load: 0.25,
            presses: 7,
            ..Fares::default()
        };
        let numbers = Numbers { toys: 3, bytes: 4096, commits: 9, ..Numbers::default() };
        let text = metrics.text(&Figures { fares: Some(fares), numbers: Some(numbers), sockets: 2 }).unwrap();
        for line in [
            "eggtooth_engine_up 1.0",
            "eggtooth_toys 3.0",
            "eggtooth_toys_watched 1.0",
            "eggtooth_viewers 2.0",
            "eggtooth_tick_lateness_seconds{toys=\"watched\",quantile=\"0.99\"} 0.002",
            "eggtooth_acknowledgement_seconds{quantile=\"1\"} 0.04",
            "eggtooth_engine_load_ratios 0.25",
            "eggtooth_presses_total 7",
            "eggtooth_store_size_bytes 4096.0",
            "eggtooth_store_commits_total 9",
            "eggtooth_live_sockets 2.0",
            "eggtooth_http_requests_total{method=\"GET\",route=\"/api/v1/toys/{toy}\",status=\"200\"} 2",
            "eggtooth_http_requests_total{method=\"other\",route=\"other\",status=\"404\"} 1",
            "eggtooth_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/api/v1/toys/{toy}\"} 1",
            "# EOF",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn an_engine_room_that_does_not_answer_is_told() {
        let text = Metrics::new(Connections::default()).text(&Figures::default()).unwrap();
        assert!(text.contains("\neggtooth_engine_up 0.0\n") && text.contains("\neggtooth_store_up 0.0\n"), "{text}");
        assert!(!text.contains("eggtooth_toys "));
    }

    #[test]
    fn only_this_computers_own_names_are_answered() {
        for host in ["localhost", "localhost:9464", "127.0.0.1:9464", "127.0.0.2", "[::1]:9464", "[::1]"] {
            assert!(is_here(host), "{host}");
        }
        for host in ["", "evil.example", "localhost.evil.example:9464", "192.168.1.20:9464", "127.0.0.1.evil"] {
            assert!(!is_here(host), "{host}");
        }
    }
}
