//! A clue's story as lines of text, for a terminal and for the archive: what was told, one commit after the other.
//! It shortens nothing, and every text that it is given is harmless already.

use serde_json::Value;

use crate::document::Telling;
use crate::story::Story;
use crate::text::{Language, pad, visible_line, width};

/// Writes what was told of a story.
pub fn story_text(story: &Story, told: &[Telling], language: Language) -> String {
    let say = |en: &'static str, zh: &'static str| match language {
        Language::En => en,
        Language::Zh => zh,
    };
    let field = |key: &str| visible_line(story.card[key].as_str().unwrap_or_default());
    let mut head: Vec<String> = vec![story.id.clone(), field("number"), field("title")];
    head.retain(|part| !part.is_empty());
    let mut text = head.join("  ") + "\n";
    let aliases: Vec<String> = story.card["aliases"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(visible_line)
        .collect();
    if !aliases.is_empty() {
        text.push_str(&format!(
            "{}{}\n",
            say("earlier numbers: ", "曾用编号："),
            aliases.join(say(", ", "、"))
        ));
    }
    if !story.is_present {
        text.push_str(say(
            "the folder of this clue is no longer there\n",
            "该线索的目录已不在当前分支中\n",
        ));
    }
    let between = say(", ", "、");
    let what: Vec<String> = told.iter().map(|one| one.what.join(between)).collect();
    let widest = what.iter().map(|what| width(what)).max().unwrap_or(0);
    for (one, what) in told.iter().zip(&what) {
        text.push_str(&format!(
            "\n{}  {}  {}  ({})",
            one.at,
            pad(what, widest),
            one.who,
            one.commit
        ));
        if !one.notes.is_empty() {
            text.push_str(&format!("  [{}]", one.notes.join("; ")));
        }
        text.push('\n');
        for reason in &one.reasons {
            text.push_str(&format!("    {}{reason}\n", say("reason: ", "理由：")));
        }
        for file in &one.files {
            let colon = if file.deed.is_empty() {
                String::new()
            } else {
                format!("{}{}", say(": ", "："), file.deed)
            };
            text.push_str(&format!("    {}{colon}\n", file.path));
            for line in &file.lines {
                let shown = format!(
                    "{}{}{}{}{}",
                    line.label,
                    say(": ", "："),
                    line.before,
                    say(" -> ", " → "),
                    line.after
                );
                text.push_str(&format!("      {}\n", shown.replace('\n', "\n        ")));
            }
        }
    }
    text
}
