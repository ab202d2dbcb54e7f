//! What the tests of the command line share: the real binary, in a folder of its own.
#![allow(dead_code, reason = "every test file uses its part")]

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes longer, even on a busy machine; what does, hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that beeps, counts in RAM and answers no button, in the assembler's words.
pub const BEEPER: &str = "
        PAGE 1
        LD   A,0FH
        LD   XP,A
        LD   X,74H
        LD   MX,TONE
        LD   X,54H
        LD   MX,7
        LD   A,0
        LD   XP,A
loop:   LD   X,10H
        ADD  MX,1
        JP   loop
";

/// A folder that goes away with the test.
pub struct Folder {
    dir: tempfile::TempDir,
}

/// What a finished command left.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Done {
    /// Asserts the exit status and that standard error holds a sentence.
    #[track_caller]
    pub fn fails(&self, code: i32, sentence: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.contains(sentence), "{sentence:?} is not in {self:#?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
    }

    /// Asserts success and returns what was printed.
    #[track_caller]
    pub fn works(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.out
    }
}

impl Folder {
    pub fn new() -> Folder {
        Folder { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The binary, started here, with a home that is empty.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eggtooth"));
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        command.env("HOME", self.dir.path()).env_remove("XDG_DATA_HOME").env_remove("NO_COLOR");
        command
    }

    /// Runs the binary to its end.
    pub fn eggtooth<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Done {
        finish(self.command(arguments))
    }

    /// The same with arguments as one text.
    pub fn run(&self, arguments: &str) -> Done {
        self.eggtooth(arguments.split_whitespace())
    }

    /// Assembles a program and returns its path.
    pub fn rom(&self, name: &str, source: &str) -> PathBuf {
        let source = self.file(&format!("{name}.s"), source);
        let rom = self.path(&format!("{name}.rom"));
        self.eggtooth([OsStr::new("asm"), source.as_ref(), OsStr::new("-o"), rom.as_ref()]).works();
        rom
    }

    /// [`BEEPER`] with one of the eight tones.
    pub fn beeper(&self, tone: u8) -> PathBuf {
        self.rom(&format!("beep{tone}"), &BEEPER.replace("TONE", &tone.to_string()))
    }
}

/// Runs a command to its end, but not for ever.
pub fn finish(mut command: Command) -> Done {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out = drain(child.stdout.take().unwrap());
    let err = drain(child.stderr.take().unwrap());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{command:?} does not end");
        }
        thread::sleep(Duration::from_millis(2));
    };
    Done { code: status.code(), out: out.join().unwrap(), err: err.join().unwrap() }
}

fn drain(mut from: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The embedded pet's ROM.
pub fn pip() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/firmware/pip/pip.rom")
}
