//! The shelf: toys are made, shown, changed and removed. What is done with one is in the modules below.

mod acts;
mod birth;
mod grants;
mod look;
mod picture;
mod saves;
mod table;
mod view;

pub use birth::{Cradle, DEFAULT_THEME, adopt, check_theme, first, room_for_one_more};
use view::Toy;
pub use view::{ConditionOfToy, look as condition};

use super::describe::{Always, Bodied, Clash, Named, SignedIn};
use super::take::{At, Read};
use super::{Problem, checked_name};
use crate::door::{Action, Caller, Revoked, Standing, can};
use crate::host::HostError;
use crate::house::House;
use crate::id::{RomKey, ToyId};
use crate::store::{GrantRole, Looks, StoreError, ToyState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Longest outage that a toy can be made to live through, in hours: a year.
pub const LONGEST_MERCY: u16 = 8760;

/// All routes under `/toys`.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .merge(acts::routes())
        .merge(saves::routes())
        .merge(look::routes())
        .merge(table::routes())
        .merge(grants::routes())
}

/// The caller's toys, and those that others share with them.
#[utoipa::path(get, path = "/toys", tag = "toys",
    responses((status = 200, description = "By name, the caller's own first", body = Vec<Toy>), SignedIn, Always))]
async fn list(State(house): State<Arc<House>>, caller: Caller) -> Result<Json<Vec<Toy>>, Problem> {
    let who = house.door.may_house(&caller, Action::Enter)?;
    let account = who.account;
    let now = house.door.wall();
    let rows = house
        .blocking(move |store| {
            let mut rows: Vec<_> = store.toys_of(account)?.into_iter().map(|row| (row, Standing::Owner)).collect();
            let mut shared = Vec::new();
            for grant in store.grants_to(account)? {
                if grant.expires.is_some_and(|expires| expires <= now) {
                    continue;
                }
                let standing = match grant.role {
                    GrantRole::Viewer => Standing::Viewer,
                    GrantRole::Caretaker => Standing::Caretaker,
                };
                match store.toy(grant.toy) {
                    Ok(row) => shared.push((row, standing)),
                    Err(StoreError::Missing(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            shared.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
            rows.append(&mut shared);
            Ok(rows)
        })
        .await?;
    let mut toys = Vec::with_capacity(rows.len());
    for (row, standing) in rows {
        toys.push(view::toy(&house, who, row, standing).await?);
    }
    Ok(Json(toys))
}

/// A toy that is wanted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToy {
    /// What it is called, 1 to 40 characters.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// A ROM of the caller's vault; without one it is Pip, the pet that comes with the program.
    rom: Option<RomKey>,
    /// How its shell is painted: a word that the pages understand.
    #[schema(pattern = "^[a-z0-9-]{1,32}$")]
    theme: Option<String>,
}

/// Hatches a new toy.
#[utoipa::path(post, path = "/toys", tag = "toys", request_body = NewToy,
    responses((status = 201, description = "It lives", body = Toy), Bodied, Named, Clash, SignedIn, Always))]
async fn create(
    State(house): State<Arc<House>>,
    Extension(cradle): Extension<Cradle>,
    caller: Caller,
    Read(new): Read<NewToy>,
) -> Result<(StatusCode, Json<Toy>), Problem> {
    let who = house.door.may_house(&caller, Action::Enter)?.clone();
    let name = checked_name(&new.name)?;
    let theme = check_theme(new.theme.as_deref().unwrap_or(DEFAULT_THEME))?;
    let account = who.account;
    let _one_at_a_time = cradle.0.lock().await;
    let row = house
        .aside(move |house| -> Result<_, Problem> {
            room_for_one_more(house, account)?;
            let key = match new.rom {
                Some(key) => usable_rom(house, account, key)?,
                None => house.roms.builtin()?,
            };
            let cartridge = house.roms.cartridge(key)?;
            let (row, snapshot) = first(account, name, theme, (key, &cartridge), None, house.door.wall())?;
            house.store.create_toy(&row, &snapshot, None)?;
            Ok(row)
        })
        .await?;
    adopt(&house, row.id).await;
    house.door.audit(&caller, "toy create", Some(row.id)).await;
    let toy = view::toy(&house, &who, row, Standing::Owner).await?;
    Ok((StatusCode::CREATED, Json(toy)))
}

/// The ROM, if it is the account's or the program's own.
///
/// # Errors
/// 404 for anybody else's: nobody is told that it is there.
pub fn usable_rom(house: &House, account: crate::AccountId, key: RomKey) -> Result<RomKey, Problem> {
    let row = house.store.rom(key)?;
    if row.account.is_none_or(|owner| owner == account) { Ok(key) } else { Err(StoreError::Missing("ROM").into()) }
}

/// One toy.
#[utoipa::path(get, path = "/toys/{toy}", tag = "toys", params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 200, description = "As far as the caller may see it", body = Toy), Named, SignedIn, Always))]
async fn show(State(house): State<Arc<House>>, caller: Caller, At(toy): At<ToyId>) -> Result<Json<Toy>, Problem> {
    let (row, standing) = house.door.may(&caller, toy, Action::See).await?;
    Ok(Json(view::toy(&house, caller.signed_in()?, row, standing).await?))
}

/// What is to be changed of a toy; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToyChange {
    /// What it is called, 1 to 40 characters.
    #[schema(min_length = 1, max_length = 40)]
    name: Option<String>,
    /// How its shell is painted.
    #[schema(pattern = "^[a-z0-9-]{1,32}$")]
    theme: Option<String>,
    /// Whether it sounds at all.
    sound: Option<bool>,
    /// Hours of an outage of the daycare that it lives through; what is longer it stands still for.
    #[schema(maximum = 8760)]
    mercy_hours: Option<u16>,
}

