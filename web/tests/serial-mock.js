// A `navigator.serial` for tests: Web Streams with backpressure, as slow as a real line, and at the other end of each
// port a simulated toy, which is whatever is given: an object with `give(bytes)`, what the page has written, and
// `turn()`, which lets the toy live a moment and gives back the bytes that it says (`Toy` of the prong crate's example
// `page` is the engine's own). What the page asked for is recorded in `log`. Works in browsers and in Node.

/** Bytes a second of a line of 460,800 baud. */
const RATE = 46_080;
/** Milliseconds between two moments of a toy. */
const MOMENT = 4;
/** Bytes that the system takes at once from a page. */
const SYSTEM = 4096;

/** A port with a toy at its other end. `usb`: `[vendor, product]`, or nothing for a port that is not on USB. */
export class MockPort extends EventTarget {
    #serial;
    #usb;
    #options = null;
    #timer = 0;
    #readable = null;
    #controller = null;
    #writable = null;
    #sending = [];
    #waiting = 0;
    #since = 0;
    #room = [];

    constructor(serial, toy, usb) {
        super();
        this.#serial = serial;
        this.#usb = usb;
        this.toy = toy;
        this.plugged = true;
        /** Another program has it. */
        this.held = false;
        /** Bytes that the page has written, that it was given, and that its buffer had no room for. */
        this.written = 0;
        this.given = 0;
        this.overrun = 0;
    }

    getInfo() {
        return this.#usb ? { usbVendorId: this.#usb[0], usbProductId: this.#usb[1] } : {};
    }

    async open(options) {
        this.#note("open", { ...options });
        if (this.#options) {
            throw new DOMException("The port is already open.", "InvalidStateError");
        }
        if (!this.plugged || this.held) {
            throw new DOMException("Failed to open serial port.", "NetworkError");
        }
        if (options.baudRate !== 460_800) {
            throw new TypeError("The toy at this port speaks at 460,800 baud.");
        }
        this.#options = { bufferSize: 255, ...options };
        this.#since = performance.now();
        this.#timer = setInterval(() => this.#tick(), MOMENT);
    }

    async setSignals(signals) {
        this.#note("signals", { ...signals });
        if (!this.#options) {
            throw new DOMException("The port is closed.", "InvalidStateError");
        }
    }

    get isOpen() {
        return this.#options !== null;
    }

    get readable() {
        if (!this.#options || !this.plugged) {
            return null;
        }
        if (!this.#readable) {
            const strategy = { highWaterMark: this.#options.bufferSize };
            const start = (controller) => (this.#controller = controller);
            const cancel = () => this.#forgetReadable();
            this.#readable = new ReadableStream({ type: "bytes", start, cancel }, strategy);
        }
        return this.#readable;
    }

    get writable() {
        if (!this.#options || !this.plugged) {
            return null;
        }
        if (!this.#writable) {
            const write = (chunk) => this.#write(chunk);
            const close = async () => {
                while (this.#waiting > 0 && this.plugged) {
                    await new Promise((resolve) => this.#room.push(resolve));
                }
                this.#writable = null;
            };
            const abort = () => {
                this.#forgetSending();
                this.#writable = null;
            };
            const size = (chunk) => chunk.byteLength;
            this.#writable = new WritableStream({ write, close, abort }, { highWaterMark: 4096, size });
        }
        return this.#writable;
    }

    async close() {
        this.#note("close");
        if (!this.#options) {
            throw new DOMException("The port is already closed.", "InvalidStateError");
        }
        if (this.#readable?.locked || this.#writable?.locked) {
            throw new TypeError("Cannot close a port whose streams are locked.");
        }
        this.#end();
    }

    /** Noise on the line: an error that ends the stream and not the port, such as `BreakError`. */
    disturb(name) {
        const controller = this.#controller;
        this.#forgetReadable();
        controller?.error(new DOMException("The line was disturbed.", name));
    }

    /** The plug is pulled. */
    unplug() {
        this.plugged = false;
        const gone = new DOMException("The device has been lost.", "NetworkError");
        const controller = this.#controller;
        this.#end();
        controller?.error(gone);
        this.#serial.dispatchEvent(new Event("disconnect"));
    }

    /** And put in again. */
    plugIn() {
        this.plugged = true;
        this.#serial.dispatchEvent(new Event("connect"));
    }

    #note(what, details) {
        this.#serial.log.push({ what, port: this, ...details });
    }

    #forgetReadable() {
        this.#readable = null;
        this.#controller = null;
    }

    #forgetSending() {
        this.#sending = [];
        this.#waiting = 0;
        this.#room.splice(0).forEach((resolve) => resolve());
    }

