//! What who looks after the house sees: how it fares, and nothing of anybody's toys but that they are there.

use super::describe::{Always, Queried, SignedIn};
use super::take::Asked;
use super::toys::{ConditionOfToy, condition};
use super::{Opened, Problem};
use crate::door::{Action, Caller};
use crate::host::Fares;
use crate::house::House;
use crate::id::ToyId;
use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Toys that one request gets.
const PAGE: usize = 100;

/// The operator's routes.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(operator))
}

/// A median, the 99th of a hundred, and the worst, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct Spread {
    /// Half were below.
    median: f64,
    /// 99 of 100 were below.
    p99: f64,
    /// None was above.
    worst: f64,
}

impl From<[f64; 3]> for Spread {
    fn from([median, p99, worst]: [f64; 3]) -> Spread {
        Spread { median, p99, worst }
    }
}

/// How the engine room fares.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FaresShown {
    /// Toys that live here.
    toys: usize,
    /// Toys that are watched.
    watched: usize,
    /// Watchers.
    watchers: usize,
    /// Toys that live what they missed.
    catching_up: usize,
    /// Toys that could not be restored.
    broken: usize,
    /// By how many milliseconds watched toys were late lately.
    watched_late: Spread,
    /// The same of the others.
    late: Spread,
    /// Milliseconds from a press's arrival to its acknowledgement lately.
    acknowledged: Spread,
    /// The share of the time in which the engine room worked, 0 to 1 for each core.
    load: f64,
    /// Presses since the start.
    presses: u64,
}

impl From<Fares> for FaresShown {
    fn from(fares: Fares) -> FaresShown {
        let Fares { toys, watched, watchers, catching_up, broken, load, presses, .. } = fares;
        let (watched_late, late) = (fares.watched_late.into(), fares.late.into());
        let acknowledged = fares.acknowledged.into();
        FaresShown { toys, watched, watchers, catching_up, broken, watched_late, late, acknowledged, load, presses }
    }
}

/// How much the store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoreShown {
    /// Toys.
    toys: u64,
    /// Accounts.
    accounts: u64,
    /// Journal records.
    entries: u64,
    /// Snapshots.
    snapshots: u64,
    /// Bytes on the disk.
    bytes: u64,
}

/// A toy, as far as it concerns who looks after the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToyShown {
    /// Which.
    id: ToyId,
    /// The name of whose it is.
    owner: String,
    /// How many watch it live.
    watchers: u32,
    /// Its age in periods of 1/32,768 s.
    tick: u64,
    /// How it is.
    condition: ConditionOfToy,
}

/// How the daycare fares.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Operator {
    /// The program's.
    version: &'static str,
    /// Seconds since it was started.
    uptime: u64,
    /// At most 100 toys, in order of their identifiers, after the one that was asked for.
    toys: Vec<ToyShown>,
    /// The engine room.
    fares: FaresShown,
    /// The store.
    store: StoreShown,
    /// Sessions that are signed in.
    sessions: usize,
    /// Live links that are open.
    live: usize,
}

/// Where the list of toys goes on.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct After {
    /// Only toys whose identifier is higher.
    after: Option<ToyId>,
}

/// How the daycare fares; for who looks after it.
#[utoipa::path(get, path = "/operator", tag = "operator", params(After),
    responses((status = 200, description = "At this moment", body = Operator), Queried, SignedIn, Always))]
async fn operator(
    State(house): State<Arc<House>>,
    Extension(opened): Extension<Opened>,
    caller: Caller,
    Asked(list): Asked<After>,
) -> Result<Json<Operator>, Problem> {
    house.door.may_house(&caller, Action::Operate)?;
    let (rows, numbers, sessions) = house
        .blocking(move |store| {
            let mut rows = Vec::new();
            store.each_toy(&mut |row| {
                if rows.len() < PAGE && list.after.is_none_or(|after| row.id > after) {
                    rows.push(row);
                }
            })?;
            let rows: Result<Vec<_>, _> =
                rows.into_iter().map(|row| store.account(row.owner).map(|owner| (owner.name, row))).collect();
            let mut sessions = 0;
            for account in store.accounts()? {
                sessions += store.sessions_of(account.id)?.len();
            }
            Ok((rows?, store.numbers()?, sessions))
        })
        .await?;
    let mut toys = Vec::with_capacity(rows.len());
    for (owner, row) in rows {
        let (tick, condition) = condition(&house, &row).await?;
        toys.push(ToyShown { id: row.id, owner, watchers: condition.watchers, tick, condition: condition.into() });
    }
    let crate::store::Numbers { toys: known, accounts, entries, snapshots, bytes, .. } = numbers;
    Ok(Json(Operator {
        version: env!("CARGO_PKG_VERSION"),
        uptime: opened.0.elapsed().as_secs(),
        toys,
        fares: house.host.fares().await?.into(),
        store: StoreShown { toys: known, accounts, entries, snapshots, bytes },
        sessions,
        live: house.door.seats(),
    }))
}
