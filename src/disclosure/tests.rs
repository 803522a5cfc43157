use super::needle::Needles;
use super::walk::{Path, Taker, path_of};
use super::*;
use serde_json::json;

fn masked(values: &[&str], text: &str) -> String {
    let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    let mut taker = Taker {
        needles: Needles::new(&values, &["客户服务"]),
        unknown: None,
        mark: "■",
        withheld: 0,
    };
    taker.line(text)
}

#[track_caller]
fn case(value: &str, text: &str, expected: &str) {
    assert_eq!(masked(&[value], text), expected, "{value:?} in {text:?}");
}

#[test]
fn a_name_is_known_however_it_is_written() {
    case("王建国", "据王建国反映", "据■反映");
    case("王建国", "王 建 国、王\u{200b}建国、王·建国", "■、■、■");
    case(
        "王建国",
        "**王**建国 和 王&#24314;国 和 王<!-- x -->建国",
        "**■ 和 ■ 和 ■",
    );
    case("王建国", "见 /%E7%8E%8B%E5%BB%BA%E5%9B%BD.pdf", "见 /■.pdf");
    case("Mr Wang", "MR WANG called; ＷＡＮＧ too", "■ called; ■ too");
    case(
        "Lee",
        "Lee left the fleet; see below",
        "■ left the fleet; see below",
    );
    case("José Núñez", "jose nunez and Nunez", "■ and ■");
    case(
        "John Smith",
        "Mr Smith; a smith; Smithson",
        "Mr ■; a smith; Smithson",
    );
    case("王建国先生", "王建国", "■");
    case("O'Brien", "O’Brien said", "■ said");
    case("Hans-Peter Klum", "Hans called", "■ called");
    case(
        "Zebulon Quixwhist",
        "quixwhist@home.example; #quixwhist; Quix&shy;whist; Quix&nbsp;whist; Qu&iacute;xwhist; Quixwhists; QuixwhistStatement",
        "■@home.example; #■; ■; ■; ■; ■s; ■Statement",
    );
    case(
        "John Brown",
        "mr.brown@home.example, interview_brown_2026, a brown box",
        "mr.■@home.example, interview_■_2026, a brown box",
    );
    case("宏达公司 王建国", "王建国在宏达公司", "■在■");
}

#[test]
fn a_short_value_is_kept_back_in_its_own_field_only() {
    case("王", "王建国和王先生", "王建国和王先生");
    case("A", "A big car", "A big car");
    case("", "text", "text");
    case("---", "a --- b", "a --- b");
    case("王先生", "姓王的先生", "姓王的先生");
    case("An", "an answer by An", "an answer by ■");
}

#[test]
fn a_number_is_known_by_its_digits() {
    case(
        "+44 20 7946 0958",
        "02079460958 or 020 7946 0958",
        "0■ or 0■",
    );
    case("13987654321", "139、8765、4321；139|8765|4321", "■；■");
    case("13987654321、13812345678", "打 13987654321", "打 ■");
    case(
        "13800138000",
        "打 138-0013-8000 或 １３８ ００１３ ８０００",
        "打 ■ 或 ■",
    );
    case("+86 138 0013 8000", "13800138000", "■");
    case("电话 0571-8888 6666", "88886666；0571-88886666", "■；■");
    case("8888 6666", "0571-88886666", "0571-■");
    case("内线 8331", "拨 8331，价 18331 元", "拨 ■，价 18331 元");
    case("2026", "2026-11-23", "2026-11-23");
    case(
        "wang@example.org",
        "Wang@Example.org；mailto:wang%40example.org",
        "■；mailto:■",
    );
    case(
        "13800138000，wang@example.org",
        "写给 wang@example.org。",
        "写给 ■。",
    );
    case("微信 lao_wang88", "微信号LAO_WANG88，wang", "微信号■，wang");
    case("邮箱：wang@example.org", "wang@example.org", "■");
}

#[test]
fn each_part_of_a_contact_counts() {
    let contact = "电话 139 1234 5678，海州市梧桐路88弄7号";
    case(
        contact,
        "住海州市梧桐路88弄7号，即梧桐路 88 弄 7 号；电话 13912345678",
        "住■，即■；电话 ■",
    );
    case(contact, "海州市的电话", "海州市的电话");
    let contact = "139 1234 5678; 12 Elm Street, Haizhou";
    case(contact, "at 12 Elm Street, in Haizhou", "at ■, in Haizhou");
    let contact = "微信：lanhai-hai，QQ 88776";
    case(contact, "加微信 lanhai-hai 或 88776", "加微信 ■ 或 ■");
    case(
        "QQ88776 微信lanhaihai 地址 城东新村三号楼",
        "lanhaihai，城东新村三号楼",
        "■，■",
    );
    let mail = "zyx.qw@leaky.example";
    case(
        mail,
        "zyx.qw AT leaky.example, zyx.qw(at)leaky.example, zyx.qw [at] leaky [dot] example, zyx.qw",
        "■, ■, ■, ■",
    );
    case(
        "info@leaky.example 2026年5月",
        "info; 2026年5月",
        "info; 2026年5月",
    );
}

