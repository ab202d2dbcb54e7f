//! What the dialect promises beyond instructions.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{good, sources, words};
use eggtooth_assembler::{Symbol, SymbolKind, UNUSED};

fn dw(expression: &str) -> u16 {
    words(&format!(" ORG 123H\nhere:\n DW {expression}\n"))[0]
}

#[test]
fn expressions() {
    for (expression, value) in [
        ("1+2*3", 7),
        ("(1+2)*3", 9),
        ("10-4-3", 3),
        ("100/7/2", 7),
        ("17 MOD 5", 2),
        ("17 % 5 shl 2", 8),
        ("1<<4>>1", 8),
        ("1 SHL 20", 0),
        ("12 OR 3 AND 1", 13),
        ("12|3&1^0", 13),
        ("6 XOR 3", 5),
        ("3+1 EQ 4", 0xFFF),
        ("1 NE 1", 0),
        ("2<3 AND 3<=3 AND 4>3 AND 4>=4", 0xFFF),
        ("2 LT 3 AND 3 LE 3 AND 4 GT 3 AND 4 GE 5", 0),
        ("1 == 1 & 2 != 3", 0xFFF),
        ("NOT 0", 0xFFF),
        ("~5 & 0FH", 10),
        ("-1", 0xFFF),
        ("5 - -3", 8),
        ("HIGH 1234H", 0x12),
        ("LOW 1234H", 0x34),
        ("LOW 100H+5", 5),
        ("HIGH (0FFH+1)", 1),
        ("XP(0E4AH)", 0xE),
        ("XH(0E4AH)", 0x4),
        ("xl(0E4AH)+1", 0xB),
        ("$", 0x123),
        ("$-here", 0),
        ("here+1", 0x124),
        ("'A'", 65),
        ("1FFFH+2", 1),
        ("17O+0b11+0x10+11B+12Q", 15 + 3 + 16 + 3 + 10),
    ] {
        assert_eq!(dw(expression), value, "{expression}");
    }
}

#[test]
fn immediates_take_the_whole_range_of_their_field() {
    assert_eq!(
        words(" LD A,-8\n LD A,15\n LD X,-128\n LD X,255\n DW -2048,4095"),
        [0xE08, 0xE0F, 0xB80, 0xBFF, 0x800, 0xFFF]
    );
}

#[test]
fn labels_with_and_without_colon() {
    let source = "one: NOP5\ntwo NOP5\n  three: NOP5\nfour\n.in NOP7\n.out: JP .in\nfive: JP four.in\n.in: JP .in\n JP one\n JP two\n JP three\n";
    assert_eq!(words(source), [0xFFB, 0xFFB, 0xFFB, 0xFFF, 0x003, 0x003, 0x006, 0, 1, 2]);
}

#[test]
fn names_keep_their_case() {
    assert_eq!(words("Foo equ 1\nfoo Equ 2\n ld a,Foo\n Ld B,foo\n"), [0xE01, 0xE12]);
}

#[test]
fn equ_may_look_ahead_and_set_may_not() {
    assert_eq!(words("a1 EQU b1+1\nb1 EQU c1*2\n DW a1\nc1 EQU 5\n"), [11]);
    assert_eq!(words("v SET 1\n DW v\nv SET v+1\n DW v\nw EQU v\nv SET 9\n DW w,v\n"), [1, 2, 2, 9]);
}

#[test]
fn set_is_an_instruction_with_f() {
    assert_eq!(words("v SET 3\nlab: SET F,v\nlab2 SET F,8\n SET F,lab2\n"), [0xF43, 0xF48, 0xF41]);
}

#[test]
fn places() {
    let assembly = good(
        " ORG 5\n DW 1\n PAGE 2\n DW 2\n BANK 1\n DW 3\n PAGE 3\n DW 4\n SECTION\n DW 5\n ALIGN 7\n DW 6\n BANK 0\n PAGE 15\n DW 7\n",
    );
    let used: Vec<_> = (0u16..).zip(&assembly.words).filter_map(|(at, word)| word.map(|word| (at, word))).collect();
    assert_eq!(used, [(5, 1), (0x200, 2), (0xF00, 7), (0x1000, 3), (0x1300, 4), (0x1310, 5), (0x1316, 6)]);
    // A bank that is exactly full does not change the current bank.
    let full = good(" PAGE 15\n REPT 256\n NOP7\n ENDM\n FITS 15\n PAGE 3\n DW 1\n");
    assert_eq!(full.words[0x300], Some(1));
}

#[test]
fn pset_takes_the_page_of_labels_and_numbers_as_they_are() {
    let source = "one: PSET far\n PSET 12H\n PSET far+1\n PSET HIGH far\n PSET alias\n PSET five\nfive EQU 5\nalias EQU far\n ORG 1345H\nfar: NOP7\n";
    assert_eq!(words(source)[..6], [0xE53, 0xE52, 0xE53, 0xE53, 0xE53, 0xE45]);
}

