//! What only a running server can tell: it is asked by its socket, or, where there is none, its part is done here.

use callboard_kernel::World as _;
use callboard_livekit::{LiveKit, ProbeReport, probe};
use serde::{Deserialize, Serialize};

use super::machine;
use super::sealed::Sealed;
use crate::desk::Hall;
use crate::world::RealWorld;

/// One step of the connection test.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Which.
    pub step: String,
    /// Whether it went well.
    pub ok: bool,
    /// What was seen.
    pub detail: String,
}

/// The steps of a report.
pub fn seen(report: ProbeReport) -> Vec<Seen> {
    report.steps.into_iter().map(|s| Seen { step: s.step.to_owned(), ok: s.ok, detail: s.detail }).collect()
}

/// Where browsers are sent for the media.
pub fn media_url(livekit: &LiveKit) -> String {
    livekit.rooms.config().public_url.clone()
}

/// A server about itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inside {
    /// Its version.
    pub version: String,
    /// Its process.
    pub process: u32,
    /// Its public address.
    pub public_url: String,
    /// Proxies whose X-Forwarded-For it believes.
    pub trusted_proxies: usize,
    /// What `/health` may call the installation.
    pub marks: Vec<String>,
    /// How many files it may open.
    pub files_limit: u64,
    /// How many it has open.
    pub files_open: u64,
    /// Its connection test.
    pub livekit: Vec<Seen>,
    /// Where it sends browsers for the media; absent without LiveKit, and from an older server.
    #[serde(default)]
    pub media_url: Option<String>,
    /// Which sealed secrets its keys open; absent when it could not look, and from an older server.
    #[serde(default)]
    pub sealed: Option<Sealed>,
}

impl Inside {
    /// Looks at this process; runs the connection test.
    pub async fn look(hall: &Hall) -> Self {
        let (files_limit, files_open) = machine::files();
        let settings = &hall.app.settings;
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            process: std::process::id(),
            public_url: settings.public_url.clone(),
            trusted_proxies: settings.trusted_proxies,
            marks: hall.app.keys.fingerprints().into_iter().map(|(_, mark)| mark).collect(),
            files_limit,
            files_open,
            livekit: seen(probe(&hall.app, hall.livekit.as_ref(), RealWorld.entropy()).await),
            media_url: hall.livekit.as_ref().map(media_url),
            sealed: Sealed::look(&hall.app.db, &hall.app.keys).await.ok(),
        }
    }
}
