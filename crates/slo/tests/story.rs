//! From what processes count to what is said of a window: on both engines, over several instances, a stop, a crash.

use std::sync::Arc;

use callboard_eventlog::Log;
use callboard_http::{App, Settings};
use callboard_kernel::{Keyring, MasterKey, Outcome, Tallies, TenantId, Timestamp, World as _};
use callboard_slo::{Level, Objective, Recorder, Report, Targets, Window, report};
use callboard_store::Db;
use callboard_testkit::FakeWorld;

struct House {
    world: Arc<FakeWorld>,
    app: App,
}

fn ten(name: &str) -> Option<TenantId> {
    Some(TenantId::from_stored(format!("ten_{name}")))
}

impl House {
    fn new(db: &Db) -> Self {
        let world = FakeWorld::manual(5);
        // In the middle of a minute, so that a minute's steps stay in the middle of one.
        world.set(Timestamp::from_seconds(1_790_000_040 / 60 * 60 + 30));
        let settings = Settings {
            public_url: "http://callboard.test".to_owned(),
            cors_origins: Vec::new(),
            trusted_proxies: 0,
            secure_cookies: false,
        };
        let keys = Arc::new(Keyring::new(MasterKey::new("t", [7; 32]).expect("a key"), Vec::new()));
        let log = Log::new(Vec::new());
        let app = App { db: db.clone(), log, world: world.clone(), keys, settings: Arc::new(settings) };
        Self { world, app }
    }

    /// Another process on the same store.
    fn instance(&self) -> (Arc<Tallies>, Recorder) {
        let requests = Arc::new(Tallies::default());
        (Arc::clone(&requests), Recorder::new(&self.app, requests))
    }

    /// Writes in so many minutes, one after the other, and goes on to the next.
    async fn runs(&self, recorder: &Recorder, minutes: u32) {
        for _ in 0..minutes {
            recorder.write(false).await.expect("written");
            self.world.advance_ms(60_000);
        }
    }

    async fn report(&self, whose: Option<TenantId>, window: Window) -> Report {
        let now = self.world.now();
        let read = move |tx: &callboard_store::Tx<'_>| report(tx, whose.as_ref(), window, &Targets::default(), now);
        self.app.db.read(read).await.expect("a report")
    }
}

fn of(report: &Report, objective: Objective) -> Level {
    report.objectives.iter().find(|l| l.objective == objective).expect("judged").clone()
}

async fn counts_add_up(db: Db) {
    let house = House::new(&db);
    let ((ours, one), (theirs, two)) = (house.instance(), house.instance());
    for n in 0..100 {
        ours.of(ten("a")).request(if n < 2 { Outcome::Failed } else { Outcome::Ok }, 20);
    }
    ours.of(None).request(Outcome::Refused, 1);
    house.app.log.visible().of(ten("a")).request(Outcome::Ok, 700);
    house.runs(&one, 1).await;
    theirs.of(ten("a")).request(Outcome::Ok, 9_000);
    theirs.of(ten("b")).request(Outcome::Ok, 20);
    // Twice in one minute: the second adds to the first.
    two.write(false).await.expect("written");
    theirs.of(ten("a")).request(Outcome::Ok, 20);
    house.runs(&two, 1).await;

    let seen = house.report(ten("a"), Window::Hour).await;
    assert_eq!((seen.scope, seen.window), ("tenant", "1h"));
    let errors = of(&seen, Objective::ServerErrors);
    assert_eq!((errors.good, errors.total, errors.met), (100, 102, Some(false)));
    let quick = of(&seen, Objective::ApiP95);
    assert_eq!((quick.good, quick.total, quick.met), (101, 102, Some(true)));
    let visible = of(&seen, Objective::EventVisibleP95);
    assert_eq!((visible.good, visible.total, visible.met), (0, 1, Some(false)));
    assert_eq!(of(&seen, Objective::Delivery).met, None, "nothing was sent");
    // The minute in which two of a hundred failed is spent, of 201.6.
    let month = of(&seen, Objective::Budget);
    assert_eq!((month.budget.expect("data").spent, month.total, month.met), (1, 2, Some(true)));

    let other = house.report(ten("b"), Window::Hour).await;
    assert_eq!(of(&other, Objective::ServerErrors).total, 1, "a tenant's requests are its own");
    assert_eq!(of(&other, Objective::EventVisibleP95).met, None);
    assert_eq!(of(&other, Objective::Availability).total, 2, "minutes are the installation's");
    let all = house.report(None, Window::Hour).await;
    assert_eq!((all.scope, of(&all, Objective::ServerErrors).total), ("installation", 104));

    house.world.advance_ms(3 * 3_600_000);
    let later = house.report(None, Window::Hour).await;
    assert_eq!(of(&later, Objective::ServerErrors).met, None, "the window has gone on");
    assert_eq!(of(&house.report(None, Window::Day).await, Objective::ServerErrors).total, 104);
}

