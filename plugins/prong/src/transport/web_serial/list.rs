//! The ports that the page may use, by names of its own.

use std::cell::RefCell;

use js_sys::Object;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::super::adapters::{PortInfo, Usb, known, named};
use super::js::{self, Serial, SerialPort};

thread_local! {
    /// Every port that was ever seen: the place is its name, so none is taken out.
    static PORTS: RefCell<Vec<Known>> = const { RefCell::new(Vec::new()) };
}

struct Known {
    port: SerialPort,
    /// It was there when the page looked last.
    here: bool,
}

/// More ports than that get no names.
const MOST: usize = 256;

/// The ports that the page may use, as they were when it [`look`]ed last; their names last as long as the page.
pub fn ports() -> Vec<PortInfo> {
    PORTS.with_borrow(|ports| {
        let here = ports.iter().enumerate().filter(|(_, known)| known.here);
        here.map(|(place, known)| describe(place, &known.port)).collect()
    })
}

/// Looks which ports there are, and calls `then`.
pub fn look(then: impl FnOnce() + 'static) {
    spawn_local(async move {
        if let Some(serial) = js::serial() {
            note(&js::granted(&serial).await);
        }
        then();
    });
}

/// The port of that name, if it is still there.
pub(super) async fn find(serial: &Serial, name: &str) -> Option<SerialPort> {
    note(&js::granted(serial).await);
    PORTS.with_borrow(|ports| {
        let mut here = ports.iter().enumerate().filter(|(_, known)| known.here);
        here.find(|(place, _)| name_of(*place) == name).map(|(_, known)| known.port.clone())
    })
}

/// The port that the player chooses.
///
/// # Errors
/// One clause: none was chosen, or the browser does not ask.
pub(super) async fn choose(serial: &Serial) -> Result<SerialPort, String> {
    let port = js::done(serial.request_port()).await.map_err(|error| match js::name(&error).as_str() {
        "NotFoundError" => "none was chosen".to_owned(),
        "SecurityError" => "the browser asks only right after a click: connect again".to_owned(),
        _ => format!("the browser says: {}", js::message(&error)),
    })?;
    note(&js::granted(serial).await);
    Ok(port.unchecked_into())
}

/// The USB numbers of a port, if it has any.
pub(super) fn usb(port: &SerialPort) -> Option<(u16, u16)> {
    let info = port.get_info().ok()?;
    Some((js::number(&info, "usbVendorId")?, js::number(&info, "usbProductId")?))
}

fn note(there: &[SerialPort]) {
    PORTS.with_borrow_mut(|ports| {
        for known in ports.iter_mut() {
            known.here = there.iter().any(|port| Object::is(port, &known.port));
        }
        for port in there {
            if ports.len() < MOST && !ports.iter().any(|known| Object::is(&known.port, port)) {
                ports.push(Known { port: port.clone(), here: true });
            }
        }
    });
}

fn name_of(place: usize) -> String {
    format!("port {}", place + 1)
}

fn describe(place: usize, port: &SerialPort) -> PortInfo {
    let numbers = usb(port);
    let chip = numbers.and_then(|(vendor, product)| known(vendor, product));
    let adapter = match (chip, numbers) {
        (Some((chip, _)), _) => named(chip, ""),
        (None, Some((vendor, product))) => format!("USB {vendor:04x}:{product:04x}"),
        (None, None) => String::new(),
    };
    let usb = numbers.map(|(vendor, product)| Usb { vendor, product, serial: None });
    PortInfo { name: name_of(place), adapter, usb, hint: chip.map(|(_, hint)| hint) }
}
