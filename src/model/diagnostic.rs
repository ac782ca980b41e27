//! What is wrong with a model: a code, the place in the text, and what to do about it.
//!
//! Codes never change their meaning. E01xx: the text is not YAML as we take it. E02xx: a value has the wrong shape.
//! E03xx: a reference leads nowhere. E04xx: the model means something that cannot be. W05xx: it means something odd.

use serde::Serialize;

use super::load::TextSpan;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The model cannot be used.
    Error,
    /// It can, but probably not as meant.
    Warning,
}

/// One problem with a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnostic {
    /// What sort of problem it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// The JSON pointer of the value concerned.
    pub pointer: String,
    /// Where it is in the text; nothing for a value that an override has set.
    pub span: Option<TextSpan>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Other places in the text that have to do with it, each with a label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<(TextSpan, String)>,
}

impl Diagnostic {
    /// An error without help or related places.
    #[must_use]
    pub fn error(
        code: Code,
        message: impl Into<String>,
        pointer: impl Into<String>,
        span: Option<TextSpan>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            pointer: pointer.into(),
            span,
            help: None,
            related: Vec::new(),
        }
    }

    /// A warning without help or related places.
    #[must_use]
    pub fn warning(
        code: Code,
        message: impl Into<String>,
        pointer: impl Into<String>,
        span: Option<TextSpan>,
    ) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, message, pointer, span)
        }
    }

    /// The same with help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The same with one more related place.
    #[must_use]
    pub fn with_related(mut self, span: TextSpan, label: impl Into<String>) -> Diagnostic {
        self.related.push((span, label.into()));
        self
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $title:literal;)+) => {
        /// The code of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$name),+];

            /// The code as users see it, such as `E0201`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Code::$name => $code),+ }
            }

            /// What it means in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Code::$name => $title),+ }
            }

            /// What it means at length.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc, "\n"),+)),+ }
            }
        }
    };
}

