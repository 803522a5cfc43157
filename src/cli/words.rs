//! The command line in Chinese: help texts and usage errors. English is what clap prints by itself.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ErrorKind};

use crate::cli::day::Misread;
use crate::text::Language;

/// English help and its Chinese. A test sees to it that nothing is missing.
const CHINESE: &[(&str, &str)] = &[
    (
        "Follow the folder: judge every change as it is saved, and commit valid edits where that is wanted",
        "跟踪目录：保存即检查，并可将合规的修改自动提交",
    ),
    (
        "Commit each valid edit that has been quiet for a while, one commit a clue",
        "将已静置片刻的合规修改自动提交，每条线索一个提交",
    ),
    (
        "How long an edit rests before it is committed, in seconds",
        "修改静置多久之后提交，单位为秒",
    ),
    (
        "Look at the folder every so many seconds (2), where the system does not tell of changes, as on network drives",
        "每隔若干秒（默认 2）查看一次目录，用于系统不通知改动的场合，如网络盘",
    ),
    (
        "A view for people, or a stream of events for programs, one JSON object a line",
        "供人查看的界面，或供程序读取的事件流（每行一个 JSON 对象）",
    ),
    (
        "Only what is staged and differs from the last commit, as it is staged",
        "只检查已暂存且与上次提交不同的内容（以暂存的版本为准）",
    ),
    (
        "Only what differs from this revision: committed since, staged, unstaged or new",
        "只检查与该版本不同的内容：其后提交的、已暂存的、未暂存的和新增的",
    ),
    (
        "Archive a clue: judge that nothing is missing, and make its archive package",
        "归档：核对材料齐全，并生成归档信息包",
    ),
    (
        "Verify an archive package: whole, unchanged, and its history in it",
        "核对归档信息包：完整、未被改动、历史相符",
    ),
    (
        "Folder, outside of the repository, that the package is put into; made where only it is not there",
        "存放信息包的目录（在仓库之外）；只缺这一级目录时自动新建",
    ),
    ("The package's folder", "信息包的目录"),
    (
        "The SHA-256 that was kept when the dossier was archived: `sha256` in its archive.yaml",
        "归档时留存的 SHA-256，即 archive.yaml 中的 sha256",
    ),
    (
        "List archived clues by when their retention period ends, and what is next for each",
        "按保管期限到期日列出归档线索，以及各自的下一步",
    ),
    ("Look as of this day (today)", "按此日期查看（默认今天）"),
    (
        "How far ahead a period may end to be shown, such as 90d, 12m or 2y",
        "列出多久之内到期的，例如 90d、12m 或 2y",
    ),
    (
        "Every archived clue, also what is kept longer or for ever, and what was destroyed",
        "全部归档线索，包括尚在期内、永久保管和已销毁的",
    ),
    (
        "Tell about a command, as its --help does",
        "查看命令的用法，与 --help 相同",
    ),
    (
        "The command to tell about; all of them where none is named",
        "要查看的命令；不写则列出全部命令",
    ),
    (
        "Sign what the repository holds now, in one line to be kept elsewhere; verify earlier ones",
        "为仓库现有内容签署检查点，输出一行供另行保存；核验以往的检查点",
    ),
    (
        "Make one without a signature, which anybody could have made",
        "生成无签名的检查点（任何人都能制作）",
    ),
    (
        "Make none; verify every checkpoint that is there or that this clone ever saw",
        "不生成；核验现有的以及此克隆曾见过的全部检查点",
    ),
    (
        "Make none; verify this line of a checkpoint, which was kept elsewhere",
        "不生成；核验另行保存的这一行检查点",
    ),
    (
        "Make none; print every file of a commit (HEAD) with its SHA-256, as sha256sum -c reads it",
        "不生成；列出某次提交（默认 HEAD）的每个文件及其 SHA-256，可用 sha256sum -c 核对",
    ),
    (
        "Have it stamped by the time-stamping authority at this address (RFC 3161; needs openssl and curl)",
        "由此地址的时间戳服务盖时间戳（RFC 3161；需要 openssl 和 curl）",
    ),
    (
        "Make none yet; write a request for a time stamp into this file (needs openssl)",
        "暂不生成；把时间戳请求写入此文件（需要 openssl）",
    ),
    (
        "Make the one that was requested, with the authority's reply in this file",
        "用此文件中的时间戳应答生成先前请求的检查点",
    ),
    (
        "Certificates (PEM) of the authorities whose time stamps are believed (needs openssl)",
        "可信时间戳机构的证书（PEM；需要 openssl）",
    ),
    (
        "A file-based workflow engine for clues in a git-versioned folder",
        "线索办理流程引擎：记录就是文件，历史由 git 保存",
    ),
    (
        "Language of messages: en or zh (also CLUE_LANG; else the repository's)",
        "消息语言：en 或 zh（也可用 CLUE_LANG；默认取仓库设置）",
    ),
    ("When to use colour", "何时使用颜色"),
    ("Work as if called from this folder", "相当于在此目录中执行"),
    (
        "Make a new clue repository: rulebook, schemas, templates, a first organisation",
        "新建线索仓库：规则书、模式、模板和初始组织",
    ),
    (
        "Begin a clue with its collection form, and hand it in when it is complete",
        "新建线索：填写收集表，填完整即提交",
    ),
    (
        "Make clues of the rows of a CSV file or an XLSX workbook, by a map",
        "按映射把 CSV 或 XLSX 表格的每一行导入为线索",
    ),
    ("A CSV file or an XLSX workbook", "CSV 文件或 XLSX 工作簿"),
    (
        "The map: which column becomes which field of the collection form",
        "映射文件：哪一列成为收集表的哪一项",
    ),
    (
        "How many clues a commit holds at most",
        "每次提交最多包含多少条线索",
    ),
    ("Judge every row and write nothing", "只判定每一行，不写入"),
    (
        "Write the draft of a record from its template",
        "按模板生成记录草稿",
    ),
    (
        "Show what can be done with a clue now, by whom, and what is still missing",
        "查看现在能办理什么、由谁办理、还缺什么",
    ),
    (
        "Take a step: judge it, and publish it as one commit",
        "办理步骤：先判定，再作为一次提交写入",
    ),
    (
        "Give a clue another register number, where two clones gave the same one",
        "两个克隆给出了同一编号时，为一条线索换号",
    ),
    (
        "The clue, by its id: the number is what is in dispute",
        "线索标识（编号有争议，不能用来指定）",
    ),
    (
        "A branch or commit whose register counts too, such as origin/main",
        "登记也须一并考虑的分支或提交，例如 origin/main",
    ),
    ("Why the clue gets another number", "换号的理由"),
    (
        "Merge a record by what it says, for git: merge.clue.driver",
        "供 git 调用（merge.clue.driver）：按内容合并记录",
    ),
    (
        "The version that both sides came of (git: %O)",
        "双方共同的原版本（git：%O）",
    ),
    (
        "Our version; the result is written here (git: %A)",
        "我方版本，结果写入此处（git：%A）",
    ),
    ("Their version (git: %B)", "对方版本（git：%B）"),
    (
        "The file's path in the repository (git: %P)",
        "文件在仓库中的路径（git：%P）",
    ),
    (
        "Length of the conflict markers (git: %L)",
        "冲突标记的长度（git：%L）",
    ),
    ("Add an entry to a handling record", "补充一条处理记录"),
    ("Show a clue with its trail", "查看线索及办理经过"),
    ("List clues", "列出线索"),
    (
        "Judge the history, commit by commit, by the rules that were in force",
        "逐个提交审计历史，以当时有效的规则为准",
    ),
    (
        "Commits to judge: a branch or commit with all that it rests on, or two of them as A..B (HEAD)",
        "要审计的提交：一个分支或提交及其全部历史，或写成 A..B（默认 HEAD）",
    ),
    (
        "Folder of the clue repository in a git repository without a work tree",
        "在没有工作区的 git 仓库中，线索仓库所在的目录",
    ),
    (
        "The gate before a commit, and before a push is taken",
        "提交之前、接受推送之前的关口",
    ),
    (
        "Verify every checkpoint that is there or that this clone ever saw, too",
        "同时核验现有的以及此克隆曾见过的全部检查点",
    ),
    (
        "Verify this line of a checkpoint, which was kept elsewhere, too",
        "同时核验另行保存的这一行检查点",
    ),
    (
        "Write what this code host runs on each push: the check and the audit; also into a repository that exists",
        "写入该代码平台每次推送时执行的检查和审计；也可用于已有仓库",
    ),
    (
        "Add to a repository that exists what editors read: .vscode and .editorconfig; a new one has it anyway",
        "为已有仓库添加编辑器设置（.vscode 和 .editorconfig）；新建的仓库已自带",
    ),
    ("Write the hooks into this repository", "把钩子写入此仓库"),
    (
        "Judge what is staged, as if it were committed now (git calls this)",
        "判定暂存的内容，如同现在提交（由 git 调用）",
    ),
    (
        "Judge what a push brings, before it is taken (git calls this)",
        "在接受推送之前判定其内容（由 git 调用）",
    ),
    (
        "Judge what is staged before each commit",
        "每次提交之前判定暂存的内容",
    ),
    (
        "Judge each push to this repository",
        "判定向此仓库的每次推送",
    ),
    (
        "Files that pre-commit names; everything that is staged is judged",
        "pre-commit 给出的文件；凡暂存的内容都会判定",
    ),
    (
        "Say what is wrong with the repository itself, and mend it",
        "检查仓库本身有何问题，并可修复",
    ),
    (
        "Mend what can be mended without losing anybody's work",
        "修复能够修复的问题，不丢失任何人的工作",
    ),
    (
        "Tell one clue's story from history: who changed what, when and why",
        "按历史讲述一条线索的经过：谁在何时因何改了什么",
    ),
    (
        "The clue, also one that is gone: id, register number, or a path into its folder",
        "线索（已不存在的也可）：标识、编号或其目录中的路径",
    ),
    (
        "The newest commit first (the oldest)",
        "最新的提交在前（默认最早的在前）",
    ),
    (
        "Shorten nothing, and list every field of records that were added or removed",
        "不缩略，并列出新增或删除的记录的每一项",
    ),
    (
        "The tracking ledger: one row a clue, where it stands, since when, and until when",
        "跟踪台账：每条线索一行，列明办理情况、各步日期和期限",
    ),
    (
        "Only clues that are in no final state",
        "只列出未办结（不在最终状态）的",
    ),
    (
        "Only clues with a deadline that is over",
        "只列出有期限逾期的",
    ),
    (
        "Only clues collected on this day or later",
        "只列出此日及以后收集的",
    ),
    (
        "Only clues collected on this day or earlier",
        "只列出此日及以前收集的",
    ),
    (
        "Order of the rows: by id, or by the most urgent deadline",
        "排列顺序：id 按标识，due 按最紧迫的期限",
    ),
    (
        "Say whether a folder obeys the procedure",
        "检查目录是否符合流程规定",
    ),
    (
        "Print a record or the whole dossier as an HTML page or as PDF",
        "把记录或整份卷宗输出为 HTML 页面或 PDF",
    ),
    (
        "A record's path in the clue's folder, such as triage.yaml, or dossier, cover or spine",
        "记录在线索目录中的路径，如 triage.yaml；或 dossier（卷宗）、cover（封面）、spine（卷脊标签）",
    ),
    (
        "Only what this role, or who may see this confidentiality level, may know; other clues are only counted",
        "只含该角色或可知悉该密级的人有权了解的内容；其余线索只计数",
    ),
    (
        "Make a static site of all clues for one reader: ledger, dossiers, statistics, search",
        "为某一类查阅者生成静态网站：台账、卷宗、统计和检索",
    ),
    (
        "Folder of the site: new, empty, or a site that was made before",
        "网站目录：新目录、空目录，或以前生成的网站",
    ),
    (
        "For who may see this confidentiality level (the most open one)",
        "供可知悉该密级的人查阅（默认为最低密级）",
    ),
    (
        "For this role, or for who may see this confidentiality level",
        "供该角色或可知悉该密级的人查阅",
    ),
    (
        "Language of the pages: en or zh (that of the messages)",
        "网页语言：en 或 zh（默认与提示信息相同）",
    ),
    (
        "Make an extract: only what this role, or who may see this confidentiality level, may know",
        "制作摘录：只含该角色或可知悉该密级的人有权了解的内容",
    ),
    (
        "Folder of fonts that go before the program's own in a PDF",
        "字体目录，PDF 优先使用其中的字体",
    ),
    (
        "Format of the document (by the ending of FILE, else html)",
        "文书格式（按输出文件的扩展名，否则为 html）",
    ),
    (
        "Count the clues and the time that they take, with small counts kept back",
        "统计线索数量和办理用时，隐去小数目",
    ),
    (
        "Only clues collected on this day or later",
        "只统计此日及以后收集的线索",
    ),
    (
        "Only clues collected on this day or earlier",
        "只统计此日及以前收集的线索",
    ),
    (
        "Only the table by this (repeatable; all)",
        "只列出按此划分的表（可重复；默认全部）",
    ),
    (
        "Smallest count that is told; smaller ones are kept back (1: none is)",
        "可公开的最小数目，更小的隐去（1 表示不隐去）",
    ),
    (
        "Write into this file (standard output)",
        "写入此文件（默认标准输出）",
    ),
    (
        "Explain a finding's code, a rule of the rulebook, or a key of the procedure",
        "解释问题代码、规则书中的规则或流程条款",
    ),
    (
        "Print a completion script for a shell",
        "输出命令行补全脚本",
    ),
    (
        "Play the sample organisation's clues into a new repository, with their dossiers",
        "把示例公司的线索逐步办理到新仓库中，并生成卷宗",
    ),
    (
        "Folder of the demonstration; it must be empty or not exist",
        "演示所用的目录，须为空或尚不存在",
    ),
    (
        "Show the organisation's calendar, or add public holidays to it",
        "查看本组织的日历，或导入法定节假日",
    ),
    (
        "Add the public holidays of a file, holiday-cn's JSON or iCalendar, to a calendar",
        "把文件中的节假日（holiday-cn 的 JSON 或 iCalendar）导入日历",
    ),
    (
        "Show a year with its days off and make-up working days",
        "查看一年的放假日和调休上班日",
    ),
    (
        "A file of public holidays: YEAR.json of holiday-cn, or .ics",
        "节假日文件：holiday-cn 的“年份.json”，或 .ics 文件",
    ),
    (
        "The calendar, such as cn for calendar/cn.yaml (the organisation's)",
        "日历名称，如 cn 表示 calendar/cn.yaml（默认本组织所用的）",
    ),
    ("The year (the current one)", "年份（默认今年）"),
    ("Print the manual page", "输出手册页"),
    ("Folder of the new repository", "新仓库所在目录"),
    ("Name of the organisation", "组织名称"),
    ("What it is about, in one line", "一句话说明事由"),
    ("Where it comes from", "线索来源"),
    ("Channel, as in workflow.yaml", "渠道，取自 workflow.yaml"),
    (
        "When it was noticed, such as 2026-11-23T09:12:00+08:00 (now)",
        "发现时间，例如 2026-11-23T09:12:00+08:00（默认现在）",
    ),
    (
        "Product, person, contract or place concerned (repeatable)",
        "涉及的产品、人员、合同或地点（可重复）",
    ),
    ("What happened", "情况描述"),
    ("The reporter is anonymous", "反映人匿名"),
    ("Name of the reporter", "反映人姓名"),
    ("Telephone or address of the reporter", "反映人联系方式"),
    (
        "A filled-in collection form, or - for standard input",
        "已填好的收集表文件，- 表示标准输入",
    ),
    (
        "The clue: id, register number, or a path into its folder",
        "线索：标识、编号或其目录中的路径",
    ),
    (
        "The record: triage, transfers, meetings, ...",
        "记录：triage、transfers、meetings 等",
    ),
    (
        "Look as of this moment: a date, or a time with its offset (also CLUE_NOW; steps are dated by git)",
        "按此时刻查看：日期，或带时区偏移的时间（也可用 CLUE_NOW；步骤的时间取自 git）",
    ),
    ("The department that is meant", "所指的部门"),
    (
        "Say what is overdue, due today and due soon, and for whom",
        "列出逾期、当日到期和即将到期的事项及责任人",
    ),
    (
        "Only what this person is answerable for, or is told of by escalation",
        "只列此人负责的，或按规定应提醒此人的事项",
    ),
    (
        "Only what concerns this department",
        "只列与此部门有关的事项",
    ),
    (
        "How many working days ahead count as soon",
        "多少个工作日之内算即将到期",
    ),
    (
        "Everything that somebody waits for, also what is paused or due later",
        "全部未完成的期限，包括暂停的和尚早的",
    ),
    (
        "Exit status 1 where something is overdue",
        "有逾期事项时以状态 1 退出",
    ),
    (
        "One text a person, ready to be mailed; with --output FOLDER a file each",
        "每人一份提醒，可直接发邮件；与 --output 目录 合用时每人一个文件",
    ),
    (
        "Print every clue, each into a file of its own in the folder that -o names",
        "生成全部线索的文书，各为一个文件，放入 -o 指定的目录",
    ),
    (
        "Write into this file; with --all into this folder (standard output)",
        "写入此文件；与 --all 合用时写入此目录（默认标准输出）",
    ),
    (
        "Write into this file; with --digest into this folder (standard output)",
        "写入此文件；与 --digest 合用时写入此目录（默认标准输出）",
    ),
    (
        "Help an editor while records are written: findings, completion, steps (language server protocol)",
        "在编辑器中协助填写记录：提示问题、补全内容、办理步骤（语言服务器协议）",
    ),
    (
        "Show how each deadline of a clue was counted, day by day",
        "逐日说明线索的每个期限怎样算出",
    ),
    (
        "Only this deadline, also where it has ended (repeatable)",
        "只看此期限，已结束的也列出（可重复）",
    ),
    ("Only clocks of this department", "只看此部门的期限"),
    (
        "Every day also of deadlines that have ended",
        "已结束的期限也逐日列出",
    ),
    (
        "The record that is meant, where it is none of a department: its file's name",
        "所指的记录（不属于某一部门的）：文件名",
    ),
    (
        "Which entry of the record's list is meant, counted from one",
        "所指的是记录列表中的第几条，从 1 数起",
    ),
    (
        "The deadline whose clock is paused, resumed or extended",
        "要暂停、恢复或延长的期限",
    ),
    (
        "By how much the deadline is extended, in its own unit",
        "期限延长多少，单位与该期限相同",
    ),
    (
        "Draw a random sample for a spot check, that anybody can draw again",
        "随机抽取线索供抽查，任何人都能重现",
    ),
    (
        "Draft a supervision record: how it was drawn, what was found, what is to be rectified",
        "起草监督记录：抽样方法、发现的问题、整改要求",
    ),
    (
        "First day of collection of the clues drawn from",
        "收集日期起（从这些线索中抽取）",
    ),
    (
        "Last day of collection of the clues drawn from",
        "收集日期止（从这些线索中抽取）",
    ),
    ("How many clues to draw", "抽取多少条"),
    (
        "Draw only from clues in this state (repeatable)",
        "只从此状态的线索中抽取（可重复）",
    ),
    (
        "Draw from the clues of this commit (HEAD)",
        "从此提交的线索中抽取（默认 HEAD）",
    ),
    (
        "spot-check of a clue that a sample drew, or inspection for a reason of its own (by whether a sample is given)",
        "spot-check 抽查（抽样抽中的线索），inspection 专项检查；不写则看是否给出抽样参数",
    ),
    ("Whether the process conformed", "流程是否合规"),
    ("Whether the result is reasonable", "处理结果是否合理"),
    (
        "What was found, and which department has to rectify it (repeatable)",
        "发现的问题和负责整改的部门（可重复）",
    ),
    (
        "Day by which the findings are to be rectified (by the rulebook)",
        "整改期限（默认按规则书计算）",
    ),
    (
        "What minutes are about: discussion, coordination, feedback",
        "会议类型：discussion、coordination、feedback",
    ),
    (
        "Day of the meeting or check (today)",
        "会议或检查的日期（默认今天）",
    ),
    ("Format of the answer", "输出格式"),
    (
        "Format of the answer (by the ending of FILE, else table)",
        "输出格式（默认按文件扩展名，否则为 table）",
    ),
    (
        "The step: register, transfer, accept, ...",
        "步骤：register、transfer、accept 等",
    ),
    (
        "Give a field a value first: RECORD.FIELD=VALUE (repeatable)",
        "先写入字段：记录.字段=值（可重复）",
    ),
    ("Why the step is taken", "办理理由"),
    ("Show the changes and write nothing", "只显示改动，不写入"),
    ("What was done or said", "做了什么、说了什么"),
    (
        "measure, communication, progress or resolution",
        "measure（措施）、communication（沟通）、progress（进展）、resolution（解决）",
    ),
    ("With whom", "与谁"),
    (
        "Only clues in this state (repeatable)",
        "只列出处于此状态的（可重复）",
    ),
    ("Only clues of this category", "只列出此类别的"),
    ("Only clues of this kind", "只列出此种类的"),
    ("Only clues of this urgency", "只列出此紧急程度的"),
    ("Only clues of this department", "只列出此部门的"),
    (
        "Only clues that this person is responsible for",
        "只列出由此人负责的",
    ),
    (
        "Only clues whose title holds this text",
        "只列出标题含此文字的",
    ),
    (
        "Folders, files or clues (everything)",
        "目录、文件或线索（默认全部）",
    ),
    ("A code, rule or key", "代码、规则名或条款"),
    ("The shell", "命令行外壳"),
    ("Print help", "显示帮助"),
    ("Print version", "显示版本"),
];

