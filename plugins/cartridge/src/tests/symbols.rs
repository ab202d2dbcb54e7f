use std::collections::BTreeMap;

use proptest::prelude::*;

use std::path::{Path, PathBuf};

use crate::symbols::{MAX_FILE, MAX_SYMBOLS, RamSymbol, Symbols, candidates, lookup};

#[test]
fn a_file_is_read_and_written() {
    let text = "# Pip\n\nram   01C 2 hunger   # two nibbles\nram 000 1 flags\r\ncode  0100  reset\ncode 1105 loop.next\nconst 0003 max_hearts\n";
    let (symbols, faults) = Symbols::parse(text.as_bytes());
    assert_eq!(faults, []);
    assert_eq!(symbols.ram["hunger"], RamSymbol { address: 0x1c, length: 2 });
    assert_eq!((symbols.code["reset"], symbols.consts["max_hearts"]), (0x100, 3));
    assert_eq!(symbols.ram_at(0x1d), Some(("hunger", 1)));
    assert_eq!(symbols.ram_at(0x1e), None);
    assert_eq!(symbols.code_at(0x1105), Some("loop.next"));
    assert_eq!(
        symbols.to_string(),
        "ram 000 1 flags\nram 01C 2 hunger\ncode 0100 reset\ncode 1105 loop.next\nconst 0003 max_hearts\n"
    );
}

#[test]
fn the_shortest_area_names_a_nibble() {
    let (symbols, _) = Symbols::parse(b"ram 010 8 pet\nram 012 2 age\n");
    assert_eq!(symbols.ram_at(0x12), Some(("age", 0)));
    assert_eq!(symbols.ram_at(0x14), Some(("pet", 4)));
}

#[test]
fn bad_lines_are_left_out_and_told_by_number() {
    let bad = [
        ("ram 01C hunger", "length is no hexadecimal number"),
        ("ram 01C", "length is missing"),
        ("ram 01C 0 x", "RAM ends at 2FF"),
        ("ram 2FF 2 x", "RAM ends"),
        ("ram FFFF FFFF x", "RAM ends"),
        ("ram +1C 2 x", "no hexadecimal number"),
        ("code 2000 x", "ends at 1FFF"),
        ("code 0100", "name is missing"),
        ("const 10000 x", "no hexadecimal number"),
        ("const 1 a b", "more after the name"),
        ("const 1 a\u{1b}[2J", "strange character"),
        ("label 0100 x", "begins neither"),
        ("code 0101 good", "there already"),
    ];
    let mut text = String::from("code 0100 good\n");
    for (line, _) in bad {
        text += line;
        text += "\n";
    }
    text += &format!("const 1 {}\nconst 7 last\n", "x".repeat(65));
    let (symbols, faults) = Symbols::parse(text.as_bytes());
    assert_eq!((symbols.code.len(), symbols.consts["last"], symbols.ram.len()), (1, 7, 0));
    assert_eq!(faults.len(), bad.len() + 1);
    for (n, (line, what)) in bad.into_iter().enumerate() {
        assert_eq!(faults[n].line, n + 2);
        assert!(faults[n].to_string().contains(what), "{line}: {}", faults[n]);
        assert!(faults[n].to_string().contains(&format!("line {} ", n + 2)));
    }
}

#[test]
fn size_is_bounded() {
    let many: String = (0..=MAX_SYMBOLS).map(|n| format!("const 1 n{n}\n")).collect();
    let (symbols, faults) = Symbols::parse(many.as_bytes());
    assert_eq!((symbols.consts.len(), faults.len()), (MAX_SYMBOLS, 1));
    let long = "\n".repeat(MAX_FILE + 1);
    assert!(Symbols::parse(long.as_bytes()).1[0].what.contains("longer than 1 MiB"));
    assert_eq!(Symbols::parse("x\n".repeat(5000).as_bytes()).1.len(), 100);
}

#[test]
fn a_users_file_is_looked_for_beside_the_rom_then_in_the_data_folder() {
    let mut identity = [0; 32];
    identity[..7].copy_from_slice(&[0x67, 0xb6, 0x38, 0x8f, 0x26, 0xe2, 0xe3]);
    let paths = |rom: &str| candidates(Some(Path::new(rom)), Some(Path::new("data")), &identity);
    let there = PathBuf::from("data/symbols/67b6388f26e2.sym");
    assert_eq!(paths("roms/tama.b"), [PathBuf::from("roms/tama.sym"), there.clone()]);
    assert_eq!(paths("tama"), [PathBuf::from("tama.sym"), there.clone()]);
    assert_eq!(paths("a.b.zip"), [PathBuf::from("a.b.sym"), there.clone()]);
    // A ROM that is called so is not its own symbol file, and a folder is no ROM.
    assert_eq!((paths("odd.sym"), paths("/")), (vec![there.clone()], vec![there.clone()]));
    assert!(candidates(None, None, &identity).is_empty());

    let read =
        |wanted: &'static str| move |path: &Path| (path == Path::new(wanted)).then(|| b"ram 1 1 a\nx\n".to_vec());
    let found = lookup(paths("roms/tama.b"), read("roms/tama.sym")).unwrap();
    assert_eq!((found.path, found.symbols.len(), found.faults.len()), ("roms/tama.sym".into(), 1, 1));
    let found = lookup(paths("roms/tama.b"), read("data/symbols/67b6388f26e2.sym")).unwrap();
    assert_eq!(found.path, there);
    assert_eq!(lookup(paths("roms/tama.b"), |_| None), None);
    // The first counts even if it is empty.
    assert!(lookup(paths("roms/tama.b"), |_| Some(Vec::new())).unwrap().symbols.is_empty());
}

#[test]
fn the_example_of_the_page_has_no_fault() {
    let page = include_str!("../../SYMBOLS.md");
    let example = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (symbols, faults) = Symbols::parse(example.as_bytes());
    assert_eq!(faults, []);
    assert_eq!((symbols.ram.len(), symbols.code.len(), symbols.consts.len()), (11, 2, 1));
    assert_eq!(crate::labels::Labels::from_symbols(&symbols).iter().count(), 10);
    // Every fault that a line can have is in the page.
    for report in [
        "begins neither",
        "is missing",
        "is no hexadecimal number",
        "RAM ends",
        "memory ends",
        "strange",
        "more after",
        "there already",
    ] {
        assert!(page.contains(report), "{report}");
    }
}

proptest! {
    #[test]
    fn symbols_come_back(
        ram in proptest::collection::btree_map("r[a-z0-9_.]{0,20}", (0u16..768, 1u16..=64), 0..20),
        code in proptest::collection::btree_map("c[A-Za-z0-9_.$]{0,20}", 0u16..0x2000, 0..20),
        consts in proptest::collection::btree_map("k[a-zäé]{0,20}", any::<u16>(), 0..20),
    ) {
        let ram: BTreeMap<_, _> = ram
            .into_iter()
            .map(|(name, (address, length))| (name, RamSymbol { address, length: length.min(768 - address) }))
            .collect();
        let symbols = Symbols { ram, code, consts };
        let (back, faults) = Symbols::parse(symbols.to_string().as_bytes());
        prop_assert_eq!(faults, vec![]);
        prop_assert_eq!(back, symbols);
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = Symbols::parse(&bytes);
    }
}
