//! Which URLs may be asked, as far as their text shows; names are judged again when they are resolved.

use std::net::IpAddr;

use reqwest::Url;

use crate::address::is_public;

/// Longest URL, bytes.
const MAX_URL: usize = 2048;

/// Hosts that the operator lifted the rules for: `host` (every port) or `host:port`.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowList(Vec<String>);

impl AllowList {
    pub(crate) fn new(entries: &[String]) -> Self {
        Self(entries.iter().map(|e| e.trim().to_ascii_lowercase()).filter(|e| !e.is_empty()).collect())
    }

    /// Whether a host and port are on the list.
    fn has(&self, host: &str, port: u16) -> bool {
        let with_port = format!("{host}:{port}");
        self.0.iter().any(|e| *e == host || *e == with_port)
    }

    /// Whether a name is on the list, with whatever port: the resolver does not learn the port, which `check` has
    /// already judged.
    pub(crate) fn names(&self, host: &str) -> bool {
        self.0
            .iter()
            .any(|e| e == host || e.rsplit_once(':').is_some_and(|(h, port)| h == host && port.parse::<u16>().is_ok()))
    }
}

/// A URL that may be asked.
pub(crate) fn check(text: &str, allowed: &AllowList) -> Result<Url, String> {
    if text.len() > MAX_URL {
        return Err(format!("must have at most {MAX_URL} bytes"));
    }
    // The parser also takes these as a URL; then what others see in the text is not where it leads.
    if text.contains(['\\', ' ']) || text.contains(char::is_control) {
        return Err("must not hold backslashes or blanks".to_owned());
    }
    let url = Url::parse(text).map_err(|e| format!("must be a URL: {e}"))?;
    if !text.split_once(':').is_some_and(|(_, rest)| rest.starts_with("//")) {
        return Err("must have `://` after its scheme".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password".to_owned());
    }
    let host = url.host_str().ok_or("must name a host")?.to_ascii_lowercase();
    let port = url.port_or_known_default().ok_or("must be an https URL")?;
    if allowed.has(&host, port) {
        return if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err("must be an https URL".to_owned()) };
    }
    if url.scheme() != "https" {
        return Err("must be an https URL".to_owned());
    }
    // The parser has already turned every spelling of an address (0x7f.1, 2130706433) into the plain one.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) if !is_public(address) => Err("must not lead to a private or reserved address".to_owned()),
        Ok(_) => Ok(url),
        Err(_) if is_local_name(bare) => Err("must not name a host of a local network".to_owned()),
        Err(_) => Ok(url),
    }
}

/// Names that no public resolver answers.
fn is_local_name(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    !host.contains('.') || [".localhost", ".local", ".internal", ".home.arpa"].iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_may_be_asked() {
        let allowed = AllowList::new(&["127.0.0.1:8080".to_owned(), "idp.corp".to_owned()]);
        let long = format!("https://id.example.com/{}", "x".repeat(2048));
        for (url, good) in [
            ("https://id.example.com/keys", true),
            ("https://id.example.com:8443/keys", true),
            ("https://1.1.1.1/keys", true),
            ("http://id.example.com/keys", false),
            ("ftp://id.example.com/keys", false),
            ("file:///etc/passwd", false),
            ("https://user@id.example.com/", false),
            ("https://:secret@id.example.com/", false),
            ("https://127.0.0.1/", false),
            ("https://127.1/", false),
            ("https://0x7f000001/", false),
            ("https://2130706433/", false),
            ("https://[::1]/", false),
            ("https://[::ffff:10.0.0.1]/", false),
            ("https://169.254.169.254/latest", false),
            ("https://localhost/", false),
            ("https://LOCALHOST./", false),
            ("https://db.internal/", false),
            ("https://printer.local/", false),
            ("https://intranet/", false),
            ("http://127.0.0.1:8080/keys", true),
            ("http://127.0.0.1:8081/keys", false),
            ("http://idp.corp:9000/keys", true),
            ("ftp://idp.corp/keys", false),
            ("not a url", false),
            (r"https:\\id.example.com\secret", false),
            (r"https://id.example.com\secret", false),
            ("https:id.example.com/secret", false),
            ("https:/id.example.com/secret", false),
            ("https:id.example.com/secret?to=http://b.example", false),
            (" https://id.example.com/keys", false),
            ("https:/\t/id.example.com/keys", false),
            ("HTTPS://id.example.com/keys", true),
            ("", false),
            (&long, false),
        ] {
            assert_eq!(check(url, &allowed).is_ok(), good, "{url}");
        }
    }
}
