// The pet, before the game is there: its screen alone, in the drawing of the egg.

const GLASS = '#a9b8a0';
const INK = '#2b3230';
const [COLUMNS, ROWS] = [32, 16];
/** A page that is hidden draws no pictures, and must not be waited for longer, ms; one that is seen may be late with
 * its first. */
const LONGEST = 1000;

/** Until the browser has what the page looks like now to draw, or ought to have. */
function drawn() {
    // A frame's own callbacks come before it is handed on, and what is posted from there after it.
    const frame = new Promise(done => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(null);
    }));
    return Promise.race([frame, new Promise(done => setTimeout(done, LONGEST))]);
}

/** Draws on `canvas` the rows that `look()` has, bit x of each is its column x, if it has any; resolves when the
 * browser has them to draw; without a graphics card it may still take a while to do so. */
export async function show(canvas, look) {
    let rows;
    try {
        rows = look();
    } catch (error) {
        console.warn('no glimpse of the pet:', error);
    }
    if (!rows) return;
    canvas.hidden = false;
    // Whole pixels for each dot, and what is left around them.
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    const dot = Math.max(Math.floor(Math.min(canvas.width / COLUMNS, canvas.height / ROWS)), 1);
    const gap = dot > 4 ? 1 : 0;
    const [left, top] = [canvas.width - COLUMNS * dot, canvas.height - ROWS * dot].map(rest => Math.floor(rest / 2));
    const pen = canvas.getContext('2d', { alpha: false });
    pen.fillStyle = GLASS;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = INK;
    for (let y = 0; y < ROWS; y++)
        for (let x = 0; x < COLUMNS; x++)
            if (rows[y] >>> x & 1) pen.fillRect(left + x * dot, top + y * dot, dot - gap, dot - gap);
    await drawn();
    performance.mark('glimpse');
}
