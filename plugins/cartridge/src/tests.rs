//! Tests of the cartridge.
