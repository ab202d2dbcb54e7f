//! A toy sits down at a table, and leaves it.

use super::look::LiveTicket;
use crate::door::{Action, Caller};
use crate::house::House;
use crate::http::Problem;
use crate::http::describe::{Always, Bodied, Clash, Named, SignedIn};
use crate::http::take::{At, Read};
use crate::id::ToyId;
use crate::tables::TableError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use eggtooth_peer::Invite;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where the WebSocket is.
const SOCKET: &str = "/api/v1/table";

/// The routes of this module.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(sit_down, leave_table)).routes(routes!(look_at_table))
}

/// Whose table it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Sit {
    /// A friend's invite, as text or link; without one the toy opens a table of its own.
    #[schema(max_length = 1024)]
    invite: Option<String>,
}

/// A toy opens a table, or joins somebody's, as the player who owns it. The ticket is for the WebSocket on which the
/// table is seen and led (see TABLE.md); whether joining works is told there.
#[utoipa::path(post, path = "/toys/{toy}/table", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")), request_body = Sit,
    responses((status = 201, description = "It sits down; a ticket", body = LiveTicket),
        Named, Bodied, Clash, SignedIn, Always))]
async fn sit_down(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Read(Sit { invite }): Read<Sit>,
) -> Result<(StatusCode, Json<LiveTicket>), Problem> {
    let (_, standing) = house.door.may(&caller, toy, Action::Press).await?;
    let who = caller.signed_in()?;
    house.door.limit_press(who.account, toy)?;
    let unfit = |error: eggtooth_peer::InviteError| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
    let invite = invite.map(|text| Invite::parse(&text)).transpose().map_err(unfit)?;
    let ticket = house.door.ticket(who, toy, standing)?;
    house.tables.sit(toy, invite).await?;
    house.door.audit(&caller, "toy table", Some(toy)).await;
    Ok((StatusCode::CREATED, Json(LiveTicket::new(&ticket, SOCKET))))
}

/// A ticket to the table at which a toy sits; nothing where it sits at none.
#[utoipa::path(post, path = "/toys/{toy}/table/look", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 200, description = "A ticket", body = LiveTicket),
        (status = 204, description = "It sits nowhere"), Named, SignedIn, Always))]
async fn look_at_table(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
) -> Result<Response, Problem> {
    let (_, standing) = house.door.may(&caller, toy, Action::Watch).await?;
    if house.tables.of(toy).is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let ticket = house.door.ticket(caller.signed_in()?, toy, standing)?;
    Ok(Json(LiveTicket::new(&ticket, SOCKET)).into_response())
}

/// A toy leaves its table; where it sits at none nothing happens.
#[utoipa::path(delete, path = "/toys/{toy}/table", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 204, description = "It leaves"), Named, SignedIn, Always))]
async fn leave_table(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
) -> Result<StatusCode, Problem> {
    house.door.may(&caller, toy, Action::Press).await?;
    house.tables.leave(toy);
    house.door.audit(&caller, "toy table left", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}

impl From<TableError> for Problem {
    fn from(error: TableError) -> Problem {
        match error {
            TableError::Sits | TableError::TooManyOfOne => Problem::conflict(error.to_string()),
            TableError::TooMany | TableError::Closing => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()).retry_after(10)
            }
            TableError::Host(error) => error.into(),
            TableError::Rom(error) => error.into(),
            TableError::Store(error) => error.into(),
            _ => Problem::inside(&error),
        }
    }
}
