//! A socket to a daycare: opened with a deadline, then never blocking.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Instant;

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use tungstenite::client::{IntoClientRequest, client_with_config};
use tungstenite::error::CapacityError;
use tungstenite::handshake::HandshakeError;
use tungstenite::http::HeaderValue;
use tungstenite::http::header::ORIGIN;
use tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};

use super::request::{Web, io_fault};
use super::{Address, Ear};
use crate::client::ClientError;
use crate::client::live::Heard;

/// Bytes that wait for a network that does not take them; with more the link is broken.
const MOST_UNSENT: usize = 64 << 10;

/// A TCP connection in one of its two lives.
enum Tcp {
    /// Blocks until the deadline.
    Opening(TcpStream, Instant),
    /// Never blocks.
    Open(mio::net::TcpStream),
    /// Between the two.
    Gone,
}

impl Tcp {
    /// The stream, with what is left of the time.
    fn opening<'a>(stream: &'a mut TcpStream, deadline: &Instant) -> io::Result<&'a mut TcpStream> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        stream.set_write_timeout(Some(left))?;
        Ok(stream)
    }
}

/// A read that timed out is no call to come again later, as `WouldBlock` would be.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

impl Read for Tcp {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Tcp::Opening(stream, deadline) => Tcp::opening(stream, deadline)?.read(buffer).map_err(timed_out),
            Tcp::Open(stream) => stream.read(buffer),
            Tcp::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Write for Tcp {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Tcp::Opening(stream, deadline) => Tcp::opening(stream, deadline)?.write(bytes).map_err(timed_out),
            Tcp::Open(stream) => stream.write(bytes),
            Tcp::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// With TLS or without.
enum Wire {
    Plain(Tcp),
    Tls(Box<StreamOwned<ClientConnection, Tcp>>),
}

impl Wire {
    fn tcp(&mut self) -> &mut Tcp {
        match self {
            Wire::Plain(tcp) => tcp,
            Wire::Tls(stream) => &mut stream.sock,
        }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(tcp) => tcp.read(buffer),
            Wire::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(tcp) => tcp.write(bytes),
            Wire::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(tcp) => tcp.flush(),
            Wire::Tls(stream) => stream.flush(),
        }
    }
}

/// An open WebSocket.
pub(in crate::client) struct Socket {
    web: WebSocket<Wire>,
}

impl Socket {
    /// Connects, which takes no longer than the daycare's patience; `path` is on the same machine, and messages have
    /// `longest` bytes at most. The socket is registered for reading and writing.
    pub(in crate::client) async fn open(
        to: &Web,
        path: &str,
        longest: usize,
        ear: &mut Ear,
    ) -> Result<Socket, ClientError> {
        let address = &to.address;
        let fault = |error: &io::Error| io_fault(address, to.authority.as_ref(), error);
        let answer = || ClientError::Answer { url: address.url() };
        let deadline = Instant::now() + to.patience;
        let tcp = Tcp::Opening(dial(address, deadline).map_err(|error| fault(&error))?, deadline);
        let mut wire = match to.tls()? {
            None => Wire::Plain(tcp),
            Some(tls) => {
                let name = ServerName::try_from(address.host().to_owned()).map_err(|_| answer())?;
                let connection = ClientConnection::new(tls, name).map_err(|error| fault(&io::Error::other(error)))?;
                Wire::Tls(Box::new(StreamOwned::new(connection, tcp)))
            }
        };
        if let Wire::Tls(stream) = &mut wire {
            // Before the first byte of the request, so that a stranger's certificate is named as such.
            let (connection, tcp) = (&mut stream.conn, &mut stream.sock);
            while connection.is_handshaking() {
                connection.complete_io(tcp).map_err(|error| fault(&error))?;
            }
        }
        let origin = address.url();
        // The path is the daycare's, and stays on the daycare.
        let plain = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
        let url = format!("ws{}{path}", origin.strip_prefix("http").unwrap_or_default());
        let mut request = url.into_client_request().ok().filter(|_| plain).ok_or_else(answer)?;
        request.headers_mut().insert(ORIGIN, HeaderValue::from_str(&origin).map_err(|_| answer())?);
        let limits = WebSocketConfig::default()
            .max_message_size(Some(longest))
            .max_frame_size(Some(longest))
            .read_buffer_size(8 << 10)
            .write_buffer_size(0)
            .max_write_buffer_size(MOST_UNSENT);
        let mut web = match client_with_config(request, wire, Some(limits)) {
            Ok((web, _)) => web,
            Err(HandshakeError::Failure(Error::Io(error))) => return Err(fault(&error)),
            Err(HandshakeError::Failure(Error::Http(refused))) => {
                let status = refused.status().as_u16();
                let detail = format!("the daycare refuses the live link, with the status {status}; try again later");
                return Err(ClientError::Refused { status, detail, after: None });
            }
            Err(_) => return Err(answer()),
        };
        let tcp = web.get_mut().tcp();
        if let Tcp::Opening(stream, _) = std::mem::replace(tcp, Tcp::Gone) {
            stream.set_nonblocking(true).map_err(|error| fault(&error))?;
            let mut stream = mio::net::TcpStream::from_std(stream);
            let interest = mio::Interest::READABLE | mio::Interest::WRITABLE;
            let (registry, token) = ear.place();
            registry.register(&mut stream, token, interest).map_err(|error| fault(&error))?;
            *tcp = Tcp::Open(stream);
        }
        Ok(Socket { web })
    }

    /// Sends one binary message, or keeps it until the network takes it. `false`: the link is broken.
    pub(in crate::client) fn send(&mut self, bytes: Vec<u8>) -> bool {
        went(self.web.send(Message::Binary(bytes.into())))
    }

    /// Sends what the network did not take.
    pub(in crate::client) fn flush(&mut self) -> bool {
        went(self.web.flush())
    }

    /// Takes what came. To be called until it is nothing.
    pub(in crate::client) fn hear(&mut self) -> Heard {
        loop {
            return match self.web.read() {
                Ok(Message::Binary(bytes)) => Heard::Message(bytes.into()),
                Ok(Message::Ping(_) | Message::Pong(_)) => continue,
                Ok(Message::Close(frame)) => Heard::End(frame.map(|frame| frame.code.into())),
                Ok(Message::Text(text)) => Heard::Strange(text.len()),
                Ok(Message::Frame(_)) => Heard::Strange(0),
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Heard::Nothing,
                Err(Error::Capacity(CapacityError::MessageTooLong { size, .. })) => Heard::Strange(size),
                Err(Error::Capacity(_) | Error::Utf8(_)) => Heard::Strange(0),
                Err(_) => Heard::End(None),
            };
        }
    }

    /// Says farewell, as far as the network takes it now.
    pub(in crate::client) fn close(mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        // Who is gone already need not hear it.
        let _ = self.web.close(Some(frame));
        let _ = self.web.flush();
    }
}

fn went(result: Result<(), Error>) -> bool {
    match result {
        Ok(()) => true,
        Err(Error::Io(error)) => error.kind() == io::ErrorKind::WouldBlock,
        Err(_) => false,
    }
}

/// To the first of the machine's addresses that answers.
fn dial(address: &Address, deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for place in (address.host(), address.port()).to_socket_addrs()? {
        let left = deadline.saturating_duration_since(Instant::now()) / 2;
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(&place, left) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
