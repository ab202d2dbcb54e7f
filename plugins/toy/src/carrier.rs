//! Carrying a pet for real: [`Carry`]'s steps, on a data folder and with a daycare.

use crate::absence::{LEFT, Left};
use crate::carry::{Carry, End, Known, Mark, Reply, Request, Want};
use crate::home::{Home, ToyError};
use crate::lease::{Carriage, HOME, Id, Lease};
use crate::machine::{Machine, STATE};
use crate::recording::PLAY;
use eggtooth_cartridge::Cartridge;
use eggtooth_vault::{Entry, Envelope, Meta, ReadError, Slug, VaultError};

/// A daycare that contradicts itself is asked no more often than this in one go.
const MOST_REQUESTS: u32 = 12;
/// Most writes of one mark: three generations, and a last look.
const MOST_WRITES: u32 = 5;

/// Why a daycare has not done what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It may or may not have heard: nothing came back, it is overloaded, or one must sign in again. A sentence.
    #[error("{0}")]
    Lost(String),
    /// Nothing of that name is there (404).
    #[error("the daycare knows no such toy")]
    Gone,
    /// It has agreed to something else before (409).
    #[error("the daycare has decided otherwise before")]
    Conflict,
    /// It has heard and says no. A sentence.
    #[error("{0}")]
    Refused(String),
    /// It says no until the password was given once more. A sentence.
    #[error("{0}")]
    Again(String),
}

/// A pet as it is handed to a daycare.
#[derive(Clone, PartialEq, Eq)]
pub struct Luggage {
    /// What it is called, 1 to 40 characters.
    pub name: String,
    /// A save in the vault's format, without `HOME`.
    pub envelope: Vec<u8>,
    /// The normalised words of its ROM, big-endian.
    pub rom: Vec<u8>,
}

/// A pet as a daycare hands it over.
#[derive(Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The tick at which it stands still.
    pub tick: u64,
    /// A save in the vault's format; at most 16 MiB are read.
    pub envelope: Vec<u8>,
    /// The normalised words of its ROM, big-endian; `None`: whoever asks must have it.
    pub rom: Option<Vec<u8>>,
}

/// A daycare in which somebody has signed in. Every request may be repeated; one that got no answer is repeated.
#[allow(async_fn_in_trait, reason = "a carrier is driven on the thread that made it")]
pub trait Daycare {
    /// Its address, as leases name it.
    fn address(&self) -> &str;
    /// Who has signed in.
    fn account(&self) -> Id;
    /// Takes the pet; the same answer for the same `id`.
    ///
    /// # Errors
    /// [`Trouble::Conflict`] after [`Daycare::cancel`].
    async fn arrive(&mut self, id: Id, luggage: &Luggage) -> Result<Id, Trouble>;
    /// What became of an attempt; `None` for one it knows nothing of.
    ///
    /// # Errors
    /// Where it cannot be asked.
    async fn ask(&mut self, id: Id) -> Result<Option<Known>, Trouble>;
    /// Makes sure that an attempt never succeeds.
    ///
    /// # Errors
    /// [`Trouble::Conflict`] if it has.
    async fn cancel(&mut self, id: Id) -> Result<(), Trouble>;
    /// Stops a toy and hands it over; the same bytes for the same `id`.
    ///
    /// # Errors
    /// [`Trouble::Gone`] if there is no such toy, for example because `id` is done.
    async fn leave(&mut self, toy: Id, id: Id) -> Result<Parcel, Trouble>;
    /// Forgets what was handed over.
    ///
    /// # Errors
    /// [`Trouble::Conflict`] or [`Trouble::Gone`] if the toy has stayed.
    async fn done(&mut self, id: Id) -> Result<(), Trouble>;
    /// Keeps what was handed over.
    ///
    /// # Errors
    /// [`Trouble::Conflict`] if it was forgotten.
    async fn abort(&mut self, id: Id) -> Result<(), Trouble>;
}

/// Why a pet is still on its way, or never set out. It can be tried again at any time, by [`Carrier::resume`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CarryError {
    /// The shelf, the ROM or the snapshot.
    #[error(transparent)]
    Toy(#[from] ToyError),
    /// No certain answer of the daycare.
    #[error("the daycare has not answered clearly ({0}); the pet stands still until you try again")]
    Lost(String),
    /// Signed in elsewhere, or as somebody else.
    #[error("this was begun at {daycare} by another account; sign in there as the one who began it")]
    OtherAccount {
        /// The daycare where it was begun.
        daycare: String,
    },
    /// The pet on the shelf is not there to be carried.
    #[error("{0}")]
    NotHere(String),
}

