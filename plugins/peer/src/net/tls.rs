//! TLS 1.3 with raw public keys on both sides (RFC 7250): there are no certificates, hence no dates, names or chains.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption};
use rustls::crypto::{CryptoProvider, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage};
use rustls::sign::CertifiedKey;
use rustls::version::TLS13;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
};

use crate::{Identity, PeerKey};

/// The protocol of an [`Endpoint`](crate::Endpoint), which both sides name in the handshake.
pub const ALPN: &[u8] = b"prong/1";
/// The same of a [`Meeting`](crate::Meeting).
pub const MEETING_ALPN: &[u8] = b"eggtooth/1";

/// Who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allow {
    /// Everybody with a key of their own; the caller looks at [`Stream::peer`](crate::Stream::peer).
    Anyone,
    /// These keys; everybody else is refused in the handshake. Empty: nobody.
    Only(Vec<PeerKey>),
}

impl Allow {
    pub(crate) fn contains(&self, key: PeerKey) -> bool {
        match self {
            Self::Anyone => true,
            Self::Only(keys) => keys.contains(&key),
        }
    }
}

/// Whether a key may come in; asked in the middle of the handshake.
pub(crate) type Gate = Arc<dyn Fn(PeerKey) -> bool + Send + Sync>;

/// The key that the other side of one handshake showed, proven or not.
pub(crate) type Shown = Arc<OnceLock<PeerKey>>;

/// The own half of every handshake.
pub(crate) struct Own {
    pub(crate) key: PeerKey,
    pub(crate) alpn: &'static [u8],
    provider: Arc<CryptoProvider>,
    certified: Arc<CertifiedKey>,
}

impl Own {
    pub(crate) fn new(identity: &Identity, alpn: &'static [u8]) -> Result<Self, Error> {
        let signer = rustls::crypto::ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(identity.pkcs8()))?;
        let spki = CertificateDer::from(identity.key().to_spki().to_vec());
        Ok(Self {
            key: identity.key(),
            alpn,
            // Given by hand: the process-wide one belongs to the program.
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            certified: Arc::new(CertifiedKey::new(vec![spki], signer)),
        })
    }

    /// For one handshake with somebody who called.
    pub(crate) fn server(&self, gate: Gate, shown: Shown) -> Result<ServerConfig, Error> {
        let mut config = ServerConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::new(self.check(gate, shown)))
            .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(self.certified.clone())));
        config.alpn_protocols = vec![self.alpn.to_vec()];
        config.max_early_data_size = 0;
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(config)
    }

    /// For one call to `pinned`.
    pub(crate) fn client(&self, pinned: PeerKey, shown: Shown) -> Result<ClientConfig, Error> {
        let gate: Gate = Arc::new(move |key| key == pinned);
        let mut config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(self.check(gate, shown)))
            .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(self.certified.clone())));
        config.alpn_protocols = vec![self.alpn.to_vec()];
        config.enable_early_data = false;
        config.enable_sni = false;
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    fn check(&self, gate: Gate, shown: Shown) -> Check {
        Check { gate, shown, provider: self.provider.clone() }
    }
}

/// Looks at the other side's key, whichever side that is.
struct Check {
    gate: Gate,
    shown: Shown,
    provider: Arc<CryptoProvider>,
}

impl Check {
    fn key(&self, spki: &CertificateDer<'_>, more: &[CertificateDer<'_>]) -> Result<(), Error> {
        let key = PeerKey::from_spki(spki).filter(|_| more.is_empty()).ok_or(CertificateError::BadEncoding)?;
        // One handshake shows one key; of a second one nothing depends on which is kept.
        let _ = self.shown.set(key);
        // Tells the other side `access_denied`.
        if (self.gate)(key) { Ok(()) } else { Err(CertificateError::ApplicationVerificationFailure.into()) }
    }

    fn signature(
        &self,
        message: &[u8],
        spki: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if signed.scheme != SignatureScheme::ED25519 {
            return Err(CertificateError::BadEncoding.into());
        }
        let spki = SubjectPublicKeyInfoDer::from(spki.as_ref());
        verify_tls13_signature_with_raw_key(message, &spki, signed, &self.provider.signature_verification_algorithms)
    }

    /// Only TLS 1.3 is offered, so this is not reached.
    fn old_signature() -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken".into()))
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Check {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.key(end_entity, intermediates).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Self::old_signature()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for Check {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.key(end_entity, intermediates).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Self::old_signature()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn nothing_is_remembered_and_nothing_comes_early() {
        let own = Own::new(&Identity::generate().unwrap(), ALPN).unwrap();
        let server = own.server(Arc::new(|_| true), Shown::default()).unwrap();
        assert_eq!((server.max_early_data_size, server.send_tls13_tickets), (0, 0));
        assert!(!server.session_storage.can_cache() && !server.send_half_rtt_data);
        let client = own.client(own.key, Shown::default()).unwrap();
        assert!(!client.enable_early_data && !client.enable_sni);
        assert_eq!(client.alpn_protocols, [ALPN]);
        assert_eq!(server.alpn_protocols, [ALPN]);
    }
}
