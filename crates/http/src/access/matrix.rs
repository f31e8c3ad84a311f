//! One row per route: the extractors' limits, the permission check, the document's security and the access test all
//! come from here.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use callboard_kernel::{Error, Result, codes, limits};
use callboard_store::Reach;
use serde::Deserialize;

use crate::{PassKind, Principal, Role, Scope};

/// What an API key needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Keys may not call this.
    None,
    /// Every key may.
    Any,
    /// A key with this scope.
    Scope(Scope),
}

/// Which rate class counts a request besides its principal's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rate {
    /// Signing in, per address.
    Login,
    /// Joining by a link, per address.
    Join,
    /// Counted nowhere.
    Exempt,
}

/// Which session passes may call.
pub type Pass = PassKind;

/// One row of the matrix.
#[derive(Clone, Debug)]
pub struct RouteRule {
    /// The method.
    pub method: Method,
    /// The path's template, `/v1/call/sessions/{sessionId}`.
    pub path: String,
    /// What a key needs.
    pub key: Grant,
    /// Roles whose users may call; with [`RouteRule::every_user`] the list is empty.
    pub roles: Vec<Role>,
    /// Whether every user may call (and sees what is theirs).
    pub every_user: bool,
    /// Session passes that may call.
    pub pass: Vec<Pass>,
    /// Whether no credential is needed, and none is read.
    pub public: bool,
    /// Whether the provider's signature is the credential; the handler checks it.
    pub provider: bool,
    /// Whether a credential is read when it comes, and none is needed; the handler goes on (WebSocket's first frame).
    pub optional: bool,
    /// The rate class.
    pub rate: Option<Rate>,
    /// Largest body, bytes.
    pub body_bytes: usize,
    /// Longest time until the answer begins, milliseconds.
    pub timeout_ms: u64,
    /// Whether the OpenAPI document describes it; pages and assets are not described.
    pub documented: bool,
    /// Whether keys with `installation:*` call it for the whole installation rather than for their tenant.
    pub installation: bool,
    /// Whether its requests carry a call's data, so many that they are not noted one by one.
    pub data: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    route: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    method: String,
    path: String,
    scope: Option<String>,
    roles: Option<Roles>,
    #[serde(default)]
    pass: Vec<PassKind>,
    #[serde(default)]
    public: bool,
    #[serde(default)]
    provider: bool,
    #[serde(default)]
    optional: bool,
    rate: Option<Rate>,
    body: Option<usize>,
    timeout_ms: Option<u64>,
    #[serde(default = "yes")]
    documented: bool,
    #[serde(default)]
    installation: bool,
    #[serde(default)]
    data: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Roles {
    Word(String),
    List(Vec<Role>),
}

const fn yes() -> bool {
    true
}

/// Default time-out of a route, milliseconds.
const TIMEOUT_MS: u64 = 30_000;

/// The whole matrix.
#[derive(Clone, Debug, Default)]
pub struct AccessMatrix {
    by_path: BTreeMap<String, Vec<RouteRule>>,
}

fn bad(what: impl std::fmt::Display) -> Error {
    Error::invalid("access.toml", what.to_string())
}

impl AccessMatrix {
    /// Reads the committed file: `[[route]]` tables with `method`, `path`, `scope` (a scope or `any`), `roles` (`self` or a
    /// list), `pass`, `public`, `provider`, `optional`, `rate`, `body` (bytes), `timeout_ms`, `documented`,
    /// `installation`, `data`.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(bad)?;
        let mut matrix = Self::default();
        for row in file.route {
            let rule = rule_of(row)?;
            let rules = matrix.by_path.entry(rule.path.clone()).or_default();
            if rules.iter().any(|r| r.method == rule.method) {
                return Err(bad(format!("{} {} has two rows", rule.method, rule.path)));
            }
            rules.push(rule);
        }
        Ok(matrix)
    }

