//! Mistakes, each with its place.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{errors, render, sources};

/// Asserts that the text has one error there with that in its message.
fn one(source: &str, line: u32, column: u32, width: u32, message: &str) {
    let errors = errors(source);
    assert_eq!(errors.len(), 1, "{source}\n{}", render(&errors));
    let e = &errors[0];
    assert_eq!((e.line, e.column, e.width), (line, column, width), "{}", render(&errors));
    assert!(e.message.contains(message), "`{message}` is not in\n{}", render(&errors));
}

#[test]
fn branches_to_other_pages() {
    one(" PAGE 1\n JP far\n PAGE 2\nfar: RET\n", 2, 5, 3, "on page 2, but the JP goes to page 1");
    one("\tJP NZ,far\n PAGE 2\nfar: RET\n", 1, 8, 3, "use JPM");
    one(" CALL far\n PAGE 2\nfar: RET\n", 1, 7, 3, "use CALLM");
    // A PSET that is not directly before, or that names another page, does not help.
    one(" PSET far\n NOP5\n JP far\n PAGE 2\nfar: RET\n", 3, 5, 3, "page 2");
    one(" PSET 3\n JP far\n PAGE 2\nfar: RET\n", 2, 5, 3, "goes to page 3");
    one("here: PSET 3\n JP here\n", 2, 5, 4, "on page 0, but the JP goes to page 3");
    one(
        " PSET far\n DW 0\n ORG 0FFFH\n PSET far\n BANK 1\n JP far\n PAGE 2\nfar: RET\n",
        6,
        5,
        3,
        "goes to page 0 of bank 1",
    );
    one(" PSET far\n CALL far\n BANK 1\nfar: RET\n", 2, 7, 3, "no call leaves its bank");
    one(" CALLM far\n BANK 1\nfar: RET\n", 1, 8, 3, "no call leaves its bank");
    one(" CALZ far\n PAGE 2\nfar: RET\n", 1, 7, 3, "CALZ goes to page 0, but this is on page 2");
    one(" CALZ far\n BANK 1\nfar: RET\n", 1, 7, 3, "page 0 of bank 1");
    one(" JP 100H\n", 1, 5, 4, "0 to 255");
    one(" JPM X,1\n", 1, 6, 1, "C, NC, Z or NZ");
}

#[test]
fn names() {
    one(" JP nowhere\n", 1, 5, 7, "`nowhere` is not defined");
    one(" DW 1+some*2\n", 1, 7, 4, "`some` is not defined");
    one("a1: NOP5\na1: NOP5\n", 2, 1, 2, "already defined at main.asm:1");
    one("a1 EQU 1\na1 SET 2\n", 2, 1, 2, "already defined");
    one("a1 EQU 1\na1 MACRO\n ENDM\n", 2, 1, 2, "already defined");
    one("a1 MACRO\n ENDM\n\na1: NOP5\n", 4, 1, 2, "already defined at main.asm:1");
    one("a1 EQU b1\nb1 EQU a1\n", 1, 8, 2, "defined by itself");
    one("a1 EQU b1\n DW a1,a1\n", 1, 8, 2, "`b1` is not defined");
    one("a1 EQU 1/b1\nb1 EQU 0\n", 1, 9, 1, "divides by zero");
    one(" DW a1\na1 SET 1\n", 1, 5, 2, "above its first SET");
    one(" ORG a1\na1 EQU 1\n", 1, 6, 2, "`a1` must be defined above this line");
    one("a1 SET b1\nb1 EQU 1\n", 1, 8, 2, "must be defined above");
    one(".in: NOP5\n", 1, 1, 3, "needs an ordinary label above it");
    one("a1: NOP5\n.b NOP5\nc1: JP .b\n", 3, 8, 2, "`c1.b` is not defined");
    one("a1.b EQU 2\n", 1, 1, 4, "without a point");
    for (name, what) in [
        ("mx", "register"),
        ("nop5", "an instruction"),
        ("Page", "a directive"),
        ("M3", "memory operand"),
        ("Low", "operator"),
    ] {
        one(&format!("{name}: HALT\n"), 1, 1, name.len() as u32, what);
    }
    one(" LD A,B+1\n", 1, 7, 1, "`B` is a register");
}

