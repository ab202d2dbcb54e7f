//! The list of who did what.

use super::super::describe::{Always, Queried, SignedIn};
use super::super::take::{Asked, before};
use super::Problem;
use crate::House;
use crate::door::Caller;
use crate::id::{Millis, ToyId};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Rows of one answer.
const ROWS: usize = 100;

pub(super) fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(list))
}

/// Which part of the list.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// Only rows with a smaller number.
    before: Option<u64>,
    /// Everybody's, for an admin; else the caller's own.
    #[serde(default)]
    all: bool,
}

/// Somebody did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Did {
    /// Counts from 1.
    number: u64,
    /// When, in milliseconds since 1970 UTC.
    at: Millis,
    /// Who; null for somebody unknown.
    who: Option<String>,
    /// What, in a few words.
    what: String,
    /// With which toy.
    toy: Option<ToyId>,
    /// From where: a truncated address.
    from: String,
}

/// Who did what: at most 100 rows, the newest first.
#[utoipa::path(get, path = "/audit", tag = "people", params(Part),
    responses((status = 200, description = "The newest first", body = Vec<Did>), Queried, SignedIn, Always))]
async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Asked(part): Asked<Part>,
) -> Result<Json<Vec<Did>>, Problem> {
    let rows = house.door.audits(&caller, part.all, before(part.before)?, ROWS).await?;
    let shown = rows.into_iter().map(|(row, who)| Did {
        number: row.number,
        at: row.what.at,
        who,
        what: row.what.what,
        toy: row.what.toy,
        from: row.what.from,
    });
    Ok(Json(shown.collect()))
}