    #end() {
        clearInterval(this.#timer);
        this.#options = null;
        this.#forgetReadable();
        this.#writable = null;
        this.#forgetSending();
    }

    async #write(chunk) {
        this.#note("write", { bytes: chunk.byteLength, reading: this.#readable?.locked ?? false });
        // The page may use its memory again at once.
        const bytes = chunk.slice();
        while (this.#waiting >= SYSTEM && this.plugged) {
            await new Promise((resolve) => this.#room.push(resolve));
        }
        if (!this.plugged) {
            throw new DOMException("The device has been lost.", "NetworkError");
        }
        if (this.#waiting === 0) {
            this.#since = performance.now();
        }
        this.#sending.push(bytes);
        this.#waiting += bytes.byteLength;
        this.written += bytes.byteLength;
    }

    /** Lets as many bytes pass as the time that went by allows, in both directions. */
    #tick() {
        const now = performance.now();
        let budget = Math.min(this.#waiting, Math.floor(((now - this.#since) * RATE) / 1000));
        this.#since += (budget * 1000) / RATE;
        this.#waiting -= budget;
        while (budget > 0) {
            const [first] = this.#sending;
            const piece = first.subarray(0, budget);
            budget -= piece.byteLength;
            if (piece.byteLength === first.byteLength) {
                this.#sending.shift();
            } else {
                this.#sending[0] = first.subarray(piece.byteLength);
            }
            this.toy.give(piece);
        }
        if (this.#waiting < SYSTEM) {
            this.#room.splice(0).forEach((resolve) => resolve());
        }
        const said = this.toy.turn();
        if (said.byteLength > 0 && this.readable) {
            this.#hand(said);
        }
    }

    #hand(bytes) {
        if (this.#controller.desiredSize < bytes.byteLength) {
            this.overrun += bytes.byteLength;
            this.disturb("BufferOverrunError");
            return;
        }
        this.given += bytes.byteLength;
        this.#controller.enqueue(new Uint8Array(bytes));
    }
}

/** What takes the place of `navigator.serial`. */
export class MockSerial extends EventTarget {
    constructor() {
        super();
        /** What the page asked for, in order: `{ what, port, … }`. */
        this.log = [];
        /** Ports that the page may use. */
        this.granted = [];
        /** The port that the player chooses next; none: the dialog is closed. */
        this.choice = null;
    }

    async getPorts() {
        return this.granted.filter((port) => port.plugged);
    }

    async requestPort() {
        this.log.push({ what: "request" });
        const activation = globalThis.navigator?.userActivation;
        if (activation && !activation.isActive) {
            throw new DOMException("Must be handling a user gesture.", "SecurityError");
        }
        if (!this.choice) {
            throw new DOMException("No port selected by the user.", "NotFoundError");
        }
        if (!this.granted.includes(this.choice)) {
            this.granted.push(this.choice);
        }
        return this.choice;
    }

    /** Puts this in the place of `navigator.serial`. */
    install() {
        const navigator = globalThis.navigator ?? {};
        Object.defineProperty(navigator, "serial", { value: this, configurable: true });
        if (globalThis.navigator !== navigator) {
            Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
        }
    }
}
