// Flat things on the desk and over the toys: a pet cut out of paper, an enamel charm, a speech bubble.

#import eggtooth_screen::stage::VertexOutput
#import eggtooth_shell::studio::{bars, develop, grain, lit, slab, LIGHT}
#ifdef CHARM
#import eggtooth_screen::stage::eye
#import eggtooth_shell::studio::{fresnel, room}
#endif

struct Sticker {
    ink: vec4<f32>,   // colour of the dots
    base: vec4<f32>,  // colour of what they are on; millimetres above the desk, but for paper, which hops
    place: vec4<f32>, // middle of the picture in dots, dots a millimetre, half the quad's side in millimetres
    tail: vec4<f32>,  // where a bubble's tail points to, or a charm's ring lies, in millimetres from the middle
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> sticker: Sticker;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var picture: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var picture_sampler: sampler;

const REACH: f32 = 2.5;
const MARGIN: f32 = 3.0;
const SIDE: f32 = 32.0;

// Distances to the dots and to the outline around them, in dots, at a place in millimetres from the middle, y up.
fn distances(p: vec2<f32>) -> vec2<f32> {
    let at = sticker.place.xy + vec2<f32>(p.x, -p.y) * sticker.place.z;
    let uv = (at + MARGIN) / (SIDE + 2.0 * MARGIN);
    return (0.5 - textureSampleLevel(picture, picture_sampler, clamp(uv, vec2<f32>(0.0), vec2<f32>(1.0)), 0.0).rg) * 2.0 * REACH;
}

#ifdef BUBBLE
// A drop from the middle of the bubble to its tip.
fn tail(p: vec2<f32>) -> f32 {
    let to = sticker.tail.xy;
    let along = clamp(dot(p, to) / max(dot(to, to), 0.01), 0.0, 1.0);
    return distance(p, to * along) - mix(2.3, 0.15, along);
}
#endif

// Distance to the outline, in millimetres.
fn outline(p: vec2<f32>) -> f32 {
#ifdef PAPER
    return (distances(p).y - 1.7) / sticker.place.z;
#endif
#ifdef CHARM
    return length(p) - 3.9;
#endif
#ifdef BUBBLE
    return min(slab(p, vec2<f32>(6.4, 5.6), 3.6), tail(p));
#endif
}

fn over(below: vec4<f32>, colour: vec3<f32>, cover: f32) -> vec4<f32> {
    return vec4<f32>(mix(below.rgb, colour, cover), mix(below.a, 1.0, cover));
}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let p = (in.uv - 0.5) * vec2<f32>(2.0, -2.0) * sticker.place.w;
    let pixel = max(length(fwidth(p)) * 0.7, 0.01);
    let world = in.world_position;
    let n = vec3<f32>(0.0, 0.0, 1.0);
    let sun = bars(world);
    let light = lit(n, 1.0, sun);

    // Its shadow falls away from the window, softer the higher it is.
#ifdef PAPER
    let lift = world.z + 0.1;
#else
    let lift = sticker.base.a;
#endif
    let shift = LIGHT.xy / LIGHT.z * lift;
    let soft = 0.25 + 0.22 * lift;
    let shade = 0.52 * (1.0 - smoothstep(-soft, soft, outline(p + shift))) / (1.0 + 0.10 * lift);
    var drawn = vec4<f32>(0.0, 0.0, 0.0, shade);

    let d = outline(p);
    let cover = clamp(0.5 - d / pixel, 0.0, 1.0);
    let ink = clamp(0.5 - distances(p).x / sticker.place.z / pixel, 0.0, 1.0);
#ifdef CHARM
    // A ring of metal holds it.
    let v = eye(world);
    let q = distance(p, sticker.tail.xy);
    let wire = abs(q - 1.15) - 0.26;
    let side = normalize(vec3<f32>((p - sticker.tail.xy) * sign(q - 1.15) * 1.6, 0.8));
    let ring = room(reflect(-v, side), 0.18) * 0.75 * mix(0.7, 1.0, sun);
    drawn = over(drawn, develop(ring), clamp(0.5 - wire / pixel, 0.0, 1.0));
    // The rim stands up around the enamel.
    let slope = smoothstep(-0.75, -0.05, d) * smoothstep(-0.95, -0.65, d);
    let up = normalize(vec3<f32>(normalize(p + 0.0001) * (slope - 0.5 * smoothstep(-0.5, 0.0, d)) * -1.2, 1.0));
    let rim = room(reflect(-v, up), 0.20) * vec3<f32>(0.95, 0.80, 0.52) * 0.8 + lit(up, 1.0, sun) * vec3<f32>(0.20, 0.15, 0.06);
    var enamel = mix(sticker.base.rgb, sticker.ink.rgb, ink) * light;
    enamel += room(reflect(-v, n), 0.05) * fresnel(0.05, dot(n, v));
    let inner = clamp(0.5 - (d + 0.62) / pixel, 0.0, 1.0);
    drawn = over(drawn, develop(mix(rim, enamel, inner)), cover);
#else
    // Paper: a fine pale edge where it was cut.
    let edge = 1.0 - smoothstep(0.0, 0.30, -d);
    let paper = sticker.base.rgb * (1.0 + 0.06 * edge);
    drawn = over(drawn, develop(mix(paper, sticker.ink.rgb, ink) * light), cover);
#endif
    return vec4<f32>(grain(drawn.rgb, in.position.xy) * select(0.0, 1.0, drawn.a > 0.0), drawn.a);
}
