//! What becomes of archived clues: until when each is kept, and what is next: appraisal, approval, destruction (R3).
//! It destroys nothing, and reads no more than the index card, but of the few clues that were appraised.

mod columns;

use chrono::NaiveDate;
use serde_json::{Value, json};

pub use columns::{cells, headings};

use crate::case::{Case, Retained};
use crate::files::Files;
use crate::record::Card;
use crate::rulebook::{WITNESSES, match_path};
use crate::text::Bilingual;
use crate::time::Timestamp;
use crate::world::World;

/// The schema of the record in which the archivist appraises.
const APPRAISAL: &str = "appraisal";

/// Where an archived clue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Kept for ever.
    Permanent,
    /// Its class is none that the rulebook has, and the card says no day: it is kept until somebody knows.
    Unknown,
    InPeriod,
    /// In a period that an appraisal gave it.
    KeptLonger,
    /// The period is over, and nobody has appraised it since.
    Due,
    /// An order to keep it stands.
    Held,
    /// It is to be destroyed; so many have approved.
    Proposed {
        approvals: u32,
    },
    /// So many witnesses have signed the certificate.
    Destroyed {
        witnesses: u32,
    },
}

impl Standing {
    /// The name that data formats use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::Unknown => "unknown-class",
            Self::InPeriod => "in-period",
            Self::KeptLonger => "kept-longer",
            Self::Due => "due-for-appraisal",
            Self::Held => "on-hold",
            Self::Proposed { .. } => "destruction-proposed",
            Self::Destroyed { .. } => "destroyed",
        }
    }

    /// Whether somebody has to do something about it.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Unknown
                | Self::Due
                | Self::Held
                | Self::Proposed { .. }
                | Self::Destroyed {
                    witnesses: 0..WITNESSES
                }
        )
    }
}

/// One archived clue.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub number: Option<String>,
    pub archive_number: Option<String>,
    pub title: String,
    pub confidentiality: String,
    pub state: String,
    /// The class of retention, by its key.
    pub class: String,
    pub archived: Option<NaiveDate>,
    /// The last day of the period.
    pub until: Option<NaiveDate>,
    /// Whether that day is not on the card, which an earlier version wrote, and follows from the day of archiving.
    pub is_computed: bool,
    pub holds: usize,
    pub standing: Standing,
    /// How many must approve a destruction.
    pub needed: u32,
}

impl Row {
    /// The row of a clue as of a day; none of one that is not archived.
    pub fn of(
        files: &dyn Files,
        world: &World,
        folder: &str,
        card: &Card,
        on: NaiveDate,
    ) -> Option<Self> {
        let class = card.retention.clone()?;
        let retained = Retained::of(world, card);
        let day = |at: Timestamp| at.in_zone(world.calendar.zone()).date();
        Some(Self {
            id: card.id.clone(),
            number: card.number.clone(),
            archive_number: card.archive_number.clone(),
            title: card.title.clone(),
            confidentiality: card.confidentiality.clone(),
            state: card.state.clone(),
            archived: retained.archived.map(day),
            until: retained.until,
            is_computed: retained.is_computed,
            holds: card.open_holds().count(),
            standing: standing(files, world, folder, (card, &class, &retained), on),
            class,
            needed: world.rulebook.retention_approvals,
        })
    }

    /// What is next, in words.
    pub fn next(&self) -> Bilingual {
        match self.standing {
            Standing::Permanent => Bilingual::new("kept for ever", "永久保管"),
            Standing::Unknown => Bilingual::new(
                "class not in the rulebook: period unknown",
                "规则书中没有该等级，期限不明",
            ),
            Standing::InPeriod => Bilingual::new("in its period", "保管期内"),
            Standing::KeptLonger => Bilingual::new("kept longer, by appraisal", "经鉴定延长保管"),
            Standing::Due => Bilingual::new("due for appraisal", "到期待鉴定"),
            Standing::Held => Bilingual::new("on hold", "暂缓销毁"),
            Standing::Proposed { approvals } if approvals >= self.needed => Bilingual::new(
                format!("to be destroyed, approved by {approvals}"),
                format!("已批准销毁（{approvals} 人），待执行"),
            ),
            Standing::Proposed { approvals } => Bilingual::new(
                format!(
                    "destruction proposed, {approvals} of {} approvals",
                    self.needed
                ),
                format!("拟销毁，已批准 {approvals}/{}", self.needed),
            ),
            Standing::Destroyed { witnesses } if witnesses < WITNESSES => Bilingual::new(
                format!("destroyed, {witnesses} of {WITNESSES} witnesses"),
                format!("已销毁，待监销（{witnesses}/{WITNESSES}）"),
            ),
            Standing::Destroyed { .. } => Bilingual::new("destroyed", "已销毁"),
        }
    }

