//! Source lines to tokens.

use crate::source::{Checked, Fault, Line, Span};
use std::sync::Arc;

/// Characters allowed in a line.
pub(crate) const MAX_LINE: usize = 1000;

/// Operators and punctuation, longer ones before their beginnings.
const PUNCTUATION: [&str; 22] = [
    "<<", ">>", "==", "!=", "<=", ">=", "<", ">", ",", "(", ")", ":", "$", "+", "-", "*", "/", "%", "~", "|", "^", "&",
];

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, also `.local` and `parent.local`.
    Name(Arc<str>),
    /// A number or a character, 13 bits.
    Number(u16),
    /// Text in double quotes.
    Text(Arc<str>),
    /// One of [`PUNCTUATION`].
    Mark(&'static str),
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    pub span: Span,
}

impl Token {
    /// Whether this is the mark `mark`.
    pub fn is(&self, mark: &str) -> bool {
        matches!(self.kind, Kind::Mark(m) if m == mark)
    }

    /// The name, if this is one.
    pub fn name(&self) -> Option<&Arc<str>> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether this is the name `word` in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.name().is_some_and(|n| n.eq_ignore_ascii_case(word))
    }
}

/// The tokens of a line, comments left out.
pub(crate) fn lex(line: &Line) -> Checked<Vec<Token>> {
    let whole = line.span();
    if whole.width as usize > MAX_LINE {
        return Err(Fault::new(
            Span { width: 1, ..whole },
            format!("this line is longer than {MAX_LINE} characters; split it"),
        ));
    }
    let mut tokens = Vec::new();
    let mut rest: &str = &line.text;
    let mut column = 1;
    while let Some(c) = rest.chars().next() {
        if c == ';' || rest.starts_with("//") {
            break;
        }
        let length = if c.is_whitespace() { c.len_utf8() } else { token_length(rest).max(c.len_utf8()) };
        let (text, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let width = text.chars().count() as u32;
        if !c.is_whitespace() {
            let span = Span { column, width, ..whole };
            let kind = kind(text).map_err(|message| Fault::new(span, message))?;
            tokens.push(Token { kind, span });
        }
        column += width;
        rest = after;
    }
    Ok(tokens)
}

fn is_word_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Bytes of the token at the start of `text`.
fn token_length(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, first)) = characters.next() else {
        return 0;
    };
    if is_word_character(first) || first == '.' {
        // A number has no point, so that `1.` is an error rather than a name.
        let point = !first.is_ascii_digit();
        return characters
            .find(|(_, c)| !(is_word_character(*c) || point && *c == '.'))
            .map_or(text.len(), |(end, _)| end);
    }
    if first == '"' {
        return characters.find(|(_, c)| *c == '"').map_or(text.len(), |(end, _)| end + 1);
    }
    if first == '\'' {
        // The character between the quotes may itself be a quote.
        let quoted = characters.next().map_or(1, |(at, c)| at + c.len_utf8());
        return match text.get(quoted..) {
            Some(rest) if rest.starts_with('\'') => quoted + 1,
            _ => quoted,
        };
    }
    PUNCTUATION.iter().find(|mark| text.starts_with(**mark)).map_or(first.len_utf8(), |mark| mark.len())
}

/// What the token `text` is, or what is wrong with it.
fn kind(text: &str) -> Result<Kind, String> {
    let first = text.chars().next().unwrap_or(' ');
    if first.is_ascii_digit() {
        return number(text).map(Kind::Number);
    }
    if is_word_character(first) || first == '.' {
        let mut parts = text.split('.');
        let parent = parts.next().unwrap_or("");
        let local = parts.next();
        let named = |part: &str| !part.starts_with(|c: char| c.is_ascii_digit());
        let sound =
            parts.next().is_none() && named(parent) && local.is_none_or(|local| !local.is_empty() && named(local));
        return if sound {
            Ok(Kind::Name(text.into()))
        } else {
            Err(format!("`{text}` is not a name; write name, .local or name.local"))
        };
    }
    if first == '"' {
        return text
            .get(1..)
            .and_then(|text| text.strip_suffix('"'))
            .map(|text| Kind::Text(text.into()))
            .ok_or_else(|| "this text has no closing quote".to_string());
    }
    if first == '\'' {
        let mut characters = text.chars().skip(1);
        return match (characters.next(), characters.next()) {
            (Some(c), Some('\'')) if c.is_ascii() => Ok(Kind::Number(c as u16)),
            _ => Err("a character is one ASCII character between quotes, as in 'A'".to_string()),
        };
    }
    PUNCTUATION
        .iter()
        .find(|mark| **mark == text)
        .map(|mark| Kind::Mark(mark))
        .ok_or_else(|| format!("the character {first:?} has no meaning here"))
}

