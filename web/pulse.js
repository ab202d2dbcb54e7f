// In a hidden page browsers draw no pictures, and a game that lives by them stands still. So while the page is hidden,
// once a second, a timer in a worker (which browsers let run) calls what waits for the next picture.

let waiting = new Map();
let last = 0;
let picture = 0;
let worker = null;
let stopped = false;
const real = globalThis.requestAnimationFrame.bind(globalThis);
const cancel = globalThis.cancelAnimationFrame.bind(globalThis);

function call(time) {
    if (picture) cancel(picture);
    picture = 0;
    const now = waiting;
    waiting = new Map();
    for (const callback of now.values())
        try {
            callback(time);
        } catch (error) {
            reportError(error);
        }
    ask();
}

function ask() {
    if (!picture && waiting.size && !document.hidden) picture = real(call);
}

function changed() {
    if (document.hidden) {
        worker ??= new Worker(new URL('pulse-worker.js', import.meta.url));
        worker.onmessage = () => document.hidden && call(performance.now());
    } else {
        worker?.terminate();
        worker = null;
        // One that was asked for before may have been lost.
        if (picture) cancel(picture);
        picture = 0;
        ask();
    }
}

/** Replaces the two functions of the window; to be called before the game begins. */
export function install() {
    globalThis.requestAnimationFrame = callback => {
        if (stopped) return 0;
        waiting.set(++last, callback);
        ask();
        return last;
    };
    globalThis.cancelAnimationFrame = handle => { waiting.delete(handle); };
    document.addEventListener('visibilitychange', changed);
    changed();
}

/** Calls at once what waits for the next picture: for a page that may not live until then. */
export function beat() {
    call(performance.now());
}

/** Ends all drawing, for a program that has crashed. */
export function stop() {
    stopped = true;
    waiting.clear();
}
