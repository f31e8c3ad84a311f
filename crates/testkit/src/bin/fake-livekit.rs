//! The fake LiveKit server as a program, for rigs that need one beside a running Callboard:
//! `fake-livekit [LISTEN [WEBHOOK_URL]]`. Prints its address, key and secret, and runs until it is ended.

use callboard_testkit::FakeWorld;
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET, FakeLiveKit};

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let listen = args.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let seed = u64::from(std::process::id());
    let fake = FakeLiveKit::start_at(FakeWorld::live(seed), &listen).await;
    println!("LIVEKIT_URL={}\nLIVEKIT_API_KEY={API_KEY}\nLIVEKIT_API_SECRET={API_SECRET}", fake.url());
    let _sender = args.next().map(|url| fake.deliver_live(&url));
    std::future::pending::<()>().await;
}
