//! One request and its answer.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use ureq::http::{Request, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsConfigBuilder, TlsProvider};
use ureq::{Agent, AsSendBody};
use zeroize::Zeroizing;

use super::{Address, Authority, Pins};
use crate::client::ask::{Body, LONGEST, Method, PATIENCE, enters, refusal};
use crate::client::{ClientError, Fingerprint, Hello};

/// The longest cookie that is kept.
const LONGEST_COOKIE: usize = 512;

pub(in crate::client) fn provider() -> Arc<CryptoProvider> {
    // Given by hand: the process-wide one belongs to the program.
    Arc::new(rustls::crypto::ring::default_provider())
}

/// One daycare, for requests.
pub(in crate::client) struct Web {
    pub(in crate::client) address: Address,
    pub(super) authority: Option<Authority>,
    pub(in crate::client) patience: Duration,
    pins: Arc<Pins>,
    agent: Agent,
    session: Mutex<Option<Zeroizing<String>>>,
}

impl Web {
    pub(super) fn open(address: &Address, pins: Arc<Pins>, patience: Duration) -> Result<Web, ClientError> {
        let authority = if address.is_secure() {
            let authority = pins.authority(address)?;
            Some(authority.ok_or_else(|| ClientError::Unconfirmed { url: address.url() })?)
        } else {
            None
        };
        let agent = agent(authority.as_ref(), patience);
        let session = Mutex::new(pins.session(address)?);
        Ok(Web { address: address.clone(), authority, patience, pins, agent, session })
    }

    /// Somebody has signed in.
    pub(in crate::client) fn entered(&self, account: &str) -> Result<(), ClientError> {
        self.pins.set_account(&self.address, account)
    }

    /// For the live links' sockets; `None` without TLS.
    pub(super) fn tls(&self) -> Result<Option<Arc<ClientConfig>>, ClientError> {
        let Some(authority) = &self.authority else { return Ok(None) };
        let mut roots = RootCertStore::empty();
        let config = roots
            .add(authority.der().clone())
            .and_then(|()| ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions())
            .map(|builder| builder.with_root_certificates(roots).with_no_client_auth());
        config.map(|config| Some(Arc::new(config))).map_err(|error| ClientError::System(error.to_string()))
    }

    /// One request: what is answered. It blocks.
    pub(in crate::client) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Body<'_>,
        limit: Duration,
    ) -> Result<Zeroizing<Vec<u8>>, ClientError> {
        let (entering, posts) = (enters(method, path), method == Method::Post);
        let method = match method {
            Method::Get => ureq::http::Method::GET,
            Method::Post => ureq::http::Method::POST,
            Method::Patch => ureq::http::Method::PATCH,
            Method::Delete => ureq::http::Method::DELETE,
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/api/v1{path}", self.address.url()))
            .header("X-Eggtooth", "1");
        if let Some(session) = &*self.session.lock().unwrap_or_else(PoisonError::into_inner) {
            request = request.header(header::COOKIE, session.as_str());
        }
        let sent = match body {
            // Of no body at all ureq makes an empty one in chunks, which a daycare takes for one of no known kind.
            Body::None if posts => self.send(request.body([0_u8; 0].as_slice()), limit),
            Body::None => self.send(request.body(()), limit),
            Body::Json(bytes) => {
                let request = request.header(header::CONTENT_TYPE, "application/json");
                self.send(request.body(bytes.as_slice()), limit)
            }
            Body::Bytes(bytes) => {
                self.send(request.header(header::CONTENT_TYPE, "application/octet-stream").body(bytes), limit)
            }
        };
        let mut answer = sent.map_err(|error| self.fault(error))?;
        let status = answer.status().as_u16();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            if let Ok(cookie) = cookie.to_str() {
                self.keep(cookie)?;
            }
        }
        let after = answer.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
        let bytes = answer.body_mut().with_config().limit(LONGEST as u64).read_to_vec();
        let bytes = bytes.map(Zeroizing::new).map_err(|error| self.fault(error))?;
        match status {
            200..=299 => Ok(bytes),
            401 if self.has_session() && !entering => {
                self.end_session()?;
                Err(ClientError::SignedOut { url: self.address.url() })
            }
            _ => Err(refusal(status, &bytes, after)),
        }
    }

    fn send<B: AsSendBody>(
        &self,
        request: Result<Request<B>, ureq::http::Error>,
        limit: Duration,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let request = self.agent.configure_request(request?).timeout_global(Some(limit)).build();
        self.agent.run(request)
    }

    fn has_session(&self) -> bool {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Forgets the session on this computer.
    pub(in crate::client) fn end_session(&self) -> Result<(), ClientError> {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.pins.set_session(&self.address, None)
    }

    /// Of the cookies, only the session's is known.
    fn keep(&self, cookie: &str) -> Result<(), ClientError> {
        let mut parts = cookie.split(';').map(str::trim);
        let pair = parts.next().unwrap_or_default();
        let ends = parts.any(|part| part.eq_ignore_ascii_case("Max-Age=0"));
        let wanted = if self.address.is_secure() { "__Host-egg" } else { "egg" };
        let Some(("", value)) = pair.strip_prefix(wanted).and_then(|rest| rest.split_once('=')) else { return Ok(()) };
        if ends || value.is_empty() {
            return self.end_session();
        }
        let clean = value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\'));
        if !clean || pair.len() > LONGEST_COOKIE {
            return Err(ClientError::Answer { url: self.address.url() });
        }
        self.pins.set_session(&self.address, Some(pair))?;
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(Zeroizing::new(pair.to_owned()));
        Ok(())
    }

    fn fault(&self, error: ureq::Error) -> ClientError {
        fault(&self.address, self.authority.as_ref(), error)
    }
}

