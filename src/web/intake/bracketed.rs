//! Objects as forms write them: `metadata[plan]=pro`, `metadata[cart][items]=2`, `metadata[skus][]=a`.

use super::{Unreadable, Value, json, shortened};

/// The one field that is an object.
const FIELD: &str = "metadata";

/// A member of an object, as a form names it.
pub(super) struct Member<'a> {
    /// The names on the way to it; behind the last one, nothing stands for the next item of a list.
    path: Vec<&'a str>,
}

impl<'a> Member<'a> {
    /// The field, if a name is that of a member, and which one.
    pub(super) fn of(name: &'a str) -> Option<(&'static str, Self)> {
        let inside = name.strip_prefix(FIELD)?.strip_prefix('[')?.strip_suffix(']')?;
        let path: Vec<&str> = inside.split("][").collect();
        (!path[0].is_empty()).then_some((FIELD, Self { path }))
    }

    /// Puts it where it belongs.
    ///
    /// # Errors
    /// [`Unreadable::TooDeep`], and [`Unreadable::GivenTwice`] where something else stands there already.
    pub(super) fn put(&self, members: &mut Vec<(String, Value)>, text: String) -> Result<(), Unreadable> {
        if self.path.len() >= json::DEEPEST {
            return Err(Unreadable::TooDeep);
        }
        let name = || shortened(&format!("{FIELD}[{}]", self.path.join("][")));
        put(members, &self.path, text).ok_or_else(|| Unreadable::GivenTwice(name()))
    }
}

fn put(members: &mut Vec<(String, Value)>, path: &[&str], text: String) -> Option<()> {
    let (name, inside) = path.split_first()?;
    let place = members.iter().position(|(known, _)| known == name);
    let empty = match inside {
        [] if place.is_some() => return None,
        [] => Value::Text(text.clone()),
        [""] => Value::List(Vec::new()),
        _ => Value::Object(Vec::new()),
    };
    let place = place.unwrap_or_else(|| {
        members.push(((*name).to_owned(), empty));
        members.len() - 1
    });
    match (inside, &mut members.get_mut(place)?.1) {
        ([], _) => Some(()),
        ([""], Value::List(items)) => {
            items.push(Value::Text(text));
            Some(())
        }
        ([_, ..], Value::Object(members)) if inside != [""] => put(members, inside, text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Intake, Unreadable, shared};

    fn read(form: &str) -> Result<Option<String>, Unreadable> {
        let mut intake = Intake::default();
        intake.add_encoded(form.as_bytes(), &[]);
        intake.problem.map_or_else(|| Ok(shared::metadata(&intake.fields).expect("it can be taken")), Err)
    }

    #[test]
    fn a_form_writes_an_object_member_by_member() {
        let twice = |name: &str| Err(Unreadable::GivenTwice(name.to_owned()));
        let some = |text: &str| Ok(Some(text.to_owned()));
        let deep = format!("metadata{}=1", "[a]".repeat(8));
        let cases = [
            ("one", "metadata[plan]=pro", some(r#"{"plan":"pro"}"#)),
            ("two, encoded", "metadata%5Bplan%5D=pro&a=1&metadata%5Bseats%5D=3", some(r#"{"plan":"pro","seats":"3"}"#)),
            ("an object", "metadata[cart][items]=2&metadata[cart][of]=a", some(r#"{"cart":{"items":"2","of":"a"}}"#)),
            ("a list", "metadata[skus][]=a&metadata[skus][]=b", some(r#"{"skus":["a","b"]}"#)),
            ("a list in an object", "metadata[a][b][]=1", some(r#"{"a":{"b":["1"]}}"#)),
            ("an address", "metadata[for]=me@shop.example", some(r#"{"for":"[removed]"}"#)),
            ("nothing in it", "metadata[plan]=", some(r#"{"plan":""}"#)),
            ("no name", "metadata[]=pro&metadata[=1&metadatas[a]=1", Ok(None)),
            ("twice", "metadata[plan]=pro&metadata[plan]=free", twice("metadata[plan]")),
            ("a text and an object", "metadata[a]=1&metadata[a][b]=1", twice("metadata[a][b]")),
            ("an object and a list", "metadata[a][b]=1&metadata[a][]=1", twice("metadata[a][]")),
            ("a list and an object", "metadata[a][]=1&metadata[a][b]=1", twice("metadata[a][b]")),
            ("beside the whole", r#"metadata={"a":1}&metadata[b]=1"#, twice("metadata")),
            ("before the whole", r#"metadata[b]=1&metadata={"a":1}"#, twice("metadata")),
            ("nine deep", &deep, Err(Unreadable::TooDeep)),
        ];
        for (name, form, expected) in cases {
            assert_eq!(read(form), expected, "{name}");
        }
    }
}
