//! Python: `  File "/var/task/app.py", line 12, in handler\n    raise ValueError()\n`.
//!
//! `aws-lambda-python-runtime-interface-client` `bootstrap.py`: frames by `traceback.format_list`, and syntax errors as
//! `File "x.py" Line 3`; Python 2 had arrays of file, line, function and code.

use std::borrow::Cow;

use crate::record::error::StackFrame;
use crate::record::json;

pub(super) fn frame(text: &str) -> Option<StackFrame> {
    let mut lines = text.trim_start().lines();
    let (file, place) = lines.next()?.strip_prefix("File \"")?.rsplit_once('"')?;
    let place = place.trim_start_matches(',').trim_start();
    let place = place.strip_prefix("line ").or_else(|| place.strip_prefix("Line "))?;
    let (line, function) = match place.split_once(", in ") {
        Some((line, function)) => (line, Some(function.trim_end().to_owned())),
        None => (place, None),
    };
    Some(StackFrame {
        file: Some(file.to_owned()),
        line: line.trim().parse().ok(),
        function,
        code: lines.map(str::trim).find(|line| !is_marker(line)).map(str::to_owned),
    })
}

/// Empty, or the line of carets that points at a part of the code.
fn is_marker(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b'^' | b'~' | b' '))
}

/// `["/var/task/app.py", 12, "handler", "raise ValueError()"]`.
pub(super) fn of_list(value: &str) -> Option<StackFrame> {
    let items = json::items(value)?;
    let text = |index: usize| items.get(index).and_then(|item| json::unquote(item.get())).map(Cow::into_owned);
    Some(StackFrame {
        file: Some(text(0)?),
        line: Some(items.get(1)?.get().parse().ok()?),
        function: text(2),
        code: text(3),
    })
}
