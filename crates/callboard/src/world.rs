//! The only place that reads the clock and draws randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use callboard_kernel::{Entropy, Timestamp, World};

/// The operating system's clock and randomness.
pub struct RealWorld;

impl World for RealWorld {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is treated as 1970: ids and times stay valid, and `/health/ready` cannot be fooled.
        let micros = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros());
        Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    fn entropy(&self) -> Entropy {
        let mut seed = [0; 32];
        if let Err(error) = getrandom::fill(&mut seed) {
            // Without randomness no secret is safe; going on would be worse than stopping.
            tracing::error!("The operating system gives no randomness: {error}");
            std::process::abort();
        }
        Entropy::from_seed(seed)
    }
}
