//! quinn's configuration: every limit is set here, because several of its defaults are no limits at all.

use std::sync::Arc;

use quinn::{ClientConfig, Connection, EndpointConfig, IdleTimeout, ServerConfig, TransportConfig, VarInt};
use quinn::{ValidationTokenConfig, crypto::rustls as quic_tls};

use crate::net::goodbye::Closing;
use crate::{Limits, PeerError, PeerKey};

/// Of one connection, in either direction; `closing` is its own.
pub(crate) fn transport(limits: &Limits, closing: &Closing) -> Result<Arc<TransportConfig>, PeerError> {
    let idle = IdleTimeout::try_from(limits.idle)
        .map_err(|_| PeerError::Setup(format!("an idle time of {:?} is too long", limits.idle)))?;
    let mut config = TransportConfig::default();
    config
        .receive_window(VarInt::from_u32(limits.receive_window))
        .stream_receive_window(VarInt::from_u32(limits.stream_window))
        .send_window(limits.send_window.into())
        .max_concurrent_bidi_streams(VarInt::from_u32(limits.bidi_streams))
        .max_concurrent_uni_streams(VarInt::from_u32(limits.uni_streams))
        .datagram_receive_buffer_size(Some(limits.datagram_buffer))
        .datagram_send_buffer_size(limits.datagram_buffer)
        .keep_alive_interval(Some(limits.keep_alive))
        .max_idle_timeout(Some(idle))
        .initial_rtt(limits.initial_rtt)
        .congestion_controller_factory(Arc::new(closing.clone()));
    Ok(Arc::new(config))
}

/// Of the socket: QUIC version 1 alone, none of the drafts.
pub(crate) fn endpoint() -> EndpointConfig {
    let mut config = EndpointConfig::default();
    config.supported_versions(vec![1]);
    config
}

/// Of the listening side.
pub(crate) fn server(
    tls: rustls::ServerConfig,
    transport: Arc<TransportConfig>,
    limits: &Limits,
) -> Result<ServerConfig, PeerError> {
    let tls = quic_tls::QuicServerConfig::try_from(tls).map_err(|error| PeerError::Setup(error.to_string()))?;
    let mut tokens = ValidationTokenConfig::default();
    // A token for later would be a mark by which the network could know somebody again.
    tokens.sent(0);
    let mut config = ServerConfig::with_crypto(Arc::new(tls));
    config
        .transport_config(transport)
        .max_incoming(limits.incoming)
        .incoming_buffer_size(limits.incoming_buffer)
        .incoming_buffer_size_total(limits.incoming_buffer_total)
        .validation_token_config(tokens)
        // Laptops change networks; the key cannot change with them.
        .migration(true);
    Ok(config)
}

/// Of one call.
pub(crate) fn client(tls: rustls::ClientConfig, transport: Arc<TransportConfig>) -> Result<ClientConfig, PeerError> {
    let tls = quic_tls::QuicClientConfig::try_from(tls).map_err(|error| PeerError::Setup(error.to_string()))?;
    let mut config = ClientConfig::new(Arc::new(tls));
    config.transport_config(transport);
    Ok(config)
}

/// Who is at the other end of a finished handshake. `None` would be a fault of the handshake: it proves a key and
/// names `alpn`.
pub(crate) fn peer(connection: &Connection, alpn: &[u8]) -> Option<PeerKey> {
    let data = connection.handshake_data()?.downcast::<quic_tls::HandshakeData>().ok()?;
    let chain = connection.peer_identity()?.downcast::<Vec<rustls::pki_types::CertificateDer<'static>>>().ok()?;
    match chain.as_slice() {
        [spki] if data.protocol.as_deref() == Some(alpn) => PeerKey::from_spki(spki),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::MEETING_ALPN;
    use crate::net::tls::{Own, Shown};

    #[test]
    fn every_limit_of_service_md_is_set() {
        let limits = Limits::default();
        let own = Own::new(&crate::Identity::generate().unwrap(), MEETING_ALPN).unwrap();
        let tls = own.server(Arc::new(|_| false), Shown::default()).unwrap();
        let config = server(tls, transport(&limits, &Closing::default()).unwrap(), &limits).unwrap();
        let shown = format!("{config:?}");
        // §3.1, as the library shows them.
        let set = [
            " receive_window: 262144,",
            "stream_receive_window: 65536,",
            "send_window: 262144,",
            "max_concurrent_bidi_streams: 4,",
            "max_concurrent_uni_streams: 2,",
            "datagram_receive_buffer_size: Some(65536)",
            "datagram_send_buffer_size: 65536",
            "keep_alive_interval: Some(10s)",
            "max_idle_timeout: Some(30000)",
            "initial_rtt: 100ms",
            "max_incoming: 32,",
            "incoming_buffer_size: 16384,",
            "incoming_buffer_size_total: 2097152",
            "migration: true",
            "sent: 0",
        ];
        for one in set {
            assert!(shown.contains(one), "{one} is not in {shown}");
        }
        // §3.3.
        assert_eq!(limits.handshakes, 10);
    }
}
