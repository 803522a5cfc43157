//! A commit by itself: who made it, when, and whether its message says what it does.
//! It looks into no file.

use crate::audit::walk::StepTaken;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::git::CommitFacts;
use crate::text::visible_line;
use crate::time::Timestamp;
use crate::world::World;

/// What the header of the commit does not tell in a way that could be read.
pub(super) fn unreadable(facts: &CommitFacts) -> Option<Diagnostic> {
    let bad = facts.bad_headers.first()?;
    let shown = visible_line(&bad.text);
    let (en, zh) = match (bad.header, bad.text.is_empty()) {
        (header, true) => (
            format!(
                "the header of the commit has no line `{header}`: who made it and when is not known"
            ),
            format!("提交的头部没有 {header} 一行，无从知道由谁、何时提交"),
        ),
        (header, false) => (
            format!(
                "the header of the commit cannot be read, so who made it and when is not known: `{header} {shown}`"
            ),
            format!("提交的头部无法读取，无从知道由谁、何时提交：`{header} {shown}`"),
        ),
    };
    Some(Diagnostic::new(Code::HistoryUnreadable, Place::file(""), en, zh).procedure("P2"))
}

/// Who the author is in the organisation; the finding says why nobody.
pub(super) fn author<'w>(world: &'w World, facts: &CommitFacts) -> Result<&'w str, Diagnostic> {
    let email = &facts.author.email;
    let shown = format!(
        "{} <{}>",
        visible_line(&facts.author.name),
        visible_line(email)
    );
    let finding = |en: String, zh: String| {
        Diagnostic::new(
            Code::HistoryAuthor,
            Place::file("organisation.yaml"),
            en,
            zh,
        )
        .procedure("P2")
    };
    let people = world.organisation.people.iter();
    let mut known = people.filter(|(_, person)| person.email.contains(email));
    let Some((key, person)) = known.next() else {
        return Err(finding(
            format!("the author {shown} is nobody of the organisation"),
            format!("作者 {shown} 不是组织中的人员"),
        )
        .remedy(
            "whoever is to commit is entered in organisation.yaml first",
            "须先在 organisation.yaml 中登记此人",
        ));
    };
    if let Some((other, _)) = known.next() {
        return Err(finding(
            format!(
                "{key} and {other} have the address {}: who acted cannot be told",
                visible_line(email)
            ),
            format!(
                "{key} 与 {other} 的邮箱都是 {}，无法分辨是谁",
                visible_line(email)
            ),
        ));
    }
    if let Some(until) = &person.until
        && facts
            .author
            .time
            .in_zone(world.calendar.zone())
            .date()
            .to_string()
            > *until
    {
        return Err(finding(
            format!("{shown} acted for the organisation until {until}"),
            format!("{shown} 的任职已于 {until} 结束"),
        ));
    }
    Ok(key)
}

/// The dates of the commit beside those of its parents, of the clock, and of the steps that it takes.
pub(super) fn dates(
    world: &World,
    facts: &CommitFacts,
    parents: &[Timestamp],
    now: Option<Timestamp>,
    steps: &[StepTaken],
) -> Vec<Diagnostic> {
    let history = &world.rulebook.history;
    let skew = i64::from(history.trail_minutes) * 60;
    // Everybody's clock is told as the organisation's.
    let zone = world.calendar.zone();
    let here = |time: Timestamp| time.in_zone(zone);
    let (author, committed) = (here(facts.author.time), here(facts.committer.time));
    let mut found = Vec::new();
    let mut tell = |place: Place, en: String, zh: String| {
        found.push(Diagnostic::new(Code::HistoryDate, place, en, zh).procedure("P2"));
    };
    let whole = || Place::file("");
    if let Some(parent) = parents.iter().copied().map(here).max()
        && committed.seconds() + skew < parent.seconds()
    {
        tell(
            whole(),
            format!("the commit is dated {committed}, before the one it rests on, {parent}"),
            format!("提交日期 {committed} 早于它所依据的提交（{parent}）"),
        );
    }
    if author.seconds() > committed.seconds() + skew {
        tell(
            whole(),
            format!("the author date {author} lies after the moment of committing, {committed}"),
            format!("作者日期 {author} 晚于实际提交的时刻 {committed}"),
        );
    }
    if committed.seconds() - author.seconds() > i64::from(history.dating_hours) * 3_600 {
        tell(
            whole(),
            format!(
                "the author date {author} lies more than {} hours before the moment of committing, {committed}",
                history.dating_hours
            ),
            format!(
                "作者日期 {author} 比实际提交的时刻 {committed} 早了 {} 小时以上",
                history.dating_hours
            ),
        );
    }
    if let Some(now) = now.map(here)
        && committed.seconds() > now.seconds() + skew
    {
        tell(
            whole(),
            format!("the commit is dated {committed}, and it is only {now}"),
            format!("提交日期 {committed} 在将来，现在是 {now}"),
        );
    }
    for step in steps {
        if let Some(at) = step.at.map(here)
            && (at.seconds() - author.seconds()).abs() > skew
        {
            tell(
                step.place.clone(),
                format!(
                    "the trail dates `{}` {at}, and the commit's author date is {author}",
                    step.step
                ),
                format!(
                    "经过中{}的时间是 {at}，提交的作者日期却是 {author}",
                    world.rulebook.named_zh("step", &step.step)
                ),
            );
        }
    }
    found
}

