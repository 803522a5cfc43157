//! The names of clues that a reader may not know of: ids, register and archive numbers, and titles, looked for in every text of the
//! clues that the reader may see. It decides on no level; it is given what is hidden, and what is open.

use std::collections::{HashMap, HashSet};

use crate::disclosure::fold::{Folded, fold};
use crate::disclosure::needle::touch;
use crate::record::Card;

/// Characters from which a title says which clue it is; `客户投诉` is a word of the language.
const TITLE: usize = 6;

/// All names in one tree, so that a text is gone through once, however many clues are hidden.
#[derive(Debug, Default)]
pub struct Unknown {
    /// From a node by a character to the next one; the root is 0.
    next: HashMap<(u32, char), u32>,
    ends: HashSet<u32>,
    nodes: u32,
}

impl Unknown {
    /// The names of the clues that are hidden. A title that an open clue has as well tells nothing of the hidden one.
    pub fn new<'c>(
        ids: impl Iterator<Item = &'c str>,
        hidden: &[&'c Card],
        open: impl Iterator<Item = &'c Card>,
    ) -> Self {
        let mut unknown = Self::default();
        ids.for_each(|id| unknown.add(&characters(id)));
        if hidden.is_empty() {
            return unknown;
        }
        let open: HashSet<Vec<char>> = open.map(|card| characters(&card.title)).collect();
        for card in hidden {
            let numbers = card.number.iter().chain(&card.archive_number);
            let numbers = numbers.chain(card.aliases.iter().flatten());
            numbers.for_each(|number| unknown.add(&characters(number)));
            let title = characters(&card.title);
            if title.len() >= TITLE && !open.contains(&title) {
                unknown.add(&title);
            }
        }
        unknown
    }

    fn add(&mut self, name: &[char]) {
        if name.is_empty() {
            return;
        }
        let mut node = 0;
        for character in name {
            let nodes = &mut self.nodes;
            node = *self.next.entry((node, *character)).or_insert_with(|| {
                *nodes += 1;
                *nodes
            });
        }
        self.ends.insert(node);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The places of a folded text in which a name stands, in bytes of the text.
    pub(super) fn found(&self, folded: &[Folded]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (at, first) in folded.iter().enumerate() {
            if at > 0 && touch(&folded[at - 1], first) {
                continue;
            }
            let mut node = 0;
            for (index, here) in folded.iter().enumerate().skip(at) {
                let Some(next) = self.next.get(&(node, here.character)) else {
                    break;
                };
                node = *next;
                let goes_on = folded.get(index + 1).is_some_and(|next| touch(here, next));
                if self.ends.contains(&node) && !goes_on {
                    found.push((first.start, here.end));
                }
            }
        }
        found
    }
}

fn characters(name: &str) -> Vec<char> {
    fold(name, true).iter().map(|one| one.character).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn card(id: &str, number: &str, title: &str) -> Card {
        serde_json::from_value(json!({
            "id": id, "number": number, "title": title, "state": "registered",
            "responsible": "li-wei", "confidentiality": "secret", "trail": [],
            "aliases": ["HG-2025-0007"], "archive_number": format!("J042-ZY·2026-D30-XSB-{}", &number[8..]),
        }))
        .expect("a card")
    }

    #[test]
    fn names_are_known_and_others_are_not() {
        let one = card("20260415-u5fk", "HG-2026-0002", "采购中收受礼品");
        let two = card("20260415-u5fm", "HG-2026-0003", "改进包装的建议");
        let three = card("20260415-u5fn", "HG-2026-0004", "质量问题");
        let open = card("20260415-u5fp", "HG-2026-0005", "改进包装的建议");
        let hidden = [&one, &two, &three];
        let ids = hidden.iter().map(|card| card.id.as_str());
        let unknown = Unknown::new(ids, &hidden, std::iter::once(&open));
        let case = |text: &str, expected: &[&str]| {
            let found = unknown.found(&fold(text, true));
            let found: Vec<&str> = found.iter().map(|(from, to)| &text[*from..*to]).collect();
            assert_eq!(found, expected, "{text:?}");
        };
        case("见HG-2026-0002号", &["HG-2026-0002"]);
        case("ＨＧ－２０２６－０００２", &["ＨＧ－２０２６－０００２"]);
        case(
            "hg 2026 0003, HG-2025-0007",
            &["hg 2026 0003", "HG-2025-0007"],
        );
        case(
            "clues/2026/04-15/20260415-u5fk/clue.yaml",
            &["20260415-u5fk"],
        );
        case(
            "20260415-u5fp HG-2026-0005 HG-2026-00021 XHG-2026-0002",
            &[],
        );
        case(
            "档号 J042-ZY·2026-D30-XSB-0002",
            &["J042-ZY·2026-D30-XSB-0002"],
        );
        case("档号 J042-ZY·2026-D30-XSB-0005", &[]);
        case("与“采购中收受礼品”类似", &["采购中收受礼品"]);
        // A title that is short, or that an open clue has too, tells nothing.
        case("质量问题；改进包装的建议", &[]);
    }
}
