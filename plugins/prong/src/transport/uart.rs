//! Real serial ports: 460,800 baud, 8-N-1, no flow control.
//!
//! Not tried on hardware: what is known about adapters comes from others' reports (§4).

mod ports;
mod trouble;

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serialport::{ClearBuffer, DataBits, FlowControl, Parity, SerialPort, SerialPortBuilder, StopBits};

use super::threaded::{Halves, Reopen, Threaded};
use super::{Clock, TransportError};

pub use super::BAUD;
pub use super::adapters::{PortInfo, Usb};
pub use ports::ports;

/// How long a read or write waits before it looks whether it is to stop. One millisecond cuts writes on Windows (§4).
const TIMEOUT: Duration = Duration::from_millis(50);

/// How a port is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Level of DTR. The prongs have no such wire; boards that reset themselves by it want it off, the default.
    pub dtr: bool,
    /// Level of RTS, likewise.
    pub rts: bool,
}

/// Opens a serial port, or a pseudo-terminal that stands for one, for this program alone.
///
/// What the system had received before is thrown away. A port that vanishes is opened again when it is back: under
/// its name, or wherever the USB adapter with its serial number is now; an adapter with another number is left alone.
/// Only a real port has a [`line_rate`](super::Transport::line_rate).
///
/// # Errors
/// There is no such port (the reason lists those there are), another program has it, it may not be used, or it is no
/// terminal at all.
pub fn open(port: &str, options: Options, clock: Clock) -> Result<Threaded, TransportError> {
    #[cfg(unix)]
    if super::pty::is_pty(port.as_ref()) {
        return super::pty::open(port.as_ref(), clock);
    }
    let failed = |reason| TransportError::Open { port: port.to_owned(), reason };
    trouble::before(port).map_err(failed)?;
    let halves = open_port(port, options).map_err(|error| failed(trouble::reason(port, &error)))?;
    let (name, serial) = (port.to_owned(), ports::serial_of(port));
    let reopen: Reopen = Box::new(move || {
        let name = ports::now_at(&name, serial.as_deref(), &ports())?;
        open_port(&name, options).ok()
    });
    Threaded::start(halves, Some(reopen), Some(BAUD), clock)
}

fn builder(port: &str) -> SerialPortBuilder {
    serialport::new(port, BAUD)
        .data_bits(DataBits::Eight)
        .parity(Parity::None)
        .stop_bits(StopBits::One)
        .flow_control(FlowControl::None)
        .timeout(TIMEOUT)
        .exclusive(true)
}

fn open_port(port: &str, options: Options) -> Result<Halves, serialport::Error> {
    let mut reader = builder(port).dtr_on_open(options.dtr).open()?;
    // Some drivers have no such line and work all the same.
    let _ = reader.write_request_to_send(options.rts);
    reader.clear(ClearBuffer::All)?;
    let writer = reader.try_clone()?;
    let clearer = reader.try_clone()?;
    let hung_up = Arc::new(AtomicBool::new(false));
    let flag = hung_up.clone();
    Ok(Halves {
        reader: Box::new(Port { port: reader, hung_up: hung_up.clone() }),
        writer: Box::new(Port { port: writer, hung_up }),
        drains: true,
        discard: Box::new(move || {
            // Best effort: what slips through is judged by the engine like any other noise.
            let _ = clearer.clear(ClearBuffer::Input);
        }),
        hang_up: Box::new(move || flag.store(true, Ordering::Release)),
    })
}

/// A port that stops when it is told to: its calls return after [`TIMEOUT`].
struct Port {
    port: Box<dyn SerialPort>,
    hung_up: Arc<AtomicBool>,
}

