//! The thread that asks a daycare: requests take seconds, and a frame must not wait for them.

use crate::daycare::{Carrying, DaycareTold, Door, Password, ThereRow};
use crate::toasts::sentence;
use eggtooth_livelink::client::{Address, ClientError, Daycare, FirstContact, Id as WireId, LiveHandle, NewToy, Pins};
use eggtooth_livelink::client::{Session, Toy, first_contact};
use eggtooth_livelink::message::Standing;
use eggtooth_toy::{Carrier, CarryError, CarryRequest, End, Home, Id, Mark, Want, Wire, now_millis, span};
use eggtooth_vault::Slug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Tasks that may wait; a player who asks for more is told to wait.
const TASKS: usize = 8;
/// Answers that may wait. The thread waits where there are more, except with how far a carriage is.
const ANSWERS: usize = 64;

/// What the thread is asked for.
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

/// The thread's desk end. It ends with it.
pub(super) struct Worker {
    tasks: SyncSender<Task>,
    // A resource is shared between threads; nobody but the main one takes.
    answers: Mutex<Receiver<Said>>,
    stop: Arc<AtomicBool>,
}

impl Worker {
    /// Starts it; `None` where this computer has no thread for it.
    pub(super) fn start(home: &Home) -> Option<Worker> {
        let (tasks, asked) = sync_channel(TASKS);
        let (say, answers) = sync_channel(ANSWERS);
        let stop = Arc::new(AtomicBool::new(false));
        let pins = Arc::new(Pins::new(home.dir().path()));
        let room = Room { home: home.clone(), pins, say, stop: stop.clone(), met: None, here: None };
        thread::Builder::new().name("daycare".into()).spawn(move || room.serve(&asked)).ok()?;
        Some(Worker { tasks, answers: Mutex::new(answers), stop })
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
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok()
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
    pins: Arc<Pins>,
    say: SyncSender<Said>,
    stop: Arc<AtomicBool>,
    /// One that is to be confirmed.
    met: Option<FirstContact>,
    here: Option<Here>,
}

/// What went wrong, for the player.
type Failed = Result<(), String>;

impl Room {
    fn serve(mut self, asked: &Receiver<Task>) {
        while let Ok(task) = asked.recv() {
            self.stop.store(false, Ordering::Relaxed);
            if let Err(why) = self.obey(task) {
                self.tell(Said::Told(DaycareTold::Ill(sentence(&why))));
            }
            self.tell(Said::Idle);
        }
    }

    fn tell(&self, said: Said) {
        // The desk is gone: so is this thread, at its next task.
        let _ = self.say.send(said);
    }

    fn obey(&mut self, task: Task) -> Failed {
        match task {
            Task::Known => {
                let known = self.pins.known().map_err(|error| error.to_string())?;
                self.tell(Said::Known(known.into_iter().map(|(address, account)| (address.url(), account)).collect()));
                Ok(())
            }
            Task::Meet(typed) => self.meet(&typed),
            Task::Confirm => match self.met.take() {
                Some(met) => self.confirm(&met),
                None => Ok(()),
            },
            Task::Leave => {
                (self.met, self.here) = (None, None);
                self.tell(Said::Door(Door::Outside));
                Ok(())
            }
            Task::SignIn(name, password) => {
                let Some(here) = &mut self.here else { return Ok(()) };
                let session = here.daycare.sign_in(&name, &password.0).map_err(|error| error.to_string())?;
                here.session = Some(session);
                self.enter()
            }
            Task::SignOut => {
                let Some(here) = &mut self.here else { return Ok(()) };
                here.session = None;
                let done = here.daycare.sign_out();
                self.tell(Said::Door(self.door()));
                done.map_err(|error| error.to_string())
            }
            Task::Toys => self.toys(),
            Task::Create(name) => {
                let toy = self.there(|daycare| daycare.create(&NewToy { name: name.clone(), ..NewToy::default() }))?;
                self.tell(Said::Made(row(&toy)));
                self.toys()
            }
            Task::Run(toy, running) => {
                self.there(|daycare| daycare.run(WireId(toy), running))?;
                Ok(())
            }
            Task::SetClock(toy) => {
                self.there(|daycare| daycare.set_clock(WireId(toy)))?;
                self.tell(Said::Told(DaycareTold::Well("The daycare presses its clock right.".into())));
                Ok(())
            }
            Task::Live(toy) => match self.there(|daycare| daycare.live(WireId(toy))) {
                Ok(handle) => {
                    self.tell(Said::Live(toy, Box::new(handle)));
                    Ok(())
                }
                Err(why) => {
                    self.tell(Said::NotLive(toy, sentence(&why)));
                    Ok(())
                }
            },
            Task::Carry(slug) => self.carry(&slug, |room, wire| {
                let id = WireId::random().map_err(|error| error.to_string())?;
                Carrier::away(&room.home, &slug, wire, id.0).map(Some).map_err(|error| error.to_string())
            }),
            Task::TakeHome(toy, name) => self.carry_home(toy, &name),
            Task::Again(password, toy, name) => {
                let session = self.there(|daycare| daycare.sign_in_again(&password.0))?;
                self.here.iter_mut().for_each(|here| here.session = Some(session.clone()));
                self.carry_home(toy, &name)
            }
            Task::GoOn(slug) => {
                self.carry(&slug, |room, _| Carrier::resume(&room.home, &slug).map_err(|error| error.to_string()))
            }
            Task::GiveUp(slug) => {
                self.stop.store(true, Ordering::Relaxed);
                self.carry(&slug, |room, _| Carrier::resume(&room.home, &slug).map_err(|error| error.to_string()))
            }
        }
    }

