//! The terminal as a stage: taken at the start, given back at the end, however that comes.

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
    supports_keyboard_enhancement,
};
use crossterm::{cursor, execute};
use std::io::{self, stdout};

/// While it lives, the terminal is ours; dropping it restores what was there before.
pub struct Terminal {
    releases: bool,
}

impl Terminal {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When it cannot be switched; it is then as it was.
    pub fn enter() -> io::Result<Terminal> {
        // A panic's message belongs on the terminal as it was.
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore(true);
            before(panic);
        }));
        enable_raw_mode()?;
        let mut terminal = Terminal { releases: false };
        execute!(
            stdout(),
            EnterAlternateScreen,
            DisableLineWrap,
            cursor::Hide,
            EnableFocusChange,
            EnableBracketedPaste
        )?;
        // Asks the terminal; one that knows no better answers at once.
        if supports_keyboard_enhancement().unwrap_or(false) {
            let flags =
                KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES | KeyboardEnhancementFlags::REPORT_EVENT_TYPES;
            execute!(stdout(), PushKeyboardEnhancementFlags(flags))?;
            terminal.releases = true;
        }
        Ok(terminal)
    }

    /// Whether the terminal tells when a key is let go.
    pub fn has_releases(&self) -> bool {
        self.releases
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore(self.releases);
    }
}

/// Gives the terminal back. It may be gone already; nothing can be done about that.
fn restore(releases: bool) {
    if releases {
        let _ = execute!(stdout(), PopKeyboardEnhancementFlags);
    }
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        DisableFocusChange,
        ResetColor,
        EnableLineWrap,
        cursor::Show,
        LeaveAlternateScreen
    );
    let _ = disable_raw_mode();
}
