//! JSON text that keeps its spelling: nothing here turns a number into a float or a map into another order.

mod members;
mod one_line;
mod pretty;
mod string;
mod tokens;
mod walk;

pub(super) use members::{Broken, Member, Members, find, items, members, read};
pub use one_line::one_line;
pub use pretty::pretty;
pub use string::unescape;
pub(super) use string::unquote;
pub use tokens::{TokenKind, tokens};
pub use walk::{Elements, Entries, RawKey, ValueKind, elements, entries, member, string};
