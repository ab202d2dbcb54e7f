//! Who asks a daycare: requests take seconds, and a frame must not wait for them.

use super::gate::{Gate, Met, start};
use crate::daycare::{Carrying, DaycareTold, Door, Password, ThereRow};
use crate::toasts::sentence;
use async_channel::{Receiver, Sender, TrySendError, bounded};
use eggtooth_livelink::client::{ClientError, Daycare, Id as WireId, LiveHandle, NewToy, Session, TableTicket, Toy};
use eggtooth_livelink::message::Standing;
use eggtooth_toy::{Carrier, CarryError, CarryRequest, End, Home, Id, Mark, Want, Wire, now_millis, span};
use eggtooth_vault::Slug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tasks that may wait; a player who asks for more is told to wait.
const TASKS: usize = 8;
/// Answers that may wait. The worker waits where there are more, except with how far a carriage is.
const ANSWERS: usize = 64;

/// What the worker is asked for.
#[derive(Debug)]
pub(super) enum Task {
    Known,
    Meet(String),
    Confirm,
    Leave,
    SignIn(String, Password),
    SignOut,
    Toys,
    Create(String),
    Carry(Slug),
    TakeHome(Id, String),
    /// After the password was given once more.
    Again(Password, Id, String),
    GoOn(Slug),
    GiveUp(Slug),
    Run(Id, bool),
    SetClock(Id),
    Live(Id),
    /// It opens a table, or sits down at somebody's.
    Sit(Id, Option<String>),
    /// The table at which it sits, if it does.
    LookAtTable(Id),
}

/// What it answers.
#[derive(Debug)]
pub(super) enum Said {
    Known(Vec<(String, Option<String>)>),
    Door(Door),
    Toys(Vec<ThereRow>),
    /// A toy that was made.
    Made(ThereRow),
    Live(Id, Box<LiveHandle>),
    NotLive(Id, String),
    /// Where it sits, if it does; and whether it was asked to sit down.
    Table(Id, bool, Result<Option<TableTicket>, String>),
    Way(Carrying),
    Carried {
        slug: Slug,
        name: String,
        end: End,
        why: Option<String>,
    },
    /// A toy that is handed over only after the password was given once more.
    Again(Id, String),
    /// A pet that has not come to an end of its way.
    Stuck(Slug),
    Told(DaycareTold),
    /// A task is over.
    Idle,
}

/// The worker's desk end. It ends with it.
pub(super) struct Worker {
    tasks: Sender<Task>,
    answers: Receiver<Said>,
    stop: Arc<AtomicBool>,
}

impl Worker {
    /// Starts it; `None` where this computer has no thread for it.
    pub(super) fn start(home: &Home) -> Option<Worker> {
        let (tasks, asked) = bounded(TASKS);
        let (say, answers) = bounded(ANSWERS);
        let stop = Arc::new(AtomicBool::new(false));
        let room = Room { home: home.clone(), gate: Gate::new(home), say, stop: stop.clone(), here: None };
        start(move || room.serve(asked)).then_some(Worker { tasks, answers, stop })
    }

    /// Asks for something; false where too much is waiting already.
    pub(super) fn ask(&self, task: Task) -> bool {
        self.tasks.try_send(task).is_ok()
    }

    /// Turns back with what is being carried.
    pub(super) fn turn_back(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The next answer.
    pub(super) fn heard(&self) -> Option<Said> {
        self.answers.try_recv().ok()
    }
}

/// A daycare that was reached.
struct Here {
    daycare: Daycare,
    name: String,
    session: Option<Session>,
}

struct Room {
    home: Home,
    gate: Gate,
    say: Sender<Said>,
    stop: Arc<AtomicBool>,
    here: Option<Here>,
}

/// What went wrong, for the player.
type Failed = Result<(), String>;

impl Room {
    async fn serve(mut self, asked: Receiver<Task>) {
        while let Ok(task) = asked.recv().await {
            self.stop.store(false, Ordering::Relaxed);
            if let Err(why) = self.obey(task).await {
                self.tell(Said::Told(DaycareTold::Ill(sentence(&why)))).await;
            }
            self.tell(Said::Idle).await;
        }
    }

    async fn tell(&self, said: Said) {
        // The desk is gone: so is the worker, at its next task.
        let _ = self.say.send(said).await;
    }

