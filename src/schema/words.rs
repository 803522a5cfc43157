//! Puts a schema's complaint into words, in both languages, with the place in the file.
//! It never decides whether a value is right; that the validator has done.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::schema::{field, title};
use crate::text::{Bilingual, Choices, Span, nearest, visible_line};
use crate::yaml::{Node, Value as Yaml};

/// The findings of one complaint.
pub(super) fn describe(
    error: &ValidationError<'_>,
    path: &str,
    root: &Node,
    schema: &Value,
) -> Vec<Diagnostic> {
    let pointer = error.instance_path().to_string();
    let node = root.at_pointer(&pointer).unwrap_or(root);
    let place = Place::at(
        path,
        first_line(root.locate_pointer(&pointer), root, &pointer),
    );
    let (name_en, name_zh) = names(schema, &pointer);
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            let inner = format!("{pointer}/{key}");
            let label = title(schema, &inner);
            let (en, zh) = label.map_or((String::new(), String::new()), |label| {
                let en = label.en.to_lowercase();
                let same = en == key.replace('_', " ");
                (
                    if same {
                        String::new()
                    } else {
                        format!(" ({en})")
                    },
                    format!("（{}）", label.zh),
                )
            });
            vec![
                Diagnostic::new(
                    Code::SchemaMissing,
                    Place::at(path, head(node)),
                    format!("`{key}`{en} is missing"),
                    format!("缺少 `{key}`{zh}"),
                )
                .remedy(
                    format!("add a line `{key}: ...`"),
                    format!("请补充一行 `{key}: …`"),
                ),
            ]
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|key| unknown_field(key, path, node, schema, &pointer))
            .collect(),
        ValidationErrorKind::PropertyNames { .. } => vec![Diagnostic::new(
            Code::SchemaValue,
            place,
            format!(
                "a key under {name_en} has characters that are not allowed; use small letters, digits and hyphens"
            ),
            format!("{name_zh}下的某个键含有不允许的字符，只能用小写字母、数字和连字符"),
        )],
        ValidationErrorKind::Type { kind } => {
            vec![wrong_type(kind, place, node, &name_en, &name_zh)]
        }
        ValidationErrorKind::Enum { options } => {
            let known = choices(options, schema, &pointer);
            let list = known.list();
            let allowed = Bilingual::new(
                format!("allowed are: {}", list.en),
                format!("可用的值：{}", list.zh),
            );
            let meant = error
                .instance()
                .as_str()
                .and_then(|text| known.suggestion(text));
            let remedy = match meant {
                Some(meant) => Bilingual::new(
                    format!("{}; {}", meant.en, allowed.en),
                    format!("{}{}", meant.zh, allowed.zh),
                ),
                None => allowed,
            };
            vec![
                Diagnostic::new(
                    Code::SchemaValue,
                    place,
                    format!("{name_en} cannot be {}", shown(error.instance())),
                    format!("{name_zh}不能是 {}", shown(error.instance())),
                )
                .remedy(remedy.en, remedy.zh),
            ]
        }
        ValidationErrorKind::Format { format } => vec![misshapen(
            format,
            place,
            error.instance(),
            &name_en,
            &name_zh,
        )],
        ValidationErrorKind::Pattern { pattern } => {
            let format = match pattern {
                pattern if pattern.contains('T') && pattern.contains("{4}") => "date-time",
                pattern if pattern.starts_with("^[0-9]{4}-[0-9]{2}") => "date",
                pattern if pattern.starts_with("^[a-z0-9]+(-") => "key",
                pattern if pattern.contains("[0-9a-f]{64}") => "sha256",
                other => other,
            };
            vec![misshapen(
                format,
                place,
                error.instance(),
                &name_en,
                &name_zh,
            )]
        }
        ValidationErrorKind::MinLength { .. } => vec![
            Diagnostic::new(
                Code::SchemaValue,
                place,
                format!("{name_en} is empty"),
                format!("{name_zh}没有填写"),
            )
            .remedy("fill it in", "请填写"),
        ],
        ValidationErrorKind::MaxLength { limit } => vec![Diagnostic::new(
            Code::SchemaValue,
            place,
            format!("{name_en} is longer than {limit} characters"),
            format!("{name_zh}超过 {limit} 个字"),
        )],
        ValidationErrorKind::MinItems { limit } => vec![
            Diagnostic::new(
                Code::SchemaValue,
                place,
                format!("{name_en} needs at least {limit}"),
                format!("{name_zh}至少要有 {limit} 项"),
            )
            .remedy("add a line `- ...` below it", "请在其下补充 `- …`"),
        ],
        ValidationErrorKind::MaxItems { limit } => vec![Diagnostic::new(
            Code::SchemaValue,
            place,
            format!("{name_en} has more than {limit} entries"),
            format!("{name_zh}超过 {limit} 项"),
        )],
        ValidationErrorKind::MinProperties { limit } => vec![Diagnostic::new(
            Code::SchemaValue,
            place,
            format!("{name_en} needs at least {limit}"),
            format!("{name_zh}至少要有 {limit} 项"),
        )],
        ValidationErrorKind::Minimum { limit } => vec![Diagnostic::new(
            Code::SchemaValue,
            place,
            format!("{name_en} must be at least {limit}"),
            format!("{name_zh}不能小于 {limit}"),
        )],
        other => vec![Diagnostic::new(
            Code::SchemaValue,
            place,
            format!(
                "{name_en} is not as its schema wants it ({})",
                other.keyword()
            ),
            format!("{name_zh}不符合模式的要求（{}）", other.keyword()),
        )],
    }
}

