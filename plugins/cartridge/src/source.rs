//! Who says so: the sources of the facts about toys (`toys.md` §0).

/// A project or document that states a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// MA: MAME's driver and lists.
    Mame,
    /// BE: BrickEmuPy's configurations and drawings.
    BrickEmuPy,
    /// TL: TamaLIB.
    TamaLib,
    /// TT: TamaTool.
    TamaTool,
    /// CB: a fork of TamaLIB with repairs of its own, and experiments on running programs.
    CareBot,
    /// SB: an emulator in JavaScript for watches and servers.
    PebbleApi,
    /// FP: an FPGA core.
    Fpga,
    /// DA: notes on a disassembly of the P1.
    Disassembly,
    /// PY: a Python emulator.
    Pygotchi,
    /// AG: three published machine states of a P1.
    States,
    /// A second, unnamed project with the same value.
    Another,
    /// A collectors' list.
    Collectors,
}

/// One group of facts and who states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// What the facts are about, for people: `buttons`, `LCD`, `image` …
    pub group: &'static str,
    /// Who states them; never empty.
    pub sources: &'static [Source],
    /// Only one source states them, or sources disagree.
    pub unverified: bool,
}

/// Facts on which all `sources` agree: unverified where there is only one.
pub(crate) const fn said(group: &'static str, sources: &'static [Source]) -> Proof {
    Proof { group, sources, unverified: sources.len() < 2 }
}

/// Facts that `sources` state and others deny, or that they only suppose.
pub(crate) const fn doubtful(group: &'static str, sources: &'static [Source]) -> Proof {
    Proof { group, sources, unverified: true }
}
