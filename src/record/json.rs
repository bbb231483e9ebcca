//! JSON text that keeps its spelling: nothing here turns a number into a float or a map into another order.

mod depth;
mod members;
mod object;
mod one_line;
mod pretty;
mod skip;
mod string;
mod tokens;
mod walk;

pub(super) use depth::depth;
pub(super) use members::{Member, Members, find, items, length, members, read};
pub use members::{Raw, each_item, each_member};
pub(super) use object::{Visit, walk};
pub use one_line::{is_plain, one_line};
pub use pretty::pretty;
pub use skip::{Broken, End, Span, key, span, token};
pub(super) use skip::{in_line, rest_of_text, scalar};
pub(super) use string::unquote;
pub use string::{unescape, unescape_into};
pub use tokens::{TokenKind, tokens};
pub use walk::{Elements, Entries, RawKey, ValueKind, elements, entries, member, string};
