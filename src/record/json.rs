//! JSON text that keeps its spelling: nothing here turns a number into a float or a map into another order.

mod depth;
mod members;
mod one_line;
mod pretty;
mod skip;
mod string;
mod tokens;
mod walk;

pub(super) use depth::depth;
pub use members::Raw;
pub(super) use members::{Member, Members, find, items, length, members, read};
pub use one_line::{is_plain, one_line};
pub use pretty::pretty;
pub(super) use skip::Broken;
pub use string::unescape;
pub(super) use string::unquote;
pub use tokens::{TokenKind, tokens};
pub use walk::{Elements, Entries, RawKey, ValueKind, elements, entries, member, string};
