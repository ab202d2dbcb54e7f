//! Runs checks one after another, times them and sums up.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The checks that have run. A failed one does not stop the others.
pub struct Steps {
    began: Instant,
    done: Vec<Done>,
    notes: Vec<String>,
}

impl Default for Steps {
    fn default() -> Self {
        Self { began: Instant::now(), done: Vec::new(), notes: Vec::new() }
    }
}

struct Done {
    name: &'static str,
    time: Duration,
    result: Result<()>,
}

impl Steps {
    /// Runs one check and remembers how it went. Returns whether it passed.
    pub fn step(&mut self, name: &'static str, check: impl FnOnce() -> Result<()>) -> bool {
        println!("\n==> {name} (after {} s)", self.began.elapsed().as_secs());
        let start = Instant::now();
        let result = check();
        if let Err(error) = &result {
            println!("FAILED: {error:#}");
        }
        let passed = result.is_ok();
        self.done.push(Done { name, time: start.elapsed(), result });
        passed
    }

    /// Adds a line to the summary, for what a reader of a green run should still know.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Prints one line for each check, and last `N passed, N failed`.
    pub fn finish(self) -> ExitCode {
        println!("\n{}", self.summary());
        if self.done.iter().all(|done| done.result.is_ok()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn summary(&self) -> String {
        let mut text = String::from("==> summary\n");
        for Done { name, time, result } in &self.done {
            let mark = if result.is_ok() { "ok    " } else { "FAILED" };
            text.push_str(&format!("{mark} {:>8.1} s  {name}\n", time.as_secs_f64()));
            if let Err(error) = result {
                text.push_str(&format!("                   {}\n", first_line(&format!("{error:#}"))));
            }
        }
        for note in &self.notes {
            text.push_str(&format!("note: {note}\n"));
        }
        let failed = self.done.iter().filter(|done| done.result.is_err()).count();
        text.push_str(&format!("{} passed, {failed} failed", self.done.len() - failed));
        text
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_counts_and_names_what_failed() {
        let mut steps = Steps::default();
        assert!(steps.step("one", || Ok(())));
        assert!(!steps.step("two", || anyhow::bail!("the reason\nand much more")));
        assert!(steps.step("three", || Ok(())));
        steps.note("by the way");
        let summary = steps.summary();
        let lines: Vec<_> = summary.lines().collect();
        assert!(lines.iter().any(|line| line.starts_with("FAILED") && line.ends_with("two")), "{summary}");
        assert!(summary.contains("the reason\n") && !summary.contains("much more"), "{summary}");
        assert_eq!(lines[lines.len() - 2..], ["note: by the way", "2 passed, 1 failed"]);
        assert_eq!(steps.finish(), ExitCode::FAILURE);
        assert_eq!(Steps::default().finish(), ExitCode::SUCCESS);
    }
}
