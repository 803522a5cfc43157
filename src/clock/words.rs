//! A clock in words, the same wherever people read of it.
//! It counts nothing itself.

use crate::calendar::Unit;
use crate::clock::{Clock, Phase, Standing};
use crate::text::Bilingual;

/// So many days of a unit, as people say it; months are told in days.
pub fn days(count: i64, unit: Unit) -> Bilingual {
    let many = if count == 1 { "" } else { "s" };
    match unit {
        Unit::WorkingDays => Bilingual::new(
            format!("{count} working day{many}"),
            format!("{count} 个工作日"),
        ),
        Unit::Days | Unit::Months => {
            Bilingual::new(format!("{count} day{many}"), format!("{count} 天"))
        }
    }
}

/// A figure with its unit, as the rulebook gives it.
pub fn figure(count: u32, unit: Unit) -> Bilingual {
    let many = if count == 1 { "" } else { "s" };
    match unit {
        Unit::Months => Bilingual::new(format!("{count} month{many}"), format!("{count} 个月")),
        other => days(i64::from(count), other),
    }
}

impl Clock {
    /// How it stands: “due 2026-11-30, 3 working days left”. A date that no published calendar bears is marked provisional.
    pub fn words(&self, standing: &Standing) -> Bilingual {
        let due = self.due.map(|due| due.to_string()).unwrap_or_default();
        let amount = |count: Option<i64>| days(count.unwrap_or(0).abs(), self.unit());
        let left = amount(standing.left);
        let used = amount(Some(standing.used));
        let words = match standing.phase {
            Phase::Overdue => Bilingual::new(
                format!("overdue since {due}, {} late", left.en),
                format!("{due} 到期，已逾期 {}", left.zh),
            ),
            Phase::DueToday => {
                Bilingual::new(format!("due today, {due}"), format!("今日（{due}）到期"))
            }
            Phase::Running if self.due.is_none() => {
                Bilingual::new("no date can be given", "无法确定到期日")
            }
            Phase::Running => Bilingual::new(
                format!("due {due}, {} left", left.en),
                format!("{due} 到期，还剩 {}", left.zh),
            ),
            Phase::Paused => {
                let since = self
                    .pauses
                    .last()
                    .map(|pause| pause.from.date().to_string());
                let since = since.unwrap_or_default();
                let (en, zh) = match standing.left {
                    Some(_) => (format!(", {} left", left.en), format!("，还剩 {}", left.zh)),
                    None => (String::new(), String::new()),
                };
                Bilingual::new(
                    format!("paused since {since}, {} used{en}", used.en),
                    format!("{since} 起暂停计时，已用 {}{zh}", used.zh),
                )
            }
            Phase::EndedLate => Bilingual::new(
                format!("done {} late, due {due}", left.en),
                format!("{due} 到期，逾期 {} 完成", left.zh),
            ),
            Phase::Kept => Bilingual::new(
                format!("done in time, due {due}"),
                format!("{due} 到期，按期完成"),
            ),
        };
        if self.provisional {
            Bilingual::new(
                format!("{} (provisional: the calendar is not published)", words.en),
                format!("{}（暂定：日历尚未公布）", words.zh),
            )
        } else {
            words
        }
    }
}
