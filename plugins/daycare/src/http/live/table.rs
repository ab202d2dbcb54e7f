//! The socket of a page that looks at a table. `playdate`'s `TABLE.md` is the normative page.

use super::line::{Cut, Line};
use super::viewer::{TICKET, drained, unless_ended};
use super::{not_a_socket, opened, wire};
use crate::door::{Action, Caller, Seat, can};
use crate::house::House;
use crate::http::Problem;
use crate::http::describe::Always;
use crate::store::AccountRole;
use crate::tables::Looking;
use axum::extract::ws::WebSocket;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use eggtooth_livelink::Close;
use eggtooth_playdate::message::SEATS;
use eggtooth_playdate::net::Event;
use eggtooth_playdate::remote::{FromPage, Invited, LONGEST_FROM_PAGE, LONGEST_TO_PAGE, Things, ToPage};
use eggtooth_playdate::view::TableView;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval, sleep_until, timeout};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Between two looks at the table: frames come fifteen times a second at most.
const LOOK: Duration = Duration::from_millis(50);

/// The route of the socket.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(table_socket))
}

/// The table at which a toy sits. The first message is the ticket, within three seconds; see TABLE.md.
#[utoipa::path(get, path = "/table", tag = "live",
    responses((status = 101, description = "The WebSocket is open"),
        (status = 400, description = "This is no WebSocket", body = Problem, content_type = "application/problem+json"),
        (status = 426, description = "This is no WebSocket", body = Problem, content_type = "application/problem+json"),
        Always))]
async fn table_socket(
    State(house): State<Arc<House>>,
    caller: Caller,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let socket = match opened(socket) {
        Ok(socket) => socket,
        Err(status) => return not_a_socket(status),
    };
    socket
        .max_message_size(LONGEST_FROM_PAGE)
        .max_frame_size(LONGEST_FROM_PAGE)
        .write_buffer_size(0)
        .max_write_buffer_size(LONGEST_TO_PAGE * 2)
        .on_upgrade(move |socket| serve(house, caller.ip, socket))
}

/// Serves a socket until it ends.
async fn serve(house: Arc<House>, ip: IpAddr, socket: WebSocket) {
    let mut line = Line::new(socket);
    let cut = match enter(&house, ip, &mut line).await {
        Ok((seat, looking)) => look(&house, &mut line, seat, looking).await,
        Err(cut) => cut,
    };
    if let Cut::Close(close) = cut {
        let words = ToPage::Bye(close.code(), close.sentence().to_owned()).encode().unwrap_or_default();
        line.bye_bytes(close, words).await;
    }
}

/// Takes the ticket.
async fn enter(house: &House, ip: IpAddr, line: &mut Line) -> Result<(Seat, Looking), Cut> {
    let mut drain = house.drain.clone();
    let first = tokio::select! {
        biased;
        () = drained(&mut drain) => return Err(Cut::Close(Close::Drains)),
        first = timeout(TICKET, line.hear_bytes()) => first,
    };
    let Ok(first) = first else { return Err(Cut::Close(Close::TooLate)) };
    let Ok(FromPage::Ticket(ticket)) = FromPage::decode(&first?) else { return Err(Cut::Close(Close::BadMessage)) };
    let Some(redeemed) = house.door.redeem(&ticket) else { return Err(Cut::Close(Close::TooLate)) };
    let seat = house.door.seat(&redeemed, ip).await.map_err(|why| Cut::Close(wire::no_seat(&why)))?;
    wire::standing(seat.standing).ok_or(Cut::Close(Close::Revoked))?;
    let looking = house.tables.look(seat.toy).ok_or(Cut::Close(Close::Gone))?;
    Ok((seat, looking))
}

/// What a page has been told.
#[derive(Default)]
struct Told {
    table: Option<TableView>,
    things: Option<Things>,
    frames: [Option<u32>; SEATS],
}

