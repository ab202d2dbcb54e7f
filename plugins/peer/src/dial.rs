//! The calling side.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use quinn::{ConnectError, Connection, ConnectionError, ReadExactError, RecvStream, SendStream};
use tokio::time::timeout_at;

use crate::goodbye::Closing;
use crate::hello::{HELLO, NO_HELLO, SILENT};
use crate::tls::{Own, Shown};
use crate::{Limits, PeerError, PeerKey, quic};

/// Never sent (SNI is off), but the library wants a name.
const NAME: &str = "eggtooth.invalid";

/// One call.
pub(crate) struct Call<'a> {
    pub(crate) endpoint: &'a quinn::Endpoint,
    pub(crate) own: &'a Own,
    pub(crate) limits: &'a Limits,
    pub(crate) closing: &'a Closing,
    pub(crate) addr: SocketAddr,
    pub(crate) pinned: PeerKey,
    pub(crate) limit: Duration,
}

impl Call<'_> {
    /// Until the other side has answered our hello. A listener checks our key after we have checked its own, so only
    /// its hello says that we are in.
    pub(crate) async fn run(&self) -> Result<(Connection, SendStream, RecvStream), PeerError> {
        let shown: Shown = Arc::new(OnceLock::new());
        let began = Instant::now();
        let until = began.checked_add(self.limit).unwrap_or_else(|| began + Duration::from_secs(3600)).into();
        let failed = |error: &ConnectionError| {
            PeerError::dial(self.addr, self.own.key, self.pinned, shown.get().copied(), began.elapsed(), error)
        };
        let tls = self.own.client(self.pinned, shown.clone()).map_err(|e| PeerError::Setup(e.to_string()))?;
        let config = quic::client(tls, quic::transport(self.limits, self.closing)?)?;
        let connecting = self.endpoint.connect_with(config, self.addr, NAME).map_err(|e| self.impossible(&e))?;
        let connection = match timeout_at(until, connecting).await {
            Ok(connection) => connection.map_err(|error| failed(&error))?,
            Err(_) => return Err(PeerError::Nobody { addr: self.addr, waited: self.limit }),
        };
        match timeout_at(until, greet(&connection)).await {
            Ok(Ok((send, recv))) => Ok((connection, send, recv)),
            Ok(Err(Some(error))) => Err(failed(&error)),
            Ok(Err(None)) => {
                connection.close(NO_HELLO, b"another hello was expected");
                Err(PeerError::Foreign { addr: self.addr, reason: "its hello is another one".into() })
            }
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

/// Opens the stream and exchanges the hellos. `None`: the answer was no hello.
async fn greet(connection: &Connection) -> Result<(SendStream, RecvStream), Option<ConnectionError>> {
    let (mut send, mut recv) = connection.open_bi().await?;
    // If this fails, reading says why.
    let _ = send.write_all(&HELLO).await;
    let mut hello = [0; HELLO.len()];
    match recv.read_exact(&mut hello).await {
        Ok(()) if hello == HELLO && quic::peer(connection).is_some() => Ok((send, recv)),
        Err(ReadExactError::ReadError(quinn::ReadError::ConnectionLost(error))) => Err(Some(error)),
        _ => Err(None),
    }
}
