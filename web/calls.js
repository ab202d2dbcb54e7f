// A notice when the pet calls and nobody looks. Browsers want to be asked by a press of a button.

/** Connects the bell; `registration` resolves with the service worker's registration, or never. */
export class Calls {
    #registration;
    #bell;

    constructor(bell, registration, tell) {
        this.#bell = bell;
        this.#registration = registration;
        // Only secure pages have both.
        bell.hidden = !('Notification' in globalThis) || !navigator.serviceWorker;
        if (bell.hidden) return;
        bell.disabled = false;
        this.#show();
        bell.addEventListener('click', async () => {
            if (Notification.permission === 'granted') {
                this.#wanted = !this.#wanted;
            } else {
                const said = await Notification.requestPermission();
                if (said === 'denied')
                    tell('The browser does not let this page send notices. Allow them in its settings for this page.');
                this.#wanted = said === 'granted';
            }
            this.#show();
        });
    }

    get #wanted() {
        try {
            return Notification.permission === 'granted' && localStorage.getItem('eggtooth-calls') !== 'no';
        } catch {
            return false;
        }
    }

    set #wanted(yes) {
        try {
            localStorage.setItem('eggtooth-calls', yes ? 'yes' : 'no');
        } catch {
            // Then the browser's own answer counts.
        }
    }

    #show() {
        const on = this.#wanted;
        this.#bell.setAttribute('aria-pressed', String(on));
        this.#bell.title = on ? 'Notices when the pet calls: on' : 'Notices when the pet calls: off';
    }

    /** The pet `name` calls. Where it can be seen and heard nothing is shown. */
    async call(name, text) {
        if (!document.hidden || this.#bell.hidden || !this.#wanted) return;
        const registration = await this.#registration;
        await registration?.showNotification(name, {
            // A later call of the same pet takes the place of the one before.
            body: text, tag: `call ${name}`, icon: 'icons/192.png', badge: 'icons/192.png',
        });
    }
}
