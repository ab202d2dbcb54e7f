// Keeps the files of one version of the page, so that it starts without a network. The build writes the two lines below.

const VERSION = '';
/** Path, relative to this file → sha256 of its content, as in `integrity`. */
const FILES = {};

const CACHE = 'eggtooth ';
const scope = new URL('./', location.href);

addEventListener('install', event => event.waitUntil((async () => {
    const cache = await caches.open(CACHE + VERSION);
    // Together they are one version: a file of another one is refused, and with it the whole.
    await cache.addAll(Object.entries(FILES).map(([path, integrity]) =>
        new Request(new URL(path, scope), { integrity, cache: 'no-cache' })));
})()));

addEventListener('activate', event => event.waitUntil((async () => {
    for (const name of await caches.keys())
        if (name.startsWith(CACHE) && name !== CACHE + VERSION) await caches.delete(name);
    await clients.claim();
})()));

addEventListener('message', event => {
    if (event.data === 'use') skipWaiting();
});

/** The file of this version that `request` asks for, if it asks for one. Everything else is none of ours. */
function file(request) {
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return null;
    const path = url.pathname.slice(scope.pathname.length) || 'index.html';
    return Object.hasOwn(FILES, path) ? new URL(path, scope) : null;
}

addEventListener('fetch', event => {
    const url = file(event.request);
    if (url) event.respondWith((async () => {
        const cache = await caches.open(CACHE + VERSION);
        return await cache.match(url) ?? fetch(event.request);
    })());
});

addEventListener('notificationclick', event => {
    event.notification.close();
    event.waitUntil((async () => {
        const open = await clients.matchAll({ type: 'window', includeUncontrolled: true });
        const page = open.find(client => client.url.startsWith(scope.href));
        return page ? page.focus() : clients.openWindow(scope.href);
    })());
});
