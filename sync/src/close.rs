//! Why a connection is closed, and whether the other side should try again.

/// Code, text and retry advice of a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// 4400: bytes that are not the protocol.
    Malformed,
    /// 4401: no valid credentials in time.
    Unauthenticated,
    /// 4403: not allowed.
    Forbidden,
    /// 4404: no such document, or none that may be seen.
    Unknown,
    /// 4408: did not read for too long. Retry.
    TooSlow,
    /// 4413: a message over its limit.
    TooLarge,
    /// 4426: this client is too old.
    TooOld,
    /// 4429: too many messages. Retry.
    TooFast,
    /// 1011: our fault. Retry.
    Internal,
    /// 1001: the server is going away. Retry.
    GoingAway,
}

impl CloseReason {
    /// The WebSocket close code.
    pub fn code(self) -> u16 {
        match self {
            Self::Malformed => 4400,
            Self::Unauthenticated => 4401,
            Self::Forbidden => 4403,
            Self::Unknown => 4404,
            Self::TooSlow => 4408,
            Self::TooLarge => 4413,
            Self::TooOld => 4426,
            Self::TooFast => 4429,
            Self::Internal => 1011,
            Self::GoingAway => 1001,
        }
    }

    /// The text sent with the code.
    pub fn text(self) -> &'static str {
        match self {
            Self::Malformed => "malformed message",
            Self::Unauthenticated => "not signed in",
            Self::Forbidden => "not allowed",
            Self::Unknown => "no such document",
            Self::TooSlow => "reading too slowly",
            Self::TooLarge => "message too large",
            Self::TooOld => "client too old",
            Self::TooFast => "too many messages",
            Self::Internal => "server error",
            Self::GoingAway => "server is stopping",
        }
    }

    /// Whether trying again can help.
    pub fn retry(self) -> bool {
        matches!(
            self,
            Self::TooSlow | Self::TooFast | Self::Internal | Self::GoingAway
        )
    }

    /// The reason for a received close code; unknown codes are `None` (then: retry).
    pub fn from_code(code: u16) -> Option<Self> {
        [
            Self::Malformed,
            Self::Unauthenticated,
            Self::Forbidden,
            Self::Unknown,
            Self::TooSlow,
            Self::TooLarge,
            Self::TooOld,
            Self::TooFast,
            Self::Internal,
            Self::GoingAway,
        ]
        .into_iter()
        .find(|reason| reason.code() == code)
    }
}
