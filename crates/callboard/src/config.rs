//! Configuration: flags, then `CALLBOARD_*` in the environment, then a TOML file, then the default.
//!
//! One table holds every setting with its default, unit and help; `callboard config` prints it with each value's origin.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use callboard_kernel::{Error, Result, SecretString};

/// One setting.
pub struct Setting {
    /// The key in the file; a dot opens a table.
    pub key: &'static str,
    /// The environment variable.
    pub env: &'static str,
    /// A second environment variable, for names that others have made common.
    pub also: Option<&'static str>,
    /// The default; empty means unset.
    pub default: &'static str,
    /// Whether its value is never shown.
    pub secret: bool,
    /// What it means.
    pub help: &'static str,
}

const fn setting(key: &'static str, env: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { key, env, also: None, default, secret: false, help }
}

/// Every setting.
pub static SETTINGS: &[Setting] = &[
    setting("data_dir", "CALLBOARD_DATA", "callboard-data", "folder of the SQLite database and the secret key"),
    Setting {
        secret: true,
        ..setting(
            "database_url",
            "CALLBOARD_DATABASE_URL",
            "",
            "PostgreSQL instead of SQLite: postgres://user@host/db?sslmode=verify-full&sslrootcert=FILE",
        )
    },
    setting(
        "database_pool",
        "CALLBOARD_DATABASE_POOL",
        "8",
        "PostgreSQL connections for writes; as many again for reads",
    ),
    setting("listen", "CALLBOARD_LISTEN", "127.0.0.1:8080", "address to listen on; port 0 picks a free one"),
    setting("public_url", "CALLBOARD_PUBLIC_URL", "", "our own origin in links; default http://<listen>"),
    setting("cors_origins", "CALLBOARD_CORS_ORIGINS", "", "origins that browsers may call from, separated by commas"),
    setting(
        "trusted_proxies",
        "CALLBOARD_TRUSTED_PROXIES",
        "0",
        "proxies in front of us whose X-Forwarded-For is believed",
    ),
    Setting {
        secret: true,
        ..setting(
            "secret_key",
            "CALLBOARD_SECRET_KEY",
            "",
            "id:base64url(32 bytes); SQLite makes its own beside the data",
        )
    },
    Setting {
        secret: true,
        ..setting(
            "secret_keys_older",
            "CALLBOARD_SECRET_KEYS_OLDER",
            "",
            "older keys that still verify, separated by commas",
        )
    },
    Setting {
        also: Some("LIVEKIT_URL"),
        ..setting("livekit.url", "CALLBOARD_LIVEKIT_URL", "", "LiveKit as the server reaches it: ws://host:7880")
    },
    Setting {
        also: Some("LIVEKIT_PUBLIC_URL"),
        ..setting(
            "livekit.public_url",
            "CALLBOARD_LIVEKIT_PUBLIC_URL",
            "",
            "LiveKit as browsers reach it; default livekit.url",
        )
    },
    Setting {
        also: Some("LIVEKIT_API_KEY"),
        ..setting("livekit.api_key", "CALLBOARD_LIVEKIT_API_KEY", "", "LiveKit's API key")
    },
    Setting {
        also: Some("LIVEKIT_API_SECRET"),
        secret: true,
        ..setting("livekit.api_secret", "CALLBOARD_LIVEKIT_API_SECRET", "", "LiveKit's API secret")
    },
    Setting {
        also: Some("OTEL_EXPORTER_OTLP_ENDPOINT"),
        ..setting(
            "otlp.endpoint",
            "CALLBOARD_OTLP_ENDPOINT",
            "",
            "collector that traces go to (OTLP over HTTP), such as http://127.0.0.1:4318; unset is off",
        )
    },
    Setting {
        also: Some("OTEL_EXPORTER_OTLP_HEADERS"),
        secret: true,
        ..setting(
            "otlp.headers",
            "CALLBOARD_OTLP_HEADERS",
            "",
            "headers for the collector: name=value, separated by commas",
        )
    },
    setting(
        "otlp.sample_ratio",
        "CALLBOARD_OTLP_SAMPLE_RATIO",
        "1",
        "part of the traces that begin here that is kept, 0 to 1; a caller's traceparent decides for itself",
    ),
    setting(
        "egress.allow",
        "CALLBOARD_EGRESS_ALLOW",
        "",
        "private hosts that tenants' URLs (JWKS, webhooks) may reach: host or host:port, separated by commas",
    ),
    setting(
        "rate.keys_per_second",
        "CALLBOARD_RATE_KEYS_PER_SECOND",
        "",
        "requests a second of one API key; unset is unlimited",
    ),
    setting(
        "rate.passes_per_second",
        "CALLBOARD_RATE_PASSES_PER_SECOND",
        "20",
        "requests a second of one session pass",
    ),
    setting("rate.logins_per_minute", "CALLBOARD_RATE_LOGINS_PER_MINUTE", "10", "logins a minute of one address"),
    setting("rate.joins_per_minute", "CALLBOARD_RATE_JOINS_PER_MINUTE", "10", "joins a minute of one address"),
    setting(
        "slo.availability_percent",
        "CALLBOARD_SLO_AVAILABILITY_PERCENT",
        "99.5",
        "service level: minutes that are up, at least; at most 4 decimals",
    ),
    setting(
        "slo.api_p95_ms",
        "CALLBOARD_SLO_API_P95_MS",
        "350",
        "service level: 95 of 100 API requests within; a bound of a bucket (docs/guides/service-levels.md)",
    ),
    setting(
        "slo.server_errors_percent",
        "CALLBOARD_SLO_SERVER_ERRORS_PERCENT",
        "1",
        "service level: API answers that are 5xx, at most",
    ),
    setting(
        "slo.event_visible_p95_ms",
        "CALLBOARD_SLO_EVENT_VISIBLE_P95_MS",
        "600",
        "service level: 95 of 100 events at live readers within; a bound of a bucket",
    ),
    setting(
        "slo.delivery_percent",
        "CALLBOARD_SLO_DELIVERY_PERCENT",
        "99.9",
        "service level: webhook deliveries that arrive, at least",
    ),
    setting(
        "slo.transcript_p95_ms",
        "CALLBOARD_SLO_TRANSCRIPT_P95_MS",
        "2500",
        "service level: 95 of 100 finals after their utterance within; a bound of a bucket",
    ),
    setting(
        "slo.reconnect_percent",
        "CALLBOARD_SLO_RECONNECT_PERCENT",
        "99.5",
        "service level: cuts after which the participant comes back, at least",
    ),
    setting(
        "slo.budget_percent",
        "CALLBOARD_SLO_BUDGET_PERCENT",
        "0.5",
        "service level: minutes of 28 days that may be down or failing",
    ),
    setting(
        "simulated",
        "CALLBOARD_SIMULATED",
        "",
        "on or off: whether calls without media may be simulated, on one instance; unset is on under --dev, else off",
    ),
    setting("demo", "CALLBOARD_DEMO", "on", "on or off: under --dev, play simulated calls while somebody watches"),
    setting(
        "dev_key_file",
        "CALLBOARD_DEV_KEY_FILE",
        "",
        "where --dev keeps its API key, mode 0600; default <data_dir>/api-key, and nowhere with PostgreSQL",
    ),
    setting("log", "CALLBOARD_LOG", "info", "log filter, such as info,callboard_livekit=debug"),
    setting("log_format", "CALLBOARD_LOG_FORMAT", "text", "text or json"),
];

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A command-line flag.
    Flag,
    /// The named environment variable.
    Env(&'static str),
    /// The configuration file.
    File(PathBuf),
    /// The default.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Env(name) => write!(f, "environment {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// All settings with their values and origins.
#[derive(Clone)]
pub struct Values(BTreeMap<&'static str, (String, Origin)>);

impl Values {
    /// Gathers values. `flags` maps keys to what was given on the command line; `env` reads the environment.
    pub fn gather(
        flags: &[(&str, Option<String>)],
        env: impl Fn(&str) -> Option<String>,
        file: Option<&Path>,
    ) -> Result<Self> {
        let from_file = file.map(read_file).transpose()?.unwrap_or_default();
        let mut out = BTreeMap::new();
        for s in SETTINGS {
            let flag = flags.iter().find(|(key, _)| *key == s.key).and_then(|(_, value)| value.clone());
            let named = |name: &'static str| env(name).filter(|v| !v.is_empty()).map(|v| (v, Origin::Env(name)));
            let value = flag
                .map(|v| (v, Origin::Flag))
                .or_else(|| named(s.env))
                .or_else(|| s.also.and_then(named))
                .or_else(|| Some((from_file.get(s.key)?.clone(), Origin::File(file?.to_owned()))))
                .unwrap_or_else(|| (s.default.to_owned(), Origin::Default));
            out.insert(s.key, value);
        }
        Ok(Self(out))
    }

    /// The value of a setting; empty when unset.
    pub fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("", |(value, _)| value)
    }

    /// A value that is set.
    pub fn set(&self, key: &str) -> Option<&str> {
        Some(self.get(key)).filter(|v| !v.is_empty())
    }

    /// A secret that is set.
    pub fn secret(&self, key: &str) -> Option<SecretString> {
        self.set(key).map(|v| v.to_owned().into())
    }

    /// A number within bounds.
    pub fn number(&self, key: &'static str, low: u32, high: u32) -> Result<Option<u32>> {
        let Some(text) = self.set(key) else { return Ok(None) };
        let number = text.parse().ok().filter(|n| (low..=high).contains(n));
        number.map(Some).ok_or_else(|| self.bad(key, &format!("must be a number from {low} to {high}")))
    }

    /// A switch: `on` or `off`, or `true` or `false`; `None` when unset.
    pub fn switch(&self, key: &'static str) -> Result<Option<bool>> {
        match self.get(key) {
            "" => Ok(None),
            "on" | "true" => Ok(Some(true)),
            "off" | "false" => Ok(Some(false)),
            _ => Err(self.bad(key, "must be on or off")),
        }
    }

    /// Parts of a list.
    pub fn list(&self, key: &str) -> Vec<String> {
        self.get(key).split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect()
    }

    /// The address to listen on.
    pub fn listen(&self) -> Result<SocketAddr> {
        self.get("listen")
            .parse()
            .map_err(|_| self.bad("listen", "must be an address and a port, such as 127.0.0.1:8080"))
    }

    /// An error that names the setting and where its value came from.
    pub fn bad(&self, key: &'static str, why: &str) -> Error {
        let origin = self.0.get(key).map_or(Origin::Default, |(_, origin)| origin.clone());
        Error::invalid(key, format!("setting {key} ({origin}) {why}"))
    }

    /// One line per setting: key, value, origin, help; secrets masked.
    pub fn table(&self) -> String {
        SETTINGS
            .iter()
            .map(|s| {
                let (value, origin) = self.0.get(s.key).cloned().unwrap_or((String::new(), Origin::Default));
                let shown = match (s.secret, value.is_empty()) {
                    (_, true) => "(unset)".to_owned(),
                    (true, false) => "********".to_owned(),
                    (false, false) => value,
                };
                let default = if s.default.is_empty() { "unset" } else { s.default };
                format!(
                    "{:<24} {:<28} {:<34} {} [default {default}; {}]\n",
                    s.key,
                    shown,
                    origin.to_string(),
                    s.help,
                    s.env
                )
            })
            .collect()
    }
}

fn read_file(path: &Path) -> Result<BTreeMap<String, String>> {
    let bad = |why: String| Error::invalid("config", format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| bad(e.to_string()))?;
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| bad(e.to_string()))?;
    let mut flat = BTreeMap::new();
    flatten("", &table, &mut flat);
    match flat.keys().find(|k| !SETTINGS.iter().any(|s| s.key == k.as_str())) {
        Some(unknown) => Err(bad(format!("there is no setting {unknown}; `callboard config` lists them"))),
        None => Ok(flat),
    }
}

