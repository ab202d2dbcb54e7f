//! What is told on standard output when a daycare opens. The set-up token goes here and nowhere else.

use super::ca::Authority;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use std::fmt::Write;

/// What there is to tell.
#[derive(Debug)]
pub struct Opening<'a> {
    /// The best address first.
    pub origins: &'a [String],
    /// The one-time token, until somebody has used it.
    pub token: Option<&'a str>,
    /// Minutes that the token is good for.
    pub minutes: u64,
    /// Who issued the certificate.
    pub authority: Option<&'a Authority>,
    /// Where metrics are, if anywhere.
    pub metrics: Option<String>,
    /// Whether to draw the first address for a phone's camera.
    pub qr: bool,
    /// Whether only this computer can reach it.
    pub only_here: bool,
}

impl Opening<'_> {
    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let Some((first, others)) = self.origins.split_first() else { return text };
        let url = match self.token {
            Some(token) => {
                let minutes = self.minutes;
                text += &format!("The daycare is open. Make the first account here, within {minutes} minutes:\n");
                format!("{first}/#setup={token}")
            }
            None => {
                text += "The daycare is open at\n";
                format!("{first}/")
            }
        };
        let _ = writeln!(text, "\n  {url}\n");
        if self.qr
            && let Some(code) = qr(&url)
        {
            let _ = writeln!(text, "{code}\n");
        }
        if !others.is_empty() {
            let _ = writeln!(text, "Also at {}", others.join(" "));
        }
        if self.only_here {
            text += "Only this computer can reach it; for others, start it with --listen 0.0.0.0:8443.\n";
        }
        if let Some(authority) = self.authority {
            let _ = writeln!(
                text,
                "Browsers warn once, for the certificate is this daycare's own. To trust it for good, install\n\
                 {first}/ca.pem after comparing its SHA-256 fingerprint:\n  {}",
                authority.fingerprint
            );
        }
        if let Some(metrics) = &self.metrics {
            let _ = writeln!(text, "Metrics at {metrics}");
        }
        text
    }
}

/// A QR code as text, two dots a character, light on dark as terminals are.
fn qr(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    // A character's ink is a terminal's foreground, which is light on nearly all of them.
    Some(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening<'a>(origins: &'a [String], token: Option<&'a str>) -> Opening<'a> {
        Opening { origins, token, minutes: 30, authority: None, metrics: None, qr: false, only_here: false }
    }

    #[test]
    fn the_first_time_there_is_one_address_with_the_token() {
        let origins = ["https://192.168.1.20:8443".to_owned(), "https://nest.local:8443".to_owned()];
        let text = opening(&origins, Some("TOKEN")).text();
        assert!(text.contains("\n  https://192.168.1.20:8443/#setup=TOKEN\n"), "{text}");
        assert_eq!(text.matches("TOKEN").count(), 1);
        assert!(text.contains("30 minutes") && text.contains("Also at https://nest.local:8443"));
    }

    #[test]
    fn later_there_is_the_plain_address() {
        let origins = ["http://localhost:8080".to_owned()];
        let text = Opening { only_here: true, ..opening(&origins, None) }.text();
        assert!(text.contains("\n  http://localhost:8080/\n") && text.contains("--listen"), "{text}");
        assert!(!text.contains("setup"));
    }

    #[test]
    fn the_code_is_a_square_of_half_blocks_with_its_quiet_zone() {
        let origins = ["https://192.168.1.20:8443".to_owned()];
        let text = Opening { qr: true, ..opening(&origins, Some(&"A".repeat(26))) }.text();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(['\u{2588}', '\u{2580}'])).collect();
        let width = lines.first().map_or(0, |line| line.chars().count());
        assert!(width <= 80 && width == lines.len() * 2 - 1, "{width} {}", lines.len());
        assert!(lines.iter().all(|line| line.chars().count() == width));
        // Four dots of quiet zone: the first two lines are full.
        assert!(lines[..2].iter().all(|line| line.chars().all(|dot| dot == '\u{2588}')));
    }
}
