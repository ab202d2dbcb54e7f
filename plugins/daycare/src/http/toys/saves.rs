//! A toy's state: taken out, put in, taken back; and its program.

use super::usable_rom;
use crate::door::{Action, Caller};
use crate::house::House;
use crate::http::Problem;
use crate::http::describe::{Always, Bodied, Clash, Named, Octets, SignedIn};
use crate::http::take::{At, Read, Upload};
use crate::id::{Millis, RomKey, ToyId};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this module.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default()
        .routes(routes!(save, load))
        .routes(routes!(swap))
        .routes(routes!(snapshots))
        .routes(routes!(undo))
}

/// A toy's state as it is now, as a file that other Eggtooths can open, with the same ROM. Changes nothing.
#[utoipa::path(get, path = "/toys/{toy}/save", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 200, description = "A save", body = Octets, content_type = "application/octet-stream"),
        Named, Clash, SignedIn, Always))]
async fn save(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
) -> Result<impl IntoResponse, Problem> {
    house.door.may(&caller, toy, Action::Save).await?;
    let saved = house.host.save(toy).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"toy.egg\""),
    ];
    Ok((headers, saved.envelope))
}

/// Puts a save into a toy: it lives on from there. The save must be of the toy's ROM. Can be undone.
#[utoipa::path(put, path = "/toys/{toy}/save", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    request_body(content = Octets, content_type = "application/octet-stream"),
    responses((status = 204, description = "It lives on from there"), Bodied, Named, Clash, SignedIn, Always))]
async fn load(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Upload(bytes): Upload,
) -> Result<StatusCode, Problem> {
    house.door.may(&caller, toy, Action::Load).await?;
    house.door.limit_upload(&caller)?;
    house.host.load(toy, bytes.into()).await?;
    house.door.audit(&caller, "toy load", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Which program a toy is to have.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRom {
    /// Of the caller's vault, or Pip's.
    rom: RomKey,
}

/// Gives a toy another program: it begins anew. Can be undone.
#[utoipa::path(put, path = "/toys/{toy}/rom", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")), request_body = NewRom,
    responses((status = 204, description = "It begins anew"), Bodied, Named, Clash, SignedIn, Always))]
async fn swap(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Read(new): Read<NewRom>,
) -> Result<StatusCode, Problem> {
    let (row, _) = house.door.may(&caller, toy, Action::SwapRom).await?;
    let rom = house.aside(move |house| usable_rom(house, row.owner, new.rom)).await?;
    house.host.swap_rom(toy, rom).await?;
    house.door.audit(&caller, "toy rom", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}

/// A state that can be gone back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SnapshotOfToy {
    /// Names it.
    number: u64,
    /// When it was made, in milliseconds since 1970 UTC.
    at: Millis,
    /// The toy's age then.
    tick: u64,
    /// Whether it is whole.
    good: bool,
}

/// The states that can be gone back to, the newest first.
#[utoipa::path(get, path = "/toys/{toy}/snapshots", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 200, description = "The newest first", body = Vec<SnapshotOfToy>), Named, SignedIn, Always))]
async fn snapshots(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
) -> Result<Json<Vec<SnapshotOfToy>>, Problem> {
    house.door.may(&caller, toy, Action::Undo).await?;
    let rows = house.blocking(move |store| store.snapshots(toy)).await?;
    let shown = |row: &crate::store::Snapshot| {
        let good = row.state().is_some();
        SnapshotOfToy { number: row.number, at: row.at, tick: row.tick, good }
    };
    Ok(Json(rows.iter().map(shown).collect()))
}

/// Which state to go back to.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// The snapshot's number.
    number: u64,
}

/// Takes a toy back to a snapshot: it lives on from there, now. Can be undone.
#[utoipa::path(post, path = "/toys/{toy}/undo", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")), request_body = Undo,
    responses((status = 204, description = "It lives on from there"), Bodied, Named, Clash, SignedIn, Always))]
async fn undo(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Read(undo): Read<Undo>,
) -> Result<StatusCode, Problem> {
    house.door.may(&caller, toy, Action::Undo).await?;
    house.host.undo(toy, undo.number).await?;
    house.door.audit(&caller, "toy undo", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}
