// Browsers keep a sound context silent until the player has touched the page; some put it to sleep later, too. Each
// touch and key wakes those that the game made.

const contexts = new Set();

function wake() {
    for (const context of contexts) {
        if (context.state === 'closed') contexts.delete(context);
        else if (context.state !== 'running') context.resume().catch(() => {});
    }
}

/** Remembers the contexts that are made from now on. */
export function install() {
    const Real = globalThis.AudioContext;
    if (!Real) return;
    globalThis.AudioContext = class AudioContext extends Real {
        constructor(...how) {
            super(...how);
            contexts.add(this);
        }
    };
    for (const kind of ['pointerup', 'keydown', 'touchend']) addEventListener(kind, wake, { capture: true, passive: true });
}
