//! .NET: `at Orders.Function.Handler(String id, ILambdaContext context) in /src/Function.cs:line 42`.

use crate::record::error::StackFrame;

/// The frame of a call, given without its `at `. Unlike in JavaScript no space stands before the parenthesis.
pub(super) fn frame(call: &str) -> Option<StackFrame> {
    let (function, rest) = call.split_once('(')?;
    if function.is_empty() || function.ends_with(' ') || !rest.contains(')') {
        return None;
    }
    let place = rest.split_once(") in ").and_then(|(_, place)| place.rsplit_once(":line "));
    Some(StackFrame {
        file: place.map(|(file, _)| file.to_owned()),
        line: place.and_then(|(_, line)| line.trim().parse().ok()),
        function: Some(function.to_owned()),
        code: None,
    })
}
