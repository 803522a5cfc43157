//! iCalendar files of public holidays: every event is days off, or make-up working days.

mod event;
pub(super) mod title;

use event::Event;
use icalendar::parser::{Component, read_components, unfold};
use title::{holiday, mark_of};

use crate::calendar::Calendar;
use crate::calendar::import::json::too_many;
use crate::calendar::import::{Listed, MAXIMUM_DAYS, Marked, clean, finding};
use crate::diagnostic::{Diagnostic, Place};
use crate::text::{Bilingual, Span};

/// How many components may lie inside each other; a calendar holds events, and events hold alarms.
const MAXIMUM_DEPTH: usize = 8;

pub(super) fn read(name: &str, text: &str, present: &Calendar) -> Listed {
    let mut listed = Listed::default();
    let lines = match Lines::of(name, text) {
        Ok(lines) => lines,
        Err(found) => {
            listed.found.push(*found);
            return listed;
        }
    };
    if lines.events.len() > MAXIMUM_DAYS {
        listed.found.push(too_many(name, lines.events.len()));
        return listed;
    }
    // The parser stumbles over lines of blanks and over blanks at the end of a line.
    let unfolded = unfold(text);
    let lines_of = unfolded.lines().map(str::trim_end);
    let unfolded: String = lines_of
        .filter(|line| !line.is_empty())
        .flat_map(|line| [line, "\n"])
        .collect();
    let Ok(components) = read_components(&unfolded) else {
        listed.found.push(unreadable(Place::file(name)));
        return listed;
    };
    listed.source = source(&components);
    let mut events = Vec::new();
    for component in &components {
        gather(component, &mut events);
    }
    let events: Vec<Event<'_>> = events
        .into_iter()
        .enumerate()
        .map(|(index, component)| Event {
            name,
            component,
            number: index + 1,
            lines: lines.events.get(index).copied().unwrap_or_default(),
            text,
        })
        .collect();
    // Apple's calendars mark what is off and what is worked, and hold observances without a mark.
    let marked = events.iter().any(|event| event.apple().is_some());
    let (mut cancelled, mut observed) = (0, 0);
    let mut total = 0;
    for event in &events {
        if event
            .value("STATUS")
            .is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED"))
        {
            cancelled += 1;
            continue;
        }
        if marked && event.apple().is_none() || event.is_observance() {
            observed += 1;
            continue;
        }
        match event.days() {
            Err(found) => listed.found.push(*found),
            Ok((first, count)) => {
                total += count;
                if total > MAXIMUM_DAYS as u64 {
                    listed.found.push(too_many(name, MAXIMUM_DAYS + 1));
                    return listed;
                }
                let title = event.title();
                for day in first
                    .iter_days()
                    .take(usize::try_from(count).unwrap_or_default())
                {
                    let mark = event
                        .apple()
                        .unwrap_or_else(|| mark_of(&title, present.is_weekend(day)));
                    listed.days.push(Marked {
                        day,
                        mark,
                        name: holiday(&title),
                        place: event.place("DTSTART"),
                    });
                }
            }
        }
    }
    let mut told = |count: usize, en: (&str, &str), zh: &str| {
        if count > 0 {
            let words = if count == 1 { en.0 } else { en.1 };
            listed.passed_over.push(Bilingual::new(
                format!("{count} {words}"),
                format!("{count} 个{zh}"),
            ));
        }
    };
    told(
        observed,
        (
            "observance that is no day off",
            "observances that are no days off",
        ),
        "不放假的节日",
    );
    told(
        cancelled,
        ("cancelled event", "cancelled events"),
        "已取消的事件",
    );
    listed
}

/// The events of a calendar, in the order of the file.
fn gather<'c, 't>(component: &'c Component<'t>, events: &mut Vec<&'c Component<'t>>) {
    if component.name.as_str().eq_ignore_ascii_case("VEVENT") {
        events.push(component);
    } else {
        for inner in &component.components {
            gather(inner, events);
        }
    }
}

/// What the calendar calls itself.
fn source(components: &[Component<'_>]) -> Option<String> {
    ["X-WR-CALNAME", "NAME", "PRODID"]
        .iter()
        .find_map(|key| components.iter().find_map(|calendar| value(calendar, key)))
        .map(|name| clean(&name))
}

fn value(component: &Component<'_>, key: &str) -> Option<String> {
    let property = component
        .properties
        .iter()
        .find(|property| property.name.as_str().eq_ignore_ascii_case(key))?;
    Some(property.val.as_str().trim().to_owned()).filter(|value| !value.is_empty())
}

/// Where the events stand in the text.
struct Lines {
    events: Vec<Span>,
}

impl Lines {
    /// Looks at a text line by line, before it is given to a parser that goes as deep as the text does.
    fn of(name: &str, text: &str) -> Result<Self, Box<Diagnostic>> {
        let mut open: Vec<(String, Span)> = Vec::new();
        let mut events = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let span = Span::new(at, at + line.trim_end().len());
            at += line.len();
            if line.starts_with([' ', '\t']) || line.trim().is_empty() {
                continue;
            }
            let Some((key, rest)) = line.trim_end().split_once(':') else {
                return Err(Box::new(unreadable(Place::at(name, span))));
            };
            let rest = rest.trim().to_ascii_uppercase();
            if key.eq_ignore_ascii_case("BEGIN") {
                open.push((rest, span));
                if open.len() > MAXIMUM_DEPTH {
                    return Err(Box::new(unreadable(Place::at(name, span))));
                }
            } else if key.eq_ignore_ascii_case("END") {
                let Some((_, begun)) = open.pop().filter(|(begun, _)| *begun == rest) else {
                    return Err(Box::new(unreadable(Place::at(name, span))));
                };
                if rest == "VEVENT" {
                    events.push(Span::new(begun.start, span.end));
                }
            }
        }
        match open.last() {
            None => Ok(Self { events }),
            Some((what, span)) => Err(Box::new(
                finding(
                    Place::at(name, *span),
                    format!("there is no END:{what}; the file is cut off"),
                    format!("缺少 END:{what}，文件不完整"),
                )
                .remedy("fetch the file again", "请重新下载文件"),
            )),
        }
    }
}

fn unreadable(place: Place) -> Diagnostic {
    finding(
        place,
        "this is no line of an iCalendar file",
        "不符合 iCalendar 格式",
    )
    .remedy("fetch the file again", "请重新下载文件")
}
