//! A bad network between guests and a host.

use super::player::Player;
use super::site::Site;
use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Passes packets between guests and a host, late, and not all of them: the same ones for the same seed and order.
pub struct Proxy {
    pub addr: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    /// A host who is reached through a proxy alone, and its invites.
    pub fn before_a_host(
        site: &Site,
        invites: usize,
        delay: Duration,
        loss: u64,
        seed: u64,
        more: &str,
    ) -> (Player, Vec<String>, Proxy) {
        // A free port, so that the way to it is known before the host makes its invites.
        let addr = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let proxy = Proxy::start(addr, delay, loss, seed);
        let reached = format!("--reached-at {}", proxy.addr);
        let mut host =
            Player::start(site, "Ada", &format!("host --listen {addr} --invites {invites} {reached} {more}"));
        let texts = (0..invites).map(|_| host.says("invite")["text"].as_str().unwrap().to_owned()).collect();
        (host, texts, proxy)
    }

    /// `delay` each way; of a hundred packets `loss` are lost.
    pub fn start(to: SocketAddr, delay: Duration, loss: u64, seed: u64) -> Proxy {
        let socket = || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_nonblocking(true).unwrap();
            socket
        };
        let front = socket();
        let addr = front.local_addr().unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let over = ended.clone();
        std::thread::spawn(move || {
            // To the host each guest has an address of its own.
            let mut guests: Vec<(SocketAddr, UdpSocket)> = Vec::new();
            let (mut chance, mut count) = (seed, 0_u64);
            let mut waiting: BTreeMap<(Instant, u64), (usize, bool, Vec<u8>)> = BTreeMap::new();
            let mut buffer = [0; 2048];
            while !over.load(Ordering::Relaxed) {
                let mut came = Vec::new();
                while let Ok((length, from)) = front.recv_from(&mut buffer) {
                    let known = guests.iter().position(|(addr, _)| *addr == from);
                    let guest = known.unwrap_or_else(|| {
                        guests.push((from, socket()));
                        guests.len() - 1
                    });
                    came.push((guest, true, buffer[..length].to_vec()));
                }
                for (guest, (_, back)) in guests.iter().enumerate() {
                    while let Ok((length, _)) = back.recv_from(&mut buffer) {
                        came.push((guest, false, buffer[..length].to_vec()));
                    }
                }
                for packet in came {
                    chance = chance.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
                    if (chance >> 33) % 100 >= loss {
                        count += 1;
                        waiting.insert((Instant::now() + delay, count), packet);
                    }
                }
                while let Some(entry) = waiting.first_entry()
                    && entry.key().0 <= Instant::now()
                {
                    let (guest, forth, bytes) = entry.remove();
                    let (at, back) = &guests[guest];
                    // A socket that is closed takes nothing: as good as lost.
                    let _ = if forth { back.send_to(&bytes, to) } else { front.send_to(&bytes, at) };
                }
                std::thread::sleep(Duration::from_millis(1));
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
