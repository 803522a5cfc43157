//! The pages of a site: what their templates are given. Nothing here decides who may see what; that is done before.
//! No page says when it was made: the same repository gives the same bytes.

use serde_json::{Value, json};

use crate::document::{DocumentInput, dossier_values};
use crate::engine::{Engine, Failure};
use crate::ledger::page::{LedgerFacts, values};
use crate::ledger::{Row, Totals};
use crate::site::SiteRequest;
use crate::statistics::{Imprint, Statistics};
use crate::template::escaped;
use crate::text::{Language, visible_line};
use crate::time::Timestamp;

/// What makes the ledger sortable and searches.
pub(super) const SCRIPT: &str = include_str!("script.js");

/// What pages are made of.
pub(super) struct Pages<'a> {
    pub(super) engine: &'a Engine,
    pub(super) request: &'a SiteRequest,
    pub(super) moment: Timestamp,
    pub(super) commit: Option<&'a str>,
}

/// What became of the clues.
pub(super) struct Counted<'a> {
    pub(super) rows: &'a [Row],
    pub(super) totals: &'a Totals,
    pub(super) hidden: usize,
    pub(super) unreadable: usize,
}

impl Pages<'_> {
    fn say(&self, en: impl Into<String>, zh: impl Into<String>) -> String {
        match self.request.language {
            Language::En => en.into(),
            Language::Zh => zh.into(),
        }
    }

    /// For whom the site is, and what is left out: in the words of every page.
    fn notes(&self, counted: &Counted<'_>) -> Vec<String> {
        let label = &self.request.reader.label;
        let (en, zh) = (visible_line(&label.en), visible_line(&label.zh));
        let mut notes = vec![self.say(
            format!("For readers of “{en}”; what they may not know is withheld."),
            format!("供“{zh}”查阅；其无权知悉的内容不予公开。"),
        )];
        let plural = |count: usize| if count == 1 { "clue is" } else { "clues are" };
        if counted.hidden > 0 {
            let count = counted.hidden;
            notes.push(self.say(
                format!(
                    "{count} {} left out, as not for these readers.",
                    plural(count)
                ),
                format!("另有 {count} 条线索不对其公开，未列入。"),
            ));
        }
        if counted.unreadable > 0 {
            let count = counted.unreadable;
            notes.push(self.say(
                format!("{count} {} left out, as it cannot be read.", plural(count)),
                format!("另有 {count} 条线索无法读取，未列入。"),
            ));
        }
        notes
    }

    /// What every page is given.
    fn base(&self, page: &str, up: &str) -> Value {
        let world = self.engine.world();
        let commit = self.commit.unwrap_or_default();
        json!({
            "language": self.request.language.code(),
            "organisation": visible_line(&world.organisation.name),
            "page": page,
            "up": up,
            "moment": self.moment.minutes_with_offset(),
            "commit": commit,
            "reader": visible_line(self.request.reader.label.get(self.request.language)),
        })
    }

    /// A clue's page: its dossier, with a timeline of its steps.
    pub(super) fn clue(&self, input: &DocumentInput<'_>, row: &Row) -> Result<String, Failure> {
        let mut context = dossier_values(input);
        merge(&mut context, self.base("clue", "../"));
        context["title"] = json!(visible_line(&row.title));
        context["late"] = json!(row.is_overdue());
        let length = |key: &str| context[key].as_array().map_or(0, Vec::len);
        let rows = length("trail") + length("contents") + 100 * length("sections");
        self.render("site/clue.html", &context, rows)
    }

    /// The ledger, which is the first page.
    pub(super) fn ledger(&self, counted: &Counted<'_>) -> Result<String, Failure> {
        let world = self.engine.world();
        let language = self.request.language;
        let facts = LedgerFacts {
            moment: self.moment,
            selection: String::new(),
            totals: counted.totals,
            extract: String::new(),
            notes: self.notes(counted),
        };
        let mut context = values(counted.rows, world, language, &facts);
        merge(&mut context, self.base("ledger", ""));
        context["linked"] = json!(true);
        let options = |column: usize| {
            let cells = context["rows"].as_array().into_iter().flatten();
            let mut found: Vec<String> = cells
                .filter_map(|row| row["cells"][column].as_str())
                .filter(|cell| !cell.is_empty())
                .map(str::to_owned)
                .collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        // Columns of the table, whose first one is the number of the row.
        let filters: Vec<Value> = [2, 3, 4, 6]
            .into_iter()
            .map(|cell| {
                json!({ "column": cell + 1, "label": context["headings"][cell + 1], "options": options(cell) })
            })
            .collect();
        context["filters"] = json!(filters);
        self.render("site/index.html", &context, counted.rows.len() + 100)
    }

    /// The page of searches.
    pub(super) fn search(&self, counted: &Counted<'_>) -> Result<String, Failure> {
        let mut context = self.base("search", "");
        context["count"] = json!(counted.rows.len());
        context["notes"] = json!(self.notes(counted));
        self.render("site/search.html", &context, 0)
    }

    /// What the site is, for whom, and as of when.
    pub(super) fn about(&self, counted: &Counted<'_>) -> Result<String, Failure> {
        let mut context = self.base("about", "");
        context["count"] = json!(counted.rows.len());
        context["hidden"] = json!(counted.hidden);
        context["unreadable"] = json!(counted.unreadable);
        self.render("site/about.html", &context, 0)
    }

    /// The statistics, with the way back and what is not counted.
    pub(super) fn statistics(
        &self,
        statistics: &Statistics,
        counted: &Counted<'_>,
    ) -> Result<String, Failure> {
        let imprint = Imprint {
            organisation: self.engine.world().organisation.name.clone(),
            moment: self.moment,
            commit: self.commit.map(str::to_owned),
            language: self.request.language,
        };
        let html = self.engine.statistics_html(statistics, &imprint)?;
        // The same head as on the other pages, with its style and the script that makes its field search.
        let base = self.base("statistics", "");
        let notes: Vec<String> = self
            .notes(counted)
            .iter()
            .map(|note| escaped(note))
            .collect();
        let top = self.render("site/top.html", &base, 0)?;
        let style = self.render("site/top.css", &base, 0)?;
        let head = format!(
            "<style>\n{style}.notes {{ max-width: 1200px; margin: 0 auto; padding: 12px 20px 0; }}\n</style>\n\
             <script src=\"assets/site.js\" defer></script>\n</head>"
        );
        let body = format!(
            "<body data-up=\"\">\n{top}<p class=\"notes\">{}</p>",
            notes.join(" ")
        );
        Ok(html
            .replacen(
                "default-src 'none';",
                "default-src 'none'; script-src 'self';",
                1,
            )
            .replacen("</head>", &head, 1)
            .replacen("<body>", &body, 1))
    }

    /// The style of all pages but the statistics.
    pub(super) fn style(&self) -> Result<String, Failure> {
        let documents = self.render("documents/style.css", &json!({}), 0)?;
        Ok(documents + &self.render("site/site.css", &json!({}), 0)?)
    }

    /// What the marker of a complete site says.
    pub(super) fn marker(&self, counted: &Counted<'_>) -> String {
        let marker = json!({
            "clueSite": 1,
            "complete": true,
            "for": self.request.reader.key,
            "language": self.request.language.code(),
            "commit": self.commit,
            "moment": self.moment.to_string(),
            "clues": counted.rows.len(),
            "hidden": counted.hidden,
            "unreadable": counted.unreadable,
        });
        format!("{marker:#}\n")
    }

    fn render(&self, name: &str, context: &Value, rows: usize) -> Result<String, Failure> {
        self.engine
            .templates()
            .render_rows(name, context, rows)
            .map_err(|found| Failure::Findings(vec![found]))
    }
}

fn merge(context: &mut Value, more: Value) {
    if let (Value::Object(context), Value::Object(more)) = (context, more) {
        context.extend(more);
    }
}
