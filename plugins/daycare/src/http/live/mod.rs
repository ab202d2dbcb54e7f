//! The live link: a WebSocket on which a toy is seen, heard and pressed. `LIVELINK.md` is the normative page.
//!
//! [`viewer`] lives as long as a socket does; [`line`] is the socket; [`presses`] are requests that wait for the engine
//! room; [`wire`] turns its types into messages.

mod line;
mod presses;
mod table;
mod viewer;
mod wire;

use super::Problem;
use super::describe::Always;
use crate::door::Caller;
use crate::house::House;
use crate::id::{AccountId, ToyId};
use axum::Extension;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use eggtooth_livelink::message::{LONGEST_FROM_CLIENT, LONGEST_FROM_SERVER};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, broadcast};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Changes of toys' looks that a socket may be behind; it reads the row again whichever it missed.
const CHANGES: usize = 64;

/// The route of the socket.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(live)).merge(table::routes())
}

/// Tells live sockets that somebody has changed what a toy's row says.
#[derive(Clone, Debug)]
pub struct Changed(broadcast::Sender<ToyId>);

impl Default for Changed {
    fn default() -> Changed {
        Changed(broadcast::Sender::new(CHANGES))
    }
}

impl Changed {
    /// This toy's.
    pub fn tell(&self, toy: ToyId) {
        // Without live sockets nobody listens.
        let _ = self.0.send(toy);
    }

    fn listen(&self) -> broadcast::Receiver<ToyId> {
        self.0.subscribe()
    }
}

/// What the engine room calls a client: accounts cannot disturb each other by using one another's numbers.
#[must_use]
pub fn client_of(account: AccountId, client: [u8; 16]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"client");
    hash.update(account.0);
    hash.update(client);
    let hash: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&hash[..16]);
    short
}

/// Which socket each client has. A client that connects again takes over from its older socket, whose end must then
/// release nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Clients(Arc<Mutex<HashMap<(ToyId, [u8; 16]), Arc<Notify>>>>);

impl Clients {
    /// The socket of this client is the one that holds what is returned; an older one is told.
    fn enter(&self, toy: ToyId, client: [u8; 16]) -> Arc<Notify> {
        let mine = Arc::new(Notify::new());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(older) = known.insert((toy, client), Arc::clone(&mine)) {
            older.notify_one();
        }
        mine
    }

    /// Whether the client has no newer socket.
    fn leave(&self, toy: ToyId, client: [u8; 16], mine: &Arc<Notify>) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = known.get(&(toy, client)).is_some_and(|known| Arc::ptr_eq(known, mine));
        if last {
            known.remove(&(toy, client));
        }
        last
    }
}

/// The live link. The first message is the ticket, within three seconds; see LIVELINK.md.
#[utoipa::path(get, path = "/live", tag = "live",
    responses((status = 101, description = "The WebSocket is open"),
        (status = 400, description = "This is no WebSocket", body = Problem, content_type = "application/problem+json"),
        (status = 426, description = "This is no WebSocket", body = Problem, content_type = "application/problem+json"),
        Always))]
async fn live(
    State(house): State<Arc<House>>,
    Extension(clients): Extension<Clients>,
    Extension(changed): Extension<Changed>,
    caller: Caller,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let socket = match opened(socket) {
        Ok(socket) => socket,
        Err(status) => return not_a_socket(status),
    };
    socket
        .max_message_size(LONGEST_FROM_CLIENT)
        .max_frame_size(LONGEST_FROM_CLIENT)
        // What is said goes out at once; what does not is at most one message.
        .write_buffer_size(0)
        .max_write_buffer_size(LONGEST_FROM_SERVER * 2)
        .on_upgrade(move |socket| viewer::serve(house, clients, changed, caller.ip, socket))
}

/// The socket that a request asks to open, or the status for one that asks for none.
fn opened(socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>) -> Result<WebSocketUpgrade, StatusCode> {
    socket.map_err(|rejection| match rejection {
        WebSocketUpgradeRejection::ConnectionNotUpgradable(_) => StatusCode::UPGRADE_REQUIRED,
        _ => StatusCode::BAD_REQUEST,
    })
}

fn not_a_socket(status: StatusCode) -> Response {
    let problem = Problem::new(status, "this address is a WebSocket; open it as one, with a ticket (see LIVELINK.md)");
    ([(header::UPGRADE, "websocket")], problem).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_socket_is_told_and_releases_nothing() {
        let (clients, toy) = (Clients::default(), ToyId([1; 16]));
        let first = clients.enter(toy, [2; 16]);
        let second = clients.enter(toy, [2; 16]);
        assert!(!clients.leave(toy, [2; 16], &first));
        assert!(clients.leave(toy, [2; 16], &second));
        assert!(clients.0.lock().is_ok_and(|known| known.is_empty()));
    }

    #[test]
    fn accounts_have_clients_of_their_own() {
        assert_ne!(client_of(AccountId([1; 16]), [3; 16]), client_of(AccountId([2; 16]), [3; 16]));
        assert_eq!(client_of(AccountId([1; 16]), [3; 16]), client_of(AccountId([1; 16]), [3; 16]));
    }
}
