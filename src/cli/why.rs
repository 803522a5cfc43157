//! `clue why`: the arithmetic of a clue's deadlines, day by day.

use clap::Args;
use serde_json::{Value, json};

use crate::calendar::DayKind;
use crate::cli::keys::{self, departments, key_of};
use crate::cli::{Answer, Context, Format};
use crate::clock::words::figure;
use crate::clock::{Clock, Counted, Standing, Why as Reason};
use crate::engine::{Engine, Failure};
use crate::report::SCHEMA_VERSION;
use crate::text::{Bilingual, Language, pad, visible_line};
use crate::time::Timestamp;

/// Arguments of `clue why`.
#[derive(Args)]
pub(super) struct Why {
    /// The clue: id, register number, or a path into its folder
    #[arg(value_name = "ID")]
    clue: String,
    /// Only this deadline, also where it has ended (repeatable)
    #[arg(long)]
    deadline: Vec<String>,
    /// Only clocks of this department
    #[arg(long)]
    department: Option<String>,
    /// Every day also of deadlines that have ended
    #[arg(long)]
    all: bool,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Why {
    pub(super) fn run(mut self, context: &Context) -> Result<Answer, Failure> {
        let engine = context.engine()?;
        let now = context.moment(&engine)?;
        for name in &mut self.deadline {
            *name = key_of("--deadline", name, &keys::deadlines(&engine))?;
        }
        if let Some(department) = &mut self.department {
            *department = key_of("--department", department, &departments(&engine))?;
        }
        let (case, found) = engine.case(&self.clue)?;
        if case.card.is_none() && crate::diagnostic::any_error(&found) {
            return Err(Failure::Findings(found));
        }
        let mut clocks = engine.clocks(&case);
        clocks.retain(|clock| {
            (self.deadline.is_empty() || self.deadline.contains(&clock.deadline))
                && (self.department.is_none() || self.department == clock.department)
        });
        if self.format == Format::Json {
            let clocks: Vec<Value> = clocks
                .iter()
                .map(|clock| data(&engine, clock, now))
                .collect();
            let answer = json!({
                "schemaVersion": SCHEMA_VERSION, "id": case.id, "now": now.to_string(), "clocks": clocks,
            });
            return Ok(Answer::new(format!("{answer:#}\n")));
        }
        if clocks.is_empty() {
            return Ok(Answer::new(context.say(
                "no such deadline runs in this clue\n",
                "本线索没有这样的期限\n",
            )));
        }
        let mut text = String::new();
        for clock in &clocks {
            if !text.is_empty() {
                text.push('\n');
            }
            let whole = clock.is_open() || self.all || !self.deadline.is_empty();
            text.push_str(&told(&engine, clock, now, whole, context.style.language));
        }
        Ok(Answer::new(text))
    }
}

/// One clock: what it measures, from when, how long, what was done to it, each day, and how it stands.
fn told(engine: &Engine, clock: &Clock, now: Timestamp, whole: bool, language: Language) -> String {
    let world = engine.world();
    let calendar = &world.calendar;
    let say = |en: String, zh: String| Bilingual::new(en, zh).get(language).to_owned();
    let deadline = &world.rulebook.deadlines[&clock.deadline];
    let person = |key: &str| visible_line(world.organisation.person_name(key));
    let keys = deadline.procedure.joined();
    let mut text = format!(
        "{} ({}, {keys})",
        deadline.label.get(language),
        clock.deadline
    );
    if let Some(department) = &clock.department {
        text.push_str(&format!(
            " · {}",
            world.organisation.department_name(department)
        ));
    }
    if let Some(entry) = clock.entry {
        text.push_str(&format!(" · {entry}"));
    }
    text.push_str(&format!(" · {}\n", person(&clock.responsible)));
    let moment = |at: Timestamp| calendar.local(at).format("%Y-%m-%d %H:%M").to_string();
    let length = match clock.figure() {
        Some(count) => figure(count, clock.unit()),
        None => Bilingual::new("until the day that the record gives", "至记录写明的日期"),
    };
    text.push_str(&say(
        format!("  from {}, {}\n", moment(clock.start), length.en),
        format!("  自 {} 起，{}\n", moment(clock.start), length.zh),
    ));
    if let Some(statute) = deadline
        .statute
        .as_ref()
        .and_then(|key| world.rulebook.statutes.get(key))
    {
        text.push_str(&say(
            format!("  by {}: {}\n", statute.label.en, statute.source),
            format!("  依据{}：{}\n", statute.label.zh, statute.source),
        ));
    }
    let because = |reason: &Option<String>| {
        let reason = reason.as_deref().map(visible_line);
        reason.map_or_else(Bilingual::default, |reason| {
            Bilingual::new(format!(": {reason}"), format!("：{reason}"))
        })
    };
    for pause in &clock.pauses {
        let reason = because(&pause.reason);
        let (en, zh) = match &pause.until {
            Some((until, _)) => (
                format!(" to {}", moment(*until)),
                format!(" 至 {}", moment(*until)),
            ),
            None => (String::new(), " 起".to_owned()),
        };
        text.push_str(&say(
            format!(
                "  paused {}{en} by {}{}\n",
                moment(pause.from),
                person(&pause.by),
                reason.en
            ),
            format!(
                "  {}{zh}由{}暂停{}\n",
                moment(pause.from),
                person(&pause.by),
                reason.zh
            ),
        ));
    }
    for extension in &clock.extensions {
        let more = figure(extension.count, clock.unit());
        let reason = because(&extension.reason);
        text.push_str(&say(
            format!(
                "  extended by {} on {} by {}{}\n",
                more.en,
                moment(extension.at),
                person(&extension.by),
                reason.en
            ),
            format!(
                "  {} 由{}批准延长 {}{}\n",
                moment(extension.at),
                person(&extension.by),
                more.zh,
                reason.zh
            ),
        ));
    }
    if whole {
        let (days, left_out) = clock.days(calendar, now);
        for day in &days {
            text.push_str(&row(day, language));
        }
        if left_out > 0 {
            text.push_str(&say(
                format!("  … {left_out} more days\n"),
                format!("  …… 另有 {left_out} 天\n"),
            ));
        }
    }
    if let Some(end) = clock.end {
        text.push_str(&say(
            format!("  ended {}\n", moment(end)),
            format!("  于 {} 结束\n", moment(end)),
        ));
    }
    let words = clock.words(&clock.standing(calendar, now));
    text.push_str(&say(
        format!("  {}\n", words.en),
        format!("  {}\n", words.zh),
    ));
    text
}

fn row(day: &Counted, language: Language) -> String {
    use chrono::Datelike;
    let weekday = match language {
        Language::En => day.day.format("%a").to_string(),
        Language::Zh => {
            let names = ["一", "二", "三", "四", "五", "六", "日"];
            format!(
                "周{}",
                names[day.day.weekday().num_days_from_monday() as usize]
            )
        }
    };
    let reason = reason(&day.why);
    let mut words = reason.get(language).to_owned();
    if day.is_due {
        words.push_str(Bilingual::new("  ← due", "  ← 到期").get(language));
    }
    if !day.published {
        words.push_str(Bilingual::new("  (provisional)", "（暂定）").get(language));
    }
    let count = match &day.why {
        Reason::Counts(_) => day.count.to_string(),
        _ => "–".to_owned(),
    };
    let line = format!("    {} {weekday}  {}  {words}", day.day, pad(&count, 3));
    format!("{}\n", line.trim_end())
}

/// Why a day counted or did not, in words; nothing is said of an ordinary day.
fn reason(why: &Reason) -> Bilingual {
    let named = |name: &Option<String>| {
        let name = name.as_deref().map(visible_line);
        name.map_or_else(Bilingual::default, |name| {
            Bilingual::new(format!(" ({name})"), format!("（{name}）"))
        })
    };
    let kind = |kind: &DayKind| match kind {
        DayKind::Working => Bilingual::default(),
        DayKind::MakeUp(name) => {
            let name = named(name);
            Bilingual::new(
                format!("make-up working day{}", name.en),
                format!("调休上班{}", name.zh),
            )
        }
        DayKind::Weekend => Bilingual::new("weekend", "周末"),
        DayKind::Holiday(name) => {
            let name = named(name);
            Bilingual::new(format!("day off{}", name.en), format!("放假{}", name.zh))
        }
    };
    match why {
        Reason::Begin => {
            Bilingual::new("begins; the day itself does not count", "起算日，当日不计")
        }
        Reason::Counts(own) | Reason::Off(own) => kind(own),
        Reason::Paused => Bilingual::new("paused", "暂停计时"),
        Reason::Late(own) => {
            let own = kind(own);
            let space = |text: String, gap: &str| {
                if text.is_empty() {
                    text
                } else {
                    format!("{gap}{text}")
                }
            };
            Bilingual::new(
                format!("late{}", space(own.en, ", ")),
                format!("逾期{}", space(own.zh, "，")),
            )
        }
    }
}

fn data(engine: &Engine, clock: &Clock, now: Timestamp) -> Value {
    let calendar = &engine.world().calendar;
    let standing: Standing = clock.standing(calendar, now);
    let (days, left_out) = clock.days(calendar, now);
    let mut value = clock.to_json(&standing);
    value["pauses"] = clock
        .pauses
        .iter()
        .map(|pause| {
            json!({
                "from": pause.from.to_string(), "by": pause.by, "reason": pause.reason,
                "until": pause.until.as_ref().map(|(at, _)| at.to_string()),
                "resumedBy": pause.until.as_ref().map(|(_, by)| by),
            })
        })
        .collect();
    value["extensions"] = clock
        .extensions
        .iter()
        .map(|extension| {
            json!({
                "at": extension.at.to_string(), "by": extension.by, "reason": extension.reason,
                "count": extension.count,
            })
        })
        .collect();
    value["days"] = days
        .iter()
        .map(|day| {
            let counts = matches!(day.why, Reason::Counts(_));
            json!({
                "day": day.day.to_string(), "counts": counts, "count": day.count, "due": day.is_due,
                "published": day.published, "why": word(&day.why),
            })
        })
        .collect();
    value["daysLeftOut"] = json!(left_out);
    value
}

/// Why a day counted or did not, for programs.
fn word(why: &Reason) -> &'static str {
    match why {
        Reason::Begin => "begins",
        Reason::Paused => "paused",
        Reason::Late(_) => "late",
        Reason::Counts(kind) | Reason::Off(kind) => match kind {
            DayKind::Working => "working-day",
            DayKind::MakeUp(_) => "make-up-working-day",
            DayKind::Weekend => "weekend",
            DayKind::Holiday(_) => "day-off",
        },
    }
}
