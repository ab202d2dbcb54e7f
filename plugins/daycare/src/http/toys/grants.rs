//! Sharing a toy, never its ROM.

use crate::door::{Action, Caller, Revoked, Standing, can};
use crate::house::House;
use crate::http::Problem;
use crate::http::describe::{Always, Bodied, Clash, Named, SignedIn};
use crate::http::take::{At, Read};
use crate::id::{AccountId, GrantId, Millis, ToyId};
use crate::store::{Grant, GrantRole, Store, StoreError};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Most grants of a toy.
const MOST: usize = 64;
/// Longest grant that ends, in hours: ten years.
const LONGEST: u32 = 87_600;

/// The routes of this module.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(list, share)).routes(routes!(revoke))
}

/// What is shared, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(rename_all = "lowercase")]
pub enum GrantWord {
    /// Looks and listens.
    Viewer,
    /// Presses its buttons, too.
    Caretaker,
}

impl From<GrantWord> for GrantRole {
    fn from(word: GrantWord) -> GrantRole {
        match word {
            GrantWord::Viewer => GrantRole::Viewer,
            GrantWord::Caretaker => GrantRole::Caretaker,
        }
    }
}

/// What somebody may do with a toy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantOfToy {
    /// What the grant is called.
    id: GrantId,
    /// Whom it is for.
    account: AccountId,
    /// What they are called.
    name: String,
    /// What they may do.
    role: GrantWord,
    /// Since when, in milliseconds since 1970 UTC.
    created: Millis,
    /// Until when; null for ever.
    expires: Option<Millis>,
}

fn shown(store: &dyn Store, grant: Grant) -> Result<GrantOfToy, StoreError> {
    let Grant { id, account, role, created, expires, .. } = grant;
    let role = match role {
        GrantRole::Viewer => GrantWord::Viewer,
        GrantRole::Caretaker => GrantWord::Caretaker,
    };
    Ok(GrantOfToy { id, account, name: store.account(account)?.name, role, created, expires })
}

/// With whom a toy is shared: all of it for its owner, one's own grant for others.
#[utoipa::path(get, path = "/toys/{toy}/grants", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")),
    responses((status = 200, description = "The oldest first", body = Vec<GrantOfToy>), Named, SignedIn, Always))]
async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
) -> Result<Json<Vec<GrantOfToy>>, Problem> {
    let (_, standing) = house.door.may(&caller, toy, Action::See).await?;
    let who = caller.signed_in()?;
    let (account, all) = (who.account, can(standing, Some(who.role), who.strong, Action::Share));
    let now = house.door.wall();
    let grants = house
        .blocking(move |store| {
            let good = |grant: &Grant| grant.expires.is_none_or(|expires| expires > now);
            let grants = store.grants_of_toy(toy)?.into_iter().filter(|grant| all || grant.account == account);
            grants.filter(good).map(|grant| shown(store, grant)).collect()
        })
        .await?;
    Ok(Json(grants))
}

/// A grant that is wanted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// The name of an account of this daycare.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// What they may do.
    role: GrantWord,
    /// For how long; for ever if nothing is said.
    #[schema(minimum = 1, maximum = 87_600)]
    hours: Option<u32>,
}

/// Shares a toy with an account. A grant that it has already is replaced.
#[utoipa::path(post, path = "/toys/{toy}/grants", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy")), request_body = NewGrant,
    responses((status = 201, description = "It is shared", body = GrantOfToy), Bodied, Named, Clash, SignedIn, Always))]
async fn share(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(toy): At<ToyId>,
    Read(new): Read<NewGrant>,
) -> Result<(StatusCode, Json<GrantOfToy>), Problem> {
    let (row, _) = house.door.may(&caller, toy, Action::Share).await?;
    let unfit = |detail: &str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    if new.hours.is_some_and(|hours| !(1..=LONGEST).contains(&hours)) {
        return Err(unfit("a grant lasts 1 to 87600 hours, or for ever; choose a time between"));
    }
    let id = GrantId::random().map_err(|error| Problem::inside(&error))?;
    let (grant, replaced) = house
        .aside(move |house| -> Result<_, Problem> {
            let store = &*house.store;
            let account = store.account_named(new.name.trim())?.filter(|account| !account.disabled);
            let account = account.ok_or_else(|| unfit("nobody here has that name; invite them first"))?.id;
            if account == row.owner {
                return Err(unfit("this toy is yours already; name somebody else"));
            }
            let grants = store.grants_of_toy(toy)?;
            let replaced = grants.iter().any(|grant| grant.account == account);
            if !replaced && grants.len() >= MOST {
                return Err(Problem::conflict(format!(
                    "this toy is shared with {MOST} people already; take one grant back"
                )));
            }
            let created = house.door.wall();
            let expires = new.hours.map(|hours| created.saturating_add(Millis::from(hours) * 3_600_000));
            let grant = Grant { id, toy, account, role: new.role.into(), created, expires };
            store.add_grant(&grant)?;
            Ok((shown(store, grant)?, replaced))
        })
        .await?;
    if replaced {
        house.door.revoke(Revoked::Grant { toy, account: grant.account });
    }
    house.door.audit(&caller, "toy share", Some(toy)).await;
    Ok((StatusCode::CREATED, Json(grant)))
}

/// Takes a grant back, or gives one's own back. Live links that stand on it close at once.
#[utoipa::path(delete, path = "/toys/{toy}/grants/{grant}", tag = "toys",
    params(("toy" = ToyId, Path, description = "Which toy"), ("grant" = GrantId, Path, description = "Which grant")),
    responses((status = 204, description = "It is gone"), Named, SignedIn, Always))]
async fn revoke(
    State(house): State<Arc<House>>,
    caller: Caller,
    At((toy, id)): At<(ToyId, GrantId)>,
) -> Result<StatusCode, Problem> {
    let (_, standing) = house.door.may(&caller, toy, Action::See).await?;
    let who = caller.signed_in()?;
    let found = house.blocking(move |store| store.grants_of_toy(toy)).await?.into_iter().find(|grant| grant.id == id);
    // Who is not the owner is told of no grants but their own.
    let found = found.filter(|grant| standing == Standing::Owner || grant.account == who.account);
    let grant = found.ok_or_else(|| Problem::from(StoreError::Missing("grant")))?;
    let action = if grant.account == who.account { Action::GiveBack } else { Action::Share };
    house.door.may(&caller, toy, action).await?;
    house.blocking(move |store| store.delete_grant(id)).await?;
    house.door.revoke(Revoked::Grant { toy, account: grant.account });
    house.door.audit(&caller, "toy unshare", Some(toy)).await;
    Ok(StatusCode::NO_CONTENT)
}