/// The values that a schema allows, with its labels for them.
fn choices(options: &Value, schema: &Value, pointer: &str) -> Choices {
    let labels = field(schema, pointer).and_then(|field| field.get("x-labels"));
    let known = options.as_array().into_iter().flatten();
    Choices::new(known.filter_map(Value::as_str).map(|key| {
        let label = labels.and_then(|labels| labels.get(key)).cloned();
        let label = label.and_then(|label| serde_json::from_value(label).ok());
        (key.to_owned(), label.unwrap_or_default())
    }))
}

fn unknown_field(key: &str, path: &str, node: &Node, schema: &Value, pointer: &str) -> Diagnostic {
    let span = node.entry(key).map_or(node.span, |entry| entry.key_span);
    // What stands behind a full-width colon is what the field holds, and findings are read by many.
    let label = key.split_inclusive('：').next().unwrap_or(key);
    let shown = visible_line(label);
    let diagnostic = Diagnostic::new(
        Code::SchemaUnknown,
        Place::at(path, span),
        format!("there is no field `{shown}`"),
        format!("没有 `{shown}` 这个字段"),
    );
    let known = fields(schema, pointer);
    if let Some((label, _)) = key.split_once('：') {
        return diagnostic.remedy(
            format!("after `{label}` stands a full-width colon; YAML wants `: `"),
            format!("`{label}` 后面是全角冒号，YAML 要用半角冒号加空格"),
        );
    }
    match nearest(key, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.remedy(
            format!("perhaps `{near}` is meant"),
            format!("是否想写 `{near}`？"),
        ),
        None => diagnostic.remedy(
            format!("fields here: {}", known.join(", ")),
            format!("此处可用的字段：{}", known.join("、")),
        ),
    }
}

fn fields(schema: &Value, pointer: &str) -> Vec<String> {
    let mut schema = schema;
    for part in pointer.split('/').skip(1) {
        let next = schema
            .get("properties")
            .and_then(|properties| properties.get(part))
            .or_else(|| schema.get("items"))
            .or_else(|| schema.get("additionalProperties"));
        match next {
            Some(inner) => schema = inner,
            None => return Vec::new(),
        }
    }
    schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

fn wrong_type(
    kind: &TypeKind,
    place: Place,
    node: &Node,
    name_en: &str,
    name_zh: &str,
) -> Diagnostic {
    let expected: Vec<String> = match kind {
        TypeKind::Single(kind) => vec![kind.to_string()],
        TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).collect(),
    };
    let expected: Vec<&str> = expected
        .iter()
        .map(String::as_str)
        .filter(|kind| *kind != "null")
        .collect();
    let en: Vec<&str> = expected.iter().map(|kind| type_name(kind).0).collect();
    let zh: Vec<&str> = expected.iter().map(|kind| type_name(kind).1).collect();
    let (found_en, found_zh) = match &node.value {
        Yaml::Null => ("empty", "空的"),
        Yaml::Bool(_) => ("a truth value", "真假值"),
        Yaml::Integer(_) | Yaml::Float(_) => ("a number", "数字"),
        Yaml::String(_) => ("text", "文字"),
        Yaml::Sequence(_) => ("a list", "列表"),
        Yaml::Mapping(_) => ("a group of fields", "一组字段"),
    };
    let diagnostic = Diagnostic::new(
        Code::SchemaType,
        place,
        format!("{name_en} must be {}, and is {found_en}", en.join(" or ")),
        format!("{name_zh}应为{}，实际是{found_zh}", spaced(&zh.join("或"))),
    );
    let quotable = matches!(
        node.value,
        Yaml::Bool(_) | Yaml::Integer(_) | Yaml::Float(_)
    );
    let truth = (expected == ["boolean"]).then(|| truth_of(node)).flatten();
    if let Some(truth) = truth {
        diagnostic.remedy(
            format!("perhaps `{truth}` is meant"),
            format!("是否想写 `{truth}`？"),
        )
    } else if expected == ["boolean"] && !node.is_null() {
        diagnostic.remedy("write true or false", "请写 true 或 false")
    } else if quotable && expected.contains(&"string") && node.plain {
        diagnostic.remedy("put it in quotes", "请加上引号")
    } else if node.is_null() {
        diagnostic.remedy("fill it in", "请填写")
    } else if expected.contains(&"array") {
        diagnostic.remedy(
            "write one entry a line, below the key: `  - ...`",
            "请在键的下方每行写一项：`  - …`",
        )
    } else if expected.contains(&"object") {
        diagnostic.remedy(
            "write one field a line, as `key: value`",
            "请每行写一个字段：`键: 值`",
        )
    } else {
        diagnostic
    }
}

