//! Lines: any bytes are lines, noise or nothing; words that are understood are understood again when they are said.
#![no_main]

use eggtooth_prong::line::{Custom, LINE_MAX, Line, LineBuffer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut buffer = LineBuffer::default();
    let mut since = 0;
    for &byte in input {
        since += 1;
        let Some(complete) = buffer.push(byte) else {
            assert_ne!(byte, b'\n');
            continue;
        };
        assert!(buffer.is_empty());
        assert!(!complete.overflowed || since > LINE_MAX);
        if let Some(Line::Custom(custom)) = complete.line {
            assert!(custom.text().len() <= LINE_MAX && custom.words().count() <= 8);
            // A CR inside is a space that cannot be said.
            if !custom.text().contains('\r') {
                let again = Custom::new(custom.text()).expect("what was heard can be said");
                assert!(again.words().eq(custom.words()));
            }
        }
        since = 0;
    }
});
