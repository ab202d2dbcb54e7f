use super::*;
use proptest::prelude::*;

fn scene<'a>(name: &'a str, notices: &'a [String]) -> Scene<'a> {
    let mut frame = Frame { icons: 1 << 7, ..Frame::default() };
    frame.rows[0] = 0b0011;
    frame.rows[1] = 0b0101;
    frame.rows[15] = 1 << 31;
    Scene { frame, name, saved: true, muted: false, down: [false; 3], notices, charset: Charset::Blocks }
}

fn text(line: &Line) -> String {
    line.iter().map(|(_, text)| text.as_str()).collect()
}

#[test]
fn the_smallest_terminal_shows_everything() {
    let lines = scene("Pip", &[]).lines(COLUMNS, ROWS);
    let texts: Vec<String> = lines.iter().map(text).collect();
    assert_eq!(texts.len(), ROWS);
    assert!(texts.iter().all(|line| line.width() == COLUMNS), "{texts:?}");
    assert!(texts[0].starts_with(" Pip "));
    assert_eq!(texts[1], "  food    light   game   doctor   ");
    assert_eq!(texts[2], format!(" █▀▄{} ", " ".repeat(29)));
    assert_eq!(texts[9], format!(" {}▄ ", " ".repeat(31)));
    assert_eq!(texts[10], " toilet  status   scold   CALL    ");
    let lit: Vec<&String> =
        lines.iter().flatten().filter(|piece| piece.0 == Style::Lit).map(|piece| &piece.1).collect();
    assert_eq!(lit, [" CALL  "]);
    assert!(texts[11].starts_with(" A z  B x  C c "));
}

#[test]
fn a_large_terminal_has_it_in_the_middle() {
    let lines = scene("Pip", &[]).lines(80, 24);
    let dots = lines.iter().position(|line| text(line).contains('█')).unwrap();
    assert_eq!(dots, 7);
    assert!(text(&lines[dots]).starts_with(&format!("{}█▀▄", " ".repeat(24))));
}

#[test]
fn a_small_one_says_what_is_needed() {
    let lines = scene("Pip", &[]).lines(33, 24);
    let all: Vec<String> = lines.iter().map(text).collect();
    let all = all.join(" ");
    assert_eq!(
        all,
        "Eggtooth needs a terminal of at least 34 columns and 12 rows; this one has 33 and 24. Make it larger."
    );
    let low: Vec<String> = scene("Pip", &[]).lines(80, 11).iter().map(text).collect();
    assert!(low.join(" ").contains("80 and 11"));
}

#[test]
fn a_notice_is_seen_in_every_size() {
    let notices = ["Nothing will be saved: the saves are in use".to_owned()];
    for rows in ROWS..30 {
        let scene = Scene { saved: false, ..scene("Pip", &notices) };
        let lines: Vec<String> = scene.lines(60, rows).iter().map(text).collect();
        assert!(lines.iter().any(|line| line.contains(&notices[0])), "{rows}: {lines:?}");
        assert!(lines.iter().any(|line| line.contains("not saved")));
    }
}

#[test]
fn names_are_cut_by_width() {
    assert_eq!(cut("Pip", 3), "Pip");
    assert_eq!(cut("Pippin", 4), "Pip…");
    assert_eq!(cut("たまごたまご", 6), "たま…");
    let lines = scene("たまごたまごたまごたまごたまごたまごたまごたまご", &[]).lines(COLUMNS, ROWS);
    assert!(text(&lines[0]).width() <= COLUMNS);
}

#[test]
fn words_wrap_and_paths_break() {
    assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    assert_eq!(wrap("at /abcdefgh", 5), ["at", "/abcd", "efgh"]);
    assert_eq!(wrap("a \u{1b}[2J b", 80), ["a [2J b"]);
    assert_eq!(wrap("", 10), Vec::<String>::new());
}

#[test]
fn the_locale_decides_on_half_blocks() {
    assert_eq!(Charset::of(None), Charset::Blocks);
    assert_eq!(Charset::of(Some("de_at.utf-8")), Charset::Blocks);
    assert_eq!(Charset::of(Some("c")), Charset::Ascii);
    let lines = Scene { charset: Charset::Ascii, ..scene("Pip", &[]) }.lines(COLUMNS, ROWS);
    assert!(lines.iter().skip(1).all(|line| text(line).is_ascii()));
    assert!(text(&lines[2]).starts_with(" #\"_ "));
}

proptest! {
    #[test]
    fn nothing_is_ever_outside(
        columns in 0usize..120, rows in 0usize..50, name in "\\PC{1,40}", notices in proptest::collection::vec(".{0,200}", 0..4)
    ) {
        let lines = scene(&name, &notices).lines(columns, rows);
        prop_assert!(lines.len() <= rows);
        for line in &lines {
            // A wide character may not fit a terminal of one column; nothing is drawn there anyway.
            prop_assert!(text(line).width() <= columns.max(2), "{line:?}");
        }
    }
}