impl Told {
    /// What is new.
    fn news(&mut self, view: &TableView) -> Vec<ToPage> {
        let mut news = Vec::new();
        let mut table = TableView { pieces: Vec::new(), onway: Vec::new(), ties: Vec::new(), ..view.clone() };
        table.seats.iter_mut().flatten().for_each(|seat| seat.frame = None);
        if self.table.as_ref() != Some(&table) {
            // A page forgets the picture of a seat that somebody else has.
            let key = |view: Option<&TableView>, n: usize| view?.seats.get(n)?.as_ref().map(|seat| seat.key);
            for (n, frame) in self.frames.iter_mut().enumerate() {
                if key(self.table.as_ref(), n) != key(Some(&table), n) {
                    *frame = None;
                }
            }
            news.push(ToPage::Table(Box::new(table.clone())));
            self.table = Some(table);
        }
        let things = Things::of(view);
        if self.things.as_ref() != Some(&things) {
            news.push(ToPage::Things(Box::new(things.clone())));
            self.things = Some(things);
        }
        for (seat, told) in view.seats.iter().zip(&mut self.frames) {
            let Some(frame) = seat.as_ref().and_then(|seat| seat.frame) else { continue };
            if told.replace(frame.sequence) != Some(frame.sequence) {
                news.push(ToPage::Frame(frame));
            }
        }
        news
    }
}

/// Shows the table until something ends it.
async fn look(house: &House, line: &mut Line, mut seat: Seat, mut looking: Looking) -> Cut {
    let mut drain = house.drain.clone();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = Told::default();
    // Who comes after the last word hears it still.
    let mut over = looking.last();
    loop {
        let beat = line.next_beat();
        let messages = tokio::select! {
            biased;
            ended = seat.ended() => return Cut::Close(wire::ended(ended)),
            () = drained(&mut drain) => return Cut::Close(Close::Drains),
            heard = line.hear_bytes() => match heard.map(|bytes| FromPage::decode(&bytes)) {
                Ok(Ok(message)) => match hear(house, &seat, &looking, message) {
                    Ok(answer) => answer.into_iter().collect(),
                    Err(cut) => return cut,
                },
                Ok(Err(_)) => return Cut::Close(Close::BadMessage),
                Err(cut) => return cut,
            },
            news = looking.news.recv(), if over.is_none() => match news {
                Ok(event @ (Event::Over(_) | Event::Failed(_))) => {
                    over = Some(event);
                    Vec::new()
                }
                Ok(event) => vec![ToPage::Event(event)],
                // This page was slow; the view has what holds.
                Err(RecvError::Lagged(_)) => Vec::new(),
                Err(RecvError::Closed) => return Cut::Close(Close::Gone),
            },
            _ = looks.tick() => told.news(&looking.handle().view()),
            () = sleep_until(beat) => {
                if let Err(cut) = unless_ended(&mut seat, &mut drain, line.beat()).await {
                    return cut;
                }
                Vec::new()
            }
        };
        // The last word is said behind the last look.
        let last = over.clone().filter(|_| looking.handle().is_over());
        let mut messages = messages;
        if last.is_some() {
            messages.extend(told.news(&looking.handle().view()));
        }
        messages.extend(last.clone().map(ToPage::Event));
        for bytes in messages.iter().filter_map(ToPage::encode) {
            if let Err(cut) = unless_ended(&mut seat, &mut drain, line.say_bytes(bytes)).await {
                return cut;
            }
        }
        if last.is_some() {
            return Cut::Close(Close::Gone);
        }
    }
}

/// Does what the page says, as far as it may.
fn hear(house: &House, seat: &Seat, looking: &Looking, message: FromPage) -> Result<Option<ToPage>, Cut> {
    let trouble = |words: &str| Ok(Some(ToPage::Event(Event::Trouble(words.to_owned()))));
    let refused = |words: &str| match &message {
        FromPage::Invite(_) => Ok(Some(ToPage::NoInvite(words.to_owned()))),
        _ => trouble(words),
    };
    // What a grant allows is the same in every account.
    if !can(seat.standing, Some(AccountRole::Member), false, Action::Press) {
        return refused("you may watch this toy, not lead it");
    }
    if house.door.limit_press(seat.account, seat.toy).is_err() {
        return refused("these were too many at once; go on more slowly");
    }
    match message {
        FromPage::Ticket(_) => Err(Cut::Close(Close::BadMessage)),
        FromPage::Command(command) => {
            if looking.handle().command(command) {
                Ok(None)
            } else {
                trouble("the table takes nothing now; try again")
            }
        }
        FromPage::Invite(seconds) => {
            let now = house.door.wall() / 1000;
            Ok(Some(match looking.handle().invite(now, seconds.into(), &[]) {
                None => ToPage::NoInvite("this is a friend's table: only its host invites".to_owned()),
                Some(Err(error)) => ToPage::NoInvite(error.to_string()),
                Some(Ok(invite)) => ToPage::Invite(Invited { text: invite.to_text(), expires: invite.expires() }),
            }))
        }
    }
}
