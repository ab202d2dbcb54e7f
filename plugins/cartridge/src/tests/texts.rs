use std::fmt::Write;

use proptest::prelude::*;

use super::{big_endian, program, refusal};
use crate::{Cartridge, Format};

fn read(text: &str) -> Cartridge {
    Cartridge::from_bytes(None, text.as_bytes()).unwrap_or_else(|e| panic!("{e}"))
}

fn list(values: impl Iterator<Item = String>, per_line: usize, separator: &str) -> String {
    let all: Vec<String> = values.collect();
    all.chunks(per_line).map(|row| row.join(separator) + separator.trim_end() + "\n").collect()
}

#[test]
fn c_arrays_in_several_manners() {
    let words = program(6144, 1);
    let body = list(words.iter().map(|w| format!("0x{w:X}")), 12, ", ");
    let spellings = [
        format!("const u12_t g_program[] = {{\n{body}}};"),
        format!(
            "#pragma once\n#include <x.h> // {{1, 2}}\n/* {{ 3 }}\n {{ */ static const int rom[6144]={{{body}}};\n"
        ),
        format!("const int sizes[] = {{ 1, 2, 3 }};\nconst int rom[] = {{\n{body}\n}};\nint more[] = {{4}};"),
        format!("{{{}}}", list(words.iter().map(u16::to_string), 6144, ",")),
        format!("u16 r[] = {{{}}};", list(words.iter().map(|w| format!("0{w:o}U")), 7, ",")),
        format!(
            "\u{feff}int r[3][2048] = {{ {{{}}}, {{{}}}, {{{}}} }};",
            list(words[..2048].iter().map(u16::to_string), 16, ","),
            list(words[2048..4096].iter().map(u16::to_string), 16, ","),
            list(words[4096..].iter().map(u16::to_string), 16, ",")
        ),
        body.replace('\n', "\r\n").replacen("0x", "x[] = { 0x", 1) + "};\x1a",
    ];
    for text in spellings {
        let rom = read(&text);
        assert_eq!(rom.words[..], words[..], "{}", &text[..60]);
        assert_eq!(rom.format, Format::CArray);
    }
}

#[test]
fn c_arrays_of_bytes_hold_binary_images() {
    let rom = Cartridge::from_words(&program(8192, 2)).unwrap();
    for format in [Format::BigEndian, Format::LittleEndian, Format::Packed] {
        let bytes = rom.to_bytes(format);
        let text = format!(
            "static unsigned char g_program_b12[] = {{ {} }};",
            list(bytes.iter().map(|b| format!("0x{b:02x}")), 16, ", ")
        );
        let back = read(&text);
        assert_eq!((back.identity, back.format), (rom.identity, Format::CArray), "{format}");
    }
}

#[test]
fn hexadecimal_texts_in_several_manners() {
    for length in [6144, 8192] {
        let words = program(length, 3);
        let be: String = big_endian(&words).iter().map(|b| format!("{b:02x}")).collect();
        let three: String = words.iter().map(|w| format!("{w:03X}")).collect();
        let mut dump = String::from("; a dump\n");
        for (n, row) in words.chunks(8).enumerate() {
            let row: Vec<String> = row.iter().map(|w| format!("{w:04X}")).collect();
            let _ = writeln!(dump, "{:04X}: {}  # words", n * 8, row.join(" "));
        }
        let texts = [
            list(words.iter().map(|w| format!("{w:03X}")), 16, " "),
            list(words.iter().map(|w| format!("{w:X}")), 1, " "),
            list(words.iter().map(|w| format!("0x{w:03x}")), 8, ", "),
            list(words.iter().map(|w| format!("{w:04x}")), 8, " "),
            list(words.iter().map(|w| format!("{:04x}", w.swap_bytes())), 8, " "),
            list(big_endian(&words).iter().map(|b| format!("{b:02X}")), 16, " "),
            be.clone(),
            be.as_bytes().chunks(64).map(|c| std::str::from_utf8(c).unwrap().to_owned() + "\r\n").collect(),
            three,
            dump.replace("  # words", ""),
        ];
        for text in texts {
            let rom = read(&text);
            assert_eq!(rom.words[..], words[..], "{}", &text[..40]);
            assert_eq!(rom.format, Format::Hex);
        }
    }
}

