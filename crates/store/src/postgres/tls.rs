//! TLS to the server, as the URL asks for it: `sslmode` and `sslrootcert`, with the meanings that libpq gives them.
//!
//! The driver knows only "encrypt"; whom to believe is decided here. Nothing is guessed: `prefer` and `allow`, which go on
//! in the clear when somebody in between says so, are refused, and without `sslmode` nothing is encrypted.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use callboard_kernel::Result;
use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;

use crate::answers::refused;

/// What a certificate must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Nothing: the connection is encrypted, to whoever it is.
    Anybody,
    /// That a trusted authority signed it.
    Authority,
    /// That, and the name that was connected to.
    Name,
}

/// Takes `sslmode` and `sslrootcert` out of a URL: what is left of it, and how TLS is done, if at all.
pub(super) fn of_url(url: &str) -> Result<(String, Option<Tls>)> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut others) = (None, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", value)) => roots = Some(decoded(value)?),
            Some((name @ ("sslcert" | "sslkey" | "sslcrl"), _)) => {
                return Err(refused(format!("The database URL has {name}, which is not supported.")));
            }
            _ => others.push(pair),
        }
    }
    let rest = if others.is_empty() { base.to_owned() } else { format!("{base}?{}", others.join("&")) };
    let trust = match mode {
        None | Some("disable") if roots.is_some() => {
            return Err(refused("The database URL has sslrootcert without sslmode=verify-full.".to_owned()));
        }
        None | Some("disable") => return Ok((rest, None)),
        // As libpq: with an authority at hand, it is asked.
        Some("require") => {
            if roots.is_some() {
                Trust::Authority
            } else {
                Trust::Anybody
            }
        }
        Some("verify-ca") => Trust::Authority,
        Some("verify-full") => Trust::Name,
        Some(_) => {
            return Err(refused(
                "The database URL's sslmode must be disable, require, verify-ca or verify-full.".to_owned(),
            ));
        }
    };
    let file = roots.filter(|file| file != "system");
    Ok((rest, Some(Tls::new(trust, file.as_deref().map(Path::new))?)))
}

/// A value of a URL's query, percent-decoded.
fn decoded(value: &str) -> Result<String> {
    let bad = || refused("The database URL's sslrootcert is no path.".to_owned());
    let mut out = Vec::new();
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next(), bytes.next()].map(|b| b.and_then(|b| char::from(b).to_digit(16)));
            let [Some(high), Some(low)] = digits else { return Err(bad()) };
            out.push(u8::try_from(high * 16 + low).map_err(|_| bad())?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).map_err(|_| bad())
}

/// Makes encrypted connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Tls(Arc<ClientConfig>);

impl Tls {
    fn new(trust: Trust, roots: Option<&Path>) -> Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier {
            trust,
            chain: chain(trust, roots, &provider)?,
            known: provider.signature_verification_algorithms,
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| refused(format!("TLS cannot be set up: {e}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

fn chain(
    trust: Trust,
    roots: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<WebPkiServerVerifier>>> {
    if trust == Trust::Anybody {
        return Ok(None);
    }
    let mut store = RootCertStore::empty();
    match roots {
        Some(file) => {
            let bad = |why: &dyn fmt::Display| refused(format!("sslrootcert {}: {why}", file.display()));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|e| bad(&e))? {
                store.add(certificate.map_err(|e| bad(&e))?).map_err(|e| bad(&e))?;
            }
            if store.is_empty() {
                return Err(bad(&"there is no certificate in it"));
            }
        }
        None => {
            // What cannot be read of the system's is left out, as everybody does.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                return Err(refused(
                    "This system has no certificates of authorities; name a file: sslrootcert=…".to_owned(),
                ));
            }
        }
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone());
    verifier.build().map(Some).map_err(|e| refused(format!("TLS cannot be set up: {e}")))
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    /// Absent when anybody is trusted.
    chain: Option<Arc<WebPkiServerVerifier>>,
    known: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(own, between, name, ocsp, now) {
            // The name is looked at last: all else is well.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.trust == Trust::Authority => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.known.supported_schemes()
    }
}

/// One connection's handshake.
pub(super) struct Handshake {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Encrypted<S>;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Handshake> {
        // A socket in a folder has no name; the handshake is refused by the driver then.
        let name = if domain.is_empty() { "localhost" } else { domain };
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        Ok(Handshake { config: self.0.clone(), name })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Handshake {
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move { TlsConnector::from(self.config).connect(self.name, stream).await.map(Encrypted) })
    }
}

/// An encrypted stream.
pub(super) struct Encrypted<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Encrypted<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, to)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> std::result::Result<(String, bool), String> {
        let url = format!("postgres://u:p@h/d{query}");
        let parsed = of_url(&url).map_err(|e| e.message().to_owned())?;
        Ok((parsed.0.trim_start_matches("postgres://u:p@h/d").to_owned(), parsed.1.is_some()))
    }

    #[test]
    fn the_url_says_what_is_encrypted() {
        assert_eq!(read(""), Ok((String::new(), false)));
        assert_eq!(read("?sslmode=disable"), Ok((String::new(), false)));
        assert_eq!(read("?sslmode=require&application_name=x"), Ok(("?application_name=x".to_owned(), true)));
        for bad in ["?sslmode=prefer", "?sslmode=allow", "?sslmode=", "?sslrootcert=/ca.pem", "?sslcert=/c.pem"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let missing = read("?sslmode=verify-full&sslrootcert=%2Fno%20such.pem").expect_err("no file");
        assert!(missing.contains("/no such.pem"), "{missing}");
        assert!(read("?sslmode=verify-full&sslrootcert=%2").is_err());
    }

    #[test]
    fn tls_that_is_asked_for_elsewhere_is_not_left_out() {
        for url in ["postgres://u:p?w@h/d?sslmode=require", "host=h user=u password=p sslmode=require"] {
            let Err(refused) = super::super::link::parse(url) else { panic!("{url} goes on in the clear") };
            assert!(refused.message().contains("asks for TLS"), "{}", refused.message());
        }
        assert!(super::super::link::parse("host=h user=u password=p").is_ok());
    }

    #[test]
    fn a_name_that_no_certificate_can_show_is_not_taken_for_another() {
        let (_, tls) = of_url("postgres://u:p@h/d?sslmode=require").expect("a URL");
        let mut tls = tls.expect("TLS");
        let mut handshake = |domain: &str| MakeTlsConnect::<tokio::net::TcpStream>::make_tls_connect(&mut tls, domain);
        assert!(handshake("db.example").is_ok() && handshake("10.0.0.7").is_ok() && handshake("").is_ok());
        for none in ["fe80::1%eth0", "-db-.example-", "dätenbank"] {
            assert!(handshake(none).is_err(), "{none}");
        }
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let why = read(&format!("?sslmode=verify-ca&sslrootcert={}", file.path().display())).expect_err("empty");
        assert!(why.contains("no certificate"), "{why}");
    }
}