#[test]
fn fields() {
    one(" LD A,16\n", 1, 7, 2, "the value 16 does not fit: this operand takes -8 to 15");
    one(" LD A,-9\n", 1, 7, 2, "the value -9");
    one(" LBPX MX,256\n", 1, 10, 3, "-128 to 255");
    one(" LD X,-129\n", 1, 7, 4, "-128 to 255");
    one(" DW 1,1000H\n", 1, 7, 5, "-2048 to 4095");
    one(" PSET 20H\n", 1, 7, 3, "0 to 31");
    one(" LD A,M(16)\n", 1, 9, 2, "0 to 15");
    one(" LD A,M16\n", 1, 7, 3, "0 to 15");
    one(" ORG 300H\nfar: LD A,far\n", 2, 11, 3, "the value 768");
}

#[test]
fn operands() {
    one(" SUB A,1\n", 1, 6, 3, "SUB does not take these operands; it takes r,q");
    one(" INC A\n", 1, 6, 1, "it takes X; Y; Mn; SP");
    one(" LD\n", 1, 2, 2, "does not take these operands");
    one(" RET 1\n", 1, 6, 1, "it takes none");
    one(" LD A,\n", 1, 2, 2, "missing beside the comma");
    one(" JP C\n", 1, 5, 1, "label; C,label");
    one(" LDD A,1\n", 1, 2, 3, "`LDD` is no instruction, directive or macro");
    one(" 12\n", 1, 2, 2, "a label, an instruction or a directive");
    one("a1: 12\n", 1, 5, 2, "an instruction or a directive");
}

#[test]
fn expressions() {
    one(" DW 1+\n", 1, 5, 2, "ends too early");
    one(" DW 1 2\n", 1, 7, 1, "an operator, a comma or the end");
    one(" DW (1+2\n", 1, 5, 1, "not closed");
    one(" DW *2\n", 1, 5, 1, "a value belongs here, not `*`");
    one(" DW 5/0\n", 1, 6, 1, "divides by zero");
    one(" DW 5 MOD 0\n", 1, 7, 3, "divides by zero");
    one(" DW \"x\"\n", 1, 5, 3, "not a text");
    one(" DW 1,,2\n", 1, 2, 2, "a value is missing");
    one(" DW\n", 1, 2, 2, "at least one value");
    one(" DW 2000H\n", 1, 5, 5, "13 bits");
    one(" DW 12AB\n", 1, 5, 4, "is not a number");
    one(" DW 'ab'\n", 1, 5, 2, "one ASCII character");
    one(" DW ä\n", 1, 5, 1, "no meaning");
    one(&format!(" DW {}1{}\n", "(".repeat(80), ")".repeat(80)), 1, 70, 1, "nested too deeply");
    one(&format!(" DW {}1\n", "-".repeat(900)), 1, 70, 1, "nested too deeply");
    one(&format!(" DW 1{}\n", " ".repeat(1000)), 1, 1, 1, "longer than 1000");
}

#[test]
fn places() {
    one(" DW 1,2,3\n ORG 1\n\tDW 4,5\n", 3, 5, 1, "the word at 0001H is already in use by main.asm:1");
    one(" ORG 1FFFH\n DW 1,2,3\n NOP5\n", 2, 7, 1, "the ROM overflows");
    one(" ORG 1FFFH\n NOP5\nend1: NOP5\n", 3, 1, 4, "above address 1FFFH");
    one(" PAGE 16\n", 1, 7, 2, "the value 16 is outside 0 to 15");
    one(" BANK 2\n", 1, 7, 1, "outside 0 to 1");
    one(" ALIGN 0\n", 1, 2, 5, "1 or more");
    one(" SECTION 3\n", 1, 10, 1, "nothing more");
    one(" RAM 1000H\n", 1, 6, 5, "outside 0 to 4095");
    one(" RAM 0FFFH\na1 RES 2\n", 2, 4, 3, "the RAM overflows: 2 nibbles at FFFH");
    one(
        " PAGE 2\n REPT 257\n NOP5\n ENDM\n FITS 2\n",
        5,
        2,
        4,
        "page 2 has overflowed: the location is 0301H, 1 too far",
    );
    one(" PAGE 2\n FITS 3\n", 2, 2, 4, "below page 3");
}

