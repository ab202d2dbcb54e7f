//! Why something could not be kept.

use crate::decoration::Decoration;

/// Why something could not be kept, given or taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeepError {
    /// The file system.
    #[error("the pet's keepsakes cannot be read ({0}): see to its folder, then try again")]
    Read(std::io::Error),
    /// The file system.
    #[error("the pet's keepsakes cannot be written ({0}): make room on the disk, or see to its folder")]
    Write(std::io::Error),
    /// What was read makes no sense.
    #[error("the file of the pet's keepsakes is damaged ({0}): put a copy in its place, or move it away to begin anew")]
    Damaged(String),
    /// It is of a later version.
    #[error("the pet's keepsakes were written by a newer Eggtooth (version {0}): update this one")]
    Newer(u32),
    /// Nothing to give.
    #[error("there is no {} to give: choose something that the pet has", .0.name())]
    None(Decoration),
    /// [`super::ONWAY`].
    #[error("32 gifts are on their way already: meet those again to whom they went")]
    TooManyOnway,
    /// [`super::PIECES`].
    #[error("the pet has 256 things already: give some away first")]
    TooMany,
    /// [`super::MARKS_OF_ONE`], [`super::MARKS`].
    #[error("too many gifts of this player are unsettled: meet again, so that both sides know what became of them")]
    TooManyMarks,
    /// It was told that it never will come.
    #[error("this gift was given up before it came")]
    Never,
}
