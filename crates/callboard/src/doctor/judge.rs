//! From what was seen to a verdict. Pure: nothing here looks at anything.

use callboard_kernel::{SealedSecrets, Timestamp};
use callboard_store::migrations::{State, Status};

use super::inside::Seen;
use super::report::Check;
use super::sealed::Sealed;

/// Less than this and writes will soon fail, bytes.
const DISK_LEAST: u64 = 200 << 20;
/// Less than this is worth a warning, bytes.
const DISK_LITTLE: u64 = 2 << 30;
/// An fsync that usually takes longer limits every acknowledgement, microseconds.
const SLOW_SYNC_US: u128 = 10_000;
/// Connections and files that one process should be able to hold.
const FILES_WANTED: u64 = 16_384;
/// A clock further off makes durations and tokens doubtful, seconds.
const SKEW_S: i64 = 5;
/// LiveKit and browsers refuse tokens beyond this, seconds.
const SKEW_MOST_S: i64 = 30;

/// Room on the file system of the data.
pub fn disk_space(free: u64, total: u64) -> Check {
    let name = "disk-space";
    let percent = (free * 100).checked_div(total).unwrap_or(0);
    let line = format!("{} MiB free, {percent} % of the file system", free >> 20);
    let todo = "make room or a larger file system; docs/runbooks/disk-full.md";
    if free < DISK_LEAST {
        Check::failed(name, line, todo)
    } else if free < DISK_LITTLE || percent < 5 {
        Check::warning(name, line, todo)
    } else {
        Check::ok(name, line)
    }
}

/// Times of writing 4 KiB and fsync, in microseconds.
pub fn disk_sync(mut times_us: Vec<u128>) -> Check {
    let name = "disk-sync";
    times_us.sort_unstable();
    let (Some(most), Some(usual)) = (times_us.last(), times_us.get(times_us.len() / 2)) else {
        return Check::skipped(name, "nothing was measured");
    };
    let ms = |us: &u128| format!("{:.1} ms", *us as f64 / 1000.0);
    let line = format!("fsync of 4 KiB takes {}, at most {} of {} tries", ms(usual), ms(most), times_us.len());
    if *usual > SLOW_SYNC_US {
        let todo = "every acknowledgement waits for one: put the data on a local SSD with a write cache that survives a power cut";
        Check::warning(name, line, todo)
    } else if *usual < 20 {
        let todo =
            "no disk is that fast: a file system in memory, or one that ignores fsync, loses calls in a power cut";
        Check::warning(name, line, todo)
    } else {
        Check::ok(name, line)
    }
}

/// Permission bits of the data folder.
pub fn folder_mode(path: &str, mode: u32) -> Check {
    let name = "data-folder";
    let line = format!("{path}, mode {:03o}, can be written", mode & 0o777);
    if mode & 0o077 == 0 {
        Check::ok(name, line)
    } else {
        Check::warning(name, line, format!("others on this machine may look in: chmod 700 {path}"))
    }
}

/// The schema, and the clock against the instants that it was applied at.
pub fn schema(found: &[Status], now: Timestamp) -> Check {
    let name = "schema";
    let last = found.iter().filter(|s| s.state == State::Applied).map(|s| s.number).max();
    if let Some(s) = found.iter().find(|s| s.state == State::Unknown) {
        let todo = "run the version that applied it, or a later one; docs/runbooks/upgrade-and-rollback.md";
        return Check::failed(name, format!("{} is not known to this binary: it is older than the data", s.file), todo);
    }
    if let Some(s) = found.iter().find(|s| s.state == State::Edited) {
        let todo = format!(
            "run the binary that applied it, or check the schema and `callboard migrate --accept {}`",
            s.number
        );
        return Check::failed(name, format!("{} is not the text that was applied", s.file), todo);
    }
    let Some(last) = last else {
        return Check::warning(
            name,
            "the database is empty",
            "`callboard serve` or `callboard migrate` makes its tables",
        );
    };
    if let Some(s) = found.iter().find(|s| s.state == State::Pending) {
        let todo = "take a backup, then `callboard migrate`, or start the server: it migrates";
        return Check::warning(name, format!("{} is not applied yet; the database is at {last:04}", s.file), todo);
    }
    if let Some(s) = found.iter().find(|s| s.applied_at.is_some_and(|at| at > now)) {
        let todo = "the machine's clock is behind what it was: set it (timedatectl), then restart the server";
        return Check::failed(name, format!("{} was applied in the future", s.file), todo);
    }
    Check::ok(name, format!("{last:04}, the newest that this binary knows"))
}

