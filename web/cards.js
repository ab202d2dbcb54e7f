// What went wrong, in words: what it is, what to do about it, and a button for that.

const card = document.querySelector('#card');
const line = document.querySelector('#news');

function element(kind, text, more = {}) {
    return Object.assign(document.createElement(kind), { textContent: text }, more);
}

function buttons(actions, after) {
    return Object.entries(actions).map(([name, act]) => element('button', name, {
        type: 'button', onclick() {
            after();
            act?.();
        },
    }));
}

/** Shows a card over everything; `actions` are names of buttons and what they do. `detail` is for who wants to know. */
export function show({ title, text, detail, actions = {} }) {
    const parts = [element('h2', title, { id: 'card-title' }), element('p', text)];
    if (detail) {
        const more = element('details', '');
        more.append(element('summary', 'What the program said'), element('pre', detail));
        parts.push(more);
    }
    parts.push(...buttons(actions, () => card.close()));
    card.replaceChildren(...parts);
    if (!card.open) card.showModal();
}

// Escape would leave a page on which nothing works.
card.addEventListener('cancel', event => event.preventDefault());

/** Shows a quiet line at the top, with buttons; each of them takes it away. Returns what takes it away. */
export function news(text, actions = { 'All right': null }) {
    for (const shown of line.children) if (shown.firstChild.textContent === text) return () => shown.remove();
    const box = document.createElement('div');
    box.append(element('p', text), ...buttons(actions, () => box.remove()));
    line.append(box);
    return () => box.remove();
}

const again = { 'Start again': () => location.reload() };

/** The faults that end the game, by name. */
export const faults = {
    graphics: () => show({
        title: 'This browser cannot draw the egg',
        text: 'Eggtooth draws with WebGL 2, which this browser does not offer here. Use a current browser; or, if this '
            + 'is one, switch on hardware acceleration in its settings. Then start again.',
        actions: again,
    }),
    program: () => show({
        title: 'This browser cannot run the program',
        text: 'Eggtooth is a WebAssembly program, and this browser has no WebAssembly or has it switched off (“lockdown” '
            + 'and “strict” modes do). Use a current browser, or allow it for this page; then start again.',
        actions: again,
    }),
    old: error => show({
        title: 'This browser is too old for the program',
        text: 'The program came, but the browser does not understand it. Update the browser, then start again.',
        detail: String(error), actions: again,
    }),
    fetch: error => show({
        title: 'The program could not be fetched',
        text: navigator.onLine ? 'The server did not send it. Wait a moment, then start again.'
            : 'There is no connection to the internet. Once it is back, start again.',
        detail: String(error), actions: again,
    }),
    lost: () => show({
        title: 'The browser took the graphics away',
        text: 'This happens when memory runs short or the graphics driver starts anew. Your pets are saved; start again.',
        actions: again,
    }),
    refused: text => show({ title: 'The game cannot begin', text, actions: again }),
    crash: error => show({
        title: 'The program has crashed',
        text: 'That should not happen, and your pets are as they were saved last, at most half a minute ago. Start again; '
            + 'if it happens once more, tell us what the program said.',
        detail: error, actions: again,
    }),
};