    async fn obey(&mut self, task: Task) -> Failed {
        match task {
            Task::Known => {
                let known = self.gate.known()?;
                self.tell(Said::Known(known)).await;
                Ok(())
            }
            Task::Meet(typed) => {
                let met = self.gate.meet(&typed).await?;
                self.here = None;
                match met {
                    Met::New { url, name, fingerprint } => {
                        self.tell(Said::Door(Door::New { url, name, fingerprint })).await;
                        Ok(())
                    }
                    Met::Known(daycare) => self.open(daycare).await,
                }
            }
            Task::Confirm => match self.gate.confirm()? {
                Some(daycare) => self.open(daycare).await,
                None => Ok(()),
            },
            Task::Leave => {
                self.gate.leave();
                self.here = None;
                self.tell(Said::Door(Door::Outside)).await;
                Ok(())
            }
            Task::SignIn(name, password) => {
                let Some(here) = &mut self.here else { return Ok(()) };
                let session = here.daycare.sign_in(&name, &password.0).await.map_err(|error| error.to_string())?;
                here.session = Some(session);
                self.enter().await
            }
            Task::SignOut => {
                let Some(here) = &mut self.here else { return Ok(()) };
                here.session = None;
                let done = here.daycare.sign_out().await;
                self.tell(Said::Door(self.door())).await;
                done.map_err(|error| error.to_string())
            }
            Task::Toys => self.toys().await,
            Task::Create(name) => {
                let toy =
                    self.there(async |daycare| daycare.create(&NewToy { name, ..NewToy::default() }).await).await?;
                self.tell(Said::Made(row(&toy))).await;
                self.toys().await
            }
            Task::Run(toy, running) => {
                self.there(async |daycare| daycare.run(WireId(toy), running).await).await?;
                Ok(())
            }
            Task::SetClock(toy) => {
                self.there(async |daycare| daycare.set_clock(WireId(toy)).await).await?;
                self.tell(Said::Told(DaycareTold::Well("The daycare presses its clock right.".into()))).await;
                Ok(())
            }
            Task::Live(toy) => match self.there(async |daycare| daycare.live(WireId(toy))).await {
                Ok(handle) => {
                    self.tell(Said::Live(toy, Box::new(handle))).await;
                    Ok(())
                }
                Err(why) => {
                    self.tell(Said::NotLive(toy, sentence(&why))).await;
                    Ok(())
                }
            },
            Task::Sit(toy, invite) => {
                let sits = self.there(async |daycare| daycare.sit(WireId(toy), invite.as_deref()).await).await;
                self.tell(Said::Table(toy, true, sits.map(Some))).await;
                Ok(())
            }
            Task::LookAtTable(toy) => {
                let sits = self.there(async |daycare| daycare.look_at_table(WireId(toy)).await).await;
                self.tell(Said::Table(toy, false, sits)).await;
                Ok(())
            }
            Task::Carry(slug) => {
                self.carry(&slug, |room, wire| {
                    let id = WireId::random().map_err(|error| error.to_string())?;
                    Carrier::away(&room.home, &slug, wire, id.0).map(Some).map_err(|error| error.to_string())
                })
                .await
            }
            Task::TakeHome(toy, name) => self.carry_home(toy, &name).await,
            Task::Again(password, toy, name) => {
                let session = self.there(async |daycare| daycare.sign_in_again(&password.0).await).await?;
                self.here.iter_mut().for_each(|here| here.session = Some(session.clone()));
                self.carry_home(toy, &name).await
            }
            Task::GoOn(slug) => {
                self.carry(&slug, |room, _| Carrier::resume(&room.home, &slug).map_err(|error| error.to_string())).await
            }
            Task::GiveUp(slug) => {
                self.stop.store(true, Ordering::Relaxed);
                self.carry(&slug, |room, _| Carrier::resume(&room.home, &slug).map_err(|error| error.to_string())).await
            }
        }
    }

    /// Goes to a daycare: in, or to its door.
    async fn open(&mut self, daycare: Daycare) -> Failed {
        let hello = daycare.hello().await.map_err(|error| error.to_string())?;
        if !hello.set_up {
            return Err(format!("{} has not been set up yet; open it in a browser first", daycare.address()));
        }
        let session = daycare.session().await.map_err(|error| error.to_string())?;
        self.here = Some(Here { daycare, name: hello.name, session });
        self.enter().await
    }

    /// Says where the player stands, and what is there.
    async fn enter(&mut self) -> Failed {
        self.tell(Said::Door(self.door())).await;
        if self.here.as_ref().is_some_and(|here| here.session.is_some()) { self.toys().await } else { Ok(()) }
    }

    fn door(&self) -> Door {
        let Some(here) = &self.here else { return Door::Outside };
        let (url, name) = (here.daycare.address().url(), here.name.clone());
        match &here.session {
            Some(session) => Door::In { url, name, account: session.name.clone() },
            None => {
                let known = self.gate.known().unwrap_or_default();
                let account = known.into_iter().find(|(known, _)| *known == url).and_then(|(_, name)| name);
                Door::SignedOut { url, name, account: account.unwrap_or_default() }
            }
        }
    }

    /// Asks for something that needs a session. Who is signed out meanwhile stands at the door again.
    async fn there<T>(&mut self, ask: impl AsyncFnOnce(&Daycare) -> Result<T, ClientError>) -> Result<T, String> {
        let Some(here) = self.here.as_ref().filter(|here| here.session.is_some()) else {
            return Err("you are not signed in at a daycare; go to one first".into());
        };
        let result = ask(&here.daycare).await;
        if result.as_ref().err().and_then(ClientError::status) == Some(401) {
            if let Some(here) = &mut self.here {
                here.session = None;
            }
            self.tell(Said::Door(self.door())).await;
        }
        result.map_err(|error| error.to_string())
    }

