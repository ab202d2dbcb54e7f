//! The simulated toy at the other end of a line in memory.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::task::Waker;

use super::crew;
use crate::pump::{Chore, Next};
use crate::secret::Secret;
use crate::toy::{Toy, Wish};
use crate::transport::pace::Paced;
use crate::transport::{BAUD, Clock, Transport, memory};

/// A toy, and the ear by which it hears what its player wants.
struct Listening<T> {
    toy: Toy<T>,
    wishes: Receiver<Wish>,
}

impl<T: Transport> Chore for Listening<T> {
    fn turn(&mut self) -> Next {
        if !self.toy.is_talking()
            && let Ok(wish) = self.wishes.try_recv()
        {
            self.toy.wish(wish);
        }
        self.toy.turn()
    }

    fn watch(&mut self, waker: &Waker) {
        self.toy.watch(waker);
    }
}

/// Starts a toy that ends when the line is dropped; gives our end of the line, and the toy's ear. It holds two wishes;
/// more are refused. The line is as slow as a real toy's.
pub(super) fn start(clock: Clock, secret: Arc<Secret>) -> Result<(Box<dyn Transport>, SyncSender<Wish>), String> {
    let (near, far) = memory::pair(clock);
    let toy = Toy::new(Paced::new(far, BAUD, clock), secret, clock);
    let toy = toy.map_err(|_| "the system gives no random numbers".to_owned())?;
    let (ear, wishes) = sync_channel(2);
    let spawned = crew::spawn("prong toy", Listening { toy, wishes });
    spawned.map_err(|error| format!("there is no thread for it ({error})"))?;
    Ok((Box::new(Paced::new(near, BAUD, clock)), ear))
}
