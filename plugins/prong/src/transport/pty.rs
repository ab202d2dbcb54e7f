//! Pseudo-terminals: a serial cable between two programs, and the only serial line that tests can have.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{ControlModes, OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};

use super::threaded::{Halves, Threaded};
use super::{Arrival, Clock, Transport, TransportError};

/// Bits a second that a terminal is set to. A pseudo-terminal keeps the figure and moves bytes at once all the same.
pub(super) const BAUD: u32 = 460_800;
/// How long a half waits before it looks whether it is to stop.
const SLICE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
/// How long bytes may lie unread on the far side of a made pair. Longer than any gap that the protocol allows.
const UNREAD: Duration = Duration::from_secs(3);

/// Opens an existing pseudo-terminal (or any terminal whose speed does not matter), raw, 8-N-1, for this program
/// alone. What it has received already is thrown away. When it vanishes it is opened again by the same path.
///
/// # Errors
/// There is no such path, it is no terminal, it may not be used or another program has it.
pub fn open(path: &Path, clock: Clock) -> Result<Threaded, TransportError> {
    let failed = |errno| TransportError::Open { port: path.display().to_string(), reason: reason(path, errno) };
    let fd = open_raw(path).map_err(failed)?;
    let again = path.to_owned();
    let reopen = Box::new(move || open_raw(&again).ok().map(|fd| halves(fd, None)));
    Threaded::start(halves(fd, None), Some(reopen), None, clock)
}

/// The making side of a pseudo-terminal. It behaves like a wire: others may open and close the far side as they like,
/// and what nobody reads there for three seconds is lost.
#[derive(Debug)]
pub struct Pty {
    line: Threaded,
    path: PathBuf,
    link: Option<PathBuf>,
}

impl Pty {
    /// Makes a pair and keeps one side; the other is at [`Pty::path`] and, if a link is asked for, at that path too
    /// until this is dropped. A link left over by a program that died is replaced, anything else is not.
    ///
    /// # Errors
    /// The system has no more pseudo-terminals, or the link cannot be made.
    pub fn create(link: Option<&Path>, clock: Clock) -> Result<Self, TransportError> {
        let failed = |reason| TransportError::Open { port: "a new pseudo-terminal".into(), reason };
        let (near, far, path) = make().map_err(|errno| failed(format!("the system says: {errno}")))?;
        let line = Threaded::start(halves(near, Some(far)), None, None, clock)?;
        let mut this = Self { line, path, link: None };
        if let Some(link) = link {
            if std::fs::read_link(link).is_ok_and(|target| target.starts_with("/dev/pts")) {
                // If it stays, the next line says so.
                let _ = std::fs::remove_file(link);
            }
            std::os::unix::fs::symlink(&this.path, link).map_err(|error| TransportError::Open {
                port: link.display().to_string(),
                reason: match error.kind() {
                    ErrorKind::AlreadyExists => "something else is there already: choose another path".into(),
                    _ => format!("no link can be made there ({error})"),
                },
            })?;
            this.link = Some(link.to_owned());
        }
        Ok(this)
    }

    /// Where other programs open the far side.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let Some(link) = &self.link else { return };
        // Somebody may have put a link of their own there meanwhile.
        if std::fs::read_link(link).is_ok_and(|target| target == self.path) {
            let _ = std::fs::remove_file(link);
        }
    }
}

impl Transport for Pty {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.line.send(bytes)
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Arrival>, TransportError> {
        self.line.next(wait)
    }

    fn purge(&mut self) {
        self.line.purge();
    }

    fn flush(&mut self, wait: Duration) -> Result<(), TransportError> {
        self.line.flush(wait)
    }

    fn waiting(&self) -> usize {
        self.line.waiting()
    }

    fn hang_up(&mut self) -> bool {
        self.line.hang_up()
    }
}

/// Whether a path is the far side of a pseudo-terminal, links followed.
pub fn is_pty(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    path.starts_with("/dev/pts") || (cfg!(target_os = "macos") && path.as_os_str().as_bytes().starts_with(b"/dev/ttys"))
}

fn make() -> Result<(OwnedFd, OwnedFd, PathBuf), Errno> {
    let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&near)?;
    unlockpt(&near)?;
    let path = PathBuf::from(OsStr::from_bytes(ptsname(&near, Vec::new())?.as_bytes()));
    rustix::io::ioctl_fionbio(&near, true)?;
    rustix::io::fcntl_setfd(&near, rustix::io::FdFlags::CLOEXEC)?;
    // Held open, so that it stays raw and the near side sees no end when others close it.
    let far =
        rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
    make_raw(&far)?;
    Ok((near, far, path))
}

