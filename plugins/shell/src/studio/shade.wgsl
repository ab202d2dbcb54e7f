// The toy's shadow on the desk, multiplied onto it. The texture knows how much of window and sky is seen from where.

#import eggtooth_screen::stage::VertexOutput
#import eggtooth_shell::studio::bars

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var shade: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var shade_sampler: sampler;

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let seen = textureSample(shade, shade_sampler, in.uv).rg;
    // Where the window does not shine there is nothing to take but sky.
    let sun = bars(in.world_position);
    let share = 0.74 * sun;
    let light = mix(vec3<f32>(1.0), mix(vec3<f32>(0.86, 0.93, 1.08), vec3<f32>(1.0), seen.r), 1.0);
    let key = 1.0 - share * (1.0 - seen.r);
    let rest = mix(0.30, 1.0, seen.g);
    return vec4<f32>(light * key * rest, 1.0);
}