/// Words that begin with a Latin letter stand off from Chinese before them.
fn spaced(words: &str) -> String {
    let gap = if words.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        " "
    } else {
        ""
    };
    format!("{gap}{words}")
}

/// What people write for true and false.
fn truth_of(node: &Node) -> Option<bool> {
    match &node.value {
        Yaml::String(text) => match text.trim().to_lowercase().as_str() {
            "是" | "有" | "对" | "真" | "yes" | "y" | "on" | "true" => Some(true),
            "否" | "无" | "不是" | "没有" | "假" | "no" | "n" | "off" | "false" => {
                Some(false)
            }
            _ => None,
        },
        Yaml::Integer(1) => Some(true),
        Yaml::Integer(0) => Some(false),
        _ => None,
    }
}

fn type_name(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "string" => ("text", "文字"),
        "integer" => ("a whole number", "整数"),
        "number" => ("a number", "数字"),
        "boolean" => ("true or false", "true 或 false"),
        "array" => ("a list", "列表"),
        "object" => ("a group of fields", "一组字段"),
        _ => ("empty", "空"),
    }
}

fn misshapen(
    format: &str,
    place: Place,
    value: &Value,
    name_en: &str,
    name_zh: &str,
) -> Diagnostic {
    let diagnostic = |en: &str, zh: &str| {
        Diagnostic::new(
            Code::SchemaValue,
            place.clone(),
            format!("{name_en}: {} is no {en}", shown(value)),
            format!("{name_zh}：{} 不是有效的{zh}", shown(value)),
        )
    };
    match format {
        "date-time" => diagnostic("time", "时间").remedy(
            "write it like 2026-11-23T09:12:00+08:00",
            "请写成 2026-11-23T09:12:00+08:00 的形式",
        ),
        "date" => diagnostic("date", "日期")
            .remedy("write it like 2026-11-23", "请写成 2026-11-23 的形式"),
        "key" => diagnostic("key", "键").remedy(
            "use small letters, digits and hyphens, such as wang-fang",
            "只能用小写字母、数字和连字符，例如 wang-fang",
        ),
        "sha256" => diagnostic("SHA-256", "SHA-256 值").remedy(
            "64 hexadecimal digits, in quotes",
            "应为加引号的 64 位十六进制数",
        ),
        other => Diagnostic::new(
            Code::SchemaValue,
            place,
            format!("{name_en}: {} does not have the form {other}", shown(value)),
            format!("{name_zh}：{} 不符合格式 {other}", shown(value)),
        ),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{}`", crate::text::shorten(&visible_line(text), 60)),
        Value::Null => "empty".to_owned(),
        other => format!("`{}`", crate::text::shorten(&other.to_string(), 60)),
    }
}

/// How a message calls the value at a pointer: its key, and its title.
fn names(schema: &Value, pointer: &str) -> (String, String) {
    let key = pointer
        .rsplit('/')
        .find(|part| !part.is_empty() && part.parse::<usize>().is_err());
    // An entry of a list is called after the list.
    let of_list = || {
        let (parent, last) = pointer.rsplit_once('/')?;
        last.parse::<usize>().ok()?;
        title(schema, parent)
    };
    match (key, title(schema, pointer).or_else(of_list)) {
        (Some(key), Some(label)) if label.en.to_lowercase() != key.replace('_', " ") => (
            format!("`{key}` ({})", label.en.to_lowercase()),
            format!("{}（`{key}`）", label.zh),
        ),
        (Some(key), Some(label)) => (format!("`{key}`"), format!("{}（`{key}`）", label.zh)),
        (Some(key), None) => (format!("`{key}`"), format!("`{key}` ")),
        (None, _) => ("the record".to_owned(), "记录".to_owned()),
    }
}

fn head(node: &Node) -> Span {
    node.entries()
        .first()
        .map_or(Span::new(node.span.start, node.span.start + 1), |entry| {
            entry.key_span
        })
}

/// A finding about a group or list points at its first key, not at all of its lines.
fn first_line(span: Span, root: &Node, pointer: &str) -> Span {
    match root.at_pointer(pointer) {
        Some(node) if !node.entries().is_empty() => head(node),
        Some(node) if !node.items().is_empty() => node.items()[0]
            .entries()
            .first()
            .map_or(node.items()[0].span, |entry| entry.key_span),
        _ => span,
    }
}
