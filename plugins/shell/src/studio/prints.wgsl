// What is printed on the shells, drawn from distances in millimetres; and the board inside the clear one.

#define_import_path eggtooth_shell::prints

#import eggtooth_shell::studio::{hash, hash2, noise, slab}

fn cover(d: f32, pixel: f32) -> f32 {
    return clamp(0.5 - d / pixel, 0.0, 1.0);
}

// Whether a figure at `p` leaves room for the name on the forehead.
fn free(p: vec2<f32>) -> f32 {
    return step(1.0, length((p - vec2<f32>(0.0, 19.6)) / vec2<f32>(9.6, 3.3)));
}

fn turned(p: vec2<f32>, angle: f32) -> vec2<f32> {
    let c = cos(angle);
    let s = sin(angle);
    return vec2<f32>(c * p.x + s * p.y, c * p.y - s * p.x);
}

// Rows of dots, every second one shifted; here and there a small one of another colour.
fn polka(p: vec2<f32>, pixel: f32, a: vec3<f32>, b: vec3<f32>) -> vec4<f32> {
    let pitch = 6.4;
    let row = floor(p.y / (pitch * 0.866) + 0.5);
    let shift = fract(row * 0.5) * pitch;
    let column = floor((p.x - shift) / pitch + 0.5);
    let centre = vec2<f32>(column * pitch + shift, row * pitch * 0.866);
    let big = cover(distance(p, centre) - 1.5, pixel) * free(centre);
    return vec4<f32>(mix(a, b, step(0.72, hash(vec2<f32>(column + 3.0, row + 9.0)))), big);
}

// Overlapping scales of rings, as waves are drawn on cloth.
fn waves(p: vec2<f32>, pixel: f32, a: vec3<f32>, b: vec3<f32>) -> vec4<f32> {
    let wide = 8.2;
    let rise = wide * 0.25;
    let base = floor(p.y / rise);
    var d = -1.0;
    // The lowest circle that holds the point lies in front.
    for (var k = -4; k <= 1; k++) {
        let row = base + f32(k);
        let shift = fract(row * 0.5) * wide;
        let column = floor((p.x - shift) / wide + 0.5);
        let r = distance(p, vec2<f32>(column * wide + shift, row * rise));
        if d < 0.0 && r < wide * 0.5 {
            d = r;
        }
    }
    let ring = (wide * 0.5 - d);
    let line = min(abs(ring - 0.16), min(abs(ring - 1.15), abs(ring - 2.1))) - 0.20;
    let core = d - 0.75;
    let ink = cover(min(line, core), pixel);
    let away = smoothstep(0.95, 1.0, length((p - vec2<f32>(0.0, 19.6)) / vec2<f32>(13.0, 3.4)));
    return vec4<f32>(mix(a, b, step(core, 0.3)), ink * away);
}

// Slips of paper, thrown.
fn confetti(p: vec2<f32>, pixel: f32, a: vec3<f32>, b: vec3<f32>, c: vec3<f32>) -> vec4<f32> {
    let pitch = 4.3;
    let cell = floor(p / pitch);
    var out = vec4<f32>(0.0);
    for (var y = -1; y <= 1; y++) {
        for (var x = -1; x <= 1; x++) {
            let id = cell + vec2<f32>(f32(x), f32(y));
            let seed = hash2(id + 17.0);
            let kind = hash(id + 5.0);
            let centre = (id + 0.5 + (seed - 0.5) * 0.55) * pitch;
            let q = turned(p - centre, seed.x * 6.28);
            var d = slab(q, vec2<f32>(1.25, 0.42), 0.2);
            if kind > 0.66 {
                d = length(q) - 0.72;
            } else if kind > 0.48 {
                // A curl.
                d = abs(length(q - vec2<f32>(0.0, -0.7)) - 1.05) - 0.27;
                d = max(d, -q.y - 0.15);
            }
            let ink = cover(d, pixel) * free(centre);
            let pick = fract(seed.y * 7.0) * 3.0;
            let colour = select(select(c, b, pick < 2.0), a, pick < 1.0);
            out = mix(out, vec4<f32>(colour, 1.0), ink);
        }
    }
    return vec4<f32>(out.rgb / max(out.a, 0.001), out.a);
}

