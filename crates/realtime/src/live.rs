//! What streams and sockets share: the services, how callers are recognised, and the word that we are going down.

use std::sync::Arc;

use callboard_http::{App, Authenticate, Credentials, Principal, Shutdown};
use callboard_kernel::{Error, Kind, Result, codes};
use parking_lot::RwLock;

use crate::doubts::{Doubt, Doubts};
use crate::model::Tuning;
use crate::tenant::Tenants;

/// The state of this feature's routes.
pub(crate) struct Live {
    pub app: App,
    pub authenticators: Vec<Arc<dyn Authenticate>>,
    pub shutdown: Shutdown,
    pub tuning: Tuning,
    pub tenants: Tenants,
    pub doubts: Doubts,
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
    doubt: Doubt,
}

impl Identity {
    /// A caller that was just recognised.
    pub(crate) fn new(live: &Arc<Live>, credentials: Credentials, principal: Principal) -> Self {
        let doubt = live.doubts.of(&live.app.db, &principal.subject());
        let (credentials, principal) = (Arc::new(credentials), Arc::new(RwLock::new(principal)));
        Self { live: Arc::clone(live), credentials, principal, doubt }
    }

    /// The caller as last recognised.
    pub(crate) fn principal(&self) -> Principal {
        self.principal.read().clone()
    }

    /// Waits until somebody says that the credential may be void.
    pub(crate) async fn doubted(&mut self) {
        self.doubt.arises().await;
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
