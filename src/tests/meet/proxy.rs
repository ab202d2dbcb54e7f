//! A bad network between a guest and a host.

use super::player::Player;
use crate::common::Folder;
use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Passes packets between one guest and a host, late, and not all of them: the same ones for the same seed and order.
pub struct Proxy {
    pub addr: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    /// A host who is reached through a proxy alone, and its invite.
    pub fn before_a_host(
        folder: &Folder,
        delay: Duration,
        loss: u64,
        seed: u64,
        more: &str,
    ) -> (Player, String, Proxy) {
        // A free port, so that the way to it is known before the host makes its invite.
        let addr = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let proxy = Proxy::start(addr, delay, loss, seed);
        let reached = format!("--reached-at {}", proxy.addr);
        let arguments = format!("host --listen {addr} --invites 1 {reached} {more}");
        let mut host = Player::start(folder, "Ada", &arguments);
        let invite = host.says("invite")["text"].as_str().unwrap().to_owned();
        (host, invite, proxy)
    }

    /// `delay` each way; of a hundred packets `loss` are lost.
    pub fn start(to: SocketAddr, delay: Duration, loss: u64, seed: u64) -> Proxy {
        let socket = || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
            socket
        };
        let (front, back) = (socket(), socket());
        let addr = front.local_addr().unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let over = ended.clone();
        std::thread::spawn(move || {
            let (mut guest, mut chance, mut count) = (None, seed, 0_u64);
            let mut waiting: BTreeMap<(Instant, u64), (bool, Vec<u8>)> = BTreeMap::new();
            let mut buffer = [0; 2048];
            while !over.load(Ordering::Relaxed) {
                for (socket, forth) in [(&front, true), (&back, false)] {
                    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                        if forth {
                            guest = Some(from);
                        }
                        chance = chance.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
                        if (chance >> 33) % 100 >= loss {
                            count += 1;
                            waiting.insert((Instant::now() + delay, count), (forth, buffer[..length].to_vec()));
                        }
                    }
                }
                while let Some(entry) = waiting.first_entry()
                    && entry.key().0 <= Instant::now()
                {
                    let (forth, bytes) = entry.remove();
                    // A socket that is closed takes nothing: as good as lost.
                    let _ = match (forth, guest) {
                        (true, _) => back.send_to(&bytes, to),
                        (false, Some(guest)) => front.send_to(&bytes, guest),
                        (false, None) => Ok(0),
                    };
                }
            }
        });
        Proxy { addr, ended }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}
