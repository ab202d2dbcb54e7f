//! Bytes that are no message.

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Longer than any message.
    #[error("a message has {0} bytes, and {1} are the most: close the link")]
    TooLong(usize, usize),
    /// It came as text, or broken.
    #[error("a message is no binary one: close the link")]
    NotBinary,
    /// The first byte.
    #[error("a message is of version {0}, and this program speaks version 1: update the older side")]
    Version(u8),
    /// The second byte.
    #[error("a message is of the unknown kind {0:#04x}: update the older side")]
    Kind(u8),
    /// It ends inside a field.
    #[error("a message of {0} bytes ends too early: close the link")]
    Short(usize),
    /// Something follows the fields.
    #[error("a message has {0} bytes too many behind its fields: close the link")]
    Trailing(usize),
    /// A field has a value without a meaning.
    #[error("a message has the value {value} as its {field}, which means nothing: update the older side")]
    Value {
        /// Which field.
        field: &'static str,
        /// What is there.
        value: u64,
    },
    /// A text is longer than its field allows.
    #[error("a message has a {field} of {length} bytes, and {most} are the most: close the link")]
    LongText {
        /// Which field.
        field: &'static str,
        /// Bytes.
        length: usize,
        /// Bytes that may be there.
        most: usize,
    },
    /// A text is no UTF-8, no ASCII where it must be, or has control characters.
    #[error("a message has a {0} with characters that may not be there: close the link")]
    Text(&'static str),
}
