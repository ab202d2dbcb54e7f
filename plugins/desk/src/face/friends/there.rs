//! A table at which a toy of a daycare sits: the same as one's own, over the daycare's socket.

use eggtooth_livelink::client::{ClientError, TableEnd, TableLine, TableTicket};
use eggtooth_peer::Invite;
use eggtooth_playdate::net::{Command, Event};
use eggtooth_playdate::remote::RemoteTable;
use eggtooth_playdate::view::TableView;
use eggtooth_toy::Id;
use std::sync::Arc;
use std::time::Duration;

/// What is over so soon after it was looked at was over before.
const BEFORE: Duration = Duration::from_secs(2);

/// The socket's end here.
struct End(Arc<RemoteTable>);

impl TableEnd for End {
    fn receive(&self, bytes: &[u8]) -> bool {
        self.0.receive(bytes).is_ok()
    }

    fn outgoing(&self) -> Vec<Vec<u8>> {
        self.0.outgoing()
    }

    fn lost(&self, why: &str) {
        self.0.lost(why);
    }
}

/// A table in a daycare.
pub(super) struct There {
    /// Which toy sits there.
    pub(super) toy: Id,
    table: Arc<RemoteTable>,
    line: TableLine,
    /// The player has led it there now, and not only found it there.
    asked: bool,
    since: Duration,
    invite: bool,
}

impl There {
    /// Opens the socket.
    pub(super) fn open(toy: Id, ticket: TableTicket, asked: bool, now: Duration) -> Result<There, ClientError> {
        let table = Arc::new(RemoteTable::new(ticket.ticket()));
        let line = ticket.open(Arc::new(End(table.clone())))?;
        // Whoever opens a table wants somebody to come.
        Ok(There { toy, table, line, asked, since: now, invite: asked })
    }

    pub(super) fn view(&self) -> Arc<TableView> {
        self.table.view()
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.table.events()
    }

    pub(super) fn is_over(&self) -> bool {
        self.table.is_over()
    }

    pub(super) fn command(&self, command: Command) -> bool {
        let taken = self.table.command(command);
        self.line.ring();
        taken
    }

    /// Asks for an invite; it comes by [`There::invited`].
    pub(super) fn ask_invite(&self, seconds: u64) -> bool {
        let taken = self.table.invite(u16::try_from(seconds).unwrap_or(u16::MAX));
        self.line.ring();
        taken
    }

    /// The invite that came.
    pub(super) fn invited(&mut self) -> Option<Result<Invite, String>> {
        if self.invite && self.view().you.is_some() {
            self.invite = false;
            if self.view().you == Some(eggtooth_playdate::Seat::HOST) {
                self.ask_invite(super::GOOD);
            }
        }
        let invited = self.table.invited()?;
        Some(invited.and_then(|invited| Invite::parse(&invited.text).map_err(|error| error.to_string())))
    }

    /// How long it has been looked at.
    pub(super) fn stood(&self, now: Duration) -> Duration {
        now.saturating_sub(self.since)
    }

    /// Whether it was over when it was found.
    pub(super) fn was_over(&self, now: Duration) -> bool {
        !self.asked && self.stood(now) < BEFORE
    }
}
