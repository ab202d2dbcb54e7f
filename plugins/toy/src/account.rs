//! What happened to a pet while nobody looked, and how to say it.

use crate::absence::{count, span};
use crate::machine::Machine;
use crate::watch::{Fact, Watch};
use eggtooth_chip::{Edge, Sink, TICKS_PER_SECOND};

/// Tones with less silence between them are one tune.
const SILENCE: u64 = 2 * TICKS_PER_SECOND;

/// Calls of a pet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// How many began.
    pub count: u64,
    /// The tick at which the first was noticed.
    pub first: Option<u64>,
    /// The tick at which the last was noticed.
    pub last: Option<u64>,
    /// Ticks during which it called, the call it was left with included.
    pub ticks: u64,
    /// Calls that it gave up, where its memory counts them.
    pub given_up: u64,
}

/// What happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Ticks lived.
    pub lived: u64,
    /// Its memory was understood; otherwise only icons and sound were.
    pub labelled: bool,
    /// Its calls.
    pub calls: Calls,
    /// How often it was fed.
    pub meals: u64,
    /// It became hungrier.
    pub hungrier: bool,
    /// How much it made that is to be cleaned.
    pub messes: u64,
    /// How often it fell ill.
    pub illnesses: u64,
    /// How often it went to sleep.
    pub sleeps: u64,
    /// The stages it reached, with the tick, in order.
    pub growth: Vec<(u64, u16)>,
    /// The tick at which it died.
    pub died: Option<u64>,
    /// How often the buzzer sounded; a tune is once.
    pub tunes: u64,
    /// At the end it is hungry: nothing left of its fullness.
    pub hungry: bool,
    /// At the end it is ill.
    pub ill: bool,
    /// At the end it sleeps.
    pub asleep: bool,
    /// At the end it calls.
    pub calling: bool,
}

/// Stages that are told one by one; a program that uses the place otherwise fills no page.
const MOST_STAGES: usize = 16;

/// Collects an [`Account`]: takes a machine's edges, and looks into it from time to time.
#[derive(Clone, Debug)]
pub struct Watcher {
    watch: Watch,
    account: Account,
    /// The values at the last look, by [`Fact::ALL`].
    before: [Option<u16>; Fact::ALL.len()],
    calling: bool,
    looked: u64,
    sounding: bool,
    silent_since: Option<u64>,
}

impl Watcher {
    /// Begins with the machine as it is.
    #[must_use]
    pub fn new(machine: &Machine, watch: Watch) -> Watcher {
        let before = Fact::ALL.map(|fact| watch.read(fact, machine));
        let calling = watch.calls(machine);
        let account = Account { labelled: !watch.is_empty(), ..Account::default() };
        let (looked, sounding) = (machine.tick(), machine.tone().is_some());
        Watcher { watch, account, before, calling, looked, sounding, silent_since: None }
    }

    /// Looks at the machine at `tick`, which does not fall. What comes and goes between two looks is
    /// not seen: look every half second.
    pub fn look(&mut self, machine: &Machine, tick: u64) {
        let passed = tick.saturating_sub(self.looked);
        self.looked = tick;
        self.account.lived += passed;
        if self.calling {
            self.account.calls.ticks += passed;
        }
        let calls = self.watch.calls(machine);
        if calls && !self.calling {
            let calls = &mut self.account.calls;
            calls.count += 1;
            calls.first.get_or_insert(tick);
            calls.last = Some(tick);
        }
        self.calling = calls;
        for fact in Fact::ALL {
            let Some(value) = self.watch.read(fact, machine) else { continue };
            let before = self.before[fact as usize].replace(value).unwrap_or(value);
            if value != before {
                self.changed(fact, before, value, tick);
            }
        }
    }

    fn changed(&mut self, fact: Fact, before: u16, value: u16, tick: u64) {
        let account = &mut self.account;
        let risen = u64::from(value.saturating_sub(before));
        match fact {
            // Before the first stage there was no pet: hearts are dealt out, not fed.
            Fact::Growth if account.growth.len() < MOST_STAGES => account.growth.push((tick, value)),
            Fact::Fullness if risen > 0 && account.growth.last().is_none_or(|(at, _)| *at != tick) => {
                account.meals += 1;
            }
            Fact::Fullness => account.hungrier |= value < before,
            Fact::Mess => account.messes += risen,
            Fact::Sick => account.illnesses += u64::from(before == 0),
            Fact::Asleep => account.sleeps += u64::from(before == 0),
            Fact::Dead if before == 0 => account.died = account.died.or(Some(tick)),
            Fact::Missed => account.calls.given_up += risen,
            _ => {}
        }
    }

