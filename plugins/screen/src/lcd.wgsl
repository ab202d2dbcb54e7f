// The LCD: ink on glass above a grey-green reflector. Everything is drawn from distances and box filters, so that it is
// sharp at any size; textures are read texel by texel, never stretched.

#import eggtooth_screen::stage::{VertexOutput, eye}

struct LcdParams {
    grid: vec4<f32>,   // pitch, dot, icon, icon pitch
    place: vec4<f32>,  // glass width, height, icon row, reach of the icon distances
    shadow: vec4<f32>, // offset x, y, blur, strength
    rim: vec4<f32>,    // opening half width, half height, corner, depth
    light: vec4<f32>,  // shadow x, y a millimetre of depth
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> given: array<vec4<f32>, 5>;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var cells: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var icons: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(3) var icons_sampler: sampler;

// As given; see `fragment`.
var<private> params: LcdParams;

const REFLECTOR: vec3<f32> = vec3<f32>(0.400, 0.445, 0.300);
const INK: vec3<f32> = vec3<f32>(0.016, 0.020, 0.022);

#ifdef RICH
fn hash(p: vec2<f32>) -> f32 {
    var q = fract(p * vec2<f32>(0.1031, 0.1130));
    q += dot(q, q.yx + 33.33);
    return fract((q.x + q.y) * q.x);
}

fn noise(p: vec2<f32>) -> f32 {
    let i = floor(p);
    let f = p - i;
    let s = f * f * (3.0 - 2.0 * f);
    return mix(mix(hash(i), hash(i + vec2(1.0, 0.0)), s.x),
               mix(hash(i + vec2(0.0, 1.0)), hash(i + vec2(1.0, 1.0)), s.x), s.y);
}
#endif

fn slab(p: vec2<f32>, half: vec2<f32>, round: f32) -> f32 {
    let q = abs(p) - half + round;
    return length(max(q, vec2<f32>(0.0))) + min(max(q.x, q.y), 0.0) - round;
}

// How much of the interval u ± h (in dots) is covered by the dark part of dot `i`.
fn overlap(u: vec2<f32>, h: vec2<f32>, i: vec2<f32>, gap: f32) -> vec2<f32> {
    let from_ = max(u - h, i + gap);
    let to_ = min(u + h, i + 1.0 - gap);
    return max(to_ - from_, vec2<f32>(0.0)) / (2.0 * h);
}

// Dots under a box of half size `h` millimetres at `p`: x the darkness, y the share of the box that is dot at all.
fn dots(p: vec2<f32>, h_mm: vec2<f32>, wanted: bool) -> vec2<f32> {
    let pitch = params.grid.x;
    let gap = 0.5 - 0.5 * params.grid.y / pitch;
    let u = vec2<f32>(p.x, -p.y) / pitch + vec2<f32>(16.0, 8.0);
    let h = clamp(h_mm / pitch, vec2<f32>(0.01), vec2<f32>(0.99));
    let first = floor(u - h);
    // Software renderers skip loops, but no branches: where there are no dots, there is nothing to loop over.
    let count = select(vec2<i32>(-1), vec2<i32>(floor(u + h) - first), wanted);
    var sum = vec2<f32>(0.0);
    for (var y = 0; y <= count.y; y++) {
        for (var x = 0; x <= count.x; x++) {
            let i = first + vec2<f32>(f32(x), f32(y));
            if i.x >= 0.0 && i.y >= 0.0 && i.x < 32.0 && i.y < 16.0 {
                let w = overlap(u, h, i, gap);
                let dark = textureLoad(cells, vec2<i32>(i), 0).r;
                sum += w.x * w.y * vec2<f32>(dark, 1.0);
            }
        }
    }
    return sum;
}

// The icons at `p`, their edge `soft` millimetres wide: x the darkness, y the share that is icon at all.
fn pictograms(p: vec2<f32>, soft: f32) -> vec2<f32> {
    let column = clamp(floor(p.x / params.grid.w + 2.0), 0.0, 3.0);
    let below = p.y < 0.0;
    let centre = vec2<f32>((column - 1.5) * params.grid.w, select(params.place.z, -params.place.z, below));
    let q = (p - centre) / params.grid.z + 0.5;
    let n = column + select(0.0, 4.0, below);
    let inside = clamp(q, vec2<f32>(0.012), vec2<f32>(0.988));
    let texel = textureSampleLevel(icons, icons_sampler, vec2<f32>((n + inside.x) / 8.0, 1.0 - inside.y), 0.0).r;
    // Outside of the cell the distance grows on.
    let d = (1.0 - 2.0 * texel) * params.place.w * 0.5 * params.grid.z + length(q - inside) * params.grid.z;
    let cover = clamp(0.5 - d / soft, 0.0, 1.0);
    let dark = textureLoad(cells, vec2<i32>(i32(n), 16), 0).r;
    return vec2<f32>(dark * cover, cover);
}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    // Always 0. Mesa 22.3's software Vulkan puts what branches depend on into the program as constants, and takes them from
    // nowhere and crashes where a browser's limits hold; with an index that it cannot know it reads them like everybody.
    let n = i32(min(in.uv.x, 0.0));
    params = LcdParams(given[n], given[n + 1], given[n + 2], given[n + 3], given[n + 4]);
    let glass = params.place.xy;
    let p = (in.uv - 0.5) * vec2<f32>(glass.x, -glass.y);
    let pixel = max(fwidth(p), vec2<f32>(0.004));
    let soft = max(0.5 * (pixel.x + pixel.y), 0.02);
    let in_dots = abs(p.y) < 8.5 * params.grid.x;

