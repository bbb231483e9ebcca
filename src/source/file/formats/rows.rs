//! Rows of the results of a query.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{Field, Fields};
use super::{Draft, Spot};

#[derive(Deserialize)]
struct Cell<'a> {
    #[serde(borrow)]
    field: Cow<'a, str>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// The event of a row of `get-query-results`: a list of `{"field":…,"value":…}`.
pub(super) fn event<'a>(row: &'a str, spot: Spot<'a>) -> Draft<'a> {
    let Ok(cells) = serde_json::from_str::<Vec<Cell<'_>>>(row) else {
        return spot.message(Cow::Borrowed(row));
    };
    let mut fields = Fields::default();
    for cell in cells {
        if let Some((field, value)) = Field::named(&cell.field).zip(cell.value) {
            fields.set_json(field, value);
        }
    }
    spot.event(fields)
}
