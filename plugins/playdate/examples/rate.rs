//! What a table costs on the wire. `rate SEATS CHANGES SECONDS`: so many toys sit at one table, each with so many changes
//! of its picture in ten seconds; everything goes through a socket that counts it, on loopback. Prints the bytes a second
//! of each line and direction, with 28 bytes of IPv4 and UDP for each packet, and how many packets there are.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eggtooth_cartridge::labels::Labels;
use eggtooth_livelink::{Lcd, Tone};
use eggtooth_peer::{Friends, Identity, Invite, Limits};
use eggtooth_playdate::ghost::portrait;
use eggtooth_playdate::keepsakes::{FileKeep, Keepsakes};
use eggtooth_playdate::message::Presence;
use eggtooth_playdate::net::{PlaydateHandle, Setup, Way};
use eggtooth_playdate::{Look, Name};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// IPv4 and UDP, of each packet.
const HEADERS: u64 = 28;
/// After the last has sat down, before counting begins.
const CALM: Duration = Duration::from_secs(5);

/// Packets and bytes, to the host and back.
#[derive(Default)]
struct Count([[AtomicU64; 2]; 2]);

impl Count {
    fn add(&self, direction: usize, bytes: usize) {
        if let Some([packets, sum]) = self.0.get(direction) {
            packets.fetch_add(1, Ordering::Relaxed);
            sum.fetch_add(bytes as u64 + HEADERS, Ordering::Relaxed);
        }
    }

    fn now(&self) -> [[u64; 2]; 2] {
        self.0.each_ref().map(|direction| direction.each_ref().map(|count| count.load(Ordering::Relaxed)))
    }
}

/// A socket that passes on between one guest and the host, and counts.
fn counter(host: SocketAddr) -> Result<(SocketAddr, Arc<Count>)> {
    let (near, far) = (UdpSocket::bind(LOOPBACK)?, UdpSocket::bind(LOOPBACK)?);
    far.connect(host)?;
    let (addr, count, guest) = (near.local_addr()?, Arc::new(Count::default()), Arc::new(Mutex::new(None)));
    let (near_too, far_too, count_too, guest_too) = (near.try_clone()?, far.try_clone()?, count.clone(), guest.clone());
    spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = near.recv_from(&mut buffer) {
            *guest.lock().unwrap_or_else(PoisonError::into_inner) = Some(from);
            count.add(0, length);
            // What is lost here would be lost on the way as well.
            let _ = far.send(buffer.get(..length).unwrap_or_default());
        }
    });
    let count = count_too.clone();
    spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok(length) = far_too.recv(&mut buffer) {
            count.add(1, length);
            if let Some(to) = *guest_too.lock().unwrap_or_else(PoisonError::into_inner) {
                let _ = near_too.send_to(buffer.get(..length).unwrap_or_default(), to);
            }
        }
    });
    Ok((addr, count_too))
}

fn setup(folder: &Path, name: &str) -> Result<Setup> {
    let toy = Name::cleaned(name, "toy");
    let keepsakes = Keepsakes::open(Box::new(FileKeep::new(folder.join("keepsakes.json"))), 7)?;
    Ok(Setup {
        identity: Identity::load_or_create(folder.join("identity.key"))?,
        friends: Friends::open(folder)?,
        name: eggtooth_peer::Name::new(name)?,
        portrait: portrait(&toy, 1, keepsakes.pet(), &Labels::default(), &[], &[]),
        toy,
        look: Look::new("meadow").unwrap_or_default(),
        keepsakes: Some(keepsakes),
        show: Duration::from_secs(1),
        limits: Limits::default(),
    })
}

fn main() -> Result<()> {
    let arguments: Vec<u64> =
        std::env::args().skip(1).map(|word| word.parse()).collect::<std::result::Result<_, _>>()?;
    let &[seats @ 2..=4, changes, seconds] = arguments.as_slice() else {
        return Err("give SEATS (2 to 4), CHANGES in ten seconds, and SECONDS".into());
    };
    let folders: Vec<_> = (0..seats).map(|_| tempfile::tempdir()).collect::<std::io::Result<_>>()?;
    let mut toys = Vec::new();
    let mut counts = Vec::new();
    for (seat, folder) in folders.iter().enumerate() {
        let setup = setup(folder.path(), &format!("Player {seat}"))?;
        let Some(host) = toys.first() else {
            toys.push(PlaydateHandle::host(setup, LOOPBACK)?);
            continue;
        };
        let (addr, count) = counter(PlaydateHandle::local_addr(host))?;
        let wall = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let invite: Invite = host.invite(wall, 300, &[addr]).ok_or("no host")??;
        toys.push(PlaydateHandle::join(setup, LOOPBACK, Way::Invite(Box::new(invite)))?);
        counts.push(count);
        let end = Instant::now() + Duration::from_secs(20);
        let is_here = || {
            let view = toys.first().map(PlaydateHandle::view)?;
            Some(view.seats.get(seat)?.as_ref()?.presence == Presence::Here)
        };
        while is_here() != Some(true) {
            if Instant::now() > end {
                return Err(Error::from(ErrorKind::TimedOut).into());
            }
            sleep(Duration::from_millis(20));
        }
    }
    let (begun, mut before) = (Instant::now(), None);
    while begun.elapsed() < CALM + Duration::from_secs(seconds) {
        let now = begun.elapsed();
        if before.is_none() && now >= CALM {
            before = Some((now, counts.iter().map(|count| count.now()).collect::<Vec<_>>()));
        }
        for (toy, shift) in toys.iter().zip(0..) {
            // Not all at the same moment.
            let picture = (now.as_millis() as u64 + shift * 77) * changes / 10_000;
            toy.show(now.as_millis() as u64, Lcd::from_rows([picture as u32; 16], 0), 8, Tone::SILENT);
        }
        sleep(Duration::from_millis(10));
    }
    let (at, before) = before.ok_or("no time")?;
    let time = (begun.elapsed() - at).as_secs_f64();
    println!("line  direction    bytes/s  packets/s");
    let mut all = 0.0;
    for (line, (before, count)) in before.iter().zip(&counts).enumerate() {
        for (direction, (before, now)) in ["to host", "to guest"].iter().zip(before.iter().zip(count.now())) {
            let [packets, bytes] = [0, 1].map(|what| match (before.get(what), now.get(what)) {
                (Some(before), Some(now)) => now.saturating_sub(*before) as f64 / time,
                _ => 0.0,
            });
            println!("{:4}  {direction:9}  {bytes:9.0}  {packets:9.1}", line + 1);
            all += bytes;
        }
    }
    println!("all lines, both directions, for each toy: {:.0} bytes/s", all / seats as f64);
    Ok(())
}