/// Whether the data's tokens were made with a key at hand.
pub fn key_of_data(made: Option<bool>) -> Check {
    let name = "key-of-data";
    match made {
        None => Check::skipped(name, "no join link and no pass that is still good, so nothing tells"),
        Some(true) => Check::ok(
            name,
            "the newest join link and pass that are still good were made with a key of this installation",
        ),
        Some(false) => Check::failed(
            name,
            "the newest join link or pass that is still good was made with another key: nobody can come back after a cut",
            "give back the key that the data was made with (secret_key, secret_keys_older); docs/runbooks/key-rotation.md",
        ),
    }
}

/// Whether every sealed secret can be opened with the keys at hand.
pub fn sealed_secrets(found: &Sealed) -> Check {
    let name = "sealed-secrets";
    let kinds = [
        ("secrets of webhook endpoints", &found.endpoints),
        ("secrets shared with issuers", &found.issuers),
        ("former secrets of webhook endpoints that still sign", &found.former),
    ];
    let shut: Vec<String> = kinds.iter().filter_map(|(kind, of)| shut(kind, of)).collect();
    let line = format!("cannot be opened: {}", shut.join(", "));
    if found.endpoints.closed() + found.issuers.closed() > 0 {
        let todo = "add the missing key to secret_keys_older and restart; if it is lost: rotate each such endpoint (its webhooks wait), \
                    remove and add each such issuer (its users become new ones); docs/runbooks/key-rotation.md";
        return Check::failed(name, line, todo);
    }
    if !shut.is_empty() {
        let todo = "receivers that still have the former secret refuse: give them the new one, or add the missing key to secret_keys_older \
                    until the overlap is over";
        return Check::warning(name, line, todo);
    }
    let all: Vec<String> =
        kinds.iter().filter(|(_, of)| of.all > 0).map(|(kind, of)| format!("{kind}: {}", of.all)).collect();
    match all.is_empty() {
        true => Check::skipped(name, "no webhook endpoint and no issuer with a shared secret, so nothing is sealed"),
        false => Check::ok(name, format!("{}; the keys at hand open all of them", all.join(", "))),
    }
}

/// How many of a kind stay closed, and for want of which key; none when all of them open.
fn shut(kind: &str, of: &SealedSecrets) -> Option<String> {
    let missing =
        of.without_key.iter().map(|(id, n)| format!("for want of the key `{id}`, which is not configured: {n}"));
    let other = of.not_opened.iter().map(|(id, n)| match id.as_str() {
        "?" => format!("damaged: {n}"),
        _ => format!("damaged, or sealed with another key of the id `{id}`, and ids must differ: {n}"),
    });
    let why: Vec<String> = missing.chain(other).collect();
    (!why.is_empty()).then(|| format!("{} of {} {kind} ({})", of.closed(), of.all, why.join("; ")))
}

/// How many files the server may open, and has open.
pub fn open_files(limit: u64, open: u64) -> Check {
    let name = "open-files";
    let line = format!("the server may open {limit} files, {open} are open");
    let todo =
        "LimitNOFILE=65536 in the unit (deploy/systemd/callboard.service), or ulimit -n; each live stream takes one";
    if open * 10 > limit * 9 {
        Check::failed(name, line, todo)
    } else if limit < FILES_WANTED {
        Check::warning(name, line, todo)
    } else {
        Check::ok(name, line)
    }
}

