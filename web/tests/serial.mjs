// Web Serial without hardware and without a browser: the prong crate's own face and transport, as WebAssembly, speak
// through a mock `navigator.serial` with a simulated toy, which is the same engine. Needs Node 20 or newer.
//
//     cargo build -p eggtooth_prong --example page --features bevy,web-serial --target wasm32-unknown-unknown
//     wasm-bindgen --target web --out-dir FOLDER target/wasm32-unknown-unknown/debug/examples/page.wasm
//     node web/tests/serial.mjs FOLDER
//
// `cargo xtask test` does all three, and gives the same FOLDER to prongs.mjs.
//
// Time is real: a line of 460,800 baud takes as long as it takes. Nothing here asserts how long.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { MockPort, MockSerial } from "./serial-mock.js";

const SECRET = new TextEncoder().encode("prong-dev-secret-A");
/** The longest that anything may take, in milliseconds. */
const LIMIT = 60_000;
const FTDI = [0x0403, 0x6001];
const CH340 = [0x1a86, 0x7523];

const [folder] = process.argv.slice(2);
if (!folder) {
    console.error("Give the folder in which wasm-bindgen has put page.js: the first lines of this file say how.");
    process.exit(2);
}
const wasm = await import(pathToFileURL(join(resolve(folder), "page.js")).href);
wasm.initSync({ module: await readFile(join(folder, "page_bg.wasm")) });

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A page with one link, of which a frame is drawn every `frame` milliseconds. */
class Table {
    constructor(line, frame = 16) {
        this.page = new wasm.Page(line);
        this.news = [];
        this.interval = frame;
    }

    frame() {
        this.news.push(...this.page.frame());
    }

    async until(done, what) {
        const end = Date.now() + LIMIT;
        while (!done()) {
            assert.ok(Date.now() < end, `${what} did not come: ${this.news.slice(-9).join("; ")}; ${this.page.state()}`);
            await sleep(this.interval);
            this.frame();
        }
    }

    /** Takes the next piece of news that fits; what came before it is forgotten. */
    async told(pattern) {
        await this.until(() => this.news.some((news) => pattern.test(news)), pattern);
        const place = this.news.findIndex((news) => pattern.test(news));
        return this.news.splice(0, place + 1).at(-1);
    }

    async open(secret = SECRET) {
        this.page.open(secret);
        await this.told(/^Opened/);
        return this;
    }

    async close() {
        this.page.close();
        await this.told(/^Closed/);
        this.page.free();
    }
}

/** A mock with one port and a toy at it. */
function bench(usb = FTDI) {
    const serial = new MockSerial();
    const port = new MockPort(serial, new wasm.Toy(SECRET), usb);
    serial.choice = port;
    serial.install();
    return { serial, port, toy: port.toy };
}

async function closed(port) {
    const end = Date.now() + LIMIT;
    while (port.isOpen) {
        assert.ok(Date.now() < end, "the port was not closed");
        await sleep(5);
    }
}

