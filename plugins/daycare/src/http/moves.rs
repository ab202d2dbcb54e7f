//! Carrying a pet from one home to another: at every moment it lives in exactly one.
//!
//! The one who carries makes up the move's identifier and repeats what was not answered; each request is the same when
//! it is repeated. A pet that comes lives here when [`arrive`] has been written down; one that goes has gone when
//! [`done`] has.

use super::describe::{Always, Bodied, Clash, Named, SignedIn};
use super::take::{At, Large, Read};
use super::toys::{Cradle, DEFAULT_THEME, adopt, check_theme, first, room_for_one_more};
use super::{Problem, checked_name, roms};
use crate::door::{Action, Caller, DoorError, Revoked};
use crate::host::HostError;
use crate::house::House;
use crate::id::{AccountId, MoveId, ToyId};
use crate::store::{Move, MoveState, StoreError, ToyRow};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use eggtooth_vault::Envelope;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes of moves.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default()
        .routes(routes!(arrive))
        .routes(routes!(ask))
        .routes(routes!(cancel))
        .routes(routes!(done))
        .routes(routes!(abort))
        .routes(routes!(leave))
}

/// A pet that comes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// The move, made up by the one who carries.
    id: MoveId,
    /// What the toy is to be called, 1 to 40 characters.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// How its shell is painted.
    #[schema(pattern = "^[a-z0-9-]{1,32}$")]
    theme: Option<String>,
    /// Its save, at most 64 KiB, in base64.
    #[schema(content_encoding = "base64")]
    envelope: String,
    /// Its ROM file, at most 64 KiB, in base64; null where it is this daycare's Pip.
    #[schema(content_encoding = "base64")]
    rom: Option<String>,
}

/// A pet that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Arrived {
    /// The toy that it is here.
    toy: ToyId,
}

fn bytes_of(text: &str, what: &str) -> Result<Vec<u8>, Problem> {
    let unfit = |detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    let bytes = BASE64.decode(text).map_err(|_| unfit(format!("the {what} is no base64; send it whole")))?;
    if bytes.len() > super::take::UPLOAD {
        return Err(unfit(format!("the {what} is larger than {} bytes; bring another one", super::take::UPLOAD)));
    }
    Ok(bytes)
}

/// What a known move answers to an arrival with its identifier.
fn known(found: &Move, account: AccountId) -> Result<ToyId, Problem> {
    match (found.state, found.toy) {
        (MoveState::Arrived, Some(toy)) if found.account == account => Ok(toy),
        (MoveState::Cancelled, _) => Err(Problem::conflict("this move was cancelled; begin another one")),
        _ => Err(Problem::conflict("this move's identifier is used already; make up another one")),
    }
}

/// A pet comes to live here, from the tick of its save on. The same move again is answered with the same toy.
#[utoipa::path(post, path = "/moves", tag = "moves", request_body = Arrival,
    responses((status = 201, description = "It lives here", body = Arrived),
        (status = 200, description = "It has come before", body = Arrived),
        Bodied, Clash, SignedIn, Always))]
async fn arrive(
    State(house): State<Arc<House>>,
    Extension(cradle): Extension<Cradle>,
    caller: Caller,
    Large(pet): Large<Arrival>,
) -> Result<(StatusCode, Json<Arrived>), Problem> {
    let account = house.door.may_house(&caller, Action::Enter)?.account;
    let id = pet.id;
    let _one_at_a_time = cradle.0.lock().await;
    if let Some(found) = house.blocking(move |store| store.find_move(id)).await? {
        let toy = known(&found, account)?;
        // It may have come in the last moment of a daycare that was closing.
        if let Err(HostError::NoSuchToy) = house.host.look(toy).await {
            adopt(&house, toy).await;
        }
        return Ok((StatusCode::OK, Json(Arrived { toy })));
    }
    house.door.limit_upload(&caller)?;
    let toy = house.aside(move |house| take_in(house, account, &pet)).await?;
    adopt(&house, toy).await;
    house.door.audit(&caller, "toy arrive", Some(toy)).await;
    Ok((StatusCode::CREATED, Json(Arrived { toy })))
}

