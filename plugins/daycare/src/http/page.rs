//! The daycare's own page: four files, of our own, at most 20,000 bytes together.

use super::files::File;
use crate::house::House;
use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use std::sync::Arc;

const FILES: [(&[&str], File); 4] = [
    (&["/", "/index.html"], File::new("text/html; charset=utf-8", include_bytes!("../../page/index.html"))),
    (&["/app.js"], File::new("text/javascript; charset=utf-8", include_bytes!("../../page/app.js"))),
    (&["/style.css"], File::new("text/css; charset=utf-8", include_bytes!("../../page/style.css"))),
    (&["/icon.svg", "/favicon.ico"], File::new("image/svg+xml", include_bytes!("../../page/icon.svg"))),
];

/// The page's routes. They are there before anybody has set the daycare up.
pub fn routes() -> Router<Arc<House>> {
    let places = FILES.iter().flat_map(|(paths, file)| paths.iter().map(move |path| (*path, file)));
    places.fold(Router::new(), |router, (path, file)| {
        router.route(path, get(move |headers: HeaderMap| async move { file.answer(&headers) }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_small_and_our_own() {
        let bytes: usize = FILES.iter().map(|(_, file)| file.bytes().len()).sum();
        assert!(bytes <= 20_000, "{bytes} bytes");
        for (paths, file) in FILES {
            let text = String::from_utf8_lossy(file.bytes());
            let elsewhere = text.replace("http://www.w3.org/", "");
            assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"), "{paths:?}");
            assert!(!text.contains("innerHTML") && !text.contains("<script>") && !text.contains("style="), "{paths:?}");
        }
    }
}