/// Renames, paints or mutes a toy, or changes its mercy.
#[utoipa::path(patch, path = "/toys/{toy}", tag = "toys", params(("toy" = ToyId, Path, description = "Which toy")),
    request_body = ToyChange,
    responses((status = 200, description = "As it is now", body = Toy), Bodied, Named, Clash, SignedIn, Always))]
async fn change(
    State(house): State<Arc<House>>,
    Extension(changed): Extension<super::live::Changed>,
    caller: Caller,
    At(toy): At<ToyId>,
    Read(change): Read<ToyChange>,
) -> Result<Json<Toy>, Problem> {
    let asked = [
        (change.name.is_some(), Action::Rename, "toy rename"),
        (change.theme.is_some(), Action::Theme, "toy theme"),
        (change.sound.is_some(), Action::Sound, "toy sound"),
        (change.mercy_hours.is_some(), Action::Mercy, "toy mercy"),
    ];
    let (row, standing) = house.door.may(&caller, toy, Action::See).await?;
    let who = caller.signed_in()?;
    for (_, action, _) in asked.iter().filter(|(asked, ..)| *asked) {
        house.door.may(&caller, toy, *action).await?;
    }
    // A change of nothing is for who could change something.
    if !can(standing, Some(who.role), who.strong, Action::Rename) {
        house.door.may(&caller, toy, Action::Rename).await?;
    }
    if change.mercy_hours.is_some_and(|hours| hours > LONGEST_MERCY) {
        let detail = format!("mercy is {LONGEST_MERCY} hours at most; choose less");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let looks = Looks {
        name: change.name.as_deref().map(checked_name).transpose()?,
        theme: change.theme.as_deref().map(check_theme).transpose()?,
        sound: change.sound,
        mercy_hours: change.mercy_hours,
    };
    let mut row = row;
    if looks != Looks::default() {
        row = house.blocking(move |store| store.set_looks(toy, &looks)).await?;
        match house.host.refresh(toy).await {
            Ok(()) | Err(HostError::NoSuchToy | HostError::Untouchable(_)) => {}
            Err(error) => return Err(error.into()),
        }
        changed.tell(toy);
        for (_, _, what) in asked.iter().filter(|(asked, ..)| *asked) {
            house.door.audit(&caller, what, Some(toy)).await;
        }
    }
    Ok(Json(view::toy(&house, who, row, standing).await?))
}

/// Removes a toy with everything of it, for ever. Needs the password once more.
#[utoipa::path(delete, path = "/toys/{toy}", tag = "toys", params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 204, description = "It is gone"), Named, Clash, SignedIn, Always))]
async fn remove(State(house): State<Arc<House>>, caller: Caller, At(toy): At<ToyId>) -> Result<StatusCode, Problem> {
    let (row, _) = house.door.may(&caller, toy, Action::Delete).await?;
    if let ToyState::Leaving(_) = row.state {
        return Err(Problem::conflict("this toy is being carried to another home; finish or abort that first"));
    }
    match house.host.remove(toy).await {
        Ok(()) | Err(HostError::NoSuchToy | HostError::Untouchable(_)) => {}
        Err(error) => return Err(error.into()),
    }
    if let Err(error) = house.blocking(move |store| store.delete_toy(toy)).await {
        adopt(&house, toy).await;
        return Err(error.into());
    }
    house.door.revoke(Revoked::Toy(toy));
    house.door.audit(&caller, "toy delete", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}
