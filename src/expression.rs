//! Conditions of the rulebook: CEL expressions, compiled, checked against the schemas before anything runs, evaluated.
//! It never knows what an expression is for, and never lets one run unbounded.

mod memory;
mod shape;
mod shared;
mod value;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use cel::{Context, Env, Program};
use serde_json::Value;

pub use memory::Memory;
pub use shape::Shape;
pub use value::{Prepared, Scope};

use memory::{Read, names, reads};
use value::to_json;

use crate::text::{Bilingual, Span};

/// Longest expression, in bytes.
pub const MAXIMUM_LENGTH: usize = 1_000;
/// How many `all`, `exists`, `filter` or `map` may stand inside one another.
pub const MAXIMUM_NESTING: usize = 2;
/// Longest list that a record may hand to an expression; the schemas allow no longer one.
pub const MAXIMUM_LIST: usize = 1_000;

/// What kind of fault an expression has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Syntax,
    Name,
    Limit,
}

/// A fault of an expression itself, with the bytes of the expression that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub span: Span,
    pub message: Bilingual,
}

/// A compiled expression.
pub struct Expression {
    source: String,
    program: Program,
    /// No other expression of this process has the same.
    id: u64,
    reads: Vec<Read>,
    /// Where the expression is nothing but a name.
    name: Option<Read>,
}

impl Expression {
    /// Compiles an expression; the fault says where it cannot be read, or which limit it breaks.
    pub fn compile(source: &str) -> Result<Self, Fault> {
        let whole = Span::new(0, source.len());
        if source.len() > MAXIMUM_LENGTH {
            return Err(Fault {
                kind: FaultKind::Limit,
                span: whole,
                message: Bilingual::new(
                    format!(
                        "an expression of {} bytes is too long; {MAXIMUM_LENGTH} are allowed",
                        source.len()
                    ),
                    format!(
                        "表达式长 {} 字节，超过了 {MAXIMUM_LENGTH} 字节的上限",
                        source.len()
                    ),
                ),
            });
        }
        // The parser descends once for each bracket; a hostile expression must not exhaust the stack.
        if bracket_depth(source) > 40 {
            return Err(Fault {
                kind: FaultKind::Limit,
                span: whole,
                message: Bilingual::new("brackets are nested too deeply", "括号嵌套过深"),
            });
        }
        let program = environment().compile(source).map_err(|errors| {
            let first = errors.errors.first();
            let (line, column) = first.map_or((1, 1), |error| error.pos);
            let start = offset_of(source, line, column);
            let text = first.map_or_else(|| errors.to_string(), |error| error.msg.clone());
            Fault {
                kind: FaultKind::Syntax,
                span: Span::new(start, source.len().max(start)),
                message: in_words(&text),
            }
        })?;
        static COMPILED: AtomicU64 = AtomicU64::new(0);
        let expression = Self {
            source: source.to_owned(),
            id: COMPILED.fetch_add(1, Ordering::Relaxed),
            reads: reads(program.expression()),
            name: names(program.expression()),
            program,
        };
        if nesting(expression.program.expression()) > MAXIMUM_NESTING {
            return Err(Fault {
                kind: FaultKind::Limit,
                span: whole,
                message: Bilingual::new(
                    format!(
                        "more than {MAXIMUM_NESTING} of all, exists, filter and map stand inside one another"
                    ),
                    format!("all、exists、filter、map 嵌套超过 {MAXIMUM_NESTING} 层"),
                ),
            });
        }
        Ok(expression)
    }

    /// The expression as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Names every part of the expression that the given variables do not have.
    pub fn check(&self, variables: &BTreeMap<String, Shape>) -> Vec<Fault> {
        shape::check(&self.program, &self.source, variables)
    }

