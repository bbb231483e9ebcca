/// What a noun ends with after a number: `1 record`, `2 records`.
#[must_use]
pub fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
