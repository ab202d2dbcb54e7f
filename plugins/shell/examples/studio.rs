//! Photographs the egg without a chip: a hand-made picture on the screen, any design, size and quality.
//!
//! `cargo run --example studio -- [--design NAME] [--size WxH] [--quality low|medium|high] [--press ABC]
//! [--contrast 0-15] [--table 1-4 [--touch AB]] [--frames N] [--out FILE.png]`. At a table of so many toys, `--touch` names
//! two seats (0 to 3) whose prongs meet. With `--frames` it draws that many live frames and says how long
//! one takes, and how long a photograph.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for people who work on the picture")]

use std::time::Instant;

use bevy::app::{App, PluginGroup};
use bevy::asset::{Assets, RenderAssetUsages};
use bevy::camera::RenderTarget;
use bevy::ecs::prelude::*;
use bevy::image::Image;
use bevy::math::UVec2;
use bevy::prelude::DefaultPlugins;
use bevy::render::render_resource::{TextureFormat, TextureUsages};
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::render::{RenderPlugin, renderer::RenderDevice};
use bevy::window::{ExitCondition, WindowPlugin};
use eggtooth_screen::ScreenPlugin;
use eggtooth_screen::stage::without_sprites;
use eggtooth_shell::{Charm, Design, DrawTo, Emote, Picture, Quality, Redraw, Seat, ShellDesign, ShellPlugin, Table};
use eggtooth_toy::face::{LcdFrame, Press, Shown, ToyEdge};
use eggtooth_toy::{Button, Frame};

/// A picture with everything in it: a creature, thin lines, single dots, all icons.
const PICTURE: [&str; 16] = [
    "#..............................#",
    "..........######................",
    "........##......##.......#.#.#.#",
    ".......#..........#.......#.#.#.",
    "......#............#.....#.#.#.#",
    "......#..##....##..#......#.#.#.",
    ".....#...##....##...#...........",
    ".....#..............#....#####..",
    ".....#.....####.....#....#......",
    ".....#......##......#....####...",
    "......#............#.....#......",
    "......##..........##.....#####..",
    "....##..##########..##..........",
    "...#......#....#......#.########",
    "....######......######..........",
    "#..............................#",
];

fn main() {
    let mut design = Design::default();
    let mut size = UVec2::new(1280, 720);
    let mut quality = Quality::Medium;
    let mut pressed = Vec::new();
    let mut contrast = 8;
    let mut frames = 0;
    let mut seats = 0;
    let mut touching = Vec::new();
    let mut out = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(key) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        match key.as_str() {
            "--design" => design = Design::named(&value).unwrap_or_default(),
            "--size" => {
                let (x, y) = value.split_once('x').unwrap();
                size = UVec2::new(x.parse().unwrap(), y.parse().unwrap());
            }
            "--quality" => {
                quality = match value.as_str() {
                    "low" => Quality::Low,
                    "high" => Quality::High,
                    _ => Quality::Medium,
                }
            }
            "--press" => {
                pressed = Button::ALL.into_iter().filter(|button| value.contains(&format!("{button:?}"))).collect();
            }
            "--contrast" => contrast = value.parse().unwrap(),
            "--table" => seats = value.parse().unwrap(),
            "--touch" => touching = value.bytes().map(|b| usize::from(b - b'0')).collect::<Vec<_>>(),
            "--frames" => frames = value.parse().unwrap(),
            "--out" => out = Some(value),
            other => println!("unknown argument {other}"),
        }
    }

    let started = Instant::now();
    let mut app = App::new();
    app.add_plugins(without_sprites(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: None,
                exit_condition: ExitCondition::DontExit,
                ..WindowPlugin::default()
            })
            .set(RenderPlugin { synchronous_pipeline_compilation: true, ..RenderPlugin::default() })
            .disable::<bevy::winit::WinitPlugin>(),
    ));
    app.add_message::<Press>().add_message::<ToyEdge>();
    let mut image = Image::new_target_texture(size.x, size.y, TextureFormat::Rgba8UnormSrgb, None);
    image.texture_descriptor.usage |= TextureUsages::COPY_SRC;
    image.asset_usage = RenderAssetUsages::default();
    let target = app.world_mut().resource_mut::<Assets<Image>>().add(image);
    app.insert_resource(DrawTo { target: RenderTarget::Image(target.clone().into()), size });
    app.insert_resource(quality);
    app.add_plugins((ScreenPlugin, ShellPlugin));
    app.insert_resource(quality);

    let mut frame = Frame { icons: 0b0101_1010, contrast, ..Frame::default() };
    for (y, row) in PICTURE.iter().enumerate() {
        for (x, c) in row.chars().enumerate() {
            frame.rows[y] |= u32::from(c == '#') << x;
        }
    }
    let toy = app.world_mut().spawn((LcdFrame(frame), Shown)).id();
    app.finish();
    app.cleanup();
    app.update();
    let mut shells = app.world_mut().query::<&mut ShellDesign>();
    for mut shell in shells.iter_mut(app.world_mut()) {
        shell.0 = design;
    }
    if seats > 0 {
        lay(&mut app, toy, seats, &touching);
    }
    for button in pressed {
        app.world_mut().write_message(Press { toy, button, down: true });
    }
    for _ in 0..12 {
        update(&mut app);
    }
    println!("first picture after {:?}", started.elapsed());
    if frames > 0 {
        measure("live frame", frames, || {
            app.world_mut().resource_mut::<Redraw>().request();
            update(&mut app);
        });
        measure("still frame", frames, || update(&mut app));
        measure("photograph", 4, || {
            app.world_mut().resource_mut::<Redraw>().request_photo();
            update(&mut app);
            update(&mut app);
        });
    }
    if let Some(path) = out {
        app.world_mut().resource_mut::<Redraw>().request_frames(3);
        let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let flag = done.clone();
        app.world_mut().spawn(Screenshot::image(target)).observe(move |shot: On<ScreenshotCaptured>| {
            shot.image.clone().try_into_dynamic().unwrap().to_rgb8().save(&path).unwrap();
            flag.store(true, std::sync::atomic::Ordering::Release);
        });
        for _ in 0..20 {
            app.world_mut().resource_mut::<Redraw>().request();
            update(&mut app);
            if done.load(std::sync::atomic::Ordering::Acquire) {
                return;
            }
        }
        println!("no picture came");
    }
}

