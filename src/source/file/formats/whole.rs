//! One record that is a whole file, on however many lines: an object that Lambda has put into S3.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::nesting::{Mark, Nesting};
use super::plain::Plain;
use super::{Form, Place, Sink, Source, Turn, lossy};
use crate::source::file::{LINE_CAP, Stop};

/// A file that begins with a record on several lines. When more follows it, it is a log, and its lines are events.
#[derive(Debug, Default)]
pub(super) struct Whole {
    nesting: Nesting,
    /// Up to where the rest of the source has been passed.
    passed: usize,
    /// Where the object ends.
    end: Option<usize>,
}

impl Whole {
    pub(super) fn read(
        &mut self,
        source: &mut Source,
        place: &Place,
        sink: &mut dyn Sink,
        at_end: bool,
    ) -> Result<Turn, Stop> {
        let rest = source.rest();
        if !at_end && rest.len() <= LINE_CAP && self.may_be_alone(rest) {
            return Ok(Turn::Wait);
        }
        if at_end && serde_json::from_slice::<IgnoredAny>(rest).is_ok() {
            let (text, is_damaged) = lossy(rest);
            sink.draft(place.at(source.number()).damaged_if(is_damaged).message(Cow::Borrowed(text.trim())))?;
            source.consume(source.rest().len());
        }
        Ok(Turn::Switch(Form::Plain(Plain::default())))
    }

    /// Whether nothing has followed the object so far.
    fn may_be_alone(&mut self, bytes: &[u8]) -> bool {
        while self.end.is_none() && self.passed < bytes.len() {
            let (passed, mark) = self.nesting.next(&bytes[self.passed..]);
            self.passed += passed;
            self.end = (mark == Some(Mark::Close(0))).then_some(self.passed);
        }
        self.end.is_none_or(|end| bytes[end..].trim_ascii().is_empty())
    }
}
