//! The texts being assembled, and places in them.

use std::{collections::HashMap, sync::Arc};

/// A stretch of one source line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Number of the source in [`Sources`].
    pub file: u32,
    /// Line from 1; 0 for the source as a whole.
    pub line: u32,
    /// Column from 1, in characters.
    pub column: u32,
    /// Characters.
    pub width: u32,
}

impl Span {
    /// From the start of this one to the end of `last`, if that lies on the same line.
    pub fn to(self, last: Span) -> Span {
        let end = last.column + last.width;
        if self.file == last.file && self.line == last.line && end > self.column {
            Span { width: end - self.column, ..self }
        } else {
            self
        }
    }
}

/// What is wrong, and where.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub span: Span,
    pub message: String,
}

impl Fault {
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// A value, or why there is none.
pub(crate) type Checked<T> = Result<T, Fault>;

/// One line of source text, cheap to copy.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub file: u32,
    /// From 1.
    pub number: u32,
    pub text: Arc<str>,
}

impl Line {
    /// The whole line as a place.
    pub fn span(&self) -> Span {
        Span {
            file: self.file,
            line: self.number,
            column: 1,
            width: u32::try_from(self.text.chars().count()).unwrap_or(u32::MAX),
        }
    }
}

/// One loaded text.
#[derive(Debug)]
pub(crate) struct Source {
    pub name: Arc<str>,
    pub lines: Arc<[Line]>,
}

/// All loaded texts, each loaded once.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    files: Vec<Source>,
    numbers: HashMap<String, u32>,
}

impl Sources {
    /// The number of the source `name`, loaded now if it is new.
    pub fn load(&mut self, name: &str, loader: &dyn Fn(&str) -> Result<String, String>) -> Result<u32, String> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        let text = loader(name)?;
        let number = u32::try_from(self.files.len()).map_err(|_| "too many sources".to_string())?;
        let lines = text
            .trim_start_matches('\u{FEFF}')
            .lines()
            .zip(1..)
            .map(|(text, line)| Line { file: number, number: line, text: text.into() })
            .collect();
        self.files.push(Source { name: name.into(), lines });
        self.numbers.insert(name.to_string(), number);
        Ok(number)
    }

    /// The source with this number.
    pub fn get(&self, number: u32) -> Option<&Source> {
        self.files.get(usize::try_from(number).ok()?)
    }

    /// Its name; empty if there is none.
    pub fn name(&self, number: u32) -> Arc<str> {
        self.get(number).map_or_else(|| "".into(), |s| s.name.clone())
    }

    /// The text of the line at `span`, if it is in a line.
    pub fn line(&self, span: Span) -> Option<&str> {
        let index = usize::try_from(span.line.checked_sub(1)?).ok()?;
        Some(&self.get(span.file)?.lines.get(index)?.text)
    }
}

/// The name of the source that `including` calls `file`: relative to its folder, `.` and `..`
/// folded so that one source has one name.
pub(crate) fn join(including: &str, file: &str) -> String {
    let absolute = file.starts_with(['/', '\\']) || file.chars().nth(1) == Some(':');
    let folder =
        if absolute { "" } else { including.rfind(['/', '\\']).and_then(|end| including.get(..=end)).unwrap_or("") };
    let joined = format!("{folder}{file}");
    let mut parts: Vec<&str> = Vec::new();
    for (n, part) in joined.split('/').enumerate() {
        match part {
            "." => {}
            "" if n > 0 => {}
            ".." if !matches!(parts.last(), None | Some(&"" | &"..")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn includes_are_relative_to_the_including_source() {
        assert_eq!(join("main.asm", "a.inc"), "a.inc");
        assert_eq!(join("pip/main.asm", "./art/cat.inc"), "pip/art/cat.inc");
        assert_eq!(join("pip/art/cat.inc", "../main.inc"), "pip/main.inc");
        assert_eq!(join("main.asm", "../up.inc"), "../up.inc");
        assert_eq!(join("/pip/main.asm", "a.inc"), "/pip/a.inc");
        assert_eq!(join("pip/main.asm", "/a.inc"), "/a.inc");
        assert_eq!(join(r"C:\pip\main.asm", "a.inc"), r"C:\pip\a.inc");
    }
}
