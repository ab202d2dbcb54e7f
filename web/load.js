// Fetches the program and compiles it while it comes.

/** Thrown where the answer was not the program. */
export class FetchError extends Error {}

/** What the build wrote into the page: how many bytes the program has, and how many are sent. */
function sizes() {
    return document.querySelector('meta[name=program]').content.split(' ').map(Number);
}

const megabytes = bytes => (bytes / 1e6).toFixed(1);

/** Compiles `url`; `tell(share, text)` is told how far it is. Throws `FetchError`, or what the compiler throws. */
export async function load(url, tell) {
    const [whole, sent] = sizes();
    // As the page's head asked for it, so that it is fetched once.
    const answer = await fetch(url, { credentials: 'same-origin' }).catch(error => { throw new FetchError(error.message); });
    if (!answer.ok) throw new FetchError(`the server answered ${answer.status}`);
    let come = 0;
    let broken = null;
    // The body comes decoded, whatever was sent; the share is the same.
    const reader = answer.body.getReader();
    const counted = new ReadableStream({
        async pull(sink) {
            const { done, value } = await reader.read().catch(error => {
                broken = new FetchError(error.message);
                throw broken;
            });
            if (done) {
                tell(1, 'The pet is being woken.');
                return sink.close();
            }
            come += value.length;
            const share = whole ? Math.min(come / whole, 1) : 0;
            tell(share, `The pet is being fetched: ${megabytes(share * sent)} of ${megabytes(sent)} MB.`);
            sink.enqueue(value);
        },
        cancel: reason => reader.cancel(reason),
    });
    const body = new Response(counted, { headers: { 'Content-Type': 'application/wasm' } });
    try {
        return await WebAssembly.compileStreaming(body);
    } catch (error) {
        throw broken ?? error;
    }
}
