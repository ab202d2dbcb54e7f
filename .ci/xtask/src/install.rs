//! Says which system packages are missing, and installs them where it may.

use std::io::IsTerminal;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::browsers;
use crate::needs::{Manager, Need, Purpose, packages};
use crate::probe::missing;
use crate::system;

/// Set to anything, this variable turns the package check off.
const OVERRIDE: &str = "EGGTOOTH_NO_PACKAGE_CHECK";

/// What is to be done about missing packages.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// Nothing is missing.
    Ready,
    /// Run apt-get, through sudo or not.
    Install { packages: Vec<&'static str>, sudo: bool },
    /// Only a person can do it; this text tells how.
    Tell(String),
}

/// Makes the machine fit for `purpose`, or says what a person has to type.
///
/// On Debian and Ubuntu it installs, and says first what; elsewhere it only prints the command.
pub fn ensure(purpose: Purpose) -> Result<()> {
    if system::variable(OVERRIDE).is_some() {
        println!("{OVERRIDE} is set: system packages are not checked.");
        return Ok(());
    }
    if purpose.includes(Purpose::Web) {
        browsers::prepare();
    }
    let needs = missing(purpose);
    let sudo = system::find_program("sudo").is_some();
    match plan(&needs, system::manager(), system::is_root(), sudo) {
        Plan::Ready => return Ok(()),
        Plan::Tell(text) => bail!("{text}"),
        Plan::Install { packages, sudo } => {
            println!("{}", describe(&needs));
            apt(&packages, sudo)?;
        }
    }
    let left = missing(purpose);
    if !left.is_empty() {
        bail!("apt-get was content, but something is still not found.\n{}", describe(&left));
    }
    Ok(())
}

fn plan(needs: &[&Need], manager: Option<Manager>, root: bool, sudo: bool) -> Plan {
    if needs.is_empty() {
        return Plan::Ready;
    }
    let Some(manager) = manager else {
        let hint = Manager::Apt.command(&packages(needs, Manager::Apt));
        return Plan::Tell(format!(
            "{}\nInstall them the way your system does it (on Debian it would be `{hint}`), then run this again. \
             If they are there and just not seen, set {OVERRIDE}=1.",
            describe(needs)
        ));
    };
    let names = packages(needs, manager);
    if manager == Manager::Apt && (root || sudo) {
        return Plan::Install { packages: names, sudo: !root };
    }
    let command = manager.command(&names);
    let command = match (manager, root) {
        (_, true) => command,
        (Manager::Apt, false) => format!("su -c 'apt-get update && {command}'"),
        (_, false) => format!("sudo {command}"),
    };
    Plan::Tell(format!(
        "{}\nRun this, then try again (or set {OVERRIDE}=1 if they are there and just not seen):\n\n    {command}\n",
        describe(needs)
    ))
}

fn describe(needs: &[&Need]) -> String {
    let mut text = String::from("This machine still lacks:");
    for need in needs {
        text.push_str("\n  - ");
        text.push_str(need.what);
    }
    text
}

fn apt(packages: &[&str], sudo: bool) -> Result<()> {
    let shown = format!("{}{}", if sudo { "sudo " } else { "" }, Manager::Apt.command(packages));
    println!("Installing with: {shown}");
    // A failed update is not the end: the lists may be good enough, and the install says so if not.
    if !apt_get(sudo, &["update", "-q"])? {
        println!("apt-get update failed; trying with the package lists that are here.");
    }
    let mut args = vec!["install", "-q", "-y", "--no-install-recommends"];
    args.extend(packages);
    if !apt_get(sudo, &args)? {
        bail!("the packages could not be installed; run this yourself to see why:\n\n    {shown}\n");
    }
    Ok(())
}

fn apt_get(sudo: bool, args: &[&str]) -> Result<bool> {
    let mut command = if sudo {
        let mut command = Command::new("sudo");
        // Without a terminal nobody can type a password: fail instead of waiting.
        if !std::io::stdin().is_terminal() {
            command.arg("-n");
        }
        command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    } else {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    // Another apt may be at work on a machine that has just started.
    let status = command.args(["-o", "DPkg::Lock::Timeout=300"]).args(args).status();
    Ok(status.context("apt-get could not be started")?.success())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needs::{LINUX, Probe};

    fn alsa() -> Vec<&'static Need> {
        LINUX.iter().filter(|need| need.probe == Probe::PkgConfig("alsa")).collect()
    }

    #[test]
    fn nothing_missing_means_nothing_to_do() {
        assert_eq!(plan(&[], None, false, false), Plan::Ready);
    }

    #[test]
    fn debian_installs_as_root_or_by_sudo_and_tells_otherwise() {
        let packages = vec!["libasound2-dev"];
        let install = |sudo| Plan::Install { packages: packages.clone(), sudo };
        assert_eq!(plan(&alsa(), Some(Manager::Apt), true, true), install(false));
        assert_eq!(plan(&alsa(), Some(Manager::Apt), true, false), install(false));
        assert_eq!(plan(&alsa(), Some(Manager::Apt), false, true), install(true));
        let Plan::Tell(text) = plan(&alsa(), Some(Manager::Apt), false, false) else {
            panic!("without root and sudo nothing can be installed");
        };
        assert!(
            text.contains("su -c 'apt-get update && apt-get install --no-install-recommends libasound2-dev'"),
            "{text}"
        );
        assert!(text.contains("ALSA"), "{text}");
    }

    #[test]
    fn other_systems_get_the_exact_command() {
        let told = |manager, root| match plan(&alsa(), manager, root, true) {
            Plan::Tell(text) => text,
            other => panic!("{other:?}"),
        };
        assert!(told(Some(Manager::Dnf), false).contains("    sudo dnf install alsa-lib-devel\n"));
        assert!(told(Some(Manager::Pacman), true).contains("    pacman -S --needed alsa-lib\n"));
        assert!(told(Some(Manager::Zypper), false).contains("    sudo zypper install alsa-devel\n"));
        assert!(told(None, false).contains("apt-get install --no-install-recommends libasound2-dev"));
    }
}