    /// Whether the period is over on a day, or will be by then.
    pub fn ends_by(&self, day: NaiveDate) -> bool {
        let is_over = matches!(self.standing, Standing::Destroyed { .. });
        !is_over && self.until.is_some_and(|until| until <= day)
    }

    /// What the rows are sorted by: who falls due first comes first, what never does comes last.
    pub fn order(&self) -> impl Ord + use<> {
        let is_over = matches!(self.standing, Standing::Destroyed { .. });
        (is_over, self.until.is_none(), self.until, self.id.clone())
    }

    /// The row as data.
    pub fn to_json(&self) -> Value {
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let approvals = match self.standing {
            Standing::Proposed { approvals } => Some(approvals),
            _ => None,
        };
        json!({
            "id": self.id,
            "number": self.number,
            "archiveNumber": self.archive_number,
            "title": self.title,
            "confidentiality": self.confidentiality,
            "state": self.state,
            "retention": self.class,
            "archived": text(self.archived),
            "until": text(self.until),
            "computed": self.is_computed,
            "holds": self.holds,
            "next": self.standing.name(),
            "approvals": approvals,
            "approvalsNeeded": self.needed,
        })
    }
}

fn standing(
    files: &dyn Files,
    world: &World,
    folder: &str,
    (card, class, retained): (&Card, &str, &Retained),
    on: NaiveDate,
) -> Standing {
    if world.rulebook.only(&card.state).is_some() {
        // Who witnesses adds to the certificate after it was written.
        let witnesses = card.trail.iter().filter(|entry| {
            let step = world.rulebook.steps.get(&entry.step);
            step.is_some_and(|step| step.appends.keys().any(|list| list.ends_with(".witnesses")))
        });
        return Standing::Destroyed {
            witnesses: u32::try_from(witnesses.count()).unwrap_or(u32::MAX),
        };
    }
    if card.open_holds().next().is_some() {
        return Standing::Held;
    }
    let Some(until) = retained.until else {
        return match world.rulebook.retention.get(class) {
            Some(class) if class.years.is_none() => Standing::Permanent,
            _ => Standing::Unknown,
        };
    };
    let appraisal = appraisal(files, world, folder, card);
    let text = |value: &Value, pointer: &str| {
        let text = value.pointer(pointer).and_then(Value::as_str);
        text.map(str::to_owned)
    };
    let verdict = appraisal.as_ref().and_then(|own| text(own, "/verdict"));
    if on <= until {
        // An earlier appraisal may have given it the period that runs now.
        return match verdict.as_deref() {
            Some("keep") => Standing::KeptLonger,
            _ => Standing::InPeriod,
        };
    }
    let at = appraisal
        .as_ref()
        .and_then(|own| text(own, "/appraised/at"));
    let counts = at.as_deref().and_then(Timestamp::parse).is_some_and(|at| {
        let holds = card.holds.iter().flatten();
        let released = holds.filter_map(|hold| hold.released.as_ref()?.at.as_deref());
        at.in_zone(world.calendar.zone()).date() > until
            && released
                .filter_map(Timestamp::parse)
                .all(|released| released <= at)
    });
    match (verdict.as_deref(), appraisal) {
        (Some("destroy"), Some(appraisal)) if counts => {
            let approvals = appraisal.get("approvals").and_then(Value::as_array);
            let approvals = approvals.map_or(0, Vec::len);
            Standing::Proposed {
                approvals: u32::try_from(approvals).unwrap_or(u32::MAX),
            }
        }
        _ => Standing::Due,
    }
}

/// The last appraisal that was handed in since the clue was archived; only where the trail knows of one is it read.
fn appraisal(files: &dyn Files, world: &World, folder: &str, card: &Card) -> Option<Value> {
    let mut records = world.rulebook.records.iter();
    let (name, declared) = records.find(|(_, declared)| declared.schema == APPRAISAL)?;
    let archived = Retained::of(world, card).archived;
    let since = |at: &str| Timestamp::parse(at) >= archived;
    let is_known = card.trail.iter().any(|entry| {
        let record = entry.record.as_deref();
        record.is_some_and(|record| match_path(&declared.path, record).is_some())
    });
    if !is_known {
        return None;
    }
    let (case, _) = Case::load(files, world, folder);
    let appraised = case.all(name).iter().filter_map(|record| {
        let at = record.text_at("/appraised/at").filter(|at| since(at))?;
        Some((Timestamp::parse(at)?, record))
    });
    let (_, last) = appraised.max_by_key(|(at, _)| *at)?;
    Some((*last.value).clone())
}
