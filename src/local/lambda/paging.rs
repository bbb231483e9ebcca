//! The page of a list that a request to Lambda asks for.

use super::super::paging;
use super::super::wire::{Fault, Request};
use super::{constraint, invalid};

/// The items from the request's marker on, and the marker of the next page.
pub(super) fn page<T>(
    request: &Request,
    items: Vec<T>,
    most: usize,
    default: usize,
) -> Result<(Vec<T>, Option<String>), Fault> {
    let wanted = request.parameter("MaxItems");
    let wanted = wanted.map_or(Ok(default), |text| count(text, most))?;
    let found = paging::page(items, request.parameter("Marker"), wanted);
    found.ok_or_else(|| invalid("Invalid pagination token"))
}

/// Lambda takes up to `most` and gives at most 50 at a time.
fn count(text: &str, most: usize) -> Result<usize, Fault> {
    match text.parse::<usize>() {
        Ok(0) => Err(constraint(text, "maxItems", "have value greater than or equal to 1")),
        Ok(number) if number <= most => Ok(number.min(50)),
        _ => Err(constraint(text, "maxItems", &format!("have value less than or equal to {most}"))),
    }
}
