//! Errors as the writer of the source sees them.

use std::fmt;

/// Characters of a source line that are shown.
const SHOWN: usize = 240;

/// One error in a source. Its `Display` shows the place, the line and a caret under the spot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Name of the source, as the loader knows it.
    pub file: String,
    /// Line from 1; 0 where the source as a whole is meant.
    pub line: u32,
    /// Column from 1, in characters; a tab is one.
    pub column: u32,
    /// Characters that the spot is wide, at least 1.
    pub width: u32,
    /// One sentence: what is wrong and what to do.
    pub message: String,
    /// The source line, its first 1000 characters; empty where the source as a whole is meant.
    pub text: String,
    /// How the place was reached, innermost first: macros, repetitions, includes.
    pub notes: Vec<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: error: {}", self.file, self.message)?;
        } else {
            writeln!(f, "{}:{}:{}: error: {}", self.file, self.line, self.column, self.message)?;
            // Control characters could drive the terminal.
            let shown: String = self
                .text
                .chars()
                .take(SHOWN)
                .map(|c| if c.is_control() && c != '\t' { '\u{FFFD}' } else { c })
                .collect();
            writeln!(f, "{:>5} | {shown}", self.line)?;
            let before = usize::try_from(self.column.saturating_sub(1)).unwrap_or(SHOWN);
            let pad: String = shown.chars().take(before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let room = shown.chars().count().saturating_sub(before).max(1);
            let width = usize::try_from(self.width).unwrap_or(1).clamp(1, room);
            write!(f, "      | {pad}{}", "^".repeat(width))?;
        }
        for note in &self.notes {
            write!(f, "\n      = {note}")?;
        }
        Ok(())
    }
}