    let normal = normalize(in.world_normal);
    let facing = max(dot(normal, eye(in.world_position)), 0.0);

    // Contrast: ink darkens up to the middle of the register, from there on also what should be clear.
    let contrast = textureLoad(cells, vec2<i32>(8, 16), 0).r * 15.0;
    let tilt = smoothstep(0.05, 0.85, facing);
    let on = mix(0.12, 0.93, 1.0 - exp(-0.42 * contrast)) * tilt;
    let off = 0.018 + 0.42 * pow(smoothstep(7.5, 16.0, contrast), 1.5);

    var ink = dots(p, pixel * 0.5, in_dots);
    if !in_dots {
        ink = pictograms(p, soft);
    }
    // Icons are printed as a faint shape besides, so that one knows where they are.
    let faint = max(off, select(0.085, 0.0, in_dots));
    let dark = on * ink.x + faint * (ink.y - ink.x);

    // The reflector: grain, a little falling off to the lower right, and the shadow of what is dark.
    var back = REFLECTOR * (1.0 + 0.05 * (p.y - p.x) / glass.x);
#ifdef RICH
    let grain = noise(p * 9.0) + 0.6 * noise(p * 23.0) - 0.8;
    back *= 1.0 + 0.030 * grain * clamp(0.12 / soft, 0.0, 1.0);
    let q = p - params.shadow.xy;
    let blur = params.shadow.z;
    var shade = dots(q, vec2<f32>(blur), in_dots);
    if !in_dots {
        shade = pictograms(q, 2.2 * blur);
    }
    back *= 1.0 - params.shadow.w * on * shade.x;
#endif
    if params.rim.w > 0.0 {
        // The rim of the opening: its thrown shadow on the side of the light, and a dark seam all around.
        let thrown = slab(p - params.light.xy * params.rim.w, params.rim.xy, params.rim.z);
        let near = -slab(p, params.rim.xy, params.rim.z);
        back *= mix(0.62, 1.0, smoothstep(0.7, -0.9, thrown));
        back *= mix(0.72, 1.0, smoothstep(-0.2, 2.6, near));
    }
    // The polariser's edge shows as a slightly darker border.
    let edge = slab(p, glass * 0.5, 1.0);
    back *= mix(0.80, 1.0, smoothstep(0.0, -0.5, edge));

    let colour = mix(back, INK, dark);
    let alpha = clamp(0.5 - edge / soft, 0.0, 1.0);
    return vec4<f32>(colour, alpha);
}
