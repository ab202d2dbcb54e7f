//! Each account's vault of ROMs. Nobody but their owner learns that they are there.

use super::describe::{Always, Bodied, Clash, Named, Octets, SignedIn};
use super::take::{Asked, At, Upload};
use super::{Problem, checked_name};
use crate::door::{Action, Caller};
use crate::house::House;
use crate::id::{AccountId, Millis, RomKey};
use crate::store::{RomRow, StoreError};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use eggtooth_cartridge::Cartridge;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes under `/roms`.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default()
        .routes(routes!(list, upload))
        .routes(routes!(identify))
        .routes(routes!(show, remove))
        .routes(routes!(bytes))
}

/// A ROM in the caller's vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rom {
    /// What it is called by programs.
    key: RomKey,
    /// What its owner calls it.
    name: String,
    /// When it came, in milliseconds since 1970 UTC.
    created: Millis,
    /// The toy it is from, where that is known.
    known: Option<String>,
    /// Whether it is Pip, which comes with the program.
    builtin: bool,
}

fn known(cartridge: &Cartridge) -> Option<String> {
    cartridge.known.as_ref().map(|known| known.toy.name.to_owned())
}

/// Opens the ROM to say what it is. Blocks.
fn shown(house: &House, row: &RomRow) -> Result<Rom, Problem> {
    let cartridge = house.roms.cartridge(row.key)?;
    let RomRow { key, name, created, account, .. } = row;
    let known = known(&cartridge);
    Ok(Rom { key: *key, name: name.clone(), created: *created, known, builtin: account.is_none() })
}

/// The row of a ROM that this account may know of. Blocks.
fn find(house: &House, account: AccountId, key: RomKey) -> Result<RomRow, Problem> {
    let row = house.store.rom(key)?;
    if row.account.is_none_or(|owner| owner == account) { Ok(row) } else { Err(StoreError::Missing("ROM").into()) }
}

/// The caller's ROMs, Pip among them.
#[utoipa::path(get, path = "/roms", tag = "roms",
    responses((status = 200, description = "Pip first, then by name", body = Vec<Rom>), SignedIn, Always))]
async fn list(State(house): State<Arc<House>>, caller: Caller) -> Result<Json<Vec<Rom>>, Problem> {
    let account = house.door.may_house(&caller, Action::Enter)?.account;
    let roms = house
        .aside(move |house| -> Result<Vec<Rom>, Problem> {
            let pip = house.store.rom(house.roms.builtin()?)?;
            let own = house.store.roms_of(account)?;
            std::iter::once(&pip).chain(&own).map(|row| shown(house, row)).collect()
        })
        .await?;
    Ok(Json(roms))
}

/// What a ROM is to be called.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Called {
    /// 1 to 40 characters; the known toy's name, or `ROM`, if nothing is said.
    #[param(min_length = 1, max_length = 40)]
    name: Option<String>,
}

/// Puts a ROM file into the caller's vault: any form that the program reads, also inside zip or gzip. One that is there
/// already keeps its name and key.
#[utoipa::path(post, path = "/roms", tag = "roms", params(Called),
    request_body(content = Octets, content_type = "application/octet-stream"),
    responses((status = 201, description = "It is in the vault", body = Rom), Bodied, Clash, SignedIn, Always))]
async fn upload(
    State(house): State<Arc<House>>,
    caller: Caller,
    Asked(called): Asked<Called>,
    Upload(bytes): Upload,
) -> Result<(StatusCode, Json<Rom>), Problem> {
    let account = house.door.may_house(&caller, Action::Enter)?.account;
    house.door.limit_upload(&caller)?;
    let name = called.name.as_deref().map(checked_name).transpose()?;
    let rom = house
        .aside(move |house| {
            let (key, _) = keep(house, account, name, &bytes)?;
            shown(house, &house.store.rom(key)?)
        })
        .await?;
    house.door.audit(&caller, "rom upload", None).await;
    Ok((StatusCode::CREATED, Json(rom)))
}