callboard_testkit::both_engines!(counts, counts_add_up);

async fn minutes_are_judged(db: Db) {
    let house = House::new(&db);
    let up = async |window| {
        let level = of(&house.report(None, window).await, Objective::Availability);
        (level.good, level.total, level.note)
    };
    assert_eq!(up(Window::Hour).await, (0, 0, None), "nothing was ever stored");
    let (_, one) = house.instance();
    house.runs(&one, 10).await;
    assert_eq!(up(Window::Hour).await, (10, 10, None));
    // It crashes, and three minutes later another one runs: the minutes between are down.
    house.world.advance_ms(3 * 60_000);
    let (_, two) = house.instance();
    house.runs(&two, 2).await;
    assert_eq!(up(Window::Hour).await, (12, 15, None));
    // Two run; one stops and the other crashes: that is no announced stop.
    let (_, three) = house.instance();
    three.write(false).await.expect("written");
    two.finish().await.expect("written");
    house.world.advance_ms(2 * 60_000);
    assert_eq!(up(Window::Hour).await, (13, 17, None));
    // An announced stop of everybody who runs: the minutes after it are not counted.
    let (_, four) = house.instance();
    four.finish().await.expect("written");
    // Whatever of it is late: it has said that it stops.
    four.write(false).await.expect("nothing");
    house.world.advance_ms(20 * 60_000);
    house.runs(&house.instance().1, 1).await;
    let note = Some("19 min after an announced stop are not counted.".to_owned());
    assert_eq!(up(Window::Hour).await, (15, 19, note));
    let month = of(&house.report(None, Window::Hour).await, Objective::Budget);
    assert_eq!(month.budget.expect("data").spent, 4);
}

callboard_testkit::both_engines!(minutes, minutes_are_judged);

async fn old_minutes_go(db: Db) {
    let house = House::new(&db);
    let (ours, one) = house.instance();
    ours.of(ten("a")).request(Outcome::Ok, 20);
    house.runs(&one, 3).await;
    let module = callboard_slo::module(house.app.clone(), Targets::default());
    let forget = &module.repairs[0];
    assert_eq!(forget.run(house.world.now()).await.expect("run"), 0);
    house.world.advance_ms(35 * 24 * 3_600_000 - 60_000);
    assert_eq!(forget.run(house.world.now()).await.expect("run"), 3, "two minutes of presence, one of requests");
    house.world.advance_ms(24 * 3_600_000);
    assert_eq!(forget.run(house.world.now()).await.expect("run"), 1);
    assert_eq!(of(&house.report(None, Window::Month).await, Objective::Availability).total, 0);
}

callboard_testkit::both_engines!(pruning, old_minutes_go);

/// What could not be written is counted again, not lost.
#[tokio::test]
async fn what_is_not_written_waits() {
    let scratch = callboard_testkit::Scratch::new(callboard_store::Engine::Sqlite);
    let db = scratch.open();
    let house = House::new(&db);
    let (ours, one) = house.instance();
    ours.of(ten("a")).request(Outcome::Ok, 20);
    house.app.log.visible().of(ten("a")).request(Outcome::Ok, 20);
    db.close().await;
    one.write(false).await.expect_err("closed");
    assert_eq!((ours.take().len(), house.app.log.visible().take().len()), (1, 1));
}

/// What may have been written is not counted again.
#[tokio::test]
async fn what_may_be_written_is_not_counted_twice() {
    let scratch = callboard_testkit::Scratch::new(callboard_store::Engine::Sqlite);
    let faults = Arc::new(callboard_store::testing::Faults::default());
    let options = callboard_store::OpenOptions {
        faults: Some(Arc::clone(&faults)),
        on_fatal: Some(Arc::new(|_: &str| {})),
        ..callboard_store::OpenOptions::default()
    };
    let db = scratch.open_with(options);
    let house = House::new(&db);
    let (ours, one) = house.instance();
    ours.of(ten("a")).request(Outcome::Ok, 20);
    faults.lose_commit_reply.store(true, std::sync::atomic::Ordering::Release);
    let unknown = one.write(false).await.expect_err("no reply");
    assert!(unknown.is(&callboard_kernel::codes::OUTCOME_UNKNOWN), "{unknown}");
    assert!(ours.take().is_empty(), "it was stored");
    db.close().await;
}
