//! Which system this is: package manager, rights, display.

use std::path::PathBuf;

use crate::needs::Manager;

/// Reads an environment variable; an empty one counts as unset.
pub fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The full path of `program`, if `PATH` has one that can be run.
pub fn find_program(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&variable("PATH")?).map(|dir| dir.join(&file)).find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &std::path::Path) -> bool {
    path.is_file()
}

/// The package manager of this Linux system, if it is one we know package names for.
pub fn manager() -> Option<Manager> {
    let release = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| std::fs::read_to_string(path).ok());
    manager_of(&release.unwrap_or_default())
}

/// Reads `ID` and `ID_LIKE` of an os-release file (freedesktop.org, os-release(5)).
///
/// Programs in `PATH` prove nothing: Debian has a game named `pacman`.
pub fn manager_of(os_release: &str) -> Option<Manager> {
    let value = |key: &str| {
        let line = os_release.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches(['"', '\'']).to_ascii_lowercase()
    };
    let names = format!("{} {}", value("ID"), value("ID_LIKE"));
    names.split_whitespace().find_map(|name| match name {
        "debian" | "ubuntu" => Some(Manager::Apt),
        "fedora" | "rhel" | "centos" => Some(Manager::Dnf),
        "arch" => Some(Manager::Pacman),
        name if name == "suse" || name.starts_with("opensuse") => Some(Manager::Zypper),
        _ => None,
    })
}

/// Whether this process may change the system without `sudo`.
pub fn is_root() -> bool {
    // Linux only: the second number of `Uid:` is the effective user.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    effective_user(&status) == Some(0)
}

fn effective_user(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().nth(1)?.parse().ok())
}

/// Whether a window can be opened here.
pub fn has_display() -> bool {
    let x11_or_wayland = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].iter().any(|name| variable(name).is_some());
    !cfg!(target_os = "linux") || x11_or_wayland
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managers_by_os_release() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n";
        assert_eq!(manager_of(debian), Some(Manager::Apt));
        assert_eq!(manager_of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Some(Manager::Apt));
        assert_eq!(manager_of("ID=fedora\n"), Some(Manager::Dnf));
        assert_eq!(manager_of("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), Some(Manager::Dnf));
        assert_eq!(manager_of("ID=endeavouros\nID_LIKE='arch'\n"), Some(Manager::Pacman));
        assert_eq!(manager_of("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n"), Some(Manager::Zypper));
        assert_eq!(manager_of("ID=nixos\n"), None);
        assert_eq!(manager_of("VERSION_ID=debian\n"), None);
        assert_eq!(manager_of(""), None);
    }

    #[test]
    fn effective_user_is_the_second_number() {
        assert_eq!(effective_user("Name:\tcat\nUid:\t1000\t0\t0\t0\n"), Some(0));
        assert_eq!(effective_user("Uid:\t0\t1000\t0\t0\n"), Some(1000));
        assert_eq!(effective_user("Gid:\t0\t0\n"), None);
    }
}
