//! What the project needs from the operating system, and what each system calls it.

/// What the machine is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Building and playing in a terminal.
    Terminal,
    /// Building and playing in a window.
    Game,
    /// Building the page.
    Web,
    /// Running every check.
    Test,
}

impl Purpose {
    /// Whether who does this needs what is needed from `other` on. Checks need everything, and all need a linker.
    pub fn includes(self, other: Purpose) -> bool {
        self == other || self == Purpose::Test || other == Purpose::Terminal
    }
}

/// How to find out whether a need is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// A program of this name is in `PATH`.
    Program(&'static str),
    /// `pkg-config --exists NAME` succeeds: headers and linkable library are there.
    PkgConfig(&'static str),
    /// The dynamic linker finds a shared library of exactly this name.
    Library(&'static str),
    /// A Vulkan driver's manifest whose file name starts with this is installed (`""`: any driver).
    VulkanDriver(&'static str),
    /// A Rust compiler that builds for browsers.
    WasmCompiler,
}

/// One thing the project needs.
#[derive(Debug)]
pub struct Need {
    /// For which purpose it is needed, and for those that include it.
    pub from: Purpose,
    pub probe: Probe,
    /// Said to the player, after the colon of "missing: ".
    pub what: &'static str,
    apt: &'static [&'static str],
    dnf: &'static [&'static str],
    pacman: &'static [&'static str],
    zypper: &'static [&'static str],
}

impl Need {
    /// The packages that meet this need, by the name `manager` knows them.
    pub fn packages(&self, manager: Manager) -> &'static [&'static str] {
        match manager {
            Manager::Apt => self.apt,
            Manager::Dnf => self.dnf,
            Manager::Pacman => self.pacman,
            Manager::Zypper => self.zypper,
        }
    }
}

/// A package manager whose names for the needs are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    Apt,
    Dnf,
    Pacman,
    Zypper,
}

impl Manager {
    /// The command, without `sudo`, that installs `packages`.
    pub fn command(self, packages: &[&str]) -> String {
        let install = match self {
            Manager::Apt => "apt-get install --no-install-recommends",
            Manager::Dnf => "dnf install",
            Manager::Pacman => "pacman -S --needed",
            Manager::Zypper => "zypper install",
        };
        format!("{install} {}", packages.join(" "))
    }
}