    /// Evaluates; the error says, in both languages, why no value came out.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, Bilingual> {
        if let Some(value) = self.name.as_ref().and_then(|name| name.plain(scope)) {
            return Ok(value);
        }
        match &scope.memory {
            Some(memory) => {
                memory.recall(self.id, &self.reads, scope, || self.evaluate_anew(scope))
            }
            None => self.evaluate_anew(scope),
        }
    }

    fn evaluate_anew(&self, scope: &Scope) -> Result<Value, Bilingual> {
        let mut context = Context::with_env(Arc::clone(environment()));
        context.set_variable_resolver(scope);
        match self.program.execute(&context) {
            Ok(value) => Ok(to_json(&value)),
            Err(error) => Err(Bilingual::new(
                error.to_string(),
                format!("求值失败：{error}"),
            )),
        }
    }

    /// Evaluates a condition; anything but true or false is an error.
    pub fn holds(&self, scope: &Scope) -> Result<bool, Bilingual> {
        match self.evaluate(scope)? {
            Value::Bool(holds) => Ok(holds),
            other => Err(Bilingual::new(
                format!("the condition gives {other}, neither true nor false"),
                format!("条件的结果是 {other}，既不是 true 也不是 false"),
            )),
        }
    }
}

fn environment() -> &'static Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| Arc::new(Env::stdlib()))
}

/// The parser's complaint, without the list of tokens that it would have taken.
fn in_words(complaint: &str) -> Bilingual {
    let token = complaint.split('\'').nth(1).unwrap_or_default();
    let unexpected = [
        "mismatched input",
        "extraneous input",
        "token recognition",
        "no viable",
    ];
    if token.contains("<EOF>") {
        Bilingual::new(
            "the expression ends too early: something is missing",
            "表达式不完整：末尾缺少内容",
        )
    } else if !token.is_empty() && unexpected.iter().any(|start| complaint.contains(start)) {
        Bilingual::new(
            format!("the expression cannot be read: `{token}` is not expected here"),
            format!("表达式无法解析：此处不应出现 `{token}`"),
        )
    } else {
        Bilingual::new(
            format!("the expression cannot be read: {complaint}"),
            format!("表达式无法解析（{complaint}）"),
        )
    }
}

fn bracket_depth(source: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'!' | b'-' => deepest = deepest.max(depth),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let prefixes = source.bytes().filter(|&byte| byte == b'!').count();
    deepest + prefixes / 8
}

