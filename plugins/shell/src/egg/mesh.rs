//! Building meshes from grids of points.

use bevy::asset::RenderAssetUsages;
use bevy::math::{Vec3, vec3};
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};

/// What a surface is made of; the shader knows the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Front half of the shell.
    Front = 0,
    /// Back half.
    Back = 1,
    /// The printed bezel in the window.
    Bezel = 2,
    /// The rim around the window.
    Rim = 3,
    /// The dark gap around a button.
    Well = 4,
    /// A button.
    Button = 5,
    /// Ring and chain.
    Metal = 6,
}

/// One corner of a mesh.
#[derive(Clone, Copy, Debug)]
pub struct Corner {
    /// Where.
    pub at: Vec3,
    /// How much of the room's light reaches it, 0–1.
    pub open: f32,
    /// A number that the part's shading wants, 0–1.
    pub extra: f32,
}

impl Corner {
    /// A corner in the open.
    #[must_use]
    pub fn new(at: Vec3) -> Self {
        Self { at, open: 1.0, extra: 0.0 }
    }
}

/// Collects grids into one mesh: position, normal, uv (x and y in millimetres) and a colour with
/// (openness, extra, unused, part / 8).
#[derive(Default)]
pub struct Sculpture {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    uvs: Vec<[f32; 2]>,
    colours: Vec<[f32; 4]>,
    indices: Vec<u32>,
}

impl Sculpture {
    /// Adds a grid of `columns` × `rows` points, counter-clockwise seen from outside when columns go round to the
    /// left and rows go up; `closed` joins the last column to the first. Normals are measured on the grid itself.
    pub fn grid(&mut self, part: Part, columns: usize, rows: usize, closed: bool, at: impl Fn(usize, usize) -> Corner) {
        self.grid_with(part, columns, rows, closed, at, None::<fn(Vec3) -> Vec3>);
    }

    /// As [`grid`](Self::grid), with the normals from a formula where there is one.
    pub fn grid_with(
        &mut self,
        part: Part,
        columns: usize,
        rows: usize,
        closed: bool,
        at: impl Fn(usize, usize) -> Corner,
        normal: Option<impl Fn(Vec3) -> Vec3>,
    ) {
        let base = self.positions.len() as u32;
        let corners: Vec<Corner> = (0..columns * rows).map(|k| at(k % columns, k / columns)).collect();
        let get = |c: usize, r: usize| corners[r * columns + c].at;
        for r in 0..rows {
            for c in 0..columns {
                let corner = corners[r * columns + c];
                let n = normal.as_ref().map_or_else(
                    || {
                        let left = if closed { (c + columns - 1) % columns } else { c.saturating_sub(1) };
                        let right = if closed { (c + 1) % columns } else { (c + 1).min(columns - 1) };
                        let (down, up) = (r.saturating_sub(1), (r + 1).min(rows - 1));
                        let along = get(right, r) - get(left, r);
                        let across = get(c, up) - get(c, down);
                        // In a pole the columns fall together: look one row further.
                        let along = if along.length_squared() < 1e-8 {
                            let other = if r == 0 { 1 } else { r - 1 };
                            get(right, other) - get(left, other)
                        } else {
                            along
                        };
                        along.cross(across).normalize_or(Vec3::Z)
                    },
                    |normal| normal(corner.at),
                );
                self.positions.push(corner.at.to_array());
                self.normals.push(n.to_array());
                self.uvs.push([corner.at.x, corner.at.y]);
                self.colours.push([corner.open, corner.extra, 0.0, f32::from(part as u8) / 8.0]);
            }
        }
        let last = if closed { columns } else { columns - 1 };
        for r in 0..rows as u32 - 1 {
            for c in 0..last as u32 {
                let next = (c + 1) % columns as u32;
                let (a, b) = (base + r * columns as u32 + c, base + r * columns as u32 + next);
                let (d, e) = (a + columns as u32, b + columns as u32);
                self.indices.extend([a, b, e, a, e, d]);
            }
        }
    }

    /// Adds a ball.
    pub fn ball(&mut self, part: Part, centre: Vec3, radius: f32, open: impl Fn(Vec3) -> f32) {
        const ROUND: usize = 14;
        const RISE: usize = 9;
        let at = |c: usize, r: usize| {
            let (sin, cos) = (c as f32 / ROUND as f32 * core::f32::consts::TAU).sin_cos();
            let (out, up) = (r as f32 / (RISE - 1) as f32 * core::f32::consts::PI).sin_cos();
            let n = vec3(cos * out, sin * out, -up);
            Corner { at: centre + n * radius, open: open(n), extra: 0.0 }
        };
        self.grid_with(part, ROUND, RISE, true, at, Some(|p: Vec3| (p - centre).normalize_or(Vec3::Z)));
    }

    /// Adds a tube around a closed line of `count` points.
    pub fn tube(
        &mut self,
        part: Part,
        count: usize,
        radius: f32,
        axis: Vec3,
        line: impl Fn(f32) -> Vec3,
        open: impl Fn(Vec3) -> f32,
    ) {
        const ROUND: usize = 12;
        let at = |c: usize, r: usize| {
            let u = r as f32 / (count - 1) as f32;
            let here = line(u);
            let along = (line(u + 0.004) - line(u - 0.004)).normalize_or(Vec3::X);
            let side = along.cross(axis).normalize_or(Vec3::Y);
            let (sin, cos) = (c as f32 / ROUND as f32 * core::f32::consts::TAU).sin_cos();
            let at = here + (side * cos + along.cross(side) * sin) * radius;
            Corner { at, open: open(at), extra: 0.0 }
        };
        self.grid(part, ROUND, count, true, at);
    }

    /// The mesh.
    #[must_use]
    pub fn mesh(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, self.uvs)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colours)
            .with_inserted_indices(Indices::U32(self.indices))
    }

    #[cfg(test)]
    pub(crate) fn triangles(&self) -> Vec<([Vec3; 3], Vec3)> {
        let p = |i: u32| Vec3::from(self.positions[i as usize]);
        let n = |i: u32| Vec3::from(self.normals[i as usize]);
        self.indices.chunks(3).map(|t| ([p(t[0]), p(t[1]), p(t[2])], n(t[0]) + n(t[1]) + n(t[2]))).collect()
    }
}
