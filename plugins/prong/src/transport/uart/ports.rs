//! Which ports there are, and where one is now.

use serialport::{SerialPortInfo, SerialPortType};

use super::super::adapters::{PortInfo, Usb, known, named};

/// The ports that the system knows, by name; none if it cannot tell. Pseudo-terminals are not among them.
pub fn ports() -> Vec<PortInfo> {
    let mut ports: Vec<PortInfo> =
        serialport::available_ports().unwrap_or_default().into_iter().map(describe).collect();
    ports.sort_by(|a, b| (a.usb.is_none(), &a.name).cmp(&(b.usb.is_none(), &b.name)));
    ports
}

/// The serial number of the adapter at a port.
pub(super) fn serial_of(port: &str) -> Option<String> {
    // `/dev/serial/by-id/…` and the like are links.
    let real = std::fs::canonicalize(port).ok();
    let found = ports().into_iter().find(|info| info.name == port || real.as_deref() == Some(info.name.as_ref()))?;
    found.usb?.serial
}

/// Where a port that vanished is now: the adapter with its number wherever it is, else the same name unless another
/// adapter has taken it.
pub(super) fn now_at(name: &str, serial: Option<&str>, ports: &[PortInfo]) -> Option<String> {
    match serial {
        Some(serial) => ports
            .iter()
            .find(|info| info.usb.as_ref().is_some_and(|usb| usb.serial.as_deref() == Some(serial)))
            .map(|info| info.name.clone()),
        None => Some(name.to_owned()),
    }
}

fn describe(info: SerialPortInfo) -> PortInfo {
    match info.port_type {
        SerialPortType::UsbPort(usb) => {
            let known = known(usb.vid, usb.pid);
            let told = [usb.manufacturer, usb.product].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let adapter = named(known.map_or("", |(chip, _)| chip), told.trim());
            PortInfo {
                name: info.port_name,
                adapter,
                usb: Some(Usb { vendor: usb.vid, product: usb.pid, serial: usb.serial_number }),
                hint: known.map(|(_, hint)| hint),
            }
        }
        other => {
            let adapter = match other {
                SerialPortType::PciPort => "built in",
                SerialPortType::BluetoothPort => "Bluetooth",
                _ => "",
            };
            // Mainboards have RS-232, whose voltages are far beyond what the prongs bear.
            let hint = matches!(other, SerialPortType::PciPort).then_some(
                "a computer's own serial port is often RS-232 with ±12 V, which destroys a toy: use a 3.3 V USB adapter",
            );
            PortInfo { name: info.port_name, adapter: adapter.into(), usb: None, hint }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn usb(name: &str, vid: u16, pid: u16, serial: Option<&str>) -> PortInfo {
        describe(SerialPortInfo {
            port_name: name.into(),
            port_type: SerialPortType::UsbPort(serialport::UsbPortInfo {
                vid,
                pid,
                serial_number: serial.map(str::to_owned),
                manufacturer: Some("FTDI".into()),
                product: Some("FT232R USB UART".into()),
            }),
        })
    }

    #[test]
    fn adapters_have_names_and_hints() {
        let port = usb("/dev/ttyUSB0", 0x0403, 0x6001, Some("A1"));
        assert_eq!(port.adapter, "FTDI FT232R USB UART");
        assert!(port.hint.unwrap().contains("16 ms"));
        assert_eq!(port.usb, Some(Usb { vendor: 0x0403, product: 0x6001, serial: Some("A1".into()) }));
        let other = usb("/dev/ttyUSB1", 0x1A86, 0x5523, None);
        assert!(other.adapter.ends_with("(CH341)") && other.hint.unwrap().contains("3.3 V"));
        assert_eq!(usb("/dev/ttyUSB1", 0x9999, 1, None).hint, None);
    }

    #[test]
    fn a_port_comes_back_where_its_adapter_is() {
        let ports = [usb("/dev/ttyUSB0", 0x0403, 0x6001, Some("B2")), usb("/dev/ttyUSB1", 0x0403, 0x6001, Some("A1"))];
        assert_eq!(now_at("/dev/ttyUSB0", Some("A1"), &ports).unwrap(), "/dev/ttyUSB1");
        assert_eq!(now_at("/dev/ttyUSB0", Some("C3"), &ports), None);
        assert_eq!(now_at("/dev/ttyUSB0", None, &ports).unwrap(), "/dev/ttyUSB0");
    }

    #[test]
    fn the_ports_of_this_computer_can_be_listed() {
        let ports = ports();
        assert!(ports.iter().all(|port| !port.name.is_empty()), "{ports:?}");
        assert!(ports.is_sorted_by_key(|port| (port.usb.is_none(), port.name.clone())));
    }
}
