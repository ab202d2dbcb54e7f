//! How the interface looks: warm, dark and quiet, beside a wooden desk. One typeface, two sizes.

use bevy_egui::egui::{
    self, Color32, CornerRadius, FontFamily, FontId, Frame, Margin, Shadow, Stroke, TextStyle, Theme, Visuals, vec2,
};

/// Nearly all text, in points. A point is never less than a pixel, so this is above the least of 14 pixels.
pub const TEXT: f32 = 16.0;
/// The one line at the top of a card or panel.
pub const TITLE: f32 = 21.0;

/// Text.
pub const CREAM: Color32 = Color32::from_rgb(0xf2, 0xe9, 0xdc);
/// Text that matters less; 7:1 on [`CARD`].
pub const SAND: Color32 = Color32::from_rgb(0xc6, 0xb5, 0xa0);
/// Headings, and what is chosen.
pub const AMBER: Color32 = Color32::from_rgb(0xf0, 0xb4, 0x6a);
/// What went wrong.
pub const BRICK: Color32 = Color32::from_rgb(0xff, 0x9d, 0x82);
/// The dark of panels and cards: umber that lets a little of the desk through.
pub const CARD: Color32 = Color32::from_rgba_premultiplied(0x26, 0x1d, 0x17, 0xf4);
/// The same, closer to the desk: for words that lie on the picture.
pub const PILL: Color32 = Color32::from_rgba_premultiplied(0x20, 0x18, 0x12, 0xc4);

/// Buttons at rest, under the pointer, held and chosen.
const REST: Color32 = Color32::from_rgb(0x43, 0x35, 0x2a);
const HOVER: Color32 = Color32::from_rgb(0x57, 0x45, 0x36);
const HELD: Color32 = Color32::from_rgb(0x6d, 0x55, 0x41);
const CHOSEN: Color32 = Color32::from_rgb(0x7d, 0x54, 0x29);
/// Text fields.
const WELL: Color32 = Color32::from_rgb(0x17, 0x11, 0x0d);

/// Dresses a context. `still` leaves out all animation.
pub fn dress(ctx: &egui::Context, still: bool) {
    ctx.set_theme(Theme::Dark);
    ctx.all_styles_mut(|style| {
        for (name, font) in &mut style.text_styles {
            let size = if *name == TextStyle::Heading { TITLE } else { TEXT };
            *font = FontId::new(size, FontFamily::Proportional);
        }
        style.animation_time = if still { 0.0 } else { 0.12 };
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.3;
        style.visuals = visuals();
        let spacing = &mut style.spacing;
        spacing.item_spacing = vec2(8.0, 8.0);
        spacing.button_padding = vec2(12.0, 6.0);
        spacing.interact_size = vec2(40.0, 32.0);
        spacing.icon_width = 22.0;
        spacing.icon_width_inner = 12.0;
        spacing.slider_rail_height = 6.0;
        spacing.tooltip_width = 280.0;
        spacing.scroll.floating = true;
    });
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    // Its program, run for each glyph, is the largest of all; a page starts sooner without it.
    visuals.text_options.font_hinting = !cfg!(target_family = "wasm");
    visuals.panel_fill = CARD;
    visuals.window_fill = CARD;
    visuals.window_stroke = Stroke::new(1.0, HOVER);
    visuals.extreme_bg_color = WELL;
    visuals.faint_bg_color = REST;
    visuals.text_edit_bg_color = Some(WELL);
    visuals.hyperlink_color = AMBER;
    visuals.warn_fg_color = AMBER;
    visuals.error_fg_color = BRICK;
    visuals.weak_text_color = Some(SAND);
    visuals.selection.bg_fill = CHOSEN;
    visuals.selection.stroke = Stroke::new(1.0, CREAM);
    visuals.slider_trailing_fill = true;
    visuals.disabled_alpha = 0.55;
    let radius = CornerRadius::same(8);
    visuals.window_corner_radius = radius;
    visuals.menu_corner_radius = radius;
    let soft = Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(0x60) };
    visuals.window_shadow = soft;
    visuals.popup_shadow = soft;
    let widgets = &mut visuals.widgets;
    for (widget, fill) in [
        (&mut widgets.noninteractive, REST),
        (&mut widgets.inactive, REST),
        (&mut widgets.hovered, HOVER),
        (&mut widgets.active, HELD),
        (&mut widgets.open, HOVER),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::NONE;
        widget.corner_radius = radius;
        widget.expansion = 0.0;
        widget.fg_stroke = Stroke::new(1.5, CREAM);
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, HOVER);
    widgets.hovered.bg_stroke = Stroke::new(1.0, SAND);
    widgets.active.bg_stroke = Stroke::new(1.0, AMBER);
    visuals
}

/// A card that lies on the picture.
pub fn card() -> Frame {
    Frame::new().fill(CARD).inner_margin(Margin::same(16)).corner_radius(CornerRadius::same(12)).shadow(Shadow {
        offset: [0, 4],
        blur: 18,
        spread: 0,
        color: Color32::from_black_alpha(0x58),
    })
}

/// A few words that lie on the picture.
pub fn pill() -> Frame {
    Frame::new().fill(PILL).inner_margin(Margin::symmetric(12, 7)).corner_radius(CornerRadius::same(16))
}