fn star(p: vec2<f32>, radius: f32) -> f32 {
    // Five points: fold the plane into one half of a point.
    let step = 1.2566371;
    let angle = atan2(p.x, p.y);
    let a = abs(fract(angle / step + 0.5) - 0.5) * step;
    let q = length(p) * vec2<f32>(sin(a), cos(a));
    let tip = vec2<f32>(0.0, radius);
    let inner = 0.50 * radius * vec2<f32>(sin(step * 0.5), cos(step * 0.5));
    let edge = normalize(inner - tip);
    return dot(q - tip, vec2<f32>(-edge.y, edge.x)) - 0.14;
}

fn stars(p: vec2<f32>, pixel: f32, a: vec3<f32>, b: vec3<f32>) -> vec4<f32> {
    let pitch = 6.6;
    let cell = floor(p / pitch);
    var out = vec4<f32>(0.0);
    for (var y = -1; y <= 1; y++) {
        for (var x = -1; x <= 1; x++) {
            let id = cell + vec2<f32>(f32(x), f32(y));
            let seed = hash2(id + 31.0);
            let size = hash(id + 2.0);
            let centre = (id + 0.5 + (seed - 0.5) * 0.75) * pitch;
            let q = turned(p - centre, (seed.y - 0.5) * 1.2);
            var d = length(q) - 0.30;
            if size > 0.28 {
                d = star(q, 0.85 + 1.25 * size);
            }
            let ink = cover(d, pixel) * free(centre);
            out = mix(out, vec4<f32>(select(a, b, size < 0.5), 1.0), ink);
        }
    }
    // Dust between them.
    let fine = floor(p / 2.3);
    let spot = (fine + 0.25 + 0.5 * hash2(fine + 8.0)) * 2.3;
    let dust = cover(distance(p, spot) - 0.17 * step(0.45, hash(fine)), pixel) * 0.8;
    out = mix(vec4<f32>(b, 1.0) * dust, out, max(out.a, 1.0 - dust));
    return vec4<f32>(out.rgb / max(out.a, 0.001), out.a);
}

// Leaves with a rib, on the wind.
fn leaves(p: vec2<f32>, pixel: f32, a: vec3<f32>, b: vec3<f32>, c: vec3<f32>) -> vec4<f32> {
    let pitch = 6.0;
    let cell = floor(p / pitch);
    var out = vec4<f32>(0.0);
    for (var y = -1; y <= 1; y++) {
        for (var x = -1; x <= 1; x++) {
            let id = cell + vec2<f32>(f32(x), f32(y));
            let seed = hash2(id + 51.0);
            let centre = (id + 0.5 + (seed - 0.5) * 0.6) * pitch;
            let q = turned(p - centre, -0.5 + (seed.x - 0.5) * 2.6);
            let long = 2.3 + 0.7 * seed.y;
            // A lens of two arcs.
            let bulge = long * 0.62;
            let r = (long * long + bulge * bulge) / (2.0 * bulge);
            let blade = length(vec2<f32>(abs(q.x) + r - bulge * 0.62, q.y)) - r;
            let rib = abs(q.x) - 0.10;
            let veins = abs(fract((q.y - abs(q.x) * 1.1) / 0.95) - 0.5) * 0.95 - 0.055;
            let stem = max(abs(q.x) - 0.13, abs(q.y + long * 0.80 + 0.7) - 0.7);
            let d = min(max(blade, -min(rib, max(veins, abs(q.x) - 1.2))), stem);
            let pick = fract(seed.y * 9.0) * 3.0;
            let colour = select(select(c, b, pick < 2.0), a, pick < 1.0);
            out = mix(out, vec4<f32>(colour, 1.0), cover(d, pixel) * free(centre));
        }
    }
    return vec4<f32>(out.rgb / max(out.a, 0.001), out.a);
}

