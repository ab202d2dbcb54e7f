//! The published vectors, by the same program that runs others.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../examples/vectors/cases.rs"]
mod cases;
#[path = "../examples/vectors/transcript.rs"]
mod transcript;

const VECTORS: &[u8] = include_bytes!("data/prong_vectors.json");

#[test]
fn every_case_passes() {
    let mut report = cases::Report::default();
    report.file("prong_vectors.json", VECTORS);
    assert!(report.failures.is_empty(), "{:#?}", report.failures);
    assert_eq!(report.passed, 120);
}

/// A runner that passes whatever it is given would pass these.
#[test]
fn a_changed_case_fails() {
    let mut vectors: serde_json::Value = serde_json::from_slice(VECTORS).unwrap();
    vectors.as_object_mut().unwrap().remove("doc");
    let groups = vectors.as_object().unwrap().clone();
    for (group, cases) in groups {
        for case in cases.as_array().unwrap() {
            let mut case = case.clone();
            let changed = match group.as_str() {
                "crc16_arc" => "crc",
                "keystream" => "keystream_512_sha256",
                "chunks" => "chunk_sha256",
                "streams" => "all_chunks_sha256",
                "recipient_verdicts" => "verdict",
                "lines" => "parse",
                "transcripts" => {
                    let end = if case["side_under_test"] == "R" { "R" } else { "I" };
                    let steps = case["steps"].as_array_mut().unwrap();
                    let step = steps.iter_mut().rfind(|step| step["from"] == end).unwrap();
                    step["sent_hex"] = "4f4f5053".into();
                    "name"
                }
                other => panic!("{other}"),
            };
            case[changed] = "changed".into();
            let mut report = cases::Report::default();
            report.file("one", serde_json::to_string(&[case]).unwrap().as_bytes());
            assert_eq!((report.passed, report.failures.len()), (0, 1), "{group}");
        }
    }
    let mut report = cases::Report::default();
    report.file("unknown", br#"[{"what": 1}]"#);
    report.file("broken", b"{");
    report.file("no list", br#"{"cases": 7}"#);
    assert_eq!((report.passed, report.failures.len()), (0, 3));
}
