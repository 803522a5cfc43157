//! The words around a name or a means of contact: titles, departments, labels. It says what they leave, and looks at no text.

use crate::disclosure::needle::is_wide;
use crate::disclosure::value::HYPHENS;

/// Characters that a Chinese name has at most where it stands in a contact, or behind an organ.
pub(super) const NAME: usize = 4;
/// What joins two Chinese names.
const JOINS: &[char] = &['和', '与', '及', '跟', '、'];
/// Titles and other words that name nobody.
pub(super) const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "sir",
    "madam",
    "anonymous",
    "the",
    "and",
    "先生",
    "女士",
    "小姐",
    "同志",
    "师傅",
    "老师",
    "总经理",
    "副经理",
    "经理",
    "主任",
    "匿名",
    "员工",
    "职工",
    "工人",
    "总工程师",
    "工程师",
    "技术员",
    "业务员",
    "主管",
    "部长",
    "科长",
    "处长",
    "局长",
    "总监",
    "班长",
    "组长",
    "队长",
    "校长",
    "院长",
    "店长",
    "厂长",
    "同事",
    "客户",
    "顾客",
    "用户",
    "业主",
    "居民",
    "村民",
    "司机",
    "护士",
    "医生",
    "教授",
    "律师",
    "记者",
    "秘书",
    "助理",
    "会计",
    "出纳",
    "反映人",
    "举报人",
    "投诉人",
    "等人",
];
/// Surnames of nine in ten Chinese, but for those that begin common words (时, 全, 向 ...).
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦柳邢路岳齐梅莫庄辛管祝左涂谷祁耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边闫肖郎";
const COMPOUND: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒",
    "端木", "南宫", "独孤", "呼延", "宇文", "长孙",
];
/// Words that begin like a name.
const NO_NAMES: &[&str] = &[
    "马上", "方便", "白天", "高峰", "周一", "周二", "周三", "周四", "周五", "周六", "周日", "周末",
    "金额", "常用", "安全", "任何", "万元", "关于", "成功", "解决", "包括", "单位", "车间", "房间",
    "华东", "华南", "江南", "江北", "边上", "石油", "文件", "文书", "章程", "管理", "程序", "路上",
    "阳台", "位置", "查询", "游客", "强烈", "成品", "万一", "易损", "施工", "田间", "林业", "江苏",
    "安徽", "云南", "贵州",
];
/// Words before a means of contact.
const LABELS: &[&str] = &[
    "tel",
    "tel.",
    "telephone",
    "phone",
    "mobile",
    "cell",
    "fax",
    "email",
    "e-mail",
    "mail",
    "address",
    "联系电话",
    "电话",
    "手机号",
    "手机",
    "座机",
    "电子邮箱",
    "邮箱",
    "电邮",
    "邮件",
    "家庭住址",
    "住址",
    "地址",
    "内线",
    "传真",
];
/// Those before the name of an account.
const ACCOUNTS: &[&str] = &[
    "wechat",
    "weixin",
    "qq",
    "whatsapp",
    "telegram",
    "signal",
    "skype",
    "line",
    "微信号",
    "微信",
    "账号",
    "帐号",
    "支付宝",
    "微博",
    "抖音",
    "qq号",
];
/// How the name of a part of an organisation ends, and how that of a place.
const ORGANS: &[&str] = &[
    "部",
    "处",
    "科",
    "组",
    "局",
    "公司",
    "车间",
    "中心",
    "工厂",
    "厂",
    "医院",
    "学院",
    "大学",
    "办公室",
    "集团",
    "银行",
    "分行",
    "分店",
    "商店",
    "超市",
];
pub(super) const PLACES: &[char] = &[
    '省', '市', '县', '区', '镇', '乡', '村', '路', '街', '巷', '弄', '号', '楼', '室', '栋', '幢',
    '层',
];
/// What follows a label that a word begins with, and whether that is the name of an account.
pub(super) fn labelled(word: &str) -> Option<(bool, &str)> {
    let begins = |label: &&&str| {
        let head = word.get(..label.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(label)) && {
            let next = word[label.len()..].chars().next();
            // Latin labels are words of their own: `Lineker` is no LINE.
            let is_open = label.chars().all(is_wide) || label.ends_with(is_wide);
            is_open || next.is_none_or(|next| !next.is_alphabetic() || is_wide(next))
        }
    };
    let longest = |labels: &'static [&'static str]| {
        let own = labels.iter().filter(begins);
        own.map(|label| label.len()).max()
    };
    let (account, label) = (longest(ACCOUNTS), longest(LABELS));
    let length = account.max(label)?;
    let rest = word[length..].trim_start_matches(['.', '=', '-', '#']);
    Some((account >= label, rest))
}