fn open_raw(path: &Path) -> Result<OwnedFd, Errno> {
    let fd = rustix::fs::open(path, OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
    make_raw(&fd)?;
    // Not TIOCEXCL, which would outlive this program as long as the near side is open.
    rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive)?;
    tcflush(&fd, QueueSelector::IFlush)?;
    Ok(fd)
}

fn make_raw(fd: &OwnedFd) -> Result<(), Errno> {
    let mut settings = tcgetattr(fd)?;
    settings.make_raw();
    settings.control_modes |= ControlModes::CREAD | ControlModes::CLOCAL;
    settings.control_modes -= ControlModes::CSTOPB | ControlModes::CRTSCTS;
    // Where a pseudo-terminal refuses a speed it has none.
    let _ = settings.set_speed(BAUD);
    tcsetattr(fd, OptionalActions::Now, &settings)
}

/// One clause for a person: what is wrong with a path and what to do.
pub(super) fn reason(path: &Path, errno: Errno) -> String {
    match errno {
        Errno::NOENT | Errno::NXIO | Errno::NODEV => "there is no such port".into(),
        Errno::AGAIN | Errno::BUSY => "another program is using it: close that one first".into(),
        Errno::ACCESS | Errno::PERM => refused(path),
        Errno::NOTTY | Errno::ISDIR | Errno::INVAL => "it is no serial port and no terminal".into(),
        other => format!("the system says: {other}"),
    }
}

/// Which group may use a port.
fn refused(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    let group = std::fs::metadata(path).ok().map(|metadata| metadata.gid()).and_then(|gid| {
        let groups = std::fs::read_to_string("/etc/group").ok()?;
        let id = gid.to_string();
        groups.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == id && name != "root").then(|| name.to_owned())
        })
    });
    match group {
        Some(group) => {
            format!(
                "you may not use it: become a member of the group {group} (sudo usermod -aG {group} $USER, then log in again)"
            )
        }
        None => "you may not use it: ask for permission to read and write it".into(),
    }
}

/// `far` is given by who made the pair.
fn halves(fd: OwnedFd, far: Option<OwnedFd>) -> Halves {
    let (fd, hung_up) = (Arc::new(fd), Arc::new(AtomicBool::new(false)));
    let (reading, writing, flag) = (fd.clone(), fd.clone(), hung_up.clone());
    Halves {
        reader: Box::new(Reader { fd: reading, hung_up: hung_up.clone(), far: far.map(Far::new) }),
        writer: Box::new(Writer { fd: writing, hung_up }),
        drains: true,
        discard: Box::new(move || {
            // Best effort: what slips through is judged by the engine like any other noise.
            let _ = tcflush(&*fd, QueueSelector::IFlush);
        }),
        hang_up: Box::new(move || flag.store(true, Ordering::Release)),
    }
}

struct Reader {
    fd: Arc<OwnedFd>,
    hung_up: Arc<AtomicBool>,
    far: Option<Far>,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.hung_up.load(Ordering::Acquire) {
            return Ok(0);
        }
        if let Some(far) = &mut self.far {
            far.forget_unread();
        }
        wait(&self.fd, PollFlags::IN)?;
        Ok(rustix::io::read(&*self.fd, buffer)?)
    }
}

struct Writer {
    fd: Arc<OwnedFd>,
    hung_up: Arc<AtomicBool>,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.hung_up.load(Ordering::Acquire) {
            return Err(ErrorKind::BrokenPipe.into());
        }
        match rustix::io::write(&*self.fd, bytes) {
            Err(Errno::AGAIN) => {
                wait(&self.fd, PollFlags::OUT)?;
                Err(ErrorKind::WouldBlock.into())
            }
            result => Ok(result?),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        // A pseudo-terminal has no line to drain into: what is written has left.
        Ok(())
    }
}

fn wait(fd: &OwnedFd, what: PollFlags) -> io::Result<()> {
    match poll(&mut [PollFd::new(fd, what)], Some(&SLICE))? {
        0 => Err(ErrorKind::TimedOut.into()),
        // A line that hung up is told by the read or write that follows.
        _ => Ok(()),
    }
}

/// The far side of a made pair, as its maker sees it.
struct Far {
    fd: OwnedFd,
    unread: u64,
    since: Instant,
}

impl Far {
    fn new(fd: OwnedFd) -> Self {
        Self { fd, unread: 0, since: Instant::now() }
    }

    /// Loses what has been lying there for too long: on a wire it would have been lost at once.
    fn forget_unread(&mut self) {
        let unread = rustix::io::ioctl_fionread(&self.fd).unwrap_or(0);
        if unread == 0 || unread < self.unread {
            self.since = Instant::now();
        } else if self.since.elapsed() > UNREAD {
            let _ = tcflush(&self.fd, QueueSelector::IFlush);
        }
        self.unread = unread;
    }
}
