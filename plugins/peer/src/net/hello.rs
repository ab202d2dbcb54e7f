//! The first bytes of a stream between two programs, and the codes with which a connection ends.

use quinn::VarInt;

/// What either side says first on a stream: three letters and the version of this dialect, 1.
pub const HELLO: [u8; 4] = *b"EGG\x01";

/// Everything was dropped, or somebody closed.
pub(crate) const DONE: VarInt = VarInt::from_u32(0);
/// The first bytes were no hello.
pub(crate) const NO_HELLO: VarInt = VarInt::from_u32(1);
/// No room for another call.
pub(crate) const BUSY: VarInt = VarInt::from_u32(2);
/// No stream or no hello in time.
pub(crate) const SILENT: VarInt = VarInt::from_u32(3);
/// The endpoint goes away.
pub(crate) const AWAY: VarInt = VarInt::from_u32(4);
/// A stranger without a proof.
pub(crate) const NOT_INVITED: VarInt = VarInt::from_u32(5);
/// A proof that fits no invite.
pub(crate) const WRONG_PROOF: VarInt = VarInt::from_u32(6);
/// The proof of an invite that was used, has expired or was withdrawn.
pub(crate) const OVER: VarInt = VarInt::from_u32(7);
/// A line's users end it with this and their own code.
pub(crate) const USERS: u32 = 256;
