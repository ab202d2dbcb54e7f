//! A socket to a daycare, the browser's own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};
use web_time::Instant;

use super::Ear;
use super::request::Web;
use super::run::Bell;
use crate::client::ClientError;
use crate::client::live::Heard;

/// Bytes that wait for a network that does not take them; with more the link is broken.
const MOST_UNSENT: u32 = 64 << 10;
/// Messages that wait to be taken. Each is taken before the browser hands out the next, so more mean that nobody
/// listens: then all are dropped and the link is broken, to be made anew.
const MOST_HEARD: usize = 256;

/// What the browser has told.
#[derive(Default)]
struct Inbox {
    open: bool,
    closed: bool,
    heard: VecDeque<Heard>,
}

impl Inbox {
    fn take(&mut self, heard: Heard) {
        if self.closed {
            return;
        }
        self.closed = matches!(heard, Heard::End(_));
        if self.heard.len() < MOST_HEARD {
            self.heard.push_back(heard);
        } else {
            self.closed = true;
            self.heard = VecDeque::from([Heard::End(None)]);
        }
    }
}

/// A WebSocket. Dropping it closes it.
pub(in crate::client) struct Socket {
    socket: WebSocket,
    inbox: Rc<RefCell<Inbox>>,
    _opened: Closure<dyn FnMut(Event)>,
    _told: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Opens one, before the daycare's patience is over; messages have `longest` bytes at most.
    pub(in crate::client) async fn open(
        to: &Web,
        path: &str,
        longest: usize,
        ear: &mut Ear,
    ) -> Result<Socket, ClientError> {
        let address = &to.address;
        // The path is the daycare's, and stays on the daycare.
        let plain = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
        let url = format!("ws{}{path}", address.url().strip_prefix("http").unwrap_or_default());
        let answer = || ClientError::Answer { url: address.url() };
        let socket = Some(url).filter(|_| plain).and_then(|url| WebSocket::new(&url).ok()).ok_or_else(answer)?;
        let socket = Socket::listen(socket, longest, ear.bell());
        let deadline = Instant::now() + to.patience;
        let failed = |reason: &str| ClientError::Unreachable { url: address.url(), reason: reason.to_owned() };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match &*socket.inbox.borrow() {
                Inbox { open: true, .. } => break,
                Inbox { closed: true, .. } => return Err(failed("no socket comes about")),
                _ if left.is_zero() => return Err(failed("no answer in time")),
                _ => {}
            }
            ear.wait(Some(left)).await;
        }
        Ok(socket)
    }

    fn listen(socket: WebSocket, longest: usize, bell: &Bell) -> Socket {
        socket.set_binary_type(BinaryType::Arraybuffer);
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let (opens, ring) = (inbox.clone(), bell.clone());
        let opened = Closure::<dyn FnMut(Event)>::new(move |_| {
            opens.borrow_mut().open = true;
            ring.ring();
        });
        let (messages, ring) = (inbox.clone(), bell.clone());
        let told = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let heard = match event.data().dyn_into::<ArrayBuffer>() {
                Ok(bytes) if bytes.byte_length() as usize > longest => Heard::Strange(bytes.byte_length() as usize),
                Ok(bytes) => Heard::Message(Uint8Array::new(&bytes).to_vec()),
                Err(_) => Heard::Strange(0),
            };
            messages.borrow_mut().take(heard);
            ring.ring();
        });
        let (ends, ring) = (inbox.clone(), bell.clone());
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            ends.borrow_mut().take(Heard::End(Some(event.code())));
            ring.ring();
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(told.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Socket { socket, inbox, _opened: opened, _told: told, _closed: closed }
    }

    /// Sends one binary message, or keeps it until the network takes it. `false`: the link is broken.
    pub(in crate::client) fn send(&mut self, bytes: Vec<u8>) -> bool {
        self.socket.send_with_u8_array(&bytes).is_ok() && self.flush()
    }

    /// What the network did not take is sent by the browser; `false` where that is too much.
    pub(in crate::client) fn flush(&mut self) -> bool {
        self.socket.buffered_amount() <= MOST_UNSENT
    }

    /// Takes what came. To be called until it is nothing.
    pub(in crate::client) fn hear(&mut self) -> Heard {
        self.inbox.borrow_mut().heard.pop_front().unwrap_or(Heard::Nothing)
    }

    /// Says farewell.
    pub(in crate::client) fn close(self, code: u16) {
        // Who is gone already need not hear it.
        let _ = self.socket.close_with_code(code);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}
