//! The columns of the list of archived clues, for spreadsheets: their headings, and what a row has in each.

use crate::retention::{Row, Standing};
use crate::spreadsheet::{Cell, Mark};
use crate::text::{Language, visible_line};
use crate::world::World;

/// The headings.
pub fn headings(language: Language) -> Vec<String> {
    let all = [
        ("archive number", "档号"),
        ("number", "编号"),
        ("id", "标识"),
        ("title", "题名"),
        ("confidentiality", "密级"),
        ("retention", "保管期限"),
        ("archived", "归档日期"),
        ("kept until", "到期日"),
        ("computed", "推算"),
        ("next", "下一步"),
    ];
    let word = |(en, zh): (&str, &str)| match language {
        Language::En => en.to_owned(),
        Language::Zh => zh.to_owned(),
    };
    all.map(word).to_vec()
}

/// What makes the cells of a row.
pub fn cells(world: &World, language: Language) -> impl Fn(&Row) -> Vec<Cell> {
    move |row| {
        let optional =
            |text: &Option<String>| Cell::text(visible_line(text.as_deref().unwrap_or_default()));
        let label =
            |what, key: &str| Cell::text(visible_line(&world.rulebook.label(what, key, language)));
        let mark = match row.standing {
            Standing::Due | Standing::Unknown => Mark::Late,
            Standing::Held | Standing::Proposed { .. } => Mark::Soon,
            _ => Mark::Plain,
        };
        let computed = match (row.is_computed, language) {
            (false, _) => "",
            (true, Language::En) => "yes",
            (true, Language::Zh) => "是",
        };
        vec![
            optional(&row.archive_number),
            optional(&row.number),
            Cell::text(row.id.as_str()),
            Cell::text(visible_line(&row.title)),
            label("confidentiality", &row.confidentiality),
            label("retention", &row.class),
            Cell::date(row.archived),
            Cell::date(row.until),
            Cell::text(computed),
            Cell::text(row.next().get(language)).marked(mark),
        ]
    }
}
