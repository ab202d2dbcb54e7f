//! Checks the dependencies against `deny.toml`: bans, licences, sources.
//!
//! `cargo deny` does it more thoroughly where it is installed; building it takes longer than our tests, so this
//! reads the same file and holds to the parts that need no network. It reads only the shapes that `deny.toml` uses.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::{cargo, licence};

/// Checks what the lock file and the licences of all dependencies say, for every platform.
pub fn check() -> Result<()> {
    let read = |name: &str| fs::read_to_string(cargo::root().join(name)).with_context(|| format!("{name} is needed"));
    let policy = Policy::parse(&read("deny.toml")?)?;
    let format = "{p}|{l}";
    let edges = "normal,build,dev";
    let tree = cargo::output(&[
        "tree",
        "--workspace",
        "--all-features",
        "--target",
        "all",
        "--edges",
        edges,
        "--prefix",
        "none",
        "--format",
        format,
    ])?;
    let mut complaints = policy.lock_complaints(&read("Cargo.lock")?);
    complaints.extend(policy.licence_complaints(&tree));
    ensure!(complaints.is_empty(), "the dependencies break deny.toml:\n{}", complaints.join("\n"));
    println!("bans, licences and sources hold for {} packages", packages(&tree).len());
    Ok(())
}

struct Policy {
    banned: Vec<String>,
    sources: Vec<String>,
    allowed: Vec<String>,
    /// Crate, licence.
    exceptions: Vec<(String, String)>,
}

impl Policy {
    fn parse(text: &str) -> Result<Policy> {
        let strings = |section, key| -> Result<Vec<String>> {
            let lines = array(text, section, key)?;
            Ok(lines.iter().flat_map(|line| quoted(line)).collect())
        };
        let mut exceptions = Vec::new();
        for line in array(text, "licenses", "exceptions")? {
            let mut words = quoted(&line).into_iter();
            if let Some(name) = words.next() {
                exceptions.extend(words.map(|licence| (name.clone(), licence)));
            }
        }
        Ok(Policy {
            banned: strings("bans", "deny")?,
            sources: strings("sources", "allow-registry")?,
            allowed: strings("licenses", "allow")?,
            exceptions,
        })
    }

    fn lock_complaints(&self, lock: &str) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut name = String::new();
        for line in lock.lines() {
            let value = quoted(line).into_iter().next().unwrap_or_default();
            if line.starts_with("name = ") {
                if self.banned.contains(&value) {
                    complaints.push(format!("{value} is banned"));
                }
                name = value;
            } else if line.starts_with("source = ") {
                let url = value.strip_prefix("registry+").unwrap_or(&value);
                if !self.sources.iter().any(|source| source == url) {
                    complaints.push(format!("{name} comes from {value}"));
                }
            }
        }
        complaints
    }

    fn licence_complaints(&self, tree: &str) -> Vec<String> {
        let mut complaints = Vec::new();
        for (name, licence) in packages(tree) {
            let excepted = |id: &str| self.exceptions.iter().any(|(package, allowed)| package == name && allowed == id);
            match licence::satisfied(licence, &|id| self.allowed.iter().any(|allowed| allowed == id) || excepted(id)) {
                Some(true) => {}
                Some(false) => complaints.push(format!("{name} has the licence {licence}, which is not allowed")),
                None => complaints.push(format!("{name} has no licence that can be read: `{licence}`")),
            }
        }
        complaints
    }
}

/// Name and licence of each package in the output of `cargo tree --format {p}|{l}`, sorted, each once.
fn packages(tree: &str) -> Vec<(&str, &str)> {
    let mut list: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split_once('|'))
        // ` (*)` marks a package that was shown before.
        .map(|(package, licence)| (package.split(' ').next().unwrap_or(package), licence.trim_end_matches(" (*)")))
        .collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// The lines of the array `key` in `[section]`, without comments.
fn array(text: &str, section: &str, key: &str) -> Result<Vec<String>> {
    let mut lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let header = format!("[{section}]");
    let opening = format!("{key} = [");
    if lines.any(|line| line == header)
        && let Some(first) = lines.by_ref().take_while(|line| !is_header(line)).find(|line| line.starts_with(&opening))
    {
        let first = &first[opening.len()..];
        if let Some(only) = first.strip_suffix(']') {
            return Ok(vec![only.to_owned()]);
        }
        let mut list = vec![first.to_owned()];
        for line in lines {
            if line == "]" {
                return Ok(list);
            }
            list.push(line.to_owned());
        }
    }
    bail!("deny.toml has no array `{key}` in [{section}] that ends with `]` on its own line")
}

fn is_header(line: &str) -> bool {
    line.starts_with('[') && line.ends_with(']')
}

/// The texts in double quotes.
fn quoted(line: &str) -> Vec<String> {
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = r#"
[licenses]
allow = [
    "MIT", # ours
    # "GPL-3.0",
]
exceptions = [
    { crate = "fonts", allow = ["OFL-1.1", "Ubuntu-font-1.0"] },
]
[bans]
deny = ["openssl-sys", "aws-lc-sys"]
[sources]
allow-registry = ["https://github.com/rust-lang/crates.io-index"]
"#;

    fn policy() -> Policy {
        Policy::parse(DENY).expect("the sample is well-formed")
    }

    #[test]
    fn bans_and_sources_are_read_from_the_lock_file() {
        let good = "[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n\
                    source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                    [[package]]\nname = \"eggtooth\"\ndependencies = [\n \"openssl\",\n]\n";
        assert_eq!(policy().lock_complaints(good), Vec::<String>::new());
        let banned = good.replace("\"serde\"", "\"aws-lc-sys\"");
        assert_eq!(policy().lock_complaints(&banned), ["aws-lc-sys is banned"]);
        let git = good.replace("registry+https", "git+https");
        assert_eq!(policy().lock_complaints(&git).len(), 1);
        let elsewhere = good.replace("rust-lang", "somebody");
        assert!(policy().lock_complaints(&elsewhere)[0].starts_with("serde comes from "));
    }

    #[test]
    fn licences_and_exceptions() {
        let complaints = |tree| policy().licence_complaints(tree);
        assert!(complaints("serde v1.0.0|MIT OR Apache-2.0\nserde v1.0.0|MIT OR Apache-2.0 (*)\n").is_empty());
        assert!(complaints("fonts v1.0.0|MIT AND OFL-1.1\n").is_empty());
        assert_eq!(complaints("letters v1.0.0|MIT AND OFL-1.1\n").len(), 1);
        assert_eq!(complaints("free v2.0.0 (proc-macro)|GPL-3.0\n").len(), 1);
        assert!(complaints("none v1.0.0|\n")[0].contains("no licence"));
    }

    #[test]
    fn a_policy_without_a_part_is_refused() {
        for (part, other) in [("[bans]", "[ban]"), ("deny =", "denied ="), ("allow = [\n", "alow = [\n")] {
            assert!(DENY.contains(part));
            assert!(Policy::parse(&DENY.replacen(part, other, 1)).is_err(), "{part}");
        }
    }
}
