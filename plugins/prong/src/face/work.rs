//! Between the game and whoever serves a link: the two channels, and the ends of both.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bevy_ecs::prelude::*;
use web_time::Instant;

use super::Wake;
use super::messages::{News, Order};
use super::parts::{Job, LinkState, Row, Transfer};
use crate::talk::Question;

/// Orders that may wait for the link; more are refused.
const ORDERS: usize = 16;
/// Tidings that may wait for the game; beyond them those that only show something are dropped.
const TIDINGS: usize = 256;
/// Tidings that must not be dropped and do not fit; beyond them the oldest are lost.
const HELD: usize = 64;
/// The least time between two wakings of the game.
const PULSE: Duration = Duration::from_millis(30);

/// What a link tells.
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

/// The link's end of one channel.
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

    /// Wakes the game, whatever there is.
    pub fn wake(&self) {
        self.wake.call();
    }

    /// The last words: the link is over.
    pub fn close(&mut self) {
        self.tell(Tiding::Task(None));
        self.tell(Tiding::Asked(None));
        self.tell(Tiding::Progress(None));
        self.tell(Tiding::Offer(None));
        self.tell(Tiding::State(LinkState::Closed));
        self.news(News::Closed);
    }

    /// Hands over what was held back, as far as there is room, and tells whether that is all of it.
    pub fn is_told(&mut self) -> bool {
        self.flush();
        self.held.is_empty()
    }
}

/// The link's end of the other channel.
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
        self.closed || self.is_stopped()
    }

    /// Whether the whole app ends.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Both channels. The link ends soon after `stop`.
pub(super) fn channels(wake: Wake, stop: Arc<AtomicBool>) -> (Work, Inlet, Post) {
    let (orders, inlet) = sync_channel(ORDERS);
    let (sender, tidings) = sync_channel(TIDINGS);
    let post = Post { sender, held: VecDeque::new(), wake, news: false, woken: Instant::now() };
    (Work { orders, tidings: Mutex::new(tidings) }, Inlet { orders: inlet, stop, closed: false }, post)
}
