//! Everyone who can call, and the things of a tenant that paths can name.

use callboard_http::{PassKind, Role, Scope};
use callboard_kernel::{ApiKeyId, IssuerId, JoinLinkId, ParticipantId, ReceiptId, SessionId, UserId, World as _};
use callboard_kernel::{WebhookDeliveryId, WebhookEndpointId};
use serde_json::{Value, json};

use super::callers::Credential;
use super::{Kit, TENANT_SCOPES, Tenancy, text};

/// Who calls, as the matrix sees them.
#[derive(Clone, Debug)]
pub enum Kind {
    Nobody,
    Stranger,
    Key(Vec<Scope>),
    User(Option<Role>),
    Pass(PassKind),
}

pub struct Person {
    pub name: String,
    pub kind: Kind,
    pub with: Credential,
}

/// The things of one tenant that paths can name.
pub struct Things {
    pub session: String,
    pub participant: String,
    pub link: String,
    pub key: String,
    pub issuer: String,
    pub user: String,
    pub receipt: String,
    pub endpoint: String,
    pub delivery: String,
    pub erasure: String,
    pub participant_pass: String,
    pub agent_pass: String,
    pub resume: String,
}

impl Things {
    /// The value of a path parameter.
    pub fn get(&self, name: &str, tenancy: &Tenancy) -> String {
        match name {
            "sessionId" => self.session.clone(),
            "participantId" => self.participant.clone(),
            "linkId" => self.link.clone(),
            "keyId" => self.key.clone(),
            "issuerId" => self.issuer.clone(),
            "userId" => self.user.clone(),
            "receiptId" => self.receipt.clone(),
            "endpointId" => self.endpoint.clone(),
            "deliveryId" => self.delivery.clone(),
            "erasureId" => self.erasure.clone(),
            "tenantId" => tenancy.id.to_string(),
            "type" => "call.started".to_owned(),
            "code" => "NOT_FOUND".to_owned(),
            "*rest" => "index.html".to_owned(),
            other => panic!("say which {{{other}}} this test uses"),
        }
    }
}

/// A well-formed id of nothing.
pub fn absent(kit: &Kit, name: &str) -> String {
    let (now, mut entropy) = (kit.world.now(), kit.world.entropy());
    match name {
        "sessionId" => SessionId::generate(now, &mut entropy).to_string(),
        "participantId" => ParticipantId::generate(now, &mut entropy).to_string(),
        "linkId" => JoinLinkId::generate(now, &mut entropy).to_string(),
        "keyId" => ApiKeyId::generate(now, &mut entropy).to_string(),
        "issuerId" => IssuerId::generate(now, &mut entropy).to_string(),
        "userId" => UserId::generate(now, &mut entropy).to_string(),
        "receiptId" => ReceiptId::generate(now, &mut entropy).to_string(),
        "endpointId" => WebhookEndpointId::generate(now, &mut entropy).to_string(),
        "deliveryId" => WebhookDeliveryId::generate(now, &mut entropy).to_string(),
        "erasureId" => callboard_kernel::ErasureId::generate(now, &mut entropy).to_string(),
        "tenantId" => callboard_kernel::TenantId::generate(now, &mut entropy).to_string(),
        other => panic!("say which {{{other}}} does not exist"),
    }
}

pub fn parameters(path: &str) -> Vec<String> {
    path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')).map(str::to_owned).collect()
}

pub fn fill(path: &str, values: impl Fn(&str) -> String) -> String {
    // The one route that answers nothing without a question.
    let path = if path == "/v1/search/transcripts" { "/v1/search/transcripts?q=anything" } else { path };
    parameters(path).iter().fold(path.to_owned(), |p, name| p.replace(&format!("{{{name}}}"), &values(name)))
}

