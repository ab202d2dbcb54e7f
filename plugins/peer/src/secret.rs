//! The secret of an invite.

use zeroize::Zeroizing;

/// 16 bytes that only those know who have seen the invite.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) Zeroizing<[u8; 16]>);
