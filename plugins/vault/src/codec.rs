//! The one place that knows how values become bytes: `bincode` 2, fixed-width little-endian
//! integers, at most [`LIMIT`] bytes.
//!
//! Saves name their codec ([`CODEC_ID`] in the envelope's header), so another codec can be added
//! here without making old saves unreadable. Types only derive `serde`.

use serde::{Serialize, de::DeserializeOwned};

/// The number that names this codec in the header of a save.
pub const CODEC_ID: u8 = 1;

/// Largest encoded value in bytes; a decoder never allocates more than this for one value.
pub const LIMIT: usize = 4 * 1024 * 1024;

/// Why a value could not be encoded or decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The value has no form in this codec or is larger than [`LIMIT`].
    #[error("the value cannot be stored ({0})")]
    Encode(String),
    /// The bytes are not a value of the wanted type.
    #[error("the stored value cannot be read ({0})")]
    Decode(String),
    /// The value ended before the bytes did: they belong to another type.
    #[error("the stored value has {0} bytes too many")]
    Trailing(usize),
}

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_little_endian().with_fixed_int_encoding().with_limit::<LIMIT>()
}

/// Encodes `value`; at most [`LIMIT`] bytes.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
    let bytes = bincode::serde::encode_to_vec(value, config()).map_err(|e| CodecError::Encode(e.to_string()))?;
    if bytes.len() > LIMIT {
        return Err(CodecError::Encode(format!("{} bytes, the limit is {LIMIT}", bytes.len())));
    }
    Ok(bytes)
}

/// Decodes a value that fills `bytes` exactly. Never panics and never allocates more than
/// [`LIMIT`] bytes, whatever the input.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let (value, used) =
        bincode::serde::decode_from_slice(bytes, config()).map_err(|e| CodecError::Decode(e.to_string()))?;
    match bytes.len() - used {
        0 => Ok(value),
        rest => Err(CodecError::Trailing(rest)),
    }
}
