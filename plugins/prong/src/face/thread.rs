//! The thread of a link: opens it, serves it, closes it; and the two channels to it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bevy_ecs::prelude::*;

use super::messages::{News, Order, SecretFrom};
use super::open;
use super::parts::{Job, Line, LinkState, Row, Transfer};
use super::session::Session;
use super::{ProngSettings, Wake};
use crate::talk::Question;
use crate::transport::Clock;

/// Orders that may wait for the thread; more are refused.
const ORDERS: usize = 16;
/// Tidings that may wait for the game; beyond them those that only show something are dropped.
const TIDINGS: usize = 256;
/// Tidings that must not be dropped and do not fit; beyond them the oldest are lost.
const HELD: usize = 64;
/// The least time between two wakings of the game.
const PULSE: Duration = Duration::from_millis(30);

/// What the thread tells.
#[derive(Debug)]
pub(super) enum Tiding {
    State(LinkState),
    Rows(Vec<Row>),
    Progress(Option<Transfer>),
    Offer(Option<u32>),
    Asked(Option<Question>),
    Task(Option<Job>),
    News(News),
}

/// The game's ends of the channels. Dropping it closes the link.
#[derive(Component)]
pub(super) struct Work {
    pub orders: SyncSender<Order>,
    pub tidings: Mutex<Receiver<Tiding>>,
}

/// The thread's end of one channel.
pub(super) struct Post {
    sender: SyncSender<Tiding>,
    held: VecDeque<Tiding>,
    wake: Wake,
    /// Something was told since the game was woken, and when that was.
    news: bool,
    woken: Instant,
}

impl Post {
    /// Wakes the game if there is something new; call it often.
    pub fn pulse(&mut self) {
        self.flush();
        if self.news && self.woken.elapsed() > PULSE {
            (self.news, self.woken) = (false, Instant::now());
            self.wake.call();
        }
    }

    /// Something that must arrive.
    pub fn tell(&mut self, tiding: Tiding) {
        if self.held.len() == HELD {
            self.held.pop_front();
        }
        self.held.push_back(tiding);
        self.flush();
    }

    /// Something that only shows how things are; dropped if there is no room.
    pub fn show(&mut self, tiding: Tiding) {
        self.flush();
        if self.held.is_empty() {
            let _ = self.sender.try_send(tiding);
            self.news = true;
        }
    }

    pub fn news(&mut self, news: News) {
        self.tell(Tiding::News(news));
    }

    fn flush(&mut self) {
        self.news |= !self.held.is_empty();
        while let Some(next) = self.held.pop_front() {
            match self.sender.try_send(next) {
                Ok(()) => {}
                Err(TrySendError::Full(next)) => return self.held.push_front(next),
                Err(TrySendError::Disconnected(_)) => return self.held.clear(),
            }
        }
    }

    /// The last words wait until there is room.
    fn end(mut self) {
        self.wake.call();
        for tiding in self.held.drain(..) {
            if self.sender.send(tiding).is_err() {
                return;
            }
        }
    }
}

/// The thread's end of the other channel.
pub(super) struct Inlet {
    orders: Receiver<Order>,
    stop: Arc<AtomicBool>,
    closed: bool,
}

impl Inlet {
    /// The next order, if there is one.
    pub fn next(&mut self) -> Option<Order> {
        match self.orders.try_recv() {
            Ok(Order::Close) | Err(TryRecvError::Disconnected) => self.closed = true,
            Ok(order) => return Some(order),
            Err(TryRecvError::Empty) => {}
        }
        None
    }

    /// Whether the link is to be closed.
    pub fn is_closed(&self) -> bool {
        self.closed || self.stop.load(Ordering::Relaxed)
    }
}

/// Starts a thread that opens the line. It holds `alive` as long as it runs and ends soon after `stop`.
pub(super) fn start(
    line: Line,
    secret: SecretFrom,
    settings: &ProngSettings,
    alive: Arc<()>,
    stop: Arc<AtomicBool>,
) -> std::io::Result<Work> {
    let (orders, inlet) = sync_channel(ORDERS);
    let (sender, tidings) = sync_channel(TIDINGS);
    let mut inlet = Inlet { orders: inlet, stop, closed: false };
    let identity = settings.identity.clone();
    let (wake, woken) = (settings.wake.clone(), Instant::now());
    let mut post = Post { sender, held: VecDeque::new(), wake, news: false, woken };
    std::thread::Builder::new().name("prong link".into()).spawn(move || {
        let _alive = alive;
        serve(&line, &secret, identity, &mut inlet, &mut post);
        post.tell(Tiding::Task(None));
        post.tell(Tiding::Asked(None));
        post.tell(Tiding::Progress(None));
        post.tell(Tiding::Offer(None));
        post.tell(Tiding::State(LinkState::Closed));
        post.news(News::Closed);
        if !inlet.stop.load(Ordering::Relaxed) {
            let wake = post.wake.clone();
            post.end();
            wake.call();
        }
    })?;
    Ok(Work { orders, tidings: Mutex::new(tidings) })
}

fn serve(line: &Line, secret: &SecretFrom, identity: Option<PathBuf>, inlet: &mut Inlet, post: &mut Post) {
    let clock = Clock::start();
    let opened = {
        let mut stopped = || {
            // Nothing but closing can be asked for before the link is open.
            while inlet.next().is_some_and(|order| !matches!(order, Order::Cancel)) {}
            inlet.is_closed()
        };
        let mut waits = |addr, key| {
            post.tell(Tiding::State(LinkState::Waiting { addr, key }));
            post.wake.call();
        };
        open::open(line, secret, identity.as_deref(), clock, &mut stopped, &mut waits)
    };
    match opened {
        Ok(None) => {}
        Err(trouble) => post.news(News::Failed(trouble)),
        Ok(Some(opened)) => match Session::new(line.clone(), opened, clock) {
            Ok(session) => session.run(inlet, post),
            Err(trouble) => post.news(News::Failed(trouble)),
        },
    }
}