/// Whether a word is built like a Chinese name: a surname that most people have, and a given name of one or two characters.
/// Of words around a number only these count; else 上班时间 would be withheld wherever it stands.
pub(super) fn is_chinese_name(word: &str) -> bool {
    let length = word.chars().count();
    let has_compound = COMPOUND.iter().any(|surname| word.starts_with(surname));
    let fits = match has_compound {
        true => (3..=NAME).contains(&length),
        false => word.starts_with(|one| SURNAMES.contains(one)) && (2..NAME).contains(&length),
    };
    fits && !word.ends_with(PLACES) && !NO_NAMES.contains(&word)
}

/// The names in a word in which blanks are not written: without titles and departments, and each of several.
pub(super) fn names(word: &str, departments: &[&str]) -> Vec<String> {
    let is_written_so = |text: &str| {
        text.chars()
            .all(|one| is_wide(one) || HYPHENS.contains(&one))
    };
    if word.is_empty() || !is_written_so(word) || is_organ(word, departments) {
        return Vec::new();
    }
    let mut names = Vec::new();
    let mut add = |name: &str| {
        let bare = bare(name, departments);
        let is_label = LABELS.contains(&bare) || ACCOUNTS.contains(&bare);
        if bare.chars().count() >= 2 && !is_label {
            names.push(bare.to_owned());
        }
    };
    for (at, join) in word.match_indices(JOINS) {
        let (before, after) = (&word[..at], &word[at + join.len()..]);
        if before.chars().count() >= 2 && after.chars().count() >= 2 {
            // Of three names the one in the middle stands between two joints.
            let begin = before.rfind(JOINS).map(|at| &before[at..]);
            let begin = begin.map(|text| text.trim_start_matches(JOINS));
            [Some(before), Some(after), begin]
                .into_iter()
                .flatten()
                .for_each(&mut add);
        }
    }
    // 山田太郎 may write たなか before it.
    let is_kana = |one: char| matches!(one, '\u{3040}'..='\u{30ff}');
    let mut characters = word.char_indices();
    if let Some((_, first)) = characters.next()
        && let Some((at, _)) = characters.find(|(_, one)| is_kana(*one) != is_kana(first))
    {
        add(&word[..at]);
        add(&word[at..]);
    }
    add(word);
    names
}

/// A name without the titles and departments before and after it.
fn bare<'n>(name: &'n str, departments: &[&str]) -> &'n str {
    let mut bare = untitled(name, departments);
    // Of an organ that nobody declared the ending tells it, where what follows is as long as a name.
    let ends = ORGANS.iter().flat_map(|organ| {
        let found = bare.match_indices(organ);
        found.map(|(at, organ)| at + organ.len())
    });
    let rest = ends.filter_map(|end| {
        let rest = untitled(&bare[end..], departments);
        let is_name = (2..=NAME).contains(&rest.chars().count());
        is_name.then_some((end, rest))
    });
    if let Some((_, rest)) = rest.max_by_key(|(end, _)| *end) {
        bare = rest;
    }
    bare
}

fn untitled<'n>(name: &'n str, departments: &[&str]) -> &'n str {
    let mut bare = name;
    loop {
        let before = bare;
        // A department may begin with a title, as 客户服务 does.
        let known = departments.iter().chain(TITLES);
        for known in known.filter(|known| !known.is_empty()) {
            bare = bare.strip_prefix(known).unwrap_or(bare);
            bare = bare.strip_suffix(known).unwrap_or(bare);
        }
        if bare == before {
            return bare;
        }
    }
}

/// Whether a word is a department's name, or may be that of one.
pub(super) fn is_organ(word: &str, departments: &[&str]) -> bool {
    let length = word.chars().count();
    // 李建科 is a person.
    departments.contains(&word)
        || (length > 2 && word.ends_with('部'))
        || (length > 3 && word.ends_with(['处', '科']))
}