fn agent(authority: Option<&Authority>, patience: Duration) -> Agent {
    let roots = authority.map(|authority| Certificate::from_der(authority.der()).to_owned());
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(roots.as_slice()));
    build(tls, authority.is_some(), patience)
}

fn build(tls: TlsConfigBuilder, secure: bool, patience: Duration) -> Agent {
    let tls = tls.provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(provider()).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .https_only(secure)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("eggtooth/", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(patience))
        .max_response_header_size(16 << 10)
        // A connection that a restarted daycare has forgotten would fail a request that is not repeated.
        .max_idle_connections(0)
        .build();
    config.into()
}

fn fault(address: &Address, pinned: Option<&Authority>, error: ureq::Error) -> ClientError {
    match error {
        ureq::Error::Rustls(error) => tls_fault(address, pinned, &error),
        ureq::Error::Io(error) => io_fault(address, pinned, &error),
        ureq::Error::Timeout(_) => {
            ClientError::Unreachable { url: address.url(), reason: "no answer in time".to_owned() }
        }
        ureq::Error::HostNotFound => {
            ClientError::Unreachable { url: address.url(), reason: "nobody knows that name".to_owned() }
        }
        ureq::Error::Protocol(_) | ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
            ClientError::Answer { url: address.url() }
        }
        other => ClientError::Unreachable { url: address.url(), reason: other.to_string() },
    }
}

/// What a socket's trouble means.
pub(super) fn io_fault(address: &Address, pinned: Option<&Authority>, error: &io::Error) -> ClientError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(inner) => tls_fault(address, pinned, inner),
        None => {
            let reason = match error.kind() {
                io::ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "no answer in time".to_owned(),
                _ => error.to_string(),
            };
            ClientError::Unreachable { url: address.url(), reason }
        }
    }
}

/// What TLS' trouble means.
pub(super) fn tls_fault(address: &Address, pinned: Option<&Authority>, error: &rustls::Error) -> ClientError {
    let url = address.url();
    let certificate = |reason: &str| ClientError::Certificate { url: url.clone(), reason: reason.to_owned() };
    match (error, pinned) {
        (rustls::Error::InvalidCertificate(what), Some(pinned)) => match what {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => certificate("it has expired"),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                certificate("it is not valid yet")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                certificate("it is for other names")
            }
            _ => ClientError::Stranger { url, pinned: pinned.fingerprint() },
        },
        (rustls::Error::InvalidMessage(_), _) => {
            ClientError::Unreachable { url, reason: "it does not speak TLS".to_owned() }
        }
        (error, _) => ClientError::Unreachable { url, reason: error.to_string() },
    }
}

/// A daycare that is new to this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstContact {
    /// Where.
    pub address: Address,
    /// What is to be confirmed, by [`Pins::confirm`].
    pub authority: Authority,
    /// Its fingerprint, which the player compares with what the daycare printed.
    pub fingerprint: Fingerprint,
    /// The address had this fingerprint already: the player need not be asked.
    pub expected: bool,
    /// What the daycare says of itself; anybody could say that.
    pub hello: Hello,
}

/// Asks a daycare for its certificate authority, trusting nothing yet, and then for its name over a connection that
/// this authority vouches for. Sends no secret.
///
/// # Errors
/// When it has none, or another one than the address says, or does not answer.
pub fn first_contact(address: &Address) -> Result<FirstContact, ClientError> {
    let url = address.url();
    let trusting = build(TlsConfig::builder().disable_verification(true), true, PATIENCE);
    let answer = trusting.get(format!("{url}/ca.pem")).call();
    let mut answer = answer.map_err(|error| fault(address, None, error))?;
    let pem = answer.body_mut().with_config().limit(64 << 10).read_to_vec();
    let pem = pem.map_err(|error| fault(address, None, error))?;
    let authority = Authority::from_pem(&pem).filter(|_| answer.status() == 200);
    let authority = authority.ok_or_else(|| ClientError::NoAuthority { url: url.clone() })?;
    let fingerprint = authority.fingerprint();
    if let Some(expected) = address.fingerprint().filter(|expected| *expected != fingerprint) {
        return Err(ClientError::Fingerprint { url, expected, shown: fingerprint });
    }
    let pinned = Some(&authority);
    let answer = agent(pinned, PATIENCE).get(format!("{url}/api/v1/hello")).call();
    let mut answer = answer.map_err(|error| fault(address, pinned, error))?;
    let hello = answer.body_mut().with_config().limit(64 << 10).read_to_vec();
    let hello = hello.map_err(|error| fault(address, pinned, error))?;
    let hello = serde_json::from_slice(&hello).map_err(|_| ClientError::Answer { url })?;
    let expected = address.fingerprint().is_some();
    Ok(FirstContact { address: address.clone(), authority, fingerprint, expected, hello })
}
