//! Imports as people do them: tables in, clues out, a second time nothing; and what happens to rows that are not right.

use std::fs;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use serde_json::{Value, json};

use crate::harness::World;

const ORGANISATION: &str = "\
name: 某市信访局
language: zh
time_zone: Asia/Shanghai
departments:
  office: { name: 线索办公室, head: li-wei }
people:
  li-wei: { name: 李伟, email: li@example.org, department: office, roles: [officer, reviewer, head, archivist, leader, supervisor] }
  he-jing: { name: 何静, email: he@example.org, department: office, until: 2025-01-01 }
duty: { officer: li-wei }
";

/// A map for the little tables of these tests.
const MAP: &str = "\
system: post
key: 留言编号
fields:
  title: { from: 留言主题 }
  source: 市长信箱
  channel: e-mail
  discovered_at: { from: 留言时间 }
  matters: \"{{ row['留言主题'] }}\"
  description: \"{{ row['留言详情']|plain }}\"
  reporter:
    anonymous:
      from: 留言用户
      values: { 匿名: true }
      otherwise: false
    name: { from: 留言用户 }
";

const HEADER: &str = "留言编号,留言用户,留言主题,留言时间,留言详情\n";

fn world() -> World {
    let world = World::with_repository(ORGANISATION);
    world.write("map.yaml", MAP);
    world
}

fn import<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["import", "table.csv", "--map", "map.yaml"], more].concat()
}

/// Every collection form in the folder, by path.
fn forms(world: &World) -> Vec<(PathBuf, String)> {
    let mut forms: Vec<(PathBuf, String)> = world
        .everything()
        .into_iter()
        .filter(|(path, _)| {
            path.ends_with("collection.yaml")
                && !path
                    .components()
                    .any(|part| part.as_os_str() == "templates")
        })
        .map(|(path, bytes)| (path, String::from_utf8(bytes).expect("text")))
        .collect();
    forms.sort();
    forms
}

fn form_of(world: &World, key: &str) -> String {
    let key = format!("post:{key}\"");
    let found = forms(world)
        .into_iter()
        .find(|(_, text)| text.contains(&key));
    found.unwrap_or_else(|| panic!("no form with {key}")).1
}

/// The last line of an answer: how many rows became what.
fn count(out: &str) -> &str {
    out.lines().last().unwrap_or_default()
}

#[test]
fn a_table_becomes_clues_once() {
    let world = world();
    world.write(
        "table.csv",
        &format!(
            "{HEADER}188006,A00012\t,\u{3000}楼上漏水\u{200b}，求助　,2020/1/6 12:09:38,\"<p>第一段</p>\r\n<p>漏水&nbsp;三天</p>\"\r\n\
             188007,匿名,路灯不亮,2020-01-07,路灯坏了\r\n188031,王某,2020年的噪音,2020年1月8日 23:05,\"= 夜间施工\n扰民\"\r\n"
        ),
    );
    let dry = world.clue("li@example.org", &import(&["--dry-run"])).ok();
    assert_eq!(
        count(&dry),
        "3 rows: 3 would be imported, 0 there already, 0 would be rejected; nothing was written"
    );
    assert!(forms(&world).is_empty());
    let out = world
        .clue("li@example.org", &import(&["--batch", "2"]))
        .ok();
    assert_eq!(
        count(&out),
        "3 rows: 3 imported, 0 there already, 0 rejected; commits: 2"
    );
    let form = form_of(&world, "188006");
    for part in [
        "title: 楼上漏水，求助\n",
        "source: 市长信箱\n",
        "discovered_at: 2020-01-06T12:09:38+08:00\n",
        "collector: li-wei\n",
        "anonymous: false\n",
        "name: A00012\n",
        "description: |-\n  第一段\n\n  漏水 三天\n",
    ] {
        assert!(form.contains(part), "{part:?} in\n{form}");
    }
    // Whoever is anonymous is named nowhere (P3).
    let anonymous = form_of(&world, "188007");
    assert!(anonymous.contains("anonymous: true\n"), "{anonymous}");
    assert!(!anonymous.contains("name: 匿名"), "{anonymous}");
    assert_eq!(world.clue("li@example.org", &["check"]).ok(), "");
    assert_eq!(
        world.git(&["status", "--porcelain"]),
        "?? map.yaml\n?? table.csv\n"
    );
    world.git(&["fsck", "--strict"]);
    let log = world.git(&["log", "--format=%B", "-2"]);
    assert_eq!(
        log,
        "clue: import 1 clues\n\nClue-Step: collect\nClue-Import: post\nClue-Count: 1\n\n\
         clue: import 2 clues\n\nClue-Step: collect\nClue-Import: post\nClue-Count: 2\n\n"
    );
    let before = world.everything();
    let again = world.clue("li@example.org", &import(&[])).ok();
    assert_eq!(
        count(&again),
        "3 rows: 0 imported, 3 there already, 0 rejected; commits: 0"
    );
    assert!(
        world.everything() == before,
        "the second import changed something"
    );
    // A new row is added to the others, and a clue may be led on.
    let table = world.read("table.csv");
    world.write(
        "table.csv",
        &format!("{table}188040,赵某,新的,2020-01-09,新的一行\n"),
    );
    let out = world.clue("li@example.org", &import(&[])).ok();
    assert_eq!(
        count(&out),
        "4 rows: 1 imported, 3 there already, 0 rejected; commits: 1"
    );
}