    /// The row of a route; HEAD is answered by GET's.
    pub fn rule(&self, method: &Method, path: &str) -> Option<&RouteRule> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.by_path.get(path)?.iter().find(|r| r.method == *method)
    }

    /// All rows.
    pub fn rules(&self) -> impl Iterator<Item = &RouteRule> {
        self.by_path.values().flatten()
    }

    /// The value of `Allow` for a path; empty when the path is not in the matrix.
    pub fn allow(&self, path: &str) -> String {
        let mut methods: Vec<&str> = Vec::new();
        for rule in self.by_path.get(path).into_iter().flatten() {
            methods.push(rule.method.as_str());
            if rule.method == Method::GET {
                methods.push("HEAD");
            }
        }
        methods.join(", ")
    }

    /// Compares the matrix with the routes of the running router: each route needs a row, each documented row a route.
    pub fn check<'a>(&self, routes: impl IntoIterator<Item = (&'a Method, &'a str)>) -> Result<()> {
        let routes: BTreeSet<(String, String)> =
            routes.into_iter().map(|(m, p)| (p.to_owned(), m.to_string())).collect();
        let rows: BTreeSet<(String, String)> =
            self.rules().filter(|r| r.documented).map(|r| (r.path.clone(), r.method.to_string())).collect();
        let missing: Vec<String> = routes.difference(&rows).map(|(p, m)| format!("{m} {p} has no row")).collect();
        let stale: Vec<String> =
            rows.difference(&routes).map(|(p, m)| format!("{m} {p} has a row and no route")).collect();
        match [missing, stale].concat() {
            faults if faults.is_empty() => Ok(()),
            faults => Err(bad(faults.join("; "))),
        }
    }
}

fn rule_of(row: Row) -> Result<RouteRule> {
    let at = format!("{} {}", row.method, row.path);
    let (every_user, roles) = match row.roles {
        None => (false, Vec::new()),
        Some(Roles::Word(word)) if word == "self" => (true, Vec::new()),
        Some(Roles::Word(word)) => return Err(bad(format!("{at}: roles are `self` or a list, not {word:?}"))),
        Some(Roles::List(list)) => (false, list),
    };
    let key = match row.scope.as_deref() {
        None => Grant::None,
        Some("any") => Grant::Any,
        Some(name) => Grant::Scope(
            serde_json::from_value(serde_json::Value::String(name.to_owned()))
                .map_err(|_| bad(format!("{at}: there is no scope {name:?}")))?,
        ),
    };
    let open = row.public || row.provider;
    let guarded = key != Grant::None || every_user || !roles.is_empty() || !row.pass.is_empty();
    if open == guarded {
        return Err(bad(format!("{at}: either somebody is allowed, or it is public or the provider's")));
    }
    let method = Method::from_bytes(row.method.as_bytes()).map_err(|_| bad(format!("{at}: no such method")))?;
    Ok(RouteRule {
        method,
        path: row.path,
        key,
        roles,
        every_user,
        pass: row.pass,
        public: row.public,
        provider: row.provider,
        optional: row.optional,
        rate: row.rate,
        body_bytes: row.body.unwrap_or(limits::BODY_BYTES),
        timeout_ms: row.timeout_ms.unwrap_or(TIMEOUT_MS),
        documented: row.documented,
        installation: row.installation,
        data: row.data,
    })
}

impl RouteRule {
    /// Whether the matrix lets this principal call the route. What it then sees is the handler's matter.
    pub fn allows(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Key { scopes, .. } => match self.key {
                Grant::None => false,
                Grant::Any => true,
                Grant::Scope(scope) => scopes.contains(&scope),
            },
            Principal::User { roles, .. } => self.every_user || roles.iter().any(|r| self.roles.contains(r)),
            Principal::Pass { kind, .. } => self.pass.contains(kind),
        }
    }

    /// Whether requests here are noted: those that may change something and are not a call's data.
    pub fn is_noted(&self) -> bool {
        !self.data && matches!(self.method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE)
    }

    /// How far the principal's transactions may see: its tenant, or the installation where the row says so and a key
    /// holds `installation:*`.
    pub fn reach(&self, principal: &Principal) -> Reach {
        if self.installation && principal.has_scope(Scope::Installation) {
            Reach::Installation
        } else {
            Reach::Tenant(principal.tenant().clone())
        }
    }

    /// The refusal for a principal that the row does not let in.
    pub fn refusal(&self, principal: &Principal) -> Error {
        let message = match (principal, self.key) {
            (Principal::Key { .. }, Grant::Scope(scope)) => {
                let name =
                    serde_json::to_value(scope).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
                format!("This needs an API key with the scope {name}.")
            }
            (Principal::Key { .. }, _) => "API keys may not do this.".to_owned(),
            (Principal::User { .. }, _) => "Your role does not allow this.".to_owned(),
            (Principal::Pass { .. }, _) => "A session pass does not allow this.".to_owned(),
        };
        Error::new(&codes::FORBIDDEN, message)
    }
}