#[test]
fn a_slip_is_told_by_its_line() {
    let words = program(6144, 4);
    let text = list(words.iter().map(|w| format!("0x{w:03X}")), 16, ", ");
    let c = format!("int x[] = {{\n{text}}};");
    let line = c.lines().nth(99).unwrap().to_owned();
    let told = refusal(c.replace(&line, &line.replacen("0x", "0y", 1)).as_bytes());
    assert!(told.contains("line 100 ") && told.contains("0y"), "{told}");

    let hex = list(words.iter().map(|w| format!("{w:03X}")), 16, " ");
    let line = hex.lines().nth(49).unwrap().to_owned();
    let told = refusal(hex.replace(&line, &format!("{line} huh")).as_bytes());
    assert!(told.contains("line 50 ") && told.contains("huh"), "{told}");

    let short = list(words[..6143].iter().map(|w| format!("{w:03X}")), 16, " ");
    assert!(refusal(short.as_bytes()).contains("6,143 words"));
    let short = format!("int x[] = {{ {} }};", list(words[..6000].iter().map(u16::to_string), 16, ","));
    assert!(refusal(short.as_bytes()).contains("6,000 words"));
    let large = format!("int x[] = {{ 4096, {} }};", list(words[1..].iter().map(u16::to_string), 16, ","));
    assert!(refusal(large.as_bytes()).contains("1000h"));
}

#[test]
fn other_texts_are_called_texts() {
    for text in [
        "Hello, this is a README.\nIt has lines.\n",
        "int main(void) { return 0; }\n",
        "; source\nreset: JP main\n",
        "abc def\n",
    ] {
        let told = refusal(text.as_bytes());
        assert!(told.contains("text"), "{text}: {told}");
    }
    assert!(refusal(b"<!DOCTYPE html><html>").contains("a web page"));
    assert!(refusal(b"{\"cpu\": 1}").contains("a JSON file"));
    assert!(refusal(b"\n\n  \n").contains("text"));
}

#[test]
fn records_with_mistakes_are_told_by_their_line() {
    let rom = Cartridge::from_words(&program(6144, 5)).unwrap();
    let text = String::from_utf8(rom.to_bytes(Format::Epson)).unwrap();
    let line = text.lines().nth(9).unwrap().to_owned();
    let with = |new: &str| refusal(text.replacen(&line, new, 1).as_bytes());
    let flipped = format!("{}{}", &line[..12], if line.as_bytes()[12] == b'0' { "1" } else { "0" }) + &line[13..];
    assert!(with(&flipped).contains("line 10 ") && with(&flipped).contains("checksum"));
    assert!(with("hello").contains("no record"));
    assert!(with(&line[..21]).contains("length is wrong"));
    assert!(with(":00").contains("too short"));
    assert!(with(":0000000G00").contains("no hexadecimal digit"));
    assert!(with(text.lines().next().unwrap()).contains("twice"));
    let cut = &text[..text.len() - 12];
    assert!(refusal(cut.as_bytes()).contains("last record is missing"));
    let low = text.split_inclusive(":00000001FF\n").next().unwrap();
    assert!(refusal(low.as_bytes()).contains("low half"));
    assert!(refusal(format!("{low}{low}").as_bytes()).contains("none bits 11-8"));
    assert!(refusal(format!("{text}{low}").as_bytes()).contains("third set"));
    assert!(refusal(b":020000040001F9\n:0100000000FF\n").contains("outside of any ROM"));
}