#[test]
fn bad_rows_are_told_and_stop_no_other() {
    let world = world();
    let rows = [
        "1,王某,好的一行,2020-01-06,可以导入",
        "2,王某,日期不对,昨天,x",
        ",王某,没有编号,2020-01-06,x",
        "4,王某,,2020-01-06,没有主题",
        "1,王某,重复,2020-01-06,x",
        "6,王某,缺一格,2020-01-06",
        "7,王某,没有时间,,x",
        "8,王某,\"两\n行\",2020-01-06,\"正\n好\"",
        "9,王某,没有内容,2020-01-06,　",
        "10,王某,最后一行,2020-01-06,可以导入",
    ];
    world.write("table.csv", &format!("{HEADER}{}\n", rows.join("\n")));
    let ran = world.clue("li@example.org", &import(&[]));
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert_eq!(
        count(&ran.out),
        "10 rows: 3 imported, 0 there already, 7 rejected; commits: 1"
    );
    for part in [
        "discovered_at from “留言时间”: `昨天` is no date that the map can read",
        "--> table.csv:3\n",
        "key from “留言编号”: the source's key is empty",
        "title from “留言主题”: ",
        "--> table.csv:5\n",
        "key from “留言编号”: line 2 has the key `1` already",
        "the row has 4 cells, and the header names 5 columns",
        "discovered_at from “留言时间”: the time of discovery is empty",
        "description from “留言详情”: ",
        // Two line breaks stand in the cells above it.
        "--> table.csv:12\n",
    ] {
        assert!(ran.out.contains(part), "{part:?} in\n{}", ran.out);
    }
    assert_eq!(forms(&world).len(), 3);
    assert_eq!(world.clue("li@example.org", &["check"]).ok(), "");
    // The same as data; the three are there already.
    let ran = world.clue("li@example.org", &import(&["--format", "json"]));
    assert_eq!(ran.status, 1);
    let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(answer["present"], 3);
    assert_eq!(answer["rejected"][0]["line"], 3);
    assert_eq!(
        answer["rejected"][0]["reasons"][0]["field"],
        "discovered_at"
    );
    assert_eq!(
        answer["rejected"][0]["reasons"][0]["columns"][0],
        "留言时间"
    );
    // In Chinese.
    let ran = world.clue_in("zh", "li@example.org", &import(&[]));
    assert!(
        ran.out
            .contains("discovered_at（取自“留言时间”）：`昨天` 不是映射能识别的日期"),
        "{}",
        ran.out
    );
    // Corrected, they follow.
    let text = world.read("table.csv").replace("昨天", "2020/1/5");
    world.write("table.csv", &text);
    let ran = world.clue("li@example.org", &import(&[]));
    assert_eq!(
        count(&ran.out),
        "10 rows: 1 imported, 3 there already, 6 rejected; commits: 1"
    );
}

