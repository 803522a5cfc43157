//! The columns of the ledger: their headings, and what a row has in each.
//! What a table for people or a spreadsheet shows is in the reader's language.

use crate::ledger::{Aim, InTime, Row};
use crate::spreadsheet::{Cell, Mark};
use crate::text::{Bilingual, Language, visible_line};
use crate::world::World;

/// What a cell is made of.
struct View<'a> {
    row: &'a Row,
    world: &'a World,
    language: Language,
}

impl View<'_> {
    fn say(&self, en: &str, zh: &str) -> Cell {
        Cell::text(match self.language {
            Language::En => en,
            Language::Zh => zh,
        })
    }

    fn yes(&self, whether: bool) -> Cell {
        if whether {
            self.say("yes", "是")
        } else {
            self.say("no", "否")
        }
    }

    fn label(&self, what: &str, key: Option<&str>) -> Cell {
        let rulebook = &self.world.rulebook;
        Cell::text(key.map_or_else(String::new, |key| {
            visible_line(&rulebook.label(what, key, self.language))
        }))
    }

    /// A cell about the most urgent deadline is marked where it is over, or soon is.
    fn mark(&self) -> Mark {
        match &self.row.open {
            Some(open) if open.is_overdue() => Mark::Late,
            Some(open) if open.is_soon() => Mark::Soon,
            _ => Mark::Plain,
        }
    }
}

/// What stands in a column.
enum Content {
    Cell(fn(&View) -> Cell),
    /// When the state at this place in the rulebook was entered.
    Entered(usize),
}

fn columns(world: &World) -> Vec<(Bilingual, Content)> {
    let mut columns = Vec::new();
    let mut add = |en: &str, zh: &str, cell: fn(&View) -> Cell| {
        columns.push((Bilingual::new(en, zh), Content::Cell(cell)));
    };
    add("id", "标识", |view| Cell::text(view.row.id.as_str()));
    add("number", "编号", |view| {
        Cell::text(visible_line(view.row.number.as_deref().unwrap_or_default()))
    });
    add("title", "标题", |view| {
        Cell::text(visible_line(&view.row.title))
    });
    add("category", "类别", |view| {
        view.label("category", view.row.category.as_deref())
    });
    add("kind", "种类", |view| {
        view.label("kind", view.row.kind.as_deref())
    });
    add("urgency", "紧急程度", |view| {
        view.label("urgency", view.row.urgency.as_deref())
    });
    add("channel", "渠道", |view| {
        view.label("channel", view.row.channel.as_deref())
    });
    add("confidentiality", "密级", |view| {
        view.label("confidentiality", Some(&view.row.confidentiality))
    });
    add("state", "状态", |view| {
        view.label("state", Some(&view.row.state))
    });
    add("responsible", "责任人", |view| {
        let organisation = &view.world.organisation;
        Cell::text(visible_line(
            organisation.person_name(&view.row.responsible),
        ))
    });
    add("departments", "责任部门", |view| {
        Cell::text(departments(view.row, view.world, view.language))
    });
    add("collection date", "收集日期", |view| {
        Cell::date(view.row.collected)
    });
    add("transfer date", "流转日期", |view| {
        Cell::date(view.row.transferred)
    });
    add("receipt", "签收", |view| {
        let receipts = view.row.receipts;
        if receipts.received == receipts.sent {
            Cell::date(receipts.last)
        } else {
            let (received, sent) = (receipts.received, receipts.sent);
            view.say(
                &format!("{received} of {sent}"),
                &format!("已签收 {received}/{sent}"),
            )
        }
    });
    add("latest progress on", "最新进展日期", |view| {
        Cell::date(view.row.progress.as_ref().map(|progress| progress.on))
    });
    add("latest progress", "最新进展", |view| {
        let progress = view.row.progress.as_ref();
        Cell::text(progress.and_then(|own| own.text.as_deref()).unwrap_or(""))
    });
    add("open deadline", "当前期限", |view| {
        let Some(open) = &view.row.open else {
            return Cell::text("");
        };
        let rulebook = &view.world.rulebook;
        let mut text = rulebook.label("deadline", &open.deadline, view.language);
        if let Some(department) = &open.department {
            text.push_str(" · ");
            text.push_str(view.world.organisation.department_name(department));
        }
        Cell::text(visible_line(&text))
    });
    add("due", "到期日", |view| {
        Cell::date(view.row.open.as_ref().and_then(|open| open.due)).marked(view.mark())
    });
    add("days left", "剩余天数", |view| {
        Cell::number(view.row.open.as_ref().and_then(|open| open.left)).marked(view.mark())
    });
    add("standing", "时限情况", |view| {
        let words = view.row.open.as_ref().map(|open| &open.words);
        Cell::text(words.map_or("", |words| words.get(view.language))).marked(view.mark())
    });
    add("provisional", "暂定", |view| match &view.row.open {
        Some(open) => view.yes(open.provisional),
        None => Cell::text(""),
    });
    add("extended", "曾延期", |view| view.yes(view.row.extended));
    add("paused", "曾暂停", |view| view.yes(view.row.paused));
    add("completion date", "办结日期", |view| {
        Cell::date(view.row.completed)
    });
    add("completed in time", "按期办结", |view| {
        match view.row.in_time {
            None => Cell::text(""),
            Some(InTime::Yes) => view.yes(true),
            Some(InTime::No) => view.yes(false),
            Some(InTime::Open) => view.say("open", "未办结"),
        }
    });
    add("feedback date", "反馈日期", |view| {
        Cell::date(view.row.fed_back)
    });
    add("aim", "目标", |view| match view.row.aim {
        None => Cell::text(""),
        Some(Aim::Met) => view.say("met", "达到"),
        Some(Aim::Partly) => view.say("partly met", "部分达到"),
        Some(Aim::NotMet) => view.say("not met", "未达到"),
    });
    for (index, state) in world.rulebook.states.values().enumerate() {
        let heading = Bilingual::new(
            format!("entered: {}", state.label.get(Language::En)),
            format!("进入“{}”", state.label.get(Language::Zh)),
        );
        columns.push((heading, Content::Entered(index)));
    }
    columns
}

/// The headings of the ledger's columns.
pub fn headings(world: &World, language: Language) -> Vec<String> {
    columns(world)
        .iter()
        .map(|(heading, _)| visible_line(heading.get(language)))
        .collect()
}

/// Makes the cells of rows, in the order of the headings.
pub fn cells(world: &World, language: Language) -> impl Fn(&Row) -> Vec<Cell> {
    let columns = columns(world);
    move |row| {
        let view = View {
            row,
            world,
            language,
        };
        columns
            .iter()
            .map(|(_, content)| match content {
                Content::Cell(cell) => cell(&view),
                Content::Entered(index) => Cell::date(row.entered.get(*index).copied().flatten()),
            })
            .collect()
    }
}

/// The names of a row's departments, in one line.
pub fn departments(row: &Row, world: &World, language: Language) -> String {
    let names: Vec<&str> = row
        .departments
        .iter()
        .map(|department| world.organisation.department_name(department))
        .collect();
    visible_line(&names.join(match language {
        Language::En => ", ",
        Language::Zh => "、",
    }))
}