/// The language that the arguments themselves ask for, before they are understood.
pub(super) fn early_language(arguments: &[OsString]) -> Option<Language> {
    let texts: Vec<&str> = arguments
        .iter()
        .filter_map(|argument| argument.to_str())
        .collect();
    texts.iter().enumerate().find_map(|(index, text)| {
        let name = text.strip_prefix("--lang=").or_else(|| {
            (*text == "--lang")
                .then(|| texts.get(index + 1).copied())
                .flatten()
        })?;
        Language::parse(name)
    })
}

/// The command with its help in the language asked for.
pub(super) fn translate(command: Command, language: Language) -> Command {
    if language == Language::En {
        return command;
    }
    let mut command = command
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .help("显示帮助")
                .action(clap::ArgAction::Help)
                .help_heading("选项")
                .global(true),
        );
    if command.get_version().is_some() {
        command = command.arg(
            clap::Arg::new("version")
                .short('V')
                .long("version")
                .help("显示版本")
                .action(clap::ArgAction::Version)
                .help_heading("选项"),
        );
    }
    translate_inner(command)
}

fn translate_inner(command: Command) -> Command {
    let about = command.get_about().map(|about| chinese(&about.to_string()));
    let mut command = command
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令");
    if let Some(about) = about {
        command = command.about(about);
    }
    command = command.mut_args(|argument| {
        let help = argument.get_help().map(|help| chinese(&help.to_string()));
        let heading = if argument.is_positional() {
            "参数"
        } else {
            "选项"
        };
        let argument = argument.help_heading(heading);
        match help {
            Some(help) => argument.help(help),
            None => argument,
        }
    });
    command.mut_subcommands(translate_inner)
}

