//! One viewer, from the ticket to the last words.

use super::line::{Cut, Line};
use super::presses::Presses;
use super::{Changed, Clients, client_of, wire};
use crate::door::{Action, Door, Redeemed, Seat, Standing, can};
use crate::host::{Condition, Host, Keys, Picture, Press, Sound, Watching};
use crate::house::House;
use crate::id::ToyId;
use crate::store::{AccountRole, ToyRow};
use axum::extract::ws::WebSocket;
use eggtooth_livelink::message::{MOST_SOUNDS, Reason, Sentence, Sounds};
use eggtooth_livelink::{ClientMessage, Close, ServerMessage};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{Instant, sleep_until, timeout};

/// The ticket must be there within this time (service §2.2).
pub(super) const TICKET: Duration = Duration::from_secs(3);
/// Between two pictures: at most 30 a second; of those between, the latest is sent.
const PICTURE: Duration = Duration::from_nanos(1_000_000_000 / 30);
/// Between two statuses that say nothing new.
const STATUS: Duration = Duration::from_secs(5);

/// Serves a socket until it ends.
pub async fn serve(house: Arc<House>, clients: Clients, changed: Changed, ip: IpAddr, socket: WebSocket) {
    let mut line = Line::new(socket);
    // Before the row is read for the first time: no change of it is missed.
    let changes = changed.listen();
    let cut = match enter(&house, ip, &mut line).await {
        Ok(entered) => {
            let (toy, client, account) = (entered.seat.toy, entered.client, entered.seat.account);
            let mine = clients.enter(toy, client);
            let cut = watch(&house, &mut line, entered, changes, &mine).await;
            if clients.leave(toy, client, &mine) {
                house.host.let_go(toy, client, account).await;
            }
            cut
        }
        Err(cut) => cut,
    };
    if let Cut::Close(close) = cut {
        line.bye(close).await;
    }
}

/// Somebody who was let in.
struct Entered {
    seat: Seat,
    client: [u8; 16],
    watching: Watching,
    /// What the toy's row said when the viewer was told last.
    row: ToyRow,
}

