//! What must be there before a window can open, said in words instead of a crash.

use anyhow::{anyhow, bail};
use bevy::render::settings::WgpuSettings;
use bevy::tasks::block_on;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

/// Checks for a display and a graphics driver.
///
/// # Errors
/// One sentence about what is missing and what to do.
pub fn check() -> anyhow::Result<()> {
    if cfg!(all(unix, not(target_os = "macos")))
        && ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .iter()
            .all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty()))
    {
        bail!("there is no display to open a window on; play in this terminal with `eggtooth term`");
    }
    let backends = WgpuSettings::default().backends.unwrap_or(wgpu::Backends::all());
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = backends;
    let instance = wgpu::Instance::new(descriptor);
    if block_on(instance.enumerate_adapters(backends)).is_empty() {
        bail!(
            "no graphics driver was found; install one (on Debian and Ubuntu `apt-get install mesa-vulkan-drivers`), \
             or play in this terminal with `eggtooth term`"
        );
    }
    Ok(())
}

/// Runs what opens the window; the window library panics where it cannot.
///
/// # Errors
/// When it did.
pub fn guarded(open: impl FnOnce()) -> anyhow::Result<()> {
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(open));
    set_hook(hook);
    result.map_err(|_| {
        anyhow!(
            "the display could not be reached; check that it is running, or play in this terminal with `eggtooth term`"
        )
    })
}
