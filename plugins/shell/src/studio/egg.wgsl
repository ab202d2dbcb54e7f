// The toy: plastic with a clear coat, printed by pattern; and its metal.

#import eggtooth_screen::stage::{VertexOutput, eye}
#import eggtooth_shell::studio::{bars, develop, fresnel, grain, lit, noise, room, slab, LIGHT, SUN, FLOOR}
#import eggtooth_shell::prints::{board, pattern}

struct Paint {
    front: vec4<f32>,  // colour; how clear the plastic is
    back: vec4<f32>,   // colour; how pearly
    rim: vec4<f32>,
    bezel: vec4<f32>,
    button: vec4<f32>, // colour; 1 for a clear button
    ink_a: vec4<f32>,
    ink_b: vec4<f32>,
    ink_c: vec4<f32>,
    mark: vec4<f32>,   // the wordmark's colour
    what: vec4<f32>,   // pattern, 1 for a toy that is away
}

struct Place {
    window: vec4<f32>,   // centre, half size
    corner: vec4<f32>,   // opening's corner radius, bezel height, half thickness, seam
    glass: vec4<f32>,    // half size of the glass, button radius
    buttons: array<vec4<f32>, 3>, // x, y
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> paint: Paint;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var<uniform> place: Place;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var mark: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(3) var mark_sampler: sampler;

const FRONT: i32 = 0;
const BACK: i32 = 1;
const BEZEL: i32 = 2;
const RIM: i32 = 3;
const WELL: i32 = 4;
const BUTTON: i32 = 5;
const METAL: i32 = 6;

const MARK_AT: vec2<f32> = vec2<f32>(0.0, 19.9);
const MARK_HALF: vec2<f32> = vec2<f32>(7.2, 1.35);

// The name on the forehead, along a shallow arch.
fn wordmark(p: vec2<f32>, pixel: f32) -> f32 {
    let q = (p - MARK_AT + vec2<f32>(0.0, 0.014 * p.x * p.x)) / MARK_HALF;
    let uv = clamp(vec2<f32>(0.5, -0.5) * q + 0.5, vec2<f32>(0.0), vec2<f32>(1.0));
    let texel = textureSampleLevel(mark, mark_sampler, uv, 0.0).r;
    // The texture holds distances up to 0.3 of its half height.
    let d = (1.0 - 2.0 * texel) * 0.3 * MARK_HALF.y;
    let near = max(abs(q.x), abs(q.y)) < 1.0;
    return select(0.0, clamp(0.5 - d / pixel, 0.0, 1.0), near);
}

fn metal(n: vec3<f32>, v: vec3<f32>, open: f32, sun: f32) -> vec3<f32> {
    let r = reflect(-v, n);
    let f = fresnel(0.72, dot(n, v));
    let seen = room(r, 0.16) * mix(0.5, 1.0, open) * 1.15;
    // The desk stands close below.
    let low = smoothstep(0.15, -0.35, r.z);
    return mix(seen, FLOOR * 0.95 * open, low * 0.8) * f * vec3<f32>(0.96, 0.94, 0.90) * mix(0.6, 1.0, sun);
}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let part = i32(round(in.color.a * 8.0));
    let p = in.uv;
    let pixel = max(length(fwidth(p)) * 0.7, 0.004);
    let z = (in.color.g - 0.5) * 2.0 * place.corner.z;
    let z_pixel = max(fwidth(z), 0.05);
    let world = in.world_position;
    let to_window = slab(p - place.window.xy, place.window.zw, place.corner.x);

    // The front has openings: the edges are hidden below rims.
    if part == FRONT && z > 0.0 {
        if to_window < 0.45 {
            discard;
        }
        for (var k = 0; k < 3; k++) {
            if distance(p, place.buttons[k].xy) < place.glass.z + 0.55 {
                discard;
            }
        }
    }

    var n = normalize(in.world_normal);
    let v = eye(world);
    var open = in.color.r;
    var sun = bars(world);
    if part == METAL {
        return vec4<f32>(grain(develop(metal(n, v, open, sun)), in.position.xy), 1.0);
    }