codes! {
    /// The text is not YAML (or JSON).
    Syntax = "E0101", "not valid YAML";
    /// A map has the same key twice; which one counts would be a guess.
    DuplicateKey = "E0102", "duplicate key";
    /// A file holds exactly one model.
    Documents = "E0103", "not exactly one document";
    /// YAML tags such as `!!str` have no meaning in a model.
    Tag = "E0104", "tag";
    /// Maps and lists are nested deeper than any model needs.
    Depth = "E0105", "nested too deeply";
    /// The text, or what its aliases expand to, is larger than any model needs.
    TooLarge = "E0106", "too large";
    /// Keys are plain text, not lists or maps.
    Key = "E0107", "key is not text";
    /// An override does not read `path=value`.
    Override = "E0110", "bad override";
    /// An override names something that is not in the model.
    OverridePath = "E0111", "override of nothing";

    /// A field that the language does not have.
    UnknownField = "E0201", "unknown field";
    /// A value of another type than the one that belongs there.
    WrongType = "E0202", "wrong type";
    /// A field that has no default is not there.
    MissingField = "E0203", "missing field";
    /// A word that the language does not have in this place.
    UnknownWord = "E0204", "unknown word";
    /// Durations read like `30s`, `4m`, `180d` or `2y`.
    Duration = "E0205", "bad duration";
    /// Rates read like `500/s` or `4/y`.
    Rate = "E0206", "bad rate";
    /// Shares and probabilities lie between 0 and 1 and read like `99.95%`, `0.9995`, `1e-6` or `1/1000`.
    Share = "E0207", "bad share";
    /// Sizes read like `64 KiB`.
    Size = "E0208", "bad size";
    /// Names are made of `a` to `z`, `0` to `9` and `-`.
    Name = "E0209", "bad name";
    /// The figures of a probability law are incomplete or contradict each other.
    Law = "E0210", "bad law";
    /// What a fault hits or cuts is not written as a selector.
    Selector = "E0211", "bad selector";
    /// What something needs is not written as a need.
    Need = "E0212", "bad need";
    /// A value of the right type that is out of range.
    Value = "E0213", "value out of range";
    /// Exactly one of two fields belongs here.
    EitherOr = "E0214", "either one or the other";
    /// This program reads version 1 of the format.
    Version = "E0215", "other version of the format";
    /// There are more problems than anybody wants to read at once.
    TooMany = "E0299", "too many problems";

    /// A place that is not in `places`, or one that cannot stand here.
    UnknownPlace = "E0301", "unknown place";
    /// A service that is not in `services`.
    UnknownService = "E0302", "unknown service";
    /// A store that is not in `stores`.
    UnknownStore = "E0303", "unknown store";
    /// An entry that is not in `traffic`.
    UnknownTraffic = "E0304", "unknown traffic entry";
    /// A crew that is not in `crews`.
    UnknownCrew = "E0305", "unknown crew";
    /// A journey that is not in `journeys`.
    UnknownJourney = "E0306", "unknown journey";
    /// A need that names a store without saying whether it reads or writes.
    UnknownNeed = "E0307", "unknown need";
    /// The place exists, but what is named does not run there.
    NotThere = "E0308", "not in this place";

    /// More vantage points must agree than there are.
    Quorum = "E0401", "impossible quorum";
    /// Writes wait for more standbys than acknowledge them.
    Acknowledgements = "E0402", "too few synchronous standbys";
    /// A service must have more instances up than it runs in a place.
    AtLeast = "E0403", "too few instances";
    /// More needs must be met than are listed.
    Count = "E0404", "too few needs";
    /// Services need each other in a loop.
    NeedsLoop = "E0405", "loop of needs";
    /// A lease ends before its holder can renew it or stop in time.
    Lease = "E0406", "impossible lease";
    /// An incident could stay open while all is well.
    Thresholds = "E0407", "thresholds contradict each other";
    /// A time or a rate of zero where only a positive one makes sense.
    NotPositive = "E0408", "not positive";
    /// The primary of a store is listed again as a standby.
    PrimaryTwice = "E0409", "primary listed twice";
    /// An objective without any promise.
    EmptyObjective = "E0410", "empty objective";
    /// A promise about lost writes for a journey that writes nothing.
    NothingWritten = "E0411", "nothing written";
    /// A fault that hits or cuts nothing of this model.
    HitsNothing = "E0412", "fault hits nothing";
    /// A cut between a place and itself or what is in it.
    CutOfItself = "E0413", "cut of a place from itself";
    /// A failover in a store with a single member.
    NoStandby = "E0414", "no standby";
    /// A service or an entry without any place.
    NoTarget = "E0415", "no place";
    /// Shares that add up to more than all.
    Shares = "E0416", "shares above one";
    /// A name that means something everywhere.
    ReservedName = "E0417", "reserved name";
    /// Two places of one path.
    DuplicatePlace = "E0418", "duplicate place";
    /// A place inside one of a smaller or equal kind.
    PlaceNesting = "E0419", "wrong nesting of places";
    /// One target listed twice.
    TargetTwice = "E0420", "target listed twice";
    /// Vantage points that cannot be.
    Vantage = "E0421", "impossible vantage points";
    /// A journey that needs nothing.
    NeedsNothing = "E0422", "journey needs nothing";
    /// More of something than this program simulates.
    TooManyParts = "E0423", "too many of something";
    /// An effect for a fault that cuts links.
    EffectOfCut = "E0424", "effect of a cut";
    /// Longer than simulated time.
    TooLong = "E0425", "too long";
    /// Faults that strike more often in a trial than anybody can wait for.
    TooManyStrikes = "E0426", "too many strikes";
    /// A field that means nothing for a store whose members elect their primary.
    NotOfQuorum = "E0427", "not of a quorum";

    /// A service or a store that nothing uses.
    Unused = "W0501", "unused";
    /// Two members of a store in one place.
    MembersTogether = "W0502", "members share a place";
    /// A model without journeys.
    NothingMeasured = "W0503", "nothing to measure";
    /// DNS with several targets and no check.
    NoCheck = "W0504", "no health check";
    /// A store with a standby in another region whose detector is outvoted when the primary's region is lost.
    BlindRegion = "W0505", "loss of a region not detected";
    /// Faults that strike so often in a trial that trials are slow.
    ManyStrikes = "W0506", "many strikes";
    /// A quorum over several regions whose majority is lost with one of them.
    MajorityInRegion = "W0507", "majority in one region";
    /// A delay so uneven that its mean settles slowly.
    InfiniteVariance = "W0508", "infinite variance";
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_rise() {
        let ids: Vec<&str> = Code::ALL.iter().map(|code| &code.id()[1..]).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    }
}
