//! Rows of the results of a query.

use std::borrow::Cow;

use super::fields::{Field, Fields, Notes, is_blank, name_of_field, odd, string};
use super::{Draft, Spot};
use crate::record::json::{self, Broken, End, Span};

/// The event of a row of `get-query-results`: a list of `{"field":…,"value":…}`.
pub(super) fn event<'a>(text: &'a str, spot: Spot<'a>) -> Draft<'a> {
    let mut notes = Notes::new();
    match row(text.as_bytes(), &mut notes) {
        Ok(end) if is_blank(&text[end..]) => spot.event(Fields::noted(text, &notes)),
        _ => spot.message(Cow::Borrowed(text)),
    }
}

/// Notes the fields of the row that `bytes` begin with; gives where it ends.
pub(super) fn row(bytes: &[u8], notes: &mut Notes) -> End {
    json::each_item(bytes, 0, |at| {
        let mut cell = Cell::default();
        let end = json::each_member(bytes, at, |key, at| cell.member(bytes, key, json::span(bytes, at)?))?;
        notes.extend(cell.field(bytes, end)?);
        Ok(end)
    })
}

/// One field of a row.
#[derive(Default)]
struct Cell {
    field: Option<Span>,
    value: Option<Span>,
}

impl Cell {
    /// Takes a member in, of which there may be one of each name; gives where it ends.
    fn member(&mut self, bytes: &[u8], key: Span, value: Span) -> End {
        let known = match &*string(bytes, key).ok_or(odd(key.end))? {
            "field" => self.field.replace(value),
            "value" => self.value.replace(value),
            _ => None,
        };
        if known.is_none() { Ok(value.end) } else { Err(odd(key.end)) }
    }

    /// The field that it names, if it does, and has a value.
    fn field(self, bytes: &[u8], end: usize) -> Result<Option<(Field, Span)>, Broken> {
        let field = name_of_field(bytes, self.field.ok_or(odd(end))?)?;
        Ok(field.zip(self.value.filter(|value| &bytes[value.start..value.end] != b"null")))
    }
}