/// Returns when the daycare closes; never, where nobody is left who could close it.
pub(super) async fn drained(drain: &mut watch::Receiver<bool>) {
    if drain.wait_for(|drain| *drain).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Takes the ticket and says welcome.
async fn enter(house: &House, ip: IpAddr, line: &mut Line) -> Result<Entered, Cut> {
    let mut drain = house.drain.clone();
    let first = tokio::select! {
        biased;
        () = drained(&mut drain) => return Err(Cut::Close(Close::Drains)),
        first = timeout(TICKET, line.hear()) => first,
    };
    let Ok(first) = first else { return Err(Cut::Close(Close::TooLate)) };
    let ClientMessage::Ticket { ticket, client } = first? else { return Err(Cut::Close(Close::BadMessage)) };
    let Some(redeemed) = house.door.redeem(&ticket) else { return Err(Cut::Close(Close::TooLate)) };
    let Redeemed { account, toy, .. } = redeemed;
    let seat = house.door.seat(&redeemed, ip).await.map_err(|why| Cut::Close(wire::no_seat(&why)))?;
    let standing = wire::standing(seat.standing).ok_or(Cut::Close(Close::Revoked))?;
    let refused = |error| Cut::Close(wire::host(&error));
    let watching = house.host.watch(toy).await.map_err(refused)?;
    let (picture, _) = house.host.look(toy).await.map_err(refused)?;
    let row = house.blocking(move |store| store.toy(toy)).await.map_err(|_| Cut::Close(Close::Gone))?;
    line.say(&wire::welcome(&row, standing, picture.tick, house.door.wall())).await?;
    Ok(Entered { seat, client: client_of(account, client), watching, row })
}

/// What happens to a viewer.
enum Event {
    Cut(Cut),
    Heard(ClientMessage),
    Say(ServerMessage),
    Picture(Picture),
    Sound(Sound),
    Look,
    Changed,
    Beat,
}

/// A channel of the engine room has closed: the toy is gone, or the daycare goes.
fn closed(drain: &watch::Receiver<bool>) -> Event {
    Event::Cut(Cut::Close(if *drain.borrow() { Close::Drains } else { Close::Gone }))
}

/// Follows the toy until something ends it.
async fn watch(
    house: &House,
    line: &mut Line,
    entered: Entered,
    mut changed: broadcast::Receiver<ToyId>,
    mine: &Arc<Notify>,
) -> Cut {
    let Entered { mut seat, client, mut watching, mut row } = entered;
    let (toy, mut drain) = (seat.toy, house.drain.clone());
    let mut keys = Fingers { toy, client, held: 0, presses: Presses::default() };
    let (mut next_picture, mut next_status) = (Instant::now(), Instant::now());
    watching.pictures.mark_changed();
    loop {
        let beat = line.next_beat();
        let event = tokio::select! {
            biased;
            ended = seat.ended() => Event::Cut(Cut::Close(wire::ended(ended))),
            () = drained(&mut drain) => Event::Cut(Cut::Close(Close::Drains)),
            // The same client has connected again; this socket is a dead one.
            () = mine.notified() => Event::Cut(Cut::Gone),
            answer = keys.presses.next() => Event::Say(answer),
            heard = line.hear() => heard.map_or_else(Event::Cut, Event::Heard),
            sound = next_sound(&mut watching.sounds) => sound.map_or_else(|()| closed(&house.drain), Event::Sound),
            picture = next_picture_of(&mut watching.pictures, next_picture) => {
                picture.map_or_else(|()| closed(&house.drain), Event::Picture)
            }
            condition = watching.condition.changed() => {
                if condition.is_ok() { Event::Look } else { closed(&house.drain) }
            }
            () = sleep_until(next_status) => Event::Look,
            () = sleep_until(beat) => Event::Beat,
            // Whichever change was missed, the row says what holds.
            news = changed.recv() => match news {
                Ok(other) if other != toy => continue,
                _ => Event::Changed,
            },
        };
        let messages = match event {
            Event::Cut(cut) => return cut,
            Event::Say(message) => vec![message],
            Event::Picture(picture) => {
                next_picture = Instant::now() + PICTURE;
                vec![wire::frame(&picture, row.sound)]
            }
            Event::Sound(first) => {
                let sounds = more_sounds(first, &mut watching.sounds);
                if row.sound { sounds.into_iter().map(ServerMessage::Sounds).collect() } else { Vec::new() }
            }
            Event::Heard(message) => match keys.heard(house, &seat, message) {
                Ok(answer) => answer.into_iter().collect(),
                Err(cut) => return cut,
            },
            Event::Look => {
                next_status = Instant::now() + STATUS;
                let condition = *watching.condition.borrow_and_update();
                keys.presses.push(status(house.host.clone(), house.door.clone(), toy, condition));
                Vec::new()
            }
            Event::Changed => {
                if let Ok(now) = house.blocking(move |store| store.toy(toy)).await {
                    if looks(&now) != looks(&row) {
                        let (host, door) = (house.host.clone(), house.door.clone());
                        keys.presses.push(welcome(host, door, now.clone(), seat.standing));
                    }
                    row = now;
                    // The next picture says whether it is silent now.
                    watching.pictures.mark_changed();
                }
                Vec::new()
            }
            Event::Beat => {
                if let Err(cut) = unless_ended(&mut seat, &mut drain, line.beat()).await {
                    return cut;
                }
                Vec::new()
            }
        };
        for message in &messages {
            if let Err(cut) = unless_ended(&mut seat, &mut drain, line.say(message)).await {
                return cut;
            }
        }
    }
}

/// Does something with the line; a viewer that does not take what it is sent must not outlive its rights by that.
pub(super) async fn unless_ended(
    seat: &mut Seat,
    drain: &mut watch::Receiver<bool>,
    doing: impl Future<Output = Result<(), Cut>>,
) -> Result<(), Cut> {
    tokio::select! {
        biased;
        ended = seat.ended() => Err(Cut::Close(wire::ended(ended))),
        () = drained(drain) => Err(Cut::Close(Close::Drains)),
        done = doing => done,
    }
}

/// How the toy is, with the tick that it is at by then.
async fn status(host: Host, door: Door, toy: ToyId, condition: Condition) -> Option<ServerMessage> {
    let (picture, _) = host.look(toy).await.ok()?;
    Some(wire::status(picture.tick, door.wall(), &condition))
}

/// The toy as its row says now, with the tick that it is at by then.
async fn welcome(host: Host, door: Door, row: ToyRow, standing: Standing) -> Option<ServerMessage> {
    let (picture, _) = host.look(row.id).await.ok()?;
    Some(wire::welcome(&row, wire::standing(standing)?, picture.tick, door.wall()))
}

/// What a welcome says of a row: when it changes, viewers are told.
fn looks(row: &ToyRow) -> (&str, &str, bool) {
    (&row.name, &row.theme, row.sound)
}

async fn next_picture_of(pictures: &mut watch::Receiver<Picture>, from: Instant) -> Result<Picture, ()> {
    sleep_until(from).await;
    pictures.changed().await.map_err(drop)?;
    Ok(*pictures.borrow_and_update())
}

async fn next_sound(sounds: &mut broadcast::Receiver<Sound>) -> Result<Sound, ()> {
    loop {
        match sounds.recv().await {
            Ok(sound) => return Ok(sound),
            // This viewer was slow; what it missed is over.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return Err(()),
        }
    }
}

/// That sound and those that wait behind it, as many as one message takes.
fn more_sounds(first: Sound, sounds: &mut broadcast::Receiver<Sound>) -> Option<Sounds> {
    let mut together = vec![wire::sound(&first)];
    while together.len() < MOST_SOUNDS {
        match sounds.try_recv() {
            Ok(sound) => together.push(wire::sound(&sound)),
            Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
        }
    }
    Sounds::new(&together)
}

/// What this client holds, and what it waits for.
struct Fingers {
    toy: ToyId,
    client: [u8; 16],
    held: u8,
    presses: Presses,
}

impl Fingers {
    fn heard(&mut self, house: &House, seat: &Seat, message: ClientMessage) -> Result<Option<ServerMessage>, Cut> {
        let refuse = |client_seq, reason, text| {
            Ok(Some(ServerMessage::Refused { client_seq, reason, text: Sentence::new(text) }))
        };
        match message {
            ClientMessage::Ping { .. } if self.presses.full() => Ok(None),
            ClientMessage::Ping { nonce } => {
                let (host, toy) = (house.host.clone(), self.toy);
                self.presses.push(async move {
                    let (picture, _) = host.look(toy).await.ok()?;
                    Some(ServerMessage::Pong { nonce, tick: picture.tick })
                });
                Ok(None)
            }
            ClientMessage::Keys { client_seq, mask, since } => {
                // What a grant allows is the same in every account.
                if !can(seat.standing, Some(AccountRole::Member), false, Action::Press) {
                    return refuse(client_seq, Reason::MayNot, "you may watch this toy, not press its buttons");
                }
                // Letting go is never too often: a button must not stay down for that, and each was pressed before.
                let letting_go = mask & !self.held == 0 && mask != self.held;
                if self.presses.full() || !letting_go && house.door.limit_press(seat.account, self.toy).is_err() {
                    return refuse(client_seq, Reason::TooMany, "these were too many presses; go on more slowly");
                }
                self.held = mask;
                let press =
                    Press { client: self.client, client_seq, by: seat.account, keys: Keys::Held { mask, since } };
                let (host, toy) = (house.host.clone(), self.toy);
                self.presses.push(async move {
                    Some(match host.press(toy, press).await {
                        Ok(ack) => ServerMessage::Ack { client_seq: ack.client_seq, tick: ack.tick },
                        Err(error) => wire::refused(client_seq, error),
                    })
                });
                Ok(None)
            }
            ClientMessage::Ticket { .. } => Err(Cut::Close(Close::BadMessage)),
        }
    }
}