#[cfg(test)]
mod tests {
    use callboard_kernel::{ApiKeyId, TenantId, UserId};

    use super::*;

    const TEXT: &str = r#"
        [[route]]
        method = "GET"
        path = "/a"
        scope = "calls:read"
        roles = "self"
        pass = ["participant"]
        [[route]]
        method = "POST"
        path = "/a"
        roles = ["admin", "owner"]
        scope = "any"
        [[route]]
        method = "GET"
        path = "/page"
        public = true
        documented = false
        [[route]]
        method = "GET"
        path = "/all"
        scope = "any"
        roles = "self"
        installation = true
    "#;

    fn key(scopes: &[Scope]) -> Principal {
        let (tenant, key) = (TenantId::from_stored("ten".into()), ApiKeyId::from_stored("key".into()));
        Principal::Key { tenant, key, scopes: scopes.to_vec(), login: None }
    }
    fn user(roles: &[Role]) -> Principal {
        let (tenant, user) = (TenantId::from_stored("ten".into()), UserId::from_stored("usr".into()));
        Principal::User { tenant, user, roles: roles.to_vec(), login: None }
    }

    #[test]
    fn rows_let_in_whom_they_name() {
        let m = AccessMatrix::parse(TEXT).expect("a matrix");
        let (get, post) = (m.rule(&Method::HEAD, "/a").expect("GET"), m.rule(&Method::POST, "/a").expect("POST"));
        for (rule, who, let_in) in [
            (get, key(&[Scope::CallsRead]), true),
            (get, key(&[Scope::CallsWrite, Scope::Installation]), false),
            (get, user(&[]), true),
            (post, key(&[]), true),
            (post, user(&[]), false),
            (post, user(&[Role::Operator]), false),
            (post, user(&[Role::Viewer, Role::Admin]), true),
        ] {
            assert_eq!(rule.allows(&who), let_in, "{} {who:?}", rule.method);
        }
    }

    #[test]
    fn only_an_installations_key_reaches_beyond_its_tenant_and_only_where_a_row_says_so() {
        let m = AccessMatrix::parse(TEXT).expect("a matrix");
        let own = Reach::Tenant(TenantId::from_stored("ten".into()));
        for (path, who, reach) in [
            ("/all", key(&[Scope::Installation]), Reach::Installation),
            ("/all", key(&[Scope::CallsRead]), own.clone()),
            ("/all", user(&[Role::Owner]), own.clone()),
            ("/a", key(&[Scope::CallsRead, Scope::Installation]), own),
        ] {
            assert_eq!(m.rule(&Method::GET, path).expect("a row").reach(&who), reach, "{path} {who:?}");
        }
    }

    #[test]
    fn a_forgotten_route_and_a_stale_row_are_found() {
        let m = AccessMatrix::parse(TEXT).expect("a matrix");
        let own = [(&Method::GET, "/a"), (&Method::POST, "/a"), (&Method::GET, "/all")];
        assert!(m.check(own).is_ok());
        let more = m.check(own.into_iter().chain([(&Method::DELETE, "/a")])).expect_err("no row");
        assert!(more.message().contains("DELETE /a has no row"));
        let less = m.check([(&Method::GET, "/a"), (&Method::GET, "/all")]).expect_err("no route");
        assert!(less.message().contains("POST /a has a row and no route"));
        assert_eq!(m.allow("/a"), "GET, HEAD, POST");
    }

    #[test]
    fn rows_that_say_nothing_or_too_much_are_refused() {
        for text in [
            "[[route]]\nmethod = \"GET\"\npath = \"/a\"",
            "[[route]]\nmethod = \"GET\"\npath = \"/a\"\npublic = true\nroles = \"self\"",
            "[[route]]\nmethod = \"GET\"\npath = \"/a\"\nscope = \"calls:fly\"",
            "[[route]]\nmethod = \"GET\"\npath = \"/a\"\nroles = \"everyone\"",
            "[[route]]\nmethod = \"GET\"\npath = \"/a\"\npublic = true\ncolour = 1",
            "[[route]]\nmethod = \"GET\"\npath = \"/a\"\npublic = true\n[[route]]\nmethod = \"GET\"\npath = \"/a\"\npublic = true",
        ] {
            assert!(AccessMatrix::parse(text).is_err(), "{text}");
        }
    }
}
