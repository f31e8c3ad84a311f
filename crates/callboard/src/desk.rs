//! Commands of whoever runs the installation, done by the server that holds the database.
//!
//! One process writes to an SQLite database. While a server does, `login-link`, `key create` and `tenant create` reach
//! it by a socket in the data folder (decision 0054): the same wish, carried out by the same functions. A caller is let
//! in by what the kernel says about it, the server's own user or root; there is no credential to lose.

use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_http::{App, Shutdown};
use callboard_kernel::{Error, ExposeSecret as _, Result, SecretString, codes};
use callboard_livekit::LiveKit;
use callboard_tenants::cli::{self as access, CreateKey, CreateTenant, LoginLink};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

use crate::doctor::inside::Inside;

/// How long one question and its answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// No question and no answer is longer, bytes.
const LONGEST: u64 = 64 * 1024;

/// What can be asked for.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Ask {
    /// A one-time login link.
    LoginLink(LoginLink),
    /// An API key.
    KeyCreate(CreateKey),
    /// A tenant.
    TenantCreate(CreateTenant),
    /// What only the server itself can tell `callboard doctor`.
    Doctor,
}

impl Ask {
    const fn patience(&self) -> Duration {
        match self {
            // The connection test takes up to 15 seconds.
            Self::Doctor => Duration::from_secs(30),
            _ => PATIENCE,
        }
    }
}

/// What wishes are carried out with.
#[derive(Clone)]
pub struct Hall {
    /// The services.
    pub app: App,
    /// The media bridge, when configured.
    pub livekit: Option<LiveKit>,
}

/// How it went, on the wire.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
enum Answer {
    Done(String),
    Refused { code: String, message: String, fields: Vec<(String, String)> },
}

/// Carries it out on an open store; the lines to print.
pub async fn perform(hall: &Hall, ask: Ask) -> Result<SecretString> {
    let app = &hall.app;
    Ok(match ask {
        Ask::Doctor => serde_json::to_string(&Inside::look(hall).await).map_err(Error::internal)?.into(),
        Ask::LoginLink(ask) => access::login_link(app, &ask).await?,
        Ask::KeyCreate(ask) => {
            let (key, secret) = access::create_key(app, &ask).await?;
            format!("{}\n{}", key.id, secret.expose_secret()).into()
        }
        Ask::TenantCreate(ask) => {
            let (tenant, owner) = access::create_tenant(app, ask).await?;
            let owner = owner.map(|o| format!(" with owner {}", o.id)).unwrap_or_default();
            format!("{} ({}){owner}", tenant.id, tenant.name).into()
        }
    })
}

fn place(dir: &Path) -> PathBuf {
    dir.join("callboard.sock")
}

/// Answers in the background until the shutdown. A folder where no socket can be made only loses this convenience.
pub fn open(hall: Hall, dir: &Path, shutdown: &Shutdown) {
    let path = place(dir);
    match listen(&path) {
        Ok((listener, owner)) => {
            tokio::spawn(answer_all(listener, owner, path, hall, shutdown.clone()));
        }
        Err(error) => tracing::warn!(
            "Commands such as `callboard login-link` cannot reach this server while it runs: {}: {error}",
            path.display()
        ),
    }
}

/// The socket, and the user it belongs to. Only the holder of the database's lock comes here, so what lies there already
/// was left by one that is gone.
fn listen(path: &Path) -> io::Result<(UnixListener, u32)> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    let owner = std::fs::metadata(path)?.uid();
    Ok((listener, owner))
}

async fn answer_all(listener: UnixListener, owner: u32, path: PathBuf, hall: Hall, shutdown: Shutdown) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.begun() => break,
        };
        match accepted {
            // The mode was wider for the moment between making the socket and narrowing it; this never is.
            Ok((stream, _)) if stream.peer_cred().is_ok_and(|peer| peer.uid() == owner || peer.uid() == 0) => {
                tokio::spawn(serve_one(stream, hall.clone()));
            }
            Ok(_) => tracing::warn!("A command of another user was refused"),
            Err(error) => {
                tracing::warn!("A command could not be taken: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    if let Err(error) = std::fs::remove_file(&path) {
        tracing::debug!("{}: {error}", path.display());
    }
}

async fn serve_one(mut stream: UnixStream, hall: Hall) {
    let conversation = async {
        let question = tokio::time::timeout(PATIENCE, read_all(&mut stream)).await??;
        let answer = match serde_json::from_slice::<Ask>(&question) {
            Ok(ask) => {
                let patience = ask.patience();
                answer(tokio::time::timeout(patience, perform(&hall, ask)).await?)
            }
            Err(error) => answer(Err(Error::new(
                &codes::BAD_REQUEST,
                format!("The server does not know this command; is it of another version? {error}"),
            ))),
        };
        stream.write_all(&serde_json::to_vec(&answer)?).await?;
        stream.shutdown().await
    };
    if let Err(error) = conversation.await {
        tracing::warn!("A command was cut off: {error}");
    }
}

fn answer(outcome: Result<SecretString>) -> Answer {
    match outcome {
        Ok(text) => Answer::Done(text.expose_secret().to_owned()),
        Err(error) => {
            if let Some(note) = error.internal_note() {
                tracing::error!("A command failed: {note}");
            }
            let fields = error.fields().iter().map(|f| (f.pointer.to_string(), f.reason.to_string())).collect();
            Answer::Refused { code: error.code().name.to_owned(), message: error.message().to_owned(), fields }
        }
    }
}

async fn read_all(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    stream.take(LONGEST).read_to_end(&mut all).await?;
    Ok(all)
}

/// Asks the server that holds this folder's database; none when no server is there.
pub async fn ask(dir: &Path, ask: &Ask) -> Result<Option<SecretString>> {
    let path = place(dir);
    let mut stream = match UnixStream::connect(&path).await {
        Ok(stream) => stream,
        // Nobody there, or a socket that a killed server left, or a path that is too long for one.
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => return Ok(None),
        Err(error) => {
            let text = format!("{}: {error}. Run this as the user that the server runs as.", path.display());
            return Err(Error::new(&codes::FORBIDDEN, text));
        }
    };
    let cut = |error: &dyn std::fmt::Display| {
        Error::new(&codes::OUTCOME_UNKNOWN, format!("The server was asked and did not answer: {error}"))
    };
    let conversation = async {
        stream.write_all(&serde_json::to_vec(ask)?).await?;
        stream.shutdown().await?;
        read_all(&mut stream).await
    };
    let said = tokio::time::timeout(ask.patience(), conversation).await.map_err(|e| cut(&e))?.map_err(|e| cut(&e))?;
    match serde_json::from_slice(&said).map_err(|e| cut(&e))? {
        Answer::Done(text) => Ok(Some(text.into())),
        Answer::Refused { code, message, fields } => {
            let known = codes::ALL.iter().find(|c| c.name == code).copied().unwrap_or(&codes::INTERNAL);
            let refused = Error::new(known, message);
            Err(fields.into_iter().fold(refused, |error, (pointer, reason)| error.field(pointer, reason)))
        }
    }
}
