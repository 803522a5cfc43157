//! Steps that take all records of a clue out, and the states in which only some are left: each is of no use, or does harm,
//! without the other (R3).

use crate::diagnostic::{Code, Diagnostic};
use crate::rulebook::soundness::Checker;

impl Checker<'_> {
    pub(super) fn removal(&mut self) {
        let rulebook = self.rulebook;
        for (name, step) in &rulebook.steps {
            let targets = step.targets();
            let emptied = |state: &str| rulebook.only(state).is_some();
            match &step.removes {
                Some(record) => {
                    let only = |state: &&str| {
                        let only = rulebook.only(state);
                        only.is_some_and(|only| only.contains(record))
                    };
                    let declared = rulebook.records.get(record);
                    let own = format!("{record}.");
                    let mut fields = step.sets.keys().chain(step.appends.keys());
                    let other =
                        |field: &String| !(field.starts_with("clue.") || field.starts_with(&own));
                    let faults = [
                        (
                            targets.is_empty() || !targets.iter().all(only),
                            "takes all records out, and leads to a state that does not say `only` which are left",
                            "移除全部记录，所到达的状态却没有用 only 写明留下哪些",
                        ),
                        (
                            step.from.iter().any(|from| emptied(from)),
                            "takes all records out from a state in which they are out already",
                            "从记录已经移除的状态再次移除",
                        ),
                        (
                            !step.trail,
                            "takes all records out, and would leave nothing in the trail (`trail: false`)",
                            "移除全部记录，却不记入办理经过（trail: false）",
                        ),
                        (
                            declared.is_some_and(|declared| {
                                declared.is_many() || declared.is_markdown()
                            }),
                            "puts a record in place of all others that there may be several of, or that is a report",
                            "用来取代其他记录的那份可能有多份，或是报告",
                        ),
                        (
                            step.numbers
                                || step.renumbers
                                || step.clock.is_some()
                                || !step.drafts.is_empty(),
                            "takes all records out, and gives a number, changes a clock or drafts a record at once",
                            "移除全部记录，同时又给号、换号、改动计时或生成草稿",
                        ),
                        (
                            fields.any(other),
                            "takes all records out, and writes into one that goes",
                            "移除全部记录，却又写入将被移除的记录",
                        ),
                    ];
                    for (_, en, zh) in faults.into_iter().filter(|(is_so, ..)| *is_so) {
                        self.removal_fault(&format!("/steps/{name}/removes"), name, en, zh);
                    }
                }
                None => {
                    let enters = targets.iter().any(|state| emptied(state))
                        && step.from.iter().any(|from| !emptied(from));
                    let leaves = step.from.iter().any(|from| emptied(from))
                        && targets.iter().any(|state| !emptied(state));
                    let pointer = format!("/steps/{name}/to");
                    if enters {
                        let en = "leads to a state in which only some records are left, and does not take the others out (`removes`)";
                        let zh = "到达只留部分记录的状态，却不移除其余记录（removes）";
                        self.removal_fault(&pointer, name, en, zh);
                    }
                    if leaves {
                        let en = "leads out of a state in which the records are gone to one that asks for them";
                        let zh = "从记录已移除的状态回到要求有记录的状态";
                        self.removal_fault(&pointer, name, en, zh);
                    }
                }
            }
        }
        for (name, state) in &rulebook.states {
            let missing = |record: &&String| !state.only.contains(record);
            let mut asked = state.records.iter().chain(&state.seals);
            if !state.only.is_empty() && asked.any(|record| missing(&record)) {
                self.found.push(
                    Diagnostic::new(
                        Code::RulebookReference,
                        self.place(&format!("/states/{name}/only")),
                        format!("the state `{name}` asks for a record that may not exist in it"),
                        format!("状态 `{name}` 要求一份在其中不得存在的记录"),
                    )
                    .remedy("add it to `only`", "请把它加入 only")
                    .procedure("R3"),
                );
            }
        }
    }

    fn removal_fault(&mut self, pointer: &str, step: &str, en: &str, zh: &str) {
        self.found.push(
            Diagnostic::new(
                Code::RulebookReference,
                self.place(pointer),
                format!("the step `{step}` {en}"),
                format!("步骤 `{step}` {zh}"),
            )
            .remedy(
                "records go in a step of its own, with `removes`, to a final state that says `only` what is left",
                "记录只在单独的、写有 removes 的步骤中移除，到达用 only 写明留存记录的终结状态",
            )
            .procedure("R3"),
        );
    }
}