impl From<VaultError> for CarryError {
    fn from(error: VaultError) -> CarryError {
        CarryError::Toy(error.into())
    }
}

/// A pet on its way, with what it needs of this computer.
#[derive(Debug)]
pub struct Carrier {
    home: Home,
    slug: Slug,
    carry: Carry,
    /// What the daycare has handed over, until it is written.
    parcel: Option<Box<Envelope>>,
    /// When the pet begins to live here, in milliseconds since 1970.
    begins: Option<u64>,
    requests: u32,
    writes: u32,
    /// A request was refused for want of the password.
    again: bool,
}

impl Carrier {
    fn new(home: &Home, slug: Slug, carry: Carry) -> Carrier {
        Carrier { home: home.clone(), slug, carry, parcel: None, begins: None, requests: 0, writes: 0, again: false }
    }

    /// Begins to carry a pet from the shelf to a daycare; `id` must be new and random. Whoever plays it must have
    /// saved it and let it go: from the first step on nothing of it is saved any more.
    ///
    /// # Errors
    /// When it does not live here, or its ROM is not here.
    pub fn away(home: &Home, slug: &Slug, daycare: &impl Daycare, id: Id) -> Result<Carrier, CarryError> {
        let entry = home.dir().entry(slug)?;
        if let Some(lease) = Lease::of_entry(&entry) {
            return Err(CarryError::NotHere(format!("{} {lease}", entry.name())));
        }
        let carrier = Carrier::new(home, slug.clone(), Carry::away(carriage(daycare, id)));
        // What is missing is told before anything is written.
        carrier.luggage()?;
        Ok(carrier)
    }

    /// Begins to carry a toy home; `id` must be new and random. Where the shelf has no handle of it, one called
    /// `name` is made.
    ///
    /// # Errors
    /// When `name` is no name, the shelf cannot be written, or the toy is on its way already.
    pub fn home(home: &Home, daycare: &impl Daycare, toy: Id, name: &str, id: Id) -> Result<Carrier, CarryError> {
        let slug = match home.handle(daycare.address(), &toy)? {
            Some(entry) => match Lease::of_entry(&entry) {
                Some(Lease::Handle { .. }) => entry.slug,
                Some(lease) => return Err(CarryError::NotHere(format!("{} {lease} already", entry.name()))),
                None => return Err(CarryError::NotHere(format!("{} lives here", entry.name()))),
            },
            None => home.note(daycare.address(), &toy, name)?.slug,
        };
        Ok(Carrier::new(home, slug, Carry::home(carriage(daycare, id), toy)))
    }

    /// Goes on with a pet on the shelf that is on its way; `None` where nothing is unfinished.
    ///
    /// # Errors
    /// When its saves cannot be read.
    pub fn resume(home: &Home, slug: &Slug) -> Result<Option<Carrier>, CarryError> {
        let envelope = home.dir().load(slug)?.envelope;
        let carry = Lease::of(&envelope).and_then(|lease| Carry::resume(&lease, envelope.block(STATE).is_some()));
        Ok(carry.map(|carry| Carrier::new(home, slug.clone(), carry)))
    }

    /// Its folder on the shelf.
    #[must_use]
    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// The steps: how far it is, and why it turned back.
    #[must_use]
    pub fn carry(&self) -> &Carry {
        &self.carry
    }

