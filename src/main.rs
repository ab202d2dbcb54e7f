//! Eggtooth: one binary, many faces. See `README.md`.
fn main() {}
