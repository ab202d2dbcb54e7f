// The desk: oiled oak, its grain running across the picture.

#import eggtooth_screen::stage::{VertexOutput, eye, view}
#import eggtooth_shell::studio::{bars, develop, fresnel, grain, lit, noise, room}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> params: vec4<f32>; // detail

fn wood(world: vec2<f32>, pixel: f32) -> vec4<f32> {
    // The board lies a little askew.
    let p = vec2<f32>(world.x * 0.990 + world.y * 0.139, world.y * 0.990 - world.x * 0.139);
    // Year rings: slow waves, drawn out along the board, that swing around an eye far off.
    let turn = vec2<f32>(p.x * 0.80 + p.y * 0.60, p.y * 0.80 - p.x * 0.60);
    let bend = noise(p * vec2<f32>(0.011, 0.030) + 3.1) * 2.2 + noise(turn * vec2<f32>(0.017, 0.024) + 41.0) * 1.4
        + noise(p * vec2<f32>(0.034, 0.090) + 17.0) * 0.7;
    let ring = p.y * 0.115 + bend;
    let wave = fract(ring);
    // Early wood fades into late wood and stops there sharply.
    let late = smoothstep(0.25, 0.92, wave) * (1.0 - smoothstep(0.94, 1.0, wave));
    let year = noise(vec2<f32>(floor(ring) * 7.3, 0.5));
    let near = clamp(0.35 / pixel, 0.0, 1.0);
    let fibre = noise(vec2<f32>(p.x * 0.10, p.y * 4.2)) * 0.6 + noise(vec2<f32>(p.x * 0.35, p.y * 9.0)) * 0.4 - 0.5;
    // Pores: short dark strokes along the grain, more of them in the early wood.
    let stroke = noise(vec2<f32>(p.x * 0.22 + noise(p * 0.2) * 2.0, p.y * 3.1 + 40.0));
    let pore = smoothstep(0.70, 0.86, stroke) * (1.0 - 0.6 * late) * near;
    let cloud = noise(p * vec2<f32>(0.008, 0.016) + 9.0) - 0.5;
    var tone = 0.52 + 0.30 * late * (0.5 + 0.8 * year) + 0.26 * cloud + 0.24 * fibre * near;
    let pale = vec3<f32>(0.385, 0.232, 0.128);
    let deep = vec3<f32>(0.205, 0.106, 0.052);
    var colour = mix(pale, deep, clamp(tone, 0.0, 1.15));
    colour *= 1.0 - 0.34 * pore;
    // Height for the sheen: pores are dull.
    return vec4<f32>(colour, 1.0 - 0.7 * pore - 0.15 * fibre);
}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let p = in.world_position;
    let pixel = max(length(fwidth(p.xy)) * 0.7, 0.01);
    let board = wood(p.xy, pixel);
    let v = eye(p);
    let n = vec3<f32>(0.0, 0.0, 1.0);
    let sun = bars(p);
    var light = board.rgb * lit(n, 1.0, sun);
    // Oil gives a soft sheen towards the window.
    let r = reflect(-v, n);
    light += room(r, 0.42) * fresnel(0.035, dot(n, v)) * board.w * (0.45 + 0.55 * sun);
    // The light falls off into the room.
    let from_toy = length(p.xy * vec2<f32>(0.86, 1.0)) / 100.0;
    light *= mix(1.08, 0.50, smoothstep(0.15, 1.25, from_toy + 0.0024 * (p.x - p.y)));
    let uv = in.position.xy / view.viewport.zw - 0.5;
    light *= 1.0 - 0.55 * dot(uv, uv);
    return vec4<f32>(grain(develop(light), in.position.xy), 1.0);
}