/// A number in any of its spellings: 12, 0AH, 1010B, 17O, 17Q, 0x1F, 0b1010; at most 13 bits.
pub(crate) fn number(text: &str) -> Result<u16, String> {
    let lower = text.to_ascii_lowercase();
    let all = |digits: &str, radix| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    let suffixed = |suffix, radix| lower.strip_suffix(suffix).filter(|d| all(d, radix));
    let prefixed = |prefix, radix| lower.strip_prefix(prefix).filter(|d| all(d, radix));
    // Hexadecimal with H first: 0BH and 0B1H look like binary numbers.
    let (digits, radix) = if let Some(digits) = suffixed('h', 16) {
        (digits, 16)
    } else if let Some(digits) = prefixed("0x", 16) {
        (digits, 16)
    } else if let Some(digits) = prefixed("0b", 2).or_else(|| suffixed('b', 2)) {
        (digits, 2)
    } else if let Some(digits) = suffixed('o', 8).or_else(|| suffixed('q', 8)) {
        (digits, 8)
    } else if all(&lower, 10) {
        (lower.as_str(), 10)
    } else {
        return Err(format!("`{text}` is not a number; write 12, 0AH, 0x1F, 1010B, 0b1010 or 17O"));
    };
    let digits = digits.trim_start_matches('0');
    let value = if digits.is_empty() { Ok(0) } else { u16::from_str_radix(digits, radix) };
    match value {
        Ok(value) if value <= 0x1FFF => Ok(value),
        _ => Err(format!("`{text}` is greater than 1FFFH, the greatest value of 13 bits")),
    }
}

/// Whether `text` is a name without points.
pub(crate) fn is_plain_name(text: &str) -> bool {
    text.chars().all(is_word_character) && !text.starts_with(|c: char| c.is_ascii_digit()) && !text.is_empty()
}

/// Directives that begin, part and end blocks.
const BLOCKS: [&str; 8] = ["IF", "ELSE", "ENDIF", "REPT", "MACRO", "ENDM", "PIXELS", "ENDP"];

/// The directive of [`BLOCKS`] on a line, in upper case, also after a label; empty if there is
/// none. Used to find the ends of blocks in text that is not assembled.
pub(crate) fn keyword(text: &str) -> &'static str {
    let code = text.split(';').next().unwrap_or("");
    let code = code.split("//").next().unwrap_or("");
    let spaced = code.replacen(':', " ", 1);
    let block = |word: &str| BLOCKS.into_iter().find(|b| b.eq_ignore_ascii_case(word));
    let mut words = spaced.split_whitespace();
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let labelled = code.contains(':') || !code.starts_with(char::is_whitespace);
    block(first).or_else(|| block(second).filter(|word| labelled || *word == "MACRO")).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Result<Vec<Kind>, Fault> {
        let line = Line { file: 0, number: 1, text: text.into() };
        lex(&line).map(|tokens| tokens.into_iter().map(|t| t.kind).collect())
    }

    #[test]
    fn numbers_in_every_spelling() {
        for (text, value) in [
            ("12", 12),
            ("0AH", 10),
            ("0bh", 11),
            ("0B1H", 0xB1),
            ("1010B", 10),
            ("17O", 15),
            ("17q", 15),
            ("0x1F", 31),
            ("0b1010", 10),
            ("0B", 0),
            ("1FFFH", 0x1FFF),
            ("0000000000000000008", 8),
        ] {
            assert_eq!(number(text), Ok(value), "{text}");
        }
        for text in ["8O", "12B", "0x", "0xG", "1F", "2000H", "8192", "99999999999", "0b12", "1_0"] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tokens_and_comments() {
        assert_eq!(
            kinds("a.b:\t.c<<'x' ; rest").unwrap(),
            [Kind::Name("a.b".into()), Kind::Mark(":"), Kind::Name(".c".into()), Kind::Mark("<<"), Kind::Number(120),]
        );
        assert_eq!(kinds("\"x;y\" // z").unwrap(), [Kind::Text("x;y".into())]);
        assert_eq!(kinds("';'").unwrap(), [Kind::Number(59)]);
        for text in ["a.b.c", ".", "a.", ".1", "'ab'", "'", "''", "\"x", "é", "#", "1.5", "=", "'é'"] {
            assert!(kinds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keywords() {
        assert_eq!(keyword("  rept 3 ; x"), "REPT");
        assert_eq!(keyword("a: if x"), "IF");
        assert_eq!(keyword("foo macro a"), "MACRO");
        assert_eq!(keyword("a pixels"), "PIXELS");
        assert_eq!(keyword(" LD if"), "");
        assert_eq!(keyword("; endm"), "");
    }
}