fn flatten(prefix: &str, table: &toml::Table, out: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        match value {
            toml::Value::Table(inner) => flatten(&format!("{key}."), inner, out),
            toml::Value::String(text) => drop(out.insert(key, text.clone())),
            toml::Value::Array(items) => {
                let parts: Vec<String> =
                    items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned)).collect();
                drop(out.insert(key, parts.join(",")));
            }
            other => drop(out.insert(key, other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(flags: &[(&str, Option<String>)], env: &[(&str, &str)], file: &str) -> Values {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("callboard.toml");
        std::fs::write(&path, file).expect("written");
        let env = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Values::gather(flags, env, Some(&path)).expect("gathered")
    }

    #[test]
    fn flags_beat_environment_beats_file_beats_default() {
        let file = "listen = \"127.0.0.1:3\"\n[livekit]\nurl = \"ws://file\"\n[rate]\npasses_per_second = 7\n";
        let v = gather(
            &[("listen", Some("127.0.0.1:1".into()))],
            &[("CALLBOARD_LISTEN", "127.0.0.1:2"), ("LIVEKIT_API_KEY", "k")],
            file,
        );
        assert_eq!(v.get("listen"), "127.0.0.1:1");
        assert_eq!(v.get("livekit.url"), "ws://file");
        assert_eq!(v.get("livekit.api_key"), "k");
        assert_eq!(v.number("rate.passes_per_second", 1, 100).expect("a number"), Some(7));
        assert_eq!(v.get("trusted_proxies"), "0");
    }

    #[test]
    fn secrets_are_masked_and_faults_name_their_origin() {
        let v = gather(&[], &[("LIVEKIT_API_SECRET", "hush-hush"), ("CALLBOARD_LISTEN", "nowhere")], "");
        assert!(!v.table().contains("hush-hush"));
        assert!(v.listen().expect_err("no address").to_string().contains("environment CALLBOARD_LISTEN"));
    }

    #[test]
    fn switches_are_on_off_or_unset() {
        let v = gather(&[], &[("CALLBOARD_DEMO", "off")], "simulated = true\n");
        assert_eq!(v.switch("demo").expect("a switch"), Some(false));
        assert_eq!(v.switch("simulated").expect("a switch"), Some(true));
        assert_eq!(gather(&[], &[], "").switch("simulated").expect("unset"), None);
        let fault = gather(&[], &[("CALLBOARD_SIMULATED", "perhaps")], "").switch("simulated");
        assert!(fault.expect_err("no switch").to_string().contains("environment CALLBOARD_SIMULATED"));
    }

    #[test]
    fn unknown_settings_are_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("c.toml");
        std::fs::write(&path, "lissten = 1").expect("written");
        let error = Values::gather(&[], |_| None, Some(&path)).err().expect("refused");
        assert!(error.to_string().contains("lissten"));
    }
}
