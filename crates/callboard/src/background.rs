//! What runs beside requests: repairs, the outbox, live wake-ups.

use std::sync::Arc;
use std::time::Duration;

use callboard_eventlog::outbox::{Handler, Worker};
use callboard_http::{App, Repair, Shutdown};
use tokio::task::JoinHandle;

use crate::metrics::Registry;

/// The shortest time between two looks at the outbox.
const PACE: Duration = Duration::from_millis(15);

/// How long effects that are under way may go on after the shutdown began. Longer than nearly every endpoint takes; what is
/// left is for another instance, or for the next start, when its lease has run out.
const DRAIN: Duration = Duration::from_secs(5);

/// Starts everything; all of it ends when the shutdown begins. The task ends when no effect is under way any more: the
/// store stays open until then.
pub fn start(
    app: &App,
    repairs: Vec<Arc<dyn Repair>>,
    handlers: Vec<Arc<dyn Handler>>,
    registry: &Arc<Registry>,
    shutdown: &Shutdown,
) -> JoinHandle<()> {
    for repair in repairs {
        tokio::spawn(run_repair(app.clone(), repair, Arc::clone(registry), shutdown.clone()));
    }
    let worker = Worker::new(app.db.clone(), Arc::clone(&app.world), handlers).counting(registry.outbox());
    tokio::spawn(run_hints(app.clone(), shutdown.clone()));
    tokio::spawn(run_outbox(app.clone(), worker, shutdown.clone()))
}

/// What some repairs do once more when nobody asks any more.
pub async fn last_runs(app: &App, repairs: &[Arc<dyn Repair>]) {
    for repair in repairs {
        if let Err(error) = repair.run(app.world.now()).await {
            tracing::warn!("The last run of repair {} failed: {error}", repair.name());
        }
    }
}

async fn run_repair(app: App, repair: Arc<dyn Repair>, registry: Arc<Registry>, shutdown: Shutdown) {
    // The first tick comes at once: what an upgrade or a crash left is mended first.
    let mut clock = tokio::time::interval(Duration::from_millis(repair.every_ms()));
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            () = repair.hint() => clock.reset(),
            () = shutdown.begun() => return,
        }
        let outcome = repair.run(app.world.now()).await;
        registry.repaired(repair.name(), outcome.as_ref().copied());
        match outcome {
            Ok(0) => {}
            Ok(n) => {
                tracing::info!("Repair {} mended {n}", repair.name());
            }
            Err(error) => tracing::warn!("Repair {} failed and will run again: {error}", repair.name()),
        }
    }
}

/// The outbox is woken by hints and by effects that ended, and looks every second, since hints can be lost and backoffs
/// run out. It looks at most every [`PACE`]: a burst of wake-ups is one look.
async fn run_outbox(app: App, worker: Worker, shutdown: Shutdown) {
    let mut hints = app.db.hints();
    let mut pruned_at = app.world.now();
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        if let Err(error) = worker.start_due().await {
            tracing::warn!("The outbox could not be read: {error}");
        }
        if app.world.now().since_ms(pruned_at) > 600_000 {
            pruned_at = app.world.now();
            // Beside the looks: after a busy week there is much to forget.
            let worker = worker.clone();
            tokio::spawn(async move {
                if let Err(error) = worker.prune().await {
                    tracing::warn!("The outbox could not be pruned: {error}");
                }
            });
        }
        let woken = async {
            while let Ok(topics) = hints.recv().await {
                if topics.iter().any(|t| t == "outbox") {
                    return;
                }
            }
            // Lagged: something was missed, so look at once.
        };
        tokio::select! {
            () = woken => {}
            () = worker.landed() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = shutdown.begun() => return worker.drain(DRAIN).await,
        }
    }
}

/// Hints of other instances wake our live readers; a tick every 500 ms covers lost ones.
async fn run_hints(app: App, shutdown: Shutdown) {
    let mut hints = app.db.hints();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            topics = hints.recv() => {
                if let Ok(topics) = topics {
                    app.log.hub().hint(&topics);
                }
            }
            _ = tick.tick() => app.log.hub().tick(),
            () = shutdown.begun() => return,
        }
    }
}
