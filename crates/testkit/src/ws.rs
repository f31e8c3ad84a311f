//! A WebSocket client that speaks JSON text frames.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// An open WebSocket.
pub struct WsClient {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// Why a handshake failed: the HTTP status, 0 when there was no HTTP answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused(pub u16);

impl WsClient {
    /// Opens a socket.
    ///
    /// # Panics
    /// When the handshake is refused.
    pub async fn open(url: &str, bearer: Option<&str>) -> Self {
        let headers: Vec<(&'static str, String)> =
            bearer.map(|b| ("authorization", format!("Bearer {b}"))).into_iter().collect();
        Self::try_open(url, &headers).await.unwrap_or_else(|r| panic!("the socket was refused with {}", r.0))
    }

    /// Opens a socket with headers of the test's choice (`origin`, `cookie`).
    ///
    /// # Panics
    /// When the address or a header is not well formed.
    pub async fn try_open(url: &str, headers: &[(&'static str, String)]) -> Result<Self, Refused> {
        let mut request = url.into_client_request().expect("a WebSocket address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header value"));
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(Refused(response.status().as_u16())),
            Err(_) => Err(Refused(0)),
        }
    }

    /// Sends a frame.
    ///
    /// # Panics
    /// When the socket is closed.
    pub async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Sends text as it is.
    ///
    /// # Panics
    /// When the socket is closed.
    pub async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the socket is open");
    }

    /// The next frame; `None` when the server closed.
    ///
    /// # Panics
    /// When nothing comes for 10 seconds, or what comes is not JSON text.
    pub async fn next(&mut self) -> Option<Value> {
        tokio::time::timeout(Duration::from_secs(10), self.read()).await.expect("a frame within 10 s")
    }

    /// Reads frames until one has this `op`.
    ///
    /// # Panics
    /// When the socket closes before.
    pub async fn next_op(&mut self, op: &str) -> Value {
        loop {
            let frame = self.next().await.unwrap_or_else(|| panic!("closed before `{op}`"));
            if frame["op"] == op {
                return frame;
            }
        }
    }

    /// Closes in order.
    pub async fn close(mut self) {
        // The other end may have closed first.
        let _closed = self.socket.close(None).await;
    }

    async fn read(&mut self) -> Option<Value> {
        loop {
            match self.socket.next().await? {
                Ok(Message::Text(text)) => {
                    return Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e} in {text}")));
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}