    /// Goes to an address: in, to its door, or to the question whether it is the right one.
    fn meet(&mut self, typed: &str) -> Failed {
        let address: Address =
            typed.parse().map_err(|error: eggtooth_livelink::client::BadAddress| error.to_string())?;
        (self.met, self.here) = (None, None);
        let known = !address.is_secure() || self.pins.authority(&address).map_err(|error| error.to_string())?.is_some();
        if known {
            return self.open(&address);
        }
        let met = first_contact(&address).map_err(|error| error.to_string())?;
        if met.expected {
            return self.confirm(&met);
        }
        self.tell(Said::Door(Door::New {
            url: address.url(),
            name: met.hello.name.clone(),
            fingerprint: met.fingerprint.to_string(),
        }));
        self.met = Some(met);
        Ok(())
    }

    fn confirm(&mut self, met: &FirstContact) -> Failed {
        self.pins.confirm(&met.address, &met.authority).map_err(|error| error.to_string())?;
        self.open(&met.address)
    }

    fn open(&mut self, address: &Address) -> Failed {
        let daycare = Daycare::open(address, self.pins.clone()).map_err(|error| error.to_string())?;
        let hello = daycare.hello().map_err(|error| error.to_string())?;
        if !hello.set_up {
            return Err(format!("{} has not been set up yet; open it in a browser first", address.url()));
        }
        let session = daycare.session().map_err(|error| error.to_string())?;
        self.here = Some(Here { daycare, name: hello.name, session });
        self.enter()
    }

    /// Says where the player stands, and what is there.
    fn enter(&mut self) -> Failed {
        self.tell(Said::Door(self.door()));
        if self.here.as_ref().is_some_and(|here| here.session.is_some()) { self.toys() } else { Ok(()) }
    }

    fn door(&self) -> Door {
        let Some(here) = &self.here else { return Door::Outside };
        let (url, name) = (here.daycare.address().url(), here.name.clone());
        match &here.session {
            Some(session) => Door::In { url, name, account: session.name.clone() },
            None => {
                let known = self.pins.known().unwrap_or_default();
                let account = known.into_iter().find(|(address, _)| address.url() == url).and_then(|(_, name)| name);
                Door::SignedOut { url, name, account: account.unwrap_or_default() }
            }
        }
    }

    /// Asks for something that needs a session. Who is signed out meanwhile stands at the door again.
    fn there<T>(&mut self, ask: impl FnOnce(&Daycare) -> Result<T, ClientError>) -> Result<T, String> {
        let Some(here) = self.here.as_ref().filter(|here| here.session.is_some()) else {
            return Err("you are not signed in at a daycare; go to one first".into());
        };
        let result = ask(&here.daycare);
        if result.as_ref().err().and_then(ClientError::status) == Some(401) {
            if let Some(here) = &mut self.here {
                here.session = None;
            }
            self.tell(Said::Door(self.door()));
        }
        result.map_err(|error| error.to_string())
    }

    fn toys(&mut self) -> Failed {
        let toys = self.there(Daycare::toys)?;
        self.tell(Said::Toys(toys.iter().map(row).collect()));
        Ok(())
    }

    fn carry_home(&mut self, toy: Id, name: &str) -> Failed {
        let id = WireId::random().map_err(|error| error.to_string())?;
        let wire = self.wire()?;
        let carrier = Carrier::home(&self.home, &wire, toy, name, id.0).map_err(|error| error.to_string())?;
        let slug = carrier.slug().clone();
        self.carry(&slug, move |_, _| Ok(Some(carrier)))
    }

    /// Whether the password was given a short time ago, or nobody can say.
    fn is_fresh(&self) -> bool {
        let session = self.here.as_ref().and_then(|here| here.daycare.session().ok().flatten());
        session.is_none_or(|session| session.strong)
    }

    fn wire(&self) -> Result<Wire, String> {
        let here = self.here.as_ref().and_then(|here| Some((here, here.session.as_ref()?)));
        here.map(|(here, session)| Wire::new(here.daycare.clone(), session))
            .ok_or_else(|| "you are not signed in at a daycare; go to one first".into())
    }

    /// Carries a pet to the end of its way, and says how far it is.
    fn carry(&mut self, slug: &Slug, begin: impl FnOnce(&Room, &Wire) -> Result<Option<Carrier>, String>) -> Failed {
        let carried = self.wire().and_then(|mut wire| {
            let Some(mut carrier) = begin(self, &wire)? else {
                return Err("it is not on its way any more".into());
            };
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
                if let Err(TrySendError::Disconnected(_)) = self.say.try_send(way) {
                    return Err("the game is closing".into());
                }
                match carrier.step(&mut wire, now_millis()) {
                    Ok(None) => {}
                    Ok(Some(end)) => return Ok((name, end, carrier.carry().why().map(sentence))),
                    Err(error @ CarryError::OtherAccount { .. }) => return Err(error.to_string()),
                    Err(error) => return Err(format!("{name} is on its way still: {error}")),
                }
            }
        });
        match carried {
            Ok((name, end, why)) => {
                if let (End::There(toy), Some(_), false) = (end, &why, self.is_fresh()) {
                    self.tell(Said::Again(toy, name.clone()));
                }
                self.tell(Said::Carried { slug: slug.clone(), name, end, why });
                self.toys()
            }
            Err(why) => {
                self.tell(Said::Stuck(slug.clone()));
                Err(why)
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
