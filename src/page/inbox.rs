//! What the page has said since the last frame.

use bevy::ecs::prelude::*;
use bevy::winit::{EventLoopProxy, WinitUserEvent};
use eggtooth_desk::page::FromPage;
use std::cell::RefCell;
use std::collections::VecDeque;

/// Things that wait at most; of more, the oldest are lost. A hand makes some dozens between two frames.
const MOST: usize = 256;

thread_local! {
    static INBOX: RefCell<VecDeque<FromPage>> = const { RefCell::new(VecDeque::new()) };
    static PROXY: RefCell<Option<EventLoopProxy<WinitUserEvent>>> = const { RefCell::new(None) };
}

/// Says how the loop is woken.
pub fn wake_with(proxy: EventLoopProxy<WinitUserEvent>) {
    PROXY.set(Some(proxy));
}

/// Puts something in, and wakes the loop.
pub fn put(told: FromPage) {
    INBOX.with_borrow_mut(|inbox| {
        if inbox.len() == MOST {
            inbox.pop_front();
        }
        inbox.push_back(told);
    });
    wake();
}

/// Has the loop make a frame.
pub fn wake() {
    PROXY.with_borrow(|proxy| {
        // A loop that has ended, or not begun, needs no waking.
        if let Some(proxy) = proxy {
            let _ = proxy.send_event(WinitUserEvent::WakeUp);
        }
    });
}

/// Hands everything to the game.
pub fn take(mut told: MessageWriter<FromPage>) {
    told.write_batch(INBOX.take());
}
