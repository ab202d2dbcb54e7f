use super::*;
use proptest::prelude::*;

fn fault(text: &str) -> String {
    parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn reads_events_comments_and_every_line_end() {
    let script = b"\xEF\xBB\xBF# warm up \xFF\n\n  100 press A # now\r\n100\trelease A\n4611686018427387903 press TAP";
    let event = |tick, button, down| Event { tick, button, down };
    let expected = [event(100, Button::A, true), event(100, Button::A, false), event((1 << 62) - 1, Button::Tap, true)];
    assert_eq!(parse(script).unwrap(), expected);
    assert_eq!(parse(b"").unwrap(), []);
}

#[test]
fn says_which_line_is_wrong_and_why() {
    let cases = [
        ("5 press A\n4 release A", "line 2 of the script: tick 4 comes after tick 5; put the lines in order of time"),
        ("soon press A", "line 1 of the script: \"soon\" is no tick; begin with a number such as 32768"),
        ("-1 press A", "line 1 of the script: \"-1\" is no tick; begin with a number such as 32768"),
        (
            "4611686018427387904 press A",
            "line 1 of the script: \"4611686018427387904\" is no tick; begin with a number such as 32768",
        ),
        ("\n1 hold A", "line 2 of the script: unknown word \"hold\"; a button can press or release"),
        ("1", "line 1 of the script: it ends after the tick; press or release a button"),
        ("1 press", "line 1 of the script: the button is missing; there are A, B, C and TAP"),
        ("1 press D", "line 1 of the script: unknown button \"D\"; there are A, B, C and TAP"),
        ("1 press A B", "line 1 of the script: unknown word \"B\" at the end; begin a comment with #"),
        ("1 press \x1b[2J", "line 1 of the script: unknown button \"\\u{1b}[2J\"; there are A, B, C and TAP"),
    ];
    for (text, expected) in cases {
        assert_eq!(fault(text), expected);
    }
    assert!(parse(b"1 \xFF A").unwrap_err().what.starts_with("this is not text"));
}

#[test]
fn a_long_word_is_shortened() {
    assert!(fault(&format!("1 press {}", "x".repeat(100_000))).len() < 120);
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn never_panics_on_what_is_nearly_a_script(
        text in "((#|[0-9]{0,21}|press|release|A|B|C|TAP|\u{e9})[ \t\r]?){0,4}(\n((#|[0-9]{0,3}) (press|release) (A|TAP|x)))?\n?"
    ) {
        let _ = parse(text.as_bytes());
    }

    #[test]
    fn what_is_written_is_read(steps in proptest::collection::vec((0u64..1 << 50, 0usize..4, any::<bool>()), 0..60)) {
        let names = ["A", "B", "C", "TAP"];
        let (mut tick, mut text, mut events) = (0, String::new(), Vec::new());
        for (wait, button, down) in steps {
            tick += wait;
            text += &format!("{tick} {} {}\n", if down { "press" } else { "release" }, names[button]);
            events.push(Event { tick, button: Button::ALL[button], down });
        }
        prop_assert_eq!(parse(text.as_bytes()).unwrap(), events);
    }
}
