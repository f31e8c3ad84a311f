//! What streams and sockets share: the services, how callers are recognised, and the word that we are going down.

use std::sync::Arc;

use callboard_http::{App, Authenticate, Credentials, Principal, Shutdown};
use callboard_kernel::{Error, Kind, Result, codes};
use parking_lot::RwLock;

use crate::model::Tuning;
use crate::tenant::Tenants;

/// The state of this feature's routes.
pub(crate) struct Live {
    pub app: App,
    pub authenticators: Vec<Arc<dyn Authenticate>>,
    pub shutdown: Shutdown,
    pub tuning: Tuning,
    pub tenants: Tenants,
}

impl Live {
    /// Who these credentials belong to now.
    pub(crate) async fn recognise(&self, credentials: &Credentials) -> Result<Principal> {
        let now = self.app.world.now();
        for authenticator in &self.authenticators {
            if let Some(principal) = authenticator.authenticate(credentials, now).await? {
                return Ok(principal);
            }
        }
        Err(Error::new(&codes::UNAUTHENTICATED, "The credential is not valid."))
    }
}

/// A long-lived caller: the credential is looked at again from time to time, and everyone sees the latest outcome.
#[derive(Clone)]
pub(crate) struct Identity {
    live: Arc<Live>,
    credentials: Arc<Credentials>,
    principal: Arc<RwLock<Principal>>,
}

impl Identity {
    /// A caller that was just recognised.
    pub(crate) fn new(live: &Arc<Live>, credentials: Credentials, principal: Principal) -> Self {
        Self { live: Arc::clone(live), credentials: Arc::new(credentials), principal: Arc::new(RwLock::new(principal)) }
    }

    /// The caller as last recognised.
    pub(crate) fn principal(&self) -> Principal {
        self.principal.read().clone()
    }

    /// Looks at the credential again; false when it was revoked, has expired or became somebody else's.
    pub(crate) async fn still_good(&self) -> bool {
        match self.live.recognise(&self.credentials).await {
            Ok(now) => {
                let mut known = self.principal.write();
                let same = known.tenant() == now.tenant() && known.subject() == now.subject();
                if same {
                    *known = now;
                }
                same
            }
            // A store that does not answer revokes nothing.
            Err(error) => matches!(error.kind(), Kind::Internal | Kind::Unavailable | Kind::BadGateway | Kind::TooMany),
        }
    }
}
