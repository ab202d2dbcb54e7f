// The room the toy lies in, as formulas: a window late in the afternoon, a pale wall, a wooden desk. What reflects,
// asks `room`; what scatters, asks `lit`. World space is millimetres, z up from the desk.

#define_import_path eggtooth_shell::studio

// Direction to the middle of the window; the baked shadow uses the same numbers.
const LIGHT: vec3<f32> = vec3<f32>(-0.5210, 0.5010, 0.6913);
const SUN: vec3<f32> = vec3<f32>(1.00, 0.885, 0.72);
const SUN_POWER: f32 = 1.75;
const SKY: vec3<f32> = vec3<f32>(0.400, 0.425, 0.470);
const FLOOR: vec3<f32> = vec3<f32>(0.330, 0.195, 0.110);

fn hash(p: vec2<f32>) -> f32 {
    var q = fract(p * vec2<f32>(0.1031, 0.1130));
    q += dot(q, q.yx + 33.33);
    return fract((q.x + q.y) * q.x);
}

fn hash2(p: vec2<f32>) -> vec2<f32> {
    var q = fract(vec3<f32>(p.xyx) * vec3<f32>(0.1031, 0.1030, 0.0973));
    q += dot(q, q.yzx + 33.33);
    return fract((q.xx + q.yz) * q.zy);
}

fn noise(p: vec2<f32>) -> f32 {
    let i = floor(p);
    let f = p - i;
    let s = f * f * (3.0 - 2.0 * f);
    return mix(mix(hash(i), hash(i + vec2<f32>(1.0, 0.0)), s.x),
               mix(hash(i + vec2<f32>(0.0, 1.0)), hash(i + vec2<f32>(1.0, 1.0)), s.x), s.y);
}

fn slab(p: vec2<f32>, half: vec2<f32>, round: f32) -> f32 {
    let q = abs(p) - half + round;
    return length(max(q, vec2<f32>(0.0))) + min(max(q.x, q.y), 0.0) - round;
}

// A lamp's rectangle seen in direction `d`: 1 inside, 0 outside, its edge `soft` wide.
fn panel(d: vec3<f32>, middle: vec3<f32>, half: vec2<f32>, soft: f32) -> f32 {
    let side = normalize(cross(middle, vec3<f32>(0.0, 0.0, 1.0)));
    let up = cross(side, middle);
    let depth = dot(d, middle);
    let q = vec2<f32>(dot(d, side), dot(d, up)) / max(depth, 0.05);
    let edge = slab(q, half, 0.04 + soft * 0.5);
    let bright = 1.0 - smoothstep(-soft, soft, edge);
    return select(0.0, bright, depth > 0.05);
}

// A row of three tall windows, left and behind: 1 in their panes. Long, so that its mirror image runs along the
// shoulder of what is round.
fn window(d: vec3<f32>, soft: f32) -> f32 {
    let flat = max(length(d.xy), 0.0001);
    // Angle from the middle of the row, and height as a slope.
    let c = (d.x * LIGHT.x + d.y * LIGHT.y) / (flat * 0.7228);
    let s = (d.x * LIGHT.y - d.y * LIGHT.x) / (flat * 0.7228);
    let around = atan2(s, c);
    let rise = atan2(d.z, flat);
    let q = vec2<f32>(around + 0.43, rise - 0.60);
    let edge = slab(q, vec2<f32>(0.87, 0.36), 0.03 + soft * 0.5);
    var bright = 1.0 - smoothstep(-soft, soft, edge);
    let bar = min(min(abs(q.x - 0.29), abs(q.x + 0.29)), abs(q.y - 0.10));
    bright *= mix(1.0, smoothstep(0.010, 0.034 + soft, bar), clamp(1.0 - soft * 5.0, 0.0, 1.0));
    return bright;
}

// What is seen in direction `d` beside the windows: desk and walls, blurred by `rough` (0 mirror … 1 matt).
fn walls(d: vec3<f32>, rough: f32) -> vec3<f32> {
    let rise = smoothstep(-0.10 - rough, 0.12 + rough, d.z);
    let wall = mix(vec3<f32>(0.46, 0.36, 0.28), vec3<f32>(0.40, 0.40, 0.42), clamp(d.z * 1.2, 0.0, 1.0));
    return mix(FLOOR * 0.8, wall * 0.75, rise);
}

// What is seen in direction `d`, blurred as well.
fn room(d: vec3<f32>, rough: f32) -> vec3<f32> {
    let soft = 0.012 + rough * 0.9;
    var seen = walls(d, rough);
    let weaken = 1.0 / (1.0 + 22.0 * rough * rough);
    seen += vec3<f32>(1.0, 0.93, 0.82) * 15.0 * weaken * window(d, soft);
    // A pale wall on the other side gives the right flank an edge.
    seen += vec3<f32>(0.80, 0.88, 1.0) * 1.5 * panel(d, vec3<f32>(0.813, 0.102, 0.573), vec2<f32>(0.16, 0.62), 0.10 + soft);
    return seen;
}

// How much of the window's light arrives: the shadows of its bars lie across the desk.
fn bars(world: vec3<f32>) -> f32 {
    let q = world.xy - LIGHT.xy / LIGHT.z * world.z;
    let along = normalize(LIGHT.xy);
    let a = dot(q, along) + 6.0;
    let b = dot(q, vec2<f32>(-along.y, along.x)) - 2.0;
    let across = abs(fract(b / 92.0) - 0.5) * 92.0;
    let down = abs(fract(a / 132.0) - 0.5) * 132.0;
    let shade = (1.0 - smoothstep(1.0, 9.0, 46.0 - across)) + (1.0 - smoothstep(1.0, 10.0, 66.0 - down));
    return 1.0 - 0.62 * clamp(shade, 0.0, 1.0);
}

// The light a matt surface scatters, for an albedo of 1: `open` is the share of the room it sees, `sun` of the window.
fn lit(n: vec3<f32>, open: f32, sun: f32) -> vec3<f32> {
    // The window is wide: its light reaches a little around the terminator.
    let wrap = 0.16;
    let facing = dot(n, LIGHT);
    let soft = clamp((facing + wrap) / (1.0 + wrap), 0.0, 1.0);
    let direct = SUN * SUN_POWER * sun * mix(soft * soft, soft, 0.65);
    let sky = mix(FLOOR * 0.75, SKY, 0.5 + 0.5 * n.z);
    return direct + sky * open;
}

fn fresnel(f0: f32, facing: f32) -> f32 {
    return f0 + (1.0 - f0) * pow(clamp(1.0 - facing, 0.0, 1.0), 5.0);
}

// Brings light to what a display shows, keeping the colours of plastics: the Khronos "PBR neutral" curve.
fn develop(light: vec3<f32>) -> vec3<f32> {
    let start = 0.76;
    let low = min(light.r, min(light.g, light.b));
    let offset = select(0.04, low - 6.25 * low * low, low < 0.08);
    var c = light - offset;
    let peak = max(c.r, max(c.g, c.b));
    if peak < start {
        return c;
    }
    let d = 1.0 - start;
    let top = 1.0 - d * d / (peak + d - start);
    c *= top / peak;
    let pale = 1.0 - 1.0 / (0.15 * (peak - top) + 1.0);
    return mix(c, vec3<f32>(top), pale);
}

// A little noise hides the steps of eight bits.
fn grain(colour: vec3<f32>, pixel: vec2<f32>) -> vec3<f32> {
    let n = fract(52.9829189 * fract(dot(pixel, vec2<f32>(0.06711056, 0.00583715)))) - 0.5;
    return colour * (1.0 + n * 0.012) + n * 0.0006;
}
