use super::*;
use std::{string::String, vec::Vec};

const TABLE: &str = include_str!("../../tests/data/e0c6200_isa.csv");
const ALIAS_TABLE: &str = include_str!("../../tests/data/e0c6200_isa_aliases.csv");

/// The fields of a line of comma-separated values, quoted ones included.
fn fields(line: &str) -> Vec<String> {
    let mut fields = Vec::from([String::new()]);
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    fields
}

/// Operands as the manual writes them, and the letter that stands for them in patterns.
fn syntax(operand: Operand) -> (&'static str, char) {
    match operand {
        Word(word) => (word, '?'),
        R(_) => ("r", 'r'),
        Q => ("q", 'q'),
        Nibble => ("i", 'i'),
        Byte => ("e", 'e'),
        Step => ("s", 's'),
        Page => ("p", 'p'),
        Memory => ("Mn", 'n'),
    }
}

fn pattern(row: &Instruction) -> String {
    (0..12)
        .rev()
        .map(|bit| {
            row.operands
                .iter()
                .find(|operand| operand.mask() >> bit & 1 == 1)
                .map_or(if row.code >> bit & 1 == 1 { '1' } else { '0' }, |operand| syntax(*operand).1)
        })
        .collect()
}

fn compare(rows: &[Instruction], table: &str) {
    let lines: Vec<_> = table.lines().skip(1).map(fields).collect();
    assert_eq!(lines.len(), rows.len());
    for (row, line) in rows.iter().zip(lines) {
        let operands: Vec<_> = row.operands.iter().map(|o| syntax(*o).0).collect();
        assert_eq!(row.mnemonic, line[0]);
        assert_eq!(operands.join(","), line[1], "{}", row.mnemonic);
        assert_eq!(pattern(row), line[2], "{} {}", row.mnemonic, line[1]);
        assert_eq!(row.clocks, line[3].parse::<u8>().unwrap());
    }
}

#[test]
fn table_is_the_manuals() {
    compare(&INSTRUCTIONS, TABLE);
}

#[test]
fn aliases_are_the_manuals() {
    compare(&ALIASES, ALIAS_TABLE);
}

#[test]
fn rows_are_disjoint_and_cover_4023_words() {
    let mut covered = 0;
    for word in 0..=0xFFF {
        let rows: Vec<_> = INSTRUCTIONS.iter().filter(|r| r.matches(word)).collect();
        assert!(rows.len() <= 1, "{word:03X}: {rows:?}");
        assert_eq!(find(word), rows.first().copied(), "{word:03X}");
        covered += rows.len();
    }
    assert_eq!(covered, 4023);
    assert_eq!(find(0xFF9).unwrap().mnemonic, "SLP");
    assert_eq!(find(0x1000), None);
    assert_eq!(find(u16::MAX), None);
}

#[test]
fn aliases_name_instructions_of_the_same_clocks() {
    for alias in &ALIASES {
        let base = find(alias.code).unwrap();
        assert_ne!(alias.mnemonic, base.mnemonic);
        assert_eq!(alias.clocks, base.clocks);
        assert_eq!(find_alias(alias.code), Some(alias));
    }
    assert_eq!(find_alias(0xD1F).unwrap().mnemonic, "NOT");
    assert_eq!(find_alias(0xD1E), None);
}

#[test]
fn values_of_operands() {
    let load = find(0xE2D).unwrap();
    assert_eq!(load.mnemonic, "LD");
    assert_eq!(load.operands[0].value(0xE2D), 2);
    assert_eq!(load.operands[1].value(0xE2D), 0xD);
    assert_eq!(Word("F").value(0xFFF), 0);
}
