// Brings the page, the browser's storage and the program together.

import * as program from './eggtooth.js';
import { faults, news } from './cards.js';
import { Calls } from './calls.js';
import { show } from './glimpse.js';
import { connect } from './keys.js';
import { FetchError, load } from './load.js';
import { prepare } from './part.js';
import { beat, install as installPulse, stop } from './pulse.js';
import { claim, persist, Shelf } from './shelf.js';
import { install as installSound } from './sound.js';
import { register } from './update.js';

/** What is opened at all: the largest is a recording of months. */
const LARGEST = 64 << 20;
const NOTHING_KEPT = 'this browser keeps nothing for this page, as in a private window; open it in an ordinary one';
const OTHER_TAB = 'the saves are in use by another tab; close it, then reload this page';

const $ = selector => document.querySelector(selector);
const asked = new URLSearchParams(location.search);
const canvas = $('#game');
let running = false;
let crashed = false;
let lastPanic = '';
/** The game's menu is open: the focus moves in it, until Escape closes it. */
let menuOpen = false;

/** A sentence for the player: from the game once it runs, from the page before. */
function tell(text) {
    if (running && !crashed) program.tell(text);
    else news(text);
}

function crash(detail) {
    if (crashed) return;
    crashed = true;
    stop();
    faults.crash(lastPanic || detail);
}

/** Watches for the program's end: it says why on the console, then stops. */
function watch() {
    const real = console.error;
    console.error = (...words) => {
        const text = words.join(' ');
        if (/panicked at/.test(text)) lastPanic = text;
        real(...words);
    };
    const seen = error => {
        const stack = String(error?.stack ?? '');
        if (error instanceof WebAssembly.RuntimeError || /wasm|eggtooth\.js/.test(stack))
            crash(`${error}\n${stack}`);
    };
    addEventListener('error', event => seen(event.error));
    addEventListener('unhandledrejection', event => seen(event.reason));
    canvas.addEventListener('webglcontextlost', () => {
        if (crashed) return;
        try {
            program.hidden(true);
        } catch {
            // It may be past that.
        }
        crashed = true;
        stop();
        faults.lost();
    });
}