/// Reads a file that somebody brought and keeps it in their vault. Blocks.
///
/// # Errors
/// 422 when it is no ROM, 409 when the vault is full.
pub fn keep(
    house: &House,
    account: AccountId,
    name: Option<String>,
    bytes: &[u8],
) -> Result<(RomKey, Arc<Cartridge>), Problem> {
    let cartridge = open(bytes)?;
    let name = name.or_else(|| known(&cartridge)).unwrap_or_else(|| "ROM".into());
    Ok(house.roms.add(account, &name, bytes)?)
}

fn open(bytes: &[u8]) -> Result<Cartridge, Problem> {
    Cartridge::from_bytes(None, bytes)
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

/// One ROM.
#[utoipa::path(get, path = "/roms/{rom}", tag = "roms", params(("rom" = RomKey, Path, description = "Which ROM")),
    responses((status = 200, description = "What is known of it", body = Rom), Named, SignedIn, Always))]
async fn show(State(house): State<Arc<House>>, caller: Caller, At(key): At<RomKey>) -> Result<Json<Rom>, Problem> {
    let account = house.door.may_house(&caller, Action::Enter)?.account;
    house.aside(move |house| shown(house, &find(house, account, key)?)).await.map(Json)
}

/// A ROM's bytes, for its owner, who needs the password once more: 12,288 or 16,384 bytes, two for each word.
#[utoipa::path(get, path = "/roms/{rom}/bytes", tag = "roms",
    params(("rom" = RomKey, Path, description = "Which ROM")),
    responses((status = 200, description = "The words", body = Octets, content_type = "application/octet-stream"),
        Named, SignedIn, Always))]
async fn bytes(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(key): At<RomKey>,
) -> Result<impl IntoResponse, Problem> {
    let account = house.door.may_house(&caller, Action::Enter)?.account;
    let row = house.aside(move |house| find(house, account, key)).await?;
    house.door.may_own(&caller, row.account.unwrap_or(account), Action::ExportRom, "ROM")?;
    let bytes = house.aside(move |house| house.roms.bytes(key)).await?;
    house.door.audit(&caller, "rom export", None).await;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"toy.rom\""),
    ];
    Ok((headers, bytes.to_vec()))
}

/// Removes a ROM that no toy has.
#[utoipa::path(delete, path = "/roms/{rom}", tag = "roms", params(("rom" = RomKey, Path, description = "Which ROM")),
    responses((status = 204, description = "It is gone"), Named, Clash, SignedIn, Always))]
async fn remove(State(house): State<Arc<House>>, caller: Caller, At(key): At<RomKey>) -> Result<StatusCode, Problem> {
    let account = house.door.may_house(&caller, Action::Enter)?.account;
    let row = house.aside(move |house| find(house, account, key)).await?;
    let Some(owner) = row.account else {
        return Err(Problem::conflict("Pip comes with the program and stays; remove a ROM of your own"));
    };
    house.door.may_own(&caller, owner, Action::UseRom, "ROM")?;
    house.aside(move |house| house.roms.remove(key)).await?;
    house.door.audit(&caller, "rom delete", None).await;
    Ok(StatusCode::NO_CONTENT)
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Identified {
    /// The toy it is from, where that is known.
    known: Option<String>,
    /// Words of program memory.
    words: usize,
    /// The wiring that it would run with.
    model: Option<String>,
    /// What it is, in a sentence, and what is odd about it.
    note: String,
}

/// Says what a ROM file is, and keeps nothing of it.
#[utoipa::path(post, path = "/roms/identify", tag = "roms",
    request_body(content = Octets, content_type = "application/octet-stream"),
    responses((status = 200, description = "It is a ROM", body = Identified), Bodied, SignedIn, Always))]
async fn identify(
    State(house): State<Arc<House>>,
    caller: Caller,
    Upload(bytes): Upload,
) -> Result<Json<Identified>, Problem> {
    house.door.may_house(&caller, Action::Enter)?;
    house.door.limit_upload(&caller)?;
    let cartridge = house.aside(move |_| open(&bytes)).await?;
    let mut note = cartridge.explain();
    for more in &cartridge.notes {
        note.push_str("; ");
        note.push_str(more);
    }
    Ok(Json(Identified {
        known: known(&cartridge),
        words: cartridge.words.len(),
        model: cartridge.model().map(Into::into),
        note,
    }))
}
