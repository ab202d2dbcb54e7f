//! The toys on the shelf: list, find, load, save, create, rename, retire and restore.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use web_time::{SystemTime, UNIX_EPOCH};

use crate::datadir::DataDir;
use crate::disk::{self, Kind, sweep, sync_folder};
use crate::envelope::{Envelope, Meta, Tag};
use crate::error::{Damage, VaultError};
use crate::generation::{Generations, Health, Slot};
use crate::name::{MAX_NAME, Slug, check_name};

/// A clock may run this many seconds ahead before a save counts as dated in the future.
const FUTURE_TOLERANCE: u64 = 300;

/// One toy on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its folder; names it in every call of [`DataDir`].
    pub slug: Slug,
    /// From the newest whole generation; `None` if there is none.
    pub meta: Option<Meta>,
    /// The block [`Tag::HOME`] of that generation: there only if the toy does not live here, or is being carried.
    pub home: Option<Box<[u8]>>,
    /// State of `a.egg`, `b.egg`, `c.egg`.
    pub generations: [Health; 3],
}

impl Entry {
    /// The name to show: the owner's, or the folder's where no save is readable.
    pub fn name(&self) -> &str {
        match &self.meta {
            Some(meta) => &meta.name,
            None => self.slug.as_str(),
        }
    }
}

/// Something the player should know about a save that could be loaded. Its text is a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// Damaged generations were passed over.
    FellBack {
        /// How many of the three are damaged.
        damaged: usize,
        /// What is wrong with the first.
        reason: String,
        /// When the generation that was taken had been saved, seconds since 1970 UTC.
        saved_at: u64,
        /// Seconds between that and now, 0 if the clock went back.
        age: u64,
    },
    /// The save is dated in the future: the computer's clock was or is wrong.
    FromTheFuture {
        /// Seconds ahead of now.
        ahead: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FellBack { damaged, reason, age, .. } => write!(
                f,
                "{damaged} of its last saves {} damaged ({reason}); it continues from the newest whole one, {} old",
                if *damaged == 1 { "was" } else { "were" },
                span(*age)
            ),
            Self::FromTheFuture { ahead } => {
                write!(f, "its save is dated {} in the future; check this computer's clock", span(*ahead))
            }
        }
    }
}

