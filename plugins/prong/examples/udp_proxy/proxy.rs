//! A bad network between UDP programs: datagrams are late, lost, swapped, and seem to come from somewhere else.
//!
//! This file needs nothing but the standard library: tests of other crates take it in by `#[path]`.
#![allow(dead_code, reason = "each program that takes this in uses some of it")]

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Clients that are told apart; datagrams of more are lost.
const CLIENTS: usize = 64;
/// Datagrams on their way at once; more are lost, the newest.
const FLYING: usize = 4096;
/// The longest datagram.
const LONGEST: usize = 65_536;
/// How long a socket waits before it looks whether it is to stop.
const SLICE: Duration = Duration::from_millis(20);

/// How bad it is, in each direction alike. The default is perfect.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weather {
    /// How long every datagram takes.
    pub delay: Duration,
    /// How much longer one may take, by chance: later ones overtake it.
    pub jitter: Duration,
    /// How many of 100 are lost, 0 to 100.
    pub loss: f64,
    /// Nothing passes at all.
    pub cut: bool,
}

/// What has happened so far, both directions together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Datagrams that came.
    pub came: u64,
    /// Those that did not go on.
    pub lost: u64,
}

/// A proxy at work. Dropping it ends its threads.
pub struct Proxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    stop: AtomicBool,
    state: Mutex<State>,
}

struct State {
    weather: Weather,
    count: Count,
    /// What the server sees of each client.
    faces: HashMap<SocketAddr, Arc<UdpSocket>>,
    /// One for each direction, so that neither moves the other's draws.
    dice: [Dice; 2],
}

/// A datagram on its way.
struct Flight {
    due: Instant,
    number: u64,
    bytes: Vec<u8>,
    from: Arc<UdpSocket>,
    /// `None`: to whom the socket is connected.
    to: Option<SocketAddr>,
}

impl Proxy {
    /// Listens at `listen` (port 0: any) and passes everything on to `to`, each client from a port of its own, and the
    /// answers back. Chance is drawn from `seed`: in each direction the n-th datagram has the same fate in each run.
    ///
    /// # Errors
    /// The address cannot be had, or there are no threads.
    pub fn start(listen: SocketAddr, to: SocketAddr, weather: Weather, seed: u64) -> io::Result<Self> {
        let socket = Arc::new(UdpSocket::bind(listen)?);
        socket.set_read_timeout(Some(SLICE))?;
        let addr = socket.local_addr()?;
        let dice = [Dice(seed), Dice(!seed)];
        let state = State { weather, count: Count::default(), faces: HashMap::new(), dice };
        let shared = Arc::new(Shared { stop: AtomicBool::new(false), state: Mutex::new(state) });
        let (sender, flights) = sync_channel(FLYING);
        let (there, fly) = (shared.clone(), shared.clone());
        let threads = vec![
            thread::Builder::new().name("proxy flights".into()).spawn(move || fly.fly(&flights))?,
            thread::Builder::new().name("proxy".into()).spawn(move || there.listen(&socket, to, &sender))?,
        ];
        Ok(Self { addr, shared, threads })
    }

    /// Where clients send to.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The weather from now on; what is on its way is not touched.
    pub fn set(&self, weather: Weather) {
        self.shared.lock().weather = weather;
    }

    /// From now on every client seems to send from another port, as behind a router that was started again. What the
    /// server still sends to the old ones is lost.
    pub fn switch(&self) {
        self.shared.lock().faces.clear();
    }

