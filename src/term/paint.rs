//! Lines to the terminal; only those that changed.

use super::scene::{Line, Style};
use anyhow::{Context, Result};
use crossterm::style::{Attribute, Color, Print, SetAttribute, SetBackgroundColor, SetForegroundColor};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use crossterm::{cursor, queue};
use std::io::{Write, stdout};
use std::time::{Duration, Instant};

/// The LCD's colours: glass, dark dots, resting icons.
const GLASS: Color = Color::AnsiValue(144);
const INK: Color = Color::AnsiValue(235);
const FAINT: Color = Color::AnsiValue(101);

/// Knows what the terminal shows.
pub struct Painter {
    /// Columns and rows.
    size: (u16, u16),
    /// When that was looked at.
    looked: Instant,
    shown: Vec<Line>,
    /// The user wants no colours (no-color.org).
    plain: bool,
}

impl Painter {
    /// For the terminal as it is now.
    pub fn new() -> Painter {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Painter { size: size(), looked: Instant::now(), shown: Vec::new(), plain }
    }

    /// Looks at the size once a second: the event of a change before the first is lost.
    pub fn look(&mut self, now: Instant) -> Result<()> {
        if now.saturating_duration_since(self.looked) < Duration::from_secs(1) {
            return Ok(());
        }
        self.looked = now;
        let (columns, rows) = size();
        if (columns, rows) == self.size { Ok(()) } else { self.resize(columns, rows) }
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        (usize::from(self.size.0), usize::from(self.size.1))
    }

    /// The terminal has another size: nothing that was shown can be trusted.
    pub fn resize(&mut self, columns: u16, rows: u16) -> Result<()> {
        self.size = (columns, rows);
        self.shown.clear();
        send(|out| queue!(out, SetAttribute(Attribute::Reset), Clear(ClearType::All)))
    }

    /// Makes the terminal show these lines from the top.
    pub fn show(&mut self, lines: Vec<Line>) -> Result<()> {
        if lines == self.shown {
            return Ok(());
        }
        let none = Line::new();
        send(|out| {
            queue!(out, BeginSynchronizedUpdate)?;
            for row in 0..lines.len().max(self.shown.len()) {
                let line = lines.get(row).unwrap_or(&none);
                if self.shown.get(row).unwrap_or(&none) != line {
                    let place = cursor::MoveTo(0, u16::try_from(row).unwrap_or(u16::MAX));
                    // Before the text: after the last column it would take that column away.
                    queue!(out, place, SetAttribute(Attribute::Reset), Clear(ClearType::UntilNewLine))?;
                    for (style, text) in line {
                        self.style(out, *style)?;
                        queue!(out, Print(text))?;
                    }
                }
            }
            queue!(out, SetAttribute(Attribute::Reset), EndSynchronizedUpdate)
        })?;
        self.shown = lines;
        Ok(())
    }

    /// Rings the terminal's bell.
    pub fn ring(&mut self) -> Result<()> {
        send(|out| out.write_all(b"\x07"))
    }

    fn style(&self, out: &mut Vec<u8>, style: Style) -> std::io::Result<()> {
        queue!(out, SetAttribute(Attribute::Reset))?;
        match style {
            Style::Plain => Ok(()),
            Style::Dim => queue!(out, SetAttribute(Attribute::Dim)),
            Style::Bold => queue!(out, SetAttribute(Attribute::Bold)),
            Style::Pressed => queue!(out, SetAttribute(Attribute::Reverse)),
            Style::Glass if self.plain => Ok(()),
            Style::Rest if self.plain => queue!(out, SetAttribute(Attribute::Dim)),
            Style::Lit if self.plain => queue!(out, SetAttribute(Attribute::Reverse)),
            Style::Glass => queue!(out, SetForegroundColor(INK), SetBackgroundColor(GLASS)),
            Style::Rest => queue!(out, SetForegroundColor(FAINT), SetBackgroundColor(GLASS)),
            Style::Lit => {
                queue!(out, SetAttribute(Attribute::Bold), SetForegroundColor(GLASS), SetBackgroundColor(INK))
            }
        }
    }
}

/// The terminal's columns and rows; some pretend terminals have none.
fn size() -> (u16, u16) {
    let known = crossterm::terminal::size().ok().filter(|(columns, rows)| *columns > 0 && *rows > 0);
    known.unwrap_or((80, 24))
}

/// Collects bytes and writes them at once.
fn send(compose: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Result<()> {
    let mut bytes = Vec::new();
    let sent = compose(&mut bytes).and_then(|()| {
        let mut out = stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    });
    sent.context("the terminal is gone")
}