#[test]
fn a_workbook_is_read_as_people_see_it() {
    let world = world();
    let mut workbook = Workbook::new();
    workbook
        .add_worksheet()
        .set_name("旧表")
        .expect("a name")
        .set_hidden(true);
    let sheet = workbook
        .add_worksheet()
        .set_name("留言")
        .expect("a name")
        .set_active(true);
    let date = Format::new().set_num_format("yyyy/m/d h:mm:ss");
    let moment = |text: &str| ExcelDateTime::parse_from_str(text).expect("a date");
    sheet.write(0, 0, "某市留言汇总").expect("a cell");
    for (column, name) in [
        "留言编号",
        " 留言用户\u{feff}",
        "留言主题",
        "留言时间",
        "留言详情",
        "合计",
    ]
    .iter()
    .enumerate()
    {
        sheet
            .write(1, u16::try_from(column).expect("small"), *name)
            .expect("a cell");
    }
    let row =
        |sheet: &mut rust_xlsxwriter::Worksheet, row: u32, key: f64, title: &str, detail: &str| {
            sheet.write(row, 0, key).expect("a cell");
            sheet.write(row, 1, "U1").expect("a cell");
            sheet.write(row, 2, title).expect("a cell");
            sheet.write(row, 4, detail).expect("a cell");
        };
    row(sheet, 2, 188_006.0, "\t公交线路\u{3000}", "内容<br>第二行");
    sheet
        .write_datetime_with_format(2, 3, moment("2020-01-06T12:09:38"), &date)
        .expect("a cell");
    row(sheet, 3, 188_007.0, "日期为文字", "内容");
    sheet.write(3, 3, "2020/1/7 8:05").expect("a cell");
    row(sheet, 4, 188_008.0, "日期只有一天", "内容");
    sheet
        .write_datetime_with_format(4, 3, moment("2020-01-08"), &date)
        .expect("a cell");
    row(sheet, 5, 188_009.0, "错误的单元格", "内容");
    sheet
        .write_formula(5, 3, Formula::new("=A1+#REF!").set_result("#REF!"))
        .expect("a cell");
    row(sheet, 7, 188_010.0, "公式", "内容");
    sheet.write(7, 3, "2020-01-09").expect("a cell");
    sheet
        .write_formula(
            7,
            2,
            Formula::new("=\"公\"&\"式\"").set_result("公式的结果"),
        )
        .expect("a cell");
    // Somebody's note far to the right, an error in a column that the map does not use, and one value for two rows.
    sheet.write(8, 16_000, "note").expect("a cell");
    sheet
        .write_formula(4, 5, Formula::new("=1/0").set_result("#DIV/0!"))
        .expect("a cell");
    row(sheet, 9, 188_011.0, "合并", "内容");
    row(sheet, 10, 188_012.0, "合并的下一行", "内容");
    sheet
        .merge_range(9, 3, 10, 3, "2020-01-10", &Format::new())
        .expect("a range");
    workbook
        .save(world.path().join("table.xlsx"))
        .expect("a workbook");
    world.write("map.yaml", &format!("header: 2\n{MAP}"));
    let arguments = ["import", "table.xlsx", "--map", "map.yaml"];
    let ran = world.clue("li@example.org", &arguments);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("discovered_at from “留言时间”: the cell shows `#REF!`"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("--> table.xlsx:6\n"), "{}", ran.out);
    assert_eq!(
        count(&ran.out),
        "7 rows: 6 imported, 0 there already, 1 rejected; commits: 1"
    );
    for (key, part) in [
        ("188006", "discovered_at: 2020-01-06T12:09:38+08:00\n"),
        ("188006", "title: 公交线路\n"),
        ("188007", "discovered_at: 2020-01-07T08:05:00+08:00\n"),
        ("188008", "discovered_at: 2020-01-08T00:00:00+08:00\n"),
        ("188010", "title: 公式的结果\n"),
        ("188011", "discovered_at: 2020-01-10T00:00:00+08:00\n"),
        ("188012", "discovered_at: 2020-01-10T00:00:00+08:00\n"),
    ] {
        let form = form_of(&world, key);
        assert!(form.contains(part), "{key}: {part:?} in\n{form}");
    }
    let again = world.clue("li@example.org", &arguments);
    assert_eq!(
        count(&again.out),
        "7 rows: 0 imported, 6 there already, 1 rejected; commits: 0"
    );
    world.write("map.yaml", &format!("sheet: 留 言\nheader: 2\n{MAP}"));
    let out = world.clue("li@example.org", &arguments).out;
    assert!(
        out.contains("error[import-file]: the workbook has no sheet `留 言`"),
        "{out}"
    );
    // Cut off and damaged, it is refused and never worse.
    let whole = fs::read(world.path().join("table.xlsx")).expect("the workbook");
    for step in 1..40 {
        let cut = &whole[..whole.len() * step / 40];
        let mut damaged = whole.clone();
        let at = whole.len() * step / 40;
        damaged[at..(at + 40).min(whole.len())].fill(0x5a);
        for bytes in [cut, &damaged] {
            fs::write(world.path().join("table.xlsx"), bytes).expect("a file");
            let ran = world.clue("li@example.org", &arguments);
            assert!(ran.status == 0 || ran.status == 1, "{}{}", ran.out, ran.err);
            assert!(!ran.err.contains("panicked"), "{}", ran.err);
        }
    }
}