fn offset_of(source: &str, line: isize, column: isize) -> usize {
    let line = usize::try_from(line.max(1)).unwrap_or(1);
    let column = usize::try_from(column.max(1)).unwrap_or(1);
    let line_start: usize = source
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let mut offset = (line_start + column - 1).min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// How deeply comprehensions stand inside one another.
fn nesting(expression: &IdedExpr) -> usize {
    let deepest =
        |parts: &mut dyn Iterator<Item = &IdedExpr>| parts.map(nesting).max().unwrap_or(0);
    match &expression.expr {
        Expr::Call(call) => deepest(&mut call.args.iter().chain(call.target.as_deref())),
        Expr::Comprehension(comprehension) => {
            let inner = [
                &comprehension.loop_cond,
                &comprehension.loop_step,
                &comprehension.result,
            ];
            (1 + deepest(&mut inner.into_iter())).max(nesting(&comprehension.iter_range))
        }
        Expr::List(list) => deepest(&mut list.elements.iter()),
        Expr::Select(select) => nesting(&select.operand),
        Expr::Map(map) => map
            .entries
            .iter()
            .map(|entry| entry_nesting(&entry.expr))
            .max()
            .unwrap_or(0),
        Expr::Struct(structure) => structure
            .entries
            .iter()
            .map(|entry| entry_nesting(&entry.expr))
            .max()
            .unwrap_or(0),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => 0,
    }
}

fn entry_nesting(entry: &EntryExpr) -> usize {
    match entry {
        EntryExpr::StructField(field) => nesting(&field.value),
        EntryExpr::MapEntry(entry) => nesting(&entry.key).max(nesting(&entry.value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shapes() -> BTreeMap<String, Shape> {
        let schema = json!({
            "type": "object",
            "properties": {
                "status": {"type": "string"},
                "sent": {"type": ["object", "null"], "properties": {"at": {"type": "string"}}},
                "entries": {"type": "array", "items": {"type": "object", "properties": {"type": {"type": "string"}}}},
                "people": {"type": "object", "additionalProperties": {"type": "object", "properties": {"head": {}}}},
            }
        });
        let record = Shape::from_schema(&schema);
        BTreeMap::from([
            ("record".to_owned(), record.clone()),
            ("all_of_them".to_owned(), Shape::List(Arc::new(record))),
        ])
    }

    fn scope(record: &Value) -> Scope {
        let mut scope = Scope::default();
        let shapes = shapes();
        scope.set("record", record.clone(), &shapes["record"]);
        scope.set("all_of_them", json!([record]), &shapes["all_of_them"]);
        scope
    }

    #[test]
    fn conditions_are_judged() {
        #[track_caller]
        fn case(source: &str, expected: Result<bool, ()>) {
            let record = json!({"status": "sent", "entries": [{"type": "measure"}, {}], "people": {"li": {"head": "wang"}}});
            let expression =
                Expression::compile(source).unwrap_or_else(|fault| panic!("{source}: {fault:?}"));
            assert_eq!(expression.check(&shapes()), [], "{source}");
            assert_eq!(
                expression.holds(&scope(&record)).map_err(|_| ()),
                expected,
                "{source}"
            );
        }
        case("record.status == 'sent'", Ok(true));
        case("record.status != null", Ok(true));
        case("record.sent.at == null", Ok(true));
        case(
            "record.sent.at != null && timestamp(record.sent.at) > timestamp('2026-01-01T00:00:00Z')",
            Ok(false),
        );
        case("record.entries.exists(e, e.type == 'measure')", Ok(true));
        case("record.entries.all(e, e.type != null)", Ok(false));
        case("size(record.entries) == 2", Ok(true));
        case(
            "all_of_them.exists(r, r.entries.exists(e, e.type == 'measure'))",
            Ok(true),
        );
        case(
            "all_of_them.filter(r, r.status == 'sent')[0].status == 'sent'",
            Ok(true),
        );
        case("all_of_them.map(r, r.status) == ['sent']", Ok(true));
        case("record.people['li'].head == 'wang'", Ok(true));
        case("record.people[record.status].head == 'wang'", Err(()));
        case("'li' in record.people", Ok(true));
        case("record.status < 3", Err(()));
        case("record.status", Err(()));
    }

    #[test]
    fn unknown_names_are_found_before_anything_runs() {
        #[track_caller]
        fn case(source: &str, expected: &str) {
            let expression =
                Expression::compile(source).unwrap_or_else(|fault| panic!("{source}: {fault:?}"));
            let faults = expression.check(&shapes());
            assert!(
                faults
                    .iter()
                    .any(|fault| fault.message.en.contains(expected)),
                "{source}: {faults:?}"
            );
        }
        case("record.statu == 'sent'", "statu");
        case("recrod.status == 'sent'", "recrod");
        case("record.entries.exists(e, e.typ == 'x')", "typ");
        case("all_of_them.filter(r, true)[0].stat == 'x'", "stat");
        case("all_of_them.map(r, r.sent)[0].on == 'x'", "on");
        case("record.status.length == 3", "length");
        case("record.people['li'].chef == 'x'", "chef");
        case("sizes(record.entries) == 1", "sizes");
        case("has(record.nothing)", "nothing");
        case("record.sent.at == (true ? record.nope : null)", "nope");
    }

    #[test]
    fn limits_hold() {
        #[track_caller]
        fn case(source: &str, expected: FaultKind) {
            match Expression::compile(source) {
                Ok(_) => panic!("{source} compiled"),
                Err(fault) => assert_eq!(fault.kind, expected, "{source}"),
            }
        }
        case(&"a".repeat(1_001), FaultKind::Limit);
        case("a.all(b, b.all(c, c.all(d, d)))", FaultKind::Limit);
        case(
            &format!("{}a{}", "(".repeat(450), ")".repeat(450)),
            FaultKind::Limit,
        );
        case(&"!".repeat(900), FaultKind::Limit);
        case("record.status ==", FaultKind::Syntax);
        case("s == 'a' ＆＆ x", FaultKind::Syntax);
        case("", FaultKind::Syntax);
    }
}
