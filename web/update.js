// The service worker: offline play, and a quiet line when a new version has been fetched.

/**
 * Registers it. Resolves with the registration, or with nothing where there can be none. `save()` is awaited before a
 * new version takes over, `news(text, actions)` shows the line.
 */
export async function register(save, news) {
    if (!navigator.serviceWorker) return undefined;
    const registration = await navigator.serviceWorker.register('sw.js', { updateViaCache: 'none' }).catch(error => {
        console.warn('no offline play:', error.message);
    });
    if (!registration) return undefined;
    const offer = () => {
        const worker = registration.waiting;
        // The first one replaces nothing.
        if (!worker || !navigator.serviceWorker.controller) return;
        news('A new version is ready.', {
            'Use it now': async () => {
                await save();
                navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
                worker.postMessage('use');
            },
            Later: null,
        });
    };
    registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', offer);
    });
    offer();
    return registration;
}
