//! How a pet is, in a sentence: for whoever does not see the screen.

use crate::TICKS_PER_SECOND;
use crate::machine::Machine;
use crate::watch::{Fact, Watch};

/// Ticks after which the memory of a toy that was switched on means something.
const AWAKE: u64 = 2 * TICKS_PER_SECOND;

/// How the pet of this name is. Of a ROM whose memory nobody knows it says only whether it calls.
#[must_use]
pub fn words(name: &str, machine: &Machine, watch: &Watch) -> String {
    if machine.tick() < AWAKE {
        return format!("{name} wakes.");
    }
    let is = |fact| watch.read(fact, machine).is_some_and(|value| value != 0);
    if is(Fact::Dead) {
        return format!("{name} has died.");
    }
    let mut said = Vec::new();
    if is(Fact::Asleep) {
        said.push("sleeps");
    }
    if is(Fact::Sick) {
        said.push("is ill");
    }
    if watch.read(Fact::Fullness, machine) == Some(0) && watch.read(Fact::Growth, machine) != Some(0) {
        said.push("is hungry");
    }
    if is(Fact::Mess) {
        said.push("has made a mess");
    }
    if watch.calls(machine) {
        said.push("calls for you");
    }
    match said.split_last() {
        None => format!("{name} is well."),
        Some((only, [])) => format!("{name} {only}."),
        Some((last, others)) => format!("{name} {} and {last}.", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::pip;

    #[test]
    fn a_neglected_pip_is_told_about() {
        let mut machine = Machine::new(&pip().unwrap());
        let watch = Watch::of_pip();
        let mut heard = std::collections::BTreeSet::new();
        assert_eq!(words("Momo", &machine, &watch), "Momo wakes.");
        for minute in 1..48 * 60 {
            machine.advance(minute * 60 * TICKS_PER_SECOND, &mut ());
            heard.insert(words("Momo", &machine, &watch));
        }
        for part in ["Momo is well.", "hungry", "calls for you", "sleeps", " and ", "mess"] {
            assert!(heard.iter().any(|text| text.contains(part)), "{part}: {heard:?}");
        }
        assert!(heard.iter().all(|text| text.starts_with("Momo ") && text.ends_with('.')));
    }

    #[test]
    fn of_an_unknown_rom_only_calls_are_known() {
        let mut machine = Machine::new(&pip().unwrap());
        machine.advance(AWAKE, &mut ());
        assert_eq!(words("It", &machine, &Watch::default()), "It is well.");
    }
}
