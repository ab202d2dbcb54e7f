//! A stand for pictures: the real renderer without a window, drawing to an image that is read back.
#![allow(dead_code, reason = "each test program uses its part")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bevy::app::{App, PluginGroup};
use bevy::asset::{Assets, RenderAssetUsages};
use bevy::camera::{Camera, RenderTarget};
use bevy::ecs::prelude::*;
use bevy::image::Image;
use bevy::math::{UVec2, Vec2, Vec3};
use bevy::prelude::DefaultPlugins;
use bevy::render::RenderPlugin;
use bevy::render::render_resource::{TextureFormat, TextureUsages};
use bevy::render::renderer::RenderDevice;
use bevy::render::settings::{RenderCreation, WgpuLimits, WgpuSettings, WgpuSettingsPriority};
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::tasks::block_on;
use bevy::transform::components::GlobalTransform;
use bevy::window::{ExitCondition, WindowPlugin};
use eggtooth_screen::ScreenPlugin;
use eggtooth_screen::stage::without_sprites;
use eggtooth_shell::egg::shape::HALF;
use eggtooth_shell::{Design, DrawTo, LiveCamera, Quality, Redraw, ShellDesign, ShellPlugin};
use eggtooth_toy::Frame;
use eggtooth_toy::face::{LcdFrame, Press, Shown};

/// Size of the pictures.
pub const SIZE: UVec2 = UVec2::new(640, 360);

/// A picture that was drawn: rows of red, green and blue.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture(pub Vec<u8>);

impl Picture {
    /// The colour at a pixel.
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        let start = (y * SIZE.x as usize + x) * 3;
        [0, 1, 2].map(|n| f32::from(self.0[start + n]))
    }

    /// The mean colour of the pixels within `reach` of a place.
    pub fn around(&self, at: Vec2, reach: f32) -> [f32; 3] {
        let (mut sum, mut count) = ([0.0; 3], 0.0);
        let (low, high) = ((at - reach).floor().max(Vec2::ZERO), (at + reach).ceil().min(SIZE.as_vec2() - 1.0));
        for y in low.y as usize..=high.y as usize {
            for x in low.x as usize..=high.x as usize {
                if at.distance(Vec2::new(x as f32 + 0.5, y as f32 + 0.5)) <= reach.max(0.8) {
                    let colour = self.at(x, y);
                    sum = [0, 1, 2].map(|n| sum[n] + colour[n]);
                    count += 1.0;
                }
            }
        }
        sum.map(|channel| channel / f32::max(count, 1.0))
    }
}

/// How far two colours are apart, 0–441.
pub fn apart(a: [f32; 3], b: [f32; 3]) -> f32 {
    Vec3::from(a).distance(Vec3::from(b))
}

/// Brightness, 0–255.
pub fn light(c: [f32; 3]) -> f32 {
    0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]
}

/// Lit dots in a pattern without symmetry, and every second icon.
pub fn frame() -> Frame {
    let mut frame = Frame { icons: 0b0101_1010, contrast: 8, ..Frame::default() };
    for (y, row) in frame.rows.iter_mut().enumerate() {
        *row = 0x00F3_0C35_u32.rotate_left(y as u32 * 3);
    }
    frame
}

/// One renderer at a time: a software renderer takes all cores.
static ALONE: Mutex<()> = Mutex::new(());

/// The app with one toy on the desk.
pub struct Stand {
    pub app: App,
    pub toy: Entity,
    target: bevy::asset::Handle<Image>,
    _alone: MutexGuard<'static, ()>,
}

