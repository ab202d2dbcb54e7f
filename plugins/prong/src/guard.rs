//! The flash guard: what may go to a real toy only after somebody has said so (design §3).
//!
//! A toy writes downloads straight into its flash and takes type 0 wherever it waits for a type. A packet above 16 KiB
//! of type 0 or 3 can therefore brick it, and type 15 leads into factory mode.

use crate::engine::FarSide;

/// The largest packet of type 0 or 3 that a toy stages instead of patching itself with it (§3.3).
pub const STAGED: usize = 0x4000;
/// Dev test: taken by a toy whatever it waits for.
pub const DEV_TEST: u8 = 0x0;
/// Download: written to flash.
pub const DOWNLOAD: u8 = 0x3;
/// Factory test.
pub const FACTORY: u8 = 0xF;

/// Leave to send a packet that a toy may write to its flash. Made by [`FlashPermit::confirmed`] alone, asked for by
/// [`Outgoing::flash`](crate::engine::Outgoing::flash) alone.
#[derive(Debug)]
pub struct FlashPermit(());

impl FlashPermit {
    /// What a person types.
    pub const PHRASE: &str = "write flash";

    /// The permit, if exactly [`FlashPermit::PHRASE`] was typed (or a flag stands for it).
    pub fn confirmed(typed: &str) -> Option<Self> {
        (typed.trim() == Self::PHRASE).then_some(Self(()))
    }
}

/// Leave to send type 15. Made by [`FactoryPermit::confirmed`] alone, asked for by
/// [`Outgoing::factory`](crate::engine::Outgoing::factory) alone.
#[derive(Debug)]
pub struct FactoryPermit(());

impl FactoryPermit {
    /// What a person types.
    pub const PHRASE: &str = "factory test";

    /// The permit, if exactly [`FactoryPermit::PHRASE`] was typed (or a flag stands for it).
    pub fn confirmed(typed: &str) -> Option<Self> {
        (typed.trim() == Self::PHRASE).then_some(Self(()))
    }
}

/// Leave to join a real toy with somebody without any guard between them: what comes may be written to its flash. Made
/// by [`RawPermit::confirmed`] alone, asked for by [`Guarding::Raw`](crate::bridge::Guarding::Raw) alone.
#[derive(Debug)]
pub struct RawPermit(());

impl RawPermit {
    /// What a person types.
    pub const PHRASE: &str = "raw pipe";

    /// The permit, if exactly [`RawPermit::PHRASE`] was typed (or a flag stands for it).
    pub fn confirmed(typed: &str) -> Option<Self> {
        (typed.trim() == Self::PHRASE).then_some(Self(()))
    }
}

/// What the guard does not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Forbidden {
    /// Type 0 or 3 above 16 KiB.
    #[error(
        "a packet of {size} bytes and type {kind} may be written to the toy's flash for good: it needs the permission to write flash"
    )]
    Flash {
        /// Type on the wire.
        kind: u8,
        /// Bytes of the packet.
        size: usize,
    },
    /// Type 15.
    #[error("type 15 leads a toy into its factory test: it needs the permission for that")]
    Factory,
}

/// Whether chunks of type `kind` in a packet of `size` bytes may go to this far side without a permit.
///
/// # Errors
/// What they would need.
pub fn check(far_side: FarSide, kind: u8, size: usize) -> Result<(), Forbidden> {
    match (far_side, kind & 0xF) {
        (FarSide::Hardware, FACTORY) => Err(Forbidden::Factory),
        (FarSide::Hardware, kind @ (DEV_TEST | DOWNLOAD)) if size > STAGED => Err(Forbidden::Flash { kind, size }),
        _ => Ok(()),
    }
}
