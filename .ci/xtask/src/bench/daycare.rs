//! The daycare under load: its `crowd` and `viewers` examples against the limits of the service's design.

use anyhow::{Context, Result};

use super::verdict;
use crate::cargo;

/// Toys of the crowd, those of them that are watched, and seconds.
const CROWD: [&str; 3] = ["10000", "100", "15"];
/// Viewers, presses a second, seconds.
const VIEWERS: [&str; 3] = ["100", "20", "15"];

/// What is measured, where the example says it, and how it compares.
struct Limit {
    what: &'static str,
    /// The line that an example prints begins so.
    line: &'static str,
    /// Which number of it.
    place: usize,
    limit: f64,
    unit: &'static str,
    /// The number should be at least the limit; else at most.
    least: bool,
}

const fn most(what: &'static str, line: &'static str, place: usize, limit: f64, unit: &'static str) -> Limit {
    Limit { what, line, place, limit, unit, least: false }
}

const OF_THE_CROWD: [Limit; 6] = [
    Limit { least: true, ..most("real-time toys a core", "toys per core of all processor time:", 0, 20_000.0, "") },
    most("watched toys late, p99", "watched late in ms (p50 p99 worst):", 1, 8.0, " ms"),
    most("other toys late, worst", "others late in ms (p50 p99 worst):", 2, 1000.0, " ms"),
    most("press to acknowledgement in the crowd, p99", "acknowledged in ms (p50 p99 worst):", 1, 40.0, " ms"),
    most("start with 10,000 toys", "start in s:", 0, 5.0, " s"),
    most("memory of a toy", "bytes per toy:", 0, 4096.0, " bytes"),
];

const OF_VIEWERS: [Limit; 3] = [
    most(
        "press to acknowledgement with viewers, p99",
        "press to acknowledgement in the engine room, p50 p99 worst in ms:",
        1,
        40.0,
        " ms",
    ),
    most("lateness of a toy with viewers, p99", "lateness of watched toys, p50 p99 worst in ms:", 1, 8.0, " ms"),
    most("a viewer of a quiet toy", "a viewer of a toy that nobody presses, bytes a second:", 1, 1000.0, " bytes/s"),
];

/// Runs both, and prints the ratios.
pub fn bench() -> Result<()> {
    for (example, args, limits) in [("crowd", CROWD, &OF_THE_CROWD[..]), ("viewers", VIEWERS, &OF_VIEWERS[..])] {
        println!("\n==> {example} {}", args.join(" "));
        let mut command = vec!["run", "--release", "--package", "eggtooth_daycare", "--example", example, "--"];
        command.extend(args);
        let text = cargo::output(&command)?;
        print!("{text}");
        for limit in limits {
            let value =
                limit.of(&text).with_context(|| format!("the {example} example printed no `{}`", limit.line))?;
            println!("{}", limit.told(value));
        }
    }
    Ok(())
}

impl Limit {
    /// The number in what an example printed.
    fn of(&self, text: &str) -> Option<f64> {
        let rest = text.lines().find_map(|line| line.strip_prefix(self.line))?;
        let number = |word: &str| word.trim_matches(|sign: char| !sign.is_ascii_digit()).parse::<f64>().ok();
        rest.split_whitespace().filter_map(number).nth(self.place).filter(|value| value.is_finite())
    }

    fn told(&self, value: f64) -> String {
        let Limit { what, limit, unit, least, .. } = self;
        // What is too small to be measured keeps any limit.
        let ratio = if *least { value / limit } else { limit / value.max(1e-9) };
        format!("{what}: {value:.2}{unit}, limit {limit}{unit}: {}", verdict(ratio))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_where_the_examples_say_them() {
        let text = "toys: 10000\nwatched late in ms (p50 p99 worst): 0.10 4.00 9.50\n\
                    a viewer of a toy that nobody presses, bytes a second: 71 of messages, 145 with TLS, TCP and IP; \
                    messages: 1.00\nbytes per toy: 3900\n";
        let [_, watched, .., bytes] = &OF_THE_CROWD;
        assert_eq!((watched.of(text), bytes.of(text)), (Some(4.0), Some(3900.0)));
        assert_eq!(OF_VIEWERS[2].of(text), Some(145.0));
        assert_eq!(OF_THE_CROWD[0].of(text), None);
    }

    #[test]
    fn a_missed_limit_says_so() {
        let [toys, watched, ..] = &OF_THE_CROWD;
        assert_eq!(watched.told(4.0), "watched toys late, p99: 4.00 ms, limit 8 ms: 2.00 × the limit");
        assert!(watched.told(16.0).ends_with("MISSED") && !watched.told(0.0).ends_with("MISSED"));
        assert!(toys.told(10_000.0).ends_with("MISSED") && !toys.told(40_000.0).ends_with("MISSED"));
    }
}
