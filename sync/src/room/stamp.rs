//! What the server says of somebody in their own presence, whatever they claim.

use serde_json::{Map, Value};

use crate::grant::Grant;

/// A state with what the grant knows in it: `name`, `colour`, `role` and `person`, and the
/// name and colour in `user`, where other Yjs programs look for them. Nothing is put in for
/// a grant that names nobody.
pub(super) fn stamped(state: &str, grant: &Grant) -> String {
    let Some(profile) = grant.profile() else {
        return state.to_owned();
    };
    // What is no object, or holds numbers that nothing can hold, says nothing.
    let mut fields = match serde_json::from_str(state) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    put("name", profile.name.as_str().into());
    put("colour", profile.colour.into());
    put("role", grant.role().word().into());
    put("person", grant.subject().into());
    if let Some(user) = fields.get_mut("user") {
        if !user.is_object() {
            *user = Value::Object(Map::new());
        }
        user["name"] = profile.name.as_str().into();
        user["color"] = profile.css.as_str().into();
    }
    Value::Object(fields).to_string()
}
