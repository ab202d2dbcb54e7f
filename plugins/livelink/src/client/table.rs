//! The socket of a table at which a toy of a daycare sits. What is said there is `playdate`'s (its `TABLE.md`): here it is
//! bytes, of which the first message is the ticket.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::ask::{Body, Method};
use super::daycare::Ticket;
use super::live::Heard;
use super::platform::{Bell, Ear, Socket, start};
use super::{ClientError, Daycare, Id};
use crate::Close;

/// Bytes of a message from a table at most.
pub const LONGEST_FROM_TABLE: usize = 128 * 1024;
/// Messages taken from a socket before anything else is looked at again.
const AT_ONCE: usize = 64;
/// What came is no message of a table.
const STRANGE: &str = "the daycare says something strange about the table; is it the same version of the program?";

/// Whoever has the table at this end of the socket. Called from wherever the socket is driven.
pub trait TableEnd: Send + Sync + 'static {
    /// What the socket brought, at most [`LONGEST_FROM_TABLE`] bytes; `false` where it is no message, and the socket is
    /// to be closed.
    fn receive(&self, bytes: &[u8]) -> bool;
    /// What is to be sent, the oldest first.
    fn outgoing(&self) -> Vec<Vec<u8>>;
    /// The socket is closed; why, in a sentence. The last call.
    fn lost(&self, why: &str);
}

/// A way to a table, good once and for some seconds.
pub struct TableTicket {
    daycare: Daycare,
    ticket: Id,
    path: String,
}

impl fmt::Debug for TableTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TableTicket({})", self.daycare.address())
    }
}

impl TableTicket {
    /// What is to be said first.
    #[must_use]
    pub fn ticket(&self) -> [u8; 16] {
        self.ticket.0
    }

    /// Opens the socket: whether that works is told to `end`, too.
    ///
    /// # Errors
    /// [`ClientError::System`] when the computer has no thread for it.
    pub fn open(self, end: Arc<dyn TableEnd>) -> Result<TableLine, ClientError> {
        let (ear, bell) = Ear::new()?;
        let ends = Arc::new(AtomicBool::new(false));
        let driver = Driver { daycare: self.daycare, path: self.path, end, ends: ends.clone(), ear };
        start("table", move || driver.run())?;
        Ok(TableLine { ends, bell })
    }
}

/// The socket of a table. Dropping it closes it; the toy sits on.
pub struct TableLine {
    ends: Arc<AtomicBool>,
    bell: Bell,
}

impl fmt::Debug for TableLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TableLine")
    }
}

impl TableLine {
    /// Something is to be sent.
    pub fn ring(&self) {
        self.bell.ring();
    }
}

impl Drop for TableLine {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        self.bell.ring();
    }
}

struct Driver {
    daycare: Daycare,
    path: String,
    end: Arc<dyn TableEnd>,
    ends: Arc<AtomicBool>,
    ear: Ear,
}

impl Driver {
    async fn run(mut self) {
        let why = match Socket::open(&self.daycare.web, &self.path, LONGEST_FROM_TABLE, &mut self.ear).await {
            Ok(socket) => self.serve(socket).await,
            Err(error) => error.to_string(),
        };
        self.end.lost(&why);
    }

    /// Until either side ends it; why.
    async fn serve(&mut self, mut socket: Socket) -> String {
        let torn = || "the line to the daycare was lost".to_owned();
        loop {
            if self.ends.load(Ordering::Acquire) {
                socket.close(1000);
                return "the table is not looked at any more".to_owned();
            }
            let mut busy = false;
            for bytes in self.end.outgoing() {
                busy = true;
                if !socket.send(bytes) {
                    return torn();
                }
            }
            if !socket.flush() {
                return torn();
            }
            for _ in 0..AT_ONCE {
                match socket.hear() {
                    Heard::Message(bytes) if self.end.receive(&bytes) => busy = true,
                    Heard::Message(_) | Heard::Strange(_) => {
                        socket.close(Close::BadMessage.code());
                        return STRANGE.to_owned();
                    }
                    Heard::Nothing => break,
                    Heard::End(code) => {
                        let said = code.and_then(Close::from_code).map(|close| close.sentence().to_owned());
                        return said.unwrap_or_else(torn);
                    }
                }
            }
            if !busy {
                self.ear.wait(None).await;
            }
        }
    }
}

#[derive(Serialize)]
struct Sit<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    invite: Option<&'a str>,
}

impl Daycare {
    /// A toy there opens a table, or with a friend's invite (text or link) sits down at theirs. Whether joining works is
    /// told on the socket.
    ///
    /// # Errors
    /// As all methods; it sits at a table already, or too many do.
    pub async fn sit(&self, toy: Id, invite: Option<&str>) -> Result<TableTicket, ClientError> {
        let body = Body::json(&Sit { invite })?;
        self.web.ask(Method::Post, &format!("/toys/{toy}/table"), body).await.map(|ticket| self.to_table(ticket))
    }

    /// To the table at which a toy there sits; `None` where it sits at none.
    ///
    /// # Errors
    /// As all methods.
    pub async fn look_at_table(&self, toy: Id) -> Result<Option<TableTicket>, ClientError> {
        let ticket = self.web.ask_for(Method::Post, &format!("/toys/{toy}/table/look"), Body::None).await?;
        Ok(ticket.map(|ticket| self.to_table(ticket)))
    }

    fn to_table(&self, Ticket { ticket, path }: Ticket) -> TableTicket {
        TableTicket { daycare: self.clone(), ticket, path }
    }
}
