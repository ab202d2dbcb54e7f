//! HTTPS: who is trusted, what is spoken, and certificates that change.

use crate::common::Folder;
use crate::daycare::{Answer, Daycare, connect, exchange};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sha2::{Digest, Sha256};
use std::fs;
use std::net::TcpStream;
use std::sync::Arc;

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// A client that trusts one authority.
fn client(ca: &[u8], protocols: &[&[u8]]) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca).unwrap()).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_webpki_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Arc::new(config)
}

fn shake(port: u16, config: &Arc<ClientConfig>, name: &str) -> Result<Stream, std::io::Error> {
    let connection = ClientConnection::new(Arc::clone(config), ServerName::try_from(name.to_owned()).unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, connect(port));
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

fn get(daycare: &Daycare, ca: &[u8], path: &str) -> Answer {
    let port = daycare.port();
    exchange(shake(port, &client(ca, &[b"http/1.1"]), "localhost").unwrap(), port, "GET", path, "", "")
}

fn shown(daycare: &Daycare, ca: &[u8]) -> Vec<u8> {
    let stream = shake(daycare.port(), &client(ca, &[]), "localhost").unwrap();
    stream.conn.peer_certificates().unwrap()[0].to_vec()
}

#[test]
fn its_own_authority_is_trusted_by_who_has_fetched_it() {
    let folder = Folder::new();
    let daycare = Daycare::start(&folder, "--metrics off --name egg.example.org");
    assert!(daycare.url.starts_with("https://egg.example.org:"), "{}", daycare.url);
    let ca = fs::read(folder.path("data/tls/ca.pem")).unwrap();
    let fetched = get(&daycare, &ca, "/ca.pem");
    assert_eq!((fetched.status, &fetched.body), (200, &ca));
    assert_eq!(fetched.header("content-type"), Some("application/x-x509-ca-cert"));
    let der = CertificateDer::from_pem_slice(&ca).unwrap();
    let fingerprint: Vec<String> = Sha256::digest(&der).iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(daycare.printed.contains(&fingerprint.join(":")), "{}", daycare.printed);

    for name in ["localhost", "127.0.0.1", "::1", "egg.example.org"] {
        shake(daycare.port(), &client(&ca, &[]), name).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(shake(daycare.port(), &client(&ca, &[]), "other.example.org").is_err());
    let stream = shake(daycare.port(), &client(&ca, &[b"h2", b"http/1.1"]), "localhost").unwrap();
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(stream.conn.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));

    let hello = get(&daycare, &ca, "/api/v1/hello");
    assert_eq!(hello.json()["secure"], true);
    assert_eq!(get(&daycare, &ca, "/").status, 200);
    let first = shown(&daycare, &ca);
    daycare.close();
    // Another start shows the same, or people would be warned again.
    let daycare = Daycare::start(&folder, "--metrics off");
    assert_eq!(shown(&daycare, &ca), first);
    daycare.close();
    // A name more needs another certificate, and the same authority.
    let daycare = Daycare::start(&folder, "--metrics off --name new.example.org");
    assert_ne!(shown(&daycare, &ca), first);
    shake(daycare.port(), &client(&ca, &[]), "new.example.org").unwrap();
    daycare.close();
}

#[test]
fn nothing_but_tls_is_spoken() {
    let folder = Folder::new();
    let daycare = Daycare::start(&folder, "--metrics off");
    let mut stream = daycare.connect();
    std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    let _ = std::io::Read::read_to_end(&mut stream, &mut bytes);
    assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
    daycare.close();
}

#[test]
fn certificates_of_others_are_read_again_on_sighup() {
    let (first, second) = (Folder::new(), Folder::new());
    for folder in [&first, &second] {
        Daycare::start(folder, "--metrics off").close();
    }
    let ca = |folder: &Folder| fs::read(folder.path("data/tls/ca.pem")).unwrap();
    let folder = Folder::new();
    fs::copy(first.path("data/tls/leaf.pem"), folder.path("cert.pem")).unwrap();
    let daycare = Daycare::start(&folder, "--metrics off --cert cert.pem --key cert.pem");
    // A certificate whose chain does not end in a root is nobody's authority.
    assert_eq!(get(&daycare, &ca(&first), "/ca.pem").status, 404);
    assert!(!folder.path("data/tls").exists());

    fs::copy(second.path("data/tls/leaf.pem"), folder.path("cert.pem")).unwrap();
    daycare.signal(rustix::process::Signal::HUP);
    daycare.logs("the certificate was read again");
    shown(&daycare, &ca(&second));
    assert!(shake(daycare.port(), &client(&ca(&first), &[]), "localhost").is_err());

    fs::write(folder.path("cert.pem"), "nonsense").unwrap();
    daycare.signal(rustix::process::Signal::HUP);
    daycare.logs("the old certificate stays");
    shown(&daycare, &ca(&second));
    daycare.close();
}
