//! Several calls at once, one after the other in each lane, until it is enough or somebody stops it.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::pace::Chance;
use super::play::{Stage, Went};
use super::script::Script;
use crate::terminal::client::Failure;

/// How much is to be played.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Calls at once.
    pub calls: usize,
    /// 1 is as fast as people talk.
    pub pace: f64,
    /// Begin further calls for so long; without it each lane plays one.
    pub minutes: Option<f64>,
    /// Decides which scripts are played and how.
    pub seed: u64,
    /// The scripts to choose from.
    pub scripts: Vec<Script>,
}

/// What is told while it goes on.
#[derive(Clone, Debug)]
pub enum News {
    /// A call began: its id and title.
    Began(String, String),
    /// A call is over: its id and how it went.
    Over(String, Went),
    /// A call was ended because everything is to stop.
    Stopped(String),
}

/// Ends everything that goes on, properly. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A switch and what listens to it.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (switch, told) = watch::channel(false);
        (switch, Self(told))
    }

    /// Whether it was pulled.
    pub fn pulled(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when it is pulled, or when nobody can pull it any more.
    pub async fn wait(&mut self) {
        let _gone = self.0.wait_for(|pulled| *pulled).await;
    }
}

/// One call after its creation: plays it, or ends it when everything is to stop.
pub async fn one(
    stage: &Stage,
    script: &Script,
    chance: &mut Chance,
    stop: &mut Stop,
    tell: &(dyn Fn(News) + Send + Sync),
) -> Result<(), Failure> {
    let id = stage.create(script).await?;
    tell(News::Began(id.clone(), script.title.clone()));
    let outcome = tokio::select! {
        went = stage.play(&id, script, chance) => went,
        () = stop.wait() => {
            stage.end(&id, "completed").await?;
            tell(News::Stopped(id));
            return Ok(());
        }
    };
    match outcome {
        Ok(went) => {
            tell(News::Over(id, went));
            Ok(())
        }
        Err(failure) => {
            // The call must not stay open because its script could not go on.
            if let Err(second) = stage.end(&id, "completed").await {
                tracing::debug!("The call {id} could not be ended either: {second}");
            }
            Err(failure)
        }
    }
}

/// Plays the whole plan. The first failure ends the other lanes, and is given back.
pub async fn play(
    stage: Arc<Stage>,
    plan: Plan,
    stop: Stop,
    tell: Arc<dyn Fn(News) + Send + Sync>,
) -> Result<(), Failure> {
    let until = plan.minutes.map(|m| tokio::time::Instant::now() + std::time::Duration::from_secs_f64(m * 60.0));
    let plan = Arc::new(plan);
    let (quit, fail_stop) = Stop::new();
    let mut lanes = JoinSet::new();
    for number in 0..plan.calls {
        let both = Both { asked: stop.clone(), failed: fail_stop.clone() };
        lanes.spawn(lane(number, Arc::clone(&stage), Arc::clone(&plan), both, until, Arc::clone(&tell)));
    }
    let mut outcome = Ok(());
    while let Some(done) = lanes.join_next().await {
        let done = done.unwrap_or_else(|e| Err(Failure::Unreachable(format!("a call broke off: {e}"))));
        if done.is_err() && outcome.is_ok() {
            outcome = done;
            let _nobody = quit.send(true);
        }
    }
    outcome
}

/// Stops when somebody asks for it, or when another lane failed.
struct Both {
    asked: Stop,
    failed: Stop,
}

async fn lane(
    number: usize,
    stage: Arc<Stage>,
    plan: Arc<Plan>,
    both: Both,
    until: Option<tokio::time::Instant>,
    tell: Arc<dyn Fn(News) + Send + Sync>,
) -> Result<(), Failure> {
    let (switch, mut stop) = Stop::new();
    let Both { mut asked, mut failed } = both;
    let relay = tokio::spawn(async move {
        tokio::select! {
            () = asked.wait() => {}
            () = failed.wait() => {}
        }
        let _done = switch.send(true);
    });
    let outcome = turns(number, &stage, &plan, &mut stop, until, &*tell).await;
    relay.abort();
    outcome
}

async fn turns(
    number: usize,
    stage: &Stage,
    plan: &Plan,
    stop: &mut Stop,
    until: Option<tokio::time::Instant>,
    tell: &(dyn Fn(News) + Send + Sync),
) -> Result<(), Failure> {
    for nth in 0.. {
        let mut chance = Chance::new(plan.seed, number, nth, plan.pace);
        // Lanes do not begin in step.
        let wait = if nth == 0 { chance.between(0.0, 2.0 * number.min(5) as f64) } else { chance.between(1.0, 4.0) };
        tokio::select! {
            () = tokio::time::sleep(chance.real(wait)) => {}
            () = stop.wait() => {}
        }
        let enough = until.map_or(nth > 0, |until| tokio::time::Instant::now() >= until);
        if stop.pulled() || enough {
            break;
        }
        let script = &plan.scripts[order(plan.seed, number, nth, plan.scripts.len())];
        one(stage, script, &mut chance, stop, tell).await?;
    }
    Ok(())
}

/// Which script a lane plays as its `nth`: all of them before one comes again, from a place that the seed gives.
pub fn order(seed: u64, lane: usize, nth: usize, scripts: usize) -> usize {
    let start = usize::try_from(seed % scripts.max(1) as u64).unwrap_or(0);
    (start + lane + nth) % scripts.max(1)
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn every_script_comes_before_one_comes_again() {
        for seed in [0, 5, u64::MAX] {
            let mut played: Vec<usize> = (0..6).map(|nth| order(seed, 3, nth, 6)).collect();
            played.sort_unstable();
            assert_eq!(played, [0, 1, 2, 3, 4, 5]);
        }
        assert_ne!(order(0, 0, 0, 6), order(1, 0, 0, 6));
        assert_eq!(order(9, 1, 2, 1), 0);
    }
}