/// A length of time in one unit.
fn span(seconds: u64) -> String {
    let (n, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

/// A save that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its content.
    pub envelope: Envelope,
    /// What the player should know; usually empty.
    pub notices: Vec<Notice>,
}

impl Loaded {
    /// All notices as one text, or `None`.
    pub fn notice(&self) -> Option<String> {
        let texts: Vec<String> = self.notices.iter().map(Notice::to_string).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    }
}

impl DataDir {
    /// All toys, sorted by name. Folders without any save are left out; a toy whose saves are all
    /// damaged is listed, so that it can be seen and repaired.
    pub fn list(&self) -> Result<Vec<Entry>, VaultError> {
        list(&self.toys())
    }

    /// The toys that were retired, sorted by name.
    pub fn retired(&self) -> Result<Vec<Entry>, VaultError> {
        list(&self.retired_folder())
    }

    /// The toy with this name (upper and lower case alike) or folder name. A text that can be no
    /// name, such as `../x`, is refused as such.
    pub fn find(&self, name: &str) -> Result<Entry, VaultError> {
        let name = check_name(name)?;
        let wanted = name.to_lowercase();
        let mut all = self.list()?;
        let at = all
            .iter()
            .position(|e| e.name().to_lowercase() == wanted)
            .or_else(|| all.iter().position(|e| e.slug.as_str() == wanted));
        match at {
            Some(at) => Ok(all.swap_remove(at)),
            None => Err(VaultError::NoSuchToy(name)),
        }
    }

    /// One toy by its folder name.
    pub fn entry(&self, slug: &Slug) -> Result<Entry, VaultError> {
        let generations = Generations::read(&self.toys().join(slug.as_str()));
        entry(slug.clone(), &generations).ok_or_else(|| VaultError::NoSuchToy(slug.to_string()))
    }

    /// The folder of a toy, for files that belong to it and not into its saves: what must not step back with them, or be
    /// copied with them. They go along when the toy is retired and restored.
    pub fn folder(&self, slug: &Slug) -> PathBuf {
        self.toys().join(slug.as_str())
    }

    /// Loads the newest whole generation. Damaged ones are passed over and a notice says so; only
    /// if none is whole, or one is of a newer format, it fails. Reads this computer's clock.
    pub fn load(&self, slug: &Slug) -> Result<Loaded, VaultError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        self.load_at(slug, now.map_or(0, |d| d.as_secs()))
    }

    /// [`DataDir::load`] with the time given, in seconds since 1970-01-01 UTC.
    pub fn load_at(&self, slug: &Slug, now: u64) -> Result<Loaded, VaultError> {
        let generations = self.generations(slug)?;
        let (envelope, _) = newest(slug, &generations)?;
        let saved_at = envelope.meta.saved_at;
        let mut notices = Vec::new();
        if let Some((reason, damaged)) = generations.damage() {
            notices.push(Notice::FellBack { damaged, reason, saved_at, age: now.saturating_sub(saved_at) });
        }
        if saved_at > now.saturating_add(FUTURE_TOLERANCE) {
            notices.push(Notice::FromTheFuture { ahead: saved_at - now });
        }
        Ok(Loaded { envelope: envelope.clone(), notices })
    }

    /// Saves a toy that exists. Replaces the oldest generation, never the newest whole one; when
    /// this returns, the save survives a power cut. Start from the loaded envelope, so that
    /// blocks of newer programs are kept. Refused if the block [`Tag::HOME`] differs from that of the newest one:
    /// whoever still plays a toy that is being carried saves nothing.
    pub fn save(&self, slug: &Slug, envelope: &Envelope) -> Result<(), VaultError> {
        let _writing = self.begin_write()?;
        let generations = self.generations(slug)?;
        let home = generations.newest().map_or(envelope.block(Tag::HOME), |(newest, _)| newest.block(Tag::HOME));
        if home != envelope.block(Tag::HOME) {
            return Err(VaultError::Elsewhere(envelope.meta.name.clone()));
        }
        self.write(slug, &generations, envelope)
    }

    /// Makes all three generations of a toy the same, one file a call, the oldest first: `edit` says from the newest
    /// whole one what they are to be, and must give back what it is given once that is right. True when nothing is
    /// left to write, so call it until then; after that no older state can come back through damage.
    ///
    /// # Errors
    /// What `edit` says; and when a generation can be neither read nor replaced, or the disk refuses.
    pub fn settle<E: From<VaultError>>(
        &self,
        slug: &Slug,
        edit: impl FnOnce(&Envelope) -> Result<Envelope, E>,
    ) -> Result<bool, E> {
        let _writing = self.begin_write()?;
        let generations = self.generations(slug)?;
        for slot in &generations.slots {
            if let Slot::Unreadable(why) = slot {
                return Err(VaultError::Unsettled { slug: slug.to_string(), why: why.clone() }.into());
            }
        }
        let wanted = edit(newest(slug, &generations)?.0)?;
        let same = |slot: &Slot| matches!(slot, Slot::Good { envelope, .. } if **envelope == wanted);
        if generations.slots.iter().all(same) {
            return Ok(true);
        }
        self.write(slug, &generations, &wanted)?;
        Ok(false)
    }

    /// Puts a new toy on the shelf. The name in `envelope` is checked; if it is taken, a number is
    /// added. The result has the name and folder it got.
    pub fn create(&self, mut envelope: Envelope) -> Result<Entry, VaultError> {
        let _writing = self.begin_write()?;
        let name = check_name(&envelope.meta.name)?;
        envelope.meta.name = self.free_name(&name)?;
        let slug = free_folder(&self.toys(), &Slug::from_name(&envelope.meta.name))?;
        let folder = self.toys().join(slug.as_str());
        let generations = Generations::read(&folder);
        if let Err(e) = self.write(&slug, &generations, &envelope) {
            // Nothing but an empty folder was made; without it the next try starts clean.
            let _ = disk::remove_dir(&folder);
            return Err(e);
        }
        sync_folder(&self.toys());
        self.entry(&slug)
    }

    /// Gives a toy another name, as a new generation. The folder stays. A running toy keeps its own
    /// copy of the name: change it there too, or its next save brings the old one back.
    pub fn rename(&self, slug: &Slug, name: &str) -> Result<Entry, VaultError> {
        let _writing = self.begin_write()?;
        let name = check_name(name)?;
        let taken = |e: &Entry| e.slug != *slug && e.name().to_lowercase() == name.to_lowercase();
        if self.list()?.iter().any(taken) {
            return Err(VaultError::NameTaken(name));
        }
        let generations = self.generations(slug)?;
        let mut envelope = newest(slug, &generations)?.0.clone();
        envelope.meta.name = name;
        self.write(slug, &generations, &envelope)?;
        self.entry(slug)
    }

    /// Takes a toy off the shelf without deleting anything; the result names it in
    /// [`DataDir::retired`] and undoes it with [`DataDir::restore`].
    pub fn retire(&self, slug: &Slug) -> Result<Slug, VaultError> {
        let _writing = self.begin_write()?;
        self.generations(slug)?;
        move_folder(&self.toys(), slug, &self.retired_folder())
    }

    /// Puts a retired toy back on the shelf, with a number after its name if that is taken now.
    pub fn restore(&self, retired: &Slug) -> Result<Entry, VaultError> {
        let _writing = self.begin_write()?;
        let folder = self.retired_folder().join(retired.as_str());
        let generations = Generations::read(&folder);
        let found = entry(retired.clone(), &generations).ok_or_else(|| VaultError::NoSuchToy(retired.to_string()))?;
        let free = self.free_name(found.name())?;
        let slug = move_folder(&self.retired_folder(), retired, &self.toys())?;
        if let Some((envelope, _)) = generations.newest()
            && envelope.meta.name != free
        {
            let mut envelope = envelope.clone();
            envelope.meta.name = free;
            self.write(&slug, &self.generations(&slug)?, &envelope)?;
        }
        self.entry(&slug)
    }

    pub(crate) fn generations(&self, slug: &Slug) -> Result<Generations, VaultError> {
        let generations = Generations::read(&self.toys().join(slug.as_str()));
        if generations.is_empty() {
            return Err(VaultError::NoSuchToy(slug.to_string()));
        }
        Ok(generations)
    }

    fn write(&self, slug: &Slug, now: &Generations, envelope: &Envelope) -> Result<(), VaultError> {
        let (path, sequence) = now.next()?;
        let bytes = envelope.to_bytes(sequence)?;
        let folder = self.toys().join(slug.as_str());
        for name in crate::GENERATIONS {
            sweep(&folder, name);
        }
        self.disk.replace(&path, &bytes).map_err(|e| VaultError::io("save", &path, e))
    }

    /// The name itself or the first `name 2`, `name 3`, … that no toy has.
    pub(crate) fn free_name(&self, name: &str) -> Result<String, VaultError> {
        let taken: HashSet<String> = self.list()?.iter().map(|e| e.name().to_lowercase()).collect();
        let mut candidate = name.to_owned();
        let mut n = 2u32;
        while taken.contains(&candidate.to_lowercase()) {
            let number = format!(" {n}");
            let room = MAX_NAME - number.len();
            let stem: String = name.chars().take(room).collect();
            candidate = format!("{}{number}", stem.trim_end());
            n += 1;
        }
        Ok(candidate)
    }
}

