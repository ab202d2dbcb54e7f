//! The proof that somebody has the secret of an invite.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::{PeerError, PeerKey};

/// The label under which both ends export what binds a proof to their connection (RFC 5705).
pub(crate) const LABEL: &[u8] = b"eggtooth invite";
/// Who proves: the guest. The host has proven its key, which the invite names.
const GUEST: u8 = 1;

/// What a proof is bound to: this connection, these two.
pub(crate) struct Bond {
    /// Exported with [`LABEL`].
    pub(crate) exported: [u8; 32],
    pub(crate) host: PeerKey,
    pub(crate) guest: PeerKey,
}

impl Bond {
    /// Of a connection whose handshake is done.
    pub(crate) fn of(connection: &quinn::Connection, host: PeerKey, guest: PeerKey) -> Result<Self, PeerError> {
        let mut exported = [0; 32];
        let done = connection.export_keying_material(&mut exported, LABEL, b"");
        done.map_err(|_| PeerError::Lost("its keys are gone; call again".into()))?;
        Ok(Self { exported, host, guest })
    }

    pub(crate) fn message(&self) -> [u8; 97] {
        let mut message = [0; 97];
        let parts = [&self.exported[..], &[GUEST], &self.host.0, &self.guest.0];
        message.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
        message
    }
}

impl Secret {
    /// From the random numbers of the operating system; `None` if it has none.
    pub(crate) fn generate() -> Option<Self> {
        let mut secret = Zeroizing::new([0; 16]);
        SystemRandom::new().fill(&mut *secret).ok()?;
        Some(Self(secret))
    }

    /// Whether both are the same; takes the same time for any.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0.iter()).fold(0, |differ, (one, two)| differ | (one ^ two)) == 0
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &*self.0)
    }

    /// HMAC-SHA256 over the bond: 32 exported bytes, the role 1, the host's key, the guest's key.
    pub(crate) fn prove(&self, bond: &Bond) -> [u8; 32] {
        let tag = hmac::sign(&self.key(), &bond.message());
        let mut proof = [0; 32];
        proof.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        proof
    }

    /// Whether it is the proof of somebody who has the secret; takes the same time for any.
    pub(crate) fn proven(&self, bond: &Bond, proof: &[u8; 32]) -> bool {
        hmac::verify(&self.key(), &bond.message(), proof).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bond() -> Bond {
        Bond { exported: [1; 32], host: PeerKey([2; 32]), guest: PeerKey([3; 32]) }
    }

    #[test]
    fn a_proof_is_bound_to_everything() {
        let (secret, bond) = (Secret(Zeroizing::new([7; 16])), bond());
        let proof = secret.prove(&bond);
        assert!(secret.proven(&bond, &proof));
        let others = [
            Bond { exported: [9; 32], ..bond },
            Bond { host: PeerKey([9; 32]), ..bond },
            Bond { guest: PeerKey([9; 32]), ..bond },
            Bond { host: bond.guest, guest: bond.host, ..bond },
        ];
        assert!(others.iter().all(|other| !secret.proven(other, &proof)));
        assert!(!Secret(Zeroizing::new([8; 16])).proven(&bond, &proof));
        for bit in 0..256 {
            let mut wrong = proof;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(!secret.proven(&bond, &wrong), "bit {bit}");
        }
    }
}
