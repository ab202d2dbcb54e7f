//! Looking at a toy: its picture, its diary, and the ticket to its live link.

use super::picture;
use crate::door::{Action, Caller};
use crate::house::House;
use crate::http::Problem;
use crate::http::describe::{Always, Named, Octets, Queried, SignedIn, Unfit};
use crate::http::take::{Asked, At, before};
use crate::id::{Millis, ToyId};
use crate::store::DiaryRow;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use eggtooth_vault::hex;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Rows of a diary that one request gets.
const PAGE: usize = 50;

/// The routes of this module.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(frame)).routes(routes!(diary)).routes(routes!(live))
}

/// How large a picture is wanted.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Size {
    /// Pixels along a dot's side, 1 to 16; 4 if nothing is said.
    #[param(minimum = 1, maximum = 16)]
    scale: Option<u32>,
}

/// The toy's LCD as it looks now, icons above and below.
#[utoipa::path(get, path = "/toys/{toy}/frame.png", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy"), Size),
    responses((status = 200, description = "A picture", body = Octets, content_type = "image/png"),
        Queried, Named, Unfit, SignedIn, Always))]
async fn frame(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Asked(size): Asked<Size>,
) -> Result<impl IntoResponse, Problem> {
    house.door.may(&caller, toy, Action::See).await?;
    let scale = size.scale.unwrap_or(4);
    if !(1..=picture::LARGEST).contains(&scale) {
        let detail = format!("a dot is 1 to {} pixels large; choose a scale between", picture::LARGEST);
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let (picture, _) = house.host.look(toy).await?;
    let png = house.aside(move |_| picture::png(&picture.frame, scale)).await;
    let png = png.map_err(|error| Problem::inside(&error))?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png))
}

/// Where a list goes on.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Before {
    /// Only lines with a smaller number.
    before: Option<u64>,
}

/// A line of a diary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiaryLine {
    /// Rises from line to line.
    number: u64,
    /// When, in milliseconds since 1970 UTC.
    at: Millis,
    /// The toy's age then.
    tick: u64,
    /// One sentence.
    text: String,
}

/// What happened to a toy: at most 50 lines, the newest first.
#[utoipa::path(get, path = "/toys/{toy}/diary", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy"), Before),
    responses((status = 200, description = "The newest first", body = Vec<DiaryLine>), Queried, Named, SignedIn, Always))]
async fn diary(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Asked(list): Asked<Before>,
) -> Result<Json<Vec<DiaryLine>>, Problem> {
    house.door.may(&caller, toy, Action::Diary).await?;
    let before = before(list.before)?;
    let rows = house.blocking(move |store| store.diary(toy, before, PAGE)).await?;
    let shown = |row: DiaryRow| {
        let (number, line) = (row.number, row.line);
        DiaryLine { number, at: line.at, tick: line.tick, text: line.text }
    };
    Ok(Json(rows.into_iter().map(shown).collect()))
}

/// The way to a toy's live link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LiveTicket {
    /// To be sent as the first message; good once, for 30 seconds. 32 hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    ticket: String,
    /// Where the WebSocket is, on the same host.
    path: &'static str,
}

impl LiveTicket {
    pub(super) fn new(ticket: &[u8; 16], path: &'static str) -> LiveTicket {
        LiveTicket { ticket: hex(ticket), path }
    }
}

/// A ticket to a toy's live link: pictures, sounds and presses over a WebSocket (see LIVELINK.md).
#[utoipa::path(post, path = "/toys/{toy}/live", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 200, description = "A ticket", body = LiveTicket), Named, SignedIn, Always))]
async fn live(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
) -> Result<Json<LiveTicket>, Problem> {
    let (_, standing) = house.door.may(&caller, toy, Action::Watch).await?;
    let ticket = house.door.ticket(caller.signed_in()?, toy, standing)?;
    Ok(Json(LiveTicket::new(&ticket, "/api/v1/live")))
}