#[test]
fn each_of_several_names_counts_and_no_title() {
    for joined in [
        "王小明和李大海",
        "王小明与李大海",
        "王小明/李大海",
        "王小明 & 李大海",
        "王小明及李大海",
    ] {
        case(joined, "王小明到访，李大海没有", "■到访，■没有");
    }
    case(
        "王小明、李和平和赵强",
        "李和平、赵强、王小明；和平",
        "■、■、■；和平",
    );
    case("Ann Lee and Bob Fox & Cy Dee", "Lee, Fox, Dee", "■, ■, ■");
    for titled in [
        "王小明 13人",
        "质量部王小明",
        "客户服务王小明",
        "员工王小明",
        "王小明（质量部）",
        "王小明工程师",
        "质量部员工王小明 13912345678",
    ] {
        let shown = masked(&[titled], "质量部的王小明");
        assert_eq!(shown, "质量部的■", "{titled}");
    }
    // Words around a number are no names.
    let contact = "上班时间打公司电话 8888 6666，周一除外";
    case(
        contact,
        "上班时间 周一 电话 公司",
        "上班时间 周一 电话 公司",
    );
    case("欧阳小明 139 1234 5678", "欧阳小明", "■");
    case("王和平", "和平路上的王和平", "和平路上的■");
}

#[test]
fn names_of_any_script_count() {
    case(
        "阿卜杜拉·买买提",
        "阿卜杜拉；买买提；阿卜杜拉买买提",
        "■；■；■",
    );
    case("محمد علي", "قال محمد ثم علي", "قال ■ ثم ■");
    case("たなか太郎", "たなかさん、太郎さん", "■さん、■さん");
    case("김철수", "김철수가; 김철순", "■가; 김철순");
    case("Łukasz Żółć", "Lukasz Zolc, Zolc", "■, ■");
    case(
        "Jürgen Müller",
        "Juergen Mueller; Mueller; Jurgen",
        "■; ■; ■",
    );
    case("Juergen Mueller", "Jürgen Müller", "■ ■");
    case("Søren Weiß", "Soren Weiss, Soeren", "■, ■");
    case("Ann O'Hara-Lee", "Hara; O’Hara; Lee", "■; ■; ■");
}

#[test]
fn fields_stand_as_a_mark_and_keys_stay() {
    let schema = json!({ "properties": {
        "by": { "x-reference": "person" },
        "list": { "items": { "properties": { "with": { "type": "string" } } } },
    } });
    let value = json!({
        "by": "li-wei", "note": "asked li-wei",
        "list": [{ "with": "Bo", "text": "x" }, { "with": null }, { "with": "" }], "li-wei": 1,
    });
    let mut taker = Taker {
        needles: Needles::new(&["li-wei".to_owned()], &[]),
        unknown: None,
        mark: "■",
        withheld: 0,
    };
    let path: Path = path_of("list.*.with");
    let kept = taker.value(&value, &schema, &[&path]);
    assert_eq!(
        kept,
        json!({
            "by": "li-wei", "note": "asked ■",
            "list": [{ "with": "■", "text": "x" }, { "with": null }, { "with": "" }], "■": 1,
        })
    );
    assert_eq!(taker.withheld, 3);
}

#[test]
fn a_mark_in_markdown_becomes_no_link() {
    let mut taker = Taker {
        needles: Needles::new(&["王建国".to_owned()], &[]),
        unknown: None,
        mark: "[withheld]",
        withheld: 0,
    };
    assert_eq!(
        taker.markdown("王建国: x\n王建国(a)"),
        "[withheld] : x\n[withheld] (a)"
    );
}

#[test]
fn a_reader_sees_the_levels_of_the_rulebook() {
    let (document, _) = crate::yaml::parse(
        "workflow.yaml",
        include_bytes!("../../schema/workflow.yaml"),
    );
    let value = document.expect("YAML").root.to_json();
    let rulebook = Rulebook::from_value(value).expect("a rulebook");
    #[track_caller]
    fn case(reader: Option<Reader>, seen: &[&str]) {
        let reader = reader.expect("a reader");
        let levels = ["internal", "confidential", "secret", "unknown"];
        let sees: Vec<&str> = levels
            .into_iter()
            .filter(|level| reader.sees(level))
            .collect();
        assert_eq!(sees, seen, "{}", reader.key);
    }
    case(Reader::of_role(&rulebook, "handler"), &["internal"]);
    case(
        Reader::of_role(&rulebook, "archivist"),
        &["internal", "confidential"],
    );
    case(
        Reader::of_role(&rulebook, "officer"),
        &["internal", "confidential", "secret"],
    );
    case(
        Reader::of_level(&rulebook, "confidential"),
        &["internal", "confidential"],
    );
    case(Reader::least(&rulebook), &["internal"]);
    assert!(Reader::of_role(&rulebook, "secret").is_none());
    assert!(Reader::of_level(&rulebook, "officer").is_none());
}
