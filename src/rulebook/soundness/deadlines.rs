//! Deadlines: each ends, has a figure for every urgency, and names roles, statutes and records that there are.
//! It runs no clock.

use crate::diagnostic::{Code, Diagnostic};
use crate::rulebook::Recipient;
use crate::rulebook::soundness::Checker;

impl Checker<'_> {
    pub(super) fn deadlines(&mut self) {
        let rulebook = self.rulebook;
        for (name, deadline) in &rulebook.deadlines {
            let base = format!("/deadlines/{name}");
            if deadline.until.source().trim() == "null" {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookDeadline,
                        self.place(&format!("{base}/until")),
                        format!("the deadline `{name}` never ends"),
                        format!("期限 `{name}` 没有终点"),
                    )
                    .remedy(
                        "write when it ends, such as entered.handled",
                        "请写明到何时为止，例如 entered.handled",
                    )
                    .procedure("P4"),
                );
            }
            let missing: Vec<&str> = rulebook
                .urgencies
                .keys()
                .filter(|urgency| {
                    deadline.limit.all.is_none()
                        && !deadline.limit.by_urgency.contains_key(*urgency)
                })
                .map(String::as_str)
                .collect();
            if !missing.is_empty() {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookDeadline,
                        self.place(&format!("{base}/limit")),
                        format!(
                            "the deadline `{name}` gives no figure for {}",
                            missing.join(", ")
                        ),
                        format!("期限 `{name}` 没有写明 {} 的数字", missing.join("、")),
                    )
                    .remedy(
                        "add it under by_urgency, or give `all`",
                        "请在 by_urgency 中补充，或写 all",
                    )
                    .procedure("P4"),
                );
            }
            for urgency in deadline.limit.by_urgency.keys() {
                let pointer = format!("{base}/limit/by_urgency/{urgency}");
                self.declared(
                    &pointer,
                    ("urgency", "紧急程度"),
                    urgency,
                    rulebook.urgencies.keys().map(String::as_str),
                );
            }
            if let Some(each) = &deadline.each {
                let records = rulebook.records.keys().map(String::as_str);
                self.declared(&format!("{base}/each"), ("record", "记录"), each, records);
            }
            if let Some(statute) = &deadline.statute {
                self.statute(&format!("{base}/statute"), statute);
            }
            for (list, roles) in [("pause", &deadline.pause), ("extend", &deadline.extend)] {
                for (index, role) in roles.iter().enumerate() {
                    self.declared(
                        &format!("{base}/{list}/{index}"),
                        ("role", "角色"),
                        role,
                        rulebook.roles.keys().map(String::as_str),
                    );
                }
            }
        }
    }
    /// Who is told when time runs out, and statutes that steps name.
    pub(super) fn escalation(&mut self) {
        let rulebook = self.rulebook;
        for (index, level) in rulebook.escalation.iter().enumerate() {
            let base = format!("/escalation/{index}");
            for (position, role) in level.roles.iter().enumerate() {
                let roles = rulebook.roles.keys().map(String::as_str);
                self.declared(
                    &format!("{base}/roles/{position}"),
                    ("role", "角色"),
                    role,
                    roles,
                );
            }
            for (position, urgency) in level.urgencies.iter().enumerate() {
                let urgencies = rulebook.urgencies.keys().map(String::as_str);
                self.declared(
                    &format!("{base}/urgencies/{position}"),
                    ("urgency", "紧急程度"),
                    urgency,
                    urgencies,
                );
            }
            if (level.to == Recipient::Roles) == level.roles.is_empty() {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookDeadline,
                        self.place(&format!("{base}/to")),
                        "a level of escalation says `to: roles` and which, or neither",
                        "升级提醒应写 to: roles 并列出 roles，或者两者都不写",
                    )
                    .procedure("P4"),
                );
            }
        }
        for (name, step) in &rulebook.steps {
            if let Some(statute) = &step.statute {
                self.statute(&format!("/steps/{name}/statute"), statute);
            }
        }
    }

    fn statute(&mut self, pointer: &str, name: &str) {
        let statutes = self.rulebook.statutes.keys().map(String::as_str);
        self.declared(pointer, ("statute", "法规"), name, statutes);
    }
}
