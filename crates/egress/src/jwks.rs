//! Key sets of issuers, for tenants.

use async_trait::async_trait;
use callboard_kernel::{Error, Result};
use callboard_tenants::JwksSource;

use crate::Egress;

#[async_trait]
impl JwksSource for Egress {
    fn check_url(&self, url: &str) -> std::result::Result<(), String> {
        self.check(url)
    }

    async fn fetch(&self, url: &str) -> Result<String> {
        let body = self.get(url, "application/jwk-set+json, application/json").await?;
        String::from_utf8(body.to_vec()).map_err(|_| Error::internal(format!("the key set at {url} is not UTF-8")))
    }
}