// Bubbles that rise.
fn bubbles(p: vec2<f32>, pixel: f32, a: vec3<f32>) -> vec4<f32> {
    let pitch = 7.4;
    let cell = floor(p / pitch);
    var ink = 0.0;
    for (var y = -1; y <= 1; y++) {
        for (var x = -1; x <= 1; x++) {
            let id = cell + vec2<f32>(f32(x), f32(y));
            let seed = hash2(id + 71.0);
            let r = 0.55 + 1.5 * hash(id + 4.0) * hash(id + 11.0);
            let centre = (id + 0.5 + (seed - 0.5) * 0.7) * pitch;
            let q = p - centre;
            let shine = length(q - vec2<f32>(-0.38, 0.38) * r) - 0.17 * r;
            ink = max(ink, cover(min(abs(length(q) - r) - 0.11, shine), pixel) * free(centre));
        }
    }
    return vec4<f32>(a, ink * 0.9);
}

// The print number `kind` at `p`: its colour, and how much of it there is.
fn pattern(kind: i32, p: vec2<f32>, pixel: f32, a: vec3<f32>, b: vec3<f32>, c: vec3<f32>) -> vec4<f32> {
    switch kind {
        case 1: { return polka(p, pixel, a, b); }
        case 2: { return waves(p, pixel, a, b); }
        case 3: { return confetti(p, pixel, a, b, c); }
        case 4: { return stars(p, pixel, a, b); }
        case 5: { return leaves(p, pixel, a, b, c); }
        case 6: { return bubbles(p, pixel, a); }
        default: { return vec4<f32>(0.0); }
    }
}

// The inside of the toy as seen through clear plastic: a green board with traces, a chip's blob, a cell, the speaker.
fn board(p: vec2<f32>, pixel: f32) -> vec4<f32> {
    let soft = pixel + 0.25;
    var colour = vec3<f32>(0.50, 0.55, 0.56);
    let edge = slab(p - vec2<f32>(0.0, 0.5), vec2<f32>(16.2, 17.5), 4.0);
    let green = vec3<f32>(0.035, 0.20, 0.105);
    // Traces: a grid of lines that turn by 45 degrees here and there.
    let lane = p + vec2<f32>(0.0, 1.6 * floor(p.x * 0.16 + 0.5));
    let trace = min(abs(fract(lane.y * 0.62) - 0.5) / 0.62, abs(fract((p.x + p.y) * 0.21) - 0.5) / 0.21 * 0.71) - 0.22;
    let pads = length(fract(p * 0.40) - 0.5) / 0.40 - 0.42;
    var surface = mix(green, green * 1.9 + vec3<f32>(0.02, 0.03, 0.0), cover(trace, soft));
    surface = mix(surface, vec3<f32>(0.62, 0.45, 0.18), cover(pads, soft) * step(0.62, hash(floor(p * 0.40))));
    colour = mix(colour, surface, cover(edge, soft));
    let screw = min(distance(abs(p), vec2<f32>(12.4, 14.6)), distance(p, vec2<f32>(0.0, 16.4))) - 1.3;
    colour = mix(colour, vec3<f32>(0.60, 0.58, 0.54), cover(screw, soft));
    let cell = distance(p, vec2<f32>(4.6, -15.4)) - 6.0;
    colour = mix(colour, vec3<f32>(0.56, 0.57, 0.58) * (0.8 + 0.2 * cover(abs(cell + 0.8) - 0.25, soft)), cover(cell, soft));
    let disc = distance(p, vec2<f32>(-8.6, -12.2)) - 4.4;
    colour = mix(colour, vec3<f32>(0.50, 0.36, 0.12), cover(disc, soft));
    colour = mix(colour, vec3<f32>(0.66, 0.62, 0.55), cover(disc + 1.1, soft));
    return vec4<f32>(colour, 1.0);
}
