//! Endpoints on loopback, and strangers who speak QUIC in ways of their own.
#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

pub mod relay;
pub mod tables;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use eggtooth_peer::{ALPN, Allow, Endpoint, Identity, Limits, PeerKey, Stream};
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use tokio::runtime::Runtime;

/// Longer than anything here should take.
pub const LONG: Duration = Duration::from_secs(20);

pub const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// An endpoint with a new key.
pub fn endpoint(allow: Allow) -> Endpoint {
    endpoint_with(allow, Limits::default())
}

pub fn endpoint_with(allow: Allow, limits: Limits) -> Endpoint {
    Endpoint::bind_with(LOOPBACK, &Identity::generate().unwrap(), allow, limits).unwrap()
}

/// Short times, the rest as usual.
pub fn hasty() -> Limits {
    Limits {
        keep_alive: Duration::from_millis(200),
        idle: Duration::from_millis(800),
        greeting: Duration::from_millis(500),
        write: Duration::from_millis(500),
        ..Limits::default()
    }
}

/// The stream of `caller` to `listener`, at both ends.
pub fn call(caller: &Endpoint, listener: &Endpoint) -> (Stream, Stream) {
    let outgoing = caller.connect(listener.local_addr(), listener.key(), LONG).unwrap();
    (outgoing, listener.accept(LONG).unwrap().unwrap())
}

/// Two endpoints and a stream from the first to the second.
pub fn pair_with(limits: Limits) -> (Endpoint, Endpoint, Stream, Stream) {
    let a = endpoint_with(Allow::Anyone, limits.clone());
    let b = endpoint_with(Allow::Only(vec![a.key()]), limits);
    let (at_a, at_b) = call(&a, &b);
    (a, b, at_a, at_b)
}

/// What a stranger shows in the handshake.
#[derive(Clone, Copy)]
pub enum Shows {
    Key,
    Certificate,
    Nothing,
}

/// Somebody with quinn but without our rules. Trusts everybody, and is dead whenever no call of it runs.
pub struct Stranger {
    pub runtime: Runtime,
    pub endpoint: quinn::Endpoint,
    pub key: PeerKey,
}

impl Stranger {
    /// Calls with `connect`, and can answer.
    pub fn new(shows: Shows, alpn: &[&[u8]]) -> Self {
        Self::claiming(None, shows, alpn)
    }

    /// Knows how to knock, and shows somebody else's key without having its private half.
    pub fn impostor(of: PeerKey) -> Self {
        Self::claiming(Some(of), Shows::Key, &[ALPN])
    }

    fn claiming(other: Option<PeerKey>, shows: Shows, alpn: &[&[u8]]) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let pkcs8 = ring::signature::Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        let signer = rustls::crypto::ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8.as_ref())).unwrap();
        let own = signer.public_key().unwrap().as_ref().to_vec();
        let spki = other.map_or(own, |other| other.to_spki().to_vec());
        let key = PeerKey::from_spki(&spki).unwrap();
        let certified = Arc::new(CertifiedKey::new(vec![CertificateDer::from(spki)], signer));
        let alpn: Vec<_> = alpn.iter().map(|name| name.to_vec()).collect();

        let raw = matches!(shows, Shows::Key);
        let client = rustls::ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Trusting { raw }));
        let mut client = match shows {
            Shows::Nothing => client.with_no_client_auth(),
            _ => client.with_client_cert_resolver(Arc::new(Resolver { raw, certified: certified.clone() })),
        };
        client.alpn_protocols.clone_from(&alpn);
        let client = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(client).unwrap()));

        let mut server = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_client_cert_verifier(Arc::new(Trusting { raw }))
            .with_cert_resolver(Arc::new(Resolver { raw, certified }));
        server.alpn_protocols = alpn;
        let server = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(server).unwrap()));

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut endpoint = {
            let _inside = runtime.enter();
            quinn::Endpoint::server(server, LOOPBACK).unwrap()
        };
        endpoint.set_default_client_config(client);
        Self { runtime, endpoint, key }
    }

    /// One who knows how to knock.
    pub fn knowing() -> Self {
        Self::new(Shows::Key, &[ALPN])
    }

    pub fn connect(&self, addr: SocketAddr) -> Result<quinn::Connection, quinn::ConnectionError> {
        self.runtime.block_on(async { self.endpoint.connect(addr, "stranger.invalid").unwrap().await })
    }

    /// How the connection ends.
    pub fn end(&self, connection: &quinn::Connection) -> quinn::ConnectionError {
        self.runtime.block_on(async { tokio::time::timeout(LONG, connection.closed()).await.unwrap() })
    }

    /// The end of a call that may fail in the handshake, or just after it.
    pub fn refused(&self, addr: SocketAddr) -> quinn::ConnectionError {
        match self.connect(addr) {
            Ok(connection) => self.end(&connection),
            Err(error) => error,
        }
    }
}

#[derive(Debug)]
struct Resolver {
    raw: bool,
    certified: Arc<CertifiedKey>,
}

impl rustls::client::ResolvesClientCert for Resolver {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.certified.clone())
    }
    fn only_raw_public_keys(&self) -> bool {
        self.raw
    }
    fn has_certs(&self) -> bool {
        true
    }
}

impl rustls::server::ResolvesServerCert for Resolver {
    fn resolve(&self, _: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.certified.clone())
    }
    fn only_raw_public_keys(&self) -> bool {
        self.raw
    }
}

#[derive(Debug)]
struct Trusting {
    raw: bool,
}

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
    fn requires_raw_public_keys(&self) -> bool {
        self.raw
    }
}

impl ClientCertVerifier for Trusting {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }
    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
    fn requires_raw_public_keys(&self) -> bool {
        self.raw
    }
}
