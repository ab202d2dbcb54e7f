//! What can go wrong with saves, each in one sentence that says what to do.

use std::io;
use std::path::{Path, PathBuf};

use crate::codec::CodecError;
use crate::name::MAX_NAME;

/// What is wrong with the bytes of one save file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The file does not start like a save.
    #[error("it is not an Eggtooth save")]
    NotASave,
    /// The file is shorter than its header says.
    #[error("it is cut short ({have} of {want} bytes)")]
    Truncated {
        /// Bytes present.
        have: u64,
        /// Bytes the header promises (or the smallest possible file).
        want: u64,
    },
    /// The file is longer than its header says, or than any save can be.
    #[error("it has {0} bytes too many")]
    TooLong(u64),
    /// The checksum does not match: at least one bit changed.
    #[error("its checksum does not match (stored {stored:08x}, computed {computed:08x})")]
    Checksum {
        /// The value in the file.
        stored: u32,
        /// The value of the bytes as they are.
        computed: u32,
    },
    /// The checksum matches but the content makes no sense: a defect of the program that wrote it.
    #[error("its content makes no sense ({0})")]
    Content(String),
}

/// Every way a vault operation can fail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// One file is damaged; no other copy was asked for.
    #[error("the save {} cannot be used: {damage}; take another copy of it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// All generations of a toy are damaged.
    #[error("all saves of the toy {slug} are damaged ({damage}); import a copy of it with `eggtooth save import`")]
    AllDamaged {
        /// The toy's folder name.
        slug: String,
        /// What is wrong with the newest one.
        damage: Damage,
    },
    /// The save was written by a newer program.
    #[error(
        "the save was made by a newer Eggtooth (format {found}, this one reads up to {supported}); update Eggtooth to play it"
    )]
    NewerVersion {
        /// The version in the file.
        found: u16,
        /// The newest version this program reads.
        supported: u16,
    },
    /// The save belongs to another ROM.
    #[error("this save belongs to another ROM ({wanted}, not {given}); open the ROM that it was made with")]
    OtherRom {
        /// The ROM the save was made with, short hex.
        wanted: String,
        /// The ROM that was offered, short hex.
        given: String,
    },
    /// The save has no such block or it does not decode.
    #[error("the save's block {tag} cannot be read: {reason}; update Eggtooth or take an older copy of the save")]
    Block {
        /// The block's tag.
        tag: String,
        /// Why.
        reason: String,
    },
    /// A value could not be encoded.
    #[error("the toy cannot be saved: {0}")]
    Codec(#[from] CodecError),
    /// The save would be larger than a save may be, or has too many blocks.
    #[error("the toy cannot be saved: {0}")]
    TooLarge(String),
    /// A name that is no name for a toy.
    #[error("\"{name}\" cannot be a toy's name: {reason}; take 1 to {MAX_NAME} letters, digits or spaces")]
    BadName {
        /// The name, shortened, control characters replaced.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no such toy.
    #[error("there is no toy called \"{0}\"; `eggtooth save list` shows the shelf")]
    NoSuchToy(String),
    /// A toy with this name exists already.
    #[error("a toy called \"{0}\" exists already; take another name")]
    NameTaken(String),
    /// The toy lives elsewhere, or is being carried.
    #[error("{0} does not live on this shelf at the moment; `eggtooth save list` says where, take it home first")]
    Elsewhere(String),
    /// A generation can neither be read nor replaced.
    #[error("the toy {slug} cannot be carried while one of its saves cannot be read ({why}); mend or remove that file")]
    Unsettled {
        /// The toy's folder name.
        slug: String,
        /// What the system said.
        why: String,
    },
    /// The folder is open for reading only.
    #[error("nothing was saved: {0}")]
    ReadOnly(String),
    /// No room on the disk.
    #[error("nothing was saved, the older saves are untouched: the disk is full ({}); free some space", path.display())]
    DiskFull {
        /// The file that could not be written.
        path: PathBuf,
    },
    /// The data folder cannot be used at all.
    #[error("the data folder {} cannot be used ({reason}); choose another with --data-dir", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The platform does not say where data belongs.
    #[error("this system has no home folder to keep saves in; choose one with --data-dir")]
    NoHome,
    /// A path given by the user is not a regular file.
    #[error("{} is {what}, not a save file; choose a file that ends in .egg", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// An export would overwrite a file.
    #[error("{} exists already; choose another name or remove it first", path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// A ROM is not in the store.
    #[error("the ROM {0} that this toy needs is not here; open its ROM file once and it will be kept")]
    NoSuchRom(String),
    /// A stored ROM no longer matches its name.
    #[error("the stored ROM {0} is damaged; open its ROM file again and it will be replaced")]
    DamagedRom(String),
    /// Any other failure of the operating system.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, an English verb.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl VaultError {
    /// Sorts a system error into the sentence that helps.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path: path.to_path_buf() },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(format!(
                "{} is on a read-only disk; choose another folder with --data-dir",
                path.display()
            )),
            _ => Self::Io { action, path: path.to_path_buf(), source },
        }
    }
}
