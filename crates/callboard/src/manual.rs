//! The documentation as pages of the running server: the files of `docs/`, at `/manual/` with the same names, so that
//! links between them lead to the same places here as in the repository.

use axum::Extension;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callboard_http::{Path, Problem, Visitor};
use callboard_kernel::{Error, codes};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../docs"]
struct Docs;

/// A page's text; nothing else in the folder is one.
fn text_of(name: &str) -> Option<String> {
    let file = Docs::get(name).filter(|_| name.ends_with(".md"))?;
    Some(String::from_utf8_lossy(&file.data).into_owned())
}

/// Where the pages are.
pub const AT: &str = "/manual";

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: light-dark(#0b57b7, #8ab8ff) }
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; background: light-dark(#fff, #131417); color: light-dark(#1b1d21, #e4e6ea) }
header, main { max-width: 48rem; margin: 0 auto; padding: 0.75rem 1.25rem }
header { display: flex; gap: 1.25rem; font-size: 0.9rem; border-bottom: 1px solid var(--line) }
main { padding-bottom: 4rem }
a { color: var(--link) }
h1, h2, h3 { line-height: 1.25; margin: 2.25rem 0 0.75rem }
h1 { margin-top: 1.5rem }
code { font: 0.875em/1.5 ui-monospace, monospace; background: var(--soft); padding: 0.1em 0.3em; border-radius: 4px; overflow-wrap: anywhere }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem 1rem; overflow-x: auto }
pre code { background: none; padding: 0; overflow-wrap: normal }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line) }
thead:not(:has(th:not(:empty))) { display: none }
@media (max-width: 40rem) { table { display: block; overflow-x: auto } }
";

/// The page at `path` below [`AT`]; none when there is no such file.
pub fn page(path: &str, visitor: &Visitor) -> Option<Response> {
    let name = path.strip_prefix(AT)?;
    if name.is_empty() {
        // Links on the page are relative to the folder.
        return Some(([(header::LOCATION, "/manual/")], StatusCode::PERMANENT_REDIRECT).into_response());
    }
    let name = name.strip_prefix('/')?;
    let name = if name.is_empty() { "README.md" } else { name };
    Some(shown(&text_of(name)?, name.matches('/').count(), visitor))
}

/// What an error code means: `/docs/errors/{code}`, where every refusal points.
pub async fn error_page(Path(code): Path<String>, Extension(visitor): Extension<Visitor>) -> Response {
    let known = code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    match text_of(&format!("errors/{code}.md")).filter(|_| known) {
        Some(text) => shown(&rooted(&text), 1, &visitor),
        None => Problem(Error::not_found("error page")).into_response(),
    }
}

/// Links of an error page as they must be outside of the folder: to other codes, and to pages beside the folder.
fn rooted(text: &str) -> String {
    text.replace("](../", "](/manual/").replace("](README.md", "](/manual/errors/README.md")
}

fn shown(text: &str, depth: usize, visitor: &Visitor) -> Response {
    let (title, body) = render(text, depth);
    let nonce = STANDARD.encode(visitor.entropy.clone().bytes16());
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} · Callboard</title><style nonce=\"{nonce}\">{STYLE}</style></head><body>\
         <header><a href=\"/manual/\">Documentation</a><a href=\"/docs\">API, to try out</a><a href=\"/\">Console</a></header>\
         <main>{body}</main></body></html>"
    );
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    match HeaderValue::from_str(&policy) {
        Ok(policy) => {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        }
        Err(error) => Problem(Error::new(&codes::INTERNAL, "The page could not be made.").note(error)).into_response(),
    }
}

/// The title, as HTML text, and the body of a page that lies `depth` folders below `docs/`.
fn render(text: &str, depth: usize) -> (String, String) {
    let events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES)
        // Notes to the checks are for readers of the file.
        .filter(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)))
        .collect();
    let mut title = None;
    let mut leaving = false;
    let mut out = Vec::with_capacity(events.len());
    for at in 0..events.len() {
        let event = match events[at].clone() {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let words = words(&events[at..]);
                let id = Some(CowStr::from(slug(&words)));
                title.get_or_insert(words);
                Event::Start(Tag::Heading { level, id, classes, attrs })
            }
            // The repository beside docs/ is not served: the words stay, the link goes.
            Event::Start(Tag::Link { dest_url, .. }) if leaves(&dest_url, depth) => {
                leaving = true;
                continue;
            }
            Event::End(TagEnd::Link) if leaving => {
                leaving = false;
                continue;
            }
            other => other,
        };
        out.push(event);
    }
    let mut body = String::with_capacity(text.len() * 2);
    html::push_html(&mut body, out.into_iter());
    (escaped(&title.unwrap_or_default()), body)
}

/// The words of the heading that the events begin with.
fn words(events: &[Event<'_>]) -> String {
    let inside = events.iter().take_while(|e| !matches!(e, Event::End(TagEnd::Heading(_))));
    inside.filter_map(|e| if let Event::Text(t) | Event::Code(t) = e { Some(t.as_ref()) } else { None }).collect()
}

/// A heading's anchor, as forges make it.
fn slug(words: &str) -> String {
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// Whether a link of a page in the `depth`-th folder leads out of `docs/`, or to a file that is not a page.
fn leaves(link: &str, depth: usize) -> bool {
    if link.contains("://") || link.starts_with('#') || link.starts_with('/') {
        return false;
    }
    let path = link.split('#').next().unwrap_or_default();
    path.split('/').take_while(|part| *part == "..").count() > depth
        || !(path.to_ascii_lowercase().ends_with(".md") || path.ends_with('/'))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every link of every page leads to a page, and to a heading of it when it names one.
    #[test]
    fn links_lead_somewhere() {
        let mut seen = 0;
        for name in Docs::iter().filter(|name| name.ends_with(".md")) {
            let (_, body) = render(&text_of(&name).expect("a file that is listed"), name.matches('/').count());
            for link in body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                if link.contains("://") || link.starts_with('/') {
                    continue;
                }
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = if path.is_empty() { name.to_string() } else { joined(&name, path) };
                let other = text_of(&target).unwrap_or_else(|| panic!("{name} links to {link}: no {target}"));
                let (_, there) = render(&other, 1);
                assert!(anchor.is_empty() || there.contains(&format!("id=\"{anchor}\"")), "{name}: no heading {link}");
                seen += 1;
            }
        }
        assert!(seen > 100, "{seen} links");
    }

    fn joined(page: &str, link: &str) -> String {
        let mut parts: Vec<&str> = page.split('/').collect();
        parts.pop();
        for part in link.split('/') {
            match part {
                ".." => drop(parts.pop()),
                "" => parts.push("README.md"),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    #[test]
    fn pages_are_made_safe_and_linkable() {
        let (title, body) = render(
            "# A `b` & c\n<!-- note -->\n<script>x</script>\n\n[in](../x.md#y) [out](../../z.md) [code](../x.rs)\n\n|a|\n|-|\n|1|",
            1,
        );
        assert_eq!(title, "A b &amp; c");
        assert!(body.contains("<h1 id=\"a-b--c\">") && body.contains("<td>1</td>"), "{body}");
        assert!(!body.contains("script") && !body.contains("note"), "{body}");
        assert!(body.contains("href=\"../x.md#y\"") && body.contains(" out code"), "{body}");
    }
}
