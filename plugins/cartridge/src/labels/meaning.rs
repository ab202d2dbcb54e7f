//! What a place in memory says.

/// What a label says of a pet, its clock or its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Meaning {
    /// A meter: full is fed.
    Hunger,
    /// A meter: full is happy.
    Happiness,
    /// A meter: full is well behaved.
    Discipline,
    /// A meter: full is well trained.
    Training,
    /// In the toy's own unit.
    Weight,
    /// Years or days.
    Age,
    /// Not 0 while the light is on.
    Light,
    /// Heaps on the screen, or how dirty it is.
    Mess,
    /// Not 0 while it is ill or hurt.
    Sick,
    /// Not 0 while it sleeps.
    Asleep,
    /// Not 0 once it is dead.
    Dead,
    /// Not 0 while it calls.
    Calling,
    /// Which character it is.
    Character,
    /// How far it has grown.
    Stage,
    /// Seconds of the clock.
    ClockSeconds,
    /// Minutes of the clock.
    ClockMinutes,
    /// Hours of the clock, 0–23.
    ClockHours,
    /// Mistakes in its care.
    CareMistakes,
    /// Calls that nobody answered.
    MissedCalls,
    /// Which generation it is.
    Generation,
    /// Something else, by its name in symbol files.
    Other(&'static str),
}

/// Names in symbol files; the first of a meaning is the one that is written.
const NAMES: [(&str, Meaning); 37] = [
    ("hunger", Meaning::Hunger),
    ("fullness", Meaning::Hunger),
    ("happiness", Meaning::Happiness),
    ("happy", Meaning::Happiness),
    ("discipline", Meaning::Discipline),
    ("training", Meaning::Training),
    ("weight", Meaning::Weight),
    ("age", Meaning::Age),
    ("light", Meaning::Light),
    ("light_on", Meaning::Light),
    ("mess", Meaning::Mess),
    ("droppings", Meaning::Mess),
    ("poop", Meaning::Mess),
    ("sick", Meaning::Sick),
    ("ill", Meaning::Sick),
    ("asleep", Meaning::Asleep),
    ("sleeping", Meaning::Asleep),
    ("dead", Meaning::Dead),
    ("calling", Meaning::Calling),
    ("character", Meaning::Character),
    ("stage", Meaning::Stage),
    ("clock_seconds", Meaning::ClockSeconds),
    ("seconds", Meaning::ClockSeconds),
    ("second", Meaning::ClockSeconds),
    ("clock_minutes", Meaning::ClockMinutes),
    ("minutes", Meaning::ClockMinutes),
    ("minute", Meaning::ClockMinutes),
    ("clock_hours", Meaning::ClockHours),
    ("hours", Meaning::ClockHours),
    ("hour", Meaning::ClockHours),
    ("care_mistakes", Meaning::CareMistakes),
    ("care_miss", Meaning::CareMistakes),
    ("missed_calls", Meaning::MissedCalls),
    ("generation", Meaning::Generation),
    ("generations", Meaning::Generation),
    ("sickness", Meaning::Sick),
    ("attention", Meaning::Calling),
];

impl Meaning {
    /// The name that symbol files carry.
    #[must_use]
    pub fn name(self) -> &'static str {
        if let Self::Other(name) = self {
            return name;
        }
        NAMES.iter().find(|(_, meaning)| *meaning == self).map_or("", |(name, _)| name)
    }

    /// The meaning of a name in a symbol file, capital or small letters; never [`Meaning::Other`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Meaning> {
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, meaning)| *meaning)
    }

    /// Every name that symbol files may carry, with its meaning; of several names of a meaning the
    /// first is written.
    pub fn names() -> impl Iterator<Item = (&'static str, Meaning)> {
        NAMES.into_iter()
    }

    /// Whether it is a meter that can be full.
    #[must_use]
    pub fn is_meter(self) -> bool {
        matches!(self, Self::Hunger | Self::Happiness | Self::Discipline | Self::Training)
    }
}
