//! `--dev`: a tenant with its owner and one key, so that a first call works at once. Nothing else is relaxed.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use callboard_http::{App, Role, Scope};
use callboard_kernel::{Entropy, Error, ExposeSecret as _, Result, SecretString, TenantId, Timestamp, UserId};
use callboard_store::Tx;
use callboard_tenants::{Actor, FirstStep, FirstSteps, NewKey, NewTenant, NewUser};

use crate::config::Values;

/// The name of the local tenant.
const NAME: &str = "dev";
/// How long a login link of the local mode can be used, milliseconds.
const LINK_MS: i64 = 12 * 3600 * 1000;

/// What the local mode prints.
pub struct Printed {
    /// A key that was made now: shown once, at the first start.
    pub api_key: Option<SecretString>,
    /// The key, also when it was made earlier and is kept in its file.
    pub key: Option<SecretString>,
    /// A fresh one at every start.
    pub login_url: SecretString,
}

/// Where the local mode keeps its key: by setting, else beside an SQLite database.
pub fn key_file(values: &Values, dir: Option<&Path>) -> Result<Option<PathBuf>> {
    let chosen = values.set("dev_key_file").map(PathBuf::from).or_else(|| dir.map(|d| d.join("api-key")));
    // What is printed must work wherever it is pasted.
    chosen.map(|p| std::path::absolute(&p).map_err(|e| values.bad("dev_key_file", &e.to_string()))).transpose()
}

/// Three things to try, as commands that work wherever they are pasted on this machine.
pub fn first_steps(url: &str, key_file: Option<&Path>, simulated: bool) -> FirstSteps {
    let own = std::env::current_exe().map_or_else(|_| "callboard".to_owned(), |p| quoted(&p.to_string_lossy()));
    let file = key_file.map(|p| p.display().to_string());
    let key = file.as_deref().map(|f| format!(" --key-file {}", quoted(f))).unwrap_or_default();
    let step = |title: &str, command: &str| FirstStep {
        title: title.to_owned(),
        command: format!("{own} {command} --url {}{key}", quoted(url)),
    };
    let mut steps = vec![
        step("A real call, with a link for somebody to join", "call new --title 'My first call' --invite Ann"),
        step("Follow every call, live", "tail"),
    ];
    if simulated {
        steps.push(step("Three more simulated calls, at twice the pace of people", "demo --calls 3 --pace 2"));
    }
    FirstSteps { url: url.to_owned(), api_key_file: file, steps }
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The key in the file, when there is one.
fn kept(file: &Path) -> Option<SecretString> {
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.trim()).filter(|t| !t.is_empty()).map(|t| t.to_owned().into())
}

/// Writes the key for its owner alone.
fn keep(file: &Path, key: &SecretString) -> Result<()> {
    let bad = |e: std::io::Error| Error::invalid("dev_key_file", format!("{}: {e}", file.display()));
    let mut opened =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file).map_err(bad)?;
    // The mode above counts only for a file that was not there.
    opened.set_permissions(fs::Permissions::from_mode(0o600)).map_err(bad)?;
    writeln!(opened, "{}", key.expose_secret()).map_err(bad)
}

/// Makes the tenant, its owner and a key at the first start, and a login link at every start. A key whose file was
/// lost is made again.
pub async fn prepare(app: &App, file: Option<&Path>) -> Result<Printed> {
    let found = file.and_then(kept);
    let lost = file.is_some() && found.is_none();
    let (own, seed) = (app.clone(), app.world.entropy());
    let now = app.world.now();
    let (key, token) = app
        .db
        .write(move |tx| {
            let mut entropy = seed.clone();
            let by = Actor::system;
            let (tenant, owner, key) = match callboard_tenants::owner_of_name(tx, NAME)? {
                Some((tenant, owner)) => {
                    let key = if lost { Some(new_key(tx, &tenant, now, &mut entropy)?) } else { None };
                    (tenant, owner, key)
                }
                None => {
                    let tenant = callboard_tenants::create_tenant(tx, by(), &new_tenant(), now, &mut entropy)?;
                    let new = NewUser {
                        display_name: Some("Owner".to_owned()),
                        roles: vec![Role::Owner],
                        ..NewUser::default()
                    };
                    let owner = callboard_tenants::create_user(tx, &tenant.id, by(), &new, now, &mut entropy)?;
                    let secret = new_key(tx, &tenant.id, now, &mut entropy)?;
                    (tenant.id, owner.id, Some(secret))
                }
            };
            let at: (&TenantId, &UserId) = (&tenant, &owner);
            let token = callboard_tenants::login_link(tx, &own.keys, at, by(), LINK_MS, (now, &mut entropy))?;
            Ok((key, token))
        })
        .await?;
    let login_url = format!("{}/login#{}", app.settings.public_url, token.expose_secret()).into();
    if let (Some(file), Some(key)) = (file, &key) {
        keep(file, key)?;
    }
    Ok(Printed { key: key.clone().or(found), api_key: key, login_url })
}

fn new_key(tx: &Tx<'_>, tenant: &TenantId, now: Timestamp, entropy: &mut Entropy) -> Result<SecretString> {
    let key = NewKey { name: "dev".to_owned(), scopes: scopes(), expires_at: None };
    let (_, secret) = callboard_tenants::create_key(tx, tenant, Actor::system(), &key, now, entropy)?;
    Ok(secret)
}

fn new_tenant() -> NewTenant {
    NewTenant { name: NAME.to_owned(), ..NewTenant::default() }
}

/// Everything, since whoever starts the local mode owns the machine.
fn scopes() -> Vec<Scope> {
    vec![
        Scope::CallsRead,
        Scope::CallsWrite,
        Scope::EventsRead,
        Scope::EventsWrite,
        Scope::TranscriptsRead,
        Scope::ProviderRead,
        Scope::KeysManage,
        Scope::WebhooksManage,
        Scope::DataErase,
        Scope::Installation,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_survive_a_shell() {
        assert_eq!(quoted("/usr/bin/callboard"), "/usr/bin/callboard");
        assert_eq!(quoted("/srv/o'neil/my data"), "'/srv/o'\\''neil/my data'");
        let steps = first_steps("http://127.0.0.1:8080", Some(Path::new("/a b/api-key")), true);
        assert_eq!(steps.steps.len(), 3);
        assert!(
            steps.steps.iter().all(|s| s.command.ends_with("--url http://127.0.0.1:8080 --key-file '/a b/api-key'"))
        );
        assert_eq!(first_steps("http://x", None, false).steps.len(), 2);
    }

    #[test]
    fn a_kept_key_is_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("api-key");
        assert!(kept(&file).is_none());
        fs::write(&file, "old").expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("set");
        keep(&file, &"cbk_new".to_owned().into()).expect("kept");
        assert_eq!(kept(&file).expect("a key").expose_secret(), "cbk_new");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    }
}