impl Stand {
    /// Sets it up; `webgl2` holds the renderer to what browsers promise.
    pub fn new(frame: Frame, webgl2: bool) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut settings = WgpuSettings::default();
        let backends = settings.backends.unwrap_or(wgpu::Backends::VULKAN);
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = backends;
        let adapters = block_on(wgpu::Instance::new(descriptor).enumerate_adapters(backends));
        assert!(
            !adapters.is_empty(),
            "no Vulkan driver was found to draw with: install one, on Debian and Ubuntu `apt-get install mesa-vulkan-drivers`"
        );
        if webgl2 {
            settings.priority = WgpuSettingsPriority::WebGL2;
            settings.limits = WgpuLimits::downlevel_webgl2_defaults();
        }
        let mut app = App::new();
        app.add_plugins(without_sprites(
            DefaultPlugins
                .set(WindowPlugin {
                    primary_window: None,
                    exit_condition: ExitCondition::DontExit,
                    ..WindowPlugin::default()
                })
                .set(RenderPlugin {
                    render_creation: RenderCreation::Automatic(Box::new(settings)),
                    synchronous_pipeline_compilation: true,
                    ..RenderPlugin::default()
                })
                .disable::<bevy::log::LogPlugin>()
                .disable::<bevy::winit::WinitPlugin>(),
        ));
        app.add_message::<Press>();
        let mut image = Image::new_target_texture(SIZE.x, SIZE.y, TextureFormat::Rgba8UnormSrgb, None);
        image.texture_descriptor.usage |= TextureUsages::COPY_SRC;
        image.asset_usage = RenderAssetUsages::default();
        let target = app.world_mut().resource_mut::<Assets<Image>>().add(image);
        app.insert_resource(DrawTo { target: RenderTarget::Image(target.clone().into()), size: SIZE });
        app.add_plugins((ScreenPlugin, ShellPlugin)).insert_resource(Quality::Medium);
        let toy = app.world_mut().spawn((LcdFrame(frame), Shown)).id();
        app.finish();
        app.cleanup();
        let mut stand = Self { app, toy, target, _alone: alone };
        stand.settle();
        stand
    }

    /// One update, with everything it draws drawn.
    pub fn update(&mut self) {
        self.app.update();
        let device = self.app.world().resource::<RenderDevice>();
        device.wgpu_device().poll(wgpu::PollType::wait_indefinitely()).unwrap();
    }

    /// Updates until nothing is left to draw.
    pub fn settle(&mut self) {
        // A photograph that turns out complete asks for two more frames.
        let mut quiet = 0;
        for _ in 0..80 {
            self.update();
            quiet = if self.app.world().resource::<Redraw>().pending() { 0 } else { quiet + 1 };
            if quiet == 4 {
                return;
            }
        }
        panic!("the picture does not come to rest");
    }

    /// Puts on a design.
    pub fn wear(&mut self, design: Design) {
        let mut shells = self.app.world_mut().query::<&mut ShellDesign>();
        shells.single_mut(self.app.world_mut()).unwrap().0 = design;
        self.settle();
    }

    /// What is seen.
    pub fn picture(&mut self) -> Picture {
        let seen: Arc<Mutex<Option<Image>>> = Arc::default();
        let slot = seen.clone();
        self.app.world_mut().spawn(Screenshot::image(self.target.clone())).observe(
            move |shot: On<ScreenshotCaptured>| {
                *slot.lock().unwrap() = Some(shot.image.clone());
            },
        );
        for _ in 0..60 {
            self.app.world_mut().resource_mut::<Redraw>().request();
            self.update();
            if let Some(image) = seen.lock().unwrap().take() {
                let data = image.data.unwrap();
                assert_eq!(data.len(), (SIZE.x * SIZE.y * 4) as usize);
                return Picture(data.chunks(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect());
            }
        }
        panic!("no picture came");
    }

    /// The pixel of a point of the toy, in its own millimetres.
    pub fn pixel(&mut self, at: Vec3) -> Vec2 {
        let mut cameras = self.app.world_mut().query_filtered::<(&Camera, &GlobalTransform), With<LiveCamera>>();
        let (camera, transform) = cameras.single(self.app.world()).unwrap();
        camera.world_to_viewport(transform, at + Vec3::Z * HALF.z).unwrap()
    }
}