    /// What has happened so far.
    pub fn count(&self) -> Count {
        self.shared.lock().count
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to tell.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Takes what clients send.
    fn listen(self: &Arc<Self>, socket: &Arc<UdpSocket>, to: SocketAddr, flights: &SyncSender<Flight>) {
        let mut buffer = vec![0; LONGEST];
        while !self.stopped() {
            // An error is an answer to something sent, such as that nobody is there: it concerns one client.
            let Ok((len, client)) = socket.recv_from(&mut buffer) else { continue };
            let face = self.lock().faces.get(&client).cloned();
            let Some(face) = face.or_else(|| self.face(client, to, socket, flights)) else { continue };
            self.send(0, buffer.get(..len).unwrap_or_default(), &face, None, flights);
        }
    }

    /// A socket for a new client, with a thread that takes the answers.
    fn face(
        self: &Arc<Self>,
        client: SocketAddr,
        to: SocketAddr,
        socket: &Arc<UdpSocket>,
        flights: &SyncSender<Flight>,
    ) -> Option<Arc<UdpSocket>> {
        let any: SocketAddr =
            if to.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
        let face = UdpSocket::bind(any).ok()?;
        face.connect(to).ok()?;
        face.set_read_timeout(Some(SLICE)).ok()?;
        let face = Arc::new(face);
        {
            let mut state = self.lock();
            if state.faces.len() >= CLIENTS {
                return None;
            }
            state.faces.insert(client, face.clone());
        }
        let (shared, mine, socket, flights) = (self.clone(), face.clone(), socket.clone(), flights.clone());
        let answers = move || {
            let mut buffer = vec![0; LONGEST];
            // Until the proxy ends, or this face is another one.
            while !shared.stopped() && shared.lock().faces.get(&client).is_some_and(|face| Arc::ptr_eq(face, &mine)) {
                if let Ok(len) = mine.recv(&mut buffer) {
                    shared.send(1, buffer.get(..len).unwrap_or_default(), &socket, Some(client), &flights);
                }
            }
        };
        thread::Builder::new().name("proxy answers".into()).spawn(answers).ok()?;
        Some(face)
    }

    /// Draws what becomes of a datagram.
    fn send(
        &self,
        direction: usize,
        bytes: &[u8],
        from: &Arc<UdpSocket>,
        to: Option<SocketAddr>,
        flights: &SyncSender<Flight>,
    ) {
        let mut state = self.lock();
        state.count.came += 1;
        let number = state.count.came;
        let weather = state.weather;
        let Some(dice) = state.dice.get_mut(direction) else { return };
        // Both are drawn each time, so that the weather does not move the draws.
        let (chance, late) = (dice.unit() * 100.0, dice.unit());
        let due = Instant::now() + weather.delay + weather.jitter.mul_f64(late);
        let flight = Flight { due, number, bytes: bytes.to_vec(), from: from.clone(), to };
        if weather.cut || chance < weather.loss || flights.try_send(flight).is_err() {
            state.count.lost += 1;
        }
    }

    /// Lets datagrams arrive when they are due.
    fn fly(&self, flights: &Receiver<Flight>) {
        let mut flying = BinaryHeap::new();
        while !self.stopped() {
            let now = Instant::now();
            while flying.peek().is_some_and(|Reverse(next): &Reverse<Flight>| next.due <= now) {
                if let Some(Reverse(flight)) = flying.pop() {
                    flight.arrive();
                }
            }
            let wait = flying.peek().map_or(SLICE, |Reverse(next)| next.due.saturating_duration_since(now).min(SLICE));
            match flights.recv_timeout(wait) {
                Ok(_) if flying.len() >= FLYING => self.lock().count.lost += 1,
                Ok(flight) => flying.push(Reverse(flight)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

impl Flight {
    /// A datagram that cannot be sent is lost, as anywhere else.
    fn arrive(&self) {
        let sent = match self.to {
            Some(to) => self.from.send_to(&self.bytes, to),
            None => self.from.send(&self.bytes),
        };
        // The refusal of an earlier datagram is told at the next one, which did not go out.
        if sent.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
            let _ = match self.to {
                Some(to) => self.from.send_to(&self.bytes, to),
                None => self.from.send(&self.bytes),
            };
        }
    }

    fn order(&self) -> (Instant, u64) {
        (self.due, self.number)
    }
}

impl Ord for Flight {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Flight {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Flight {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Flight {}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Dice(u64);

impl Dice {
    /// 0.0 to just below 1.0.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