const tests = {
    async "a page without Web Serial says who has it"() {
        Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
        assert.match(wasm.missing(), /Chrome, Edge, Opera, and Firefox from version 151/);
        const table = new Table("chooser");
        table.page.open(SECRET);
        assert.match(await table.told(/^Failed/), /no Web Serial/);
        await table.told(/^Closed/);
        globalThis.isSecureContext = false;
        assert.match(wasm.missing(), /https/);
        delete globalThis.isSecureContext;
    },

    async "a port is opened as the prongs need it, and read before anything is written"() {
        const { serial, port } = bench();
        const table = await new Table("chooser").open();
        assert.equal(table.page.state(), "Open { packets: true }");
        table.page.echo();
        assert.match(await table.told(/^(Done|Failed)/), /Done\(Echo\)/);
        assert.ok(table.page.wakes() > 0, "the program was woken");
        const [request, open, signals, ...rest] = serial.log;
        assert.equal(request.what, "request");
        assert.equal(open.what, "open");
        assert.ok(open.bufferSize >= 65_536, `bufferSize ${open.bufferSize}`);
        const { baudRate, dataBits, stopBits, parity, flowControl } = open;
        const settings = { baudRate: 460_800, dataBits: 8, stopBits: 1, parity: "none", flowControl: "none" };
        assert.deepEqual({ baudRate, dataBits, stopBits, parity, flowControl }, settings);
        assert.equal(signals.what, "signals");
        assert.equal(signals.dataTerminalReady, false);
        assert.equal(signals.requestToSend, false);
        const writes = rest.filter((entry) => entry.what === "write");
        assert.ok(writes.length > 0 && writes.every((write) => write.reading), "a reader waited before each write");
        await table.close();
        await closed(port);
    },

    async "an item is sent, with slow frames as with quick ones"() {
        for (const frame of [16, 50]) {
            const { port, toy } = bench();
            const table = await new Table("chooser", frame).open();
            table.page.send(wasm.item(16_000));
            assert.match(await table.told(/^(Done|Failed)/), /Done\(Sent\)/);
            await table.until(() => toy.last(), "the toy's end");
            assert.match(toy.last(), /^Ok\(Item/);
            assert.ok(port.written > 16_000 && port.written < 18_000, `${port.written} bytes: nothing was repeated`);
            await table.close();
        }
    },

    async "what a toy would write to its flash does not go out"() {
        const { port } = bench();
        const table = await new Table("chooser").open();
        table.page.send(new Uint8Array(0x4001));
        assert.match(await table.told(/^(Done|Failed)/), /permission to write flash/);
        assert.equal(port.written, 0);
        await table.close();
    },

    async "gifts change hands, whoever begins"() {
        const { toy } = bench();
        const table = await new Table("chooser").open();
        table.page.gift(17);
        assert.match(await table.told(/^(Done|Failed)/), /gave: 17/);
        table.page.gift(undefined);
        table.frame();
        toy.wish("gifts");
        await table.until(() => table.page.asked(), "the question");
        table.page.give(5);
        assert.match(await table.told(/^(Done|Failed)/), /gave: 5/);
        await table.close();
    },

    async "pets meet while no frame is drawn, and while the page is busy for a moment"() {
        const { port, toy } = bench();
        const table = await new Table("chooser").open();
        table.page.playdate(true);
        table.frame();
        // 131,092 bytes go out, and as many come in: a hidden page draws no frame, and now and then this one is held up.
        const end = Date.now() + LIMIT;
        while (port.written < 131_092 || port.given < 131_092) {
            assert.ok(Date.now() < end, `the pets did not meet: ${port.written} out, ${port.given} in`);
            const busy = Date.now() + 60;
            while (Date.now() < busy);
            await sleep(100);
        }
        const over = () => table.news.some((news) => /^(Done|Failed)/.test(news));
        await table.until(() => over() || table.page.asked(), "the question");
        if (table.page.asked()) {
            table.page.breed(false);
        }
        assert.match(await table.told(/^(Done|Failed)/), /Done\(Played/);
        await table.until(() => toy.last(), "the toy's end");
        assert.match(toy.last(), /^Ok\(Played/);
        assert.equal(port.overrun, 0);
        await table.close();
    },

    async "a toy begins a playdate of which all 131,092 bytes come in frame by frame"() {
        const { port, toy } = bench();
        const table = await new Table("chooser", 50).open();
        table.page.playdate(false);
        table.frame();
        toy.wish("playdate");
        const over = () => table.news.some((news) => /^(Done|Failed)/.test(news));
        await table.until(() => over() || table.page.asked(), "the question");
        if (table.page.asked()) {
            table.page.breed(true);
        }
        assert.match(await table.told(/^(Done|Failed)/), /Done\(Played/);
        assert.equal(port.overrun, 0);
        await table.close();
    },

    async "a disturbed line is borne"() {
        const { port } = bench();
        const table = await new Table("chooser").open();
        table.page.send(wasm.item(16_000));
        await table.told(/^Progress/);
        for (const error of ["BreakError", "FramingError", "ParityError"]) {
            port.disturb(error);
            await sleep(40);
        }
        assert.match(await table.told(/^(Done|Failed)/), /Done\(Sent\)/);
        await table.close();
        await closed(port);
    },

    async "a pulled plug is told, and the link goes on when it is back"() {
        const { serial, port } = bench();
        const table = await new Table("chooser").open();
        table.page.playdate(true);
        await table.told(/^Progress/);
        port.unplug();
        assert.match(await table.told(/^(Done|Failed)/), /the line is gone: .*unplugged.*plugged in/);
        assert.match(table.page.state(), /^Lost/);
        table.page.echo();
        assert.match(await table.told(/^(Done|Failed)/), /line is gone/);
        // Another adapter is left alone; one with the same numbers is another port to the browser, and taken.
        const other = new MockPort(serial, new wasm.Toy(SECRET), CH340);
        const again = new MockPort(serial, new wasm.Toy(SECRET), FTDI);
        serial.granted.push(other);
        other.plugIn();
        await sleep(100);
        assert.match(table.page.state(), /^Lost/);
        assert.equal(other.isOpen, false);
        serial.granted.push(again);
        again.plugIn();
        await table.until(() => table.page.state().startsWith("Open"), "the port");
        table.page.echo();
        assert.match(await table.told(/^(Done|Failed)/), /Done\(Echo\)/);
        await table.close();
        await closed(again);
    },

    async "a port that may be used already needs no dialog, and is free again in the end"() {
        const { serial, port } = bench(CH340);
        serial.granted.push(port);
        const names = await wasm.ports();
        assert.deepEqual(names.map((name) => name.replace(/\d+/g, "N")), ["port N CHN"]);
        const [name] = /^port \d+/.exec(names[0]);
        for (let round = 0; round < 2; round += 1) {
            const table = await new Table(name).open(null);
            assert.equal(table.page.state(), "Open { packets: false }", "only echoes without a secret");
            table.page.echo();
            assert.match(await table.told(/^(Done|Failed)/), /Done\(Echo\)/);
            // Closed and opened again at once: the first link may still hold the port.
            await table.close();
        }
        await closed(port);
        assert.ok(serial.log.every((entry) => entry.what !== "request"));
        const gone = new Table("port 999");
        gone.page.open(SECRET);
        assert.match(await gone.told(/^Failed/), /no such port/);
    },

    async "what is wrong with a port is said"() {
        const { serial, port } = bench();
        const fails = async () => {
            const table = new Table("chooser");
            table.page.open(SECRET);
            const told = await table.told(/^Failed/);
            await table.until(() => table.page.state() === "Closed", "the end");
            return told;
        };
        port.held = true;
        assert.match(await fails(), /another program or page is using it/);
        serial.choice = null;
        assert.match(await fails(), /none was chosen/);
    },

    async "despawning a link in the middle closes its port"() {
        const { port } = bench();
        const table = await new Table("chooser").open();
        table.page.playdate(true);
        await table.told(/^Progress/);
        table.page.free();
        await closed(port);
    },

    async "the toy in memory lives without a port"() {
        Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
        const table = await new Table("simulated").open();
        table.page.echo();
        assert.match(await table.told(/^(Done|Failed)/), /Done\(Echo\)/);
        table.page.send(wasm.item(16_000));
        assert.match(await table.told(/^(Done|Failed)/), /Done\(Sent\)/);
        table.page.gift(3);
        assert.match(await table.told(/^(Done|Failed)/), /gave: 3/);
        await table.close();
    },
};

for (const [name, test] of Object.entries(tests)) {
    const start = Date.now();
    await test();
    console.log(`ok ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}
console.log(`${Object.keys(tests).length} tests passed`);
process.exit(0);
