//! What is seen on a terminal of a given size, as lines of styled text.

use crate::run::ICONS;
use eggtooth_toy::Frame;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

#[cfg(test)]
mod tests;

/// Columns of the glass: the dots and one column at each side. No terminal may be narrower.
pub const COLUMNS: usize = Frame::WIDTH + 2;
/// The name, icons, eight rows of dots, icons, keys. No terminal may be lower.
pub const ROWS: usize = 12;

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As the terminal writes.
    Plain,
    /// Less important.
    Dim,
    /// More important.
    Bold,
    /// A button that is down.
    Pressed,
    /// The LCD.
    Glass,
    /// A resting icon on the LCD.
    Rest,
    /// A lit icon on the LCD.
    Lit,
}

/// Pieces of text from the first column on.
pub type Line = Vec<(Style, String)>;

/// What dots are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Half blocks.
    Blocks,
    /// Points, for terminals without Unicode.
    Ascii,
}

impl Charset {
    /// What the environment says: half blocks unless it names an encoding without them.
    pub fn of_locale() -> Charset {
        let named = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| {
            let value = std::env::var_os(name)?;
            (!value.is_empty()).then(|| value.to_string_lossy().to_ascii_lowercase())
        });
        Charset::of(named.as_deref())
    }

    fn of(locale: Option<&str>) -> Charset {
        match locale {
            // Where nothing is set, as in containers, the terminal is a modern one as a rule.
            None => Charset::Blocks,
            Some(locale) if locale.contains("utf-8") || locale.contains("utf8") => Charset::Blocks,
            Some(_) => Charset::Ascii,
        }
    }

    fn cell(self, upper: bool, lower: bool) -> char {
        match (self, upper, lower) {
            (_, false, false) => ' ',
            (Charset::Blocks, true, true) => '█',
            (Charset::Blocks, true, false) => '▀',
            (Charset::Blocks, false, true) => '▄',
            (Charset::Ascii, true, true) => '#',
            (Charset::Ascii, true, false) => '"',
            (Charset::Ascii, false, true) => '_',
        }
    }
}

/// Everything that the player sees.
pub struct Scene<'a> {
    /// The LCD.
    pub frame: Frame,
    /// The pet's name.
    pub name: &'a str,
    /// The pet will be there next time.
    pub saved: bool,
    /// The bell is off.
    pub muted: bool,
    /// Buttons A, B and C are down.
    pub down: [bool; 3],
    /// Sentences, the newest last.
    pub notices: &'a [String],
    /// What dots are made of.
    pub charset: Charset,
}

impl Scene<'_> {
    /// The lines for a terminal of this size; never more than `rows`, never wider than `columns`.
    pub fn lines(&self, columns: usize, rows: usize) -> Vec<Line> {
        if columns < COLUMNS || rows < ROWS {
            return too_small(columns, rows);
        }
        let mut lines = vec![self.title(), icons(&self.frame, 0)];
        lines.extend((0..Frame::HEIGHT / 2).map(|y| self.dots(y)));
        lines.extend([icons(&self.frame, 4), self.keys()]);
        let notices = self.notices.iter().rev().flat_map(|notice| wrap(notice, columns.min(76)));
        let notices: Vec<String> = notices.collect();
        // The keys make room for a notice where there is none below them.
        if rows == ROWS && !notices.is_empty() {
            lines.pop();
        } else if rows >= ROWS + 3 {
            lines.extend([vec![(Style::Dim, " m turns the bell on and off".into())], Line::new()]);
        }
        let free = rows - lines.len();
        let left = (columns - COLUMNS) / 2;
        for line in lines.iter_mut().filter(|line| !line.is_empty()) {
            line.insert(0, (Style::Plain, " ".repeat(left)));
        }
        for notice in notices.into_iter().take(free) {
            let left = (columns - notice.width()) / 2;
            lines.push(vec![(Style::Plain, " ".repeat(left)), (Style::Bold, notice)]);
        }
        let above = (rows - lines.len()) / 2;
        lines.splice(0..0, (0..above).map(|_| Line::new()));
        lines
    }

    /// The name, and what is unusual.
    fn title(&self) -> Line {
        let tags = match (self.saved, self.muted) {
            (true, true) => "muted",
            (true, false) => "",
            (false, true) => "muted, not saved",
            (false, false) => "not saved",
        };
        let name = cut(self.name, COLUMNS - 3 - tags.len());
        let gap = COLUMNS - 2 - name.width() - tags.len();
        vec![(Style::Bold, format!(" {name}{}", " ".repeat(gap))), (Style::Dim, format!("{tags} "))]
    }

    /// Two rows of dots in one line.
    fn dots(&self, y: usize) -> Line {
        let cell = |x| self.charset.cell(self.frame.dot(x, 2 * y), self.frame.dot(x, 2 * y + 1));
        let row: String = (0..Frame::WIDTH).map(cell).collect();
        vec![(Style::Glass, format!(" {row} "))]
    }

    /// Which keys are the buttons.
    fn keys(&self) -> Line {
        let style = |down| if down { Style::Pressed } else { Style::Plain };
        let buttons = [" A z ", " B x ", " C c "].into_iter().zip(self.down);
        let mut line: Line = buttons.map(|(text, down)| (style(down), text.to_owned())).collect();
        line.push((Style::Dim, "  A+C v     q quit ".into()));
        line
    }
}

/// Four icons from `first` on, eight columns each.
fn icons(frame: &Frame, first: usize) -> Line {
    let mut line = vec![(Style::Glass, " ".to_owned())];
    for n in first..first + 4 {
        let style = if frame.icon(n) { Style::Lit } else { Style::Rest };
        line.push((style, format!("{:^7}", short(n))));
        line.push((Style::Glass, " ".into()));
    }
    line.push((Style::Glass, " ".into()));
    line
}

/// An icon's name in seven letters.
fn short(n: usize) -> &'static str {
    match ICONS.get(n).copied().unwrap_or_default() {
        "medicine" => "doctor",
        "discipline" => "scold",
        "attention" => "CALL",
        name => name,
    }
}

fn too_small(columns: usize, rows: usize) -> Vec<Line> {
    let text = format!(
        "Eggtooth needs a terminal of at least {COLUMNS} columns and {ROWS} rows; this one has {columns} and {rows}. Make it larger."
    );
    wrap(&text, columns).into_iter().take(rows).map(|line| vec![(Style::Plain, line)]).collect()
}

/// The beginning of a text that fits, with a mark if it is not all.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + c.width().unwrap_or(0) >= columns {
            break;
        }
        out.push(c);
    }
    out + "…"
}

/// Breaks a text into lines of at most `columns`, between words where that is possible.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        // A path may be longer than a line. Nothing in a text may drive the terminal.
        for c in word.chars().filter(|c| !c.is_control()) {
            if line.width() + c.width().unwrap_or(0) > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}
