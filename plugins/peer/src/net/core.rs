//! The one background thread of an endpoint, and how plain threads wait for it.

use std::future::Future;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::PeerError;
use crate::net::hello::AWAY;

/// How long the last one to leave waits for the goodbyes to be sent.
const GOODBYE: Duration = Duration::from_secs(1);

/// A socket and the thread that drives it. Shared by the endpoint and its streams; when the last of them is dropped,
/// the connections are closed and the thread ends, which takes 1 s at most. No task holds it, so it is never dropped
/// on its own thread.
pub(crate) struct Core {
    pub(crate) quic: quinn::Endpoint,
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Core {
    pub(crate) fn start(
        socket: std::net::UdpSocket,
        config: quinn::EndpointConfig,
        server: quinn::ServerConfig,
    ) -> Result<Self, PeerError> {
        let setup = |error: std::io::Error| PeerError::Setup(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(setup)?;
        let handle = runtime.handle().clone();
        let quic = {
            let _inside = handle.enter();
            let tokio = std::sync::Arc::new(quinn::TokioRuntime);
            quinn::Endpoint::new(config, Some(server), socket, tokio).map_err(setup)?
        };
        let (stop, stopped) = oneshot::channel();
        let last = quic.clone();
        let thread = std::thread::Builder::new().name("peer".into()).spawn(move || {
            runtime.block_on(async {
                // Said or dropped: both mean the end.
                let _ = stopped.await;
                last.close(AWAY, b"the program ended");
                // Whoever is not reached by then finds out by the idle time.
                let _ = timeout(GOODBYE, last.wait_idle()).await;
            });
        });
        Ok(Self { quic, handle, stop: Some(stop), thread: Some(thread.map_err(setup)?) })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Waits for `work`, at most so long. `None`: it took longer.
    pub(crate) fn wait<T>(
        &self,
        limit: Option<Duration>,
        work: impl Future<Output = T>,
    ) -> Result<Option<T>, PeerError> {
        if Handle::try_current().is_ok() {
            return Err(PeerError::Asynchronous);
        }
        Ok(self.handle.block_on(async {
            match limit {
                Some(limit) => timeout(limit, work).await.ok(),
                None => Some(work.await),
            }
        }))
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        // Dropping it is the signal.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It ends by itself; a panic there has been reported by the thread.
            let _ = thread.join();
        }
    }
}
