// Draws only the part of the picture that has changed.
//
// The program draws each picture into textures of its own, and copies the last of them to the canvas, whole. Where only the
// pet's screen has changed, nine tenths of that are for nothing, and without a graphics card they take nearly all the time.
// So the canvas keeps its picture, and while the program names a part, WebGL's scissors cut everything else off: nothing
// outside of it is computed, and nothing is shown but the part.

/** The common part of two rectangles, [x, y, width, height] each. */
function common([ax, ay, aw, ah], [bx, by, bw, bh]) {
    const x = Math.max(ax, bx), y = Math.max(ay, by);
    return [x, y, Math.max(Math.min(ax + aw, bx + bw) - x, 0), Math.max(Math.min(ay + ah, by + bh) - y, 0)];
}

/**
 * The context that the program will find on `canvas`: `part(x, y, width, height)` limits what is drawn, in pixels from the
 * upper left corner; an empty part ends that. `null` where there is no WebGL 2.
 */
export function prepare(canvas) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true });
    if (!gl) return null;
    const [enable, disable, scissor, bind] =
        ['enable', 'disable', 'scissor', 'bindFramebuffer'].map(name => gl[name].bind(gl));
    /** What the game named, and what the program itself cuts out; `null`: all. */
    let part = null;
    let own = null;
    /** Whether the canvas is drawn to, and not a texture. */
    let shown = true;

    function cut() {
        if (!part) return own ? (scissor(...own), enable(gl.SCISSOR_TEST)) : disable(gl.SCISSOR_TEST);
        const [x, y, width, height] = part;
        // The program's textures begin with the uppermost row, the canvas with the lowest.
        const here = [x, shown ? canvas.height - y - height : y, width, height];
        scissor(...own ? common(own, here) : here);
        enable(gl.SCISSOR_TEST);
    }

    let last = [0, 0, 0, 0];
    gl.scissor = (...rect) => {
        last = rect;
        if (own) own = rect;
        cut();
    };
    gl.enable = what => {
        if (what !== gl.SCISSOR_TEST) return enable(what);
        own = last;
        cut();
    };
    gl.disable = what => {
        if (what !== gl.SCISSOR_TEST) return disable(what);
        own = null;
        cut();
    };
    gl.bindFramebuffer = (target, framebuffer) => {
        bind(target, framebuffer);
        if (target === gl.READ_FRAMEBUFFER) return;
        shown = framebuffer === null;
        if (part) cut();
    };
    return (x, y, width, height) => {
        part = width && height ? [x, y, width, height] : null;
        cut();
    };
}
