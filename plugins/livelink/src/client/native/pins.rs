//! What this computer knows of daycares: the certificate authorities that the player has confirmed, and the sessions.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use atomic_write_file::AtomicWriteFile;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Address;
use crate::client::{ClientError, Fingerprint};

/// The longest file that is read.
const LONGEST: u64 = 1 << 20;

/// A daycare's own certificate authority.
#[derive(Clone, PartialEq, Eq)]
pub struct Authority(CertificateDer<'static>);

impl Authority {
    /// From a file in PEM, which has one certificate.
    #[must_use]
    pub fn from_pem(pem: &[u8]) -> Option<Authority> {
        let mut certificates = CertificateDer::pem_slice_iter(pem);
        match (certificates.next(), certificates.next()) {
            (Some(Ok(certificate)), None) => Authority::from_der(certificate.to_vec()),
            _ => None,
        }
    }

    /// From bytes that are a certificate.
    #[must_use]
    pub fn from_der(der: Vec<u8>) -> Option<Authority> {
        let der = CertificateDer::from(der);
        RootCertStore::empty().add(der.clone()).ok()?;
        Some(Authority(der))
    }

    /// What the player compares.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.0).into())
    }

    pub(in crate::client) fn der(&self) -> &CertificateDer<'static> {
        &self.0
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({})", self.fingerprint())
    }
}

/// One daycare in the file.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Entry {
    /// The authority's certificate, DER in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    /// The session's cookie, name and value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    /// Who is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct Contents {
    #[serde(default)]
    daycare: BTreeMap<String, Entry>,
}

/// The file of confirmed daycares, `daycares.toml` in the data folder, readable by its owner only. It is read anew for
/// each question and replaced whole, so two programs may use it.
pub struct Pins {
    path: PathBuf,
    lock: Mutex<()>,
}

impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pins({:?})", self.path)
    }
}

impl Pins {
    /// The file's name in a data folder.
    pub const FILE: &str = "daycares.toml";

    /// In this folder, which exists. There need not be a file yet.
    #[must_use]
    pub fn new(folder: &Path) -> Pins {
        Pins { path: folder.join(Pins::FILE), lock: Mutex::new(()) }
    }

    /// The daycares that are known, in the order of their addresses, and who was last signed in there.
    ///
    /// # Errors
    /// [`ClientError::File`].
    pub fn known(&self) -> Result<Vec<(Address, Option<String>)>, ClientError> {
        let contents = self.read()?;
        let known = contents.daycare.into_iter().filter_map(|(url, entry)| Some((url.parse().ok()?, entry.account)));
        Ok(known.collect())
    }

    /// What the player has confirmed there.
    ///
    /// # Errors
    /// [`ClientError::File`].
    pub fn authority(&self, address: &Address) -> Result<Option<Authority>, ClientError> {
        let Some(text) = self.entry(address)?.authority else { return Ok(None) };
        let authority = BASE64_STANDARD.decode(text).ok().and_then(Authority::from_der);
        authority.map(Some).ok_or_else(|| self.broken("it has a certificate that is none"))
    }

    /// The player has confirmed an authority. A session with another one ends.
    ///
    /// # Errors
    /// [`ClientError::File`].
    pub fn confirm(&self, address: &Address, authority: &Authority) -> Result<(), ClientError> {
        let text = BASE64_STANDARD.encode(authority.der());
        self.change(address, |entry| {
            if entry.authority.as_ref() != Some(&text) {
                entry.session = None;
            }
            entry.authority = Some(text);
        })
    }

    /// Nothing is known of this daycare any more.
    ///
    /// # Errors
    /// [`ClientError::File`].
    pub fn forget(&self, address: &Address) -> Result<(), ClientError> {
        let _alone = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut contents = self.read()?;
        contents.daycare.remove(&address.url());
        self.write(&contents)
    }

    pub(in crate::client) fn session(&self, address: &Address) -> Result<Option<Zeroizing<String>>, ClientError> {
        Ok(self.entry(address)?.session.map(Zeroizing::new))
    }

    pub(in crate::client) fn set_session(&self, address: &Address, session: Option<&str>) -> Result<(), ClientError> {
        self.change(address, |entry| entry.session = session.map(str::to_owned))
    }

    pub(super) fn set_account(&self, address: &Address, account: &str) -> Result<(), ClientError> {
        self.change(address, |entry| entry.account = Some(account.to_owned()))
    }

    fn entry(&self, address: &Address) -> Result<Entry, ClientError> {
        Ok(self.read()?.daycare.remove(&address.url()).unwrap_or_default())
    }

    fn change(&self, address: &Address, change: impl FnOnce(&mut Entry)) -> Result<(), ClientError> {
        let _alone = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let mut contents = self.read()?;
        change(contents.daycare.entry(address.url()).or_default());
        self.write(&contents)
    }

    fn broken(&self, what: impl fmt::Display) -> ClientError {
        let path = self.path.display();
        ClientError::File(format!("{path} cannot be used ({what}); move it away, and confirm your daycares again"))
    }

    fn read(&self) -> Result<Contents, ClientError> {
        let mut text = Zeroizing::new(String::new());
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
            Err(error) => return Err(self.broken(error)),
        };
        match file.take(LONGEST + 1).read_to_string(&mut text) {
            Ok(length) if length as u64 > LONGEST => return Err(self.broken("it is too long")),
            Ok(_) => {}
            Err(error) => return Err(self.broken(error)),
        }
        // The parser's own words would quote the file, which has a session in it.
        toml::from_str(&text).map_err(|_| self.broken("it is damaged"))
    }

    fn write(&self, contents: &Contents) -> Result<(), ClientError> {
        let unwritten = |what: &dyn fmt::Display| {
            let path = self.path.display();
            ClientError::File(format!("{path} cannot be written ({what}); look at the folder and the disk"))
        };
        let text = toml::to_string(contents).map(Zeroizing::new).map_err(|error| unwritten(&error))?;
        let mut options = AtomicWriteFile::options();
        #[cfg(unix)]
        {
            use atomic_write_file::unix::OpenOptionsExt as _;
            use std::os::unix::fs::OpenOptionsExt as _;
            options.preserve_mode(false).mode(0o600);
        }
        let written = options.open(&self.path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.commit()
        });
        written.map_err(|error| unwritten(&error))
    }
}
