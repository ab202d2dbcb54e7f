//! Tests of the vault, one subject a file.

mod bad_input;
mod codec;
mod crash;
mod envelope;
mod foreign;
mod foreign_bad_input;
mod foreign_export;
mod format_page;
mod generations;
mod homes;
mod settings;
mod shelf;

use std::path::Path;

use crate::{DataDir, Envelope, Meta, Slug, Tag};

/// A block as `toy` might store it.
const STATE: Tag = Tag(*b"CHIP");

fn envelope(name: &str, tick: u64) -> Envelope {
    let mut envelope =
        Envelope::new(Meta { name: name.into(), rom: [7; 32], model: "p1".into(), saved_at: 1_000_000 + tick, tick });
    envelope.set_block(STATE, tick.to_le_bytes().to_vec()).unwrap();
    envelope
}

/// An open folder with one toy `Pip`, saved at ticks 1, 2, 3 into `a`, `b`, `c`.
fn three_generations(root: &Path) -> (DataDir, Slug) {
    let dir = DataDir::open(root).unwrap();
    let slug = dir.create(envelope("Pip", 1)).unwrap().slug;
    for tick in 2..=3 {
        dir.save(&slug, &envelope("Pip", tick)).unwrap();
    }
    (dir, slug)
}

fn tick_of(dir: &DataDir, slug: &Slug) -> u64 {
    dir.load_at(slug, 2_000_000).unwrap().envelope.meta.tick
}