#[test]
fn maps_are_judged_before_any_row() {
    let world = world();
    world.write(
        "table.csv",
        &format!("{HEADER}1,王某,主题,2020-01-06,详情\n"),
    );
    let case = |from: &str, to: &str, parts: &[&str]| {
        assert!(MAP.contains(from), "{from}");
        world.write("map.yaml", &MAP.replacen(from, to, 1));
        let ran = world.clue("li@example.org", &import(&[]));
        assert_eq!(ran.status, 1, "{to}: {}{}", ran.out, ran.err);
        for part in parts {
            assert!(ran.out.contains(part), "{to}: {part:?} in\n{}", ran.out);
        }
        assert!(forms(&world).is_empty(), "{to}");
    };
    case(
        "key: 留言编号",
        "key: 留言编码",
        &[
            "no column `留言编码`",
            "perhaps `留言编号` is meant",
            "map.yaml:2:6",
        ],
    );
    case(
        "row['留言主题']",
        "row['主题']",
        &[
            "no column `主题`",
            "the columns are: 留言编号, 留言用户",
            "map.yaml:8:21",
        ],
    );
    case("|plain", "|plian", &["import-map", "plian"]);
    case("row['留言详情']|plain", "row['留言详情'", &["import-map"]);
    case(
        "system: post",
        "systm: post",
        &["[schema-unknown", "system"],
    );
    case("system: post", "system: 信箱", &["[schema-value"]);
    case(
        "channel: e-mail",
        "channel: email",
        &["[reference-rulebook", "e-mail"],
    );
    case("  channel: e-mail\n", "", &["[schema-missing", "channel"]);
    case(
        "system: post",
        "time_zone: Mars/Base\nsystem: post",
        &["no time zone"],
    );
    case(
        "system: post",
        "dates: ['%Y-%m-%d']\nsystem: post",
        &["means nothing", "M/D/YYYY h:mm"],
    );
    case(
        "system: post",
        "encoding: latin\nsystem: post",
        &["[schema-value", "gb18030"],
    );
    case(
        "system: post",
        "system: post\nsystem: post",
        &["[yaml-duplicate-key"],
    );
}

#[test]
fn what_stands_in_the_way_of_an_import_is_told() {
    let world = world();
    world.clue("li@example.org", &import(&[])).fails(2);
    world
        .clue("li@example.org", &["import", "table.csv"])
        .fails(2);
    world
        .clue("li@example.org", &import(&["--batch", "0"]))
        .fails(2);
    world.write(
        "table.csv",
        &format!("{HEADER}1,王某,主题,2020-01-06,详情\n2,王某,另一条,2020-01-07,详情\n"),
    );
    world.clue("nobody@example.org", &import(&[])).fails(3);
    // Somebody who has left may not hand in forms.
    let ran = world.clue("he@example.org", &import(&[]));
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("until 2025-01-01"), "{}", ran.out);
    let before = world.everything();
    // Another process at work.
    let lock = fs::File::create(world.path().join(".git/clue.lock")).expect("a lock");
    lock.lock().expect("the lock");
    let err = world.clue("li@example.org", &import(&[])).fails(4);
    assert!(err.contains("another process"), "{err}");
    drop(lock);
    // git's own lock, and a file where a folder has to be.
    world.write(".git/index.lock", "");
    world.clue("li@example.org", &import(&[])).fails(4);
    fs::remove_file(world.path().join(".git/index.lock")).expect("the lock");
    let same = |before: &[(PathBuf, Vec<u8>)], what: &str| {
        let now = world.everything();
        let trees: Vec<&Path> = [&now, before]
            .iter()
            .flat_map(|files| files.iter())
            .map(|(path, _)| path.as_path())
            .filter(|path| !path.components().any(|part| part.as_os_str() == ".git"))
            .collect();
        assert_eq!(trees.len() % 2, 0, "{what}: {trees:?}");
        let folders: Vec<_> = fs::read_dir(world.path().join("clues"))
            .expect("clues")
            .collect();
        assert_eq!(folders.len(), 1, "{what}: {folders:?}");
    };
    same(&before, "the index is locked");
    fs::create_dir(world.path().join("clues/2020")).expect("a folder");
    fs::write(world.path().join("clues/2020/01-07"), "in the way").expect("a file");
    let err = world
        .clue("li@example.org", &import(&["--batch", "1"]))
        .fails(3);
    assert!(err.contains("2 rows: 1 imported"), "{err}");
    assert!(err.contains("nothing was changed"), "{err}");
    assert_eq!(forms(&world).len(), 1);
    assert_eq!(
        world.git(&["status", "--porcelain", "clues"]),
        "?? clues/2020/01-07\n"
    );
    fs::remove_file(world.path().join("clues/2020/01-07")).expect("the file");
    let out = world.clue("li@example.org", &import(&[])).ok();
    assert_eq!(
        count(&out),
        "2 rows: 1 imported, 1 there already, 0 rejected; commits: 1"
    );
    assert_eq!(world.clue("li@example.org", &["check"]).ok(), "");
}

