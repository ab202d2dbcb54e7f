//! Every instruction in every form, against the manual's table.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::words;
use std::{collections::BTreeSet, fmt::Write};

const TABLE: &str = include_str!("../../chip/tests/data/e0c6200_isa.csv");
const ALIASES: &str = include_str!("../../chip/tests/data/e0c6200_isa_aliases.csv");
const REGISTERS: [&str; 4] = ["A", "B", "MX", "MY"];

/// Mnemonic, operands and pattern of each row.
fn rows(table: &str) -> Vec<(String, Vec<String>, String)> {
    let rows = table.lines().skip(1).map(|line| {
        let (mnemonic, rest) = line.split_once(',').unwrap();
        let (operands, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once("\",").unwrap(),
            None => rest.split_once(',').unwrap(),
        };
        let operands = operands.split(',').filter(|o| !o.is_empty()).map(str::to_string).collect();
        (mnemonic.to_string(), operands, rest.split(',').next().unwrap().to_string())
    });
    rows.collect()
}

/// Puts the low bits of `value` where `pattern` has `letter`.
fn fill(pattern: &str, letter: char, value: u16) -> String {
    let bits = pattern.chars().filter(|c| *c == letter).count() as u32;
    let mut left = bits;
    pattern
        .chars()
        .map(|c| {
            if c != letter {
                return c;
            }
            left -= 1;
            if value >> left & 1 == 1 { '1' } else { '0' }
        })
        .collect()
}

/// Every line of a row with the word that it must become.
fn lines(mnemonic: &str, operands: &[String], pattern: &str) -> Vec<(String, u16)> {
    let mut done = vec![(String::new(), pattern.to_string())];
    for operand in operands {
        let mut next = Vec::new();
        for (text, pattern) in done {
            let separator = if text.is_empty() { "" } else { "," };
            let mut add =
                |operand: String, pattern: String| next.push((format!("{text}{separator}{operand}"), pattern));
            match operand.as_str() {
                "r" | "q" => {
                    let letter = operand.chars().next().unwrap();
                    for (value, name) in (0..).zip(REGISTERS) {
                        add(name.to_string(), fill(&pattern, letter, value));
                    }
                }
                "Mn" => {
                    for value in 0..16 {
                        add(format!("M{value}"), fill(&pattern, 'n', value));
                        add(format!("m0{value:x}h"), fill(&pattern, 'n', value));
                        add(format!("M( {value} )"), fill(&pattern, 'n', value));
                    }
                }
                "i" => {
                    for value in -8..16 {
                        add(value.to_string(), fill(&pattern, 'i', value as u16));
                    }
                }
                "e" => {
                    for value in -128..256 {
                        add(value.to_string(), fill(&pattern, 'e', value as u16));
                    }
                }
                "s" => {
                    for value in 0..256 {
                        add(format!("{value:#x}"), fill(&pattern, 's', value));
                    }
                }
                "p" => {
                    for value in 0..32 {
                        add(format!("0{value:X}H"), fill(&pattern, 'p', value));
                    }
                }
                word => add(word.to_string(), pattern),
            }
        }
        done = next;
    }
    let word = |pattern: &str| u16::from_str_radix(pattern, 2).unwrap();
    done.into_iter().map(|(text, pattern)| (format!("{mnemonic} {text}"), word(&pattern))).collect()
}

/// Assembles the lines, in pieces that fit the ROM.
fn check(lines: &[(String, u16)]) {
    for piece in lines.chunks(4096) {
        let mut source = String::new();
        for (n, (line, _)) in piece.iter().enumerate() {
            let line = if n % 2 == 0 { line.clone() } else { line.to_lowercase() };
            writeln!(source, "\t{line}").unwrap();
        }
        let words = words(&source);
        assert_eq!(words.len(), piece.len());
        for (word, (line, wanted)) in words.iter().zip(piece) {
            assert_eq!(word, wanted, "{line}: {word:03X} instead of {wanted:03X}");
        }
    }
}

#[test]
fn every_instruction_has_the_manuals_code() {
    let mut all = Vec::new();
    for (mnemonic, operands, pattern) in rows(TABLE) {
        all.extend(lines(&mnemonic, &operands, &pattern));
    }
    check(&all);
    let covered: BTreeSet<_> = all.iter().map(|(_, word)| *word).collect();
    assert_eq!(covered.len(), 4023);
}

#[test]
fn every_alias_has_the_manuals_code() {
    let mut all = Vec::new();
    for (mnemonic, operands, pattern) in rows(ALIASES) {
        all.extend(lines(&mnemonic, &operands, &pattern));
    }
    assert_eq!(all.len(), 14);
    check(&all);
}

#[test]
fn samples_by_hand() {
    // Worked out from the core manual's opcode pages, not from the table.
    let source = "LD A,MX\n LD M3,A\n LD B,M0AH\n LBPX MX,5AH\n SET F,8\n RST F,0BH\n ACPX MX,B\n RETD 0FFH\n LDPY MY,3\n NOT B\n EI\n INC X\n LD XP,MY\n POP F\n RRC B\n RLC MX\n CALZ 12H\n NOP5";
    assert_eq!(
        words(&format!(" {source}")),
        [
            0xEC2, 0xF83, 0xFBA, 0x95A, 0xF48, 0xF5B, 0xF29, 0x1FF, 0xE73, 0xD1F, 0xF48, 0xEE0, 0xE83, 0xFDA, 0xE8D,
            0xAFA, 0x512, 0xFFB
        ]
    );
}
