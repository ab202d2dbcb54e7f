//! The threads that may wait for the disk, so that the toys never do.
//!
//! The writer makes what is asked of it in order; records of the journal go first, all that have come while the last
//! commit ran in one transaction. The clerk reads. What they have found or failed comes back as [`After`]s, which the
//! engine room lets happen to the toy.

use super::hours::{ALIVE, OUTAGES};
use super::restore::{Restored, Watches};
use super::toy::{Moment, Toy};
use super::{HostError, Reply, Request};
use crate::id::ToyId;
use crate::roms::Roms;
use crate::store::{Entry, NewDiary, Snapshot, Store, StoreError};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{Builder, JoinHandle};

/// What is written down, and the programs of the toys.
#[derive(Clone, Debug)]
pub(super) struct Shelves {
    pub store: Arc<dyn Store>,
    pub roms: Arc<Roms>,
    pub watches: Watches,
}

/// Happens to a toy when its work is done.
pub(super) type Then = Box<dyn FnOnce(&mut Toy, &Moment) + Send>;
/// The same, told whether its records are durable.
pub(super) type ThenWritten = Box<dyn FnOnce(Result<(), StoreError>, &mut Toy, &Moment) + Send>;
/// What takes time.
pub(super) type Work = Box<dyn FnOnce(&Shelves) -> Then + Send>;

type Record = (ToyId, Vec<Entry>, ThenWritten);

/// What is asked of the threads.
pub(super) enum Job {
    /// Records of one toy, all or none.
    Append(ToyId, Vec<Entry>, ThenWritten),
    /// Anything for one toy.
    Toy(ToyId, Work),
    /// Anything that nobody waits for.
    Quiet(Box<dyn FnOnce(&Shelves) -> Result<(), StoreError> + Send>),
    /// Snapshots of many.
    Snapshots(Vec<Snapshot>),
    /// Lines of diaries.
    Diary(Vec<NewDiary>),
    /// That the daycare is alive, and before that its outages, if they were not written since the last one: how many
    /// they are, and the setting.
    Alive(Vec<u8>, Option<(usize, Vec<u8>)>),
    /// A toy is to live here.
    Add(ToyId, Box<dyn FnOnce(&Shelves) -> Result<Box<Restored>, HostError> + Send>, Reply<()>),
}

/// What has come of a [`Job`].
pub(super) enum After {
    /// It happens to this toy.
    Toy(ToyId, Then),
    /// Snapshots were written; those of these toys were not.
    Snapshots(Vec<ToyId>, Result<(), StoreError>),
    /// Lines were written; these were not.
    Diary(Vec<NewDiary>, Result<(), StoreError>),
    /// Something was written that nobody waits for, or was not.
    Written(Result<(), StoreError>),
    /// The same of so many outages.
    Outages(usize, Result<(), StoreError>),
    /// A toy was found.
    Added(ToyId, Result<Box<Restored>, HostError>, Reply<()>),
}

/// The two threads, and what is still to come from them.
pub(super) struct Keeper {
    writer: Option<Sender<Job>>,
    clerk: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    /// Behind a lock that nobody else takes: what a resource of Bevy holds is shared.
    done: Mutex<Receiver<After>>,
    /// Jobs that have not come back.
    outstanding: usize,
}

impl Keeper {
    /// Starts them. They wake whoever waits for `requests`.
    pub fn start(shelves: &Shelves, requests: &Weak<SyncSender<Request>>) -> std::io::Result<Keeper> {
        let (finished, done) = channel();
        let mut threads = Vec::new();
        let mut begin = |name: &str| {
            let (jobs, queue) = channel();
            let desk = Desk { shelves: shelves.clone(), finished: finished.clone(), requests: requests.clone() };
            threads.push(Builder::new().name(name.into()).spawn(move || desk.work(&queue))?);
            Ok::<_, std::io::Error>(jobs)
        };
        let (writer, clerk) = (begin("writer")?, begin("clerk")?);
        Ok(Keeper { writer: Some(writer), clerk: Some(clerk), threads, done: Mutex::new(done), outstanding: 0 })
    }

    /// To be written, in order.
    pub fn write(&mut self, job: Job) {
        self.outstanding += usize::from(self.writer.as_ref().is_some_and(|writer| writer.send(job).is_ok()));
    }

    /// To be read, after what was asked for before.
    pub fn read(&mut self, job: Job) {
        self.outstanding += usize::from(self.clerk.as_ref().is_some_and(|clerk| clerk.send(job).is_ok()));
    }

    /// The next that has come back.
    pub fn next(&mut self) -> Option<After> {
        let after = self.done.get_mut().unwrap_or_else(PoisonError::into_inner).try_recv().ok()?;
        self.outstanding -= 1;
        Some(after)
    }

    /// Whether everything has come back.
    pub fn is_idle(&self) -> bool {
        self.outstanding == 0
    }