/// How far this clock is ahead of somebody's `Date`, and whether it was set meanwhile.
pub fn clock(skew_s: Option<i64>, whose: &str, jumped_ms: i64) -> Check {
    let name = "clock";
    let todo = "keep time with chrony or systemd-timesyncd on every machine of the installation";
    if jumped_ms.abs() > 500 {
        return Check::warning(name, format!("was set by {jumped_ms} ms while this ran"), todo);
    }
    let Some(skew) = skew_s else {
        return Check::ok(name, "runs evenly; nobody outside tells the time to compare");
    };
    let side = if skew >= 0 { "ahead of" } else { "behind" };
    let line = format!("{} s {side} {whose}", skew.abs());
    match skew.abs() {
        s if s > SKEW_MOST_S => Check::failed(name, line, todo),
        s if s > SKEW_S => Check::warning(name, line, todo),
        _ => Check::ok(name, format!("within {SKEW_S} s of {whose}, and runs evenly")),
    }
}

/// What a step of the connection test is called here.
const STEPS: [(&str, &str, &str); 6] = [
    ("configured", "livekit", ""),
    (
        "connect",
        "livekit-reach",
        "livekit.url must be LiveKit's own port as this machine reaches it; is LiveKit running?",
    ),
    ("clock", "livekit-clock", "keep time with chrony or systemd-timesyncd on both machines"),
    (
        "apiKey",
        "livekit-key",
        "livekit.api_key and livekit.api_secret must be a pair of `keys:` in LiveKit's configuration",
    ),
    ("room", "livekit-room", "LiveKit answers and makes no room: see LiveKit's log"),
    (
        "webhook",
        "livekit-webhook",
        "`webhook:` in LiveKit's configuration: its `urls` and `api_key`; docs/runbooks/lost-webhooks.md",
    ),
];

/// The connection test, as checks. `back`: whether the way back was to be tried.
pub fn livekit(seen: &[Seen], back: bool) -> Vec<Check> {
    if seen.first().is_some_and(|s| s.step == "configured" && !s.ok) {
        let todo = "docs/guides/self-host-livekit.md; without it there are only simulated calls";
        return vec![Check::warning("livekit", "no media provider is configured", todo)];
    }
    let mut checks: Vec<Check> = Vec::new();
    for (step, name, todo) in STEPS {
        let check = match seen.iter().find(|s| s.step == step) {
            Some(s) if s.ok => Check::ok(name, &s.detail),
            Some(s) => Check::failed(name, &s.detail, todo),
            None if !back && matches!(step, "room" | "webhook") => Check::needs_server(name),
            None => Check::skipped(name, "not tried, because of the step before"),
        };
        checks.push(check);
    }
    checks
}

/// What `/health` of an address said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// Which installation answers; absent when it is no Callboard, or an older one.
    pub installation: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// Whether the public address leads to this installation. `marks`: what its `/health` may say.
pub fn public_url(url: &str, marks: &[String], answer: Result<&Answered, &str>) -> Check {
    let name = "public-url";
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => {
            let todo = "DNS, the proxy's listener and its certificate; docs/guides/deploy.md";
            return Check::failed(name, format!("{url}: {why}"), todo);
        }
    };
    if let Some(location) = &answer.location {
        let todo = "set public_url to where browsers end up: links, cookies and webhooks use it as it is";
        return Check::failed(name, format!("{url} leads on to {location}"), todo);
    }
    match (&answer.installation, answer.status) {
        (Some(mark), 200) if marks.contains(mark) => {
            Check::ok(name, format!("{url} is this installation, version {}", answer.version.as_deref().unwrap_or("?")))
        }
        (Some(_), 200) => {
            let todo = "another Callboard answers there, or one with another secret key: the proxy's upstream, DNS, secret_key";
            Check::failed(name, format!("{url} is another installation"), todo)
        }
        (None, status) => {
            let todo = "the proxy must pass every path to callboard unchanged; docs/guides/deploy.md";
            Check::failed(name, format!("{url}/health answers with status {status}, not as Callboard does"), todo)
        }
        (Some(_), status) => {
            Check::failed(name, format!("{url}/health answers with status {status}"), "see the server's log")
        }
    }
}

