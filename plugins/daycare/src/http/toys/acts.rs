//! What is done to a toy at once: start, pause, reset, set its clock, press.

use crate::door::{Action, Caller, Standing};
use crate::host::{HostError, Keys, LONGEST_PRESS, Press};
use crate::house::House;
use crate::http::Problem;
use crate::http::describe::{Always, Bodied, Clash, Named, SignedIn, Unfit};
use crate::http::live::client_of;
use crate::http::take::{At, Read};
use crate::id::{ClientId, ToyId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::error::Elapsed;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How long a press is when nobody says, in milliseconds.
const PRESS: u32 = 100;

/// How long an answer waits for a clock that is being set: less than clients wait, 60 s. It takes half a minute, and
/// longer where the pet is just hatching.
const CLOCK: Duration = Duration::from_secs(50);

/// The routes of this module.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default()
        .routes(routes!(start))
        .routes(routes!(pause))
        .routes(routes!(reset))
        .routes(routes!(clock))
        .routes(routes!(press))
}

/// Lets a toy's time pass.
#[utoipa::path(post, path = "/toys/{toy}/start", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 204, description = "It runs"), Named, Clash, Unfit, SignedIn, Always))]
async fn start(State(house): State<Arc<House>>, caller: Caller, At(toy): At<ToyId>) -> Result<StatusCode, Problem> {
    house.door.may(&caller, toy, Action::Run).await?;
    house.host.run(toy, true).await?;
    house.door.audit(&caller, "toy start", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a toy stand still.
#[utoipa::path(post, path = "/toys/{toy}/pause", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 204, description = "It stands still"), Named, Clash, Unfit, SignedIn, Always))]
async fn pause(State(house): State<Arc<House>>, caller: Caller, At(toy): At<ToyId>) -> Result<StatusCode, Problem> {
    house.door.may(&caller, toy, Action::Run).await?;
    house.host.run(toy, false).await?;
    house.door.audit(&caller, "toy pause", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the battery out and puts it in again: the pet begins anew. Needs the password once more; can be undone.
#[utoipa::path(post, path = "/toys/{toy}/reset", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 204, description = "It begins anew"), Named, Clash, Unfit, SignedIn, Always))]
async fn reset(State(house): State<Arc<House>>, caller: Caller, At(toy): At<ToyId>) -> Result<StatusCode, Problem> {
    house.door.may(&caller, toy, Action::Reset).await?;
    house.host.reset(toy).await?;
    house.door.audit(&caller, "toy reset", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the clock of a Pip from the daycare's, by presses. Answers when it is set, or after 50 seconds.
#[utoipa::path(post, path = "/toys/{toy}/clock", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 204, description = "It is set"),
        (status = 202, description = "It is being set still; whatever else is done with the toy meanwhile ends that"),
        Named, Clash, Unfit, SignedIn, Always))]
async fn clock(State(house): State<Arc<House>>, caller: Caller, At(toy): At<ToyId>) -> Result<StatusCode, Problem> {
    let (_, standing) = house.door.may(&caller, toy, Action::SetClock).await?;
    debug_assert!(standing >= Standing::Caretaker);
    house.door.limit_press(caller.signed_in()?.account, toy)?;
    let status = told(tokio::time::timeout(CLOCK, house.host.set_clock(toy)).await)?;
    house.door.audit(&caller, "toy clock", Some(toy)).await;
    Ok(status)
}

fn told(set: Result<Result<(), HostError>, Elapsed>) -> Result<StatusCode, Problem> {
    match set {
        Ok(Ok(())) => Ok(StatusCode::NO_CONTENT),
        Err(_) => Ok(StatusCode::ACCEPTED),
        Ok(Err(HostError::Busy)) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the clock is being set already, or the daycare is busy; try again in half a minute",
        )
        .retry_after(30)),
        Ok(Err(error)) => Err(error.into()),
    }
}

/// A button, as it is called on the toy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub enum ButtonName {
    /// Left.
    A,
    /// Middle.
    B,
    /// Right.
    C,
    /// The shock sensor of toys that have one.
    #[serde(rename = "TAP")]
    #[schema(rename = "TAP")]
    Tap,
}

/// A press that is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPress {
    /// Which buttons go down together.
    #[schema(min_items = 1, max_items = 4)]
    buttons: Vec<ButtonName>,
    /// For how long, in milliseconds; 100 if nothing is said.
    #[schema(minimum = 1, maximum = 10_000)]
    milliseconds: Option<u32>,
    /// The client's number for itself. With it and `seq` a press that is repeated, because its answer was lost, happens
    /// once; without them each request is a press.
    client: Option<ClientId>,
    /// The client's number for the press, counting up from 1.
    #[schema(minimum = 1)]
    seq: Option<u32>,
}

/// A press that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pressed {
    /// The client's number for it.
    seq: u32,
    /// The tick at which the buttons go down.
    tick: u64,
}

/// Presses buttons for a while. Answers when the press is durable; it happens at the tick of the answer.
#[utoipa::path(post, path = "/toys/{toy}/press", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")), request_body = NewPress,
    responses((status = 200, description = "It will happen", body = Pressed), Bodied, Named, Clash, SignedIn, Always))]
async fn press(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Read(new): Read<NewPress>,
) -> Result<Json<Pressed>, Problem> {
    house.door.may(&caller, toy, Action::Press).await?;
    let by = caller.signed_in()?.account;
    let unfit = |detail: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    let mask = new.buttons.iter().fold(0, |mask, button| mask | 1 << *button as u8);
    if mask == 0 || new.buttons.len() > 4 {
        return Err(unfit("a press is of one to four buttons of A, B, C and TAP; name them"));
    }
    let milliseconds = new.milliseconds.unwrap_or(PRESS);
    if !(1..=LONGEST_PRESS).contains(&milliseconds) {
        return Err(unfit("a press lasts 1 to 10000 milliseconds; choose a time between"));
    }
    let (client, client_seq) = match (new.client, new.seq) {
        (Some(client), Some(seq)) if seq > 0 => (client, seq),
        (None, None) => (ClientId::random().map_err(|error| Problem::inside(&error))?, 1),
        _ => return Err(unfit("client and seq belong together, and seq counts up from 1; send both or none")),
    };
    house.door.limit_press(by, toy)?;
    let press = Press { client: client_of(by, client.0), client_seq, by, keys: Keys::Timed { mask, milliseconds } };
    let ack = house.host.press(toy, press).await?;
    Ok(Json(Pressed { seq: ack.client_seq, tick: ack.tick }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[tokio::test]
    async fn who_sets_a_clock_is_told_in_time() {
        let elapsed = tokio::time::timeout(Duration::ZERO, std::future::pending()).await;
        assert_eq!(told(elapsed), Ok(StatusCode::ACCEPTED));
        assert_eq!(told(Ok(Ok(()))), Ok(StatusCode::NO_CONTENT));
        let busy = told(Ok(Err(HostError::Busy))).unwrap_err();
        assert_eq!((busy.status, busy.retry_after), (503, Some(30)));
        assert_eq!(told(Ok(Err(HostError::Paused))).unwrap_err().status, 409);
        assert!(CLOCK < crate::http::PATIENCE, "before the request is cut off");
    }
}
