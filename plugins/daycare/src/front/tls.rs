//! TLS: which certificate is shown, and how it changes while the daycare runs.

use super::ServeError;
use super::ca::{self, Authority, Facts};
use super::folder::Places;
use super::names::Name;
use crate::id::Millis;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The largest file with certificates or a key.
const MAX_FILE: u64 = 1 << 20;

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// This daycare's own authority.
    Own {
        /// Where its files lie.
        places: Places,
        /// What the authority is called by.
        label: String,
        /// What the certificate must name.
        names: BTreeSet<Name>,
    },
    /// Files that somebody else keeps.
    Files {
        /// The certificate and what links it to a trusted one, PEM.
        cert: PathBuf,
        /// Its key, PEM.
        key: PathBuf,
    },
}

/// A certificate that is shown.
#[derive(Debug)]
pub struct Shown {
    /// How TLS is spoken with it.
    pub config: Arc<ServerConfig>,
    /// Who issued it, where others may fetch and trust that: our own, or the self-issued end of a file's chain.
    pub authority: Option<Authority>,
    /// Until when it is valid.
    pub until: Millis,
}

impl Source {
    /// Reads it, after making what is missing.
    ///
    /// # Errors
    /// Where a file cannot be read, does not fit the other, or has expired.
    pub fn load(&self, now: Millis) -> Result<Shown, ServeError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        match self {
            Source::Own { places, label, names } => {
                let (pem, authority) = ca::ready(places, label, names, now)?;
                let path = places.tls().join("leaf.pem");
                let (key, until) = certified(&path, pem.as_bytes(), &path, pem.as_bytes(), &provider, now)?;
                Ok(Shown { config: config(key, provider)?, authority: Some(authority), until })
            }
            Source::Files { cert, key } => {
                let (chain, secret) = (read(cert)?, read(key)?);
                let (certified, until) = certified(cert, &chain, key, &secret, &provider, now)?;
                let top = certified.cert.last().filter(|der| Facts::read(der).is_some_and(|facts| facts.is_root));
                let authority = top.map(|der| Authority::from_der(der));
                Ok(Shown { config: config(certified, provider)?, authority, until })
            }
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, ServeError> {
    let mut bytes = Zeroizing::new(Vec::new());
    let file = fs::File::open(path).map_err(|error| ServeError::certificate(path, error.to_string()))?;
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(|error| ServeError::certificate(path, error.to_string()))?;
    Ok(bytes)
}

/// The certificates of one file with the key of another (or of the same), and until when they are valid.
fn certified(
    cert: &Path,
    chain: &[u8],
    key: &Path,
    secret: &[u8],
    provider: &CryptoProvider,
    now: Millis,
) -> Result<(CertifiedKey, Millis), ServeError> {
    let refused = |reason: &str| ServeError::certificate(cert, reason);
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| refused("it is no PEM file"))?;
    let first = chain.first().ok_or_else(|| refused("there is no certificate in it; give a PEM file"))?;
    let facts = Facts::read(first).ok_or_else(|| refused("its first certificate cannot be read"))?;
    if now > facts.until {
        return Err(refused("it has expired; renew it"));
    }
    if now < facts.from {
        return Err(refused("it is not valid yet; look at this computer's clock"));
    }
    let secret = PrivateKeyDer::from_pem_slice(secret)
        .map_err(|_| ServeError::certificate(key, "there is no key in it; give an unencrypted PEM file"))?;
    let certified = CertifiedKey::from_der(chain, secret, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            refused("the key is of another certificate; give the one it was made with")
        }
        error => {
            ServeError::certificate(key, format!("its key cannot be used ({error}); give an ECDSA, Ed25519 or RSA key"))
        }
    })?;
    Ok((certified, facts.until))
}

/// TLS 1.3, and 1.2 where the library has it; HTTP/2 and HTTP/1.1.
fn config(key: CertifiedKey, provider: Arc<CryptoProvider>) -> Result<Arc<ServerConfig>, ServeError> {
    let resolver: Arc<dyn ResolvesServerCert> = Arc::new(SingleCertAndKey::from(key));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ServeError::System { what: "TLS", reason: error.to_string() })?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // A request in early data may be sent again by anybody.
    config.max_early_data_size = 0;
    config.session_storage = ServerSessionMemoryCache::new(1024);
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::front::ca::DAY;
    use crate::front::names::PublicName;

    const NOW: Millis = 1_800_000_000_000;

    /// An authority's certificate with key, as files of somebody else: `chain.pem`, `key.pem`, and another key.
    fn files(place: &Path) -> (PathBuf, PathBuf, PathBuf) {
        let source = own(place);
        source.load(NOW).unwrap();
        let leaf = fs::read_to_string(place.join("tls/leaf.pem")).unwrap();
        let ca = fs::read_to_string(place.join("tls/ca.pem")).unwrap();
        let (certificate, key) = leaf.split_at(leaf.find("-----BEGIN PRIVATE").unwrap());
        let paths = ["chain.pem", "key.pem", "other.pem"].map(|name| place.join(name));
        fs::write(&paths[0], [certificate, &ca].concat()).unwrap();
        fs::write(&paths[1], key).unwrap();
        fs::copy(place.join("tls/ca.key"), &paths[2]).unwrap();
        paths.into()
    }

    fn own(place: &Path) -> Source {
        let names = ["localhost".parse::<PublicName>().unwrap().name].into();
        Source::Own { places: Places::new(Some(place)).unwrap(), label: "nest".into(), names }
    }

    #[test]
    fn our_own_is_shown_with_its_authority() {
        let place = tempfile::tempdir().unwrap();
        let shown = own(place.path()).load(NOW).unwrap();
        assert_eq!(shown.until, NOW + 365 * DAY);
        assert_eq!(shown.config.alpn_protocols, [&b"h2"[..], b"http/1.1"]);
        let pem = shown.authority.unwrap().pem;
        assert_eq!(pem, fs::read_to_string(place.path().join("tls/ca.pem")).unwrap());
    }

    #[test]
    fn files_of_others_are_shown_with_the_root_at_their_end() {
        let place = tempfile::tempdir().unwrap();
        let (cert, key, _) = files(place.path());
        let shown = Source::Files { cert: cert.clone(), key: key.clone() }.load(NOW).unwrap();
        let own = own(place.path()).load(NOW).unwrap().authority;
        assert_eq!(shown.authority.unwrap().fingerprint, own.unwrap().fingerprint);
        // Without the root nobody is told to trust anything.
        let leaf = fs::read_to_string(place.path().join("tls/leaf.pem")).unwrap();
        fs::write(&cert, leaf).unwrap();
        assert_eq!(Source::Files { cert, key }.load(NOW).unwrap().authority, None);
    }

    #[test]
    fn what_is_wrong_with_files_is_said() {
        let place = tempfile::tempdir().unwrap();
        let (cert, key, other) = files(place.path());
        let empty = place.path().join("empty.pem");
        fs::write(&empty, "").unwrap();
        let missing = place.path().join("missing.pem");
        let says = |cert: &Path, key: &Path, now: Millis, what: &str| {
            let source = Source::Files { cert: cert.into(), key: key.into() };
            let error = source.load(now).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        };
        says(&cert, &other, NOW, "of another certificate");
        says(&cert, &cert, NOW, "no key");
        says(&empty, &key, NOW, "no certificate");
        says(&cert, &empty, NOW, "no key");
        says(&missing, &key, NOW, "missing.pem");
        says(&cert, &missing, NOW, "missing.pem");
        says(&cert, &key, NOW + 366 * DAY, "expired");
        says(&cert, &key, NOW - 2 * DAY, "not valid yet");
    }
}
