//! What waits for the engine room, in the order in which it was asked.

use eggtooth_livelink::ServerMessage;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Most that one viewer may wait for.
pub const MOST: usize = 64;

/// An answer to come; `None` where there is nothing to say.
type Answer = Pin<Box<dyn Future<Output = Option<ServerMessage>> + Send>>;

/// Requests under way. Each is begun in its turn, so that the engine room gets them in order; answers come as they do.
#[derive(Default)]
pub struct Presses(VecDeque<Answer>);

impl Presses {
    /// No more fit.
    pub fn full(&self) -> bool {
        self.0.len() >= MOST
    }

    /// Adds one; it begins with the next [`Presses::next`].
    pub fn push(&mut self, answer: impl Future<Output = Option<ServerMessage>> + Send + 'static) {
        self.0.push_back(Box::pin(answer));
    }

    /// The next answer that has something to say; waits for ever while nothing is under way. May be dropped and called
    /// again.
    pub async fn next(&mut self) -> ServerMessage {
        poll_fn(|cx| {
            let mut said = None;
            // One that is ready is taken out; the others, also new ones behind it, are begun all the same.
            let mut n = 0;
            while said.is_none() && n < self.0.len() {
                let Some(answer) = self.0.get_mut(n) else { break };
                match answer.as_mut().poll(cx) {
                    Poll::Pending => n += 1,
                    Poll::Ready(message) => {
                        drop(self.0.remove(n));
                        said = message;
                    }
                }
            }
            said.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Waker};
    use tokio::sync::oneshot;

    fn ack(client_seq: u32) -> Option<ServerMessage> {
        Some(ServerMessage::Ack { client_seq, tick: 0 })
    }

    #[test]
    fn requests_begin_in_order_and_answers_come_as_they_do() {
        let mut presses = Presses::default();
        let begun = Arc::new(Mutex::new(Vec::new()));
        let mut answers: Vec<_> = (1..=3)
            .map(|n| {
                let (send, receive) = oneshot::channel::<()>();
                let begun = Arc::clone(&begun);
                presses.push(async move {
                    if let Ok(mut begun) = begun.lock() {
                        begun.push(n);
                    }
                    let _ = receive.await;
                    ack(n)
                });
                send
            })
            .collect();
        let mut cx = Context::from_waker(Waker::noop());
        let mut poll = |presses: &mut Presses| std::pin::pin!(presses.next()).poll(&mut cx);
        assert!(poll(&mut presses).is_pending());
        assert_eq!(begun.lock().map(|begun| begun.clone()).ok(), Some(vec![1, 2, 3]));
        assert!(answers.remove(1).send(()).is_ok());
        assert_eq!(poll(&mut presses), Poll::Ready(ServerMessage::Ack { client_seq: 2, tick: 0 }));
        assert!(poll(&mut presses).is_pending());
        presses.push(async { None });
        assert!(poll(&mut presses).is_pending() && presses.0.len() == 2);
    }
}