#[test]
fn pictures() {
    one(" PIXELS\n", 1, 2, 6, "no ENDP");
    one(" PIXELS\n##\n##\n ENDP\n", 1, 2, 6, "multiple of 8 rows; this one has 2");
    one(" PIXELS\n ENDP\n", 1, 2, 6, "this one has 0");
    one(" PIXELS\n  ##\n  #.#\n ENDP\n", 3, 3, 3, "this row is 3 dots wide, the first 2");
    one(" PIXELS\n#.\n#x\n ENDP\n", 3, 2, 1, "only `#` and `.`, not 'x'");
    one(" PIXELS\n#.\n# .\n ENDP\n", 3, 2, 1, "only `#` and `.`");
    one(" PIXELS BIG\n#\n ENDP\n", 1, 9, 3, "OPEN and FLIP");
    one(" ENDP\n", 1, 2, 4, "ends no PIXELS");
}

#[test]
fn blocks() {
    one("a1 MACRO x1\n NOP5\n", 1, 1, 2, "the macro `a1` has no ENDM");
    one(" REPT 3\n NOP5\n", 1, 2, 4, "this REPT has no ENDM");
    one(" ENDM\n", 1, 2, 4, "ends no MACRO");
    one(" MACRO a1\n", 1, 2, 5, "needs a name before it");
    one(" IF 1\n NOP5\n", 1, 2, 2, "this IF has no ENDIF");
    one(" IF 0\n NOP5\n", 1, 2, 2, "this IF has no ENDIF");
    one(" IF 0\n NOP5\n ELSE\n NOP7\n", 1, 2, 2, "this IF has no ENDIF");
    one(" ELSE\n", 1, 2, 4, "belongs to no IF");
    one(" ENDIF\n", 1, 2, 5, "belongs to no IF");
    one(" IF 0\n ELSE\n ELSE\n ENDIF\n", 3, 2, 4, "already has an ELSE");
    one(" IF 1\n ELSE\n ELSE\n ENDIF\n", 3, 1, 5, "already has an ELSE");
    one(" LOCAL x1\n", 1, 2, 5, "LOCAL belongs in a macro");
    one("a1 MACRO x1,x1\n ENDM\n", 1, 13, 2, "two parameters `x1`");
    one("a1 MACRO 3\n ENDM\n", 1, 10, 1, "a parameter is one name");
    one("LD MACRO\n ENDM\n", 1, 1, 2, "`LD`");
    one("a1 MACRO x1\n DW x1\n ENDM\n a1 1,2\n", 4, 5, 1, "`a1`: 2 instead of 1");
    one("a1 MACRO x1\n DW x1\n ENDM\n a1\n", 4, 2, 2, "`a1`: 0 instead of 1");
    one("a1 MACRO\nb1 MACRO\n ENDM\n ENDM\n a1\n", 2, 1, 8, "cannot be defined inside");
    // An ENDIF in a macro does not close the caller's IF.
    let found = errors("a1 MACRO\n ENDIF\n ENDM\n IF 1\n a1\n");
    assert_eq!(found.len(), 2, "{}", render(&found));
}

