//! A toy as the API shows it.

use crate::door::{Action, Standing, Who, can};
use crate::host::{Condition, HostError};
use crate::house::House;
use crate::http::Problem;
use crate::id::{Millis, RomKey, ToyId};
use crate::store::{StoreError, ToyRow, ToyState};
use serde::Serialize;
use utoipa::ToSchema;

/// A toy, as far as the caller may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Toy {
    /// What it is called by programs.
    pub id: ToyId,
    /// What it is called by people; two toys may share a name.
    pub name: String,
    /// The name of whose it is.
    pub owner: String,
    /// How the caller stands towards it.
    pub standing: StandingWord,
    /// Its program; null for everybody but its owner.
    pub rom: Option<RomOfToy>,
    /// The wiring.
    pub model: String,
    /// How its shell is painted.
    pub theme: String,
    /// Whether it sounds at all.
    pub sound: bool,
    /// Hours of an outage of the daycare that it lives through; null for everybody but its owner.
    pub mercy_hours: Option<u16>,
    /// When it came, in milliseconds since 1970 UTC.
    pub created: Millis,
    /// Its age in periods of 1/32,768 s.
    pub tick: u64,
    /// How it is.
    pub condition: ConditionOfToy,
}

/// What a caller may do with a toy, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(rename_all = "lowercase")]
pub enum StandingWord {
    /// Whose it is.
    Owner,
    /// Looks, listens and presses.
    Caretaker,
    /// Looks and listens.
    Viewer,
}

impl StandingWord {
    /// `None` for who has no business with the toy.
    #[must_use]
    pub fn of(standing: Standing) -> Option<StandingWord> {
        match standing {
            Standing::Owner => Some(StandingWord::Owner),
            Standing::Caretaker => Some(StandingWord::Caretaker),
            Standing::Viewer => Some(StandingWord::Viewer),
            Standing::Nobody | Standing::Stranger => None,
        }
    }
}

/// The program of a toy, for its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RomOfToy {
    /// In the owner's vault.
    pub key: RomKey,
    /// What its owner calls it.
    pub name: String,
}

/// How a toy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConditionOfToy {
    /// Its time passes.
    pub running: bool,
    /// It is living what it missed.
    pub catching_up: bool,
    /// It calls for somebody.
    pub calling: bool,
    /// It sleeps, as far as its memory is known.
    pub asleep: bool,
    /// It could not be restored.
    pub broken: bool,
    /// It is being carried to another home.
    pub leaving: bool,
    /// How many watch it live.
    pub watchers: u32,
}

impl From<Condition> for ConditionOfToy {
    fn from(condition: Condition) -> ConditionOfToy {
        let Condition { running, catching_up, calling, asleep, broken, leaving, watchers } = condition;
        ConditionOfToy { running, catching_up, calling, asleep, broken, leaving, watchers }
    }
}

/// Tick and condition: of the living toy, else what its row says.
pub async fn look(house: &House, row: &ToyRow) -> Result<(u64, Condition), Problem> {
    match house.host.look(row.id).await {
        Ok((picture, condition)) => Ok((picture.tick, condition)),
        Err(HostError::NoSuchToy | HostError::Untouchable(_)) => {
            let condition = Condition {
                broken: row.state == ToyState::Broken,
                leaving: matches!(row.state, ToyState::Leaving(_)),
                ..Condition::default()
            };
            Ok((row.anchor.tick, condition))
        }
        Err(error) => Err(error.into()),
    }
}

/// A toy as `who` may see it.
///
/// # Errors
/// When the store or the engine room does not answer, or `who` has no business with it.
pub async fn toy(house: &House, who: &Who, row: ToyRow, standing: Standing) -> Result<Toy, Problem> {
    let word = StandingWord::of(standing).ok_or_else(|| Problem::missing("there is no such toy for you"))?;
    let sees = |action| can(standing, Some(who.role), who.strong, action);
    let (tick, condition) = look(house, &row).await?;
    let (key, account) = (row.rom, row.owner);
    let (owner, rom) = house
        .blocking(move |store| {
            let rom = match store.rom(key) {
                Ok(rom) => rom.name,
                Err(StoreError::Missing(_)) => String::new(),
                Err(error) => return Err(error),
            };
            Ok((store.account(account)?.name, rom))
        })
        .await?;
    Ok(Toy {
        id: row.id,
        name: row.name,
        owner,
        standing: word,
        rom: sees(Action::SwapRom).then_some(RomOfToy { key, name: rom }),
        model: row.model,
        theme: row.theme,
        sound: row.sound,
        mercy_hours: sees(Action::Mercy).then_some(row.mercy_hours),
        created: row.created,
        tick,
        condition: condition.into(),
    })
}
