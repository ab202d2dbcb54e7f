//! Accounts: one's own password; others' for an admin.

use super::super::describe::{Always, Bodied, Clash, Named, SignedIn};
use super::super::take::{At, Read};
use super::{Device, Problem, Role};
use crate::House;
use crate::door::{AccountChange, Caller, Password};
use crate::id::AccountId;
use crate::store::Account;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(change_password)).routes(routes!(list)).routes(routes!(change))
}

/// The old password and a new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// As it is.
    #[schema(value_type = String, format = Password, max_length = 256)]
    old: Password,
    /// As it shall be: 8 to 256 characters.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 256)]
    new: Password,
}

/// Changes the caller's password. All other sessions end; this one gets a new cookie.
#[utoipa::path(post, path = "/account/password", tag = "people", request_body = NewPassword,
    responses((status = 204, description = "Changed"), Bodied, SignedIn, Always))]
async fn change_password(
    State(house): State<Arc<House>>,
    caller: Caller,
    Device(device): Device,
    Read(given): Read<NewPassword>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Problem> {
    let entered = house.door.change_password(&caller, given.old, given.new, &device).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, entered.cookie.set(house.secure))]))
}

/// An account, as an admin sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountOf {
    /// What it is called here.
    id: AccountId,
    /// What they sign in with.
    name: String,
    /// What it may do in the house.
    role: Role,
    /// May not sign in.
    disabled: bool,
    /// Most toys.
    toys: u32,
}

impl From<Account> for AccountOf {
    fn from(account: Account) -> AccountOf {
        let Account { id, name, role, disabled, toys, .. } = account;
        AccountOf { id, name, role: role.into(), disabled, toys }
    }
}

/// All accounts, for an admin.
#[utoipa::path(get, path = "/accounts", tag = "people",
    responses((status = 200, description = "By name", body = Vec<AccountOf>), SignedIn, Always))]
async fn list(State(house): State<Arc<House>>, caller: Caller) -> Result<Json<Vec<AccountOf>>, Problem> {
    Ok(Json(house.door.accounts(&caller).await?.into_iter().map(AccountOf::from).collect()))
}

/// What is to be changed of an account; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What it may do in the house; its sessions end.
    role: Option<Role>,
    /// May not sign in; its sessions end.
    disabled: Option<bool>,
    /// Most toys.
    #[schema(maximum = 10_000)]
    toys: Option<u32>,
}

/// Changes somebody else's account, for an admin who has given the password lately.
#[utoipa::path(patch, path = "/accounts/{id}", tag = "people",
    params(("id" = AccountId, Path, description = "Which account")), request_body = Change,
    responses((status = 200, description = "As it is now", body = AccountOf), Bodied, Named, Clash, SignedIn, Always))]
async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(id): At<AccountId>,
    Read(change): Read<Change>,
) -> Result<Json<AccountOf>, Problem> {
    let Change { role, disabled, toys } = change;
    let change = AccountChange { role: role.map(Into::into), disabled, toys };
    Ok(Json(house.door.change_account(&caller, id, change).await?.into()))
}