function download(name, bytes) {
    const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
    Object.assign(document.createElement('a'), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function read(file) {
    if (file.size > LARGEST) {
        tell(`${file.name} is too large: a ROM, a pet or a recording has at most ${LARGEST >> 20} MiB.`);
        return null;
    }
    return file.arrayBuffer().then(bytes => new Uint8Array(bytes), () => {
        tell(`${file.name} could not be read. Choose it again.`);
        return null;
    });
}

/** Opens a file chooser; `then(name, bytes)` gets what was chosen. */
function choose(accept, then) {
    const open = () => {
        const chooser = $('#chooser');
        chooser.accept = accept;
        chooser.value = '';
        chooser.onchange = async () => {
            const [file] = chooser.files;
            const bytes = file && await read(file);
            if (bytes) then(file.name, bytes);
            canvas.focus();
        };
        chooser.click();
    };
    // Browsers open one only just after a press; the game's own press may be too long ago for them.
    if (navigator.userActivation?.isActive === false) news('Which file?', { 'Choose it': open, 'None': null });
    else open();
}

function drops() {
    const files = event => event.dataTransfer?.types.includes('Files');
    let depth = 0;
    const show = () => document.body.classList.toggle('dropping', depth > 0);
    addEventListener('dragenter', event => files(event) && (depth++, show()));
    addEventListener('dragleave', event => files(event) && (depth--, show()));
    addEventListener('dragover', event => files(event) && event.preventDefault());
    addEventListener('drop', async event => {
        if (!files(event)) return;
        event.preventDefault();
        depth = 0;
        show();
        const dropped = [...event.dataTransfer.files];
        if (!running) return tell('Wake the egg first, then let the file go here.');
        for (const file of dropped) {
            const bytes = await read(file);
            if (bytes) program.open_file(file.name, bytes);
        }
    });
}

/** Keys that belong to the browser and to finding one's way through the page, which a game must not swallow. */
function freeKeys() {
    addEventListener('keydown', event => {
        if (event.key === 'Tab' && menuOpen && !crashed && event.target === canvas) return event.preventDefault();
        const browsers = event.key === 'Tab' || /^F\d+$/.test(event.key)
            || ((event.ctrlKey || event.metaKey) && /^[-+=0lnrtw]$/i.test(event.key));
        if (event.target === canvas && browsers) event.stopImmediatePropagation();
    }, true);
}

/** The daycare that serves this page, if one does. */
async function daycare() {
    if (!location.pathname.endsWith('/play/')) return undefined;
    const answer = await fetch('../api/v1/hello', { headers: { 'X-Eggtooth': '1' } }).catch(() => null);
    return answer?.headers.get('content-type')?.includes('json') ? location.origin : undefined;
}

async function begin() {
    if (!globalThis.WebAssembly?.compileStreaming) return faults.program();
    const compiled = load(new URL('eggtooth_bg.wasm', import.meta.url), (share, text) => {
        $('#progress').value = share;
        $('#loading').textContent = text;
    });
    // It is awaited later; until then a failure is not an unhandled one.
    compiled.catch(() => {});
    const shelf = new Shelf(tell, number => {
        if (!crashed) program.stored(number);
        persist();
    });
    const ours = claim(() => news('The other tab has gone.', { 'Reload this page': () => location.reload(), Later: null }));
    const kept = shelf.open().catch(error => {
        console.warn('nothing is kept:', error?.message ?? error);
        return null;
    });
    const home = daycare();
    let woken = asked.has('start');
    const pressed = new Promise(done => {
        const wake = $('#wake');
        if (woken) return done();
        wake.onclick = () => {
            woken = true;
            wake.textContent = 'It wakes as soon as it is here';
            wake.setAttribute('aria-disabled', 'true');
            done();
        };
    });
    installPulse();
    installSound();

    let module;
    try {
        module = await compiled;
        await program.default({ module_or_path: module });
    } catch (error) {
        return error instanceof FetchError ? faults.fetch(error) : faults.old(error);
    }
    const [files, owner, origin] = await Promise.all([kept, ours, home]);
    const options = {
        readOnly: !owner ? OTHER_TAB : files === null ? NOTHING_KEPT : undefined,
        speed: Number(asked.get('speed')) || undefined,
        toy: asked.get('toy') ?? undefined,
        mute: asked.has('mute'),
        quality: asked.get('quality') ?? undefined,
        daycare: origin,
        there: asked.get('there') ?? undefined,
    };
    // A pet that does not come out of its files is told of when it is put on the desk.
    await show($('#glimpse'), () => program.glimpse(files ?? [], options));
    if (!woken) $('#loading').textContent = 'Everything is here.';
    // Not before: the browser's graphics process is busy with the first picture, and everything here would wait for it.
    const part = prepare(canvas);
    if (!part) return faults.graphics();
    await pressed;
    $('#loading').textContent = 'The egg is being laid on the desk.';
    start(files, owner, options, shelf, part);
}

function start(files, owner, options, shelf, part) {
    let ready;
    // Not before the pet is there: fetching for later would delay it.
    const worker = new Promise(done => { ready = done; }).then(() => register(async () => {
        if (!crashed) program.hidden(true);
        await shelf.idle();
    }, news));
    const calls = new Calls($('#bell'), worker, tell);
    const host = {
        store: (changes, number) => owner && shelf.store(changes, number),
        // The picture asks, too; this is for whoever does not see it.
        ask: asks => { $('#question').hidden = !asks; },
        say: text => { $('#said').textContent = text; },
        menu: open => { menuOpen = open; },
        focused: text => { $('#focused').textContent = text; },
        call: (name, text) => { calls.call(name, text).catch(error => console.warn(error)); },
        pick: (purpose, accept) => choose(accept, (name, bytes) => program.chosen(purpose, name, bytes)),
        download,
        part,
        ready() {
            performance.mark('ready');
            $('#splash')?.remove();
            ready();
        },
    };
    watch();
    try {
        program.boot(host, files ?? [], { ...options, width: canvas.clientWidth, height: canvas.clientHeight });
    } catch (error) {
        // The program says in a sentence why it cannot begin; anything else is a crash.
        return typeof error === 'string' ? faults.refused(error) : crash(String(error));
    }
    running = true;
    connect($('#keys'), (name, down) => crashed || program.press(name, down));
    for (const button of document.querySelectorAll('[data-decide]'))
        button.onclick = () => crashed || program.decide(button.dataset.decide === 'live');
    $('#open').disabled = false;
    $('#open').onclick = () => choose('', (name, bytes) => program.open_file(name, bytes));
    $('#copy').disabled = false;
    $('#copy').onclick = () => crashed || program.copy();
    canvas.focus({ preventScroll: true });
    const hidden = yes => {
        if (crashed) return;
        program.hidden(yes);
        // There may be no other picture, and the game saves in one.
        if (yes) for (let n = 0; n < 2; n++) beat();
    };
    document.addEventListener('visibilitychange', () => hidden(document.hidden));
    addEventListener('pagehide', () => hidden(true));
    addEventListener('pageshow', event => event.persisted && hidden(false));
    // A phone that puts the page to sleep says so.
    document.addEventListener('freeze', () => hidden(true));
    if (!owner) news(`Only looking on: ${OTHER_TAB}.`);
    // For the tests, and for who is curious.
    globalThis.eggtooth = { ...program, shelf };
}

drops();
freeKeys();
begin();
