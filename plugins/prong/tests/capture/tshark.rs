//! Wireshark itself shows what the observer says.

use std::process::Command;
use std::time::Duration;

use eggtooth_prong::capture::Record;
use eggtooth_prong::codec::Damage;
use eggtooth_prong::decode::{Observer, Verdict, What};
use eggtooth_prong::secret::Secret;

use super::{transcripts, written};

const SECRET: &[u8] = b"prong-dev-secret-A";

/// Whether the test can be made. Without tshark it fails, unless it was asked to be left out.
fn tshark() -> bool {
    if Command::new("tshark").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return true;
    }
    assert!(
        std::env::var("EGGTOOTH_WITHOUT_TSHARK").is_ok_and(|value| value == "1"),
        "the dissector cannot be tried: install the package tshark, or set EGGTOOTH_WITHOUT_TSHARK=1 to leave this out"
    );
    eprintln!("NOT TESTED: the Wireshark dissector, because EGGTOOTH_WITHOUT_TSHARK=1 is set");
    false
}

/// All transcripts, one minute apart, in pieces of at most so many bytes.
fn everything(piece: usize) -> Vec<Record> {
    let mut records = vec![];
    for (minute, transcript) in transcripts::all().iter().enumerate() {
        for record in transcript.records() {
            let at = record.at + Duration::from_secs(60 * minute as u64);
            records.extend(record.bytes.chunks(piece).map(|bytes| Record {
                at,
                bytes: bytes.into(),
                ..record.clone()
            }));
        }
    }
    records
}

fn dissected(records: &[Record], fields: &[&str], secret: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("capture.pcapng");
    std::fs::write(&file, written(records)).unwrap();
    let mut command = Command::new("tshark");
    let script = concat!("lua_script:", env!("CARGO_MANIFEST_DIR"), "/wireshark/prong.lua");
    command.args(["-n", "-X", script, "-T", "fields", "-E", "aggregator=;"]).arg("-r").arg(&file);
    for field in fields {
        command.args(["-e", field]);
    }
    if secret {
        let hex: String = SECRET.iter().map(|byte| format!("{byte:02x}")).collect();
        command.arg("-o").arg(format!("prongs.secret:{hex}"));
    }
    let output = command.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !complaints.contains("Lua"), "{complaints}");
    String::from_utf8(output.stdout).unwrap()
}

fn words(text: &str) -> Vec<&str> {
    text.split([';', '\n']).filter(|word| !word.is_empty()).collect()
}

#[test]
fn wireshark_and_the_observer_see_the_same() {
    if !tshark() {
        return;
    }
    let secret = Secret::new(SECRET.to_vec()).unwrap();
    for piece in [5000, 7] {
        let records = everything(piece);
        let mut observer = Observer::new(Some(&secret));
        let (mut lines, mut chunks) = (vec![], vec![]);
        let mut entries = vec![];
        for record in &records {
            entries.extend(observer.feed(record.direction, record.at, &record.bytes));
        }
        entries.extend(observer.end(records.last().unwrap().at));
        for entry in entries {
            match &entry.what {
                What::Line { .. } => lines.push(entry.what.text().unwrap()),
                What::Chunk { verdict, len, .. } => chunks.push(format!(
                    "{len}\t{}",
                    match verdict {
                        Verdict::Good { .. } => "good",
                        Verdict::Damaged(Damage::Crc) => "wrong CRC",
                        Verdict::Damaged(Damage::Complement) => "wrong complement",
                        Verdict::Damaged(Damage::Magic) => "wrong magic",
                        other => panic!("{other:?}"),
                    }
                )),
                _ => {}
            }
        }
        assert!(lines.len() > 80 && chunks.len() > 25);
        let shown = dissected(&records, &["prongs.line"], true);
        // The observer tells what a line means, Wireshark its words.
        let meaning = |line| match line {
            "ACK 1" => "ACK",
            "PKT 0" | "PKT 1048577" => "PKT with an impossible size",
            line => line,
        };
        assert_eq!(words(&shown).into_iter().map(meaning).collect::<Vec<_>>(), lines);
        let shown = dissected(&records, &["prongs.chunk.length", "prongs.chunk.verdict"], true);
        let shown: Vec<_> = words(&shown).into_iter().filter(|chunk| *chunk != "\t").collect();
        assert_eq!(shown, chunks);
    }
}

#[test]
fn wireshark_reads_headers_and_data() {
    if !tshark() {
        return;
    }
    let fields = ["session", "magic", "type", "set_session", "index", "complement", "data", "verdict"];
    let fields = fields.map(|field| format!("prongs.chunk.{field}"));
    let shown = dissected(&transcripts::named("set-session"), &fields.each_ref().map(|field| &field[..]), true);
    let chunk: Vec<_> = shown.lines().nth(2).unwrap().split('\t').collect();
    assert_eq!(chunk[..6], ["0x0badc0de", "TCP", "0", "1", "0", "0xff"]);
    assert_eq!(chunk[6..], ["6517", "good"]);
}

#[test]
fn without_the_secret_wireshark_tells_lengths() {
    if !tshark() {
        return;
    }
    let shown = dissected(&transcripts::named("three-chunks"), &["prongs.chunk.length", "prongs.chunk.verdict"], false);
    let shown: Vec<_> = words(&shown).into_iter().filter(|chunk| *chunk != "\t").collect();
    assert_eq!(shown, ["4112\tsealed", "4112\tsealed", "73\tsealed"]);
}