/// The scheme of the public address.
pub fn transport(url: &str, loopback: bool, given: bool) -> Check {
    let name = "public-origin";
    if url.starts_with("https://") {
        Check::ok(name, format!("{url}: cookies are sent over TLS alone"))
    } else if loopback && given {
        Check::ok(name, format!("{url}: this machine alone"))
    } else if loopback {
        Check::skipped(name, format!("public_url is not set; links say {url}, which is this machine alone"))
    } else {
        let todo =
            "set public_url to the https:// address that browsers use, behind a proxy with TLS; docs/guides/deploy.md";
        Check::warning(name, format!("{url}: sign-ins and what people say travel in the clear"), todo)
    }
}

/// Whether addresses of callers are believed from a proxy where there must be one.
pub fn proxies(trusted: usize, https: bool) -> Check {
    let name = "trusted-proxies";
    match (trusted, https) {
        (0, true) => Check::warning(
            name,
            "0, but TLS ends at a proxy: all browsers look like one address to the limits for logins and joins",
            "set trusted_proxies to the number of proxies in front that add X-Forwarded-For",
        ),
        (0, false) => Check::ok(name, "0: no proxy is believed"),
        (n, _) => Check::ok(name, format!("{n}; each must set X-Forwarded-For itself")),
    }
}

/// How long the certificate is good. `left_days` may be negative.
pub fn certificate(left_days: Option<i64>) -> Check {
    let name = "certificate";
    let todo = "renew it, and let the proxy read the new one; see the renewal's timer";
    match left_days {
        None => Check::warning(name, "its end could not be read", "look with: openssl s_client -connect host:443"),
        Some(days) if days < 3 => Check::failed(name, format!("ends in {days} days"), todo),
        Some(days) if days < 15 => Check::warning(name, format!("ends in {days} days"), todo),
        Some(days) => Check::ok(name, format!("good for {days} days")),
    }
}

/// How an upgrade to a WebSocket was answered.
pub fn websocket(status: Result<u16, String>) -> Check {
    let name = "websocket";
    let todo = "the proxy must pass on Upgrade and Connection, and Origin; docs/guides/deploy.md";
    match status {
        Ok(101) => Check::ok(name, "is upgraded through the public address"),
        Ok(status) => Check::failed(name, format!("is answered with {status} instead of 101"), todo),
        Err(why) => Check::failed(name, why, todo),
    }
}

/// Where browsers are sent for the media. Only a warning: this machine may be the one that cannot go there.
pub fn media_address(url: &str, answered: Result<u16, String>) -> Check {
    let name = "livekit-public";
    let todo = "livekit.public_url must lead to LiveKit from where people are: without it nobody joins or comes back; \
                docs/runbooks/reconnect-failures.md";
    match answered {
        Ok(status) if status < 500 => Check::ok(name, format!("browsers are sent to {url}, which answers")),
        Ok(status) => Check::warning(name, format!("browsers are sent to {url}, which answers {status}"), todo),
        Err(why) => Check::warning(name, format!("browsers are sent to {url}, where nobody answers: {why}"), todo),
    }
}

/// What came of a live stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Its first block came.
    Came,
    /// The answer began and nothing followed.
    HeldBack,
    /// Nobody can open it without a key.
    NoKey,
    /// It was refused or cut.
    Failed(String),
}

/// Server-sent events through the public address.
pub fn live_stream(stream: Stream) -> Check {
    let name = "live-stream";
    match stream {
        Stream::Came => Check::ok(name, "server-sent events come at once"),
        Stream::HeldBack => Check::failed(
            name,
            "the stream was asked for, and its first event is held back",
            "the proxy gathers answers: proxy_buffering off (nginx), no response_buffers (Caddy), no compression of text/event-stream",
        ),
        Stream::NoKey => {
            let mut check = Check::skipped(name, "no API key was given to open one with");
            check.todo = Some("--key-file FILE with a key that has the scope events:read".to_owned());
            check
        }
        Stream::Failed(why) => {
            Check::failed(name, why, "the key needs the scope events:read; the proxy must let answers stay open")
        }
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
