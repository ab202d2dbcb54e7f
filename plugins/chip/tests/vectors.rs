//! Every case of every vector file passes.

#[path = "../examples/vectors/scenario.rs"]
mod scenario;
#[path = "../examples/vectors/single.rs"]
mod single;
#[path = "../examples/vectors/suite.rs"]
mod suite;
#[path = "../examples/vectors/trace.rs"]
mod trace;

use std::path::Path;

/// Cases in tests/data, from its README.
const CASES: u64 = 5056 + 3072 + 4352 + 8448 + 6912 + 3072 + 1880 + 507 + 24 + 77;

#[test]
fn every_case_passes() {
    let mut tally = suite::Tally::default();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            tally.run_file(&path);
        }
    }
    assert!(tally.failures.is_empty(), "{:#?}", &tally.failures[..tally.failures.len().min(10)]);
    assert_eq!(tally.passed, CASES);
}
