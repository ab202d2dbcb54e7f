//! The first bytes of a stream, and the codes with which a connection ends.

use quinn::VarInt;

/// What either side says first on a stream: three letters and the version of this dialect, 1.
pub const HELLO: [u8; 4] = *b"EGG\x01";

/// Everything was dropped, or somebody closed.
pub(crate) const DONE: VarInt = VarInt::from_u32(0);
/// The first bytes were something else than [`HELLO`].
pub(crate) const NO_HELLO: VarInt = VarInt::from_u32(1);
/// No room for another call.
pub(crate) const BUSY: VarInt = VarInt::from_u32(2);
/// No stream or no hello in time.
pub(crate) const SILENT: VarInt = VarInt::from_u32(3);
/// The endpoint goes away.
pub(crate) const AWAY: VarInt = VarInt::from_u32(4);