/// The newest whole generation, or why there is none.
pub(crate) fn newest<'a>(slug: &Slug, generations: &'a Generations) -> Result<(&'a Envelope, &'a [u8]), VaultError> {
    generations.refuse_newer()?;
    generations.newest().ok_or_else(|| {
        let damage = generations.slots.iter().find_map(|s| match s {
            Slot::Damaged(damage) => Some(damage.clone()),
            Slot::Unreadable(why) => Some(Damage::Content(why.clone())),
            _ => None,
        });
        match damage {
            Some(damage) => VaultError::AllDamaged { slug: slug.to_string(), damage },
            None => VaultError::NoSuchToy(slug.to_string()),
        }
    })
}

fn entry(slug: Slug, generations: &Generations) -> Option<Entry> {
    (!generations.is_empty()).then(|| Entry {
        slug,
        meta: generations.newest().map(|(e, _)| e.meta.clone()),
        home: generations.newest().and_then(|(e, _)| e.block(Tag::HOME)).map(Box::from),
        generations: [0, 1, 2].map(|i| generations.slots[i].health()),
    })
}

fn list(folder: &Path) -> Result<Vec<Entry>, VaultError> {
    let names = match disk::folders(folder) {
        Ok(names) => names,
        // A folder opened for reading may lack what a writer would have made.
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(VaultError::io("read", folder, e)),
    };
    let mut toys = Vec::new();
    for slug in names.iter().filter_map(|name| Slug::parse(name)) {
        let generations = Generations::read(&folder.join(slug.as_str()));
        toys.extend(entry(slug, &generations));
    }
    toys.sort_by_cached_key(|e| (e.name().to_lowercase(), e.slug.clone()));
    Ok(toys)
}

/// Makes the first folder of this name or `name-2`, `name-3`, … that holds no toy.
fn free_folder(parent: &Path, wanted: &Slug) -> Result<Slug, VaultError> {
    for n in 1..=u32::MAX {
        let slug = wanted.numbered(n);
        let path = parent.join(slug.as_str());
        match disk::create_dir(&path) {
            Ok(()) => return Ok(slug),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                // Left by a crash between making the folder and the first save.
                let unused = Generations::read(&path).is_empty();
                if unused && disk::kind(&path).is_ok_and(|kind| kind == Kind::Folder) {
                    return Ok(slug);
                }
            }
            Err(e) => return Err(VaultError::io("create", &path, e)),
        }
    }
    Err(VaultError::NameTaken(wanted.to_string()))
}

fn move_folder(from: &Path, slug: &Slug, to: &Path) -> Result<Slug, VaultError> {
    let source = from.join(slug.as_str());
    let target = free_folder(to, slug)?;
    let path = to.join(target.as_str());
    // Rename onto the empty folder just made: Unix allows that, Windows wants it gone.
    disk::remove_dir(&path)
        .and_then(|()| disk::rename(&source, &path))
        .map_err(|e| VaultError::io("move", &source, e))?;
    sync_folder(to);
    sync_folder(from);
    Ok(target)
}
