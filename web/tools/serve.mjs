// Serves the built page on this computer: `node tools/serve.mjs [PORT] [--under /play/]`.
//
// Only what lay in the folder at the start is served, so no path leads out of it.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DIST = fileURLToPath(new URL('../dist', import.meta.url));

const TYPES = {
    '.css': 'text/css; charset=utf-8', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
    '.png': 'image/png', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
    '.webmanifest': 'application/manifest+json',
};
/** File name's end, name in `Accept-Encoding`; the best first. */
const PACKED = [['.br', 'br'], ['.gz', 'gzip']];
const HEADERS = {
    // Names do not change with the content, so each visit asks whether they are still good; the answer is short.
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        + "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'",
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), serial=(self)',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
};

async function index(folder) {
    const files = new Map();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath ?? entry.path, entry.name);
        const tag = createHash('sha256').update(await readFile(path)).digest('base64url').slice(0, 22);
        files.set(relative(folder, path).split(sep).join('/'), { path, tag, size: (await stat(path)).size });
    }
    if (!files.has('index.html')) throw Error(`${folder} has no page; build it with: cargo xtask web`);
    return files;
}

/** Whether `accepted` (an Accept-Encoding header) takes `name`. */
function takes(accepted, name) {
    return (accepted ?? '').split(',').some(part => {
        const [coding, ...how] = part.split(';').map(word => word.trim().toLowerCase());
        return coding === name && !how.some(word => /^q=0(\.0*)?$/.test(word));
    });
}

/** Starts the server on loopback; resolves with it once it listens. `under` is the path at which the page lies. */
export async function serve({ port = 0, folder = DIST, under = '/' } = {}) {
    const files = await index(folder);
    const server = createServer((request, response) => {
        for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
        const end = (status, text = '') => response.writeHead(status, { 'Content-Type': 'text/plain' }).end(text);
        if (!['GET', 'HEAD'].includes(request.method)) {
            response.setHeader('Allow', 'GET, HEAD');
            return end(405, 'Only GET and HEAD.\n');
        }
        // Another site may point its name at this computer.
        if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(request.headers.host ?? '')) return end(421, 'Not this host.\n');
        const [path] = request.url.split('?');
        if (!path.startsWith(under)) {
            if (`${path}/` !== under && path !== '/') return end(404, 'There is no such page.\n');
            response.setHeader('Location', under);
            return end(308);
        }
        const name = path.slice(under.length) || 'index.html';
        const file = files.get(name);
        if (!file || PACKED.some(([ending]) => name.endsWith(ending))) return end(404, 'There is no such page.\n');
        const [ending, coding] = PACKED.find(([ending, coding]) => files.has(name + ending)
            && takes(request.headers['accept-encoding'], coding)) ?? ['', null];
        const sent = files.get(name + ending);
        const tag = `"${sent.tag}"`;
        response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
        response.setHeader('ETag', tag);
        response.setHeader('Vary', 'Accept-Encoding');
        if (coding) response.setHeader('Content-Encoding', coding);
        if ((request.headers['if-none-match'] ?? '').split(',').some(known => known.trim().replace(/^W\//, '') === tag))
            return response.writeHead(304).end();
        response.writeHead(200, { 'Content-Length': sent.size });
        if (request.method === 'HEAD') return response.end();
        createReadStream(sent.path).on('error', () => response.destroy()).pipe(response);
    });
    await new Promise((done, failed) => server.on('error', failed).listen(port, '127.0.0.1', done));
    server.origin = `http://localhost:${server.address().port}`;
    server.page = server.origin + under;
    return server;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const args = process.argv.slice(2);
    const at = args.indexOf('--under');
    const [, under] = at < 0 ? [] : args.splice(at, 2);
    const port = Number(args[0] ?? 8080);
    if (args.length > 1 || !Number.isInteger(port) || port < 0 || port > 65535 || (under && !/^\/.+\/$/.test(under))) {
        console.error('node tools/serve.mjs [PORT] [--under /play/]');
        process.exit(2);
    }
    const server = await serve({ port, under });
    console.log(`The game is at ${server.page} (Ctrl-C ends it).`);
}