    /// What has happened so far.
    #[must_use]
    pub fn account(&self) -> Account {
        let value = |fact: Fact| self.before[fact as usize];
        Account {
            hungry: value(Fact::Fullness) == Some(0) && value(Fact::Growth) != Some(0),
            ill: value(Fact::Sick).is_some_and(|sick| sick != 0),
            asleep: value(Fact::Asleep).is_some_and(|asleep| asleep != 0),
            calling: self.calling,
            ..self.account.clone()
        }
    }

    /// What has happened so far; from now on it is collected anew.
    pub fn take(&mut self) -> Account {
        let taken = self.account();
        self.account = Account { labelled: taken.labelled, ..Account::default() };
        taken
    }

    /// Whether something has happened that an account tells, time that passes aside.
    #[must_use]
    pub fn has_news(&self) -> bool {
        let a = &self.account;
        a.calls.count + a.calls.given_up + a.meals + a.messes + a.illnesses + a.sleeps > 0
            || !a.growth.is_empty()
            || a.died.is_some()
    }

    /// Whether it called at the last look.
    #[must_use]
    pub fn is_calling(&self) -> bool {
        self.calling
    }

    /// Whether it slept at the last look, as far as its memory is known.
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.before[Fact::Asleep as usize].is_some_and(|asleep| asleep != 0)
    }

    /// What is known of the ROM.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }
}

impl Sink for Watcher {
    fn edge(&mut self, tick: u64, edge: Edge) {
        let Edge::Tone(tone) = edge else { return };
        match (self.sounding, tone.is_some()) {
            (false, true) => {
                let new = self.silent_since.is_none_or(|since| tick.saturating_sub(since) >= SILENCE);
                self.account.tunes += u64::from(new);
            }
            (true, false) => self.silent_since = Some(tick),
            _ => {}
        }
        self.sounding = tone.is_some();
    }
}

/// `once`, `twice`, `3 times`.
fn times(n: u64) -> String {
    match n {
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{n} times"),
    }
}

/// `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl Account {
    /// One to four plain sentences about the pet of this name.
    #[must_use]
    pub fn sentences(&self, name: &str, watch: &Watch) -> Vec<String> {
        let mut did = Vec::new();
        if self.calls.count > 0 {
            did.push(format!("called {}", times(self.calls.count)));
        }
        if self.meals > 0 {
            did.push(format!("was fed {}", times(self.meals)));
        } else if self.hungrier {
            did.push("was fed by nobody".into());
        }
        match self.messes {
            0 => {}
            1 => did.push("made a mess".into()),
            n => did.push(format!("made {n} messes")),
        }
        match self.illnesses {
            0 => {}
            1 => did.push("fell ill".into()),
            n => did.push(format!("fell ill {}", times(n))),
        }
        if self.sleeps > 0 {
            did.push(format!("went to sleep {}", times(self.sleeps)));
        }
        // Without a memory that is understood, sound is all there is beside the icon.
        if !self.labelled && self.tunes > 0 {
            did.push(format!("beeped {}", times(self.tunes)));
        }
        did.extend(self.grew(watch));
        if self.died.is_some() {
            did.push("died".into());
        }
        if did.is_empty() {
            return vec!["Nothing happened.".into()];
        }
        let mut sentences = vec![format!("{name} {}.", listed(&did))];
        let waited = self.calls.ticks / TICKS_PER_SECOND;
        if waited >= 60 {
            sentences.push(format!("It called for {} in all.", span(waited)));
        }
        match self.calls.given_up {
            0 => {}
            n if n >= self.calls.count => sentences.push("Nobody answered.".into()),
            n => sentences.push(format!("Nobody answered {n} of the calls.")),
        }
        sentences.extend(self.now());
        sentences
    }

    fn grew(&self, watch: &Watch) -> Vec<String> {
        let mut did: Vec<String> = Vec::new();
        let mut plain = 0;
        for (_, stage) in &self.growth {
            match watch.growth(*stage) {
                Some(words) => did.push(words.to_owned()),
                None => plain += 1,
            }
        }
        match plain {
            0 => {}
            1 => did.push("grew".into()),
            n => did.push(format!("grew by {}", count(n, "stage"))),
        }
        did
    }

    /// How it is now.
    fn now(&self) -> Option<String> {
        if self.died.is_some() {
            return None;
        }
        let states = [(self.asleep, "asleep"), (self.hungry, "hungry"), (self.ill, "ill"), (self.calling, "calling")];
        let is: Vec<String> = states.into_iter().filter(|state| state.0).map(|state| state.1.to_owned()).collect();
        (!is.is_empty()).then(|| format!("It is {} now.", listed(&is)))
    }
}

#[cfg(test)]
mod tests;
