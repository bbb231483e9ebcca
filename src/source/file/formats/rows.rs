//! Rows of the results of a query.

use std::borrow::Cow;

use super::fields::Field;
use super::notes::{Notes, inside, is_blank, odd};
use super::{Draft, Spot};
use crate::record::json::{self, End, Span};

/// The event of a row of `get-query-results`: a list of `{"field":…,"value":…}`.
pub(super) fn event<'a>(text: &'a str, spot: Spot<'a>, notes: &'a mut Notes) -> Draft<'a> {
    notes.clear();
    match note(text.as_bytes(), notes) {
        Ok(end) if is_blank(&text[end..]) => spot.event(notes.fields(text)),
        _ => spot.message(Cow::Borrowed(text)),
    }
}

/// Notes the fields of the row that `bytes` begin with; gives where it ends.
pub(super) fn note(bytes: &[u8], notes: &mut Notes) -> End {
    notes.heads.restart();
    json::each_item(bytes, 0, |at| match guess(bytes, at, notes) {
        Some(end) => Ok(end),
        None => cell(bytes, at, notes),
    })
}

/// Notes the field that begins at `at`, when it begins as that of the last row, and only ends after it; gives where.
fn guess(bytes: &[u8], at: usize, notes: &mut Notes) -> Option<usize> {
    let (field, length) = notes.heads.guess(&bytes[at..])?;
    let value = json::span(bytes, at + length).ok()?;
    let (end, _) = json::token(bytes, value.end).ok().filter(|(_, byte)| *byte == b'}')?;
    notes.heads.pass();
    note_value(bytes, field, Some(value), notes);
    Some(end + 1)
}

/// Notes the field that begins at `at`; gives where it ends.
fn cell(bytes: &[u8], at: usize, notes: &mut Notes) -> End {
    let mut cell = Cell::default();
    let end = json::each_member(bytes, at, |at| cell.member(bytes, at))?;
    let field = Field::written(&inside(bytes, cell.field.ok_or(odd(end))?)?);
    notes.heads.learn(&bytes[at..cell.usual_head().unwrap_or(at)], field);
    note_value(bytes, field, cell.value, notes);
    Ok(end)
}

/// Notes a field, if it is one of a log event, and has a value.
fn note_value(bytes: &[u8], field: Option<Field>, value: Option<Span>, notes: &mut Notes) {
    let value = value.filter(|value| &bytes[value.start..value.end] != b"null");
    if let Some((field, value)) = field.zip(value) {
        notes.push(field, value);
    }
}

/// One field of a row.
#[derive(Default)]
struct Cell {
    field: Option<Span>,
    value: Option<Span>,
    members: usize,
}

impl Cell {
    /// Takes the member in that begins at `at`, of which there may be one of each name; gives where it ends.
    fn member(&mut self, bytes: &[u8], at: usize) -> End {
        let (key, value) = json::key(bytes, at)?;
        let value = json::span(bytes, value)?;
        self.members += 1;
        let known = match &*inside(bytes, key)? {
            b"field" => self.field.replace(value),
            b"value" => self.value.replace(value),
            _ => None,
        };
        if known.is_none() { Ok(value.end) } else { Err(odd(key.end)) }
    }

    /// Where its value begins, when it is its name, then its value, and nothing else.
    fn usual_head(&self) -> Option<usize> {
        let (field, value) = self.field.zip(self.value)?;
        (self.members == 2 && field.start < value.start).then_some(value.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::file::formats::Place;

    #[test]
    fn a_field_that_only_begins_as_the_last_one_did_is_read_to_its_end() {
        let (place, mut notes) = (Place { file: "f".into(), stream: None }, Notes::default());
        for (row, id) in [
            (r#"[{"field":"id","value":"1"}]"#, Some("1")),
            (r#"[{"field":"id","value":"2" }]"#, Some("2")),
            (r#"[{"field":"id","value":"3","more":{}}]"#, Some("3")),
            (r#"[{"field":"id","value":"4"}]"#, Some("4")),
            (r#"[{"field":"id","value":"5","value":"6"}]"#, None),
            (r#"[{"field":"id","value":null}]"#, None),
            (r#"[{"field":"id","value":  "7"}]"#, Some("7")),
        ] {
            assert_eq!(event(row, place.at(1), &mut notes).id(), id, "{row}");
        }
    }
}
