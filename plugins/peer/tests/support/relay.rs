//! A way between two sockets, which may change or end.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::LOOPBACK;

/// Passes datagrams between one caller and `to`, and may move to another port meanwhile.
pub struct Relay {
    front: UdpSocket,
    back: Mutex<UdpSocket>,
    to: SocketAddr,
    silent: AtomicBool,
}

impl Relay {
    pub fn new(to: SocketAddr) -> Self {
        let silent = AtomicBool::new(false);
        Self { front: socket(), back: Mutex::new(socket()), to, silent }
    }

    pub fn addr(&self) -> SocketAddr {
        self.front.local_addr().unwrap()
    }

    /// Runs until `done`; the first byte of the first answer.
    pub fn run(&self, done: &AtomicBool) -> Option<u8> {
        let (mut first, mut caller, mut buf) = (None, None, [0; 2048]);
        while !done.load(Ordering::Acquire) {
            let passes = !self.silent.load(Ordering::Acquire);
            if let Ok((len, from)) = self.front.recv_from(&mut buf) {
                caller = Some(from);
                if passes {
                    self.back.lock().unwrap().send_to(&buf[..len], self.to).unwrap();
                }
            }
            let answer = self.back.lock().unwrap().recv_from(&mut buf);
            if let (Ok((len, _)), Some(caller), true) = (answer, caller, passes) {
                first.get_or_insert(buf[0]);
                self.front.send_to(&buf[..len], caller).unwrap();
            }
        }
        first
    }

    pub fn move_house(&self) {
        *self.back.lock().unwrap() = socket();
    }

    /// From now on nothing passes.
    pub fn fall_silent(&self) {
        self.silent.store(true, Ordering::Release);
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind(LOOPBACK).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    socket
}
