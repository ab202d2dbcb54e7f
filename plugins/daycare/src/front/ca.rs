//! This daycare's own certificate authority and the certificate that it issues (service §1.3).
//!
//! The authority is made once and lasts ten years: what phones and friends have come to trust stays. The certificate
//! lasts a year and is made anew when less than [`RENEW`] is left or a name is missing in it.

use super::ServeError;
use super::folder::{Places, write_private};
use super::names::Name;
use crate::id::Millis;
use base64::Engine;
use eggtooth_vault::hex;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::Duration;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use zeroize::Zeroizing;

/// A day, in milliseconds.
pub const DAY: Millis = 86_400_000;
/// The time that a certificate must have left at a start.
pub const RENEW: Millis = 30 * DAY;
const YEAR: Millis = 365 * DAY;
/// An authority's life: ten years with their leap days.
const AUTHORITY: Millis = 10 * YEAR + 3 * DAY;

/// The authority as it is shown to the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The certificate.
    pub pem: String,
    /// SHA-256 of its DER encoding, as people compare it: `AB:CD:…`.
    pub fingerprint: String,
}

impl Authority {
    /// From a certificate in PEM.
    fn new(pem: String) -> Option<Authority> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
        Some(Authority { fingerprint: fingerprint(&der), pem })
    }

    /// From a certificate in DER.
    pub(super) fn from_der(der: &[u8]) -> Authority {
        Authority { fingerprint: fingerprint(der), pem: pem(der) }
    }
}

/// A certificate in PEM: 64 characters a line (RFC 7468).
fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: String = text.as_bytes().chunks(64).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect();
    format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n")
}

/// SHA-256 of a certificate's DER encoding: pairs of capital digits with colons between.
#[must_use]
pub fn fingerprint(der: &[u8]) -> String {
    let pairs: Vec<String> = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// From when on it is valid.
    pub from: Millis,
    /// Until when.
    pub until: Millis,
    /// For which names; others than DNS names and addresses are left out.
    pub names: BTreeSet<Name>,
    /// Whether it may issue others, and is issued by itself.
    pub is_root: bool,
    /// Who issued it, as it is encoded.
    issuer: Vec<u8>,
    /// Whom it is about, as it is encoded.
    subject: Vec<u8>,
}

impl Facts {
    /// Reads them. `None` where it is no certificate.
    #[must_use]
    pub fn read(der: &[u8]) -> Option<Facts> {
        let (rest, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
        let millis = |seconds: i64| u64::try_from(seconds).unwrap_or(0).saturating_mul(1000);
        let issuer = certificate.issuer().as_raw().to_vec();
        let subject = certificate.subject().as_raw().to_vec();
        rest.is_empty().then(|| Facts {
            from: millis(certificate.validity().not_before.timestamp()),
            until: millis(certificate.validity().not_after.timestamp()),
            names: names(&certificate),
            is_root: certificate.is_ca() && issuer == subject,
            issuer,
            subject,
        })
    }

    /// Whether it is valid at a time.
    #[must_use]
    pub fn is_valid(&self, now: Millis) -> bool {
        (self.from..=self.until).contains(&now)
    }
}

fn names(certificate: &X509Certificate<'_>) -> BTreeSet<Name> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return BTreeSet::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(Name::Dns(name.to_ascii_lowercase())),
        GeneralName::IPAddress(bytes) => match (<[u8; 4]>::try_from(*bytes), <[u8; 16]>::try_from(*bytes)) {
            (Ok(v4), _) => Some(Name::Ip(IpAddr::V4(Ipv4Addr::from(v4)))),
            (_, Ok(v6)) => Some(Name::Ip(IpAddr::V6(Ipv6Addr::from(v6)))),
            _ => None,
        },
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).collect()
}

