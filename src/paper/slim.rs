//! The values of a document, each once: what is read, kept and compared for every document is as short as it can be.
//! It leaves out nothing that is not there a second time.

use serde_json::Value;

/// Takes out what stands there twice: a form's rows name its fields, and only long text has paragraphs.
pub(super) fn slim(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("long") == Some(&Value::Bool(false)) {
                object.remove("paragraphs");
            }
            if let Some(fields) = object.get_mut("fields").map(Value::take) {
                let rows = object.get_mut("rows").and_then(Value::as_array_mut);
                let rows = rows.into_iter().flatten().filter_map(Value::as_array_mut);
                for field in rows.flatten() {
                    let name = field["name"].clone();
                    // What was changed in one of the two places is drawn as it stands in the form.
                    if name.as_str().is_some_and(|own| fields[own] == *field) {
                        *field = name;
                    }
                }
                object.insert("fields".to_owned(), fields);
            }
            object.values_mut().for_each(slim);
        }
        Value::Array(items) => items.iter_mut().for_each(slim),
        _ => {}
    }
}