/// A table with everything on it: a toy that is away, a bubble, charms, pets that are out.
fn lay(app: &mut App, toy: Entity, seats: usize, touching: &[usize]) {
    let rows = |top: usize, left: u32| -> Vec<u32> {
        let row = |row: &&str| row.bytes().rev().fold(0u32, |all, c| all << 1 | u32::from(c == b'#'));
        PICTURE[top..].iter().map(row).map(|row| row >> left & 0x3F_FFFF).collect()
    };
    let pet = Picture::new(&rows(1, 3));
    let heart = Picture::new(&[0b0110_0110, 0xFF, 0xFF, 0xFF, 0x7E, 0x3C, 0x18]);
    let charm =
        |n: u8| Charm { picture: heart, ink: [0xFF, 0xF4, 0xE0], enamel: [0x30 + 0x20 * n, 0x50, 0xD0 - 0x20 * n] };
    let designs = Design::ALL.into_iter().cycle().skip(2);
    let seat = |(n, design): (usize, Design)| Seat {
        toy: Some(toy),
        design,
        own: n == 0,
        away: n == 2,
        emote: (n == 1).then_some(Emote { picture: heart, ink: [0xE0, 0x3A, 0x5C] }),
        charms: (0..6 - n as u8).map(charm).collect(),
        pet: if touching.contains(&n) { vec![pet] } else { Vec::new() },
    };
    let mut table = app.world_mut().resource_mut::<Table>();
    table.seats = (0..seats).zip(designs).map(seat).collect();
    table.touching = touching.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
}

/// Says how long `work` takes, by the clock and (on Linux) in time of all cores.
fn measure(name: &str, times: u32, mut work: impl FnMut()) {
    let (started, cores) = (Instant::now(), core_seconds());
    for _ in 0..times {
        work();
    }
    let (clock, cores) = (started.elapsed() / times, (core_seconds() - cores) / f64::from(times));
    println!("{name}: {clock:.1?}, {:.1} ms of a core", cores * 1000.0);
}

/// Processor time of this process so far, where the system tells.
fn core_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    // User and system time, in hundredths of a second.
    (ticks(11) + ticks(12)) / 100.0
}

/// One frame, waited for.
fn update(app: &mut App) {
    app.update();
    let device = app.world().resource::<RenderDevice>();
    device.wgpu_device().poll(wgpu::PollType::wait_indefinitely()).unwrap();
}
