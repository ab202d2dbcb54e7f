// The photograph of the still scene, drawn behind everything that moves.

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var photo: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var photo_sampler: sampler;

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) uv: vec2<f32>,
}

@vertex
fn vertex(@location(0) position: vec3<f32>) -> Corner {
    var out: Corner;
    // At the far plane: Bevy's depth is reversed.
    out.position = vec4<f32>(position.xy, 0.0, 1.0);
    out.uv = vec2<f32>(0.5, -0.5) * position.xy + 0.5;
    return out;
}

@fragment
fn fragment(in: Corner) -> @location(0) vec4<f32> {
    return vec4<f32>(textureSampleLevel(photo, photo_sampler, in.uv, 0.0).rgb, 1.0);
}