fn chinese(english: &str) -> String {
    CHINESE
        .iter()
        .find(|(known, _)| *known == english)
        .map_or_else(|| english.to_owned(), |(_, chinese)| (*chinese).to_owned())
}

/// A help text with the few words that clap itself puts into it in Chinese.
fn in_chinese(help: &str) -> String {
    [
        ("[OPTIONS]", "[选项]"),
        ("<COMMAND>", "<命令>"),
        ("[default: ", "[默认："),
        ("[possible values: ", "[可用值："),
        ("参数:", "参数："),
        ("选项:", "选项："),
        ("命令:", "命令："),
    ]
    .iter()
    .fold(help.to_owned(), |help, (english, chinese)| {
        help.replace(english, chinese)
    })
}

/// A usage error in the language asked for.
pub(super) fn usage(error: &clap::Error, language: Language) -> String {
    let original = error.render().to_string();
    if language == Language::En {
        return original;
    }
    if !error.use_stderr() {
        return in_chinese(&original);
    }
    let part = |kind: ContextKind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = part(ContextKind::InvalidArg);
    let value = part(ContextKind::InvalidValue);
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("没有“{}”这个命令", part(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument if !argument.starts_with('-') => {
            format!("“{argument}”是多余的参数")
        }
        ErrorKind::UnknownArgument => format!("没有“{argument}”这个选项"),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{}", argument.replace('\n', "、")),
        ErrorKind::InvalidValue if value.is_empty() => format!("“{argument}”后面缺少值"),
        ErrorKind::InvalidValue => {
            format!(
                "“{argument}”不能是“{value}”，可用的值：{}",
                part(ContextKind::ValidValue)
            )
        }
        ErrorKind::ValueValidation => {
            let source = std::error::Error::source(error);
            match source.and_then(|source| source.downcast_ref::<Misread>()) {
                Some(misread) => {
                    let help = &misread.0.zh;
                    return format!("错误：“{argument}”不能是“{value}”\n办法：{help}\n");
                }
                None => format!("“{argument}”不能是“{value}”"),
            }
        }
        ErrorKind::ArgumentConflict => format!(
            "“{argument}”不能与“{}”同时使用",
            part(ContextKind::PriorArg)
        ),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return in_chinese(&original),
        _ => return original,
    };
    let suggestion = part(ContextKind::SuggestedArg) + &part(ContextKind::SuggestedSubcommand);
    let hint = if suggestion.is_empty() {
        String::new()
    } else {
        format!("办法：是否想用 {suggestion}？\n")
    };
    format!("错误：{message}\n{hint}用 --help 查看用法\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_help_text_has_its_chinese() {
        fn texts(command: &Command, found: &mut Vec<String>) {
            found.extend(command.get_about().map(ToString::to_string));
            found.extend(
                command
                    .get_arguments()
                    .filter_map(|argument| argument.get_help())
                    .map(ToString::to_string),
            );
            for inner in command.get_subcommands() {
                texts(inner, found);
            }
        }
        let mut found = Vec::new();
        texts(&crate::cli::Arguments::command(), &mut found);
        let missing: Vec<_> = found
            .iter()
            .filter(|text| !CHINESE.iter().any(|(known, _)| known == text))
            .collect();
        assert!(missing.is_empty(), "{missing:#?}");
        translate(crate::cli::Arguments::command(), Language::Zh).debug_assert();
    }
}
