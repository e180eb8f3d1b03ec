//! Arithmetic off the threads that serve sockets, with back-pressure.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::problem::Problem;

/// Runs arithmetic on as many threads as there are processors, and refuses work it could only queue for long.
#[derive(Clone)]
pub(crate) struct Pool {
    /// Those running and waiting together.
    admitted: Arc<Semaphore>,
    /// Those running.
    running: Arc<Semaphore>,
}

/// How many requests wait for each that runs. At a millisecond each they wait an eighth of a second at most, which is
/// better than an answer nobody waits for any more.
const WAITING_PER_RUNNING: usize = 128;

impl Pool {
    /// Makes a pool for all processors.
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with_room(processors, processors.saturating_mul(WAITING_PER_RUNNING))
    }

    /// Makes a pool in which `running` tasks run and `waiting` wait.
    pub(crate) fn with_room(running: usize, waiting: usize) -> Self {
        Self {
            admitted: Arc::new(Semaphore::new(running.saturating_add(waiting).min(Semaphore::MAX_PERMITS))),
            running: Arc::new(Semaphore::new(running.clamp(1, Semaphore::MAX_PERMITS))),
        }
    }

    /// Runs `work` on a blocking thread.
    ///
    /// The permits go with the work and not with the caller: work whose caller gave up still counts until it ends.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Problem::busy())?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Problem::busy())?;
        let task = tokio::task::spawn_blocking(move || {
            let _permits = (admitted, running);
            work()
        });
        task.await.map_err(|_| {
            let kind = privacypass_core::ErrorKind::Internal;
            Problem::of_kind(kind, privacypass_core::http::issuer_status(kind))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_pool_refuses_at_once_and_recovers() {
        let pool = Pool::with_room(1, 1);
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let busy = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || gate.recv()).await }
        });
        let waiting = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| 7).await }
        });
        while pool.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run(|| 8).await, Err(Problem::busy()));
        release.send(()).ok();
        assert!(busy.await.is_ok_and(|outcome| outcome.is_ok()));
        assert_eq!(waiting.await.ok(), Some(Ok(7)));
        assert_eq!(pool.run(|| 9).await, Ok(9));
    }
}
