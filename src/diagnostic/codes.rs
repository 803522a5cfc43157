//! The closed list of finding codes, each with its summary and explanation in both languages.
//! A code is never reused for another meaning and never renamed: CI configurations refer to it.

use crate::diagnostic::Severity;
use crate::text::Bilingual;

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident
        $en:literal $zh:literal
        $why_en:literal $why_zh:literal;)*) => {
        /// What kind of fault a finding reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($variant),* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that people and CI configurations use, such as `duplicate-key`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// How much a finding of this code usually weighs.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),* }
            }

            /// One line: what the code means.
            pub fn summary(self) -> Bilingual {
                match self { $(Self::$variant => Bilingual::new($en, $zh)),* }
            }

            /// Why it is a fault, and how it is mended.
            pub fn explanation(self) -> Bilingual {
                match self { $(Self::$variant => Bilingual::new($why_en, $why_zh)),* }
            }
        }
    };
}

codes! {
    // Files as bytes.
    FileEncoding "file-encoding" Error
        "a file is not UTF-8 text" "文件不是 UTF-8 文本"
        "Records are UTF-8, so that every program shows the same characters for as long as the archive is kept. Files saved as GBK or UTF-16, and files holding NUL bytes, are refused. Save the file again as UTF-8." "记录一律使用 UTF-8 编码，这样在整个保管期限内，任何程序显示的文字都一样。以 GBK、UTF-16 保存的文件，以及含有 NUL 字节的文件，都不接受。请用编辑器另存为 UTF-8。";
    FileByteOrderMark "file-byte-order-mark" Warning
        "a file begins with a byte order mark" "文件以字节顺序标记（BOM）开头"
        "Some editors put three invisible bytes before the first character. They are ignored here, and other programs may read them as part of the first key. Save the file as UTF-8 without BOM." "有些编辑器会在第一个字符之前加上三个看不见的字节。本程序会忽略它们，但别的程序可能把它们当作第一个键的一部分。请保存为“UTF-8 无 BOM”。";
    FileSize "file-size" Error
        "a record is too large" "记录文件过大"
        "A record or report may have 10 MB at most. Put large material into attachments/ and list it in the collection form." "单个记录或报告最大 10 MB。大件材料请放入 attachments/ 目录，并在线索收集表中登记。";
    FileEmpty "file-empty" Error
        "a record is empty" "记录文件是空的"
        "The file exists, but says nothing. Fill it in (clue draft writes it from its template) or delete it." "文件存在，但没有内容。请填写（clue draft 可按模板生成），或者删除它。";
    FileKind "file-kind" Error
        "something that is not an ordinary file lies in the folder" "目录中有不是普通文件的东西"
        "Inside clues/ there are ordinary files and folders only: no symbolic links, no submodules, no executable files, no folder in the place of a record. They behave differently on other machines, and an archive cannot hold them." "clues/ 目录里只能有普通文件和目录：不允许符号链接、子模块、可执行文件，也不允许用目录顶替记录文件。它们在别的机器上行为不同，档案包也无法保存。";
    FileName "file-name" Error
        "a name is not allowed" "文件名不合规定"
        "Names must be usable on every system and mean one thing only: Unicode form NFC, no control, bidirectional or zero-width characters, none of / \\ : * ? \" < > |, no Windows device name such as CON, no leading or trailing space, no trailing full stop, not .git in any spelling, at most 200 bytes, and unique when upper and lower case are not told apart." "文件名必须在任何系统上都可用，并且没有歧义：Unicode NFC 形式；不含控制字符、双向控制字符、零宽字符；不含 / \\ : * ? \" < > |；不是 CON 之类的 Windows 设备名；首尾没有空格，末尾没有句点；不是任何写法的 .git；不超过 200 字节；不区分大小写时也不重名。";
    FileUnknown "file-unknown" Error
        "a file belongs to no record" "文件不属于任何记录"
        "Every file in a clue's folder is accounted for: it is a record that the rulebook declares, or it lies in attachments/. Move it to attachments/ and list it in the collection form, or delete it." "线索目录里的每个文件都要有归属：要么是规则书声明的记录，要么放在 attachments/ 里。请移入 attachments/ 并登记到线索收集表，或者删除它。";
    FileMisplaced "file-misplaced" Error
        "a file or folder lies in the wrong place" "文件或目录放错了位置"
        "Clues lie at clues/YYYY/MM-DD/<id>/, the date being that of the id; register entries at register/YYYY/<code>/<thousand>/<number>. Move what is elsewhere." "线索放在 clues/YYYY/MM-DD/<线索标识>/，日期与标识中的日期一致；编号登记放在 register/YYYY/<类别代码>/<千位>/<编号>。放在别处的请移回。";
    FileUnreadable "file-unreadable" Error
        "a file cannot be read" "文件无法读取"
        "The system refused to read the file. Check its permissions and the disk." "系统拒绝读取这个文件。请检查权限和磁盘。";
    ConflictMarker "conflict-marker" Error
        "a merge was left unfinished in a file" "文件中留有未解决的合并冲突"
        "Lines beginning with <<<<<<<, ======= or >>>>>>> were written by git where two edits contradict. Decide which lines are right, delete the others and the markers." "以 <<<<<<<、=======、>>>>>>> 开头的行是 git 在两处修改互相矛盾时写入的。请保留正确的内容，删除其余内容和这些标记。";
    // YAML.
    YamlSyntax "yaml-syntax" Error
        "a file is not well-formed YAML" "YAML 语法错误"
        "The file cannot be read as YAML. Usual causes: a tab used for indentation, a quote that is not closed, a line indented differently from its neighbours, a colon without a space after it." "文件不能按 YAML 读取。常见原因：用制表符缩进、引号没有闭合、某行缩进与相邻行不一致、冒号后面没有空格。";
    YamlDuplicateKey "yaml-duplicate-key" Error
        "a key stands twice" "同一个键出现两次"
        "Programs differ in which of the two they believe, so neither is. Delete one." "不同程序会采信不同的那一个，所以两个都不采信。请删除其中一个。";
    YamlAlias "yaml-alias" Error
        "anchors, aliases and tags are not used here" "不使用锚点、别名和标签"
        "&name, *name and !tag make a value depend on another place or on a program, and can make a small file enormous. Write the value out." "&名称、*名称、!标签 会让一个值依赖于别处或某个程序，还能让很小的文件膨胀到极大。请直接写出值。";
    YamlDepth "yaml-depth" Error
        "values are nested too deeply" "嵌套层次过深"
        "A record may be nested 64 levels deep at most. No record of the procedure comes near that." "记录最多嵌套 64 层。流程中的任何记录都远远用不到这么多。";
    YamlColon "yaml-colon" Warning
        "a full-width colon or space was probably meant as punctuation of YAML" "疑似误用全角冒号或全角空格"
        "YAML knows only the ASCII colon followed by an ASCII space. 「标题：测试」 is one piece of text, not a key and a value." "YAML 只认半角冒号加半角空格。“标题：测试”会被当作一整段文字，而不是键和值。";
    MarkdownFrontMatter "markdown-front-matter" Error
        "a Markdown record has no front matter" "Markdown 记录缺少头部信息"
        "Reports begin with YAML between two lines of three hyphens. clue draft writes it." "报告以两行三个连字符之间的 YAML 开头。clue draft 会生成它。";
    MarkdownHeading "markdown-heading" Error
        "a required section is missing" "缺少必需的章节"
        "The rulebook says which sections a report must have (a procedure key such as A5 or B3). Add the heading, in either language, and write the section." "规则书规定了报告必须具备的章节（如 A5、B3）。请加上标题（中英文均可）并写好内容。";
    MarkdownSection "markdown-section" Error
        "a required section is empty" "必需的章节没有内容"
        "The heading is there, and nothing is under it. Text that the template put in parentheses as a hint is not counted." "标题有了，但下面没有内容。模板放在注释里的提示不算内容。";
    // The calendar.
    CalendarConflict "calendar-conflict" Error
        "a calendar contradicts itself" "日历自相矛盾"
        "A day stands under another year than its own, is no day at all (such as 30 February), or is listed both as a day off and as a working day. Deadlines would be counted wrongly. Compare with the official notice." "某一天写在了别的年份之下，或者根本不存在（如 2 月 30 日），或者既是放假日又是上班日，期限会因此算错。请与放假通知核对。";
    CalendarUnknown "calendar-unknown" Error
        "it is not clear by which calendar working days are counted" "无法确定按哪份日历计算工作日"
        "organisation.yaml names a calendar that is not in calendar/, or there are several and none is named. Until it is settled plain weekends are counted." "organisation.yaml 所写的日历在 calendar/ 中不存在，或者有多份日历而没有写明用哪一份。在此之前只按周末推算。";
    CalendarImport "calendar-import" Error
        "a file of public holidays cannot be imported" "节假日文件无法导入"
        "clue calendar import takes the JSON of holiday-cn and iCalendar files of all-day events. The file is of another kind, is damaged, contradicts itself, or has a day that is no day. Nothing of it was written. Mend the line that is shown, or fetch the file again." "clue calendar import 接受 holiday-cn 的 JSON 文件，以及由全天事件组成的 iCalendar 文件。该文件不是这两种，或者已损坏、自相矛盾、含有不存在的日期，因此没有写入任何内容。请改正所示的行，或重新下载。";
    // Clocks.
    ClockJudgement "clock-judgement" Error
        "a deadline cannot be computed" "期限无法计算"
        "An expression of the deadline in workflow.yaml (when, from, until, limit.day) gave an error, or something that is no time. Nobody would know when the matter is due." "workflow.yaml 中该期限的表达式（when、from、until、limit.day）求值出错，或结果不是时间，因而无从得知何时到期。";
    ClockOrder "clock-order" Warning
        "a deadline ends before it begins" "期限的终点早于起点"
        "What ends the deadline is older than what began it, for example a handling entry from before the slip was received. It counts as kept on its first day; look whether one of the two times was mistyped." "结束期限的时间早于开始计时的时间，例如处理记录的时间早于签收。此时按当日办结计算；请核对是否有一个时间写错了。";
    ClockRange "clock-range" Warning
        "a deadline is counted with a year that cannot be meant" "期限用到了不合理的年份"
        "A time of a record lies before 1970 or after 2200. Somebody mistyped the year." "记录中的某个时间早于 1970 年或晚于 2200 年，应是年份写错。";
    ClockTrail "clock-trail" Error
        "the trail pauses, resumes or extends a clock that cannot be" "经过中的暂停、恢复或延期不成立"
        "A clock that runs can be paused, a paused one resumed, and an extension is at least one; each names a deadline of the rulebook that allows it. Steps keep to that: restore what was edited by hand." "只有正在计时的期限可以暂停，已暂停的可以恢复，延期至少为一；并须写明规则书中允许这样做的期限。步骤会保证这一点，请恢复手工改动的内容。";
    // Schema.
    SchemaMissing "schema-missing" Error
        "a required field is missing" "缺少必填项"
        "The record's schema requires the field. Hover over the key in an editor that knows JSON Schema, or read schema/, to see what it is for." "该记录的模式（schema）要求填写这一项。在支持 JSON Schema 的编辑器里把鼠标移到键上，或查看 schema/ 目录，可了解其含义。";
    SchemaUnknown "schema-unknown" Error
        "a field is not known" "出现未知的字段"
        "The schema has no such field, so nothing would ever read it. Usually it is a misspelling." "模式中没有这个字段，任何程序都不会读它。多半是拼写错误。";
    SchemaType "schema-type" Error
        "a value is of the wrong type" "值的类型不对"
        "For example a number where text is wanted. In YAML `0571` is the number 571 and `no` may be a truth value; put such text in quotes." "例如要求文字却写成了数字。YAML 中 0571 会被当作数字 571，这类文字请加引号。";
    SchemaValue "schema-value" Error
        "a value is not among those allowed" "值不在允许的范围内"
        "The schema restricts what the field may say: a list of values, a pattern, a length or a range." "模式限定了该字段的取值：可选值、格式、长度或范围。";
    SchemaInvalid "schema-invalid" Error
        "a JSON Schema of the repository is itself wrong" "仓库中的 JSON Schema 本身有误"
        "A file in schema/ is not a JSON Schema (draft-07). Mend it, or take the built-in one again with clue init." "schema/ 中的文件不是有效的 JSON Schema（draft-07）。请修正，或用 clue init 重新取得内置版本。";
    // References.
    ReferencePerson "reference-person" Error
        "a person is not in the organisation" "组织中没有此人"
        "People are written by their key in organisation.yaml, so that a name that changes, or that two people share, stays clear. Add the person there, or correct the key." "记录中用 organisation.yaml 里的键来指人，这样改名或重名都不会混淆。请在该文件中添加此人，或改正键。";
    ReferenceDepartment "reference-department" Error
        "a department is not in the organisation" "组织中没有该部门"
        "Departments are written by their key in organisation.yaml. Add the department there, or correct the key." "记录中用 organisation.yaml 里的键来指部门。请在该文件中添加部门，或改正键。";
    PersonKey "person-key" Error
        "a person's signing key cannot be used" "人员的签名公钥无法使用"
        "keys in organisation.yaml are SSH public keys, each the line of a .pub file, of an algorithm that signatures can be verified by, of one person only, and valid from a day that is not after its last. Correct the entry; a key that is not used any more gets its last day (until) and stays, because signatures made with it are verified by it." "organisation.yaml 中的 keys 是 SSH 公钥，每项为 .pub 文件中的一行；其算法须可核验签名，只属于一个人，起用日期不晚于停用日期。请改正；不再使用的公钥请写明停用日期（until）并保留，因为以前的签名还要靠它核验。";
    PersonNamesake "person-namesake" Warning
        "two people have the same name" "两人姓名相同"
        "Who drafts a report may not approve it, and that is judged by people's keys in organisation.yaml: one person with two keys would be two people (P2, A5). So two who act now (without a last day) and have one name are told. Is it one person, make one entry of the two, with all e-mail addresses in a list, or give the former one its last day (until). Are they namesakes, write behind one of the names what tells them apart, such as 王伟（质量部）: documents show the name and no key, and their readers cannot tell them apart either." "起草报告的人不得审批，而是否同一人按 organisation.yaml 中的键判断：一人两键就成了两个人（P2、A5）。因此在任（没有写明任职至）而姓名相同的两人会报出。如果是同一人，请合并为一条，全部邮箱写成列表，或给原条目写明任职至（until）；如果是重名，请在其中一人的姓名后注明以示区别，例如“王伟（质量部）”：文书只显示姓名，不显示键，读者同样无法分辨。";
    ReferenceClue "reference-clue" Error
        "a clue that is referred to does not exist" "引用的线索不存在"
        "A duplicate names the clue that it repeats, by id or register number. Correct it, or fetch the clue if it has not arrived here yet." "重复线索要写明它与哪条线索重复（标识或编号）。请改正；如果对方尚未同步到本地，请先同步。";
    ReferenceRulebook "reference-rulebook" Error
        "a value is not declared in the rulebook" "规则书中没有声明这个值"
        "Categories, kinds, urgencies, channels, confidentiality levels, measures and roles are declared in workflow.yaml. Choose one of those, or declare it there first." "类别、种类、紧急程度、渠道、密级、措施和角色都在 workflow.yaml 中声明。请选用其中之一，或先在那里声明。";
    AttachmentMissing "attachment-missing" Error
        "a listed attachment is not there" "登记的附件不存在"
        "The collection form lists a file that attachments/ does not hold (C3). Put it back, or take it off the list before the form is sealed." "线索收集表登记了附件，但 attachments/ 中没有这个文件（C3）。请放回；在收集表封存之前也可以从清单中去掉。";
    AttachmentChanged "attachment-changed" Error
        "an attachment is not the file that was listed" "附件与登记的不一致"
        "Its size or SHA-256 differs from what the collection form says. Evidence must not change: restore the file, or list the new one under its own name." "附件的大小或 SHA-256 与收集表不符。证据不得改动：请恢复原文件，或以新名称另行登记。";
    AttachmentOutside "attachment-outside" Error
        "a listed attachment lies outside the clue's attachments/" "登记的附件不在本线索的 attachments/ 中"
        "A record lists an attachment by a path that leads out of the clue's folder, or that not every system reads alike: with `..`, `.`, an empty part, a backslash, a colon or a leading `/`. Such a file is never opened, because it belongs to nobody's dossier. Put the material into attachments/ and write its name there (C3)." "记录中登记的附件路径通向线索目录之外，或者在不同系统上含义不同：含有 `..`、`.`、空的部分、反斜杠、冒号，或以 `/` 开头。这样的文件不属于任何卷宗，程序不会打开。请把材料放入 attachments/，并填写它在其中的名称（C3）。";
    AttachmentUnlisted "attachment-unlisted" Error
        "a file in attachments/ is not listed" "attachments/ 中的文件没有登记"
        "Material is listed with size and SHA-256 in the collection form, or in the record that brought it, so that it can be verified for as long as it is kept. clue advance lists new files of an unsealed form by itself." "附件要在线索收集表或相应的处理记录中登记大小和 SHA-256，这样在保管期内都能核验。收集表尚未封存时，clue advance 会自动登记新文件。";
    // A clue and its state.
    ClueUncollected "clue-uncollected" Warning
        "a clue was begun and not yet collected" "线索已起草，尚未收集登记"
        "The folder holds a collection form and no index card (clue.yaml). When the form is complete, clue advance ID collect hands it to the clue office." "目录里有线索收集表，但没有索引卡（clue.yaml）。填完后用 clue advance 标识 collect 提交线索管理部门。";
    ClueIdentity "clue-identity" Error
        "a clue's id and its folder disagree" "线索标识与所在目录不一致"
        "The id in clue.yaml must be the folder's name. It is given once and never changes." "clue.yaml 中的 id 必须与目录名相同。标识一经给出，永不更改。";
    StateUnknown "state-unknown" Error
        "a state is not in the rulebook" "规则书中没有这个状态"
        "The state, or a step in the trail, is not declared in workflow.yaml. Steps set it; it is not edited by hand." "clue.yaml 中的状态或经过中的步骤没有在 workflow.yaml 声明。状态由步骤设置，不手工填写。";
    TrailBroken "trail-broken" Error
        "the trail does not lead to the state" "办理经过与当前状态对不上"
        "Each step begins in the state where the one before it ended, times do not run backwards, and the last one ends in the clue's state (P2). The trail is written by steps, not by hand." "每一步都从上一步的结束状态开始，时间不倒退，最后一步的结束状态就是线索的当前状态（P2）。经过由步骤写入，不手工修改。";
    RecordMissing "record-missing" Error
        "a record is missing" "缺少记录"
        "From this state on the rulebook requires the record. clue draft ID RECORD writes it from its template." "规则书要求从该状态起必须有这份记录。可用 clue draft 标识 记录 按模板生成。";
    RecordRemoved "record-removed" Error
        "a record is there that was destroyed" "已销毁的记录又出现了"
        "In this state only the certificate exists beside the index card (R3). A record or attachment that is there again was put back, or the state was set by hand without the step that takes the records out." "在此状态下，除索引卡外只有销毁证明（R3）。又出现的记录或附件，要么是被放回的，要么是没有经过销毁步骤而手工改了状态。";
    Rule "rule" Error
        "a rule of the procedure is violated" "违反了流程规定"
        "The rulebook's rule named in the finding does not hold. clue explain RULE shows its expression and the procedure key that it comes from." "规则书中的某条规定没有得到满足。clue explain 规则名 可查看其表达式和所依据的流程条款。";
    RuleJudgement "rule-judgement" Error
        "a rule could not be judged" "规则无法判定"
        "The expression failed while it was evaluated, for example because it compares a number with text. What cannot be judged counts as violated." "表达式在求值时出错，例如拿数字与文字比较。无法判定的一律视为不满足。";
    SealBroken "seal-broken" Error
        "a sealed record was changed" "已封存的记录被改动"
        "From some state on a record may not change any more (P2). Its SHA-256 is in the trail and does not match the file. Restore it (git checkout), or take the step that opens it again." "从某个状态起，记录不得再改动（P2）。文件的 SHA-256 与经过中的封存值不一致。请恢复原文件（git checkout），或办理允许重新打开的步骤。";
    SealMissing "seal-missing" Error
        "a record should be sealed and is not" "记录应封存而未封存"
        "The state seals the record, and no step in the trail holds its SHA-256. The state was probably set by hand." "该状态要求封存此记录，但经过中没有它的 SHA-256。多半是手工改了状态。";
    NumberDuplicate "number-duplicate" Error
        "a register number is taken twice" "编号重复"
        "Two clues bear the same number. Numbers are never given twice (T4). This usually comes from two clones that registered without exchanging." "两条线索使用了同一个编号。编号绝不重复（T4）。通常是两份克隆各自登记、未及时同步造成的。";
    NumberUnregistered "number-unregistered" Error
        "register and clue disagree" "编号登记与线索不一致"
        "A numbered clue has an entry in register/ that names its id, and each entry names a clue that bears the number (T4). Entries are written by the step that gives the number." "有编号的线索在 register/ 中都有一项写着它的标识，每一项所指的线索也都带着这个编号（T4）。登记项由给号的步骤写入。";
    // The rulebook itself.
    RulebookReference "rulebook-reference" Error
        "the rulebook names something that it does not declare" "规则书引用了未声明的名称"
        "A state, step, role, record, category or other name in workflow.yaml is declared nowhere in it." "workflow.yaml 引用的状态、步骤、角色、记录、类别等名称没有声明。";
    RulebookUnreachable "rulebook-unreachable" Error
        "no step leads to a state" "没有步骤能到达某个状态"
        "Add a step that leads there, or delete the state." "请增加通往该状态的步骤，或删除该状态。";
    RulebookDeadEnd "rulebook-dead-end" Error
        "no step leads out of a state that is not final" "某个非终结状态没有出路"
        "A clue in it would wait for ever (P4). Add a step from it, or mark the state as final." "处于该状态的线索将永远等待（P4）。请增加从它出发的步骤，或把它标为终结状态。";
    RulebookNobody "rulebook-nobody" Error
        "nobody may take a step" "没有人可以办理某个步骤"
        "No person of the organisation has one of the roles that the step asks for. Give somebody the role in organisation.yaml." "组织中没有人具备该步骤要求的角色。请在 organisation.yaml 中把角色授予某人。";
    RulebookTranslation "rulebook-translation" Error
        "a label or message exists in one language only" "标签或消息只有一种语言"
        "Everything that people see exists in English and Chinese. Fill in the missing one." "所有给人看的文字都要有中英文两种。请补上缺少的一种。";
    RulebookDeadline "rulebook-deadline" Error
        "a deadline has no end" "期限没有终点"
        "A deadline says from when it runs, until when, and how long (P4). Without an end it could never be met." "期限要写明从何时起、到何时止、多长（P4）。没有终点的期限永远无法完成。";
    ExpressionSyntax "expression-syntax" Error
        "an expression cannot be read" "表达式语法错误"
        "Conditions are written in CEL, the Common Expression Language: `collection.reporter.anonymous == false`, `transfers.exists(t, t.status == 'sent')`." "条件使用 CEL（通用表达式语言）书写，例如 collection.reporter.anonymous == false、transfers.exists(t, t.status == 'sent')。";
    ExpressionName "expression-name" Error
        "an expression names a field that no schema has" "表达式使用了模式中没有的字段"
        "Every name in an expression is checked against the schemas before anything is judged, so that a misspelt rule is noticed at once and not when it silently never applies." "表达式中的每个名称在判定之前都与模式核对，这样写错的规则会立刻被发现，而不是悄悄地永远不起作用。";
    ExpressionLimit "expression-limit" Error
        "an expression is too long or nested too deeply" "表达式过长或嵌套过深"
        "An expression has at most 1,000 bytes and two nested all/exists/filter/map, so that judging takes a bounded time." "表达式最长 1000 字节，all/exists/filter/map 最多嵌套两层，以保证判定时间有限。";
    TemplateError "template-error" Error
        "a template cannot be rendered" "模板无法渲染"
        "The template has a mistake in the line shown, or uses a name that it is not given." "模板在所示行有错误，或使用了没有提供的名称。";
    CharacterWithoutFont "character-without-font" Warning
        "a character can be drawn by no font" "有字符没有字体可以显示"
        "The program carries faces with the characters of GB 2312, of the General Standard Chinese Characters (8,105) and of Latin. What they lack stands as 〓 in the PDF, so that nobody takes a gap for the text. Faces that have it go into templates/fonts/ of the repository, or are named by --fonts; the record itself keeps its character." "本程序自带的字体包含 GB 2312、《通用规范汉字表》（8105 字）和拉丁字母。字体中没有的字符在 PDF 中以〓表示，不会悄悄留空。请把含有该字的字体放入仓库的 templates/fonts/，或用 --fonts 指定；记录中的原字不受影响。";
    FontUnreadable "font-unreadable" Warning
        "a font file cannot be used" "字体文件无法使用"
        "The file is no TrueType or OpenType font, or is larger than 64 MB. The document was drawn with the other faces." "该文件不是 TrueType 或 OpenType 字体，或者超过 64 MB。文书已用其他字体生成。";
    DocumentTooLong "document-too-long" Error
        "a document is too long to be drawn" "文书过长，无法排版"
        "A PDF is drawn from at most 2 MB of text, which is some 1,000 pages. Put long material into attachments/, or render as HTML." "PDF 最多由 2 MB 文字排版，约 1000 页。请把大件材料放入 attachments/，或改用 HTML 格式。";
    DocumentFailed "document-failed" Error
        "the typesetter stopped" "排版程序中止"
        "The typesetter stopped by a fault of its own, and nothing was written. Render the document as HTML meanwhile, and report the record that causes it." "排版程序自身出错而中止，没有写出任何文件。请暂用 HTML 格式，并反馈导致此问题的记录。";
    DocumentAttachment "document-attachment" Warning
        "a document lists an attachment that is not there" "文书列出的附件不存在"
        "The register of contents lists every attachment that the collection form names. One whose file is gone is marked in the register, so that paper never promises what the folder does not hold (R1). clue check tells the same as attachment-missing." "卷内目录列出线索收集表登记的全部附件。文件已不存在的，在目录中注明，使纸面不会承诺目录中没有的材料（R1）。clue check 以 attachment-missing 报告同一问题。";
    // Steps.
    StepUnknown "step-unknown" Error
        "there is no such step" "没有这个步骤"
        "Steps are declared in workflow.yaml; clue next ID lists those that can be taken now." "步骤在 workflow.yaml 中声明；clue next 标识 会列出现在可以办理的步骤。";
    StepState "step-state" Error
        "the step cannot be taken from this state" "当前状态不能办理此步骤"
        "The rulebook says from which states a step leads. clue next ID lists what can be done now." "规则书规定了步骤可以从哪些状态出发。clue next 标识 会列出现在可以办理的步骤。";
    StepRole "step-role" Error
        "this person may not take the step" "此人无权办理该步骤"
        "The rulebook says which roles may take a step; organisation.yaml says who has them. The actor is git's author (user.email)." "规则书规定哪些角色可以办理该步骤，organisation.yaml 规定谁具备角色。办理人就是 git 的作者（user.email）。";
    StepSeparation "step-separation" Error
        "separation of duties forbids it" "违反职责分离"
        "Somebody else must take this step than the person who did the work it judges (A5, S1)." "该步骤须由经办人以外的人办理（A5、S1）。";
    StepReason "step-reason" Error
        "a reason is required" "必须说明理由"
        "The trail keeps why the step was taken (P2). Give it with -m." "经过中要留下办理理由（P2）。请用 -m 说明。";
    StepArgument "step-argument" Error
        "the step needs to be told more, or something else" "步骤的参数缺失或有误"
        "For example which department's slip is meant (--department), or a value given with --set that has no place." "例如没有说明是哪个部门的流转单（--department），或 --set 给的值没有对应位置。";
    StepUncommitted "step-uncommitted" Error
        "the step rests on something that is not committed" "步骤所依据的内容尚未提交"
        "A step is judged by organisation, rulebook, schemas and index card as the last commit has them, because whoever reads the history later has nothing else (P2). Commit the change to organisation or rulebook first; restore a card that was edited by hand." "步骤以最近一次提交中的组织、规则书、模式和索引卡为依据，因为以后查阅历史的人只能看到这些（P2）。组织或规则书的改动请先提交；手工改过的索引卡请恢复。";
    StepCondition "step-condition" Error
        "the step's condition does not hold" "不满足步骤的条件"
        "The rulebook gives the step a condition of its own. The finding says what is missing." "规则书对该步骤另有条件。提示中说明了还缺什么。";
    StepSignature "step-signature" Error
        "the step must be signed" "该步骤须签名"
        "The rulebook says of the step that it is signed (signed: true), so that nobody can take it in another's name. git signs with an SSH key when it is told so: git config commit.gpgSign true; git config gpg.format ssh; git config user.signingKey ~/.ssh/id_ed25519.pub. The public key stands among the person's keys in organisation.yaml, which is committed." "规则书规定该步骤须签名（signed: true），使任何人不能冒名办理。让 git 用 SSH 密钥签名：git config commit.gpgSign true、git config gpg.format ssh、git config user.signingKey ~/.ssh/id_ed25519.pub。公钥须登记在 organisation.yaml 中本人的 keys 下并已提交。";
    // History.
    HistoryAuthor "history-author" Error
        "a commit's author is nobody who may have made it" "提交的作者不符"
        "The author of a commit that changes clues or rules is a person of the organisation at that time, and is the one whom the trail names. Who commits for somebody else leaves a trail that cannot be trusted (P2)." "改动线索或规则的提交，其作者须是当时组织中的人员，并与经过中的办理人一致。代人提交会使经过不可信（P2）。";
    HistoryDate "history-date" Error
        "a date of a commit cannot be" "提交的日期不合常理"
        "The time of a step in the trail is the author date of its commit; the author date lies close before the moment of committing; no commit is older than those it rests on; and none is dated in the future. How close is a setting of the rulebook (history). Anything else is back-dating, or a clock that is wrong." "经过中的时间就是提交的作者日期；作者日期应略早于实际提交的时刻；后面的提交不得早于它所依据的提交，也不得晚于现在。允许的出入由规则书的 history 规定。除此之外就是倒填日期，或时钟不准。";
    HistoryTrailer "history-trailer" Error
        "a commit's message says another thing than the commit does" "提交说明与内容不符"
        "The trailers Clue-Id, Clue-Step, Clue-From and Clue-To name the step that the commit takes. A message that names another one, or one that was not taken, misleads whoever reads the history." "提交说明末尾的 Clue-Id、Clue-Step、Clue-From、Clue-To 写明本次办理的步骤。写成别的步骤，或写了没有办理的步骤，会误导查阅历史的人。";
    HistoryTrail "history-trail" Error
        "the trail was rewritten" "办理经过被改写"
        "What the trail holds stays for ever: entries are only added, at its end (P2)." "经过中的条目永久保留，只能在末尾增加（P2）。";
    HistorySteps "history-steps" Error
        "a commit holds more than one step of a clue" "一次提交包含多个步骤"
        "Each step is a commit of its own, so that what stood before and after it can be judged; a merge takes none. Squashing commits destroys that." "每一步单独提交，这样才能核对前后内容；合并提交不办理步骤。压缩合并（squash）会破坏这一点。";
    HistoryCard "history-card" Error
        "the index card is not as steps leave it" "索引卡与步骤的结果不一致"
        "Only steps change clue.yaml, and each gives it exactly what the rulebook says. Here it was changed without a step, or to something else." "clue.yaml 只由步骤改动，每一步写入什么由规则书决定。这里没有办理步骤就改了，或改成了别的内容。";
    HistoryField "history-field" Error
        "a field that only steps write was changed" "只由步骤写入的字段被改动"
        "Signatures of approval, receipt and completion, and the status of a slip, are written by the step that they stand for (readOnly in the schema). Somebody wrote one without taking the step." "审批、签收、办结的签署和流转单的状态由相应的步骤写入（模式中标为 readOnly）。有人没有办理步骤就写了它。";
    HistoryEntry "history-entry" Error
        "an entry that must be kept was changed or taken out" "须保留的条目被改动或删除"
        "Entries of a handling record, once committed, stay as they are (P2, H9). What was wrong in one is put right by another one." "处理记录的条目一经提交就不再改动（P2、H9）。写错的，另加一条更正。";
    HistoryDeletion "history-deletion" Error
        "something was deleted that may not be" "删除了不得删除的内容"
        "A clue that was collected stays, also when it is dismissed; only destruction after its retention period removes its records (R3)." "线索一经提交就不得删除，不予受理的也一样；只有保管期满后的销毁才移除记录（R3）。";
    HistoryNumber "history-number" Error
        "the register of numbers was tampered with" "编号登记被改动"
        "Numbers are given in their order by the step that registers a clue, and never twice, also not after a clue is gone (T4)." "编号由登记步骤依次给出，绝不重复，线索不在之后也不再使用（T4）。";
    HistoryAuthority "history-authority" Error
        "rules or people were changed by somebody who may not" "无权者修改了规则或人员"
        "The rulebook says under history.changes which roles may change organisation, rulebook, schemas, templates and calendar (P2). It counts as it stood before the change. Told at a merge, too: somebody who had lost a role on one line of history went on from an older commit, where they still had it. By the dates of the commits, what was done before the role was lost is no fault." "规则书的 history.changes 规定哪些角色可以修改组织、规则书、模式、模板和日历（P2），以修改之前的规定为准。合并时也会报出：某人在一条历史上已失去角色，却从仍有该角色的旧提交继续办理。按提交日期，失去角色之前所办的不算问题。";
    HistoryMerge "history-merge" Error
        "a merge holds what neither side has" "合并提交包含双方都没有的内容"
        "A merge brings two histories together: what one of them has changed is in the result, and nothing else. A change hidden in it was made by nobody." "合并只是把两边的历史合到一起：一方的改动应出现在结果中，除此之外不应有别的改动。藏在合并中的改动没有人负责。";
    HistoryFile "history-file" Error
        "a commit adds a file that belongs nowhere" "提交加入了格式之外的文件"
        "Below clues/, register/, schema/ and calendar/ there are records, entries and settings only. Anything else would be read by nothing and judged by nobody." "clues/、register/、schema/、calendar/ 之下只有记录、登记项和设置；其他文件没有程序会读，也没有人核对。";
    HistoryUnreadable "history-unreadable" Error
        "what a commit holds cannot be read" "提交的内容无法读取"
        "The header of the commit does not say who made it and when, or its organisation or rulebook cannot be used. It is judged by the last rulebook before it that can be, and the history after it as always. An object that is missing ends the audit instead: nobody is at fault for a damaged repository." "该提交的头部没有写明由谁、何时提交，或者其组织或规则书无法使用。此时以之前最近可用的规则书为准，其后的历史照常审计。缺少对象则会中止审计：仓库损坏不是谁的过错。";
    HistorySignature "history-signature" Error
        "a commit's signature is missing, or not its author's" "提交缺少签名，或签名不是作者的"
        "Where the rulebook says that a step is signed (signed: true), its commit bears an SSH signature by a key that organisation.yaml lists for its author and that was valid when it was committed. A signature that does not match its commit is a fault wherever it stands." "规则书写明须签名的步骤（signed: true），其提交须有 SSH 签名，所用密钥须登记在 organisation.yaml 的作者名下，且提交时有效。与提交内容不符的签名，无论在哪里都是问题。";
    HistoryReference "history-reference" Error
        "a branch may not be moved like that" "不允许这样移动分支"
        "The protected branch only grows: it is not deleted, and nothing that was pushed is taken back. Pull and push again." "受保护的分支只增不减：不能删除，已推送的内容不能撤回。请先拉取再推送。";
    HistoryCheckpoint "history-checkpoint" Error
        "history does not agree with a checkpoint" "历史与检查点不符"
        "A checkpoint (clue checkpoint) is a signed statement of what the repository held at a commit: how many commits, clues and records, and the SHA-256 of its manifest. Its tag is gone or was moved, its signature is not good, the commit is not in the history any more, or what the commit holds is something else. Either history was rewritten, or the checkpoint was forged. Compare with other clones and with the line that was kept elsewhere before anything else is done." "检查点（clue checkpoint）是经签名的声明，说明某次提交时仓库里有多少次提交、多少条线索和记录，以及清单的 SHA-256。现在它的标签不见了或被移动，签名无效，该提交已不在历史中，或其内容与声明不同：不是历史被改写，就是检查点被伪造。请先与其他克隆以及另行保存的那一行核对，再做其他事情。";
    // Archive packages.
    PackageFormat "package-format" Error
        "a folder is no archive package, or not a whole one" "目录不是归档信息包，或者不完整"
        "An archive package is a BagIt bag (RFC 8493): bagit.txt, manifests of SHA-256 and SHA-512, and the payload in data/, ordinary files only, none of them elsewhere, no path that leads out of the folder. A package that is not so cannot be verified. Take it from another copy." "归档信息包是 BagIt 信息包（RFC 8493）：有 bagit.txt、SHA-256 和 SHA-512 清单，内容在 data/ 中，只含普通文件，全部在包内，路径不得指向目录之外。不符合的无法核对，请改用另一份副本。";
    PackageMissing "package-missing" Error
        "a file of an archive package is not there" "归档信息包缺少文件"
        "A manifest lists a file that is not in the package. Take it from another copy of the package: the hash in the manifest tells whether it is the right one." "清单所列的文件不在信息包中。请从另一份副本取得该文件，并用清单中的哈希值核对。";
    PackageExtra "package-extra" Error
        "an archive package holds a file that no manifest lists" "归档信息包中有清单未列的文件"
        "What no manifest lists was added after the package was made, and nobody vouches for it. Take it out, or use another copy." "清单未列的文件是在信息包生成之后加入的，没有依据可以证明。请移出该文件，或改用另一份副本。";
    PackageChanged "package-changed" Error
        "a file of an archive package was changed" "归档信息包中的文件被改动"
        "The file's hash is not the one in the manifest: it was changed or damaged after the package was made. Use another copy." "文件的哈希值与清单不同：信息包生成之后文件被改动或损坏。请改用另一份副本。";
    PackageMetadata "package-metadata" Error
        "a package's records are not what it says of them" "信息包中的记录与其说明不符"
        "metadata.json and the trail of the index card name each record with its SHA-256. A record in the package has another one, although the manifests may agree: somebody put other records in and wrote the manifests anew. Compare with the hash in archive.yaml of the repository, and use another copy." "metadata.json 和索引卡的办理经过写有每份记录的 SHA-256。包中的记录与之不同，即使清单一致，也说明有人换入了别的记录并重写了清单。请与仓库中 archive.yaml 的哈希值核对，并改用另一份副本。";
    PackageHistory "package-history" Error
        "a package's history does not agree with its records" "信息包中的历史与记录不符"
        "history.bundle holds the clue's commits; the newest one has the very files that lie in data/records. It cannot be read, or has others." "history.bundle 含有该线索的各次提交，其中最新一次的文件应与 data/records 完全相同。现在它无法读取，或者内容不同。";
    PackageOther "package-other" Error
        "a package is another one than was asked for" "信息包不是所要核对的那一个"
        "The SHA-256 of the package (of its tagmanifest-sha256.txt) is not the one that was expected, such as that in archive.yaml of the clue. The package may be whole and still be another one, or one that was made anew." "信息包的 SHA-256（即 tagmanifest-sha256.txt 的哈希值）与预期的不同，例如线索 archive.yaml 中所写的。信息包本身可能完整，却不是那一个，或者是重新生成的。";
    // Import.
    ImportRow "import-row" Error
        "a row was not imported" "有一行未能导入"
        "The row does not make a valid collection form by the map. Nothing of it was written. Correct the row or the map and import again: rows that are in already are not added twice." "该行按映射得不到有效的线索收集表，没有写入任何内容。请改正该行或映射后重新导入：已导入的行不会重复添加。";
    ImportFile "import-file" Error
        "a table cannot be read" "表格无法读取"
        "The file holds no table with named columns, is in another encoding than it seems, or is locked with a password. No row of it was looked at. Save it again as CSV or XLSX, or say in the map how it is to be read (sheet, header, encoding, delimiter)." "文件中没有带列名的表格，编码与声明不符，或者有密码保护，因此没有处理任何一行。请另存为 CSV 或 XLSX，或在映射中写明读法（sheet、header、encoding、delimiter）。";
    ImportMap "import-map" Error
        "the map of an import is wrong" "导入映射有误"
        "The map names a column that the table does not have, or a field that the collection form does not have." "映射引用了表格中没有的列，或线索收集表中没有的字段。";
}

impl Code {
    /// Finds a code by its name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_described_in_both_languages() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        for &code in Code::ALL {
            assert_eq!(Code::by_name(code.name()), Some(code));
            for text in [code.summary(), code.explanation()] {
                assert!(
                    !text.en.is_empty() && !text.zh.is_empty(),
                    "{}",
                    code.name()
                );
                assert!(
                    text.zh.chars().any(|character| character > '\u{2e80}'),
                    "{}",
                    code.name()
                );
            }
        }
    }
}
