//! What the browser has of Web Serial, as far as it is used here.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The most of a browser's message that is repeated, in characters.
const MESSAGE: usize = 120;

#[wasm_bindgen]
extern "C" {
    /// `navigator.serial`
    #[derive(Clone)]
    pub type Serial;

    #[wasm_bindgen(method, catch, js_name = getPorts)]
    pub fn get_ports(this: &Serial) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = requestPort)]
    pub fn request_port(this: &Serial) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, js_name = addEventListener)]
    pub fn add_event_listener(this: &Serial, kind: &str, listener: &Function);

    #[wasm_bindgen(method, js_name = removeEventListener)]
    pub fn remove_event_listener(this: &Serial, kind: &str, listener: &Function);

    /// A port, open or not.
    #[derive(Clone)]
    pub type SerialPort;

    #[wasm_bindgen(method, catch, js_name = getInfo)]
    pub fn get_info(this: &SerialPort) -> Result<Object, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn open(this: &SerialPort, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn close(this: &SerialPort) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setSignals)]
    pub fn set_signals(this: &SerialPort, signals: &Object) -> Result<Promise, JsValue>;

    /// `null` while the port is not open, or gone.
    #[wasm_bindgen(method, getter)]
    pub fn readable(this: &SerialPort) -> Option<Readable>;

    /// `null` while the port is not open, or gone.
    #[wasm_bindgen(method, getter)]
    pub fn writable(this: &SerialPort) -> Option<Writable>;

    /// A stream of bytes; after an error of the line the port has a new one.
    pub type Readable;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    pub fn get_reader(this: &Readable) -> Result<Reader, JsValue>;

    pub type Reader;

    #[wasm_bindgen(method, catch)]
    pub fn read(this: &Reader) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn cancel(this: &Reader) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = releaseLock)]
    pub fn release_reader(this: &Reader) -> Result<(), JsValue>;

    pub type Writable;

    #[wasm_bindgen(method, catch, js_name = getWriter)]
    pub fn get_writer(this: &Writable) -> Result<Writer, JsValue>;

    pub type Writer;

    #[wasm_bindgen(method, catch)]
    pub fn write(this: &Writer, bytes: &Uint8Array) -> Result<Promise, JsValue>;

    /// Ends once everything is on the line.
    #[wasm_bindgen(method, catch)]
    pub fn close(this: &Writer) -> Result<Promise, JsValue>;

    /// Throws away what is not on the line yet.
    #[wasm_bindgen(method, catch)]
    pub fn abort(this: &Writer) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = releaseLock)]
    pub fn release_writer(this: &Writer) -> Result<(), JsValue>;
}

/// The browser's Web Serial, if there is one for this page.
pub fn serial() -> Option<Serial> {
    let navigator = get(&js_sys::global(), "navigator")?;
    Some(get(&navigator, "serial")?.unchecked_into())
}

/// Whether the page came by https or from this computer; what is not known to be unsafe is safe.
pub fn is_secure() -> bool {
    get(&js_sys::global(), "isSecureContext").and_then(|yes| yes.as_bool()).unwrap_or(true)
}

/// A property that is there.
pub fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// A property of USB numbers.
pub fn number(object: &JsValue, name: &str) -> Option<u16> {
    let number = get(object, name)?.as_f64()?;
    (0.0..65_536.0).contains(&number).then_some(number as u16)
}

/// An object with these properties.
pub fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        // A fresh object takes any property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

/// The promise's end, wherever the call failed.
pub async fn done(promise: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(promise?).await
}

/// The ports that the page may use.
pub async fn granted(serial: &Serial) -> Vec<SerialPort> {
    let ports = done(serial.get_ports()).await.unwrap_or_default();
    if !Array::is_array(&ports) {
        return Vec::new();
    }
    Array::from(&ports).iter().map(JsCast::unchecked_into).collect()
}

/// An error's name, such as `NetworkError`.
pub fn name(error: &JsValue) -> String {
    get(error, "name").and_then(|name| name.as_string()).unwrap_or_default()
}

/// What the browser says about an error.
pub fn message(error: &JsValue) -> String {
    let text = get(error, "message").and_then(|text| text.as_string()).unwrap_or_else(|| "nothing".into());
    text.trim_end_matches('.').chars().take(MESSAGE).collect()
}
