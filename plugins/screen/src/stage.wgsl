// How a mesh comes before the camera: the vertex shader of everything, and what fragment shaders get from it. Meshes are
// turned and moved, never scaled.

#define_import_path eggtooth_screen::stage

#import bevy_sprite::mesh2d_bindings::mesh

// How Bevy's `View` begins (bevy_render 0.19, view.wgsl); the rest would be read by nobody, and takes a while to be read.
struct View {
    clip_from_world: mat4x4<f32>,
    others: array<mat4x4<f32>, 6>,
    world_position: vec3<f32>,
    exposure: f32,
    viewport: vec4<f32>, // x, y, width, height in pixels
}

@group(0) @binding(0) var<uniform> view: View;

struct Vertex {
    @builtin(instance_index) instance: u32,
    @location(0) position: vec3<f32>,
    @location(1) normal: vec3<f32>,
    @location(2) uv: vec2<f32>,
#ifdef VERTEX_COLORS
    @location(4) color: vec4<f32>,
#endif
}

struct VertexOutput {
    @builtin(position) position: vec4<f32>,
    @location(0) world_position: vec3<f32>,
    @location(1) world_normal: vec3<f32>,
    @location(2) uv: vec2<f32>,
#ifdef VERTEX_COLORS
    @location(3) color: vec4<f32>,
#endif
}

@vertex
fn vertex(in: Vertex) -> VertexOutput {
    var out: VertexOutput;
    // Its rows are kept as columns.
    let world_from_local = mesh[in.instance].world_from_local;
    out.world_position = vec4<f32>(in.position, 1.0) * world_from_local;
    out.world_normal = vec4<f32>(in.normal, 0.0) * world_from_local;
    out.position = view.clip_from_world * vec4<f32>(out.world_position, 1.0);
    out.uv = in.uv;
#ifdef VERTEX_COLORS
    out.color = in.color;
#endif
    return out;
}

// Direction from a place in the world to the camera.
fn eye(world: vec3<f32>) -> vec3<f32> {
    return normalize(view.world_position - world);
}