#[test]
fn endless_things_end() {
    let found = errors("a1 MACRO\n a1\n ENDM\n a1\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("inside each other"), "{}", render(&found));
    assert_eq!(found[0].notes.len(), 8);
    let found = errors("a1 MACRO x1\n a1 (x1+x1+x1)\n ENDM\n a1 1\n");
    assert!(found[0].message.contains("more than 2000 words"), "{}", render(&found));
    let nested = " REPT 8000\n".repeat(20) + "v SET 1\n" + &" ENDM\n".repeat(20);
    let found = errors(&nested);
    assert!(found[0].message.contains("more than 400000 lines"), "{}", render(&found));
    let found = errors("a1 MACRO\n a1\n a1\n ENDM\n a1\n");
    assert_eq!(found.len(), eggtooth_assembler::MAX_DIAGNOSTICS);
    // A long chain of EQU, each needing the one below; and one that doubles.
    let chain: String = (0..50_000).map(|n| format!("a{n} EQU a{}+a{}\n", n + 1, n + 1)).collect();
    assert!(common::text(&format!("{chain}a50000 EQU 1\n")).is_ok());
    let chain: String = (1..2000).map(|n| format!("a{n} EQU a{}\n", n - 1)).collect();
    let found = errors(&format!("a0 EQU last\n{chain}last EQU 1\n"));
    assert!(found[0].message.contains("more than 100 others"), "{}", render(&found));
    let chain: String = (1..90).map(|n| format!("a{n} EQU a{}\n", n - 1)).collect();
    assert!(common::text(&format!("a0 EQU last\n{chain}last EQU 1\n")).is_ok());
}

#[test]
fn at_most_twenty() {
    assert_eq!(errors(&" nonsense\n".repeat(100)).len(), 20);
    assert_eq!(errors(&" JP nowhere\n".repeat(100)).len(), 20);
    assert_eq!(errors(&" IF 1\n".repeat(100)).len(), 20);
}

#[test]
fn includes() {
    let found = sources(&[("main.asm", " INCLUDE \"x.inc\"\n")]).unwrap_err();
    assert_eq!((found[0].line, found[0].column, found[0].width), (1, 10, 7));
    assert_eq!(found[0].message, "`x.inc` cannot be read: there is no such file");
    let found =
        sources(&[("a/main.asm", "\n INCLUDE \"b.inc\"\n"), ("a/b.inc", " INCLUDE \"../a/main.asm\"\n")]).unwrap_err();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].file.as_str(), found[0].line, found[0].column), ("a/b.inc", 1, 10));
    assert!(found[0].message.contains("`a/main.asm` includes itself"));
    assert_eq!(found[0].notes, ["in the INCLUDE at a/main.asm:2"]);
    one(" INCLUDE x1\n", 1, 10, 2, "in double quotes");
    one(" INCLUDE\n", 1, 2, 7, "needs a file name");
    one(" INCLUDE \"x\n", 1, 10, 2, "no closing quote");
    // A block ends in the source that it began in.
    let found = sources(&[("main.asm", " INCLUDE \"b.inc\"\n ENDIF\n"), ("b.inc", " IF 1\n")]).unwrap_err();
    assert_eq!(found.len(), 2);
}

#[test]
fn a_missing_root_is_an_error_without_a_line() {
    let found = eggtooth_assembler::assemble("gone.asm", &|_| Err("it is gone".to_string())).unwrap_err();
    assert_eq!(render(&found), "gone.asm: error: it is gone\n");
}

#[test]
fn errors_show_the_line_a_caret_and_the_way_there() {
    let source =
        "put MACRO r1,v1\n\tLD\tr1,v1\n ENDM\nall MACRO v2\n put A,1\n\tput\tB,v2+20 ; \u{1b}[31m\n ENDM\n\n all 3\n";
    assert_eq!(
        render(&errors(source)),
        "main.asm:9:6: error: the value 23 does not fit: this operand takes -8 to 15\n    \
         9 |  all 3\n      |      ^\n      = in the macro `put` called at main.asm:6\n      = in the macro `all` called at main.asm:9\n"
    );
    let source = "put MACRO r1\n\tLD\tr1,99 ; \u{1b}[31m\n ENDM\n put A\n";
    assert_eq!(
        render(&errors(source)),
        "main.asm:2:8: error: the value 99 does not fit: this operand takes -8 to 15\n    \
         2 | \tLD\tr1,99 ; \u{FFFD}[31m\n      | \t  \t   ^^\n      = in the macro `put` called at main.asm:4\n"
    );
}
