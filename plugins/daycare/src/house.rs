//! What every room of the daycare shares: [`House`], the state of the HTTP router.

use crate::door::Door;
use crate::host::Host;
use crate::roms::Roms;
use crate::store::{Store, StoreError};
use crate::tables::Tables;
use crate::web::Web;
use std::sync::Arc;
use tokio::sync::watch;

/// The store, the engine room and the door of one daycare. Handlers share it behind an [`Arc`].
#[derive(Debug)]
pub struct House {
    /// What must never be lost.
    pub store: Arc<dyn Store>,
    /// The ROMs in it, opened.
    pub roms: Arc<Roms>,
    /// Where the toys live.
    pub host: Host,
    /// Who comes in, and what they may do.
    pub door: Door,
    /// What the daycare calls itself on its page.
    pub name: String,
    /// Where browsers may come from, as in the header `Origin`: `https://egg.example:8443`. Their hosts are the only
    /// ones that the header `Host` may name.
    pub origins: Vec<String>,
    /// Whether it is reached by TLS; only then cookies are `Secure`.
    pub secure: bool,
    /// Where the toys meet those of friends.
    pub tables: Tables,
    /// The game for browsers, if it is served.
    pub web: Option<Web>,
    /// Becomes true when the daycare closes: live sockets end with 1001.
    pub drain: watch::Receiver<bool>,
}

impl House {
    /// Calls the store on a thread that may block.
    ///
    /// # Errors
    /// What `work` returns; [`StoreError::Write`] when the daycare closes before it began.
    ///
    /// # Panics
    /// When `work` does.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || work(&*store)).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Write("the daycare is closing".into())),
            },
        }
    }

    /// Does something that may block, or takes its time, on another thread.
    ///
    /// # Panics
    /// When `work` does.
    pub async fn aside<T: Send + 'static>(self: &Arc<Self>, work: impl FnOnce(&House) -> T + Send + 'static) -> T {
        let house = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&house)).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // Only a runtime that ends cancels it, and this future with it.
                Err(_) => std::future::pending().await,
            },
        }
    }
}
