// The toy's buttons as buttons of the page, for fingers, keyboards and assistive technology.

/** How long a button is down that was activated without a finger: the pet looks at its buttons eight times a second. */
const PRESS_MS = 200;

/** Makes the buttons in `row` call `press(name, down)`; `data-press` names what each stands for. */
export function connect(row, press) {
    for (const button of row.querySelectorAll('button')) {
        const names = button.dataset.press.split(' ');
        const fingers = new Set();
        let timer = 0;
        const set = down => {
            if (button.classList.toggle('down', down) === down) for (const name of names) press(name, down);
        };
        const up = event => {
            if (fingers.delete(event.pointerId) && !fingers.size) set(false);
        };
        button.addEventListener('pointerdown', event => {
            if (event.button || button.disabled) return;
            clearTimeout(timer);
            // The finger may slide off without letting go of the page.
            if (event.pointerType !== 'mouse') button.releasePointerCapture?.(event.pointerId);
            if (!fingers.size) set(true);
            fingers.add(event.pointerId);
        });
        for (const kind of ['pointerup', 'pointercancel', 'pointerleave']) button.addEventListener(kind, up);
        // The keyboard stays with the canvas.
        button.addEventListener('mousedown', event => event.preventDefault());
        button.addEventListener('contextmenu', event => event.preventDefault());
        // Space, Enter and screen readers click without a pointer.
        button.addEventListener('click', event => {
            if (event.detail) return;
            clearTimeout(timer);
            set(true);
            timer = setTimeout(() => set(false), PRESS_MS);
        });
        // Whatever is down when the page is left would stay down.
        addEventListener('blur', () => {
            fingers.clear();
            set(false);
        });
        button.disabled = false;
    }
}
