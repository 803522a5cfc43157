//! The statistics in words: figures, headings and notes as people read them, on a terminal and on a page alike.

use crate::statistics::suppress::Cell;
use crate::statistics::{Dimension, Figure, Figures, Imprint, Row, Share, Statistics, Time};
use crate::text::{Bilingual, Language, visible_line};

impl Dimension {
    /// What it is called.
    pub(super) fn label(self) -> Bilingual {
        match self {
            Self::Category => Bilingual::new("category", "类别"),
            Self::Kind => Bilingual::new("kind", "种类"),
            Self::Urgency => Bilingual::new("urgency", "紧急程度"),
            Self::Department => Bilingual::new("department", "责任部门"),
            Self::Channel => Bilingual::new("channel", "渠道"),
            Self::Month => Bilingual::new("month of collection", "收集月份"),
        }
    }
}

/// Words of one language.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) minimum: u64,
}

impl Words {
    pub(super) fn say(self, en: &'static str, zh: &'static str) -> &'static str {
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    pub(super) fn label(self, row: &Row) -> String {
        visible_line(row.label.get(self.language))
    }

    pub(super) fn cell(self, cell: Cell) -> String {
        match cell {
            Cell::Told(count) => count.to_string(),
            Cell::Few => format!("<{}", self.minimum),
            Cell::Withheld => "*".to_owned(),
        }
    }

    pub(super) fn figure<T>(self, figure: Figure<T>, write: impl Fn(T) -> String) -> String {
        match figure {
            Figure::Told(value) => write(value),
            Figure::Kept => "*".to_owned(),
            Figure::Nothing => "–".to_owned(),
        }
    }

    pub(super) fn count(self, count: Figure<u64>) -> String {
        self.figure(count, |count| count.to_string())
    }

    pub(super) fn share(self, share: Figure<Share>) -> String {
        self.figure(share, |share| self.percent(share.percent()))
    }

    pub(super) fn percent(self, percent: u64) -> String {
        format!("{percent}{}", self.say(" %", "%"))
    }

    /// A part of a whole in percent, rounded; nothing where there is no whole.
    pub(super) fn part(self, count: u64, whole: u64) -> String {
        let halves = (count * 200).checked_div(whole);
        halves.map_or_else(String::new, |halves| self.percent(halves.div_ceil(2)))
    }

    /// The median, and the 90th percentile behind a slash.
    pub(super) fn time(self, time: Figure<Time>) -> String {
        self.figure(time, |time| match time.ninety {
            Some(ninety) => format!("{} / {ninety}", number(time.median)),
            None => number(time.median),
        })
    }

    /// Headings of the columns of counts.
    pub(super) fn headings(self) -> [&'static str; 7] {
        match self.language {
            Language::En => [
                "received",
                "open",
                "overdue",
                "finished",
                "dismissed",
                "in time",
                "to the end",
            ],
            Language::Zh => [
                "收到",
                "在办",
                "逾期",
                "办结",
                "不予受理",
                "按期",
                "办结用时",
            ],
        }
    }

    /// The columns of counts of a row.
    pub(super) fn counts(self, figures: &Figures) -> [String; 7] {
        [
            self.cell(figures.received),
            self.cell(figures.open),
            self.count(figures.overdue),
            self.cell(figures.finished),
            self.cell(figures.dismissed),
            self.share(figures.in_time),
            self.time(figures.duration),
        ]
    }

    /// The period that was asked for.
    pub(super) fn period(self, statistics: &Statistics) -> String {
        let (en, zh) = match (statistics.from, statistics.to) {
            (None, None) => ("all clues".to_owned(), "全部线索".to_owned()),
            (Some(from), None) => (
                format!("clues collected from {from} on"),
                format!("{from} 起收集的线索"),
            ),
            (None, Some(to)) => (
                format!("clues collected up to {to}"),
                format!("{to} 止收集的线索"),
            ),
            (Some(from), Some(to)) => (
                format!("clues collected from {from} to {to}"),
                format!("{from} 至 {to} 收集的线索"),
            ),
        };
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    /// How small cells are kept back; a warning where they are not.
    pub(super) fn protection(self, statistics: &Statistics) -> String {
        let minimum = self.minimum;
        match (self.language, minimum, statistics.keeps_back()) {
            (Language::En, 1, _) => "small counts are not kept back (--minimum 1): they may tell who reported; not for publication".to_owned(),
            (Language::Zh, 1, _) => "未隐去小数目（--minimum 1），可能据此推知反映人，不得对外公布".to_owned(),
            (Language::En, _, false) => format!("counts below {minimum} would be kept back; there are none"),
            (Language::Zh, _, false) => format!("不足 {minimum} 条的数目应予隐去，本表没有此类数目"),
            (Language::En, _, true) => format!("<{minimum}: fewer than {minimum} clues; *: kept back, as fewer than {minimum} or as giving such a count away"),
            (Language::Zh, _, true) => format!("<{minimum}：不足 {minimum} 条；*：隐去，因不足 {minimum} 条，或公布后可推算出此类数目"),
        }
    }

    /// What is counted over years whose calendar is not published; empty where there are none.
    pub(super) fn provisional(self, statistics: &Statistics) -> String {
        let years: Vec<String> = statistics.provisional.iter().map(i32::to_string).collect();
        let years = years.join(self.say(", ", "、"));
        match (years.is_empty(), self.language) {
            (true, _) => String::new(),
            (false, Language::En) => {
                format!("working days are provisional: the calendar of {years} is not published")
            }
            (false, Language::Zh) => format!("{years}年的日历尚未公布，相关工作日数为暂定"),
        }
    }

    pub(super) fn unreadable(self, statistics: &Statistics) -> String {
        let count = statistics.unreadable;
        match (count, self.language) {
            (0, _) => String::new(),
            (1, Language::En) => "1 clue cannot be read; clue check says why".to_owned(),
            (_, Language::En) => format!("{count} clues cannot be read; clue check says why"),
            (_, Language::Zh) => format!("另有 {count} 条线索无法读取，clue check 可查看原因"),
        }
    }

    pub(super) fn of_departments(self) -> &'static str {
        self.say(
            "a clue of several departments counts for each; “in time” is each department's own handling",
            "涉及多个部门的线索在各部门分别计数；“按期”只看本部门的办理",
        )
    }

    /// The moment and the commit that were looked at.
    pub(super) fn state_of(self, imprint: &Imprint) -> String {
        let moment = imprint.moment.minutes();
        let commit = imprint.commit.as_deref();
        let commit = commit.map(|commit| commit.get(..10).unwrap_or(commit));
        match (self.language, commit) {
            (Language::En, Some(commit)) => format!("as of {moment}, commit {commit}"),
            (Language::En, None) => format!("as of {moment}"),
            (Language::Zh, Some(commit)) => format!("截至 {moment}，提交 {commit}"),
            (Language::Zh, None) => format!("截至 {moment}"),
        }
    }
}

/// A number with at most one decimal.
pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}
