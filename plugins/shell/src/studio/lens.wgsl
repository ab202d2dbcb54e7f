// The clear lens over the screen: only what it reflects, added to what lies below.

#import eggtooth_screen::stage::{VertexOutput, eye}
#import eggtooth_shell::studio::{fresnel, walls}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let v = eye(in.world_position);
    let n = vec3<f32>(0.0, 0.0, 1.0);
    let p = in.uv - vec2<f32>(0.5, 0.5);
    // The window's frame grazes the glass: two pale diagonal bands in its upper corner.
    let across = p.x * 0.80 + p.y * 0.60;
    let band = smoothstep(-0.345, -0.335, across) * (1.0 - smoothstep(-0.175, -0.165, across))
        + 0.6 * smoothstep(-0.145, -0.135, across) * (1.0 - smoothstep(-0.085, -0.075, across));
    let sheen = 0.030 * band * (0.7 - p.y) + 0.010 * (0.5 - p.y);
    // The windows stand too low to be seen in it.
    let mirror = walls(reflect(-v, n), 0.05) * fresnel(0.02, dot(n, v));
    return vec4<f32>(vec3<f32>(1.0, 0.97, 0.92) * sheen + mirror, 0.0);
}
