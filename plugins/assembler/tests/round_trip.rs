//! Words to text and back to the same words; and no text that panics.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::good;
use eggtooth_assembler::{ADDRESS_SPACE, ROM_WORDS, Symbol, SymbolKind, UNUSED, disassemble};
use proptest::prelude::*;

/// Asserts that the text of `words` assembles to them.
fn check(words: &[u16], symbols: &[Symbol]) -> String {
    let text = disassemble(words, symbols);
    let image = good(&text).image();
    assert!(image.len() >= words.len());
    for (n, word) in image.iter().enumerate() {
        let wanted = words.get(n).copied().unwrap_or(UNUSED);
        assert_eq!(*word, wanted, "at {n:04X}");
    }
    text
}

#[test]
fn all_words() {
    let words: Vec<_> = (0..=0xFFF).collect();
    let text = check(&words, &[]);
    assert_eq!(text.matches(" DW ").count(), 73);
    for line in [
        "NOT   B  ",
        "INC   X  ",
        "LD    A,M0AH",
        "LBPX  MX,5AH",
        "DW    0AF1H",
        "SUB   MX,MY",
        "RETD  0FFH",
        "ADD   A,0AH",
    ] {
        assert!(text.contains(line), "{line}");
    }
    let backwards: Vec<_> = words.into_iter().rev().collect();
    check(&backwards, &[]);
}

#[test]
fn labels_where_the_target_is_known() {
    // PSET 2; JP 05; CALL 01; CALZ 03; LD A,1 …
    let mut words = vec![0xE42, 0x005, 0x401, 0x503, 0xE01];
    words.resize(0x206, UNUSED);
    let code = |name: &str, address| Symbol { name: name.into(), kind: SymbolKind::Code { address } };
    let text = check(&words, &[code("main.far", 0x205), code("top", 1), code("halt", 3), code("gone", 0x300)]);
    for line in
        ["PSET  main_far", "JP    main_far", "CALL  top", "CALZ  L0003", "main_far:", "top:", "L0003:", "ORG   0205H"]
    {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("gone"));
}

#[test]
fn names_do_not_clash() {
    let code = |name: &str, address| Symbol { name: name.into(), kind: SymbolKind::Code { address } };
    let symbols = [code("a.b", 0), code("a_b", 1), code("L0002", 3), code("1x", 4), code("", 5), code("x y", 6)];
    check(&[0x002, 0x001, 0x002, 0x003, 0x004, 0x005, 0x006, 0x000], &symbols);
}

#[test]
fn sizes() {
    check(&[], &[]);
    check(&[UNUSED; 40], &[]);
    check(&[UNUSED; ROM_WORDS], &[]);
    let long = [UNUSED; ADDRESS_SPACE];
    assert_eq!(good(&disassemble(&long, &[])).image(), long);
    // Only twelve bits and one address space count.
    assert_eq!(disassemble(&[0xFE05], &[]), disassemble(&[0xE05], &[]));
    assert_eq!(disassemble(&[0; ADDRESS_SPACE + 9], &[]), disassemble(&[0; ADDRESS_SPACE], &[]));
}

/// Words that are often branches, `PSET` and unused ones.
fn word() -> impl Strategy<Value = u16> {
    prop_oneof![0u16..0x1000, 0u16..0x800, 0xE40u16..0xE60, Just(UNUSED)]
}

/// Pieces of source text, so that random texts get past the first word.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "LD",
        "JP",
        "NZ",
        "PSET",
        "CALL",
        "A",
        "MX",
        "M3",
        "M(",
        ")",
        "(",
        ",",
        ":",
        "\n",
        "\n ",
        "\n\t",
        " ",
        " ",
        "x1",
        "x1:",
        ".l",
        ".l:",
        "x1 EQU ",
        "x1 SET ",
        "x1 RES ",
        "x1 MACRO y1\n",
        "\n ENDM\n",
        "\n REPT 3\n",
        "\n IF ",
        "\n ELSE\n",
        "\n ENDIF\n",
        "\n LOCAL z1\n",
        "z1",
        "y1",
        "\n x1 ",
        "\n PIXELS\n",
        "#.#.\n",
        "\n ENDP\n",
        "ORG ",
        "PAGE ",
        "BANK ",
        "ALIGN ",
        "SECTION",
        "FITS ",
        "DW ",
        "RAM ",
        "JPM ",
        "CALLM ",
        "\n INCLUDE \"main.asm\"\n",
        "\n INCLUDE \"b\"\n",
        "\"",
        "'",
        "''",
        ";",
        "//",
        "$",
        "1FFFH",
        "0",
        "7",
        "-",
        "+",
        "*",
        "/",
        "%",
        "<<",
        "NOT ",
        "HIGH ",
        "XH(",
        " AND ",
        "==",
        "é",
        "\u{0}",
        "\r\n",
    ];
    prop_oneof![20 => proptest::sample::select(words.to_vec()).prop_map(str::to_string), 1 => any::<char>().prop_map(String::from)]
}

/// Assembles two texts that may include each other, and shows every error.
fn survives(main: &str, other: &str) {
    let result = common::sources(&[("main.asm", main), ("b", other)]);
    match result {
        Ok(assembly) => {
            let length = assembly.rom_bytes().len();
            assert!(length == 12_288 || length == 16_384);
            assert!(assembly.words.iter().flatten().all(|word| *word <= 0xFFF));
            let _ = (assembly.symbols_text(), assembly.listing_text());
        }
        Err(errors) => {
            assert!((1..=eggtooth_assembler::MAX_DIAGNOSTICS).contains(&errors.len()));
            for error in errors {
                assert!(!error.message.is_empty() && error.line > 0 && error.column > 0);
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn random_images(words in proptest::collection::vec(word(), 0..1500)) {
        check(&words, &[]);
    }

    #[test]
    fn random_pieces_never_panic(pieces in proptest::collection::vec(piece(), 0..80), other in proptest::collection::vec(piece(), 0..30)) {
        survives(&pieces.concat(), &other.concat());
    }

    #[test]
    fn random_text_never_panics(text in any::<String>(), line in "[ -~\t\n]{0,200}") {
        survives(&text, &line);
        survives(&line, &text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whole_random_images(words in proptest::collection::vec(word(), ADDRESS_SPACE)) {
        check(&words, &[]);
    }
}
