//! Markers of Lambda's lists.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::wire::{Fault, Request};
use super::{constraint, invalid};

/// The page that a request asks for, and the marker of the next one.
pub(super) fn page<T>(
    request: &Request,
    mut items: Vec<T>,
    most: usize,
    default: usize,
) -> Result<(Vec<T>, Option<String>), Fault> {
    let start = request.parameter("Marker").map_or(Ok(0), offset)?;
    let wanted = request
        .parameter("MaxItems")
        .map_or(Ok(default), |text| count(text, most))?;
    let mut rest = items.split_off(start.min(items.len()));
    let more = rest.len() > wanted;
    rest.truncate(wanted);
    let next = more.then(|| STANDARD.encode(format!("item:{}", start + wanted)));
    Ok((rest, next))
}

fn offset(marker: &str) -> Result<usize, Fault> {
    let decoded = STANDARD
        .decode(marker)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let number = decoded.and_then(|text| text.strip_prefix("item:")?.parse().ok());
    number.ok_or_else(|| invalid("Invalid pagination token"))
}

/// Lambda takes up to `most` and gives at most 50 at a time.
fn count(text: &str, most: usize) -> Result<usize, Fault> {
    match text.parse::<usize>() {
        Ok(0) => Err(constraint(
            text,
            "maxItems",
            "have value greater than or equal to 1",
        )),
        Ok(number) if number <= most => Ok(number.min(50)),
        _ => Err(constraint(
            text,
            "maxItems",
            &format!("have value less than or equal to {most}"),
        )),
    }
}