/// Makes what is missing or no longer good and returns the certificate with its key, in PEM, and the authority.
///
/// # Errors
/// Where files cannot be read or written; where the authority's certificate and key do not belong together, or it has
/// expired: then a person must decide, for whoever trusted it must trust another one.
pub fn ready(
    places: &Places,
    label: &str,
    wanted: &BTreeSet<Name>,
    now: Millis,
) -> Result<(Zeroizing<String>, Authority), ServeError> {
    let folder = places.tls();
    create_private(&folder).map_err(|error| ServeError::folder(&folder, error))?;
    let (ca_path, key_path, leaf_path) = (folder.join("ca.pem"), folder.join("ca.key"), folder.join("leaf.pem"));

    let key = match read(&key_path)? {
        Some(pem) => KeyPair::from_pem(&pem)
            .map_err(|_| ServeError::certificate(&key_path, "it is no key; put a copy of it back".to_owned()))?,
        None if ca_path.exists() => return Err(ServeError::certificate(&ca_path, BROKEN)),
        None => {
            let key = generate()?;
            write_private(&key_path, Zeroizing::new(key.serialize_pem()).as_bytes())
                .map_err(|error| ServeError::folder(&key_path, error))?;
            key
        }
    };
    let ca = match read(&ca_path)? {
        Some(pem) => pem.to_string(),
        // A start that was interrupted has left a key alone.
        None => {
            let pem = authority(label, &key, now)?;
            write_private(&ca_path, pem.as_bytes()).map_err(|error| ServeError::folder(&ca_path, error))?;
            pem
        }
    };
    let (facts, spki) = about(&ca).ok_or_else(|| ServeError::certificate(&ca_path, BROKEN))?;
    if spki != key.public_key_raw() {
        return Err(ServeError::certificate(&ca_path, BROKEN));
    }
    if now > facts.until {
        let reason = "this authority has expired; remove the folder tls for a new one, which everybody must trust anew";
        return Err(ServeError::certificate(&ca_path, reason));
    }
    let authority = Authority::new(ca.clone()).ok_or_else(|| ServeError::certificate(&ca_path, BROKEN))?;

    // What an older start has left may be anything; it is only used where it is just right.
    if let Ok(Some(leaf)) = read(&leaf_path)
        && is_good(&leaf, &facts, wanted, now)
    {
        return Ok((leaf, authority));
    }
    let issuer = Issuer::from_ca_cert_pem(&ca, key).map_err(|_| ServeError::certificate(&ca_path, BROKEN))?;
    let leaf = issue(&issuer, wanted, now, facts.until)?;
    write_private(&leaf_path, leaf.as_bytes()).map_err(|error| ServeError::folder(&leaf_path, error))?;
    Ok((leaf, authority))
}

const BROKEN: &str = "it and ca.key beside it do not belong together; put copies of both back, or remove the folder tls \
                      for a new authority, which everybody must trust anew";

/// Whether a certificate is this authority's, names everything and lasts long enough.
fn is_good(leaf: &str, authority: &Facts, wanted: &BTreeSet<Name>, now: Millis) -> bool {
    let Ok(der) = CertificateDer::from_pem_slice(leaf.as_bytes()) else { return false };
    let Some(facts) = Facts::read(&der) else { return false };
    // At the end of the authority's life nothing that lasts longer can be had.
    let enough = facts.until >= now.saturating_add(RENEW) || facts.until >= authority.until;
    facts.issuer == authority.subject && facts.is_valid(now) && enough && facts.names.is_superset(wanted)
        // Its key is the same file's; one that is not is found out here, and not at the first visitor.
        && key_of(leaf).is_some_and(|key| public_key(&der).is_some_and(|of| of == key.public_key_raw()))
}

/// The key in a file that begins with a certificate.
fn key_of(pem: &str) -> Option<KeyPair> {
    let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()?;
    KeyPair::from_der_and_sign_algo(&der, &rcgen::PKCS_ECDSA_P256_SHA256).ok()
}

fn about(pem: &str) -> Option<(Facts, Vec<u8>)> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
    Some((Facts::read(&der)?, public_key(&der)?))
}

fn public_key(der: &[u8]) -> Option<Vec<u8>> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    Some(certificate.public_key().subject_public_key.data.to_vec())
}

fn generate() -> Result<KeyPair, ServeError> {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(refused)
}

fn refused(error: rcgen::Error) -> ServeError {
    ServeError::System { what: "a key or certificate", reason: error.to_string() }
}

/// Valid from a day ago, for clocks that are slow.
fn period(params: &mut CertificateParams, now: Millis, until: Millis) {
    let at = |time: Millis| date_time_ymd(1970, 1, 1) + Duration::from_secs(time / 1000);
    params.not_before = at(now.saturating_sub(DAY));
    params.not_after = at(until);
}

fn authority(label: &str, key: &KeyPair, now: Millis) -> Result<String, ServeError> {
    let mut params = CertificateParams::default();
    // Phones list authorities by name, and two of one name cannot be told apart.
    let mark: String = hex(&Sha256::digest(key.public_key_raw())).chars().take(8).collect();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Eggtooth");
    params.distinguished_name.push(DnType::CommonName, format!("Eggtooth daycare at {label} ({mark})"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    period(&mut params, now, now.saturating_add(AUTHORITY));
    params.self_signed(key).map(|certificate| certificate.pem()).map_err(refused)
}

/// A certificate with its key behind it.
fn issue(
    issuer: &Issuer<'_, KeyPair>,
    names: &BTreeSet<Name>,
    now: Millis,
    latest: Millis,
) -> Result<Zeroizing<String>, ServeError> {
    let key = generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Eggtooth daycare");
    for name in names {
        params.subject_alt_names.push(match name {
            Name::Dns(name) => SanType::DnsName(name.as_str().try_into().map_err(refused)?),
            Name::Ip(address) => SanType::IpAddress(*address),
        });
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    period(&mut params, now, now.saturating_add(YEAR).min(latest));
    let certificate = params.signed_by(&key, issuer).map_err(refused)?;
    let key = Zeroizing::new(key.serialize_pem());
    Ok(Zeroizing::new([&certificate.pem(), key.as_str()].concat()))
}

fn read(path: &Path) -> Result<Option<Zeroizing<String>>, ServeError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ServeError::certificate(path, error.to_string())),
    }
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests;
