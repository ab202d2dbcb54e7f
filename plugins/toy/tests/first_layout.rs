//! A pet that the first version of this program saved lives on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Machine, TICKS_PER_SECOND};
use eggtooth_vault::Envelope;

#[test]
fn a_first_save_is_the_pet_it_was() {
    // The first Pip, twenty minutes old, by `eggtooth run pip.rom --ticks 39321600 --save`.
    let bytes = include_bytes!("data/first_layout.egg");
    let (envelope, _) = Envelope::from_bytes(bytes).unwrap();
    let pip = Cartridge::from_bytes(None, include_bytes!("data/first_pip.rom")).unwrap();
    let mut saved = Machine::resume(&pip, &envelope).unwrap();
    let mut lived = Machine::new(&pip);
    lived.advance(39_321_600, &mut ());
    assert_eq!(saved.parts(), lived.parts());
    let end = lived.tick() + 3600 * TICKS_PER_SECOND;
    saved.advance(end, &mut ());
    lived.advance(end, &mut ());
    assert_eq!((saved.frame(), saved.ram()), (lived.frame(), lived.ram()));
}