    /// Whether it turned back because the daycare wants the password once more: after signing in again, begin anew.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        self.again
    }

    /// See [`Carry::stop`].
    pub fn stop(&mut self) {
        self.carry.stop();
    }

    /// Goes on to the end.
    ///
    /// # Errors
    /// As [`Carrier::step`].
    pub async fn run(&mut self, daycare: &mut impl Daycare, now: impl Fn() -> u64) -> Result<End, CarryError> {
        loop {
            if let Some(end) = self.step(daycare, now()).await? {
                return Ok(end);
            }
        }
    }

    /// One step: one file is written, or one request made; `now` in milliseconds since 1970. The end, once it is
    /// reached. After any error everything may be dropped and taken up again by [`Carrier::resume`].
    ///
    /// # Errors
    /// Where the shelf cannot be written, the daycare gives no clear answer, or somebody else is signed in.
    pub async fn step(&mut self, daycare: &mut impl Daycare, now: u64) -> Result<Option<End>, CarryError> {
        let carriage = self.carry.carriage();
        if carriage.daycare != daycare.address() || carriage.account != daycare.account() {
            return Err(CarryError::OtherAccount { daycare: carriage.daycare.clone() });
        }
        match self.carry.want() {
            Want::End(end) => return Ok(Some(end)),
            Want::Write(mark) => self.write(mark, now)?,
            Want::Ask(request) => {
                self.requests += 1;
                if self.requests > MOST_REQUESTS {
                    self.requests = 0;
                    let why = self.carry.why().unwrap_or("its answers contradict each other");
                    return Err(CarryError::Lost(why.to_owned()));
                }
                // What the daycare is asked to rely on must be there after a crash.
                self.home.dir().settled().await;
                match self.ask(request, daycare).await? {
                    Ok(reply) => self.carry.answered(reply),
                    Err(why) => {
                        self.carry.lost();
                        return Err(CarryError::Lost(why));
                    }
                }
            }
        }
        Ok(None)
    }

    fn write(&mut self, mark: Mark, now: u64) -> Result<(), CarryError> {
        self.writes += 1;
        let begins = *self.begins.get_or_insert(now);
        let lease = match (mark, self.carry.toy()) {
            (Mark::Leaving, _) => Some(Lease::Leaving(self.carry.carriage().clone())),
            (Mark::Handle(toy), _) => Some(Lease::Handle { daycare: self.carry.carriage().daycare.clone(), toy }),
            (Mark::Arriving | Mark::Parcel, Some(toy)) => {
                Some(Lease::Arriving { carriage: self.carry.carriage().clone(), toy })
            }
            _ => None,
        };
        let parcel = self.parcel.as_deref();
        let settled =
            self.home.dir().settle(&self.slug, |newest| marked(newest, mark, lease.as_ref(), parcel, begins))?;
        if settled {
            (self.writes, self.begins) = (0, None);
            self.carry.written();
        } else if self.writes > MOST_WRITES {
            return Err(CarryError::NotHere("the saves change while they are written; close what changes them".into()));
        }
        Ok(())
    }

    /// The daycare's answer; the inner error is one that leaves everything open.
    async fn ask(&mut self, request: Request, daycare: &mut impl Daycare) -> Result<Result<Reply, String>, CarryError> {
        let id = self.carry.carriage().id;
        let answer = match (request, self.carry.toy()) {
            (Request::Arrive, _) => daycare.arrive(id, &self.luggage()?).await.map(Reply::Arrived),
            (Request::Look, _) => daycare.ask(id).await.map(Reply::Known),
            (Request::Cancel, _) => daycare.cancel(id).await.map(|()| Reply::Granted),
            (Request::Leave, Some(toy)) => match daycare.leave(toy, id).await {
                Ok(parcel) => Ok(self.unpack(&parcel)?),
                Err(trouble) => Err(trouble),
            },
            // There is none on the way there.
            (Request::Leave, None) => Err(Trouble::Gone),
            (Request::Done, _) => daycare.done(id).await.map(|()| Reply::Granted),
            (Request::Abort, _) => daycare.abort(id).await.map(|()| Reply::Granted),
        };
        Ok(match answer {
            Ok(reply) => Ok(reply),
            Err(Trouble::Lost(why)) => Err(why),
            Err(Trouble::Gone) => Ok(Reply::Gone),
            Err(Trouble::Conflict) => Ok(Reply::Conflict),
            Err(Trouble::Refused(why)) => Ok(Reply::Refused(why)),
            Err(Trouble::Again(why)) => {
                self.again = true;
                Ok(Reply::Refused(why))
            }
        })
    }

    /// The pet as it stands still here.
    fn luggage(&self) -> Result<Luggage, CarryError> {
        let mut envelope = self.home.dir().load(&self.slug)?.envelope;
        envelope.remove_block(HOME);
        let rom = self.home.rom_of(&envelope)?;
        // What cannot be played here cannot be played there.
        Machine::resume(&rom, &envelope)?;
        let name = envelope.meta.name.clone();
        Ok(Luggage { name, envelope: envelope.to_bytes(1)?, rom: rom.normalised() })
    }

    /// Looks at what was handed over and keeps its ROM. It is refused where it could not be played here: then it
    /// goes on living there.
    fn unpack(&mut self, parcel: &Parcel) -> Result<Reply, CarryError> {
        let (envelope, _) = match Envelope::from_bytes(&parcel.envelope) {
            Ok(read) => read,
            Err(ReadError::Newer(_)) => {
                return Ok(Reply::Refused("the daycare is of a newer version; update Eggtooth to take it home".into()));
            }
            Err(ReadError::Damage(damage)) => return Ok(Reply::Refused(format!("what was handed over: {damage}"))),
        };
        if envelope.meta.tick != parcel.tick || envelope.block(HOME).is_some() {
            return Ok(Reply::Refused("what was handed over is not what was said".into()));
        }
        if let Some(words) = &parcel.rom {
            match Cartridge::from_bytes(None, words) {
                Ok(rom) if rom.identity == envelope.meta.rom => drop(self.home.dir().store_rom(&rom.normalised())?),
                Ok(_) => return Ok(Reply::Refused("its ROM is another one than its save says".into())),
                Err(error) => return Ok(Reply::Refused(format!("its ROM: {error}"))),
            }
        }
        let playable = self.home.rom_of(&envelope).and_then(|rom| Machine::resume(&rom, &envelope));
        if let Err(error) = playable {
            return Ok(Reply::Refused(error.to_string()));
        }
        self.parcel = Some(Box::new(envelope));
        Ok(Reply::Parcel)
    }
}

