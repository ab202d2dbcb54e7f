//! The terminal as a stage: taken at the start, given back at the end, however that comes.

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
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
        let terminal = Terminal { releases: false };
        execute!(
            stdout(),
            EnterAlternateScreen,
            DisableLineWrap,
            cursor::Hide,
            EnableFocusChange,
            EnableBracketedPaste
        )?;
        Ok(terminal)
    }

    /// Asks a terminal that can to tell when a key is let go (the kitty keyboard protocol).
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn ask_for_releases(&mut self) -> io::Result<()> {
        self.releases = true;
        let flags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES | KeyboardEnhancementFlags::REPORT_EVENT_TYPES;
        execute!(stdout(), PushKeyboardEnhancementFlags(flags))
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