/// The trail names the author as who took the step.
pub(super) fn hands(world: &World, author: &str, steps: &[StepTaken]) -> Vec<Diagnostic> {
    let name = |key: &str| visible_line(world.organisation.person_name(key));
    steps
        .iter()
        .filter(|step| step.by != author)
        .map(|step| {
            Diagnostic::new(
                Code::HistoryAuthor,
                step.place.clone(),
                format!(
                    "the trail says that {} took `{}`, and {} committed it",
                    name(&step.by),
                    step.step,
                    name(author)
                ),
                format!(
                    "经过写明{}由{}办理，提交的作者却是{}",
                    world.rulebook.named_zh("step", &step.step),
                    name(&step.by),
                    name(author)
                ),
            )
            .procedure("P2")
        })
        .collect()
}

/// Steps of several clues in one commit; only new clues may come together, as an import brings them.
pub(super) fn squashed(steps: &[StepTaken]) -> Option<Diagnostic> {
    let one = steps.iter().find(|step| step.from != "none")?;
    let count = steps.len();
    (count > 1).then(|| {
        Diagnostic::new(
            Code::HistorySteps,
            one.place.clone(),
            format!("the commit holds steps of {count} clues; each is a commit of its own"),
            format!("此提交包含 {count} 条线索的步骤；每一步应单独提交"),
        )
        .remedy(
            "do not squash commits; merge them as they are",
            "请不要压缩合并提交，应原样合并",
        )
        .procedure("P2")
    })
}

/// The trailers name the steps that were taken.
pub(super) fn trailers(
    world: &World,
    facts: &CommitFacts,
    steps: &[StepTaken],
    clues: &[&str],
) -> Vec<Diagnostic> {
    let all = |key: &str| trailer(&facts.message, key);
    let mut found = Vec::new();
    let mut tell = |en: String, zh: String| {
        found.push(Diagnostic::new(Code::HistoryTrailer, Place::file(""), en, zh).procedure("P2"));
    };
    for id in all("Clue-Id") {
        if !clues.contains(&id) {
            tell(
                format!(
                    "the message names the clue {}, which the commit does not change",
                    visible_line(id)
                ),
                format!("提交说明写的是线索 {}，提交却没有改动它", visible_line(id)),
            );
        }
    }
    let ids = all("Clue-Id");
    for name in all("Clue-Step") {
        let of_named: Vec<&StepTaken> = steps
            .iter()
            .filter(|step| ids.is_empty() || ids.contains(&step.clue.as_str()))
            .collect();
        let leaves_no_trail = world
            .rulebook
            .steps
            .get(name)
            .is_some_and(|step| !step.trail);
        let taken = of_named.iter().any(|step| step.step == name);
        let nothing_due = leaves_no_trail && of_named.is_empty();
        if !(taken || nothing_due) {
            let names: Vec<&str> = of_named.iter().map(|step| step.step.as_str()).collect();
            let (en, zh) = if names.is_empty() {
                ("none was taken".to_owned(), "并没有办理步骤".to_owned())
            } else {
                (
                    format!("`{}` was taken", names.join("`, `")),
                    format!(
                        "办理的是{}",
                        names
                            .iter()
                            .map(|name| world.rulebook.named_zh("step", name))
                            .collect::<Vec<_>>()
                            .join("、")
                    ),
                )
            };
            tell(
                format!("the message says `{}`, and {en}", visible_line(name)),
                format!(
                    "提交说明写的是{}，实际{zh}",
                    world.rulebook.named_zh("step", name)
                ),
            );
        }
    }
    for step in steps
        .iter()
        .filter(|step| ids.contains(&step.clue.as_str()))
    {
        for (key, own) in [("Clue-From", &step.from), ("Clue-To", &step.to)] {
            if let Some(other) = all(key).into_iter().find(|other| other != own) {
                tell(
                    format!(
                        "the message says {key}: {}, and the step has `{own}`",
                        visible_line(other)
                    ),
                    format!(
                        "提交说明写的是 {key}: {}，步骤却是 `{own}`",
                        visible_line(other)
                    ),
                );
            }
        }
    }
    found
}

/// The values of a trailer in the last paragraph of a message.
fn trailer<'m>(message: &'m str, key: &str) -> Vec<&'m str> {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    last.lines()
        .filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case(key).then(|| value.trim())
        })
        .collect()
}
