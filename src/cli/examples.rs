//! Examples below the help of each command, in both languages. A test sees to it that no command is without.

use clap::Command;

use crate::text::Language;

/// A command's name (words, where it belongs to another), its examples, and the same for Chinese readers.
const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "checkpoint",
        "clue checkpoint                                # prints one line: keep it outside of the repository\nclue checkpoint --verify\nclue checkpoint --expect \"$(cat kept-line.txt)\"\nclue checkpoint --manifest | sha256sum -c --quiet\nclue checkpoint --time-stamp https://tsa.example.org",
        "clue checkpoint                                # 输出一行，请另行保存在仓库之外\nclue checkpoint --verify\nclue checkpoint --expect \"$(cat 保存的一行.txt)\"\nclue checkpoint --manifest | sha256sum -c --quiet\nclue checkpoint --time-stamp https://tsa.example.org",
    ),
    (
        "archive",
        "clue archive YW-2026-0003 --into /srv/archive",
        "clue archive YW-2026-0003 --into /srv/档案",
    ),
    (
        "verify",
        "clue verify /srv/archive/ZY.2026-D10-OFFICE-0001\nclue verify /srv/archive/ZY.2026-D10-OFFICE-0001 --expect \"$(sed -n 's/^sha256: //p' archive.yaml)\"",
        "clue verify /srv/档案/ZY.2026-D10-OFFICE-0001\nclue verify /srv/档案/ZY.2026-D10-OFFICE-0001 --expect \"$(sed -n 's/^sha256: //p' archive.yaml)\"",
    ),
    (
        "help",
        "clue help\nclue help advance\nclue help hook install",
        "clue help\nclue help advance\nclue help hook install",
    ),
    (
        "init",
        "clue init cases\nclue init --ci github                          # in a repository that exists, adds only what GitHub runs\nclue init --editor                             # adds only what editors read\nclue init --organisation \"Hongda Ltd\"",
        "clue init 线索库\nclue init --ci github                          # 在已有仓库中只添加 GitHub 运行的检查\nclue init --editor                             # 只添加编辑器设置\nclue init --organisation 宏达公司",
    ),
    (
        "new",
        "clue new --title \"Noise in machine 3\" --source \"Hongda Ltd\" --channel customer-complaint \\\n    --matter \"machine 3\" --description \"It rattles when started\" --reporter \"Mr Wang\"\nclue new --title \"Gifts in purchasing\" --anonymous      # an unfinished form, to be filled in with an editor\nclue new --from form.yaml                             # a form that was filled in elsewhere",
        "clue new --title 三号机床异响 --source 宏达公司 --channel customer-complaint \\\n    --matter 三号机床 --description 开机后有异响 --reporter 王先生\nclue new --title 采购中收受礼品 --anonymous     # 先生成未填完的收集表，再用编辑器填写\nclue new --from 收集表.yaml                     # 使用在别处填好的收集表",
    ),
    (
        "draft",
        "clue draft 20261123-k7qd transfers --department quality\nclue draft YW-2026-0001 meetings --purpose coordination --date 2026-11-24",
        "clue draft 20261123-k7qd transfers --department quality\nclue draft YW-2026-0001 meetings --purpose coordination --date 2026-11-24",
    ),
    (
        "audit",
        "clue audit\nclue audit main..work              # what a branch adds\nclue audit --format json",
        "clue audit\nclue audit main..work              # 只看分支增加的提交\nclue audit --format json",
    ),
    (
        "hook",
        "clue hook install --pre-commit",
        "clue hook install --pre-commit",
    ),
    (
        "hook install",
        "clue hook install --pre-commit         # in a clone\nclue hook install --pre-receive -C /srv/clues.git",
        "clue hook install --pre-commit         # 在克隆中\nclue hook install --pre-receive -C /srv/clues.git",
    ),
    (
        "hook pre-commit",
        "clue hook pre-commit                   # what git commit would be told",
        "clue hook pre-commit                   # 与 git commit 时的判定相同",
    ),
    (
        "hook pre-receive",
        "clue hook pre-receive --folder cases     # git gives OLD NEW REFERENCE on standard input",
        "clue hook pre-receive --folder 线索      # 由 git 在标准输入中给出 旧 新 引用",
    ),
    (
        "next",
        "clue next YW-2026-0001\nclue next .                      # the clue whose folder this is",
        "clue next YW-2026-0001\nclue next .                      # 当前目录所属的线索",
    ),
    (
        "advance",
        "clue advance 20261123-k7qd register\nclue advance YW-2026-0001 return -m \"Which machine?\"\nclue advance YW-2026-0001 accept --department quality --set transfers.receipt.handler=chen-jie\nclue advance YW-2026-0001 complete --set handling.measures.0.result=\"Bearing worn\" --dry-run\nclue advance YW-2026-0001 extend --deadline completion --by 5 -m \"The part comes from abroad\"\nclue advance YW-2026-0001 answer --record 2026-10-12-spot-check --entry 1 -m \"All were visited\"",
        "clue advance 20261123-k7qd register\nclue advance YW-2026-0001 return -m 请补充机床编号\nclue advance YW-2026-0001 accept --department quality --set transfers.receipt.handler=chen-jie\nclue advance YW-2026-0001 complete --set handling.measures.0.result=轴承磨损 --dry-run\nclue advance YW-2026-0001 extend --deadline completion --by 5 -m 配件须从国外进口\nclue advance YW-2026-0001 answer --record 2026-10-12-spot-check --entry 1 -m 已全部回访",
    ),
    (
        "due",
        "clue due\nclue due --person chen-jie --within 10\nclue due --all --department quality\nclue due --fail-overdue                    # for CI\nclue due --all --format ics -o deadlines.ics\nclue due --digest html -o /tmp/mails         # one file a person, with the addresses printed\nclue due --now 2026-12-31",
        "clue due\nclue due --person chen-jie --within 10\nclue due --all --department quality\nclue due --fail-overdue                    # 用于 CI\nclue due --all --format ics -o 期限.ics\nclue due --digest html -o /tmp/提醒          # 每人一个文件，并列出邮箱\nclue due --now 2026-12-31",
    ),
    (
        "lsp",
        "clue lsp                                       # an editor starts it; the README shows how",
        "clue lsp                                       # 由编辑器启动，配置方法见 README",
    ),
    (
        "why",
        "clue why YW-2026-0001\nclue why YW-2026-0001 --deadline completion --department quality",
        "clue why YW-2026-0001\nclue why YW-2026-0001 --deadline completion --department quality",
    ),
    (
        "sample",
        "clue sample --from 2026-07-01 --to 2026-09-30 --size 5\nclue sample --from 2026-07-01 --to 2026-09-30 --size 5 --state archived --commit 4f1c2a9",
        "clue sample --from 2026-07-01 --to 2026-09-30 --size 5\nclue sample --from 2026-07-01 --to 2026-09-30 --size 5 --state archived --commit 4f1c2a9",
    ),
    (
        "supervise",
        "clue supervise YW-2026-0001 --from 2026-07-01 --to 2026-09-30 --size 5 --conforms true --reasonable false \\\n    --finding quality=\"Only 12 of 31 machines were visited\"\nclue supervise YW-2026-0001 --type inspection          # to be filled in with an editor",
        "clue supervise YW-2026-0001 --from 2026-07-01 --to 2026-09-30 --size 5 --conforms true --reasonable false \\\n    --finding quality=31台只回访了12台\nclue supervise YW-2026-0001 --type inspection          # 再用编辑器填写",
    ),
    (
        "note",
        "clue note YW-2026-0001 --type communication --with \"Mr Wang\" -m \"Agreed on Wednesday\"",
        "clue note YW-2026-0001 --type communication --with 王先生 -m 约定周三上门",
    ),
    (
        "show",
        "clue show YW-2026-0001\nclue show 20261123-k7qd --format json",
        "clue show YW-2026-0001\nclue show 20261123-k7qd --format json",
    ),
    (
        "doctor",
        "clue doctor\nclue doctor --fix\nclue doctor --format json",
        "clue doctor\nclue doctor --fix\nclue doctor --format json",
    ),
    (
        "log",
        "clue log YW-2026-0001\nclue log 20261123-k7qd --newest-first --full\nclue log 20261123-k7qd --format html -o history.html",
        "clue log YW-2026-0001\nclue log 20261123-k7qd --newest-first --full\nclue log 20261123-k7qd --format html -o 历史.html",
    ),
    (
        "list",
        "clue list --state handling --urgency urgent\nclue list --responsible li-wei\nclue list --search bearing --format csv > clues.csv",
        "clue list --state handling --urgency urgent\nclue list --responsible li-wei\nclue list --search 轴承 --format csv > 台账.csv",
    ),
    (
        "ledger",
        "clue ledger --open --sort due\nclue ledger --overdue --department quality\nclue ledger --from 2026-07-01 --to 2026-09-30 --format xlsx --output ledger.xlsx\nclue ledger --now 2026-10-15 --format csv > ledger.csv",
        "clue ledger --open --sort due\nclue ledger --overdue --department quality\nclue ledger --from 2026-07-01 --to 2026-09-30 --format xlsx --output 台账.xlsx\nclue ledger --now 2026-10-15 --format csv > 台账.csv",
    ),
    (
        "retention",
        "clue retention                          # what falls due within a year, is held, or waits for approval\nclue retention --within 2y\nclue retention --on 2036-12-31 --all --format xlsx -o retention.xlsx",
        "clue retention                          # 一年内到期、暂缓销毁或待批准的\nclue retention --within 2y\nclue retention --on 2036-12-31 --all --format xlsx -o 保管期限.xlsx",
    ),
    (
        "watch",
        "clue watch                            # Ctrl-C ends it\nclue watch --commit --quiet 10\nclue watch --format json | jq -c 'select(.event == \"clue\")'\nclue watch --poll 5                   # on a network drive",
        "clue watch                            # 按 Ctrl-C 结束\nclue watch --commit --quiet 10\nclue watch --format json | jq -c 'select(.event == \"clue\")'\nclue watch --poll 5                   # 用于网络盘",
    ),
    (
        "check",
        "clue check                       # everything; silent where all is well\nclue check YW-2026-0001\nclue check --staged              # only what is staged, as it is staged\nclue check --since main          # only what differs from a revision\nclue check --format json\nclue check --format sarif > findings.sarif    # also github, gitlab",
        "clue check                       # 检查全部；没有问题时不输出\nclue check YW-2026-0001\nclue check --staged              # 只检查已暂存的内容\nclue check --since main          # 只检查与某个版本不同的内容\nclue check --format json\nclue check --format sarif > findings.sarif    # 另有 github、gitlab",
    ),
    (
        "render",
        "clue render YW-2026-0001 -o dossier.html\nclue render YW-2026-0001 --format pdf -o dossier.pdf\nclue render YW-2026-0001 transfers/quality.yaml --format pdf -o slip.pdf\nclue render YW-2026-0001 --for handler -o extract.html      # without what handlers may not know\nclue render --all --format pdf -o dossiers           # every clue, a file each",
        "clue render YW-2026-0001 -o 卷宗.html\nclue render YW-2026-0001 --format pdf -o 卷宗.pdf\nclue render YW-2026-0001 transfers/quality.yaml --format pdf -o 流转单.pdf\nclue render YW-2026-0001 --for 经办人 -o 摘录.html           # 不含经办人无权知悉的内容\nclue render --all --format pdf -o 全部卷宗             # 全部线索，各一个文件",
    ),
    (
        "site",
        "clue site ../clues-site                          # for everybody who may see the most open level\nclue site ../officers --for officer --language en",
        "clue site ../线索网站                            # 供可知悉最低密级的人查阅\nclue site ../管理员网站 --for officer --language zh",
    ),
    (
        "stats",
        "clue stats --from 2026-01-01 --to 2026-12-31\nclue stats --by category --by channel --minimum 10\nclue stats --format html -o statistics.html",
        "clue stats --from 2026-01-01 --to 2026-12-31\nclue stats --by category --by channel --minimum 10\nclue stats --format html -o 统计.html",
    ),
    (
        "explain",
        "clue explain seal-broken         # a code\nclue explain service-follow-up   # a rule of the rulebook\nclue explain T3                  # a key of the procedure\nclue explain                     # all codes",
        "clue explain seal-broken         # 问题代码\nclue explain service-follow-up   # 规则书中的规则\nclue explain T3                  # 流程条款\nclue explain                     # 全部代码",
    ),
    (
        "import",
        "clue import petitions.csv --map petitions.yaml --dry-run\nclue import petitions.xlsx --map petitions.yaml",
        "clue import 信访.csv --map 映射.yaml --dry-run\nclue import 信访.xlsx --map 映射.yaml",
    ),
    (
        "calendar",
        "clue calendar show\nclue calendar import 2027.json --dry-run",
        "clue calendar show\nclue calendar import 2027.json --dry-run",
    ),
    (
        "calendar import",
        "clue calendar import 2027.json --dry-run      # holiday-cn; only shows what would change\nclue calendar import holidays.ics --name de",
        "clue calendar import 2027.json --dry-run      # holiday-cn 文件；只显示将要改动的内容\nclue calendar import 节假日.ics --name de",
    ),
    (
        "calendar show",
        "clue calendar show\nclue calendar show 2026 --format json",
        "clue calendar show\nclue calendar show 2026 --format json",
    ),
    (
        "demo",
        "clue demo\nclue demo /tmp/demonstration",
        "clue demo\nclue demo /tmp/演示",
    ),
    (
        "renumber",
        "clue renumber 20261123-k7qd --against origin/main\nclue renumber 20261123-k7qd -m \"The other clue keeps the number\"",
        "clue renumber 20261123-k7qd --against origin/main\nclue renumber 20261123-k7qd -m 该编号由另一条线索保留",
    ),
    (
        "merge-driver",
        "clue merge-driver base.yaml ours.yaml theirs.yaml --path clues/2026/11-23/20261123-k7qd/clue.yaml",
        "clue merge-driver 共同版本.yaml 我方.yaml 对方.yaml --path clues/2026/11-23/20261123-k7qd/clue.yaml",
    ),
    (
        "completions",
        "clue completions bash > ~/.local/share/bash-completion/completions/clue\nclue completions zsh > ~/.zfunc/_clue",
        "clue completions bash > ~/.local/share/bash-completion/completions/clue\nclue completions zsh > ~/.zfunc/_clue",
    ),
    ("man", "clue man | man -l -", "clue man | man -l -"),
];