fn carriage(daycare: &impl Daycare, id: Id) -> Carriage {
    Carriage { daycare: daycare.address().to_owned(), account: daycare.account(), id }
}

/// What a save is to be, made from what it is; itself once it is so.
fn marked(
    newest: &Envelope,
    mark: Mark,
    lease: Option<&Lease>,
    parcel: Option<&Envelope>,
    begins: u64,
) -> Result<Envelope, CarryError> {
    let mut wanted = newest.clone();
    let before = Lease::of(newest);
    let whole = newest.block(STATE).is_some();
    let not_whole = || CarryError::NotHere(format!("no save of {} holds the pet", newest.meta.name));
    match mark {
        Mark::Leaving if !whole => return Err(not_whole()),
        Mark::Leaving => {}
        Mark::Handle(_) | Mark::Arriving => {
            for tag in [STATE, LEFT, PLAY] {
                wanted.remove_block(tag);
            }
        }
        Mark::Parcel => {
            let Some(parcel) = parcel else {
                // Taken up again: it was written before.
                return if whole { Ok(wanted) } else { Err(not_whole()) };
            };
            let name = std::mem::take(&mut wanted.meta.name);
            wanted.meta = Meta { name, ..parcel.meta.clone() };
            for block in parcel.blocks() {
                wanted.set_block(block.tag, block.bytes.clone())?;
            }
        }
        Mark::Here if before.is_none() => return Ok(wanted),
        Mark::Here if !whole => return Err(not_whole()),
        Mark::Here => {
            // The time on the way is not lived.
            wanted.set_value(LEFT, &Left { tick: wanted.meta.tick, at: begins })?;
            wanted.meta.saved_at = begins / 1000;
            wanted.remove_block(HOME);
        }
    }
    if let Some(lease) = lease {
        lease.put(&mut wanted)?;
    }
    Ok(wanted)
}

impl Home {
    /// The pet on the shelf that stands for a daycare's toy, or is on its way from there.
    ///
    /// # Errors
    /// When the shelf cannot be read.
    pub fn handle(&self, daycare: &str, toy: &Id) -> Result<Option<Entry>, ToyError> {
        let is_it = |lease: Lease| lease.daycare() == Some(daycare) && lease.toy() == Some(*toy);
        Ok(self.dir().list()?.into_iter().find(|entry| Lease::of_entry(entry).is_some_and(is_it)))
    }

    /// Puts a handle of a daycare's toy on the shelf, which has none of it; a taken name gets a number.
    ///
    /// # Errors
    /// When the name is no name, or writing fails.
    pub fn note(&self, daycare: &str, toy: &Id, name: &str) -> Result<Entry, ToyError> {
        let meta = Meta { name: name.into(), rom: [0; 32], model: String::new(), saved_at: crate::now(), tick: 0 };
        let mut envelope = Envelope::new(meta);
        Lease::Handle { daycare: daycare.into(), toy: *toy }.put(&mut envelope)?;
        Ok(self.dir().create(envelope)?)
    }
}
