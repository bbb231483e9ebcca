//! Whose code a frame lies in, told by where runtimes and package managers put theirs.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::StackFrame;

/// Whose code a frame lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// The function's own.
    Own,
    /// A library's that was deployed with it, or that a layer brought.
    Library,
    /// The runtime's, its interface client's, or the language's own.
    Runtime,
}

/// Parts of a file's name that only the runtime's files have.
const RUNTIME_FILES: [&str; 9] = [
    "/var/runtime/",
    "/var/lang/",
    "/usr/local/go/src/",
    "node:",
    "<frozen ",
    "<internal:",
    "aws-lambda-go",
    "aws_lambda_ric",
    "awslambdaric/",
];

/// Parts of a file's name that only libraries have.
const LIBRARY_FILES: [&str; 9] = [
    "node_modules/",
    "site-packages/",
    "dist-packages/",
    "/gems/",
    "/opt/",
    "/pkg/mod/",
    "/vendor/",
    "/bundle/",
    ".cargo/registry/",
];

/// What the functions of Java's and .NET's own code begin with.
const RUNTIME_NAMES: [&str; 12] = [
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "lambdainternal.",
    "com.amazonaws.services.lambda.runtime.",
    "kotlin.",
    "scala.",
    "System.",
    "Microsoft.",
    "Amazon.Lambda.",
];

/// What the functions of well-known libraries begin with.
const LIBRARY_NAMES: [&str; 12] = [
    "org.springframework.",
    "org.apache.",
    "org.hibernate.",
    "org.slf4j.",
    "com.fasterxml.",
    "com.google.",
    "com.amazonaws.",
    "software.amazon.",
    "io.micronaut.",
    "io.quarkus.",
    "Newtonsoft.",
    "Amazon.",
];

/// Go's standard library and its runtime stand in folders without a domain: `runtime/panic.go`.
const GO_RUNTIME: [&str; 4] = ["runtime/", "reflect/", "net/http/", "encoding/json/"];

pub(super) fn of(frame: &StackFrame) -> Owner {
    let file = frame.file.as_deref().unwrap_or_default();
    let name = frame.function.as_deref().unwrap_or_default();
    if contains(RUNTIME_FILE.as_ref(), file) || is_qualified(&RUNTIME_NAMES, name) || is_go_runtime(file) {
        Owner::Runtime
    } else if contains(LIBRARY_FILE.as_ref(), file) || is_qualified(&LIBRARY_NAMES, name) || is_go_module(file) {
        Owner::Library
    } else {
        Owner::Own
    }
}

static RUNTIME_FILE: LazyLock<Option<Regex>> = LazyLock::new(|| any_of(&RUNTIME_FILES));
static LIBRARY_FILE: LazyLock<Option<Regex>> = LazyLock::new(|| any_of(&LIBRARY_FILES));

/// A look for all parts at once.
fn any_of(parts: &[&str]) -> Option<Regex> {
    let parts: Vec<_> = parts.iter().map(|part| regex::escape(part)).collect();
    Regex::new(&parts.join("|")).ok()
}

fn contains(parts: Option<&Regex>, file: &str) -> bool {
    parts.is_some_and(|parts| parts.is_match(file))
}

/// Whether a name begins so; all of these have dots, and the names of most languages have none.
fn is_qualified(starts: &[&str], name: &str) -> bool {
    name.contains('.') && begins(starts, name)
}

fn begins(starts: &[&str], name: &str) -> bool {
    starts.iter().any(|start| name.starts_with(start))
}

fn is_go_runtime(file: &str) -> bool {
    begins(&GO_RUNTIME, file) && has_go_extension(file)
}

/// A module that was fetched carries its version: `github.com/pkg/errors@v0.9.1/errors.go`.
fn is_go_module(file: &str) -> bool {
    file.contains('@') && file.contains("@v") && has_go_extension(file)
}

fn has_go_extension(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "go")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_runtime_have_their_owner() {
        for (file, name, owner) in [
            ("/var/task/app.py", "handler", Owner::Own),
            ("/var/task/requests/api.py", "get", Owner::Own),
            ("/opt/python/lib/python3.13/site-packages/boto3/x.py", "call", Owner::Library),
            ("/var/lang/lib/python3.13/json/decoder.py", "decode", Owner::Runtime),
            ("<frozen importlib._bootstrap>", "_gcd_import", Owner::Runtime),
            ("/var/task/index.mjs", "render", Owner::Own),
            ("/var/task/node_modules/pg/lib/client.js", "Client.query", Owner::Library),
            ("/var/runtime/index.mjs", "Runtime.handleOnceNonStreaming", Owner::Runtime),
            ("node:internal/process/task_queues", "process.processTicksAndRejections", Owner::Runtime),
            ("Intake.java", "com.example.orders.Intake.reserve", Owner::Own),
            ("Method.java", "java.lang.reflect.Method.invoke", Owner::Runtime),
            ("ObjectMapper.java", "com.fasterxml.jackson.databind.ObjectMapper.readValue", Owner::Library),
            ("/src/Post.cs", "Ledger.Post.Handler", Owner::Own),
            ("", "System.Text.Json.JsonSerializer.Deserialize", Owner::Runtime),
            ("", "Amazon.Lambda.RuntimeSupport.HandlerWrapper.Invoke", Owner::Runtime),
            ("", "Amazon.S3.AmazonS3Client.PutObjectAsync", Owner::Library),
            ("/var/task/coupon.rb", "percent", Owner::Own),
            ("/var/task/vendor/bundle/ruby/3.3.0/gems/pg-1.5/lib/pg.rb", "exec", Owner::Library),
            ("/var/runtime/gems/aws_lambda_ric-3.0/lib/bootstrap.rb", "run", Owner::Runtime),
            ("example.com/geo/main.go", "handle", Owner::Own),
            ("github.com/aws/aws-lambda-go@v1.50.0/lambda/handler.go", "Invoke", Owner::Runtime),
            ("github.com/pkg/errors@v0.9.1/errors.go", "New", Owner::Library),
            ("runtime/panic.go", "gopanic", Owner::Runtime),
        ] {
            let frame = StackFrame {
                file: Some(file.to_owned()).filter(|file| !file.is_empty()),
                function: Some(name.to_owned()),
                ..StackFrame::default()
            };
            assert_eq!(frame.owner(), owner, "{file} {name}");
        }
    }
}
