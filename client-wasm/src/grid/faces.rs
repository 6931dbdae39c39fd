//! How each kind of lane looks: its icon, and the face of its cards.

use waymark_model::vocabulary::LaneKind;

/// The icon of a lane.
pub(crate) fn icon(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Actions => "footprints",
        LaneKind::Thoughts => "message-circle",
        LaneKind::Questions => "circle-question-mark",
        LaneKind::Decisions => "split",
        LaneKind::Emotion => "heart-pulse",
        LaneKind::Goals => "target",
        LaneKind::Expectations => "telescope",
        LaneKind::Touchpoints => "radio-tower",
        LaneKind::Channels => "route",
        LaneKind::PainPoints => "zap",
        LaneKind::HappyMoments => "party-popper",
        LaneKind::Opportunities => "lightbulb",
        LaneKind::Solutions => "puzzle",
        LaneKind::Quotes => "quote",
        LaneKind::Metrics => "chart-line",
        LaneKind::Owners => "user-round",
        LaneKind::Duration => "clock",
        LaneKind::Storyboard => "image",
        LaneKind::PhysicalEvidence => "package",
        LaneKind::CustomerActions => "mouse-pointer-click",
        LaneKind::Frontstage => "store",
        LaneKind::Backstage => "drama",
        LaneKind::SupportProcesses => "cog",
        LaneKind::TechLimits => "cpu",
        LaneKind::Employee => "id-card",
        LaneKind::Evidence => "microscope",
        LaneKind::Files => "paperclip",
        LaneKind::Custom => "shapes",
    }
}

/// How a card looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// A sheet of paper.
    Paper,
    /// Inner voice, in quotation marks.
    Voice,
    /// A small pill.
    Chip,
    /// What somebody really said, with its source.
    Quote,
    Pain,
    Opportunity,
    /// A feeling, in one word.
    Word,
    /// A length of time.
    Plain,
}

impl Face {
    /// The face of a card in a lane.
    pub(crate) fn of(kind: LaneKind) -> Self {
        match kind {
            LaneKind::Thoughts | LaneKind::Questions => Self::Voice,
            LaneKind::Touchpoints | LaneKind::Channels | LaneKind::Owners => Self::Chip,
            LaneKind::Quotes => Self::Quote,
            LaneKind::PainPoints => Self::Pain,
            LaneKind::Opportunities | LaneKind::HappyMoments | LaneKind::Solutions => {
                Self::Opportunity
            }
            LaneKind::Emotion => Self::Word,
            LaneKind::Duration => Self::Plain,
            _ => Self::Paper,
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Paper => "card face-paper",
            Self::Voice => "card face-voice",
            Self::Chip => "card face-chip",
            Self::Quote => "card face-quote",
            Self::Pain => "card face-pain",
            Self::Opportunity => "card face-opportunity",
            Self::Word => "card face-word",
            Self::Plain => "card face-plain",
        }
    }

    /// Whether its cards stand side by side.
    pub(crate) fn flows(self) -> bool {
        matches!(self, Self::Chip | Self::Word)
    }
}

/// What one card of a lane is called, for a screen reader.
pub(crate) fn noun(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Actions | LaneKind::CustomerActions => "Action",
        LaneKind::Thoughts => "Thought",
        LaneKind::Questions => "Question",
        LaneKind::Decisions => "Decision",
        LaneKind::Emotion => "Feeling",
        LaneKind::Goals => "Goal",
        LaneKind::Expectations => "Expectation",
        LaneKind::Touchpoints => "Touchpoint",
        LaneKind::Channels => "Channel",
        LaneKind::PainPoints => "Pain point",
        LaneKind::HappyMoments => "Happy moment",
        LaneKind::Opportunities => "Opportunity",
        LaneKind::Solutions => "Solution",
        LaneKind::Quotes => "Quote",
        LaneKind::Metrics => "Note",
        LaneKind::Owners => "Owner",
        LaneKind::Duration => "Duration",
        LaneKind::TechLimits => "Tech limit",
        LaneKind::Evidence => "Evidence",
        LaneKind::Files => "File",
        _ => "Card",
    }
}

/// The icon of a mood, from very negative to very positive.
pub(crate) fn mood_icon(mood: usize) -> &'static str {
    ["angry", "frown", "meh", "smile", "laugh"][mood.min(4)]
}

/// The colours of a mood.
pub(crate) fn mood_class(mood: usize) -> &'static str {
    ["mood-0", "mood-1", "mood-2", "mood-3", "mood-4"][mood.min(4)]
}

/// A mood in words.
pub(crate) fn mood_words(mood: usize) -> &'static str {
    [
        "very negative",
        "negative",
        "neutral",
        "positive",
        "very positive",
    ][mood.min(4)]
}

/// The colour of a stage, by its place: they repeat after four.
pub(crate) fn tone(stage: usize) -> &'static str {
    ["tone-1", "tone-2", "tone-3", "tone-4"][stage % 4]
}

/// One line about what belongs in a lane.
pub(crate) fn hint(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Actions => "What does the person do at each step? One action a card.",
        LaneKind::Thoughts => "What goes through their mind, in their own words?",
        LaneKind::Questions => "What do they want to know right now?",
        LaneKind::Decisions => "What has to be decided here, and between what?",
        LaneKind::Emotion => "One word for the feeling at each step.",
        LaneKind::Goals => "What do they want to have reached after this step?",
        LaneKind::Expectations => "What do they take for granted here?",
        LaneKind::Touchpoints => "Where do they meet you: a page, a letter, a person?",
        LaneKind::Channels => "By which medium: web, phone, shop, mail?",
        LaneKind::PainPoints => "What hurts, breaks or takes too long? Score it to rank it.",
        LaneKind::HappyMoments => "What delights, and should stay?",
        LaneKind::Opportunities => "How might we make this step better?",
        LaneKind::Solutions => "Ideas that could answer an opportunity.",
        LaneKind::Quotes => "What did people really say? Add who and where.",
        LaneKind::Metrics => "Numbers that show how this step goes.",
        LaneKind::Owners => "Which team answers for this step?",
        LaneKind::Duration => "How long does it take, waiting included?",
        LaneKind::Storyboard => "What would a picture of this step show?",
        LaneKind::PhysicalEvidence => "What can be seen or held: a form, a box, a sign?",
        LaneKind::CustomerActions => "What the customer does, in view of the service.",
        LaneKind::Frontstage => "What staff and systems do in the customer's sight.",
        LaneKind::Backstage => "What happens out of sight to make it work?",
        LaneKind::SupportProcesses => "Which systems and partners does it rest on?",
        LaneKind::TechLimits => "What does technology make hard here?",
        LaneKind::Employee => "What is this step like for the people who serve?",
        LaneKind::Evidence => "How do we know? Interviews, numbers, observations.",
        LaneKind::Files => "Documents and links that belong to this step.",
        LaneKind::Custom => "Anything that belongs to this step.",
    }
}
