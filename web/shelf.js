// The data folder, kept in IndexedDB: database `eggtooth`, store `files`, path → Uint8Array.
//
// What the game writes is put down in the order in which it came, in transactions that never overlap. What could not be
// written stays waiting, newest content of each path only, and is tried again; so nothing waits twice.

const DATABASE = 'eggtooth', STORE = 'files', LOCK = 'eggtooth-shelf';
/** Seconds until the next attempt after a failed one; the last number holds from then on. */
const PATIENCE = [2, 5, 15, 60];
/** How long another tab has to say that the shelf is its own, where there are no Web Locks. */
const ANSWER_MS = 400;

/** What is kept between visits, or, where the browser refuses, what is not. */
export class Shelf {
    #database = null;
    #waiting = new Map();
    #writing = null;
    #failures = 0;
    #again = 0;
    #number = 0;
    #tell;
    #stored;

    /** `tell(text)` shows a sentence to the player; `stored(number)` hears up to which number everything is kept. */
    constructor(tell, stored) {
        this.#tell = tell;
        this.#stored = stored;
    }

    /** Opens the database and reads everything: `[[path, Uint8Array], …]`. Fails where nothing can be kept. */
    async open() {
        const request = indexedDB.open(DATABASE, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE);
        request.onblocked = () => this.#tell('Another tab still uses an older shelf of pets; close it.');
        const database = await answer(request);
        // A page of a later version may want to change the database: it must not wait for this one.
        database.onversionchange = () => database.close();
        const files = database.transaction(STORE).objectStore(STORE);
        const [paths, contents] = await Promise.all([answer(files.getAllKeys()), answer(files.getAll())]);
        this.#database = database;
        return paths.map((path, at) => [String(path), new Uint8Array(contents[at])]);
    }

    /** Whether what is stored outlives the page. */
    get keeps() {
        return this.#database !== null;
    }

    /**
     * Takes changes `[[path, Uint8Array | null], …]`, in order; `null` removes. They reach the disk soon, all or none.
     * Where nothing can be kept, nothing is said to be.
     */
    store(changes, number) {
        if (!this.keeps) return;
        this.#number = number;
        for (const [path, bytes] of changes) {
            // The later change of a path comes after all that came before it.
            this.#waiting.delete(path);
            // A copy: what came from the program may be a view of its memory.
            this.#waiting.set(path, bytes && Uint8Array.from(bytes));
        }
        this.#write();
    }

    /** Resolves when nothing waits, with whether all of it was kept. */
    async idle() {
        if (this.#waiting.size) this.#write();
        while (this.#writing) await this.#writing;
        return this.#waiting.size === 0;
    }

    #write() {
        if (this.#writing || !this.#waiting.size) return;
        clearTimeout(this.#again);
        const batch = this.#waiting, number = this.#number;
        this.#waiting = new Map();
        this.#writing = this.#put(batch).then(() => {
            this.#writing = null;
            if (this.#failures) this.#tell('Saving works again; nothing was lost.');
            this.#failures = 0;
            this.#stored(number);
            this.#write();
        }, error => {
            this.#writing = null;
            // What came meanwhile is newer.
            for (const path of this.#waiting.keys()) batch.delete(path);
            this.#waiting = new Map([...batch, ...this.#waiting]);
            if (!this.#failures) this.#tell(refused(error));
            const seconds = PATIENCE[Math.min(this.#failures++, PATIENCE.length - 1)];
            this.#again = setTimeout(() => this.#write(), seconds * 1000);
        });
    }

    #put(batch) {
        return new Promise((done, failed) => {
            // On the disk when it is said to be, as far as the browser knows.
            const transaction = this.#database.transaction(STORE, 'readwrite', { durability: 'strict' });
            transaction.oncomplete = done;
            transaction.onabort = () => failed(transaction.error);
            const files = transaction.objectStore(STORE);
            for (const [path, bytes] of batch) bytes ? files.put(bytes, path) : files.delete(path);
        });
    }
}

const answer = request => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
});

function refused(error) {
    if (error?.name === 'QuotaExceededError')
        return 'The browser’s storage is full, so your pets are not saved. Free some space, or export them from the '
            + 'menu; saving is tried again by itself.';
    return `Your pets could not be saved (${error?.message ?? error}). It is tried again by itself; to be sure, export `
        + 'them from the menu.';
}

/**
 * Takes the shelf for this tab, for as long as the tab lives. Returns whether it is ours; if not, `freed` is called
 * once the other tab has gone (with Web Locks only).
 */
export function claim(freed) {
    if (navigator.locks)
        return new Promise(done => {
            navigator.locks.request(LOCK, { ifAvailable: true }, lock => {
                done(lock !== null);
                // Held until the page ends.
                return lock && new Promise(() => {});
            }).then(() => navigator.locks.request(LOCK, () => {
                freed();
                return new Promise(() => {});
            }));
        });
    return askAround();
}

/** Pages that are not secure have no Web Locks: the tabs ask each other. The one that was opened first has the shelf. */
function askAround() {
    const channel = new BroadcastChannel(LOCK);
    const mine = [performance.timeOrigin, Math.random()];
    const older = (one, other) => one[0] - other[0] || one[1] - other[1];
    let owner = true;
    channel.onmessage = ({ data }) => {
        if (data.ask && owner && older(mine, data.ask) < 0) channel.postMessage({ taken: data.ask });
        if (data.taken && older(data.taken, mine) === 0) owner = false;
    };
    channel.postMessage({ ask: mine });
    return new Promise(done => setTimeout(() => done(owner), ANSWER_MS));
}

/** Asks the browser, once, not to throw the pets away when space runs short. */
export async function persist() {
    const KEY = 'eggtooth-persist';
    try {
        if (!navigator.storage?.persist || localStorage.getItem(KEY)) return;
        const granted = await navigator.storage.persisted() || await navigator.storage.persist();
        localStorage.setItem(KEY, granted ? 'granted' : 'refused');
    } catch {
        // Where even this is refused there is nothing to remember.
    }
}
