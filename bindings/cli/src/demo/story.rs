//! What happened, as data: the pictures and the JSON are made of it.

use serde::Serialize;

use super::world::Urls;

/// The four roles of RFC 9576.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Client,
    Attester,
    Issuer,
    Origin,
}

impl Role {
    /// The roles as columns, from left to right.
    pub(crate) const ALL: [Self; 4] = [Self::Client, Self::Attester, Self::Issuer, Self::Origin];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Client => "Client",
            Self::Attester => "Attester",
            Self::Issuer => "Issuer",
            Self::Origin => "Origin",
        }
    }

    /// The number of the column.
    pub(crate) const fn column(self) -> usize {
        self as usize
    }
}

/// A message from one role to another, or work at one role (`from` is `to`).
#[derive(Clone, Serialize)]
pub(crate) struct Step {
    pub(crate) from: Role,
    pub(crate) to: Role,
    pub(crate) message: String,
    /// The size of the message of the protocol, without HTTP around it; null when it carries none.
    pub(crate) bytes: Option<usize>,
    /// For an answer: since its request was sent, in milliseconds. For work: how long it took.
    pub(crate) ms: Option<f64>,
}

impl Step {
    pub(crate) fn new(from: Role, to: Role, message: impl Into<String>) -> Self {
        Self { from, to, message: message.into(), bytes: None, ms: None }
    }

    pub(crate) const fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = Some(bytes);
        self
    }

    pub(crate) const fn ms(mut self, ms: f64) -> Self {
        self.ms = Some(ms);
        self
    }

    pub(crate) fn is_work(&self) -> bool {
        self.from == self.to
    }

    /// Size and time for people, as `259 B · 1.2 ms`.
    pub(crate) fn figures(&self) -> String {
        let bytes = self.bytes.map(|bytes| format!("{bytes} B"));
        let ms = self.ms.map(|ms| if ms < 1.0 { format!("{ms:.2} ms") } else { format!("{ms:.1} ms") });
        bytes.into_iter().chain(ms).collect::<Vec<_>>().join(" · ")
    }
}

/// Something that must be refused, and was.
#[derive(Clone, Serialize)]
pub(crate) struct Refusal {
    /// What was presented.
    pub(crate) attempt: &'static str,
    /// What the origin answered.
    pub(crate) status: u16,
    /// Whether a new challenge came with it.
    pub(crate) challenged: bool,
    /// The first line of the origin's answer.
    pub(crate) answer: String,
}

/// One run of the protocol.
#[derive(Clone, Serialize)]
pub(crate) struct Flow {
    pub(crate) token_type: u16,
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
    pub(crate) refusals: Vec<Refusal>,
}

/// The whole demonstration: the JSON of `demo --json`.
#[derive(Clone, Serialize)]
pub(crate) struct Story {
    pub(crate) ok: bool,
    pub(crate) flows: Vec<Flow>,
    pub(crate) total_ms: f64,
    /// Where the roles stay up; null without `--serve`.
    pub(crate) urls: Option<Urls>,
}
