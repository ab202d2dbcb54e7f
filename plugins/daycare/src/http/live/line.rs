//! The socket of a viewer: messages in, messages out, and whether it keeps up.

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use eggtooth_livelink::message::Sentence;
use eggtooth_livelink::{ClientMessage, Close, ServerMessage};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// A viewer that has not taken for so long what was sent to it is too far behind (service §2.2).
pub const BEHIND: Duration = Duration::from_secs(10);
/// Between two pulses: pings of the WebSocket itself, which the other side's answers only after it has read all that was
/// sent before. What lies unread between here and there, in whichever buffer, is so never older than [`BEHIND`].
const PULSE: Duration = Duration::from_secs(2);
/// Time for the last words.
const FAREWELL: Duration = Duration::from_secs(1);
/// Messages a second that are read; more wait, and hold up their sender.
const PACE: Duration = Duration::from_millis(20);
/// Messages that may come at once.
const BURST: u32 = 50;

/// Why nothing can be said any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The other side has gone.
    Gone,
    /// To be told before the line is cut.
    Close(Close),
}

/// A WebSocket with its pulse.
pub struct Line {
    socket: WebSocket,
    bytes: Vec<u8>,
    /// When the ping was sent that is not answered.
    unanswered: Option<Instant>,
    /// When the next ping is due.
    pulse: Instant,
    /// When everything that was read would have been read at [`PACE`].
    paced: Instant,
}

impl Line {
    pub fn new(socket: WebSocket) -> Line {
        let now = Instant::now();
        Line { socket, bytes: Vec::new(), unanswered: None, pulse: now + PULSE, paced: now }
    }

    /// The next message. May be dropped and called again.
    pub async fn hear(&mut self) -> Result<ClientMessage, Cut> {
        let bytes = self.hear_bytes().await?;
        ClientMessage::decode(&bytes).map_err(|_| Cut::Close(Close::BadMessage))
    }

    /// The next message as bytes. May be dropped and called again.
    pub async fn hear_bytes(&mut self) -> Result<Bytes, Cut> {
        loop {
            sleep_until(self.paced.checked_sub(PACE * BURST).unwrap_or(self.paced)).await;
            let message = match self.socket.recv().await {
                Some(Ok(message)) => message,
                // Too large, not WebSocket, or torn: nothing that follows can be read.
                Some(Err(_)) => return Err(Cut::Close(Close::BadMessage)),
                None => return Err(Cut::Gone),
            };
            self.paced = self.paced.max(Instant::now()) + PACE;
            match message {
                Message::Binary(bytes) => return Ok(bytes),
                Message::Text(_) => return Err(Cut::Close(Close::BadMessage)),
                Message::Pong(_) => self.unanswered = None,
                Message::Ping(_) => {}
                Message::Close(_) => return Err(Cut::Gone),
            }
        }
    }

    /// Says something; returns when it is on its way.
    pub async fn say(&mut self, message: &ServerMessage) -> Result<(), Cut> {
        self.bytes.clear();
        message.encode(&mut self.bytes);
        let message = Message::Binary(Bytes::copy_from_slice(&self.bytes));
        self.send(message).await
    }

    /// Says bytes; returns when they are on their way.
    pub async fn say_bytes(&mut self, bytes: Vec<u8>) -> Result<(), Cut> {
        self.send(Message::Binary(bytes.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Cut> {
        match timeout(BEHIND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Cut::Gone),
            Err(_) => Err(Cut::Close(Close::TooLate)),
        }
    }

    /// When [`Line::beat`] has something to do.
    pub fn next_beat(&self) -> Instant {
        self.unanswered.map_or(self.pulse, |sent| sent + BEHIND)
    }

    /// Sends the ping that is due, or finds that the last one was not answered in time.
    pub async fn beat(&mut self) -> Result<(), Cut> {
        let now = Instant::now();
        if self.unanswered.is_some_and(|sent| sent + BEHIND <= now) {
            return Err(Cut::Close(Close::TooLate));
        }
        if self.unanswered.is_none() && self.pulse <= now {
            (self.unanswered, self.pulse) = (Some(now), now + PULSE);
            self.send(Message::Ping(Bytes::new())).await?;
        }
        Ok(())
    }

    /// The last words: why, and the end. Who does not listen hears nothing.
    pub async fn bye(mut self, close: Close) {
        let text = Sentence::new(close.sentence());
        self.bytes.clear();
        ServerMessage::Bye { code: close.code(), text }.encode(&mut self.bytes);
        let words = std::mem::take(&mut self.bytes);
        self.bye_bytes(close, words).await;
    }

    /// The same with a message of its own.
    pub async fn bye_bytes(mut self, close: Close, words: Vec<u8>) {
        let farewell = async {
            self.socket.send(Message::Binary(words.into())).await?;
            let reason = CloseFrame { code: close.code(), reason: "".into() };
            self.socket.send(Message::Close(Some(reason))).await?;
            // The other side answers the close; until then a socket that is dropped might swallow it.
            while let Some(Ok(_)) = self.socket.recv().await {}
            Ok::<_, axum::Error>(())
        };
        let _ = timeout(FAREWELL, farewell).await;
    }
}