#[test]
fn branches_take_the_lower_eight_bits() {
    let source = " PAGE 2\n PSET far\n JP far\n PSET far\n JP NZ,far\n PSET far\n CALL far\n CALZ zero\n JP 12H\nnear: JP C,near\n ORG 5\nzero: NOP7\n ORG 345H\nfar: PSET near\n JP near\n";
    let assembly = good(source);
    let from = |at: usize, count: usize| assembly.words[at..at + count].iter().map(|w| w.unwrap()).collect::<Vec<_>>();
    assert_eq!(from(0x200, 9), [0xE43, 0x045, 0xE43, 0x745, 0xE43, 0x445, 0x505, 0x012, 0x208]);
    assert_eq!(from(0x345, 2), [0xE42, 0x008]);
}

#[test]
fn a_branch_in_the_last_word_of_a_page_stays_on_its_page() {
    assert_eq!(good("top: NOP7\n ORG 0FFH\n JP top\n").words[0xFF], Some(0));
    // PSET in the last word of a page counts for the first of the next.
    assert_eq!(good(" ORG 0FFH\n PSET top\n JP top\n PAGE 4\ntop: NOP7\n").words[0x100], Some(0));
}

#[test]
fn calls_ignore_the_bank_of_pset() {
    // PSET of bank 0 in bank 1: the call stays in bank 1.
    let source = " BANK 1\n PSET 3\n CALL far\n PAGE 3\nfar: NOP7\n";
    assert_eq!(words(source), [0xE43, 0x400, 0xFFF]);
}

#[test]
fn far_branches_always_have_two_words() {
    let source = " PAGE 1\nhere: JPM here\n JPM NZ,far\n CALLM far\n jpm c,here\n JPM top\n ORG 345H\nfar: RET\n ORG 1001H\ntop: CALLM top\n";
    assert_eq!(
        words(source),
        [0xE41, 0x000, 0xE43, 0x745, 0xE43, 0x445, 0xE41, 0x200, 0xE50, 0x001, 0xFDF, 0xE50, 0x401]
    );
}

#[test]
fn macros() {
    let source = "put MACRO r1,value\n LD r1,value\n ENDM\nboth MACRO value\n put A,value\n put B,value+1\n ENDM\nnone MACRO\n NOP5\n ENDM\n both 3\n none\nend1: put MX,(2)\n";
    assert_eq!(words(source), [0xE03, 0xE14, 0xFFB, 0xE22]);
}

#[test]
fn macro_labels() {
    // LOCAL names differ in each call; the caller's local labels survive them; a parameter may
    // name a label.
    let source = "spin MACRO name\n LOCAL again,out\nname: NOP5\nagain JP out\n JP again\nout: NOP7\n ENDM\nmain: NOP5\n.loop: NOP7\n spin first\n.b: spin second\n JP first\n JP second\n";
    let assembly = good(source);
    let words: Vec<_> = assembly.words.iter().flatten().copied().collect();
    assert_eq!(words, [0xFFB, 0xFFF, 0xFFB, 5, 3, 0xFFF, 0xFFB, 9, 7, 0xFFF, 2, 6]);
    let names: Vec<_> = assembly.symbols.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["main", "main.loop", "first", "first.b", "second"]);
    let source = "wait MACRO\n LOCAL again\nagain: JP again\n ENDM\nmain: NOP5\n.loop: wait\n JP .loop\n";
    assert_eq!(common::words(source), [0xFFB, 1, 1]);
}

#[test]
fn conditions() {
    let source = "on EQU 1\n IF on\n DW 1\n IF on EQ 2\n DW 2\n ELSE\n DW 3\n ENDIF\n ELSE\n DW 4\n IF 1\n DW 5\n ELSE\n DW 6\n ENDIF\n ENDIF\n IF 0\n nonsense ~~ \"\n ENDIF\n DW 7\n";
    assert_eq!(words(source), [1, 3, 7]);
    let source = "pick MACRO x1\n IF x1 LT 3\n DW 1\n ELSE\n DW 2\n ENDIF\n ENDM\n pick 2\n pick 3\n";
    assert_eq!(words(source), [1, 2]);
}

#[test]
fn repetitions() {
    assert_eq!(
        words("n SET 0\n REPT 3\n REPT 2\n DW n\n ENDM\nn SET n+1\n ENDM\n REPT 0\n DW 99\n ENDM\n"),
        [0, 0, 1, 1, 2, 2]
    );
    let source = "fill MACRO count,what\n REPT count\n LOCAL here\nhere: DW what,LOW here\n ENDM\n ENDM\n fill 2,7\n";
    assert_eq!(words(source), [7, 0, 7, 2]);
}

