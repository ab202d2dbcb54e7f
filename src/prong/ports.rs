//! `prong ports`: serial ports, and what is known about the adapters behind them.

use anyhow::Result;
use eggtooth_prong::transport::uart;
use serde_json::json;
use std::fmt::Write;

use crate::output;

/// `prong ports`.
pub fn ports(json: bool) -> Result<()> {
    let ports = uart::ports();
    if json {
        let list: Vec<_> = ports
            .iter()
            .map(|port| json!({ "port": port.name, "adapter": port.adapter, "usb": port.usb.as_ref().map(|usb| format!("{:04x}:{:04x}", usb.vendor, usb.product)), "serial": port.usb.as_ref().and_then(|usb| usb.serial.clone()), "hint": port.hint }))
            .collect();
        return output::print(&format!("{}\n", serde_json::Value::Array(list)));
    }
    if ports.is_empty() {
        output::log("there is no serial port: plug in a 3.3 V adapter, or try `eggtooth prong simulate --pty LINK`");
    }
    let mut text = String::new();
    for port in ports {
        let _ = writeln!(text, "{}  {}", port.name, port.adapter);
        if let Some(hint) = port.hint {
            let _ = writeln!(text, "    {hint}");
        }
    }
    output::print(&text)
}
