//! The calling side.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use quinn::{ConnectError, Connection, ConnectionError, ReadExactError, RecvStream, SendStream};
use tokio::time::timeout_at;

use crate::net::goodbye::Closing;
use crate::net::hello::{NO_HELLO, SILENT};
use crate::net::quic;
use crate::net::tls::{Own, Shown};
use crate::{HelloError, Limits, PeerError, PeerKey};

/// Never sent (SNI is off), but the library wants a name.
const NAME: &str = "eggtooth.invalid";

/// One call to one address.
pub(crate) struct Call {
    endpoint: quinn::Endpoint,
    own: Arc<Own>,
    limits: Limits,
    addr: SocketAddr,
    pinned: PeerKey,
    limit: Duration,
    began: Instant,
    shown: Shown,
    /// For the congestion control of this call.
    pub(crate) closing: Closing,
}

/// Why an answer is no greeting.
pub(crate) enum NoHello {
    /// The stream ended or broke.
    Read(ReadExactError),
    /// It is something else.
    Other(String),
}

impl From<ReadExactError> for NoHello {
    fn from(error: ReadExactError) -> Self {
        Self::Read(error)
    }
}

impl From<HelloError> for NoHello {
    fn from(error: HelloError) -> Self {
        Self::Other(error.to_string())
    }
}

impl Call {
    /// `limit`: for handshake and greeting together.
    pub(crate) fn new(
        endpoint: &quinn::Endpoint,
        own: &Arc<Own>,
        limits: &Limits,
        addr: SocketAddr,
        pinned: PeerKey,
        limit: Duration,
    ) -> Self {
        let (endpoint, own, limits) = (endpoint.clone(), own.clone(), limits.clone());
        let (began, shown, closing) = (Instant::now(), Arc::new(OnceLock::new()), Closing::default());
        Self { endpoint, own, limits, addr, pinned, limit, began, shown, closing }
    }

    fn until(&self) -> tokio::time::Instant {
        self.began.checked_add(self.limit).unwrap_or_else(|| self.began + Duration::from_secs(3600)).into()
    }

    fn failed(&self, error: &ConnectionError) -> PeerError {
        let shown = self.shown.get().copied();
        PeerError::dial(self.addr, self.own.key, self.pinned, shown, self.began.elapsed(), error)
    }

    /// Until the other side has proven its key. Whether it takes ours only its hello says: it checks after us.
    pub(crate) async fn handshake(&self) -> Result<Connection, PeerError> {
        let tls = self.own.client(self.pinned, self.shown.clone()).map_err(|e| PeerError::Setup(e.to_string()))?;
        let config = quic::client(tls, quic::transport(&self.limits, &self.closing)?)?;
        let connecting = self.endpoint.connect_with(config, self.addr, NAME).map_err(|e| self.impossible(&e))?;
        match timeout_at(self.until(), connecting).await {
            Ok(connection) => connection.map_err(|error| self.failed(&error)),
            // Whoever has shown the key is there; only the rest was lost.
            Err(_) if self.shown.get() == Some(&self.pinned) => {
                Err(PeerError::Lost("the other side picked up, but the line is too bad".into()))
            }
            Err(_) => Err(PeerError::Nobody { addr: self.addr, waited: self.limit }),
        }
    }

    /// Opens the stream, says `hello` and hears the answer.
    pub(crate) async fn greet<T>(
        &self,
        connection: &Connection,
        hello: &[u8],
        hear: impl AsyncFnOnce(&mut RecvStream) -> Result<T, NoHello>,
    ) -> Result<(SendStream, RecvStream, T), PeerError> {
        let greeting = async {
            let (mut send, mut recv) = connection.open_bi().await.map_err(|error| self.failed(&error))?;
            // If this fails, reading says why.
            let _ = send.write_all(hello).await;
            let reason = match hear(&mut recv).await {
                Ok(heard) if quic::peer(connection, self.own.alpn).is_some() => return Ok((send, recv, heard)),
                Err(NoHello::Read(ReadExactError::ReadError(quinn::ReadError::ConnectionLost(error)))) => {
                    return Err(self.failed(&error));
                }
                Err(NoHello::Other(reason)) => reason,
                Ok(_) | Err(NoHello::Read(_)) => "its hello is another one".into(),
            };
            connection.close(NO_HELLO, b"another hello was expected");
            Err(PeerError::Foreign { addr: self.addr, reason })
        };
        match timeout_at(self.until(), greeting).await {
            Ok(greeted) => greeted,
            Err(_) => {
                connection.close(SILENT, b"no hello in time");
                Err(PeerError::Lost("the other side picked up but said nothing".into()))
            }
        }
    }

    fn impossible(&self, error: &ConnectError) -> PeerError {
        let reason = match error {
            ConnectError::InvalidRemoteAddress(addr) if addr.port() == 0 => "it has no port".into(),
            ConnectError::InvalidRemoteAddress(addr) if addr.is_ipv6() && !addr.ip().is_unspecified() => {
                "it is an IPv6 address, and the own socket is IPv4; bind to [::]:0".into()
            }
            ConnectError::InvalidRemoteAddress(_) => "it is nobody's address".into(),
            ConnectError::EndpointStopping => "the own socket is gone; start again".into(),
            other => other.to_string(),
        };
        PeerError::Address { addr: self.addr, reason }
    }
}
