//! Ruby: `/var/task/app.rb:3:in 'handler'`; before Ruby 3.4 a backtick opened the quotes.

use super::file_and_line;
use crate::record::error::StackFrame;

pub(super) fn frame(line: &str) -> Option<StackFrame> {
    let (place, function) = match line.split_once(":in ") {
        Some((place, function)) => (place, Some(function.trim_matches(['\'', '`']).to_owned())),
        None => (line, None),
    };
    let (file, line) = file_and_line(place)?;
    let is_path = function.is_some() || file.strip_suffix(".rb").is_some();
    is_path.then(|| StackFrame { file: Some(file.to_owned()), line: Some(line), function, code: None })
}