    var albedo = paint.front.rgb;
    var clear = 0.0;
    var pearl = paint.back.a;
    var coat = 1.0;
    var ink = 0.0;
    switch part {
        case FRONT: {
            let drawn = pattern(i32(paint.what.x), p, pixel, paint.ink_a.rgb, paint.ink_b.rgb, paint.ink_c.rgb);
            clear = paint.front.a;
            if z > 0.0 {
                ink = drawn.a;
                albedo = mix(albedo, drawn.rgb, ink);
                let word = wordmark(p, pixel);
                albedo = mix(albedo, paint.mark.rgb, word);
                ink = max(ink, word);
                clear *= 1.0 - ink;
                // Rims stand on the shell and shade it, most on the side away from the window.
                let shift = LIGHT.xy * 0.55;
                var near = smoothstep(1.4, 3.2, slab(p + shift - place.window.xy, place.window.zw, place.corner.x));
                for (var k = 0; k < 3; k++) {
                    near *= smoothstep(4.0, 5.3, distance(p + shift * 0.8, place.buttons[k].xy));
                }
                open *= mix(0.72, 1.0, near);
                sun *= mix(0.70, 1.0, near);
            }
        }
        case BACK: {
            albedo = paint.back.rgb;
            clear = paint.front.a;
        }
        case BEZEL: {
            albedo = paint.bezel.rgb;
            // A fine printed frame around the glass.
            let frame = slab(p - place.window.xy, place.glass.xy + 0.50, 1.5);
            let stroke = clamp(0.5 - (abs(frame) - 0.09) / pixel, 0.0, 1.0);
            albedo = mix(albedo, paint.mark.rgb, 0.7 * stroke);
            // The gap in which the glass sits.
            let gap = slab(p - place.window.xy, place.glass.xy, 1.0);
            albedo *= mix(0.25, 1.0, smoothstep(-0.05, 0.18, gap));
            pearl = 0.0;
            // The walls around take light, and throw the window's shadow.
            open *= mix(0.50, 1.0, smoothstep(0.1, -3.2, to_window));
            let shift = LIGHT.xy / LIGHT.z * 1.7;
            sun *= smoothstep(0.9, -0.9, slab(p - place.window.xy + shift, place.window.zw, place.corner.x));
        }
        case RIM: {
            albedo = paint.rim.rgb;
            pearl = 0.0;
            if in.color.g > 0.0 {
                // The wall inside the opening: in the shade on the window's side.
                sun *= mix(1.0, smoothstep(-0.2, 0.5, dot(n, LIGHT)), 0.8) * mix(1.0, 0.55, in.color.g);
                coat = 0.35;
            }
        }
        case WELL: {
            albedo = paint.rim.rgb * 0.5;
            coat = 0.0;
            sun *= open;
            pearl = 0.0;
        }
        default: {
            albedo = paint.button.rgb;
            pearl = 0.0;
            clear = paint.button.a;
        }
    }

    // The seam: a fine groove, its lower lip catching light.
    if part == FRONT || part == BACK {
        let d = z - place.corner.w;
        let groove = 1.0 - smoothstep(0.16, 0.16 + z_pixel, abs(d));
        let lip = 1.0 - smoothstep(0.0, 0.25 + z_pixel, abs(d + 0.42));
        albedo *= 1.0 - 0.62 * groove;
        open *= 1.0 - 0.5 * groove;
        coat *= 1.0 - groove;
        n = normalize(n + vec3<f32>(0.0, 0.0, 0.30 * lip));
    }

    let facing = clamp(dot(n, v), 0.0, 1.0);
    var light = albedo * lit(n, open, sun);

    // Clear plastic: what lies inside, light that comes through from the far side, a bright edge.
    if clear > 0.01 {
        let inward = refract(-v, n, 0.70);
        let deep = max((z - 1.0) / max(-inward.z, 0.25), 0.0);
        let q = p + inward.xy * deep;
        let inside = board(q, pixel);
        let tint = paint.front.rgb;
        let thick = exp(-(1.0 - tint) * (0.62 + 0.06 * deep));
        let seen = inside.rgb * thick * lit(vec3<f32>(0.0, 0.0, 1.0), 0.9, 0.85 * sun) * 1.25;
        // Light that entered on the window's side gathers on the other.
        let far_side = clamp(dot(normalize(n.xy + 0.0001), -normalize(LIGHT.xy)) * length(n.xy), 0.0, 1.0);
        let through = tint * (0.38 + 1.9 * pow(far_side, 1.4)) * mix(0.6, 1.0, sun);
        let haze = 0.15 + 0.55 * pow(1.0 - facing, 1.3);
        let glass = mix(seen, through + albedo * lit(n, open, sun) * 0.22, haze);
        light = mix(light, glass, clear);
    }

    // Pearl: a sheen that shifts from warm to cool towards the edge.
    if pearl > 0.0 {
        let shift = mix(vec3<f32>(1.0, 0.86, 0.72), vec3<f32>(0.62, 0.80, 1.0), smoothstep(0.35, 0.95, 1.0 - facing));
        let half = normalize(v + LIGHT);
        let gleam = pow(clamp(dot(n, half), 0.0, 1.0), 9.0);
        light += pearl * shift * (0.42 * gleam * sun + 0.30 * pow(1.0 - facing, 2.2) * open) * (1.0 - 0.7 * ink);
    }

    // The gloss of the plastic itself, then the mirror of its coat.
    let r = reflect(-v, n);
    let hidden = mix(0.35, 1.0, open);
    light += room(r, 0.34) * 0.030 * coat * hidden * mix(0.55, 1.0, sun);
    // What the coat mirrors of the desk is dark near the toy's own foot.
    let low = smoothstep(0.10, -0.45, r.z);
    let mirror = mix(room(r, 0.022), FLOOR * 0.30, low * 0.85);
    light += mirror * fresnel(0.046, facing) * coat * hidden * mix(0.7, 1.0, sun);
    // Who is away has lost their colours.
    let grey = dot(light, vec3<f32>(0.30, 0.59, 0.11));
    light = mix(light, vec3<f32>(0.92, 0.97, 1.05) * (0.30 * grey + 0.16), 0.82 * paint.what.y);
    return vec4<f32>(grain(develop(light), in.position.xy), 1.0);
}
