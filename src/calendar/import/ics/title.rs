//! What the titles of events say: the name of a holiday, and whether a day is worked for it.

use crate::calendar::import::Mark;

/// What a title says of a day: a weekend day that is called worked is a make-up day, everything else is off.
pub(in crate::calendar::import) fn mark_of(title: &str, weekend: bool) -> Mark {
    let title = title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    if has(&[
        "放假",
        "day off",
        "non-working",
        "nonworking",
        "not a working",
    ]) {
        return Mark::Off;
    }
    if has(&["补班", "上班", "班", "working day", "workday", "work day"]) {
        return Mark::Worked;
    }
    // These are said of days that are worked and of days that are off for them.
    let made_up = has(&["调休", "make-up", "makeup", "make up"]) && !has(&["holiday"]);
    if weekend && made_up {
        Mark::Worked
    } else {
        Mark::Off
    }
}

/// The name of the holiday in a title: `上班(补春节假期)` and `春节（班）` are about 春节.
pub(super) fn holiday(title: &str) -> String {
    let mut name = title;
    if let Some(inner) = ["上班(补", "上班（补"]
        .iter()
        .find_map(|start| name.strip_prefix(start))
    {
        name = inner.trim_end_matches([')', '）']);
    }
    let endings = [
        "(休)",
        "（休）",
        "(班)",
        "（班）",
        "补班",
        "调休",
        "上班",
        "假期",
        "放假",
        " 休",
        " 班",
    ];
    while let Some(shorter) = endings.iter().find_map(|ending| name.strip_suffix(ending)) {
        name = shorter.trim_end();
    }
    if name.is_empty() { title } else { name }.to_owned()
}
