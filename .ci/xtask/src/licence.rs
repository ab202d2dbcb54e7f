//! Reads licence expressions as crates write them (SPDX, and the older `A/B`).

/// Whether `expression` can be satisfied with licences that `allowed` accepts.
///
/// `None`: it is not an expression. A licence with an exception is asked for as `ID WITH EXCEPTION`.
pub fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed, depth: 0 };
    let result = reader.any()?;
    reader.words.is_empty().then_some(result)
}

/// Parentheses nest at most this deep; licences of real crates nest once.
const MAX_DEPTH: u32 = 8;

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a dyn Fn(&str) -> bool,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn any(&mut self) -> Option<bool> {
        let mut result = self.all()?;
        while self.take("OR") {
            result |= self.all()?;
        }
        Some(result)
    }

    fn all(&mut self) -> Option<bool> {
        let mut result = self.one()?;
        while self.take("AND") {
            result &= self.one()?;
        }
        Some(result)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return None;
            }
            let result = self.any()?;
            self.depth -= 1;
            return self.take(")").then_some(result);
        }
        let id = self.name()?;
        if self.take("WITH") {
            let exception = self.name()?;
            return Some((self.allowed)(&format!("{id} WITH {exception}")));
        }
        Some((self.allowed)(id))
    }

    fn name(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        (!["AND", "OR", "WITH", "(", ")"].contains(first)).then_some(*first)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(expression: &str) -> Option<bool> {
        satisfied(expression, &|id| ["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"].contains(&id))
    }

    #[test]
    fn one_of_several_is_enough_but_all_of_an_and_are_needed() {
        assert_eq!(ok("MIT"), Some(true));
        assert_eq!(ok("GPL-3.0"), Some(false));
        assert_eq!(ok("GPL-3.0 OR MIT"), Some(true));
        assert_eq!(ok("Apache-2.0/MIT"), Some(true));
        assert_eq!(ok("Zlib AND (Apache-2.0 OR MIT)"), Some(true));
        assert_eq!(ok("(MIT OR Zlib) AND GPL-3.0"), Some(false));
        assert_eq!(ok("MIT OR Zlib AND GPL-3.0"), Some(true));
        assert_eq!(ok("Apache-2.0 WITH LLVM-exception"), Some(true));
        assert_eq!(ok("Apache-2.0 WITH Other"), Some(false));
    }

    #[test]
    fn nonsense_is_no_expression() {
        for text in ["", "MIT OR", "(MIT", "MIT)", "MIT Zlib", "AND", "MIT WITH", &"(".repeat(10_000)] {
            assert_eq!(ok(text), None, "{text:.20}");
        }
    }
}
