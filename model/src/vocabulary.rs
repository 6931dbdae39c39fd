//! Closed sets of words: kinds of maps, lanes, lines, effects, quadrants, colours and connections.

/// Declares an enum with the snake_case word each variant has in documents and files,
/// and the label people read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $label] $(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value, in the order people should be offered them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used in documents and files.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The label people read.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// The value for a word, if it is known.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

pub(crate) use words;

words! {
    /// What kind of map it is.
    MapKind {
        CurrentState = "current_state", "Current state";
        FutureState = "future_state", "Future state";
        DayInTheLife = "day_in_the_life", "Day in the life";
        ServiceBlueprint = "service_blueprint", "Service blueprint";
        ExperienceMap = "experience_map", "Experience map";
    }
}

#[expect(clippy::derivable_impls, reason = "the enum is declared by a macro")]
impl Default for MapKind {
    fn default() -> Self {
        Self::CurrentState
    }
}

words! {
    /// What kind of information a lane holds.
    LaneKind {
        Actions = "actions", "Actions";
        Thoughts = "thoughts", "Thoughts";
        Questions = "questions", "Questions";
        Decisions = "decisions", "Decisions";
        Emotion = "emotion", "Emotion";
        Goals = "goals", "Goals";
        Expectations = "expectations", "Expectations";
        Touchpoints = "touchpoints", "Touchpoints";
        Channels = "channels", "Channels";
        PainPoints = "pain_points", "Pain points";
        HappyMoments = "happy_moments", "Happy moments";
        Opportunities = "opportunities", "Opportunities";
        Solutions = "solutions", "Solutions";
        Quotes = "quotes", "Quotes";
        Metrics = "metrics", "Metrics";
        Owners = "owners", "Owners";
        Duration = "duration", "Duration";
        Storyboard = "storyboard", "Storyboard";
        PhysicalEvidence = "physical_evidence", "Physical evidence";
        CustomerActions = "customer_actions", "Customer actions";
        Frontstage = "frontstage", "Frontstage";
        Backstage = "backstage", "Backstage";
        SupportProcesses = "support_processes", "Support processes";
        TechLimits = "tech_limits", "Tech limits";
        Employee = "employee", "Employee";
        Evidence = "evidence", "Evidence";
        Files = "files", "Files";
        Custom = "custom", "Custom";
    }
}

impl LaneKind {
    /// Whether people add cards to a lane of this kind. The others present things that
    /// are kept elsewhere ([`Self::presents_items`]).
    pub fn holds_cards(self) -> bool {
        !self.presents_items()
    }

    /// Whether the first lane of this kind shows the map's pain points, opportunities
    /// or metrics.
    pub fn presents_items(self) -> bool {
        matches!(self, Self::PainPoints | Self::Opportunities | Self::Metrics)
    }

    /// What belongs in such a lane, as one line for an empty one.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Actions => "What the person does, one action a card.",
            Self::Thoughts => "What goes through their mind, in their words.",
            Self::Questions => "What they want to know here.",
            Self::Decisions => "What they choose between, and what tips it.",
            Self::Emotion => "How it feels: set a value at each step, name it with a word.",
            Self::Goals => "What they want to reach at this step.",
            Self::Expectations => "What they expect to happen before it does.",
            Self::Touchpoints => "What they see, hold or talk to.",
            Self::Channels => "Where the contact happens: phone, shop, website…",
            Self::PainPoints => "What frustrates, fails or takes too long.",
            Self::HappyMoments => "What delights, helps or goes better than expected.",
            Self::Opportunities => "How might we make this better? One idea a card.",
            Self::Solutions => "What could answer an opportunity.",
            Self::Quotes => "What people really said, word for word, with the source.",
            Self::Metrics => "Numbers measured at this step.",
            Self::Owners => "Which team answers for this step.",
            Self::Duration => "How long it takes, and how much of that is waiting.",
            Self::Storyboard => "The scene in a sentence or a picture.",
            Self::PhysicalEvidence => "What the customer sees and touches.",
            Self::CustomerActions => "What the customer does.",
            Self::Frontstage => "What staff and systems do in sight of the customer.",
            Self::Backstage => "What happens out of the customer's sight.",
            Self::SupportProcesses => "What other teams and systems must do for it.",
            Self::TechLimits => "What technology makes hard here.",
            Self::Employee => "How it is for the people who serve.",
            Self::Evidence => "How it is known: interviews, numbers, observations.",
            Self::Files => "Documents that belong to this step.",
            Self::Custom => "Whatever this lane is for.",
        }
    }
}

words! {
    /// The blueprint line on a lane's upper border.
    LaneLine {
        Interaction = "line_of_interaction", "Line of interaction";
        Visibility = "line_of_visibility", "Line of visibility";
        InternalInteraction = "line_of_internal_interaction", "Line of internal interaction";
    }
}

words! {
    /// What people do about a pain point.
    PainEffect {
        Trivial = "trivial", "Trivial";
        Workaround = "workaround", "Workaround";
        Abandons = "abandons", "Abandons";
    }
}

words! {
    /// How a claim is known.
    ClaimStatus {
        Assumption = "assumption", "Assumption";
        Reported = "reported", "Reported";
        Observed = "observed", "Observed";
        DataBacked = "data_backed", "Data-backed";
        Disproved = "disproved", "Disproved";
    }
}

words! {
    /// How far an opportunity has got.
    OpportunityStatus {
        New = "new", "New";
        Prioritised = "prioritised", "Prioritised";
        InProgress = "in_progress", "In progress";
        Done = "done", "Done";
        Parked = "parked", "Parked";
        Rejected = "rejected", "Rejected";
    }
}

words! {
    /// Value against effort (model rules: value ≥ 60 is high, effort ≥ 3 is high).
    Quadrant {
        QuickWin = "quick_win", "Quick win";
        BigBet = "big_bet", "Big bet";
        Maybe = "maybe", "Maybe";
        TimeSink = "time_sink", "Time sink";
    }
}

words! {
    /// A colour that people give to a card or a lane, beside what its kind says. The view
    /// decides what each looks like in its themes.
    Colour {
        Blue = "blue", "Blue";
        Teal = "teal", "Teal";
        Green = "green", "Green";
        Ochre = "ochre", "Ochre";
        Rose = "rose", "Rose";
        Plum = "plum", "Plum";
        Grey = "grey", "Grey";
    }
}

words! {
    /// How one step leads to another.
    ConnectorKind {
        Next = "next", "Next";
        Alternative = "alternative", "Alternative";
        Loop = "loop", "Loop";
        Exit = "exit", "Exit";
        Handoff = "handoff", "Hand-off";
    }
}

#[expect(clippy::derivable_impls, reason = "the enum is declared by a macro")]
impl Default for ConnectorKind {
    fn default() -> Self {
        Self::Next
    }
}