/// The command with examples below the help of each of its subcommands.
pub(super) fn add(mut command: Command, language: Language) -> Command {
    for (name, english, chinese) in EXAMPLES {
        let (heading, examples) = match language {
            Language::En => ("Examples:", english),
            Language::Zh => ("示例：", chinese),
        };
        let text = format!("{heading}\n  {}", examples.replace('\n', "\n  "));
        command = match name.split_once(' ') {
            None => command.mut_subcommand(*name, |inner| inner.after_help(text)),
            Some((outer, inner)) => command.mut_subcommand(outer, |outer| {
                outer.mut_subcommand(inner, |inner| inner.after_help(text))
            }),
        };
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_has_examples_that_are_understood() {
        let command = crate::cli::Arguments::command();
        let has = |name: &str| EXAMPLES.iter().any(|(known, _, _)| *known == name);
        for subcommand in command.get_subcommands() {
            let name = subcommand.get_name();
            assert!(has(name), "{name} has no examples");
            for inner in subcommand.get_subcommands() {
                let name = format!("{name} {}", inner.get_name());
                assert!(has(&name), "{name} has no examples");
            }
        }
        for (name, english, chinese) in EXAMPLES {
            for examples in [english, chinese] {
                for line in examples.replace("\\\n", " ").lines() {
                    let line = line.split(['#', '>', '|']).next().unwrap_or_default();
                    // Quotes join words; no example needs more of a shell than that.
                    let mut words: Vec<String> = Vec::new();
                    for (index, part) in line.split('"').enumerate() {
                        if index % 2 == 0 {
                            let joined = index > 0 && !part.starts_with(' ');
                            assert!(!joined || part.is_empty(), "{line}");
                            words.extend(part.split_whitespace().map(str::to_owned));
                        } else {
                            match words.last_mut().filter(|word| word.ends_with('=')) {
                                Some(word) => word.push_str(part),
                                None => words.push(part.to_owned()),
                            }
                        }
                    }
                    let named = words[1..].join(" ");
                    assert!(named.starts_with(name), "{line}");
                    let parsed = command.clone().try_get_matches_from(&words);
                    assert!(
                        parsed.is_ok(),
                        "{line}: {}",
                        parsed
                            .err()
                            .map_or_else(String::new, |error| error.to_string())
                    );
                }
            }
        }
    }
}
