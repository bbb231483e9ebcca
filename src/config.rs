//! Settings that outlive a command: the file they stand in, its keys, and what is wrong with them.
//!
//! Each layer goes over the one before it: defaults, the file, `ARRIVALS_…` variables, flags. This room knows the file and
//! where files lie; it knows no command line, no screen and no AWS. The command line hands its flags over as [`FlagKey`]s.
//!
//! To add a key:
//!
//! * for something that a flag says too, add the flag with its variable to `cli/args.rs`. Its key has the flag's name and
//!   stands in the section of its command, or of its heading when every command takes it;
//! * for anything else, add a field with a doc comment, a default and an example to [`Config`] or to one of its sections.
//!
//! The check of the file, the schema for editors, the commented default and `config show` all follow from that.

mod check;
mod fault;
mod file;
mod folders;
mod pattern;
mod private;
mod schema;
mod sections;
mod starter;
mod text;

pub use fault::{Fault, Place, nearest};
pub use file::{FlagValue, Settings};
pub use folders::{Folders, NoHome};
pub use pattern::{NamePattern, TextPattern};
pub use private::{create_private, make_folder_of, private_file, private_folder, replace_private};
pub use schema::{FlagKey, Kind, Schema};
pub use sections::{Config, Guard, HeaderColour, Production, Profile, Redaction, SourceMap};
pub use text::read_text;