impl Port {
    fn check(&self) -> io::Result<()> {
        if self.hung_up.load(Ordering::Acquire) { Err(ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }
}

impl Read for Port {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.port.read(buffer)
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.check()?;
        self.port.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.check()?;
        self.port.flush()
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
    use super::super::pty::Pty;
    use super::super::{Arrival, Transport};
    use super::*;

    const WAIT: Duration = Duration::from_secs(10);

    #[test]
    fn a_port_has_the_settings_of_the_prongs() {
        let pty = Pty::create(None, Clock::start()).unwrap();
        let port = builder(pty.path().to_str().unwrap()).open().unwrap();
        assert_eq!(port.baud_rate().unwrap(), 460_800);
        assert_eq!(port.data_bits().unwrap(), DataBits::Eight);
        assert_eq!(port.parity().unwrap(), Parity::None);
        assert_eq!(port.stop_bits().unwrap(), StopBits::One);
        assert_eq!(port.flow_control().unwrap(), FlowControl::None);
        assert!(port.timeout() >= Duration::from_millis(50));
    }

    /// A line as a real port has it, on a terminal: `open` itself would take the shorter way there.
    fn port(pty: &Pty, clock: Clock) -> Threaded {
        let halves = open_port(pty.path().to_str().unwrap(), Options::default()).unwrap();
        Threaded::start(halves, None, Some(BAUD), clock).unwrap()
    }

    #[test]
    fn bytes_pass_unchanged_and_whole() {
        let clock = Clock::start();
        let mut far = Pty::create(None, clock).unwrap();
        let mut near = port(&far, clock);
        let sent: Vec<u8> = (0..=255).cycle().take(20_000).collect();
        near.send(&sent).unwrap();
        near.flush(WAIT).unwrap();
        far.send(&sent).unwrap();
        for line in [&mut near as &mut dyn Transport, &mut far] {
            let mut got = Vec::new();
            while got.len() < sent.len() {
                let Some(Arrival::Bytes { bytes, .. }) = line.next(WAIT).unwrap() else { panic!("{}", got.len()) };
                got.extend(bytes);
            }
            assert!(got == sent);
        }
    }

    #[test]
    fn a_pulled_port_is_told_and_its_threads_end() {
        let clock = Clock::start();
        let far = Pty::create(None, clock).unwrap();
        let mut near = port(&far, clock);
        drop(far);
        let Some(Arrival::Lost { reason, .. }) = near.next(WAIT).unwrap() else { panic!("no loss") };
        assert!(reason.contains("unplugged"), "{reason}");
        assert!(matches!(near.next(WAIT), Err(TransportError::Gone(_))));
    }

    #[test]
    fn a_terminal_pair_is_opened_without_a_line_rate() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("toy");
        let clock = Clock::start();
        let mut far = Pty::create(Some(&link), clock).unwrap();
        let mut near = open(link.to_str().unwrap(), Options::default(), clock).unwrap();
        assert_eq!(near.line_rate(), None);
        near.send(b"ECHO REQ\r\n").unwrap();
        assert!(matches!(far.next(WAIT).unwrap(), Some(Arrival::Bytes { .. })));
        // Only the setting, no time: a terminal has none.
        let seen = rustix::termios::tcgetattr(std::fs::File::open(&link).unwrap()).unwrap();
        assert_eq!((seen.input_speed(), seen.output_speed()), (460_800, 460_800));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "text").unwrap();
        let why = |port: &str| open(port, Options::default(), Clock::start()).unwrap_err().to_string();
        let none = why("/dev/ttyNONE");
        assert!(none.starts_with("/dev/ttyNONE cannot be opened: there is no such port; "), "{none}");
        for port in [file.to_str().unwrap(), folder.path().to_str().unwrap(), "/dev/null"] {
            assert!(why(port).ends_with("it is no serial port and no terminal"), "{}", why(port));
        }
        let far = Pty::create(None, Clock::start()).unwrap();
        let path = far.path().to_str().unwrap();
        let _first = open(path, Options::default(), Clock::start()).unwrap();
        assert!(why(path).ends_with("another program is using it: close that one first"), "{}", why(path));
        // The same by the way that real ports go.
        let error = open_port(path, Options::default()).err().unwrap();
        assert!(trouble::reason(path, &error).starts_with("another program is using it"), "{error:?}");
    }
}