#[test]
fn pictures() {
    let picture = "##..\n.#..\n....\n....\n....\n....\n....\n#..#\n   \n; second band\n#...\n....\n....\n....\n....\n....\n....\n...#  // foot\n";
    let bytes = [0x81, 0x03, 0x00, 0x80, 0x01, 0x00, 0x00, 0x80];
    let with = |last: u16, order: [usize; 8]| {
        let mut words: Vec<_> = order.iter().map(|n| 0x900 | bytes[*n]).collect();
        words[7] = last | words[7] & 0xFF;
        words
    };
    let straight = [0, 1, 2, 3, 4, 5, 6, 7];
    let mirrored = [3, 2, 1, 0, 7, 6, 5, 4];
    assert_eq!(words(&format!("pic: PIXELS\n{picture} ENDP\n")), with(0x100, straight));
    assert_eq!(words(&format!(" PIXELS OPEN\n{picture}\tendp ; end\n")), with(0x900, straight));
    assert_eq!(words(&format!(" PIXELS FLIP\n{picture} ENDP\n")), with(0x100, mirrored));
    assert_eq!(words(&format!(" PIXELS OPEN, flip\n{picture} ENDP\n")), with(0x900, mirrored));
}

#[test]
fn ram_names() {
    let source = " RAM 0CH\nhunger RES 1\nname RES 3\n RAM 1A0H\n RES 2\nfar RES 1\n LD A,M(hunger)\n LD M(name+2),B\n INC m(name)\n LD X,LOW far\n LD A,XP(far)\n";
    let assembly = good(source);
    let words: Vec<_> = assembly.words.iter().flatten().copied().collect();
    assert_eq!(words, [0xFAC, 0xF9F, 0xF6D, 0xBA2, 0xE01]);
    let ram = |name: &str, address, length| Symbol { name: name.into(), kind: SymbolKind::Ram { address, length } };
    assert_eq!(assembly.symbols, [ram("hunger", 0xC, 1), ram("name", 0xD, 3), ram("far", 0x1A2, 1)]);
}

#[test]
fn includes() {
    let assembly = sources(&[
        ("pip/main.asm", " INCLUDE \"art/cat.inc\"\n DW 2\n INCLUDE \"art/cat.inc\"\n"),
        ("pip/art/cat.inc", " INCLUDE \"../one.inc\" ; again\n"),
        ("pip/one.inc", " DW 1\r\n"),
    ])
    .unwrap();
    assert_eq!(assembly.words.iter().flatten().copied().collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(&*assembly.listing[2].file, "pip/one.inc");
}

#[test]
fn end_ends() {
    assert_eq!(words(" DW 1\n END ; all\n DW 2 ~ \"\n"), [1]);
}

#[test]
fn comments_and_spacing() {
    assert_eq!(words("\u{FEFF}// all\n;;\n\n\t LD\tA , 3 ;x\n DW ';' // y\nl1 : DW 1//z"), [0xE03, 59, 1]);
}

#[test]
fn rom_symbols_and_listing() {
    let source = "x1 RES 2\nk1 EQU 7\none: JP one\n.l NOP5\n PAGE 1\n PIXELS\n#####\n#####\n#####\n#####\n#####\n#####\n#####\n#####\n ENDP\n";
    let assembly = good(source);
    let rom = assembly.rom_bytes();
    assert_eq!(rom.len(), 12_288);
    assert_eq!(rom[..6], [0x00, 0x00, 0x0F, 0xFB, 0x0F, 0xFF]);
    assert_eq!(rom[0x208..0x20A], [0x01, 0xFF]);
    assert_eq!(assembly.image()[2], UNUSED);
    assert_eq!(
        assembly.symbols_text(),
        "# ram address length name | code address name | const value name\nram  000 2 x1\ncode 0000 one\ncode 0001 one.l\nconst 0007 k1\n"
    );
    let listing = assembly.listing_text();
    for line in [
        "; main.asm",
        "0000  000                 3  one: JP one",
        "0001  FFB                 4  .l NOP5",
        "0100  9FF 9FF 9FF 9FF     6   PIXELS",
        "0104  1FF",
        "                          7  #####",
    ] {
        assert!(listing.lines().any(|l| l == line), "{line}\nis not in\n{listing}");
    }
}

#[test]
fn words_from_1800h_up_make_a_longer_rom() {
    assert_eq!(good(" ORG 17FFH\n DW 1\n").rom_bytes().len(), 12_288);
    let rom = good(" ORG 1FFFH\n DW 0ABCH\n").rom_bytes();
    assert_eq!(rom.len(), 16_384);
    assert_eq!(rom[16_382..], [0x0A, 0xBC]);
}