/// Writes a pet down that comes. Blocks.
fn take_in(house: &House, account: AccountId, pet: &Arrival) -> Result<ToyId, Problem> {
    let name = checked_name(&pet.name)?;
    let theme = check_theme(pet.theme.as_deref().unwrap_or(DEFAULT_THEME))?;
    let envelope = bytes_of(&pet.envelope, "save")?;
    let (envelope, _) = Envelope::from_bytes(&envelope)
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    room_for_one_more(house, account)?;
    let (rom, cartridge) = match &pet.rom {
        Some(rom) => roms::keep(house, account, None, &bytes_of(rom, "ROM")?)?,
        None => {
            let pip = house.roms.builtin()?;
            (pip, house.roms.cartridge(pip)?)
        }
    };
    let at = house.door.wall();
    let (row, snapshot) = first(account, name, theme, (rom, &cartridge), Some(&envelope), at)?;
    let (id, toy) = (pet.id, Some(row.id));
    let arrival = Move { id, account, toy, state: MoveState::Arrived, envelope: Vec::new(), at };
    house.store.create_toy(&row, &snapshot, Some(&arrival))?;
    Ok(row.id)
}

/// How far a move is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(rename_all = "lowercase")]
pub enum MoveWord {
    /// A pet came; it lives here since.
    Arrived,
    /// A pet is being carried away; it lives nowhere.
    Leaving,
    /// It has left; it lives elsewhere.
    Done,
    /// It never happened and never will.
    Cancelled,
}

/// A move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoveShown {
    /// As its carrier made it up.
    id: MoveId,
    /// How far it is.
    state: MoveWord,
    /// The toy here.
    toy: Option<ToyId>,
}

/// The caller's move. To others it is unknown.
async fn own(house: &House, caller: &Caller, id: MoveId) -> Result<Option<Move>, Problem> {
    let account = house.door.may_house(caller, Action::Enter)?.account;
    let found = house.blocking(move |store| store.find_move(id)).await?;
    Ok(found.filter(|found| found.account == account))
}

fn unknown() -> Problem {
    StoreError::Missing("move").into()
}

/// How far a move of the caller is.
#[utoipa::path(get, path = "/moves/{id}", tag = "moves", params(("id" = MoveId, Path, description = "Which move")),
    responses((status = 200, description = "It is known", body = MoveShown), Named, SignedIn, Always))]
async fn ask(State(house): State<Arc<House>>, caller: Caller, At(id): At<MoveId>) -> Result<Json<MoveShown>, Problem> {
    let found = own(&house, &caller, id).await?.ok_or_else(unknown)?;
    let state = match found.state {
        MoveState::Arrived => MoveWord::Arrived,
        MoveState::Leaving => MoveWord::Leaving,
        MoveState::Done => MoveWord::Done,
        MoveState::Cancelled => MoveWord::Cancelled,
    };
    Ok(Json(MoveShown { id, state, toy: found.toy }))
}

/// Says that a pet will not come: from now on an arrival with this identifier is refused. 409 when it has come.
#[utoipa::path(post, path = "/moves/{id}/cancel", tag = "moves",
    params(("id" = MoveId, Path, description = "Which move")),
    responses((status = 204, description = "It will never happen"), Named, Clash, SignedIn, Always))]
