//! Table messages and frames: any bytes are a message, which is written back byte for byte, or refused in one printable
//! sentence; however a stream is cut, the same messages come out of it. The same of what is said on a bridge.
//!
//! The first byte says how the stream is cut; the rest is it.
#![no_main]

use eggtooth_playdate::bridge::{Word, Words};
use eggtooth_playdate::message::Framer;
use eggtooth_playdate::{Frame, Message};
use libfuzzer_sys::fuzz_target;

/// Messages until the end or an error, and whether there was one.
fn read(stream: &[u8], piece: usize) -> (Vec<Message>, bool) {
    let (mut framer, mut messages) = (Framer::default(), Vec::new());
    for bytes in stream.chunks(piece.max(1)) {
        framer.push(bytes);
        loop {
            match framer.message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => {
                    let sentence = error.to_string();
                    assert!(sentence.len() < 200 && sentence.chars().all(|character| !character.is_control()));
                    return (messages, true);
                }
            }
        }
    }
    (messages, false)
}

/// What was said on a bridge, byte by byte where it was bytes, and whether it ended in nonsense.
fn said(stream: &[u8], piece: usize) -> (Vec<u8>, bool) {
    let (mut words, mut all) = (Words::default(), Vec::new());
    for mut bytes in stream.chunks(piece.max(1)) {
        loop {
            match words.next(&mut bytes) {
                Ok(Some(Word::Bytes(bytes))) => all.extend(bytes.iter().flat_map(|byte| Word::Bytes(&[*byte]).to_bytes())),
                Ok(Some(word)) => all.extend(word.to_bytes()),
                Ok(None) => break,
                Err(_) => return (all, true),
            }
        }
    }
    (all, false)
}

fuzz_target!(|input: &[u8]| {
    if let Ok(message) = Message::decode(input) {
        assert_eq!(message.encode(), input);
        assert_eq!(read(&message.to_bytes(), 3), (vec![message], false));
    }
    if let Some(frame) = Frame::decode(input) {
        assert_eq!(frame.encode(), input);
    }
    let [piece, stream @ ..] = input else { return };
    assert_eq!(read(stream, usize::from(*piece)), read(stream, usize::MAX));
    let words = said(stream, usize::MAX);
    assert_eq!(said(stream, usize::from(*piece)), words);
    assert_eq!(said(&words.0, 1), (words.0.clone(), false));
});
