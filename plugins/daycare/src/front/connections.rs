//! How many connections there may be. The rest is hyper's: how slowly a header may come, how large it may be.

use axum_server::accept::Accept;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Connections at a time.
pub const MOST: usize = 1024;
/// Connections at a time from one address (of IPv6: from one /64), but for this computer itself, where a proxy speaks
/// for everybody.
pub const MOST_OF_ONE: usize = 256;
/// How long a request's header may take, and a connection may be idle.
pub const HEADER_TIME: Duration = Duration::from_secs(10);
/// The largest header, in bytes.
pub const MAX_HEADER: usize = 16 * 1024;

/// Sets what a connection may do.
pub fn limit(builder: &mut Builder<TokioExecutor>) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(MAX_HEADER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEADER as u32)
        .max_concurrent_streams(64)
        .keep_alive_interval(HEADER_TIME)
        .keep_alive_timeout(HEADER_TIME);
}

/// The connections that there are. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Connections {
    counts: Arc<Mutex<Counts>>,
    closed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    refused: u64,
    by_address: HashMap<IpAddr, usize>,
}

impl Connections {
    /// How many there are.
    #[must_use]
    pub fn open(&self) -> usize {
        self.with(|counts| counts.all)
    }

    /// How many were refused since the start.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.with(|counts| counts.refused)
    }

    /// Returns when there is none; for one who waits.
    pub async fn closed(&self) {
        while self.open() > 0 {
            self.closed.notified().await;
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Counts) -> T) -> T {
        work(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a connection until the answer is dropped. `None` where there are too many.
    fn admit(&self, from: IpAddr) -> Option<Place> {
        let from = network(from);
        self.with(|counts| {
            let mine = counts.by_address.get(&from).copied().unwrap_or(0);
            if counts.all >= MOST || (mine >= MOST_OF_ONE && !from.is_loopback()) {
                counts.refused += 1;
                return None;
            }
            counts.all += 1;
            counts.by_address.insert(from, mine + 1);
            Some(Place { connections: self.clone(), from })
        })
    }
}

/// Whose connections are counted together.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        other => other,
    }
}

/// A connection that is counted.
#[derive(Debug)]
struct Place {
    connections: Connections,
    from: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let left = self.connections.with(|counts| {
            counts.all = counts.all.saturating_sub(1);
            if let Some(mine) = counts.by_address.get_mut(&self.from) {
                *mine = mine.saturating_sub(1);
                if *mine == 0 {
                    counts.by_address.remove(&self.from);
                }
            }
            counts.all
        });
        if left == 0 {
            self.connections.closed.notify_one();
        }
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = Counted;
    type Service = S;
    type Future = Ready<io::Result<(Counted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.count(stream).map(|stream| (stream, service)))
    }
}

impl Connections {
    fn count(&self, stream: TcpStream) -> io::Result<Counted> {
        let place = self.admit(stream.peer_addr()?.ip()).ok_or(io::ErrorKind::QuotaExceeded)?;
        // Presses and frames are small and wait for nothing.
        stream.set_nodelay(true)?;
        Ok(Counted { stream, _place: place })
    }
}

/// A connection, counted until it is closed.
#[derive(Debug)]
pub struct Counted {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Lets this process have a file for every connection, where the system's usual limit is lower and may be raised.
pub fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        const WANTED: u64 = MOST as u64 + 512;
        let mut limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < WANTED) {
            limit.current = Some(limit.maximum.map_or(WANTED, |most| most.min(WANTED)));
            if setrlimit(Resource::Nofile, limit).is_err() || limit.current < Some(WANTED) {
                tracing::warn!(files = limit.current, "fewer files may be open than connections are allowed");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_network_has_its_share_and_gives_it_back() {
        let connections = Connections::default();
        let mut places: Vec<_> = (0..MOST_OF_ONE).map(|_| connections.admit(ip("192.0.2.1")).unwrap()).collect();
        assert!(connections.admit(ip("192.0.2.1")).is_none());
        assert!(connections.admit(ip("::ffff:192.0.2.1")).is_none());
        places.push(connections.admit(ip("192.0.2.2")).unwrap());
        assert_eq!((connections.open(), connections.refused()), (MOST_OF_ONE + 1, 2));
        places.clear();
        assert_eq!(connections.open(), 0);
        assert!(connections.with(|counts| counts.by_address.is_empty()));
        assert!(connections.admit(ip("192.0.2.1")).is_some());
    }

    #[test]
    fn ipv6_is_counted_by_64_bits() {
        let connections = Connections::default();
        let places: Vec<_> =
            (0..MOST_OF_ONE).map(|n| connections.admit(ip(&format!("2001:db8::{n:x}"))).unwrap()).collect();
        assert!(connections.admit(ip("2001:db8::ffff:1")).is_none());
        assert!(connections.admit(ip("2001:db8:0:1::1")).is_some());
        drop(places);
    }

    #[test]
    fn this_computer_may_have_all_and_nobody_more() {
        let connections = Connections::default();
        let places: Vec<_> = (0..MOST).map(|_| connections.admit(ip("127.0.0.1")).unwrap()).collect();
        assert!(connections.admit(ip("127.0.0.1")).is_none() && connections.admit(ip("192.0.2.1")).is_none());
        drop(places);
    }
}