async fn cancel(State(house): State<Arc<House>>, caller: Caller, At(id): At<MoveId>) -> Result<StatusCode, Problem> {
    let account = house.door.may_house(&caller, Action::Enter)?.account;
    match house.blocking(move |store| store.find_move(id)).await? {
        // Others' moves are unknown, whatever is asked of them.
        Some(found) if found.account != account => return Err(unknown()),
        Some(_) => {}
        // It is kept for ever that it will not happen.
        None => house.door.limit_upload(&caller)?,
    }
    let at = house.door.wall();
    house.blocking(move |store| store.cancel_move(id, account, at)).await?;
    house.door.audit(&caller, "move cancel", None).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Which move a toy is to leave by.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Departure {
    /// The move, made up by the one who carries.
    id: MoveId,
}

/// A pet that is handed over.
#[derive(Serialize, ToSchema)]
pub struct HandedOver {
    /// The tick that it stands still at.
    tick: u64,
    /// Its save, in base64.
    #[schema(content_encoding = "base64")]
    envelope: String,
    /// Its ROM's words, two bytes each, in base64.
    #[schema(content_encoding = "base64")]
    rom: String,
}

/// A toy is carried away: it stands still from now on, and its state is handed over. The same move again hands over the
/// same. Its ROM goes with it, so it needs the password once more unless it is Pip.
#[utoipa::path(post, path = "/toys/{toy}/leave", tag = "moves",
    params(("toy" = ToyId, Path, description = "Which toy")), request_body = Departure,
    responses((status = 200, description = "It stands still", body = HandedOver),
        Bodied, Named, Clash, SignedIn, Always))]
async fn leave(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Read(departure): Read<Departure>,
) -> Result<Json<HandedOver>, Problem> {
    let (ToyRow { rom, .. }, _) = house.door.may(&caller, toy, Action::Move).await?;
    let account = caller.signed_in()?.account;
    let words =
        house.aside(move |house| -> Result<_, Problem> { Ok((house.store.rom(rom)?.account, house.roms.bytes(rom)?)) });
    let (owner, words) = words.await?;
    if owner.is_some() {
        house.door.may_own(&caller, account, Action::ExportRom, "ROM")?;
    }
    let saved = house.host.leave(toy, departure.id, account).await?;
    house.door.audit(&caller, "toy leave", Some(toy)).await;
    let (envelope, rom) = (BASE64.encode(&saved.envelope), BASE64.encode(&words[..]));
    Ok(Json(HandedOver { tick: saved.tick, envelope, rom }))
}

/// The pet has arrived elsewhere: it is removed here. Again: the same.
#[utoipa::path(post, path = "/moves/{id}/done", tag = "moves", params(("id" = MoveId, Path, description = "Which move")),
    responses((status = 204, description = "It lives elsewhere"), Named, Clash, SignedIn, Always))]
async fn done(State(house): State<Arc<House>>, caller: Caller, At(id): At<MoveId>) -> Result<StatusCode, Problem> {
    let found = own(&house, &caller, id).await?.ok_or_else(unknown)?;
    house.blocking(move |store| store.finish_move(id)).await?;
    if let (MoveState::Leaving, Some(toy)) = (found.state, found.toy) {
        match house.host.remove(toy).await {
            Ok(()) | Err(HostError::NoSuchToy) => {}
            Err(error) => tracing::warn!(%toy, %error, "a toy that has left stays in the engine room until a restart"),
        }
        house.door.revoke(Revoked::Toy(toy));
        house.door.audit(&caller, "toy left", Some(toy)).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The pet is not carried away after all: it lives on from where it stood still. 409 when it has left. A move that has
/// not begun never will.
#[utoipa::path(post, path = "/moves/{id}/abort", tag = "moves",
    params(("id" = MoveId, Path, description = "Which move")),
    responses((status = 204, description = "It lives here"), Named, Clash, SignedIn, Always))]
async fn abort(State(house): State<Arc<House>>, caller: Caller, At(id): At<MoveId>) -> Result<StatusCode, Problem> {
    let Some(found) = own(&house, &caller, id).await? else { return cancel(State(house), caller, At(id)).await };
    match (found.state, found.toy) {
        (MoveState::Leaving, Some(toy)) => {
            house.door.may(&caller, toy, Action::Move).await?;
            house.host.come_back(toy, id).await?;
            house.door.audit(&caller, "toy stay", Some(toy)).await;
            Ok(StatusCode::NO_CONTENT)
        }
        (MoveState::Cancelled, _) => Ok(StatusCode::NO_CONTENT),
        (MoveState::Leaving, None) => Err(DoorError::NotFound("toy").into()),
        (MoveState::Arrived | MoveState::Done, _) => {
            Err(Problem::conflict("this move is over; nothing can be taken back"))
        }
    }
}
