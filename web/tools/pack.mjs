// Puts together what is served: `node tools/pack.mjs PROGRAM DIST [--quick]`.
//
// PROGRAM is the folder that wasm-bindgen wrote. The same files always give the same bytes.

import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const [program, dist, flag] = process.argv.slice(2);
if (!dist || ![undefined, '--quick'].includes(flag)) throw Error('node tools/pack.mjs PROGRAM DIST [--quick]');
const quick = flag !== undefined;
const source = new URL('../', import.meta.url).pathname;

/** Of the page's own folder, only what is meant for browsers. */
const PAGE = /^(index\.html|style\.css|manifest\.webmanifest|icons|[\w-]+\.js)$/;
const TEXT = /\.(html|css|js|svg|wasm|webmanifest)$/;

const read = path => readFile(join(dist, path));

async function list(folder) {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = found.filter(entry => entry.isFile());
    return files.map(entry => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/')).sort();
}

async function compress(path) {
    const bytes = await read(path);
    const packed = await promisify(brotliCompress)(bytes, { params: {
        [constants.BROTLI_PARAM_QUALITY]: quick ? 5 : 11,
        // The largest window that browsers must have.
        [constants.BROTLI_PARAM_LGWIN]: 24,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    } });
    await writeFile(join(dist, `${path}.br`), packed);
    await writeFile(join(dist, `${path}.gz`), await promisify(gzip)(bytes, { level: quick ? 5 : 9 }));
    return packed.length;
}

/** Replaces `from`, which must be there exactly once. */
async function fill(path, from, to) {
    const parts = (await read(path)).toString().split(from);
    if (parts.length !== 2) throw Error(`${path} should have ${from} once`);
    await writeFile(join(dist, path), parts.join(to));
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
for (const name of (await readdir(source)).filter(name => PAGE.test(name)))
    await cp(join(source, name), join(dist, name), { recursive: true });
for (const name of await list(program))
    if (/\.(js|wasm)$/.test(name)) await cp(join(program, name), join(dist, name));

const WASM = 'eggtooth_bg.wasm';
const sent = await compress(WASM);
await fill('index.html', '"0 0"', `"${(await stat(join(dist, WASM))).size} ${sent}"`);

// What the page is put together from is asked for at once, and not when page.js has been read.
const preload = name => `<link rel="modulepreload" href="${name}">`;
const modules = (await read('page.js')).toString().matchAll(/ from '\.\/([\w-]+\.js)'/g);
await fill('index.html', preload('eggtooth.js'), Array.from(modules, ([, name]) => preload(name)).join('\n'));

const files = {};
for (const path of await list(dist))
    if (path !== 'sw.js' && !/\.(br|gz)$/.test(path))
        files[path] = `sha256-${createHash('sha256').update(await read(path)).digest('base64')}`;
const version = createHash('sha256').update(JSON.stringify(files)).update(await read('sw.js')).digest('hex').slice(0, 16);
await fill('sw.js', "VERSION = ''", `VERSION = '${version}'`);
await fill('sw.js', 'FILES = {}', `FILES = ${JSON.stringify(files)}`);
for (const path of [...Object.keys(files), 'sw.js']) if (TEXT.test(path) && path !== WASM) await compress(path);

console.log(`version ${version}\n${'bytes'.padStart(12)}${'gzip'.padStart(12)}${'brotli'.padStart(12)}`);
const sum = [0, 0, 0];
for (const path of [...Object.keys(files), 'sw.js']) {
    const plain = (await stat(join(dist, path))).size;
    const size = async end => (await stat(join(dist, path + end)).catch(() => null))?.size ?? plain;
    const sizes = [plain, await size('.gz'), await size('.br')];
    sizes.forEach((bytes, at) => { sum[at] += bytes; });
    console.log(sizes.map(bytes => String(bytes).padStart(12)).join('') + `  ${path}`);
}
console.log(sum.map(bytes => String(bytes).padStart(12)).join('') + '  together');