/// Everything a Linux machine needs, in the order in which it is told.
///
/// ALSA and udev are linked (sound by cpal, gamepads by gilrs). The window's libraries are opened when the game
/// starts: winit 0.30 opens X11, X11-xcb, Xcursor, Xi, wayland-client and both xkbcommon libraries, wgpu opens Vulkan.
pub const LINUX: &[Need] = &[
    Need {
        from: Purpose::Terminal,
        probe: Probe::Program("cc"),
        what: "a C compiler, which links what Rust compiles",
        apt: &["gcc", "libc6-dev"],
        dnf: &["gcc"],
        pacman: &["gcc"],
        zypper: &["gcc"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Program("pkg-config"),
        what: "pkg-config, which finds the libraries below",
        apt: &["pkg-config"],
        dnf: &["pkgconf-pkg-config"],
        pacman: &["pkgconf"],
        zypper: &["pkgconf-pkg-config"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::PkgConfig("alsa"),
        what: "ALSA with headers, for sound",
        apt: &["libasound2-dev"],
        dnf: &["alsa-lib-devel"],
        pacman: &["alsa-lib"],
        zypper: &["alsa-devel"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::PkgConfig("libudev"),
        what: "udev with headers, for gamepads",
        apt: &["libudev-dev"],
        dnf: &["systemd-devel"],
        pacman: &["systemd-libs"],
        zypper: &["libudev-devel"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Library("libX11.so.6"),
        what: "libX11, for the window",
        apt: &["libx11-6"],
        dnf: &["libX11"],
        pacman: &["libx11"],
        zypper: &["libX11-6"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Library("libX11-xcb.so.1"),
        what: "libX11-xcb, for the window",
        apt: &["libx11-xcb1"],
        dnf: &["libX11-xcb"],
        pacman: &["libx11"],
        zypper: &["libX11-xcb1"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Library("libXcursor.so.1"),
        what: "libXcursor, for the window",
        apt: &["libxcursor1"],
        dnf: &["libXcursor"],
        pacman: &["libxcursor"],
        zypper: &["libXcursor1"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Library("libXi.so.6"),
        what: "libXi, for the window",
        apt: &["libxi6"],
        dnf: &["libXi"],
        pacman: &["libxi"],
        zypper: &["libXi6"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Library("libwayland-client.so.0"),
        what: "libwayland-client, for the window",
        apt: &["libwayland-client0"],
        dnf: &["libwayland-client"],
        pacman: &["wayland"],
        zypper: &["libwayland-client0"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Library("libxkbcommon.so.0"),
        what: "libxkbcommon, for the keyboard",
        apt: &["libxkbcommon0"],
        dnf: &["libxkbcommon"],
        pacman: &["libxkbcommon"],
        zypper: &["libxkbcommon0"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Library("libxkbcommon-x11.so.0"),
        what: "libxkbcommon-x11, for the keyboard",
        apt: &["libxkbcommon-x11-0"],
        dnf: &["libxkbcommon-x11"],
        pacman: &["libxkbcommon-x11"],
        zypper: &["libxkbcommon-x11-0"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::Library("libvulkan.so.1"),
        what: "the Vulkan loader, for the picture",
        apt: &["libvulkan1"],
        dnf: &["vulkan-loader"],
        pacman: &["vulkan-icd-loader"],
        zypper: &["libvulkan1"],
    },
    Need {
        from: Purpose::Game,
        probe: Probe::VulkanDriver(""),
        what: "a Vulkan driver, for the picture",
        apt: &["mesa-vulkan-drivers"],
        dnf: &["mesa-vulkan-drivers"],
        pacman: &["vulkan-swrast", "vulkan-radeon", "vulkan-intel"],
        zypper: &["libvulkan_lvp", "libvulkan_radeon", "libvulkan_intel"],
    },
    Need {
        from: Purpose::Test,
        probe: Probe::VulkanDriver("lvp_icd"),
        what: "the software Vulkan driver, which the tests draw with",
        apt: &["mesa-vulkan-drivers"],
        dnf: &["mesa-vulkan-drivers"],
        pacman: &["vulkan-swrast"],
        zypper: &["libvulkan_lvp"],
    },
    Need {
        from: Purpose::Test,
        probe: Probe::Program("Xvfb"),
        what: "Xvfb, the screen of the window tests",
        apt: &["xvfb", "xauth"],
        dnf: &["xorg-x11-server-Xvfb"],
        pacman: &["xorg-server-xvfb"],
        zypper: &["xorg-x11-server-Xvfb"],
    },
    Need {
        from: Purpose::Test,
        probe: Probe::Program("xdotool"),
        what: "xdotool, which presses keys in the window tests",
        apt: &["xdotool"],
        dnf: &["xdotool"],
        pacman: &["xdotool"],
        zypper: &["xdotool"],
    },
    Need {
        from: Purpose::Test,
        probe: Probe::Program("python3"),
        what: "Python, which the second implementation of the link protocol is written in",
        apt: &["python3-minimal", "libpython3-stdlib"],
        dnf: &["python3"],
        pacman: &["python"],
        zypper: &["python3"],
    },
    Need {
        from: Purpose::Test,
        probe: Probe::Program("tshark"),
        what: "tshark, which the dissector of captures is tested with",
        apt: &["tshark"],
        dnf: &["wireshark-cli"],
        pacman: &["wireshark-cli"],
        zypper: &["wireshark"],
    },
    Need {
        from: Purpose::Test,
        probe: Probe::Program("chromium"),
        what: "Chromium, which the pages are tested in",
        apt: &["chromium"],
        dnf: &["chromium"],
        pacman: &["chromium"],
        zypper: &["chromium"],
    },
    Need {
        from: Purpose::Web,
        probe: Probe::Program("node"),
        what: "Node.js, which puts the page together and drives Chromium in the tests",
        apt: &["nodejs"],
        dnf: &["nodejs"],
        pacman: &["nodejs"],
        zypper: &["nodejs"],
    },
    Need {
        from: Purpose::Web,
        probe: Probe::Program("npm"),
        what: "npm, which fetches what makes the page small and what drives Chromium",
        apt: &["npm"],
        dnf: &["nodejs-npm"],
        pacman: &["npm"],
        zypper: &["npm"],
    },
    Need {
        from: Purpose::Web,
        probe: Probe::WasmCompiler,
        what: "a Rust compiler for browsers (with rustup: `rustup target add wasm32-unknown-unknown`)",
        apt: &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"],
        dnf: &["rust-std-static-wasm32-unknown-unknown"],
        pacman: &["rust-wasm"],
        zypper: &["rustup"],
    },
];

/// The packages of `needs` for `manager`, each once, in order.
pub fn packages(needs: &[&Need], manager: Manager) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for name in needs.iter().flat_map(|need| need.packages(manager)) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_has_a_package_everywhere() {
        for need in LINUX {
            for manager in [Manager::Apt, Manager::Dnf, Manager::Pacman, Manager::Zypper] {
                assert!(!need.packages(manager).is_empty(), "{} has no {manager:?} package", need.what);
            }
        }
    }

    #[test]
    fn checks_need_everything_and_a_page_no_window() {
        for purpose in [Purpose::Terminal, Purpose::Game, Purpose::Web, Purpose::Test] {
            assert!(
                Purpose::Test.includes(purpose) && purpose.includes(purpose) && purpose.includes(Purpose::Terminal)
            );
        }
        assert!(!Purpose::Web.includes(Purpose::Game) && !Purpose::Game.includes(Purpose::Web));
        assert!(!Purpose::Web.includes(Purpose::Test) && !Purpose::Terminal.includes(Purpose::Game));
    }

    #[test]
    fn a_package_that_meets_two_needs_is_named_once() {
        let drivers: Vec<_> = LINUX.iter().filter(|need| matches!(need.probe, Probe::VulkanDriver(_))).collect();
        assert_eq!(drivers.len(), 2);
        assert_eq!(packages(&drivers, Manager::Apt), ["mesa-vulkan-drivers"]);
    }

    #[test]
    fn commands_are_what_a_person_would_type() {
        assert_eq!(Manager::Pacman.command(&["gcc", "pkgconf"]), "pacman -S --needed gcc pkgconf");
        assert_eq!(Manager::Apt.command(&["gcc"]), "apt-get install --no-install-recommends gcc");
    }
}
