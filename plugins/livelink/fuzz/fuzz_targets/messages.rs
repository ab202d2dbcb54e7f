//! Messages and the link: any bytes are a message, which is written back byte for byte, or refused in one printable
//! sentence; a link that gets any messages at any times keeps its queues bounded, schedules no sound before now or
//! after its delay or before an earlier one, says only messages, and wakes.
//!
//! The input is a row of steps: a byte of what happens, a byte of how much time passes, and for a message a byte of
//! length and its bytes, which may begin with the version.
#![no_main]

use std::time::Duration;

use eggtooth_livelink::link::{DELAY, Event, Link, MOST_EVENTS, MOST_WAITING, Output, State};
use eggtooth_livelink::{ClientMessage, Close, MessageError, ServerMessage};
use libfuzzer_sys::fuzz_target;

fn plain(error: MessageError) {
    let sentence = error.to_string();
    assert!(sentence.len() < 200 && sentence.chars().all(|character| !character.is_control()));
}

fn both(bytes: &[u8]) {
    match ServerMessage::decode(bytes) {
        Ok(message) => assert_eq!(message.to_bytes(), bytes),
        Err(error) => plain(error),
    }
    match ClientMessage::decode(bytes) {
        Ok(message) => assert_eq!(message.to_bytes(), bytes),
        Err(error) => plain(error),
    }
}

/// Does what the link says; whether it wants to be connected.
fn drain(link: &mut Link, now: Duration, sound: &mut Duration, last_seq: &mut u32) -> bool {
    let mut connects = false;
    let mut outputs = 0;
    while let Some(output) = link.poll_output() {
        outputs += 1;
        match output {
            Output::Connect => connects = true,
            Output::Close(_) => connects = false,
            Output::Send(bytes) => match ClientMessage::decode(&bytes).expect("a link says messages") {
                ClientMessage::Keys { client_seq, .. } => *last_seq = (*last_seq).max(client_seq),
                ClientMessage::Ping { .. } | ClientMessage::Ticket { .. } => {}
            },
        }
    }
    assert!(outputs <= MOST_WAITING + 8);
    let mut events = 0;
    while let Some(event) = link.poll_event() {
        events += 1;
        if let Event::Sound { at, .. } = event {
            assert!(at >= *sound && at <= now + DELAY);
            *sound = at;
        }
    }
    assert!(events <= MOST_EVENTS);
    connects
}

fuzz_target!(|input: &[u8]| {
    both(input);
    let [seed, rest @ ..] = input else { return };
    let mut rest = rest;
    let mut link = Link::new([1; 16], u64::from(*seed));
    let (mut now, mut sound, mut last_seq) = (Duration::ZERO, Duration::ZERO, 0);
    assert!(drain(&mut link, now, &mut sound, &mut last_seq));
    while let [what, pause, more @ ..] = rest {
        rest = more;
        now += Duration::from_millis(u64::from(*pause) * if what & 128 == 0 { 1 } else { 100 });
        match what & 7 {
            0 => link.connected([2; 16], now),
            1 => link.lost(Close::ALL.get(usize::from(what >> 3 & 15)).map(|close| close.code()), now),
            2 => {
                link.keys(what >> 3, now);
            }
            3 => link.time(now),
            4 => link.retry(),
            _ => {
                let Some((length, more)) = rest.split_first() else { return };
                let (bytes, more) = more.split_at(usize::from(*length).min(more.len()));
                rest = more;
                let framed = [&[1][..], bytes].concat();
                let bytes = if what & 64 == 0 { &framed } else { bytes };
                both(bytes);
                link.message(bytes, now);
            }
        }
        let asks = drain(&mut link, now, &mut sound, &mut last_seq);
        assert!(!asks || link.state() == State::Connecting);
        assert_eq!(link.wake().is_none(), matches!(link.state(), State::Connecting | State::Ended { .. }));
        if let Some(wake) = link.wake() {
            assert!(wake <= now + Duration::from_secs(15) || wake <= now);
            now = now.max(wake);
            link.time(now);
            drain(&mut link, now, &mut sound, &mut last_seq);
            // What was due is done: the next one lies ahead.
            assert!(link.wake().is_none_or(|wake| wake > now));
        }
    }
});