/// The journal that a process leaves behind that dies while it publishes the last commit.
fn journal_of_head(world: &World) -> String {
    let [after, before] = ["HEAD", "HEAD~1"].map(|name| world.git(&["rev-parse", name]));
    let names = world.git(&["show", "--name-only", "--format=", "HEAD"]);
    let files: Vec<_> = names
        .lines()
        .map(|path| {
            let id = world.git(&["hash-object", path]);
            json!({"path": path, "before": null, "after": id.trim()})
        })
        .collect();
    json!({"before": before.trim(), "commit": after.trim(), "files": files}).to_string()
}

#[test]
fn an_import_that_was_killed_leaves_nothing_in_the_way() {
    let world = world();
    world.write(
        "table.csv",
        &format!("{HEADER}1,王某,主题,2020-01-06,详情\n2,王某,另一条,2020-01-07,详情\n"),
    );
    world.clue("li@example.org", &import(&[])).ok();
    // As if it had been killed after the files were in place and before the branch moved.
    let journal = journal_of_head(&world);
    world.git(&["reset", "--quiet", "--mixed", "HEAD~1"]);
    world.write(".git/clue.journal", &journal);
    let first = forms(&world);
    assert_eq!(first.len(), 2);
    // One of the files was taken up by somebody meanwhile: it is theirs.
    let (kept, text) = &first[0];
    fs::write(kept, text.replace("详情", "补充了情况")).expect("a form");
    let out = world.clue("li@example.org", &import(&[])).ok();
    assert_eq!(
        count(&out),
        "2 rows: 1 imported, 1 there already, 0 rejected; commits: 1"
    );
    assert!(kept.is_file());
    assert!(!kept.with_file_name("clue.yaml").exists());
    assert!(!first[1].0.parent().expect("a folder").exists());
    assert_eq!(forms(&world).len(), 2);
    assert!(!world.path().join(".git/clue.journal").exists());
}

#[test]
fn an_import_that_was_killed_before_the_index_was_told_is_finished() {
    let world = world();
    world.write(
        "table.csv",
        &format!("{HEADER}1,王某,主题,2020-01-06,详情\n"),
    );
    world.clue("li@example.org", &import(&[])).ok();
    let journal = journal_of_head(&world);
    world.git(&["rm", "--quiet", "-r", "--cached", "clues"]);
    world.git(&["add", "clues/.gitkeep"]);
    world.write(".git/clue.journal", &journal);
    // git's lock that the dead process left is for people to delete; nothing is forgotten meanwhile.
    world.write(".git/index.lock", "");
    let err = world.clue("li@example.org", &import(&[])).fails(4);
    assert!(err.contains("index.lock"), "{err}");
    fs::remove_file(world.path().join(".git/index.lock")).expect("the lock");
    // Whoever comes next puts it right, also who only looks.
    assert_eq!(world.clue("li@example.org", &["check"]).ok(), "");
    assert!(!world.path().join(".git/clue.journal").exists());
    let out = world.clue("li@example.org", &import(&[])).ok();
    assert_eq!(
        count(&out),
        "1 rows: 0 imported, 1 there already, 0 rejected; commits: 0"
    );
    assert_eq!(
        world.git(&["status", "--porcelain"]),
        "?? map.yaml\n?? table.csv\n"
    );
}

