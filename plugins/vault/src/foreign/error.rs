//! Refusals of foreign states, each in one sentence that says what to do.

use super::format::Format;

/// Why a state was not read or not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignError {
    /// No format fits.
    #[error(
        "this is no state of a program known here ({0} bytes); see that it is the save itself, neither zipped nor renamed"
    )]
    Unknown(usize),
    /// No state is that long.
    #[error("{have} bytes are too many for a state, which has at most {most}; choose the save itself")]
    TooLong {
        /// Bytes given.
        have: usize,
        /// Bytes at most.
        most: usize,
    },
    /// The beginning is known, the length is not.
    #[error("a state of {format} has {want} bytes, not {have}; copy the file again")]
    Length {
        /// What it begins like.
        format: Format,
        /// Bytes given.
        have: usize,
        /// Bytes such a file has.
        want: usize,
    },
    /// The beginning is known, the version is not.
    #[error(
        "this is a {magic} state of version {version}, of which the layout is not known here; save it again with version {known}"
    )]
    Version {
        /// The four letters.
        magic: &'static str,
        /// The version in the file.
        version: u32,
        /// The versions read here.
        known: &'static str,
    },
    /// The content cannot be a state of the chip.
    #[error("it looks like a state of {format}, but {what}; it is damaged or something else, take an older copy")]
    Content {
        /// What it looks like.
        format: Format,
        /// What is wrong.
        what: String,
    },
    /// A known kind of file from which no machine can be resumed.
    #[error("this is {what}, which cannot be imported: {advice}")]
    NotImportable {
        /// What it is.
        what: &'static str,
        /// Why, and what to do.
        advice: &'static str,
    },
    /// The format cannot hold this state, or is not written at all.
    #[error("the state cannot be written as {format}: {reason}")]
    Export {
        /// The format asked for.
        format: Format,
        /// Why, and what to take instead.
        reason: String,
    },
    /// No format has this key.
    #[error("no format is called {key}; choose one of {known}")]
    NoSuchFormat {
        /// What was asked for.
        key: String,
        /// All keys.
        known: String,
    },
    /// The state and the ROM do not belong together.
    #[error("the state does not fit this ROM ({0}); choose the ROM that it was made with")]
    OtherRom(String),
}
