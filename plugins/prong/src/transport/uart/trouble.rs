//! Why a port cannot be opened, in one clause for a person.

use serialport::{Error, ErrorKind};
use std::io;

use super::{PortInfo, ports};

/// What can be seen before a port is touched, which on some boards is a reset.
pub(super) fn before(port: &str) -> Result<(), String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        use std::path::Path;

        use rustix::fs::Access;
        use rustix::io::Errno;

        use crate::transport::pty;

        let path = Path::new(port);
        match std::fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing(&ports())),
            Ok(metadata) if !metadata.file_type().is_char_device() => return Err(pty::reason(path, Errno::NOTTY)),
            _ => {}
        }
        if let Err(errno @ (Errno::ACCESS | Errno::PERM)) = rustix::fs::access(path, Access::READ_OK | Access::WRITE_OK)
        {
            return Err(pty::reason(path, errno));
        }
    }
    #[cfg(not(unix))]
    let _ = port;
    Ok(())
}

/// What opening it says.
pub(super) fn reason(port: &str, error: &Error) -> String {
    match error.kind {
        ErrorKind::Io(io::ErrorKind::NotFound) => missing(&ports()),
        // On Unix this is a port in use; on Windows also one that is not there.
        ErrorKind::NoDevice if ports().iter().all(|info| info.name != port) && cfg!(windows) => missing(&ports()),
        ErrorKind::NoDevice => "another program is using it: close that one first".into(),
        ErrorKind::Io(io::ErrorKind::PermissionDenied) if cfg!(windows) => {
            "another program is using it: close that one first".into()
        }
        #[cfg(unix)]
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => {
            crate::transport::pty::reason(port.as_ref(), rustix::io::Errno::ACCESS)
        }
        _ if error.description.contains("typewriter") || error.description.contains("ioctl") => {
            "it is no serial port and no terminal".into()
        }
        _ => format!("the system says: {}", error.description),
    }
}

fn missing(there: &[PortInfo]) -> String {
    match there {
        [] => "there is no such port; no serial port is here at all: is the adapter plugged in?".into(),
        there => {
            let names: Vec<&str> = there.iter().take(8).map(|info| info.name.as_str()).collect();
            format!("there is no such port; here are {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_port_lists_those_there_are() {
        let port = |name: &str| PortInfo { name: name.into(), adapter: String::new(), usb: None, hint: None };
        assert!(missing(&[]).contains("is the adapter plugged in?"));
        assert_eq!(missing(&[port("COM3"), port("COM7")]), "there is no such port; here are COM3, COM7");
        assert!(missing(&vec![port("COM1"); 300]).len() < 120);
    }
}