/// The real table, where the folder with the shared data is there: `CLUE_SHARED` names it.
#[test]
fn the_animals_of_new_york_come_in_whole() {
    let Some(shared) = std::env::var_os("CLUE_SHARED") else {
        return;
    };
    let world = world();
    let table = Path::new(&shared).join("311_animals.csv");
    let table = table.to_str().expect("a path");
    let map = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/maps/nyc-311-animals.yaml"
    );
    let arguments = ["import", table, "--map", map];
    let out = world.clue("li@example.org", &arguments).ok();
    assert_eq!(
        out,
        "4969 rows: 4969 imported, 0 there already, 0 rejected; commits: 5\n"
    );
    assert_eq!(forms(&world).len(), 4969);
    assert_eq!(world.git(&["status", "--porcelain"]), "?? map.yaml\n");
    assert_eq!(world.clue("li@example.org", &["check"]).ok(), "");
    let out = world.clue("li@example.org", &arguments).ok();
    assert_eq!(
        out,
        "4969 rows: 0 imported, 4969 there already, 0 rejected; commits: 0\n"
    );
}

/// The shipped map obeys its schema also where the table is not at hand.
#[test]
fn the_shipped_map_is_sound() {
    let world = world();
    let map = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/maps/nyc-311-animals.yaml"
    );
    world.write("table.csv", "Unique Key\n1\n");
    let out = world
        .clue("li@example.org", &["import", "table.csv", "--map", map])
        .out;
    assert!(
        out.contains("the table has no column `Complaint Type`"),
        "{out}"
    );
    assert!(!out.contains("[schema"), "{out}");
}

/// The maps that the two READMEs print, with a table that has their columns.
#[test]
fn the_documented_maps_work() {
    #[track_caller]
    fn case(readme: &str, header: &str, row: &str, parts: &[&str]) {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(readme))
            .expect("a README");
        let map: String = text
            .lines()
            .skip_while(|line| !line.contains("$schema=schema/import"))
            .take_while(|line| line.starts_with("    "))
            .map(|line| format!("{}\n", &line[4..]))
            .collect();
        let world = world();
        world.write("map.yaml", &map);
        let table = format!("一张表\n{header}\n{row}\n");
        let (bytes, _, _) = encoding_rs::GB18030.encode(&table);
        fs::write(world.path().join("table.csv"), bytes).expect("a file");
        let ran = world.clue("li@example.org", &import(&[]));
        assert_eq!(
            ran.out, "1 rows: 1 imported, 0 there already, 0 rejected; commits: 1\n",
            "{}",
            ran.err
        );
        let form = &forms(&world)[0].1;
        for part in parts {
            assert!(form.contains(part), "{part:?} in\n{form}");
        }
    }
    case(
        "README.md",
        "No.;Subject;Via;Received;Street;District;Text;User;Phone;Mobile;Clerk;Type",
        "188006;Leak;phone;1/6/2020 3:09 PM;Elm Street;;<p>Water</p>;Wang;;138;Zhou;tax",
        &[
            "source_key: \"mayor-mailbox:188006\"\n",
            "channel: hotline\n",
            "discovered_at: 2020-01-06T15:09:00+08:00\n",
            "matters:\n  - Elm Street\n#",
            "description: Water\n",
            "name: Wang\n",
            "contact: \"138\"\n",
            "proposed_category: compliance\n",
        ],
    );
    case(
        "README.zh-CN.md",
        "留言编号;留言主题;途径;留言时间;街道;区县;留言详情;留言用户;电话;手机;受理人;类型",
        "188006;漏水;微博;2020/1/6 12:09;解放路;雨花区;\"<p>漏水</p>\n<p>三天</p>\";匿名;138;;周某;",
        &[
            "channel: media\n",
            "  - 解放路\n  - 雨花区\n",
            "description: |-\n  漏水\n\n  三天\n",
            "anonymous: true\n",
            "name:\n",
            "contact:\n",
            "explanation: \"受理人：周某\"\n",
            "proposed_category:\n",
        ],
    );
}
