//! The secret of an invite.

use zeroize::Zeroizing;

/// 16 bytes that only those know who have seen the invite.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) Zeroizing<[u8; 16]>);

impl Secret {
    /// Whether both are the same; takes the same time for any.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0.iter()).fold(0, |differ, (one, two)| differ | (one ^ two)) == 0
    }
}