/// Sets a tenant up with one of each thing.
pub async fn things(kit: &Kit, tenancy: &Tenancy, owner: &UserId) -> Things {
    let http = kit.http.with_bearer(&tenancy.key);
    let session = kit.session(&http, &json!({ "ownerUserId": owner.to_string() })).await;
    let person = kit.join(&tenancy.key, &session, "caller").await;
    let agent = kit.join(&tenancy.key, &session, "agent").await;
    let link = http.post(&format!("/v1/call/sessions/{session}/join-links"), &json!({})).await.expect(201).json();
    let room = http.get(&format!("/v1/call/sessions/{session}")).await.expect(200).json();
    kit.fake.join(&text(&room, "providerRoomId"), &callboard_testkit::fake_livekit::Person::standard("somebody"));
    kit.fake.deliver(&kit.http.url("/v1/call/livekit/events")).await;
    let (endpoint, delivery) = webhook(&http).await;
    let over = kit.session(&http, &json!({})).await;
    let end = json!({ "status": "ended" });
    http.post(&format!("/v1/call/sessions/{over}/state"), &end).await.expect(200);
    let erased = http.post(&format!("/v1/call/sessions/{over}/erase"), &json!({})).await.expect(200).json();
    let first = |list: Value, id: &str| text(&list["items"][0], id);
    Things {
        participant: text(&person, "participantId"),
        link: text(&link, "linkId"),
        key: first(http.get("/v1/api-keys").await.expect(200).json(), "keyId"),
        issuer: first(http.get("/v1/issuers").await.expect(200).json(), "issuerId"),
        user: owner.to_string(),
        receipt: first(
            http.get(&format!("/v1/provider/receipts?sessionId={session}")).await.expect(200).json(),
            "receiptId",
        ),
        endpoint,
        delivery,
        erasure: text(&erased, "erasureId"),
        participant_pass: text(&person, "pass"),
        agent_pass: text(&agent, "pass"),
        resume: text(&person, "resumeToken"),
        session,
    }
}

/// An endpoint and a delivery to it; nobody carries it out.
pub async fn webhook(http: &callboard_testkit::TestApp) -> (String, String) {
    let body = json!({ "url": "https://hooks.example.com/callboard", "eventTypes": ["usage.stopped"] });
    let made = http.post("/v1/webhook-endpoints", &body).await.expect(201).json();
    let endpoint = text(&made["endpoint"], "endpointId");
    let test = format!("/v1/webhook-endpoints/{endpoint}/test");
    let queued = http.post(&test, &json!({})).await.expect(202).json();
    (endpoint, text(&queued["delivery"], "deliveryId"))
}

pub const ROLES: [(&str, Option<Role>); 5] = [
    ("nobody", None),
    ("viewer", Some(Role::Viewer)),
    ("operator", Some(Role::Operator)),
    ("admin", Some(Role::Admin)),
    ("owner", Some(Role::Owner)),
];

/// Everyone who can call, of one tenant.
pub async fn people(kit: &Kit, tenancy: &Tenancy, things: &Things) -> Vec<Person> {
    let bearer = |token: &str| Credential::Bearer(token.to_owned());
    let mut all = vec![
        Person { name: "no credential".to_owned(), kind: Kind::Nobody, with: Credential::Nothing },
        Person { name: "garbage".to_owned(), kind: Kind::Stranger, with: bearer("garbage") },
        Person { name: "a key of nobody".to_owned(), kind: Kind::Stranger, with: bearer(&format!("{}x", tenancy.key)) },
    ];
    for scope in TENANT_SCOPES.into_iter().chain([Scope::Installation]) {
        let key = kit.key(&tenancy.id, &[scope]).await;
        all.push(Person { name: format!("key with {scope:?}"), kind: Kind::Key(vec![scope]), with: bearer(&key) });
    }
    for (name, role) in ROLES {
        kit.user(tenancy, name, role.as_slice()).await;
        let token = kit.jwt(tenancy, name);
        all.push(Person { name: format!("user {name}"), kind: Kind::User(role), with: bearer(&token) });
    }
    for (name, kind, pass) in [
        ("participant", PassKind::Participant, &things.participant_pass),
        ("agent", PassKind::Agent, &things.agent_pass),
    ] {
        all.push(Person { name: format!("pass of {name}"), kind: Kind::Pass(kind), with: bearer(pass) });
    }
    all
}
