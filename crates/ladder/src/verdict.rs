//! The words of a judgement. Nothing downstream turns one into another.

use serde::{Deserialize, Serialize};

/// What the draws say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A posteriori: every judged draw satisfies it.
    Holds,
    /// A posteriori: some draw does not.
    Violated,
    /// A premise fails on every draw: the claim says nothing. Never counted as holding.
    Vacuous,
    /// The statement does not speak of draws like these. Never counted as holding.
    NotApplicable,
    /// A priori: the upper limit of the failure probability is at most delta.
    Confirmed,
    /// A priori: the lower limit is above delta.
    Refuted,
    /// A priori: delta is between the limits.
    Inconclusive,
}

impl Verdict {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Vacuous => "vacuous",
            Self::NotApplicable => "not-applicable",
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// All verdicts.
    pub const ALL: [Self; 7] = [
        Self::Violated,
        Self::Refuted,
        Self::Inconclusive,
        Self::Holds,
        Self::Confirmed,
        Self::Vacuous,
        Self::NotApplicable,
    ];

    /// Whether the claim was found true.
    #[must_use]
    pub fn approves(self) -> bool {
        matches!(self, Self::Holds | Self::Confirmed)
    }

    /// Whether the claim was found false.
    #[must_use]
    pub fn fails(self) -> bool {
        matches!(self, Self::Violated | Self::Refuted)
    }

    /// Whether the claim said something on these draws.
    #[must_use]
    pub fn judged(self) -> bool {
        !matches!(self, Self::Vacuous | Self::NotApplicable)
    }

    /// The verdict in words. `needed` is the share of the bound that the draws needed: where it is below [`ROOM`] the
    /// draws hardly test the bound, and the words say so.
    #[must_use]
    pub fn words(self, needed: Option<f64>) -> &'static str {
        match (self, needed.is_some_and(|needed| needed < ROOM)) {
            (Self::Holds, true) => "holds with room",
            (Self::Confirmed, true) => "confirmed with room",
            (Self::NotApplicable, _) => "not applicable",
            _ => self.name(),
        }
    }
}

/// The share of a bound below which a verdict is said to be with room.
pub const ROOM: f64 = 1e-2;