    async fn toys(&mut self) -> Failed {
        let toys = self.there(async |daycare| daycare.toys().await).await?;
        self.tell(Said::Toys(toys.iter().map(row).collect())).await;
        Ok(())
    }

    async fn carry_home(&mut self, toy: Id, name: &str) -> Failed {
        let id = WireId::random().map_err(|error| error.to_string())?;
        let wire = self.wire()?;
        let carrier = Carrier::home(&self.home, &wire, toy, name, id.0).map_err(|error| error.to_string())?;
        let slug = carrier.slug().clone();
        self.carry(&slug, move |_, _| Ok(Some(carrier))).await
    }

    /// Whether the password was given a short time ago, or nobody can say.
    async fn is_fresh(&self) -> bool {
        let Some(here) = &self.here else { return true };
        here.daycare.session().await.ok().flatten().is_none_or(|session| session.strong)
    }

    fn wire(&self) -> Result<Wire, String> {
        let here = self.here.as_ref().and_then(|here| Some((here, here.session.as_ref()?)));
        here.map(|(here, session)| Wire::new(here.daycare.clone(), session))
            .ok_or_else(|| "you are not signed in at a daycare; go to one first".into())
    }

    /// Carries a pet to the end of its way, and says how far it is.
    async fn carry(
        &mut self,
        slug: &Slug,
        begin: impl FnOnce(&Room, &Wire) -> Result<Option<Carrier>, String>,
    ) -> Failed {
        let carried = self.carry_on(slug, begin).await;
        match carried {
            Ok((name, end, why)) => {
                if let (End::There(toy), Some(_), false) = (end, &why, self.is_fresh().await) {
                    self.tell(Said::Again(toy, name.clone())).await;
                }
                self.tell(Said::Carried { slug: slug.clone(), name, end, why }).await;
                self.toys().await
            }
            Err(why) => {
                self.tell(Said::Stuck(slug.clone())).await;
                Err(why)
            }
        }
    }

    /// What the pet is called, where it has come to, and why it turned back.
    async fn carry_on(
        &self,
        slug: &Slug,
        begin: impl FnOnce(&Room, &Wire) -> Result<Option<Carrier>, String>,
    ) -> Result<(String, End, Option<String>), String> {
        let mut wire = self.wire()?;
        let mut carrier = begin(self, &wire)?.ok_or("it is not on its way any more")?;
        let name = self.home.dir().entry(slug).map(|entry| entry.name().to_owned()).unwrap_or_default();
        let mut stopping = false;
        loop {
            if !stopping && self.stop.load(Ordering::Relaxed) {
                carrier.stop();
                stopping = true;
            }
            let away = carrier.carry().toy().is_none();
            let per_cent = per_cent(carrier.carry().want(), away);
            let way = Said::Way(Carrying { name: name.clone(), away, per_cent, stopping });
            if let Err(TrySendError::Closed(_)) = self.say.try_send(way) {
                return Err("the game is closing".into());
            }
            match carrier.step(&mut wire, now_millis()).await {
                Ok(None) => {}
                Ok(Some(end)) => return Ok((name, end, carrier.carry().why().map(sentence))),
                Err(error @ CarryError::OtherAccount { .. }) => return Err(error.to_string()),
                Err(error) => return Err(format!("{name} is on its way still: {error}")),
            }
        }
    }
}

/// How much of the way is behind a pet.
fn per_cent(want: Want, away: bool) -> u8 {
    match want {
        Want::Write(Mark::Leaving | Mark::Arriving) => 10,
        Want::Ask(CarryRequest::Look) => 25,
        Want::Ask(CarryRequest::Arrive) => 50,
        Want::Ask(CarryRequest::Leave) => 30,
        Want::Write(Mark::Parcel) => 50,
        Want::Ask(CarryRequest::Done) => 70,
        Want::Ask(CarryRequest::Cancel | CarryRequest::Abort) => 60,
        Want::Write(Mark::Handle(_)) => {
            if away {
                85
            } else {
                90
            }
        }
        Want::Write(Mark::Here) => 90,
        Want::End(_) => 100,
    }
}

/// A toy as the panel shows it.
fn row(toy: &Toy) -> ThereRow {
    let own = toy.standing == Standing::Owner;
    let condition = match toy.condition {
        condition if condition.broken => "It is broken",
        condition if condition.leaving => "It is being carried away",
        condition if condition.catching_up => "It lives what it missed",
        condition if !condition.running => "Its time stands still",
        condition if condition.calling => "It calls",
        condition if condition.asleep => "It sleeps",
        _ => "Awake",
    };
    let lived = span(toy.tick / eggtooth_toy::TICKS_PER_SECOND);
    let whose = if own { String::new() } else { format!(" {}'s.", toy.owner) };
    ThereRow { id: toy.id.0, name: toy.name.clone(), detail: format!("{condition}; lived for {lived}.{whose}"), own }
}