/// S-records of the same pair, as later Epson tools write them; unused words left out.
#[test]
fn motorola_pairs_and_missing_words() {
    let mut words = program(6144, 6);
    words[6000..].fill(0xfff);
    let half = |shift: u32| {
        let mut text = String::from("S00600004844521B\n");
        for (n, row) in words[..6000].chunks(32).enumerate() {
            let mut record = vec![row.len() as u8 + 4, 0, ((n * 32) >> 8) as u8, (n * 32) as u8];
            record.extend(row.iter().map(|w| (w >> shift) as u8));
            let sum = record.iter().fold(0xffu8, |s, b| s.wrapping_sub(*b));
            record.push(sum);
            let digits: String = record.iter().map(|b| format!("{b:02X}")).collect();
            let _ = writeln!(text, "S2{digits}");
        }
        text + "S804000000FB\n"
    };
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("pet.lsa"), half(0)).unwrap();
    std::fs::write(tmp.path().join("pet.hsa"), half(8)).unwrap();
    for name in ["pet.lsa", "pet.hsa"] {
        let rom = Cartridge::open(tmp.path().join(name)).unwrap();
        assert_eq!((rom.format, &rom.words[..]), (Format::Epson, &words[..]));
    }
    let rom = read(&(half(8) + &half(0)));
    assert_eq!((rom.format, &rom.words[..]), (Format::Epson, &words[..]));
}

/// A whole image of word pairs in one file of records, as programmers for EPROMs take it; unused words
/// at the end may be left out.
#[test]
fn a_whole_image_in_one_file_of_records() {
    for (length, used) in [(6144, 6144), (6144, 6000), (8192, 8192), (8192, 7001)] {
        let mut words = program(length, 7);
        words[used..].fill(0xfff);
        let (mut intel, mut motorola) = (String::new(), String::from("S0030000FC\n"));
        for (n, row) in big_endian(&words[..used]).chunks(16).enumerate() {
            let (high, low) = (((n * 16) >> 8) as u8, (n * 16) as u8);
            let mut record = vec![row.len() as u8, high, low, 0];
            record.extend(row);
            record.push(record.iter().fold(0u8, |s, b| s.wrapping_sub(*b)));
            let hex = |record: &[u8]| record.iter().map(|b| format!("{b:02x}")).collect::<String>();
            let _ = writeln!(intel, ":{}", hex(&record));
            let mut record = vec![row.len() as u8 + 3, high, low];
            record.extend(row);
            record.push(record.iter().fold(0xffu8, |s, b| s.wrapping_sub(*b)));
            let _ = writeln!(motorola, "s1{}", hex(&record));
        }
        for (text, kind) in [(intel + ":00000001FF\n", "Intel HEX"), (motorola + "S9030000FC\n", "Motorola S-records")]
        {
            let rom = Cartridge::from_bytes(Some("rom.hex"), text.as_bytes()).unwrap();
            assert!(!rom.explain().contains("promises"), "{}", rom.explain());
            assert_eq!((rom.format, &rom.words[..]), (Format::BigEndian, &words[..]), "{kind} {used}");
            assert!(rom.explain().contains(&format!("a whole image in {kind}")), "{}", rom.explain());
        }
    }
}

/// Texts made to cost time: many braces, comments, records.
#[test]
fn long_hostile_texts_are_refused_quickly() {
    let size = crate::LIMIT as usize - 100;
    for unit in ["{}", "{", "/* */ ", "/**/", "{1}\n", "// /* {\n", "0 ", "{{", ":", "#\n", "/"] {
        let text = unit.repeat(size / unit.len());
        let start = std::time::Instant::now();
        assert!(Cartridge::from_bytes(None, text.as_bytes()).is_err());
        // Generous: what is guarded against takes hours.
        assert!(start.elapsed().as_secs() < 20, "{unit:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "[\\PC\n\t ]{0,400}") {
        let _ = Cartridge::from_bytes(Some("x.h"), text.as_bytes());
    }

    #[test]
    fn any_records_are_survived(text in "((:|S[0-9])[0-9A-F]{0,40}\n){0,8}") {
        let _ = Cartridge::from_bytes(None, text.as_bytes());
    }
}
