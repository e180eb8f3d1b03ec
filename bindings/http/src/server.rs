//! Serving a router with limits, and stopping it without cutting anyone off.
//!
//! `axum::serve` leaves the time for reading headers, the size of headers and the number of connections open. On the open
//! network a few hundred slow clients then hold all of a service; so this loop bounds each.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinHandle;

/// What one connection, and all of them together, may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Connections at once. Further ones wait in the system's queue.
    pub connections: usize,
    /// From the first byte of a request, or the end of the one before, until its headers are complete.
    pub header_read: Duration,
    /// The size of the request line and headers, in bytes; a token takes about 500.
    pub header_bytes: usize,
    /// How many headers.
    pub headers: usize,
    /// How long a connection lives. A client that reads its answer slower than this is cut off. One that keeps asking is
    /// told to connect again a while before, [`shutdown_grace`](Self::shutdown_grace) or half of this, so that no request is
    /// cut off whose token is already spent.
    pub connection_age: Duration,
    /// How long a shutdown waits for the requests in flight. Those that take longer are cut off.
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            header_read: Duration::from_secs(10),
            header_bytes: 16 * 1024,
            headers: 100,
            connection_age: Duration::from_secs(300),
            shutdown_grace: Duration::from_secs(10),
        }
    }
}

/// The smallest header buffer hyper takes, in bytes.
const HEADER_BYTES_MIN: usize = 8192;
/// How long to wait when no connection can be accepted (out of file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` until `shutdown` completes; then finishes the requests in flight, for at most
/// [`Limits::shutdown_grace`].
///
/// # Errors
/// When the listener's address cannot be had. A connection's error ends that connection alone.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    tracing::info!(port, "serving");
    let places = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    let (phase, _) = watch::channel(Phase::Serving);
    let mut shutdown = pin!(shutdown);
    loop {
        let accept = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(kind = ?error.kind(), "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (router, phase) = (router.clone(), phase.subscribe());
        tokio::spawn(async move {
            let _place = place;
            connection(stream, router, limits, phase).await;
        });
    }
    drop(listener);
    tracing::info!(port, "stopping");
    phase.send_replace(Phase::Stopping);
    // The channel closes when the last connection is gone.
    if tokio::time::timeout(limits.shutdown_grace, phase.closed()).await.is_err() {
        tracing::warn!(port, "requests were still in flight when the time to stop was over");
    }
    Ok(())
}

/// What the connections are to do. When the service is dropped, the channel closes, which to them is the same as stopping.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Finish the request in flight and begin no other.
    Stopping,
}

/// Serves one connection until it ends, its time is over, or the service stops.
async fn connection(stream: TcpStream, router: Router, limits: Limits, mut phase: watch::Receiver<Phase>) {
    let mut connection = pin!(
        hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_read)
            .max_buf_size(limits.header_bytes.max(HEADER_BYTES_MIN))
            .max_headers(limits.headers)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(Adapter(router)))
    );
    let last_requests = limits.shutdown_grace.min(limits.connection_age / 2);
    // An error of the connection is the peer's: it went away, was too slow, or spoke no HTTP.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = tokio::time::sleep(limits.connection_age.saturating_sub(last_requests)) => {}
        _ = phase.wait_for(|phase| *phase == Phase::Stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    if tokio::time::timeout(last_requests, connection).await.is_err() {
        tracing::debug!("a connection was cut off at its end");
    }
}

/// Takes hyper's body where the router wants axum's.
#[derive(Clone)]
struct Adapter(Router);

impl tower_service::Service<Request<Incoming>> for Adapter {
    type Response = Response<axum::body::Body>;
    type Error = Infallible;
    type Future = axum::routing::future::RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        tower_service::Service::call(&mut self.0, request)
    }
}

/// A server that runs in the background.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Starts to serve `router` on `address`; port 0 takes a free port.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(address: SocketAddr, router: Router, limits: Limits) -> io::Result<Self> {
        Self::start_on(TcpListener::bind(address).await?, router, limits)
    }

    /// Starts to serve `router` on a listener that is bound already, for roles that must know each other's ports first.
    ///
    /// # Errors
    /// When the listener's address cannot be had.
    pub fn start_on(listener: TcpListener, router: Router, limits: Limits) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            stopped.await.ok();
        };
        let task = tokio::spawn(serve(listener, router, limits, shutdown));
        Ok(Self { address, stop: Some(stop), task })
    }

    /// The address it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, finishes the requests in flight, and returns. Dropping the server stops it without waiting.
    ///
    /// # Errors
    /// As [`serve`].
    pub async fn stop(mut self) -> io::Result<()> {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        self.task.await.map_err(io::Error::other)?
    }
}

/// Completes when the process is asked to stop: Ctrl-C, and SIGTERM where there is one.
pub async fn shutdown_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler there is nothing to wait for; the system's default ends the process.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = async {
            match signal(SignalKind::terminate()) {
                Ok(mut stream) => drop(stream.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! { () = interrupt => {}, () = terminate => {} }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