    /// How much has not come back.
    pub fn outstanding(&self) -> usize {
        self.outstanding
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        (self.writer, self.clerk) = (None, None);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A thread's side.
struct Desk {
    shelves: Shelves,
    finished: Sender<After>,
    requests: Weak<SyncSender<Request>>,
}

impl Desk {
    fn work(self, queue: &Receiver<Job>) {
        let (mut records, mut others) = (Vec::new(), VecDeque::new());
        while let Ok(job) = queue.recv() {
            sort(job, &mut records, &mut others);
            loop {
                // Who presses waits no longer than one of the others takes.
                queue.try_iter().for_each(|job| sort(job, &mut records, &mut others));
                self.append(std::mem::take(&mut records));
                let Some(job) = others.pop_front() else { break };
                self.other(job);
            }
        }
    }

    fn tell(&self, after: After) {
        let _ = self.finished.send(after);
        // A queue that is full wakes it, too.
        if let Some(requests) = self.requests.upgrade() {
            let _ = requests.try_send(Request::Wake);
        }
    }

    /// One transaction for all; where one toy is at fault, one for each.
    fn append(&self, records: Vec<Record>) {
        if records.is_empty() {
            return;
        }
        let store = &self.shelves.store;
        let all: Vec<Entry> = records.iter().flat_map(|(_, entries, _)| entries.iter().cloned()).collect();
        let result = guarded(|| store.append(&all));
        let alone = records.len() > 1 && matches!(result, Err(StoreError::Missing(_) | StoreError::Conflict(_)));
        for (toy, entries, then) in records {
            let result = match &result {
                _ if alone => guarded(|| store.append(&entries)),
                Ok(()) => Ok(()),
                Err(error) => Err(copy(error)),
            };
            self.tell(After::Toy(toy, Box::new(move |toy, moment| then(result, toy, moment))));
        }
    }

    fn other(&self, job: Job) {
        let store = &self.shelves.store;
        let after = match job {
            Job::Append(toy, entries, then) => {
                let result = guarded(|| store.append(&entries));
                After::Toy(toy, Box::new(move |toy, moment| then(result, toy, moment)))
            }
            Job::Toy(toy, work) => {
                let then = catch_unwind(AssertUnwindSafe(|| work(&self.shelves)));
                // Who asked hears that nobody answers; the toy goes on.
                After::Toy(toy, then.unwrap_or_else(|_| Box::new(|_, _| {})))
            }
            Job::Snapshots(snapshots) => {
                let (left, result) = each(snapshots, |some| store.snapshot(some));
                After::Snapshots(left.iter().map(|one| one.toy).collect(), result)
            }
            Job::Quiet(work) => After::Written(guarded(|| work(&self.shelves))),
            Job::Diary(lines) => {
                let (left, result) = each(lines, |some| store.write_diary(some));
                After::Diary(left, result)
            }
            Job::Alive(alive, outages) => match outages {
                None => After::Written(guarded(|| store.set_setting(ALIVE, &alive))),
                Some((count, outages)) => {
                    let both = || store.set_setting(OUTAGES, &outages).and_then(|()| store.set_setting(ALIVE, &alive));
                    After::Outages(count, guarded(both))
                }
            },
            Job::Add(toy, work, reply) => {
                let found = catch_unwind(AssertUnwindSafe(|| work(&self.shelves)));
                After::Added(toy, found.unwrap_or_else(|_| Err(failed().into())), reply)
            }
        };
        self.tell(after);
    }
}

fn sort(job: Job, records: &mut Vec<Record>, others: &mut VecDeque<Job>) {
    match job {
        Job::Append(toy, entries, then) => records.push((toy, entries, then)),
        other => others.push_back(other),
    }
}

/// Writes rows of many toys in one transaction; where one toy is at fault (it may just have been removed), one for each.
/// Returns those that are still to be written, and why.
fn each<T>(rows: Vec<T>, write: impl Fn(&[T]) -> Result<(), StoreError>) -> (Vec<T>, Result<(), StoreError>) {
    match guarded(|| write(&rows)) {
        Ok(()) => (Vec::new(), Ok(())),
        Err(StoreError::Missing(_) | StoreError::Conflict(_)) => {
            let (mut left, mut result) = (Vec::new(), Ok(()));
            for row in rows {
                match guarded(|| write(std::slice::from_ref(&row))) {
                    // What belongs to nobody is not tried again.
                    Ok(()) | Err(StoreError::Missing(_) | StoreError::Conflict(_)) => {}
                    Err(error) => {
                        left.push(row);
                        result = Err(error);
                    }
                }
            }
            (left, result)
        }
        Err(error) => (rows, Err(error)),
    }
}

/// A store that panics has not written: the thread goes on, and so do the toys.
fn guarded(write: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|_| Err(failed()))
}

fn failed() -> StoreError {
    StoreError::Write("this program has a fault there; its log says where".into())
}

/// The same complaint for somebody else.
pub(super) fn copy(error: &StoreError) -> StoreError {
    match error {
        StoreError::Missing(what) => StoreError::Missing(what),
        StoreError::Conflict(text) => StoreError::Conflict(text.clone()),
        StoreError::Write(text) => StoreError::Write(text.clone()),
        StoreError::Damaged(text) => StoreError::Damaged(text.clone()),
        StoreError::InUse(text) => StoreError::InUse(text.clone()),
        StoreError::Newer(version) => StoreError::Newer(*version),
    }
}
