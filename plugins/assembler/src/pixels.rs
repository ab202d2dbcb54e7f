//! Pictures drawn as text: `PIXELS` to `ENDP`.

use crate::{
    lexer::Token,
    session::Session,
    source::{Checked, Fault, Line, Span},
    statement::split,
};

/// Opcodes that put a byte of picture where `X` points.
const LBPX: u16 = 0x900;
const RETD: u16 = 0x100;

/// Rows of a band: the bits of a byte.
const BAND: usize = 8;

impl Session<'_> {
    /// Turns each band of eight rows, from the top, into a word for each column, from the left.
    pub(crate) fn pixels(&mut self, rest: &[Token], span: Span) -> Checked<()> {
        let (mut open, mut flip) = (false, false);
        let mut flags = Ok(());
        for part in split(rest) {
            match part {
                [token] if token.is_word("OPEN") => open = true,
                [token] if token.is_word("FLIP") => flip = true,
                _ => {
                    let place = part.first().map_or(span, |token| token.span);
                    flags = Err(Fault::new(place, "PIXELS knows the words OPEN and FLIP"));
                }
            }
        }
        let block = self.take_block(&[], &["ENDP"]).ok_or_else(|| Fault::new(span, "this PIXELS has no ENDP"))?;
        flags?;
        let mut rows: Vec<Vec<bool>> = Vec::new();
        for line in &block.lines {
            let row = dots(line)?;
            if row.is_empty() {
                continue;
            }
            let wanted = rows.first().map_or(row.len(), Vec::len);
            if row.len() != wanted {
                return Err(Fault::new(
                    drawn(line),
                    format!("this row is {} dots wide, the first {wanted}", row.len()),
                ));
            }
            rows.push(row);
        }
        if rows.is_empty() || !rows.len().is_multiple_of(BAND) {
            return Err(Fault::new(
                span,
                format!("a picture has a multiple of {BAND} rows; this one has {}", rows.len()),
            ));
        }
        let mut bytes = Vec::new();
        for band in rows.chunks(BAND) {
            let width = band.first().map_or(0, Vec::len);
            let start = bytes.len();
            for column in 0..width {
                let byte = (0u16..)
                    .zip(band)
                    .filter(|(_, row)| row.get(column) == Some(&true))
                    .fold(0, |byte, (bit, _)| byte | 1 << bit);
                bytes.push(byte);
            }
            if flip && let Some(band) = bytes.get_mut(start..) {
                band.reverse();
            }
        }
        let last = bytes.len() - 1;
        for (n, byte) in bytes.into_iter().enumerate() {
            let code = if n == last && !open { RETD } else { LBPX };
            self.emit(code | byte, span);
        }
        Ok(())
    }
}

/// The place of a line's dots.
fn drawn(line: &Line) -> Span {
    let before = line.text.chars().take_while(|c| c.is_whitespace()).count();
    let dots = line.text.chars().filter(|c| matches!(c, '#' | '.')).count();
    Span { column: before as u32 + 1, width: dots as u32, ..line.span() }
}

/// The dots of a row; none for an empty line or a comment.
fn dots(line: &Line) -> Checked<Vec<bool>> {
    let code = line.text.split(';').next().unwrap_or("");
    let code = code.split("//").next().unwrap_or("").trim_end();
    let mut row = Vec::new();
    for (column, c) in (1..).zip(code.chars()) {
        match c {
            '#' => row.push(true),
            '.' => row.push(false),
            c if c.is_whitespace() && row.is_empty() => {}
            c => {
                let place = Span { column, width: 1, ..line.span() };
                let message = format!("a row has only `#` and `.`, not {c:?}; is ENDP missing?");
                return Err(Fault::new(place, message));
            }
        }
    }
    Ok(row)
}
